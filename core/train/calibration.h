/* Calibration: margins times a factor plus a shift, such that the probabilities are right on rows that
 * no fit saw. Kept only where what is found on one half of the rows makes the other half's log loss
 * better by more than chance.
 *
 * Shapes   margins rows × outputs, row-major. Regression is left as it is. Several classes have a
 *          factor alone. A factor above 0 keeps the order of the rows: an AUC stays.
 * Numbers  sums over the rows in order; no threads, no chance.
 * Source   Platt scaling; temperature scaling ("On Calibration of Modern Neural Networks", 2017).
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_CALIBRATION_H
#define FORETELL_TRAIN_CALIBRATION_H

#include "core/train/score.h"

struct ft_calibration {
  double factor; /* above 0; 1: none */
  double shift;  /* of a binary margin; 0 of several classes */
};

/* { 1, 0 } where nothing is gained beyond chance, or there are fewer than 100 rows. */
struct ft_calibration ft_calibration_find(const struct ft_scored *scored);

/* In place: factor × margin + shift; `count` numbers. */
void ft_calibration_apply(double *margin, size_t count, struct ft_calibration calibration);

#endif
