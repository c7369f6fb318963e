#include "core/import/xgboost/xgboost.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/base/coded.h"
#include "core/import/base/signature.h"
#include "foretell/maths.h"

/* What an objective makes of a margin, and of base_score. */
enum base_kind { BASE_MARGIN = 0, BASE_LOGIT, BASE_LOG };

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
  { "binary:logitraw", FT_LINK_IDENTITY, BASE_MARGIN, false, false },
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
                                 uint32_t most, struct ft_error *err) {
  const struct ft_element *all = ft_element_get(reading->learner, "learner_model_param");
  double value = ft_element_real(ft_element_get(all, name), 0);
  if (!(value >= 0 && value <= UINT32_MAX && value == floor(value))) return fail_file(err, name);
  if (value > most)
    return ft_fail(err, FT_LIMIT, "the model's %s is %.0f, and at most %" PRIu32 " can be", name,
                   value, most);
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

static enum ft_status read_base(struct reading *reading, struct ft_error *err) {
  double *base = reading->base = FT_ARENA_NEW(reading->arena, double, reading->outputs);
  if (!base) return ft_arena_fail(err, "the model");
  FT_TRY(ft_xgboost_base_read(base, reading->outputs, reading->arena, reading->document, err));
  for (uint32_t g = 0; g < reading->outputs; g++) {
    if (reading->objective->base == BASE_LOGIT) base[g] = ft_log(base[g] / (1 - base[g]));
    if (reading->objective->base == BASE_LOG) base[g] = ft_log(base[g]);
    if (!isfinite(base[g])) return fail_file(err, "base_score");
  }
  return FT_OK;
}

static enum ft_status read_version(struct reading *reading, struct ft_error *err) {
  const struct ft_element *version = ft_element_get(reading->document, "version");
  double part[3];
  for (size_t i = 0; i < 3; i++)
    part[i] = ft_element_number(version, i);
  if (!(part[0] >= 0 && part[0] < 1000)) return fail_file(err, "it has no version");
  reading->import->version =
      ft_arena_print(reading->arena, "%.0f.%.0f.%.0f", part[0], part[1], part[2]);
  return reading->import->version ? FT_OK : ft_arena_fail(err, "the model");
}

/* As the predictor that the file is for does: scikit-learn's wrapper and SageMaker's container stop at
 * the best round, Booster.predict does not. */
static enum ft_status find_rounds(uint32_t *out, struct reading *reading, struct ft_error *err) {
  const struct ft_element *attributes = ft_element_get(reading->learner, "attributes");
  double best = ft_element_real(ft_element_get(attributes, "best_iteration"), -1);
  *out = UINT32_MAX;
  if (!(best >= 0 && best < 2147483647)) return FT_OK;
  if (!reading->import->from_archive && !ft_element_get(attributes, "scikit_learn"))
    return ft_import_notice(reading->import, reading->arena, err,
                            "the file names round %.0f as its best; all rounds are used, as "
                            "XGBoost's Booster.predict does",
                            best);
  *out = (uint32_t)best + 1;
  return FT_OK;
}

/* The names of features, or their types. */
static struct ft_span word_of(const struct reading *reading, const char *list, uint32_t index) {
  const struct ft_element *words = ft_element_get(reading->learner, list);
  if (ft_element_count(words) != reading->features) return (struct ft_span){ "", 0 };
  return ft_element_text(ft_element_item(words, index));
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

/* Texts one after another, with where each begins and the last ends. */
static enum ft_status read_texts(struct ft_span *out, size_t count, struct ft_arena *arena,
                                 const struct ft_element *offsets, const struct ft_element *bytes,
                                 struct ft_error *err) {
  size_t size = ft_element_count(bytes);
  char *text = FT_ARENA_NEW(arena, char, size + 1);
  if (!text) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < size; i++)
    text[i] = (char)(int)ft_element_number(bytes, i);
  for (size_t i = 0; i < count; i++) {
    size_t from = ft_element_index(offsets, i), to = ft_element_index(offsets, i + 1);
    if (from > to || to > size) return fail_file(err, "categories out of bounds");
    out[i] = (struct ft_span){ text + from, to - from };
    if (!ft_span_is_utf8(out[i])) return fail_file(err, "a category that is not UTF-8");
  }
  return FT_OK;
}

static enum ft_status read_integers(struct ft_span *out, size_t count, struct ft_arena *arena,
                                    const struct ft_element *values, struct ft_error *err) {
  for (size_t i = 0; i < count; i++) {
    double value = ft_element_number(values, i);
    if (!(fabs(value) < 9007199254740992.0) || value != floor(value))
      return fail_file(err, "a category that is not an integer");
    const char *text = ft_arena_print(arena, "%.0f", value);
    if (!text) return ft_arena_fail(err, "the model");
    out[i] = ft_span_of(text);
  }
  return FT_OK;
}

/* The Python package up to 3.2 counts letters where it should count bytes, so that the texts behind
 * one that is not ASCII are shifted; from the file alone nobody can tell. */
static enum ft_status warn_of_letters(struct reading *reading, const struct ft_element *bytes,
                                      struct ft_error *err) {
  for (size_t i = 0; i < ft_element_count(bytes); i++) {
    double byte = ft_element_number(bytes, i);
    if (byte >= 0 && byte < 128) continue;
    return ft_import_notice(reading->import, reading->arena, err,
                            "the file has categories with letters outside ASCII, which XGBoost up "
                            "to 3.2 writes wrongly: compare some predictions");
  }
  return FT_OK;
}

/* The values behind the codes of a feature; from 3.1 on, files of data frames have them. */
static enum ft_status read_categories(struct reading *reading, uint32_t feature,
                                      const struct ft_element *encoding, struct ft_error *err) {
  struct ft_signature_input *input = &reading->input[feature];
  const struct ft_element *offsets = ft_element_get(encoding, "offsets");
  const struct ft_element *values = ft_element_get(encoding, "values");
  size_t count = offsets ? ft_element_count(offsets) : ft_element_count(values);
  if (offsets && count > 0) count--;
  if (count == 0) return FT_OK;
  if (count > UINT32_MAX / 2) return fail_file(err, "it is too large");
  /* Codes beyond the values: sets are whole words. */
  size_t room = count > input->codes ? count : input->codes;
  struct ft_span *category = FT_ARENA_NEW(reading->arena, struct ft_span, room);
  if (!category) return ft_arena_fail(err, "the model");
  input->integers = !offsets;
  if (offsets) FT_TRY(warn_of_letters(reading, values, err));
  if (offsets)
    FT_TRY(read_texts(category, count, reading->arena, offsets, values, err));
  else
    FT_TRY(read_integers(category, count, reading->arena, values, err));
  for (size_t c = count; c < input->codes; c++)
    if (input->used[c]) return fail_file(err, "a category out of range");
  if (input->codes > count) input->codes = (uint32_t)count;
  input->category = category;
  return FT_OK;
}

static enum ft_status read_all_categories(struct reading *reading, struct ft_error *err) {
  const struct ft_element *booster = ft_element_get(reading->learner, "gradient_booster");
  if (ft_element_get(booster, "gbtree")) booster = ft_element_get(booster, "gbtree");
  const struct ft_element *list = ft_element_find(booster, "model.cats.enc");
  if (ft_element_count(list) != reading->features) return FT_OK;
  for (uint32_t i = 0; i < reading->features; i++)
    if (reading->input[i].coded) FT_TRY(read_categories(reading, i, ft_element_item(list, i), err));
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
  FT_TRY(read_all_categories(reading, err));
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

static enum ft_status read_document(struct ft_import *out, struct ft_arena *arena,
                                    const struct ft_element *document, struct ft_error *err) {
  struct reading reading = { .import = out,
                             .arena = arena,
                             .document = document,
                             .learner = ft_element_get(document, "learner") };
  out->format = "XGBoost";
  out->model_type = "xgboost";
  if (!reading.learner) {
    ft_fail(err, FT_UNSUPPORTED, "the file is JSON, but no model of XGBoost's");
    return ft_fail_hint(err, "Save the model with Booster.save_model(\"model.json\").");
  }
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
