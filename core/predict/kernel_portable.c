/* The kernel in plain C, for any processor. Eight walks go side by side, so that one's memory latency
 * is hidden behind the others' steps; a step has no branch to mispredict. The walks are of eight rows
 * down one tree, and for the rows that are left over (a caller may have just one) of one row down
 * eight trees. */
#include "core/predict/kernel.h"

#define LANES 8 /* measured: with 4 or 16 a walk takes 1.4 times as long */

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

/* Eight walks: at[i] is where walk i stands in the tree at root[i], for the row row[i]. */
struct walks {
  const struct ft_walk_node *root[LANES];
  size_t row[LANES];
  uint32_t at[LANES];
};

/* All one level down; 0 when all had arrived at leaves. `sets` is constant where it is expanded. */
static inline uint32_t step(struct walks *walks, const struct ft_forest_plan *forest,
                            const float *block, bool sets) {
  uint32_t moved = 0;
  for (size_t i = 0; i < LANES; i++) {
    const struct ft_walk_node *node = &walks->root[i][walks->at[i]];
    float x = block[(size_t)(node->feature & FT_WALK_FEATURE) * FT_BLOCK_ROWS + walks->row[i]];
    uint32_t next = node->child[sets ? any_way(forest, node, x) : numeric_way(node, x)];
    moved |= next ^ walks->at[i];
    walks->at[i] = next;
  }
  return moved;
}

static inline int32_t leaf_of(const struct walks *walks, size_t i) {
  return walks->root[i][walks->at[i]].of.leaf;
}

/* Rows 0 … rows - 1, a multiple of LANES, down one tree. */
static inline void add_tree(const struct ft_forest_plan *forest, const struct ft_walk_tree *tree,
                            const float *block, size_t rows, int64_t *sum, bool sets) {
  for (size_t row = 0; row < rows; row += LANES) {
    struct walks walks;
    for (size_t i = 0; i < LANES; i++) {
      walks.root[i] = tree->root;
      walks.row[i] = row + i;
      walks.at[i] = 0;
    }
    while (step(&walks, forest, block, sets)) {
    }
    for (size_t i = 0; i < LANES; i++)
      sum[row + i] += leaf_of(&walks, i);
  }
}

/* One row down all trees; the last walks of all go down one tree again and do not count. */
static void add_row(const struct ft_forest_plan *forest, const float *block, size_t row,
                    int64_t *sum) {
  for (uint32_t first = 0; first < forest->trees; first += LANES) {
    uint32_t trees = forest->trees - first < LANES ? forest->trees - first : LANES;
    const struct ft_walk_tree *tree = &forest->tree[first];
    struct walks walks;
    for (size_t i = 0; i < LANES; i++) {
      walks.root[i] = tree[i < trees ? i : 0].root;
      walks.row[i] = row;
      walks.at[i] = 0;
    }
    while (step(&walks, forest, block, true)) {
    }
    for (size_t i = 0; i < trees; i++)
      sum[(size_t)tree[i].output * FT_BLOCK_ROWS + row] += leaf_of(&walks, i);
  }
}

static void add_margins(const struct ft_forest_plan *forest, const float *block, size_t rows,
                        int64_t *sum) {
  size_t whole = rows - rows % LANES;
  for (uint32_t t = 0; t < forest->trees; t++) {
    const struct ft_walk_tree *tree = &forest->tree[t];
    int64_t *to = sum + (size_t)tree->output * FT_BLOCK_ROWS;
    if (tree->has_sets)
      add_tree(forest, tree, block, whole, to, true);
    else
      add_tree(forest, tree, block, whole, to, false);
  }
  for (size_t row = whole; row < rows; row++)
    add_row(forest, block, row, sum);
}

static bool always(void) {
  return true;
}

const struct ft_kernel ft_kernel_portable = {
  .name = "portable",
  .supported = always,
  .margins = add_margins,
};
