/* What the mean of a candidate's fits is better by than one of them: found on rows that none of them
 * saw, without looking at their targets.
 *
 * The loss of a margin is a convex function less what is linear in the margin, so the mean loss of the
 * fits less the loss of their mean is the same for whatever the target is.
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_BAGGING_H
#define FORETELL_TRAIN_BAGGING_H

#include "core/train/run.h"
#include "core/train/search.h"

/* The gain of very many fits over one, in loss a row, of each candidate that was tried (0 of others and
 * of those of one fit); `row` are some rows that the search did not see.
 * Errors: FT_NOMEM */
enum ft_status ft_bagging_gains(double *gain, const struct ft_run *run,
                                const struct ft_search *search, const uint32_t *row, size_t rows,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
