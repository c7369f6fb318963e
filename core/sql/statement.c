#include "foretell/statement.h"

#include "core/sql/create_model.h"
#include "core/sql/grant.h"

static enum ft_statement_kind kind_of_create(struct ft_lexer *lexer) {
  struct ft_token token = ft_lexer_next(lexer);
  if (ft_token_is_word(&token, "OR")) {
    token = ft_lexer_next(lexer);
    if (!ft_token_is_word(&token, "REPLACE")) return FT_STATEMENT_ENGINE;
    token = ft_lexer_next(lexer);
  }
  bool external = ft_token_is_word(&token, "EXTERNAL");
  if (external) token = ft_lexer_next(lexer);
  if (!ft_token_is_word(&token, "MODEL")) return FT_STATEMENT_ENGINE;
  return external ? FT_STATEMENT_CREATE_EXTERNAL_MODEL : FT_STATEMENT_CREATE_MODEL;
}

static enum ft_statement_kind kind_of_show(struct ft_lexer *lexer) {
  struct ft_token token = ft_lexer_next(lexer);
  if (!ft_token_is_word(&token, "MODEL")) return FT_STATEMENT_ENGINE;
  token = ft_lexer_next(lexer);
  return ft_token_is_word(&token, "ALL") ? FT_STATEMENT_SHOW_MODEL_ALL : FT_STATEMENT_SHOW_MODEL;
}

enum ft_statement_kind ft_statement_kind_of(struct ft_span text) {
  struct ft_lexer lexer = { text, 0 };
  struct ft_token token = ft_lexer_next(&lexer);
  if (ft_token_is_word(&token, "CREATE")) return kind_of_create(&lexer);
  if (ft_token_is_word(&token, "SHOW")) return kind_of_show(&lexer);
  bool grant = ft_token_is_word(&token, "GRANT"), revoke = ft_token_is_word(&token, "REVOKE");
  if (grant || revoke) {
    if (!ft_grant_is_ours(&lexer)) return FT_STATEMENT_ENGINE;
    return grant ? FT_STATEMENT_GRANT : FT_STATEMENT_REVOKE;
  }
  if (!ft_token_is_word(&token, "DROP")) return FT_STATEMENT_ENGINE;
  token = ft_lexer_next(&lexer);
  return ft_token_is_word(&token, "MODEL") ? FT_STATEMENT_DROP_MODEL : FT_STATEMENT_ENGINE;
}

/* kind_of has seen the words up to MODEL. */
static enum ft_status read_create(struct ft_parser *parser, struct ft_statement *out) {
  ft_parser_advance(parser);
  bool or_replace = ft_parser_take_word(parser, "OR") && ft_parser_take_word(parser, "REPLACE");
  bool external = ft_parser_take_word(parser, "EXTERNAL");
  ft_parser_advance(parser);
  return ft_create_model_read(parser, &out->create, or_replace, external);
}

static enum ft_status read_show(struct ft_parser *parser, struct ft_statement *out) {
  ft_parser_advance(parser);
  ft_parser_advance(parser);
  if (out->kind == FT_STATEMENT_SHOW_MODEL_ALL) {
    ft_parser_advance(parser);
    return ft_parser_need_end(parser);
  }
  enum ft_status status = ft_parser_name(parser, &out->model, 3, "the model's name or ALL");
  if (status != FT_OK && parser->token.kind == FT_TOKEN_END)
    ft_fail_hint(parser->err, "Write SHOW MODEL name, or SHOW MODEL ALL.");
  FT_TRY(status);
  return ft_parser_need_end(parser);
}

static enum ft_status read_drop(struct ft_parser *parser, struct ft_statement *out) {
  ft_parser_advance(parser);
  ft_parser_advance(parser);
  if (ft_token_is_word(&parser->token, "IF") && ft_token_is_word(&parser->next, "EXISTS")) {
    ft_parser_advance(parser);
    ft_parser_advance(parser);
    out->if_exists = true;
  }
  FT_TRY(ft_parser_name(parser, &out->model, 3, "the model's name"));
  if (!ft_parser_take_word(parser, "CASCADE")) ft_parser_take_word(parser, "RESTRICT");
  return ft_parser_need_end(parser);
}

static enum ft_status read_grant(struct ft_parser *parser, struct ft_statement *out) {
  ft_parser_advance(parser);
  return ft_grant_read(parser, out);
}

enum ft_status ft_statement_parse(struct ft_statement *out, struct ft_arena *arena,
                                  struct ft_span text, struct ft_error *err) {
  static enum ft_status (*const readers[])(struct ft_parser *, struct ft_statement *) = {
    [FT_STATEMENT_CREATE_MODEL] = read_create, [FT_STATEMENT_CREATE_EXTERNAL_MODEL] = read_create,
    [FT_STATEMENT_SHOW_MODEL] = read_show,     [FT_STATEMENT_SHOW_MODEL_ALL] = read_show,
    [FT_STATEMENT_DROP_MODEL] = read_drop,     [FT_STATEMENT_GRANT] = read_grant,
    [FT_STATEMENT_REVOKE] = read_grant,
  };
  struct ft_statement statement = { .kind = ft_statement_kind_of(text), .text = text };
  if (statement.kind != FT_STATEMENT_ENGINE) {
    struct ft_parser parser;
    ft_parser_init(&parser, arena, text, err);
    FT_TRY(readers[statement.kind](&parser, &statement));
    statement.notices = parser.notices;
    statement.notice = parser.notice;
  }
  *out = statement;
  return FT_OK;
}

const char *const *ft_statement_words(void) {
  static const char *const words[] = { "CREATE",
                                       "OR",
                                       "REPLACE",
                                       "EXTERNAL",
                                       "MODEL",
                                       "IF",
                                       "NOT",
                                       "EXISTS",
                                       "SHOW",
                                       "ALL",
                                       "DROP",
                                       "CASCADE",
                                       "RESTRICT",
                                       "GRANT",
                                       "REVOKE",
                                       "EXECUTE",
                                       "PRIVILEGES",
                                       "ON",
                                       "OFF",
                                       "TO",
                                       "DEFAULT",
                                       "EXCEPT",
                                       "XGBOOST",
                                       "MLP",
                                       "LINEAR_LEARNER",
                                       "KMEANS",
                                       "FORECAST",
                                       "BEDROCK",
                                       "REGRESSION",
                                       "BINARY_CLASSIFICATION",
                                       "MULTICLASS_CLASSIFICATION",
#define CLAUSE_WORD(name, forms, advice) #name,
                                       FT_CLAUSE_TABLE(CLAUSE_WORD)
#undef CLAUSE_WORD
#define SETTING_WORD(word, name, kind, forms, min, max, words, help) #word,
                                           FT_SETTING_TABLE(SETTING_WORD)
#undef SETTING_WORD
                                               NULL };
  return words;
}
