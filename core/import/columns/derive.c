#include "core/import/columns/derive.h"

#include <math.h>
#include <string.h>

#include "core/import/columns/columns.h"

const struct ft_derived_column *ft_column_derived(const struct ft_columns *columns,
                                                  const struct ft_prepared_column *column) {
  return column->field < columns->fields ? NULL : &columns->derive[column->field - columns->fields];
}

bool ft_column_has_gap(const struct ft_columns *columns, const struct ft_prepared_column *column) {
  const struct ft_derived_column *derived = ft_column_derived(columns, column);
  return (!derived || derived->gap) &&
         isnan(ft_column_value(column, (struct ft_raw){ .kind = FT_RAW_MISSING }));
}

static bool has_gap(const struct ft_columns *columns, enum ft_derivation derivation,
                    const struct ft_prepared_column *input, uint32_t inputs) {
  if (derivation == FT_DERIVE_IS_MISSING || derivation == FT_DERIVE_LESS ||
      derivation == FT_DERIVE_LESS_OR_EQUAL || derivation == FT_DERIVE_EQUAL)
    return false;
  for (uint32_t i = derivation == FT_DERIVE_CHOICE; i < inputs; i++)
    if (ft_column_has_gap(columns, &input[i])) return true;
  return false;
}

static enum ft_status check_inputs(const struct ft_columns *columns,
                                   const struct ft_column_source *source,
                                   const struct ft_prepared_column *input, uint32_t inputs,
                                   struct ft_error *err) {
  for (uint32_t i = 0; i < inputs; i++) {
    if (!ft_column_is_number(columns, &input[i]))
      return ft_column_refuse(source, "its input is text", err);
    if (!input[i].wide) continue;
    enum ft_status refused = ft_column_refuse(source, "of numbers that are double", err);
    if (!err) return refused;
    return ft_fail_hint(err, "Convert the model with inputs of FloatTensorType.");
  }
  return FT_OK;
}

static enum ft_status make_room(struct ft_columns *columns, struct ft_error *err) {
  if (!columns->derive)
    columns->derive =
        FT_ARENA_NEW(columns->arena, struct ft_derived_column, FT_COLUMNS_MAX_DERIVED);
  if (!columns->derive) return ft_columns_no_memory(err);
  if (columns->derived < FT_COLUMNS_MAX_DERIVED) return FT_OK;
  return ft_fail(err, FT_LIMIT, "the %s model has more than %d columns made of others",
                 columns->format, FT_COLUMNS_MAX_DERIVED);
}

enum ft_status ft_column_derive(struct ft_prepared_column *out, struct ft_columns *columns,
                                const struct ft_column_source *source,
                                enum ft_derivation derivation,
                                const struct ft_prepared_column *input, uint32_t inputs,
                                const double *number, struct ft_error *err) {
  const size_t numbers = ft_derived_numbers(derivation, inputs);
  struct ft_prepared_column *copy = FT_ARENA_NEW(columns->arena, struct ft_prepared_column, inputs);
  double *kept = FT_ARENA_NEW(columns->arena, double, numbers);
  struct ft_column_step *first = FT_ARENA_NEW(columns->arena, struct ft_column_step, 1);
  if (!copy || !kept || !first) return ft_columns_no_memory(err);
  if (!ft_derived_fits(derivation, inputs)) return ft_column_damaged(source, "its inputs", err);
  FT_TRY(check_inputs(columns, source, input, inputs, err));
  FT_TRY(make_room(columns, err));
  for (size_t i = 0; i < numbers; i++) {
    kept[i] = number[i];
    if (!isfinite(kept[i])) return ft_column_damaged(source, "its constants", err);
  }
  if (inputs) memcpy(copy, input, inputs * sizeof *copy);
  first->steps = 1;
  const uint32_t index = columns->derived++;
  columns->derive[index] =
      (struct ft_derived_column){ .derivation = derivation,
                                  .inputs = inputs,
                                  .input = copy,
                                  .number = kept,
                                  .gap = has_gap(columns, derivation, copy, inputs),
                                  .feature = FT_COLUMN_NONE };
  *out = (struct ft_prepared_column){ .field = columns->fields + index, .last = first };
  return FT_OK;
}

enum ft_status ft_column_derive_constant(struct ft_prepared_column *out, struct ft_columns *columns,
                                         const struct ft_column_source *source, double value,
                                         struct ft_error *err) {
  struct ft_prepared_column part[2];
  const double one = value < 0 ? -1 : isnan(value) ? 0 : 1, zero = 0;
  if (isfinite(value))
    return ft_column_derive(out, columns, source, FT_DERIVE_SUM, NULL, 0, &value, err);
  FT_TRY(ft_column_derive_constant(&part[0], columns, source, one, err));
  FT_TRY(ft_column_derive_constant(&part[1], columns, source, zero, err));
  return ft_column_derive(out, columns, source, FT_DERIVE_QUOTIENT, part, 2, NULL, err);
}

/* --- into the model --- */

static enum ft_status take_encoders(struct ft_encoder **out, struct ft_columns *columns,
                                    struct ft_error *err) {
  struct ft_model *model = &columns->import->model;
  if (model->features == FT_MODEL_MAX_FEATURES)
    return ft_fail(err, FT_LIMIT, "the %s model has more than %d features", columns->format,
                   FT_MODEL_MAX_FEATURES);
  if (model->features >= columns->encoder_room) {
    const uint32_t room = 2 * model->features + 64;
    struct ft_encoder *more = FT_ARENA_NEW(columns->arena, struct ft_encoder, room);
    if (!more) return ft_columns_no_memory(err);
    if (model->features) memcpy(more, model->encoder, model->features * sizeof *more);
    model->encoder = more;
    columns->encoder_room = room;
  }
  *out = (struct ft_encoder *)(uintptr_t)&model->encoder[model->features];
  return FT_OK;
}

/* A feature of features. */
static enum ft_status add_feature(uint32_t *out, struct ft_columns *columns,
                                  enum ft_derivation derivation, const uint32_t *input,
                                  uint32_t inputs, const double *number, struct ft_error *err) {
  const size_t numbers = ft_derived_numbers(derivation, inputs);
  uint32_t *copy = FT_ARENA_NEW(columns->arena, uint32_t, inputs);
  double *kept = FT_ARENA_NEW(columns->arena, double, numbers);
  struct ft_encoder *encoder = NULL;
  if (!copy || !kept) return ft_columns_no_memory(err);
  if (inputs > FT_MODEL_MAX_INPUTS - columns->encoder_inputs)
    return ft_fail(err, FT_LIMIT, "the %s model's columns are made of too many others",
                   columns->format);
  columns->encoder_inputs += inputs;
  if (inputs) memcpy(copy, input, inputs * sizeof *copy);
  if (numbers) memcpy(kept, number, numbers * sizeof *kept);
  FT_TRY(take_encoders(&encoder, columns, err));
  *encoder = (struct ft_encoder){ .kind = FT_ENCODE_DERIVED,
                                  .derivation = derivation,
                                  .inputs = inputs,
                                  .input = copy,
                                  .number = kept };
  *out = columns->import->model.features++;
  return FT_OK;
}

static enum ft_status add_constant(uint32_t *out, struct ft_columns *columns, double value,
                                   struct ft_error *err) {
  return add_feature(out, columns, FT_DERIVE_SUM, NULL, 0, &value, err);
}

/* scale × the feature + shift */
static enum ft_status add_line(uint32_t *feature, struct ft_columns *columns, double scale,
                               double shift, struct ft_error *err) {
  const double number[] = { scale, shift };
  const uint32_t from = *feature;
  return add_feature(feature, columns, FT_DERIVE_SUM, &from, 1, number, err);
}

/* A function of the feature and a constant; `first`: the constant comes first. */
static enum ft_status add_compared(uint32_t *feature, struct ft_columns *columns,
                                   enum ft_derivation derivation, double value, bool first,
                                   struct ft_error *err) {
  uint32_t input[2] = { *feature, *feature };
  FT_TRY(add_constant(&input[first ? 0 : 1], columns, value, err));
  return add_feature(feature, columns, derivation, input, 2, NULL, err);
}

/* What stands for a feature where it is missing. */
static enum ft_status add_filled(uint32_t *feature, struct ft_columns *columns, double value,
                                 struct ft_error *err) {
  uint32_t input[3] = { 0, 0, *feature };
  FT_TRY(add_feature(&input[0], columns, FT_DERIVE_IS_MISSING, feature, 1, NULL, err));
  FT_TRY(add_constant(&input[1], columns, value, err));
  return add_feature(feature, columns, FT_DERIVE_CHOICE, input, 3, NULL, err);
}

static enum ft_status add_clipped(uint32_t *feature, struct ft_columns *columns,
                                  const struct ft_column_step *step, struct ft_error *err) {
  if (isfinite(step->a)) FT_TRY(add_compared(feature, columns, FT_DERIVE_MAX, step->a, false, err));
  return isfinite(step->b) ? add_compared(feature, columns, FT_DERIVE_MIN, step->b, false, err)
                           : FT_OK;
}

/* 0 where it is 0, else 1 */
static enum ft_status add_truth(uint32_t *feature, struct ft_columns *columns,
                                struct ft_error *err) {
  FT_TRY(add_compared(feature, columns, FT_DERIVE_EQUAL, 0, false, err));
  return add_compared(feature, columns, FT_DERIVE_EQUAL, 0, false, err);
}

static enum ft_status add_step(uint32_t *feature, struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_column_step *step, struct ft_error *err) {
  const uint32_t from = *feature;
  switch (step->kind) {
  case FT_STEP_FIELD:
  case FT_STEP_NARROW: return FT_OK;
  case FT_STEP_IMPUTE: return add_filled(feature, columns, step->a, err);
  case FT_STEP_SCALE:
    FT_TRY(add_line(feature, columns, 1, -step->a, err));
    return add_line(feature, columns, step->b, 0, err);
  case FT_STEP_ADD: return add_line(feature, columns, 1, step->a, err);
  case FT_STEP_MULTIPLY: return add_line(feature, columns, step->a, 0, err);
  case FT_STEP_DIVIDE:
    return add_compared(feature, columns, FT_DERIVE_QUOTIENT, step->a, false, err);
  case FT_STEP_CLIP: return add_clipped(feature, columns, step, err);
  case FT_STEP_ABOVE: return add_compared(feature, columns, FT_DERIVE_LESS, step->a, true, err);
  case FT_STEP_IS_MISSING:
    return add_feature(feature, columns, FT_DERIVE_IS_MISSING, &from, 1, NULL, err);
  case FT_STEP_NOT_ZERO: return add_truth(feature, columns, err);
  default: return ft_column_refuse(source, "of numbers cut to integers", err);
  }
}

/* The number of each code: other + the sum of (number - other) where the code is it. */
static enum ft_status add_coded(uint32_t *feature, struct ft_columns *columns,
                                const struct ft_prepared_column *column, struct ft_error *err) {
  const struct ft_column_field *field = &columns->field[column->field];
  const uint32_t *code = columns->codes.code + columns->codes.first[column->field], from = *feature;
  const double other =
      ft_column_value(column, ft_column_raw(columns, column->field, field->categories));
  const double missing = ft_column_value(column, ft_column_raw(columns, column->field, UINT32_MAX));
  uint32_t *input = FT_ARENA_NEW(columns->arena, uint32_t, field->categories + 1), inputs = 0;
  double *number = FT_ARENA_NEW(columns->arena, double, field->categories + 2);
  if (!input || !number) return ft_columns_no_memory(err);
  for (uint32_t c = 0; c < field->categories; c++) {
    const double x = ft_column_value(column, ft_column_raw(columns, column->field, c));
    if (x == other) continue;
    input[inputs] = from;
    number[inputs] = x - other;
    FT_TRY(add_compared(&input[inputs++], columns, FT_DERIVE_EQUAL, code[c], false, err));
  }
  if (missing != other) { /* 0 × the code is NaN where it is */
    input[inputs] = from;
    number[inputs] = isnan(missing) ? 0 : missing - other;
    if (!isnan(missing))
      FT_TRY(add_feature(&input[inputs], columns, FT_DERIVE_IS_MISSING, &from, 1, NULL, err));
    inputs++;
  }
  number[inputs] = other;
  for (uint32_t i = 0; i <= inputs; i++)
    if (!isfinite(number[i]))
      return ft_fail(err, FT_UNSUPPORTED, "the %s model has a category that is no number",
                     columns->format);
  return add_feature(feature, columns, FT_DERIVE_SUM, input, inputs, number, err);
}

static uint32_t base_of(const struct ft_columns *columns, const struct ft_prepared_column *column) {
  const struct ft_derived_column *derived = ft_column_derived(columns, column);
  return derived ? derived->feature : column->field;
}

/* The feature that the column is. A step's is found again by the columns that go on from it. */
static enum ft_status add_column(uint32_t *out, struct ft_columns *columns,
                                 const struct ft_column_source *source,
                                 const struct ft_prepared_column *column, struct ft_error *err) {
  const struct ft_column_step *step[FT_COLUMN_MAX_STEPS];
  uint32_t steps = 0, feature = base_of(columns, column);
  bool coded;
  FT_TRY(ft_column_is_coded(&coded, columns, source, column, err));
  for (const struct ft_column_step *s = column->last; s->kind != FT_STEP_FIELD && !s->feature;
       s = s->before)
    step[steps++] = s;
  const struct ft_column_step *known = steps ? step[steps - 1]->before : column->last;
  if (known->feature) feature = known->feature - 1;
  if (coded && !column->last->feature) {
    feature = base_of(columns, column);
    FT_TRY(add_coded(&feature, columns, column, err));
    steps = 0;
  }
  while (steps--) {
    FT_TRY(add_step(&feature, columns, source, step[steps], err));
    ((struct ft_column_step *)(uintptr_t)step[steps])->feature = feature + 1;
  }
  if (coded) ((struct ft_column_step *)(uintptr_t)column->last)->feature = feature + 1;
  *out = feature;
  return FT_OK;
}

static enum ft_status add_derived(struct ft_columns *columns, const struct ft_column_source *source,
                                  struct ft_derived_column *derived, struct ft_error *err) {
  uint32_t *input = FT_ARENA_NEW(columns->arena, uint32_t, derived->inputs);
  if (!input) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < derived->inputs; i++)
    FT_TRY(add_column(&input[i], columns, source, &derived->input[i], err));
  return add_feature(&derived->feature, columns, derived->derivation, input, derived->inputs,
                     derived->number, err);
}

/* Those that it is made of come before it. */
static void mark_wanted(struct ft_columns *columns, uint32_t index) {
  columns->derive[index].wanted = true;
  for (uint32_t k = index + 1; k-- > 0;) {
    const struct ft_derived_column *derived = &columns->derive[k];
    if (!derived->wanted || derived->feature != FT_COLUMN_NONE) continue;
    for (uint32_t i = 0; i < derived->inputs; i++)
      if (derived->input[i].field >= columns->fields)
        columns->derive[derived->input[i].field - columns->fields].wanted = true;
  }
}

enum ft_status ft_column_feature(uint32_t *out, struct ft_columns *columns,
                                 const struct ft_column_source *source,
                                 const struct ft_prepared_column *column, struct ft_error *err) {
  const struct ft_derived_column *asked = ft_column_derived(columns, column);
  if (asked && asked->feature == FT_COLUMN_NONE) {
    mark_wanted(columns, column->field - columns->fields);
    for (uint32_t k = 0; k <= column->field - columns->fields; k++) {
      struct ft_derived_column *derived = &columns->derive[k];
      if (derived->wanted && derived->feature == FT_COLUMN_NONE)
        FT_TRY(add_derived(columns, source, derived, err));
    }
  }
  *out = base_of(columns, column);
  return FT_OK;
}
