/* LightGBM's splits and leaves become ours, one after another. */
#include <math.h>
#include <string.h>

#include "core/import/lightgbm/lightgbm.h"

enum ft_status ft_lightgbm_fail(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the LightGBM model cannot be read: %s", what);
}

static enum ft_status no_memory(struct ft_error *err) {
  return ft_arena_fail(err, "the model's trees");
}

enum ft_status ft_lightgbm_begin(struct ft_lightgbm_grower *out, struct ft_lightgbm_trees *trees,
                                 struct ft_arena *arena, uint32_t features, size_t count,
                                 struct ft_error *err) {
  *trees = (struct ft_lightgbm_trees){ .linear = false };
  *out = (struct ft_lightgbm_grower){ .arena = arena, .out = trees, .features = features };
  if (count > UINT32_MAX / 4) return ft_lightgbm_fail(err, "it is too large");
  trees->grown.tree = FT_ARENA_NEW(arena, struct ft_tree, count);
  return trees->grown.tree ? FT_OK : no_memory(err);
}

static void *grow(struct ft_arena *arena, const void *old, size_t used, size_t room, size_t bytes) {
  void *grown = ft_arena_take(arena, room, bytes);
  if (grown && used) memcpy(grown, old, used * bytes);
  return grown;
}

static enum ft_status take_nodes(struct ft_lightgbm_grower *grower, size_t nodes,
                                 struct ft_error *err) {
  struct ft_lightgbm_trees *out = grower->out;
  const uint32_t used = out->grown.nodes;
  if (nodes > UINT32_MAX / 4 - used) return ft_lightgbm_fail(err, "it is too large");
  if (nodes <= grower->room - used) return FT_OK;
  uint32_t room = (grower->room + (uint32_t)nodes) * 2;
  out->grown.node = grow(grower->arena, out->grown.node, used, room, sizeof *out->grown.node);
  out->grown.leaf = grow(grower->arena, out->grown.leaf, used, room, sizeof *out->grown.leaf);
  out->leaf = grow(grower->arena, out->leaf, used, room, sizeof *out->leaf);
  out->zero = grow(grower->arena, out->zero, used, room, sizeof *out->zero);
  grower->room = room;
  return out->grown.node && out->grown.leaf && out->leaf && out->zero ? FT_OK : no_memory(err);
}

static enum ft_status take_words(struct ft_lightgbm_grower *grower, size_t words,
                                 struct ft_error *err) {
  struct ft_grown_trees *out = &grower->out->grown;
  if (words > UINT32_MAX / 4 - out->words) return ft_lightgbm_fail(err, "it is too large");
  if (words <= grower->word_room - out->words) return FT_OK;
  uint32_t room = (grower->word_room + (uint32_t)words) * 2;
  out->word = grow(grower->arena, out->word, out->words, room, sizeof *out->word);
  grower->word_room = room;
  return out->word ? FT_OK : no_memory(err);
}

static enum ft_status take_terms(struct ft_lightgbm_grower *grower, size_t terms,
                                 struct ft_error *err) {
  struct ft_lightgbm_trees *out = grower->out;
  if (terms > UINT32_MAX / 4 - out->terms) return ft_lightgbm_fail(err, "it is too large");
  if (terms <= grower->term_room - out->terms) return FT_OK;
  uint32_t room = (grower->term_room + (uint32_t)terms) * 2;
  out->term = grow(grower->arena, out->term, out->terms, room, sizeof *out->term);
  grower->term_room = room;
  return out->term ? FT_OK : no_memory(err);
}

enum ft_status ft_lightgbm_open_tree(struct ft_lightgbm_grower *grower, size_t nodes,
                                     struct ft_error *err) {
  struct ft_grown_trees *out = &grower->out->grown;
  FT_TRY(take_nodes(grower, nodes, err));
  out->tree[out->trees] = (struct ft_tree){ .first = out->nodes };
  return FT_OK;
}

void ft_lightgbm_close_tree(struct ft_lightgbm_grower *grower, size_t nodes, uint32_t outputs) {
  struct ft_grown_trees *out = &grower->out->grown;
  out->tree[out->trees].nodes = (uint32_t)nodes;
  out->tree[out->trees].output = out->trees % outputs;
  out->nodes += (uint32_t)nodes;
  out->trees++;
}

/* The least float32 above all those that are at most the threshold. */
static float above(double threshold) {
  float nearest = (float)threshold;
  return (double)nearest <= threshold ? nextafterf(nearest, INFINITY) : nearest;
}

/* What a threshold split does with a missing value, and whether with zeros, too: where that agrees
 * with the threshold, nothing is to be done. */
static enum ft_status set_missing(struct ft_node *node, uint8_t *zero, uint32_t decision,
                                  double threshold, struct ft_error *err) {
  bool left = (decision & FT_LIGHTGBM_DEFAULT_LEFT) != 0, zero_left = 0 <= threshold;
  uint32_t missing = decision >> FT_LIGHTGBM_MISSING_SHIFT & 3;
  if (missing > FT_LIGHTGBM_MISSING_NAN) return ft_lightgbm_fail(err, "decision_type");
  node->missing_left = missing == FT_LIGHTGBM_MISSING_NONE ? zero_left : left;
  *zero = missing == FT_LIGHTGBM_MISSING_ZERO && zero_left != left;
  return FT_OK;
}

/* LightGBM's sets go left, and missing values right; ours the other way: the children change places. */
static enum ft_status put_set(struct ft_lightgbm_grower *grower, struct ft_node *node,
                              const struct ft_lightgbm_split *split, struct ft_error *err) {
  struct ft_grown_trees *out = &grower->out->grown;
  FT_TRY(take_words(grower, split->words, err));
  node->set = out->words;
  node->set_words = split->words;
  node->missing_left = 1;
  node->left = split->right;
  node->right = split->left;
  if (split->words) memcpy(out->word + out->words, split->word, split->words * sizeof *out->word);
  out->words += split->words;
  return FT_OK;
}

enum ft_status ft_lightgbm_put_split(struct ft_lightgbm_grower *grower, size_t place,
                                     const struct ft_lightgbm_split *split, struct ft_error *err) {
  struct ft_lightgbm_trees *out = grower->out;
  const size_t at = out->grown.nodes + place;
  struct ft_node *node = &out->grown.node[at];
  if (!(split->feature >= 0 && split->feature < grower->features) ||
      split->feature != floor(split->feature))
    return ft_lightgbm_fail(err, "a feature out of range");
  *node = (struct ft_node){ .feature = (uint32_t)split->feature, .set = FT_NODE_NO_SET };
  if (split->decision & FT_LIGHTGBM_SET) return put_set(grower, node, split, err);
  if (isnan(split->threshold)) return ft_lightgbm_fail(err, "a threshold that is no number");
  node->threshold = above(split->threshold);
  node->left = split->left;
  node->right = split->right;
  FT_TRY(set_missing(node, &out->zero[at], split->decision, split->threshold, err));
  out->zeros |= out->zero[at];
  return FT_OK;
}

enum ft_status ft_lightgbm_put_leaf(struct ft_lightgbm_grower *grower, size_t place, double value,
                                    struct ft_error *err) {
  struct ft_lightgbm_trees *out = grower->out;
  const size_t at = out->grown.nodes + place;
  if (!isfinite(value)) return ft_lightgbm_fail(err, "leaf_value");
  out->grown.node[at] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  out->grown.leaf[at] = value;
  out->leaf[at] = (struct ft_linear_leaf){ .constant = value, .missing = value };
  return FT_OK;
}

enum ft_status ft_lightgbm_put_terms(struct ft_lightgbm_grower *grower, size_t place,
                                     double constant, const double *feature, const double *slope,
                                     size_t terms, struct ft_error *err) {
  struct ft_lightgbm_trees *out = grower->out;
  struct ft_linear_leaf *leaf = &out->leaf[out->grown.nodes + place];
  FT_TRY(take_terms(grower, terms, err));
  if (!isfinite(constant)) return ft_lightgbm_fail(err, "leaf_const");
  leaf->constant = constant;
  leaf->first = out->terms;
  leaf->terms = (uint32_t)terms;
  for (size_t i = 0; i < terms; i++) {
    if (!(feature[i] >= 0 && feature[i] < grower->features) || feature[i] != floor(feature[i]))
      return ft_lightgbm_fail(err, "leaf_features");
    if (!isfinite(slope[i])) return ft_lightgbm_fail(err, "leaf_coeff");
    out->term[out->terms++] = (struct ft_leaf_term){ (uint32_t)feature[i], slope[i] };
  }
  out->linear |= terms || constant != leaf->missing;
  return FT_OK;
}
