#include "core/command/exchange.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_HEAD_BYTES 5 /* u32 length of kind and payload, u8 kind */
#define REPORT_MAX_BYTES ((uint32_t)1 << 16)
#define REPORTS_AT_ONCE  1000
#define REPORTS_A_SECOND 200
#define QUEUE_MAX_BYTES  ((size_t)FT_FRAME_MAX_BYTES * 2)
#define QUEUE_LOW_BYTES  ((size_t)1 << 20) /* below it the sender may go on */

int64_t ft_exchange_clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void ft_exchange_init(struct ft_exchange *exchange, struct ft_trainer_process *process,
                      const struct ft_host *host) {
  *exchange = (struct ft_exchange){ .process = process, .host = host };
  exchange->started_ms = ft_exchange_clock_ms();
  ft_buffer_init(&exchange->queue, QUEUE_MAX_BYTES);
  ft_buffer_init(&exchange->arrived, (size_t)FT_FRAME_MAX_BYTES + FRAME_HEAD_BYTES + (1 << 17));
}

void ft_exchange_release(struct ft_exchange *exchange) {
  ft_buffer_release(&exchange->queue);
  ft_buffer_release(&exchange->arrived);
}

static size_t left_to_write(const struct ft_exchange *exchange) {
  return exchange->queue.size - exchange->written;
}

static void forget_queue(struct ft_exchange *exchange) {
  ft_buffer_reset(&exchange->queue);
  exchange->written = 0;
}

/* Make the room of what was written free again; what is left is little when this is called. */
static void forget_written(struct ft_exchange *exchange) {
  if (!exchange->written) return;
  exchange->queue.size = left_to_write(exchange);
  memmove(exchange->queue.data, exchange->queue.data + exchange->written, exchange->queue.size);
  exchange->written = 0;
}

/* How long a frame of this kind may be; 0: the trainer has no business with it. */
static uint32_t longest_payload(uint8_t kind) {
  switch (kind) {
  case FT_FRAME_PROGRESS:
  case FT_FRAME_NOTICE:
  case FT_FRAME_ERROR: return REPORT_MAX_BYTES;
  case FT_FRAME_ARTIFACT: return FT_FRAME_MAX_BYTES - 1;
  default: return 0;
  }
}

static enum ft_status check_head(uint32_t length, uint8_t kind, struct ft_error *err) {
  uint32_t longest = longest_payload(kind);
  if (!longest)
    return ft_fail(err, FT_TRAINER, "the trainer sent something that is not of its protocol");
  if (length < 1 || length - 1 > longest)
    return ft_fail(err, FT_TRAINER, "the trainer sent a frame of %u bytes, more than allowed",
                   length);
  return FT_OK;
}

static enum ft_status check_reports(struct ft_exchange *exchange, enum ft_frame_kind kind,
                                    struct ft_error *err) {
  if (kind != FT_FRAME_PROGRESS && kind != FT_FRAME_NOTICE) return FT_OK;
  uint64_t seconds = (uint64_t)(ft_exchange_clock_ms() - exchange->started_ms) / 1000;
  if (++exchange->reports <= REPORTS_AT_ONCE + seconds * REPORTS_A_SECOND) return FT_OK;
  return ft_fail(err, FT_TRAINER, "the trainer floods us with reports");
}

/* Hand on the whole frames at the front of `arrived`. */
static enum ft_status take_frames(struct ft_exchange *exchange, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(ft_buffer_view(&exchange->arrived));
  size_t used = 0;
  while (reader.left >= FRAME_HEAD_BYTES && !exchange->done) {
    uint32_t length = ft_reader_u32(&reader);
    uint8_t kind = ft_reader_u8(&reader);
    FT_TRY(check_head(length, kind, err));
    if (length - 1 > reader.left) break;
    struct ft_span payload = ft_reader_bytes(&reader, length - 1);
    FT_TRY(check_reports(exchange, (enum ft_frame_kind)kind, err));
    FT_TRY(exchange->take(exchange->self, (enum ft_frame_kind)kind, payload, err));
    used = exchange->arrived.size - reader.left;
  }
  if (used) {
    exchange->arrived.size -= used;
    memmove(exchange->arrived.data, exchange->arrived.data + used, exchange->arrived.size);
  }
  return FT_OK;
}

/* One read of the trainer's output. */
static enum ft_status listen_once(struct ft_exchange *exchange, struct ft_error *err) {
  char bytes[1 << 16];
  ssize_t size = read(exchange->process->output, bytes, sizeof(bytes));
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return FT_OK;
  if (size <= 0) {
    exchange->ended = true;
    return FT_OK;
  }
  ft_buffer_append(&exchange->arrived, bytes, (size_t)size);
  FT_TRY(ft_buffer_check(&exchange->arrived, "the trainer's answer", err));
  return take_frames(exchange, err);
}

/* Write what the trainer takes now. When it takes no more for good, its last words still count. */
static void write_some(struct ft_exchange *exchange) {
  while (left_to_write(exchange) > 0) {
    ssize_t size = send(exchange->process->input, exchange->queue.data + exchange->written,
                        left_to_write(exchange), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size < 0) {
      exchange->deaf = true;
      break;
    }
    exchange->written += (size_t)size;
  }
  forget_queue(exchange);
}

static enum ft_status check_time(struct ft_exchange *exchange, struct ft_error *err) {
  if (exchange->turn) FT_TRY(exchange->turn(exchange->self, err));
  if (exchange->host->cancelled && exchange->host->cancelled(exchange->host->self))
    return ft_fail(err, FT_CANCELLED, "the statement was cancelled");
  if (!exchange->deadline_ms || ft_exchange_clock_ms() < exchange->deadline_ms) return FT_OK;
  return ft_fail(err, FT_TRAINER, "the trainer %s, and was killed", exchange->overdue);
}

/* Nothing happened for a turn: a dead trainer's output may be held open by somebody else. Only the
 * second quiet turn counts, since it may have spoken between the first one and its death. */
static void look_after(struct ft_exchange *exchange) {
  exchange->ended = exchange->process->ended;
  if (!exchange->ended) (void)ft_trainer_process_ended(exchange->process);
}

/* Wait until something can be read or written, at most `wait_ms`, and do it. */
static enum ft_status take_turn(struct ft_exchange *exchange, int wait_ms, struct ft_error *err) {
  FT_TRY(check_time(exchange, err));
  struct ft_trainer_process *process = exchange->process;
  struct pollfd watched[3] = {
    { .fd = process->output, .events = POLLIN },
    { .fd = process->errors, .events = POLLIN },
    { .fd = left_to_write(exchange) > 0 ? process->input : -1, .events = POLLOUT },
  };
  int ready = poll(watched, 3, wait_ms);
  if (ready < 0 && errno != EINTR)
    return ft_fail(err, FT_IO, "could not wait for the trainer: %s", strerror(errno));
  if (ready <= 0) {
    if (ready == 0 && wait_ms > 0) look_after(exchange);
    return FT_OK;
  }
  if (watched[1].revents) ft_trainer_process_read_errors(process);
  if (watched[2].revents) write_some(exchange);
  if (watched[0].revents) return listen_once(exchange, err);
  return FT_OK;
}

static bool goes_on(const struct ft_exchange *exchange) {
  return !exchange->done && !exchange->ended;
}

enum ft_status ft_exchange_send(struct ft_exchange *exchange, enum ft_frame_kind kind,
                                struct ft_span payload, struct ft_error *err) {
  if (payload.size >= FT_FRAME_MAX_BYTES)
    return ft_fail(err, FT_LIMIT, "rows of more than %u bytes cannot be sent to the trainer",
                   FT_FRAME_MAX_BYTES);
  if (!exchange->deaf) {
    forget_written(exchange);
    ft_buffer_u32(&exchange->queue, (uint32_t)payload.size + 1);
    ft_buffer_u8(&exchange->queue, (uint8_t)kind);
    ft_buffer_append_text(&exchange->queue, payload);
    FT_TRY(ft_buffer_check(&exchange->queue, "the rows for the trainer", err));
    write_some(exchange);
  }
  FT_TRY(take_turn(exchange, 0, err));
  while (goes_on(exchange) && left_to_write(exchange) > QUEUE_LOW_BYTES)
    FT_TRY(take_turn(exchange, FT_EXCHANGE_TURN_MS, err));
  return FT_OK;
}

enum ft_status ft_exchange_finish(struct ft_exchange *exchange, struct ft_error *err) {
  while (goes_on(exchange))
    FT_TRY(take_turn(exchange, FT_EXCHANGE_TURN_MS, err));
  return FT_OK;
}
