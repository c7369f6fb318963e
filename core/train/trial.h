/* A configuration tried on folds: one fit a fold, and its predictions of the rows left out.
 *
 * Shapes   margins scored rows of the partition × outputs, of scaled targets, by the fit that did not see
 *          the row.
 * Numbers  the fits of a trial run side by side and share nothing: their number of threads and the
 *          order in which they end decide nothing.
 * Valid    after open: what was given, `fits` and the arrays, all zero; a fit's entries of `fit` and `err`
 *          once it was run; all else after close. `score` and `loss` are set by whoever judges the trial.
 * Owner    all arrays are the trial's arena's; what fits make is each fit's own arena's, since they run at
 *          the same time. ft_trial_release frees both, and is allowed on a trial of zeros.
 * Threads  opened and closed by one thread; in between any thread runs any fit, each once. */
#ifndef FORETELL_TRAIN_TRIAL_H
#define FORETELL_TRAIN_TRIAL_H

#include "core/train/folds.h"

struct ft_trial {
  const struct ft_configuration *configuration;
  const struct ft_fit_data *data;
  const struct ft_folds *folds;
  uint32_t refit_rounds; /* of a refit on all rows, which predicts none; 0: folds */
  bool small_class;      /* few rows of a class: log loss would stop too soon */
  struct ft_arena arena;
  struct ft_arena *fit_arena; /* one a fit: they run at the same time */
  struct ft_fit *fit;         /* fits of them */
  struct ft_error *err;       /* of each */
  uint32_t fits;              /* to be run; fit i leaves fold i out */
  double *margin;             /* scored rows × outputs; only of covered rows */
  bool *covered;              /* has a scored row a margin? */
  size_t n_covered;           /* scored rows with a margin */
  double loss;                /* mean over the scored rows, all covered; less is better */
  double score;               /* for the leaderboard, in the metric's own sense */
  double seconds;             /* of all fits, each on its own clock */
  uint32_t rounds;            /* mean over the fits that were done; 0: none was */
  bool cut;                   /* a fit was ended by the clock, or never begun */
};

struct ft_trial_options {
  uint32_t threads;      /* of a fit */
  bool always_one_round; /* a little must be learned, however late it is */
  uint32_t max_rounds;
  double learning_rate_factor; /* of the fits */
  double deadline;             /* ft_clock_seconds */
  atomic_bool *stop;           /* set by any thread: end at once; may be NULL */
  atomic_uint *progress;       /* rounds done, added to by all fits; may be NULL */
};

/* `refit_rounds` 0: the folds' fits; else one on all rows, so many rounds far. What is given is
 * borrowed.
 * Errors: FT_NOMEM */
enum ft_status ft_trial_open(struct ft_trial *out, const struct ft_fit_data *data,
                             const struct ft_folds *folds,
                             const struct ft_configuration *configuration, uint32_t refit_rounds,
                             struct ft_error *err) FT_MUST_CHECK;
void ft_trial_fit(struct ft_trial *trial, uint32_t index, const struct ft_trial_options *options);
/* All fits are done: their margins collected. A trial without any finished fit is no error: it covers
 * no rows.
 * Errors: those of the fits */
enum ft_status ft_trial_close(struct ft_trial *trial, struct ft_error *err) FT_MUST_CHECK;
void ft_trial_release(struct ft_trial *trial);

#endif
