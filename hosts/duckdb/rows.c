#include <string.h>
#include <sys/stat.h>

#include "hosts/duckdb/session.h"

struct ft_span ft_duckdb_text(const duckdb_string_t *string) {
  uint32_t length = string->value.inlined.length;
  const char *data =
      length <= FT_DUCKDB_INLINE_BYTES ? string->value.inlined.data : string->value.pointer.data;
  return (struct ft_span){ data, length };
}

static void quote(struct ft_buffer *out, struct ft_span text, char mark) {
  ft_buffer_u8(out, (uint8_t)mark);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == mark) ft_buffer_u8(out, (uint8_t)mark);
    ft_buffer_u8(out, (uint8_t)text.data[i]);
  }
  ft_buffer_u8(out, (uint8_t)mark);
}

void ft_sql_name(struct ft_buffer *out, struct ft_span name) {
  quote(out, name, '"');
}

void ft_sql_string(struct ft_buffer *out, struct ft_span text) {
  quote(out, text, '\'');
}

static duckdb_state bind_one(duckdb_prepared_statement statement, idx_t index,
                             const struct ft_bind *bind) {
  if (bind->kind == FT_BIND_INTEGER) return duckdb_bind_int64(statement, index, bind->integer);
  if (!bind->bytes.data) return duckdb_bind_null(statement, index);
  if (bind->kind == FT_BIND_BLOB) {
    return duckdb_bind_blob(statement, index, bind->bytes.data, bind->bytes.size);
  }
  return duckdb_bind_varchar_length(statement, index, bind->bytes.data, bind->bytes.size);
}

static enum ft_status run_prepared(duckdb_result *result, struct ft_engine *engine,
                                   duckdb_prepared_statement statement, const struct ft_bind *bind,
                                   size_t binds, struct ft_error *err) {
  for (size_t i = 0; i < binds; i++) {
    if (bind_one(statement, i + 1, &bind[i]) == DuckDBSuccess) continue;
    return ft_fail(err, FT_INTERNAL, "parameter %zu of an inner statement was refused", i + 1);
  }
  if (duckdb_execute_prepared(statement, result) == DuckDBSuccess) return FT_OK;
  enum ft_status status = ft_duckdb_fail(err, engine, duckdb_result_error_type(result),
                                         duckdb_result_error(result), &FT_PLACE_NONE);
  duckdb_destroy_result(result);
  return status;
}

enum ft_status ft_rows_open(struct ft_rows *rows, struct ft_engine *engine,
                            duckdb_connection connection, const char *text,
                            const struct ft_bind *bind, size_t binds, struct ft_error *err) {
  duckdb_prepared_statement statement = NULL;
  struct ft_rows opened = { .open = true };
  bool writes = connection == engine->connection; /* the loader only reads, on any thread */
  mode_t mask = writes ? umask(engine->file.mask) : 0;
  enum ft_status status;
  if (duckdb_prepare(connection, text, &statement) != DuckDBSuccess) {
    status = ft_duckdb_fail(err, engine, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement),
                            &FT_PLACE_NONE);
  } else {
    status = run_prepared(&opened.result, engine, statement, bind, binds, err);
  }
  duckdb_destroy_prepare(&statement);
  if (writes) umask(mask);
  if (status == FT_OK) *rows = opened;
  return status;
}

bool ft_rows_next(struct ft_rows *rows) {
  if (rows->chunk) duckdb_destroy_data_chunk(&rows->chunk);
  rows->chunk = duckdb_fetch_chunk(rows->result);
  rows->count = rows->chunk ? duckdb_data_chunk_get_size(rows->chunk) : 0;
  return rows->count > 0;
}

void ft_rows_close(struct ft_rows *rows) {
  if (!rows->open) return;
  if (rows->chunk) duckdb_destroy_data_chunk(&rows->chunk);
  duckdb_destroy_result(&rows->result);
  *rows = (struct ft_rows){ 0 };
}

bool ft_rows_has(const struct ft_rows *rows, size_t column, size_t row) {
  const uint64_t *mask =
      duckdb_vector_get_validity(duckdb_data_chunk_get_vector(rows->chunk, column));
  return !mask || (mask[row / 64] >> (row % 64) & 1);
}

struct ft_span ft_rows_text(const struct ft_rows *rows, size_t column, size_t row) {
  if (!ft_rows_has(rows, column, row)) return (struct ft_span){ NULL, 0 };
  const duckdb_string_t *string =
      duckdb_vector_get_data(duckdb_data_chunk_get_vector(rows->chunk, column));
  return ft_duckdb_text(&string[row]);
}

int64_t ft_rows_integer(const struct ft_rows *rows, size_t column, size_t row) {
  if (!ft_rows_has(rows, column, row)) return 0;
  const int64_t *value = duckdb_vector_get_data(duckdb_data_chunk_get_vector(rows->chunk, column));
  return value[row];
}

enum ft_status ft_engine_tell(struct ft_engine *engine, const char *text,
                              const struct ft_bind *bind, size_t binds, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(ft_rows_open(&rows, engine, engine->connection, text, bind, binds, err));
  ft_rows_close(&rows);
  return FT_OK;
}

enum ft_status ft_engine_transact(struct ft_engine *engine, const char *text,
                                  struct ft_error *err) {
  enum ft_status status = ft_engine_tell(engine, text, NULL, 0, err);
  ft_engine_follow(engine, ft_span_of(text), status == FT_OK);
  return status;
}
