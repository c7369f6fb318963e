/* One tree of splits by chance (extra_split.h), grown level by level until its leaves are pure, small,
 * deep or many.
 *
 * Leaves   of numbers the mean of their rows, in the unit of ft_extra_data; of classes their shares,
 *          shrunk towards the prior.
 * Nodes    children are side by side, left then right, behind their parent; indices count from the tree's
 *          first node. A tree of L leaves has 2 L - 1 nodes.
 * Owner    arrays are the arena's.
 * Numbers  the same tree for the same seed, whatever the order of the rows. */
#ifndef FORETELL_LEARN_EXTRA_TREE_H
#define FORETELL_LEARN_EXTRA_TREE_H

#include "core/learn/extra_split.h"
#include "core/learn/fit_task.h"

struct ft_extra_tree_options {
  struct ft_extra_split_options split;
  uint32_t max_depth;  /* at least 1 */
  uint32_t leaves;     /* at most; at least 2 */
  double smoothing;    /* rows of the prior in a leaf; 0 of numbers that are no shares */
  const double *prior; /* one an output */
};

struct ft_extra_tree {
  uint32_t nodes;
  struct ft_node *node; /* `leaf`: its place in `value`; `set`: in `word` */
  uint32_t leaves;
  double *value; /* leaves × outputs */
  uint32_t words;
  uint32_t *word;
};

/* `row`: their order is changed. `*late` is set when the task's deadline ended it: then there is no tree.
 * Errors: FT_NOMEM */
enum ft_status ft_extra_tree_grow(struct ft_extra_tree *out, bool *late, struct ft_arena *arena,
                                  const struct ft_extra_data *data, uint32_t *row, size_t rows,
                                  const struct ft_extra_tree_options *options,
                                  const struct ft_fit_task *task, uint64_t seed,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
