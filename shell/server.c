/* A PostgreSQL server as a driver, through libpq. */
#include "shell/server.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foretell/advice.h"
#include "foretell/statement.h"
#include "shell/interrupt.h"

#define TURN_MS           50
#define PROGRESS_SQLSTATE "00FT1"

/* " best AUC 0.91": the metric's name may have several words. */
static void read_best(struct ft_progress *progress, struct ft_span part) {
  static const char word[] = " best ";
  size_t before = sizeof word - 1, space = part.size;
  while (space > before && part.data[space - 1] != ' ')
    space--;
  if (space <= before || strncmp(part.data, word, before) != 0) return;
  snprintf(progress->metric, sizeof progress->metric, "%.*s", (int)(space - 1 - before),
           part.data + before);
  progress->score = strtod(part.data + space, NULL);
}

/* " 40 %", " about 50 s left", " at most 60 s left" */
static void read_part(struct ft_progress *progress, const char *part) {
  double number;
  int end = 0;
  if (sscanf(part, " %lf %%%n", &number, &end) == 1 && end) progress->fraction = number / 100;
  bool about = sscanf(part, " about %lf s left", &number) == 1;
  bool at_most = !about && sscanf(part, " at most %lf s left", &number) == 1;
  if (about || at_most) progress->seconds_left = number;
  progress->at_most |= at_most;
}

/* "trying models, 40 %, about 50 s left, best AUC 0.91" */
static void hear_progress(struct ft_server *server, const char *text) {
  struct ft_progress progress = { .fraction = -1, .seconds_left = -1 };
  size_t size = strcspn(text, ",");
  snprintf(progress.phase, sizeof progress.phase, "%.*s", (int)size, text);
  for (const char *part = text + size; *part; part += size) {
    size = strcspn(++part, ",");
    read_part(&progress, part);
    read_best(&progress, (struct ft_span){ part, size });
  }
  if (server->watch.progress) server->watch.progress(server->watch.self, &progress);
}

static void hear(void *self, const PGresult *result) {
  struct ft_server *server = self;
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (!text) return;
  if (state && strcmp(state, PROGRESS_SQLSTATE) == 0)
    hear_progress(server, text);
  else if (server->watch.notice)
    server->watch.notice(server->watch.self, text);
}

/* Of a class of SQLSTATEs whose members we do not tell apart. */
static const struct {
  const char *begin;
  enum ft_status status;
} class_table[] = {
  { "08", FT_IO },          { "22", FT_DATA },      { "23", FT_CONSTRAINT },
  { "25", FT_TRANSACTION }, { "28", FT_PRIVILEGE }, { "40", FT_TRANSACTION },
  { "42", FT_SYNTAX },      { "53", FT_NOMEM },     { "57", FT_CANCELLED },
  { "58", FT_IO },
};

static enum ft_status status_of(const char *sqlstate) {
  for (int i = FT_OK + 1; sqlstate && i < FT_STATUS_COUNT; i++)
    if (strcmp(ft_status_sqlstate((enum ft_status)i), sqlstate) == 0) return (enum ft_status)i;
  for (size_t i = 0; sqlstate && i < sizeof class_table / sizeof class_table[0]; i++)
    if (strncmp(sqlstate, class_table[i].begin, 2) == 0) return class_table[i].status;
  return sqlstate ? FT_INTERNAL : FT_IO;
}

/* Characters of UTF-8 before the place, as bytes. */
static size_t byte_of(const char *text, long characters) {
  size_t at = 0;
  for (long i = 1; i < characters && text[at]; i++)
    do {
      at++;
    } while (((unsigned char)text[at] & 0xc0) == 0x80);
  return at + 1;
}

static void place_failure(const PGresult *result, const char *text, struct ft_error *err) {
  const char *inner = PQresultErrorField(result, PG_DIAG_INTERNAL_POSITION);
  const char *query = PQresultErrorField(result, PG_DIAG_INTERNAL_QUERY);
  const char *outer = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  if (!text) return;
  if (inner && query && strcmp(query, text) == 0)
    ft_fail_at(err, byte_of(text, atol(inner)));
  else if (outer)
    ft_fail_at(err, byte_of(text, atol(outer)));
}

static enum ft_status take_failure(const struct ft_server *server, const PGresult *result,
                                   const char *text, struct ft_error *err) {
  const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
  const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!message) message = PQerrorMessage(server->connection);
  struct ft_span words = ft_span_trim(ft_span_of(message));
  enum ft_status status = ft_fail(err, status_of(state), "%.*s%s%s", FT_SPAN_ARG(words),
                                  detail ? ": " : "", detail ? detail : "");
  if (hint) ft_fail_hint(err, "%s", hint);
  place_failure(result, text, err);
  if (!err || !text) return status;
  return ft_advice_give(err, FT_DIALECT_POSTGRESQL, ft_span_of(text), err->position);
}

enum ft_status ft_server_send(struct ft_server *server, const char *text, int parameters,
                              const char *const *value, struct ft_error *err) {
  if (!PQsendQueryParams(server->connection, text, parameters, NULL, value, NULL, NULL, 0)) {
    struct ft_span why = ft_span_trim(ft_span_of(PQerrorMessage(server->connection)));
    return ft_fail(err, FT_IO, "%.*s", FT_SPAN_ARG(why));
  }
  PQsetSingleRowMode(server->connection);
  return FT_OK;
}

static void ask_to_stop(struct ft_server *server) {
  char why[256];
  PGcancel *cancel = PQgetCancel(server->connection);
  if (cancel) PQcancel(cancel, why, sizeof why);
  PQfreeCancel(cancel);
}

static void wait_for_answer(struct ft_server *server) {
  bool asked = false;
  while (PQisBusy(server->connection)) {
    struct pollfd watched = { .fd = PQsocket(server->connection), .events = POLLIN };
    int ready = poll(&watched, 1, TURN_MS);
    if (ready > 0 && !PQconsumeInput(server->connection)) return;
    if (ready == 0 && server->watch.tick) server->watch.tick(server->watch.self, -1);
    if (ft_interrupt_pending() && !asked) {
      ask_to_stop(server);
      asked = true;
    }
  }
}

enum ft_status ft_server_fetch(PGresult **out, struct ft_server *server, const char *text,
                               struct ft_error *err) {
  wait_for_answer(server);
  PGresult *result = PQgetResult(server->connection);
  ExecStatusType state = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
  if (state == PGRES_COPY_IN || state == PGRES_COPY_OUT || state == PGRES_COPY_BOTH) {
    PQclear(result);
    if (state == PGRES_COPY_IN) PQputCopyEnd(server->connection, "not supported by this client");
    ft_fail(err, FT_UNSUPPORTED, "COPY through the connection is not supported yet");
    return ft_fail_hint(err, "COPY from and to a file of the server works; so does psql's \\copy.");
  }
  if (state == PGRES_FATAL_ERROR || state == PGRES_BAD_RESPONSE) {
    enum ft_status status = take_failure(server, result, text, err);
    PQclear(result);
    return status;
  }
  *out = result;
  return FT_OK;
}

void ft_server_drain(struct ft_server *server) {
  PGresult *result;
  while ((result = PQgetResult(server->connection))) {
    char *data = NULL;
    while (PQresultStatus(result) == PGRES_COPY_OUT &&
           PQgetCopyData(server->connection, &data, 0) > 0)
      PQfreemem(data);
    PQclear(result);
  }
}

static enum ft_result_kind kind_of(PGresult *result) {
  if (PQresultStatus(result) == PGRES_SINGLE_TUPLE || PQresultStatus(result) == PGRES_TUPLES_OK)
    return FT_RESULT_ROWS;
  return PQcmdTuples(result)[0] ? FT_RESULT_CHANGED : FT_RESULT_NOTHING;
}

/* "INSERT 0 5" is INSERT; the number of rows is said apart. */
static void name_answer(struct ft_server_answer *answer) {
  snprintf(answer->tag, sizeof answer->tag, "%s", PQcmdStatus(answer->current));
  size_t words = strcspn(answer->tag, "0123456789");
  while (words && answer->tag[words - 1] == ' ')
    words--;
  answer->tag[words] = '\0';
}

static enum ft_status open_answer(void **out, struct ft_server *server, const char *text,
                                  int parameters, const char *const *value, struct ft_error *err) {
  struct ft_server_answer *answer = calloc(1, sizeof *answer);
  if (!answer) return ft_fail(err, FT_NOMEM, "out of memory for the result");
  answer->server = server;
  enum ft_status status = ft_server_send(server, text, parameters, value, err);
  if (status == FT_OK) status = ft_server_fetch(&answer->current, server, text, err);
  if (status != FT_OK) {
    ft_server_drain(server);
    free(answer);
    return status;
  }
  answer->first = answer->current;
  answer->kind = kind_of(answer->current);
  name_answer(answer);
  *out = answer;
  return FT_OK;
}

static enum ft_status run(void **out, void *self, struct ft_span text, struct ft_error *err) {
  char *copy = strndup(text.data, text.size);
  if (!copy) return ft_fail(err, FT_NOMEM, "out of memory for the statement");
  enum ft_status status = open_answer(out, self, copy, 0, NULL, err);
  free(copy);
  return status;
}

static enum ft_status copy_grid(struct ft_grid *grid, struct ft_arena *arena,
                                const PGresult *result, struct ft_error *err) {
  size_t columns = (size_t)PQnfields(result), rows = (size_t)PQntuples(result);
  const char **name = FT_ARENA_NEW(arena, const char *, columns);
  struct ft_span *cell = FT_ARENA_NEW(arena, struct ft_span, rows * columns);
  if (!name || !cell) return ft_arena_fail(err, "the result");
  for (size_t c = 0; c < columns; c++)
    name[c] = ft_arena_text(arena, ft_span_of(PQfname(result, (int)c)));
  for (size_t i = 0; i < rows * columns; i++) {
    int row = (int)(i / columns), column = (int)(i % columns);
    if (PQgetisnull(result, row, column)) continue;
    cell[i] = ft_span_of(ft_arena_text(arena, ft_span_of(PQgetvalue(result, row, column))));
  }
  *grid = (struct ft_grid){ columns, rows, name, cell };
  return FT_OK;
}

/* How each of our statements is said to the server. */
static const struct {
  enum ft_statement_kind kind;
  const char *call;
  const char *tag;
} our_calls[] = {
  { FT_STATEMENT_SHOW_MODEL, "SELECT * FROM foretell.show_model($1)", "SHOW MODEL" },
  { FT_STATEMENT_SHOW_MODEL_ALL, "SELECT * FROM foretell.show_models() WHERE $1::text IS NOT NULL",
    "SHOW MODEL" },
  { FT_STATEMENT_DROP_MODEL, "CALL foretell.execute($1)", "DROP MODEL" },
  { FT_STATEMENT_GRANT, "CALL foretell.execute($1)", "GRANT" },
  { FT_STATEMENT_REVOKE, "CALL foretell.execute($1)", "REVOKE" },
  { FT_STATEMENT_CREATE_MODEL, "CALL foretell.execute($1)", "CREATE MODEL" },
  { FT_STATEMENT_CREATE_EXTERNAL_MODEL, "CALL foretell.execute($1)", "CREATE MODEL" },
};

static enum ft_status fetch_grid(struct ft_grid *grid, struct ft_arena *arena,
                                 struct ft_server *server, const char *text, struct ft_error *err) {
  PGresult *result;
  FT_TRY(ft_server_fetch(&result, server, text, err));
  enum ft_status status = FT_OK;
  if (result && PQnfields(result) > 0) status = copy_grid(grid, arena, result, err);
  PQclear(result);
  return status;
}

static enum ft_status call_ours(struct ft_grid *grid, struct ft_arena *arena,
                                struct ft_server *server, const char *call, const char *text,
                                struct ft_error *err) {
  const char *value[] = { text };
  if (!PQsendQueryParams(server->connection, call, 1, NULL, value, NULL, NULL, 0))
    return ft_fail(err, FT_IO, "the connection to the server is lost");
  enum ft_status status = fetch_grid(grid, arena, server, text, err);
  ft_server_drain(server);
  if (status == FT_UNDEFINED_SCHEMA && err && strstr(err->message, "\"foretell\"")) {
    ft_fail(err, FT_UNDEFINED_SCHEMA, "this database has no models yet");
    ft_fail_hint(err, "Say CREATE EXTENSION foretell first.");
  }
  return status;
}

static enum ft_status ours(struct ft_grid *grid, const char **tag, struct ft_arena *arena,
                           void *self, struct ft_span text, struct ft_error *err) {
  const char *copy = ft_arena_text(arena, text);
  if (!copy) return ft_arena_fail(err, "the statement");
  enum ft_statement_kind kind = ft_statement_kind_of(text);
  for (size_t i = 0; i < sizeof our_calls / sizeof our_calls[0]; i++) {
    if (our_calls[i].kind != kind) continue;
    *tag = our_calls[i].tag;
    return call_ours(grid, arena, self, our_calls[i].call, copy, err);
  }
  return ft_fail(err, FT_UNSUPPORTED, "this statement cannot be run on a server yet");
}

static void arm(void *self) {
  (void)self;
}

static const char *const name_queries[] = {
  [FT_LIST_TABLES] = "SELECT relname FROM pg_catalog.pg_class WHERE relkind IN "
                     "('r', 'v', 'm', 'f', 'p') AND pg_catalog.pg_table_is_visible(oid)",
  [FT_LIST_COLUMNS] = "SELECT DISTINCT attname FROM pg_catalog.pg_attribute JOIN "
                      "pg_catalog.pg_class c ON c.oid = attrelid WHERE attnum > 0 AND NOT "
                      "attisdropped AND relnamespace <> 'pg_catalog'::regnamespace AND "
                      "pg_catalog.pg_table_is_visible(c.oid)",
  [FT_LIST_FUNCTIONS] = "SELECT DISTINCT proname FROM pg_catalog.pg_proc WHERE "
                        "pg_catalog.pg_function_is_visible(oid) AND proname NOT LIKE 'ft:%'",
  [FT_LIST_SCHEMAS] = "SELECT nspname FROM pg_catalog.pg_namespace",
  [FT_LIST_MODELS] = "SELECT model_name FROM foretell.model WHERE is_current",
  [FT_LIST_KEYWORDS] = "SELECT word FROM pg_catalog.pg_get_keywords()",
  [FT_LIST_TYPES] = "SELECT typname FROM pg_catalog.pg_type WHERE typtype IN ('b', 'e', 'd') AND "
                    "typname NOT LIKE '\\_%' AND pg_catalog.pg_type_is_visible(oid)",
  [FT_LIST_SETTINGS] = "SELECT name FROM pg_catalog.pg_settings",
  [FT_LIST_MEMBERS] = "SELECT relname || chr(9) || attname FROM pg_catalog.pg_attribute JOIN "
                      "pg_catalog.pg_class c ON c.oid = attrelid WHERE attnum > 0 AND NOT "
                      "attisdropped AND relkind IN ('r', 'v', 'm', 'f', 'p') AND "
                      "pg_catalog.pg_table_is_visible(c.oid) UNION "
                      "SELECT nspname || chr(9) || relname FROM pg_catalog.pg_class JOIN "
                      "pg_catalog.pg_namespace n ON n.oid = relnamespace WHERE relkind IN "
                      "('r', 'v', 'm', 'f', 'p') UNION "
                      "SELECT nspname || chr(9) || proname FROM pg_catalog.pg_proc JOIN "
                      "pg_catalog.pg_namespace n ON n.oid = pronamespace "
                      "WHERE proname NOT LIKE 'ft:%'",
};

static enum ft_status names(void *self, enum ft_engine_list list, struct ft_arena *arena,
                            const char *const **name, size_t *count, struct ft_error *err) {
  struct ft_server *server = self;
  char text[1024];
  snprintf(text, sizeof text, "SELECT * FROM (%s) n ORDER BY 1", name_queries[list]);
  PGresult *result = PQexec(server->connection, text);
  size_t rows = (size_t)PQntuples(result);
  const char **made = FT_ARENA_NEW(arena, const char *, rows);
  bool whole = made;
  for (size_t i = 0; whole && i < rows; i++) {
    made[i] = ft_arena_text(arena, ft_span_of(PQgetvalue(result, (int)i, 0)));
    whole = made[i];
  }
  PQclear(result);
  if (!whole) return ft_arena_fail(err, "the names");
  *name = made;
  *count = rows;
  return FT_OK;
}

static void introduce(void *self, struct ft_buffer *out) {
  const struct ft_server *server = self;
  const char *version = PQparameterStatus(server->connection, "server_version");
  ft_buffer_print(out, "PostgreSQL %s, database %s on %s", version ? version : "",
                  PQdb(server->connection), PQhost(server->connection));
}

static void close_server(void *self) {
  struct ft_server *server = self;
  PQfinish(server->connection);
  free(server);
}

static bool can_ask(void *self) {
  const struct ft_server *server = self;
  return PQtransactionStatus(server->connection) != PQTRANS_INERROR;
}

static const char called[] =
    "WITH q(schema, name) AS (SELECT pg_catalog.lower('%s'), pg_catalog.lower('%s')), "
    "m AS (SELECT m.*, q.name, q.name IN (lower(function_name), lower(function_name || '_prob'), "
    "lower(function_name || '_probabilities'), lower(function_name || '_probability'), "
    "lower(function_name || '_batch')) AS by_function, "
    "schema_name = ANY (pg_catalog.current_schemas(false)) AS visible, q.schema <> '' AS qualified "
    "FROM foretell.model m, q WHERE is_current AND (q.schema = '' OR lower(schema_name) = q.schema)) "
    "SELECT CASE WHEN state = 'FAILED' THEN 'failed' WHEN NOT by_function THEN 'model' "
    "WHEN NOT visible AND NOT qualified THEN 'hidden' "
    "WHEN f.arguments IS NULL THEN CASE problem WHEN 'Regression' THEN 'number' ELSE '' END ELSE 'function' END, model_name, "
    "CASE WHEN visible THEN '' ELSE quote_ident(schema_name) || '.' END || "
    "quote_ident(coalesce(f.proname, function_name)), "
    "CASE state WHEN 'FAILED' THEN statement ELSE f.arguments END, reason, f.pronargs::text, "
    "CASE WHEN f.by_row THEN 'row' WHEN f.forms = 1 THEN '' WHEN f.proname = function_name || "
    "'_probability' THEN ', or ' || f.proname || '(t, class)' ELSE ', or ' || f.proname || '(t)' "
    "END || CASE WHEN f.forms > 1 THEN ' for a table t that has those columns' ELSE '' END "
    "FROM m LEFT JOIN LATERAL (SELECT p.proname, p.pronargs, p.proargtypes[0] = 2249 AS by_row, "
    "pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments, count(*) OVER () AS forms "
    "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE n.nspname = m.schema_name AND lower(p.proname) = m.name AND p.prosrc LIKE 'part=%%' "
    "ORDER BY p.pronargs DESC, 3 LIMIT 1) f ON by_function "
    "WHERE state = 'FAILED' OR by_function OR lower(model_name) = m.name AND function_name <> '' "
    "ORDER BY state DESC, NOT by_function, NOT visible, schema_name";

static struct ft_driver_calls calls; /* the answers' and these, put together once */

static void fill_calls(void) {
  calls = ft_server_answer_calls;
  calls.run = run;
  calls.ours = ours;
  calls.arm = arm;
  calls.names = names;
  calls.introduce = introduce;
  calls.close = close_server;
  calls.called = called;
  calls.can_ask = can_ask;
  calls.tables = "SELECT schemaname AS schema, tablename AS name, 'table' AS kind FROM pg_tables "
                 "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'foretell') "
                 "UNION ALL SELECT schemaname, viewname, 'view' FROM pg_views WHERE schemaname NOT "
                 "IN ('pg_catalog', 'information_schema', 'foretell') ORDER BY 1, 2;";
  calls.all_columns =
      "SELECT table_schema AS schema, table_name AS \"table\", column_name AS \"column\", "
      "data_type AS type FROM information_schema.columns WHERE table_schema NOT IN "
      "('pg_catalog', 'information_schema', 'foretell') ORDER BY 1, 2, ordinal_position;";
  calls.table_columns =
      "SELECT column_name AS \"column\", data_type AS type, lower(is_nullable) AS nullable, "
      "column_default AS \"default\" FROM information_schema.columns "
      "WHERE lower(table_name) = lower('%s') ORDER BY table_schema, ordinal_position;";
}

static enum ft_status prepare(struct ft_server *server, const struct ft_server_options *options,
                              struct ft_error *err) {
  char text[512];
  snprintf(text, sizeof text,
           "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', "
           "nullif(pg_catalog.current_setting('search_path'), ''), 'foretell'), false); "
           "SET default_transaction_read_only = %s; SET foretell.trainer_threads = %u",
           options->read_only ? "on" : "off", options->threads);
  PGresult *result = PQexec(server->connection, text);
  bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  enum ft_status status = done ? FT_OK : take_failure(server, result, NULL, err);
  PQclear(result);
  return status;
}

static PGconn *connect_to(const char *url) {
  static const char *const key[] = { "dbname", "fallback_application_name", "client_encoding",
                                     NULL };
  const char *const value[] = { url, "foretell", "UTF8", NULL };
  return PQconnectdbParams(key, value, 1);
}

enum ft_status ft_driver_server(struct ft_driver *out, const struct ft_server_options *options,
                                struct ft_error *err) {
  struct ft_server *server = calloc(1, sizeof *server);
  if (!server) return ft_fail(err, FT_NOMEM, "out of memory for the connection");
  server->watch = options->watch;
  server->connection = connect_to(options->url);
  enum ft_status status = FT_OK;
  if (PQstatus(server->connection) != CONNECTION_OK) {
    struct ft_span why = ft_span_trim(ft_span_of(PQerrorMessage(server->connection)));
    status = ft_fail(err, FT_IO, "%.*s", FT_SPAN_ARG(why));
  } else {
    PQsetNoticeReceiver(server->connection, hear, server);
    status = prepare(server, options, err);
  }
  if (status != FT_OK) {
    close_server(server);
    return status;
  }
  fill_calls();
  *out = (struct ft_driver){ &calls, server };
  return FT_OK;
}
