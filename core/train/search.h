/* The search: configurations tried in order of value until the list, the trials or the time end;
 * then the best, or a blend of the best few where that helps by more than chance.
 *
 * Numbers  what is tried depends on the rows, the options and the seed; on the clock only where a
 *          limit of time is hit, and then `by_clock` says so.
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_SEARCH_H
#define FORETELL_TRAIN_SEARCH_H

#include "core/train/events.h"
#include "core/train/score.h"
#include "core/train/trial.h"
#include "foretell/objective.h"

#define FT_SEARCH_MOST_TRIALS 16
#define FT_SEARCH_MOST_BLEND  3

struct ft_search_options {
  enum ft_metric metric;
  enum ft_model_type model_type;
  uint32_t most_trials; /* 0: as many as the list has */
  uint32_t most_rounds;
  double haste;
  uint32_t threads;
  double begin; /* ft_clock_seconds */
  double deadline;
  double scale; /* of the target, for scores in its unit */
  double centre;
  const struct ft_train_events *events;
};

struct ft_search {
  struct ft_trial trial[FT_SEARCH_MOST_TRIALS]; /* in the order tried */
  uint32_t trials;
  uint32_t chosen[FT_SEARCH_MOST_BLEND]; /* the best first; equal weights */
  uint32_t choices;
  double *margin; /* of the blend, partition rows × outputs; in `arena` */
  struct ft_arena arena;
  bool by_clock;  /* the time ended it */
  bool by_trials; /* MAX_TRIALS ended it */
};

/* Errors: FT_DATA "Autopilot candidate has no models" when the time was too short; FT_NOMEM */
enum ft_status ft_search_run(struct ft_search *out, const struct ft_fit_data *data,
                             const struct ft_partition *partition,
                             const struct ft_search_options *options,
                             struct ft_error *err) FT_MUST_CHECK;
void ft_search_release(struct ft_search *search);

/* The partition's covered rows in a row: targets and margins for scoring, in the arena. */
enum ft_status ft_search_scored(struct ft_scored *out, struct ft_arena *arena,
                                const struct ft_fit_data *data,
                                const struct ft_partition *partition, const double *margin,
                                const bool *covered, double scale, double centre,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
