/* Random forest: trees that do not see each other, each over rows of its own drawing and features drawn
 * at each split; their answers are averaged.
 *
 * Rounds   trees (of each label, where there are several).
 * Leaves   of numbers the mean of the tree's rows; of classes the log-odds (several: the logarithm of
 *          the share) of its rows, shrunk towards the base. Averages of these are margins as a boosted
 *          member's are, and may be added to them.
 * Spread   margins are stretched about the base by one factor, and the base of classes is moved, by what
 *          predicts best the rows that a tree did not draw: no further rows are needed for it.
 * Numbers  sums of whole numbers, or in the order of the rows.
 * Threads  as fit_task.h. */
#ifndef FORETELL_LEARN_RANDOM_FOREST_H
#define FORETELL_LEARN_RANDOM_FOREST_H

#include "core/learn/learner.h"
#include "core/learn/tree_options.h"

struct ft_random_forest_options {
  struct ft_tree_options tree; /* its lambda is 0 whatever is given: leaves are made anew */
  uint32_t trees;
  double subsample; /* share of the rows that a tree draws; below 1: the other rows judge it */
  double smoothing; /* rows of the base in a leaf of classes */
};
#define FT_RANDOM_FOREST_DEFAULTS FT_TREE_DEFAULTS, .trees = 200, .subsample = 0.63, .smoothing = 1

extern const struct ft_learner ft_random_forest_learner;

#endif
