#include "core/command/preprocessors.h"

#include <jansson.h>
#include <string.h>

#define NEAR_ENOUGH 3

/* BY_TYPE: done for the columns that need it, by the learners that need it. */
enum effect { BY_TYPE, CATEGORY, NONE };

static const struct transformer {
  const char *name;
  enum effect effect;
} transformers[] = {
  { "OneHotEncoder", CATEGORY },       { "OrdinalEncoder", CATEGORY },
  { "NumericPassthrough", BY_TYPE },   { "Imputer", BY_TYPE },
  { "ImputerWithIndicator", BY_TYPE }, { "Normalizer", BY_TYPE },
  { "DateTimeVectorizer", BY_TYPE },   { "PCA", NONE },
  { "StandardScaler", BY_TYPE },       { "MinMax", BY_TYPE },
};

#define TRANSFORMERS (sizeof transformers / sizeof *transformers)

struct checking {
  const struct ft_command *command;
  const struct ft_columns *columns;
  struct ft_error *err;
};

static struct ft_span text_of(const json_t *value) {
  return (struct ft_span){ json_string_value(value), json_string_length(value) };
}

static enum ft_status fail_form(struct checking *checking, const char *what) {
  ft_fail(checking->err, FT_INVALID, "PREPROCESSORS: %s", what);
  return ft_fail_hint(checking->err,
                      "It is 'none', or a list such as '[{\"ColumnSet\": [\"plan\"], "
                      "\"Transformers\": [\"OneHotEncoder\", \"Imputer\"]}]'.");
}

static enum ft_status fail_transformer(struct checking *checking, struct ft_span name) {
  const char *nearest = NULL;
  size_t min = NEAR_ENOUGH + 1;
  for (size_t i = 0; i < TRANSFORMERS; i++) {
    size_t distance = ft_span_distance(name, ft_span_of(transformers[i].name), NEAR_ENOUGH);
    if (distance >= min) continue;
    min = distance;
    nearest = transformers[i].name;
  }
  if (name.size > 60) name.size = 60;
  ft_fail(checking->err, FT_INVALID, "transformer \"%.*s\" is not known", FT_SPAN_ARG(name));
  if (nearest) return ft_fail_hint(checking->err, "Did you mean %s?", nearest);
  return ft_fail_hint(checking->err,
                      "The transformers are OneHotEncoder, OrdinalEncoder, NumericPassthrough, "
                      "Imputer, ImputerWithIndicator, Normalizer, DateTimeVectorizer, "
                      "StandardScaler and MinMax.");
}

static enum ft_status find_transformer(struct checking *checking, const json_t *value,
                                       const struct transformer **out) {
  if (!json_is_string(value)) return fail_form(checking, "\"Transformers\" has other than texts");
  for (size_t i = 0; i < TRANSFORMERS; i++) {
    if (!ft_span_equal_nocase(text_of(value), ft_span_of(transformers[i].name))) continue;
    *out = &transformers[i];
    if (transformers[i].effect != NONE) return FT_OK;
    ft_fail(checking->err, FT_UNSUPPORTED, "transformer \"%s\" is not supported",
            transformers[i].name);
    return ft_fail_hint(checking->err, "Leave it out: the learners find what matters in many "
                                       "columns by themselves.");
  }
  return fail_transformer(checking, text_of(value));
}

static enum ft_status check_column(struct checking *checking, const json_t *value, size_t *out) {
  const struct ft_columns *columns = checking->columns;
  if (!json_is_string(value)) return fail_form(checking, "\"ColumnSet\" has other than texts");
  struct ft_span name = text_of(value);
  *out = columns->fields;
  if (ft_span_equal(name, FT_SPAN("*"))) return FT_OK;
  for (size_t i = 0; i < columns->fields; i++)
    if (ft_span_equal_nocase(name, ft_span_of(columns->field[i].name))) *out = i;
  if (name.size > 60) name.size = 60;
  if (*out == columns->fields)
    return ft_fail(checking->err, FT_UNDEFINED_COLUMN,
                   "PREPROCESSORS: \"%.*s\" is not a column of the query", FT_SPAN_ARG(name));
  if (*out == columns->target)
    return ft_fail(checking->err, FT_INVALID, "PREPROCESSORS: \"%.*s\" is the TARGET",
                   FT_SPAN_ARG(name));
  return FT_OK;
}

/* A number is no category: the user can make it one, and the function's parameter with it. */
static void tell_of_number(const struct checking *checking, size_t column,
                           const struct transformer *encoder) {
  if (!encoder || column == checking->columns->fields) return;
  const struct ft_field *field = &checking->columns->field[column];
  if (!ft_type_is_numeric(field->type)) return;
  ft_command_notice(checking->command->host,
                    "column \"%s\" stays a number in spite of %s; cast it to text in the query to "
                    "make a category of it",
                    field->name, encoder->name);
}

static enum ft_status check_set(struct checking *checking, const json_t *set) {
  const json_t *names = json_object_get(set, "ColumnSet");
  const json_t *steps = json_object_get(set, "Transformers");
  const struct transformer *step = NULL, *encoder = NULL;
  if (!json_is_object(set) || json_object_size(set) != 2 || !json_array_size(names) ||
      !json_array_size(steps))
    return fail_form(checking, "each item has a list \"ColumnSet\" and a list \"Transformers\"");
  for (size_t i = 0; i < json_array_size(steps); i++) {
    FT_TRY(find_transformer(checking, json_array_get(steps, i), &step));
    if (step->effect == CATEGORY) encoder = step;
  }
  for (size_t i = 0; i < json_array_size(names); i++) {
    size_t column = 0;
    FT_TRY(check_column(checking, json_array_get(names, i), &column));
    tell_of_number(checking, column, encoder);
  }
  return FT_OK;
}

static enum ft_status check_list(struct checking *checking, struct ft_span text) {
  json_error_t why;
  json_t *list = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &why);
  enum ft_status status = FT_OK;
  if (!json_is_array(list)) status = fail_form(checking, "it is not a list in JSON");
  for (size_t i = 0; status == FT_OK && i < json_array_size(list); i++)
    status = check_set(checking, json_array_get(list, i));
  bool empty = json_array_size(list) == 0;
  json_decref(list);
  if (status == FT_OK && !empty)
    ft_command_notice(checking->command->host,
                      "PREPROCESSORS change nothing: every column is prepared by its type");
  return status;
}

enum ft_status ft_preprocessors_check(const struct ft_command *command,
                                      const struct ft_columns *columns, struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  struct ft_span text = ft_span_trim(create->preprocessors);
  struct checking checking = { command, columns, err };
  if (!text.size || ft_span_equal_nocase(text, FT_SPAN("none"))) return FT_OK;
  enum ft_status status = check_list(&checking, text);
  return status == FT_OK ? FT_OK : ft_fail_at(err, create->preprocessors_position);
}
