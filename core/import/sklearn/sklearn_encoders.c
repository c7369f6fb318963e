#include "core/import/sklearn/sklearn_encoders.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/columns/step.h"

/* A missing value that is a category of its own: no text that a user has. */
static const struct ft_span missing_text = { "\x1fmissing\x1f", 9 };

/* The column's field is one of texts: it has to be VARCHAR. */
static enum ft_status mark_text(struct ft_sklearn *sklearn, const struct ft_prepared_column *column,
                                struct ft_error *err) {
  const struct ft_import_request *request = sklearn->columns.import->request;
  uint32_t field = column->field;
  sklearn->columns.field[field].text = true;
  if (field >= request->fields || request->field[field].type == FT_TEXT) return FT_OK;
  ft_fail(err, FT_INVALID,
          "argument %" PRIu32 " is a category whose values are texts, and %s cannot be that",
          field + 1, ft_type_sql(request->field[field].type));
  return ft_fail_hint(err, "Use VARCHAR.");
}

/* --- imputer --- */

static bool is_missing_nan(const struct ft_sklearn_place *place) {
  const struct ft_pickle *value = ft_pickle_get(place->object, "missing_values");
  return ft_pickle_is_none(value) ||
         (value->kind == FT_PICKLE_REAL && isnan(ft_pickle_real(value)));
}

static enum ft_status impute_column(struct ft_prepared_column *out, struct ft_sklearn *sklearn,
                                    const struct ft_sklearn_place *place,
                                    const struct ft_prepared_column *column, struct ft_span text,
                                    double number, struct ft_error *err) {
  struct ft_prepared_table filled;
  const struct ft_prepared_table one = { .columns = 1, .column = column };
  *out = *column;
  if (isnan(number)) {
    FT_TRY(mark_text(sklearn, column, err));
    return ft_column_fill(out, &sklearn->columns, &place->source, text, err);
  }
  const struct ft_column_numbers with = { 1, &number };
  FT_TRY(ft_columns_step(&filled, &sklearn->columns, &place->source, &one, FT_STEP_IMPUTE, &with,
                         NULL, err));
  *out = *filled.column;
  return FT_OK;
}

/* Columns of 1 where a number is missing, behind the others. */
static enum ft_status add_indicators(struct ft_prepared_column *out, uint32_t *added,
                                     struct ft_sklearn *sklearn,
                                     const struct ft_sklearn_place *place,
                                     const struct ft_prepared_table *columns,
                                     struct ft_error *err) {
  const struct ft_pickle *indicator = ft_pickle_get(place->object, "indicator_");
  struct ft_column_numbers which;
  *added = 0;
  if (ft_pickle_is_none(indicator)) return FT_OK;
  FT_TRY(ft_sklearn_reals(&which, sklearn, ft_pickle_get(indicator, "features_"), err));
  if (which.count > columns->columns) return ft_sklearn_damaged(place, "indicator_", err);
  for (size_t i = 0; i < which.count; i++) {
    struct ft_prepared_table made;
    if (!(which.value[i] >= 0 && which.value[i] < columns->columns))
      return ft_sklearn_damaged(place, "indicator_", err);
    const struct ft_prepared_table one = { .columns = 1,
                                           .column = &columns->column[(uint32_t)which.value[i]] };
    if (sklearn->columns.field[one.column->field].text)
      return ft_sklearn_refuse(place, "with add_indicator=True of texts", err);
    FT_TRY(ft_columns_step(&made, &sklearn->columns, &place->source, &one, FT_STEP_IS_MISSING, NULL,
                           NULL, err));
    out[(*added)++] = *made.column;
  }
  return FT_OK;
}

enum ft_status ft_sklearn_impute(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place,
                                 const struct ft_prepared_table *columns, struct ft_error *err) {
  const struct ft_pickle *statistics = ft_pickle_get(place->object, "statistics_");
  struct ft_sklearn_values texts;
  struct ft_column_numbers number;
  struct ft_prepared_column *column;
  uint32_t kept = 0, added;
  if (!is_missing_nan(place)) return ft_sklearn_refuse(place, "of a value other than NaN", err);
  FT_TRY(ft_sklearn_values(&texts, sklearn, place, statistics, err));
  FT_TRY(ft_sklearn_reals(&number, sklearn, statistics, err));
  if (texts.count != columns->columns || number.count != texts.count)
    return ft_sklearn_damaged(place, "statistics_", err);
  FT_TRY(ft_columns_new(out, &column, &sklearn->columns, 2 * (uint64_t)texts.count, err));
  for (uint32_t i = 0; i < texts.count; i++) {
    if (texts.missing[i]) { /* nothing was there to learn from: the column is left out */
      if (ft_sklearn_flag(place, "keep_empty_features"))
        return ft_sklearn_refuse(place, "with keep_empty_features=True", err);
      continue;
    }
    FT_TRY(impute_column(&column[kept++], sklearn, place, &columns->column[i], texts.text[i],
                         number.value[i], err));
  }
  FT_TRY(add_indicators(column + kept, &added, sklearn, place, columns, err));
  out->columns = kept + added;
  return FT_OK;
}

/* --- encoders --- */

/* The values of each column; `in` are the columns, a missing value a category where it is one. */
struct encoding {
  struct ft_sklearn_values *values;
  struct ft_prepared_column *in;
  uint64_t count; /* of all values */
};

static bool has_missing(const struct ft_sklearn_values *values) {
  for (uint32_t i = 0; i < values->count; i++)
    if (values->missing[i]) return true;
  return false;
}

static bool is_infrequent(const struct ft_sklearn_place *place) {
  return ft_sklearn_flag(place, "_infrequent_enabled");
}

static enum ft_status check_values(const struct ft_sklearn_place *place,
                                   const struct ft_sklearn_values *values, struct ft_error *err) {
  for (uint32_t i = 0; i < values->count; i++)
    if (values->numbers && !values->missing[i] &&
        memchr(values->text[i].data, '.', values->text[i].size))
      return ft_sklearn_refuse(place, "categories that are numbers and no integers", err);
  return FT_OK;
}

static enum ft_status read_encoding(struct encoding *out, struct ft_sklearn *sklearn,
                                    const struct ft_sklearn_place *place,
                                    const struct ft_prepared_table *columns, struct ft_error *err) {
  const struct ft_pickle *list = ft_pickle_get(place->object, "categories_");
  struct ft_arena *arena = sklearn->columns.arena;
  *out = (struct encoding){ FT_ARENA_NEW(arena, struct ft_sklearn_values, columns->columns),
                            FT_ARENA_NEW(arena, struct ft_prepared_column, columns->columns), 0 };
  if (!out->values || !out->in) return ft_columns_no_memory(err);
  if (is_infrequent(place)) return ft_sklearn_refuse(place, "with infrequent categories", err);
  if (ft_pickle_count(list) != columns->columns)
    return ft_sklearn_damaged(place, "categories_", err);
  for (uint32_t i = 0; i < columns->columns; i++) {
    struct ft_sklearn_values *values = &out->values[i];
    FT_TRY(ft_sklearn_values(values, sklearn, place, ft_pickle_item(list, i), err));
    FT_TRY(check_values(place, values, err));
    out->count += values->count;
    out->in[i] = columns->column[i];
    if (!values->numbers) FT_TRY(mark_text(sklearn, &out->in[i], err));
    if (has_missing(values))
      FT_TRY(ft_column_fill(&out->in[i], &sklearn->columns, &place->source, missing_text, err));
  }
  return FT_OK;
}

static struct ft_span text_of(const struct ft_sklearn_values *values, uint32_t index) {
  return values->missing[index] ? missing_text : values->text[index];
}

enum ft_status ft_sklearn_one_hot(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                  const struct ft_sklearn_place *place,
                                  const struct ft_prepared_table *columns, struct ft_error *err) {
  struct encoding encoding;
  struct ft_column_numbers drop;
  struct ft_prepared_column *column;
  uint32_t made = 0;
  FT_TRY(read_encoding(&encoding, sklearn, place, columns, err));
  FT_TRY(ft_sklearn_reals(&drop, sklearn, ft_pickle_get(place->object, "drop_idx_"), err));
  if (drop.count && drop.count != columns->columns)
    return ft_sklearn_damaged(place, "drop_idx_", err);
  FT_TRY(ft_columns_new(out, &column, &sklearn->columns, encoding.count, err));
  for (uint32_t i = 0; i < columns->columns; i++)
    for (uint32_t v = 0; v < encoding.values[i].count; v++) {
      if (drop.count && drop.value[i] == v) continue;
      FT_TRY(ft_column_equals(&column[made++], &sklearn->columns, &place->source, &encoding.in[i],
                              text_of(&encoding.values[i], v), err));
    }
  out->columns = made;
  return FT_OK;
}

/* The values' numbers are 0, 1, …; `nan`: that of NaN. */
static enum ft_status make_map(struct ft_category_map **out, const struct ft_sklearn *sklearn,
                               const struct ft_sklearn_place *place,
                               const struct ft_sklearn_values *values, double nan,
                               struct ft_error *err) {
  struct ft_category_entry *entry =
      FT_ARENA_NEW(sklearn->columns.arena, struct ft_category_entry, values->count);
  if (!entry) return ft_columns_no_memory(err);
  for (uint32_t v = 0; v < values->count; v++)
    entry[v] = (struct ft_category_entry){ text_of(values, v),
                                           values->missing[v] == FT_SKLEARN_NAN ? nan : v };
  return ft_category_map(out, sklearn->columns.arena, &place->source, entry, values->count, err);
}

enum ft_status ft_sklearn_codes(struct ft_prepared_column *out, struct ft_sklearn *sklearn,
                                const struct ft_sklearn_place *place,
                                const struct ft_prepared_column *column,
                                const struct ft_column_numbers *values, struct ft_error *err) {
  struct ft_category_map *map = NULL;
  struct ft_category_entry *entry =
      FT_ARENA_NEW(sklearn->columns.arena, struct ft_category_entry, values->count);
  if (!entry) return ft_columns_no_memory(err);
  for (size_t v = 0; v < values->count; v++) {
    entry[v].number = values->value[v];
    if (entry[v].number != floor(entry[v].number))
      return ft_sklearn_damaged(place, "a category that is no integer", err);
    FT_TRY(ft_column_decimal(&entry[v].text, sklearn->columns.arena, entry[v].number, err));
  }
  FT_TRY(ft_category_map(&map, sklearn->columns.arena, &place->source, entry, values->count, err));
  FT_TRY(ft_column_map(out, &sklearn->columns, &place->source, column, map, NAN, err));
  out->wide = true;
  return FT_OK;
}

enum ft_status ft_sklearn_ordinal(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                  const struct ft_sklearn_place *place,
                                  const struct ft_prepared_table *columns, struct ft_error *err) {
  struct encoding encoding;
  struct ft_prepared_column *column;
  struct ft_category_map *map = NULL;
  double unknown = NAN;
  double missing = ft_pickle_real(ft_pickle_get(place->object, "encoded_missing_value"));
  if (ft_sklearn_says(place, "handle_unknown", "use_encoded_value"))
    unknown = ft_pickle_real(ft_pickle_get(place->object, "unknown_value"));
  FT_TRY(read_encoding(&encoding, sklearn, place, columns, err));
  FT_TRY(ft_columns_new(out, &column, &sklearn->columns, columns->columns, err));
  for (uint32_t i = 0; i < columns->columns; i++) {
    FT_TRY(make_map(&map, sklearn, place, &encoding.values[i], missing, err));
    FT_TRY(ft_column_map(&column[i], &sklearn->columns, &place->source, &encoding.in[i], map,
                         unknown, err));
    column[i].wide = true;
  }
  return FT_OK;
}
