/* The operators by name, and those that ask first what they are given. */
#include <math.h>
#include <string.h>

#include "core/import/columns/step.h"
#include "core/import/onnx/onnx_dense.h"
#include "core/import/onnx/onnx_derive_operators.h"
#include "core/import/onnx/onnx_forms_operators.h"
#include "core/import/onnx/onnx_kernel.h"
#include "core/import/onnx/onnx_prepare.h"
#include "core/import/onnx/onnx_score.h"
#include "core/import/onnx/onnx_trees.h"

static enum ft_status need_input(const struct ft_onnx_value **out, const struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, struct ft_error *err) {
  *out = ft_onnx_input(onnx, node, 0);
  return *out ? FT_OK : ft_onnx_damaged(node, "no input", err);
}

static enum ft_status pass_on(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  const struct ft_onnx_value copy = *value;
  ft_onnx_give(onnx, node, 0, &copy);
  return FT_OK;
}

static enum ft_status give_score(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 const struct ft_onnx_score *score) {
  const struct ft_onnx_value value = { .kind = FT_ONNX_SCORES, .score = *score };
  ft_onnx_give(onnx, node, 0, &value);
  return FT_OK;
}

static enum ft_status cast(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_COLUMNS) return ft_onnx_columns_cast(onnx, node, err);
  if (value->kind == FT_ONNX_SCORES && value->score.forms)
    return ft_onnx_forms_cast(onnx, node, err);
  return pass_on(onnx, node, err);
}

/* A table stays a table of the same columns. */
static enum ft_status reshape(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *shape = ft_onnx_input(onnx, node, 1);
  FT_TRY(need_input(&value, onnx, node, err));
  if (ft_onnx_has_forms(value)) return ft_onnx_forms_reshape(onnx, node, err);
  if (value->kind != FT_ONNX_COLUMNS || value->table.columns == 1) return pass_on(onnx, node, err);
  if (!shape || shape->kind != FT_ONNX_CONSTANT || !shape->constant.number ||
      shape->constant.count < 2)
    return ft_onnx_refuse(node, "to another shape", err);
  double last = shape->constant.number[shape->constant.count - 1];
  double first = shape->constant.number[0];
  if (last != value->table.columns &&
      !(last == -1 && first != -1 && shape->constant.count == 2 && first == 0))
    return ft_onnx_refuse(node, "to another shape", err);
  return pass_on(onnx, node, err);
}

static enum ft_status constant(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_error *err) {
  const FtOnnx__Attribute *tensor = ft_onnx_attribute(node, "value");
  struct ft_onnx_value out = { .kind = FT_ONNX_CONSTANT };
  if (tensor && tensor->t) {
    FT_TRY(ft_onnx_tensor(&out.constant, onnx, tensor->t, err));
    ft_onnx_give(onnx, node, 0, &out);
    return FT_OK;
  }
  struct ft_column_numbers reals;
  struct ft_onnx_integers whole = ft_onnx_integers(node, "value_ints");
  FT_TRY(ft_onnx_reals(&reals, onnx, node, "value_floats", err));
  bool single = ft_onnx_attribute(node, "value_float") || ft_onnx_attribute(node, "value_int");
  out.constant.count = single ? 1 : reals.count ? reals.count : whole.count;
  out.constant.rank = single ? 0 : 1;
  out.constant.dim[0] = (int64_t)out.constant.count;
  double *number = FT_ARENA_NEW(onnx->arena, double, out.constant.count + 1);
  if (!number) return ft_onnx_no_memory(err);
  if (single)
    number[0] = ft_onnx_real(node, "value_float", (double)ft_onnx_integer(node, "value_int", 0));
  for (size_t i = 0; !single && i < out.constant.count; i++)
    number[i] = reals.count ? reals.value[i] : (double)whole.value[i];
  if (!out.constant.count) return ft_onnx_refuse(node, "of texts", err);
  out.constant.number = number;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- arithmetic with a constant --- */

struct sum {
  char sign; /* + - * / */
  bool constant_first;
  struct ft_column_numbers constant;
  const struct ft_onnx_value *value;
};

static enum ft_status read_sum(struct sum *out, const struct ft_onnx *onnx,
                               const struct ft_onnx_node *node, struct ft_error *err) {
  static const char *const names[] = { "Add", "Sub", "Mul", "Div" };
  const struct ft_onnx_value *left = ft_onnx_input(onnx, node, 0),
                             *right = ft_onnx_input(onnx, node, 1);
  for (size_t i = 0; i < 4; i++)
    if (strcmp(node->proto->op_type, names[i]) == 0) out->sign = "+-*/"[i];
  if (!left || !right) return ft_onnx_damaged(node, "no input", err);
  out->constant_first = left->kind == FT_ONNX_CONSTANT;
  const struct ft_onnx_value *constant = out->constant_first ? left : right;
  out->value = out->constant_first ? right : left;
  if (constant->kind != FT_ONNX_CONSTANT || !constant->constant.number ||
      out->value->kind == FT_ONNX_CONSTANT || constant->constant.count == 0)
    return ft_onnx_refuse(node, "of anything but a constant and what is computed", err);
  out->constant = (struct ft_column_numbers){ constant->constant.count, constant->constant.number };
  for (size_t i = 0; i < out->constant.count; i++)
    if (!isfinite(out->constant.value[i]) || (out->sign == '/' && out->constant.value[i] == 0))
      return ft_onnx_refuse(node, "its constant", err);
  if (out->sign == '/' && out->constant_first)
    return ft_onnx_refuse(node, "by what is computed", err);
  return FT_OK;
}

/* scale and shift: value * scale + shift */
static enum ft_status as_affine(struct ft_column_numbers *scale, struct ft_column_numbers *shift,
                                const struct sum *sum, const struct ft_onnx *onnx,
                                struct ft_error *err) {
  double *by = FT_ARENA_NEW(onnx->arena, double, sum->constant.count);
  double *plus = FT_ARENA_NEW(onnx->arena, double, sum->constant.count);
  if (!by || !plus) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < sum->constant.count; i++) {
    double c = sum->constant.value[i];
    by[i] = sum->sign == '*' ? c : sum->sign == '/' ? 1 / c : 1;
    plus[i] = sum->sign == '+' ? c : sum->sign == '-' ? -c : 0;
    if (sum->sign == '-' && sum->constant_first) {
      by[i] = -1;
      plus[i] = c;
    }
  }
  *scale = (struct ft_column_numbers){ sum->constant.count, by };
  *shift = (struct ft_column_numbers){ sum->constant.count, plus };
  return FT_OK;
}

static enum ft_status sum_columns(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, const struct sum *sum,
                                  const struct ft_column_numbers *scale,
                                  const struct ft_column_numbers *shift, struct ft_error *err) {
  if (sum->constant.count != 1 && sum->constant.count != sum->value->table.columns)
    return ft_onnx_refuse(node, "constants of another shape than its input", err);
  if (sum->sign == '*' || sum->sign == '/')
    return ft_columns_step(&out->table, &onnx->columns, &node->source, &sum->value->table,
                           sum->sign == '*' ? FT_STEP_MULTIPLY : FT_STEP_DIVIDE, &sum->constant,
                           NULL, err);
  struct ft_onnx_value turned = *sum->value;
  if (sum->sign == '-' && sum->constant_first)
    FT_TRY(ft_columns_step(&turned.table, &onnx->columns, &node->source, &sum->value->table,
                           FT_STEP_MULTIPLY, scale, NULL, err));
  return ft_columns_step(&out->table, &onnx->columns, &node->source, &turned.table, FT_STEP_ADD,
                         shift, NULL, err);
}

/* Of a regression's trees. */
static enum ft_status sum_scores(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, const struct sum *sum,
                                 double scale, double shift, struct ft_error *err) {
  const struct ft_onnx_score *score = &sum->value->score;
  if (score->stage != FT_ONNX_MARGINS || !score->trees || score->outputs != 1 ||
      sum->constant.count != 1)
    return ft_onnx_refuse(node, "of a prediction", err);
  *out = *sum->value;
  out->score.trees = FT_ARENA_NEW(onnx->arena, struct ft_grown_trees, 1);
  out->score.base = FT_ARENA_NEW(onnx->arena, double, 1);
  double *leaf = FT_ARENA_NEW(onnx->arena, double, score->trees->nodes);
  if (!out->score.trees || !out->score.base || !leaf) return ft_onnx_no_memory(err);
  *out->score.trees = *score->trees;
  out->score.trees->leaf = leaf;
  for (uint32_t i = 0; i < score->trees->nodes; i++)
    leaf[i] = score->trees->leaf[i] * scale;
  out->score.base[0] = score->base[0] * scale + shift;
  return FT_OK;
}

/* Is it a constant and a net's layer, a regression's trees, or 1 and a probability? */
static bool is_plain(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  const struct ft_onnx_value *left = ft_onnx_input(onnx, node, 0),
                             *right = ft_onnx_input(onnx, node, 1);
  if (!left || !right || (left->kind != FT_ONNX_CONSTANT && right->kind != FT_ONNX_CONSTANT))
    return false;
  const struct ft_onnx_value *of = left->kind == FT_ONNX_CONSTANT ? right : left;
  const struct ft_onnx_constant *by = left == of ? &right->constant : &left->constant;
  const bool reversed = left != of, division = strcmp(node->proto->op_type, "Div") == 0;
  struct ft_onnx_score score;
  if (reversed && division) return false;
  if (!ft_onnx_score_of(&score, of)) return true;
  if (reversed && strcmp(node->proto->op_type, "Sub") == 0 && by->count == 1 && by->number &&
      by->number[0] == 1 && score.stage == FT_ONNX_VALUES && score.link == FT_LINK_LOGISTIC &&
      score.outputs == 1 && score.classes == 0)
    return true;
  return of->kind == FT_ONNX_NEURONS ||
         (score.stage == FT_ONNX_MARGINS && score.trees && score.outputs == 1 && by->count == 1);
}

/* onnxmltools divides what LightGBM's random forests give by 100, however many trees they have. */
static bool is_wrong_mean(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  const struct ft_onnx_value *of = ft_onnx_input(onnx, node, 0), *by = ft_onnx_input(onnx, node, 1);
  if (strcmp(onnx->producer, "OnnxMLTools") != 0 || strcmp(node->proto->op_type, "Div") != 0 ||
      !of || !by || by->kind != FT_ONNX_CONSTANT || by->constant.count != 1 ||
      !by->constant.number || by->constant.number[0] != 100 ||
      strncmp(node->proto->input[1], "denominator", strlen("denominator")) != 0)
    return false;
  return of->kind != FT_ONNX_SCORES || of->score.stage != FT_ONNX_MARGINS || !of->score.trees ||
         of->score.trees->trees != 100;
}

/* Two tables, or one and a constant that makes more columns of it, or by which it cannot be one step. */
static bool is_of_columns(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  const struct ft_onnx_value *left = ft_onnx_input(onnx, node, 0),
                             *right = ft_onnx_input(onnx, node, 1);
  if (node->proto->n_input != 2 || !ft_onnx_derive_takes(onnx, node)) return false;
  if (left->kind == right->kind) return true;
  const bool first = left->kind == FT_ONNX_CONSTANT;
  const struct ft_onnx_value *constant = first ? left : right, *value = first ? right : left;
  return (first && strcmp(node->proto->op_type, "Div") == 0) ||
         (value->table.columns == 1 && constant->constant.count > 1);
}

static enum ft_status arithmetic(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  struct sum sum = { 0 };
  if (is_wrong_mean(onnx, node))
    return ft_onnx_refuse(node,
                          "a random forest of LightGBM's, which the converter divides by 100 "
                          "whatever it has",
                          err);
  if (ft_onnx_forms_take(onnx, node) && !is_plain(onnx, node))
    return ft_onnx_forms_arithmetic(onnx, node, err);
  struct ft_column_numbers scale, shift;
  struct ft_onnx_score score;
  struct ft_onnx_value out = { 0 };
  if (is_of_columns(onnx, node)) return ft_onnx_derive_each(onnx, node, err);
  FT_TRY(read_sum(&sum, onnx, node, err));
  FT_TRY(as_affine(&scale, &shift, &sum, onnx, err));
  if (sum.sign == '-' && sum.constant_first && sum.constant.count == 1 &&
      sum.constant.value[0] == 1 && ft_onnx_score_of(&score, sum.value) &&
      score.stage == FT_ONNX_VALUES && score.link == FT_LINK_LOGISTIC) {
    score.stage = FT_ONNX_COMPLEMENT;
    return give_score(onnx, node, &score);
  }
  out.kind = sum.value->kind;
  if (sum.value->kind == FT_ONNX_COLUMNS)
    FT_TRY(sum_columns(&out, onnx, node, &sum, &scale, &shift, err));
  else if (sum.value->kind == FT_ONNX_NEURONS)
    FT_TRY(ft_dense_affine(&out.network, &onnx->columns, &node->source, sum.value->network, &scale,
                           &shift, err));
  else
    FT_TRY(sum_scores(&out, onnx, node, &sum, scale.value[0], shift.value[0], err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- functions --- */

static enum ft_status activate(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               enum ft_activation activation, struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_NEURONS };
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind != FT_ONNX_NEURONS) return ft_onnx_refuse(node, "of anything but a layer", err);
  FT_TRY(ft_dense_activate(&out.network, &onnx->columns, &node->source, value->network, activation,
                           err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

static enum ft_status relu(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out = { .kind = FT_ONNX_COLUMNS };
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind != FT_ONNX_COLUMNS) return activate(onnx, node, FT_ACTIVATE_RELU, err);
  const double low = 0, high = INFINITY;
  const struct ft_column_numbers a = { 1, &low }, b = { 1, &high };
  FT_TRY(ft_columns_step(&out.table, &onnx->columns, &node->source, &value->table, FT_STEP_CLIP, &a,
                         &b, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

static enum ft_status tanh_layer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_COLUMNS) return ft_onnx_derive_each(onnx, node, err);
  return activate(onnx, node, FT_ACTIVATE_TANH, err);
}

static enum ft_status selu(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  if (fabs(ft_onnx_real(node, "alpha", 1.67326319) - 1.67326319) > 1e-6 ||
      fabs(ft_onnx_real(node, "gamma", 1.05070102) - 1.05070102) > 1e-6)
    return ft_onnx_refuse(node, "with numbers of its own", err);
  return activate(onnx, node, FT_ACTIVATE_SELU, err);
}

static enum ft_transform_kind transform_of(enum ft_link link) {
  return link == FT_LINK_SOFTMAX    ? FT_TRANSFORM_SOFTMAX
         : link == FT_LINK_LOGISTIC ? FT_TRANSFORM_LOGISTIC
                                    : FT_TRANSFORM_EXP;
}

/* A link on a learner's margins. */
static enum ft_status link_scores(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const struct ft_onnx_value *value, enum ft_link link,
                                  struct ft_error *err) {
  struct ft_onnx_score score;
  if (!ft_onnx_score_of(&score, value) || score.stage != FT_ONNX_MARGINS || score.forms ||
      (score.outputs == 1) == (link == FT_LINK_SOFTMAX) ||
      (score.network && ft_dense_last(value->network)->activation != FT_ACTIVATE_NONE))
    return ft_onnx_forms_link(onnx, node, transform_of(link), err);
  score.stage = FT_ONNX_VALUES;
  score.link = link;
  return give_score(onnx, node, &score);
}

static enum ft_status sigmoid(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_COLUMNS) return ft_onnx_derive_each(onnx, node, err);
  if (value->kind != FT_ONNX_SCORES) return activate(onnx, node, FT_ACTIVATE_LOGISTIC, err);
  return link_scores(onnx, node, value, FT_LINK_LOGISTIC, err);
}

static enum ft_status softmax(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  return link_scores(onnx, node, value, FT_LINK_SOFTMAX, err);
}

static enum ft_status exponential(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_COLUMNS) return ft_onnx_derive_each(onnx, node, err);
  return link_scores(onnx, node, value, FT_LINK_EXP, err);
}

/* --- classes --- */

static enum ft_status concat(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                             struct ft_error *err) {
  struct ft_onnx_score first, second;
  const struct ft_onnx_value *a = ft_onnx_input(onnx, node, 0), *b = ft_onnx_input(onnx, node, 1);
  if (node->proto->n_input == 2 && a && b && ft_onnx_score_of(&first, a) &&
      ft_onnx_score_of(&second, b) && first.stage == FT_ONNX_COMPLEMENT &&
      second.stage == FT_ONNX_VALUES) {
    second.classes = 2;
    return give_score(onnx, node, &second);
  }
  if (node->proto->n_input == 1) return pass_on(onnx, node, err);
  if (ft_onnx_forms_take(onnx, node)) return ft_onnx_forms_concat(onnx, node, err);
  return ft_onnx_columns_concat(onnx, node, err);
}

static enum ft_status arg_max(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_score score;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_COLUMNS) return ft_onnx_derive_arg_max(onnx, node, err);
  if (!ft_onnx_score_of(&score, value) || score.stage > FT_ONNX_VALUES ||
      (score.outputs == 1 && score.classes != 2))
    return ft_onnx_refuse(node, "of what it is given", err);
  if (score.stage == FT_ONNX_MARGINS) score.link = FT_LINK_SOFTMAX;
  if (!score.classes) score.classes = score.outputs;
  score.stage = FT_ONNX_POSITIONS;
  return give_score(onnx, node, &score);
}

/* The labels at the positions of the highest. */
static enum ft_status name_classes(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   const struct ft_onnx_constant *names,
                                   const struct ft_onnx_value *value, struct ft_error *err) {
  struct ft_onnx_score score = value->score;
  if (score.stage != FT_ONNX_POSITIONS || names->count != score.classes)
    return ft_onnx_refuse(node, "of what it is given", err);
  struct ft_span *label = FT_ARENA_NEW(onnx->arena, struct ft_span, names->count);
  if (!label) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < names->count; i++) {
    if (names->text)
      label[i] = names->text[i];
    else
      FT_TRY(ft_column_decimal(&label[i], onnx->arena, names->number[i], err));
  }
  score.label = label;
  score.stage = FT_ONNX_LABELS;
  return give_score(onnx, node, &score);
}

static enum ft_status pick(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  const struct ft_onnx_value *value = NULL, *index = ft_onnx_input(onnx, node, 1);
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind == FT_ONNX_CONSTANT && index && index->kind == FT_ONNX_SCORES)
    return name_classes(onnx, node, &value->constant, index, err);
  if (value->kind != FT_ONNX_COLUMNS) return ft_onnx_forms_pick(onnx, node, err);
  return ft_onnx_columns_pick(onnx, node, err);
}

/* Probabilities of one learner add up to 1 already, but where each is a class's against the rest. */
static enum ft_status normalizer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  const struct ft_onnx_score *score = &value->score;
  if (value->kind == FT_ONNX_SCORES && score->stage == FT_ONNX_VALUES && !score->forms &&
      score->classes > 1 && (score->outputs == 1 || score->link != FT_LINK_LOGISTIC) &&
      ft_span_equal(ft_onnx_norm(node), FT_SPAN("L1")))
    return pass_on(onnx, node, err);
  if (value->kind == FT_ONNX_COLUMNS && ft_onnx_norm(node).size)
    return ft_onnx_derive_normalizer(onnx, node, err);
  if (ft_onnx_has_forms(value)) return ft_onnx_forms_normalizer(onnx, node, err);
  return ft_onnx_refuse(node, "of columns of one row", err);
}

static enum ft_status clip(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  if (ft_onnx_forms_take(onnx, node)) return ft_onnx_forms_clip(onnx, node, err);
  return ft_onnx_columns_clip(onnx, node, err);
}

static enum ft_status where(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                            struct ft_error *err) {
  if (ft_onnx_forms_take(onnx, node)) return ft_onnx_forms_where(onnx, node, err);
  return ft_onnx_columns_where(onnx, node, err);
}

static enum ft_status label_encoder(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  if (ft_onnx_forms_take(onnx, node)) return ft_onnx_forms_label_encoder(onnx, node, err);
  return ft_onnx_label_encoder(onnx, node, err);
}

static enum ft_status zip_map(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                              struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_texts label;
  struct ft_onnx_score score;
  FT_TRY(need_input(&value, onnx, node, err));
  FT_TRY(ft_onnx_texts(&label, onnx, node, "classlabels_strings", "classlabels_int64s", err));
  if (!ft_onnx_score_of(&score, value) || score.stage > FT_ONNX_VALUES)
    return ft_onnx_refuse(node, "of what it is given", err);
  uint32_t classes = score.classes ? score.classes : score.outputs;
  if (label.count != classes) return ft_onnx_damaged(node, "its labels", err);
  score.classes = classes;
  score.label = label.value;
  return give_score(onnx, node, &score);
}

/* Only for a column beside the table. */
static enum ft_status shape(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                            struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind != FT_ONNX_COLUMNS) return ft_onnx_refuse(node, "of what it is given", err);
  return pass_on(onnx, node, err);
}

struct known {
  const char *name;
  ft_onnx_operator *run;
};

/* Of constants: the roots that whiten principal components. */
static enum ft_status root(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                           struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  if (value->kind != FT_ONNX_CONSTANT || !value->constant.number)
    return ft_onnx_derive_each(onnx, node, err);
  struct ft_onnx_value out = *value;
  double *number = FT_ARENA_NEW(onnx->arena, double, out.constant.count);
  if (!number) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < out.constant.count; i++)
    number[i] = (double)(float)sqrt(value->constant.number[i]);
  out.constant.number = number;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* Of a table's shape a column beside it. */
static enum ft_status filled(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                             struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  FT_TRY(need_input(&value, onnx, node, err));
  return value->kind == FT_ONNX_COLUMNS ? ft_onnx_derive_filled(onnx, node, err)
                                        : ft_onnx_forms_filled(onnx, node, err);
}

/* What is done with learners' answers, and what with columns. */
#define EITHER(name, answers, columns)                                                           \
  static enum ft_status name(struct ft_onnx *onnx, const struct ft_onnx_node *node,              \
                             struct ft_error *err) {                                             \
    return ft_onnx_forms_take(onnx, node) ? answers(onnx, node, err) : columns(onnx, node, err); \
  }
EITHER(compare, ft_onnx_forms_compare, ft_onnx_derive_each)
EITHER(logarithm, ft_onnx_forms_log, ft_onnx_derive_each)
EITHER(minus, ft_onnx_forms_negate, ft_onnx_derive_each)
EITHER(negation, ft_onnx_forms_negate, ft_onnx_derive_not)
EITHER(power, ft_onnx_forms_power, ft_onnx_derive_power)
EITHER(reduce, ft_onnx_forms_reduce, ft_onnx_derive_reduce)
EITHER(shape_of, ft_onnx_forms_shape, shape)
#undef EITHER

static const struct known general[] = {
  { "Abs", ft_onnx_derive_each },
  { "Add", arithmetic },
  { "And", ft_onnx_derive_each },
  { "ArgMax", arg_max },
  { "BatchNormalization", ft_onnx_batch_norm },
  { "Cast", cast },
  { "Clip", clip },
  { "Concat", concat },
  { "Constant", constant },
  { "ConstantOfShape", filled },
  { "Div", arithmetic },
  { "Dropout", pass_on },
  { "Equal", compare },
  { "Exp", exponential },
  { "Flatten", pass_on },
  { "Gather", pick },
  { "Gemm", ft_onnx_gemm },
  { "Greater", compare },
  { "GreaterOrEqual", compare },
  { "Identity", pass_on },
  { "IsNaN", ft_onnx_is_missing },
  { "Less", compare },
  { "LessOrEqual", compare },
  { "Log", logarithm },
  { "LpNormalization", normalizer },
  { "MatMul", ft_onnx_matmul },
  { "Max", ft_onnx_forms_extreme },
  { "Mean", ft_onnx_forms_sum },
  { "Min", ft_onnx_forms_extreme },
  { "Mul", arithmetic },
  { "Neg", minus },
  { "Not", negation },
  { "Or", ft_onnx_derive_each },
  { "Pow", power },
  { "ReduceMean", ft_onnx_forms_reduce },
  { "ReduceProd", ft_onnx_derive_reduce },
  { "ReduceSum", reduce },
  { "Relu", relu },
  { "Reshape", reshape },
  { "Selu", selu },
  { "Shape", shape_of },
  { "Sigmoid", sigmoid },
  { "Slice", ft_onnx_forms_pick },
  { "Softmax", softmax },
  { "Sqrt", root },
  { "Squeeze", pass_on },
  { "Sub", arithmetic },
  { "Sum", ft_onnx_forms_sum },
  { "Tanh", tanh_layer },
  { "Where", where },
};

static const struct known learning[] = {
  { "ArrayFeatureExtractor", pick },
  { "Binarizer", ft_onnx_binarizer },
  { "CategoryMapper", ft_onnx_category_mapper },
  { "FeatureVectorizer", concat },
  { "Imputer", ft_onnx_imputer },
  { "LabelEncoder", label_encoder },
  { "LinearClassifier", ft_onnx_linear_classifier },
  { "LinearRegressor", ft_onnx_linear_regressor },
  { "Normalizer", normalizer },
  { "OneHotEncoder", ft_onnx_one_hot },
  { "SVMClassifier", ft_onnx_svm_classifier },
  { "SVMRegressor", ft_onnx_svm_regressor },
  { "Scaler", ft_onnx_scaler },
  { "TreeEnsemble", ft_onnx_tree_ensemble },
  { "TreeEnsembleClassifier", ft_onnx_tree_classifier },
  { "TreeEnsembleRegressor", ft_onnx_tree_regressor },
  { "ZipMap", zip_map },
};

bool ft_onnx_operator_learns(struct ft_span name) {
  static const char *const learner[] = {
    "Gemm",         "LinearClassifier",       "LinearRegressor",       "MatMul",
    "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "SVMClassifier",
    "SVMRegressor",
  };
  for (size_t i = 0; i < sizeof learner / sizeof *learner; i++)
    if (ft_span_equal(name, ft_span_of(learner[i]))) return true;
  return false;
}

ft_onnx_operator *ft_onnx_operator_named(struct ft_span domain, struct ft_span name) {
  bool is_learning = ft_span_equal(domain, FT_SPAN("ai.onnx.ml"));
  const struct known *list = is_learning ? learning : general;
  size_t count =
      is_learning ? sizeof learning / sizeof *learning : sizeof general / sizeof *general;
  if (!is_learning && domain.size && !ft_span_equal(domain, FT_SPAN("ai.onnx"))) return NULL;
  for (size_t i = 0; i < count; i++)
    if (ft_span_equal(name, ft_span_of(list[i].name))) return list[i].run;
  return NULL;
}
