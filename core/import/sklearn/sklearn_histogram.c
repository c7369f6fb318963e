/* HistGradientBoosting: trees that compare doubles, and sets of categories.
 *
 * NULLs    NaN goes where a node says; so does a category that the training did not have. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/sklearn/sklearn_columns.h"
#include "core/import/sklearn/sklearn_encoders.h"
#include "core/import/sklearn/sklearn_forest.h"

#define MAX_ROUNDS 100000
#define SET_WORDS  (FT_BRANCH_CODES / 32)

struct loss {
  const char *name;
  enum ft_link link;
  bool classifies;
};
static const struct loss losses[] = {
  { "squared_error", FT_LINK_IDENTITY, false },
  { "least_squares", FT_LINK_IDENTITY, false },
  { "absolute_error", FT_LINK_IDENTITY, false },
  { "least_absolute_deviation", FT_LINK_IDENTITY, false },
  { "quantile", FT_LINK_IDENTITY, false },
  { "poisson", FT_LINK_EXP, false },
  { "gamma", FT_LINK_EXP, false },
  { "log_loss", FT_LINK_LOGISTIC, true },
  { "auto", FT_LINK_LOGISTIC, true },
  { "binary_crossentropy", FT_LINK_LOGISTIC, true },
  { "categorical_crossentropy", FT_LINK_LOGISTIC, true },
};

static const struct loss *find_loss(const struct ft_sklearn_place *place) {
  bool classifies = strstr(place->name, "Classifier") != NULL;
  for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
    if (ft_sklearn_says(place, "loss", losses[i].name) && losses[i].classifies == classifies)
      return &losses[i];
  return NULL;
}

/* --- categories --- */

struct histogram {
  struct ft_sklearn_forest forest;
  struct ft_branch_codes *known; /* one a column; of numbers empty */
  uint8_t *categorical;          /* one a column */
};

/* The codes that the training had of a categorical column. */
static enum ft_status read_known(struct ft_branch_codes *out, struct ft_column_numbers *codes,
                                 const struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place, const struct ft_pickle *list,
                                 uint32_t column, struct ft_error *err) {
  FT_TRY(ft_sklearn_reals(codes, sklearn, ft_pickle_item(list, column), err));
  for (size_t i = 0; i < codes->count; i++) {
    double code = codes->value[i];
    if (!(code >= 0 && code < FT_BRANCH_CODES) || code != floor(code))
      return ft_sklearn_damaged(place, "a category out of range", err);
    out->word[(uint32_t)code / 32] |= UINT32_C(1) << ((uint32_t)code % 32);
  }
  return FT_OK;
}

/* The columns as the trees take them: of categories their codes. With a preprocessor (scikit-learn 1.3
 * and later, where there are categories) an encoder makes them, else they are the fields' values. */
static enum ft_status prepare(struct ft_prepared_table *out, struct histogram *of,
                              struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                              const struct ft_prepared_table *columns, struct ft_error *err) {
  const struct ft_pickle *before = ft_pickle_get(place->object, "_preprocessor");
  const struct ft_pickle *mapper = ft_pickle_get(place->object, "_bin_mapper");
  const struct ft_pickle *list = ft_pickle_get(mapper, "bin_thresholds_");
  struct ft_column_numbers which, codes;
  *out = *columns;
  if (!ft_pickle_is_none(before))
    FT_TRY(ft_sklearn_transform(out, sklearn, before, columns, 0, err));
  FT_TRY(ft_sklearn_reals(&which, sklearn, ft_pickle_get(mapper, "is_categorical_"), err));
  if (which.count && which.count != out->columns)
    return ft_sklearn_damaged(place, "is_categorical_", err);
  struct ft_arena *arena = sklearn->columns.arena;
  struct ft_prepared_column *column = FT_ARENA_NEW(arena, struct ft_prepared_column, out->columns);
  of->known = FT_ARENA_NEW(arena, struct ft_branch_codes, out->columns);
  of->categorical = FT_ARENA_NEW(arena, uint8_t, out->columns);
  if (!column || !of->known || !of->categorical) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < out->columns; i++) {
    column[i] = out->column[i];
    of->categorical[i] = which.count && which.value[i] == 1;
    if (!of->categorical[i]) continue;
    FT_TRY(read_known(&of->known[i], &codes, sklearn, place, list, i, err));
    if (ft_pickle_is_none(before))
      FT_TRY(ft_sklearn_codes(&column[i], sklearn, place, &out->column[i], &codes, err));
  }
  out->column = column;
  return FT_OK;
}

/* --- trees --- */

struct tree {
  uint32_t nodes;
  struct ft_pickle_array left, right, feature, threshold, missing, value, leaf, categorical, set;
  const struct ft_pickle_array *sets; /* sets × SET_WORDS */
  struct ft_branch_codes *passing;    /* one a set */
};

static enum ft_status read_sets(struct tree *tree, const struct histogram *of,
                                struct ft_error *err) {
  const struct ft_pickle_array *sets = tree->sets;
  if (!sets || sets->count == 0) {
    tree->sets = NULL;
    return FT_OK;
  }
  if (sets->dimensions != 2 || sets->shape[1] != SET_WORDS || sets->shape[0] > tree->nodes)
    return ft_sklearn_damaged(of->forest.place, "a tree's categories", err);
  tree->passing =
      FT_ARENA_NEW(of->forest.sklearn->columns.arena, struct ft_branch_codes, sets->shape[0]);
  if (!tree->passing) return ft_columns_no_memory(err);
  for (size_t i = 0; i < sets->count; i++) {
    int64_t word;
    if (!ft_pickle_array_integer(&word, sets, i))
      return ft_sklearn_damaged(of->forest.place, "a tree's categories", err);
    tree->passing[i / SET_WORDS].word[i % SET_WORDS] = (uint32_t)word;
  }
  return FT_OK;
}

static enum ft_status open_tree(struct tree *out, const struct histogram *of,
                                const struct ft_pickle *predictor, struct ft_error *err) {
  const struct ft_pickle_array *nodes = ft_pickle_array(ft_pickle_get(predictor, "nodes"));
  *out = (struct tree){ .sets = ft_pickle_array(ft_pickle_get(predictor, "raw_left_cat_bitsets")) };
  if (!nodes || nodes->count == 0 || nodes->count > FT_SKLEARN_MAX_NODES ||
      !ft_pickle_array_field(&out->left, nodes, "left") ||
      !ft_pickle_array_field(&out->right, nodes, "right") ||
      !ft_pickle_array_field(&out->feature, nodes, "feature_idx") ||
      !ft_pickle_array_field(&out->threshold, nodes, "num_threshold") ||
      !ft_pickle_array_field(&out->missing, nodes, "missing_go_to_left") ||
      !ft_pickle_array_field(&out->value, nodes, "value") ||
      !ft_pickle_array_field(&out->leaf, nodes, "is_leaf") ||
      !ft_pickle_array_field(&out->categorical, nodes, "is_categorical") ||
      !ft_pickle_array_field(&out->set, nodes, "bitset_idx"))
    return ft_sklearn_damaged(of->forest.place, "a tree", err);
  out->nodes = (uint32_t)nodes->count;
  return read_sets(out, of, err);
}

static enum ft_status make_test(struct ft_branch_test *out, uint32_t *column, struct histogram *of,
                                const struct tree *tree, uint32_t node, struct ft_error *err) {
  int64_t feature, missing, categorical, set;
  if (!ft_pickle_array_integer(&feature, &tree->feature, node) || feature < 0 ||
      feature >= of->forest.columns.columns ||
      !ft_pickle_array_integer(&missing, &tree->missing, node) ||
      !ft_pickle_array_integer(&categorical, &tree->categorical, node) ||
      !ft_pickle_array_integer(&set, &tree->set, node))
    return ft_sklearn_damaged(of->forest.place, "a tree's nodes", err);
  *column = (uint32_t)feature;
  *out = (struct ft_branch_test){ .branch = FT_BRANCH_LEQ,
                                  .value = ft_pickle_array_number(&tree->threshold, node),
                                  .missing_passes = missing != 0 };
  if ((categorical != 0) != of->categorical[feature] || (!categorical && isnan(out->value)))
    return ft_sklearn_damaged(of->forest.place, "a tree's nodes", err);
  if (!categorical) return FT_OK;
  if (!tree->sets || set < 0 || (size_t)set >= tree->sets->shape[0])
    return ft_sklearn_damaged(of->forest.place, "a tree's categories", err);
  out->branch = FT_BRANCH_AMONG;
  out->value = 0;
  out->passing = &tree->passing[set];
  out->known = &of->known[feature];
  return FT_OK;
}

static enum ft_status make_split(struct ft_node *out, struct histogram *of, const struct tree *tree,
                                 uint32_t node, uint8_t *seen, struct ft_error *err) {
  struct ft_branch_test test;
  uint32_t column = 0, yes = 0, no = 0;
  bool swapped;
  struct ft_sklearn_forest *forest = &of->forest;
  FT_TRY(ft_sklearn_forest_child(&yes, seen, forest, &tree->left, node, tree->nodes, err));
  FT_TRY(ft_sklearn_forest_child(&no, seen, forest, &tree->right, node, tree->nodes, err));
  FT_TRY(make_test(&test, &column, of, tree, node, err));
  FT_TRY(
      ft_column_split(out, &swapped, &forest->splits, &forest->columns.column[column], &test, err));
  out->left = swapped ? no : yes;
  out->right = swapped ? yes : no;
  return FT_OK;
}

static enum ft_status add_tree(struct histogram *of, const struct ft_pickle *predictor,
                               uint32_t output, struct ft_error *err) {
  struct tree tree;
  struct ft_sklearn_forest *forest = &of->forest;
  struct ft_grown_trees *grown = &forest->trees;
  FT_TRY(open_tree(&tree, of, predictor, err));
  FT_TRY(ft_sklearn_forest_reserve(forest, 1, tree.nodes, err));
  uint8_t *seen = FT_ARENA_NEW(forest->sklearn->columns.arena, uint8_t, tree.nodes);
  if (!seen) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < tree.nodes; i++) {
    struct ft_node *node = &grown->node[grown->nodes + i];
    double *leaf = &grown->leaf[grown->nodes + i];
    int64_t is_leaf;
    if ((i > 0 && !seen[i]) || !ft_pickle_array_integer(&is_leaf, &tree.leaf, i))
      return ft_sklearn_damaged(forest->place, "a tree's nodes", err);
    *leaf = 0;
    if (!is_leaf) {
      FT_TRY(make_split(node, of, &tree, i, seen, err));
      continue;
    }
    *node = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
    *leaf = ft_pickle_array_number(&tree.value, i);
    if (!isfinite(*leaf)) return ft_sklearn_damaged(forest->place, "a tree's values", err);
  }
  grown->tree[grown->trees++] = (struct ft_tree){ grown->nodes, tree.nodes, output };
  grown->nodes += tree.nodes;
  return FT_OK;
}

/* Rounds of one tree an output. */
static enum ft_status add_rounds(struct histogram *of, uint32_t outputs, struct ft_error *err) {
  const struct ft_pickle *rounds = ft_pickle_get(of->forest.place->object, "_predictors");
  uint32_t count = ft_pickle_count(rounds);
  if (count == 0 || count > MAX_ROUNDS)
    return ft_sklearn_damaged(of->forest.place, "its trees", err);
  for (uint32_t r = 0; r < count; r++) {
    const struct ft_pickle *round = ft_pickle_item(rounds, r);
    if (ft_pickle_count(round) != outputs)
      return ft_sklearn_damaged(of->forest.place, "its trees", err);
    for (uint32_t g = 0; g < outputs; g++)
      FT_TRY(add_tree(of, ft_pickle_item(round, g), g, err));
  }
  return FT_OK;
}

enum ft_status ft_sklearn_histogram(struct ft_sklearn *sklearn,
                                    const struct ft_sklearn_place *place,
                                    const struct ft_prepared_table *columns, struct ft_error *err) {
  struct histogram of = { 0 };
  struct ft_sklearn_values classes = { 0 };
  struct ft_prepared_table prepared;
  struct ft_column_numbers base;
  const struct loss *loss = find_loss(place);
  if (!loss) return ft_sklearn_refuse(place, "with its loss", err);
  if (loss->classifies) FT_TRY(ft_sklearn_labels(&classes, sklearn, place, err));
  uint32_t outputs = classes.count > 2 ? classes.count : 1;
  FT_TRY(ft_sklearn_answer(sklearn, loss->classifies ? &classes : NULL,
                           outputs > 1 ? FT_LINK_SOFTMAX : loss->link, err));
  FT_TRY(prepare(&prepared, &of, sklearn, place, columns, err));
  FT_TRY(ft_sklearn_forest_start(&of.forest, sklearn, place, &prepared, outputs, err));
  FT_TRY(ft_sklearn_numbers(&base, sklearn, place, "_baseline_prediction", err));
  if (base.count != outputs) return ft_sklearn_damaged(place, "_baseline_prediction", err);
  memcpy(of.forest.base, base.value, outputs * sizeof *base.value);
  FT_TRY(add_rounds(&of, outputs, err));
  return ft_sklearn_forest_finish(&of.forest, 1, err);
}
