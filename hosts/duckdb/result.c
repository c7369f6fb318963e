#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/cell.h"
#include "hosts/duckdb/engine.h"
#include "hosts/duckdb/guard.h"
#include "hosts/duckdb/session.h"
#include "hosts/duckdb/type_name.h"

#define TICK_NS        50000000L
#define NAP_NS         200000L
#define TEXT_MAX_BYTES ((size_t)1 << 26) /* of a statement */

struct result_column {
  duckdb_logical_type type; /* owned */
  char *type_name;          /* owned */
};

struct ft_result {
  struct ft_engine *engine; /* borrowed */
  duckdb_result result;
  bool open;               /* `result` is to be destroyed */
  duckdb_data_chunk chunk; /* in hand; owned */
  struct ft_place place;
  enum ft_result_kind kind;
  uint64_t changed; /* rows */
  size_t columns;
  struct result_column *column; /* owned */
  char tag[48];
};

/* A statement's text, NUL-terminated as DuckDB wants it. */
static enum ft_status copy_text(char **out, struct ft_span text, struct ft_error *err) {
  const char *nul = text.size ? memchr(text.data, 0, text.size) : NULL;
  if (nul) {
    ft_fail(err, FT_SYNTAX, "the statement has a zero byte in it");
    return ft_fail_at(err, (size_t)(nul - text.data) + 1);
  }
  if (text.size > TEXT_MAX_BYTES) {
    return ft_fail(err, FT_LIMIT, "the statement is longer than %zu bytes", TEXT_MAX_BYTES);
  }
  *out = malloc(text.size + 1);
  if (!*out) return ft_fail(err, FT_NOMEM, "out of memory for the statement");
  if (text.size) memcpy(*out, text.data, text.size);
  (*out)[text.size] = 0;
  return FT_OK;
}

/* The next word of a statement in capitals, past white space and comments; "" at its end or at a
 * mark. */
static void next_word(struct ft_span *text, char *word, size_t size) {
  const char *at = text->data, *end = at + text->size;
  while (at < end) {
    if (isspace((unsigned char)*at)) {
      at++;
    } else if (end - at >= 2 && at[0] == '-' && at[1] == '-') {
      while (at < end && *at != '\n')
        at++;
    } else if (end - at >= 2 && at[0] == '/' && at[1] == '*') {
      const char *close = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);
      at = close ? close + 2 : end;
    } else {
      break;
    }
  }
  size_t length = 0;
  for (; at < end && (isalnum((unsigned char)*at) || *at == '_'); at++) {
    if (length + 1 < size) word[length++] = (char)toupper((unsigned char)*at);
  }
  word[length] = 0;
  *text = (struct ft_span){ at, (size_t)(end - at) };
}

static bool is_one_of(const char *word, const char *const *list) {
  for (; *list; list++) {
    if (strcmp(word, *list) == 0) return true;
  }
  return false;
}

static const char *const opening[] = { "BEGIN", "START", NULL };
static const char *const closing[] = { "COMMIT", "END", "ROLLBACK", "ABORT", NULL };

bool ft_engine_begins(struct ft_span text) {
  char word[16];
  next_word(&text, word, sizeof word);
  return is_one_of(word, opening);
}

bool ft_engine_commits(struct ft_span text) {
  static const char *const committing[] = { "COMMIT", "END", NULL };
  char word[16];
  next_word(&text, word, sizeof word);
  return is_one_of(word, committing);
}

void ft_engine_follow(struct ft_engine *engine, struct ft_span text, bool succeeded) {
  char word[16];
  next_word(&text, word, sizeof word);
  if (succeeded && is_one_of(word, opening)) engine->in_transaction = true;
  /* A COMMIT that fails has rolled back. */
  if (is_one_of(word, closing)) engine->in_transaction = false;
}

/* "CREATE TABLE" of "create or replace temp table …". */
static void set_tag(struct ft_result *result, struct ft_span text) {
  static const char *const two_words[] = { "CREATE", "DROP", "ALTER", NULL };
  static const char *const between[] = { "OR",     "REPLACE",    "TEMP",      "TEMPORARY",
                                         "UNIQUE", "PERSISTENT", "RECURSIVE", NULL };
  char word[24];
  next_word(&text, word, sizeof word);
  size_t used = (size_t)snprintf(result->tag, sizeof result->tag, "%s", word);
  if (!is_one_of(word, two_words)) return;
  do {
    next_word(&text, word, sizeof word);
  } while (is_one_of(word, between));
  if (word[0]) snprintf(result->tag + used, sizeof result->tag - used, " %s", word);
}

static long since_ns(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000000000L + (now.tv_nsec - start->tv_nsec);
}

/* Work until the first rows (or the end) are there, looking up for an interrupt. */
static enum ft_status drive(struct ft_engine *engine, duckdb_pending_result pending,
                            const struct ft_place *place, struct ft_error *err) {
  struct timespec last;
  clock_gettime(CLOCK_MONOTONIC, &last);
  for (;;) {
    if (ft_engine_interrupted(engine)) duckdb_interrupt(engine->connection);
    duckdb_pending_state state = duckdb_pending_execute_task(pending);
    if (state == DUCKDB_PENDING_RESULT_READY) return FT_OK;
    if (state == DUCKDB_PENDING_ERROR) {
      return ft_duckdb_fail(err, engine, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending),
                            place);
    }
    if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) {
      nanosleep(&(struct timespec){ .tv_nsec = NAP_NS }, NULL);
    }
    if (engine->watch.tick && since_ns(&last) >= TICK_NS) {
      engine->watch.tick(engine->watch.self, ft_engine_fraction(engine));
      clock_gettime(CLOCK_MONOTONIC, &last);
    }
  }
}

/* Rows are made as they are fetched, or all at once before the statement's transaction ends. */
static enum ft_status run_pending(struct ft_result *result, duckdb_prepared_statement statement,
                                  bool streaming, struct ft_error *err) {
  struct ft_engine *engine = result->engine;
  duckdb_pending_result pending = NULL;
  enum ft_status status;
  duckdb_state state = streaming ? duckdb_pending_prepared_streaming(statement, &pending)
                                 : duckdb_pending_prepared(statement, &pending);
  if (state != DuckDBSuccess) {
    status = ft_duckdb_fail(err, engine, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending),
                            &result->place);
  } else {
    status = drive(engine, pending, &result->place, err);
  }
  if (status == FT_OK) {
    result->open = true;
    if (duckdb_execute_pending(pending, &result->result) != DuckDBSuccess) {
      status = ft_duckdb_fail(err, engine, duckdb_result_error_type(&result->result),
                              duckdb_result_error(&result->result), &result->place);
    }
  }
  duckdb_destroy_pending(&pending);
  return status;
}

static void drop_result(struct ft_result *result) {
  if (result->chunk) duckdb_destroy_data_chunk(&result->chunk);
  if (result->open) duckdb_destroy_result(&result->result);
  result->open = false;
}

/* A statement with what goes with it. */
static enum ft_status run_guarded(struct ft_result *result, duckdb_prepared_statement statement,
                                  struct ft_span text, struct ft_error *err) {
  struct ft_engine *engine = result->engine;
  struct ft_guard guard;
  engine->running = duckdb_prepared_statement_type(statement);
  FT_TRY(ft_guard_begin(&guard, engine, engine->running, text, err));
  mode_t mask = umask(engine->file.mask);
  if (guard.exports) umask(mask);
  enum ft_status status =
      guard.skips ? FT_OK : run_pending(result, statement, !guard.brackets, err);
  status = ft_guard_end(&guard, engine, text, status, err);
  umask(mask);
  return status;
}

/* Statement `index` of those that the text makes (a PRAGMA may make several). */
static enum ft_status run_one(struct ft_result *result, duckdb_extracted_statements statements,
                              idx_t index, struct ft_span text, struct ft_error *err) {
  struct ft_engine *engine = result->engine;
  duckdb_prepared_statement statement = NULL;
  enum ft_status status;
  if (duckdb_prepare_extracted_statement(engine->connection, statements, index, &statement) !=
      DuckDBSuccess) {
    status = ft_duckdb_fail(err, engine, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement),
                            &result->place);
  } else if (duckdb_nparams(statement) > 0) {
    status = ft_fail(err, FT_INVALID, "the statement has parameters without values");
    ft_fail_hint(err, "Use PREPARE and EXECUTE.");
  } else {
    status = run_guarded(result, statement, text, err);
  }
  duckdb_destroy_prepare(&statement);
  return status;
}

static enum ft_status run_all(struct ft_result *result, const char *copy, struct ft_span text,
                              struct ft_error *err) {
  duckdb_extracted_statements statements = NULL;
  idx_t count = duckdb_extract_statements(result->engine->connection, copy, &statements);
  enum ft_status status = FT_OK;
  const char *words = count ? NULL : duckdb_extract_statements_error(statements);
  if (words) {
    status = ft_duckdb_fail(err, result->engine, DUCKDB_ERROR_INVALID, words, &result->place);
  }
  for (idx_t i = 0; status == FT_OK && i < count; i++) {
    drop_result(result);
    status = run_one(result, statements, i, text, err);
  }
  duckdb_destroy_extracted(&statements);
  return status;
}

static enum ft_status describe_column(struct ft_result *result, size_t index,
                                      struct ft_error *err) {
  struct result_column *column = &result->column[index];
  struct ft_buffer name;
  ft_buffer_init(&name, 1 << 20);
  column->type = duckdb_column_logical_type(&result->result, index);
  ft_duckdb_type_name(&name, column->type);
  ft_buffer_u8(&name, 0);
  if (ft_buffer_check(&name, "a type's name", err) != FT_OK) {
    ft_buffer_release(&name);
    return FT_NOMEM;
  }
  column->type_name = (char *)name.data; /* moves ownership */
  return FT_OK;
}

/* DuckDB counts the rows of CREATE TABLE AS in a chunk of its own, where a CREATE has none. */
static void count_created(struct ft_result *result) {
  if (strcmp(result->tag, "CREATE TABLE") != 0) return;
  duckdb_data_chunk chunk = duckdb_fetch_chunk(result->result);
  duckdb_logical_type type = duckdb_column_logical_type(&result->result, 0);
  if (chunk && duckdb_data_chunk_get_size(chunk) == 1 &&
      duckdb_get_type_id(type) == DUCKDB_TYPE_BIGINT) {
    const int64_t *count = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    result->kind = FT_RESULT_CHANGED;
    result->changed = (uint64_t)*count;
  }
  duckdb_destroy_logical_type(&type);
  duckdb_destroy_data_chunk(&chunk);
}

static enum ft_status describe_result(struct ft_result *result, struct ft_error *err) {
  if (!result->open) return FT_OK; /* an empty text */
  duckdb_result_type type = duckdb_result_return_type(result->result);
  if (type == DUCKDB_RESULT_TYPE_NOTHING) count_created(result);
  if (type == DUCKDB_RESULT_TYPE_CHANGED_ROWS) {
    result->kind = FT_RESULT_CHANGED;
    result->changed = duckdb_rows_changed(&result->result);
  }
  if (type != DUCKDB_RESULT_TYPE_QUERY_RESULT) return FT_OK;
  result->kind = FT_RESULT_ROWS;
  size_t columns = duckdb_column_count(&result->result);
  result->column = calloc(columns ? columns : 1, sizeof *result->column);
  if (!result->column) return ft_fail(err, FT_NOMEM, "out of memory for the result");
  result->columns = columns;
  for (size_t i = 0; i < columns; i++)
    FT_TRY(describe_column(result, i, err));
  return FT_OK;
}

enum ft_status ft_engine_run_at(struct ft_result **out, struct ft_engine *engine,
                                struct ft_span text, const struct ft_place *place,
                                struct ft_error *err) {
  if (ft_engine_interrupted(engine)) return ft_fail(err, FT_CANCELLED, "cancelled");
  char *copy = NULL;
  FT_TRY(copy_text(&copy, text, err));
  struct ft_result *result = calloc(1, sizeof *result);
  enum ft_status status = result ? FT_OK : ft_fail(err, FT_NOMEM, "out of memory for the result");
  if (result) {
    *result = (struct ft_result){ .engine = engine, .place = *place };
    set_tag(result, text);
    if (ft_catalogue_is_named(copy)) ft_catalogue_look(engine);
    status = run_all(result, copy, text, err);
  }
  if (status == FT_OK) status = describe_result(result, err);
  free(copy);
  if (status != FT_OK) {
    ft_result_close(result);
    return status;
  }
  *out = result;
  return FT_OK;
}

enum ft_status ft_engine_run(struct ft_result **out, struct ft_engine *engine, struct ft_span text,
                             struct ft_error *err) {
  struct ft_place place = FT_PLACE_WHOLE(text);
  return ft_engine_run_at(out, engine, text, &place, err);
}

enum ft_status ft_engine_execute(struct ft_engine *engine, const char *text, struct ft_error *err) {
  struct ft_result *result = NULL;
  FT_TRY(ft_engine_run(&result, engine, ft_span_of(text), err));
  size_t rows = 1;
  enum ft_status status = FT_OK;
  while (status == FT_OK && rows > 0 && result->kind == FT_RESULT_ROWS) {
    status = ft_result_next(result, &rows, err);
  }
  ft_result_close(result);
  return status;
}

enum ft_result_kind ft_result_kind(const struct ft_result *result) {
  return result->kind;
}

uint64_t ft_result_changed(const struct ft_result *result) {
  return result->changed;
}

const char *ft_result_tag(const struct ft_result *result) {
  return result->tag;
}

size_t ft_result_columns(const struct ft_result *result) {
  return result->columns;
}

const char *ft_result_name(const struct ft_result *result, size_t column) {
  duckdb_result named = result->result;
  return duckdb_column_name(&named, column);
}

const char *ft_result_type_name(const struct ft_result *result, size_t column) {
  return result->column[column].type_name;
}

enum ft_cell_kind ft_result_cell_kind(const struct ft_result *result, size_t column) {
  return ft_duckdb_cell_kind(duckdb_get_type_id(result->column[column].type));
}

enum ft_status ft_result_next(struct ft_result *result, size_t *rows, struct ft_error *err) {
  size_t count = 0;
  while (result->kind == FT_RESULT_ROWS && count == 0) {
    if (ft_engine_interrupted(result->engine)) return ft_fail(err, FT_CANCELLED, "cancelled");
    if (result->chunk) duckdb_destroy_data_chunk(&result->chunk);
    result->chunk = duckdb_fetch_chunk(result->result);
    if (!result->chunk) break;
    count = duckdb_data_chunk_get_size(result->chunk);
  }
  const char *words = count ? NULL : duckdb_result_error(&result->result);
  if (words && words[0]) {
    return ft_duckdb_fail(err, result->engine, duckdb_result_error_type(&result->result), words,
                          &result->place);
  }
  *rows = count;
  return FT_OK;
}

duckdb_data_chunk ft_result_chunk(const struct ft_result *result) {
  return result->chunk;
}

bool ft_result_is_null(const struct ft_result *result, size_t column, size_t row) {
  return !ft_cell_has(duckdb_data_chunk_get_vector(result->chunk, column), row);
}

void ft_result_print_text(struct ft_buffer *out, struct ft_result *result, size_t column,
                          size_t row) {
  ft_cell_text(out, duckdb_data_chunk_get_vector(result->chunk, column),
               result->column[column].type, row);
}

void ft_result_print_json(struct ft_buffer *out, struct ft_result *result, size_t column,
                          size_t row) {
  ft_cell_json(out, duckdb_data_chunk_get_vector(result->chunk, column),
               result->column[column].type, row);
}

void ft_result_close(struct ft_result *result) {
  if (!result) return;
  drop_result(result);
  for (size_t i = 0; i < result->columns; i++) {
    if (result->column[i].type) duckdb_destroy_logical_type(&result->column[i].type);
    free(result->column[i].type_name);
  }
  free(result->column);
  free(result);
}
