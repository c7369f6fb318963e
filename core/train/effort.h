/* How much is done for data of a size: which rows are kept aside, how candidates are compared, how far
 * they go. Decided by the data and MAX_RUNTIME, never by the clock, so that it can be replayed. */
#ifndef FORETELL_TRAIN_EFFORT_H
#define FORETELL_TRAIN_EFFORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_effort_size {
  size_t rows;
  uint32_t outputs; /* of a row: more of them, and fewer rows are judged */
  double unit;      /* seconds of a fit of the first configuration, foretold (cost.h) */
  double tree;      /* … and of one tree of it */
  double limit;     /* seconds; MAX_RUNTIME or its default */
  uint32_t threads; /* only how fits are spread over them depends on it */
};

struct ft_effort {
  size_t scored;  /* rows that are enough to compare candidates, and to show a score */
  uint32_t aside; /* one row of so many is kept aside; 0: none */
  uint32_t folds; /* of the others; with hold_out one row of so many is predicted */
  bool hold_out;  /* one fit a candidate instead of one a fold */
  size_t
      sample; /* rows that candidates are ordered on, as many more judging them, before the best are
                  * tried on all; 0: none */
  double share; /* of the rows, that the search sees where all would take too long; 1: all */
  uint32_t most_rounds;
  double haste;         /* eta is multiplied by it */
  double most_work;     /* of all candidates, in foretold seconds */
  uint32_t threads;     /* fits at the same time */
  uint32_t fit_threads; /* of each */
};

struct ft_effort ft_effort_for(const struct ft_effort_size *size);

#endif
