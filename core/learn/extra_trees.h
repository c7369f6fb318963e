/* Extremely randomised trees: each sees all rows and draws its splits by chance (extra_tree.h); what
 * their leaves say is averaged.
 *
 * Rounds   trees; of several classes each is written once for each output, one after another, with
 *          the same nodes and leaves of their own.
 * Leaves   of numbers means; of classes probabilities, whose average a member makes margins of
 *          (FT_SCALE_PROBABILITY): leaves of few rows are pure, and logarithms of such would rule an
 *          average.
 * Numbers  margins of the valid rows are by the rounded leaves, as the engine adds them. A tree's seed
 *          is of the job's and its number: threads and their order decide nothing.
 * Threads  as fit_task.h; the trees of a fit are grown side by side. */
#ifndef FORETELL_LEARN_EXTRA_TREES_H
#define FORETELL_LEARN_EXTRA_TREES_H

#include "core/learn/learner.h"

#define FT_EXTRA_MAX_ROWS 50000 /* that a tree sees; of more each tree draws so many */

struct ft_extra_trees_options {
  uint32_t trees;
  uint32_t max_depth;
  uint32_t max_leaves; /* of a tree */
  uint32_t min_leaf_rows;
  double max_features; /* share of the features that a split looks at */
  uint32_t draws;      /* of thresholds, for each of these */
  double smoothing;    /* rows of the prior in a leaf of classes */
};
#define FT_EXTRA_TREES_DEFAULTS                                                           \
  .trees = 60, .max_depth = 14, .max_leaves = 600, .min_leaf_rows = 1, .max_features = 1, \
  .draws = 1, .smoothing = 0.1

extern const struct ft_learner ft_extra_trees_learner;

#endif
