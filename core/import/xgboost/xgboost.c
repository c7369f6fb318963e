#include "core/import/xgboost/xgboost.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/base/coded.h"
#include "core/import/base/signature.h"
#include "core/import/xgboost/xgboost_binary.h"
#include "core/import/xgboost/xgboost_categories.h"
#include "foretell/maths.h"

/* What an objective makes of a margin, and of base_score; binary:logitraw took the latter for a
 * probability up to 1.3. */
enum base_kind { BASE_MARGIN = 0, BASE_LOGIT, BASE_LOG, BASE_LOGIT_BEFORE_1_4 };

struct objective {
  const char *name;
  enum ft_link link;
  enum base_kind base;
  bool classifies;
  bool hard; /* predict gives the class */
};

static const struct objective objectives[] = {
  { "reg:squarederror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:linear", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:squaredlogerror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:pseudohubererror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:absoluteerror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:quantileerror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:expectileerror", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "reg:logistic", FT_LINK_LOGISTIC, BASE_LOGIT, false, false },
  { "reg:gamma", FT_LINK_EXP, BASE_LOG, false, false },
  { "reg:tweedie", FT_LINK_EXP, BASE_LOG, false, false },
  { "count:poisson", FT_LINK_EXP, BASE_LOG, false, false },
  { "survival:cox", FT_LINK_EXP, BASE_LOG, false, false },
  { "survival:aft", FT_LINK_EXP, BASE_LOG, false, false },
  { "rank:pairwise", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "rank:ndcg", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "rank:map", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
  { "binary:logistic", FT_LINK_LOGISTIC, BASE_LOGIT, true, false },
  { "binary:logitraw", FT_LINK_IDENTITY, BASE_LOGIT_BEFORE_1_4, false, false },
  { "binary:hinge", FT_LINK_HINGE, BASE_MARGIN, true, true },
  { "multi:softprob", FT_LINK_SOFTMAX, BASE_MARGIN, true, false },
  { "multi:softmax", FT_LINK_SOFTMAX, BASE_MARGIN, true, true },
};

struct reading {
  struct ft_import *import;
  struct ft_arena *arena;
  const struct ft_element *document;
  const struct ft_element *learner;
  const struct objective *objective;
  uint32_t version; /* FT_XGBOOST_VERSION; 0: before 1.0 */
  uint32_t features;
  uint32_t outputs;
  double *base; /* margins, one an output */
  struct ft_signature_input *input;
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the XGBoost model cannot be read: %s", what);
}

static enum ft_status find_objective(struct reading *reading, struct ft_error *err) {
  struct ft_span name = ft_element_text(ft_element_find(reading->learner, "objective.name"));
  if (!name.size) return fail_file(err, "it has no objective");
  for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++) {
    if (!ft_span_equal(ft_span_of(objectives[i].name), name)) continue;
    reading->objective = &objectives[i];
    reading->import->objective = objectives[i].name;
    return FT_OK;
  }
  return ft_fail(err, FT_UNSUPPORTED, "XGBoost's objective \"%.*s\" is not supported",
                 FT_SPAN_ARG(name));
}

/* One of learner_model_param's counts. */
static enum ft_status read_count(uint32_t *out, const struct reading *reading, const char *name,
                                 uint32_t max, struct ft_error *err) {
  const struct ft_element *all = ft_element_get(reading->learner, "learner_model_param");
  double value = ft_element_real(ft_element_get(all, name), 0);
  if (!(value >= 0 && value <= UINT32_MAX && value == floor(value))) return fail_file(err, name);
  if (value > max)
    return ft_fail(err, FT_LIMIT, "the model's %s is %.0f, and at most %" PRIu32 " can be", name,
                   value, max);
  *out = (uint32_t)value;
  return FT_OK;
}

static enum ft_status read_shape(struct reading *reading, struct ft_error *err) {
  uint32_t classes, targets;
  FT_TRY(read_count(&reading->features, reading, "num_feature", FT_MODEL_MAX_FIELDS, err));
  FT_TRY(read_count(&classes, reading, "num_class", FT_MODEL_MAX_LABELS, err));
  FT_TRY(read_count(&targets, reading, "num_target", UINT32_MAX, err));
  if (targets > 1)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the XGBoost model predicts %" PRIu32
                   " targets at once, and a function returns one",
                   targets);
  bool several = reading->objective->link == FT_LINK_SOFTMAX;
  if (several ? classes < 2 : classes > 1) return fail_file(err, "num_class");
  reading->outputs = several ? classes : 1;
  return FT_OK;
}

/* Before 1.0 files had the margin itself. */
static enum base_kind base_kind_of(const struct reading *reading) {
  enum base_kind kind = reading->objective->base;
  if (reading->version == 0) return BASE_MARGIN;
  if (kind != BASE_LOGIT_BEFORE_1_4) return kind;
  return reading->version < FT_XGBOOST_VERSION(1, 4) ? BASE_LOGIT : BASE_MARGIN;
}

/* Trained on one class, or on counts of 0, a model has an infinite margin; this one gives 0 or 1 all the
 * same, to the last digit. */
#define MAX_BASE 700.0

static enum ft_status read_base(struct reading *reading, struct ft_error *err) {
  double *base = reading->base = FT_ARENA_NEW(reading->arena, double, reading->outputs);
  enum base_kind kind = base_kind_of(reading);
  if (!base) return ft_arena_fail(err, "the model");
  FT_TRY(ft_xgboost_base_read(base, reading->outputs, reading->arena, reading->document, err));
  for (uint32_t g = 0; g < reading->outputs; g++) {
    if (kind == BASE_LOGIT) base[g] = ft_log(base[g] / (1 - base[g]));
    if (kind == BASE_LOG) base[g] = ft_log(base[g]);
    if (isnan(base[g])) return fail_file(err, "base_score");
    if (kind != BASE_MARGIN) base[g] = fmin(fmax(base[g], -MAX_BASE), MAX_BASE);
    if (!isfinite(base[g])) return fail_file(err, "base_score");
  }
  return FT_OK;
}

/* Three numbers, or the first two in a binary file, which before 1.0 has none. */
static enum ft_status read_version(struct reading *reading, struct ft_error *err) {
  const struct ft_element *version = ft_element_get(reading->document, "version");
  double part[3];
  for (size_t i = 0; i < 3; i++)
    part[i] = ft_element_number(version, i);
  if (!(part[0] >= 0 && part[0] < 1000)) return fail_file(err, "it has no version");
  if (!(part[1] >= 0 && part[1] < 1000)) part[1] = 0;
  reading->version = FT_XGBOOST_VERSION(part[0], part[1]);
  reading->import->version =
      reading->version == 0 ? "before 1.0"
      : isnan(part[2])
          ? ft_arena_print(reading->arena, "%.0f.%.0f", part[0], part[1])
          : ft_arena_print(reading->arena, "%.0f.%.0f.%.0f", part[0], part[1], part[2]);
  return reading->import->version ? FT_OK : ft_arena_fail(err, "the model");
}

/* As the predictor that the file is for does: scikit-learn's wrapper and SageMaker's container stop at
 * the best round, Booster.predict does not. */
static enum ft_status find_rounds(uint32_t *out, struct reading *reading, struct ft_error *err) {
  const struct ft_element *attributes = ft_element_get(reading->learner, "attributes");
  double best = ft_element_real(ft_element_get(attributes, "best_iteration"), -1);
  *out = UINT32_MAX;
  if (!(best >= 0 && best < 2147483647)) return FT_OK;
  const struct ft_import_wrapper *wrapper = reading->import->wrapper;
  bool noted = ft_element_get(attributes, "best_ntree_limit") ||
               reading->version >= FT_XGBOOST_VERSION(1, 6);
  if (reading->import->from_archive || (wrapper && wrapper->stops_at_best) ||
      ft_element_get(attributes, "scikit_learn")) {
    *out = (uint32_t)best + 1;
    if (!noted && wrapper && wrapper->best_trees) *out = wrapper->best_trees;
    return FT_OK;
  }
  if (best + 1 >= ft_xgboost_rounds(reading->document)) return FT_OK;
  return ft_import_notice(reading->import, reading->arena, err,
                          "the file names round %.0f as its best; all rounds are used, as "
                          "XGBoost's Booster.predict does",
                          best);
}

/* The names of features, or their types. */
static struct ft_span word_of(const struct reading *reading, const char *list, uint32_t index) {
  const struct ft_element *words = ft_element_get(reading->learner, list);
  const struct ft_import_wrapper *wrapper = reading->import->wrapper;
  bool names = strcmp(list, "feature_names") == 0;
  if (ft_element_count(words) == reading->features)
    return ft_element_text(ft_element_item(words, index));
  if (wrapper && (names ? wrapper->names : wrapper->types) == reading->features)
    return (names ? wrapper->name : wrapper->type)[index];
  return (struct ft_span){ "", 0 };
}

static enum ft_status make_inputs(struct reading *reading, struct ft_error *err) {
  reading->input = FT_ARENA_NEW(reading->arena, struct ft_signature_input, reading->features);
  if (!reading->input) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < reading->features; i++) {
    reading->input[i].name = word_of(reading, "feature_names", i);
    reading->input[i].coded = ft_span_equal(word_of(reading, "feature_types", i), FT_SPAN("c"));
  }
  return FT_OK;
}

static enum ft_status read_forest(struct reading *reading, struct ft_error *err) {
  struct ft_grown_trees trees;
  struct ft_signature_codes codes;
  uint32_t rounds;
  FT_TRY(find_rounds(&rounds, reading, err));
  FT_TRY(ft_xgboost_trees_read(&trees, reading->arena, reading->document, rounds, reading->outputs,
                               err));
  FT_TRY(ft_coded_mark(reading->input, reading->features, reading->arena, &trees, err));
  const struct ft_element *booster = ft_element_get(reading->learner, "gradient_booster");
  if (ft_element_get(booster, "gbtree")) booster = ft_element_get(booster, "gbtree");
  FT_TRY(ft_xgboost_categories_read(reading->input, reading->features, reading->import,
                                    reading->arena, ft_element_get(booster, "model"),
                                    reading->version, err));
  FT_TRY(ft_signature_inputs(reading->import, &codes, reading->arena, reading->input,
                             reading->features, err));
  FT_TRY(ft_coded_renumber(&trees, reading->arena, &reading->import->model, reading->input, &codes,
                           err));
  return ft_grown_trees_members(&reading->import->model, reading->arena, &trees, reading->base,
                                err);
}

/* gblinear: a feature's weights together, the biases last; a missing value adds nothing. */
static enum ft_status read_linear(struct reading *reading, const struct ft_element *weights,
                                  struct ft_error *err) {
  uint32_t features = reading->features, outputs = reading->outputs;
  struct ft_signature_codes codes;
  FT_TRY(
      ft_signature_inputs(reading->import, &codes, reading->arena, reading->input, features, err));
  if (ft_element_count(weights) != (size_t)(features + 1) * outputs)
    return fail_file(err, "its weights");
  struct ft_term *term = FT_ARENA_NEW(reading->arena, struct ft_term, features);
  struct ft_layer *layer = FT_ARENA_NEW(reading->arena, struct ft_layer, 1);
  struct ft_member *member = FT_ARENA_NEW(reading->arena, struct ft_member, 1);
  float *weight = FT_ARENA_NEW(reading->arena, float, (size_t)(features + 1) * outputs);
  double *base = FT_ARENA_NEW(reading->arena, double, outputs);
  if (!term || !layer || !member || !weight || !base) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < features; i++)
    term[i] = (struct ft_term){ .feature = i, .scale = 1, .low = -INFINITY, .high = INFINITY };
  for (size_t i = 0; i < (size_t)(features + 1) * outputs; i++)
    weight[i] = (float)ft_element_number(weights, i);
  float *bias = weight + (size_t)features * outputs;
  for (uint32_t g = 0; g < outputs; g++)
    bias[g] += (float)reading->base[0]; /* all of them the first, as XGBoost's gblinear does */
  *layer = (struct ft_layer){ features, outputs, FT_ACTIVATE_NONE, bias, weight };
  *member = (struct ft_member){ .kind = FT_LEARNER_NET, .weight = 1 };
  member->net =
      (struct ft_net){ .terms = features, .term = term, .layers = 1, .layer = layer, .base = base };
  reading->import->model.member = member;
  reading->import->model.members = 1;
  return FT_OK;
}

/* Labels that scikit-learn's wrapper of versions before 2.0 wrote. */
static enum ft_status read_labels(const struct ft_span **out, struct reading *reading,
                                  struct ft_error *err) {
  uint32_t classes = reading->outputs > 1 ? reading->outputs : 2;
  struct ft_span text =
      ft_element_text(ft_element_find(reading->learner, "attributes.scikit_learn"));
  struct ft_element wrapper = { .kind = FT_ELEMENT_NULL };
  if (text.size && ft_json_read(&wrapper, reading->arena, text, err) == FT_NOMEM) return FT_NOMEM;
  const struct ft_element *list = ft_element_get(&wrapper, "classes_");
  if (ft_element_count(list) != classes) return FT_OK;
  struct ft_span *label = FT_ARENA_NEW(reading->arena, struct ft_span, classes);
  if (!label) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < classes; i++) {
    double number = ft_element_number(list, i);
    label[i] = ft_element_text(ft_element_item(list, i));
    if (isnan(number)) continue;
    const char *print = ft_arena_print(reading->arena, "%.15g", number);
    if (!print) return ft_arena_fail(err, "the model");
    label[i] = ft_span_of(print);
  }
  *out = label;
  return FT_OK;
}

static enum ft_status read_answer(struct reading *reading, struct ft_error *err) {
  const struct objective *objective = reading->objective;
  struct ft_signature_answer answer = { .link = objective->link, .hard = objective->hard };
  if (objective->classifies) {
    answer.classes = reading->outputs > 1 ? reading->outputs : 2;
    FT_TRY(read_labels(&answer.label, reading, err));
  }
  return ft_signature_answer(reading->import, reading->arena, &answer, err);
}

static enum ft_status read_learner(struct reading *reading, struct ft_error *err) {
  const struct ft_element *booster = ft_element_get(reading->learner, "gradient_booster");
  struct ft_span name = ft_element_text(ft_element_get(booster, "name"));
  FT_TRY(read_version(reading, err));
  FT_TRY(find_objective(reading, err));
  FT_TRY(read_shape(reading, err));
  FT_TRY(read_base(reading, err));
  FT_TRY(make_inputs(reading, err));
  FT_TRY(read_answer(reading, err));
  if (ft_span_equal(name, FT_SPAN("gblinear"))) {
    reading->import->model_type = "linear";
    return read_linear(reading, ft_element_find(booster, "model.weights"), err);
  }
  return read_forest(reading, err);
}

/* What JSON without a model is. */
static enum ft_status fail_document(const struct ft_element *learner, struct ft_error *err) {
  if (learner) {
    ft_fail(err, FT_UNSUPPORTED,
            "the file is XGBoost's configuration (save_config), which has no model");
    return ft_fail_hint(err, "Save the model with Booster.save_model(\"model.json\").");
  }
  ft_fail(err, FT_UNSUPPORTED, "the file is JSON, but no model that is known");
  return ft_fail_hint(err,
                      "JSON is read of XGBoost (save_model), LightGBM (dump_model) and CatBoost "
                      "(save_model with format=\"json\").");
}

/* A pickle's buffer has the model beside its configuration. */
static enum ft_status read_document(struct ft_import *out, struct ft_arena *arena,
                                    const struct ft_element *document, struct ft_error *err) {
  const struct ft_element *inner = ft_element_get(document, "Model");
  if (ft_element_get(inner, "learner")) document = inner;
  struct reading reading = { .import = out,
                             .arena = arena,
                             .document = document,
                             .learner = ft_element_get(document, "learner") };
  const struct ft_element *booster = ft_element_get(reading.learner, "gradient_booster");
  out->format = "XGBoost";
  out->model_type = "xgboost";
  if (!ft_element_get(booster, "model") && !ft_element_find(booster, "gbtree.model"))
    return fail_document(reading.learner, err);
  return read_learner(&reading, err);
}

enum ft_status ft_xgboost_json_read(struct ft_import *out, struct ft_arena *arena,
                                    struct ft_span bytes, struct ft_error *err) {
  struct ft_element document;
  FT_TRY(ft_json_read(&document, arena, bytes, err));
  return read_document(out, arena, &document, err);
}

enum ft_status ft_xgboost_ubjson_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span bytes, struct ft_error *err) {
  struct ft_element document;
  FT_TRY(ft_ubjson_read(&document, arena, bytes, err));
  return read_document(out, arena, &document, err);
}

enum ft_status ft_xgboost_binary_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span bytes, struct ft_error *err) {
  struct ft_element document;
  FT_TRY(ft_xgboost_binary_document(&document, arena, bytes, err));
  return read_document(out, arena, &document, err);
}
