#include "core/train/trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/ubjson.h"

#define LEAF_BITS  23
#define SET_BITS   32
#define BASE_BYTES 32768 /* of the text of base_score, for a thousand labels */

/* A tree's arrays in the file, in the order of node_array's names. */
enum node_array { LEFT, RIGHT, FEATURE, CONDITION, MISSING_LEFT, SPLIT_KIND, NODE_ARRAYS };
static const char *const node_array_name[NODE_ARRAYS] = { "left_children", "right_children",
                                                          "split_indices", "split_conditions",
                                                          "default_left",  "split_type" };
enum set_array { SET_VALUE, SET_NODE, SET_FIRST, SET_SIZE, SET_ARRAYS };
static const char *const set_array_name[SET_ARRAYS] = { "categories", "categories_nodes",
                                                        "categories_segments", "categories_sizes" };

struct tree_file {
  struct ft_ubjson_array array[NODE_ARRAYS];
  struct ft_ubjson_array set[SET_ARRAYS];
  size_t nodes;
  double weight; /* of dart: a dropped tree's; else 1 */
};

struct reading {
  struct ft_arena *arena;
  struct ft_ubjson trees; /* the first of them */
  double *output;         /* of each tree */
  double *weight;         /* of each tree, of dart; else NULL */
  uint32_t outputs;
  size_t in_file; /* trees of all rounds */
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

static size_t index_of(double value) {
  return value >= 0 && value < 2147483648.0 ? (size_t)value : SIZE_MAX;
}

static size_t index_at(const struct ft_ubjson_array *array, size_t index) {
  return index_of(ft_ubjson_at(array, index));
}

/* An array of numbers of one type; an empty one may have none. */
static bool find_array(struct ft_ubjson_array *out, struct ft_ubjson object, const char *name) {
  struct ft_ubjson value;
  return ft_ubjson_member(&value, object, name) && ft_ubjson_array(out, value) &&
         (out->type || out->count == 0);
}

static enum ft_status open_tree(struct tree_file *out, struct ft_ubjson tree,
                                struct ft_error *err) {
  for (int i = 0; i < NODE_ARRAYS; i++)
    if (!find_array(&out->array[i], tree, node_array_name[i]))
      return fail_file(err, node_array_name[i]);
  for (int i = 0; i < SET_ARRAYS; i++)
    if (!find_array(&out->set[i], tree, set_array_name[i]))
      return fail_file(err, set_array_name[i]);
  out->nodes = out->array[LEFT].count;
  for (int i = 0; i < NODE_ARRAYS; i++)
    if (out->array[i].count != out->nodes || out->nodes == 0)
      return fail_file(err, "arrays of different sizes");
  if (out->set[SET_FIRST].count != out->set[SET_NODE].count ||
      out->set[SET_SIZE].count != out->set[SET_NODE].count)
    return fail_file(err, "sets of different sizes");
  return FT_OK;
}

/* The set of categories that go right at the file's node `from`. */
static enum ft_status read_set(struct reading *reading, struct ft_node *node,
                               const struct tree_file *file, size_t from, struct ft_error *err) {
  size_t entry = 0, entries = file->set[SET_NODE].count;
  while (entry < entries && index_at(&file->set[SET_NODE], entry) != from)
    entry++;
  if (entry == entries) return fail_file(err, "a split without its categories");
  size_t first = index_at(&file->set[SET_FIRST], entry);
  size_t size = index_at(&file->set[SET_SIZE], entry);
  size_t values = file->set[SET_VALUE].count;
  if (first > values || size > values - first) return fail_file(err, "categories out of bounds");
  size_t highest = 0;
  for (size_t i = first; i < first + size; i++) {
    size_t code = index_at(&file->set[SET_VALUE], i);
    if (code > FT_MODEL_MAX_CATEGORIES) return fail_file(err, "a category out of range");
    if (code > highest) highest = code;
  }
  node->set = reading->words;
  node->set_words = (uint32_t)(highest / SET_BITS + 1);
  reading->words += node->set_words;
  for (size_t i = first; i < first + size; i++) {
    size_t code = index_at(&file->set[SET_VALUE], i);
    reading->word[node->set + code / SET_BITS] |= UINT32_C(1) << (code % SET_BITS);
  }
  return FT_OK;
}

static enum ft_status read_node(struct reading *reading, const struct tree_file *file, size_t from,
                                uint32_t at, struct ft_error *err) {
  struct ft_node *node = &reading->node[at];
  *node = (struct ft_node){ .set = FT_NODE_NO_SET };
  double condition = ft_ubjson_at(&file->array[CONDITION], from);
  if (!isfinite(condition)) return fail_file(err, "a number that is not finite");
  if (ft_ubjson_at(&file->array[LEFT], from) < 0) {
    node->feature = FT_NODE_LEAF;
    reading->leaf[at] = condition * file->weight * reading->scale;
    return FT_OK;
  }
  size_t feature = index_at(&file->array[FEATURE], from);
  if (feature >= FT_MODEL_MAX_FEATURES) return fail_file(err, "a feature out of range");
  node->feature = (uint32_t)feature;
  node->threshold = (float)condition;
  node->missing_left = ft_ubjson_at(&file->array[MISSING_LEFT], from) != 0;
  if (ft_ubjson_at(&file->array[SPLIT_KIND], from) != 0) {
    node->threshold = 0;
    return read_set(reading, node, file, from, err);
  }
  return FT_OK;
}

/* Walk the tree breadth first; `queue` holds the file's numbers of our nodes. */
static enum ft_status read_tree(struct reading *reading, struct ft_ubjson tree, size_t index,
                                size_t *queue, struct ft_error *err) {
  struct tree_file file = { .weight = reading->weight ? reading->weight[index] : 1 };
  FT_TRY(open_tree(&file, tree, err));
  uint32_t first = reading->nodes;
  size_t found = 1;
  queue[0] = 0;
  for (size_t i = 0; i < found; i++) {
    size_t from = queue[i];
    FT_TRY(read_node(reading, &file, from, first + (uint32_t)i, err));
    struct ft_node *node = &reading->node[first + i];
    if (node->feature == FT_NODE_LEAF) continue;
    size_t left = index_at(&file.array[LEFT], from), right = index_at(&file.array[RIGHT], from);
    if (left >= file.nodes || right >= file.nodes || found + 2 > file.nodes)
      return fail_file(err, "a child out of bounds");
    node->left = (uint32_t)found;
    node->right = (uint32_t)found + 1;
    queue[found++] = left;
    queue[found++] = right;
  }
  size_t output = index_of(reading->output[index]);
  if (output >= reading->outputs) return fail_file(err, "an output out of range");
  reading->tree[index] =
      (struct ft_tree){ .first = first, .nodes = (uint32_t)found, .output = (uint32_t)output };
  reading->nodes += (uint32_t)found;
  return FT_OK;
}

/* Room for everything: no tree has more nodes, no set more words, than the file says. */
static enum ft_status make_room(struct reading *reading, size_t **queue, struct ft_error *err) {
  size_t nodes = 0, words = 0, widest = 0;
  struct ft_ubjson tree = reading->trees;
  for (size_t i = 0; i < reading->count; i++) {
    struct ft_ubjson_array left, sets;
    if (!find_array(&left, tree, node_array_name[LEFT]) ||
        !find_array(&sets, tree, set_array_name[SET_NODE]) || !ft_ubjson_skip(&tree))
      return fail_file(err, "a tree");
    nodes += left.count;
    if (left.count > widest) widest = left.count;
    words += sets.count * (FT_MODEL_MAX_CATEGORIES / SET_BITS + 1);
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

/* base_score is the text "5E-1" up to 3.0 and "[5E-1]", one an output, since. */
static bool read_base(double *base, uint32_t outputs, struct ft_ubjson learner) {
  struct ft_ubjson parameters, value;
  struct ft_span text;
  char copy[BASE_BYTES], *at = copy;
  if (!ft_ubjson_member(&parameters, learner, "learner_model_param") ||
      !ft_ubjson_member(&value, parameters, "base_score") || !ft_ubjson_text(&text, value) ||
      text.size >= sizeof copy)
    return false;
  memcpy(copy, text.data, text.size);
  copy[text.size] = 0;
  uint32_t found = 0;
  while (found < outputs) {
    char *end;
    at += strspn(at, "[, ");
    base[found] = strtod(at, &end);
    if (end == at || !isfinite(base[found])) break;
    at = end;
    found++;
  }
  for (uint32_t i = 1; i < outputs && found == 1; i++)
    base[i] = base[0];
  return found == 1 || found == outputs;
}

static enum ft_status finish(struct ft_forest *out, struct reading *reading,
                             struct ft_ubjson learner, uint32_t outputs, struct ft_error *err) {
  uint32_t *word = FT_ARENA_NEW(reading->arena, uint32_t, reading->words + 1);
  double *start = FT_ARENA_NEW(reading->arena, double, outputs);
  if (!word || !start) return ft_arena_fail(err, "the model's trees");
  if (!read_base(start, outputs, learner)) return fail_file(err, "base_score");
  memcpy(word, reading->word, reading->words * sizeof *word);
  int32_t exponent = ft_trees_exponent(largest_leaf(reading));
  for (uint32_t i = 0; i < reading->nodes; i++)
    if (reading->node[i].feature == FT_NODE_LEAF)
      reading->node[i].leaf = (int32_t)rint(ldexp(reading->leaf[i], exponent));
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

/* The numbers of an array of one type, or of values each with its own; free(). */
static double *read_numbers(size_t *count, struct ft_ubjson object, const char *name) {
  struct ft_ubjson value;
  struct ft_ubjson_array array;
  if (!ft_ubjson_member(&value, object, name) || !ft_ubjson_array(&array, value)) return NULL;
  double *number = calloc(array.count + 1, sizeof *number);
  if (!number) return NULL;
  value = ft_ubjson_first(&array);
  for (size_t i = 0; i < array.count; i++) {
    if (array.type) {
      number[i] = ft_ubjson_at(&array, i);
    } else if (!ft_ubjson_number(&number[i], value) || !ft_ubjson_skip(&value)) {
      free(number);
      return NULL;
    }
  }
  *count = array.count;
  return number;
}

/* How many trees the first rounds have. */
static enum ft_status count_trees(struct reading *reading, struct ft_ubjson model, uint32_t rounds,
                                  struct ft_error *err) {
  size_t ends = 0;
  double *end = read_numbers(&ends, model, "iteration_indptr");
  if (ends > 0) reading->count = index_of(end[rounds < ends - 1 ? rounds : ends - 1]);
  free(end);
  return ends > 0 && reading->count <= reading->in_file ? FT_OK
                                                        : fail_file(err, "rounds out of bounds");
}

static enum ft_status find_trees(struct reading *reading, struct ft_ubjson learner, uint32_t rounds,
                                 struct ft_error *err) {
  struct ft_ubjson booster, tree_booster, model, trees;
  struct ft_ubjson_array list;
  size_t outputs = 0, weights = 0;
  if (!ft_ubjson_member(&booster, learner, "gradient_booster"))
    return fail_file(err, "it has no trees");
  reading->weight = read_numbers(&weights, booster, "weight_drop");
  if (ft_ubjson_member(&tree_booster, booster, "gbtree")) booster = tree_booster;
  if (!ft_ubjson_member(&model, booster, "model") || !ft_ubjson_member(&trees, model, "trees") ||
      !ft_ubjson_array(&list, trees) || list.type)
    return fail_file(err, "it has no trees");
  reading->trees = ft_ubjson_first(&list);
  reading->in_file = list.count;
  reading->output = read_numbers(&outputs, model, "tree_info");
  if (!reading->output || outputs != list.count || (reading->weight && weights != list.count))
    return fail_file(err, "arrays of different sizes");
  return count_trees(reading, model, rounds, err);
}

static enum ft_status read_learner(struct ft_forest *out, struct reading *reading,
                                   struct ft_ubjson learner, uint32_t rounds, uint32_t outputs,
                                   struct ft_error *err) {
  size_t *queue = NULL;
  enum ft_status status = find_trees(reading, learner, rounds, err);
  if (status == FT_OK) status = make_room(reading, &queue, err);
  struct ft_ubjson tree = reading->trees;
  for (size_t i = 0; i < reading->count && status == FT_OK; i++) {
    status = read_tree(reading, tree, i, queue, err);
    if (status == FT_OK && !ft_ubjson_skip(&tree)) status = fail_file(err, "a tree");
  }
  if (status == FT_OK) status = finish(out, reading, learner, outputs, err);
  free(queue);
  free(reading->word);
  free(reading->leaf);
  free(reading->output);
  free(reading->weight);
  return status;
}

enum ft_status ft_trees_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span ubjson,
                             uint32_t rounds, uint32_t outputs, double scale,
                             struct ft_error *err) {
  struct ft_ubjson file = { (const uint8_t *)ubjson.data, ubjson.size }, learner;
  struct reading reading = { .arena = arena, .outputs = outputs, .scale = scale };
  if (!ft_ubjson_member(&learner, file, "learner")) return fail_file(err, "it has no learner");
  return read_learner(out, &reading, learner, rounds, outputs, err);
}
