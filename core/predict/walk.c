/* Trees that no pass can hold, walked on the features themselves. Rows walk a tree side by side in
 * groups, so that one row's memory latency is hidden behind the others' steps; a step has no branch
 * to mispredict. */
#include "core/predict/kernel.h"

#define LANES 8 /* measured: 4 and 16 are slower by a tenth and more */

struct walk {
  const struct ft_walk_node *root;
  const struct ft_walk_set *set;
  const uint32_t *set_word;
  const float *block;
};

static inline bool has_category(const struct walk *walk, uint32_t set, float code) {
  const struct ft_walk_set *of = &walk->set[set];
  uint32_t bit = (uint32_t)code; /* an encoder's code: 0 … FT_MODEL_MAX_CATEGORIES */
  return bit / 32 < of->words && (walk->set_word[of->first + bit / 32] >> (bit % 32) & 1);
}

/* 1: to the right */
static inline uint32_t numeric_way(const struct ft_walk_node *node, float x) {
  uint32_t absent = x != x;
  return (uint32_t)(x >= node->of.threshold) | (absent & (node->feature >> 31));
}

static inline uint32_t any_way(const struct walk *walk, const struct ft_walk_node *node, float x) {
  if (!(node->feature & FT_WALK_SET)) return numeric_way(node, x);
  return x != x ? node->feature >> 31 : has_category(walk, node->of.set, x);
}

static inline float value_of(const struct walk *walk, const struct ft_walk_node *node, size_t row) {
  return walk->block[(size_t)(node->feature & FT_WALK_FEATURE) * FT_FEATURE_STRIDE + row];
}

/* One level down for `lanes` rows; 0 when all had arrived at leaves. `sets` and `lanes` are
 * constants where this is expanded. */
static inline uint32_t step(const struct walk *walk, size_t row, uint32_t *at, size_t lanes,
                            bool sets) {
  uint32_t moved = 0;
  for (size_t i = 0; i < lanes; i++) {
    const struct ft_walk_node *node = &walk->root[at[i]];
    float x = value_of(walk, node, row + i);
    uint32_t next = node->child[sets ? any_way(walk, node, x) : numeric_way(node, x)];
    moved |= next ^ at[i];
    at[i] = next;
  }
  return moved;
}

static inline void add_rows(const struct walk *walk, size_t row, int64_t *sum, size_t lanes,
                            bool sets) {
  uint32_t at[LANES] = { 0 };
  while (step(walk, row, at, lanes, sets)) {
  }
  for (size_t i = 0; i < lanes; i++)
    sum[row + i] += walk->root[at[i]].of.leaf;
}

static inline void add_tree(const struct walk *walk, size_t first, size_t rows, int64_t *sum,
                            bool sets) {
  size_t row = first, end = first + rows;
  for (; row + LANES <= end; row += LANES)
    add_rows(walk, row, sum, LANES, sets);
  for (; row < end; row++)
    add_rows(walk, row, sum, 1, sets);
}

void ft_walk_tree(const void *plan, const struct ft_forest_block *forest,
                  const struct ft_walk_tree *tree, const float *block, size_t first, size_t rows,
                  int64_t *sum) {
  const struct walk walk = {
    .root = FT_PART(plan, struct ft_walk_node, forest->walk_node) + tree->first,
    .set = FT_PART(plan, struct ft_walk_set, forest->walk_set),
    .set_word = FT_PART(plan, uint32_t, forest->set_word),
    .block = block,
  };
  if (tree->has_sets)
    add_tree(&walk, first, rows, sum, true);
  else
    add_tree(&walk, first, rows, sum, false);
}

void ft_walk_add(const void *plan, const struct ft_forest_block *forest, const float *block,
                 size_t first, size_t rows, int64_t *sum) {
  const struct ft_walk_tree *tree = FT_PART(plan, struct ft_walk_tree, forest->walk_tree);
  for (uint64_t t = 0; t < forest->walk_tree.count; t++)
    ft_walk_tree(plan, forest, &tree[t], block, first, rows,
                 sum + (size_t)tree[t].output * FT_BLOCK_ROWS);
}
