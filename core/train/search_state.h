/* What a search is told and what it has found.
 *
 * Valid    candidates up to `candidates`; a trial where the state is TRIED, or RUNNING for the search alone;
 *          weights, `margin`, `target` and `end` when the search is over; `speed` at any time.
 * Weights  0 of candidates that were not tried; those of the tried ones sum to 1.
 * Owner    a search owns its arena, with configurations made in it, and its trials, each with arenas of its
 *          own; ft_search_release frees all. Options are borrowed and outlive the search.
 * Threads  the thread that runs the search writes it; the threads that fit write their trials alone. */
#ifndef FORETELL_TRAIN_SEARCH_STATE_H
#define FORETELL_TRAIN_SEARCH_STATE_H

#include "core/train/events.h"
#include "core/train/gauge.h"
#include "core/train/score.h"
#include "core/train/time_budget.h"
#include "core/train/trial.h"
#include "foretell/objective.h"

#define FT_SEARCH_MAX_CANDIDATES   96
#define FT_SEARCH_MAX_WITHOUT_GAIN 3 /* candidates in a row that make the ensemble no better */

/* RUNNING goes to one of the others, which none leaves; SKIPPED may be the first state. */
enum ft_candidate_state {
  FT_CANDIDATE_RUNNING = 0,
  FT_CANDIDATE_TRIED,
  FT_CANDIDATE_CUT,    /* the time ended before its fits did */
  FT_CANDIDATE_SKIPPED /* it would not have ended in time, or not fitted into memory */
};

struct ft_candidate {
  const struct ft_configuration *configuration; /* the list's, or the search's arena's */
  enum ft_candidate_state state;
  struct ft_trial
      trial;     /* open while RUNNING, closed where TRIED, or CUT and all there is; else empty */
  double ns;     /* TRIED: nanoseconds of a prediction by all its fits, a row */
  double weight; /* TRIED: share in the ensemble, 0 … 1 */
};

enum ft_search_end {
  FT_SEARCH_LIST = 0,  /* all were tried */
  FT_SEARCH_CONVERGED, /* the last few made nothing better */
  FT_SEARCH_WORK,      /* as much as is spent on data of that size */
  FT_SEARCH_TRIALS,    /* MAX_TRIALS */
  FT_SEARCH_CLOCK,     /* MAX_RUNTIME */
  FT_SEARCH_STOPPED    /* the user wanted the best so far */
};

/* What fits took and what they were estimated to take, in seconds. */
struct ft_search_seconds {
  const struct ft_learner *learner;
  double measured, estimated; /* sums over the trials learned from */
};
#define FT_SEARCH_MAX_LEARNERS 16
struct ft_search_speed {
  struct ft_search_seconds all;
  struct ft_search_seconds of[FT_SEARCH_MAX_LEARNERS]; /* those seen so far */
  uint32_t learners;
  double unit_rate_rounds; /* of the last judged boosted trees (learner.h) */
};

struct ft_search_options {
  enum ft_metric metric;
  uint32_t positive; /* of two labels: the one that scores are of */
  enum ft_model_type model_type;
  const struct ft_configuration *list; /* to be tried and nothing else; NULL: the portfolio */
  uint32_t max_trials;                 /* 0: no limit */
  bool
      screening; /* candidates are to be put in order, no model is made: the first one takes half of
                  * the time at most */
  double max_work; /* seconds of one core, estimated (cost.h), of all candidates */
  uint32_t max_rounds;
  double learning_rate_factor;
  uint32_t fit_threads;       /* of each fit */
  double limit;               /* seconds; MAX_RUNTIME or its default, or the search's share of it */
  struct ft_time_budget time; /* its `threads` are fits at the same time */
  double start;               /* seconds of trees' first round, with a list */
  double max_ns;              /* of a prediction by the model, a row */
  const struct ft_search_speed
      *speed;             /* as an earlier search has seen it; NULL: nothing is known */
  struct ft_gauge *gauge; /* of the whole training; NULL: nothing is told */
  double after;           /* seconds of one core on all rows that will follow, for the gauge */
  double end;             /* when all must be over, for the gauge */
  const struct ft_model *model; /* with its encoders */
  const struct ft_train_events *events;
};

struct ft_search {
  struct ft_candidate candidate[FT_SEARCH_MAX_CANDIDATES]; /* in the order proposed */
  uint32_t candidates;                                     /* proposed, those skipped included */
  uint32_t tried; /* in the state TRIED; at least 1 when the search has ended well */
  enum ft_search_end end;
  struct ft_search_speed speed;
  double *margin; /* of the ensemble, `rows` × outputs, base included; the arena's */
  double *target; /* of these rows, as the fits see it; the arena's, or the folds' */
  size_t rows;    /* of them: all scored ones, or those that an only trial has reached */
  struct ft_arena arena;
};

#endif
