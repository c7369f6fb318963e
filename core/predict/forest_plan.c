#include <string.h>

#include "core/predict/kernel.h"

static struct ft_walk_node walk_node(const struct ft_node *node, uint32_t index) {
  if (node->feature == FT_NODE_LEAF)
    return (struct ft_walk_node){ .feature = FT_WALK_LEAF,
                                  .child = { index, index },
                                  .of.leaf = node->leaf };
  return (struct ft_walk_node){ .feature = node->feature |
                                           (node->missing_left ? 0 : FT_WALK_MISSING_RIGHT),
                                .child = { node->left, node->right },
                                .of.threshold = node->threshold };
}

static uint32_t count_sets(const struct ft_forest *forest) {
  uint32_t sets = 0;
  for (uint32_t i = 0; i < forest->nodes; i++)
    sets += forest->node[i].feature != FT_NODE_LEAF && forest->node[i].set != FT_NODE_NO_SET;
  return sets;
}

struct building {
  struct ft_walk_tree *tree;
  struct ft_walk_node *node;
  struct ft_walk_set *set;
  uint32_t sets; /* so far */
};

static void build_tree(struct building *to, const struct ft_forest *forest, uint32_t index) {
  const struct ft_tree *tree = &forest->tree[index];
  struct ft_walk_node *root = to->node + tree->first;
  uint32_t sets_before = to->sets;
  for (uint32_t i = 0; i < tree->nodes; i++) {
    const struct ft_node *node = &forest->node[tree->first + i];
    root[i] = walk_node(node, i);
    if (node->feature == FT_NODE_LEAF || node->set == FT_NODE_NO_SET) continue;
    root[i].feature |= FT_WALK_SET;
    root[i].of.set = to->sets;
    to->set[to->sets++] = (struct ft_walk_set){ .first = node->set, .words = node->set_words };
  }
  to->tree[index] = (struct ft_walk_tree){ .root = root,
                                           .nodes = tree->nodes,
                                           .output = tree->output,
                                           .has_sets = to->sets > sets_before };
}

enum ft_status ft_forest_plan_make(struct ft_forest_plan *out, struct ft_arena *arena,
                                   const struct ft_forest *forest, uint32_t outputs,
                                   struct ft_error *err) {
  uint32_t sets = count_sets(forest);
  struct building to = { .tree = FT_ARENA_NEW(arena, struct ft_walk_tree, forest->trees),
                         .node = FT_ARENA_NEW(arena, struct ft_walk_node, forest->nodes),
                         .set = FT_ARENA_NEW(arena, struct ft_walk_set, sets) };
  uint32_t *set_word = FT_ARENA_NEW(arena, uint32_t, forest->set_words);
  if (!to.tree || !to.node || !to.set || !set_word) return ft_arena_fail(err, "the model");
  if (forest->set_words) memcpy(set_word, forest->set_word, forest->set_words * sizeof *set_word);
  for (uint32_t i = 0; i < forest->trees; i++)
    build_tree(&to, forest, i);
  *out = (struct ft_forest_plan){ .outputs = outputs,
                                  .trees = forest->trees,
                                  .tree = to.tree,
                                  .nodes = forest->nodes,
                                  .node = to.node,
                                  .sets = sets,
                                  .set = to.set,
                                  .set_word = set_word };
  return FT_OK;
}
