/* What the files of this folder share: the open database, and short ways to ask it.
 *
 * Threads  `connection` belongs to the session's thread; `loader` to who holds `loading`, since
 *          functions fetch their models from DuckDB's own threads while a query runs. */
#ifndef FORETELL_HOSTS_DUCKDB_SESSION_H
#define FORETELL_HOSTS_DUCKDB_SESSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "hosts/duckdb/duckdb_api.h"
#include "hosts/duckdb/engine.h"
#include "hosts/duckdb/file.h"
#include "hosts/duckdb/spill.h"

struct ft_function; /* function.h */

/* The query that was described last: `stream` is told its text, not where it stands. */
struct ft_described {
  struct ft_span query; /* compared, never read */
  size_t position;
};

struct ft_engine {
  duckdb_database database;
  duckdb_connection connection; /* the user's */
  duckdb_connection loader;     /* reads artifacts while a query of the user's runs */
  pthread_mutex_t loading;      /* over loader, function[…].plan and failure */
  struct ft_function *function; /* internal functions of this database; owned list */
  struct ft_error failure;      /* the last failure inside a function, in our own words */
  struct ft_engine_watch watch;
  atomic_bool interrupted;
  bool in_transaction; /* of the user's own, or of a command of ours */
  bool read_only;
  struct ft_file file;
  struct ft_described described;
  struct ft_spill spill;         /* where rows go that do not fit into memory */
  duckdb_statement_type running; /* of the user's; INVALID: none */
  char *found;        /* owned; what opening the database found amiss, until it is told; or NULL */
  bool has_catalogue; /* foretell.model was there when last looked for */
  char user[64];      /* who made a model: the name at the operating system */
  char *path;         /* owned; NULL: in memory */
  char *catalogue;    /* owned; the database's name, as SQL quotes it: "\"shop\"" */
  char *catalogue_name; /* owned; as it is: "shop" */
};

/* Where a text that the engine parses stands within the statement that the user wrote. */
struct ft_place {
  size_t prefix;       /* bytes that we put in front of the user's text */
  struct ft_span text; /* the user's */
  size_t position;     /* 1-based, of the user's text within the statement; 0: it is not in it */
};
#define FT_PLACE_WHOLE(whole) ((struct ft_place){ 0, (whole), 1 })
#define FT_PLACE_NONE         ((struct ft_place){ 0, { NULL, 0 }, 0 })

/* Translate DuckDB's words; see failure.c. `type` may be DUCKDB_ERROR_INVALID: it is then taken
 * from the words. Returns the status. */
enum ft_status ft_duckdb_fail(struct ft_error *err, const struct ft_engine *engine,
                              duckdb_error_type type, const char *words,
                              const struct ft_place *place);
/* The same for a database that did not open. */
enum ft_status ft_duckdb_fail_open(struct ft_error *err, const char *words, const char *path);

/* A parameter of one of our own statements; data NULL is SQL's NULL. */
enum ft_bind_kind { FT_BIND_TEXT = 0, FT_BIND_INTEGER, FT_BIND_BLOB };
struct ft_bind {
  enum ft_bind_kind kind;
  struct ft_span bytes;
  int64_t integer;
};
#define FT_BIND(text) ((struct ft_bind){ .bytes = ft_span_of(text) })
#define FT_BIND_NUMBER(number) \
  ((struct ft_bind){ .kind = FT_BIND_INTEGER, .integer = (int64_t)(number) })

/* Rows of one of our own statements, chunk by chunk. */
struct ft_rows {
  duckdb_result result;
  duckdb_data_chunk chunk; /* in hand; owned */
  size_t count;            /* rows of it */
  bool open;
};

/* Run one statement of ours with parameters $1 … on a connection. On success `rows` (when not
 * NULL) must be closed. */
enum ft_status ft_rows_open(struct ft_rows *rows, struct ft_engine *engine,
                            duckdb_connection connection, const char *text,
                            const struct ft_bind *bind, size_t binds,
                            struct ft_error *err) FT_MUST_CHECK;
bool ft_rows_next(struct ft_rows *rows); /* the next chunk; false at the end */
void ft_rows_close(struct ft_rows *rows);
bool ft_rows_has(const struct ft_rows *rows, size_t column, size_t row);
struct ft_span ft_rows_text(const struct ft_rows *rows, size_t column, size_t row); /* borrowed */
int64_t ft_rows_integer(const struct ft_rows *rows, size_t column, size_t row); /* of a BIGINT */

/* The same for a statement whose rows do not matter. */
enum ft_status ft_engine_tell(struct ft_engine *engine, const char *text,
                              const struct ft_bind *bind, size_t binds,
                              struct ft_error *err) FT_MUST_CHECK;

/* A string as it stands in a vector; borrowed. */
struct ft_span ft_duckdb_text(const duckdb_string_t *string);

/* BEGIN TRANSACTION, COMMIT or ROLLBACK of ours; the session takes note of it. */
enum ft_status ft_engine_transact(struct ft_engine *engine, const char *text,
                                  struct ft_error *err) FT_MUST_CHECK;

/* Text as SQL writes a name ("a""b") or a string ('it''s'), in the arena or a buffer. */
void ft_sql_name(struct ft_buffer *out, struct ft_span name);
void ft_sql_string(struct ft_buffer *out, struct ft_span text);

/* ft_engine_run for a text that holds the user's query somewhere, and the chunk in hand. */
enum ft_status ft_engine_run_at(struct ft_result **out, struct ft_engine *engine,
                                struct ft_span text, const struct ft_place *place,
                                struct ft_error *err) FT_MUST_CHECK;
duckdb_data_chunk ft_result_chunk(const struct ft_result *result);

/* Is it BEGIN or START TRANSACTION; COMMIT or END? */
bool ft_engine_begins(struct ft_span text);
bool ft_engine_commits(struct ft_span text);
/* Take note of what a statement did to the user's transaction. */
void ft_engine_follow(struct ft_engine *engine, struct ft_span text, bool succeeded);

#endif
