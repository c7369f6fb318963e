#include "core/learn/metric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "foretell/maths.h"

#define SMALLEST_PROBABILITY 1e-15
#define LARGEST_GRADE        31

struct scored_row {
  double score;
  double target;
};

static int compare_rows(const void *a, const void *b) {
  const struct scored_row *first = a, *second = b;
  if (first->score != second->score) return first->score < second->score ? -1 : 1;
  return (first->target > second->target) - (first->target < second->target);
}

static enum ft_status sort_rows(struct scored_row **out, const double *score, const double *target,
                                size_t rows, struct ft_error *err) {
  struct scored_row *list = malloc(rows * sizeof *list + 1);
  if (!list) return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  for (size_t r = 0; r < rows; r++)
    list[r] = (struct scored_row){ score[r], target[r] };
  qsort(list, rows, sizeof *list, compare_rows);
  *out = list;
  return FT_OK;
}

enum ft_status ft_metric_auc(double *out, const double *score, const double *target, size_t rows,
                             struct ft_error *err) {
  struct scored_row *list = NULL;
  FT_TRY(sort_rows(&list, score, target, rows, err));
  double positives = 0, negatives = 0, pairs = 0; /* counts: exact */
  for (size_t r = 0; r < rows;) {
    double above = 0, below = 0;
    size_t tie = r;
    for (; tie < rows && list[tie].score == list[r].score; tie++)
      *(list[tie].target > 0.5 ? &above : &below) += 1;
    /* Mann-Whitney: pairs of a positive and a negative in the right order; ties count half. */
    pairs += above * (negatives + below / 2);
    positives += above;
    negatives += below;
    r = tie;
  }
  free(list);
  *out = positives > 0 && negatives > 0 ? pairs / (positives * negatives) : 0.5;
  return FT_OK;
}

double ft_metric_accuracy(const uint32_t *label, const double *target, size_t rows) {
  size_t right = 0;
  for (size_t r = 0; r < rows; r++)
    right += label[r] == (uint32_t)target[r];
  return rows ? (double)right / (double)rows : 0;
}

struct confusion {
  size_t both, chosen, actual; /* rows where the label is right, chosen, the target */
};

static struct confusion confuse(const uint32_t *label, const double *target, size_t rows,
                                uint32_t positive) {
  struct confusion count = { 0, 0, 0 };
  for (size_t r = 0; r < rows; r++) {
    bool chosen = label[r] == positive, actual = (uint32_t)target[r] == positive;
    count.both += chosen && actual;
    count.chosen += chosen;
    count.actual += actual;
  }
  return count;
}

static double f1_of(struct confusion count) {
  size_t sum = count.chosen + count.actual;
  return sum ? 2.0 * (double)count.both / (double)sum : 0;
}

double ft_metric_f1(const uint32_t *label, const double *target, size_t rows, uint32_t positive) {
  return f1_of(confuse(label, target, rows, positive));
}

double ft_metric_f1_macro(const uint32_t *label, const double *target, size_t rows,
                          uint32_t labels) {
  double sum = 0;
  size_t seen = 0;
  for (uint32_t l = 0; l < labels; l++) {
    struct confusion count = confuse(label, target, rows, l);
    /* As scikit-learn has it: a label that neither occurs nor is predicted has no F1. */
    if (count.chosen + count.actual == 0) continue;
    sum += f1_of(count);
    seen++;
  }
  return seen ? sum / (double)seen : 0;
}

double ft_metric_log_loss(const double *probability, uint32_t labels, const double *target,
                          size_t rows) {
  double sum = 0;
  /* A probability of 0 for what happened would be an infinite loss: kept away from it, as
   * scikit-learn does. */
  assert(labels > 0);
  for (size_t r = 0; r < rows; r++)
    sum -= ft_log(fmax(probability[r * labels + (uint32_t)target[r]], SMALLEST_PROBABILITY));
  return rows ? sum / (double)rows : 0;
}

double ft_metric_mse(const double *value, const double *target, size_t rows) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++)
    sum += (value[r] - target[r]) * (value[r] - target[r]);
  return rows ? sum / (double)rows : 0;
}

double ft_metric_r2(const double *value, const double *target, size_t rows) {
  double sum = 0, variance = 0, error = ft_metric_mse(value, target, rows);
  for (size_t r = 0; r < rows; r++)
    sum += target[r];
  double mean = rows ? sum / (double)rows : 0;
  for (size_t r = 0; r < rows; r++)
    variance += (target[r] - mean) * (target[r] - mean) / (double)rows;
  if (variance > 0) return 1 - error / variance;
  return error > 0 ? 0 : 1;
}

double ft_metric_mae(const double *value, const double *target, size_t rows) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++)
    sum += fabs(value[r] - target[r]);
  return rows ? sum / (double)rows : 0;
}

double ft_metric_mape(const double *value, const double *target, size_t rows) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++)
    sum += fabs((value[r] - target[r]) / (target[r] != 0 ? target[r] : 1e-6));
  return rows ? sum / (double)rows : 0;
}

double ft_metric_msle(const double *value, const double *target, size_t rows) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) {
    double difference = ft_log(1 + fmax(value[r], -1 + 1e-6)) - ft_log(1 + target[r]);
    sum += difference * difference;
  }
  return rows ? sum / (double)rows : 0;
}

double ft_metric_mphe(const double *value, const double *target, size_t rows, double slope) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) {
    double z = (value[r] - target[r]) / slope;
    sum += slope * slope * (sqrt(1 + z * z) - 1);
  }
  return rows ? sum / (double)rows : 0;
}

double ft_metric_tweedie(const double *value, const double *target, size_t rows, double power) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) {
    double log_value = ft_log(fmax(value[r], 1e-16));
    sum += -target[r] * ft_exp((1 - power) * log_value) / (1 - power) +
           ft_exp((2 - power) * log_value) / (2 - power);
  }
  return rows ? sum / (double)rows : 0;
}

static double discounted_gain(double target, size_t place, bool linear) {
  double gain = linear ? target : ft_exp(target * 0.693147180559945286) - 1;
  return gain / (ft_log((double)place + 2) * 1.4426950408889634074);
}

enum ft_status ft_metric_ndcg(double *out, const double *value, const double *target, size_t rows,
                              struct ft_error *err) {
  struct scored_row *list = NULL, *ideal = NULL;
  FT_TRY(sort_rows(&list, value, target, rows, err));
  enum ft_status status = sort_rows(&ideal, target, target, rows, err);
  double gain = 0, best = 0;
  bool linear = status == FT_OK && rows > 0 && ideal[rows - 1].target > LARGEST_GRADE;
  for (size_t r = 0; r < rows && status == FT_OK; r++) {
    gain += discounted_gain(list[rows - 1 - r].target, r, linear);
    best += discounted_gain(ideal[rows - 1 - r].target, r, linear);
  }
  free(list);
  free(ideal);
  if (status == FT_OK) *out = best > 0 ? gain / best : 1;
  return status;
}
