/* TreeEnsemble of opset 5, which keeps leaves apart from nodes, rewritten as the TreeEnsembleRegressor
 * of the opsets before. */
#include <math.h>
#include <string.h>

#include "core/import/onnx/onnx_trees.h"

#define MAX_NODES (1U << 26)

/* What the operator has. */
struct source {
  uint32_t nodes, leaves, roots;
  const int64_t *feature, *yes, *no, *yes_is_leaf, *no_is_leaf, *root, *target;
  const int64_t *missing_yes; /* NULL: none */
  const double *split, *weight, *mode;
  size_t members; /* values of BRANCH_MEMBER, group by group, a NaN behind each */
  const double *member;
};

/* What the other one has. */
struct rewriting {
  struct ft_onnx *onnx;
  const struct ft_onnx_node *node;
  struct source from;
  uint32_t count; /* of nodes and leaves */
  int64_t *tree, *id, *feature, *yes, *no, *missing_yes;
  double *value;
  ProtobufCBinaryData *mode;
  int64_t *first, *members; /* of BRANCH_MEMBER: its values */
  int64_t *group;           /* one a node of the source: where its values begin */
  uint32_t weights;
  int64_t *leaf_tree, *leaf_id, *target;
  double *weight;
  uint8_t *met; /* one a node, then one a leaf */
};

/* --- reading --- */

static enum ft_status take_integers(const int64_t **out, const struct ft_onnx_node *node,
                                    const char *name, uint32_t count, struct ft_error *err) {
  struct ft_onnx_integers list = ft_onnx_integers(node, name);
  if (list.count != count) return ft_onnx_damaged(node, name, err);
  *out = list.value;
  return FT_OK;
}

static enum ft_status take_tensor(const double **out, size_t *count, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, const char *name,
                                  struct ft_error *err) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  struct ft_onnx_constant constant;
  if (!attribute || !attribute->t) return ft_onnx_damaged(node, name, err);
  FT_TRY(ft_onnx_tensor(&constant, onnx, attribute->t, err));
  if (!constant.number) return ft_onnx_damaged(node, name, err);
  *out = constant.number;
  *count = constant.count;
  return FT_OK;
}

static enum ft_status read_source(struct source *out, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, struct ft_error *err) {
  size_t nodes = ft_onnx_integers(node, "nodes_featureids").count, splits = 0, modes = 0,
         weights = 0;
  size_t leaves = ft_onnx_integers(node, "leaf_targetids").count;
  size_t roots = ft_onnx_integers(node, "tree_roots").count;
  struct ft_onnx_integers missing = ft_onnx_integers(node, "nodes_missing_value_tracks_true");
  if (!nodes || !leaves || !roots) return ft_onnx_damaged(node, "no nodes", err);
  if (nodes > MAX_NODES || leaves > MAX_NODES || roots > nodes)
    return ft_fail(err, FT_LIMIT, "the ONNX model has %zu nodes of trees, and at most %u are read",
                   nodes, MAX_NODES);
  *out = (struct source){ (uint32_t)nodes, (uint32_t)leaves, (uint32_t)roots };
  FT_TRY(take_integers(&out->feature, node, "nodes_featureids", out->nodes, err));
  FT_TRY(take_integers(&out->yes, node, "nodes_truenodeids", out->nodes, err));
  FT_TRY(take_integers(&out->no, node, "nodes_falsenodeids", out->nodes, err));
  FT_TRY(take_integers(&out->yes_is_leaf, node, "nodes_trueleafs", out->nodes, err));
  FT_TRY(take_integers(&out->no_is_leaf, node, "nodes_falseleafs", out->nodes, err));
  FT_TRY(take_integers(&out->root, node, "tree_roots", out->roots, err));
  FT_TRY(take_integers(&out->target, node, "leaf_targetids", out->leaves, err));
  FT_TRY(take_tensor(&out->split, &splits, onnx, node, "nodes_splits", err));
  FT_TRY(take_tensor(&out->mode, &modes, onnx, node, "nodes_modes", err));
  FT_TRY(take_tensor(&out->weight, &weights, onnx, node, "leaf_weights", err));
  if (missing.count && missing.count != nodes)
    return ft_onnx_damaged(node, "nodes_missing_value_tracks_true", err);
  out->missing_yes = missing.count ? missing.value : NULL;
  if (ft_onnx_attribute(node, "membership_values"))
    FT_TRY(take_tensor(&out->member, &out->members, onnx, node, "membership_values", err));
  if (splits != nodes || modes != nodes || weights != leaves)
    return ft_onnx_damaged(node, "lists of different lengths", err);
  return FT_OK;
}

/* --- rewriting --- */

static enum ft_status start(struct rewriting *w, struct ft_error *err) {
  struct ft_arena *arena = w->onnx->arena;
  const size_t all = (size_t)w->from.nodes + w->from.leaves, leaves = w->from.leaves;
  w->tree = FT_ARENA_NEW(arena, int64_t, all);
  w->id = FT_ARENA_NEW(arena, int64_t, all);
  w->feature = FT_ARENA_NEW(arena, int64_t, all);
  w->yes = FT_ARENA_NEW(arena, int64_t, all);
  w->no = FT_ARENA_NEW(arena, int64_t, all);
  w->missing_yes = FT_ARENA_NEW(arena, int64_t, all);
  w->value = FT_ARENA_NEW(arena, double, all);
  w->mode = FT_ARENA_NEW(arena, ProtobufCBinaryData, all);
  w->first = FT_ARENA_NEW(arena, int64_t, all);
  w->members = FT_ARENA_NEW(arena, int64_t, all);
  w->group = FT_ARENA_NEW(arena, int64_t, w->from.nodes);
  w->leaf_tree = FT_ARENA_NEW(arena, int64_t, leaves);
  w->leaf_id = FT_ARENA_NEW(arena, int64_t, leaves);
  w->target = FT_ARENA_NEW(arena, int64_t, leaves);
  w->weight = FT_ARENA_NEW(arena, double, leaves);
  w->met = FT_ARENA_NEW(arena, uint8_t, all);
  return w->tree && w->id && w->feature && w->yes && w->no && w->missing_yes && w->value &&
                 w->mode && w->first && w->members && w->group && w->leaf_tree && w->leaf_id &&
                 w->target && w->weight && w->met
             ? FT_OK
             : ft_onnx_no_memory(err);
}

static ProtobufCBinaryData mode_named(const char *name) {
  return (ProtobufCBinaryData){ strlen(name), (uint8_t *)(uintptr_t)name };
}

static const char *const modes[] = { "BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE", "BRANCH_GT",
                                     "BRANCH_EQ",  "BRANCH_NEQ", "MEMBER" };
#define MODES       (sizeof modes / sizeof *modes)
#define MODE_MEMBER 6

static void add_leaf(struct rewriting *w, int64_t tree, int64_t id, uint32_t leaf) {
  const uint32_t at = w->count++;
  w->tree[at] = tree;
  w->id[at] = id;
  w->mode[at] = mode_named("LEAF");
  w->leaf_tree[w->weights] = tree;
  w->leaf_id[w->weights] = id;
  w->target[w->weights] = w->from.target[leaf];
  w->weight[w->weights++] = w->from.weight[leaf];
}

/* Leaves have the numbers behind the nodes'. Each is met once. */
static enum ft_status meet(int64_t *out, struct rewriting *w, int64_t index, bool leaf,
                           struct ft_error *err) {
  if (index < 0 || index >= (leaf ? w->from.leaves : w->from.nodes))
    return ft_onnx_damaged(w->node, "a child that is not there", err);
  *out = leaf ? index + w->from.nodes : index;
  if (w->met[*out]) return ft_onnx_damaged(w->node, "a node with two parents, or a circle", err);
  w->met[*out] = 1;
  return FT_OK;
}

/* A node both of whose children are one leaf is a tree that is a leaf alone. */
static bool is_leaf_alone(const struct source *from, uint32_t node) {
  return from->yes_is_leaf[node] && from->no_is_leaf[node] && from->yes[node] == from->no[node];
}

static enum ft_status add_node(struct rewriting *w, int64_t tree, uint32_t node, uint32_t *stack,
                               uint32_t *depth, struct ft_error *err) {
  const struct source *from = &w->from;
  const uint32_t at = w->count++;
  if (!(from->mode[node] >= 0 && from->mode[node] < MODES))
    return ft_onnx_refuse(w->node, "a mode of nodes that is not known", err);
  w->tree[at] = tree;
  w->id[at] = node;
  w->feature[at] = from->feature[node];
  w->value[at] = from->split[node];
  w->mode[at] = mode_named(modes[(size_t)from->mode[node]]);
  w->first[at] = w->group[node];
  while (from->mode[node] == MODE_MEMBER && !isnan(from->member[w->group[node] + w->members[at]]))
    w->members[at]++;
  w->missing_yes[at] = from->missing_yes && from->missing_yes[node] != 0;
  FT_TRY(meet(&w->yes[at], w, from->yes[node], from->yes_is_leaf[node] != 0, err));
  FT_TRY(meet(&w->no[at], w, from->no[node], from->no_is_leaf[node] != 0, err));
  for (int way = 0; way < 2; way++) {
    const int64_t child = way ? w->no[at] : w->yes[at];
    if (child >= from->nodes)
      add_leaf(w, tree, child, (uint32_t)(child - from->nodes));
    else
      stack[(*depth)++] = (uint32_t)child;
  }
  return FT_OK;
}

static enum ft_status add_tree(struct rewriting *w, uint32_t tree, uint32_t *stack,
                               struct ft_error *err) {
  int64_t root = 0, leaf = 0;
  uint32_t depth = 0;
  FT_TRY(meet(&root, w, w->from.root[tree], false, err));
  if (is_leaf_alone(&w->from, (uint32_t)root)) {
    FT_TRY(meet(&leaf, w, w->from.yes[root], true, err));
    add_leaf(w, tree, leaf, (uint32_t)(leaf - w->from.nodes));
    return FT_OK;
  }
  stack[depth++] = (uint32_t)root;
  while (depth > 0)
    FT_TRY(add_node(w, tree, stack[--depth], stack, &depth, err));
  return FT_OK;
}

/* The groups of values are in the order of the nodes. */
static enum ft_status find_groups(struct rewriting *w, struct ft_error *err) {
  const struct source *from = &w->from;
  size_t at = 0;
  for (uint32_t i = 0; i < from->nodes; i++) {
    if (from->mode[i] != MODE_MEMBER) continue;
    w->group[i] = (int64_t)at;
    while (at < from->members && !isnan(from->member[at]))
      at++;
    if (at == from->members) return ft_onnx_damaged(w->node, "membership_values", err);
    at++;
  }
  return FT_OK;
}

static enum ft_status add_trees(struct rewriting *w, struct ft_error *err) {
  uint32_t *stack = FT_ARENA_NEW(w->onnx->arena, uint32_t, (size_t)w->from.nodes + 2);
  if (!stack) return ft_onnx_no_memory(err);
  FT_TRY(find_groups(w, err));
  for (uint32_t t = 0; t < w->from.roots; t++)
    FT_TRY(add_tree(w, t, stack, err));
  return FT_OK;
}

/* --- the other operator's attributes --- */

static FtOnnx__Attribute *new_attribute(struct ft_arena *arena, const char *name) {
  FtOnnx__Attribute *attribute = FT_ARENA_NEW(arena, FtOnnx__Attribute, 1);
  if (!attribute) return NULL;
  ft_onnx__attribute__init(attribute);
  attribute->name = (char *)(uintptr_t)name;
  return attribute;
}

static FtOnnx__Attribute *integers(struct ft_arena *arena, const char *name, int64_t *value,
                                   size_t count) {
  FtOnnx__Attribute *attribute = new_attribute(arena, name);
  if (!attribute) return NULL;
  attribute->ints = value;
  attribute->n_ints = count;
  return attribute;
}

/* As a tensor of doubles. */
static FtOnnx__Attribute *reals(struct ft_arena *arena, const char *name, double *value,
                                size_t count) {
  FtOnnx__Attribute *attribute = new_attribute(arena, name);
  FtOnnx__Tensor *tensor = FT_ARENA_NEW(arena, FtOnnx__Tensor, 1);
  int64_t *dim = FT_ARENA_NEW(arena, int64_t, 1);
  if (!attribute || !tensor || !dim) return NULL;
  ft_onnx__tensor__init(tensor);
  *dim = (int64_t)count;
  tensor->dims = dim;
  tensor->n_dims = 1;
  tensor->has_data_type = 1;
  tensor->data_type = FT_ONNX_DOUBLE;
  tensor->double_data = value;
  tensor->n_double_data = count;
  attribute->t = tensor;
  return attribute;
}

static FtOnnx__Attribute *word(struct ft_arena *arena, const char *name, const char *value) {
  FtOnnx__Attribute *attribute = new_attribute(arena, name);
  if (!attribute) return NULL;
  attribute->has_s = 1;
  attribute->s = mode_named(value);
  return attribute;
}

static FtOnnx__Attribute *words(struct ft_arena *arena, const char *name,
                                ProtobufCBinaryData *value, size_t count) {
  FtOnnx__Attribute *attribute = new_attribute(arena, name);
  if (!attribute) return NULL;
  attribute->strings = value;
  attribute->n_strings = count;
  return attribute;
}

static const char *aggregate_of(const struct ft_onnx_node *node) {
  static const char *const names[] = { "AVERAGE", "SUM", "MIN", "MAX" };
  int64_t value = ft_onnx_integer(node, "aggregate_function", 1);
  return value >= 0 && value < 4 ? names[value] : "?";
}

static FtOnnx__Attribute *number(struct ft_arena *arena, const char *name, int64_t value) {
  FtOnnx__Attribute *attribute = new_attribute(arena, name);
  if (!attribute) return NULL;
  attribute->has_i = 1;
  attribute->i = value;
  return attribute;
}

#define ATTRIBUTES 17

static enum ft_status run_regressor(struct rewriting *w, struct ft_error *err) {
  struct ft_arena *arena = w->onnx->arena;
  FtOnnx__Attribute **list = FT_ARENA_NEW(arena, FtOnnx__Attribute *, ATTRIBUTES);
  if (!list) return ft_onnx_no_memory(err);
  const size_t all = w->count, leaves = w->weights;
  FtOnnx__Attribute *const made[ATTRIBUTES] = {
    integers(arena, "nodes_treeids", w->tree, all),
    integers(arena, "nodes_nodeids", w->id, all),
    integers(arena, "nodes_featureids", w->feature, all),
    integers(arena, "nodes_truenodeids", w->yes, all),
    integers(arena, "nodes_falsenodeids", w->no, all),
    integers(arena, "nodes_missing_value_tracks_true", w->missing_yes, all),
    reals(arena, "nodes_values_as_tensor", w->value, all),
    words(arena, "nodes_modes", w->mode, all),
    integers(arena, "members_first", w->first, all),
    integers(arena, "members_count", w->members, all),
    reals(arena, "members_values_as_tensor", (double *)(uintptr_t)w->from.member, w->from.members),
    integers(arena, "target_treeids", w->leaf_tree, leaves),
    integers(arena, "target_nodeids", w->leaf_id, leaves),
    integers(arena, "target_ids", w->target, leaves),
    reals(arena, "target_weights_as_tensor", w->weight, leaves),
    number(arena, "n_targets", ft_onnx_integer(w->node, "n_targets", 1)),
    word(arena, "aggregate_function", aggregate_of(w->node)),
  };
  for (size_t i = 0; i < ATTRIBUTES; i++)
    if (!(list[i] = made[i])) return ft_onnx_no_memory(err);
  FtOnnx__Node proto = *w->node->proto;
  proto.attribute = list;
  proto.n_attribute = ATTRIBUTES;
  struct ft_onnx_node node = *w->node;
  node.proto = &proto;
  return ft_onnx_tree_regressor(w->onnx, &node, err);
}

enum ft_status ft_onnx_tree_ensemble(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  struct rewriting w = { .onnx = onnx, .node = node };
  if (ft_onnx_integer(node, "post_transform", 0) != 0)
    return ft_onnx_refuse(node,
                          "its post_transform, which ONNX Runtime numbers otherwise than the "
                          "specification",
                          err);
  FT_TRY(read_source(&w.from, onnx, node, err));
  FT_TRY(start(&w, err));
  FT_TRY(add_trees(&w, err));
  return run_regressor(&w, err);
}
