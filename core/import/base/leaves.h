/* Trees whose leaves are still doubles, and the rounding that makes a forest of them.
 *
 * Numbers  a forest's unit is 2^-exponent, the finest in which its largest leaf stays below 2^23;
 *          a leaf is rounded to nearest, so a margin is off by at most trees × 2^-(exponent + 1). */
#ifndef FORETELL_IMPORT_BASE_LEAVES_H
#define FORETELL_IMPORT_BASE_LEAVES_H

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* The finest unit, 2^-exponent, in which every leaf up to `largest` fits. */
int32_t ft_leaf_exponent(double largest);

struct ft_grown_trees {
  uint32_t trees;
  struct ft_tree *tree;
  uint32_t nodes;
  struct ft_node *node;
  double *leaf; /* one a node: its value, where it is a leaf */
  uint32_t words;
  uint32_t *word; /* of sets */
};

/* One forest of the trees as they are; their leaves are rounded in place.
 * `base`: one an output; borrowed. */
void ft_grown_trees_round(struct ft_forest *out, const struct ft_grown_trees *trees,
                          const double *base);

#define FT_GROWN_FORESTS 4

/* The members of an imported model: one forest, and others with what rounding took away from those
 * before, where that could be seen in a prediction; of classes: in a probability. Each tree's leaves
 * are moved to lie around 0 first, and the base by as much, so that the units are fine.
 * `base`: one an output; changed. */
enum ft_status ft_grown_trees_members(struct ft_model *model, struct ft_arena *arena,
                                      const struct ft_grown_trees *trees, double *base,
                                      struct ft_error *err) FT_MUST_CHECK;

/* The same as members for sums that are put to use otherwise: `outputs` of them.
 * `out`: room for FT_GROWN_FORESTS.
 * Errors: FT_UNSUPPORTED  they would not be enough */
enum ft_status ft_grown_trees_forests(struct ft_member *out, uint32_t *members,
                                      struct ft_arena *arena, const struct ft_grown_trees *trees,
                                      double *base, uint32_t outputs, enum ft_link link,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
