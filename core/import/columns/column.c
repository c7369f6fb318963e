#include "core/import/columns/column.h"

#include <float.h>
#include <math.h>
#include <string.h>

static double lookup(const struct ft_category_map *map, struct ft_span text, double other) {
  uint32_t from = 0, to = map->count;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    int order = ft_span_compare(map->text[middle], text);
    if (order == 0) return map->number[middle];
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return other;
}

static double clip(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

static double compute(const struct ft_column_step *step, double x) {
  switch (step->kind) {
  case FT_STEP_IMPUTE: return isnan(x) ? step->a : x;
  case FT_STEP_SCALE: return (step->wide ? x - step->a : (float)(x - step->a)) * step->b;
  case FT_STEP_ADD: return x + step->a;
  case FT_STEP_MULTIPLY: return x * step->a;
  case FT_STEP_DIVIDE: return x / step->a;
  case FT_STEP_CLIP: return clip(x, step->a, step->b);
  case FT_STEP_ABOVE: return x > step->a;
  case FT_STEP_IS_MISSING: return isnan(x);
  case FT_STEP_NOT_ZERO: return x != 0;
  case FT_STEP_TRUNCATE: return trunc(x);
  default: return x;
  }
}

static struct ft_raw run(const struct ft_column_step *step, struct ft_raw raw);

static bool holds(const struct ft_column_step *condition, struct ft_raw raw) {
  return raw.kind == FT_RAW_MISSING || run(condition, raw).number != 0;
}

/* The steps that take categories, and after them those that take numbers. */
static struct ft_raw run(const struct ft_column_step *step, struct ft_raw raw) {
  if (step->kind == FT_STEP_FIELD) return raw;
  if (step->kind == FT_STEP_REPLACE)
    return holds(step->condition, raw) ? (struct ft_raw){ .kind = FT_RAW_TEXT, .text = step->text }
                                       : run(step->before, raw);
  raw = run(step->before, raw);
  switch (step->kind) {
  case FT_STEP_FILL:
    return raw.kind == FT_RAW_MISSING ? (struct ft_raw){ .kind = FT_RAW_TEXT, .text = step->text }
                                      : raw;
  case FT_STEP_EQUALS:
    raw.number = raw.kind == FT_RAW_TEXT && ft_span_equal(raw.text, step->text);
    break;
  case FT_STEP_MAP:
    raw.number = raw.kind == FT_RAW_TEXT ? lookup(step->map, raw.text, step->a) : step->a;
    break;
  default: raw.number = compute(step, raw.kind == FT_RAW_NUMBER ? raw.number : (double)NAN); break;
  }
  raw.kind = FT_RAW_NUMBER;
  if (!step->wide) raw.number = (float)raw.number;
  return raw;
}

double ft_column_value(const struct ft_prepared_column *column, struct ft_raw raw) {
  raw = run(column->last, raw);
  return raw.kind == FT_RAW_NUMBER ? raw.number : (double)NAN;
}

static bool has_code(const struct ft_branch_codes *codes, double x) {
  if (!(x >= 0 && x < FT_BRANCH_CODES)) return false;
  uint32_t code = (uint32_t)x;
  return codes->word[code / 32] >> (code % 32) & 1;
}

static bool is_among(const struct ft_branch_test *test, double x) {
  return has_code(test->known, x) ? has_code(test->passing, x) : test->missing_passes;
}

bool ft_column_passes(const struct ft_prepared_column *column, const struct ft_branch_test *test,
                      struct ft_raw raw) {
  double x = ft_column_value(column, raw);
  if (isnan(x) && test->missing_passes) return true;
  switch (test->branch) {
  case FT_BRANCH_LEQ: return x <= test->value;
  case FT_BRANCH_LT: return x < test->value;
  case FT_BRANCH_GT: return x > test->value;
  case FT_BRANCH_GTE: return x >= test->value;
  case FT_BRANCH_EQ: return x == test->value;
  case FT_BRANCH_AMONG: return is_among(test, x);
  default: return x != test->value;
  }
}

/* Integers in the order of the floats. */
static int64_t rank_of(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits < 0 ? -(int64_t)(bits & INT32_MAX) - 1 : bits;
}

static float of_rank(int64_t rank) {
  uint32_t bits = rank < 0 ? UINT32_C(0x80000000) | (uint32_t)(-(rank + 1)) : (uint32_t)rank;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static bool passes_at(const struct ft_prepared_column *column, const struct ft_branch_test *test,
                      float x) {
  return ft_column_passes(column, test, (struct ft_raw){ .kind = FT_RAW_NUMBER, .number = x });
}

struct ft_threshold ft_column_threshold(const struct ft_prepared_column *column,
                                        const struct ft_branch_test *test) {
  bool first = passes_at(column, test, -FLT_MAX);
  if (passes_at(column, test, FLT_MAX) == first) return (struct ft_threshold){ INFINITY, first };
  int64_t low = rank_of(-FLT_MAX), high = rank_of(FLT_MAX);
  while (high - low > 1) { /* low answers as the lowest does, high as the highest */
    int64_t middle = low + (high - low) / 2;
    if (passes_at(column, test, of_rank(middle)) == first)
      low = middle;
    else
      high = middle;
  }
  return (struct ft_threshold){ of_rank(high), first };
}

/* Steep enough that one float32 above the centre gives more than 1, but for centres next to 0. */
#define STEEP 0x1p100

static bool make_step(struct ft_column_form *form, const struct ft_prepared_column *column,
                      const struct ft_column_step *step) {
  const struct ft_prepared_column before = { column->field, column->wide, false, step->before };
  const struct ft_branch_test test = { .branch = FT_BRANCH_GT, .value = step->a };
  struct ft_threshold above = ft_column_threshold(&before, &test);
  if (above.below_passes) return false;
  float centre = isinf(above.threshold) ? FLT_MAX : nextafterf(above.threshold, -INFINITY);
  *form = (struct ft_column_form){ .centre = centre, .scale = STEEP, .low = 0, .high = 1 };
  return true;
}

static void multiply(struct ft_column_form *form, double by) {
  double low = form->low * by, high = form->high * by;
  form->scale *= by;
  form->shift *= by;
  form->low = by == 0 ? 0 : by < 0 ? high : low;
  form->high = by == 0 ? 0 : by < 0 ? low : high;
}

/* Into the centre, where nothing is lost: large sums that differ by little are then never added. */
static void add(struct ft_column_form *form, const struct ft_column_step *step, double by) {
  const bool free = isinf(form->low) && isinf(form->high) && form->shift == 0;
  const double centre = form->scale == 0 ? INFINITY : form->centre - by / form->scale;
  if (step->wide && free && isfinite((float)centre))
    form->centre = centre;
  else
    form->shift += by;
}

static bool apply(struct ft_column_form *form, const struct ft_prepared_column *column,
                  const struct ft_column_step *step) {
  bool plain = form->scale == 1 && form->shift == 0 && isinf(form->low) && isinf(form->high);
  switch (step->kind) {
  case FT_STEP_SCALE:
    if (plain)
      form->centre += step->a;
    else
      add(form, step, -step->a);
    multiply(form, step->b);
    return true;
  case FT_STEP_ADD: add(form, step, step->a); return true;
  case FT_STEP_MULTIPLY: multiply(form, step->a); return true;
  case FT_STEP_DIVIDE: multiply(form, 1 / step->a); return true;
  case FT_STEP_CLIP:
    form->low = clip(form->low, step->a - form->shift, step->b - form->shift);
    form->high = clip(form->high, step->a - form->shift, step->b - form->shift);
    return true;
  case FT_STEP_ABOVE: return make_step(form, column, step);
  case FT_STEP_IS_MISSING:
    *form = (struct ft_column_form){ .low = -INFINITY, .high = INFINITY };
    return true;
  case FT_STEP_FIELD:
  case FT_STEP_IMPUTE:
  case FT_STEP_NARROW: return true;
  default: return false;
  }
}

bool ft_column_form(struct ft_column_form *out, const struct ft_prepared_column *column) {
  const struct ft_column_step *step[FT_COLUMN_MAX_STEPS];
  struct ft_column_form form = { .scale = 1, .low = -INFINITY, .high = INFINITY };
  uint32_t steps = 0;
  for (const struct ft_column_step *s = column->last; s; s = s->before)
    step[steps++] = s;
  while (steps--)
    if (!apply(&form, column, step[steps])) return false;
  if (!(isfinite((float)form.centre) && isfinite((float)form.scale) && isfinite(form.shift)))
    return false;
  *out = form;
  return form.low <= form.high;
}
