/* How much is done for data of a size: which rows are held out, how candidates are compared, how far
 * they go. Decided by the data and MAX_RUNTIME, never by the clock, so that it can be replayed. */
#ifndef FORETELL_TRAIN_SEARCH_PLAN_H
#define FORETELL_TRAIN_SEARCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_search_plan_size {
  size_t rows;
  uint32_t outputs;    /* of a row: more of them, and fewer rows are judged */
  double fit_seconds;  /* of a fit of the first configuration, estimated (cost.h) */
  double tree_seconds; /* … and of one tree of it */
  double limit;        /* seconds, above 0; MAX_RUNTIME or its default */
  uint32_t threads;    /* at least 1; only how fits are spread over them depends on it */
};

struct ft_search_plan {
  size_t max_scored;      /* rows that are enough to compare candidates, and to show a score */
  uint32_t holdout_folds; /* one row of so many is held out; 0: none */
  uint32_t folds;         /* of the others; with hold_out one row of so many is predicted */
  bool hold_out;          /* one fit a candidate instead of one a fold */
  size_t
      sample; /* rows that candidates are ordered on, as many more judging them, before the best are
                  * tried on all; 0: none */
  double
      search_fraction; /* of the rows, that the search sees where all would take too long; 1: all */
  uint32_t max_rounds; /* of a boosted fit */
  double learning_rate_factor; /* at least 1; eta is multiplied by it */
  double max_work;             /* of all candidates, in estimated seconds */
  uint32_t threads;            /* fits at the same time */
  uint32_t fit_threads;        /* of each */
};

struct ft_search_plan ft_search_plan_for(const struct ft_search_plan_size *size);

#endif
