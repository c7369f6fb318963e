/* The time of a search: which candidates it is enough for, and what is kept of it for the refits.
 *
 * Units    seconds of the wall; those of fits are of one core each. `now` and the bounds are of ft_clock_seconds.
 * Ranges   begin <= deadline; threads at least 1; estimates at least 0, but for `now` and the bounds.
 * Numbers  what is estimated comes from the caller (cost.h); nothing here reads a clock.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_TIME_BUDGET_H
#define FORETELL_TRAIN_TIME_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct ft_time_budget {
  double begin;             /* of the planned time; shares are of deadline - begin */
  double deadline;          /* of the search and the refits */
  uint32_t threads;         /* fits at the same time */
  double refit_cost_factor; /* seconds of a refit, as a multiple of a trial's; 0: there are none */
  double wrap_up;           /* from the last trial to the refits */
};

/* What a candidate asks for. */
struct ft_time_request {
  double now;     /* when it would begin */
  double waiting; /* of the wall, until all that is proposed is tried */
  double seconds; /* of its fits, one core's */
  double refits;  /* of the refits of what was tried so far, growth included */
};

/* Of the wall, for refits that take so many seconds of one core: never more than a share of all, since
 * those that are worth most come first and the others can stay as they are. */
double ft_time_budget_reserve(const struct ft_time_budget *budget, double refits);

/* By how much the learning rate must be multiplied for the candidate to end in time: 1 where it does as
 * it is, `max` at most; 0 where that is not enough. */
double ft_time_budget_speed_up(const struct ft_time_budget *budget,
                               const struct ft_time_request *request, double max);

/* Does a candidate take so much of a `limit` that cheaper ones should be tried before? */
bool ft_time_budget_is_expensive(double limit, double seconds);

#endif
