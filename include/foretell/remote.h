/* Models that are served elsewhere: what is known of one, and calling it.
 *
 * Shapes   CSV: one row a line, the fields in order; the answer has one value a line. JSON (Redshift's
 *          SUPER form): one JSON value in and one out; one a request, or one a line.
 * NULLs    an empty field, and an empty line of the answer; in the JSON form null.
 * Numbers  doubles are written so that they read back as the same bits.
 * Limits   rows and bytes a request, requests in flight, time, attempts: struct ft_remote_rules.
 * Secrets  AWS credentials come from the environment and AWS's own files, go into the signature, and
 *          nowhere else: no message, log or description holds them.
 * Threads  a caller belongs to one thread; connections are shared by all callers of the process, one
 *          after another.
 * Source   SageMaker Runtime API: InvokeEndpoint; docs/remote.md */
#ifndef FORETELL_REMOTE_H
#define FORETELL_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/type.h"

#define FT_REMOTE_MAX_FIELDS 1600

struct ft_remote {
  const char *endpoint; /* a SageMaker endpoint's name, or an http(s) URL */
  const char *model;    /* of a multi-model endpoint; "": none */
  bool json;            /* one JSON text in (an FT_TEXT field) and one out */
  uint32_t fields;
  const enum ft_type *field; /* `fields` */
  enum ft_type returns;
  uint32_t max_batch_rows; /* 1 … INT32_MAX */
};

/* The description as JSON text, the same for the same model; it is what the catalogue keeps. */
enum ft_status ft_remote_write(struct ft_buffer *out, const struct ft_remote *remote,
                               struct ft_error *err) FT_MUST_CHECK;

/* Read a description; texts and types live in the arena.
 * Errors: FT_CORRUPT, FT_NOMEM */
enum ft_status ft_remote_read(struct ft_remote *out, struct ft_arena *arena, struct ft_span json,
                              struct ft_error *err) FT_MUST_CHECK;

/* Is this the manifest of a remote model? Cheap. */
bool ft_remote_is(struct ft_span manifest);

struct ft_remote_rules {
  const char *allowed;  /* hosts that may be called: "*", "host", "host:port", "*.domain", separated
                         * by commas or blanks; "": none */
  uint32_t connect_ms;  /* for a connection */
  uint32_t timeout_ms;  /* for one attempt */
  uint32_t attempts;    /* at least 1 */
  uint32_t backoff_ms;  /* before the second attempt; doubled for each further one; with jitter */
  uint32_t in_flight;   /* requests at once; 1 … FT_REMOTE_MAX_IN_FLIGHT */
  size_t request_bytes; /* of one request's body */
};
#define FT_REMOTE_MAX_IN_FLIGHT 16
#define FT_REMOTE_RULES_DEFAULTS                  \
  ((struct ft_remote_rules){ .allowed = "",       \
                             .connect_ms = 10000, \
                             .timeout_ms = 60000, \
                             .attempts = 4,       \
                             .backoff_ms = 200,   \
                             .in_flight = 4,      \
                             .request_bytes = 5000000 })

/* The defaults, changed by FORETELL_REMOTE_TIMEOUT (seconds) and FORETELL_REMOTE_ATTEMPTS. `allowed` NULL:
 * FORETELL_ALLOWED_ENDPOINTS, else all; it lives as long as the environment. */
struct ft_remote_rules ft_remote_rules_of_environment(const char *allowed);

/* May it be called, and is its endpoint one at all? No connection is made.
 * Errors: FT_INVALID, FT_PRIVILEGE (not allowed) */
enum ft_status ft_remote_check(const struct ft_remote *remote, const struct ft_remote_rules *rules,
                               struct ft_error *err) FT_MUST_CHECK;

/* One value of an answer. Booleans, integers and floats are read; the others are texts for the host
 * to read (a number's form is checked). */
struct ft_remote_value {
  bool null;
  int64_t integer;     /* FT_BOOL, FT_INT16, FT_INT32, FT_INT64 */
  double real;         /* FT_FLOAT32, FT_FLOAT64 */
  struct ft_span text; /* as the server wrote it; borrowed */
};

/* Where values go, in any order of rows, each row once. */
struct ft_remote_output {
  void *self;
  enum ft_status (*put)(void *self, size_t row, const struct ft_remote_value *value,
                        struct ft_error *err);
};

/* Asked about twenty times a second. */
struct ft_remote_watch {
  void *self;
  bool (*cancelled)(void *self); /* NULL: never */
};

struct ft_remote_caller;

/* Make ready to call. `remote` is borrowed.
 * Errors: as ft_remote_check; FT_INVALID for missing or unreadable credentials; FT_NOMEM */
enum ft_status ft_remote_caller_open(struct ft_remote_caller **out, const struct ft_remote *remote,
                                     const struct ft_remote_rules *rules,
                                     struct ft_error *err) FT_MUST_CHECK;
void ft_remote_caller_close(struct ft_remote_caller *caller); /* NULL is allowed */

/* Call for every row of the batch, whose columns have the model's types.
 *
 * Errors: FT_CANCELLED; FT_IO (no connection, no answer in time, what the server said);
 *         FT_DATA (an answer of another shape); FT_LIMIT (a row or an answer too large); FT_NOMEM
 * The message names the rows. */
enum ft_status ft_remote_caller_run(struct ft_remote_caller *caller, const struct ft_batch *batch,
                                    const struct ft_remote_output *output,
                                    const struct ft_remote_watch *watch,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
