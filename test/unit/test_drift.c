/* What is said when the last rows differ from the first. */
#include "core/train/drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/train/order.h"
#include "foretell/random.h"

enum { AMOUNT, PLAN, DAY, NUMBER, LABEL, COLUMNS };

static const struct ft_field field[COLUMNS] = { { "amount", FT_FLOAT64, 0, 0 },
                                                { "plan", FT_TEXT, 0, 0 },
                                                { "day", FT_DATE, 0, 0 },
                                                { "number", FT_INT32, 0, 0 },
                                                { "label", FT_TEXT, 0, 0 } };

/* Rows without any drift; a test changes some. */
struct sample {
  size_t rows;
  double *amount;
  struct ft_span *plan, *label;
  int32_t *day, *number;
  uint64_t *has_amount;
};

static struct sample make_sample(size_t rows) {
  static const char *const plan[] = { "gold", "silver", "bronze", "basic" };
  struct sample s = { rows,
                      calloc(rows, sizeof(double)),
                      calloc(rows, sizeof(struct ft_span)),
                      calloc(rows, sizeof(struct ft_span)),
                      calloc(rows, sizeof(int32_t)),
                      calloc(rows, sizeof(int32_t)),
                      calloc(rows / 64 + 1, sizeof(uint64_t)) };
  struct ft_random random = ft_random_seeded(3);
  for (size_t r = 0; r < rows; r++) {
    s.amount[r] = ft_random_unit(&random);
    s.plan[r] = ft_span_of(plan[ft_random_below(&random, 4)]);
    s.label[r] = ft_span_of(ft_random_below(&random, 3) ? "no" : "yes");
    s.day[r] = 18000 + (int32_t)ft_random_below(&random, 1000);
    s.number[r] = (int32_t)ft_random_below(&random, 1000000);
    s.has_amount[r / 64] |= UINT64_C(1) << (r % 64);
  }
  return s;
}

struct told {
  uint32_t warnings;
  char text[400]; /* the last one */
};

/* Look at the rows and release them. */
static struct told look(struct sample *s) {
  struct ft_hash_key key = ft_order_key(1);
  struct ft_table table;
  struct ft_arena arena;
  struct ft_column column[COLUMNS] = { { FT_FLOAT64, s->amount, s->has_amount },
                                       { FT_TEXT, s->plan, NULL },
                                       { FT_DATE, s->day, NULL },
                                       { FT_INT32, s->number, NULL },
                                       { FT_TEXT, s->label, NULL } };
  struct ft_batch batch = { s->rows, COLUMNS, column };
  struct ft_job job = { .fields = COLUMNS, .field = field, .target = LABEL };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_run run = { .job = &job, .arena = &arena };
  assert_int_equal(ft_table_init(&table, field, COLUMNS, &key, NULL), FT_OK);
  assert_int_equal(ft_table_append(&table, &batch, NULL), FT_OK);
  assert_int_equal(ft_drift_warn(&run, &table, NULL), FT_OK);
  struct told told = { .warnings = run.report.warnings };
  if (told.warnings > 0)
    strncpy(told.text, run.report.warning[told.warnings - 1], sizeof told.text - 1);
  ft_table_release(&table);
  ft_arena_release(&arena);
  free(s->amount);
  free(s->plan);
  free(s->label);
  free(s->day);
  free(s->number);
  free(s->has_amount);
  return told;
}

static void rows_without_drift_are_passed_over(void **state) {
  (void)state;
  for (size_t rows = 0; rows < 40000; rows = rows * 3 + 1) {
    struct sample s = make_sample(rows);
    assert_int_equal(look(&s).warnings, 0);
  }
}

static void a_number_that_moved_is_named(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 0; r < s.rows; r++)
    s.amount[r] += 0.5 * (double)r / (double)s.rows;
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "differs from the first in \"amount\": newer rows"));
}

static void a_category_that_appeared_is_named(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 2200; r < s.rows; r++)
    if (r % 2) s.plan[r] = ft_span_of("platinum");
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "in \"plan\":"));
}

static void values_that_went_missing_are_named(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 2500; r < s.rows; r++)
    if (r % 3 == 0) s.has_amount[r / 64] &= ~(UINT64_C(1) << (r % 64));
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "in \"amount\":"));
}

static void a_target_that_became_rarer_is_told_of(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 2000; r < s.rows; r++)
    s.label[r] = ft_span_of(r % 20 ? "no" : "yes");
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(
      strstr(told.text, "the share of each answer in \"label\" changes from the first rows"));
}

static void rows_sorted_by_the_target_say_only_that(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 0; r < s.rows; r++) {
    s.label[r] = ft_span_of(r < 1200 ? "no" : "yes");
    s.amount[r] += r < 1200 ? 0 : 1;
  }
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "sorted by the target \"label\""));
}

static void rows_sorted_by_an_amount_say_only_that(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 0; r < s.rows; r++) {
    s.amount[r] = (double)(s.rows - r);
    s.number[r] += r < 1500 ? 0 : 1000000;
  }
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "sorted by \"amount\""));
}

static void rows_in_the_order_of_time_are_compared(void **state) {
  (void)state;
  struct sample s = make_sample(3000);
  for (size_t r = 0; r < s.rows; r++)
    s.day[r] = 18000 + (int32_t)r / 9;
  struct told calm = look(&s);
  assert_int_equal(calm.warnings, 0);
  s = make_sample(3000);
  for (size_t r = 0; r < s.rows; r++) {
    s.day[r] = 18000 + (int32_t)r / 9;
    s.number[r] += r < 1500 ? 0 : 1000000;
  }
  struct told told = look(&s);
  assert_int_equal(told.warnings, 1);
  assert_non_null(strstr(told.text, "in \"number\":"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_without_drift_are_passed_over),
    cmocka_unit_test(a_number_that_moved_is_named),
    cmocka_unit_test(a_category_that_appeared_is_named),
    cmocka_unit_test(values_that_went_missing_are_named),
    cmocka_unit_test(a_target_that_became_rarer_is_told_of),
    cmocka_unit_test(rows_sorted_by_the_target_say_only_that),
    cmocka_unit_test(rows_sorted_by_an_amount_say_only_that),
    cmocka_unit_test(rows_in_the_order_of_time_are_compared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
