#include "hosts/duckdb/query.h"

#include <string.h>

#include "hosts/duckdb/session.h"
#include "hosts/duckdb/type_name.h"
#include "hosts/duckdb/vectors.h"
#include "hosts/duckdb/watchdog.h"

/* On a line of its own: the query may end in a comment. */
static const char wrap_end[] = "\n)";

static enum ft_status fail_kind(size_t position, struct ft_error *err) {
  ft_fail(err, FT_SYNTAX, "the query in FROM is not a SELECT");
  return position ? ft_fail_at(err, position) : FT_SYNTAX;
}

/* A query alone, prepared: its errors point into the user's text. */
static enum ft_status prepare_query(duckdb_prepared_statement *out, struct ft_engine *engine,
                                    const char *text, const struct ft_place *place,
                                    struct ft_error *err) {
  duckdb_prepared_statement statement = NULL;
  enum ft_status status = FT_OK;
  if (duckdb_prepare(engine->connection, text, &statement) != DuckDBSuccess) {
    status =
        ft_duckdb_fail(err, engine, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement), place);
  } else if (duckdb_prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT) {
    status = fail_kind(place->position, err);
  } else if (duckdb_nparams(statement) > 0) {
    status = ft_fail(err, FT_INVALID, "the query in FROM has parameters without values");
  }
  if (status == FT_OK) {
    *out = statement;
  } else {
    duckdb_destroy_prepare(&statement);
  }
  return status;
}

/* A DECIMAL's own, or what the whole numbers need that are carried as one (HUGEINT and alike). */
static void set_precision(struct ft_field *field, duckdb_logical_type type) {
  bool decimal = duckdb_get_type_id(type) == DUCKDB_TYPE_DECIMAL;
  field->precision = decimal ? duckdb_decimal_width(type) : 38;
  field->scale = decimal ? duckdb_decimal_scale(type) : 0;
}

static enum ft_status describe_field(struct ft_field *field, const char **type_name,
                                     struct ft_arena *arena, duckdb_prepared_statement statement,
                                     size_t index, struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 20);
  duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, index);
  const char *name = duckdb_prepared_statement_column_name(statement, index);
  ft_duckdb_type_name(&text, type);
  *field = (struct ft_field){ .name = ft_arena_text(arena, ft_span_of(name)),
                              .type = ft_duckdb_carried(duckdb_get_type_id(type)) };
  if (field->type == FT_DECIMAL) set_precision(field, type);
  *type_name = text.failed ? NULL : ft_arena_text(arena, ft_buffer_view(&text));
  ft_buffer_release(&text);
  duckdb_free((void *)(uintptr_t)name);
  duckdb_destroy_logical_type(&type);
  return field->name && *type_name ? FT_OK : ft_arena_fail(err, "the query's columns");
}

static enum ft_status describe_fields(struct ft_arena *arena, duckdb_prepared_statement statement,
                                      struct ft_field **field, const char *const **type_name,
                                      size_t *fields, struct ft_error *err) {
  size_t count = duckdb_prepared_statement_column_count(statement);
  struct ft_field *described = FT_ARENA_NEW(arena, struct ft_field, count);
  const char **name = FT_ARENA_NEW(arena, const char *, count);
  if (!described || !name) return ft_arena_fail(err, "the query's columns");
  for (size_t i = 0; i < count; i++) {
    FT_TRY(describe_field(&described[i], &name[i], arena, statement, i, err));
  }
  *field = described;
  if (type_name) *type_name = name;
  *fields = count;
  return FT_OK;
}

enum ft_status ft_query_describe(void *self, struct ft_arena *arena, struct ft_span query,
                                 size_t position, struct ft_field **field,
                                 const char *const **type_name, size_t *fields,
                                 struct ft_error *err) {
  struct ft_place place = { 0, query, position };
  duckdb_prepared_statement statement = NULL;
  struct ft_field *described = NULL;
  size_t count = 0;
  const char *text = ft_arena_text(arena, query);
  if (!text) return ft_arena_fail(err, "the query");
  FT_TRY(prepare_query(&statement, self, text, &place, err));
  enum ft_status status = describe_fields(arena, statement, &described, type_name, &count, err);
  duckdb_destroy_prepare(&statement);
  if (status != FT_OK) return status;
  ((struct ft_engine *)self)->described = (struct ft_described){ query, position };
  *field = described;
  *fields = count;
  return FT_OK;
}

/* The place of the query within the wrapped one, which is `bytes` long. */
static struct ft_place place_of(const struct ft_engine *engine, struct ft_span query,
                                size_t bytes) {
  const struct ft_described *described = &engine->described;
  bool same = described->query.data == query.data && described->query.size == query.size;
  size_t after = sizeof wrap_end - 1;
  return (struct ft_place){ bytes - query.size - after, query, same ? described->position : 0 };
}

/* The query with each column in the type that carries it. */
static void wrap_query(struct ft_buffer *out, struct ft_span query, const struct ft_field *field,
                       size_t fields, size_t text_of) {
  ft_buffer_print(out, "SELECT ");
  for (size_t i = 0; i < fields; i++) {
    ft_buffer_print(out, "%sCAST(", i ? ", " : "");
    ft_sql_name(out, ft_span_of(field[i].name));
    ft_buffer_print(out, " AS %s)", ft_duckdb_cast_name(field[i].type));
  }
  if (text_of) {
    ft_buffer_print(out, ", CAST(");
    ft_sql_name(out, ft_span_of(field[text_of - 1].name));
    ft_buffer_print(out, " AS VARCHAR)");
  }
  ft_buffer_print(out, " FROM (\n");
  ft_buffer_append_text(out, query);
  ft_buffer_append_text(out, FT_SPAN(wrap_end));
}

static enum ft_status pump(struct ft_result *result, struct ft_vectors *vectors,
                           const struct ft_sink *sink, struct ft_error *err) {
  for (;;) {
    size_t rows = 0;
    FT_TRY(ft_result_next(result, &rows, err));
    if (rows == 0) return FT_OK;
    struct ft_batch batch = ft_vectors_view(vectors, ft_result_chunk(result));
    FT_TRY(sink->take(sink->self, &batch, err));
  }
}

static enum ft_status run_and_pump(struct ft_vectors *vectors, struct ft_engine *engine,
                                   struct ft_span text, const struct ft_place *place,
                                   const struct ft_sink *sink, struct ft_error *err) {
  struct ft_watchdog watchdog;
  struct ft_result *result = NULL;
  FT_TRY(ft_watchdog_start(&watchdog, engine->connection, sink->deadline_ms, err));
  enum ft_status status = ft_engine_run_at(&result, engine, text, place, err);
  if (status == FT_OK) status = pump(result, vectors, sink, err);
  ft_watchdog_stop(&watchdog);
  ft_result_close(result);
  return status;
}

static enum ft_status stream_text(struct ft_engine *engine, struct ft_span text,
                                  const struct ft_place *place, const struct ft_field *field,
                                  size_t fields, const struct ft_sink *sink, struct ft_error *err) {
  enum ft_type type[FT_MODEL_MAX_FIELDS + 2];
  struct ft_vectors vectors;
  for (size_t i = 0; i < fields; i++)
    type[i] = field[i].type;
  if (sink->text_of) type[fields++] = FT_TEXT;
  FT_TRY(ft_vectors_init(&vectors, type, fields, err));
  enum ft_status status = run_and_pump(&vectors, engine, text, place, sink, err);
  ft_vectors_release(&vectors);
  return status;
}

enum ft_status ft_query_stream(void *self, struct ft_span query, const struct ft_field *field,
                               size_t fields, const struct ft_sink *sink, struct ft_error *err) {
  if (fields > FT_MODEL_MAX_FIELDS + 1) {
    return ft_fail(err, FT_LIMIT, "the query has more than %d columns", FT_MODEL_MAX_FIELDS + 1);
  }
  struct ft_buffer text;
  ft_buffer_init(&text, (size_t)1 << 26);
  wrap_query(&text, query, field, fields, sink->text_of);
  enum ft_status status = ft_buffer_check(&text, "the query", err);
  if (status == FT_OK) {
    struct ft_place place = place_of(self, query, text.size);
    status = stream_text(self, ft_buffer_view(&text), &place, field, fields, sink, err);
  }
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_query_of_table(void *self, struct ft_arena *arena, struct ft_span schema,
                                 struct ft_span table, size_t position, const char **query,
                                 struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 16);
  ft_buffer_print(&text, "SELECT * FROM ");
  if (schema.size) {
    ft_sql_name(&text, schema);
    ft_buffer_print(&text, ".");
  }
  ft_sql_name(&text, table);
  const char *made = text.failed ? NULL : ft_arena_text(arena, ft_buffer_view(&text));
  ft_buffer_release(&text);
  if (!made) return ft_arena_fail(err, "the query");
  duckdb_prepared_statement statement = NULL;
  enum ft_status status = prepare_query(&statement, self, made, &FT_PLACE_NONE, err);
  duckdb_destroy_prepare(&statement);
  if (status != FT_OK) return position ? (ft_fail_at(err, position), status) : status;
  *query = made;
  return FT_OK;
}

/* The schema to use; *found is the name as the database has it, or empty. */
static enum ft_status find_schema(struct ft_span *out, struct ft_rows *rows,
                                  struct ft_engine *engine, struct ft_span schema,
                                  struct ft_error *err) {
  struct ft_bind bind[] = { FT_BIND(engine->catalogue_name), { .bytes = schema } };
  if (schema.size) {
    FT_TRY(ft_rows_open(rows, engine, engine->connection,
                        "SELECT schema_name FROM duckdb_schemas() WHERE database_name = $1 AND "
                        "lower(schema_name) = lower($2)",
                        bind, 2, err));
  } else { /* models live in the database that was opened, whatever USE says */
    FT_TRY(ft_rows_open(rows, engine, engine->connection,
                        "SELECT CASE current_database() WHEN $1 THEN current_schema() "
                        "ELSE 'main' END",
                        bind, 1, err));
  }
  *out = ft_rows_next(rows) ? ft_rows_text(rows, 0, 0) : (struct ft_span){ NULL, 0 };
  return FT_OK;
}

enum ft_status ft_query_schema(void *self, struct ft_arena *arena, struct ft_span schema,
                               size_t position, const char **out, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_span found;
  FT_TRY(find_schema(&found, &rows, self, schema, err));
  const char *name = found.data ? ft_arena_text(arena, found) : NULL;
  bool missing = !found.data;
  ft_rows_close(&rows);
  if (missing) {
    ft_fail(err, FT_UNDEFINED_SCHEMA, "schema \"%.*s\" does not exist", FT_SPAN_ARG(schema));
    return position ? ft_fail_at(err, position) : FT_UNDEFINED_SCHEMA;
  }
  if (!name) return ft_arena_fail(err, "the schema's name");
  *out = name;
  return FT_OK;
}
