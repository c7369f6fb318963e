/* CatBoost's trees made plain ones.
 *
 * A tree with one split a level has 2^depth leaves, most of them of no row of the training and so 0
 * in a deep tree: a subtree of equal leaves becomes one leaf. All outputs keep the same splits, which
 * plans take together. */
#include <math.h>
#include <string.h>

#include "core/import/catboost/catboost.h"

struct making {
  struct ft_grown_trees *out;
  const struct ft_catboost *from;
  const struct ft_node *decision;
  const struct ft_catboost_tree *tree; /* in hand */
  uint32_t output;
  bool counts; /* nodes are counted, none is made */
};

/* Leaves `first` … `first` + `count` - 1 are equal, those of every output. */
static bool are_equal(const struct making *making, uint32_t first, uint32_t count) {
  const uint32_t outputs = making->from->outputs;
  const double *value = making->tree->value + (size_t)first * outputs;
  for (uint32_t i = 1; i < count; i++)
    for (uint32_t g = 0; g < outputs; g++)
      if (value[(size_t)i * outputs + g] != value[g]) return false;
  return true;
}

/* Take a node of the tree in hand, and give its place in it. */
static uint32_t take_node(struct making *making) {
  struct ft_grown_trees *out = making->out;
  struct ft_tree *tree = &out->tree[out->trees];
  out->nodes++;
  return tree->nodes++;
}

static void set_leaf(struct making *making, uint32_t place, double value) {
  if (making->counts) return;
  const uint32_t at = making->out->tree[making->out->trees].first + place;
  making->out->node[at] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  making->out->leaf[at] = value * making->from->scale;
}

static void set_split(struct making *making, uint32_t place, uint32_t split, uint32_t left,
                      uint32_t right) {
  if (making->counts) return;
  struct ft_node *node = &making->out->node[making->out->tree[making->out->trees].first + place];
  *node = making->decision[split];
  node->left = left;
  node->right = right;
}

/* The subtree whose leaves are the 2^depth from `first` on, in `place`; its splits are the first
 * `depth` of the tree's. */
static void make_level(struct making *making, uint32_t place, uint32_t depth, uint32_t first) {
  const uint32_t leaves = UINT32_C(1) << depth;
  if (are_equal(making, first, leaves)) {
    set_leaf(making, place,
             making->tree->value[(size_t)first * making->from->outputs + making->output]);
    return;
  }
  const uint32_t left = take_node(making), right = take_node(making);
  set_split(making, place, making->tree->split[depth - 1], left, right);
  make_level(making, left, depth - 1, first);
  make_level(making, right, depth - 1, first + leaves / 2);
}

/* A row that ends in a split of its own accord does so in a leaf behind it. */
static void make_nodes(struct making *making) {
  const struct ft_catboost_tree *tree = making->tree;
  for (uint32_t i = 1; i < tree->nodes; i++)
    take_node(making);
  for (uint32_t i = 0; i < tree->nodes; i++) {
    const struct ft_catboost_node *node = &tree->node[i];
    const double value = node->value ? node->value[making->output] : 0;
    if (!node->child[0] && !node->child[1]) {
      set_leaf(making, i, value);
      continue;
    }
    uint32_t child[2] = { node->child[0], node->child[1] };
    for (int way = 0; way < 2; way++)
      if (!child[way]) set_leaf(making, child[way] = take_node(making), value);
    set_split(making, i, node->split, child[0], child[1]);
  }
}

static enum ft_status make_tree(struct making *making, uint32_t output, struct ft_error *err) {
  struct ft_grown_trees *out = making->out;
  making->output = output;
  out->tree[out->trees] = (struct ft_tree){ .first = out->nodes, .output = output };
  if (out->nodes > UINT32_MAX / 4)
    return ft_fail(err, FT_LIMIT, "the CatBoost model has too many leaves");
  const uint32_t place = take_node(making);
  if (making->tree->nodes)
    make_nodes(making);
  else
    make_level(making, place, making->tree->depth, 0);
  out->trees++;
  return FT_OK;
}

static enum ft_status make_all(struct making *making, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  making->out->trees = making->out->nodes = 0;
  for (uint32_t t = 0; t < from->trees; t++) {
    making->tree = &from->tree[t];
    for (uint32_t g = 0; g < from->outputs; g++)
      FT_TRY(make_tree(making, g, err));
  }
  return FT_OK;
}

static bool children_follow(const struct ft_catboost_tree *tree, uint32_t at) {
  for (int way = 0; way < 2; way++) {
    const uint32_t child = tree->node[at].child[way];
    if (child && (child <= at || child >= tree->nodes)) return false;
  }
  return true;
}

static enum ft_status check_values(const struct ft_catboost *from, const double *value,
                                   size_t count, struct ft_error *err) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(value[i] * from->scale))
      return ft_catboost_fail(err, "a leaf that is no finite number");
  return FT_OK;
}

static enum ft_status check_tree(const struct ft_catboost *from,
                                 const struct ft_catboost_tree *tree, struct ft_error *err) {
  for (uint32_t i = 0; i < tree->nodes; i++) {
    const struct ft_catboost_node *node = &tree->node[i];
    const bool splits = node->child[0] || node->child[1];
    if (splits && node->split >= from->splits) return ft_catboost_fail(err, "an unknown split");
    if (!children_follow(tree, i)) return ft_catboost_fail(err, "a tree's nodes");
    if (!node->value && !(node->child[0] && node->child[1]))
      return ft_catboost_fail(err, "a leaf without a value");
    if (node->value) FT_TRY(check_values(from, node->value, from->outputs, err));
  }
  if (tree->nodes) return FT_OK;
  for (uint32_t i = 0; i < tree->depth; i++)
    if (tree->split[i] >= from->splits) return ft_catboost_fail(err, "an unknown split");
  return check_values(from, tree->value, ((size_t)1 << tree->depth) * from->outputs, err);
}

enum ft_status ft_catboost_check_depth(size_t depth, struct ft_error *err) {
  if (depth <= FT_CATBOOST_MAX_DEPTH) return FT_OK;
  return ft_fail(err, FT_LIMIT, "the CatBoost model has a tree of depth %zu, and at most %d can be",
                 depth, FT_CATBOOST_MAX_DEPTH);
}

enum ft_status ft_catboost_trees_make(struct ft_grown_trees *out, struct ft_arena *arena,
                                      const struct ft_catboost *from,
                                      const struct ft_node *decision, struct ft_error *err) {
  struct ft_grown_trees trees = { .trees = 0 };
  struct making making = { .out = &trees, .from = from, .decision = decision, .counts = true };
  for (uint32_t t = 0; t < from->trees; t++)
    FT_TRY(check_tree(from, &from->tree[t], err));
  trees.tree = FT_ARENA_NEW(arena, struct ft_tree, (size_t)from->trees * from->outputs);
  if (!trees.tree) return ft_arena_fail(err, "the model's trees");
  FT_TRY(make_all(&making, err));
  trees.node = FT_ARENA_NEW(arena, struct ft_node, trees.nodes);
  trees.leaf = FT_ARENA_NEW(arena, double, trees.nodes);
  if (!trees.node || !trees.leaf) return ft_arena_fail(err, "the model's trees");
  making.counts = false;
  FT_TRY(make_all(&making, err));
  *out = trees;
  return FT_OK;
}
