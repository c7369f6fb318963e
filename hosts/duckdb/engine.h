/* The embedded warehouse: a DuckDB database, one session on it, and the host for our statements.
 *
 * Shapes   One engine is one open database (a file or memory) with one session. A statement's text
 *          reaches DuckDB unchanged; its result is a cursor over chunks of rows.
 * Life     An engine runs one statement at a time; a result must be closed before the next one.
 * Errors   DuckDB's own, translated: status, message without its prefix, the candidates that it
 *          names as the hint, position as a 1-based byte offset into the statement.
 * Threads  one thread, but for ft_engine_interrupt and ft_engine_fraction, which any thread may
 *          call at any time between open and close, the former a signal handler too.
 * Source   docs/duckdb.md */
#ifndef FORETELL_HOSTS_DUCKDB_ENGINE_H
#define FORETELL_HOSTS_DUCKDB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/span.h"

struct ft_engine;
struct ft_result;

struct ft_engine_options {
  const char *path;      /* a database file, made when it is not there; NULL: in memory */
  bool read_only;        /* the file is only read, and may be open elsewhere for reading */
  uint32_t threads;      /* 0: as many as there are CPUs */
  uint64_t memory_bytes; /* DuckDB's memory_limit; 0: 40 % of the machine's */
};
#define FT_ENGINE_DEFAULTS ((struct ft_engine_options){ .path = NULL })

/* Open a database. The functions of the models in it are ready when it returns.
 *
 * Errors: FT_IN_USE       another program holds the file (hint: open it read-only)
 *         FT_CORRUPT      not a DuckDB file, or a damaged one
 *         FT_UNSUPPORTED  written by a newer DuckDB; or the library is not the pinned version
 *         FT_IO           no such folder, no permission; FT_NOMEM
 * On failure `out` is untouched. */
enum ft_status ft_engine_open(struct ft_engine **out, const struct ft_engine_options *options,
                              struct ft_error *err) FT_MUST_CHECK;
void ft_engine_close(struct ft_engine *engine); /* NULL is allowed */

const char *ft_engine_path(const struct ft_engine *engine); /* NULL: in memory */
const char *ft_engine_library_version(void);                /* "v1.5.6" */

/* Who wants to hear while statements run. Every function may be NULL; all are called from the
 * thread that runs the statement. */
struct ft_engine_watch {
  void *self;
  void (*notice)(void *self, const char *text);                     /* our statements */
  void (*progress)(void *self, const struct ft_progress *progress); /* NULL progress: done */
  void (*tick)(void *self, double fraction); /* about every 50 ms of a query; negative: unknown */
  enum ft_wish (*wish)(void *self, const struct ft_progress *best); /* as of ft_host */
};
void ft_engine_set_watch(struct ft_engine *engine, const struct ft_engine_watch *watch);

/* Fill in the host that core/command works against, after ft_engine_set_watch. `out` is valid until the engine is closed; the
 * caller then sets trainer_path, trainer_memory_bytes and trainer_threads. */
void ft_duckdb_host(struct ft_host *out, struct ft_engine *engine);

/* Run one statement (without its semicolon or with it). Rows are made as they are fetched.
 *
 * Errors: DuckDB's; FT_CANCELLED after ft_engine_interrupt; FT_NOMEM
 * On failure `out` is untouched. */
enum ft_status ft_engine_run(struct ft_result **out, struct ft_engine *engine, struct ft_span text,
                             struct ft_error *err) FT_MUST_CHECK;
/* Run statements for their effect; what they return is thrown away. */
enum ft_status ft_engine_execute(struct ft_engine *engine, const char *text,
                                 struct ft_error *err) FT_MUST_CHECK;

/* Stop what runs, and what starts before the next ft_engine_arm: the statement fails with
 * FT_CANCELLED. For a signal handler. */
void ft_engine_interrupt(struct ft_engine *engine);
/* Forget an earlier interrupt. The shell calls it before each statement, ours or DuckDB's. */
void ft_engine_arm(struct ft_engine *engine);
bool ft_engine_interrupted(const struct ft_engine *engine);

/* How far the running query is, 0 … 1; negative when unknown. */
double ft_engine_fraction(struct ft_engine *engine);

/* Between BEGIN and COMMIT or ROLLBACK of the user's own? */
bool ft_engine_in_transaction(const struct ft_engine *engine);

/* What a statement gives back. */
enum ft_result_kind {
  FT_RESULT_NOTHING = 0, /* CREATE, SET, BEGIN … */
  FT_RESULT_ROWS,        /* SELECT, SHOW, DESCRIBE, EXPLAIN, … RETURNING */
  FT_RESULT_CHANGED      /* INSERT, UPDATE, DELETE, COPY, CREATE TABLE AS: a number of rows */
};

/* How a cell prints apart from plain text: JSON without quotes, right aligned. */
enum ft_cell_kind { FT_CELL_TEXT = 0, FT_CELL_NUMBER, FT_CELL_BOOL, FT_CELL_NESTED };

enum ft_result_kind ft_result_kind(const struct ft_result *result);
uint64_t ft_result_changed(const struct ft_result *result); /* of FT_RESULT_CHANGED */
/* The statement's first words as a client prints them: "CREATE TABLE", "INSERT", "BEGIN". */
const char *ft_result_tag(const struct ft_result *result);

size_t ft_result_columns(const struct ft_result *result); /* 0 unless FT_RESULT_ROWS */
const char *ft_result_name(const struct ft_result *result, size_t column);
const char *ft_result_type_name(const struct ft_result *result, size_t column); /* DuckDB's */
enum ft_cell_kind ft_result_cell_kind(const struct ft_result *result, size_t column);

/* Fetch the next rows (up to 2048); *rows is 0 at the end. The rows before are gone then.
 * Errors: as ft_engine_run */
enum ft_status ft_result_next(struct ft_result *result, size_t *rows,
                              struct ft_error *err) FT_MUST_CHECK;

bool ft_result_is_null(const struct ft_result *result, size_t column, size_t row);
/* Append a cell of the rows in hand as DuckDB prints it (UTF-8; nothing for NULL), or as a JSON
 * value (null, numbers, true, strings, lists, objects; what JSON has no number for as a string). */
void ft_result_print_text(struct ft_buffer *out, struct ft_result *result, size_t column,
                          size_t row);
void ft_result_print_json(struct ft_buffer *out, struct ft_result *result, size_t column,
                          size_t row);

void ft_result_close(struct ft_result *result); /* NULL is allowed; stops a query half fetched */

/* Names that complete a word, in the arena, sorted, each once. */
enum ft_engine_list {
  FT_LIST_TABLES = 0, /* and views */
  FT_LIST_COLUMNS,
  FT_LIST_FUNCTIONS, /* and macros, ours too; not the internal ones */
  FT_LIST_SCHEMAS,
  FT_LIST_MODELS,
  FT_LIST_KEYWORDS,
  FT_LIST_TYPES,
  FT_LIST_SETTINGS,
  FT_LIST_MEMBERS /* what stands behind a point: "table<tab>column", "schema<tab>table or function" */
};
enum ft_status ft_engine_names(struct ft_engine *engine, enum ft_engine_list list,
                               struct ft_arena *arena, const char *const **name, size_t *names,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
