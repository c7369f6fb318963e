/* What Booster.dump_model gives, as JSON: the head's values by their names, and trees whose splits
 * hold their children. */
#include <math.h>
#include <string.h>

#include "core/import/document/decimal.h"
#include "core/import/lightgbm/lightgbm.h"

#define TO_TEXT   "Save the model itself: booster.save_model(\"model.txt\")."
#define WORD_BITS 32
#define MAX_CODES (1 << 20)

struct reading {
  struct ft_lightgbm_grower grower;
  struct ft_arena scratch; /* of one tree */
  struct ft_arena *arena;
  struct ft_lightgbm *out;
  const struct ft_element *root;
  size_t nodes; /* that a tree may have: the file has no room for more */
};

static bool has(struct ft_span bytes, const char *word) {
  return ft_span_find(bytes, ft_span_of(word)) != NULL;
}

/* A name alone could be that of a column in another library's file. */
bool ft_lightgbm_is_json(struct ft_span bytes) {
  struct ft_span text = ft_span_trim(bytes);
  return text.size && text.data[0] == '{' && has(text, "\"tree_info\"") &&
         (has(text, "\"tree_structure\":") || has(text, "\"num_tree_per_iteration\":"));
}

/* --- the head --- */

static enum ft_status fail_lacking(const char *key, struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "the dump of a LightGBM model lacks \"%s\"", key);
  return ft_fail_hint(err, TO_TEXT);
}

/* Dumps of versions before 2.3 do not say what the trees' sums mean. */
static enum ft_status check_keys(const struct ft_element *root, struct ft_error *err) {
  static const char *const keys[] = { "max_feature_idx", "num_class",     "num_tree_per_iteration",
                                      "average_output",  "feature_names", "tree_info" };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (!ft_element_get(root, keys[i])) return fail_lacking(keys[i], err);
  return FT_OK;
}

static double number_in(const struct ft_element *object, const char *key) {
  return ft_element_real(ft_element_get(object, key), NAN);
}

/* "feature_infos" has the columns by name, and the values of those that are categories. */
static void note_coded(struct ft_lightgbm *out, const struct ft_element *infos) {
  if (!infos || infos->kind != FT_ELEMENT_OBJECT) return;
  for (size_t i = 0, at = 0; i < infos->count; i++) {
    const struct ft_object_member *info = &infos->of.member[i];
    /* They come in the order of the columns; some are left out. */
    while (at < out->features && !ft_span_equal(out->input[at].name, info->name))
      at++;
    if (at == out->features) return;
    out->input[at++].coded = ft_element_count(ft_element_get(&info->value, "values")) > 0;
  }
}

static enum ft_status read_head(struct reading *reading, struct ft_error *err) {
  struct ft_lightgbm *out = reading->out;
  const struct ft_element *root = reading->root;
  FT_TRY(check_keys(root, err));
  const struct ft_element *names = ft_element_get(root, "feature_names");
  const struct ft_element *categories = ft_element_get(root, "pandas_categorical");
  FT_TRY(ft_lightgbm_shape(out, reading->arena, number_in(root, "max_feature_idx"),
                           number_in(root, "num_class"), number_in(root, "num_tree_per_iteration"),
                           err));
  out->version = ft_element_text(ft_element_get(root, "version"));
  out->objective = ft_element_text(ft_element_get(root, "objective"));
  out->average = number_in(root, "average_output") != 0;
  if (categories) out->categories = *categories;
  for (uint32_t i = 0; i < out->features; i++)
    out->input[i].name = ft_element_text(ft_element_item(names, i));
  note_coded(out, ft_element_get(root, "feature_infos"));
  return FT_OK;
}

/* --- a split --- */

/* The codes of "1||3||5". */
static enum ft_status read_codes(uint32_t *code, uint32_t *codes, struct ft_span list,
                                 struct ft_error *err) {
  while (list.size) {
    const char *bar = memchr(list.data, '|', list.size);
    const size_t size = bar ? (size_t)(bar - list.data) : list.size;
    const size_t past = bar ? size + 2 : size;
    double number;
    if (!ft_decimal_whole(&number, (struct ft_span){ list.data, size }) || number < 0 ||
        number != floor(number) || (bar && (past >= list.size || bar[1] != '|')))
      return ft_lightgbm_fail(err, "a set of categories");
    if (number >= MAX_CODES)
      return ft_fail(err, FT_LIMIT, "the LightGBM model has a category of code %.0f", number);
    code[(*codes)++] = (uint32_t)number;
    list = (struct ft_span){ list.data + past, list.size - past };
  }
  return FT_OK;
}

/* Those go left. */
static enum ft_status read_set(struct ft_lightgbm_split *split, struct reading *reading,
                               struct ft_span list, struct ft_error *err) {
  uint32_t *code = FT_ARENA_NEW(&reading->scratch, uint32_t, list.size / 2 + 1);
  uint32_t codes = 0, max = 0;
  if (!code) return ft_arena_fail(err, "the model's trees");
  FT_TRY(read_codes(code, &codes, list, err));
  for (uint32_t i = 0; i < codes; i++)
    max = code[i] > max ? code[i] : max;
  split->words = codes ? max / WORD_BITS + 1 : 0;
  uint32_t *word = FT_ARENA_NEW(&reading->scratch, uint32_t, split->words);
  if (!word) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < codes; i++)
    word[code[i] / WORD_BITS] |= UINT32_C(1) << (code[i] % WORD_BITS);
  split->word = word;
  return FT_OK;
}

static enum ft_status read_missing(uint32_t *decision, const struct ft_element *node,
                                   struct ft_error *err) {
  static const char *const words[] = { "None", "Zero", "NaN" };
  const struct ft_span missing = ft_element_text(ft_element_get(node, "missing_type"));
  const struct ft_element *left = ft_element_get(node, "default_left");
  if (!left) return fail_lacking("default_left", err);
  *decision = ft_element_real(left, 0) != 0 ? FT_LIGHTGBM_DEFAULT_LEFT : 0;
  for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
    if (ft_span_equal(missing, ft_span_of(words[i]))) {
      *decision |= i << FT_LIGHTGBM_MISSING_SHIFT;
      return FT_OK;
    }
  return missing.size ? ft_lightgbm_fail(err, "missing_type") : fail_lacking("missing_type", err);
}

static enum ft_status read_split(struct ft_lightgbm_split *split, struct reading *reading,
                                 const struct ft_element *node, struct ft_error *err) {
  const struct ft_element *threshold = ft_element_get(node, "threshold");
  const struct ft_span type = ft_element_text(ft_element_get(node, "decision_type"));
  split->feature = number_in(node, "split_feature");
  FT_TRY(read_missing(&split->decision, node, err));
  if (ft_span_equal(type, FT_SPAN("<="))) {
    split->threshold = ft_element_real(threshold, NAN);
    return FT_OK;
  }
  if (!ft_span_equal(type, FT_SPAN("=="))) return ft_lightgbm_fail(err, "decision_type");
  split->decision |= FT_LIGHTGBM_SET;
  if (!threshold || threshold->kind != FT_ELEMENT_TEXT)
    return ft_lightgbm_fail(err, "a set of categories");
  return read_set(split, reading, threshold->text, err);
}

/* --- a leaf --- */

static enum ft_status put_leaf(struct reading *reading, const struct ft_element *node, size_t place,
                               struct ft_error *err) {
  const struct ft_element *feature = ft_element_get(node, "leaf_features");
  const struct ft_element *slope = ft_element_get(node, "leaf_coeff");
  FT_TRY(ft_lightgbm_put_leaf(&reading->grower, place, number_in(node, "leaf_value"), err));
  if (!ft_element_get(node, "leaf_const")) return FT_OK;
  const size_t terms = ft_element_count(feature);
  double *number = FT_ARENA_NEW(&reading->scratch, double, terms * 2);
  if (!number) return ft_arena_fail(err, "the model's trees");
  if (!ft_element_is_list(feature) || !ft_element_is_list(slope) ||
      ft_element_count(slope) != terms)
    return ft_lightgbm_fail(err, "leaf_features");
  for (size_t i = 0; i < terms; i++) {
    number[i] = ft_element_number(feature, i);
    number[terms + i] = ft_element_number(slope, i);
  }
  return ft_lightgbm_put_terms(&reading->grower, place, number_in(node, "leaf_const"), number,
                               number + terms, terms, err);
}

/* --- trees --- */

static bool is_split(const struct ft_element *node) {
  return ft_element_get(node, "left_child") || ft_element_get(node, "right_child");
}

/* Breadth first; `queue` has room for all nodes. */
static enum ft_status walk_tree(struct reading *reading, const struct ft_element **queue,
                                size_t room, struct ft_error *err) {
  size_t found = 1;
  for (size_t i = 0; i < found; i++) {
    if (!is_split(queue[i])) {
      FT_TRY(put_leaf(reading, queue[i], i, err));
      continue;
    }
    const struct ft_element *left = ft_element_get(queue[i], "left_child");
    const struct ft_element *right = ft_element_get(queue[i], "right_child");
    if (!left || !right || found + 2 > room) return ft_lightgbm_fail(err, "tree_structure");
    struct ft_lightgbm_split split = { .left = (uint32_t)found, .right = (uint32_t)found + 1 };
    FT_TRY(read_split(&split, reading, queue[i], err));
    FT_TRY(ft_lightgbm_put_split(&reading->grower, i, &split, err));
    queue[found++] = left;
    queue[found++] = right;
  }
  ft_lightgbm_close_tree(&reading->grower, found, reading->out->outputs);
  return FT_OK;
}

static enum ft_status read_tree(struct reading *reading, const struct ft_element *tree,
                                struct ft_error *err) {
  const double leaves = number_in(tree, "num_leaves");
  const struct ft_element *root = ft_element_get(tree, "tree_structure");
  if (!root) return fail_lacking("tree_structure", err);
  if (!(leaves >= 1 && leaves < 1073741824.0) || leaves != floor(leaves))
    return ft_lightgbm_fail(err, "num_leaves");
  /* Every node has taken bytes of the file, but a false count has not. */
  const size_t nodes = (size_t)leaves * 2 - 1;
  if (nodes > reading->nodes) return ft_lightgbm_fail(err, "num_leaves");
  const struct ft_element **queue =
      FT_ARENA_NEW(&reading->scratch, const struct ft_element *, nodes);
  if (!queue) return ft_arena_fail(err, "the model's trees");
  queue[0] = root;
  FT_TRY(ft_lightgbm_open_tree(&reading->grower, nodes, err));
  return walk_tree(reading, queue, nodes, err);
}

static enum ft_status read_trees(struct reading *reading, struct ft_error *err) {
  const struct ft_element *trees = ft_element_get(reading->root, "tree_info");
  const size_t count = ft_element_count(trees);
  struct ft_lightgbm *out = reading->out;
  if (!ft_element_is_list(trees)) return ft_lightgbm_fail(err, "tree_info");
  FT_TRY(
      ft_lightgbm_begin(&reading->grower, &out->trees, reading->arena, out->features, count, err));
  for (size_t i = 0; i < count; i++) {
    ft_arena_init(&reading->scratch, FT_ARENA_DEFAULT_LIMIT);
    enum ft_status status = read_tree(reading, ft_element_item(trees, i), err);
    ft_arena_release(&reading->scratch);
    FT_TRY(status);
  }
  return FT_OK;
}

enum ft_status ft_lightgbm_json_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) {
  struct ft_lightgbm from = { .outputs = 0 };
  struct ft_element root;
  struct reading reading = { .arena = arena, .out = &from, .root = &root, .nodes = bytes.size / 8 };
  if (ft_json_read(&root, arena, bytes, err) != FT_OK) return ft_fail_hint(err, TO_TEXT);
  FT_TRY(read_head(&reading, err));
  FT_TRY(read_trees(&reading, err));
  return ft_lightgbm_make(out, arena, &from, err);
}
