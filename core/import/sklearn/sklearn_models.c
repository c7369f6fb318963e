/* The linear models by their names: coef_ and intercept_, and what stands behind the sums. */
#include <math.h>
#include <string.h>

#include "core/import/sklearn/sklearn_linear.h"

/* coef_ as outputs × columns, and intercept_, one an output. */
struct coefficients {
  uint32_t outputs;
  double *weight;
  double *intercept;
};

static enum ft_status read_intercept(struct coefficients *out, const struct ft_sklearn *sklearn,
                                     const struct ft_sklearn_place *place, struct ft_error *err) {
  struct ft_column_numbers intercept;
  FT_TRY(ft_sklearn_numbers(&intercept, sklearn, place, "intercept_", err));
  if (intercept.count != out->outputs && intercept.count != 1)
    return ft_sklearn_damaged(place, "intercept_", err);
  for (uint32_t o = 0; o < out->outputs; o++)
    out->intercept[o] = intercept.value[intercept.count == 1 ? 0 : o];
  return FT_OK;
}

static enum ft_status read_coefficients(struct coefficients *out, const struct ft_sklearn *sklearn,
                                        const struct ft_sklearn_place *place,
                                        const struct ft_prepared_table *columns,
                                        struct ft_error *err) {
  struct ft_column_numbers coefficient;
  struct ft_arena *arena = sklearn->columns.arena;
  FT_TRY(ft_sklearn_numbers(&coefficient, sklearn, place, "coef_", err));
  if (columns->columns == 0 || coefficient.count == 0 || coefficient.count % columns->columns ||
      coefficient.count / columns->columns > FT_MODEL_MAX_LABELS)
    return ft_sklearn_damaged(place, "coef_", err);
  out->outputs = (uint32_t)(coefficient.count / columns->columns);
  out->weight = FT_ARENA_NEW(arena, double, coefficient.count);
  out->intercept = FT_ARENA_NEW(arena, double, out->outputs);
  if (!out->weight || !out->intercept) return ft_columns_no_memory(err);
  memcpy(out->weight, coefficient.value, coefficient.count * sizeof *out->weight);
  return read_intercept(out, sklearn, place, err);
}

static enum ft_status weigh(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                            const struct ft_prepared_table *columns, const struct coefficients *of,
                            struct ft_error *err) {
  return ft_sklearn_weigh(sklearn, place, columns, of->outputs, of->weight, of->intercept, err);
}

static enum ft_status regress(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                              const struct ft_prepared_table *columns, enum ft_link link,
                              struct ft_error *err) {
  struct coefficients of = { 0 };
  FT_TRY(read_coefficients(&of, sklearn, place, columns, err));
  if (of.outputs != 1) return ft_sklearn_refuse_several(place, err);
  FT_TRY(ft_sklearn_answer(sklearn, NULL, link, err));
  return weigh(sklearn, place, columns, &of, err);
}

enum ft_status ft_sklearn_linear(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                 const struct ft_prepared_table *columns, struct ft_error *err) {
  return regress(sklearn, place, columns, FT_LINK_IDENTITY, err);
}

enum ft_status ft_sklearn_log_linear(struct ft_sklearn *sklearn,
                                     const struct ft_sklearn_place *place,
                                     const struct ft_prepared_table *columns,
                                     struct ft_error *err) {
  return regress(sklearn, place, columns, FT_LINK_EXP, err);
}

enum ft_status ft_sklearn_tweedie(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                  const struct ft_prepared_table *columns, struct ft_error *err) {
  double power = ft_pickle_real(ft_pickle_get(place->object, "power"));
  bool automatic = ft_sklearn_says(place, "link", "auto");
  if (!automatic && !ft_sklearn_says(place, "link", "log") &&
      !ft_sklearn_says(place, "link", "identity"))
    return ft_sklearn_damaged(place, "link", err);
  bool log = automatic ? power > 0 : ft_sklearn_says(place, "link", "log");
  return regress(sklearn, place, columns, log ? FT_LINK_EXP : FT_LINK_IDENTITY, err);
}

/* --- classes --- */

/* What makes probabilities of the sums. */
enum how {
  SOFTMAX,      /* one a class; of two classes the logistic function of one sum */
  EACH_AGAINST, /* the logistic function of each, divided by what they add up to */
  HIGHEST       /* no probabilities: the highest sum's class */
};

/* sum[i] becomes the probability of class i. */
static enum ft_status transform(struct ft_sklearn *sklearn, enum how how, uint32_t classes,
                                struct ft_error *err) {
  struct ft_model *model = &sklearn->columns.import->model;
  struct ft_transform *step = FT_ARENA_NEW(sklearn->columns.arena, struct ft_transform, 2);
  struct ft_member *member = FT_ARENA_NEW(sklearn->columns.arena, struct ft_member, model->members);
  if (!step || !member) return ft_columns_no_memory(err);
  memcpy(member, model->member, model->members * sizeof *member);
  for (uint32_t m = 0; m < model->members; m++)
    member[m].outputs = classes;
  model->member = member;
  model->sums = classes;
  model->transform = step;
  step[0] = (struct ft_transform){ .kind = FT_TRANSFORM_LOGISTIC, .count = classes };
  step[1] = (struct ft_transform){ .kind = FT_TRANSFORM_NORMALIZE, .count = classes };
  model->transforms = 2;
  if (how != HIGHEST) return FT_OK;
  step[0].kind = FT_TRANSFORM_HIGHEST;
  model->transforms = 1;
  return FT_OK;
}

static enum ft_status classify(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                               const struct ft_prepared_table *columns, enum how how, double factor,
                               struct ft_error *err) {
  struct coefficients of = { 0 };
  struct ft_sklearn_values classes;
  FT_TRY(ft_sklearn_labels(&classes, sklearn, place, err));
  FT_TRY(read_coefficients(&of, sklearn, place, columns, err));
  if (of.outputs != (classes.count == 2 ? 1 : classes.count))
    return ft_sklearn_damaged(place, "coef_", err);
  enum ft_link link = of.outputs == 1  ? (how == HIGHEST ? FT_LINK_HINGE : FT_LINK_LOGISTIC)
                      : how == SOFTMAX ? FT_LINK_SOFTMAX
                                       : FT_LINK_IDENTITY;
  FT_TRY(ft_sklearn_answer(sklearn, &classes, link, err));
  for (uint32_t i = 0; of.outputs == 1 && i < columns->columns; i++)
    of.weight[i] *= factor;
  of.intercept[0] *= of.outputs == 1 ? factor : 1;
  FT_TRY(weigh(sklearn, place, columns, &of, err));
  if (of.outputs == 1 || how == SOFTMAX) return FT_OK;
  return transform(sklearn, how, classes.count, err);
}

/* multi_class: each class against the rest when it says so, or by solver liblinear. Two classes under
 * "multinomial" have the scores -d and d, whose softmax is the logistic function of 2 d. */
enum ft_status ft_sklearn_logistic(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                   const struct ft_prepared_table *columns, struct ft_error *err) {
  bool against = ft_sklearn_says(place, "multi_class", "ovr") ||
                 ft_sklearn_says(place, "multi_class", "warn") ||
                 (!ft_sklearn_says(place, "multi_class", "multinomial") &&
                  ft_sklearn_says(place, "solver", "liblinear"));
  bool multinomial = ft_sklearn_says(place, "multi_class", "multinomial");
  return classify(sklearn, place, columns, against ? EACH_AGAINST : SOFTMAX, multinomial ? 2 : 1,
                  err);
}

enum ft_status ft_sklearn_discriminant(struct ft_sklearn *sklearn,
                                       const struct ft_sklearn_place *place,
                                       const struct ft_prepared_table *columns,
                                       struct ft_error *err) {
  return classify(sklearn, place, columns, SOFTMAX, 1, err);
}

enum ft_status ft_sklearn_margin(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                 const struct ft_prepared_table *columns, struct ft_error *err) {
  return classify(sklearn, place, columns, HIGHEST, 1, err);
}

enum ft_status ft_sklearn_sgd(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                              const struct ft_prepared_table *columns, struct ft_error *err) {
  if (ft_sklearn_says(place, "loss", "modified_huber"))
    return ft_sklearn_refuse(place, "with loss modified_huber", err);
  bool log = ft_sklearn_says(place, "loss", "log_loss") || ft_sklearn_says(place, "loss", "log");
  return classify(sklearn, place, columns, log ? EACH_AGAINST : HIGHEST, 1, err);
}
