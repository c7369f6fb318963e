/* The threshold of two classes: from which probability of the positive class on a row is given it.
 *
 * One half, unless another one is better beyond chance. Whatever threshold is best on some rows is best
 * by luck too: on noise it gives a rare class to a third of all rows. So thresholds are found on four
 * fifths of the rows and judged on the last one, five times; they must beat one half, and what can be had
 * without a model, in 97.5 % of the draws of a bootstrap of those rows.
 *
 * Shapes   probabilities of the positive class, target 1 for its rows; no fit has seen its own row.
 * Numbers  a generator with a fixed seed; rows in order: the same threshold on any machine.
 * Threads  pure functions.
 * Source   Efron's bootstrap, with Poisson counts of the kinds of rows. */
#ifndef FORETELL_TRAIN_DECISION_H
#define FORETELL_TRAIN_DECISION_H

#include <stddef.h>

#include "foretell/error.h"

/* What a threshold is chosen for. */
enum ft_decision_aim { FT_DECISION_ACCURACY = 0, FT_DECISION_F1, FT_DECISION_F1_MACRO };

/* Halfway between two rows; 0 < *out <= 1. Errors: FT_NOMEM */
enum ft_status ft_decision_threshold(double *out, enum ft_decision_aim aim,
                                     const double *probability, const double *target, size_t rows,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
