/* The trees of LightGBM's text: inner nodes and leaves are numbered apart; a leaf i is the child
 * -i - 1. */
#include <string.h>

#include "core/import/lightgbm/lightgbm.h"

struct tree_text {
  struct ft_lightgbm_section section;
  uint32_t leaves, sets;
  const double *feature, *threshold, *decision, *left, *right; /* of leaves - 1 inner nodes */
  const double *leaf;
  const double *set_first; /* sets + 1 */
  const uint32_t *word;
  uint32_t linear;
  const double *constant; /* with linear leaves, as those below; one a leaf */
  size_t *term_first;     /* leaves + 1 */
  const double *term_feature, *term_slope;
};

struct reading {
  struct ft_lightgbm_grower grower;
  struct ft_arena scratch; /* of one tree */
  uint32_t outputs;
};

static enum ft_status open_words(struct tree_text *tree, double count, struct ft_arena *arena,
                                 struct ft_error *err) {
  const double *number;
  if (!(count >= 0 && count < 2147483648.0)) return ft_lightgbm_fail(err, "cat_boundaries");
  FT_TRY(ft_lightgbm_numbers(&number, tree->section, "cat_threshold", (size_t)count, arena, err));
  uint32_t *word = FT_ARENA_NEW(arena, uint32_t, (size_t)count);
  if (!word) return ft_arena_fail(err, "the model's trees");
  for (size_t i = 0; i < (size_t)count; i++) {
    if (!(number[i] >= 0 && number[i] <= UINT32_MAX)) return ft_lightgbm_fail(err, "cat_threshold");
    word[i] = (uint32_t)number[i];
  }
  tree->word = word;
  return FT_OK;
}

static enum ft_status open_sets(struct tree_text *tree, struct ft_arena *arena,
                                struct ft_error *err) {
  if (tree->sets == 0) return FT_OK;
  FT_TRY(ft_lightgbm_numbers(&tree->set_first, tree->section, "cat_boundaries",
                             (size_t)tree->sets + 1, arena, err));
  return open_words(tree, tree->set_first[tree->sets], arena, err);
}

/* The terms of all leaves follow one another. */
static enum ft_status open_terms(struct tree_text *tree, struct ft_arena *arena,
                                 struct ft_error *err) {
  const double *terms;
  double all = 0;
  FT_TRY(
      ft_lightgbm_numbers(&tree->constant, tree->section, "leaf_const", tree->leaves, arena, err));
  FT_TRY(ft_lightgbm_numbers(&terms, tree->section, "num_features", tree->leaves, arena, err));
  tree->term_first = FT_ARENA_NEW(arena, size_t, (size_t)tree->leaves + 1);
  if (!tree->term_first) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < tree->leaves; i++) {
    if (!(terms[i] >= 0 && terms[i] < 2147483648.0 - all))
      return ft_lightgbm_fail(err, "num_features");
    all += (double)(uint32_t)terms[i];
    tree->term_first[i + 1] = (size_t)all;
  }
  if (all == 0) return FT_OK;
  FT_TRY(ft_lightgbm_numbers(&tree->term_feature, tree->section, "leaf_features", (size_t)all,
                             arena, err));
  return ft_lightgbm_numbers(&tree->term_slope, tree->section, "leaf_coeff", (size_t)all, arena,
                             err);
}

static enum ft_status open_splits(struct tree_text *tree, struct ft_arena *arena,
                                  struct ft_error *err) {
  const struct {
    const char *key;
    const double **to;
  } arrays[] = { { "split_feature", &tree->feature },
                 { "threshold", &tree->threshold },
                 { "decision_type", &tree->decision },
                 { "left_child", &tree->left },
                 { "right_child", &tree->right } };
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    FT_TRY(ft_lightgbm_numbers(arrays[i].to, tree->section, arrays[i].key, tree->leaves - 1, arena,
                               err));
  if (!ft_lightgbm_count(&tree->sets, tree->section, "num_cat"))
    return ft_lightgbm_fail(err, "num_cat");
  return open_sets(tree, arena, err);
}

static enum ft_status open_tree(struct tree_text *out, struct ft_lightgbm_section section,
                                struct ft_arena *arena, struct ft_error *err) {
  struct tree_text tree = { .section = section };
  if (!ft_lightgbm_count(&tree.leaves, section, "num_leaves") || tree.leaves == 0)
    return ft_lightgbm_fail(err, "num_leaves");
  FT_TRY(ft_lightgbm_numbers(&tree.leaf, section, "leaf_value", tree.leaves, arena, err));
  if (tree.leaves > 1) FT_TRY(open_splits(&tree, arena, err));
  if (ft_lightgbm_count(&tree.linear, section, "is_linear") && tree.linear)
    FT_TRY(open_terms(&tree, arena, err));
  *out = tree;
  return FT_OK;
}

static enum ft_status find_set(struct ft_lightgbm_split *split, const struct tree_text *tree,
                               struct ft_error *err) {
  const double index = split->threshold;
  if (!(index >= 0 && index < tree->sets)) return ft_lightgbm_fail(err, "a set out of range");
  double first = tree->set_first[(uint32_t)index], end = tree->set_first[(uint32_t)index + 1];
  if (!(first >= 0 && first <= end && end <= tree->set_first[tree->sets]))
    return ft_lightgbm_fail(err, "cat_boundaries");
  split->word = tree->word + (uint32_t)first;
  split->words = (uint32_t)end - (uint32_t)first;
  return FT_OK;
}

static enum ft_status put_leaf(struct reading *reading, const struct tree_text *tree, size_t place,
                               size_t leaf, struct ft_error *err) {
  FT_TRY(ft_lightgbm_put_leaf(&reading->grower, place, tree->leaf[leaf], err));
  if (!tree->linear) return FT_OK;
  const size_t first = tree->term_first[leaf], terms = tree->term_first[leaf + 1] - first;
  return ft_lightgbm_put_terms(&reading->grower, place, tree->constant[leaf],
                               terms ? tree->term_feature + first : NULL,
                               terms ? tree->term_slope + first : NULL, terms, err);
}

/* The children of a split are at places `found` and `found` + 1. */
static enum ft_status put_split(struct reading *reading, const struct tree_text *tree, size_t place,
                                size_t from, size_t found, struct ft_error *err) {
  double decision = tree->decision[from];
  if (!(decision >= 0 && decision < 256)) return ft_lightgbm_fail(err, "decision_type");
  struct ft_lightgbm_split split = { .feature = tree->feature[from],
                                     .threshold = tree->threshold[from],
                                     .decision = (uint32_t)decision,
                                     .left = (uint32_t)found,
                                     .right = (uint32_t)found + 1 };
  if (split.decision & FT_LIGHTGBM_SET) FT_TRY(find_set(&split, tree, err));
  return ft_lightgbm_put_split(&reading->grower, place, &split, err);
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
  size_t inner = tree->leaves - 1, nodes = inner + tree->leaves, found = 1;
  queue[0] = 0;
  for (size_t i = 0; i < found; i++) {
    if (queue[i] >= inner) {
      FT_TRY(put_leaf(reading, tree, i, queue[i] - inner, err));
      continue;
    }
    FT_TRY(put_split(reading, tree, i, queue[i], found, err));
    if (found + 2 > nodes || !find_child(&queue[found], tree, tree->left[queue[i]]) ||
        !find_child(&queue[found + 1], tree, tree->right[queue[i]]))
      return ft_lightgbm_fail(err, "a child out of bounds");
    found += 2;
  }
  ft_lightgbm_close_tree(&reading->grower, found, reading->outputs);
  return FT_OK;
}

static enum ft_status read_tree(struct reading *reading, struct ft_lightgbm_section section,
                                struct ft_error *err) {
  struct tree_text tree = { .leaves = 0 };
  FT_TRY(open_tree(&tree, section, &reading->scratch, err));
  size_t nodes = (size_t)tree.leaves * 2 - 1;
  FT_TRY(ft_lightgbm_open_tree(&reading->grower, nodes, err));
  size_t *queue = FT_ARENA_NEW(&reading->scratch, size_t, nodes + 1);
  if (!queue) return ft_arena_fail(err, "the model's trees");
  return walk_tree(reading, &tree, queue, err);
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

static enum ft_status read_all(struct reading *reading, struct ft_span text, struct ft_error *err) {
  struct ft_span line;
  while (ft_lightgbm_line(&line, &text) && !ft_span_equal(line, FT_SPAN("end of trees"))) {
    if (!starts_tree(line)) continue;
    enum ft_status status = read_tree(reading, take_section(&text), err);
    ft_arena_release(&reading->scratch);
    FT_TRY(status);
  }
  return FT_OK;
}

enum ft_status ft_lightgbm_trees_read(struct ft_lightgbm_trees *out, struct ft_arena *arena,
                                      struct ft_span text, uint32_t features, uint32_t outputs,
                                      struct ft_error *err) {
  struct reading reading = { .outputs = outputs };
  FT_TRY(ft_lightgbm_begin(&reading.grower, out, arena, features, count_trees(text), err));
  ft_arena_init(&reading.scratch, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = read_all(&reading, text, err);
  ft_arena_release(&reading.scratch);
  return status;
}
