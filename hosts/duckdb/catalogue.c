#include "hosts/duckdb/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TABLE "%s.foretell.model" /* with engine->catalogue */

/* Without a primary key: an index of DuckDB's cannot see a key deleted and inserted again in one
 * transaction. `put` is the only writer. */
static const char create_table[] =
    "CREATE TABLE IF NOT EXISTS " TABLE " ("
    "schema_name VARCHAR NOT NULL, model_name VARCHAR NOT NULL, version BIGINT NOT NULL, "
    "is_current BOOLEAN NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL, "
    "owner VARCHAR NOT NULL, function_name VARCHAR NOT NULL, statement VARCHAR NOT NULL, "
    "created_at TIMESTAMPTZ NOT NULL, problem VARCHAR, target_type VARCHAR, "
    "parameter_types VARCHAR, model_sha256 VARCHAR, manifest VARCHAR, artifact_bytes BIGINT, "
    "artifact BLOB, format BIGINT NOT NULL)";

static const char select_record[] =
    "SELECT schema_name, model_name, owner, function_name, statement, manifest, model_sha256, "
    "reason, state, version, epoch_us(created_at), artifact_bytes FROM " TABLE " WHERE is_current";

static const char insert_record[] =
    "INSERT INTO " TABLE " SELECT $1, $2, coalesce(max(version), 0) + 1, true, $3, $4, $5, $6, $7, "
    "make_timestamptz($8), $9, $10, $11, $12, $13, $14, $15, $16 FROM " TABLE
    " WHERE schema_name = $1 AND model_name = $2";

/* What the views give without a table, and with one. */
static const char empty_models[] =
    "SELECT '' AS schema_name, '' AS user_name, '' AS model_name, '' AS life_cycle, "
    "1::INTEGER AS is_refreshable, '' AS model_state WHERE false";
static const char all_models[] =
    "SELECT schema_name, owner AS user_name, model_name, "
    "CASE state WHEN 'READY' THEN 'Active' ELSE 'Failed' END AS life_cycle, "
    "1::INTEGER AS is_refreshable, "
    "CASE state WHEN 'READY' THEN 'Model is Ready' ELSE 'Model has Failed' END AS model_state "
    "FROM " TABLE " WHERE is_current ORDER BY schema_name, model_name";

/* A file has one user: who made a model may call it. */
static const char empty_privileges[] =
    "SELECT '' AS namespace_name, '' AS model_name, 0::INTEGER AS model_version, "
    "'' AS privilege_type, 0::BIGINT AS identity_id, '' AS identity_name, '' AS identity_type, "
    "false AS admin_option WHERE false";
static const char all_privileges[] =
    "SELECT schema_name AS namespace_name, model_name, version::INTEGER AS model_version, "
    "'EXECUTE' AS privilege_type, 0::BIGINT AS identity_id, owner AS identity_name, "
    "'user' AS identity_type, false AS admin_option "
    "FROM " TABLE " WHERE is_current AND state = 'READY' ORDER BY schema_name, model_name";

/* What each search tried. A manifest is read as far as it has the shape of one. */
static const char empty_leaderboard[] =
    "SELECT '' AS schema_name, '' AS model_name, 0::BIGINT AS rank, 0::BIGINT AS number, '' AS name, "
    "'' AS learner, '' AS metric, 0::DOUBLE AS score, 0::DOUBLE AS loss, 0::DOUBLE AS seconds, "
    "0::BIGINT AS rounds, 0::DOUBLE AS weight, '' AS state WHERE false";
static const char all_leaderboards[] =
    "SELECT schema_name, model_name, CASE WHEN t.loss IS NOT NULL THEN row_number() OVER (PARTITION BY "
    "schema_name, model_name ORDER BY t.loss NULLS LAST, number) END AS rank, number, t.name AS name, "
    "t.learner AS learner, t.metric AS metric, t.score AS score, t.loss AS loss, "
    "t.seconds AS seconds, t.rounds AS rounds, t.weight AS weight, t.state AS state FROM ("
    "SELECT schema_name, model_name, unnest(range(1, len(list) + 1)) AS number, unnest(list) AS t "
    "FROM (SELECT schema_name, model_name, from_json(CASE WHEN json_type(CASE WHEN "
    "json_valid(manifest) THEN manifest END, '$.trials') = 'ARRAY' THEN manifest::JSON -> '$.trials' "
    "END, '[{\"name\":\"VARCHAR\",\"learner\":\"VARCHAR\",\"metric\":\"VARCHAR\",\"score\":\"DOUBLE\","
    "\"loss\":\"DOUBLE\",\"seconds\":\"DOUBLE\",\"rounds\":\"BIGINT\",\"weight\":\"DOUBLE\","
    "\"state\":\"VARCHAR\"}]') AS list FROM " TABLE " WHERE is_current AND state = 'READY')) "
    "ORDER BY schema_name, model_name, number";

/* Found when no table of that name is; DuckDB does not say which schema was asked for. */
static const struct view {
  const char *name;
  const char *empty, *full;
  bool database_name; /* with that column in front */
} views[] = {
  { "stv_ml_model_info", empty_models, all_models, false },
  { "svv_ml_model_info", empty_models, all_models, true },
  { "svv_ml_model_privileges", empty_privileges, all_privileges, false },
  { "leaderboard", empty_leaderboard, all_leaderboards, false },
};

static const char *const state_names[] = { "READY", "TRAINING", "FAILED" };

/* A statement over the table, in malloc'ed memory; formats are ours, with %s for the catalogue. */
static char *statement_of(const struct ft_engine *engine, const char *format, const char *rest) {
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 20);
  for (const char *at = format; *at; at++) {
    if (at[0] == '%' && at[1] == 's') {
      ft_buffer_append_text(&out, ft_span_of(engine->catalogue));
      at++;
    } else {
      ft_buffer_u8(&out, (uint8_t)*at);
    }
  }
  ft_buffer_append_text(&out, ft_span_of(rest));
  ft_buffer_u8(&out, 0);
  if (!out.failed) return (char *)out.data; /* moves ownership */
  ft_buffer_release(&out);
  return NULL;
}

static enum ft_status ask(struct ft_rows *rows, struct ft_engine *engine,
                          duckdb_connection connection, const char *format, const char *rest,
                          const struct ft_bind *bind, size_t binds, struct ft_error *err) {
  char *text = statement_of(engine, format, rest);
  if (!text) return ft_fail(err, FT_NOMEM, "out of memory for the catalogue");
  enum ft_status status = ft_rows_open(rows, engine, connection, text, bind, binds, err);
  free(text);
  return status;
}

static enum ft_status tell(struct ft_engine *engine, const char *format, const struct ft_bind *bind,
                           size_t binds, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(ask(&rows, engine, engine->connection, format, "", bind, binds, err));
  ft_rows_close(&rows);
  return FT_OK;
}

void ft_catalogue_look(struct ft_engine *engine) {
  struct ft_rows rows;
  struct ft_bind bind = FT_BIND(engine->catalogue_name);
  if (ft_rows_open(&rows, engine, engine->connection,
                   "SELECT 1 FROM duckdb_tables() WHERE database_name = $1 AND "
                   "schema_name = 'foretell' AND table_name = 'model'",
                   &bind, 1, NULL) != FT_OK) {
    return; /* an aborted transaction: what was known stands */
  }
  engine->has_catalogue = ft_rows_next(&rows);
  ft_rows_close(&rows);
}

bool ft_catalogue_is_named(const char *text) {
  for (size_t i = 0; i < sizeof views / sizeof *views; i++)
    if (strcasestr(text, views[i].name)) return true;
  return false;
}

static void offer_view(duckdb_replacement_scan_info info, const char *name, void *data) {
  struct ft_engine *engine = data;
  const struct view *view = views, *end = views + sizeof views / sizeof *views;
  while (view < end && strcasecmp(name, view->name) != 0)
    view++;
  if (view == end) return;
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 16);
  char *rows = statement_of(engine, engine->has_catalogue ? view->full : view->empty, "");
  ft_buffer_print(&text, "SELECT ");
  if (view->database_name) {
    ft_sql_string(&text, ft_span_of(engine->catalogue_name));
    ft_buffer_print(&text, " AS database_name, ");
  }
  ft_buffer_print(&text, "* FROM (%s)", rows ? rows : "");
  ft_buffer_u8(&text, 0);
  if (rows && !text.failed) {
    duckdb_value argument = duckdb_create_varchar((const char *)text.data);
    duckdb_replacement_scan_set_function_name(info, "query");
    duckdb_replacement_scan_add_parameter(info, argument);
    duckdb_destroy_value(&argument);
  }
  ft_buffer_release(&text);
  free(rows);
}

void ft_catalogue_offer_views(struct ft_engine *engine) {
  duckdb_add_replacement_scan(engine->database, offer_view, engine, NULL);
}

/* A catalogue of a later version may mean something else by its columns. */
static enum ft_status check_format(struct ft_engine *engine, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(
      ask(&rows, engine, engine->connection, "SELECT max(format) FROM " TABLE, "", NULL, 0, err));
  int64_t format = ft_rows_next(&rows) ? ft_rows_integer(&rows, 0, 0) : 0;
  ft_rows_close(&rows);
  if (format <= FT_CATALOGUE_FORMAT) return FT_OK;
  ft_fail(err, FT_UNSUPPORTED, "the models of this database were made by a newer foretell");
  return ft_fail_hint(err, "Open it with that version.");
}

enum ft_status ft_catalogue_signatures(struct ft_rows *rows, struct ft_engine *engine,
                                       struct ft_error *err) {
  if (!engine->has_catalogue) return FT_OK;
  FT_TRY(check_format(engine, err));
  return ask(rows, engine, engine->connection,
             "SELECT model_sha256, schema_name, model_name, problem, target_type, parameter_types, "
             "CASE problem WHEN '" FT_REMOTE_PROBLEM "' THEN manifest END FROM " TABLE
             " WHERE is_current AND state = 'READY'",
             "", NULL, 0, err);
}

static enum ft_status take_artifact(struct ft_buffer *out, struct ft_rows *rows,
                                    struct ft_error *err) {
  bool found = ft_rows_next(rows) && ft_rows_has(rows, 0, 0);
  if (found) ft_buffer_append_text(out, ft_rows_text(rows, 0, 0));
  ft_rows_close(rows);
  if (!found) return ft_fail(err, FT_CORRUPT, "the catalogue has no artifact of it");
  return ft_buffer_check(out, "the artifact", err);
}

enum ft_status ft_catalogue_artifact_of(struct ft_buffer *out, struct ft_engine *engine,
                                        const char *sha256, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind = FT_BIND(sha256);
  FT_TRY(ask(&rows, engine, engine->loader,
             "SELECT artifact FROM " TABLE
             " WHERE model_sha256 = $1 AND artifact IS NOT NULL LIMIT 1",
             "", &bind, 1, err));
  return take_artifact(out, &rows, err);
}

static const char *keep(struct ft_arena *arena, const struct ft_rows *rows, size_t column,
                        size_t row, bool *whole) {
  const char *text = ft_arena_text(arena, ft_rows_text(rows, column, row));
  if (!text) *whole = false;
  return text;
}

/* A row of select_record. */
static enum ft_status read_record(struct ft_model_record *out, struct ft_arena *arena,
                                  const struct ft_rows *rows, size_t row, struct ft_error *err) {
  bool whole = true;
  struct ft_model_record record = {
    .schema = keep(arena, rows, 0, row, &whole),
    .name = keep(arena, rows, 1, row, &whole),
    .owner = keep(arena, rows, 2, row, &whole),
    .function = keep(arena, rows, 3, row, &whole),
    .statement = keep(arena, rows, 4, row, &whole),
    .manifest = keep(arena, rows, 5, row, &whole),
    .model_sha256 = keep(arena, rows, 6, row, &whole),
    .reason = keep(arena, rows, 7, row, &whole),
    .version = (uint32_t)ft_rows_integer(rows, 9, row),
    .created_us = ft_rows_integer(rows, 10, row),
    .artifact_bytes = (uint64_t)ft_rows_integer(rows, 11, row),
  };
  if (!whole) return ft_arena_fail(err, "the catalogue");
  bool ready = ft_span_equal(ft_rows_text(rows, 8, row), FT_SPAN("READY"));
  record.state = ready ? FT_MODEL_READY : FT_MODEL_FAILED;
  *out = record;
  return FT_OK;
}

static enum ft_status fail_undefined(const char *schema, const char *name, struct ft_error *err) {
  return ft_fail(err, FT_UNDEFINED_OBJECT, "model \"%s.%s\" does not exist", schema, name);
}

enum ft_status ft_catalogue_get(void *self, struct ft_arena *arena, const char *schema,
                                const char *name, struct ft_model_record *out,
                                struct ft_error *err) {
  struct ft_engine *engine = self;
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(schema), FT_BIND(name) };
  ft_catalogue_look(engine);
  if (!engine->has_catalogue) return fail_undefined(schema, name, err);
  FT_TRY(ask(&rows, engine, engine->connection, select_record,
             " AND schema_name = $1 AND model_name = $2", bind, 2, err));
  enum ft_status status = ft_rows_next(&rows) ? read_record(out, arena, &rows, 0, err)
                                              : fail_undefined(schema, name, err);
  ft_rows_close(&rows);
  return status;
}

static enum ft_status count_models(size_t *out, struct ft_engine *engine, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(ask(&rows, engine, engine->connection, "SELECT count(*) FROM " TABLE " WHERE is_current",
             "", NULL, 0, err));
  *out = ft_rows_next(&rows) ? (size_t)ft_rows_integer(&rows, 0, 0) : 0;
  ft_rows_close(&rows);
  return FT_OK;
}

enum ft_status ft_catalogue_list(void *self, struct ft_arena *arena, struct ft_model_record **out,
                                 size_t *count, struct ft_error *err) {
  struct ft_engine *engine = self;
  struct ft_rows rows;
  size_t room = 0, used = 0;
  ft_catalogue_look(engine);
  if (engine->has_catalogue) FT_TRY(count_models(&room, engine, err));
  struct ft_model_record *record = FT_ARENA_NEW(arena, struct ft_model_record, room);
  if (!record) return ft_arena_fail(err, "the list of models");
  enum ft_status status = FT_OK;
  if (room > 0) {
    FT_TRY(ask(&rows, engine, engine->connection, select_record,
               " ORDER BY schema_name, model_name", NULL, 0, err));
    while (status == FT_OK && ft_rows_next(&rows)) {
      for (size_t r = 0; status == FT_OK && r < rows.count && used < room; r++, used++) {
        status = read_record(&record[used], arena, &rows, r, err);
      }
    }
    ft_rows_close(&rows);
  }
  if (status != FT_OK) return status;
  *out = record;
  *count = used;
  return FT_OK;
}

enum ft_status ft_catalogue_artifact(void *self, struct ft_buffer *out, const char *schema,
                                     const char *name, struct ft_error *err) {
  struct ft_engine *engine = self;
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(schema), FT_BIND(name) };
  ft_catalogue_look(engine);
  if (!engine->has_catalogue) return fail_undefined(schema, name, err);
  FT_TRY(ask(&rows, engine, engine->connection,
             "SELECT artifact FROM " TABLE
             " WHERE is_current AND schema_name = $1 AND model_name = $2",
             "", bind, 2, err));
  return take_artifact(out, &rows, err);
}

enum ft_status ft_catalogue_check_writable(void *self, struct ft_error *err) {
  const struct ft_engine *engine = self;
  if (!engine->read_only) {
    FT_TRY(ft_file_check_present(&engine->file, err));
    return ft_file_check_writable(&engine->file, err);
  }
  ft_fail(err, FT_READ_ONLY, "the database is open read-only");
  return ft_fail_hint(err, "Open it without -r (--readonly) to make or drop models.");
}

/* Schema and table, in the transaction that needs them first. */
enum ft_status ft_catalogue_make(struct ft_engine *engine, struct ft_error *err) {
  FT_TRY(ft_catalogue_check_writable(engine, err));
  ft_catalogue_look(engine);
  if (engine->has_catalogue) return check_format(engine, err);
  FT_TRY(tell(engine, "CREATE SCHEMA IF NOT EXISTS %s.foretell", NULL, 0, err));
  FT_TRY(tell(engine, create_table, NULL, 0, err));
  engine->has_catalogue = true;
  return FT_OK;
}

/* The rows' first column, separated by commas; what is too long for the buffer is left out. */
static void list_names(struct ft_buffer *out, struct ft_rows *rows) {
  while (ft_rows_next(rows)) {
    for (size_t r = 0; r < rows->count; r++)
      ft_buffer_print(out, "%s%.*s", out->size ? ", " : "", FT_SPAN_ARG(ft_rows_text(rows, 0, r)));
  }
}

#define SCHEMA_IS_GONE                                                \
  " WHERE lower(schema_name) NOT IN (SELECT lower(schema_name) FROM " \
  "duckdb_schemas() WHERE database_name = $1)"

/* Nothing is written unless it must be: the statement may have been about another database. */
enum ft_status ft_catalogue_follow_schemas(struct ft_engine *engine, struct ft_buffer *names,
                                           struct ft_error *err) {
  struct ft_rows rows;
  struct ft_buffer found;
  struct ft_bind bind = FT_BIND(engine->catalogue_name);
  ft_catalogue_look(engine);
  if (!engine->has_catalogue) return FT_OK;
  FT_TRY(ask(&rows, engine, engine->connection,
             "SELECT DISTINCT schema_name || '.' || model_name FROM " TABLE SCHEMA_IS_GONE
             " ORDER BY ALL",
             "", &bind, 1, err));
  ft_buffer_init(&found, 1 << 16);
  list_names(names ? names : &found, &rows);
  ft_rows_close(&rows);
  bool any = (names ? names : &found)->size > 0;
  ft_buffer_release(&found);
  if (!any || engine->read_only) return FT_OK;
  return tell(engine, "DELETE FROM " TABLE SCHEMA_IS_GONE, &bind, 1, err);
}

enum ft_status ft_catalogue_functions(struct ft_rows *rows, struct ft_engine *engine,
                                      struct ft_error *err) {
  if (!engine->has_catalogue) return FT_OK;
  return ask(rows, engine, engine->connection,
             "SELECT schema_name, model_name, function_name FROM " TABLE
             " WHERE is_current AND state = 'READY' AND function_name <> '' ORDER BY ALL",
             "", NULL, 0, err);
}

enum ft_status ft_catalogue_function_of(const char **out, struct ft_arena *arena,
                                        struct ft_engine *engine, const char *schema,
                                        struct ft_span function, const char *suffix,
                                        struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(schema), { .bytes = function }, FT_BIND(suffix) };
  *out = NULL;
  if (!engine->has_catalogue) return FT_OK;
  FT_TRY(ask(&rows, engine, engine->connection,
             "SELECT model_name FROM " TABLE " WHERE is_current AND state = 'READY' AND "
             "lower(schema_name) = lower($1) AND lower(function_name || $3) = lower($2)",
             "", bind, sizeof bind / sizeof bind[0], err));
  bool found = ft_rows_next(&rows);
  if (found) *out = ft_arena_text(arena, ft_rows_text(&rows, 0, 0));
  ft_rows_close(&rows);
  return found && !*out ? ft_arena_fail(err, "the model's name") : FT_OK;
}

/* The READY version stays; its row says why the attempt to replace it failed. */
static enum ft_status note_failure(bool *noted, struct ft_engine *engine,
                                   const struct ft_model_record *record, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(record->schema), FT_BIND(record->name),
                            FT_BIND(record->reason) };
  FT_TRY(ask(&rows, engine, engine->connection,
             "SELECT 1 FROM " TABLE
             " WHERE is_current AND state = 'READY' AND schema_name = $1 AND model_name = $2",
             "", bind, 2, err));
  *noted = ft_rows_next(&rows);
  ft_rows_close(&rows);
  if (!*noted) return FT_OK;
  return tell(engine,
              "UPDATE " TABLE
              " SET reason = $3 WHERE is_current AND schema_name = $1 AND model_name = $2",
              bind, 3, err);
}

static enum ft_status insert_version(struct ft_engine *engine, const struct ft_model_record *record,
                                     struct ft_span artifact, const struct ft_signature *signature,
                                     struct ft_error *err) {
  struct ft_buffer types;
  ft_buffer_init(&types, 1 << 20);
  if (signature) ft_function_types(&types, signature);
  const char *problem = record->remote ? FT_REMOTE_PROBLEM
                        : signature    ? ft_problem_shown(signature->problem)
                                       : NULL;
  const char *target = signature ? ft_type_internal(signature->target) : NULL;
  struct ft_span parameters = signature ? ft_buffer_view(&types) : (struct ft_span){ NULL, 0 };
  if (signature && !parameters.data) parameters.data = "";
  struct ft_bind bind[] = {
    FT_BIND(record->schema),
    FT_BIND(record->name),
    FT_BIND(state_names[record->state]),
    FT_BIND(record->reason ? record->reason : ""),
    FT_BIND(record->owner),
    FT_BIND(record->function ? record->function : ""),
    FT_BIND(record->statement),
    FT_BIND_NUMBER(record->created_us),
    FT_BIND(problem),
    FT_BIND(target),
    { .bytes = parameters },
    FT_BIND(record->model_sha256),
    FT_BIND(record->manifest),
    FT_BIND_NUMBER(artifact.size),
    { .kind = FT_BIND_BLOB, .bytes = artifact },
    FT_BIND_NUMBER(FT_CATALOGUE_FORMAT),
  };
  enum ft_status status = ft_buffer_check(&types, "the model's signature", err);
  if (status == FT_OK) {
    status = tell(engine, insert_record, bind, sizeof bind / sizeof bind[0], err);
  }
  ft_buffer_release(&types);
  return status;
}

enum ft_status ft_catalogue_put(struct ft_engine *engine, const struct ft_model_record *record,
                                struct ft_span artifact, const struct ft_signature *signature,
                                struct ft_error *err) {
  struct ft_bind bind[] = { FT_BIND(record->schema), FT_BIND(record->name) };
  if (record->state != FT_MODEL_READY) {
    bool noted = false;
    FT_TRY(note_failure(&noted, engine, record, err));
    if (noted) return FT_OK;
  }
  FT_TRY(tell(engine,
              "UPDATE " TABLE " SET is_current = false, artifact = NULL "
              "WHERE is_current AND schema_name = $1 AND model_name = $2",
              bind, 2, err));
  return insert_version(engine, record, artifact, signature, err);
}

enum ft_status ft_catalogue_drop(void *self, const char *schema, const char *name,
                                 struct ft_error *err) {
  struct ft_engine *engine = self;
  struct ft_bind bind[] = { FT_BIND(schema), FT_BIND(name) };
  FT_TRY(ft_catalogue_make(engine, err));
  return tell(engine, "DELETE FROM " TABLE " WHERE schema_name = $1 AND model_name = $2", bind, 2,
              err);
}
