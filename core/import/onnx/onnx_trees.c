#include "core/import/onnx/onnx_trees.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/onnx/onnx_ensemble.h"
#include "core/import/onnx/onnx_forms.h"
#include "core/import/onnx/onnx_score.h"
#include "core/import/onnx/onnx_tree_classes.h"

#define MAX_COPIES \
  (UINT64_C(1) << 26) /* nodes of all trees, where each class has trees of its own */

/* What a leaf's weights add to the margins: `times` of the target to the one there is, or, where it
 * is NULL, each to the margin of its own. */
struct mixing {
  uint32_t targets, outputs;
  const double *times;
  double factor;
};

static uint32_t first_weight(const struct ft_onnx_ensemble *ensemble, uint32_t node) {
  uint32_t from = 0, to = ensemble->weights;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (ensemble->weight[middle].node < node)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* The tree's nodes once more, for output `output`. */
static void copy_tree(struct ft_grown_trees *out, const struct ft_onnx_ensemble *ensemble,
                      const struct ft_tree *tree, uint32_t output, const struct mixing *mixing) {
  uint32_t first = out->nodes;
  out->tree[out->trees++] = (struct ft_tree){ first, tree->nodes, output };
  memcpy(out->node + first, ensemble->node + tree->first, tree->nodes * sizeof *out->node);
  out->nodes += tree->nodes;
  uint32_t end = tree->first + tree->nodes;
  for (uint32_t w = first_weight(ensemble, tree->first);
       w < ensemble->weights && ensemble->weight[w].node < end; w++) {
    const struct ft_onnx_weight *weight = &ensemble->weight[w];
    if (!mixing->times && weight->target != output) continue;
    double by = mixing->times ? mixing->times[weight->target] : 1;
    out->leaf[first + weight->node - tree->first] += by * mixing->factor * weight->value;
  }
}

static int compare_outputs(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Which outputs a tree adds to: an ascending list in `present`, and their count. In this order the
 * copies of a tree share their splits in a plan. */
static uint32_t find_outputs(uint32_t *present, uint32_t *stamp, uint32_t now,
                             const struct ft_onnx_ensemble *ensemble, const struct ft_tree *tree,
                             const struct mixing *mixing) {
  uint32_t count = 0, end = tree->first + tree->nodes;
  for (uint32_t w = first_weight(ensemble, tree->first);
       w < ensemble->weights && ensemble->weight[w].node < end; w++) {
    uint32_t output = mixing->times ? 0 : ensemble->weight[w].target;
    if (stamp[output] == now) continue;
    stamp[output] = now;
    present[count++] = output;
  }
  if (count > 0) qsort(present, count, sizeof *present, compare_outputs);
  return count;
}

static enum ft_status mix(struct ft_grown_trees *out, struct ft_arena *arena,
                          const struct ft_onnx_ensemble *ensemble, const struct mixing *mixing,
                          struct ft_error *err) {
  uint32_t *present = FT_ARENA_NEW(arena, uint32_t, mixing->targets);
  uint32_t *stamp = FT_ARENA_NEW(arena, uint32_t, mixing->targets);
  uint64_t nodes = 0, trees = 0;
  if (!present || !stamp) return ft_onnx_no_memory(err);
  for (uint32_t t = 0; t < ensemble->trees; t++) {
    uint32_t count = find_outputs(present, stamp, t + 1, ensemble, &ensemble->tree[t], mixing);
    nodes += (uint64_t)count * ensemble->tree[t].nodes;
    trees += count;
  }
  if (nodes > MAX_COPIES)
    return ft_fail(err, FT_LIMIT, "the ONNX model's trees are too many for its classes");
  *out = (struct ft_grown_trees){ .words = ensemble->words, .word = ensemble->word };
  out->tree = FT_ARENA_NEW(arena, struct ft_tree, (size_t)trees);
  out->node = FT_ARENA_NEW(arena, struct ft_node, (size_t)nodes);
  out->leaf = FT_ARENA_NEW(arena, double, (size_t)nodes);
  if (!out->tree || !out->node || !out->leaf) return ft_onnx_no_memory(err);
  memset(stamp, 0, mixing->targets * sizeof *stamp);
  for (uint32_t t = 0; t < ensemble->trees; t++) {
    uint32_t count = find_outputs(present, stamp, t + 1, ensemble, &ensemble->tree[t], mixing);
    for (uint32_t i = 0; i < count; i++)
      copy_tree(out, ensemble, &ensemble->tree[t], present[i], mixing);
  }
  return FT_OK;
}

static enum ft_status check_targets(const struct ft_onnx_node *node,
                                    const struct ft_onnx_ensemble *ensemble, uint32_t targets,
                                    struct ft_error *err) {
  for (uint32_t w = 0; w < ensemble->weights; w++)
    if (ensemble->weight[w].target >= targets)
      return ft_onnx_damaged(node, "a weight of no target", err);
  return FT_OK;
}

static enum ft_status read_base(double **out, const struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, uint32_t outputs,
                                struct ft_column_numbers *base, struct ft_error *err) {
  FT_TRY(ft_onnx_reals(base, onnx, node, "base_values", err));
  *out = FT_ARENA_NEW(onnx->arena, double, outputs);
  if (!*out) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < base->count; i++)
    if (!isfinite(base->value[i])) return ft_onnx_damaged(node, "base_values", err);
  for (uint32_t g = 0; base->count == outputs && g < outputs; g++)
    (*out)[g] = base->value[g];
  return FT_OK;
}

static bool is_text(const struct ft_onnx_node *node, const char *name, const char *word) {
  struct ft_span text = ft_onnx_text(node, name);
  return ft_span_equal(text, ft_span_of(word));
}

static enum ft_status new_trees(struct ft_onnx_score *score, const struct ft_onnx *onnx,
                                const struct ft_onnx_ensemble *ensemble,
                                const struct mixing *mixing, struct ft_error *err) {
  score->outputs = mixing->outputs;
  score->trees = FT_ARENA_NEW(onnx->arena, struct ft_grown_trees, 1);
  if (!score->trees) return ft_onnx_no_memory(err);
  score->single = ensemble->trees == 1;
  onnx->import->model_type = "trees";
  return mix(score->trees, onnx->arena, ensemble, mixing, err);
}

/* What becomes of the sums; false: it is not known. ONNX Runtime leaves a single target as it is,
 * against the specification. */
static bool read_link(struct ft_onnx_score *score, const struct ft_onnx_node *node,
                      uint32_t targets) {
  if (!ft_onnx_text(node, "post_transform").size || is_text(node, "post_transform", "NONE"))
    return true;
  score->stage = FT_ONNX_VALUES;
  score->link = is_text(node, "post_transform", "LOGISTIC") ? FT_LINK_LOGISTIC : FT_LINK_SOFTMAX;
  return targets > 1 &&
         (score->link == FT_LINK_LOGISTIC || is_text(node, "post_transform", "SOFTMAX"));
}

/* Several targets are classes' numbers, or answers that come of no one number. */
static enum ft_status give_targets(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   const struct ft_onnx_value *value, struct ft_error *err) {
  struct ft_onnx_forms forms;
  if (value->score.outputs > 1) {
    FT_TRY(ft_onnx_forms_of(&forms, onnx, node, value, err));
    return ft_onnx_forms_give(onnx, node, &forms, err);
  }
  ft_onnx_give(onnx, node, 0, value);
  return FT_OK;
}

enum ft_status ft_onnx_tree_regressor(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      struct ft_error *err) {
  struct ft_onnx_ensemble ensemble;
  struct ft_column_numbers base;
  struct ft_onnx_value out = { .kind = FT_ONNX_SCORES };
  const bool mean = is_text(node, "aggregate_function", "AVERAGE");
  const double one = 1;
  const int64_t targets = ft_onnx_integer(node, "n_targets", 1);
  if (targets < 1 || targets > FT_MODEL_MAX_LABELS) return ft_onnx_damaged(node, "n_targets", err);
  if (!mean && ft_onnx_text(node, "aggregate_function").size &&
      !is_text(node, "aggregate_function", "SUM"))
    return ft_onnx_refuse(node, "its aggregate_function", err);
  const uint32_t outputs = (uint32_t)targets;
  if (!read_link(&out.score, node, outputs)) return ft_onnx_refuse(node, "its post_transform", err);
  FT_TRY(read_base(&out.score.base, onnx, node, outputs, &base, err));
  if (base.count && base.count != outputs) return ft_onnx_damaged(node, "base_values", err);
  FT_TRY(ft_onnx_ensemble_read(&ensemble, onnx, node, "target", err));
  FT_TRY(check_targets(node, &ensemble, outputs, err));
  const struct mixing mixing = { outputs, outputs, outputs == 1 ? &one : NULL,
                                 mean ? 1.0 / ensemble.trees : 1 };
  FT_TRY(new_trees(&out.score, onnx, &ensemble, &mixing, err));
  return give_targets(onnx, node, &out, err);
}

/* --- classes --- */

/* Two classes have one margin. */
static enum ft_status mix_two(struct mixing *mixing, struct ft_onnx_score *score,
                              const struct ft_onnx_node *node,
                              const struct ft_onnx_ensemble *ensemble,
                              const struct ft_column_numbers *base, struct ft_error *err) {
  struct ft_onnx_margin margin;
  FT_TRY(ft_onnx_margin_of(&margin, node, ensemble, base, err));
  *mixing = (struct mixing){ 2, 1, margin.times, 1 };
  score->base[0] = margin.base;
  score->link = margin.link;
  return FT_OK;
}

/* Does each class have a leaf, or a base? ONNX Runtime leaves the others out of its choice. */
static enum ft_status check_classes(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    const struct ft_onnx_ensemble *ensemble, uint32_t classes,
                                    const struct ft_column_numbers *base, struct ft_error *err) {
  bool *present = FT_ARENA_NEW(onnx->arena, bool, classes);
  if (!present) return ft_onnx_no_memory(err);
  for (uint32_t w = 0; w < ensemble->weights; w++)
    present[ensemble->weight[w].target] = true;
  for (uint32_t c = 0; !base->count && c < classes; c++)
    if (!present[c]) return ft_onnx_refuse(node, "a class without a leaf", err);
  return FT_OK;
}

static enum ft_status mix_many(struct mixing *mixing, struct ft_onnx_score *score,
                               const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               const struct ft_onnx_ensemble *ensemble,
                               const struct ft_column_numbers *base, struct ft_error *err) {
  const uint32_t classes = score->classes;
  FT_TRY(check_classes(onnx, node, ensemble, classes, base, err));
  *mixing = (struct mixing){ classes, classes, NULL, 1 };
  if (base->count && base->count != classes) return ft_onnx_damaged(node, "base_values", err);
  if (is_text(node, "post_transform", "SOFTMAX"))
    score->link = FT_LINK_SOFTMAX;
  else if (is_text(node, "post_transform", "LOGISTIC"))
    score->link = FT_LINK_LOGISTIC;
  else if (!ft_onnx_text(node, "post_transform").size || is_text(node, "post_transform", "NONE"))
    score->link = FT_LINK_IDENTITY;
  else
    return ft_onnx_refuse(node, "its post_transform with several classes", err);
  return FT_OK;
}

enum ft_status ft_onnx_tree_classifier(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                       struct ft_error *err) {
  struct ft_onnx_ensemble ensemble;
  struct ft_onnx_texts label;
  struct ft_column_numbers base;
  struct mixing mixing;
  FT_TRY(ft_onnx_texts(&label, onnx, node, "classlabels_strings", "classlabels_int64s", err));
  if (label.count < 2 || label.count > FT_MODEL_MAX_LABELS)
    return ft_onnx_refuse(node, "its classes", err);
  struct ft_onnx_score score = { .stage = FT_ONNX_VALUES,
                                 .classes = (uint32_t)label.count,
                                 .label = label.value };
  FT_TRY(read_base(&score.base, onnx, node, score.classes, &base, err));
  if (base.count > score.classes) return ft_onnx_damaged(node, "base_values", err);
  FT_TRY(ft_onnx_ensemble_read(&ensemble, onnx, node, "class", err));
  FT_TRY(check_targets(node, &ensemble, score.classes, err));
  if (score.classes == 2)
    FT_TRY(mix_two(&mixing, &score, node, &ensemble, &base, err));
  else
    FT_TRY(mix_many(&mixing, &score, onnx, node, &ensemble, &base, err));
  FT_TRY(new_trees(&score, onnx, &ensemble, &mixing, err));
  ft_onnx_give_classes(onnx, node, &score);
  return FT_OK;
}
