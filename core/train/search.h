/* The search: candidates tried in the portfolio's order, side by side, until nothing more is gained or
 * the trials or the time end; then the ensemble of them that the model is made of.
 *
 * A candidate is proposed when all but the last few before it are judged, however many threads there
 * are: so the threads are busy and what is proposed does not depend on which of them is faster.
 * Numbers  what is tried depends on the rows, the options and the seed; on the clock only where a
 *          limit of time is hit, and then `end` says so.
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_SEARCH_H
#define FORETELL_TRAIN_SEARCH_H

#include "core/train/search_state.h"

/* Errors: FT_DATA "Autopilot candidate has no models" when the time was too short; FT_NOMEM */
enum ft_status ft_search_run(struct ft_search *out, const struct ft_fit_data *data,
                             const struct ft_folds *folds, const struct ft_search_options *options,
                             struct ft_error *err) FT_MUST_CHECK;
void ft_search_release(struct ft_search *search);

#endif
