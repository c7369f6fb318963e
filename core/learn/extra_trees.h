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
 * Threads  as fit.h; the trees of a fit are grown side by side. */
#ifndef FORETELL_LEARN_EXTRA_TREES_H
#define FORETELL_LEARN_EXTRA_TREES_H

#include "core/learn/fit.h"

#define FT_EXTRA_MOST_ROWS    50000 /* that a tree sees; of more each tree draws so many */
#define FT_EXTRA_USUAL_LEAVES 600

/* Parameters: "trees" (60), "max_depth" (14), "leaves" of a tree at most (600), "min_rows" of a leaf
 * (1), "features" (share that a split looks at; 1), "draws" of thresholds for each (1), "smoothing"
 * (rows of the prior in a leaf of classes; 0.1).
 * `out` is empty. */
enum ft_status ft_extra_trees_fit(struct ft_fit *out, struct ft_arena *arena,
                                  const struct ft_fit_task *task,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
