#include "core/import/columns/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum ft_status ft_column_step(struct ft_prepared_column *column, const struct ft_columns *columns,
                              const struct ft_column_source *source,
                              const struct ft_column_step *step, struct ft_error *err) {
  struct ft_column_step *copy = FT_ARENA_NEW(columns->arena, struct ft_column_step, 1);
  if (!copy) return ft_columns_no_memory(err);
  *copy = *step;
  copy->wide = column->wide;
  copy->before = column->last;
  copy->steps = column->last->steps + 1;
  if (copy->steps > FT_COLUMN_MAX_STEPS)
    return ft_column_refuse(source, "too many steps one after another", err);
  column->last = copy;
  return FT_OK;
}

/* Infinite bounds of Clip are numbers, too; NaN is none. */
static bool good(const struct ft_column_numbers *reals, uint32_t columns, bool infinite) {
  if (!reals) return true;
  if (reals->count != 1 && reals->count != columns) return false;
  for (size_t i = 0; i < reals->count; i++)
    if (infinite ? isnan(reals->value[i]) : !isfinite(reals->value[i])) return false;
  return true;
}

static double item(const struct ft_column_numbers *reals, uint32_t index) {
  return reals ? reals->value[reals->count == 1 ? 0 : index] : 0;
}

enum ft_status ft_columns_step(struct ft_prepared_table *out, const struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_prepared_table *table, enum ft_step_kind kind,
                               const struct ft_column_numbers *a, const struct ft_column_numbers *b,
                               struct ft_error *err) {
  struct ft_prepared_column *column;
  if (!good(a, table->columns, kind == FT_STEP_CLIP) ||
      !good(b, table->columns, kind == FT_STEP_CLIP))
    return ft_column_damaged(source, "its constants", err);
  FT_TRY(ft_columns_new(out, &column, columns, table->columns, err));
  for (uint32_t i = 0; i < table->columns; i++) {
    column[i] = table->column[i];
    if (!ft_column_is_number(columns, &column[i]))
      return ft_column_refuse(source, "its input is text", err);
    const struct ft_column_step step = { .kind = kind, .a = item(a, i), .b = item(b, i) };
    FT_TRY(ft_column_step(&column[i], columns, source, &step, err));
    column[i].whole = kind == FT_STEP_ABOVE || kind == FT_STEP_IS_MISSING ||
                      kind == FT_STEP_TRUNCATE || kind == FT_STEP_NOT_ZERO ||
                      (kind == FT_STEP_IMPUTE && column[i].whole && step.a == trunc(step.a));
  }
  return FT_OK;
}

/* --- categories --- */

enum ft_status ft_column_category(struct ft_columns *columns, uint32_t index, struct ft_span text,
                                  struct ft_error *err) {
  struct ft_column_field *field = &columns->field[index];
  if (columns->signed_off)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the %s model has several learners with categories of their own",
                   columns->format);
  field->category = true;
  if (field->categories == field->room) {
    uint32_t room = field->room ? 2 * field->room : 16;
    struct ft_span *value =
        room > FT_COLUMN_MAX_CATEGORIES ? NULL : FT_ARENA_NEW(columns->arena, struct ft_span, room);
    if (!value)
      return ft_fail(err, FT_LIMIT, "an input of the %s model has too many categories",
                     columns->format);
    if (field->categories) memcpy(value, field->value, field->categories * sizeof *value);
    field->value = value;
    field->room = room;
  }
  if (!ft_span_is_utf8(text))
    return ft_fail(err, FT_CORRUPT, "the %s model has a category that is not UTF-8",
                   columns->format);
  field->value[field->categories++] = text;
  return FT_OK;
}

/* The column before it becomes a category: the field itself, at most with its missing values
 * filled. */
static enum ft_status as_category(struct ft_prepared_column *out, struct ft_columns *columns,
                                  const struct ft_column_source *source,
                                  const struct ft_prepared_column *column, struct ft_error *err) {
  const struct ft_column_step *kept[FT_COLUMN_MAX_STEPS], *step = column->last;
  uint32_t steps = 0;
  if (column->field >= columns->fields)
    return ft_column_refuse(source, "categories of a number that is computed", err);
  for (; step->kind != FT_STEP_FIELD; step = step->before) {
    if (step->kind == FT_STEP_IMPUTE || step->kind == FT_STEP_FILL || step->kind == FT_STEP_REPLACE)
      kept[steps++] = step;
    else if (step->kind != FT_STEP_TRUNCATE && step->kind != FT_STEP_NARROW)
      return ft_column_refuse(source, "categories of a number that is computed", err);
  }
  *out = (struct ft_prepared_column){ .field = column->field, .last = step };
  while (steps--) {
    struct ft_column_step fill = *kept[steps];
    if (fill.kind == FT_STEP_IMPUTE) {
      fill.kind = FT_STEP_FILL;
      FT_TRY(ft_column_decimal(&fill.text, columns->arena, fill.a, err));
    }
    FT_TRY(ft_column_category(columns, column->field, fill.text, err));
    FT_TRY(ft_column_step(out, columns, source, &fill, err));
  }
  return FT_OK;
}

enum ft_status ft_column_equals(struct ft_prepared_column *out, struct ft_columns *columns,
                                const struct ft_column_source *source,
                                const struct ft_prepared_column *column, struct ft_span text,
                                struct ft_error *err) {
  const struct ft_column_step equals = { .kind = FT_STEP_EQUALS, .text = text };
  FT_TRY(as_category(out, columns, source, column, err));
  FT_TRY(ft_column_category(columns, column->field, text, err));
  out->whole = true;
  return ft_column_step(out, columns, source, &equals, err);
}

enum ft_status ft_column_fill(struct ft_prepared_column *column, const struct ft_columns *columns,
                              const struct ft_column_source *source, struct ft_span text,
                              struct ft_error *err) {
  const struct ft_column_step fill = { .kind = FT_STEP_FILL, .text = text };
  return ft_column_step(column, columns, source, &fill, err);
}

enum ft_status ft_column_map(struct ft_prepared_column *out, struct ft_columns *columns,
                             const struct ft_column_source *source,
                             const struct ft_prepared_column *column,
                             const struct ft_category_map *map, double other,
                             struct ft_error *err) {
  const struct ft_column_step step = { .kind = FT_STEP_MAP, .a = other, .map = map };
  FT_TRY(as_category(out, columns, source, column, err));
  for (uint32_t c = 0; c < map->count; c++)
    FT_TRY(ft_column_category(columns, out->field, map->text[c], err));
  return ft_column_step(out, columns, source, &step, err);
}

enum ft_status ft_column_decimal(struct ft_span *out, struct ft_arena *arena, double number,
                                 struct ft_error *err) {
  bool whole = fabs(number) < 9007199254740992.0 && number == floor(number);
  const char *text = ft_arena_print(arena, whole ? "%.0f" : "%.9g", number == 0 ? 0 : number);
  if (!text) return ft_columns_no_memory(err);
  *out = ft_span_of(text);
  return FT_OK;
}

static int compare_entries(const void *left, const void *right) {
  return ft_span_compare(((const struct ft_category_entry *)left)->text,
                         ((const struct ft_category_entry *)right)->text);
}

enum ft_status ft_category_map(struct ft_category_map **out, struct ft_arena *arena,
                               const struct ft_column_source *source,
                               struct ft_category_entry *entry, size_t count,
                               struct ft_error *err) {
  if (count > FT_COLUMN_MAX_CATEGORIES) return ft_column_refuse(source, "too many categories", err);
  struct ft_category_map *map = FT_ARENA_NEW(arena, struct ft_category_map, 1);
  struct ft_span *text = FT_ARENA_NEW(arena, struct ft_span, count);
  double *number = FT_ARENA_NEW(arena, double, count);
  if (!map || !text || !number) return ft_columns_no_memory(err);
  if (count) qsort(entry, count, sizeof *entry, compare_entries);
  for (size_t i = 0; i < count; i++) {
    if (i && ft_span_equal(entry[i].text, entry[i - 1].text))
      return ft_column_damaged(source, "a category that is there twice", err);
    text[i] = entry[i].text;
    number[i] = entry[i].number;
  }
  *map = (struct ft_category_map){ (uint32_t)count, text, number };
  *out = map;
  return FT_OK;
}
