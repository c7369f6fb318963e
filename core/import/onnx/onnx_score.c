#include "core/import/onnx/onnx_score.h"

void ft_onnx_give_classes(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                          const struct ft_onnx_score *score) {
  struct ft_onnx_value label = { .kind = FT_ONNX_SCORES, .score = *score };
  struct ft_onnx_value probability = label;
  label.score.stage = FT_ONNX_LABELS;
  ft_onnx_give(onnx, node, 0, &label);
  ft_onnx_give(onnx, node, 1, &probability);
}

bool ft_onnx_score_of(struct ft_onnx_score *out, const struct ft_onnx_value *value) {
  if (value->kind == FT_ONNX_SCORES) {
    *out = value->score;
    return true;
  }
  if (value->kind != FT_ONNX_NEURONS) return false;
  *out = (struct ft_onnx_score){ .outputs = ft_dense_outputs(value->network),
                                 .network = value->network };
  if (ft_dense_last(value->network)->activation == FT_ACTIVATE_LOGISTIC && out->outputs == 1) {
    out->stage = FT_ONNX_VALUES;
    out->link = FT_LINK_LOGISTIC;
  }
  return true;
}
