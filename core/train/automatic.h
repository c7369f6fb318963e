/* AUTO ON: a search for the best learner, judged on rows on which no choice was made.
 *
 * With 500 rows or more a part is held out: the search sees the others only, the shown score is of
 * that part, and the model is then trained again on all rows. Fewer rows: the score is of the
 * cross-validation. How many folds a candidate has follows from the seconds of a fit (search_plan.h).
 * docs/training.md has the whole of it. */
#ifndef FORETELL_TRAIN_AUTOMATIC_H
#define FORETELL_TRAIN_AUTOMATIC_H

#include "core/train/run.h"

struct ft_automl; /* what the members of the model live in */

/* Fills the model's members and threshold, and the report.
 * Errors: FT_DATA when the time is too short; FT_NOMEM, FT_TRAINER */
enum ft_status ft_automatic_train(struct ft_run *run, struct ft_automl **out,
                                  struct ft_error *err) FT_MUST_CHECK;
void ft_automl_free(struct ft_automl *automl); /* NULL is allowed */

#endif
