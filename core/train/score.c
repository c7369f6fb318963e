#include "core/train/score.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/train/loss.h"
#include "core/train/metric.h"
#include "foretell/maths.h"

/* Margins made predictions; only the arrays that the problem has. */
struct predictions {
  double *value;       /* regression: in the target's unit; binary: probability of label 1 */
  double *target;      /* regression: in its own unit */
  double *probability; /* rows × labels */
  uint32_t *label;
  uint32_t labels;
};

static void release(struct predictions *p) {
  free(p->value);
  free(p->target);
  free(p->probability);
  free(p->label);
}

static void choose_label(struct predictions *p, size_t row, double threshold) {
  const double *probability = p->probability + row * p->labels;
  if (p->labels == 2 && threshold > 0) {
    p->label[row] = probability[1] >= threshold;
    return;
  }
  uint32_t best = 0;
  for (uint32_t l = 1; l < p->labels; l++)
    if (probability[l] > probability[best]) best = l;
  p->label[row] = best;
}

static enum ft_status predict(struct predictions *p, const struct ft_scored *scored,
                              double threshold, struct ft_error *err) {
  *p = (struct predictions){ .labels = scored->problem == FT_BINARY ? 2 : scored->outputs };
  size_t rows = scored->rows;
  p->value = calloc(rows + 1, sizeof *p->value);
  p->target = calloc(rows + 1, sizeof *p->target);
  p->probability = calloc(rows * p->labels + 1, sizeof *p->probability);
  p->label = calloc(rows + 1, sizeof *p->label);
  if (!p->value || !p->target || !p->probability || !p->label) {
    release(p);
    return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  }
  for (size_t r = 0; r < rows; r++) {
    const double *margin = scored->margin + r * scored->outputs;
    p->target[r] = scored->target[r];
    if (scored->problem == FT_REGRESSION) {
      p->value[r] = scored->centre + scored->scale * margin[0];
      p->target[r] = scored->centre + scored->scale * scored->target[r];
      continue;
    }
    ft_loss_probabilities(p->probability + r * p->labels, scored->problem, scored->outputs, margin);
    p->value[r] = p->probability[r * p->labels + 1];
    choose_label(p, r, scored->problem == FT_BINARY ? threshold : 0);
  }
  return FT_OK;
}

static enum ft_status measure(double *out, enum ft_metric metric, const struct predictions *p,
                              size_t rows, struct ft_error *err) {
  switch (metric) {
  case FT_METRIC_AUC: return ft_metric_auc(out, p->value, p->target, rows, err);
  case FT_METRIC_F1: *out = ft_metric_f1(p->label, p->target, rows, 1); return FT_OK;
  case FT_METRIC_F1_MACRO:
    *out = ft_metric_f1_macro(p->label, p->target, rows, p->labels);
    return FT_OK;
  case FT_METRIC_ACCURACY: *out = ft_metric_accuracy(p->label, p->target, rows); return FT_OK;
  case FT_METRIC_LOG_LOSS:
    *out = ft_metric_log_loss(p->probability, p->labels, p->target, rows);
    return FT_OK;
  case FT_METRIC_RMSE: *out = sqrt(ft_metric_mse(p->value, p->target, rows)); return FT_OK;
  default: *out = ft_metric_mse(p->value, p->target, rows); return FT_OK;
  }
}

enum ft_status ft_score_metric(double *out, enum ft_metric metric, const struct ft_scored *scored,
                               double threshold, struct ft_error *err) {
  struct predictions p;
  FT_TRY(predict(&p, scored, threshold, err));
  enum ft_status status = measure(out, metric, &p, scored->rows, err);
  release(&p);
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
  default: return NULL;
  }
}

enum ft_status ft_score_all(struct ft_named_score *out, size_t *count, enum ft_metric metric,
                            const struct ft_scored *scored, double threshold,
                            struct ft_error *err) {
  static const enum ft_metric order[] = { FT_METRIC_F1,       FT_METRIC_ACCURACY, FT_METRIC_AUC,
                                          FT_METRIC_F1_MACRO, FT_METRIC_LOG_LOSS, FT_METRIC_MSE,
                                          FT_METRIC_RMSE };
  struct predictions p;
  FT_TRY(predict(&p, scored, threshold, err));
  enum ft_status status = FT_OK;
  *count = 0;
  for (size_t i = 0; i <= sizeof order / sizeof *order && status == FT_OK; i++) {
    enum ft_metric one = i == 0 ? metric : order[i - 1];
    const char *name = shown_name(one, scored->problem);
    if (!name || (i > 0 && one == metric)) continue;
    struct ft_named_score *score = &out[(*count)++];
    snprintf(score->name, sizeof score->name, "validation:%s", name);
    status = measure(&score->value, one, &p, scored->rows, err);
  }
  release(&p);
  return status;
}

enum ft_status ft_score_threshold(double *out, enum ft_metric metric,
                                  const struct ft_scored *scored, struct ft_error *err) {
  *out = 0.5;
  if (scored->problem != FT_BINARY || metric == FT_METRIC_AUC || scored->rows == 0) return FT_OK;
  enum ft_threshold_aim aim = metric == FT_METRIC_F1         ? FT_THRESHOLD_F1
                              : metric == FT_METRIC_F1_MACRO ? FT_THRESHOLD_F1_MACRO
                                                             : FT_THRESHOLD_ACCURACY;
  struct predictions p;
  FT_TRY(predict(&p, scored, 0.5, err));
  enum ft_status status = ft_metric_threshold(out, aim, p.value, p.target, scored->rows, err);
  release(&p);
  return status;
}
