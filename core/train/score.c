#include "core/train/score.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/metric.h"
#include "core/train/decision.h"
#include "core/train/predictions.h"

static enum ft_status measure(double *out, enum ft_metric metric,
                              const struct ft_scored_predictions *p, const struct ft_scored *scored,
                              struct ft_error *err) {
  size_t rows = scored->rows;
  switch (metric) {
  case FT_METRIC_AUC: return ft_metric_auc(out, p->value, p->target, rows, err);
  case FT_METRIC_F1: *out = ft_metric_f1(p->label, p->target, rows, scored->positive); return FT_OK;
  case FT_METRIC_F1_MACRO:
    *out = ft_metric_f1_macro(p->label, p->target, rows, p->labels);
    return FT_OK;
  case FT_METRIC_ACCURACY: *out = ft_metric_accuracy(p->label, p->target, rows); return FT_OK;
  case FT_METRIC_LOG_LOSS:
    *out = ft_metric_log_loss(p->probability, p->labels, p->target, rows);
    return FT_OK;
  case FT_METRIC_RMSE: *out = sqrt(ft_metric_mse(p->value, p->target, rows)); return FT_OK;
  case FT_METRIC_MAE: *out = ft_metric_mae(p->value, p->target, rows); return FT_OK;
  case FT_METRIC_R2: *out = ft_metric_r2(p->value, p->target, rows); return FT_OK;
  default: *out = ft_metric_mse(p->value, p->target, rows); return FT_OK;
  }
}

enum ft_status ft_score_metric(double *out, enum ft_metric metric, const struct ft_scored *scored,
                               double threshold, struct ft_error *err) {
  struct ft_scored_predictions p;
  FT_TRY(ft_predictions_make(&p, scored, threshold, err));
  enum ft_status status = measure(out, metric, &p, scored, err);
  ft_predictions_release(&p);
  return status;
}

/* What SHOW MODEL calls a metric of a problem; NULL: the problem does not have it. */
static const char *shown_name(enum ft_metric metric, enum ft_problem problem) {
  bool binary = problem == FT_BINARY, classes = problem != FT_REGRESSION;
  switch (metric) {
  case FT_METRIC_F1: return binary ? "f1_binary" : NULL;
  case FT_METRIC_AUC: return binary ? "auc" : NULL;
  case FT_METRIC_ACCURACY: return binary ? "accuracy" : classes ? "multiclass_accuracy" : NULL;
  case FT_METRIC_F1_MACRO: return classes ? "f1_macro" : NULL;
  case FT_METRIC_LOG_LOSS: return classes ? "log_loss" : NULL;
  case FT_METRIC_MSE: return classes ? NULL : "mse";
  case FT_METRIC_RMSE: return classes ? NULL : "rmse";
  case FT_METRIC_MAE: return classes ? NULL : "mae";
  case FT_METRIC_R2: return classes ? NULL : "r2";
  default: return NULL;
  }
}

/* Probabilities that are 0 or 1 rank nothing, and their log loss is infinite. */
static bool is_blind(enum ft_metric metric, enum ft_link link) {
  return link == FT_LINK_HINGE && (metric == FT_METRIC_AUC || metric == FT_METRIC_LOG_LOSS);
}

enum ft_status ft_score_all(struct ft_named_score *out, size_t *count, enum ft_metric metric,
                            const struct ft_scored *scored, double threshold,
                            struct ft_error *err) {
  static const enum ft_metric order[] = { FT_METRIC_F1,       FT_METRIC_ACCURACY, FT_METRIC_AUC,
                                          FT_METRIC_F1_MACRO, FT_METRIC_LOG_LOSS, FT_METRIC_MSE,
                                          FT_METRIC_RMSE,     FT_METRIC_MAE,      FT_METRIC_R2 };
  struct ft_scored_predictions p;
  FT_TRY(ft_predictions_make(&p, scored, threshold, err));
  enum ft_status status = FT_OK;
  *count = 0;
  /* The objective's first, then the others in a fixed order, without it. */
  for (size_t i = 0; i <= sizeof order / sizeof *order && status == FT_OK; i++) {
    enum ft_metric one = i == 0 ? metric : order[i - 1];
    const char *name = shown_name(one, scored->problem);
    if (!name || (i > 0 && one == metric) || is_blind(one, scored->link)) continue;
    struct ft_named_score *score = &out[(*count)++];
    *score = (struct ft_named_score){ .metric = one };
    snprintf(score->name, sizeof score->name, "validation:%s", name);
    status = measure(&score->value, one, &p, scored, err);
  }
  ft_predictions_release(&p);
  return status;
}

enum ft_status ft_score_classes(struct ft_class_score *out, const struct ft_scored *scored,
                                double threshold, struct ft_error *err) {
  struct ft_scored_predictions p;
  FT_TRY(ft_predictions_make(&p, scored, threshold, err));
  memset(out, 0, p.labels * sizeof *out);
  for (size_t r = 0; r < scored->rows; r++) {
    uint32_t actual = (uint32_t)p.target[r];
    assert(actual < p.labels && p.label[r] < p.labels);
    out[actual].rows++;
    out[p.label[r]].answered++;
    out[actual].right += p.label[r] == actual;
  }
  ft_predictions_release(&p);
  return FT_OK;
}

/* The probability of the positive class and whether a row is of it, for a threshold. */
static void flip_to(struct ft_scored_predictions *p, size_t rows, uint32_t positive) {
  if (positive == 1) return;
  for (size_t r = 0; r < rows; r++) {
    p->value[r] = p->probability[2 * r];
    p->target[r] = 1 - p->target[r];
  }
}

enum ft_status ft_score_threshold(double *out, enum ft_metric metric,
                                  const struct ft_scored *scored, struct ft_error *err) {
  *out = 0.5;
  if (scored->problem != FT_BINARY || metric == FT_METRIC_AUC || scored->rows == 0) return FT_OK;
  enum ft_decision_aim aim = metric == FT_METRIC_F1         ? FT_DECISION_F1
                             : metric == FT_METRIC_F1_MACRO ? FT_DECISION_F1_MACRO
                                                            : FT_DECISION_ACCURACY;
  struct ft_scored_predictions p;
  FT_TRY(ft_predictions_make(&p, scored, 0.5, err));
  flip_to(&p, scored->rows, scored->positive);
  enum ft_status status = ft_decision_threshold(out, aim, p.value, p.target, scored->rows, err);
  /* Back to the probability of label 1, which is what thresholds of a model are over; never 0,
   * which would be none. */
  if (status == FT_OK && scored->positive == 0) *out = fmax(1 - *out, DBL_MIN);
  ft_predictions_release(&p);
  return status;
}
