/* The mixture made a model: how many fits of each candidate it can afford, their training on all rows,
 * weights and calibration in the end.
 *
 * A candidate is the mean of its fits, one a fold, each stopped on the fold that it did not see; or
 * where only one is kept, one fit on all rows.
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_FINALS_H
#define FORETELL_TRAIN_FINALS_H

#include "core/train/calibration.h"
#include "core/train/search.h"

#define FT_FINALS_MOST FT_SEARCH_MOST_CANDIDATES

/* A candidate's part in the model. */
struct ft_final {
  const struct ft_candidate *candidate;
  double weight;         /* in the mixture */
  double gain;           /* of many fits over one, in loss */
  uint32_t kept;         /* fits */
  bool again;            /* they are trained again, as ft_finals_limit decides */
  struct ft_trial trial; /* on all rows */
  bool ready;            /* all its fits ended in time; else those of the search stand for them */
};

struct ft_finals {
  struct ft_final final[FT_FINALS_MOST];
  uint32_t finals;
  bool whole; /* all are ready, and have predicted all rows */
  struct ft_calibration calibration;
  const double *margin; /* of the mixture, before it is calibrated */
  const double *target;
  size_t rows; /* of these */
};

struct ft_finals_options {
  uint32_t most_rounds;
  double haste;
  uint32_t threads; /* fits at the same time */
  uint32_t fit_threads;
  double deadline;
  const struct ft_train_events *events; /* asked whether to stop; NULL: nobody */
  void *self;                           /* of tick */
  void (*tick)(void *self, double fraction);
};

/* The candidates with a weight, as many fits of them as the budget allows; none is trained yet. The
 * model has its encoders; `gain` is what each candidate of the search gains by many fits (bagging.h).
 * Weights are chosen anew where a candidate had to go.
 * Errors: FT_NOMEM */
enum ft_status ft_finals_pick(struct ft_finals *out, struct ft_arena *arena,
                              const struct ft_search *search, const struct ft_fit_data *data,
                              const struct ft_model *model, double most_ns, const double *gain,
                              struct ft_error *err) FT_MUST_CHECK;

/* Give up fits until training them takes no longer than so many seconds of the wall, when a fit takes
 * `growth` times what the search's took. Where one of each takes longer, those of the most weight for their
 * time are trained again, and the others stay as they are. Answers false where there is time for none. */
bool ft_finals_limit(struct ft_finals *finals, double seconds, uint32_t threads, double growth);

/* Train them on all rows of the partition. One whose fits do not end in time, or do not fit into memory,
 * is not ready. Where all have predicted all rows, weights are chosen anew on these.
 * Errors: FT_NOMEM (nothing could be begun), FT_TRAINER */
enum ft_status ft_finals_train(struct ft_finals *finals, struct ft_arena *arena,
                               const struct ft_fit_data *data, const struct ft_partition *partition,
                               const struct ft_finals_options *options,
                               struct ft_error *err) FT_MUST_CHECK;

/* Fits on more rows are larger than those that the budget was reckoned by: give up fits, then candidates,
 * until the model keeps to it. The model has its encoders, and no members. Weights are chosen anew where a
 * candidate goes.
 * Errors: FT_NOMEM */
enum ft_status ft_finals_shrink(struct ft_finals *finals, struct ft_arena *arena,
                                const struct ft_fit_data *data, const struct ft_model *model,
                                double most_ns, struct ft_error *err) FT_MUST_CHECK;

/* Find the calibration on the mixture's margins. */
void ft_finals_calibrate(struct ft_finals *finals, const struct ft_fit_data *data);

/* The fits as members, weighted and calibrated; what is not ready as the search left it.
 * Errors: FT_NOMEM */
enum ft_status ft_finals_members(struct ft_member **out, uint32_t *count, struct ft_arena *arena,
                                 const struct ft_finals *finals, uint32_t outputs,
                                 struct ft_error *err) FT_MUST_CHECK;
void ft_finals_release(struct ft_finals *finals);

#endif
