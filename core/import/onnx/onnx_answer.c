#include "core/import/onnx/onnx_answer.h"

#include <inttypes.h>

#include "core/import/onnx/onnx_forms_model.h"
#include "core/import/onnx/onnx_score.h"

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
  FT_TRY(ft_dense_difference(score->network, onnx->arena, err));
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
  const struct ft_onnx_node node = ft_onnx_node_of(&proto, NULL, NULL);
  if (!score->network) return FT_OK;
  struct ft_dense_layer *last = ft_dense_last(score->network);
  if (last->activation == FT_ACTIVATE_LOGISTIC && score->outputs == 1 &&
      score->link == FT_LINK_LOGISTIC)
    last->activation = FT_ACTIVATE_NONE;
  if (last->activation == FT_ACTIVATE_NONE) return FT_OK;
  if (score->outputs > 1)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the ONNX model gives %" PRIu32
                   " numbers that are neither probabilities nor margins",
                   score->outputs);
  return ft_dense_affine(&score->network, &onnx->columns, &node.source, score->network, NULL, NULL,
                         err);
}

/* --- the graph's outputs --- */

struct outputs {
  bool has_number, has_label;
  struct ft_onnx_score number, label;
};

static enum ft_status find_outputs(struct outputs *out, struct ft_onnx *onnx,
                                   const uint32_t *output, size_t outputs, struct ft_error *err) {
  for (size_t i = 0; i < outputs; i++) {
    struct ft_onnx_score score;
    bool hard = false;
    if (output[i] == FT_ONNX_NONE || !ft_onnx_score_of(&score, &onnx->value[output[i]])) continue;
    FT_TRY(ft_onnx_forms_hard(&hard, &score, onnx, err));
    const bool label = score.stage == FT_ONNX_LABELS || score.stage == FT_ONNX_POSITIONS;
    if (label && !out->has_label) {
      out->has_label = true;
      out->label = score;
    }
    if (!label && !out->has_number) out->number = score;
    out->has_number = out->has_number || !label;
  }
  return FT_OK;
}

static enum ft_status fail_agreement(struct ft_error *err) {
  return ft_fail(err, FT_UNSUPPORTED,
                 "the ONNX model's label is not that of its highest probability");
}

/* Is the label that of the highest number? */
static enum ft_status check_agreement(struct ft_onnx *onnx, const struct outputs *outputs,
                                      struct ft_error *err) {
  FtOnnx__Node proto = FT_ONNX__NODE__INIT;
  char name[] = "ArgMax";
  proto.op_type = name;
  const struct ft_onnx_node node = ft_onnx_node_of(&proto, NULL, NULL);
  struct ft_onnx_value value[2] = { { .kind = FT_ONNX_SCORES, .score = outputs->number },
                                    { .kind = FT_ONNX_SCORES, .score = outputs->label } };
  struct ft_onnx_forms forms[2];
  if (!outputs->number.forms && !outputs->label.forms)
    return outputs->number.trees == outputs->label.trees ? FT_OK : fail_agreement(err);
  for (int i = 0; i < 2; i++) {
    if (value[i].score.stage >= FT_ONNX_POSITIONS) value[i].score.stage = FT_ONNX_VALUES;
    FT_TRY(ft_onnx_forms_any(&forms[i], onnx, &node, &value[i], err));
  }
  return ft_onnx_forms_agree(onnx, &forms[0], &forms[1]) ? FT_OK : fail_agreement(err);
}

/* The probabilities, or the number, before the label; what labels are called from whichever. */
static enum ft_status choose(bool *found, struct ft_onnx_score *out, struct ft_onnx *onnx,
                             const uint32_t *output, size_t count, struct ft_error *err) {
  struct outputs outputs = { 0 };
  FT_TRY(find_outputs(&outputs, onnx, output, count, err));
  /* a number beside a label, and no probability: the score that the label comes of */
  const bool score = outputs.number.forms && outputs.number.outputs == 1;
  *found = outputs.has_number || outputs.has_label;
  *out = outputs.number;
  if (!outputs.has_number || (score && outputs.has_label && !asks_for_value(onnx)))
    *out = outputs.label;
  if (!outputs.has_number || !outputs.has_label || score) return FT_OK;
  FT_TRY(check_agreement(onnx, &outputs, err));
  if (!out->classes) out->classes = outputs.label.classes;
  if (!out->label && out->classes == outputs.label.classes) out->label = outputs.label.label;
  return FT_OK;
}

static enum ft_status fail_answer(struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "the ONNX model gives no prediction that is understood");
  return ft_fail_hint(err, "Its outputs have to be a number, a class, or a class's probabilities.");
}

enum ft_status ft_onnx_answer(struct ft_onnx *onnx, const uint32_t *output, size_t outputs,
                              struct ft_error *err) {
  struct ft_onnx_score score = { 0 };
  bool found = false;
  FT_TRY(choose(&found, &score, onnx, output, outputs, err));
  if (!found || score.stage == FT_ONNX_COMPLEMENT) return fail_answer(err);
  if (score.forms) return ft_onnx_forms_answer(onnx, &score, err);
  FT_TRY(settle_network(&score, onnx, err));
  FT_TRY(settle_classes(&score, onnx, err));
  struct ft_signature_answer answer = { .classes = score.classes,
                                        .label = score.label,
                                        .link = score.link };
  struct ft_model *model = &onnx->import->model;
  FT_TRY(ft_signature_answer(onnx->import, onnx->arena, &answer, err));
  if (score.network) {
    FT_TRY(ft_dense_member(onnx->import, onnx->arena, score.network, err));
    if (model->transforms) ((struct ft_member *)(uintptr_t)model->member)->outputs = score.outputs;
    return FT_OK;
  }
  return ft_grown_trees_members(model, onnx->arena, score.trees, score.base, err);
}
