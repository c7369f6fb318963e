/* XGBoost's trees: parallel arrays, a tree an object. */
#include <math.h>
#include <string.h>

#include "core/import/xgboost/xgboost.h"

#define SET_BITS 32

/* A tree's arrays in the file, in the order of node_array's names. Versions before 1.3 know no
 * categories. */
enum node_array { LEFT, RIGHT, FEATURE, CONDITION, MISSING_LEFT, NODE_ARRAYS };
static const char *const node_array_name[NODE_ARRAYS] = { "left_children", "right_children",
                                                          "split_indices", "split_conditions",
                                                          "default_left" };
enum set_array { SET_VALUE, SET_NODE, SET_FIRST, SET_SIZE, SET_ARRAYS };
static const char *const set_array_name[SET_ARRAYS] = { "categories", "categories_nodes",
                                                        "categories_segments", "categories_sizes" };

struct tree_file {
  const struct ft_element *array[NODE_ARRAYS];
  const struct ft_element *kind; /* split_type; NULL: all are thresholds */
  const struct ft_element *set[SET_ARRAYS];
  size_t nodes;
  double weight; /* of dart: a dropped tree's; else 1 */
};

struct reading {
  struct ft_arena *arena;
  const struct ft_element *trees;
  const struct ft_element *groups; /* output of each tree */
  const struct ft_element *weight; /* dart; else NULL */
  size_t count;                    /* trees of the rounds wanted */
  uint32_t outputs;
  struct ft_grown_trees *out;
  uint32_t room; /* words */
  size_t *queue; /* the file's numbers of a tree's nodes, in the order of ours */
  size_t *entry; /* which entry of categories_nodes a node of the file is; SIZE_MAX: none */
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the XGBoost model cannot be read: %s", what);
}

/* multi_strategy = "multi_output_tree": a leaf has a value for each output, in arrays of their own. */
static enum ft_status refuse_vectors(const struct ft_element *tree, struct ft_error *err) {
  double size = ft_element_real(ft_element_find(tree, "tree_param.size_leaf_vector"), 0);
  if (!(size > 1)) return FT_OK;
  ft_fail(err, FT_UNSUPPORTED,
          "the XGBoost model has trees of several outputs (multi_output_tree), which are not "
          "supported");
  return ft_fail_hint(err, "Train it with multi_strategy=\"one_output_per_tree\", the default.");
}

static enum ft_status open_tree(struct tree_file *out, const struct reading *reading, size_t index,
                                struct ft_error *err) {
  const struct ft_element *tree = ft_element_item(reading->trees, index);
  FT_TRY(refuse_vectors(tree, err));
  for (int i = 0; i < NODE_ARRAYS; i++) {
    out->array[i] = ft_element_get(tree, node_array_name[i]);
    if (!ft_element_is_list(out->array[i])) return fail_file(err, node_array_name[i]);
  }
  for (int i = 0; i < SET_ARRAYS; i++)
    out->set[i] = ft_element_get(tree, set_array_name[i]);
  out->kind = ft_element_get(tree, "split_type");
  out->nodes = ft_element_count(out->array[LEFT]);
  for (int i = 0; i < NODE_ARRAYS; i++)
    if (ft_element_count(out->array[i]) != out->nodes || out->nodes == 0)
      return fail_file(err, "arrays of different sizes");
  if (out->kind && ft_element_count(out->kind) != out->nodes)
    return fail_file(err, "arrays of different sizes");
  out->weight = reading->weight ? ft_element_number(reading->weight, index) : 1.0;
  return isfinite(out->weight) ? FT_OK : fail_file(err, "a tree's weight");
}

static void index_sets(struct reading *reading, const struct tree_file *file) {
  for (size_t i = 0; i < file->nodes; i++)
    reading->entry[i] = SIZE_MAX;
  for (size_t i = 0; i < ft_element_count(file->set[SET_NODE]); i++) {
    size_t node = ft_element_index(file->set[SET_NODE], i);
    if (node < file->nodes) reading->entry[node] = i;
  }
}

static enum ft_status take_words(struct reading *reading, uint32_t words, struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  if (words > UINT32_MAX / 4 - out->words) return fail_file(err, "it is too large");
  if (words <= reading->room - out->words) return FT_OK;
  uint32_t room = (reading->room + words) * 2 + 1024;
  uint32_t *word = FT_ARENA_NEW(reading->arena, uint32_t, room);
  if (!word) return ft_arena_fail(err, "the model's trees");
  if (out->words) memcpy(word, out->word, out->words * sizeof *word);
  out->word = word;
  reading->room = room;
  return FT_OK;
}

/* The set of categories that go right at the file's node `from`. */
static enum ft_status read_set(struct reading *reading, struct ft_node *node,
                               const struct tree_file *file, size_t from, struct ft_error *err) {
  size_t entry = reading->entry[from], highest = 0;
  if (entry == SIZE_MAX) return fail_file(err, "a split without its categories");
  size_t first = ft_element_index(file->set[SET_FIRST], entry);
  size_t size = ft_element_index(file->set[SET_SIZE], entry);
  size_t values = ft_element_count(file->set[SET_VALUE]);
  if (first > values || size > values - first) return fail_file(err, "categories out of bounds");
  for (size_t i = first; i < first + size; i++) {
    size_t code = ft_element_index(file->set[SET_VALUE], i);
    if (code > FT_MODEL_MAX_CATEGORIES) return fail_file(err, "a category out of range");
    if (code > highest) highest = code;
  }
  node->set = reading->out->words;
  node->set_words = (uint32_t)(highest / SET_BITS + 1);
  FT_TRY(take_words(reading, node->set_words, err));
  reading->out->words += node->set_words;
  for (size_t i = first; i < first + size; i++) {
    size_t code = ft_element_index(file->set[SET_VALUE], i);
    reading->out->word[node->set + code / SET_BITS] |= UINT32_C(1) << (code % SET_BITS);
  }
  return FT_OK;
}

static enum ft_status read_node(struct reading *reading, const struct tree_file *file, size_t from,
                                uint32_t at, struct ft_error *err) {
  struct ft_node *node = &reading->out->node[at];
  *node = (struct ft_node){ .set = FT_NODE_NO_SET };
  bool is_leaf = ft_element_number(file->array[LEFT], from) < 0;
  bool is_set = !is_leaf && file->kind && ft_element_number(file->kind, from) != 0;
  double condition = ft_element_number(file->array[CONDITION], from);
  if (!is_set && !isfinite(condition)) return fail_file(err, "a number that is not finite");
  if (is_leaf) {
    node->feature = FT_NODE_LEAF;
    reading->out->leaf[at] = (double)(float)condition * file->weight;
    return FT_OK;
  }
  size_t feature = ft_element_index(file->array[FEATURE], from);
  if (feature >= FT_MODEL_MAX_FEATURES) return fail_file(err, "a feature out of range");
  node->feature = (uint32_t)feature;
  node->missing_left = ft_element_number(file->array[MISSING_LEFT], from) != 0;
  if (is_set)
    return read_set(reading, node, file, from, err); /* 1.6 to 2.1: the condition is NaN */
  node->threshold = (float)condition;
  return FT_OK;
}

/* Walk the tree breadth first. */
static enum ft_status read_tree(struct reading *reading, size_t index, struct ft_error *err) {
  struct tree_file file = { .nodes = 0 };
  struct ft_grown_trees *out = reading->out;
  FT_TRY(open_tree(&file, reading, index, err));
  index_sets(reading, &file);
  uint32_t first = out->nodes;
  size_t found = 1, *queue = reading->queue;
  queue[0] = 0;
  for (size_t i = 0; i < found; i++) {
    size_t from = queue[i];
    FT_TRY(read_node(reading, &file, from, first + (uint32_t)i, err));
    struct ft_node *node = &out->node[first + i];
    if (node->feature == FT_NODE_LEAF) continue;
    size_t left = ft_element_index(file.array[LEFT], from);
    size_t right = ft_element_index(file.array[RIGHT], from);
    if (left >= file.nodes || right >= file.nodes || found + 2 > file.nodes)
      return fail_file(err, "a child out of bounds");
    node->left = (uint32_t)found;
    node->right = (uint32_t)found + 1;
    queue[found++] = left;
    queue[found++] = right;
  }
  size_t output = ft_element_index(reading->groups, index);
  if (output >= reading->outputs) return fail_file(err, "an output out of range");
  out->tree[index] =
      (struct ft_tree){ .first = first, .nodes = (uint32_t)found, .output = (uint32_t)output };
  out->nodes += (uint32_t)found;
  return FT_OK;
}

/* Room for everything: no tree has more nodes than the file says. */
static enum ft_status make_room(struct reading *reading, struct ft_error *err) {
  size_t nodes = 0, widest = 0;
  for (size_t i = 0; i < reading->count; i++) {
    const struct ft_element *tree = ft_element_item(reading->trees, i);
    size_t here = ft_element_count(ft_element_get(tree, node_array_name[LEFT]));
    nodes += here;
    if (here > widest) widest = here;
  }
  if (nodes > UINT32_MAX / 2) return fail_file(err, "it is too large");
  struct ft_grown_trees *out = reading->out;
  out->trees = (uint32_t)reading->count;
  out->tree = FT_ARENA_NEW(reading->arena, struct ft_tree, reading->count);
  out->node = FT_ARENA_NEW(reading->arena, struct ft_node, nodes);
  out->leaf = FT_ARENA_NEW(reading->arena, double, nodes);
  reading->queue = FT_ARENA_NEW(reading->arena, size_t, widest + 2);
  reading->entry = FT_ARENA_NEW(reading->arena, size_t, widest + 1);
  if (!out->tree || !out->node || !out->leaf || !reading->queue || !reading->entry)
    return ft_arena_fail(err, "the model's trees");
  return take_words(reading, 1, err);
}

/* Trees a round, which files before 2.0 leave to be reckoned. Binary ones before 1.6 do not even say
 * how many trees an output has, unless its package noted what early stopping took. */
static double trees_a_round(const struct ft_element *learner, const struct ft_element *model) {
  double classes = ft_element_real(ft_element_find(learner, "learner_model_param.num_class"), 1);
  double best = ft_element_real(ft_element_find(learner, "attributes.best_iteration"), 0);
  double limit = ft_element_real(ft_element_find(learner, "attributes.best_ntree_limit"), 1);
  double noted = floor(limit / (best + 1));
  double parallel =
      ft_element_real(ft_element_find(model, "gbtree_model_param.num_parallel_tree"), noted);
  return (classes > 1 ? classes : 1) * (parallel > 1 ? parallel : 1);
}

static const struct ft_element *model_of(const struct ft_element *learner) {
  const struct ft_element *booster = ft_element_get(learner, "gradient_booster");
  if (ft_element_get(booster, "gbtree")) booster = ft_element_get(booster, "gbtree");
  return ft_element_get(booster, "model");
}

double ft_xgboost_rounds(const struct ft_element *document) {
  const struct ft_element *learner = ft_element_get(document, "learner");
  const struct ft_element *model = model_of(learner);
  size_t ends = ft_element_count(ft_element_get(model, "iteration_indptr"));
  if (ends > 0) return (double)(ends - 1);
  return (double)ft_element_count(ft_element_get(model, "trees")) / trees_a_round(learner, model);
}

/* Trees up to the end of the round. */
static size_t trees_of(const struct ft_element *model, uint32_t rounds, size_t trees,
                       const struct ft_element *learner) {
  const struct ft_element *round = ft_element_get(model, "iteration_indptr");
  size_t last = ft_element_count(round);
  if (last > 0) return ft_element_index(round, rounds < last - 1 ? rounds : last - 1);
  double wanted = rounds * trees_a_round(learner, model);
  return wanted < (double)trees ? (size_t)wanted : trees;
}

static enum ft_status find_trees(struct reading *reading, const struct ft_element *learner,
                                 uint32_t rounds, struct ft_error *err) {
  const struct ft_element *model = model_of(learner);
  reading->weight = ft_element_find(learner, "gradient_booster.weight_drop");
  reading->trees = ft_element_get(model, "trees");
  reading->groups = ft_element_get(model, "tree_info");
  if (!ft_element_is_list(reading->trees)) return fail_file(err, "it has no trees");
  size_t trees = ft_element_count(reading->trees);
  reading->count = trees_of(model, rounds, trees, learner);
  if (reading->count > trees || ft_element_count(reading->groups) != trees)
    return fail_file(err, "rounds out of bounds");
  return FT_OK;
}

enum ft_status ft_xgboost_trees_read(struct ft_grown_trees *out, struct ft_arena *arena,
                                     const struct ft_element *document, uint32_t rounds,
                                     uint32_t outputs, struct ft_error *err) {
  struct ft_grown_trees trees = { .trees = 0 };
  struct reading reading = { .arena = arena, .outputs = outputs, .out = &trees };
  FT_TRY(find_trees(&reading, ft_element_get(document, "learner"), rounds, err));
  FT_TRY(make_room(&reading, err));
  for (size_t i = 0; i < reading.count; i++)
    FT_TRY(read_tree(&reading, i, err));
  *out = trees;
  return FT_OK;
}

/* base_score is "5E-1" up to 3.0 and "[5E-1]" since; of a binary file it is a number. */
enum ft_status ft_xgboost_base_read(double *out, uint32_t outputs, struct ft_arena *arena,
                                    const struct ft_element *document, struct ft_error *err) {
  const struct ft_element *score =
      ft_element_find(document, "learner.learner_model_param.base_score");
  struct ft_element value = score ? *score : (struct ft_element){ .kind = FT_ELEMENT_NULL };
  enum ft_status status = FT_OK;
  if (value.kind != FT_ELEMENT_NUMBER)
    status = ft_json_read(&value, arena, ft_element_text(score), err);
  if (status != FT_OK && status != FT_NOMEM) return fail_file(err, "base_score");
  FT_TRY(status);
  size_t count = ft_element_count(&value);
  bool single = value.kind == FT_ELEMENT_NUMBER;
  if (!single && count != 1 && count != outputs) return fail_file(err, "base_score");
  for (uint32_t i = 0; i < outputs; i++) {
    out[i] = single ? value.number : ft_element_number(&value, count == 1 ? 0 : i);
    if (!isfinite(out[i])) return fail_file(err, "base_score");
  }
  return FT_OK;
}
