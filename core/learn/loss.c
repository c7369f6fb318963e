#include "core/learn/loss.h"

#include <assert.h>
#include <math.h>

#include "foretell/maths.h"

#define SMALLEST_HESSIAN 1e-16 /* as XGBoost has it: a sum of hessians is divided by */
#define GRADIENT_BITS    30    /* of a gradient, below the largest one */
#define SUM_BITS         53    /* of a double: sums of multiples below 2^53 are exact */

void ft_loss_probabilities(double *probability, enum ft_problem problem, uint32_t outputs,
                           const double *margin) {
  if (problem == FT_BINARY) {
    probability[1] = ft_logistic(margin[0]);
    probability[0] = 1.0 - probability[1];
    return;
  }
  /* Softmax with the largest margin taken off: no exponential overflows, and the shares are the
   * same. */
  assert(outputs > 0);
  double largest = margin[0], sum = 0;
  for (uint32_t g = 1; g < outputs; g++)
    if (margin[g] > largest) largest = margin[g];
  for (uint32_t g = 0; g < outputs; g++) {
    probability[g] = ft_exp(margin[g] - largest);
    sum += probability[g];
  }
  for (uint32_t g = 0; g < outputs; g++)
    probability[g] /= sum;
}

static void gradient_row(const struct ft_loss *loss, const float *margin, double target,
                         float *gradient, float *hessian) {
  if (loss->problem == FT_REGRESSION) {
    /* Of half the squared error: gradient f - y, hessian 1. */
    gradient[0] = (float)(loss->base[0] + margin[0] - target);
    hessian[0] = 1;
  } else if (loss->problem == FT_BINARY) {
    /* Log loss: gradient p - y, hessian p (1 - p). */
    double p = ft_logistic(loss->base[0] + margin[0]);
    gradient[0] = (float)(p - target);
    hessian[0] = (float)fmax(p * (1 - p), SMALLEST_HESSIAN);
  } else {
    double largest = -INFINITY, sum = 0;
    for (uint32_t g = 0; g < loss->outputs; g++)
      largest = fmax(largest, loss->base[g] + margin[g]);
    for (uint32_t g = 0; g < loss->outputs; g++) {
      gradient[g] = (float)ft_exp(loss->base[g] + margin[g] - largest);
      sum += gradient[g];
    }
    for (uint32_t g = 0; g < loss->outputs; g++) {
      double p = gradient[g] / sum;
      gradient[g] = (float)(p - (g == (uint32_t)target));
      /* Twice the diagonal of the Hessian, as XGBoost's multi:softprob has it: the trees of the
       * classes step at the same time, and the diagonal alone would let them step too far. */
      hessian[g] = (float)fmax(2 * p * (1 - p), SMALLEST_HESSIAN);
    }
  }
}

/* Round to multiples of 2^-k of the largest; a float32 that is larger than 2^24 of them is one
 * anyway. */
static void quantise(float *value, size_t count, int bits) {
  float largest = 0;
  for (size_t i = 0; i < count; i++)
    if (fabsf(value[i]) > largest) largest = fabsf(value[i]);
  /* Nothing to round, or a margin that has overflowed: the booster will tell. */
  if (largest == 0 || !isfinite(largest)) return;
  int exponent;
  frexpf(largest, &exponent);
  /* The largest is below 2^exponent, so all numbers become at most 2^bits units. */
  double unit = ldexp(1, exponent - bits), inverse = ldexp(1, bits - exponent);
  for (size_t i = 0; i < count; i++)
    value[i] = (float)(rint(value[i] * inverse) * unit);
}

void ft_loss_quantise(float *value, size_t count, size_t rows) {
  int bits = GRADIENT_BITS, size;
  /* 2^size rows of numbers below 2^bits units sum to less than 2^(bits + size) units: at most 53
   * bits. */
  frexp((double)rows, &size);
  quantise(value, count, bits < SUM_BITS - size ? bits : SUM_BITS - size);
}

static void weigh(float *gradient, float *hessian, uint32_t outputs, double weight) {
  for (uint32_t g = 0; g < outputs; g++) {
    gradient[g] = (float)(gradient[g] * weight);
    hessian[g] = (float)(hessian[g] * weight);
  }
}

void ft_loss_gradients(const struct ft_loss *loss, const float *margin, const double *target,
                       const double *weight, size_t rows, float *gradient, float *hessian) {
  for (size_t r = 0; r < rows; r++) {
    size_t at = r * loss->outputs;
    gradient_row(loss, margin + at, target[r], gradient + at, hessian + at);
    if (weight) weigh(gradient + at, hessian + at, loss->outputs, weight[r]);
  }
  ft_loss_quantise(gradient, rows * loss->outputs, rows);
  ft_loss_quantise(hessian, rows * loss->outputs, rows);
}

double ft_loss_row(enum ft_problem problem, uint32_t outputs, const double *margin, double target) {
  if (problem == FT_REGRESSION) return (margin[0] - target) * (margin[0] - target);
  if (problem == FT_BINARY) {
    /* -log p of the target's label, without forming p: log1p(exp(m)), the exponential kept at 1
     * or below. */
    double m = target > 0.5 ? -margin[0] : margin[0]; /* log(1 + exp(m)) */
    return m > 0 ? m + ft_log(1 + ft_exp(-m)) : ft_log(1 + ft_exp(m));
  }
  /* Log of the sum of exponentials, less the target's margin. */
  double largest = margin[0], sum = 0;
  for (uint32_t g = 1; g < outputs; g++)
    largest = fmax(largest, margin[g]);
  for (uint32_t g = 0; g < outputs; g++)
    sum += ft_exp(margin[g] - largest);
  return largest + ft_log(sum) - margin[(uint32_t)target];
}

double ft_loss_weighted(const struct ft_loss *loss, const double *margin, const double *target,
                        const double *weight, size_t rows) {
  double sum = 0;
  for (size_t r = 0; r < rows; r++) {
    double own = ft_loss_row(loss->problem, loss->outputs, margin + r * loss->outputs, target[r]);
    sum += weight ? weight[r] * own : own;
  }
  return rows ? sum / (double)rows : 0;
}

double ft_loss_mean(enum ft_problem problem, uint32_t outputs, const double *margin,
                    const double *target, size_t rows) {
  struct ft_loss loss = { problem, outputs, NULL };
  return ft_loss_weighted(&loss, margin, target, NULL, rows);
}

void ft_loss_base(double *base, enum ft_problem problem, uint32_t outputs, const double *target,
                  const uint32_t *row, size_t rows) {
  if (problem == FT_REGRESSION || problem == FT_BINARY) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++)
      sum += target[row[i]];
    base[0] = rows ? sum / (double)rows : 0;
    if (problem == FT_REGRESSION) return;
    /* half a row of each label more, so that a fold of one label has a finite base */
    double share = (sum + 0.5) / ((double)rows + 1.0);
    base[0] = ft_log(share / (1 - share));
    return;
  }
  for (uint32_t g = 0; g < outputs; g++)
    base[g] = 0.5;
  for (size_t i = 0; i < rows; i++)
    base[(uint32_t)target[row[i]]] += 1;
  for (uint32_t g = 0; g < outputs; g++)
    base[g] = ft_log(base[g] / ((double)rows + 0.5 * outputs));
}
