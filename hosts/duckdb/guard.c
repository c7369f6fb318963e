#include "hosts/duckdb/guard.h"

#include "core/sql/parser.h"
#include "hosts/duckdb/attach.h"
#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/macro.h"
#include "hosts/duckdb/query.h"

static bool is_ours(const struct ft_engine *engine, struct ft_span database) {
  return ft_span_equal_nocase(database, ft_span_of(engine->catalogue_name));
}

/* A text that is no such statement is the engine's to refuse. */
static bool read_name(struct ft_name *out, struct ft_parser *parser) {
  if (ft_parser_take_word(parser, "IF")) ft_parser_advance(parser); /* EXISTS */
  return ft_parser_name(parser, out, 3, "the name") == FT_OK;
}

/* The schema of a name after DROP FUNCTION; false: it is in another database. */
static bool find_schema(const char **out, struct ft_engine *engine, const struct ft_name *name,
                        struct ft_arena *arena) {
  if (name->database.size && !is_ours(engine, name->database)) return false;
  struct ft_span schema = name->schema;
  if (!name->database.size && is_ours(engine, schema)) schema = ft_span_of("main"); /* shop.f */
  return ft_query_schema(engine, arena, schema, 0, out, NULL) == FT_OK;
}

static enum ft_status check_function(struct ft_engine *engine, struct ft_parser *parser,
                                     struct ft_error *err) {
  struct ft_name name;
  const char *schema = NULL, *model = NULL;
  ft_parser_take_word(parser, "TABLE");
  if (!read_name(&name, parser) || !find_schema(&schema, engine, &name, parser->arena))
    return FT_OK;
  FT_TRY(ft_macro_owner(&model, parser->arena, engine, schema, name.name, err));
  if (!model) return FT_OK;
  ft_fail(err, FT_DEPENDENT, "\"%.*s\" is the function of model \"%s.%s\"", FT_SPAN_ARG(name.name),
          schema, model);
  ft_fail_hint(err, "DROP MODEL drops both.");
  return ft_fail_at(err, name.position);
}

/* Models without their rows would be functions that nothing can drop. `table`: it is a table that is
 * dropped, or the schema. */
static enum ft_status check_store(struct ft_engine *engine, struct ft_parser *parser, bool table,
                                  struct ft_error *err) {
  struct ft_name name;
  if (!engine->has_catalogue || !read_name(&name, parser)) return FT_OK;
  struct ft_span schema = table ? name.schema : name.name;
  struct ft_span database = table ? name.database : name.schema;
  bool own = !database.size || is_ours(engine, database);
  bool store = own && ft_span_equal_nocase(schema, FT_SPAN("foretell"));
  if (!store || (table && !ft_span_equal_nocase(name.name, FT_SPAN("model")))) return FT_OK;
  ft_fail(err, FT_DEPENDENT, "the models of this database are kept in it");
  ft_fail_hint(err, "DROP MODEL drops a model; SHOW MODEL ALL lists them.");
  return ft_fail_at(err, name.position);
}

static enum ft_status check_detach(struct ft_engine *engine, struct ft_parser *parser,
                                   struct ft_error *err) {
  struct ft_name name;
  ft_parser_take_word(parser, "DATABASE");
  if (!read_name(&name, parser) || !is_ours(engine, name.name)) return FT_OK;
  ft_fail(err, FT_IN_USE, "\"%s\" is the database that was opened, it cannot be detached",
          engine->catalogue_name);
  ft_fail_hint(err, "Models live in it. Open the other database's file to work with its models.");
  return ft_fail_at(err, name.position);
}

static enum ft_status check_drop(struct ft_engine *engine, struct ft_parser *parser,
                                 struct ft_error *err) {
  if (ft_parser_take_word(parser, "MACRO") || ft_parser_take_word(parser, "FUNCTION"))
    return check_function(engine, parser, err);
  if (ft_parser_take_word(parser, "SCHEMA")) return check_store(engine, parser, false, err);
  if (ft_parser_take_word(parser, "TABLE")) return check_store(engine, parser, true, err);
  return FT_OK;
}

static enum ft_status check(struct ft_engine *engine, struct ft_span text, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_parser parser;
  struct ft_error unread;
  enum ft_status status = FT_OK;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_parser_init(&parser, &arena, text, &unread);
  if (ft_parser_take_word(&parser, "DETACH"))
    status = check_detach(engine, &parser, err);
  else if (ft_parser_take_word(&parser, "DROP"))
    status = check_drop(engine, &parser, err);
  ft_arena_release(&arena);
  return status;
}

/* EXPLAIN ANALYZE runs what it explains. */
static bool names_drop(struct ft_span text) {
  struct ft_lexer lexer = { .text = text };
  struct ft_token token = { .kind = FT_TOKEN_SYMBOL };
  while (token.kind != FT_TOKEN_END && !ft_token_is_word(&token, "DROP"))
    token = ft_lexer_next(&lexer);
  return token.kind != FT_TOKEN_END;
}

/* COPY … TO, not COPY … FROM: the first of the words outside parentheses. */
static bool copies_out(struct ft_span text) {
  struct ft_lexer lexer = { .text = text };
  struct ft_token token = ft_lexer_next(&lexer);
  for (size_t depth = 0; token.kind != FT_TOKEN_END; token = ft_lexer_next(&lexer)) {
    if (ft_token_is_symbol(&token, '(')) depth++;
    if (ft_token_is_symbol(&token, ')') && depth) depth--;
    if (!depth && ft_token_is_word(&token, "TO")) return true;
    if (!depth && ft_token_is_word(&token, "FROM")) return false;
  }
  return false;
}

static bool exports(duckdb_statement_type type, struct ft_span text) {
  return type == DUCKDB_STATEMENT_TYPE_EXPORT ||
         (type == DUCKDB_STATEMENT_TYPE_COPY && copies_out(text));
}

/* Statements that store something in the database, if not always. */
static bool stores(const struct ft_guard *guard, const struct ft_engine *engine,
                   struct ft_span text) {
  switch ((int)guard->type) {
  case DUCKDB_STATEMENT_TYPE_INSERT:
  case DUCKDB_STATEMENT_TYPE_UPDATE:
  case DUCKDB_STATEMENT_TYPE_DELETE:
  case DUCKDB_STATEMENT_TYPE_CREATE:
  case DUCKDB_STATEMENT_TYPE_ALTER:
  case DUCKDB_STATEMENT_TYPE_DROP: return true;
  case DUCKDB_STATEMENT_TYPE_COPY: return !guard->exports;
  case DUCKDB_STATEMENT_TYPE_TRANSACTION: return engine->in_transaction && ft_engine_commits(text);
  default: return false;
  }
}

/* Does the statement begin or end a transaction that is there, or is not? */
static bool is_out_of_turn(const struct ft_engine *engine, struct ft_span text) {
  bool begins = ft_engine_begins(text);
  if (begins != engine->in_transaction) return false;
  if (engine->watch.notice)
    engine->watch.notice(engine->watch.self, begins ? "there is already a transaction in progress"
                                                    : "there is no transaction in progress");
  return true;
}

enum ft_status ft_guard_begin(struct ft_guard *out, struct ft_engine *engine,
                              duckdb_statement_type type, struct ft_span text,
                              struct ft_error *err) {
  *out = (struct ft_guard){ .type = type };
  out->skips = type == DUCKDB_STATEMENT_TYPE_TRANSACTION && is_out_of_turn(engine, text);
  out->drops = type == DUCKDB_STATEMENT_TYPE_DROP ||
               (type == DUCKDB_STATEMENT_TYPE_EXPLAIN && names_drop(text));
  out->exports = exports(type, text);
  if (stores(out, engine, text)) FT_TRY(ft_file_check_present(&engine->file, err));
  if (out->drops || type == DUCKDB_STATEMENT_TYPE_DETACH) FT_TRY(check(engine, text, err));
  if (out->drops && !engine->in_transaction) {
    FT_TRY(ft_engine_transact(engine, "BEGIN TRANSACTION", err));
    out->brackets = true;
  }
  return FT_OK;
}

/* The first failure is the one to tell. */
static enum ft_status end_bracket(struct ft_engine *engine, enum ft_status status,
                                  struct ft_error *err) {
  if (status == FT_OK) status = ft_engine_transact(engine, "COMMIT", err);
  if (status == FT_OK) return FT_OK;
  if (ft_engine_transact(engine, "ROLLBACK", NULL) != FT_OK) return status;
  return status;
}

enum ft_status ft_guard_end(const struct ft_guard *guard, struct ft_engine *engine,
                            struct ft_span text, enum ft_status status, struct ft_error *err) {
  if (guard->skips) return status;
  if (guard->type == DUCKDB_STATEMENT_TYPE_TRANSACTION) {
    ft_engine_follow(engine, text, status == FT_OK);
    ft_catalogue_look(engine);
  }
  if (status == FT_OK && guard->type == DUCKDB_STATEMENT_TYPE_ATTACH)
    status = ft_attach_follow(engine, err);
  if (status == FT_OK && guard->drops) status = ft_catalogue_follow_schemas(engine, NULL, err);
  return guard->brackets ? end_bracket(engine, status, err) : status;
}
