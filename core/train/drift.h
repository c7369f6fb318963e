/* Do the last rows look like the first? Rows often arrive in the order of time; what changed among
 * them will go on changing, and a score of mixed rows does not show it.
 *
 * Compared are the first and the last fifth of the rows as they arrived: numbers by the largest
 * distance of their distributions (Kolmogorov and Smirnov), categories by the share of rows that
 * would have to change (total variation), NULLs by their share. A difference is told of when it is
 * large, and larger than chance makes it.
 *
 * Order    columns along which the rows are sorted are not compared. Where it is the target, or one
 *          that is no time and no growing number, all differences may come from that: then only the
 *          sorting is told of.
 * Numbers  warnings only; nothing that is trained depends on the order of arrival. */
#ifndef FORETELL_TRAIN_DRIFT_H
#define FORETELL_TRAIN_DRIFT_H

#include "core/train/run.h"

#define FT_DRIFT_MIN_ROWS 500
#define FT_DRIFT_DISTANCE 0.2 /* of numbers, and of categories beyond what chance makes */
#define FT_DRIFT_NULLS    0.1

enum ft_status ft_drift_warn(struct ft_run *run, const struct ft_table *table,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
