/* The ensemble made a model: how many fits of each candidate it can afford, their training on all rows,
 * weights and calibration in the end.
 *
 * A candidate is the mean of its fits, one a fold, each stopped on the fold that it did not see; or
 * where only one is kept, one fit on all rows.
 *
 * Order    pick; limit and train, where there is time; calibrate; members; where the model turns out too
 *          dear, shrink, calibrate and members again; release.
 * Valid    weights sum to 1 after pick, train and shrink. `again` after limit, `trial` where `again`,
 *          `ready` after train. `margin`, `target` and `rows` belong together: those of the search, or
 *          where `whole` all rows. `calibration` is none until ft_refits_calibrate.
 * Owner    the search is borrowed and outlives the refits; trials are owned; margins are the arena's.
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_REFIT_H
#define FORETELL_TRAIN_REFIT_H

#include "core/train/calibration.h"
#include "core/train/search.h"

#define FT_REFITS_MAX FT_SEARCH_MAX_CANDIDATES

/* A candidate's part in the model. */
struct ft_refit {
  const struct ft_candidate *candidate; /* of the search; TRIED */
  double weight;                        /* in the ensemble, 0 … 1 */
  double gain;                          /* of very many fits over one, in loss a row; at least 0 */
  uint32_t kept;                        /* fits in the model, 1 … those of the candidate */
  bool again;                           /* they are trained again, as ft_refits_limit decides */
  struct ft_trial trial;                /* on all rows */
  bool ready; /* all its fits ended in time; else those of the search stand for them */
};

struct ft_refits {
  struct ft_refit refit[FT_REFITS_MAX];
  uint32_t refits;
  bool whole; /* all are ready, and have predicted all rows; then `margin` is of their trials */
  struct ft_calibration calibration;
  const double *margin; /* of the ensemble, before it is calibrated */
  const double *target;
  size_t rows; /* of these */
};

struct ft_refits_options {
  uint32_t max_rounds;
  double learning_rate_factor;
  uint32_t threads;                          /* fits at the same time */
  uint32_t fit_threads;                      /* of each */
  double deadline;                           /* ft_clock_seconds */
  const struct ft_train_events *events;      /* asked whether to stop; NULL: nobody */
  void *self;                                /* of tick */
  void (*tick)(void *self, double fraction); /* 0 … 1 of the fits done; from the caller's thread */
};

/* The candidates with a weight, as many fits of them as the budget allows; none is trained yet. The
 * model has its encoders; `gain` is what each candidate of the search gains by many fits (bagging.h).
 * Weights are chosen anew where a candidate had to go.
 * Errors: FT_NOMEM */
enum ft_status ft_refits_pick(struct ft_refits *out, struct ft_arena *arena,
                              const struct ft_search *search, const struct ft_fit_data *data,
                              const struct ft_model *model, double max_ns, const double *gain,
                              struct ft_error *err) FT_MUST_CHECK;

/* Give up fits until training them takes no longer than so many seconds of the wall, when a fit takes
 * `refit_cost_factor` times what the search's took. Where one of each takes longer, those of the most weight for their
 * time are trained again, and the others stay as they are. Answers false where there is time for none. */
bool ft_refits_limit(struct ft_refits *refits, double seconds, uint32_t threads,
                     double refit_cost_factor);

/* Train them on all rows of the partition. One whose fits do not end in time, or do not fit into memory,
 * is not ready. Where all have predicted all rows, weights are chosen anew on these.
 * Errors: FT_NOMEM (nothing could be begun), FT_TRAINER */
enum ft_status ft_refits_train(struct ft_refits *refits, struct ft_arena *arena,
                               const struct ft_fit_data *data, const struct ft_folds *folds,
                               const struct ft_refits_options *options,
                               struct ft_error *err) FT_MUST_CHECK;

/* Fits on more rows are larger than those that the budget was reckoned by: give up fits, then candidates,
 * until the model keeps to it. The model has its encoders, and no members. Weights are chosen anew where a
 * candidate goes.
 * Errors: FT_NOMEM */
enum ft_status ft_refits_shrink(struct ft_refits *refits, struct ft_arena *arena,
                                const struct ft_fit_data *data, const struct ft_model *model,
                                double max_ns, struct ft_error *err) FT_MUST_CHECK;

/* Find the calibration on the ensemble's margins. */
void ft_refits_calibrate(struct ft_refits *refits, const struct ft_fit_data *data);

/* The fits as members, weighted and calibrated; what is not ready as the search left it.
 * Errors: FT_NOMEM */
enum ft_status ft_refits_members(struct ft_member **out, uint32_t *count, struct ft_arena *arena,
                                 const struct ft_refits *refits, uint32_t outputs,
                                 struct ft_error *err) FT_MUST_CHECK;
void ft_refits_release(struct ft_refits *refits);

#endif
