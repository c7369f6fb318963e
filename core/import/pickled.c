#include "core/import/pickled.h"

#include <math.h>
#include <string.h>

#include "core/import/base/sentinel.h"
#include "core/import/format.h"
#include "core/import/pickle/pickle.h"
#include "core/import/sklearn/sklearn.h"

/* What an object is read as. */
struct holding {
  struct ft_import *import;
  struct ft_arena *arena;
  const struct ft_pickle *object;
  struct ft_span type; /* the object's class */
  struct ft_import_wrapper wrapper;
};

static enum ft_status fail_untrained(const struct holding *holding, struct ft_error *err) {
  return ft_fail(err, FT_UNSUPPORTED, "the pickle holds a %.*s that was not trained",
                 FT_SPAN_ARG(holding->type));
}

/* ---- classes ---- */

/* A label as text: true and false of Python's bools, unless numbers are asked for. */
static enum ft_status print_label(struct ft_span *out, const struct holding *holding, bool truth,
                                  double number, struct ft_error *err) {
  bool words = holding->import->request->target.type == FT_TEXT;
  if (!isfinite(number))
    return ft_fail(err, FT_UNSUPPORTED, "the model has classes that are neither texts nor numbers");
  const char *text = truth && words ? (number > 0 ? "true" : "false")
                                    : ft_arena_print(holding->arena, "%.15g", number);
  if (!text) return ft_arena_fail(err, "the model");
  *out = ft_span_of(text);
  return FT_OK;
}

static enum ft_status read_label(struct ft_span *out, const struct holding *holding,
                                 const struct ft_pickle *at, struct ft_error *err) {
  *out = ft_pickle_text(at);
  if (at && at->kind == FT_PICKLE_TEXT && ft_span_is_utf8(*out)) return FT_OK;
  return print_label(out, holding, at && at->kind == FT_PICKLE_BOOL, ft_pickle_real(at), err);
}

static enum ft_status read_array_label(struct ft_span *out, const struct holding *holding,
                                       const struct ft_pickle_array *array, uint32_t index,
                                       struct ft_error *err) {
  char kind = array->dtype->kind;
  if (kind == 'O') return read_label(out, holding, ft_pickle_array_item(array, index), err);
  if (kind == 'U' || kind == 'S')
    return ft_pickle_array_text(out, holding->arena, array, index, err);
  return print_label(out, holding, kind == 'b', ft_pickle_array_number(array, index), err);
}

/* Of a numpy array, or of a list, as XGBoost's wrapper had it before 1.0. */
static enum ft_status read_labels(struct holding *holding, const struct ft_pickle *classes,
                                  struct ft_error *err) {
  const struct ft_pickle_array *array = ft_pickle_array(classes);
  size_t count = array ? array->count : ft_pickle_count(classes);
  if (count > FT_MODEL_MAX_LABELS)
    return ft_fail(err, FT_LIMIT, "the model has %zu classes, and at most %d can be", count,
                   FT_MODEL_MAX_LABELS);
  struct ft_span *label = FT_ARENA_NEW(holding->arena, struct ft_span, count);
  if (!label) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < count; i++)
    FT_TRY(array ? read_array_label(&label[i], holding, array, i, err)
                 : read_label(&label[i], holding, ft_pickle_item(classes, i), err));
  holding->wrapper.labels = (uint32_t)count;
  holding->wrapper.label = label;
  return FT_OK;
}

/* ---- the libraries ---- */

/* The model's bytes, read by their own format's reader. */
static enum ft_status read_model(struct holding *holding, const struct ft_pickle *model,
                                 struct ft_error *err) {
  struct ft_span bytes = ft_pickle_bytes(model);
  struct ft_import *import = holding->import;
  if (!bytes.size) return fail_untrained(holding, err);
  import->wrapper = &holding->wrapper;
  enum ft_status status = ft_format_read(import, holding->arena, bytes, err);
  import->wrapper = NULL;
  return status;
}

static enum ft_status read_words(const struct ft_span **out, uint32_t *count,
                                 const struct holding *holding, const struct ft_pickle *list,
                                 struct ft_error *err) {
  uint32_t words = ft_pickle_count(list);
  struct ft_span *word = FT_ARENA_NEW(holding->arena, struct ft_span, words);
  if (!word) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < words; i++)
    word[i] = ft_pickle_text(ft_pickle_item(list, i));
  *out = word;
  *count = words;
  return FT_OK;
}

/* An integer above 0; 0: none. */
static uint32_t count_of(const struct ft_pickle *at) {
  int64_t count;
  return ft_pickle_integer(&count, at) && count > 0 && count <= INT32_MAX ? (uint32_t)count : 0;
}

static enum ft_status read_xgboost(struct holding *holding, struct ft_error *err) {
  struct ft_import_wrapper *wrapper = &holding->wrapper;
  const struct ft_pickle *booster = holding->object;
  FT_TRY(read_words(&wrapper->name, &wrapper->names, holding,
                    ft_pickle_get(booster, "feature_names"), err));
  FT_TRY(read_words(&wrapper->type, &wrapper->types, holding,
                    ft_pickle_get(booster, "feature_types"), err));
  wrapper->best_trees = count_of(ft_pickle_get(booster, "best_ntree_limit"));
  return read_model(holding, ft_pickle_get(booster, "handle"), err);
}

/* The number that the wrapper takes for a missing value, as NaN always is. */
static enum ft_status set_missing(const struct holding *holding, const struct ft_pickle *missing,
                                  struct ft_error *err) {
  float number = (float)ft_pickle_real(missing);
  if (ft_pickle_is_none(missing) || isnan(number)) return FT_OK;
  return ft_sentinel_set(holding->import, holding->arena, number, number, err);
}

/* The labels that the class's predict gives. */
static enum ft_status read_classes(struct holding *holding, const char *name,
                                   struct ft_error *err) {
  const struct ft_pickle *classes = ft_pickle_get(holding->object, name);
  if (!ft_span_find(holding->type, FT_SPAN("Classifier"))) return FT_OK;
  if (ft_pickle_is_none(classes))
    classes = ft_pickle_get(ft_pickle_get(holding->object, "_le"), "classes_");
  return ft_pickle_is_none(classes) ? FT_OK : read_labels(holding, classes, err);
}

/* The Booster that a wrapper holds. */
static enum ft_status open_booster(struct holding *holding, const char *type,
                                   struct ft_error *err) {
  const struct ft_pickle *booster = ft_pickle_get(holding->object, "_Booster");
  if (!ft_span_equal(ft_pickle_class(booster), ft_span_of(type)))
    return fail_untrained(holding, err);
  holding->object = booster;
  return FT_OK;
}

static enum ft_status read_xgboost_wrapper(struct holding *holding, struct ft_error *err) {
  const struct ft_pickle *missing = ft_pickle_get(holding->object, "missing");
  FT_TRY(read_classes(holding, "classes_", err));
  FT_TRY(open_booster(holding, "xgboost.core.Booster", err));
  holding->wrapper.stops_at_best = true;
  FT_TRY(read_xgboost(holding, err));
  return set_missing(holding, missing, err);
}

/* Booster.predict stops at the best round, other than XGBoost's. */
static enum ft_status read_lightgbm(struct holding *holding, struct ft_error *err) {
  const struct ft_pickle *text = ft_pickle_get(holding->object, "_handle");
  if (!text) text = ft_pickle_get(holding->object, "handle"); /* before 4.0 */
  holding->wrapper.rounds = count_of(ft_pickle_get(holding->object, "best_iteration"));
  return read_model(holding, text, err);
}

static enum ft_status read_lightgbm_wrapper(struct holding *holding, struct ft_error *err) {
  FT_TRY(read_classes(holding, "_classes", err));
  FT_TRY(open_booster(holding, "lightgbm.basic.Booster", err));
  return read_lightgbm(holding, err);
}

static enum ft_status read_catboost(struct holding *holding, struct ft_error *err) {
  return read_model(holding, ft_pickle_get(holding->object, "__model"), err);
}

static enum ft_status read_sklearn(struct holding *holding, struct ft_error *err) {
  return ft_sklearn_read(holding->import, holding->arena, holding->object, err);
}

/* ---- which it is ---- */

struct kind {
  const char *type; /* a class, or all that begin with it where it ends in a dot */
  enum ft_status (*read)(struct holding *holding, struct ft_error *err); /* NULL: not read */
  const char *advice;
};

static const struct kind kinds[] = {
  { "xgboost.core.Booster", read_xgboost, NULL },
  { "xgboost.sklearn.", read_xgboost_wrapper, NULL },
  { "lightgbm.basic.Booster", read_lightgbm, NULL },
  { "lightgbm.sklearn.", read_lightgbm_wrapper, NULL },
  { "catboost.core.", read_catboost, NULL },
  { "xgboost.", NULL, "Save its Booster: model.get_booster().save_model(\"model.json\")." },
  { "lightgbm.", NULL, "Save its Booster: model.booster_.save_model(\"model.txt\")." },
  { "sklearn.", read_sklearn, NULL },
};

static bool fits(const char *type, struct ft_span name) {
  size_t size = strlen(type);
  if (type[size - 1] == '.') return name.size > size && memcmp(name.data, type, size) == 0;
  return ft_span_equal(ft_span_of(type), name);
}

static const struct kind *kind_of(struct ft_span type) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (fits(kinds[i].type, type)) return &kinds[i];
  return NULL;
}

/* A model among a list's items or a dict's values; NULL: none. */
static const struct ft_pickle *find_model(const struct ft_pickle *at) {
  const struct ft_pickle_dict *dict = ft_pickle_entries(at);
  for (uint32_t i = 0; i < ft_pickle_count(at); i++)
    if (kind_of(ft_pickle_class(ft_pickle_item(at, i)))) return ft_pickle_item(at, i);
  for (uint32_t i = 0; dict && i < dict->count; i++)
    if (kind_of(ft_pickle_class(dict->entry[i].value))) return dict->entry[i].value;
  return NULL;
}

static const char *name_of(const struct ft_pickle *at) {
  switch (at->kind) {
  case FT_PICKLE_TUPLE: return "a tuple";
  case FT_PICKLE_LIST: return "a list";
  case FT_PICKLE_SET: return "a set";
  case FT_PICKLE_DICT: return "a dict";
  case FT_PICKLE_ARRAY: return "an array of numbers";
  case FT_PICKLE_GLOBAL: return "a class";
  default: return "a plain value";
  }
}

static enum ft_status fail_table(struct ft_span type, struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "the pickle holds a %.*s, which is no model", FT_SPAN_ARG(type));
  return ft_fail_hint(err, "Write it to a file that SQL reads: data.to_parquet(\"data.parquet\").");
}

static enum ft_status fail_no_model(const struct ft_pickle *at, struct ft_error *err) {
  struct ft_span type = ft_pickle_class(at);
  const struct ft_pickle *model = find_model(at);
  if (fits("pandas.", type)) return fail_table(type, err);
  if (at->kind == FT_PICKLE_OBJECT)
    ft_fail(err, FT_UNSUPPORTED, "the pickle holds a %.*s, which is no model", FT_SPAN_ARG(type));
  else if (model)
    ft_fail(err, FT_UNSUPPORTED, "the pickle holds %s with a %.*s in it", name_of(at),
            FT_SPAN_ARG(ft_pickle_class(model)));
  else
    ft_fail(err, FT_UNSUPPORTED, "the pickle holds %s, and no model", name_of(at));
  return ft_fail_hint(err,
                      model ? "Save the model alone: pickle.dump(model, file). What prepares its "
                              "columns, do in SQL, or make one Pipeline of both."
                            : "Save the model alone: pickle.dump(model, file), or with the "
                              "library's own save_model.");
}

enum ft_status ft_pickled_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) {
  struct holding holding = { .import = out, .arena = arena };
  if (out->wrapper) return ft_fail(err, FT_UNSUPPORTED, "the pickle holds another pickle");
  FT_TRY(ft_pickle_read(&holding.object, arena, bytes, err));
  holding.type = ft_pickle_class(holding.object);
  const struct kind *kind = holding.object->kind == FT_PICKLE_OBJECT ? kind_of(holding.type) : NULL;
  if (!kind) return fail_no_model(holding.object, err);
  if (kind->read) return kind->read(&holding, err);
  ft_fail(err, FT_UNSUPPORTED, "the pickle holds a %.*s, which is not read",
          FT_SPAN_ARG(holding.type));
  return ft_fail_hint(err, "%s", kind->advice);
}
