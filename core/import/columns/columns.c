#include "core/import/columns/columns.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum ft_status ft_column_refuse(const struct ft_column_source *source, const char *why,
                                struct ft_error *err) {
  return source->refuse(source, why, err);
}

enum ft_status ft_column_damaged(const struct ft_column_source *source, const char *what,
                                 struct ft_error *err) {
  return source->damaged(source, what, err);
}

enum ft_status ft_columns_no_memory(struct ft_error *err) {
  return ft_arena_fail(err, "the file's model");
}

enum ft_status ft_columns_new(struct ft_prepared_table *out, struct ft_prepared_column **column,
                              const struct ft_columns *columns, uint64_t count,
                              struct ft_error *err) {
  if (count > FT_NET_MAX_INPUTS)
    return ft_fail(err, FT_LIMIT,
                   "a table within the %s model has %" PRIu64 " columns, and at most %u can be",
                   columns->format, count, FT_NET_MAX_INPUTS);
  *column = FT_ARENA_NEW(columns->arena, struct ft_prepared_column, (size_t)count);
  if (!*column) return ft_columns_no_memory(err);
  *out = (struct ft_prepared_table){ (uint32_t)count, *column };
  return FT_OK;
}

bool ft_column_is_number(const struct ft_columns *columns,
                         const struct ft_prepared_column *column) {
  const struct ft_column_step *step = column->last;
  for (; step; step = step->before)
    if (step->kind == FT_STEP_EQUALS || step->kind == FT_STEP_MAP) return true;
  return !columns->field[column->field].text;
}

enum ft_status ft_column_is_coded(bool *out, const struct ft_columns *columns,
                                  const struct ft_column_source *source,
                                  const struct ft_prepared_column *column, struct ft_error *err) {
  const struct ft_column_field *field = &columns->field[column->field];
  const struct ft_column_step *step = column->last;
  while (step->kind != FT_STEP_FIELD && step->kind != FT_STEP_EQUALS && step->kind != FT_STEP_MAP)
    step = step->before;
  *out = field->text || field->category;
  if (*out && step->kind == FT_STEP_FIELD)
    return ft_column_refuse(source, "an input is a number here and a category elsewhere, or a text",
                            err);
  return FT_OK;
}

struct ft_raw ft_column_raw(const struct ft_columns *columns, uint32_t field, uint32_t category) {
  if (category == UINT32_MAX) return (struct ft_raw){ .kind = FT_RAW_MISSING };
  if (category >= columns->field[field].categories)
    return (struct ft_raw){ .kind = FT_RAW_UNLISTED };
  return (struct ft_raw){ .kind = FT_RAW_TEXT, .text = columns->field[field].value[category] };
}

/* --- into the signature --- */

static int compare_texts(const void *left, const void *right) {
  return ft_span_compare(*(const struct ft_span *)left, *(const struct ft_span *)right);
}

/* The field's values in order, each once, as an input of the signature. */
static enum ft_status describe(struct ft_signature_input *out, const struct ft_columns *columns,
                               uint32_t index, struct ft_error *err) {
  struct ft_column_field *field = &columns->field[index];
  uint32_t kept = 0;
  if (field->categories)
    qsort(field->value, field->categories, sizeof *field->value, compare_texts);
  for (uint32_t i = 0; i < field->categories; i++)
    if (!kept || !ft_span_equal(field->value[kept - 1], field->value[i]))
      field->value[kept++] = field->value[i];
  field->categories = kept;
  uint8_t *used = FT_ARENA_NEW(columns->arena, uint8_t, kept + 1);
  struct ft_span *none = FT_ARENA_NEW(columns->arena, struct ft_span, 1);
  if (!used || !none) return ft_columns_no_memory(err);
  memset(used, 1, kept);
  *out = (struct ft_signature_input){ .name = field->name,
                                      .coded = field->text || field->category,
                                      .codes = kept,
                                      .used = used,
                                      .category = kept ? field->value : none,
                                      .integers = !field->text };
  return FT_OK;
}

enum ft_status ft_columns_sign(struct ft_columns *columns, struct ft_error *err) {
  if (columns->signed_off) return FT_OK;
  struct ft_signature_input *input =
      FT_ARENA_NEW(columns->arena, struct ft_signature_input, columns->fields);
  if (!input) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < columns->fields; i++)
    FT_TRY(describe(&input[i], columns, i, err));
  FT_TRY(ft_signature_inputs(columns->import, &columns->codes, columns->arena, input,
                             columns->fields, err));
  columns->signed_off = true;
  return FT_OK;
}
