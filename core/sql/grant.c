#include "core/sql/grant.h"

/* Ours are: ASSUMEROLE ON …; a list of privileges with CREATE MODEL or DROP MODEL in it; privileges
 * ON MODEL name. A table may be called "model": GRANT SELECT ON model TO … is the engine's. */
bool ft_grant_is_ours(struct ft_lexer *lexer) {
  struct ft_token token = ft_lexer_next(lexer), before = token, first = token;
  bool execute = false;
  for (; token.kind != FT_TOKEN_END && !ft_token_is_word(&token, "TO");
       before = token, token = ft_lexer_next(lexer)) {
    if (ft_token_is_symbol(&token, ';') || ft_token_is_symbol(&token, '(')) return false;
    execute |= ft_token_is_word(&token, "EXECUTE");
    bool verb = ft_token_is_word(&before, "CREATE") || ft_token_is_word(&before, "DROP");
    if (verb && ft_token_is_word(&token, "MODEL")) return true;
    if (!ft_token_is_word(&token, "ON")) continue;
    if (ft_token_is_word(&before, "ASSUMEROLE")) return before.offset == first.offset;
    token = ft_lexer_next(lexer);
    if (!ft_token_is_word(&token, "MODEL")) return false;
    token = ft_lexer_next(lexer);
    bool named = ft_token_is_name(&token) && !ft_token_is_word(&token, "TO") &&
                 !ft_token_is_word(&token, "FROM");
    return named || execute;
  }
  return false;
}

/* CREATE MODEL, DROP MODEL [, …] */
static enum ft_status read_system_privileges(struct ft_parser *parser) {
  do {
    if (!ft_parser_take_word(parser, "CREATE") && !ft_parser_take_word(parser, "DROP"))
      return ft_parser_expected(parser, "EXECUTE, ALL, CREATE MODEL or DROP MODEL");
    FT_TRY(ft_parser_need_word(parser, "MODEL"));
  } while (ft_parser_take_symbol(parser, ','));
  return FT_OK;
}

/* EXECUTE or ALL [PRIVILEGES], then ON MODEL a, b */
static enum ft_status read_models(struct ft_parser *parser, struct ft_statement *out) {
  struct ft_name *names = NULL;
  ft_parser_take_word(parser, "PRIVILEGES");
  FT_TRY(ft_parser_need_word(parser, "ON"));
  FT_TRY(ft_parser_need_word(parser, "MODEL"));
  do {
    names = ft_parser_grow(parser, names, out->models, sizeof *names);
    if (!names) return ft_arena_fail(parser->err, "the statement");
    FT_TRY(ft_parser_name(parser, &names[out->models], 3, "the model's name"));
    out->granted = names;
    out->models++;
  } while (ft_parser_take_symbol(parser, ','));
  return FT_OK;
}

/* ASSUMEROLE ON 'role', … | default | ALL */
static enum ft_status read_roles(struct ft_parser *parser) {
  FT_TRY(ft_parser_need_word(parser, "ON"));
  do {
    struct ft_span role;
    if (!ft_parser_take_word(parser, "ALL") && !ft_parser_take_word(parser, "DEFAULT"))
      FT_TRY(ft_parser_string(parser, &role, "default, ALL or a role in quotes"));
  } while (ft_parser_take_symbol(parser, ','));
  return FT_OK;
}

/* FOR { ALL | COPY | UNLOAD | EXTERNAL FUNCTION | CREATE MODEL } [, …] */
static enum ft_status read_purposes(struct ft_parser *parser) {
  static const char *const words[][2] = { { "ALL", NULL },
                                          { "COPY", NULL },
                                          { "UNLOAD", NULL },
                                          { "EXTERNAL", "FUNCTION" },
                                          { "CREATE", "MODEL" } };
  FT_TRY(ft_parser_need_word(parser, "FOR"));
  do {
    size_t i = 0, count = sizeof words / sizeof *words;
    while (i < count && !ft_parser_take_word(parser, words[i][0]))
      i++;
    if (i == count)
      return ft_parser_expected(parser, "ALL, COPY, UNLOAD, EXTERNAL FUNCTION or CREATE MODEL");
    if (words[i][1]) FT_TRY(ft_parser_need_word(parser, words[i][1]));
  } while (ft_parser_take_symbol(parser, ','));
  return FT_OK;
}

static enum ft_status read_grantees(struct ft_parser *parser) {
  do {
    struct ft_name name;
    bool kind = ft_token_is_name(&parser->next) && !ft_token_is_word(&parser->next, "WITH") &&
                !ft_token_is_word(&parser->next, "FOR");
    if (kind && !ft_parser_take_word(parser, "ROLE") && !ft_parser_take_word(parser, "GROUP"))
      ft_parser_take_word(parser, "USER");
    FT_TRY(ft_parser_name(parser, &name, 1, "the name of a user, role or group"));
    if (!ft_parser_take_word(parser, "WITH")) continue;
    if (!ft_parser_take_word(parser, "ADMIN")) FT_TRY(ft_parser_need_word(parser, "GRANT"));
    FT_TRY(ft_parser_need_word(parser, "OPTION"));
  } while (ft_parser_take_symbol(parser, ','));
  return FT_OK;
}

static enum ft_status read_option_for(struct ft_parser *parser) {
  if (!ft_token_is_word(&parser->next, "OPTION")) return FT_OK;
  if (!ft_parser_take_word(parser, "GRANT") && !ft_parser_take_word(parser, "ADMIN")) return FT_OK;
  ft_parser_advance(parser);
  return ft_parser_need_word(parser, "FOR");
}

enum ft_status ft_grant_read(struct ft_parser *parser, struct ft_statement *out) {
  bool revoke = out->kind == FT_STATEMENT_REVOKE;
  if (revoke) FT_TRY(read_option_for(parser));
  bool assume = ft_parser_take_word(parser, "ASSUMEROLE");
  if (assume)
    FT_TRY(read_roles(parser));
  else if (ft_parser_take_word(parser, "EXECUTE") || ft_parser_take_word(parser, "ALL"))
    FT_TRY(read_models(parser, out));
  else
    FT_TRY(read_system_privileges(parser));
  FT_TRY(ft_parser_need_word(parser, revoke ? "FROM" : "TO"));
  FT_TRY(read_grantees(parser));
  if (assume) FT_TRY(read_purposes(parser));
  if (revoke && !ft_parser_take_word(parser, "RESTRICT")) ft_parser_take_word(parser, "CASCADE");
  return ft_parser_need_end(parser);
}
