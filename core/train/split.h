/* Folds and hold-outs. Classes are spread evenly; rows come in canonical order, which is random
 * with regard to their values, so every n-th row of a class is a random one.
 *
 * Shapes   fold[i] is the fold of row i.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_SPLIT_H
#define FORETELL_TRAIN_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"

/* Deal the rows to `folds` folds. `labels` 0: by turns; else each label by turns, each beginning
 * where the one before ended, so that folds differ by a row at most. A label of one row trains in
 * all folds but one. */
enum ft_status ft_split_folds(uint32_t *fold, const double *target, size_t rows, uint32_t labels,
                              uint32_t folds, struct ft_error *err) FT_MUST_CHECK;

#endif
