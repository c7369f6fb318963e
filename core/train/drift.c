#include "core/train/drift.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/radix.h"

#define PARTS        5     /* the first and the last of so many are compared */
#define MAX_ROWS     10000 /* looked at of a part */
#define CHANCE       2.5 /* times the scale of Kolmogorov's distribution: 1 of 100,000 by chance */
#define DEVIATIONS   6.0 /* of a sum that chance makes */
#define TURNS        0.005 /* of the neighbours, where rows are sorted */
#define TURNS_A_STEP 0.05  /* and of those that differ */
#define ROWS_A_RUN   5
#define MIXED_SHARE  0.1 /* of the changes that mixed rows have: the target is sorted */
#define MAX_NAMED    3
#define NAMES_BYTES  240

/* What a column's values are in the first and in the last part. */
/* Valid    `value` and `present` of the column in hand after read_parts; `key` and `of_code` are working
 *          memory. The first part begins at row 0; the last one ends less than `step` rows before the end. */
struct comparison {
  const struct ft_table *table;
  uint32_t column;
  size_t rows;      /* looked at of a part */
  size_t step;      /* between them */
  double *value[2]; /* present ones; texts as codes */
  size_t present[2];
  uint64_t *key;        /* of values being sorted; two a row */
  uint32_t *of_code[2]; /* rows of each code; room for the largest dictionary */
};

static bool is_text(const struct comparison *c) {
  return c->table->field[c->column].type == FT_TEXT;
}

static uint32_t codes_of(const struct comparison *c) {
  return is_text(c) ? c->table->column[c->column].dictionary.entries : 2;
}

static double value_of(const struct comparison *c, size_t row) {
  return is_text(c) ? ft_table_code(c->table, c->column, row)
                    : ft_table_number(c->table, c->column, row);
}

static void read_parts(struct comparison *c) {
  for (int part = 0; part < 2; part++) {
    size_t first = part ? c->table->rows - c->rows * c->step : 0;
    c->present[part] = 0;
    for (size_t i = 0; i < c->rows; i++)
      if (ft_table_has(c->table, c->column, first + i * c->step))
        c->value[part][c->present[part]++] = value_of(c, first + i * c->step);
  }
}

static void sort_numbers(const struct comparison *c, double *value, size_t count) {
  for (size_t i = 0; i < count; i++)
    c->key[i] = ft_radix_of_double(value[i]);
  ft_radix_sort(c->key, c->key + c->rows, count, 0);
  for (size_t i = 0; i < count; i++)
    value[i] = ft_radix_double(c->key[i]);
}

static bool nulls_differ(const struct comparison *c) {
  /* Two shares, compared by the standard error of their difference. */
  double n = (double)c->rows, a = (double)c->present[0] / n, b = (double)c->present[1] / n;
  double both = (a + b) / 2, deviation = sqrt(2 * both * (1 - both) / n);
  return fabs(a - b) > FT_DRIFT_NULLS && fabs(a - b) > DEVIATIONS * deviation;
}

static bool numbers_differ(struct comparison *c) {
  size_t n = c->present[0], m = c->present[1], i = 0, j = 0;
  double distance = 0;
  sort_numbers(c, c->value[0], n);
  sort_numbers(c, c->value[1], m);
  /* Kolmogorov-Smirnov: one merge of both sorted lists, with equal values passed together. */
  while (i < n && j < m) {
    double x = c->value[0][i] < c->value[1][j] ? c->value[0][i] : c->value[1][j];
    while (i < n && c->value[0][i] <= x)
      i++;
    while (j < m && c->value[1][j] <= x)
      j++;
    double here = fabs((double)i / (double)n - (double)j / (double)m);
    if (here > distance) distance = here;
  }
  /* Under equal distributions distance / scale has Kolmogorov's distribution. */
  double scale = sqrt((double)(n + m) / ((double)n * (double)m));
  return distance > FT_DRIFT_DISTANCE && distance > CHANCE * scale;
}

static bool codes_differ(struct comparison *c) {
  size_t n = c->present[0], m = c->present[1];
  uint32_t codes = codes_of(c);
  for (int part = 0; part < 2; part++) {
    memset(c->of_code[part], 0, codes * sizeof(uint32_t));
    for (size_t i = 0; i < c->present[part]; i++)
      c->of_code[part][(uint32_t)c->value[part][i]]++;
  }
  double distance = 0, expected = 0, square = 0, freedom = -1;
  assert(n > 0 && m > 0);
  double spread = 1 / (double)n + 1 / (double)m;
  for (uint32_t code = 0; code < codes; code++) {
    double a = c->of_code[0][code], b = c->of_code[1][code];
    if (a + b == 0) continue;
    double share = (a + b) / (double)(n + m), difference = a / (double)n - b / (double)m;
    distance += fabs(difference) / 2;
    /* A distance is never negative, so chance alone makes some: the mean of |normal| is sigma
     * sqrt(2 / pi). */
    expected += sqrt(share * (1 - share) * spread / (2 * M_PI));
    /* Pearson's chi-square of two samples; of k codes it has k - 1 degrees of freedom, and
     * variance 2 (k - 1). */
    square += difference * difference / (share * spread);
    freedom++;
  }
  return distance - expected > FT_DRIFT_DISTANCE &&
         square > freedom + DEVIATIONS * sqrt(2 * freedom);
}

static bool differs(struct comparison *c) {
  read_parts(c);
  if (nulls_differ(c)) return true;
  if (c->present[0] < FT_DRIFT_MIN_ROWS / PARTS || c->present[1] < FT_DRIFT_MIN_ROWS / PARTS)
    return false;
  return is_text(c) ? codes_differ(c) : numbers_differ(c);
}

/* Numbers that hardly ever turn: 1 upwards, -1 downwards, 0 neither. */
static int direction_of(const struct comparison *c) {
  size_t up = 0, down = 0, pairs = 0;
  double last = NAN;
  for (size_t row = 0; row < c->table->rows; row += c->step) {
    if (!ft_table_has(c->table, c->column, row)) continue;
    double value = value_of(c, row);
    /* Comparisons with the first NaN are false. */
    up += value > last;
    down += value < last;
    pairs += !isnan(last);
    last = value;
  }
  double max = TURNS * (double)pairs;
  if ((double)down <= max && (double)down <= TURNS_A_STEP * (double)up && up > 0) return 1;
  return (double)up <= max && (double)up <= TURNS_A_STEP * (double)down && down > 0 ? -1 : 0;
}

/* Equal texts, or booleans, stand together: about one run a text, and not of single rows. Of the
 * target it is enough that it changes far less often than in rows that are mixed. */
static bool is_grouped(const struct comparison *c, bool target) {
  size_t runs = 0, texts = 0, rows = 0;
  uint32_t last = UINT32_MAX, codes = codes_of(c);
  memset(c->of_code[0], 0, codes * sizeof(uint32_t));
  for (size_t row = 0; row < c->table->rows; row += c->step) {
    if (!ft_table_has(c->table, c->column, row)) continue;
    uint32_t code = (uint32_t)value_of(c, row);
    texts += c->of_code[0][code]++ == 0;
    runs += code != last;
    rows++;
    last = code;
  }
  double apart = 1; /* share of neighbours that differ in mixed rows */
  for (uint32_t code = 0; code < codes && rows > 0; code++)
    apart -= (double)c->of_code[0][code] / (double)rows * c->of_code[0][code] / (double)rows;
  if (texts < 2 || rows < ROWS_A_RUN * runs) return false;
  if (target) return (double)runs <= MIXED_SHARE * apart * (double)rows;
  return runs <= texts + texts / 10;
}

/* Along such a column rows stand in the order in which they came to be. */
static bool is_time(enum ft_type type, int direction) {
  bool integer = type == FT_INT16 || type == FT_INT32 || type == FT_INT64;
  return ft_type_is_temporal(type) || (integer && direction > 0);
}

static enum ft_status make_room(struct comparison *c, struct ft_arena *arena,
                                struct ft_error *err) {
  const struct ft_table *table = c->table;
  uint32_t codes = 2;
  for (uint32_t f = 0; f < table->fields; f++)
    if (table->column[f].dictionary.entries > codes) codes = table->column[f].dictionary.entries;
  c->key = FT_ARENA_NEW(arena, uint64_t, 2 * c->rows);
  if (!c->key) return ft_arena_fail(err, "the look at the rows");
  for (int part = 0; part < 2; part++) {
    c->value[part] = FT_ARENA_NEW(arena, double, c->rows);
    c->of_code[part] = FT_ARENA_NEW(arena, uint32_t, codes);
    if (!c->value[part] || !c->of_code[part])
      return ft_arena_fail(err, "the comparison of the rows");
  }
  return FT_OK;
}

static bool is_left_out(const struct ft_run *run, const char *name) {
  for (uint32_t i = 0; i < run->profile.n_left_out; i++)
    if (run->profile.left_out[i].name == name) return true;
  return false;
}

/* "a", "b" and 3 more columns */
struct naming {
  char text[NAMES_BYTES];
  size_t size;
  uint32_t columns;
};

static void add_name(struct naming *naming, const char *name) {
  if (naming->columns++ >= MAX_NAMED) return;
  int size = snprintf(naming->text + naming->size, NAMES_BYTES - naming->size, "%s\"%.60s\"",
                      naming->size ? ", " : "", name);
  if (size > 0 && (size_t)size < NAMES_BYTES - naming->size) naming->size += (size_t)size;
}

static void tell_target(struct ft_run *run, const struct ft_field *target) {
  bool coded = target->type == FT_TEXT || target->type == FT_BOOL;
  ft_run_warn(run, "%s \"%s\" changes from the first rows to the last",
              coded ? "the share of each answer in" : "the spread of", target->name);
}

static void tell_differences(struct ft_run *run, const struct naming *naming) {
  char more[48] = "";
  if (naming->columns == 0) return;
  if (naming->columns > MAX_NAMED)
    snprintf(more, sizeof more, " and %u more columns", (unsigned)(naming->columns - MAX_NAMED));
  ft_run_warn(run,
              "the last fifth of the rows differs from the first in %s%s: "
              "newer rows may be predicted worse than the score says",
              naming->text, more);
}

static void compare(struct ft_run *run, struct comparison *c) {
  const struct ft_table *table = c->table;
  struct naming naming = { .size = 0 };
  bool target_differs = false;
  for (uint32_t i = 0; i < table->fields; i++) {
    c->column = (run->job->target + i) % table->fields; /* the target first */
    const struct ft_field *field = &table->field[c->column];
    bool target = i == 0;
    if (!target && is_left_out(run, field->name)) continue;
    bool coded = is_text(c) || field->type == FT_BOOL;
    int direction = coded ? is_grouped(c, target) : direction_of(c);
    /* Sorted by something that is no time: all other differences may come from that order alone. */
    if (direction != 0 && (target || !is_time(field->type, direction))) {
      ft_run_warn(
          run, "the rows arrive sorted by %s\"%s\": whether they change over time cannot be seen",
          target ? "the target " : "", field->name);
      return;
    }
    if (direction != 0 || !differs(c)) continue;
    target_differs |= target;
    if (!target) add_name(&naming, field->name);
  }
  if (target_differs) tell_target(run, &table->field[run->job->target]);
  tell_differences(run, &naming);
}

enum ft_status ft_drift_warn(struct ft_run *run, const struct ft_table *table,
                             struct ft_error *err) {
  if (table->rows < FT_DRIFT_MIN_ROWS) return FT_OK;
  struct comparison c = { .table = table };
  size_t part = table->rows / PARTS;
  c.step = (part + MAX_ROWS - 1) / MAX_ROWS;
  c.rows = part / c.step;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = make_room(&c, &arena, err);
  if (status == FT_OK) compare(run, &c);
  ft_arena_release(&arena);
  return status;
}
