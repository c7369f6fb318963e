/* The task of fitting one learner to rows, stopped early on others, and what comes of it.
 *
 * Shapes   rows are indices into the features' and the target's canonical order; margins are
 *          valid rows × outputs, row-major, base included.
 * Units    regression: of the scaled target (mean 0, deviation 1).
 * Numbers  gradients are quantised (loss.h), rows of a round are drawn by our own generator: the
 *          same model for any number of threads.
 * Valid    of a fit `done`, `cut` and `seconds` always, all else where it is `done`. A fit that is done may be
 *          cut: then it is the best of the rounds that there was time for.
 * Owner    a task borrows all that it points to. What a fit makes is its arena's.
 * Threads  one fit a thread; fits share read-only data. */
#ifndef FORETELL_LEARN_FIT_TASK_H
#define FORETELL_LEARN_FIT_TASK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/learn/clock.h"
#include "core/learn/configuration.h"
#include "core/learn/matrix.h"
#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* What all fits of a run share. */
struct ft_fit_data {
  const struct ft_features *features;
  const double *target; /* one a row of the features: labels' indices, or scaled numbers */
  enum ft_problem problem;
  uint32_t outputs; /* 1, or the number of labels of several classes */
  uint64_t seed;    /* the job's */
  double centre;    /* of the target: what a margin of 0 means; 0 for classes */
  double
      scale; /* deviation of the target, above 0; 1 for classes: a member's margins are scaled by it */
  const double *weight; /* of each row's loss, for boosted trees and networks; NULL: 1 each */
};

struct ft_fit_task {
  const struct ft_fit_data *data;
  const struct ft_configuration *configuration;
  const uint32_t *train; /* rows; each below those of the features, none twice, none of `valid` */
  size_t n_train;        /* at least 1 */
  const uint32_t *valid; /* rows */
  size_t n_valid;        /* 0: `rounds` rounds, no early stopping */
  uint32_t rounds;       /* how far a fit without valid rows goes; else unused */
  uint32_t max_rounds;   /* of a booster, at most, whatever the configuration says */
  double learning_rate_factor; /* eta is multiplied by it: fewer rounds, larger steps */
  uint32_t patience;           /* rounds without a better score */
  uint32_t min_rounds;         /* before it may stop */
  uint32_t guaranteed_rounds;  /* of boosted trees, done however late it is */
  bool stop_on_auc;            /* binary, few rows of a class: log loss would stop too soon */
  uint32_t threads;            /* of this fit; at least 1 */
  double deadline;             /* ft_clock_seconds */
  atomic_bool *stop;     /* set: nobody waits for the fit any more, end at once; may be NULL */
  atomic_uint *progress; /* rounds done; may be NULL */
};

/* Should the fit end now? Asked a few times a second or more often. */
static inline bool ft_fit_is_late(const struct ft_fit_task *task) {
  return (task->stop && atomic_load_explicit(task->stop, memory_order_relaxed)) ||
         ft_clock_seconds() >= task->deadline;
}

struct ft_fit {
  bool done;               /* the fields below are filled */
  bool cut;                /* by the deadline */
  uint32_t rounds;         /* how far is best: rounds, epochs or steps of the learner; at least 1 */
  double seconds;          /* on the clock, from its begin to its end */
  struct ft_member member; /* weight 1; margins in the target's unit, centre and base included */
  double *margin;          /* n_valid × outputs, of the scaled target, after the best round */
};

/* Errors: FT_NOMEM, FT_TRAINER. A deadline before the first round leaves done = false. `out` is empty. */
typedef enum ft_status ft_fit_learner(struct ft_fit *out, struct ft_arena *arena,
                                      const struct ft_fit_task *task, struct ft_error *err);

#endif
