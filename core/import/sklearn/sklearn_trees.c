/* Decision trees, forests of them, and gradient boosting.
 *
 * Numbers  a tree compares float32(x) <= threshold, the threshold a double; before scikit-learn 1.3 the
 *          leaves of classifiers hold counts, since then shares. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/sklearn/sklearn_columns.h"
#include "core/import/sklearn/sklearn_forest.h"

#define MAX_TREES 100000

/* The Tree object of one estimator. */
struct tree {
  uint32_t nodes;
  struct ft_pickle_array left, right, feature, threshold, missing;
  bool knows_missing;
  const struct ft_pickle_array *value; /* nodes × 1 × width */
  uint32_t width;
};

/* What the leaves add: `count` outputs from `first` on. */
struct leaves {
  uint32_t first, count;
  bool shares; /* of classes; of two classes that of the second */
  double scale;
};

static enum ft_status open_tree(struct tree *out, const struct ft_sklearn_forest *forest,
                                const struct ft_pickle *estimator, struct ft_error *err) {
  const struct ft_pickle *tree = ft_pickle_get(estimator, "tree_");
  const struct ft_pickle_array *nodes = ft_pickle_array(ft_pickle_get(tree, "nodes"));
  *out = (struct tree){ .value = ft_pickle_array(ft_pickle_get(tree, "values")) };
  if (!nodes || !out->value || nodes->count == 0 || nodes->count > FT_SKLEARN_MAX_NODES ||
      !ft_pickle_array_field(&out->left, nodes, "left_child") ||
      !ft_pickle_array_field(&out->right, nodes, "right_child") ||
      !ft_pickle_array_field(&out->feature, nodes, "feature") ||
      !ft_pickle_array_field(&out->threshold, nodes, "threshold"))
    return ft_sklearn_damaged(forest->place, "a tree", err);
  out->knows_missing = ft_pickle_array_field(&out->missing, nodes, "missing_go_to_left");
  out->nodes = (uint32_t)nodes->count;
  if (out->value->dimensions != 3 || out->value->shape[0] != out->nodes)
    return ft_sklearn_damaged(forest->place, "a tree's values", err);
  if (out->value->shape[1] != 1) return ft_sklearn_refuse_several(forest->place, err);
  if (out->value->shape[2] == 0 || out->value->shape[2] > FT_MODEL_MAX_LABELS)
    return ft_sklearn_damaged(forest->place, "a tree's values", err);
  out->width = (uint32_t)out->value->shape[2];
  return FT_OK;
}

/* Trees take the columns as float32. */
static enum ft_status start(struct ft_sklearn_forest *out, struct ft_sklearn *sklearn,
                            const struct ft_sklearn_place *place,
                            const struct ft_prepared_table *columns, uint32_t outputs,
                            struct ft_error *err) {
  struct ft_prepared_table narrow;
  FT_TRY(ft_sklearn_columns_narrow(&narrow, sklearn, place, columns, err));
  return ft_sklearn_forest_start(out, sklearn, place, &narrow, outputs, err);
}

static enum ft_status make_split(struct ft_node *out, struct ft_sklearn_forest *forest,
                                 const struct tree *tree, uint32_t node, uint8_t *seen,
                                 struct ft_error *err) {
  int64_t feature, left = 0;
  uint32_t yes = 0, no = 0;
  bool swapped;
  FT_TRY(ft_sklearn_forest_child(&yes, seen, forest, &tree->left, node, tree->nodes, err));
  FT_TRY(ft_sklearn_forest_child(&no, seen, forest, &tree->right, node, tree->nodes, err));
  struct ft_branch_test test = { .branch = FT_BRANCH_LEQ,
                                 .value = ft_pickle_array_number(&tree->threshold, node) };
  if (!ft_pickle_array_integer(&feature, &tree->feature, node) || feature < 0 ||
      feature >= forest->columns.columns || isnan(test.value))
    return ft_sklearn_damaged(forest->place, "a tree's nodes", err);
  if (tree->knows_missing && ft_pickle_array_integer(&left, &tree->missing, node))
    test.missing_passes = left != 0;
  FT_TRY(ft_column_split(out, &swapped, &forest->splits, &forest->columns.column[feature], &test,
                         err));
  out->left = swapped ? no : yes;
  out->right = swapped ? yes : no;
  return FT_OK;
}

static enum ft_status make_nodes(struct ft_node *out, struct ft_sklearn_forest *forest,
                                 const struct tree *tree, struct ft_error *err) {
  uint8_t *seen = FT_ARENA_NEW(forest->sklearn->columns.arena, uint8_t, tree->nodes);
  if (!seen) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < tree->nodes; i++) {
    int64_t left;
    if (i > 0 && !seen[i]) return ft_sklearn_damaged(forest->place, "a tree's nodes", err);
    if (!ft_pickle_array_integer(&left, &tree->left, i))
      return ft_sklearn_damaged(forest->place, "a tree's nodes", err);
    if (left >= 0)
      FT_TRY(make_split(&out[i], forest, tree, i, seen, err));
    else
      out[i] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  }
  return FT_OK;
}

/* A share is of what the leaf holds in all: counts once, now shares. */
static double leaf_value(const struct tree *tree, uint32_t node, uint32_t output,
                         const struct leaves *leaves) {
  size_t first = (size_t)node * tree->width;
  if (!leaves->shares) return leaves->scale * ft_pickle_array_number(tree->value, first);
  double sum = 0;
  for (uint32_t i = 0; i < tree->width; i++)
    sum += ft_pickle_array_number(tree->value, first + i);
  uint32_t class = leaves->count == 1 ? 1 : output;
  return leaves->scale * ft_pickle_array_number(tree->value, first + class) / sum;
}

static enum ft_status add_tree(struct ft_sklearn_forest *forest, const struct ft_pickle *estimator,
                               const struct leaves *leaves, struct ft_error *err) {
  struct tree tree;
  FT_TRY(open_tree(&tree, forest, estimator, err));
  if (leaves->shares ? tree.width != (leaves->count == 1 ? 2 : leaves->count) : tree.width != 1)
    return ft_sklearn_damaged(forest->place, "a tree's values", err);
  FT_TRY(
      ft_sklearn_forest_reserve(forest, leaves->count, (uint64_t)leaves->count * tree.nodes, err));
  struct ft_grown_trees *grown = &forest->trees;
  const struct ft_node *made = &grown->node[grown->nodes];
  FT_TRY(make_nodes(&grown->node[grown->nodes], forest, &tree, err));
  for (uint32_t o = 0; o < leaves->count; o++) {
    uint32_t first = grown->nodes;
    grown->tree[grown->trees++] = (struct ft_tree){ first, tree.nodes, leaves->first + o };
    if (o) memcpy(&grown->node[first], made, tree.nodes * sizeof *made);
    for (uint32_t i = 0; i < tree.nodes; i++) {
      if (made[i].feature != FT_NODE_LEAF) continue;
      grown->leaf[first + i] = leaf_value(&tree, i, o, leaves);
      if (!isfinite(grown->leaf[first + i]))
        return ft_sklearn_damaged(forest->place, "a tree's values", err);
    }
    grown->nodes += tree.nodes;
  }
  forest->refuses_missing = forest->refuses_missing || !tree.knows_missing;
  return FT_OK;
}

static bool is_classifier(const struct ft_sklearn_place *place) {
  return strstr(place->name, "Classifier") != NULL;
}

/* Of one estimator or the mean of several. A classifier's prediction is the mean of shares; leaves stay
 * whole numbers where they are pure, so that ties are ties. */
static enum ft_status read_mean(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                const struct ft_prepared_table *columns,
                                const struct ft_pickle *const *tree, uint32_t trees,
                                struct ft_error *err) {
  struct ft_sklearn_forest forest;
  struct ft_sklearn_values classes;
  struct leaves leaves = { .count = 1, .scale = 1, .shares = is_classifier(place) };
  if (trees == 0 || trees > MAX_TREES) return ft_sklearn_damaged(place, "its trees", err);
  if (leaves.shares) {
    FT_TRY(ft_sklearn_labels(&classes, sklearn, place, err));
    leaves.count = classes.count == 2 ? 1 : classes.count;
  }
  FT_TRY(ft_sklearn_answer(sklearn, leaves.shares ? &classes : NULL, FT_LINK_IDENTITY, err));
  FT_TRY(start(&forest, sklearn, place, columns, leaves.count, err));
  for (uint32_t t = 0; t < trees; t++)
    FT_TRY(add_tree(&forest, tree[t], &leaves, err));
  return ft_sklearn_forest_finish(&forest, 1.0 / trees, err);
}

enum ft_status ft_sklearn_tree(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                               const struct ft_prepared_table *columns, struct ft_error *err) {
  return read_mean(sklearn, place, columns, &place->object, 1, err);
}

enum ft_status ft_sklearn_trees(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                const struct ft_prepared_table *columns, struct ft_error *err) {
  const struct ft_pickle *list = ft_pickle_get(place->object, "estimators_");
  uint32_t trees = ft_pickle_count(list);
  const struct ft_pickle **tree =
      FT_ARENA_NEW(sklearn->columns.arena, const struct ft_pickle *, trees);
  if (!tree) return ft_columns_no_memory(err);
  for (uint32_t t = 0; t < trees; t++)
    tree[t] = ft_pickle_item(list, t);
  return read_mean(sklearn, place, columns, tree, trees, err);
}

/* --- gradient boosting --- */

/* Losses by all the names that they have had. */
struct loss {
  const char *name;
  bool classifies;
  double factor; /* of the raw prediction, for the link */
};
static const struct loss losses[] = {
  { "log_loss", true, 1 },       { "deviance", true, 1 }, { "exponential", true, 2 },
  { "squared_error", false, 1 }, { "ls", false, 1 },      { "absolute_error", false, 1 },
  { "lad", false, 1 },           { "huber", false, 1 },   { "quantile", false, 1 },
};

static const struct loss *find_loss(const struct ft_sklearn_place *place) {
  for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
    if (ft_sklearn_says(place, "loss", losses[i].name) &&
        losses[i].classifies == is_classifier(place))
      return &losses[i];
  return NULL;
}

/* What an init estimator that looks at no column predicts, as margins under the link. */
static enum ft_status read_init(double *base, uint32_t outputs, const struct ft_sklearn *sklearn,
                                const struct ft_sklearn_place *place, struct ft_error *err) {
  const struct ft_pickle *init = ft_pickle_get(place->object, "init_");
  struct ft_sklearn_place dummy;
  struct ft_column_numbers value;
  if (ft_span_equal(ft_pickle_text(init), FT_SPAN("zero"))) return FT_OK;
  ft_sklearn_place(&dummy, init);
  bool classifies = ft_sklearn_is(init, "DummyClassifier");
  if (!classifies && !ft_sklearn_is(init, "DummyRegressor"))
    return ft_sklearn_refuse(place, "with an init estimator of its own", err);
  if (classifies && !ft_sklearn_says(&dummy, "strategy", "prior"))
    return ft_sklearn_refuse(place, "with an init estimator of its own", err);
  FT_TRY(
      ft_sklearn_numbers(&value, sklearn, &dummy, classifies ? "class_prior_" : "constant_", err));
  uint32_t wanted = classifies ? (outputs == 1 ? 2 : outputs) : 1;
  if (value.count != wanted || (!classifies && outputs != 1))
    return ft_sklearn_damaged(place, "init_", err);
  if (!classifies) base[0] = value.value[0];
  for (uint32_t g = 0; classifies && g < outputs; g++) {
    double p = value.value[outputs == 1 ? 1 : g];
    if (!(p > 1e-7 && p < 1 - 1e-7)) return ft_sklearn_refuse(place, "with a class of none", err);
    base[g] = outputs == 1 ? log(p / (1 - p)) : log(p);
  }
  return FT_OK;
}

static enum ft_status add_rounds(struct ft_sklearn_forest *forest, uint32_t outputs, double scale,
                                 struct ft_error *err) {
  const struct ft_pickle_array *array =
      ft_pickle_array(ft_pickle_get(forest->place->object, "estimators_"));
  const struct ft_pickle *list = ft_pickle_get(forest->place->object, "estimators_");
  size_t trees = array ? array->count : ft_pickle_count(list);
  if (!array || array->dtype->kind != 'O' || trees == 0 || trees % outputs || trees > MAX_TREES)
    return ft_sklearn_damaged(forest->place, "its trees", err);
  for (size_t t = 0; t < trees; t++) {
    const struct leaves leaves = { .first = (uint32_t)(t % outputs), .count = 1, .scale = scale };
    FT_TRY(add_tree(forest, ft_pickle_array_item(array, t), &leaves, err));
  }
  return FT_OK;
}

enum ft_status ft_sklearn_boosting(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                   const struct ft_prepared_table *columns, struct ft_error *err) {
  struct ft_sklearn_forest forest;
  struct ft_sklearn_values classes = { 0 };
  const struct loss *loss = find_loss(place);
  double rate = ft_pickle_real(ft_pickle_get(place->object, "learning_rate"));
  if (!loss) return ft_sklearn_refuse(place, "with its loss", err);
  if (!isfinite(rate)) return ft_sklearn_damaged(place, "learning_rate", err);
  if (loss->classifies) FT_TRY(ft_sklearn_labels(&classes, sklearn, place, err));
  uint32_t outputs = classes.count > 2 ? classes.count : 1;
  enum ft_link link = !loss->classifies ? FT_LINK_IDENTITY
                      : outputs > 1     ? FT_LINK_SOFTMAX
                                        : FT_LINK_LOGISTIC;
  FT_TRY(ft_sklearn_answer(sklearn, loss->classifies ? &classes : NULL, link, err));
  FT_TRY(start(&forest, sklearn, place, columns, outputs, err));
  FT_TRY(read_init(forest.base, outputs, sklearn, place, err));
  FT_TRY(add_rounds(&forest, outputs, rate * loss->factor, err));
  forest.refuses_missing = true;
  return ft_sklearn_forest_finish(&forest, 1, err);
}
