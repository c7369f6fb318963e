/* What a run's model is worth, for its report: scores with baselines and intervals, answers by class, and
 * the verdict.
 *
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_JUDGEMENT_H
#define FORETELL_TRAIN_JUDGEMENT_H

#include "core/train/run.h"

/* Judge predictions of rows that no fit has seen; `metric` is the objective's. Scores that the report has
 * already keep their places.
 * Errors: FT_NOMEM */
enum ft_status ft_judgement_make(struct ft_run *run, enum ft_metric metric,
                                 const struct ft_scored *scored,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
