#include "core/train/trees.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_BITS 23
#define SET_BITS  32

/* A tree's arrays in the file, in the order of node_array's names. */
enum node_array { LEFT, RIGHT, FEATURE, CONDITION, MISSING_LEFT, SPLIT_KIND, NODE_ARRAYS };
static const char *const node_array_name[NODE_ARRAYS] = { "left_children", "right_children",
                                                          "split_indices", "split_conditions",
                                                          "default_left",  "split_type" };
enum set_array { SET_VALUE, SET_NODE, SET_FIRST, SET_SIZE, SET_ARRAYS };
static const char *const set_array_name[SET_ARRAYS] = { "categories", "categories_nodes",
                                                        "categories_segments", "categories_sizes" };

struct tree_file {
  json_t *array[NODE_ARRAYS];
  json_t *set[SET_ARRAYS];
  size_t nodes;
  double weight; /* of dart: a dropped tree's; else 1 */
};

struct reading {
  struct ft_arena *arena;
  json_t *trees;  /* borrowed from the file */
  json_t *groups; /* output of each tree */
  json_t *weight; /* dart; else NULL */
  size_t count;   /* trees of the rounds wanted */
  double scale;
  struct ft_tree *tree;
  struct ft_node *node;
  uint32_t nodes;
  uint32_t *word;
  uint32_t words;
  double *leaf; /* value of a node that is a leaf */
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_TRAINER, "the learner's model cannot be read: %s", what);
}

static double number_at(json_t *array, size_t index) {
  json_t *item = json_array_get(array, index);
  return json_is_boolean(item) ? json_is_true(item) : json_number_value(item);
}

static size_t index_at(json_t *array, size_t index) {
  double value = number_at(array, index);
  return value >= 0 && value < 2147483648.0 ? (size_t)value : SIZE_MAX;
}

static enum ft_status open_tree(struct tree_file *out, const struct reading *reading, size_t index,
                                struct ft_error *err) {
  json_t *tree = json_array_get(reading->trees, index);
  for (int i = 0; i < NODE_ARRAYS; i++) {
    out->array[i] = json_object_get(tree, node_array_name[i]);
    if (!json_is_array(out->array[i])) return fail_file(err, node_array_name[i]);
  }
  for (int i = 0; i < SET_ARRAYS; i++) {
    out->set[i] = json_object_get(tree, set_array_name[i]);
    if (!json_is_array(out->set[i])) return fail_file(err, set_array_name[i]);
  }
  out->nodes = json_array_size(out->array[LEFT]);
  for (int i = 0; i < NODE_ARRAYS; i++)
    if (json_array_size(out->array[i]) != out->nodes || out->nodes == 0)
      return fail_file(err, "arrays of different sizes");
  out->weight = reading->weight ? number_at(reading->weight, index) : 1.0;
  return FT_OK;
}

/* The set of categories that go right at the file's node `from`. */
static enum ft_status read_set(struct reading *reading, struct ft_node *node,
                               const struct tree_file *file, size_t from, struct ft_error *err) {
  size_t entry = 0, entries = json_array_size(file->set[SET_NODE]);
  while (entry < entries && index_at(file->set[SET_NODE], entry) != from)
    entry++;
  if (entry == entries) return fail_file(err, "a split without its categories");
  size_t first = index_at(file->set[SET_FIRST], entry);
  size_t size = index_at(file->set[SET_SIZE], entry);
  size_t values = json_array_size(file->set[SET_VALUE]);
  if (first > values || size > values - first) return fail_file(err, "categories out of bounds");
  size_t highest = 0;
  for (size_t i = first; i < first + size; i++) {
    size_t code = index_at(file->set[SET_VALUE], i);
    if (code > FT_MODEL_MAX_CATEGORIES) return fail_file(err, "a category out of range");
    if (code > highest) highest = code;
  }
  node->set = reading->words;
  node->set_words = (uint32_t)(highest / SET_BITS + 1);
  reading->words += node->set_words;
  for (size_t i = first; i < first + size; i++) {
    size_t code = index_at(file->set[SET_VALUE], i);
    reading->word[node->set + code / SET_BITS] |= UINT32_C(1) << (code % SET_BITS);
  }
  return FT_OK;
}

static enum ft_status read_node(struct reading *reading, const struct tree_file *file, size_t from,
                                uint32_t at, struct ft_error *err) {
  struct ft_node *node = &reading->node[at];
  *node = (struct ft_node){ .set = FT_NODE_NO_SET };
  double condition = number_at(file->array[CONDITION], from);
  if (!isfinite(condition)) return fail_file(err, "a number that is not finite");
  if (number_at(file->array[LEFT], from) < 0) {
    node->feature = FT_NODE_LEAF;
    reading->leaf[at] = condition * file->weight * reading->scale;
    return FT_OK;
  }
  size_t feature = index_at(file->array[FEATURE], from);
  if (feature >= FT_MODEL_MAX_FEATURES) return fail_file(err, "a feature out of range");
  node->feature = (uint32_t)feature;
  node->threshold = (float)condition;
  node->missing_left = number_at(file->array[MISSING_LEFT], from) != 0;
  if (number_at(file->array[SPLIT_KIND], from) != 0) {
    node->threshold = 0;
    return read_set(reading, node, file, from, err);
  }
  return FT_OK;
}

/* Walk the tree breadth first; `queue` holds the file's numbers of our nodes. */
static enum ft_status read_tree(struct reading *reading, size_t index, size_t *queue,
                                struct ft_error *err) {
  struct tree_file file = { .nodes = 0 };
  FT_TRY(open_tree(&file, reading, index, err));
  uint32_t first = reading->nodes;
  size_t found = 1;
  queue[0] = 0;
  for (size_t i = 0; i < found; i++) {
    size_t from = queue[i];
    FT_TRY(read_node(reading, &file, from, first + (uint32_t)i, err));
    struct ft_node *node = &reading->node[first + i];
    if (node->feature == FT_NODE_LEAF) continue;
    size_t left = index_at(file.array[LEFT], from), right = index_at(file.array[RIGHT], from);
    if (left >= file.nodes || right >= file.nodes || found + 2 > file.nodes)
      return fail_file(err, "a child out of bounds");
    node->left = (uint32_t)found;
    node->right = (uint32_t)found + 1;
    queue[found++] = left;
    queue[found++] = right;
  }
  size_t output = index_at(reading->groups, index);
  if (output == SIZE_MAX) return fail_file(err, "an output out of range");
  reading->tree[index] =
      (struct ft_tree){ .first = first, .nodes = (uint32_t)found, .output = (uint32_t)output };
  reading->nodes += (uint32_t)found;
  return FT_OK;
}

/* Room for everything: no tree has more nodes, no set more words, than the file says. */
static enum ft_status make_room(struct reading *reading, size_t **queue, struct ft_error *err) {
  size_t nodes = 0, words = 0, widest = 0;
  for (size_t i = 0; i < reading->count; i++) {
    json_t *tree = json_array_get(reading->trees, i);
    size_t here = json_array_size(json_object_get(tree, node_array_name[LEFT]));
    size_t sets = json_array_size(json_object_get(tree, set_array_name[SET_NODE]));
    nodes += here;
    if (here > widest) widest = here;
    words += sets * (FT_MODEL_MAX_CATEGORIES / SET_BITS + 1);
  }
  if (nodes > UINT32_MAX / 2 || words > UINT32_MAX / 2) return fail_file(err, "it is too large");
  reading->tree = FT_ARENA_NEW(reading->arena, struct ft_tree, reading->count);
  reading->node = FT_ARENA_NEW(reading->arena, struct ft_node, nodes);
  reading->word = calloc(words + 1, sizeof *reading->word);
  reading->leaf = calloc(nodes + 1, sizeof *reading->leaf);
  *queue = calloc(widest + 2, sizeof **queue);
  if (!reading->tree || !reading->node || !reading->word || !reading->leaf || !*queue)
    return ft_fail(err, FT_NOMEM, "out of memory for the model's trees");
  return FT_OK;
}

int32_t ft_trees_exponent(double largest) {
  if (largest == 0) return LEAF_BITS;
  int exponent;
  frexp(largest, &exponent); /* largest < 2^exponent */
  int unit = LEAF_BITS - exponent;
  /* rounding may reach 2^23 itself */
  if (rint(ldexp(largest, unit)) >= ldexp(1, LEAF_BITS)) unit--;
  return unit > 1000 ? 1000 : unit < -1000 ? -1000 : unit;
}

static double largest_leaf(const struct reading *reading) {
  double largest = 0;
  for (uint32_t i = 0; i < reading->nodes; i++)
    if (fabs(reading->leaf[i]) > largest) largest = fabs(reading->leaf[i]);
  return largest;
}

static enum ft_status finish(struct ft_forest *out, struct reading *reading, json_t *base,
                             uint32_t outputs, struct ft_error *err) {
  uint32_t *word = FT_ARENA_NEW(reading->arena, uint32_t, reading->words + 1);
  double *start = FT_ARENA_NEW(reading->arena, double, outputs);
  if (!word || !start) return ft_arena_fail(err, "the model's trees");
  memcpy(word, reading->word, reading->words * sizeof *word);
  int32_t exponent = ft_trees_exponent(largest_leaf(reading));
  for (uint32_t i = 0; i < reading->nodes; i++)
    if (reading->node[i].feature == FT_NODE_LEAF)
      reading->node[i].leaf = (int32_t)rint(ldexp(reading->leaf[i], exponent));
  for (uint32_t i = 0; i < outputs; i++)
    start[i] = number_at(base, json_array_size(base) == 1 ? 0 : i);
  *out = (struct ft_forest){ .trees = (uint32_t)reading->count,
                             .tree = reading->tree,
                             .nodes = reading->nodes,
                             .node = reading->node,
                             .set_words = reading->words,
                             .set_word = word,
                             .exponent = exponent,
                             .base = start };
  return FT_OK;
}

/* base_score is "5E-1" up to 3.0 and "[5E-1]" since. */
static json_t *parse_base(json_t *learner) {
  const char *text = json_string_value(
      json_object_get(json_object_get(learner, "learner_model_param"), "base_score"));
  json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
  if (!json_is_number(value)) return value;
  return json_pack("[o]", value);
}

static enum ft_status find_trees(struct reading *reading, json_t *learner, uint32_t rounds,
                                 struct ft_error *err) {
  json_t *booster = json_object_get(learner, "gradient_booster");
  reading->weight = json_object_get(booster, "weight_drop");
  if (json_object_get(booster, "gbtree")) booster = json_object_get(booster, "gbtree");
  json_t *model = json_object_get(booster, "model");
  reading->trees = json_object_get(model, "trees");
  reading->groups = json_object_get(model, "tree_info");
  json_t *round = json_object_get(model, "iteration_indptr");
  size_t last = json_array_size(round);
  if (last == 0 || !json_is_array(reading->trees)) return fail_file(err, "it has no trees");
  reading->count = index_at(round, rounds < last - 1 ? rounds : last - 1);
  if (reading->count > json_array_size(reading->trees) ||
      json_array_size(reading->groups) != json_array_size(reading->trees))
    return fail_file(err, "rounds out of bounds");
  return FT_OK;
}

static enum ft_status read_learner(struct ft_forest *out, struct reading *reading, json_t *learner,
                                   uint32_t rounds, uint32_t outputs, struct ft_error *err) {
  size_t *queue = NULL;
  json_t *base = parse_base(learner);
  enum ft_status status = base ? FT_OK : fail_file(err, "base_score");
  if (status == FT_OK) status = find_trees(reading, learner, rounds, err);
  if (status == FT_OK) status = make_room(reading, &queue, err);
  for (size_t i = 0; i < reading->count && status == FT_OK; i++)
    status = read_tree(reading, i, queue, err);
  if (status == FT_OK) status = finish(out, reading, base, outputs, err);
  free(queue);
  free(reading->word);
  free(reading->leaf);
  json_decref(base);
  return status;
}

/* jansson names no reason where an allocation failed. */
static enum ft_status fail_unread(struct ft_error *err, const json_error_t *fault) {
  enum json_error_code code = json_error_code(fault);
  if (code == json_error_unknown || code == json_error_out_of_memory)
    return ft_fail(err, FT_NOMEM, "out of memory for the learner's trees");
  return fail_file(err, "it is not JSON");
}

enum ft_status ft_trees_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span json,
                             uint32_t rounds, uint32_t outputs, double scale,
                             struct ft_error *err) {
  json_error_t fault;
  json_t *file = json_loadb(json.data, json.size, 0, &fault);
  if (!file) return fail_unread(err, &fault);
  struct reading reading = { .arena = arena, .scale = scale };
  enum ft_status status =
      read_learner(out, &reading, json_object_get(file, "learner"), rounds, outputs, err);
  json_decref(file);
  return status;
}
