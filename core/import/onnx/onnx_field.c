#include "core/import/onnx/onnx_field.h"

bool ft_onnx_column_is_number(const struct ft_onnx *onnx, const struct ft_onnx_column *column) {
  const struct ft_step *step = column->last;
  for (; step; step = step->before)
    if (step->kind == FT_STEP_EQUALS || step->kind == FT_STEP_MAP) return true;
  return !onnx->field[column->field].text;
}

enum ft_status ft_onnx_column_is_coded(bool *out, const struct ft_onnx *onnx,
                                       const struct ft_onnx_node *node,
                                       const struct ft_onnx_column *column, struct ft_error *err) {
  const struct ft_onnx_field *field = &onnx->field[column->field];
  const struct ft_step *step = column->last;
  while (step->kind != FT_STEP_FIELD && step->kind != FT_STEP_EQUALS && step->kind != FT_STEP_MAP)
    step = step->before;
  *out = field->text || field->category;
  if (*out && step->kind == FT_STEP_FIELD)
    return ft_onnx_refuse(node, "an input is a number here and a category elsewhere, or a text",
                          err);
  return FT_OK;
}

struct ft_raw ft_onnx_raw(const struct ft_onnx *onnx, uint32_t field, uint32_t category) {
  if (category == UINT32_MAX) return (struct ft_raw){ .kind = FT_RAW_MISSING };
  if (category >= onnx->field[field].categories) return (struct ft_raw){ .kind = FT_RAW_UNLISTED };
  return (struct ft_raw){ .kind = FT_RAW_TEXT, .text = onnx->field[field].value[category] };
}
