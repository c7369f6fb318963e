#include "core/import/onnx/onnx_tree_classes.h"

#include <math.h>

#define ROUNDING 1e-6 /* of float32 weights */

static const double first_only[] = { 1, 0 }, second_only[] = { 0, 1 }, difference[] = { -1, 1 };

enum after { AFTER_NONE = 0, AFTER_LOGISTIC, AFTER_SOFTMAX, AFTER_SOFTMAX_ZERO, AFTER_OTHER };

static enum after after_of(const struct ft_onnx_node *node) {
  static const char *const name[] = { "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO" };
  struct ft_span text = ft_onnx_text(node, "post_transform");
  enum after after = AFTER_NONE;
  if (!text.size) return AFTER_NONE;
  while (after < AFTER_OTHER && !ft_span_equal(text, ft_span_of(name[after])))
    after++;
  return after;
}

/* --- what the sums can be --- */

struct range {
  double low, high;
};

static bool has(struct range above, struct range sum) {
  return sum.high > above.low && sum.low <= above.high;
}

/* The leaf's weights, each times its class's number; `w` goes on to the next leaf's. */
static double add_leaf(const struct ft_onnx_ensemble *ensemble, uint32_t node, uint32_t *w,
                       const double *times) {
  double sum = 0;
  for (; *w < ensemble->weights && ensemble->weight[*w].node == node; ++*w)
    sum += times[ensemble->weight[*w].target] * ensemble->weight[*w].value;
  return sum;
}

/* May the sum lie above `bad.low` and not above `bad.high`? Exact for one tree; for several, it may
 * where the least and the greatest leaves leave it open. */
static bool may_lie_in(struct range bad, const struct ft_onnx_ensemble *ensemble,
                       const double *times, double base) {
  struct range total = { base, base };
  bool found = false;
  for (uint32_t t = 0, w = 0; t < ensemble->trees; t++) {
    const struct ft_tree *tree = &ensemble->tree[t];
    struct range sum = { INFINITY, -INFINITY };
    for (uint32_t n = tree->first; n < tree->first + tree->nodes; n++) {
      if (ensemble->node[n].feature != FT_NODE_LEAF) continue;
      const double leaf = add_leaf(ensemble, n, &w, times);
      found = found || has(bad, (struct range){ base + leaf, base + leaf });
      sum = (struct range){ fmin(sum.low, leaf), fmax(sum.high, leaf) };
    }
    total = (struct range){ total.low + sum.low, total.high + sum.high };
  }
  return ensemble->trees == 1 ? found : has(bad, total);
}

/* Do the two classes' weights add up to the same in all leaves of each tree? `whole`: in all. */
static bool is_constant(double *whole, const struct ft_onnx_ensemble *ensemble, double rounding) {
  static const double both[] = { 1, 1 };
  *whole = 0;
  for (uint32_t t = 0, w = 0; t < ensemble->trees; t++) {
    const struct ft_tree *tree = &ensemble->tree[t];
    double sum = NAN;
    for (uint32_t n = tree->first; n < tree->first + tree->nodes; n++) {
      if (ensemble->node[n].feature != FT_NODE_LEAF) continue;
      const double leaf = add_leaf(ensemble, n, &w, both);
      if (!isnan(sum) && fabs(leaf - sum) > rounding) return false;
      sum = leaf;
    }
    *whole += sum;
  }
  return true;
}

/* Has some tree a weight of the second class in each leaf? Without one ONNX Runtime goes by the
 * first class's sum. */
static bool is_always_scored(const struct ft_onnx_ensemble *ensemble) {
  for (uint32_t t = 0, w = 0; t < ensemble->trees; t++) {
    const struct ft_tree *tree = &ensemble->tree[t];
    bool all = true;
    for (uint32_t n = tree->first; n < tree->first + tree->nodes; n++) {
      bool scored = false;
      if (ensemble->node[n].feature != FT_NODE_LEAF) continue;
      for (; w < ensemble->weights && ensemble->weight[w].node == n; w++)
        scored = scored || ensemble->weight[w].target == 1;
      all = all && scored;
    }
    if (all) return true;
  }
  return false;
}

/* --- refusals --- */

static enum ft_status refuse_label(const struct ft_onnx_node *node, struct ft_error *err) {
  return ft_onnx_refuse(node, "ONNX Runtime's label is not that of the higher probability", err);
}

/* --- the rules --- */

/* All weights are the first class's, and add up to what speaks for the second. Where none is below
 * 0 the label is the second's above 0.5, and only LOGISTIC changes the sum. */
static enum ft_status of_first(struct ft_onnx_margin *out, const struct ft_onnx_node *node,
                               const struct ft_onnx_ensemble *ensemble, bool positive,
                               struct ft_error *err) {
  const enum after after = after_of(node);
  out->times = first_only;
  out->link = after == AFTER_LOGISTIC ? FT_LINK_LOGISTIC : FT_LINK_IDENTITY;
  if (after == AFTER_OTHER || (!positive && after != AFTER_LOGISTIC))
    return ft_onnx_refuse(node, "its post_transform with two classes", err);
  if (positive && after == AFTER_LOGISTIC &&
      may_lie_in((struct range){ 0, 0.5 }, ensemble, out->times, out->base))
    return refuse_label(node, err);
  return FT_OK;
}

/* All weights are the second class's: the first one's sum is 0. */
static enum ft_status of_second(struct ft_onnx_margin *out, const struct ft_onnx_node *node,
                                const struct ft_onnx_ensemble *ensemble, bool positive,
                                struct ft_error *err) {
  out->times = second_only;
  out->link = FT_LINK_LOGISTIC;
  if (after_of(node) != AFTER_SOFTMAX)
    return ft_onnx_refuse(node, "its post_transform with weights of the second class only", err);
  if (positive && may_lie_in((struct range){ 0, 0.5 }, ensemble, out->times, out->base))
    return refuse_label(node, err);
  return FT_OK;
}

/* With weights of both classes ONNX Runtime answers 0 and 1, whatever whole numbers the labels are. */
static bool has_own_labels(const struct ft_onnx_node *node) {
  const struct ft_onnx_integers label = ft_onnx_integers(node, "classlabels_int64s");
  return label.count != 2 || (label.value[0] == 0 && label.value[1] == 1);
}

/* Weights of both: the label is the second's where its own sum is above 0. */
static enum ft_status of_both(struct ft_onnx_margin *out, const struct ft_onnx_node *node,
                              const struct ft_onnx_ensemble *ensemble, struct ft_error *err) {
  const enum after after = after_of(node);
  double whole = 0;
  const bool mirrored = is_constant(&whole, ensemble, ROUNDING) && fabs(whole) <= ROUNDING;
  out->times = after == AFTER_SOFTMAX ? difference : second_only;
  out->link = after == AFTER_NONE ? FT_LINK_IDENTITY : FT_LINK_LOGISTIC;
  if (!has_own_labels(node))
    return ft_onnx_refuse(node, "ONNX Runtime answers 0 and 1 in place of its labels", err);
  if (after > AFTER_SOFTMAX)
    return ft_onnx_refuse(node, "its post_transform with two classes", err);
  if (after == AFTER_NONE) {
    if (!is_constant(&whole, ensemble, 1e-4) || fabs(whole - 1) >= 1e-3)
      return ft_onnx_refuse(node, "its post_transform with two classes", err);
    return may_lie_in((struct range){ 0, 0.5 }, ensemble, out->times, 0) ? refuse_label(node, err)
                                                                         : FT_OK;
  }
  if (after == AFTER_LOGISTIC && !mirrored)
    return ft_onnx_refuse(node, "two classes, each by itself", err);
  return mirrored ? FT_OK : refuse_label(node, err);
}

struct classes {
  bool first, second; /* have weights */
  bool positive;      /* no weight is below 0 */
};

static struct classes look_at(const struct ft_onnx_ensemble *ensemble) {
  struct classes classes = { .positive = true };
  for (uint32_t w = 0; w < ensemble->weights; w++) {
    *(ensemble->weight[w].target ? &classes.second : &classes.first) = true;
    if (ensemble->weight[w].value < 0) classes.positive = false;
  }
  return classes;
}

enum ft_status ft_onnx_margin_of(struct ft_onnx_margin *out, const struct ft_onnx_node *node,
                                 const struct ft_onnx_ensemble *ensemble,
                                 const struct ft_column_numbers *base, struct ft_error *err) {
  const struct classes classes = look_at(ensemble);
  *out = (struct ft_onnx_margin){ .base = base->count ? base->value[0] : 0 };
  if (base->count > 1 || (base->count && classes.second))
    return ft_onnx_refuse(node, "its base_values, which ONNX Runtime leaves out of a class", err);
  if (!classes.second) return of_first(out, node, ensemble, classes.positive, err);
  if (!is_always_scored(ensemble))
    return ft_onnx_refuse(node, "leaves without a weight of each class", err);
  return classes.first ? of_both(out, node, ensemble, err)
                       : of_second(out, node, ensemble, classes.positive, err);
}
