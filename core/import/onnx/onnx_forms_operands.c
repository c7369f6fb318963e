#include "core/import/onnx/onnx_forms_operands.h"

#include <math.h>
#include <string.h>

bool ft_onnx_is_named(const struct ft_onnx_node *node, const char *name) {
  return strcmp(node->proto->op_type, name) == 0;
}

const struct ft_onnx_constant *ft_onnx_numbers_of(const struct ft_onnx *onnx,
                                                  const struct ft_onnx_node *node, size_t index) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, index);
  if (!value || value->kind != FT_ONNX_CONSTANT || !value->constant.number) return NULL;
  return &value->constant;
}

/* Numbers of the file as forms: of one column, or of as many as it has. */
static enum ft_status constant_forms(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node,
                                     const struct ft_onnx_constant *constant,
                                     struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  const bool is_row = constant->rank < 2 || (constant->rank == 2 && constant->dim[0] == 1);
  if (!constant->number || constant->count == 0 || constant->count > FT_MODEL_MAX_LABELS ||
      (!is_row && constant->count != 1))
    return ft_onnx_refuse(node, "with a constant that is no row of numbers", err);
  FT_TRY(ft_onnx_forms_new(&form, onnx, constant->count, err));
  for (size_t i = 0; i < constant->count; i++) {
    if (!isfinite(constant->number[i])) return ft_onnx_refuse(node, "its constant", err);
    form[i].constant = constant->number[i];
  }
  *out = (struct ft_onnx_forms){ .width = (uint32_t)constant->count, .form = form };
  return FT_OK;
}

enum ft_status ft_onnx_operand(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                               const struct ft_onnx_node *node, size_t index,
                               struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, index);
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind == FT_ONNX_CONSTANT)
    return constant_forms(out, onnx, node, &value->constant, err);
  return ft_onnx_forms_of(out, onnx, node, value, err);
}

bool ft_onnx_forms_are_constant(const struct ft_onnx_forms *forms) {
  for (uint32_t i = 0; i < forms->width; i++)
    if (forms->form[i].terms) return false;
  return true;
}

const struct ft_onnx_form *ft_onnx_form_at(const struct ft_onnx_forms *forms, uint32_t index) {
  return &forms->form[forms->width == 1 ? 0 : index];
}

enum ft_status ft_onnx_operands(struct ft_onnx_pair *out, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, struct ft_error *err) {
  FT_TRY(ft_onnx_operand(&out->a, onnx, node, 0, err));
  FT_TRY(ft_onnx_operand(&out->b, onnx, node, 1, err));
  out->width = out->a.width > out->b.width ? out->a.width : out->b.width;
  if ((out->a.width != out->width && out->a.width != 1) ||
      (out->b.width != out->width && out->b.width != 1))
    return ft_onnx_refuse(node, "of tables of different widths", err);
  return FT_OK;
}

/* a × by + b × times */
enum ft_status ft_onnx_forms_combine(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_pair *pair, double by, double times,
                                     struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  FT_TRY(ft_onnx_forms_new(&form, onnx, pair->width, err));
  for (uint32_t i = 0; i < pair->width; i++)
    FT_TRY(ft_onnx_form_add(&form[i], onnx, ft_onnx_form_at(&pair->a, i), by,
                            ft_onnx_form_at(&pair->b, i), times, err));
  *out = (struct ft_onnx_forms){ .width = pair->width, .form = form };
  return FT_OK;
}

/* Gives what the function makes of one tree's numbers; else refuses. */
enum ft_status ft_onnx_forms_map_or_refuse(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                           const struct ft_onnx_forms *a,
                                           const struct ft_onnx_forms *b,
                                           ft_onnx_function *function, const void *context,
                                           const char *why, struct ft_error *err) {
  struct ft_onnx_forms out = { 0 };
  bool done = false;
  FT_TRY(ft_onnx_forms_map(&out, &done, onnx, a, b, function, context, err));
  if (!done) return ft_onnx_refuse(node, why, err);
  return ft_onnx_forms_give(onnx, node, &out, err);
}
