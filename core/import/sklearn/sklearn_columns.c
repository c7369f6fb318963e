#include "core/import/sklearn/sklearn_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/columns/step.h"
#include "core/import/sklearn/sklearn_encoders.h"

#define MAX_DEPTH 16

enum ft_status ft_sklearn_columns_narrow(struct ft_prepared_table *out,
                                         const struct ft_sklearn *sklearn,
                                         const struct ft_sklearn_place *place,
                                         const struct ft_prepared_table *columns,
                                         struct ft_error *err) {
  struct ft_prepared_column *column =
      FT_ARENA_NEW(sklearn->columns.arena, struct ft_prepared_column, columns->columns);
  if (!column) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < columns->columns; i++) {
    column[i] = columns->column[i];
    column[i].wide = false;
  }
  struct ft_prepared_table single = *columns;
  single.column = column;
  return ft_columns_step(out, &sklearn->columns, &place->source, &single, FT_STEP_NARROW, NULL,
                         NULL, err);
}

/* --- scalers --- */

/* A step whose numbers are an attribute's, one a column, or those turned round. */
static enum ft_status add_step(struct ft_prepared_table *value, const struct ft_sklearn *sklearn,
                               const struct ft_sklearn_place *place, enum ft_step_kind kind,
                               const char *name, struct ft_error *err) {
  struct ft_column_numbers number;
  struct ft_prepared_table in = *value;
  FT_TRY(ft_sklearn_numbers(&number, sklearn, place, name, err));
  if (number.count != value->columns) return ft_sklearn_damaged(place, name, err);
  if (kind == FT_STEP_DIVIDE)
    for (size_t i = 0; i < number.count; i++)
      if (number.value[i] == 0) return ft_sklearn_damaged(place, name, err);
  return ft_columns_step(value, &sklearn->columns, &place->source, &in, kind, &number, NULL, err);
}

static enum ft_status subtract(struct ft_prepared_table *value, const struct ft_sklearn *sklearn,
                               const struct ft_sklearn_place *place, const char *name,
                               struct ft_error *err) {
  struct ft_column_numbers number;
  struct ft_prepared_table in = *value;
  FT_TRY(ft_sklearn_numbers(&number, sklearn, place, name, err));
  if (number.count != value->columns) return ft_sklearn_damaged(place, name, err);
  double *negative = FT_ARENA_NEW(sklearn->columns.arena, double, number.count);
  if (!negative) return ft_columns_no_memory(err);
  for (size_t i = 0; i < number.count; i++)
    negative[i] = -number.value[i];
  const struct ft_column_numbers by = { number.count, negative };
  return ft_columns_step(value, &sklearn->columns, &place->source, &in, FT_STEP_ADD, &by, NULL,
                         err);
}

static enum ft_status scale_standard(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                     const struct ft_sklearn_place *place,
                                     const struct ft_prepared_table *columns,
                                     struct ft_error *err) {
  *out = *columns;
  if (ft_sklearn_flag(place, "with_mean")) FT_TRY(subtract(out, sklearn, place, "mean_", err));
  if (!ft_sklearn_flag(place, "with_std")) return FT_OK;
  return add_step(out, sklearn, place, FT_STEP_DIVIDE, "scale_", err);
}

static enum ft_status scale_robust(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                   const struct ft_sklearn_place *place,
                                   const struct ft_prepared_table *columns, struct ft_error *err) {
  *out = *columns;
  if (ft_sklearn_flag(place, "with_centering"))
    FT_TRY(subtract(out, sklearn, place, "center_", err));
  if (!ft_sklearn_flag(place, "with_scaling")) return FT_OK;
  return add_step(out, sklearn, place, FT_STEP_DIVIDE, "scale_", err);
}

static enum ft_status scale_max_abs(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                    const struct ft_sklearn_place *place,
                                    const struct ft_prepared_table *columns, struct ft_error *err) {
  *out = *columns;
  if (ft_sklearn_flag(place, "clip")) return ft_sklearn_refuse(place, "with clip=True", err);
  return add_step(out, sklearn, place, FT_STEP_DIVIDE, "scale_", err);
}

static enum ft_status scale_min_max(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                    const struct ft_sklearn_place *place,
                                    const struct ft_prepared_table *columns, struct ft_error *err) {
  struct ft_column_numbers range;
  *out = *columns;
  FT_TRY(add_step(out, sklearn, place, FT_STEP_MULTIPLY, "scale_", err));
  FT_TRY(add_step(out, sklearn, place, FT_STEP_ADD, "min_", err));
  if (!ft_sklearn_flag(place, "clip")) return FT_OK;
  FT_TRY(ft_sklearn_numbers(&range, sklearn, place, "feature_range", err));
  if (range.count != 2 || !(range.value[0] <= range.value[1]))
    return ft_sklearn_damaged(place, "feature_range", err);
  const struct ft_column_numbers low = { 1, range.value }, high = { 1, range.value + 1 };
  const struct ft_prepared_table scaled = *out;
  return ft_columns_step(out, &sklearn->columns, &place->source, &scaled, FT_STEP_CLIP, &low, &high,
                         err);
}

/* None, or what checks its input and gives it back: HistGradientBoosting has it before its trees. */
static bool is_identity(const struct ft_pickle *function) {
  if (ft_pickle_is_none(function)) return true;
  return function->kind == FT_PICKLE_OBJECT &&
         ft_span_equal(ft_pickle_class(function), FT_SPAN("functools.partial")) &&
         ft_span_equal(ft_pickle_class(ft_pickle_item(function->of.object->args, 0)),
                       FT_SPAN("sklearn.utils.validation.check_array"));
}

static enum ft_status pass_on(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                              const struct ft_sklearn_place *place,
                              const struct ft_prepared_table *columns, struct ft_error *err) {
  (void)sklearn;
  if (!is_identity(ft_pickle_get(place->object, "func")))
    return ft_sklearn_refuse(place, "with a function", err);
  *out = *columns;
  return FT_OK;
}

/* --- tables --- */

/* The columns of a list of tables, one behind the other. */
struct concatenation {
  uint32_t columns, room;
  struct ft_prepared_column *column;
};

static enum ft_status append(struct concatenation *to, const struct ft_sklearn *sklearn,
                             const struct ft_prepared_table *value, struct ft_error *err) {
  if (value->columns > FT_NET_MAX_INPUTS - to->columns)
    return ft_fail(err, FT_LIMIT, "a table within the model has more than %u columns",
                   FT_NET_MAX_INPUTS);
  if (to->columns + value->columns > to->room) {
    uint32_t room = 2 * to->room + value->columns;
    struct ft_prepared_column *column =
        FT_ARENA_NEW(sklearn->columns.arena, struct ft_prepared_column, room);
    if (!column) return ft_columns_no_memory(err);
    if (to->columns) memcpy(column, to->column, to->columns * sizeof *column);
    to->column = column;
    to->room = room;
  }
  if (value->columns)
    memcpy(to->column + to->columns, value->column, value->columns * sizeof *value->column);
  to->columns += value->columns;
  return FT_OK;
}

static struct ft_prepared_table concatenated(const struct concatenation *of) {
  return (struct ft_prepared_table){ .columns = of->columns, .column = of->column };
}

/* Which columns an entry of a ColumnTransformer takes. */
struct choice {
  struct ft_sklearn *sklearn;
  const struct ft_sklearn_place *place;
  const struct ft_prepared_table *columns;
  struct ft_sklearn_values names; /* of the columns; none: count 0 */
  struct concatenation out;
};

static bool find_name(int64_t *out, const struct choice *choice, struct ft_span name) {
  for (uint32_t i = 0; i < choice->names.count && i < choice->columns->columns; i++) {
    if (!ft_span_equal(choice->names.text[i], name)) continue;
    *out = i;
    return true;
  }
  return false;
}

static enum ft_status choose_index(struct choice *choice, int64_t index, struct ft_error *err) {
  int64_t columns = choice->columns->columns;
  if (index < 0) index += columns;
  if (index < 0 || index >= columns)
    return ft_sklearn_damaged(choice->place, "a column out of range", err);
  const struct ft_prepared_table one = { .columns = 1, .column = &choice->columns->column[index] };
  return append(&choice->out, choice->sklearn, &one, err);
}

static enum ft_status choose_name(struct choice *choice, struct ft_span name,
                                  struct ft_error *err) {
  int64_t index;
  if (!find_name(&index, choice, name))
    return ft_sklearn_damaged(choice->place, "a column that is not there", err);
  return choose_index(choice, index, err);
}

/* An end of a slice: a position, which stays as it is where it is None; or a name. */
static bool read_end(int64_t *out, bool *named, const struct choice *choice,
                     const struct ft_pickle *end) {
  *named = end && end->kind == FT_PICKLE_TEXT;
  if (*named) return find_name(out, choice, ft_pickle_text(end));
  return ft_pickle_is_none(end) || ft_pickle_integer(out, end);
}

/* A slice of names has its last one in it; one of positions ends before it. */
static enum ft_status choose_slice(struct choice *choice, const struct ft_pickle *args,
                                   struct ft_error *err) {
  int64_t columns = choice->columns->columns, from = 0, to = columns, step = 1;
  const struct ft_pickle *by = ft_pickle_item(args, 2);
  bool from_name, to_name;
  if (!read_end(&from, &from_name, choice, ft_pickle_item(args, 0)) ||
      !read_end(&to, &to_name, choice, ft_pickle_item(args, 1)) ||
      (!ft_pickle_is_none(by) && !ft_pickle_integer(&step, by)) || step != 1)
    return ft_sklearn_refuse(choice->place, "with such a slice of columns", err);
  if (to_name) to++;
  if (from < 0) from += columns;
  if (to < 0) to += columns;
  if (to > columns) to = columns;
  for (int64_t i = from < 0 ? 0 : from; i < to; i++)
    FT_TRY(choose_index(choice, i, err));
  return FT_OK;
}

/* Numbers, names or marks out of a list or an array. */
static enum ft_status choose_each(struct choice *choice, const struct ft_pickle *list,
                                  struct ft_error *err) {
  const struct ft_pickle_array *array = ft_pickle_array(list);
  size_t count = array ? array->count : ft_pickle_count(list);
  for (size_t i = 0; i < count; i++) {
    const struct ft_pickle *item =
        array ? ft_pickle_array_item(array, i) : ft_pickle_item(list, (uint32_t)i);
    int64_t index;
    struct ft_span name = ft_pickle_text(item);
    bool number =
        array ? ft_pickle_array_integer(&index, array, i) : ft_pickle_integer(&index, item);
    bool mark = array ? array->dtype->kind == 'b' : item && item->kind == FT_PICKLE_BOOL;
    if (!number && array && !name.size)
      FT_TRY(ft_pickle_array_text(&name, choice->sklearn->columns.arena, array, i, err));
    if (mark && index == 0) continue;
    FT_TRY(number ? choose_index(choice, mark ? (int64_t)i : index, err)
                  : choose_name(choice, name, err));
  }
  return FT_OK;
}

/* What a list of scikit-learn's or an index of pandas' holds. */
static const struct ft_pickle *unwrap(const struct ft_pickle *which) {
  if (ft_sklearn_is(which, "_RemainderColsList")) return ft_pickle_get(which, "data");
  struct ft_span name = ft_pickle_class(which);
  if (!which || which->kind != FT_PICKLE_OBJECT || !ft_span_find(name, FT_SPAN("_new_Index")))
    return which;
  return ft_pickle_get(ft_pickle_item(which->of.object->args, 1), "data");
}

static enum ft_status choose(struct choice *choice, const struct ft_pickle *which,
                             struct ft_error *err) {
  int64_t index;
  choice->out = (struct concatenation){ 0 };
  which = unwrap(which);
  if (ft_pickle_integer(&index, which)) return choose_index(choice, index, err);
  if (which && which->kind == FT_PICKLE_TEXT)
    return choose_name(choice, ft_pickle_text(which), err);
  if (ft_span_equal(ft_pickle_class(which), FT_SPAN("builtins.slice")))
    return choose_slice(choice, which->of.object->args, err);
  if (!ft_pickle_array(which) &&
      !(which && (which->kind == FT_PICKLE_LIST || which->kind == FT_PICKLE_TUPLE)))
    return ft_sklearn_refuse(choice->place, "with such a choice of columns", err);
  return choose_each(choice, which, err);
}

static enum ft_status transform_columns(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                        const struct ft_sklearn_place *place,
                                        const struct ft_prepared_table *columns, uint32_t depth,
                                        struct ft_error *err) {
  const struct ft_pickle *list = ft_pickle_get(place->object, "transformers_");
  const struct ft_pickle *names = ft_pickle_get(place->object, "feature_names_in_");
  struct choice choice = { .sklearn = sklearn, .place = place, .columns = columns };
  struct concatenation all = { 0 };
  if (!ft_pickle_count(list)) return ft_sklearn_damaged(place, "transformers_", err);
  if (!ft_pickle_is_none(ft_pickle_get(place->object, "transformer_weights")))
    return ft_sklearn_refuse(place, "with transformer_weights", err);
  if (!ft_pickle_is_none(names))
    FT_TRY(ft_sklearn_values(&choice.names, sklearn, place, names, err));
  for (uint32_t i = 0; i < ft_pickle_count(list); i++) {
    const struct ft_pickle *entry = ft_pickle_item(list, i), *step = ft_pickle_item(entry, 1);
    struct ft_prepared_table part;
    if (ft_span_equal(ft_pickle_text(step), FT_SPAN("drop"))) continue;
    FT_TRY(choose(&choice, ft_pickle_item(entry, 2), err));
    if (choice.out.columns == 0) continue;
    const struct ft_prepared_table chosen = concatenated(&choice.out);
    FT_TRY(ft_sklearn_transform(&part, sklearn, step, &chosen, depth + 1, err));
    FT_TRY(append(&all, sklearn, &part, err));
  }
  *out = concatenated(&all);
  return FT_OK;
}

/* --- steps --- */

typedef enum ft_status transformer(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                   const struct ft_sklearn_place *place,
                                   const struct ft_prepared_table *columns, struct ft_error *err);

static const struct known {
  const char *name;
  transformer *run;
} known[] = {
  { "StandardScaler", scale_standard },    { "MinMaxScaler", scale_min_max },
  { "MaxAbsScaler", scale_max_abs },       { "RobustScaler", scale_robust },
  { "FunctionTransformer", pass_on },      { "SimpleImputer", ft_sklearn_impute },
  { "OneHotEncoder", ft_sklearn_one_hot }, { "OrdinalEncoder", ft_sklearn_ordinal },
};

bool ft_sklearn_transforms(const struct ft_pickle *step) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (ft_sklearn_is(step, known[i].name)) return true;
  return ft_sklearn_is(step, "ColumnTransformer");
}

enum ft_status ft_sklearn_transform(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                    const struct ft_pickle *step,
                                    const struct ft_prepared_table *columns, uint32_t depth,
                                    struct ft_error *err) {
  struct ft_sklearn_place place;
  struct ft_prepared_table before;
  const struct ft_pickle *last;
  if (depth > MAX_DEPTH) return ft_fail(err, FT_LIMIT, "the model's pipelines are nested too deep");
  if (ft_pickle_is_none(step) || ft_span_equal(ft_pickle_text(step), FT_SPAN("passthrough"))) {
    *out = *columns;
    return FT_OK;
  }
  ft_sklearn_place(&place, step);
  if (ft_sklearn_is(step, "ColumnTransformer"))
    return transform_columns(out, sklearn, &place, columns, depth, err);
  if (ft_sklearn_is(step, "Pipeline")) {
    FT_TRY(ft_sklearn_pipeline(&before, &last, sklearn, step, columns, depth, err));
    return ft_sklearn_transform(out, sklearn, last, &before, depth + 1, err);
  }
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (ft_sklearn_is(step, known[i].name)) return known[i].run(out, sklearn, &place, columns, err);
  return ft_sklearn_refuse(&place, "", err);
}

enum ft_status ft_sklearn_pipeline(struct ft_prepared_table *out, const struct ft_pickle **last,
                                   struct ft_sklearn *sklearn, const struct ft_pickle *object,
                                   const struct ft_prepared_table *columns, uint32_t depth,
                                   struct ft_error *err) {
  const struct ft_pickle *steps = ft_pickle_get(object, "steps");
  struct ft_sklearn_place place;
  uint32_t count = ft_pickle_count(steps);
  *out = *columns;
  *last = object;
  if (!ft_sklearn_is(object, "Pipeline")) return FT_OK;
  ft_sklearn_place(&place, object);
  if (count == 0) return ft_sklearn_damaged(&place, "its steps", err);
  for (uint32_t i = 0; i + 1 < count; i++) {
    const struct ft_prepared_table in = *out;
    FT_TRY(ft_sklearn_transform(out, sklearn, ft_pickle_item(ft_pickle_item(steps, i), 1), &in,
                                depth + 1, err));
  }
  *last = ft_pickle_item(ft_pickle_item(steps, count - 1), 1);
  return FT_OK;
}
