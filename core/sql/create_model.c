#include "core/sql/create_model.h"

#include <stdio.h>
#include <string.h>

/* In the order of FT_MODEL_TYPE_WORDS. */
static const struct {
  const char *word;
  enum ft_model_type type;
  enum ft_create_form form; /* FT_FORM_SIMPLE: the clauses decide */
  bool with_auto_on, with_auto_off;
  const char *advice; /* when AUTO is the other */
} model_types[] = {
  { "XGBOOST", FT_MODEL_TYPE_XGBOOST, FT_FORM_SIMPLE, true, true, "" },
  { "MLP", FT_MODEL_TYPE_MLP, FT_FORM_SIMPLE, true, false,
    "Use AUTO ON, or MODEL_TYPE XGBOOST or KMEANS." },
  { "LINEAR_LEARNER", FT_MODEL_TYPE_LINEAR_LEARNER, FT_FORM_SIMPLE, true, false,
    "Use AUTO ON, or MODEL_TYPE XGBOOST or KMEANS." },
  { "KMEANS", FT_MODEL_TYPE_KMEANS, FT_FORM_KMEANS, false, true, "Write AUTO OFF." },
  { "FORECAST", FT_MODEL_TYPE_FORECAST, FT_FORM_FORECAST, true, false, "Write AUTO ON." },
  { "BEDROCK", FT_MODEL_TYPE_AUTO, FT_FORM_EXTERNAL, true, true, "" },
};

static const char forecast_objectives[] = "RMSE WAPE MAPE MASE AverageWeightedQuantileLoss";

static enum ft_status fail_clause(struct ft_parser *parser, enum ft_status status, size_t position,
                                  const char *hint) {
  if (hint) ft_fail_hint(parser->err, "%s", hint);
  ft_fail_at(parser->err, position);
  return status;
}

static enum ft_status read_clause(struct ft_parser *parser, struct ft_create_reading *reading) {
  enum ft_clause clause = ft_clause_find(&parser->token);
  size_t position = ft_parser_position(parser), line, column;
  if (parser->token.kind != FT_TOKEN_WORD)
    return ft_parser_expected(parser, "a clause of CREATE MODEL");
  if (clause == FT_CLAUSE_COUNT) {
    struct ft_span word = ft_parser_shown(parser->token.text);
    struct ft_span nearest = ft_parser_nearest(parser->token.text, ft_clause_words);
    ft_fail(parser->err, FT_SYNTAX, "\"%.*s\" is not a clause of CREATE MODEL", FT_SPAN_ARG(word));
    if (nearest.size)
      ft_fail_hint(parser->err, "Did you mean %.*s?", FT_SPAN_ARG(nearest));
    else
      ft_parser_hint_list(parser, "The clauses are", ft_clause_words);
    return fail_clause(parser, FT_SYNTAX, position, NULL);
  }
  if (reading->given[clause]) {
    ft_parser_place(parser, reading->given[clause], &line, &column);
    ft_fail(parser->err, FT_SYNTAX, "%s is given twice", ft_clause_word(clause));
    ft_fail_hint(parser->err, "It was first given on line %zu, column %zu.", line, column);
    return fail_clause(parser, FT_SYNTAX, position, NULL);
  }
  reading->given[clause] = position;
  ft_parser_advance(parser);
  return ft_clause_read(parser, reading, clause);
}

/* MODEL_TYPE against AUTO and EXTERNAL. */
static enum ft_status check_model_type(struct ft_parser *parser,
                                       struct ft_create_reading *reading) {
  if (!reading->given[FT_CLAUSE_MODEL_TYPE]) return FT_OK;
  size_t row = reading->model_type, position = reading->value_position[FT_CLAUSE_MODEL_TYPE];
  const char *word = model_types[row].word;
  bool automatic = reading->create.automatic;
  bool external = model_types[row].form == FT_FORM_EXTERNAL;
  if (external != reading->external) {
    ft_fail(parser->err, FT_SYNTAX, "MODEL_TYPE %s cannot be used with CREATE %sMODEL", word,
            external ? "" : "EXTERNAL ");
    return fail_clause(parser, FT_SYNTAX, position,
                       external ? "Write CREATE EXTERNAL MODEL." : "Write MODEL_TYPE BEDROCK.");
  }
  if (automatic ? model_types[row].with_auto_on : model_types[row].with_auto_off) return FT_OK;
  ft_fail(parser->err, FT_SYNTAX, "MODEL_TYPE %s cannot be used with AUTO %s", word,
          automatic ? "ON" : "OFF");
  return fail_clause(parser, FT_SYNTAX, position, model_types[row].advice);
}

static enum ft_create_form find_form(const struct ft_create_reading *reading) {
  const size_t *given = reading->given;
  if (reading->external) return FT_FORM_EXTERNAL;
  bool nothing_to_train = !given[FT_CLAUSE_FROM] && given[FT_CLAUSE_RETURNS];
  if (given[FT_CLAUSE_SAGEMAKER] || nothing_to_train) return FT_FORM_REMOTE;
  if (reading->create.source == FT_SOURCE_TEXT) return FT_FORM_IMPORT;
  if (given[FT_CLAUSE_MODEL_TYPE] && model_types[reading->model_type].form)
    return model_types[reading->model_type].form;
  if (!reading->create.automatic) return FT_FORM_XGBOOST;
  bool guided = given[FT_CLAUSE_MODEL_TYPE] || given[FT_CLAUSE_PROBLEM_TYPE] ||
                given[FT_CLAUSE_OBJECTIVE] || given[FT_CLAUSE_PREPROCESSORS];
  return guided ? FT_FORM_GUIDED : FT_FORM_SIMPLE;
}

static enum ft_status check_arguments(struct ft_parser *parser,
                                      const struct ft_create_reading *reading) {
  const struct ft_create_model *create = &reading->create;
  bool wanted = create->form == FT_FORM_IMPORT || create->form == FT_FORM_REMOTE;
  if (!create->function.name.size || wanted == (create->arguments > 0)) return FT_OK;
  if (wanted) {
    ft_fail(parser->err, FT_SYNTAX, "FUNCTION needs argument types with %s",
            ft_form_words(create->form));
    return fail_clause(parser, FT_SYNTAX, create->function.position,
                       "Write them in parentheses: FUNCTION name (INT, VARCHAR).");
  }
  ft_fail(parser->err, FT_SYNTAX, "FUNCTION takes no argument types with %s",
          ft_form_words(create->form));
  return fail_clause(parser, FT_SYNTAX, reading->value_position[FT_CLAUSE_FUNCTION],
                     "Remove the parentheses: the query's columns are the arguments.");
}

/* All the objectives of a kind, for a hint: "MSE, Accuracy, …". */
static void list_objectives(char *out, size_t size, bool automatic, unsigned problems) {
  size_t used = 0;
  out[0] = 0;
  for (const struct ft_objective *row = ft_objective_table(); row->name; row++) {
    if (row->automatic != automatic || !(row->problems & problems)) continue;
    int more = snprintf(out + used, size - used, "%s%s", used ? ", " : "", row->shown);
    if (more < 0 || (size_t)more >= size - used) return;
    used += (size_t)more;
  }
}

static enum ft_status fail_objective(struct ft_parser *parser,
                                     const struct ft_create_reading *reading) {
  bool automatic = reading->create.automatic;
  struct ft_span name = ft_parser_shown(reading->objective);
  size_t position = reading->value_position[FT_CLAUSE_OBJECTIVE];
  char list[320];
  list_objectives(list, sizeof list, automatic, ~0u);
  if (ft_objective_find(reading->objective, !automatic)) {
    ft_fail(parser->err, FT_INVALID, "OBJECTIVE '%.*s' cannot be used with AUTO %s",
            FT_SPAN_ARG(name), automatic ? "ON" : "OFF");
    ft_fail_hint(parser->err, "It is one of: %s.", list);
    return fail_clause(parser, FT_INVALID, position, NULL);
  }
  const char *nearest = ft_objective_nearest(reading->objective, automatic);
  ft_fail(parser->err, FT_INVALID, "objective \"%.*s\" is not known", FT_SPAN_ARG(name));
  if (nearest)
    ft_fail_hint(parser->err, "Did you mean '%s'?", nearest);
  else
    ft_fail_hint(parser->err, "It is one of: %s.", list);
  return fail_clause(parser, FT_INVALID, position, NULL);
}

static enum ft_status resolve_forecast_objective(struct ft_parser *parser,
                                                 struct ft_create_reading *reading) {
  static const char *const canonical[] = { "rmse", "wape", "mape", "mase",
                                           "averageweightedquantileloss" };
  for (size_t i = 0; i < sizeof canonical / sizeof *canonical; i++)
    if (ft_span_equal_nocase(ft_span_of(canonical[i]), reading->objective)) {
      reading->create.objective = canonical[i];
      return FT_OK;
    }
  return ft_parser_fail_choice(parser, reading->objective, forecast_objectives, "OBJECTIVE",
                               reading->value_position[FT_CLAUSE_OBJECTIVE]);
}

static enum ft_status resolve_objective(struct ft_parser *parser, struct ft_create_reading *reading,
                                        const struct ft_objective **out) {
  struct ft_create_model *create = &reading->create;
  if (!reading->given[FT_CLAUSE_OBJECTIVE]) return FT_OK;
  if (create->form == FT_FORM_FORECAST) return resolve_forecast_objective(parser, reading);
  const struct ft_objective *objective = ft_objective_find(reading->objective, create->automatic);
  if (!objective) return fail_objective(parser, reading);
  unsigned problem = 1u << create->problem;
  if (create->problem != FT_PROBLEM_AUTO && !(objective->problems & problem)) {
    char list[320];
    list_objectives(list, sizeof list, true, problem);
    ft_fail(parser->err, FT_INVALID, "OBJECTIVE '%s' does not fit PROBLEM_TYPE %s",
            objective->shown,
            create->problem == FT_REGRESSION ? "REGRESSION"
            : create->problem == FT_BINARY   ? "BINARY_CLASSIFICATION"
                                             : "MULTICLASS_CLASSIFICATION");
    ft_fail_hint(parser->err, "It is one of: %s.", list);
    return fail_clause(parser, FT_INVALID, reading->value_position[FT_CLAUSE_OBJECTIVE], NULL);
  }
  create->objective = objective->name;
  *out = objective;
  return FT_OK;
}

static enum ft_status check_preprocessors(struct ft_parser *parser,
                                          const struct ft_create_model *create) {
  bool fine = create->form != FT_FORM_XGBOOST || !create->preprocessors.size ||
              ft_span_equal_nocase(create->preprocessors, FT_SPAN("none"));
  if (fine) return FT_OK;
  ft_fail(parser->err, FT_INVALID, "PREPROCESSORS can only be 'none' with AUTO OFF");
  return fail_clause(parser, FT_INVALID, create->preprocessors_position,
                     "Write PREPROCESSORS 'none', or train with AUTO ON.");
}

/* Scripts written for AWS run unchanged; what has no effect here is said once. */
static enum ft_status add_aws_notice(struct ft_parser *parser,
                                     const struct ft_create_reading *reading) {
  static const char *const settings[][2] = { { "s3_bucket", "S3_BUCKET" },
                                             { "tags", "TAGS" },
                                             { "kms_key_id", "KMS_KEY_ID" },
                                             { "s3_garbage_collect", "S3_GARBAGE_COLLECT" } };
  char list[128] = "";
  if (reading->create.form > FT_FORM_FORECAST) return FT_OK;
  if (reading->given[FT_CLAUSE_IAM_ROLE]) strcat(list, ", IAM_ROLE");
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    if (ft_create_model_setting(&reading->create, settings[i][0]))
      strcat(strcat(list, ", "), settings[i][1]);
  if (!list[0]) return FT_OK;
  return ft_parser_notice(parser, "no effect outside AWS: %s", list + 2);
}

static enum ft_status judge(struct ft_parser *parser, struct ft_create_reading *reading) {
  struct ft_create_model *create = &reading->create;
  const struct ft_objective *objective = NULL;
  const size_t *given = reading->given;
  size_t name = create->model.position;
  FT_TRY(check_model_type(parser, reading));
  create->form = find_form(reading);
  FT_TRY(ft_clause_check(parser, given, create->form, name));
  if (given[FT_CLAUSE_MODEL_TYPE]) create->model_type = model_types[reading->model_type].type;
  FT_TRY(check_arguments(parser, reading));
  FT_TRY(resolve_objective(parser, reading, &objective));
  FT_TRY(check_preprocessors(parser, create));
  size_t hyperparameters = given[FT_CLAUSE_HYPERPARAMETERS];
  FT_TRY(ft_hyperparameter_resolve(parser, create, &reading->hyperparameters, objective,
                                   hyperparameters ? hyperparameters : name));
  size_t settings = given[FT_CLAUSE_SETTINGS];
  FT_TRY(ft_setting_resolve(parser, create, &reading->settings, settings ? settings : name));
  return add_aws_notice(parser, reading);
}

static enum ft_status read_if_not_exists(struct ft_parser *parser, struct ft_create_model *create) {
  size_t position = ft_parser_position(parser);
  if (!ft_token_is_word(&parser->token, "IF") || !ft_token_is_word(&parser->next, "NOT"))
    return FT_OK;
  ft_parser_advance(parser);
  ft_parser_advance(parser);
  FT_TRY(ft_parser_need_word(parser, "EXISTS"));
  create->if_not_exists = true;
  if (!create->or_replace) return FT_OK;
  ft_fail(parser->err, FT_SYNTAX, "IF NOT EXISTS cannot be used with OR REPLACE");
  return fail_clause(parser, FT_SYNTAX, position, "Remove one of them.");
}

enum ft_status ft_create_model_read(struct ft_parser *parser, struct ft_create_model *out,
                                    bool or_replace, bool external) {
  struct ft_create_reading reading = { .external = external };
  reading.create.or_replace = or_replace;
  reading.create.automatic = true;
  FT_TRY(read_if_not_exists(parser, &reading.create));
  FT_TRY(ft_parser_name(parser, &reading.create.model, 3, "the model's name"));
  while (parser->token.kind != FT_TOKEN_END && !ft_token_is_symbol(&parser->token, ';'))
    FT_TRY(read_clause(parser, &reading));
  FT_TRY(ft_parser_need_end(parser));
  FT_TRY(judge(parser, &reading));
  *out = reading.create;
  return FT_OK;
}
