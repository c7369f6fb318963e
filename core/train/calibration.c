#include "core/train/calibration.h"

#include <assert.h>
#include <math.h>

#include "core/learn/loss.h"
#include "foretell/maths.h"

#define MIN_ROWS      100
#define MIN_FACTOR    0.2
#define MAX_FACTOR    5.0
#define NEWTON_STEPS  12
#define SECTION_STEPS 30
#define MAX_OUTPUTS   64 /* more labels are left as they are */

/* Some of the rows: first, first + step … */
struct rows {
  const struct ft_scored *scored;
  size_t first, step;
};

static const struct ft_calibration none = { 1, 0 };

static double loss_of(const struct ft_scored *scored, size_t row, struct ft_calibration c) {
  assert(scored->outputs <= MAX_OUTPUTS);
  double margin[MAX_OUTPUTS];
  /* The shift is 0 for several classes: softmax would not see it. */
  for (uint32_t g = 0; g < scored->outputs; g++)
    margin[g] = c.factor * scored->margin[row * scored->outputs + g] + c.shift;
  return ft_loss_row(scored->problem, scored->outputs, margin, scored->target[row]);
}

static double sum_loss(const struct rows *rows, struct ft_calibration c) {
  double sum = 0;
  for (size_t r = rows->first; r < rows->scored->rows; r += rows->step)
    sum += loss_of(rows->scored, r, c);
  return sum;
}

/* Newton's step of a logistic regression on the margin; half as far where the loss does not fall. */
static struct ft_calibration step_on(const struct rows *rows, struct ft_calibration c) {
  const struct ft_scored *scored = rows->scored;
  /* Platt scaling: p = 1 / (1 + exp(-(a m + b))). Gradient: sum of (p - t) (m, 1); Hessian: sum
   * of p (1 - p) times the products of (m, 1). A little on the diagonal keeps it invertible
   * where all p are 0 or 1. */
  double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
  for (size_t r = rows->first; r < scored->rows; r += rows->step) {
    double margin = scored->margin[r];
    double p = ft_logistic(c.factor * margin + c.shift);
    double g = p - scored->target[r], h = p * (1 - p);
    ga += g * margin;
    gb += g;
    haa += h * margin * margin;
    hab += h * margin;
    hbb += h;
  }
  /* Cramer's rule; a determinant near 0 means that all margins are alike, and no slope can be
   * told. */
  double determinant = haa * hbb - hab * hab;
  if (!(determinant > 1e-12)) return c;
  double da = (hbb * ga - hab * gb) / determinant, db = (haa * gb - hab * ga) / determinant;
  double before = sum_loss(rows, c);
  /* Backtracking: Newton's step may overshoot far from the minimum. A factor of 0 or less would
   * turn the order of the rows around. */
  for (double share = 1; share > 1e-3; share /= 2) {
    struct ft_calibration next = { c.factor - share * da, c.shift - share * db };
    if (next.factor > 0 && sum_loss(rows, next) <= before) return next;
  }
  return c;
}

/* Golden section over the factor's logarithm: the loss is convex in the factor. */
static struct ft_calibration find_factor(const struct rows *rows) {
  /* Temperature scaling (Guo and others, 2017) has one factor for all classes. Over its
   * logarithm, so that 1/2 and 2 are as far from 1. */
  const double ratio = 0.6180339887498949;
  double low = ft_log(MIN_FACTOR), high = ft_log(MAX_FACTOR);
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double loss_a = sum_loss(rows, (struct ft_calibration){ ft_exp(a), 0 });
  double loss_b = sum_loss(rows, (struct ft_calibration){ ft_exp(b), 0 });
  /* One new evaluation a step: the ratio makes one inner point the other's successor. After 30
   * steps the interval is 0.618^30, 5e-7 of the first one. */
  for (int i = 0; i < SECTION_STEPS; i++) {
    if (loss_a <= loss_b) {
      high = b;
      b = a;
      loss_b = loss_a;
      a = high - ratio * (high - low);
      loss_a = sum_loss(rows, (struct ft_calibration){ ft_exp(a), 0 });
    } else {
      low = a;
      a = b;
      loss_a = loss_b;
      b = low + ratio * (high - low);
      loss_b = sum_loss(rows, (struct ft_calibration){ ft_exp(b), 0 });
    }
  }
  return (struct ft_calibration){ ft_exp((low + high) / 2), 0 };
}

static struct ft_calibration find_on(const struct rows *rows) {
  if (rows->scored->problem != FT_BINARY) return find_factor(rows);
  struct ft_calibration found = none;
  for (int i = 0; i < NEWTON_STEPS; i++)
    found = step_on(rows, found);
  /* A factor beyond these bounds: the classes are separable, or the margins say nothing. */
  bool sane = found.factor >= MIN_FACTOR && found.factor <= MAX_FACTOR && isfinite(found.shift);
  return sane ? found : none;
}

struct ft_calibration ft_calibration_find(const struct ft_scored *scored) {
  if (scored->problem == FT_REGRESSION || scored->rows < MIN_ROWS || scored->outputs > MAX_OUTPUTS)
    return none;
  double sum = 0, squares = 0;
  /* Two-fold: found on the even rows and judged by the odd ones, and the other way round. */
  for (size_t first = 0; first < 2; first++) {
    struct rows half = { scored, first, 2 };
    struct ft_calibration found = find_on(&half);
    for (size_t r = 1 - first; r < scored->rows; r += 2) {
      double gain = loss_of(scored, r, none) - loss_of(scored, r, found);
      sum += gain;
      squares += gain * gain;
    }
  }
  double rows = (double)scored->rows, mean = sum / rows;
  /* Better by more than one standard error, or it is left out: a calibration by chance does
   * harm. */
  double error = sqrt(fmax(squares / rows - mean * mean, 0) / rows);
  /* What is applied is found on all rows; the halves have only shown that it is worth it. */
  struct rows all = { scored, 0, 1 };
  return mean > error ? find_on(&all) : none;
}

void ft_calibration_apply(double *margin, size_t count, struct ft_calibration calibration) {
  for (size_t i = 0; i < count; i++)
    margin[i] = calibration.factor * margin[i] + calibration.shift;
}
