/* Losses of boosting: their gradients, their base, the score that stops the rounds.
 *
 * Shapes   margins, gradients and hessians rows × outputs, row-major; a target is a label's index
 *          or, for regression, a number that was scaled to mean 0 and deviation 1.
 * Numbers  gradients are rounded to multiples of a power of two such that any sum over the rows is
 *          exact in double: XGBoost's histograms then hold the same bits for any number of threads.
 * Source   Friedman, "Greedy function approximation: a gradient boosting machine" (2001); gradients and
 *          hessians as XGBoost's objectives have them.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_LOSS_H
#define FORETELL_LEARN_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/model.h"

struct ft_loss {
  enum ft_problem problem;
  uint32_t outputs; /* 1, or the number of labels of a multiclass problem */
  const double
      *base; /* margin before the first tree; one an output; NULL where margins include it */
};

/* `margin` is without the base. `weight` of each row; NULL: 1 each. */
void ft_loss_gradients(const struct ft_loss *loss, const float *margin, const double *target,
                       const double *weight, size_t rows, float *gradient, float *hessian);

/* Round so that any sum over `rows` of the numbers is exact in double. */
void ft_loss_quantise(float *value, size_t count, size_t rows);

/* Mean loss: log loss, or squared error in units of the scaled target. Base included in margin. */
double ft_loss_mean(enum ft_problem problem, uint32_t outputs, const double *margin,
                    const double *target, size_t rows);
/* Sum of each row's weight and loss, by the rows; `weight` NULL: the mean loss. */
double ft_loss_weighted(const struct ft_loss *loss, const double *margin, const double *target,
                        const double *weight, size_t rows);
/* Loss of one row. */
double ft_loss_row(enum ft_problem problem, uint32_t outputs, const double *margin, double target);

/* The best constant margins; `base` has `outputs` entries. */
void ft_loss_base(double *base, enum ft_problem problem, uint32_t outputs, const double *target,
                  const uint32_t *row, size_t rows);

/* Margins of a row to the probability of each label (`labels` of them). */
void ft_loss_probabilities(double *probability, enum ft_problem problem, uint32_t outputs,
                           const double *margin);

#endif
