#include "hosts/postgres/grant.h"

#include <catalog/namespace.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/syscache.h>

#include "core/command/model_name.h"
#include "core/sql/lexer.h"
#include "hosts/postgres/catalogue.h"
#include "hosts/postgres/function.h"
#include "hosts/postgres/guard.h"

struct granting {
  struct ft_session *session;
  const struct ft_statement *statement;
  const struct ft_model_record *record; /* NULL: the privilege CREATE MODEL */
};

/* The tokens up to TO or FROM are what is granted; is the word one of them? */
static bool says(const struct ft_statement *statement, const char *word) {
  struct ft_lexer lexer = { .text = statement->text };
  const char *end = statement->kind == FT_STATEMENT_GRANT ? "TO" : "FROM";
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_END || ft_token_is_word(&token, end)) return false;
    if (ft_token_is_word(&token, word)) return true;
  }
}

/* Leave the lexer behind TO or FROM. */
static void skip_to_grantees(struct ft_lexer *lexer, const char *word) {
  struct ft_token token;
  do {
    token = ft_lexer_next(lexer);
  } while (token.kind != FT_TOKEN_END && !ft_token_is_word(&token, word));
}

/* The grantees as PostgreSQL writes them: without ROLE, USER and GROUP before a name. They have
 * been parsed: names, commas, WITH GRANT OPTION, RESTRICT, CASCADE. */
static void add_grantees(StringInfo out, const struct ft_statement *statement) {
  static const char *const kinds[] = { "ROLE", "USER", "GROUP" };
  bool grant = statement->kind == FT_STATEMENT_GRANT, before_name = true;
  struct ft_lexer lexer = { .text = statement->text };
  skip_to_grantees(&lexer, grant ? "TO" : "FROM");
  struct ft_token token = ft_lexer_next(&lexer), next;
  for (; token.kind != FT_TOKEN_END; token = next) {
    next = ft_lexer_next(&lexer);
    bool kind = false;
    for (int i = 0; before_name && i < 3; i++)
      kind |= ft_token_is_word(&token, kinds[i]) && ft_token_is_name(&next);
    before_name = kind || ft_token_is_symbol(&token, ',');
    if (kind || ft_token_is_symbol(&token, ';')) continue;
    appendStringInfo(out, " %.*s", FT_SPAN_ARG(token.text));
  }
}

static void add_functions(StringInfo out, const struct ft_model_record *record) {
  const char *argument[] = { record->schema, record->name };
  ft_catalogue_ask_as_owner("SELECT artifact_sha256 FROM foretell.stored_model "
                            "WHERE is_current AND schema_name = $1 AND model_name = $2",
                            argument, 2);
  const char *artifact = ft_catalogue_cell(0, 1);
  const char *signatures = ft_function_list(record->schema, record->function, artifact);
  appendStringInfo(out, "FUNCTION %s", signatures ? signatures : "");
}

static enum ft_status grant(void *self, struct ft_error *err) {
  struct granting *granting = self;
  bool give = granting->statement->kind == FT_STATEMENT_GRANT;
  StringInfoData sql;
  initStringInfo(&sql);
  appendStringInfo(&sql, "%s %sEXECUTE ON ", give ? "GRANT" : "REVOKE",
                   !give && says(granting->statement, "OPTION") ? "GRANT OPTION FOR " : "");
  if (granting->record)
    add_functions(&sql, granting->record);
  else
    appendStringInfoString(&sql, "PROCEDURE foretell.create_model(text)");
  appendStringInfoString(&sql, give ? " TO" : " FROM");
  add_grantees(&sql, granting->statement);
  ft_catalogue_ask(sql.data, NULL, 0);
  return FT_OK;
}

static enum ft_status grant_model(struct granting *granting, struct ft_arena *arena,
                                  const struct ft_host *host, const struct ft_name *name,
                                  struct ft_error *err) {
  struct ft_model_record record;
  const char *schema, *model = ft_arena_text(arena, name->name);
  if (!model) return ft_arena_fail(err, "the statement");
  FT_TRY(ft_model_name_check_database(host, name, err));
  FT_TRY(host->resolve_schema(host->self, arena, name->schema, name->position, &schema, err));
  enum ft_status status = host->get(host->self, arena, schema, model, &record, err);
  if (status == FT_UNDEFINED_OBJECT) ft_fail(err, status, "model \"%s\" does not exist", model);
  if (status != FT_OK) {
    ft_fail_at(err, name->position);
    return status;
  }
  if (record.state != FT_MODEL_READY) {
    ft_fail(err, FT_UNDEFINED_OBJECT, "model \"%s\" is not ready, so it has no function", model);
    return ft_fail_at(err, name->position);
  }
  granting->record = &record;
  return ft_guard_own(granting->session, grant, granting, err);
}

enum ft_status ft_grant_execute(struct ft_session *session, struct ft_arena *arena,
                                const struct ft_host *host, const struct ft_statement *statement,
                                struct ft_error *err) {
  struct granting granting = { .session = session, .statement = statement };
  if (says(statement, "ASSUMEROLE")) {
    host->notice(host->self, "ASSUMEROLE has no effect outside AWS");
    return FT_OK;
  }
  if (!statement->models && says(statement, "DROP")) {
    ft_fail(err, FT_UNSUPPORTED, "DROP MODEL cannot be granted");
    return ft_fail_hint(err, "A model is dropped by its owner, or a member of the owner's role.");
  }
  if (!statement->models) return ft_guard_own(session, grant, &granting, err);
  for (uint32_t i = 0; i < statement->models; i++)
    FT_TRY(grant_model(&granting, arena, host, &statement->granted[i], err));
  return FT_OK;
}

static enum ft_status check_create(void *self, struct ft_error *err) {
  (void)self;
  ft_catalogue_ask("SELECT has_function_privilege('foretell.create_model(text)', 'EXECUTE')", NULL,
                   0);
  if (strcmp(ft_catalogue_cell(0, 1), "t") == 0) return FT_OK;
  ft_fail(err, FT_PRIVILEGE, "permission denied: you have no privilege CREATE MODEL");
  return ft_fail_hint(err, "The database's owner gives it: GRANT CREATE MODEL TO %s.",
                      quote_identifier(GetUserNameFromId(GetUserId(), false)));
}

enum ft_status ft_grant_check_create(struct ft_session *session, struct ft_error *err) {
  return ft_guard_own(session, check_create, NULL, err);
}
