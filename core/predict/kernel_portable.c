/* The kernel in plain C, for any processor. Rows walk a tree side by side in groups, so that one
 * row's memory latency is hidden behind the others' steps; a step has no branch to mispredict. */
#include "core/predict/kernel.h"

#define LANES 8 /* measured: 4 and 16 are slower by a tenth and more */

static inline bool has_category(const struct ft_forest_plan *forest, uint32_t set, float code) {
  const struct ft_walk_set *of = &forest->set[set];
  uint32_t bit = (uint32_t)code; /* an encoder's code: 0 … FT_MODEL_MAX_CATEGORIES */
  return bit / 32 < of->words && (forest->set_word[of->first + bit / 32] >> (bit % 32) & 1);
}

/* 1: to the right */
static inline uint32_t numeric_way(const struct ft_walk_node *node, float x) {
  uint32_t absent = x != x;
  return (uint32_t)(x >= node->of.threshold) | (absent & (node->feature >> 31));
}

static inline uint32_t any_way(const struct ft_forest_plan *forest, const struct ft_walk_node *node,
                               float x) {
  if (!(node->feature & FT_WALK_SET)) return numeric_way(node, x);
  return x != x ? node->feature >> 31 : has_category(forest, node->of.set, x);
}

static inline float value_of(const struct ft_walk_node *node, const float *block, size_t row) {
  return block[(size_t)(node->feature & FT_WALK_FEATURE) * FT_BLOCK_ROWS + row];
}

/* One level down for `lanes` rows; 0 when all had arrived at leaves. `sets` and `lanes` are
 * constants where this is expanded. */
static inline uint32_t step(const struct ft_forest_plan *forest, const struct ft_walk_node *root,
                            const float *block, size_t row, uint32_t *at, size_t lanes, bool sets) {
  uint32_t moved = 0;
  for (size_t i = 0; i < lanes; i++) {
    const struct ft_walk_node *node = &root[at[i]];
    float x = value_of(node, block, row + i);
    uint32_t next = node->child[sets ? any_way(forest, node, x) : numeric_way(node, x)];
    moved |= next ^ at[i];
    at[i] = next;
  }
  return moved;
}

static inline void walk(const struct ft_forest_plan *forest, const struct ft_walk_tree *tree,
                        const float *block, size_t row, int64_t *sum, size_t lanes, bool sets) {
  uint32_t at[LANES] = { 0 };
  while (step(forest, tree->root, block, row, at, lanes, sets)) {
  }
  for (size_t i = 0; i < lanes; i++)
    sum[row + i] += tree->root[at[i]].of.leaf;
}

static inline void add_tree(const struct ft_forest_plan *forest, const struct ft_walk_tree *tree,
                            const float *block, size_t rows, int64_t *sum, bool sets) {
  size_t row = 0;
  for (; row + LANES <= rows; row += LANES)
    walk(forest, tree, block, row, sum, LANES, sets);
  for (; row < rows; row++)
    walk(forest, tree, block, row, sum, 1, sets);
}

static void add_margins(const struct ft_forest_plan *forest, const float *block, size_t rows,
                        int64_t *sum) {
  for (uint32_t t = 0; t < forest->trees; t++) {
    const struct ft_walk_tree *tree = &forest->tree[t];
    int64_t *to = sum + (size_t)tree->output * FT_BLOCK_ROWS;
    if (tree->has_sets)
      add_tree(forest, tree, block, rows, to, true);
    else
      add_tree(forest, tree, block, rows, to, false);
  }
}

static bool always(void) {
  return true;
}

const struct ft_kernel ft_kernel_portable = {
  .name = "portable",
  .supported = always,
  .margins = add_margins,
};
