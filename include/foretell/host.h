/* What runs SQL and keeps models: a table of functions that a host implements.
 *
 * core/command is written once against it; the DuckDB host and the PostgreSQL host differ nowhere
 * else. `self` is the host's own.
 *
 * Transactions  When the user is inside a transaction of their own, begin/commit/rollback of a
 *               command are not called: the work joins it. Otherwise a command brackets its writes
 *               in begin … commit, and rolls back on failure, so a model and its functions appear
 *               together or not at all.
 * Errors        A host translates its engine's errors at its edge: status, message, position.
 * Threads       one session, one thread; `cancelled` may be asked from that thread at any time. */
#ifndef FORETELL_HOST_H
#define FORETELL_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/job.h"
#include "foretell/remote.h"
#include "foretell/type.h"

/* Takes batches; called by ft_host.stream. A failure stops the stream and is passed up. */
struct ft_sink {
  void *self;
  enum ft_status (*take)(void *self, const struct ft_batch *batch, struct ft_error *err);
  int64_t
      deadline_ms; /* CLOCK_MONOTONIC: the query is stopped then, with FT_CANCELLED, even when it
                        * gives no row; 0: never */
  /* 1 + index of a column whose values are wanted as the host's own text, too, in one more column of
   * each batch, the last; 0: none. */
  size_t text_of;
};

enum ft_model_state { FT_MODEL_READY = 0, FT_MODEL_TRAINING, FT_MODEL_FAILED };

/* A model in the catalogue: its current version. Texts are owned by the arena that `get` was given. */
struct ft_plan;

struct ft_model_record {
  const char *schema;
  const char *name;
  const char *owner;
  const char *function;     /* empty: none */
  const char *statement;    /* the CREATE MODEL text */
  const char *manifest;     /* JSON, as in the artifact; empty when FAILED */
  const char *model_sha256; /* hexadecimal; empty when FAILED */
  const char *reason;       /* FAILED: why; also the reason of a failed attempt to replace a
                                 * READY version; else empty */
  enum ft_model_state state;
  uint32_t version;   /* 1, 2, … */
  int64_t created_us; /* microseconds since 1970-01-01 UTC */
  uint64_t artifact_bytes;
  /* For put and make_functions: the artifact's plan, open and replayed. A host that keeps plans takes it
   * and leaves NULL there; NULL: none is open. */
  struct ft_plan **plan;
  /* For put and make_functions, of a model that is served elsewhere: there is no artifact, the
   * manifest is this description and model_sha256 its hash. NULL otherwise, and from get and list. */
  const struct ft_remote *remote;
};

/* What the user wants of a training that goes on. */
enum ft_wish {
  FT_WISH_NONE = 0,  /* that it goes on */
  FT_WISH_UNDECIDED, /* the user is being asked; it goes on meanwhile */
  FT_WISH_KEEP,      /* the best model so far */
  FT_WISH_DISCARD    /* nothing */
};

struct ft_host {
  void *self;
  const char *name; /* "duckdb", "postgresql" */

  /* The columns of a query, without running it. A column of a type that cannot be carried has type
   * FT_TYPE_NONE; type_name (if not NULL) gets the engine's own names of the types.
   * `position` is where the query's text starts in the statement, so that errors point into it. */
  enum ft_status (*describe)(void *self, struct ft_arena *arena, struct ft_span query,
                             size_t position, struct ft_field **field,
                             const char *const **type_name, size_t *fields, struct ft_error *err);
  /* Run a query and hand its rows to the sink, each column in the carried form of `field`. */
  enum ft_status (*stream)(void *self, struct ft_span query, const struct ft_field *field,
                           size_t fields, const struct ft_sink *sink, struct ft_error *err);
  /* A table's name as a query over it, checked to exist. */
  enum ft_status (*table_query)(void *self, struct ft_arena *arena, struct ft_span schema,
                                struct ft_span table, size_t position, const char **query,
                                struct ft_error *err);

  /* Schema to use for an unqualified name; checks that a named one exists. */
  enum ft_status (*resolve_schema)(void *self, struct ft_arena *arena, struct ft_span schema,
                                   size_t position, const char **out, struct ft_error *err);

  /* Append a file's bytes to `out`, whose maximum is the most that it may have. The file is read with
   * the rights of the user: what they may not read, no statement of ours reads for them.
   * FT_PRIVILEGE, FT_IO, FT_LIMIT. */
  enum ft_status (*read_file)(void *self, struct ft_buffer *out, const char *path,
                              struct ft_error *err);

  bool (*in_transaction)(void *self);
  enum ft_status (*begin)(void *self, struct ft_error *err);
  enum ft_status (*commit)(void *self, struct ft_error *err);
  enum ft_status (*rollback)(void *self, struct ft_error *err);

  /* Catalogue. `get` gives FT_UNDEFINED_OBJECT when there is none. `list` gives all, ordered by
   * schema and name. `artifact` reads the bytes of the current READY version. */
  enum ft_status (*get)(void *self, struct ft_arena *arena, const char *schema, const char *name,
                        struct ft_model_record *out, struct ft_error *err);
  enum ft_status (*list)(void *self, struct ft_arena *arena, struct ft_model_record **out,
                         size_t *count, struct ft_error *err);
  enum ft_status (*artifact)(void *self, struct ft_buffer *out, const char *schema,
                             const char *name, struct ft_error *err);
  /* A new version of the record's model; READY with artifact and functions, or FAILED with a reason.
   * A failed attempt to replace a READY version leaves that version in place. */
  enum ft_status (*put)(void *self, const struct ft_model_record *record, struct ft_span artifact,
                        struct ft_error *err);
  enum ft_status (*drop)(void *self, const char *schema, const char *name, struct ft_error *err);

  /* Is the function's name free, or this model's own? FT_DUPLICATE_FUNCTION when not. Also for the
   * names that come with it (<f>_prob, <f>_probabilities). */
  enum ft_status (*check_function)(void *self, const char *schema, const char *function,
                                   const char *model, struct ft_error *err);
  /* May that model be replaced by one of these columns? Asked before rows are read. FT_PRIVILEGE, and
   * FT_DEPENDENT, which names what uses its functions. NULL: always. */
  enum ft_status (*check_replace)(void *self, const struct ft_model_record *old,
                                  const char *function, const struct ft_field *field, size_t fields,
                                  size_t target, struct ft_error *err);
  /* Make the functions of a READY model: <function>, its row form, and for a classifier
   * <function>_prob and <function>_probabilities. `type_name` are the engine's names from describe
   * for features then target, so the class function returns the target's own type. */
  enum ft_status (*make_functions)(void *self, const struct ft_model_record *record,
                                   struct ft_span artifact, const char *target_type,
                                   struct ft_error *err);
  /* Drop the functions of a model. */
  enum ft_status (*drop_functions)(void *self, const struct ft_model_record *record,
                                   struct ft_error *err);

  /* May models be written at all? Asked before a training starts, so that nobody waits for a model
   * that cannot be stored. FT_READ_ONLY when not. NULL: always. */
  enum ft_status (*check_writable)(void *self, struct ft_error *err);

  /* Words to the user. */
  void (*notice)(void *self, const char *text);
  void (*progress)(void *self, const struct ft_progress *progress); /* NULL progress: done */
  bool (*cancelled)(void *self);
  /* Asked many times a second once a training has something to keep, before `cancelled`: whoever can
   * ask the user takes Ctrl-C for the question what to do. Never waits. NULL: nobody is asked. */
  enum ft_wish (*wish)(void *self, const struct ft_progress *best);

  const char *(*user)(void *self);
  const char *(*database)(void *self); /* the session's, which may stand before a schema */
  /* Path of the trainer program, found by whoever started the host. */
  const char *trainer_path;
  uint64_t trainer_memory_bytes;       /* RLIMIT_DATA of the trainer; 0: none */
  const char *trainer_memory_setting;  /* what users call it; NULL: they cannot set it */
  uint32_t trainer_threads;            /* 0: as many as there are CPUs */
  struct ft_remote_rules remote_rules; /* of endpoints and of S3 */
  const char *artifacts; /* folder or s3:// prefix below which jobs' models are; NULL, "": none */
};

#endif
