/* Frames to and from a trainer, both ways at once.
 *
 * Shapes   Frames as in job.h. What is sent is queued and written as the trainer takes it; what the
 *          trainer says meanwhile is read and handed on, so neither side can wait for the other
 *          for ever.
 * Time     A turn lasts at most FT_EXCHANGE_TURN_MS; the host's cancel is asked in every turn.
 * Hostile  A frame's kind and length are judged before its payload is waited for; frames that come
 *          faster than a person could read them end the exchange.
 * Threads  one. */
#ifndef FORETELL_COMMAND_EXCHANGE_H
#define FORETELL_COMMAND_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command/trainer_process.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/job.h"
#include "foretell/span.h"

#define FT_EXCHANGE_TURN_MS 50

struct ft_exchange {
  struct ft_trainer_process *process; /* borrowed */
  const struct ft_host *host;         /* borrowed; asked for cancel */
  /* Takes a frame; a failure ends the exchange. `done` is set by it when no more is wanted. */
  enum ft_status (*take)(void *self, enum ft_frame_kind kind, struct ft_span payload,
                         struct ft_error *err);
  /* Called in every turn, before the host's cancel is asked; NULL: not. */
  enum ft_status (*turn)(void *self, struct ft_error *err);
  void *self; /* of take and turn */
  bool done;
  bool ended;               /* the trainer said its last */
  bool deaf;                /* the trainer reads no more; what is sent is thrown away */
  int64_t started_ms;       /* monotonic */
  int64_t deadline_ms;      /* monotonic; 0: none */
  const char *overdue;      /* what is said then: "did not end long after MAX_RUNTIME" */
  uint64_t reports;         /* progress and notice frames so far */
  struct ft_buffer queue;   /* frames not written yet begin at `written` */
  size_t written;           /* bytes */
  struct ft_buffer arrived; /* bytes of frames that are not whole yet */
};

/* Milliseconds of a clock that never jumps. */
int64_t ft_exchange_clock_ms(void);

/* `process`, `host`, `take`, `turn` and `self` are the caller's. */
void ft_exchange_init(struct ft_exchange *exchange, struct ft_trainer_process *process,
                      const struct ft_host *host);
void ft_exchange_release(struct ft_exchange *exchange);

/* Queue a frame and write on until little is left to write.
 *
 * Errors: FT_CANCELLED; FT_TRAINER; FT_NOMEM; whatever `take` fails with */
enum ft_status ft_exchange_send(struct ft_exchange *exchange, enum ft_frame_kind kind,
                                struct ft_span payload, struct ft_error *err) FT_MUST_CHECK;

/* Write what is queued, then listen until `done` or the trainer's end. */
enum ft_status ft_exchange_finish(struct ft_exchange *exchange, struct ft_error *err) FT_MUST_CHECK;

#endif
