/* Tables of predictions: side by side, upon another, columns of them, and their sums. */
#include "core/import/onnx/onnx_forms_operators.h"

#include <math.h>

#include "core/import/onnx/onnx_forms_operands.h"

enum ft_status ft_onnx_forms_concat(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const size_t count = node->proto->n_input;
  struct ft_onnx_forms *in = FT_ARENA_NEW(onnx->arena, struct ft_onnx_forms, count);
  struct ft_onnx_form *form = NULL;
  struct ft_onnx_forms out = { 0 };
  size_t all = 0, at = 0;
  if (!in) return ft_onnx_no_memory(err);
  const int64_t axis = ft_onnx_integer(node, "axis", 1);
  for (size_t i = 0; i < count; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (!value || !ft_onnx_has_forms(value))
      return ft_onnx_refuse(node, "of predictions and what is none", err);
    FT_TRY(ft_onnx_forms_any(&in[i], onnx, node, value, err));
    if (in[i].whole || (axis == 0) != (in[i].parts > 0) || (axis == 0 && in[i].width != in->width))
      return ft_onnx_refuse(node, "of predictions of different shapes", err);
    out.width = axis == 0 ? in[i].width : out.width + in[i].width;
    out.parts += in[i].parts;
    all += (size_t)in[i].width * (axis == 0 ? in[i].parts : 1);
  }
  if ((axis != 0 && axis != 1 && axis != -1) || all > (size_t)FT_MODEL_MAX_LABELS * 16)
    return ft_onnx_refuse(node, "of predictions of different shapes", err);
  FT_TRY(ft_onnx_forms_new(&form, onnx, all, err));
  for (size_t i = 0; i < count; i++)
    for (size_t c = 0; c < (size_t)in[i].width * (axis == 0 ? in[i].parts : 1); c++)
      form[at++] = in[i].form[c];
  out.form = form;
  return ft_onnx_forms_give(onnx, node, &out, err);
}

static enum ft_status give_picked(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const struct ft_onnx_forms *in, const double *at, size_t count,
                                  struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  if (count == 0 || count > FT_MODEL_MAX_LABELS)
    return ft_onnx_damaged(node, "an index out of range", err);
  FT_TRY(ft_onnx_forms_new(&form, onnx, count, err));
  for (size_t i = 0; i < count; i++) {
    const double place = at[i] < 0 ? at[i] + in->width : at[i];
    if (!(place >= 0 && place < in->width) || place != floor(place))
      return ft_onnx_damaged(node, "an index out of range", err);
    form[i] = in->form[(uint32_t)place];
  }
  const struct ft_onnx_forms out = { .width = (uint32_t)count, .form = form };
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* Slice of columns: from, to, axis 1, step 1. */
static enum ft_status slice(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                            const struct ft_onnx_forms *in, struct ft_error *err) {
  const struct ft_onnx_constant *from = ft_onnx_numbers_of(onnx, node, 1),
                                *to = ft_onnx_numbers_of(onnx, node, 2),
                                *axes = ft_onnx_numbers_of(onnx, node, 3),
                                *step = ft_onnx_numbers_of(onnx, node, 4);
  if (!from || !to || !axes || from->count != 1 || to->count != 1 || axes->count != 1 ||
      (axes->number[0] != 1 && axes->number[0] != -1) ||
      (step && (step->count != 1 || step->number[0] != 1)))
    return ft_onnx_refuse(node, "of other than columns", err);
  double first = from->number[0], end = fmin(to->number[0], in->width);
  if (first < 0) first += in->width;
  if (end < 0) end += in->width;
  if (!(first >= 0 && first < end) || first != floor(first) || end != floor(end))
    return ft_onnx_damaged(node, "an index out of range", err);
  double *at = FT_ARENA_NEW(onnx->arena, double, (size_t)(end - first));
  if (!at) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < (size_t)(end - first); i++)
    at[i] = first + (double)i;
  return give_picked(onnx, node, in, at, (size_t)(end - first), err);
}

enum ft_status ft_onnx_forms_pick(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  struct ft_onnx_forms in = { 0 };
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  if (ft_onnx_is_named(node, "Slice")) return slice(onnx, node, &in, err);
  const struct ft_onnx_constant *index = ft_onnx_numbers_of(onnx, node, 1);
  if (!index) return ft_onnx_refuse(node, "indices that are no constants", err);
  if (ft_onnx_is_named(node, "Gather") && ft_onnx_integer(node, "axis", 0) == 0)
    return ft_onnx_refuse(node, "of rows", err);
  return give_picked(onnx, node, &in, index->number, index->count, err);
}

/* A table stays one of the same columns, or becomes one of a dimension more, before its rows. */
enum ft_status ft_onnx_forms_reshape(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_constant *shape = ft_onnx_numbers_of(onnx, node, 1);
  struct ft_onnx_forms in = { 0 };
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  if (!shape || shape->count == 0) return ft_onnx_refuse(node, "to another shape", err);
  const double last = shape->number[shape->count - 1];
  const bool is_stack = shape->count == 3 && shape->number[0] == 1 && shape->number[1] == -1;
  if (shape->count == 1 ? in.width != 1 || last != -1
                        : (shape->count != 2 && !is_stack) ||
                              (last != in.width && !(last == -1 && shape->number[0] == 0)))
    return ft_onnx_refuse(node, "to another shape", err);
  in.parts = is_stack;
  return ft_onnx_forms_give(onnx, node, &in, err);
}

/* What axis a reduction is along; -2: it is not known. */
static int64_t axis_of(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  struct ft_onnx_integers axes = ft_onnx_integers(node, "axes");
  const struct ft_onnx_constant *given = ft_onnx_numbers_of(onnx, node, 1);
  if (axes.count == 1) return axes.value[0];
  if (!given || given->count != 1 || fabs(given->number[0]) > 8) return -2;
  return (int64_t)given->number[0];
}

/* The sum or mean of a row's columns, or of the parts. */
enum ft_status ft_onnx_forms_reduce(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  struct ft_onnx_forms in = { 0 };
  struct ft_onnx_form *form = NULL;
  if (!value || !ft_onnx_has_forms(value)) return ft_onnx_refuse(node, "of columns", err);
  FT_TRY(ft_onnx_forms_any(&in, onnx, node, value, err));
  const int64_t axis = axis_of(onnx, node);
  const bool parts = in.parts > 0;
  if (in.whole ||
      (parts ? axis != 0 || ft_onnx_integer(node, "keepdims", 1) != 0 : axis != 1 && axis != -1))
    return ft_onnx_refuse(node, "along another axis", err);
  const uint32_t outputs = parts ? in.width : 1, count = parts ? in.parts : in.width;
  const double by = ft_onnx_is_named(node, "ReduceMean") ? 1.0 / count : 1;
  FT_TRY(ft_onnx_forms_new(&form, onnx, outputs, err));
  for (uint32_t o = 0; o < outputs; o++)
    for (uint32_t i = 0; i < count; i++)
      FT_TRY(ft_onnx_form_add(&form[o], onnx, &form[o], 1, &in.form[i * outputs + o], by, err));
  const struct ft_onnx_forms out = { .width = outputs, .form = form };
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* Rows, which are not known, and columns. */
enum ft_status ft_onnx_forms_shape(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   struct ft_error *err) {
  struct ft_onnx_forms in = { 0 };
  double *number = FT_ARENA_NEW(onnx->arena, double, 2);
  if (!number) return ft_onnx_no_memory(err);
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  number[0] = -1;
  number[1] = in.width;
  const struct ft_onnx_value out = {
    .kind = FT_ONNX_CONSTANT,
    .constant = { .count = 2, .number = number, .rank = 1, .dim = { 2 } }
  };
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* A constant of such a shape: one number for all. */
enum ft_status ft_onnx_forms_filled(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_constant *shape = ft_onnx_numbers_of(onnx, node, 0);
  const FtOnnx__Attribute *tensor = ft_onnx_attribute(node, "value");
  static const double zero[] = { 0 };
  struct ft_onnx_value out = { .kind = FT_ONNX_CONSTANT, .constant = { 1, zero, NULL, 0, { 0 } } };
  if (!shape || shape->count != 2 || shape->number[0] != -1)
    return ft_onnx_refuse(node, "of a shape that is no prediction's", err);
  if (tensor && tensor->t) FT_TRY(ft_onnx_tensor(&out.constant, onnx, tensor->t, err));
  if (!out.constant.number || out.constant.count != 1) return ft_onnx_damaged(node, "value", err);
  out.constant.rank = 0;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}
