/* The leaves of a random forest: of what its trees' own rows say, stretched by what the others say.
 *
 * Numbers  sums in the order of the trees and the rows. */
#ifndef FORETELL_LEARN_FOREST_LEAVES_H
#define FORETELL_LEARN_FOREST_LEAVES_H

#include "core/learn/fit_task.h"

struct ft_forest_leaves_options {
  double share; /* of the rows that a tree drew (bag.h), above 0 … 1; 1 leaves none to judge by */
  double smoothing; /* rows of the base in a leaf of classes */
  uint32_t trees;   /* of an output, at least 1; those of a round lie side by side */
};

/* Make the forest's leaves, exponent and base anew, in the target's unit, and the margins of the valid
 * rows, of the scaled target. The nodes are changed in place.
 * Errors: FT_NOMEM; the forest is of no use then */
enum ft_status ft_forest_leaves(struct ft_forest *forest, double *margin, struct ft_arena *arena,
                                const struct ft_fit_task *task,
                                const struct ft_forest_leaves_options *options,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
