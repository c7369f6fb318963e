#include "core/import/onnx/onnx_ensemble.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/columns/split.h"
#include "core/import/columns/step.h"

#define MAX_TREE_NODES (1U << 26)

static const char *const modes[] = { "BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GT", "BRANCH_GTE",
                                     "BRANCH_EQ",  "BRANCH_NEQ", "LEAF",      "MEMBER" };
#define MODES       (sizeof modes / sizeof *modes)
#define MODE_LEAF   6
#define MODE_MEMBER 7

/* A node as the file has it. */
struct file_node {
  int64_t tree, id;
  uint32_t index; /* in the file */
};

struct reading {
  struct ft_onnx *onnx;
  const struct ft_onnx_node *node;
  const struct ft_onnx_value *table;
  struct ft_onnx_ensemble *out;
  uint32_t nodes;
  struct file_node *sorted; /* by tree and id */
  const int64_t *feature, *yes, *no;
  const double *value;
  uint8_t *mode, *missing_yes;
  struct ft_prepared_column *equals; /* of EQ, NEQ and MEMBER: one a node; or NULL */
  uint32_t *place;                   /* in our tree: one a sorted node; FT_ONNX_NONE: not met yet */
  struct ft_column_splits splits;
};

static int compare_ids(int64_t tree, int64_t id, const struct file_node *b) {
  if (tree != b->tree) return tree < b->tree ? -1 : 1;
  return (id > b->id) - (id < b->id);
}

static int compare_nodes(const void *left, const void *right) {
  const struct file_node *a = left;
  return compare_ids(a->tree, a->id, right);
}

static uint32_t find_node(const struct reading *reading, int64_t tree, int64_t id) {
  uint32_t from = 0, to = reading->nodes;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    int order = compare_ids(tree, id, &reading->sorted[middle]);
    if (order == 0) return middle;
    if (order > 0)
      from = middle + 1;
    else
      to = middle;
  }
  return FT_ONNX_NONE;
}

/* --- the attributes --- */

static enum ft_status take_integers(const int64_t **out, const struct reading *reading,
                                    const char *name, struct ft_error *err) {
  struct ft_onnx_integers list = ft_onnx_integers(reading->node, name);
  if (list.count != reading->nodes) return ft_onnx_damaged(reading->node, name, err);
  *out = list.value;
  return FT_OK;
}

static enum ft_status read_modes(struct reading *reading, struct ft_error *err) {
  const FtOnnx__Attribute *mode = ft_onnx_attribute(reading->node, "nodes_modes");
  struct ft_onnx_integers missing =
      ft_onnx_integers(reading->node, "nodes_missing_value_tracks_true");
  if (!mode || mode->n_strings != reading->nodes)
    return ft_onnx_damaged(reading->node, "nodes_modes", err);
  if (missing.count && missing.count != reading->nodes)
    return ft_onnx_damaged(reading->node, "nodes_missing_value_tracks_true", err);
  for (uint32_t i = 0; i < reading->nodes; i++) {
    struct ft_span text = { (const char *)mode->strings[i].data, mode->strings[i].len };
    uint8_t found = 0;
    while (found < MODES && !ft_span_equal(text, ft_span_of(modes[found])))
      found++;
    if (found == MODES)
      return ft_onnx_refuse(reading->node, "a mode of nodes that is not known", err);
    reading->mode[i] = found;
    reading->missing_yes[i] = missing.count && missing.value[i] != 0;
  }
  return FT_OK;
}

static enum ft_status read_nodes(struct reading *reading, struct ft_error *err) {
  const int64_t *tree = NULL, *id = NULL;
  struct ft_column_numbers value;
  FT_TRY(take_integers(&tree, reading, "nodes_treeids", err));
  FT_TRY(take_integers(&id, reading, "nodes_nodeids", err));
  FT_TRY(take_integers(&reading->feature, reading, "nodes_featureids", err));
  FT_TRY(take_integers(&reading->yes, reading, "nodes_truenodeids", err));
  FT_TRY(take_integers(&reading->no, reading, "nodes_falsenodeids", err));
  FT_TRY(ft_onnx_reals(&value, reading->onnx, reading->node, "nodes_values", err));
  if (value.count != reading->nodes) return ft_onnx_damaged(reading->node, "nodes_values", err);
  reading->value = value.value;
  FT_TRY(read_modes(reading, err));
  for (uint32_t i = 0; i < reading->nodes; i++) {
    reading->sorted[i] = (struct file_node){ tree[i], id[i], i };
    if (reading->mode[i] == MODE_LEAF) continue;
    if (reading->feature[i] < 0)
      return ft_onnx_damaged(reading->node, "a feature out of range", err);
    if (reading->feature[i] >= reading->table->table.columns)
      return ft_onnx_too_narrow(reading->onnx, reading->node, "a feature out of range", err);
    if (isnan(reading->value[i])) return ft_onnx_damaged(reading->node, "a threshold of NaN", err);
  }
  qsort(reading->sorted, reading->nodes, sizeof *reading->sorted, compare_nodes);
  for (uint32_t i = 1; i < reading->nodes; i++)
    if (compare_nodes(&reading->sorted[i - 1], &reading->sorted[i]) == 0)
      return ft_onnx_damaged(reading->node, "a node that is there twice", err);
  return FT_OK;
}

static enum ft_status start(struct reading *reading, struct ft_error *err) {
  struct ft_onnx_integers tree = ft_onnx_integers(reading->node, "nodes_treeids");
  struct ft_arena *arena = reading->onnx->arena;
  reading->table = ft_onnx_input(reading->onnx, reading->node, 0);
  if (!reading->table || reading->table->kind != FT_ONNX_COLUMNS)
    return ft_onnx_refuse(reading->node, "its input is not made of the model's columns alone", err);
  if (tree.count == 0) return ft_onnx_damaged(reading->node, "no nodes", err);
  if (tree.count > MAX_TREE_NODES)
    return ft_fail(err, FT_LIMIT, "the ONNX model has %zu nodes of trees, and at most %u are read",
                   tree.count, MAX_TREE_NODES);
  reading->nodes = (uint32_t)tree.count;
  reading->sorted = FT_ARENA_NEW(arena, struct file_node, tree.count);
  reading->mode = FT_ARENA_NEW(arena, uint8_t, tree.count);
  reading->missing_yes = FT_ARENA_NEW(arena, uint8_t, tree.count);
  reading->place = FT_ARENA_NEW(arena, uint32_t, tree.count);
  if (!reading->sorted || !reading->mode || !reading->missing_yes || !reading->place)
    return ft_onnx_no_memory(err);
  memset(reading->place, UINT8_MAX, tree.count * sizeof *reading->place);
  return read_nodes(reading, err);
}

static bool is_field(const struct ft_prepared_column *column) {
  const struct ft_column_step *step = column->last;
  while (step->kind == FT_STEP_TRUNCATE || step->kind == FT_STEP_NARROW)
    step = step->before;
  return step->kind == FT_STEP_FIELD;
}

static enum ft_status text_of(struct ft_span *out, const struct reading *reading, double value,
                              struct ft_error *err) {
  if (value != floor(value))
    return ft_onnx_refuse(reading->node, "an equality with a number that is no integer", err);
  return ft_column_decimal(out, reading->onnx->arena, value, err);
}

static int compare_texts(const void *left, const void *right) {
  return ft_span_compare(*(const struct ft_span *)left, *(const struct ft_span *)right);
}

/* The values of a node that asks for one of several, each once. */
static enum ft_status read_members(struct ft_category_map *out, const struct reading *reading,
                                   uint32_t index, struct ft_error *err) {
  struct ft_onnx_integers first = ft_onnx_integers(reading->node, "members_first");
  struct ft_onnx_integers count = ft_onnx_integers(reading->node, "members_count");
  struct ft_column_numbers value;
  FT_TRY(ft_onnx_reals(&value, reading->onnx, reading->node, "members_values", err));
  if (index >= first.count || index >= count.count || first.value[index] < 0 ||
      count.value[index] < 0 || (uint64_t)first.value[index] > value.count ||
      (uint64_t)count.value[index] > value.count - (uint64_t)first.value[index])
    return ft_onnx_damaged(reading->node, "membership_values", err);
  const size_t members = (size_t)count.value[index];
  struct ft_span *text = FT_ARENA_NEW(reading->onnx->arena, struct ft_span, members);
  double *number = FT_ARENA_NEW(reading->onnx->arena, double, members);
  if (!text || !number) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < members; i++) {
    FT_TRY(text_of(&text[i], reading, value.value[(size_t)first.value[index] + i], err));
    number[i] = 1;
  }
  uint32_t kept = 0;
  if (members) qsort(text, members, sizeof *text, compare_texts);
  for (size_t i = 0; i < members; i++)
    if (!kept || !ft_span_equal(text[kept - 1], text[i])) text[kept++] = text[i];
  *out = (struct ft_category_map){ kept, text, number };
  return FT_OK;
}

static enum ft_status add_member(struct reading *reading, uint32_t index,
                                 const struct ft_prepared_column *column, struct ft_error *err) {
  struct ft_category_map *map = FT_ARENA_NEW(reading->onnx->arena, struct ft_category_map, 1);
  if (!map) return ft_onnx_no_memory(err);
  FT_TRY(read_members(map, reading, index, err));
  return ft_column_map(&reading->equals[index], &reading->onnx->columns, &reading->node->source,
                       column, map, 0, err);
}

static enum ft_status add_equality(struct reading *reading, uint32_t index,
                                   const struct ft_prepared_column *column, struct ft_error *err) {
  struct ft_span text;
  FT_TRY(text_of(&text, reading, reading->value[index], err));
  return ft_column_equals(&reading->equals[index], &reading->onnx->columns, &reading->node->source,
                          column, text, err);
}

/* A converter writes categories as equalities: those make the field one of categories. */
static enum ft_status find_equalities(struct reading *reading, struct ft_error *err) {
  for (uint32_t i = 0; i < reading->nodes; i++) {
    const bool member = reading->mode[i] == MODE_MEMBER;
    if (reading->mode[i] != FT_BRANCH_EQ && reading->mode[i] != FT_BRANCH_NEQ && !member) continue;
    const struct ft_prepared_column *column = &reading->table->table.column[reading->feature[i]];
    if (!is_field(column) && member)
      return ft_onnx_refuse(reading->node, "BRANCH_MEMBER of a number that is computed", err);
    if (!is_field(column)) continue; /* of categories already, or refused later */
    if (!reading->equals)
      reading->equals =
          FT_ARENA_NEW(reading->onnx->arena, struct ft_prepared_column, reading->nodes);
    if (!reading->equals) return ft_onnx_no_memory(err);
    FT_TRY(member ? add_member(reading, i, column, err) : add_equality(reading, i, column, err));
  }
  return FT_OK;
}

/* --- splits --- */

/* The node without its children; `swapped`: what passes goes right. */
static enum ft_status make_split(struct ft_node *out, bool *swapped, struct reading *reading,
                                 uint32_t index, struct ft_error *err) {
  const struct ft_prepared_column *column = &reading->table->table.column[reading->feature[index]];
  struct ft_branch_test test = { .branch = (enum ft_branch)reading->mode[index],
                                 .value = reading->value[index],
                                 .missing_passes = reading->missing_yes[index] };
  bool equality = reading->equals && reading->equals[index].last;
  if (equality) {
    column = &reading->equals[index];
    test.branch = reading->mode[index] == FT_BRANCH_NEQ ? FT_BRANCH_LEQ : FT_BRANCH_GT;
    test.value = 0.5;
  }
  FT_TRY(ft_column_split(out, swapped, &reading->splits, column, &test, err));
  /* a missing value equals nothing, whatever the test of the category says */
  if (equality)
    out->missing_left = reading->missing_yes[index] || reading->mode[index] == FT_BRANCH_NEQ;
  return FT_OK;
}

/* --- trees --- */

/* Nodes yet to be made; `slot`: where the parent keeps the child's place. */
struct waiting {
  uint32_t sorted;
  uint32_t *slot;
};

static enum ft_status push(struct waiting *stack, uint32_t *depth, const struct reading *reading,
                           const struct file_node *parent, int64_t id, uint32_t *slot,
                           struct ft_error *err) {
  uint32_t child = find_node(reading, parent->tree, id);
  if (child == FT_ONNX_NONE)
    return ft_onnx_damaged(reading->node, "a child that is not there", err);
  stack[(*depth)++] = (struct waiting){ child, slot };
  return FT_OK;
}

/* The tree under sorted node `root`, parents before children. */
static enum ft_status make_tree(struct reading *reading, struct ft_tree *tree, uint32_t root,
                                struct waiting *stack, struct ft_error *err) {
  struct ft_onnx_ensemble *out = reading->out;
  uint32_t depth = 0;
  *tree = (struct ft_tree){ .first = out->nodes };
  stack[depth++] = (struct waiting){ root, NULL };
  while (depth > 0) {
    struct waiting next = stack[--depth];
    const struct file_node *file = &reading->sorted[next.sorted];
    struct ft_node *node = &out->node[out->nodes];
    if (reading->place[next.sorted] != FT_ONNX_NONE)
      return ft_onnx_damaged(reading->node, "a node with two parents, or a circle", err);
    reading->place[next.sorted] = out->nodes;
    if (next.slot) *next.slot = out->nodes - tree->first;
    out->nodes++;
    if (reading->mode[file->index] == MODE_LEAF) {
      *node = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
      continue;
    }
    bool swapped;
    FT_TRY(make_split(node, &swapped, reading, file->index, err));
    FT_TRY(push(stack, &depth, reading, file, reading->no[file->index],
                swapped ? &node->left : &node->right, err));
    FT_TRY(push(stack, &depth, reading, file, reading->yes[file->index],
                swapped ? &node->right : &node->left, err));
  }
  tree->nodes = out->nodes - tree->first;
  return FT_OK;
}

/* A tree's root is the node that is nobody's child. */
static enum ft_status mark_children(uint8_t *child, const struct reading *reading,
                                    struct ft_error *err) {
  for (uint32_t i = 0; i < reading->nodes; i++) {
    const struct file_node *file = &reading->sorted[i];
    if (reading->mode[file->index] == MODE_LEAF) continue;
    uint32_t yes = find_node(reading, file->tree, reading->yes[file->index]);
    uint32_t no = find_node(reading, file->tree, reading->no[file->index]);
    if (yes == FT_ONNX_NONE || no == FT_ONNX_NONE)
      return ft_onnx_damaged(reading->node, "a child that is not there", err);
    child[yes] = child[no] = 1;
  }
  return FT_OK;
}

static enum ft_status make_trees(struct reading *reading, struct ft_error *err) {
  struct ft_arena *arena = reading->onnx->arena;
  struct ft_onnx_ensemble *out = reading->out;
  uint8_t *child = FT_ARENA_NEW(arena, uint8_t, reading->nodes);
  struct waiting *stack = FT_ARENA_NEW(arena, struct waiting, (size_t)reading->nodes + 2);
  out->node = FT_ARENA_NEW(arena, struct ft_node, reading->nodes);
  out->tree = FT_ARENA_NEW(arena, struct ft_tree, reading->nodes);
  if (!child || !stack || !out->node || !out->tree) return ft_onnx_no_memory(err);
  FT_TRY(mark_children(child, reading, err));
  for (uint32_t i = 0; i < reading->nodes; i++) {
    bool first = i == 0 || reading->sorted[i].tree != reading->sorted[i - 1].tree;
    if (first) out->trees++;
    if (!child[i]) {
      struct ft_tree *tree = &out->tree[out->trees - 1];
      if (tree->nodes) return ft_onnx_damaged(reading->node, "a tree with two roots", err);
      FT_TRY(make_tree(reading, tree, i, stack, err));
    }
  }
  for (uint32_t t = 0; t < out->trees; t++)
    if (!out->tree[t].nodes) return ft_onnx_damaged(reading->node, "a tree without a root", err);
  return FT_OK;
}

/* --- leaves --- */

static int compare_weights(const void *left, const void *right) {
  const struct ft_onnx_weight *a = left, *b = right;
  if (a->node != b->node) return a->node < b->node ? -1 : 1;
  return (a->target > b->target) - (a->target < b->target);
}

static enum ft_status add_weight(struct ft_onnx_weight *out, const struct reading *reading,
                                 int64_t tree, int64_t id, int64_t target, double value,
                                 struct ft_error *err) {
  uint32_t found = find_node(reading, tree, id);
  if (found == FT_ONNX_NONE || reading->place[found] == FT_ONNX_NONE ||
      reading->mode[reading->sorted[found].index] != MODE_LEAF)
    return ft_onnx_damaged(reading->node, "a weight of no leaf", err);
  if (target < 0 || target >= FT_MODEL_MAX_LABELS || !isfinite(value))
    return ft_onnx_damaged(reading->node, "a weight out of range", err);
  *out = (struct ft_onnx_weight){ reading->place[found], (uint32_t)target, value };
  return FT_OK;
}

static struct ft_onnx_integers find_list(const struct reading *reading, const char *prefix,
                                         const char *name) {
  char whole[40];
  snprintf(whole, sizeof whole, "%s_%s", prefix, name);
  return ft_onnx_integers(reading->node, whole);
}

static enum ft_status read_weights(struct reading *reading, const char *prefix,
                                   struct ft_error *err) {
  struct ft_onnx_integers tree = find_list(reading, prefix, "treeids");
  struct ft_onnx_integers id = find_list(reading, prefix, "nodeids");
  struct ft_onnx_integers target = find_list(reading, prefix, "ids");
  struct ft_column_numbers value;
  char name[40];
  snprintf(name, sizeof name, "%s_weights", prefix);
  FT_TRY(ft_onnx_reals(&value, reading->onnx, reading->node, name, err));
  if (value.count == 0 || value.count > MAX_TREE_NODES || tree.count != value.count ||
      id.count != value.count || target.count != value.count)
    return ft_onnx_damaged(reading->node, name, err);
  struct ft_onnx_ensemble *out = reading->out;
  out->weights = (uint32_t)value.count;
  out->weight = FT_ARENA_NEW(reading->onnx->arena, struct ft_onnx_weight, value.count);
  if (!out->weight) return ft_onnx_no_memory(err);
  for (uint32_t i = 0; i < out->weights; i++)
    FT_TRY(add_weight(&out->weight[i], reading, tree.value[i], id.value[i], target.value[i],
                      value.value[i], err));
  qsort(out->weight, out->weights, sizeof *out->weight, compare_weights);
  return FT_OK;
}

enum ft_status ft_onnx_ensemble_read(struct ft_onnx_ensemble *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node, const char *prefix,
                                     struct ft_error *err) {
  *out = (struct ft_onnx_ensemble){ 0 };
  struct reading reading = { .onnx = onnx, .node = node, .out = out };
  reading.splits = (struct ft_column_splits){ .columns = &onnx->columns, .source = &node->source };
  FT_TRY(start(&reading, err));
  FT_TRY(find_equalities(&reading, err));
  FT_TRY(ft_columns_sign(&onnx->columns, err));
  FT_TRY(make_trees(&reading, err));
  out->words = reading.splits.words;
  out->word = reading.splits.word;
  return read_weights(&reading, prefix, err);
}
