#include "core/import/onnx/onnx_prepare.h"

#include <math.h>
#include <string.h>

#include "core/import/columns/step.h"
#include "core/import/onnx/onnx_derive_operators.h"

static enum ft_status need_columns(const struct ft_onnx_value **out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind != FT_ONNX_COLUMNS)
    return ft_onnx_refuse(node, "its input is not made of the model's columns alone", err);
  *out = value;
  return FT_OK;
}

/* --- numbers --- */

enum ft_status ft_onnx_scaler(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_column_numbers offset, scale;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_reals(&offset, onnx, node, "offset", err));
  FT_TRY(ft_onnx_reals(&scale, onnx, node, "scale", err));
  FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table, FT_STEP_SCALE,
                         &offset, &scale, err));
  /* its answer is float32, whatever it is given */
  for (uint32_t i = 0; i < out.table.columns; i++)
    ((struct ft_prepared_column *)(uintptr_t)out.table.column)[i].wide = false;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_imputer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_column_numbers with;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_reals(&with, onnx, node, "imputed_value_floats", err));
  if (!with.count) return ft_onnx_refuse(node, "it replaces integers", err);
  const double replaced = ft_onnx_real(node, "replaced_value_float", 0);
  if (!isnan(replaced))
    FT_TRY(ft_onnx_derive_replace(&out, onnx, node, value, replaced, &with, err));
  else
    FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table, FT_STEP_IMPUTE,
                           &with, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_binarizer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  double above = ft_onnx_real(node, "threshold", 0);
  const struct ft_column_numbers threshold = { 1, &above };
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table, FT_STEP_ABOVE,
                         &threshold, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_is_missing(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table,
                         FT_STEP_IS_MISSING, NULL, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* A bound of Clip: an input, or of old an attribute. */
static enum ft_status read_bound(double *out, const struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, size_t index, const char *name,
                                 struct ft_error *err) {
  const struct ft_onnx_value *bound = ft_onnx_input(onnx, node, index);
  *out = ft_onnx_real(node, name, index == 1 ? -INFINITY : INFINITY);
  if (!bound) return FT_OK;
  if (bound->kind != FT_ONNX_CONSTANT || bound->constant.count != 1 || !bound->constant.number)
    return ft_onnx_refuse(node, "a bound that is no constant", err);
  *out = bound->constant.number[0];
  return FT_OK;
}

enum ft_status ft_onnx_columns_clip(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  double low, high;
  const struct ft_column_numbers a = { 1, &low }, b = { 1, &high };
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(read_bound(&low, onnx, node, 1, "min", err));
  FT_TRY(read_bound(&high, onnx, node, 2, "max", err));
  if (!(low <= high)) return ft_onnx_damaged(node, "its bounds", err);
  FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table, FT_STEP_CLIP, &a,
                         &b, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

static enum ft_status cast_column(struct ft_prepared_column *column, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, int64_t to,
                                  struct ft_error *err) {
  const struct ft_column_step narrow = { .kind = FT_STEP_NARROW },
                              whole = { .kind = FT_STEP_TRUNCATE },
                              truth = { .kind = FT_STEP_NOT_ZERO };
  bool number = ft_column_is_number(&onnx->columns, column);
  if (to == FT_ONNX_STRING) return FT_OK;
  if (!number) return ft_onnx_refuse(node, "it reads texts as numbers", err);
  if (to == FT_ONNX_FLOAT && column->wide) {
    column->wide = false;
    return ft_column_step(column, &onnx->columns, &node->source, &narrow, err);
  }
  if (to == FT_ONNX_DOUBLE) column->wide = true;
  if ((to == FT_ONNX_INT32 || to == FT_ONNX_INT64) && !column->whole) {
    column->whole = true;
    return ft_column_step(column, &onnx->columns, &node->source, &whole, err);
  }
  if (to != FT_ONNX_BOOL) return FT_OK;
  if (!column->whole) return ft_onnx_refuse(node, "to boolean", err);
  return ft_column_step(column, &onnx->columns, &node->source, &truth, err);
}

enum ft_status ft_onnx_columns_cast(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  int64_t to = ft_onnx_integer(node, "to", 0);
  FT_TRY(need_columns(&value, onnx, node, err));
  if (to != FT_ONNX_FLOAT && to != FT_ONNX_DOUBLE && to != FT_ONNX_INT32 && to != FT_ONNX_INT64 &&
      to != FT_ONNX_STRING && to != FT_ONNX_BOOL)
    return ft_onnx_refuse(node, "to a type that is not read", err);
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, value->table.columns, err));
  for (uint32_t i = 0; i < value->table.columns; i++) {
    column[i] = value->table.column[i];
    FT_TRY(cast_column(&column[i], onnx, node, to, err));
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- tables --- */

enum ft_status ft_onnx_columns_concat(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      struct ft_error *err) {
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  size_t columns = 0;
  if (ft_onnx_integer(node, "axis", 1) == 0) return ft_onnx_refuse(node, "of rows", err);
  for (size_t i = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (!value || value->kind != FT_ONNX_COLUMNS)
      return ft_onnx_refuse(node, "an input is not made of the model's columns alone", err);
    columns += value->table.columns;
  }
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, columns, err));
  for (size_t i = 0, at = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (value->table.columns)
      memcpy(column + at, value->table.column, value->table.columns * sizeof *column);
    at += value->table.columns;
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_columns_pick(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *index = ft_onnx_input(onnx, node, 1);
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  FT_TRY(need_columns(&value, onnx, node, err));
  if (!index || index->kind != FT_ONNX_CONSTANT || !index->constant.number)
    return ft_onnx_refuse(node, "indices that are no constants", err);
  if (ft_onnx_attribute(node, "axis") && ft_onnx_integer(node, "axis", 0) == 0)
    return ft_onnx_refuse(node, "of rows", err);
  if (!ft_onnx_attribute(node, "axis") && strcmp(node->proto->op_type, "Gather") == 0)
    return ft_onnx_refuse(node, "of rows", err);
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, index->constant.count, err));
  for (uint32_t i = 0; i < out.table.columns; i++) {
    double at = index->constant.number[i];
    if (at < 0) at += value->table.columns;
    if (!(at >= 0 && at < value->table.columns) || at != floor(at))
      return ft_onnx_damaged(node, "an index out of range", err);
    column[i] = value->table.column[(uint32_t)at];
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- categories --- */

/* Of a number that is computed its categories are numbers. */
static enum ft_status hot_column(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node,
                                 const struct ft_prepared_column *column, struct ft_span text,
                                 double number, struct ft_error *err) {
  return ft_column_derived(&onnx->columns, column) && !isnan(number)
             ? ft_onnx_derive_one_hot(out, onnx, node, column, number, err)
             : ft_column_equals(out, &onnx->columns, &node->source, column, text, err);
}

enum ft_status ft_onnx_one_hot(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  struct ft_onnx_texts category;
  FT_TRY(need_columns(&value, onnx, node, err));
  const struct ft_onnx_integers whole = ft_onnx_integers(node, "cats_int64s");
  FT_TRY(ft_onnx_texts(&category, onnx, node, "cats_strings", "cats_int64s", err));
  if (whole.count && whole.count != category.count)
    return ft_onnx_damaged(node, "its categories", err);
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, category.count * value->table.columns,
                        err));
  for (uint32_t i = 0; i < value->table.columns; i++)
    for (size_t c = 0; c < category.count; c++)
      FT_TRY(hot_column(column++, onnx, node, &value->table.column[i], category.value[c],
                        whole.count ? (double)whole.value[c] : NAN, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* Each column's values become numbers. */
static enum ft_status map_columns(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_category_entry *entry, size_t count, double other,
                                  bool whole, struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  struct ft_category_map *map = NULL;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_category_map(&map, onnx->arena, &node->source, entry, count, err));
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, value->table.columns, err));
  for (uint32_t i = 0; i < value->table.columns; i++) {
    FT_TRY(ft_column_map(&column[i], &onnx->columns, &node->source, &value->table.column[i], map,
                         other, err));
    column[i].whole = whole;
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* Keys that are floats have the texts of integers. */
static enum ft_status read_keys(struct ft_onnx_texts *out, const struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, struct ft_error *err) {
  struct ft_column_numbers keys;
  FT_TRY(ft_onnx_texts(out, onnx, node, "keys_strings", "keys_int64s", err));
  if (out->count) return FT_OK;
  FT_TRY(ft_onnx_reals(&keys, onnx, node, "keys_floats", err));
  struct ft_span *text = FT_ARENA_NEW(onnx->arena, struct ft_span, keys.count);
  if (!text) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < keys.count; i++) {
    if (keys.value[i] != floor(keys.value[i]))
      return ft_onnx_refuse(node, "a key that is no integer", err);
    FT_TRY(ft_column_decimal(&text[i], onnx->arena, keys.value[i], err));
  }
  *out = (struct ft_onnx_texts){ keys.count, text };
  return FT_OK;
}

/* The constant's numbers become texts: what a text imputer fills in. */
static enum ft_status encode_constant(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      const struct ft_onnx_constant *from, struct ft_error *err) {
  struct ft_onnx_integers key = ft_onnx_integers(node, "keys_int64s");
  struct ft_onnx_texts name;
  struct ft_onnx_value out = { .kind = FT_ONNX_CONSTANT, .constant = *from };
  struct ft_span *text = FT_ARENA_NEW(onnx->arena, struct ft_span, from->count);
  if (!text) return ft_onnx_no_memory(err);
  FT_TRY(ft_onnx_texts(&name, onnx, node, "values_strings", "", err));
  if (!from->number || from->count != 1 || !key.count || name.count != key.count)
    return ft_onnx_refuse(node, "of a constant", err);
  text[0] = ft_onnx_text(node, "default_string");
  for (size_t i = 0; i < key.count; i++)
    if (from->number[0] == (double)key.value[i]) text[0] = name.value[i];
  out.constant.number = NULL;
  out.constant.text = text;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_label_encoder(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_value *input = ft_onnx_input(onnx, node, 0);
  if (input && input->kind == FT_ONNX_CONSTANT)
    return encode_constant(onnx, node, &input->constant, err);
  struct ft_onnx_texts key;
  struct ft_column_numbers real;
  struct ft_onnx_integers whole = ft_onnx_integers(node, "values_int64s");
  FT_TRY(read_keys(&key, onnx, node, err));
  FT_TRY(ft_onnx_reals(&real, onnx, node, "values_floats", err));
  bool old = key.count == 0;
  if (old) FT_TRY(ft_onnx_texts(&key, onnx, node, "classes_strings", "", err));
  if (!key.count || (!old && real.count != key.count && whole.count != key.count))
    return ft_onnx_refuse(node, "it does not make numbers of categories", err);
  struct ft_category_entry *entry = FT_ARENA_NEW(onnx->arena, struct ft_category_entry, key.count);
  if (!entry) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < key.count; i++)
    entry[i] = (struct ft_category_entry){ key.value[i], old ? (double)i
                                                         : real.count == key.count
                                                             ? real.value[i]
                                                             : (double)whole.value[i] };
  double other = real.count ? ft_onnx_real(node, "default_float", 0)
                            : (double)ft_onnx_integer(node, "default_int64", -1);
  return map_columns(onnx, node, entry, key.count, other, real.count != key.count, err);
}

enum ft_status ft_onnx_category_mapper(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                       struct ft_error *err) {
  struct ft_onnx_texts key;
  struct ft_onnx_integers whole = ft_onnx_integers(node, "cats_int64s");
  FT_TRY(ft_onnx_texts(&key, onnx, node, "cats_strings", "", err));
  if (!key.count || whole.count != key.count) return ft_onnx_damaged(node, "its categories", err);
  struct ft_category_entry *entry = FT_ARENA_NEW(onnx->arena, struct ft_category_entry, key.count);
  if (!entry) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < key.count; i++)
    entry[i] = (struct ft_category_entry){ key.value[i], (double)whole.value[i] };
  return map_columns(onnx, node, entry, key.count,
                     (double)ft_onnx_integer(node, "default_int64", -1), true, err);
}

/* A test that hangs on no other one: so each takes as long as it has steps. */
static bool is_plain(const struct ft_prepared_column *test) {
  for (const struct ft_column_step *step = test->last; step; step = step->before)
    if (step->condition) return false;
  return true;
}

/* Texts of one field, where a test of the same field does not choose the constant. */
enum ft_status ft_onnx_columns_where(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_value *test = ft_onnx_input(onnx, node, 0),
                             *fill = ft_onnx_input(onnx, node, 1),
                             *value = ft_onnx_input(onnx, node, 2);
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  struct ft_prepared_column *column;
  if (!test || !fill || !value) return ft_onnx_damaged(node, "no input", err);
  if (ft_onnx_derive_takes(onnx, node)) return ft_onnx_derive_each(onnx, node, err);
  if (test->kind != FT_ONNX_COLUMNS || value->kind != FT_ONNX_COLUMNS ||
      value->table.columns != 1 || test->table.columns != 1 || fill->kind != FT_ONNX_CONSTANT ||
      fill->constant.count != 1 || !fill->constant.text ||
      ft_column_is_number(&onnx->columns, value->table.column) ||
      !ft_column_is_number(&onnx->columns, test->table.column) ||
      test->table.column->field != value->table.column->field || !is_plain(test->table.column))
    return ft_onnx_refuse(node, "of anything but a text and what is filled in", err);
  FT_TRY(ft_columns_new(&out.table, &column, &onnx->columns, 1, err));
  *column = *value->table.column;
  FT_TRY(ft_column_category(&onnx->columns, column->field, fill->constant.text[0], err));
  const struct ft_column_step step = { .kind = FT_STEP_REPLACE,
                                       .text = fill->constant.text[0],
                                       .condition = test->table.column->last };
  FT_TRY(ft_column_step(column, &onnx->columns, &node->source, &step, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}
