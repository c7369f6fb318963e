#include "core/import/sklearn/sklearn_reading.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/import/columns/step.h"
#include "core/import/sklearn/sklearn_way_out.h"

#define MAX_VALUES (1U << 26)

static struct ft_span class_name(const struct ft_pickle *object) {
  struct ft_span whole = ft_pickle_class(object);
  const char *dot = whole.size ? memrchr(whole.data, '.', whole.size) : NULL;
  if (!dot) return whole;
  return (struct ft_span){ dot + 1, whole.size - (size_t)(dot + 1 - whole.data) };
}

static enum ft_status refuse_column(const struct ft_column_source *source, const char *why,
                                    struct ft_error *err) {
  return ft_sklearn_refuse((const struct ft_sklearn_place *)(const void *)source, why, err);
}

static enum ft_status fail_column(const struct ft_column_source *source, const char *what,
                                  struct ft_error *err) {
  return ft_sklearn_damaged((const struct ft_sklearn_place *)(const void *)source, what, err);
}

void ft_sklearn_place(struct ft_sklearn_place *out, const struct ft_pickle *object) {
  struct ft_span name = class_name(object);
  *out = (struct ft_sklearn_place){ .object = object };
  snprintf(out->name, sizeof out->name, "%.*s", name.size > 60 ? 60 : (int)name.size,
           name.size ? name.data : "");
  out->source = (struct ft_column_source){ "estimator", out->name, refuse_column, fail_column };
}

bool ft_sklearn_is(const struct ft_pickle *object, const char *name) {
  struct ft_span whole = ft_pickle_class(object);
  return whole.size > 8 && memcmp(whole.data, "sklearn.", 8) == 0 &&
         ft_span_equal(class_name(object), ft_span_of(name));
}

enum ft_status ft_sklearn_refuse(const struct ft_sklearn_place *place, const char *why,
                                 struct ft_error *err) {
  const struct ft_span class = ft_pickle_class(place->object);
  const bool theirs = class.size > 8 && memcmp(class.data, "sklearn.", 8) == 0;
  ft_fail(err, FT_UNSUPPORTED, "%s%s is not read%s%s", theirs ? "scikit-learn's " : "", place->name,
          *why ? ": " : "", why);
  return ft_fail_hint(err, "%s", ft_sklearn_way_out(class));
}

enum ft_status ft_sklearn_refuse_several(const struct ft_sklearn_place *place,
                                         struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "scikit-learn's %s is not read: it predicts several targets at once",
          place->name);
  return ft_fail_hint(err, "Fit and save a model for each target, or serve this one and call it: "
                           "CREATE MODEL … SAGEMAKER 'endpoint'.");
}

enum ft_status ft_sklearn_damaged(const struct ft_sklearn_place *place, const char *what,
                                  struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the scikit-learn model cannot be read: %s: %s", place->name,
                 what);
}

/* --- numbers --- */

static double number_of(const struct ft_pickle *at, const struct ft_pickle_array *array,
                        size_t index) {
  if (array) return ft_pickle_array_number(array, index);
  return ft_pickle_count(at) ? ft_pickle_real(ft_pickle_item(at, (uint32_t)index))
                             : ft_pickle_real(at);
}

enum ft_status ft_sklearn_reals(struct ft_column_numbers *out, const struct ft_sklearn *sklearn,
                                const struct ft_pickle *at, struct ft_error *err) {
  const struct ft_pickle_array *array = ft_pickle_array(at);
  size_t count = array ? array->count : ft_pickle_count(at);
  *out = (struct ft_column_numbers){ 0, NULL };
  if (ft_pickle_is_none(at)) return FT_OK;
  if (!array && !count && !isnan(ft_pickle_real(at))) count = 1;
  if (count > MAX_VALUES)
    return ft_fail(err, FT_LIMIT, "the model has an array of more than %u numbers", MAX_VALUES);
  double *value = FT_ARENA_NEW(sklearn->columns.arena, double, count);
  if (!value) return ft_columns_no_memory(err);
  for (size_t i = 0; i < count; i++)
    value[i] = number_of(at, array, i);
  *out = (struct ft_column_numbers){ count, value };
  return FT_OK;
}

enum ft_status ft_sklearn_numbers(struct ft_column_numbers *out, const struct ft_sklearn *sklearn,
                                  const struct ft_sklearn_place *place, const char *name,
                                  struct ft_error *err) {
  FT_TRY(ft_sklearn_reals(out, sklearn, ft_pickle_get(place->object, name), err));
  for (size_t i = 0; i < out->count; i++)
    if (!isfinite(out->value[i])) return ft_sklearn_damaged(place, name, err);
  return FT_OK;
}

struct ft_span ft_sklearn_text(const struct ft_sklearn_place *place, const char *name) {
  return ft_pickle_text(ft_pickle_get(place->object, name));
}

bool ft_sklearn_says(const struct ft_sklearn_place *place, const char *name, const char *text) {
  return ft_span_equal(ft_sklearn_text(place, name), ft_span_of(text));
}

bool ft_sklearn_flag(const struct ft_sklearn_place *place, const char *name) {
  double value = ft_pickle_real(ft_pickle_get(place->object, name));
  return value != 0 && !isnan(value);
}

/* --- values --- */

static enum ft_status read_value(struct ft_sklearn_values *out, struct ft_span *text,
                                 uint8_t *missing, const struct ft_sklearn *sklearn,
                                 const struct ft_pickle_array *array, uint32_t index,
                                 struct ft_error *err) {
  const struct ft_pickle *item = ft_pickle_array_item(array, index);
  struct ft_arena *arena = sklearn->columns.arena;
  int64_t integer;
  double number = ft_pickle_array_number(array, index);
  bool is_object = array->dtype->kind == 'O';
  if (ft_pickle_array_integer(&integer, array, index)) {
    const char *digits = ft_arena_print(arena, "%" PRId64, integer);
    if (!digits) return ft_columns_no_memory(err);
    *text = ft_span_of(digits);
    return FT_OK;
  }
  if (!isnan(number)) return ft_column_decimal(text, sklearn->columns.arena, number, err);
  if (is_object && ft_pickle_is_none(item))
    *missing = FT_SKLEARN_NONE;
  else if (array->dtype->kind == 'f' || (is_object && item->kind == FT_PICKLE_REAL))
    *missing = FT_SKLEARN_NAN;
  if (*missing) return FT_OK;
  out->numbers = false;
  return ft_pickle_array_text(text, arena, array, index, err);
}

enum ft_status ft_sklearn_values(struct ft_sklearn_values *out, const struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place, const struct ft_pickle *at,
                                 struct ft_error *err) {
  const struct ft_pickle_array *array = ft_pickle_array(at);
  if (!array || array->dimensions != 1 || array->count > MAX_VALUES)
    return ft_sklearn_damaged(place, "its values", err);
  struct ft_span *text = FT_ARENA_NEW(sklearn->columns.arena, struct ft_span, array->count);
  uint8_t *missing = FT_ARENA_NEW(sklearn->columns.arena, uint8_t, array->count);
  if (!text || !missing) return ft_columns_no_memory(err);
  *out = (struct ft_sklearn_values){ .count = (uint32_t)array->count,
                                     .text = text,
                                     .missing = missing,
                                     .numbers = true,
                                     .booleans = array->dtype->kind == 'b' };
  for (uint32_t i = 0; i < out->count; i++) {
    FT_TRY(read_value(out, &text[i], &missing[i], sklearn, array, i, err));
    if (!missing[i] && !ft_span_is_utf8(text[i]))
      return ft_sklearn_damaged(place, "a text that is not UTF-8", err);
  }
  return FT_OK;
}

/* Booleans are 0 and 1, but texts to who asks for texts. */
enum ft_status ft_sklearn_labels(struct ft_sklearn_values *out, const struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place, struct ft_error *err) {
  static const struct ft_span truth[] = { { "false", 5 }, { "true", 4 } };
  const struct ft_pickle *classes = ft_pickle_get(place->object, "classes_");
  if (!ft_pickle_array(classes) && ft_pickle_count(classes)) /* a list: an array a target */
    return ft_sklearn_refuse_several(place, err);
  FT_TRY(ft_sklearn_values(out, sklearn, place, classes, err));
  if (out->count < 2) return ft_sklearn_refuse(place, "it has one class", err);
  for (uint32_t i = 0; i < out->count; i++)
    if (out->missing[i]) return ft_sklearn_damaged(place, "a class that is NaN", err);
  if (out->booleans && out->count == 2 && sklearn->columns.import->request->target.type == FT_TEXT)
    out->text = truth;
  return FT_OK;
}

enum ft_status ft_sklearn_answer(struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_values *classes, enum ft_link link,
                                 struct ft_error *err) {
  const struct ft_signature_answer answer = { .classes = classes ? classes->count : 0,
                                              .label = classes ? classes->text : NULL,
                                              .link = link };
  return ft_signature_answer(sklearn->columns.import, sklearn->columns.arena, &answer, err);
}
