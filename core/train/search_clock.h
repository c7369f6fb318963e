/* The clock of a search: what candidates are estimated to take on this machine, by what earlier ones took,
 * and so which of them may begin, when each must have ended, and how long the training will go on.
 *
 * Units    seconds of the wall, or of one core where it says so.
 * Valid    `speed` of the search is up to date with every trial given to ft_search_clock_learn; `reserve`
 *          with the weights at the last ft_search_clock_reserve. `ended` <= `begun`.
 * Owner    nothing is owned: the pointers are the search's, which outlives the clock.
 * Threads  ft_search_clock_deadline and _done are called by the threads that fit; all else by the one
 *          that runs the search. */
#ifndef FORETELL_TRAIN_SEARCH_CLOCK_H
#define FORETELL_TRAIN_SEARCH_CLOCK_H

#include "core/train/proposer.h"
#include "core/train/search_state.h"

struct ft_search_clock {
  struct ft_search *search; /* its `speed` is kept here, its candidates are looked at */
  const struct ft_search_options *options;
  const struct ft_fit_data *data;
  const struct ft_folds *folds;
  const double *weight; /* of each candidate in the running ensemble */
  uint32_t judged;      /* candidates whose results were taken */
  double judged_at;     /* when the last of them was */
  double work;          /* estimated core seconds of these */
  atomic_uint begun;    /* of the first candidate's fits … */
  atomic_uint ended;    /* … and of these, done */
  atomic_uint reserve;  /* milliseconds of the wall, until the refits are done */
};

/* How many times as long as estimated a learner's fits take; of one never seen, or NULL, as all do; 1
 * when nothing is known. */
double ft_search_slowness(const struct ft_search_speed *speed, const struct ft_learner *learner);

/* The fields that point elsewhere are set by the caller. */
void ft_search_clock_start(struct ft_search_clock *clock);

/* Core seconds of a candidate on the machine of cost.h, and on this one. */
double ft_search_clock_estimate(const struct ft_search_clock *clock,
                                const struct ft_configuration *configuration);
double ft_search_clock_seconds(const struct ft_search_clock *clock,
                               const struct ft_configuration *configuration);

/* A trial was judged: what it took tells what others will take. */
void ft_search_clock_learn(struct ft_search_clock *clock, const struct ft_trial *trial);
/* The running ensemble has changed: its refits need so much of the time. */
void ft_search_clock_reserve(struct ft_search_clock *clock);

/* By how much a candidate must be sped up to end in time; 0: it would not. */
double ft_search_clock_speed_up(const struct ft_search_clock *clock,
                                const struct ft_configuration *configuration);

/* When a fit must have ended; `first`: of the search's first candidate, which must end with something. */
double ft_search_clock_deadline(struct ft_search_clock *clock, bool first);
/* A fit of the first candidate has ended. */
void ft_search_clock_done(struct ft_search_clock *clock);

/* Until the model is there; negative: nothing is known yet. */
double ft_search_clock_left(const struct ft_search_clock *clock, const struct ft_proposer *proposer,
                            const struct ft_configuration *best_varied);

/* Is there so little time that only few fits may begin before the first has shown what it takes? */
bool ft_search_clock_is_hurried(const struct ft_search_clock *clock,
                                const struct ft_configuration *first, uint32_t ahead);

#endif
