#include "core/sql/create_model.h"

/* "TARGET FUNCTION f": a clause's word where a name is wanted, and no clause behind it, means that
 * the name was forgotten. A column called "function" is still a legal target. */
static bool name_is_forgotten(const struct ft_parser *parser) {
  if (ft_clause_find(&parser->token) == FT_CLAUSE_COUNT) return false;
  if (ft_token_is_string(&parser->next)) return true;
  return ft_token_is_name(&parser->next) && ft_clause_find(&parser->next) == FT_CLAUSE_COUNT;
}

static enum ft_status read_query(struct ft_parser *parser, struct ft_create_reading *reading) {
  size_t opening = ft_parser_position(parser), depth = 1;
  ft_parser_advance(parser);
  size_t start = parser->token.offset, end = start;
  for (;;) {
    if (parser->token.kind == FT_TOKEN_UNCLOSED) return ft_parser_expected(parser, "\")\"");
    if (parser->token.kind == FT_TOKEN_END || ft_token_is_symbol(&parser->token, ';')) {
      ft_fail(parser->err, FT_SYNTAX, "the parenthesis of FROM is not closed");
      return ft_fail_at(parser->err, opening), FT_SYNTAX;
    }
    if (ft_token_is_symbol(&parser->token, '(')) depth++;
    if (ft_token_is_symbol(&parser->token, ')') && --depth == 0) break;
    ft_parser_advance(parser);
    end = parser->behind;
  }
  if (end == start) return ft_parser_expected(parser, "a query");
  ft_parser_advance(parser);
  reading->create.source = FT_SOURCE_QUERY;
  reading->create.query = (struct ft_span){ parser->lexer.text.data + start, end - start };
  reading->create.query_position = start + 1;
  return FT_OK;
}

static enum ft_status read_source_text(struct ft_parser *parser,
                                       struct ft_create_reading *reading) {
  reading->create.source = FT_SOURCE_TEXT;
  reading->create.query_position = ft_parser_position(parser);
  return ft_parser_string(parser, &reading->create.query, "the name of a job or file");
}

static enum ft_status read_from(struct ft_parser *parser, struct ft_create_reading *reading) {
  if (ft_token_is_string(&parser->token)) return read_source_text(parser, reading);
  if (ft_token_is_symbol(&parser->token, '(')) {
    if (!ft_token_is_string(&parser->next)) return read_query(parser, reading);
    ft_parser_advance(parser);
    FT_TRY(read_source_text(parser, reading));
    return ft_parser_need_symbol(parser, ')');
  }
  static const char what[] = "a table, a query in parentheses or a name in quotes";
  bool bare_query =
      ft_token_is_word(&parser->token, "SELECT") || ft_token_is_word(&parser->token, "WITH");
  if (bare_query || name_is_forgotten(parser)) {
    ft_parser_expected(parser, what);
    if (bare_query) ft_fail_hint(parser->err, "Write it in parentheses: FROM (SELECT …).");
    return FT_SYNTAX;
  }
  reading->create.source = FT_SOURCE_TABLE;
  FT_TRY(ft_parser_name(parser, &reading->create.table, 3, what));
  if (!ft_token_is_symbol(&parser->token, '(')) return FT_OK;
  ft_parser_expected(parser, "a clause of CREATE MODEL");
  ft_fail_hint(parser->err, "Write a query in parentheses: FROM (SELECT * FROM …).");
  return FT_SYNTAX;
}

static enum ft_status read_target(struct ft_parser *parser, struct ft_create_reading *reading) {
  static const char what[] = "the name of the target column";
  struct ft_name name;
  reading->create.target_position = ft_parser_position(parser);
  if (ft_token_is_string(&parser->token))
    return ft_parser_string(parser, &reading->create.target, what);
  if (name_is_forgotten(parser)) return ft_parser_expected(parser, what);
  FT_TRY(ft_parser_name(parser, &name, 1, what));
  reading->create.target = name.name;
  return FT_OK;
}

static bool ends_type(const struct ft_token *token) {
  return token->kind == FT_TOKEN_END || token->kind == FT_TOKEN_UNCLOSED ||
         ft_token_is_symbol(token, ';') || ft_token_is_symbol(token, ',') ||
         ft_token_is_symbol(token, ')') || ft_clause_find(token) != FT_CLAUSE_COUNT;
}

/* (10, 2) behind a type's word */
static enum ft_status read_type_size(struct ft_parser *parser) {
  ft_parser_advance(parser);
  do {
    if (parser->token.kind != FT_TOKEN_NUMBER) return ft_parser_expected(parser, "a number");
    ft_parser_advance(parser);
  } while (ft_parser_take_symbol(parser, ','));
  return ft_parser_need_symbol(parser, ')');
}

static enum ft_status read_type(struct ft_parser *parser, struct ft_type_name *out) {
  struct ft_type_name type = { .position = ft_parser_position(parser) };
  size_t start = parser->token.offset;
  if (!ft_token_is_name(&parser->token) || ends_type(&parser->token))
    return ft_parser_expected(parser, "a data type");
  while (!ends_type(&parser->token)) {
    bool bracket =
        ft_token_is_symbol(&parser->token, '[') || ft_token_is_symbol(&parser->token, ']');
    if (ft_token_is_symbol(&parser->token, '('))
      FT_TRY(read_type_size(parser));
    else if (ft_token_is_name(&parser->token) || bracket)
      ft_parser_advance(parser);
    else
      return ft_parser_expected(parser, "a data type");
  }
  type.text = (struct ft_span){ parser->lexer.text.data + start, parser->behind - start };
  if (!ft_span_is_utf8(type.text)) {
    ft_fail(parser->err, FT_SYNTAX, "a data type is not valid UTF-8");
    return ft_fail_at(parser->err, type.position), FT_SYNTAX;
  }
  *out = type;
  return FT_OK;
}

static enum ft_status read_function(struct ft_parser *parser, struct ft_create_reading *reading) {
  static const char what[] = "the function's name";
  struct ft_create_model *create = &reading->create;
  struct ft_type_name *types = NULL;
  if (name_is_forgotten(parser)) return ft_parser_expected(parser, what);
  FT_TRY(ft_parser_name(parser, &create->function, 3, what));
  reading->value_position[FT_CLAUSE_FUNCTION] = ft_parser_position(parser);
  if (!ft_parser_take_symbol(parser, '(')) return FT_OK;
  do {
    if (create->arguments == FT_MODEL_MAX_FIELDS) {
      ft_fail(parser->err, FT_LIMIT, "a function takes at most %d arguments", FT_MODEL_MAX_FIELDS);
      return ft_fail_at(parser->err, ft_parser_position(parser)), FT_LIMIT;
    }
    types = ft_parser_grow(parser, types, create->arguments, sizeof *types);
    if (!types) return ft_arena_fail(parser->err, "the statement");
    FT_TRY(read_type(parser, &types[create->arguments]));
    create->argument = types;
    create->arguments++;
  } while (ft_parser_take_symbol(parser, ','));
  return ft_parser_need_symbol(parser, ')');
}

static enum ft_status read_returns(struct ft_parser *parser, struct ft_create_reading *reading) {
  return read_type(parser, &reading->create.returns);
}

static enum ft_status read_sagemaker(struct ft_parser *parser, struct ft_create_reading *reading) {
  FT_TRY(ft_parser_string(parser, &reading->create.endpoint, "the endpoint's name in quotes"));
  if (!ft_parser_take_symbol(parser, ':')) return FT_OK;
  return ft_parser_string(parser, &reading->create.endpoint_model, "the model's name in quotes");
}

static enum ft_status read_iam_role(struct ft_parser *parser, struct ft_create_reading *reading) {
  static const char what[] = "default or a role in quotes";
  struct ft_span *role = &reading->create.iam_role;
  if (!ft_parser_take_word(parser, "DEFAULT")) {
    size_t position = ft_parser_position(parser);
    FT_TRY(ft_parser_string(parser, role, what));
    if (role->size == 0) {
      ft_fail(parser->err, FT_INVALID, "the role is empty");
      return ft_fail_at(parser->err, position), FT_INVALID;
    }
    if (!ft_span_equal_nocase(*role, FT_SPAN("default"))) return FT_OK;
  }
  *role = FT_SPAN("default");
  return FT_OK;
}

static enum ft_status read_auto(struct ft_parser *parser, struct ft_create_reading *reading) {
  size_t index = 0;
  FT_TRY(ft_parser_choice(parser, &index, "ON OFF", "AUTO"));
  reading->create.automatic = index == 0;
  return FT_OK;
}

static enum ft_status read_model_type(struct ft_parser *parser, struct ft_create_reading *reading) {
  return ft_parser_choice(parser, &reading->model_type, FT_MODEL_TYPE_WORDS, "MODEL_TYPE");
}

static enum ft_status read_problem_type(struct ft_parser *parser,
                                        struct ft_create_reading *reading) {
  /* the words of enum ft_problem, whose first row is empty */
  static const char words[] =
#define PROBLEM_WORD(name, shown, word) word " "
      FT_PROBLEM_TABLE(PROBLEM_WORD)
#undef PROBLEM_WORD
      ;
  size_t index = 0;
  FT_TRY(ft_parser_choice(parser, &index, words, "PROBLEM_TYPE"));
  reading->create.problem = (enum ft_problem)(index + 1);
  return FT_OK;
}

static enum ft_status read_objective(struct ft_parser *parser, struct ft_create_reading *reading) {
  static const char what[] = "the objective's name";
  bool parentheses = ft_parser_take_symbol(parser, '(');
  size_t start = parser->token.offset;
  reading->value_position[FT_CLAUSE_OBJECTIVE] = start + 1;
  if (!ft_token_is_string(&parser->token) && !ft_token_is_name(&parser->token))
    return ft_parser_expected(parser, what);
  FT_TRY(ft_parser_value(parser, &reading->objective, what));
  if (ft_parser_take_symbol(parser, ':')) { /* bare: binary:logistic */
    struct ft_span rest;
    FT_TRY(ft_parser_value(parser, &rest, what));
    reading->objective =
        (struct ft_span){ parser->lexer.text.data + start, parser->behind - start };
  }
  return parentheses ? ft_parser_need_symbol(parser, ')') : FT_OK;
}

static enum ft_status read_preprocessors(struct ft_parser *parser,
                                         struct ft_create_reading *reading) {
  struct ft_create_model *create = &reading->create;
  create->preprocessors_position = ft_parser_position(parser);
  if (ft_parser_take_word(parser, "NONE"))
    create->preprocessors = FT_SPAN("none");
  else
    FT_TRY(ft_parser_string(parser, &create->preprocessors, "'none' or a list in quotes"));
  if (create->preprocessors.size) return FT_OK;
  ft_fail(parser->err, FT_INVALID, "PREPROCESSORS is empty");
  ft_fail_hint(parser->err, "Write PREPROCESSORS 'none', or leave the clause out.");
  return ft_fail_at(parser->err, create->preprocessors_position), FT_INVALID;
}

static enum ft_status read_hyperparameters(struct ft_parser *parser,
                                           struct ft_create_reading *reading) {
  FT_TRY(ft_parser_need_word(parser, "DEFAULT"));
  if (!ft_parser_take_word(parser, "EXCEPT")) return FT_OK;
  return ft_pair_list_read(parser, &reading->hyperparameters, "a hyperparameter's name");
}

static enum ft_status read_settings(struct ft_parser *parser, struct ft_create_reading *reading) {
  return ft_pair_list_read(parser, &reading->settings, "a setting's name");
}

enum ft_status ft_clause_read(struct ft_parser *parser, struct ft_create_reading *reading,
                              enum ft_clause clause) {
  static enum ft_status (*const readers[FT_CLAUSE_COUNT])(struct ft_parser *,
                                                          struct ft_create_reading *) = {
    [FT_CLAUSE_FROM] = read_from,
    [FT_CLAUSE_TARGET] = read_target,
    [FT_CLAUSE_FUNCTION] = read_function,
    [FT_CLAUSE_RETURNS] = read_returns,
    [FT_CLAUSE_SAGEMAKER] = read_sagemaker,
    [FT_CLAUSE_IAM_ROLE] = read_iam_role,
    [FT_CLAUSE_AUTO] = read_auto,
    [FT_CLAUSE_MODEL_TYPE] = read_model_type,
    [FT_CLAUSE_PROBLEM_TYPE] = read_problem_type,
    [FT_CLAUSE_OBJECTIVE] = read_objective,
    [FT_CLAUSE_PREPROCESSORS] = read_preprocessors,
    [FT_CLAUSE_HYPERPARAMETERS] = read_hyperparameters,
    [FT_CLAUSE_SETTINGS] = read_settings,
  };
  reading->value_position[clause] = ft_parser_position(parser);
  return readers[clause](parser, reading);
}
