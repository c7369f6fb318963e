/* LightGBM's trees: inner nodes and leaves are numbered apart; a leaf i is the child -i - 1. */
#include <math.h>
#include <string.h>

#include "core/import/lightgbm/lightgbm.h"

#define SET_BITS 32

/* decision_type */
#define IS_SET        1
#define DEFAULT_LEFT  2
#define MISSING_SHIFT 2
enum missing { MISSING_NONE = 0, MISSING_ZERO, MISSING_NAN };

struct tree_text {
  struct ft_lightgbm_section section;
  uint32_t leaves, sets;
  const double *feature, *threshold, *decision, *left, *right; /* of leaves - 1 inner nodes */
  const double *leaf;
  const double *set_first; /* sets + 1 */
  const double *word;
};

struct reading {
  struct ft_arena *arena;
  struct ft_arena scratch; /* of one tree */
  struct ft_grown_trees *out;
  uint32_t features;
  uint32_t room, word_room; /* nodes, words */
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the LightGBM model cannot be read: %s", what);
}

static enum ft_status open_sets(struct tree_text *tree, struct ft_arena *arena,
                                struct ft_error *err) {
  if (tree->sets == 0) return FT_OK;
  FT_TRY(ft_lightgbm_numbers(&tree->set_first, tree->section, "cat_boundaries",
                             (size_t)tree->sets + 1, arena, err));
  double words = tree->set_first[tree->sets];
  if (!(words >= 0 && words < 2147483648.0)) return fail_file(err, "cat_boundaries");
  return ft_lightgbm_numbers(&tree->word, tree->section, "cat_threshold", (size_t)words, arena,
                             err);
}

static enum ft_status open_tree(struct tree_text *out, struct ft_lightgbm_section section,
                                struct ft_arena *arena, struct ft_error *err) {
  struct tree_text tree = { .section = section };
  uint32_t linear = 0;
  if (!ft_lightgbm_count(&tree.leaves, section, "num_leaves") || tree.leaves == 0)
    return fail_file(err, "num_leaves");
  if (ft_lightgbm_count(&linear, section, "is_linear") && linear)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the LightGBM model has linear trees (linear_tree), which "
                   "are not supported");
  FT_TRY(ft_lightgbm_numbers(&tree.leaf, section, "leaf_value", tree.leaves, arena, err));
  if (tree.leaves > 1) {
    const struct {
      const char *key;
      const double **to;
    } arrays[] = { { "split_feature", &tree.feature },
                   { "threshold", &tree.threshold },
                   { "decision_type", &tree.decision },
                   { "left_child", &tree.left },
                   { "right_child", &tree.right } };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
      FT_TRY(
          ft_lightgbm_numbers(arrays[i].to, section, arrays[i].key, tree.leaves - 1, arena, err));
    if (!ft_lightgbm_count(&tree.sets, section, "num_cat")) return fail_file(err, "num_cat");
    FT_TRY(open_sets(&tree, arena, err));
  }
  *out = tree;
  return FT_OK;
}

static void *grow(struct ft_arena *arena, const void *old, size_t used, size_t room, size_t bytes) {
  void *grown = ft_arena_take(arena, room, bytes);
  if (grown && used) memcpy(grown, old, used * bytes);
  return grown;
}

static enum ft_status take_nodes(struct reading *reading, size_t nodes, struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  if (nodes > UINT32_MAX / 4 - out->nodes) return fail_file(err, "it is too large");
  if (nodes <= reading->room - out->nodes) return FT_OK;
  uint32_t room = (reading->room + (uint32_t)nodes) * 2;
  out->node = grow(reading->arena, out->node, out->nodes, room, sizeof *out->node);
  out->leaf = grow(reading->arena, out->leaf, out->nodes, room, sizeof *out->leaf);
  reading->room = room;
  return out->node && out->leaf ? FT_OK : ft_arena_fail(err, "the model's trees");
}

static enum ft_status take_words(struct reading *reading, size_t words, struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  if (words > UINT32_MAX / 4 - out->words) return fail_file(err, "it is too large");
  if (words <= reading->word_room - out->words) return FT_OK;
  uint32_t room = (reading->word_room + (uint32_t)words) * 2;
  out->word = grow(reading->arena, out->word, out->words, room, sizeof *out->word);
  reading->word_room = room;
  return out->word ? FT_OK : ft_arena_fail(err, "the model's trees");
}

/* The least float32 above all those that are at most the threshold. */
static float above(double threshold) {
  float nearest = (float)threshold;
  return (double)nearest <= threshold ? nextafterf(nearest, INFINITY) : nearest;
}

/* What a threshold split does with a missing value. With zeros as missing values it also moves zeros:
 * where that agrees with the threshold, nothing is to be done. */
static enum ft_status set_missing(struct ft_node *node, uint32_t decision, double threshold,
                                  struct ft_error *err) {
  bool left = (decision & DEFAULT_LEFT) != 0, zero_left = 0 <= threshold;
  enum missing missing = (enum missing)(decision >> MISSING_SHIFT & 3);
  if (missing > MISSING_NAN) return fail_file(err, "decision_type");
  node->missing_left = missing == MISSING_NONE ? zero_left : left;
  if (missing != MISSING_ZERO || zero_left == left) return FT_OK;
  ft_fail(err, FT_UNSUPPORTED,
          "the LightGBM model takes zeros for missing values "
          "(zero_as_missing), which is not supported");
  return ft_fail_hint(err, "Train it with NaN for missing values and zero_as_missing=false.");
}

/* LightGBM's sets go left, and missing values right; ours the other way: the children change places. */
static enum ft_status read_set(struct reading *reading, struct ft_node *node,
                               const struct tree_text *tree, double index, struct ft_error *err) {
  if (!(index >= 0 && index < tree->sets)) return fail_file(err, "a set out of range");
  double first = tree->set_first[(uint32_t)index], end = tree->set_first[(uint32_t)index + 1];
  if (!(first >= 0 && first <= end && end <= tree->set_first[tree->sets]))
    return fail_file(err, "cat_boundaries");
  uint32_t words = (uint32_t)end - (uint32_t)first;
  FT_TRY(take_words(reading, words, err));
  node->set = reading->out->words;
  node->set_words = words;
  node->missing_left = 1;
  for (uint32_t i = 0; i < words; i++) {
    double word = tree->word[(uint32_t)first + i];
    if (!(word >= 0 && word <= UINT32_MAX)) return fail_file(err, "cat_threshold");
    reading->out->word[node->set + i] = (uint32_t)word;
  }
  reading->out->words += words;
  return FT_OK;
}

static enum ft_status read_split(struct reading *reading, struct ft_node *node,
                                 const struct tree_text *tree, size_t from, struct ft_error *err) {
  double feature = tree->feature[from], threshold = tree->threshold[from];
  double decision = tree->decision[from];
  if (!(feature >= 0 && feature < reading->features))
    return fail_file(err, "a feature out of range");
  if (!(decision >= 0 && decision < 256)) return fail_file(err, "decision_type");
  if (isnan(threshold)) return fail_file(err, "a threshold that is no number");
  node->feature = (uint32_t)feature;
  if ((uint32_t)decision & IS_SET) return read_set(reading, node, tree, threshold, err);
  node->threshold = above(threshold);
  return set_missing(node, (uint32_t)decision, threshold, err);
}

/* A child as a place: inner nodes 0 … leaves - 2, then the leaves. */
static bool find_child(size_t *out, const struct tree_text *tree, double child) {
  bool leaf = child < 0;
  double place = leaf ? -child - 1 : child;
  if (!(place >= 0 && place < tree->leaves - !leaf)) return false;
  *out = (size_t)place + (leaf ? tree->leaves - 1 : 0);
  return true;
}

/* Walk the tree breadth first; `queue` holds the places of our nodes. */
static enum ft_status walk_tree(struct reading *reading, const struct tree_text *tree,
                                size_t *queue, struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  size_t inner = tree->leaves - 1, nodes = inner + tree->leaves, found = 1;
  queue[0] = 0;
  for (size_t i = 0; i < found; i++) {
    struct ft_node *node = &out->node[out->nodes + i];
    *node = (struct ft_node){ .set = FT_NODE_NO_SET };
    if (queue[i] >= inner) {
      node->feature = FT_NODE_LEAF;
      out->leaf[out->nodes + i] = tree->leaf[queue[i] - inner];
      if (!isfinite(tree->leaf[queue[i] - inner])) return fail_file(err, "leaf_value");
      continue;
    }
    FT_TRY(read_split(reading, node, tree, queue[i], err));
    bool turned = node->set != FT_NODE_NO_SET;
    const double *left = turned ? tree->right : tree->left;
    const double *right = turned ? tree->left : tree->right;
    if (found + 2 > nodes || !find_child(&queue[found], tree, left[queue[i]]) ||
        !find_child(&queue[found + 1], tree, right[queue[i]]))
      return fail_file(err, "a child out of bounds");
    node->left = (uint32_t)found;
    node->right = (uint32_t)found + 1;
    found += 2;
  }
  out->tree[out->trees].nodes = (uint32_t)found;
  return FT_OK;
}

static enum ft_status read_tree(struct reading *reading, struct ft_lightgbm_section section,
                                uint32_t output, struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  struct tree_text tree = { .leaves = 0 };
  FT_TRY(open_tree(&tree, section, &reading->scratch, err));
  size_t nodes = (size_t)tree.leaves * 2 - 1;
  FT_TRY(take_nodes(reading, nodes, err));
  size_t *queue = FT_ARENA_NEW(&reading->scratch, size_t, nodes + 1);
  if (!queue) return ft_arena_fail(err, "the model's trees");
  out->tree[out->trees] = (struct ft_tree){ .first = out->nodes, .output = output };
  FT_TRY(walk_tree(reading, &tree, queue, err));
  out->nodes += out->tree[out->trees].nodes;
  out->trees++;
  return FT_OK;
}

static bool starts_tree(struct ft_span line) {
  return line.size > 5 && memcmp(line.data, "Tree=", 5) == 0;
}

/* The lines of the tree whose first line has just been read. */
static struct ft_lightgbm_section take_section(struct ft_span *text) {
  struct ft_lightgbm_section section = { .text = { text->data, 0 } };
  struct ft_span line, rest = *text;
  while (ft_lightgbm_line(&line, &rest)) {
    if (starts_tree(line) || ft_span_equal(line, FT_SPAN("end of trees"))) break;
    *text = rest;
    section.text.size = (size_t)(rest.data - section.text.data);
  }
  return section;
}

static uint32_t count_trees(struct ft_span text) {
  uint32_t trees = 0;
  struct ft_span line;
  while (ft_lightgbm_line(&line, &text) && trees < UINT32_MAX / 2)
    trees += starts_tree(line);
  return trees;
}

static enum ft_status read_all(struct reading *reading, struct ft_span text, uint32_t outputs,
                               struct ft_error *err) {
  struct ft_grown_trees *out = reading->out;
  struct ft_span line;
  uint32_t trees = count_trees(text);
  out->tree = FT_ARENA_NEW(reading->arena, struct ft_tree, trees);
  if (!out->tree) return ft_arena_fail(err, "the model's trees");
  while (ft_lightgbm_line(&line, &text) && !ft_span_equal(line, FT_SPAN("end of trees"))) {
    if (!starts_tree(line)) continue;
    enum ft_status status = read_tree(reading, take_section(&text), out->trees % outputs, err);
    ft_arena_release(&reading->scratch);
    FT_TRY(status);
  }
  return out->trees % outputs == 0 ? FT_OK : fail_file(err, "a round that is not whole");
}

enum ft_status ft_lightgbm_trees_read(struct ft_grown_trees *out, struct ft_arena *arena,
                                      struct ft_span text, uint32_t features, uint32_t outputs,
                                      struct ft_error *err) {
  struct ft_grown_trees trees = { .trees = 0 };
  struct reading reading = { .arena = arena, .out = &trees, .features = features };
  ft_arena_init(&reading.scratch, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = read_all(&reading, text, outputs, err);
  ft_arena_release(&reading.scratch);
  if (status == FT_OK) *out = trees;
  return status;
}
