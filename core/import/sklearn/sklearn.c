#include "core/import/sklearn/sklearn.h"

#include <inttypes.h>
#include <string.h>

#include "core/import/sklearn/sklearn_columns.h"
#include "core/import/sklearn/sklearn_reading.h"
#include "core/import/sklearn/skops.h"

#define MAX_DEPTH 16

static const struct known {
  const char *name;
  ft_sklearn_learner *read;
} known[] = {
  { "DecisionTreeClassifier", ft_sklearn_tree },
  { "DecisionTreeRegressor", ft_sklearn_tree },
  { "ExtraTreeClassifier", ft_sklearn_tree },
  { "ExtraTreeRegressor", ft_sklearn_tree },
  { "RandomForestClassifier", ft_sklearn_trees },
  { "RandomForestRegressor", ft_sklearn_trees },
  { "ExtraTreesClassifier", ft_sklearn_trees },
  { "ExtraTreesRegressor", ft_sklearn_trees },
  { "GradientBoostingClassifier", ft_sklearn_boosting },
  { "GradientBoostingRegressor", ft_sklearn_boosting },
  { "HistGradientBoostingClassifier", ft_sklearn_histogram },
  { "HistGradientBoostingRegressor", ft_sklearn_histogram },
  { "LinearRegression", ft_sklearn_linear },
  { "Ridge", ft_sklearn_linear },
  { "RidgeCV", ft_sklearn_linear },
  { "Lasso", ft_sklearn_linear },
  { "LassoCV", ft_sklearn_linear },
  { "LassoLars", ft_sklearn_linear },
  { "LassoLarsCV", ft_sklearn_linear },
  { "LassoLarsIC", ft_sklearn_linear },
  { "Lars", ft_sklearn_linear },
  { "LarsCV", ft_sklearn_linear },
  { "ElasticNet", ft_sklearn_linear },
  { "ElasticNetCV", ft_sklearn_linear },
  { "BayesianRidge", ft_sklearn_linear },
  { "ARDRegression", ft_sklearn_linear },
  { "HuberRegressor", ft_sklearn_linear },
  { "TheilSenRegressor", ft_sklearn_linear },
  { "QuantileRegressor", ft_sklearn_linear },
  { "OrthogonalMatchingPursuit", ft_sklearn_linear },
  { "OrthogonalMatchingPursuitCV", ft_sklearn_linear },
  { "PassiveAggressiveRegressor", ft_sklearn_linear },
  { "SGDRegressor", ft_sklearn_linear },
  { "LinearSVR", ft_sklearn_linear },
  { "PoissonRegressor", ft_sklearn_log_linear },
  { "GammaRegressor", ft_sklearn_log_linear },
  { "TweedieRegressor", ft_sklearn_tweedie },
  { "LogisticRegression", ft_sklearn_logistic },
  { "LogisticRegressionCV", ft_sklearn_logistic },
  { "SGDClassifier", ft_sklearn_sgd },
  { "LinearDiscriminantAnalysis", ft_sklearn_discriminant },
  { "RidgeClassifier", ft_sklearn_margin },
  { "RidgeClassifierCV", ft_sklearn_margin },
  { "LinearSVC", ft_sklearn_margin },
  { "Perceptron", ft_sklearn_margin },
  { "PassiveAggressiveClassifier", ft_sklearn_margin },
  { "MLPClassifier", ft_sklearn_perceptron },
  { "MLPRegressor", ft_sklearn_perceptron },
};

static const struct known *find_known(const struct ft_pickle *object) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (ft_sklearn_is(object, known[i].name)) return &known[i];
  return NULL;
}

static bool is_read(const struct ft_pickle *object) {
  return find_known(object) || ft_sklearn_transforms(object) || ft_sklearn_is(object, "Pipeline");
}

bool ft_sklearn_fits(const struct ft_pickle *object) {
  struct ft_span name = ft_pickle_class(object);
  return object && object->kind == FT_PICKLE_OBJECT && name.size > 8 &&
         memcmp(name.data, "sklearn.", 8) == 0;
}

/* A search for hyperparameters predicts with the best estimator that it found. */
static const struct ft_pickle *unwrap(const struct ft_pickle *object) {
  const struct ft_pickle *best = ft_pickle_get(object, "best_estimator_");
  return best ? best : object;
}

/* The first that takes the fields in, and knows how many there are. */
static const struct ft_pickle *find_first(const struct ft_pickle *object) {
  for (int depth = 0; depth < MAX_DEPTH && object; depth++) {
    const struct ft_pickle *steps = ft_pickle_get(object, "steps"), *step = NULL;
    if (ft_pickle_get(object, "n_features_in_") || !ft_sklearn_is(object, "Pipeline"))
      return object;
    for (uint32_t i = 0; i < ft_pickle_count(steps) && !ft_sklearn_fits(step); i++)
      step = ft_pickle_item(ft_pickle_item(steps, i), 1);
    object = step;
  }
  return object;
}

static enum ft_status name_fields(struct ft_sklearn *sklearn, const struct ft_sklearn_place *first,
                                  struct ft_error *err) {
  const struct ft_pickle *names = ft_pickle_get(first->object, "feature_names_in_");
  struct ft_sklearn_values name;
  if (ft_pickle_is_none(names)) return FT_OK;
  FT_TRY(ft_sklearn_values(&name, sklearn, first, names, err));
  if (name.count != sklearn->columns.fields)
    return ft_sklearn_damaged(first, "feature_names_in_", err);
  for (uint32_t i = 0; i < name.count; i++)
    sklearn->columns.field[i].name = name.text[i];
  return FT_OK;
}

static enum ft_status make_fields(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                  const struct ft_pickle *object, struct ft_error *err) {
  struct ft_columns *from = &sklearn->columns;
  const struct ft_import_request *request = from->import->request;
  struct ft_sklearn_place first;
  int64_t count;
  ft_sklearn_place(&first, find_first(object));
  if (!ft_pickle_integer(&count, ft_pickle_get(first.object, "n_features_in_")) &&
      !ft_pickle_integer(&count, ft_pickle_get(first.object, "n_features_")))
    return ft_sklearn_refuse(
        &first, is_read(first.object) ? "it was not fitted, or by an old version" : "", err);
  if (count < 1 || count > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRId64 " inputs, and a function takes %d",
                   count, FT_MODEL_MAX_FIELDS);
  from->fields = (uint32_t)count;
  from->field = FT_ARENA_NEW(from->arena, struct ft_column_field, from->fields);
  struct ft_prepared_column *column =
      FT_ARENA_NEW(from->arena, struct ft_prepared_column, from->fields);
  struct ft_column_step *step = FT_ARENA_NEW(from->arena, struct ft_column_step, 1);
  if (!from->field || !column || !step) return ft_columns_no_memory(err);
  *step = (struct ft_column_step){ .steps = 1, .wide = true };
  for (uint32_t i = 0; i < from->fields; i++) {
    from->field[i].text = i < request->fields && request->field[i].type == FT_TEXT;
    column[i] = (struct ft_prepared_column){ .field = i, .wide = true, .last = step };
  }
  *out = (struct ft_prepared_table){ .columns = from->fields, .column = column };
  return name_fields(sklearn, &first, err);
}

static enum ft_status read_learner(struct ft_sklearn *sklearn, const struct ft_pickle *object,
                                   const struct ft_prepared_table *columns, struct ft_error *err) {
  struct ft_sklearn_place place;
  ft_sklearn_place(&place, object);
  sklearn->columns.import->objective =
      ft_arena_text(sklearn->columns.arena, ft_span_of(place.name));
  const struct known *found = find_known(object);
  if (found) {
    sklearn->columns.import->objective = found->name;
    return found->read(sklearn, &place, columns, err);
  }
  if (!ft_sklearn_transforms(object)) return ft_sklearn_refuse(&place, "", err);
  ft_fail(err, FT_UNSUPPORTED,
          "the file ends in scikit-learn's %s, which prepares columns and predicts nothing",
          place.name);
  return ft_fail_hint(err, "Save one pipeline of it and the estimator that follows it: "
                           "sklearn.pipeline.make_pipeline(prepare, model).");
}

enum ft_status ft_sklearn_read(struct ft_import *out, struct ft_arena *arena,
                               const struct ft_pickle *object, struct ft_error *err) {
  struct ft_sklearn sklearn = {
    .columns = { .import = out, .arena = arena, .format = "scikit-learn" }
  };
  struct ft_prepared_table fields, columns;
  const struct ft_pickle *last = unwrap(object);
  struct ft_span version = ft_pickle_text(ft_pickle_get(last, "_sklearn_version"));
  out->format = "scikit-learn";
  if (version.size && version.size < 32 && ft_span_is_utf8(version))
    out->version = ft_arena_text(arena, version);
  if (!ft_sklearn_fits(last))
    return ft_fail(err, FT_UNSUPPORTED, "the file has no estimator of scikit-learn's");
  FT_TRY(make_fields(&fields, &sklearn, last, err));
  columns = fields;
  for (uint32_t depth = 0; ft_sklearn_is(last, "Pipeline"); depth++) {
    const struct ft_prepared_table in = columns;
    if (depth == MAX_DEPTH)
      return ft_fail(err, FT_LIMIT, "the model's pipelines are nested too deep");
    FT_TRY(ft_sklearn_pipeline(&columns, &last, &sklearn, last, &in, depth, err));
    last = unwrap(last);
  }
  return read_learner(&sklearn, last, &columns, err);
}

enum ft_status ft_sklearn_skops_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) {
  const struct ft_pickle *object;
  FT_TRY(ft_skops_read(&object, arena, bytes, err));
  return ft_sklearn_read(out, arena, object, err);
}
