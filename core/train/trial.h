/* A configuration tried on folds: one fit a fold, and its predictions of the rows left out.
 *
 * Shapes   rows are positions in the partition; margins rows × outputs, of scaled targets.
 * Numbers  the fits of a trial run side by side and share nothing: their number of threads and the
 *          order in which they end decide nothing.
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_TRIAL_H
#define FORETELL_TRAIN_TRIAL_H

#include "core/train/fit.h"

/* Rows dealt to folds. */
struct ft_partition {
  const uint32_t *row; /* canonical rows */
  size_t rows;
  uint32_t *fold; /* of each; below `folds` */
  uint32_t folds;
  bool hold_out; /* only fold 0 is predicted, by one fit on the others */
};

struct ft_trial {
  const struct ft_configuration *configuration;
  struct ft_arena arena;
  struct ft_arena *fit_arena; /* one a fit: they run at the same time */
  struct ft_fit *fit;         /* fits of them */
  uint32_t fits;
  double *margin; /* of the rows that fits did not see */
  bool *covered;  /* rows with a margin */
  size_t covers;
  double loss;  /* mean over the covered rows: what trials are compared by; less is better */
  double score; /* for the leaderboard, in the metric's own sense */
  double seconds;
  uint32_t rounds; /* mean over the fits */
  bool cut;        /* a fit was ended by the clock, or never begun */
};

struct ft_trial_options {
  uint32_t threads;
  uint32_t most_rounds;
  double haste;    /* of the fits */
  double deadline; /* ft_clock_seconds */
  void *self;      /* of tick */
  void (*tick)(void *self, uint32_t rounds_done);
};

/* Errors: FT_NOMEM, FT_TRAINER; then the trial is released. A trial without any finished fit is no
 * error: it covers no rows. */
enum ft_status ft_trial_run(struct ft_trial *out, const struct ft_fit_data *data,
                            const struct ft_partition *partition,
                            const struct ft_configuration *configuration,
                            const struct ft_trial_options *options,
                            struct ft_error *err) FT_MUST_CHECK;

/* One fit on all rows of the partition for a number of rounds. */
enum ft_status ft_trial_refit(struct ft_trial *out, const struct ft_fit_data *data,
                              const struct ft_partition *partition,
                              const struct ft_configuration *configuration, uint32_t rounds,
                              const struct ft_trial_options *options,
                              struct ft_error *err) FT_MUST_CHECK;
void ft_trial_release(struct ft_trial *trial);

#endif
