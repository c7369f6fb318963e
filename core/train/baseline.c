#include "core/train/baseline.h"

#include <assert.h>
#include <math.h>

#include "foretell/maths.h"

struct ft_spread ft_spread_of(const double *target, const uint32_t *times, size_t rows) {
  struct ft_spread spread = { 0 };
  double count = 0;
  for (size_t r = 0; r < rows; r++) {
    count += times[r];
    spread.mean += times[r] * target[r];
  }
  if (count == 0) return spread;
  /* Two passes: squares of large numbers would cancel out in one. */
  spread.mean /= count;
  for (size_t r = 0; r < rows; r++) {
    double difference = target[r] - spread.mean;
    spread.square += times[r] * difference * difference;
    spread.absolute += times[r] * fabs(difference);
  }
  spread.square /= count;
  spread.absolute /= count;
  return spread;
}

double ft_baseline_of_numbers(enum ft_metric metric, const struct ft_spread *spread) {
  switch (metric) {
  case FT_METRIC_R2: return 0;
  case FT_METRIC_MAE: return spread->absolute;
  case FT_METRIC_RMSE: return sqrt(spread->square);
  default: return spread->square;
  }
}

double ft_baseline_of_classes(enum ft_metric metric, const double *count, size_t stride,
                              uint32_t labels, uint32_t positive) {
  double rows = 0, max = 0, entropy = 0, seen = 0;
  for (uint32_t l = 0; l < labels; l++) {
    rows += count[l * stride];
    max = fmax(max, count[l * stride]);
    seen += count[l * stride] > 0;
  }
  if (rows == 0) return metric == FT_METRIC_AUC ? 0.5 : 0;
  for (uint32_t l = 0; l < labels; l++) {
    double share = count[l * stride] / rows;
    if (share > 0) entropy -= share * ft_log(share);
  }
  /* F1 of always the positive class: precision is its share, recall is 1. */
  assert(positive < labels);
  double share = count[positive * stride] / rows;
  switch (metric) {
  case FT_METRIC_AUC: return 0.5;
  case FT_METRIC_F1: return 2 * share / (1 + share);
  case FT_METRIC_F1_MACRO: return 1 / seen;
  case FT_METRIC_LOG_LOSS: return entropy;
  default: return max / rows;
  }
}
