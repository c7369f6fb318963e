/* AUTO OFF: one learner with exactly the hyperparameters and the objective that are given.
 *
 * The model is trained on all rows, and train:<metric> is of these. A first fit on four fifths of
 * them is judged on the last fifth for validation:<metric>; it decides nothing. */
#ifndef FORETELL_TRAIN_AUTO_OFF_H
#define FORETELL_TRAIN_AUTO_OFF_H

#include "core/train/run.h"

/* Fills the model's members, link and threshold, and the report.
 * Errors: FT_DATA  the target does not fit the objective; FT_INVALID; FT_NOMEM, FT_TRAINER */
enum ft_status ft_auto_off_train(struct ft_run *run, struct ft_error *err) FT_MUST_CHECK;

#endif
