#include "core/import/onnx/onnx_score.h"

#include <inttypes.h>

#include "core/import/onnx/onnx_dense.h"

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
  *out =
      (struct ft_onnx_score){ .outputs = ft_onnx_dense_outputs(value), .network = value->network };
  if (ft_onnx_dense_last(value)->activation == FT_ACTIVATE_LOGISTIC && out->outputs == 1) {
    out->stage = FT_ONNX_VALUES;
    out->link = FT_LINK_LOGISTIC;
  }
  return true;
}

/* The probabilities, or the number, before the label; what labels are called from whichever. */
static bool choose(struct ft_onnx_score *out, const struct ft_onnx *onnx, const uint32_t *output,
                   size_t outputs) {
  struct ft_onnx_score score, label = { 0 };
  bool found = false, labelled = false;
  for (size_t i = 0; i < outputs; i++) {
    if (output[i] == FT_ONNX_NONE || !ft_onnx_score_of(&score, &onnx->value[output[i]])) continue;
    if (score.stage == FT_ONNX_LABELS || score.stage == FT_ONNX_POSITIONS) {
      if (!labelled) label = score;
      labelled = true;
    } else if (!found) {
      *out = score;
      found = true;
    }
  }
  if (!found)
    *out = label;
  else if (labelled && !out->label)
    out->label = label.label;
  if (found && labelled && !out->classes) out->classes = label.classes;
  return found || labelled;
}

static bool asks_for_value(const struct ft_onnx *onnx) {
  enum ft_type type = onnx->import->request->target.type;
  return type == FT_FLOAT32 || type == FT_FLOAT64 || type == FT_DECIMAL;
}

/* Scores whose highest is the class, and none is a probability. */
static enum ft_status settle_scores(struct ft_onnx_score *score, struct ft_onnx *onnx,
                                    struct ft_error *err) {
  struct ft_model *model = &onnx->import->model;
  if (asks_for_value(onnx) && score->outputs == 1) {
    score->link = FT_LINK_IDENTITY;
    score->classes = 0;
  }
  if (score->outputs == 1) return FT_OK;
  struct ft_transform *highest = FT_ARENA_NEW(onnx->arena, struct ft_transform, 1);
  if (!highest) return ft_onnx_no_memory(err);
  *highest = (struct ft_transform){ .kind = FT_TRANSFORM_HIGHEST, .count = score->outputs };
  model->transform = highest;
  model->transforms = 1;
  model->sums = score->outputs;
  score->link = FT_LINK_IDENTITY;
  return FT_OK;
}

/* How many classes, and one margin for two. */
static enum ft_status settle_classes(struct ft_onnx_score *score, struct ft_onnx *onnx,
                                     struct ft_error *err) {
  if (score->link == FT_LINK_HINGE) return settle_scores(score, onnx, err);
  if (score->outputs == 1) {
    if (score->link == FT_LINK_LOGISTIC) score->classes = 2;
    return FT_OK;
  }
  if (score->stage == FT_ONNX_MARGINS) {
    if (asks_for_value(onnx))
      return ft_fail(err, FT_UNSUPPORTED,
                     "the ONNX model gives %" PRIu32 " numbers, and RETURNS %s asks for one",
                     score->outputs, ft_type_sql(onnx->import->request->target.type));
    score->link = FT_LINK_SOFTMAX; /* the class is the highest one either way */
  }
  score->classes = score->outputs;
  if (score->classes != 2 || score->link != FT_LINK_SOFTMAX || !score->network) return FT_OK;
  FT_TRY(ft_onnx_dense_difference(score->network, onnx->arena, err));
  score->outputs = 1;
  score->link = FT_LINK_LOGISTIC;
  return FT_OK;
}

/* The last layer of a model has no activation. */
static enum ft_status settle_network(struct ft_onnx_score *score, struct ft_onnx *onnx,
                                     struct ft_error *err) {
  FtOnnx__Node proto = FT_ONNX__NODE__INIT;
  char name[] = "Identity";
  proto.op_type = name;
  const struct ft_onnx_node node = { &proto, NULL, NULL, NULL };
  struct ft_onnx_value value = { .kind = FT_ONNX_NEURONS, .network = score->network };
  if (!score->network) return FT_OK;
  struct ft_onnx_layer *last = ft_onnx_dense_last(&value);
  if (last->activation == FT_ACTIVATE_LOGISTIC && score->outputs == 1 &&
      score->link == FT_LINK_LOGISTIC)
    last->activation = FT_ACTIVATE_NONE;
  if (last->activation == FT_ACTIVATE_NONE) return FT_OK;
  if (score->outputs > 1)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the ONNX model gives %" PRIu32
                   " numbers that are neither probabilities nor margins",
                   score->outputs);
  struct ft_onnx_value out;
  FT_TRY(ft_onnx_dense_affine(&out, onnx, &node, &value, NULL, NULL, err));
  score->network = out.network;
  return FT_OK;
}

static enum ft_status fail_answer(struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "the ONNX model gives no prediction that is understood");
  return ft_fail_hint(err, "Its outputs have to be a number, a class, or a class's probabilities.");
}

enum ft_status ft_onnx_answer(struct ft_onnx *onnx, const uint32_t *output, size_t outputs,
                              struct ft_error *err) {
  struct ft_onnx_score score = { 0 };
  if (!choose(&score, onnx, output, outputs) || score.stage == FT_ONNX_COMPLEMENT)
    return fail_answer(err);
  FT_TRY(settle_network(&score, onnx, err));
  FT_TRY(settle_classes(&score, onnx, err));
  struct ft_signature_answer answer = { .classes = score.classes,
                                        .label = score.label,
                                        .link = score.link };
  struct ft_model *model = &onnx->import->model;
  FT_TRY(ft_signature_answer(onnx->import, onnx->arena, &answer, err));
  if (score.network) {
    FT_TRY(ft_onnx_dense_member(onnx, score.network, err));
    if (model->transforms) ((struct ft_member *)(uintptr_t)model->member)->outputs = score.outputs;
    return FT_OK;
  }
  return ft_grown_trees_members(model, onnx->arena, score.trees, score.base, err);
}
