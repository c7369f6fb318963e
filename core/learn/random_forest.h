/* Random forest: trees that do not see each other, each over rows of its own drawing and features drawn
 * at each split; their answers are averaged.
 *
 * Rounds   trees (of each label, where there are several).
 * Leaves   of numbers the mean of the tree's rows; of classes the log-odds (several: the logarithm of
 *          the share) of its rows, drawn towards the base. Averages of these are margins as a boosted
 *          member's are, and may be added to them.
 * Spread   margins are stretched about the base by one factor, and the base of classes is moved, by what
 *          predicts best the rows that a tree did not draw: no further rows are needed for it.
 * Numbers  sums of whole numbers, or in the order of the rows.
 * Threads  as fit.h. */
#ifndef FORETELL_LEARN_RANDOM_FOREST_H
#define FORETELL_LEARN_RANDOM_FOREST_H

#include "core/learn/fit.h"

/* The configuration's parameters are the booster's, and: "trees" (200), "smoothing" (rows of the base
 * in a leaf; 1). `out` is empty. */
enum ft_status ft_random_forest_fit(struct ft_fit *out, struct ft_arena *arena,
                                    const struct ft_fit_task *task,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
