/* HTTP requests, several at once, tried again where that can help.
 *
 * Answers    a slot's answer is taken whole when it is there; slots are independent of each other.
 * Again      after 429, 5xx, throttling and broken connections, at most `attempts` times, with doubled
 *            and jittered waits, or as long as Retry-After says. An attempt that took its whole time
 *            is not repeated.
 * Safety     http and https only, certificates verified, no redirect followed, answers bounded; the
 *            proxy and NO_PROXY of the environment are honoured.
 * Signals    threads that libcurl starts to resolve names take none of the process's signals.
 * Threads    a struct ft_http belongs to whoever has borrowed it. */
#ifndef FORETELL_REMOTE_HTTP_H
#define FORETELL_REMOTE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/remote.h"
#include "foretell/span.h"

struct ft_http;

struct ft_http_request {
  bool post;             /* else GET */
  const char *url;       /* borrowed */
  struct ft_span header; /* lines, each ended by '\n'; borrowed */
  struct ft_span body;   /* of a POST; borrowed until the answer is taken */
  size_t answer_bytes;   /* most of the answer's body */
};

struct ft_http_answer {
  long code;
  struct ft_span body;
  struct ft_span region; /* x-amz-bucket-region; empty: none */
};

/* Whose requests they are. */
struct ft_http_work {
  void *self;
  /* Begin the next request in a slot; *more is false when there is none. */
  enum ft_status (*next)(void *self, uint32_t slot, bool *more, struct ft_error *err);
  /* The slot's request, asked for before every attempt; it lives until the next of that slot. */
  enum ft_status (*request)(void *self, uint32_t slot, struct ft_http_request *out,
                            struct ft_error *err);
  /* An answer, of any code that is not worth a further attempt. */
  enum ft_status (*take)(void *self, uint32_t slot, const struct ft_http_answer *answer,
                         struct ft_error *err);
  /* There is no answer: make the failure of it. */
  enum ft_status (*fail)(void *self, uint32_t slot, enum ft_status status, const char *why,
                         struct ft_error *err);
};

/* Connections that are idle, or new ones. Errors: FT_NOMEM */
enum ft_status ft_http_borrow(struct ft_http **out, struct ft_error *err) FT_MUST_CHECK;
void ft_http_return(struct ft_http *http); /* NULL is allowed */

/* Do all of the work. Of `rules` the times, attempts and in_flight count.
 * Errors: FT_CANCELLED; what the work's functions fail with */
enum ft_status ft_http_run(struct ft_http *http, const struct ft_http_work *work,
                           const struct ft_remote_rules *rules, const struct ft_remote_watch *watch,
                           struct ft_error *err) FT_MUST_CHECK;

#endif
