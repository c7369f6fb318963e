#include "core/predict/decisions.h"

#include <stdlib.h>
#include <string.h>

/* A node's decision as a number to sort by. */
struct keyed {
  uint64_t key;
  uint32_t node;
};

/* A node with a set, to find equal sets by sorting. */
struct set_of {
  uint32_t node;
  const struct ft_node *is;
  const uint32_t *word;
};

struct gathering {
  struct ft_arena *arena;
  const struct ft_forest *forest;
  uint32_t *depth_of, *depth;
  uint32_t *set_id; /* one a node */
  struct keyed *keyed;
  uint32_t splits;
};

/* Children come after their parent, so one pass over the nodes finds every longest path. */
static void measure_tree(struct gathering *g, uint32_t index) {
  const struct ft_tree *tree = &g->forest->tree[index];
  const struct ft_node *node = g->forest->node + tree->first;
  uint32_t *depth = g->depth_of + tree->first;
  memset(depth, 0xff, tree->nodes * sizeof *depth);
  depth[0] = 0;
  for (uint32_t i = 0; i < tree->nodes; i++) {
    if (depth[i] == FT_DEPTH_NONE) continue;
    if (depth[i] > g->depth[index]) g->depth[index] = depth[i];
    if (node[i].feature == FT_NODE_LEAF) continue;
    const uint32_t child[2] = { node[i].left, node[i].right };
    for (int c = 0; c < 2; c++)
      if (depth[child[c]] == FT_DEPTH_NONE || depth[child[c]] < depth[i] + 1)
        depth[child[c]] = depth[i] + 1;
    g->splits++;
  }
}

static int compare_numbers(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

static int compare_sets(const void *left, const void *right) {
  const struct set_of *a = left, *b = right;
  int order = compare_numbers(a->is->feature, b->is->feature);
  if (order == 0) order = compare_numbers(a->is->missing_left, b->is->missing_left);
  if (order == 0) order = compare_numbers(a->is->set_words, b->is->set_words);
  if (order == 0 && a->is->set_words > 0)
    order = memcmp(a->word, b->word, a->is->set_words * sizeof *a->word);
  return order;
}

static bool has_set(const struct gathering *g, uint32_t index) {
  const struct ft_node *node = &g->forest->node[index];
  return g->depth_of[index] != FT_DEPTH_NONE && node->feature != FT_NODE_LEAF &&
         node->set != FT_NODE_NO_SET;
}

static enum ft_status number_sets(struct gathering *g, struct ft_error *err) {
  uint32_t count = 0, id = 0;
  for (uint32_t i = 0; i < g->forest->nodes; i++)
    count += has_set(g, i);
  struct set_of *set = FT_ARENA_NEW(g->arena, struct set_of, count);
  if (!set) return ft_arena_fail(err, "the model");
  count = 0;
  for (uint32_t i = 0; i < g->forest->nodes; i++)
    if (has_set(g, i))
      set[count++] = (struct set_of){ .node = i,
                                      .is = &g->forest->node[i],
                                      .word = g->forest->set_word + g->forest->node[i].set };
  if (count > 0) qsort(set, count, sizeof *set, compare_sets);
  for (uint32_t i = 0; i < count; i++) {
    id += i > 0 && compare_sets(&set[i - 1], &set[i]) != 0;
    g->set_id[set[i].node] = id;
  }
  return FT_OK;
}

/* The bits of a float in the order of its value; -0 is 0. */
static uint32_t ordered_bits(float value) {
  uint32_t bits;
  value = value == 0.0F ? 0.0F : value;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 31 ? ~bits : bits | (UINT32_C(1) << 31);
}

static enum ft_decision_kind kind_of(const struct ft_node *node) {
  if (node->set != FT_NODE_NO_SET) return FT_DECIDE_SET;
  return node->missing_left ? FT_DECIDE_LEFT : FT_DECIDE_RIGHT;
}

static int compare_keys(const void *a, const void *b) {
  return compare_numbers(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

static void sort_splits(struct gathering *g) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < g->forest->nodes; i++) {
    const struct ft_node *node = &g->forest->node[i];
    if (g->depth_of[i] == FT_DEPTH_NONE || node->feature == FT_NODE_LEAF) continue;
    enum ft_decision_kind kind = kind_of(node);
    uint32_t low = kind == FT_DECIDE_SET ? g->set_id[i] : ordered_bits(node->threshold);
    uint64_t key = (uint64_t)node->feature << 34 | (uint64_t)kind << 32 | low;
    g->keyed[count++] = (struct keyed){ key, i };
  }
  if (count > 0) qsort(g->keyed, count, sizeof *g->keyed, compare_keys);
}

static void name_distinct(struct ft_decisions *out, const struct gathering *g,
                          struct ft_decision *decision, uint32_t *of_node) {
  for (uint32_t i = 0; i < g->splits; i++) {
    const struct ft_node *node = &g->forest->node[g->keyed[i].node];
    if (i == 0 || g->keyed[i].key != g->keyed[i - 1].key)
      decision[out->count++] = (struct ft_decision){ .feature = node->feature,
                                                     .kind = kind_of(node),
                                                     .threshold = node->threshold,
                                                     .node = g->keyed[i].node };
    of_node[g->keyed[i].node] = out->count - 1;
  }
}

enum ft_status ft_decisions_make(struct ft_decisions *out, struct ft_arena *arena,
                                 const struct ft_forest *forest, struct ft_error *err) {
  struct gathering g = { .arena = arena,
                         .forest = forest,
                         .depth_of = FT_ARENA_NEW(arena, uint32_t, forest->nodes),
                         .depth = FT_ARENA_NEW(arena, uint32_t, forest->trees),
                         .set_id = FT_ARENA_NEW(arena, uint32_t, forest->nodes) };
  uint32_t *of_node = FT_ARENA_NEW(arena, uint32_t, forest->nodes);
  if (!g.depth_of || !g.depth || !g.set_id || !of_node) return ft_arena_fail(err, "the model");
  for (uint32_t t = 0; t < forest->trees; t++)
    measure_tree(&g, t);
  g.keyed = FT_ARENA_NEW(arena, struct keyed, g.splits);
  struct ft_decision *decision = FT_ARENA_NEW(arena, struct ft_decision, g.splits);
  if (!g.keyed || !decision) return ft_arena_fail(err, "the model");
  FT_TRY(number_sets(&g, err));
  sort_splits(&g);
  *out = (struct ft_decisions){ .decision = decision,
                                .of_node = of_node,
                                .depth_of = g.depth_of,
                                .depth = g.depth };
  name_distinct(out, &g, decision, of_node);
  return FT_OK;
}
