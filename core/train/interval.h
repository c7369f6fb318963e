/* How sure a score is: its 95 % percentile bootstrap interval; and whether it
 * is better than its baseline (baseline.h), which must be so in 97.5 % of the draws, each time on the
 * same rows.
 *
 * Valid    a score's `baseline` always; `low`, `high` and `better` where `interval` is set.
 * Numbers  drawn by our own generator, one a draw; the rows in order, so that threads decide nothing.
 * Threads  draws are shared by `threads` of them.
 * Source   Efron's bootstrap, percentiles. */
#ifndef FORETELL_TRAIN_INTERVAL_H
#define FORETELL_TRAIN_INTERVAL_H

#include "core/train/score.h"

/* Fill the baselines and, of 10 rows or more, the intervals of the scores that ft_score_all gave for `scored` and `threshold`.
 * Errors: FT_NOMEM */
enum ft_status ft_interval_find(struct ft_named_score *score, size_t scores,
                                const struct ft_scored *scored, double threshold, uint64_t seed,
                                uint32_t threads, struct ft_error *err) FT_MUST_CHECK;

#endif
