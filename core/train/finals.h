/* The mixture's candidates trained again, on all rows: what the model is made of in the end.
 *
 * Threads  used by one thread; runs its own. */
#ifndef FORETELL_TRAIN_FINALS_H
#define FORETELL_TRAIN_FINALS_H

#include "core/train/search.h"

#define FT_FINALS_MOST FT_SEARCH_MOST_CANDIDATES

/* A candidate's part in the model: the mean of its fits, with a weight. */
struct ft_final {
  const struct ft_candidate *candidate;
  struct ft_trial trial; /* on all rows */
  bool ready;            /* all its fits ended in time; else those of the search stand for them */
  bool single;           /* one fit on all rows instead of one a fold */
};

struct ft_finals {
  struct ft_final final[FT_FINALS_MOST];
  uint32_t finals;
};

struct ft_finals_options {
  uint32_t most_rounds;
  double haste;
  uint32_t threads; /* fits at the same time */
  uint32_t fit_threads;
  double deadline;
  void *self; /* of tick */
  void (*tick)(void *self, double fraction);
};

/* The candidates with a weight; none is trained yet. */
void ft_finals_pick(struct ft_finals *out, const struct ft_search *search);

/* Train them on all rows of the partition. One whose fits do not end in time, or do not fit into memory,
 * is not ready.
 * Errors: FT_NOMEM (nothing could be begun), FT_TRAINER */
enum ft_status ft_finals_train(struct ft_finals *finals, const struct ft_fit_data *data,
                               const struct ft_partition *partition,
                               const struct ft_finals_options *options,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_finals_release(struct ft_finals *finals);

#endif
