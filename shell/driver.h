/* What runs the shell's SQL: the embedded engine, or a server at the other end of a connection.
 *
 * Shapes   a driver is a table of functions and its own `self`; an answer is a cursor over chunks of
 *          rows, as engine.h says of its results.
 * Ours     statements about models run in this process for the embedded engine (`ours` is NULL), and
 *          on the server for a server.
 * Threads  one. */
#ifndef FORETELL_SHELL_DRIVER_H
#define FORETELL_SHELL_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/command.h"
#include "foretell/error.h"
#include "foretell/span.h"
#include "hosts/duckdb/engine.h"

struct ft_driver_calls {
  enum ft_status (*run)(void **answer, void *self, struct ft_span text, struct ft_error *err);
  /* One of our statements, as ft_command_run; NULL: core/command runs it here. */
  enum ft_status (*ours)(struct ft_grid *grid, const char **tag, struct ft_arena *arena, void *self,
                         struct ft_span text, struct ft_error *err);
  void (*arm)(void *self); /* before each statement */
  enum ft_status (*names)(void *self, enum ft_engine_list list, struct ft_arena *arena,
                          const char *const **name, size_t *names, struct ft_error *err);
  void (*introduce)(void *self, struct ft_buffer *out); /* "DuckDB v1.5.6, database shop.duckdb" */
  void (*close)(void *self);
  /* of an answer */
  enum ft_result_kind (*kind)(const void *answer);
  uint64_t (*changed)(const void *answer);
  const char *(*tag)(const void *answer);
  size_t (*columns)(const void *answer);
  const char *(*name)(const void *answer, size_t column);
  enum ft_cell_kind (*cell_kind)(const void *answer, size_t column);
  enum ft_status (*next)(void *answer, size_t *rows, struct ft_error *err);
  bool (*is_null)(const void *answer, size_t column, size_t row);
  void (*print_text)(struct ft_buffer *out, void *answer, size_t column, size_t row);
  void (*print_json)(struct ft_buffer *out, void *answer, size_t column, size_t row);
  void (*close_answer)(void *answer); /* NULL is allowed */
  /* SQL of .tables and .schema; %s is a table's name as a string's inside */
  const char *tables;
  const char *all_columns;
  const char *table_columns;
  /* SQL that finds the models which a call may have meant, the likeliest first. Its columns are
   * texts: kind ("function", "model": called by the model's own name, "hidden": its schema is missing,
   * "number": the probability of a regression, "failed": any FAILED one), model, the function's name as SQL writes it, the function's arguments
   * or the statement of a FAILED model, its reason, the number of arguments, and what follows them in
   * a hint ("row": it takes a row alone). %s: the call's schema or nothing, and its name, as insides
   * of strings. */
  const char *called;
  bool (*can_ask)(
      void *self); /* such a question now: not in an aborted transaction; NULL: always */
};

struct ft_driver {
  const struct ft_driver_calls *calls;
  void *self;
};

/* What a statement gave back, by whichever driver. */
struct ft_answer {
  const struct ft_driver_calls *calls;
  void *self;
};

static inline enum ft_result_kind ft_answer_kind(const struct ft_answer *answer) {
  return answer->calls->kind(answer->self);
}
static inline uint64_t ft_answer_changed(const struct ft_answer *answer) {
  return answer->calls->changed(answer->self);
}
static inline const char *ft_answer_tag(const struct ft_answer *answer) {
  return answer->calls->tag(answer->self);
}
static inline size_t ft_answer_columns(const struct ft_answer *answer) {
  return answer->calls->columns(answer->self);
}
static inline const char *ft_answer_name(const struct ft_answer *answer, size_t column) {
  return answer->calls->name(answer->self, column);
}
static inline enum ft_cell_kind ft_answer_cell_kind(const struct ft_answer *answer, size_t column) {
  return answer->calls->cell_kind(answer->self, column);
}
static inline enum ft_status ft_answer_next(struct ft_answer *answer, size_t *rows,
                                            struct ft_error *err) {
  return answer->calls->next(answer->self, rows, err);
}
static inline bool ft_answer_is_null(const struct ft_answer *answer, size_t column, size_t row) {
  return answer->calls->is_null(answer->self, column, row);
}
static inline void ft_answer_print_text(struct ft_buffer *out, struct ft_answer *answer,
                                        size_t column, size_t row) {
  answer->calls->print_text(out, answer->self, column, row);
}
static inline void ft_answer_print_json(struct ft_buffer *out, struct ft_answer *answer,
                                        size_t column, size_t row) {
  answer->calls->print_json(out, answer->self, column, row);
}

/* An open engine as a driver; closing the driver closes it. */
struct ft_driver ft_driver_embedded(struct ft_engine *engine);

/* Does the name of a database mean a server? */
bool ft_driver_is_server(const char *database);

struct ft_server_options {
  const char *url;              /* postgresql://… */
  bool read_only;               /* of the session's transactions */
  uint32_t threads;             /* of training; 0: the server's setting */
  struct ft_engine_watch watch; /* who hears notices, progress and ticks */
};

/* Connect.
 * Errors: FT_IO  no connection; FT_UNSUPPORTED  built without libpq */
enum ft_status ft_driver_server(struct ft_driver *out, const struct ft_server_options *options,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
