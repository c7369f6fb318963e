#include "core/train/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/loss.h"
#include "core/learn/metric.h"
#include "foretell/maths.h"

/* Margins made predictions. */
struct judged {
  const struct ft_evaluation *of;
  double *value;       /* of a number, or the probability of label 1 */
  double *probability; /* rows × labels; classes only */
  uint32_t *label;
  uint32_t labels;
};

typedef enum ft_status (*measure_function)(double *out, const struct judged *judged,
                                           struct ft_error *err);

#define SIMPLE(name, expression)                                                 \
  static enum ft_status measure_##name(double *out, const struct judged *judged, \
                                       struct ft_error *err) {                   \
    const struct ft_evaluation *of = judged->of;                                 \
    (void)err;                                                                   \
    *out = (expression);                                                         \
    return FT_OK;                                                                \
  }

SIMPLE(rmse, sqrt(ft_metric_mse(judged->value, of->target, of->rows)))
SIMPLE(rmsle, sqrt(ft_metric_msle(judged->value, of->target, of->rows)))
SIMPLE(mae, ft_metric_mae(judged->value, of->target, of->rows))
SIMPLE(mape, ft_metric_mape(judged->value, of->target, of->rows))
SIMPLE(mphe, ft_metric_mphe(judged->value, of->target, of->rows, of->slope))
SIMPLE(tweedie, ft_metric_tweedie(judged->value, of->target, of->rows, of->power))
SIMPLE(error, 1 - ft_metric_accuracy(judged->label, of->target, of->rows))
SIMPLE(log_loss, ft_metric_log_loss(judged->probability, judged->labels, of->target, of->rows))

static enum ft_status measure_auc(double *out, const struct judged *judged, struct ft_error *err) {
  return ft_metric_auc(out, judged->value, judged->of->target, judged->of->rows, err);
}

static enum ft_status measure_ndcg(double *out, const struct judged *judged, struct ft_error *err) {
  return ft_metric_ndcg(out, judged->value, judged->of->target, judged->of->rows, err);
}

#define NUMBERS (1u << FT_REGRESSION)
#define PAIR    (1u << FT_BINARY)
#define SEVERAL (1u << FT_MULTICLASS)

static const struct {
  const char *name;
  unsigned problems;
  measure_function measure;
} metrics[] = {
  { "rmse", NUMBERS | PAIR, measure_rmse }, { "rmsle", NUMBERS, measure_rmsle },
  { "mae", NUMBERS | PAIR, measure_mae },   { "mape", NUMBERS, measure_mape },
  { "mphe", NUMBERS, measure_mphe },        { "tweedie-nloglik", NUMBERS, measure_tweedie },
  { "ndcg", NUMBERS, measure_ndcg },        { "error", PAIR, measure_error },
  { "logloss", PAIR, measure_log_loss },    { "auc", PAIR, measure_auc },
  { "merror", SEVERAL, measure_error },     { "mlogloss", SEVERAL, measure_log_loss },
};
#define METRICS (sizeof metrics / sizeof *metrics)

static const struct {
  const char *objective, *metric;
} defaults[] = {
  { "reg:squarederror", "rmse" },       { "reg:squaredlogerror", "rmsle" },
  { "reg:logistic", "rmse" },           { "reg:pseudohubererror", "mphe" },
  { "reg:tweedie", "tweedie-nloglik" }, { "binary:logistic", "error" },
  { "binary:hinge", "error" },          { "multi:softmax", "merror" },
  { "rank:pairwise", "ndcg" },          { "rank:ndcg", "ndcg" },
};

const char *ft_evaluation_default(const char *objective) {
  for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
    if (strcmp(defaults[i].objective, objective) == 0) return defaults[i].metric;
  return "rmse";
}

bool ft_evaluation_known(const char *name, enum ft_problem problem) {
  for (size_t i = 0; i < METRICS; i++)
    if (strcmp(metrics[i].name, name) == 0) return metrics[i].problems >> problem & 1;
  return false;
}

static double number_of(enum ft_link link, double margin) {
  switch (link) {
  case FT_LINK_LOGISTIC: return ft_logistic(margin);
  case FT_LINK_EXP: return ft_exp(margin);
  case FT_LINK_HINGE: return margin > 0;
  default: return margin;
  }
}

static void judge_row(struct judged *judged, size_t row) {
  const struct ft_evaluation *of = judged->of;
  const double *margin = of->margin + row * of->outputs;
  /* The first margin is the only one but for several classes, where it is not used. */
  judged->value[row] = number_of(of->link, margin[0]);
  if (of->problem == FT_REGRESSION) return;
  double *probability = judged->probability + row * judged->labels;
  if (of->problem == FT_BINARY) {
    probability[1] = judged->value[row];
    probability[0] = 1 - probability[1];
    /* One half, as XGBoost's metric has it, whatever the model's threshold is. */
    judged->label[row] = probability[1] >= 0.5;
    return;
  }
  ft_loss_probabilities(probability, of->problem, of->outputs, margin);
  for (uint32_t l = 1; l < judged->labels; l++)
    if (probability[l] > probability[judged->label[row]]) judged->label[row] = l;
}

enum ft_status ft_evaluation_run(double *out, const char *name,
                                 const struct ft_evaluation *evaluation, struct ft_error *err) {
  size_t found = 0;
  while (found < METRICS && strcmp(metrics[found].name, name) != 0)
    found++;
  if (found == METRICS) return ft_fail(err, FT_INVALID, "the metric \"%s\" is not known", name);
  struct judged judged = { .of = evaluation,
                           .labels =
                               evaluation->problem == FT_MULTICLASS ? evaluation->outputs : 2 };
  judged.value = calloc(evaluation->rows + 1, sizeof *judged.value);
  judged.probability = calloc(evaluation->rows * judged.labels + 1, sizeof *judged.probability);
  judged.label = calloc(evaluation->rows + 1, sizeof *judged.label);
  enum ft_status status = FT_OK;
  if (!judged.value || !judged.probability || !judged.label)
    status = ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", evaluation->rows);
  for (size_t r = 0; r < evaluation->rows && status == FT_OK; r++)
    judge_row(&judged, r);
  if (status == FT_OK) status = metrics[found].measure(out, &judged, err);
  free(judged.value);
  free(judged.probability);
  free(judged.label);
  return status;
}
