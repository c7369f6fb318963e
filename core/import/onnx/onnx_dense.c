#include "core/import/onnx/onnx_dense.h"

#include <math.h>
#include <string.h>

#include "core/import/onnx/onnx_derive_operators.h"
#include "core/import/onnx/onnx_forms_operators.h"
#include "core/import/onnx/onnx_score.h"

enum ft_status ft_onnx_dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                             uint32_t outputs, const double *weight, const double *bias,
                             struct ft_error *err) {
  struct ft_onnx_value made = { .kind = FT_ONNX_NEURONS };
  if (value->kind == FT_ONNX_COLUMNS)
    FT_TRY(ft_dense_start(&made.network, &onnx->columns, &node->source, &value->table, outputs,
                          weight, bias, err));
  else
    FT_TRY(ft_dense_add(&made.network, &onnx->columns, &node->source, value->network, outputs,
                        weight, bias, err));
  *out = made;
  return FT_OK;
}

/* --- Gemm, MatMul and the linear models --- */

static uint32_t width_of(const struct ft_onnx_value *value) {
  return value->kind == FT_ONNX_COLUMNS ? value->table.columns : ft_onnx_forms_width(value);
}

static enum ft_status need_table(const struct ft_onnx_value **out, const struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind != FT_ONNX_COLUMNS && !ft_onnx_has_forms(value))
    return ft_onnx_refuse(node, "its input is neither columns nor predictions", err);
  *out = value;
  return FT_OK;
}

/* The second input as inputs × outputs. */
static enum ft_status read_weights(const double **out, uint32_t *outputs,
                                   const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   uint32_t inputs, bool transposed, double by,
                                   struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 1);
  if (!value || value->kind != FT_ONNX_CONSTANT || !value->constant.number ||
      value->constant.rank < 1 || value->constant.rank > 2)
    return ft_onnx_refuse(node, "weights that are no constant matrix", err);
  const struct ft_onnx_constant *matrix = &value->constant;
  int64_t rows = matrix->dim[0], columns = matrix->rank == 2 ? matrix->dim[1] : 1;
  if ((transposed ? columns : rows) > inputs)
    return ft_onnx_too_narrow(onnx, node, "weights of another shape than its input", err);
  if ((transposed ? columns : rows) != inputs)
    return ft_onnx_damaged(node, "weights of another shape than its input", err);
  if ((transposed ? rows : columns) > FT_NET_MAX_WEIGHTS)
    return ft_onnx_refuse(node, "too many outputs", err);
  *outputs = (uint32_t)(transposed ? rows : columns);
  double *weight = FT_ARENA_NEW(onnx->arena, double, matrix->count);
  if (!weight) return ft_onnx_no_memory(err);
  for (uint32_t i = 0; i < inputs; i++)
    for (uint32_t o = 0; o < *outputs; o++)
      weight[(size_t)i * *outputs + o] =
          by * matrix->number[transposed ? (size_t)o * inputs + i : (size_t)i * *outputs + o];
  *out = weight;
  return FT_OK;
}

/* As columns, where what comes behind asks for them; else as a layer. */
static enum ft_status dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                            const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                            uint32_t outputs, const double *weight, const double *bias,
                            struct ft_error *err) {
  if (value->kind == FT_ONNX_COLUMNS && ft_onnx_derive_is_asked(onnx, node, outputs))
    return ft_onnx_derive_matrix(out, onnx, node, value, outputs, weight, bias, err);
  return value->kind == FT_ONNX_SCORES
             ? ft_onnx_forms_dense(out, onnx, node, value, outputs, weight, bias, err)
             : ft_onnx_dense(out, onnx, node, value, outputs, weight, bias, err);
}

enum ft_status ft_onnx_matmul(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  const double *weight = NULL;
  uint32_t outputs = 0;
  FT_TRY(need_table(&value, onnx, node, err));
  FT_TRY(read_weights(&weight, &outputs, onnx, node, width_of(value), false, 1, err));
  FT_TRY(dense(&out, onnx, node, value, outputs, weight, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_gemm(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                            struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *third = ft_onnx_input(onnx, node, 2);
  struct ft_onnx_value out;
  const double *weight = NULL;
  uint32_t outputs = 0;
  double *bias = NULL, beta = ft_onnx_real(node, "beta", 1);
  FT_TRY(need_table(&value, onnx, node, err));
  if (ft_onnx_integer(node, "transA", 0)) return ft_onnx_refuse(node, "of a transposed input", err);
  FT_TRY(read_weights(&weight, &outputs, onnx, node, width_of(value),
                      ft_onnx_integer(node, "transB", 0) != 0, ft_onnx_real(node, "alpha", 1),
                      err));
  if (third) {
    const struct ft_onnx_constant *c = &third->constant;
    if (third->kind != FT_ONNX_CONSTANT || !c->number || (c->count != 1 && c->count != outputs))
      return ft_onnx_refuse(node, "a bias that is no constant row", err);
    bias = FT_ARENA_NEW(onnx->arena, double, outputs);
    if (!bias) return ft_onnx_no_memory(err);
    for (uint32_t o = 0; o < outputs; o++)
      bias[o] = beta * c->number[c->count == 1 ? 0 : o];
  }
  FT_TRY(dense(&out, onnx, node, value, outputs, weight, bias, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_batch_norm(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *part[5] = { NULL };
  struct ft_onnx_value out = { .kind = FT_ONNX_NEURONS };
  FT_TRY(need_table(&value, onnx, node, err));
  uint32_t width = width_of(value);
  for (size_t i = 1; i < 5; i++) {
    part[i] = ft_onnx_input(onnx, node, i);
    if (!part[i] || part[i]->kind != FT_ONNX_CONSTANT || !part[i]->constant.number ||
        part[i]->constant.count != width)
      return ft_onnx_refuse(node, "numbers that are not constant", err);
  }
  double *scale = FT_ARENA_NEW(onnx->arena, double, width);
  double *shift = FT_ARENA_NEW(onnx->arena, double, width);
  if (!scale || !shift) return ft_onnx_no_memory(err);
  for (uint32_t i = 0; i < width; i++) {
    double variance = part[4]->constant.number[i] + ft_onnx_real(node, "epsilon", 1e-5);
    scale[i] = part[1]->constant.number[i] / sqrt(variance);
    shift[i] = part[2]->constant.number[i] - part[3]->constant.number[i] * scale[i];
  }
  if (value->kind != FT_ONNX_NEURONS) return ft_onnx_refuse(node, "of other than a layer", err);
  const struct ft_column_numbers by = { width, scale }, plus = { width, shift };
  FT_TRY(ft_dense_affine(&out.network, &onnx->columns, &node->source, value->network, &by, &plus,
                         err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* `coefficients` are outputs × inputs; `intercepts` one an output, or none. */
static enum ft_status read_linear(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, uint32_t outputs,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_column_numbers coefficient, intercept;
  FT_TRY(need_table(&value, onnx, node, err));
  FT_TRY(ft_onnx_reals(&coefficient, onnx, node, "coefficients", err));
  FT_TRY(ft_onnx_reals(&intercept, onnx, node, "intercepts", err));
  uint32_t inputs = width_of(value);
  if (outputs > 0 && coefficient.count > (uint64_t)inputs * outputs)
    return ft_onnx_too_narrow(onnx, node, "its coefficients", err);
  if (outputs == 0 || coefficient.count != (uint64_t)inputs * outputs)
    return ft_onnx_damaged(node, "its coefficients", err);
  if (intercept.count && intercept.count != outputs)
    return ft_onnx_damaged(node, "its intercepts", err);
  double *weight = FT_ARENA_NEW(onnx->arena, double, coefficient.count);
  if (!weight) return ft_onnx_no_memory(err);
  for (uint32_t o = 0; o < outputs; o++)
    for (uint32_t i = 0; i < inputs; i++)
      weight[(size_t)i * outputs + o] = coefficient.value[(size_t)o * inputs + i];
  return dense(out, onnx, node, value, outputs, weight, intercept.count ? intercept.value : NULL,
               err);
}

enum ft_status ft_onnx_linear_regressor(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                        struct ft_error *err) {
  struct ft_onnx_value out;
  struct ft_span after = ft_onnx_text(node, "post_transform");
  if (ft_onnx_integer(node, "targets", 1) != 1)
    return ft_onnx_refuse(node, "it predicts several numbers at once", err);
  if (after.size && !ft_span_equal(after, FT_SPAN("NONE")))
    return ft_onnx_refuse(node, "its post_transform", err);
  FT_TRY(read_linear(&out, onnx, node, 1, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* Are the two outputs each other's opposites? Then their logistic functions add up to 1. */
static bool is_mirrored(const struct ft_dense_layer *layer) {
  for (size_t i = 0; i < layer->inputs; i++)
    if (layer->weight[2 * i] != -layer->weight[2 * i + 1]) return false;
  return fabs(layer->bias[0] + layer->bias[1]) <= 1e-6 * fabs(layer->bias[0]);
}

static enum ft_status link_linear(struct ft_onnx_score *score, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, struct ft_error *err) {
  struct ft_span after = ft_onnx_text(node, "post_transform");
  struct ft_dense_network *network = score->network;
  struct ft_dense_layer *layer = &network->layer[network->layers - 1];
  if (ft_span_equal(after, FT_SPAN("SOFTMAX"))) {
    score->link = FT_LINK_SOFTMAX;
    return FT_OK;
  }
  score->link = FT_LINK_LOGISTIC;
  if (!after.size || ft_span_equal(after, FT_SPAN("NONE")))
    score->link = FT_LINK_HINGE; /* the class of the highest score */
  else if (!ft_span_equal(after, FT_SPAN("LOGISTIC")))
    return ft_onnx_refuse(node, "its post_transform", err);
  if (layer->outputs != 2) return FT_OK; /* one, or several classes, each against the rest */
  if (!is_mirrored(layer)) return ft_onnx_refuse(node, "two classes, each by itself", err);
  double *weight = FT_ARENA_NEW(onnx->arena, double, layer->inputs);
  if (!weight) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < layer->inputs; i++)
    weight[i] = layer->weight[2 * i + 1];
  *layer = (struct ft_dense_layer){ layer->inputs, 1, layer->activation, layer->bias + 1, weight };
  score->outputs = 1;
  return FT_OK;
}

/* Of other models' predictions. */
static enum ft_status classify_forms(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     const struct ft_onnx_value *margins,
                                     const struct ft_onnx_texts *label, struct ft_error *err) {
  struct ft_onnx_forms in = { 0 }, forms = { 0 };
  struct ft_onnx_value out;
  FT_TRY(ft_onnx_forms_of(&in, onnx, node, margins, err));
  FT_TRY(ft_onnx_forms_classify(&forms, onnx, node, &in, err));
  FT_TRY(ft_onnx_forms_value(&out, onnx, &forms, err));
  out.score.classes = (uint32_t)label->count;
  out.score.label = label->value;
  ft_onnx_give_classes(onnx, node, &out.score);
  return FT_OK;
}

enum ft_status ft_onnx_linear_classifier(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                         struct ft_error *err) {
  struct ft_onnx_value out;
  struct ft_onnx_texts label;
  struct ft_column_numbers intercept;
  FT_TRY(ft_onnx_texts(&label, onnx, node, "classlabels_strings", "classlabels_ints", err));
  FT_TRY(ft_onnx_reals(&intercept, onnx, node, "intercepts", err));
  if (label.count < 2 || label.count > FT_MODEL_MAX_LABELS)
    return ft_onnx_refuse(node, "its classes", err);
  uint32_t rows = intercept.count == 1 ? 1 : (uint32_t)label.count;
  if (rows == 1 && label.count != 2) return ft_onnx_damaged(node, "its intercepts", err);
  FT_TRY(read_linear(&out, onnx, node, rows, err));
  if (out.kind == FT_ONNX_SCORES) return classify_forms(onnx, node, &out, &label, err);
  struct ft_onnx_score score = { .stage = FT_ONNX_VALUES,
                                 .outputs = rows,
                                 .classes = (uint32_t)label.count,
                                 .label = label.value,
                                 .network = out.network };
  FT_TRY(link_linear(&score, onnx, node, err));
  ft_onnx_give_classes(onnx, node, &score);
  return FT_OK;
}
