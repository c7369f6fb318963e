#include "core/predict/walk_plan.h"

#include "core/predict/pass_plan.h"

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

struct walk_work {
  struct ft_buffer tree, node, set;
};

static void write_walk_tree(struct walk_work *w, const struct ft_forest *forest, uint32_t index,
                            uint8_t *used) {
  const struct ft_tree *tree = &forest->tree[index];
  uint32_t sets = (uint32_t)(w->set.size / sizeof(struct ft_walk_set)), sets_before = sets;
  struct ft_walk_tree made = { .first = (uint32_t)(w->node.size / sizeof(struct ft_walk_node)),
                               .nodes = tree->nodes,
                               .output = tree->output };
  for (uint32_t i = 0; i < tree->nodes; i++) {
    const struct ft_node *node = &forest->node[tree->first + i];
    struct ft_walk_node walk = walk_node(node, i);
    if (node->feature != FT_NODE_LEAF) used[node->feature] |= 2;
    if (node->feature != FT_NODE_LEAF && node->set != FT_NODE_NO_SET) {
      struct ft_walk_set set = { .first = node->set, .words = node->set_words };
      walk.feature |= FT_WALK_SET;
      walk.of.set = sets++;
      ft_buffer_append(&w->set, &set, sizeof set);
    }
    ft_buffer_append(&w->node, &walk, sizeof walk);
  }
  made.has_sets = sets > sets_before;
  ft_buffer_append(&w->tree, &made, sizeof made);
}

static struct ft_part put_buffer(struct ft_buffer *block, const struct ft_buffer *items,
                                 size_t size) {
  return ft_part_put(block, items->data, items->size / size, size);
}

enum ft_status ft_walk_plan_write(struct ft_forest_block *out, uint8_t *used,
                                  struct ft_buffer *block, const struct ft_forest *forest,
                                  const uint32_t *walked, uint32_t walks, struct ft_error *err) {
  struct walk_work w;
  if (walks == 0) return FT_OK;
  ft_buffer_init(&w.tree, (size_t)1 << 36);
  ft_buffer_init(&w.node, (size_t)1 << 36);
  ft_buffer_init(&w.set, (size_t)1 << 36);
  for (uint32_t i = 0; i < walks; i++)
    write_walk_tree(&w, forest, walked[i], used);
  out->walk_tree = put_buffer(block, &w.tree, sizeof(struct ft_walk_tree));
  out->walk_node = put_buffer(block, &w.node, sizeof(struct ft_walk_node));
  out->walk_set = put_buffer(block, &w.set, sizeof(struct ft_walk_set));
  out->set_word = ft_part_put(block, forest->set_word, forest->set_words, sizeof *forest->set_word);
  bool failed = w.tree.failed || w.node.failed || w.set.failed;
  ft_buffer_release(&w.tree);
  ft_buffer_release(&w.node);
  ft_buffer_release(&w.set);
  return failed ? ft_arena_fail(err, "the model") : FT_OK;
}
