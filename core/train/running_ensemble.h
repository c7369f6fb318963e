/* The ensemble of the candidates judged so far, kept up to date as they come: what the search's end is
 * judged by. The model's own weights are chosen anew when the search is over (ensemble.h).
 *
 * Shapes   margins scored rows × outputs, row-major.
 * Valid    after ft_running_ensemble_make; `margin` is that of the ensemble from the first addition on, and
 *          weights sum to 1 from then on. Candidates are added in ascending order of their number.
 * Owner    arrays are the arena's; data and folds are borrowed.
 * Numbers  depends on the order of the additions alone, which is the order proposed.
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_RUNNING_ENSEMBLE_H
#define FORETELL_TRAIN_RUNNING_ENSEMBLE_H

#include "core/train/folds.h"

#define FT_RUNNING_ENSEMBLE_MIN_WEIGHT 0.02 /* of a candidate that is worth a refit */

struct ft_running_ensemble {
  const struct ft_fit_data *data;
  const struct ft_folds *folds;
  double *weight;          /* of each candidate; 0 of those that are not in it */
  double *margin;          /* scored rows × outputs; zero before the first addition */
  double *trial_margin;    /* room for a margin that is tried */
  uint32_t added;          /* candidates offered so far, taken or not */
  uint32_t n_without_gain; /* additions in a row that made it no better */
};

/* Room for so many candidates, in the arena.
 * Errors: FT_NOMEM */
enum ft_status ft_running_ensemble_make(struct ft_running_ensemble *out, struct ft_arena *arena,
                                        const struct ft_fit_data *data,
                                        const struct ft_folds *folds, uint32_t candidates,
                                        struct ft_error *err) FT_MUST_CHECK;

/* Would a share of the candidate make the ensemble better? Then it has it. `margin` is the candidate's. */
void ft_running_ensemble_add(struct ft_running_ensemble *ensemble, uint32_t candidate,
                             const double *margin);

#endif
