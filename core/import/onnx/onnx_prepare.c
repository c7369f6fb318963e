#include "core/import/onnx/onnx_prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/onnx/onnx_derive_operators.h"

#define MAX_CATEGORIES (1U << 20) /* that the operators of one field name together */

static enum ft_status new_step(struct ft_onnx_column *column, const struct ft_onnx *onnx,
                               const struct ft_onnx_node *node, const struct ft_step *step,
                               struct ft_error *err) {
  struct ft_step *copy = FT_ARENA_NEW(onnx->arena, struct ft_step, 1);
  if (!copy) return ft_onnx_no_memory(err);
  *copy = *step;
  copy->wide = column->wide;
  copy->before = column->last;
  copy->steps = column->last->steps + 1;
  if (copy->steps > FT_COLUMN_MAX_STEPS)
    return ft_onnx_refuse(node, "too many steps one after another", err);
  column->last = copy;
  return FT_OK;
}

static enum ft_status need_columns(const struct ft_onnx_value **out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind != FT_ONNX_COLUMNS)
    return ft_onnx_refuse(node, "its input is not made of the model's columns alone", err);
  *out = value;
  return FT_OK;
}

static enum ft_status new_columns(struct ft_onnx_value *out, struct ft_onnx_column **column,
                                  const struct ft_onnx *onnx, size_t columns,
                                  struct ft_error *err) {
  if (columns > FT_NET_MAX_INPUTS)
    return ft_fail(err, FT_LIMIT,
                   "a table within the ONNX model has %zu columns, and at most %u can be", columns,
                   FT_NET_MAX_INPUTS);
  *column = FT_ARENA_NEW(onnx->arena, struct ft_onnx_column, columns);
  if (!*column) return ft_onnx_no_memory(err);
  *out = (struct ft_onnx_value){ .kind = FT_ONNX_COLUMNS,
                                 .columns = (uint32_t)columns,
                                 .column = *column };
  return FT_OK;
}

/* Infinite bounds of Clip are numbers, too; NaN is none. */
static bool good(const struct ft_onnx_reals *reals, uint32_t columns, bool infinite) {
  if (!reals) return true;
  if (reals->count != 1 && reals->count != columns) return false;
  for (size_t i = 0; i < reals->count; i++)
    if (infinite ? isnan(reals->value[i]) : !isfinite(reals->value[i])) return false;
  return true;
}

static double item(const struct ft_onnx_reals *reals, uint32_t index) {
  return reals ? reals->value[reals->count == 1 ? 0 : index] : 0;
}

enum ft_status ft_onnx_columns_step(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                    const struct ft_onnx_node *node,
                                    const struct ft_onnx_value *value, enum ft_step_kind kind,
                                    const struct ft_onnx_reals *a, const struct ft_onnx_reals *b,
                                    struct ft_error *err) {
  struct ft_onnx_column *column;
  if (!good(a, value->columns, kind == FT_STEP_CLIP) ||
      !good(b, value->columns, kind == FT_STEP_CLIP))
    return ft_onnx_damaged(node, "its constants", err);
  FT_TRY(new_columns(out, &column, onnx, value->columns, err));
  for (uint32_t i = 0; i < value->columns; i++) {
    column[i] = value->column[i];
    if (!ft_onnx_column_is_number(onnx, &column[i]))
      return ft_onnx_refuse(node, "its input is text", err);
    const struct ft_step step = { .kind = kind, .a = item(a, i), .b = item(b, i) };
    FT_TRY(new_step(&column[i], onnx, node, &step, err));
    column[i].whole = kind == FT_STEP_ABOVE || kind == FT_STEP_IS_MISSING ||
                      kind == FT_STEP_TRUNCATE || kind == FT_STEP_NOT_ZERO ||
                      (kind == FT_STEP_IMPUTE && column[i].whole && step.a == trunc(step.a));
  }
  return FT_OK;
}

/* --- numbers --- */

enum ft_status ft_onnx_scaler(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_onnx_reals offset, scale;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_reals(&offset, onnx, node, "offset", err));
  FT_TRY(ft_onnx_reals(&scale, onnx, node, "scale", err));
  FT_TRY(ft_onnx_columns_step(&out, onnx, node, value, FT_STEP_SCALE, &offset, &scale, err));
  /* its answer is float32, whatever it is given */
  for (uint32_t i = 0; i < out.columns; i++)
    ((struct ft_onnx_column *)(uintptr_t)out.column)[i].wide = false;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_imputer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_onnx_reals with;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_reals(&with, onnx, node, "imputed_value_floats", err));
  if (!with.count) return ft_onnx_refuse(node, "it replaces integers", err);
  const double replaced = ft_onnx_real(node, "replaced_value_float", 0);
  if (!isnan(replaced))
    FT_TRY(ft_onnx_derive_replace(&out, onnx, node, value, replaced, &with, err));
  else
    FT_TRY(ft_onnx_columns_step(&out, onnx, node, value, FT_STEP_IMPUTE, &with, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_binarizer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  double above = ft_onnx_real(node, "threshold", 0);
  const struct ft_onnx_reals threshold = { 1, &above };
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_columns_step(&out, onnx, node, value, FT_STEP_ABOVE, &threshold, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_is_missing(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(ft_onnx_columns_step(&out, onnx, node, value, FT_STEP_IS_MISSING, NULL, NULL, err));
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
  struct ft_onnx_value out;
  double low, high;
  const struct ft_onnx_reals a = { 1, &low }, b = { 1, &high };
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(read_bound(&low, onnx, node, 1, "min", err));
  FT_TRY(read_bound(&high, onnx, node, 2, "max", err));
  if (!(low <= high)) return ft_onnx_damaged(node, "its bounds", err);
  FT_TRY(ft_onnx_columns_step(&out, onnx, node, value, FT_STEP_CLIP, &a, &b, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

static enum ft_status cast_column(struct ft_onnx_column *column, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, int64_t to,
                                  struct ft_error *err) {
  const struct ft_step narrow = { .kind = FT_STEP_NARROW }, whole = { .kind = FT_STEP_TRUNCATE },
                       truth = { .kind = FT_STEP_NOT_ZERO };
  bool number = ft_onnx_column_is_number(onnx, column);
  if (to == FT_ONNX_STRING) return FT_OK;
  if (!number) return ft_onnx_refuse(node, "it reads texts as numbers", err);
  if (to == FT_ONNX_FLOAT && column->wide) {
    column->wide = false;
    return new_step(column, onnx, node, &narrow, err);
  }
  if (to == FT_ONNX_DOUBLE) column->wide = true;
  if ((to == FT_ONNX_INT32 || to == FT_ONNX_INT64) && !column->whole) {
    column->whole = true;
    return new_step(column, onnx, node, &whole, err);
  }
  if (to != FT_ONNX_BOOL) return FT_OK;
  if (!column->whole) return ft_onnx_refuse(node, "to boolean", err);
  return new_step(column, onnx, node, &truth, err);
}

enum ft_status ft_onnx_columns_cast(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  int64_t to = ft_onnx_integer(node, "to", 0);
  FT_TRY(need_columns(&value, onnx, node, err));
  if (to != FT_ONNX_FLOAT && to != FT_ONNX_DOUBLE && to != FT_ONNX_INT32 && to != FT_ONNX_INT64 &&
      to != FT_ONNX_STRING && to != FT_ONNX_BOOL)
    return ft_onnx_refuse(node, "to a type that is not read", err);
  FT_TRY(new_columns(&out, &column, onnx, value->columns, err));
  for (uint32_t i = 0; i < value->columns; i++) {
    column[i] = value->column[i];
    FT_TRY(cast_column(&column[i], onnx, node, to, err));
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- tables --- */

enum ft_status ft_onnx_columns_concat(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      struct ft_error *err) {
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  size_t columns = 0;
  if (ft_onnx_integer(node, "axis", 1) == 0) return ft_onnx_refuse(node, "of rows", err);
  for (size_t i = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (!value || value->kind != FT_ONNX_COLUMNS)
      return ft_onnx_refuse(node, "an input is not made of the model's columns alone", err);
    columns += value->columns;
  }
  FT_TRY(new_columns(&out, &column, onnx, columns, err));
  for (size_t i = 0, at = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (value->columns) memcpy(column + at, value->column, value->columns * sizeof *column);
    at += value->columns;
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_columns_pick(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *index = ft_onnx_input(onnx, node, 1);
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  FT_TRY(need_columns(&value, onnx, node, err));
  if (!index || index->kind != FT_ONNX_CONSTANT || !index->constant.number)
    return ft_onnx_refuse(node, "indices that are no constants", err);
  if (ft_onnx_attribute(node, "axis") && ft_onnx_integer(node, "axis", 0) == 0)
    return ft_onnx_refuse(node, "of rows", err);
  if (!ft_onnx_attribute(node, "axis") && strcmp(node->proto->op_type, "Gather") == 0)
    return ft_onnx_refuse(node, "of rows", err);
  FT_TRY(new_columns(&out, &column, onnx, index->constant.count, err));
  for (uint32_t i = 0; i < out.columns; i++) {
    double at = index->constant.number[i];
    if (at < 0) at += value->columns;
    if (!(at >= 0 && at < value->columns) || at != floor(at))
      return ft_onnx_damaged(node, "an index out of range", err);
    column[i] = value->column[(uint32_t)at];
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- categories --- */

static enum ft_status add_category(struct ft_onnx *onnx, uint32_t index, struct ft_span text,
                                   struct ft_error *err) {
  struct ft_onnx_field *field = &onnx->field[index];
  if (onnx->signed_off)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the ONNX model has several learners with categories of their own");
  field->category = true;
  if (field->categories == field->room) {
    uint32_t room = field->room ? 2 * field->room : 16;
    struct ft_span *value =
        room > MAX_CATEGORIES ? NULL : FT_ARENA_NEW(onnx->arena, struct ft_span, room);
    if (!value) return ft_fail(err, FT_LIMIT, "an input of the ONNX model has too many categories");
    if (field->categories) memcpy(value, field->value, field->categories * sizeof *value);
    field->value = value;
    field->room = room;
  }
  if (!ft_span_is_utf8(text))
    return ft_fail(err, FT_CORRUPT, "the ONNX model has a category that is not UTF-8");
  field->value[field->categories++] = text;
  return FT_OK;
}

/* The column before it becomes a category: the field itself, at most with its missing values
 * filled. */
static enum ft_status as_category(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node,
                                  const struct ft_onnx_column *column, struct ft_error *err) {
  const struct ft_step *kept[FT_COLUMN_MAX_STEPS], *step = column->last;
  uint32_t steps = 0;
  if (column->field >= onnx->fields)
    return ft_onnx_refuse(node, "categories of a number that is computed", err);
  for (; step->kind != FT_STEP_FIELD; step = step->before) {
    if (step->kind == FT_STEP_IMPUTE || step->kind == FT_STEP_FILL || step->kind == FT_STEP_REPLACE)
      kept[steps++] = step;
    else if (step->kind != FT_STEP_TRUNCATE && step->kind != FT_STEP_NARROW)
      return ft_onnx_refuse(node, "categories of a number that is computed", err);
  }
  *out = (struct ft_onnx_column){ .field = column->field, .last = step };
  while (steps--) {
    struct ft_step fill = *kept[steps];
    if (fill.kind == FT_STEP_IMPUTE) {
      fill.kind = FT_STEP_FILL;
      FT_TRY(ft_onnx_decimal(&fill.text, onnx, fill.a, err));
    }
    FT_TRY(add_category(onnx, column->field, fill.text, err));
    FT_TRY(new_step(out, onnx, node, &fill, err));
  }
  return FT_OK;
}

enum ft_status ft_onnx_column_equals(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node,
                                     const struct ft_onnx_column *column, struct ft_span text,
                                     struct ft_error *err) {
  const struct ft_step equals = { .kind = FT_STEP_EQUALS, .text = text };
  FT_TRY(as_category(out, onnx, node, column, err));
  FT_TRY(add_category(onnx, column->field, text, err));
  out->whole = true;
  return new_step(out, onnx, node, &equals, err);
}

/* Of a number that is computed its categories are numbers. */
static enum ft_status hot_column(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node,
                                 const struct ft_onnx_column *column, struct ft_span text,
                                 double number, struct ft_error *err) {
  return ft_onnx_derived_of(onnx, column) && !isnan(number)
             ? ft_onnx_derive_one_hot(out, onnx, node, column, number, err)
             : ft_onnx_column_equals(out, onnx, node, column, text, err);
}

enum ft_status ft_onnx_one_hot(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  struct ft_onnx_texts category;
  FT_TRY(need_columns(&value, onnx, node, err));
  const struct ft_onnx_integers whole = ft_onnx_integers(node, "cats_int64s");
  FT_TRY(ft_onnx_texts(&category, onnx, node, "cats_strings", "cats_int64s", err));
  if (whole.count && whole.count != category.count)
    return ft_onnx_damaged(node, "its categories", err);
  FT_TRY(new_columns(&out, &column, onnx, category.count * value->columns, err));
  for (uint32_t i = 0; i < value->columns; i++)
    for (size_t c = 0; c < category.count; c++)
      FT_TRY(hot_column(column++, onnx, node, &value->column[i], category.value[c],
                        whole.count ? (double)whole.value[c] : NAN, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_column_fill(struct ft_onnx_column *column, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, struct ft_span text,
                                   struct ft_error *err) {
  const struct ft_step fill = { .kind = FT_STEP_FILL, .text = text };
  return new_step(column, onnx, node, &fill, err);
}

enum ft_status ft_onnx_column_map(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node,
                                  const struct ft_onnx_column *column,
                                  const struct ft_category_map *map, double other,
                                  struct ft_error *err) {
  const struct ft_step step = { .kind = FT_STEP_MAP, .a = other, .map = map };
  FT_TRY(as_category(out, onnx, node, column, err));
  for (uint32_t c = 0; c < map->count; c++)
    FT_TRY(add_category(onnx, out->field, map->text[c], err));
  return new_step(out, onnx, node, &step, err);
}

struct entry {
  struct ft_span text;
  double number;
};

static int compare_entries(const void *left, const void *right) {
  return ft_span_compare(((const struct entry *)left)->text, ((const struct entry *)right)->text);
}

static enum ft_status make_map(struct ft_category_map *out, struct ft_arena *arena,
                               const struct ft_onnx_node *node, struct entry *entry, size_t count,
                               struct ft_error *err) {
  struct ft_span *text = FT_ARENA_NEW(arena, struct ft_span, count);
  double *number = FT_ARENA_NEW(arena, double, count);
  if (!text || !number) return ft_onnx_no_memory(err);
  if (count) qsort(entry, count, sizeof *entry, compare_entries);
  for (size_t i = 0; i < count; i++) {
    if (i && ft_span_equal(entry[i].text, entry[i - 1].text))
      return ft_onnx_damaged(node, "a key that is there twice", err);
    text[i] = entry[i].text;
    number[i] = entry[i].number;
  }
  *out = (struct ft_category_map){ (uint32_t)count, text, number };
  return FT_OK;
}

/* Each column's values become numbers. */
static enum ft_status map_columns(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct entry *entry, size_t count, double other, bool whole,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  struct ft_category_map *map = FT_ARENA_NEW(onnx->arena, struct ft_category_map, 1);
  if (!map) return ft_onnx_no_memory(err);
  if (count > MAX_CATEGORIES) return ft_onnx_refuse(node, "too many categories", err);
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(make_map(map, onnx->arena, node, entry, count, err));
  FT_TRY(new_columns(&out, &column, onnx, value->columns, err));
  for (uint32_t i = 0; i < value->columns; i++) {
    FT_TRY(ft_onnx_column_map(&column[i], onnx, node, &value->column[i], map, other, err));
    column[i].whole = whole;
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* Keys that are floats have the texts of integers. */
static enum ft_status read_keys(struct ft_onnx_texts *out, const struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, struct ft_error *err) {
  struct ft_onnx_reals keys;
  FT_TRY(ft_onnx_texts(out, onnx, node, "keys_strings", "keys_int64s", err));
  if (out->count) return FT_OK;
  FT_TRY(ft_onnx_reals(&keys, onnx, node, "keys_floats", err));
  struct ft_span *text = FT_ARENA_NEW(onnx->arena, struct ft_span, keys.count);
  if (!text) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < keys.count; i++) {
    if (keys.value[i] != floor(keys.value[i]))
      return ft_onnx_refuse(node, "a key that is no integer", err);
    FT_TRY(ft_onnx_decimal(&text[i], onnx, keys.value[i], err));
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
  struct ft_onnx_reals real;
  struct ft_onnx_integers whole = ft_onnx_integers(node, "values_int64s");
  FT_TRY(read_keys(&key, onnx, node, err));
  FT_TRY(ft_onnx_reals(&real, onnx, node, "values_floats", err));
  bool old = key.count == 0;
  if (old) FT_TRY(ft_onnx_texts(&key, onnx, node, "classes_strings", "", err));
  if (!key.count || (!old && real.count != key.count && whole.count != key.count))
    return ft_onnx_refuse(node, "it does not make numbers of categories", err);
  struct entry *entry = FT_ARENA_NEW(onnx->arena, struct entry, key.count);
  if (!entry) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < key.count; i++)
    entry[i] = (struct entry){ key.value[i], old                       ? (double)i
                                             : real.count == key.count ? real.value[i]
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
  struct entry *entry = FT_ARENA_NEW(onnx->arena, struct entry, key.count);
  if (!entry) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < key.count; i++)
    entry[i] = (struct entry){ key.value[i], (double)whole.value[i] };
  return map_columns(onnx, node, entry, key.count,
                     (double)ft_onnx_integer(node, "default_int64", -1), true, err);
}

/* A test that hangs on no other one: so each takes as long as it has steps. */
static bool is_plain(const struct ft_onnx_column *test) {
  for (const struct ft_step *step = test->last; step; step = step->before)
    if (step->condition) return false;
  return true;
}

/* Texts of one field, where a test of the same field does not choose the constant. */
enum ft_status ft_onnx_columns_where(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_value *test = ft_onnx_input(onnx, node, 0),
                             *fill = ft_onnx_input(onnx, node, 1),
                             *value = ft_onnx_input(onnx, node, 2);
  struct ft_onnx_value out;
  struct ft_onnx_column *column;
  if (!test || !fill || !value) return ft_onnx_damaged(node, "no input", err);
  if (ft_onnx_derive_takes(onnx, node)) return ft_onnx_derive_each(onnx, node, err);
  if (test->kind != FT_ONNX_COLUMNS || value->kind != FT_ONNX_COLUMNS || value->columns != 1 ||
      test->columns != 1 || fill->kind != FT_ONNX_CONSTANT || fill->constant.count != 1 ||
      !fill->constant.text || ft_onnx_column_is_number(onnx, value->column) ||
      !ft_onnx_column_is_number(onnx, test->column) ||
      test->column->field != value->column->field || !is_plain(test->column))
    return ft_onnx_refuse(node, "of anything but a text and what is filled in", err);
  FT_TRY(new_columns(&out, &column, onnx, 1, err));
  *column = *value->column;
  FT_TRY(add_category(onnx, column->field, fill->constant.text[0], err));
  const struct ft_step step = { .kind = FT_STEP_REPLACE,
                                .text = fill->constant.text[0],
                                .condition = test->column->last };
  FT_TRY(new_step(column, onnx, node, &step, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}
