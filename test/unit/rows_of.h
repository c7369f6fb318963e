/* Rows made by rule, for tests of training: a table is filled with batches of them.
 *
 * Columns  plan (text, four values and NULL), minutes (double, some NULL), calls (integer), noise
 *          (double), phone (text, all different), one (integer, constant), since (date), and the
 *          target: churn (text yes/no), tier (text of three) or bill (double). */
#ifndef FORETELL_TEST_ROWS_OF_H
#define FORETELL_TEST_ROWS_OF_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/order.h"
#include "core/train/table.h"
#include "foretell/random.h"

enum { PLAN, MINUTES, CALLS, NOISE, PHONE, ONE, SINCE, TARGET, COLUMNS };
enum target_kind { CHURN, TIER, BILL };

static inline const struct ft_field *fields_of(enum target_kind kind) {
  static const struct ft_field fields[3][COLUMNS] = {
#define FIELDS(target, type)                                                                  \
  {                                                                                           \
    { "plan", FT_TEXT, 0, 0 }, { "minutes", FT_FLOAT64, 0, 0 }, { "calls", FT_INT32, 0, 0 },  \
        { "noise", FT_FLOAT64, 0, 0 }, { "phone", FT_TEXT, 0, 0 }, { "one", FT_INT16, 0, 0 }, \
        { "since", FT_DATE, 0, 0 }, {                                                         \
      target, type, 0, 0                                                                      \
    }                                                                                         \
  }
    FIELDS("churn", FT_TEXT), FIELDS("tier", FT_TEXT), FIELDS("bill", FT_FLOAT64)
#undef FIELDS
  };
  return fields[kind];
}

struct rows {
  size_t rows;
  enum target_kind kind;
  char (*text)[3][16]; /* plan, phone, target */
  struct ft_span *plan, *phone, *label;
  double *minutes, *noise, *bill;
  int32_t *calls, *since;
  int16_t *one;
  uint64_t *with_plan, *with_minutes;
};

static inline void fill_row(struct rows *rows, size_t r, struct ft_random *random) {
  static const char *const plans[] = { "gold", "silver", "bronze", "basic" };
  static const char *const tiers[] = { "low", "middle", "high" };
  size_t plan = ft_random_below(random, 4);
  double minutes = 300 * ft_random_unit(random), noise = ft_random_unit(random);
  int32_t calls = (int32_t)ft_random_below(random, 9);
  double risk = (plan == 3 ? 1.5 : 0) + (minutes > 200 ? 1.5 : 0) + calls * 0.25 +
                0.5 * ft_random_unit(random);
  snprintf(rows->text[r][0], 16, "%s", plans[plan]);
  snprintf(rows->text[r][1], 16, "555-%06zu", r * 7919 % 1000003);
  snprintf(rows->text[r][2], 16, "%s",
           rows->kind == CHURN ? (risk > 2.6 ? "yes" : "no")
                               : tiers[risk > 3     ? 2
                                       : risk > 1.5 ? 1
                                                    : 0]);
  rows->plan[r] = ft_span_of(rows->text[r][0]);
  rows->phone[r] = ft_span_of(rows->text[r][1]);
  rows->label[r] = ft_span_of(rows->text[r][2]);
  rows->minutes[r] = minutes;
  rows->noise[r] = noise;
  rows->calls[r] = calls;
  rows->one[r] = 7;
  rows->since[r] = 18000 + (int32_t)ft_random_below(random, 900);
  rows->bill[r] = 100 * risk;
  if (ft_random_below(random, 20)) rows->with_plan[r / 64] |= UINT64_C(1) << (r % 64);
  if (ft_random_below(random, 20)) rows->with_minutes[r / 64] |= UINT64_C(1) << (r % 64);
}

static inline struct rows make_rows(size_t count, enum target_kind kind, uint64_t seed) {
  struct rows rows = { .rows = count, .kind = kind };
  rows.text = calloc(count, sizeof *rows.text);
  rows.plan = calloc(count, sizeof *rows.plan);
  rows.phone = calloc(count, sizeof *rows.phone);
  rows.label = calloc(count, sizeof *rows.label);
  rows.minutes = calloc(count, sizeof *rows.minutes);
  rows.noise = calloc(count, sizeof *rows.noise);
  rows.bill = calloc(count, sizeof *rows.bill);
  rows.calls = calloc(count, sizeof *rows.calls);
  rows.since = calloc(count, sizeof *rows.since);
  rows.one = calloc(count, sizeof *rows.one);
  rows.with_plan = calloc(count / 64 + 1, sizeof(uint64_t));
  rows.with_minutes = calloc(count / 64 + 1, sizeof(uint64_t));
  struct ft_random random = ft_random_seeded(seed);
  for (size_t r = 0; r < count; r++)
    fill_row(&rows, r, &random);
  return rows;
}

static inline void free_rows(struct rows *rows) {
  free(rows->text);
  free(rows->plan);
  free(rows->phone);
  free(rows->label);
  free(rows->minutes);
  free(rows->noise);
  free(rows->bill);
  free(rows->calls);
  free(rows->since);
  free(rows->one);
  free(rows->with_plan);
  free(rows->with_minutes);
}

/* All rows as one batch; `column` has COLUMNS entries. */
static inline struct ft_batch batch_of(const struct rows *rows, struct ft_column *column) {
  struct ft_column list[COLUMNS] = {
    { FT_TEXT, rows->plan, rows->with_plan }, { FT_FLOAT64, rows->minutes, rows->with_minutes },
    { FT_INT32, rows->calls, NULL },          { FT_FLOAT64, rows->noise, NULL },
    { FT_TEXT, rows->phone, NULL },           { FT_INT16, rows->one, NULL },
    { FT_DATE, rows->since, NULL },           { FT_TEXT, rows->label, NULL }
  };
  if (rows->kind == BILL) list[TARGET] = (struct ft_column){ FT_FLOAT64, rows->bill, NULL };
  memcpy(column, list, sizeof list);
  return (struct ft_batch){ .rows = rows->rows, .columns = COLUMNS, .column = column };
}

static inline struct ft_job job_of(enum target_kind kind) {
  return (struct ft_job){ .model = "m",
                          .fields = COLUMNS,
                          .field = fields_of(kind),
                          .target = TARGET,
                          .automatic = true,
                          .max_trials = 2,
                          .seed = 1,
                          .threads = 2 };
}

/* A table with the rows, in their order or from the last to the first. */
static inline enum ft_status fill_table(struct ft_table *table, const struct rows *rows,
                                        uint64_t seed, bool reversed, struct ft_error *err) {
  struct ft_hash_key key = ft_order_key(seed);
  struct ft_column column[COLUMNS];
  struct ft_batch batch = batch_of(rows, column);
  FT_TRY(ft_table_init(table, fields_of(rows->kind), COLUMNS, &key, err));
  if (!reversed) return ft_table_append(table, &batch, err);
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_table forward;
  FT_TRY(fill_table(&forward, rows, seed, false, err));
  uint32_t *order = calloc(rows->rows, sizeof *order);
  for (size_t r = 0; r < rows->rows; r++)
    order[r] = (uint32_t)(rows->rows - 1 - r);
  struct ft_batch backward;
  enum ft_status status =
      ft_table_batch(&backward, &arena, &forward, COLUMNS, order, rows->rows, err);
  if (status == FT_OK) status = ft_table_append(table, &backward, err);
  free(order);
  ft_table_release(&forward);
  ft_arena_release(&arena);
  return status;
}

#endif
