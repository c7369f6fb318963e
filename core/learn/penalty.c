#include "core/learn/penalty.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

double ft_penalty_size(const double *weight, size_t weights, double share) {
  assert(share >= 0 && share <= 1);
  double absolute = 0, square = 0;
  for (size_t j = 0; j < weights; j++) {
    absolute += fabs(weight[j]);
    square += weight[j] * weight[j];
  }
  return share * absolute + 0.5 * (1 - share) * square;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The penalty's slope rises through 0 at the answer: at a value, or between two. */
double ft_penalty_balance(double *value, uint32_t values, double share) {
  double sum = 0, count = values;
  qsort(value, values, sizeof *value, compare);
  for (uint32_t i = 0; i < values; i++)
    sum += value[i];
  for (uint32_t i = 0; i < values; i++) {
    /* Minus the penalty's slope just above value[i]: the signs of the values, and the square
     * part. */
    double beyond = share * (count - 2 * (i + 1.0)) + (1 - share) * (sum - count * value[i]);
    if (beyond > 0) continue;
    /* Its jump of 2 share at value[i] crosses 0: the value itself is the answer. */
    if (beyond + 2 * share >= 0) return value[i];
    return (share * (count - 2.0 * i) / (1 - share) + sum) / count;
  }
  return 0; /* of no values */
}
