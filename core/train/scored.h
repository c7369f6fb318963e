/* Rows with margins and targets: what scores are computed of. All pointers are borrowed.
 *
 * Shapes   margins rows × outputs with the base, of scaled targets; targets as the run has them. */
#ifndef FORETELL_TRAIN_SCORED_H
#define FORETELL_TRAIN_SCORED_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/model.h"

/* The rows that something is measured on. */
struct ft_scored {
  enum ft_problem problem;
  uint32_t outputs;
  double
      scale; /* regression: value = centre + scale × margin, of targets and margins alike; 1 and 0 */
  double centre; /* where they are in the target's unit already. Unused of classes */
  size_t rows;
  const double *target; /* rows */
  const double *margin; /* rows × outputs */
  uint32_t positive;    /* binary: the label that F1 and its threshold are of */
  enum ft_link link;    /* of the margins: exp, logistic (a number), hinge; else by the problem */
};

#endif
