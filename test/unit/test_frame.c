/* Frames through real pipes and socket pairs. */
#include "foretell/job.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct ends {
  int in;  /* read end */
  int out; /* write end */
};

static struct ends open_pipe(void) {
  int descriptor[2];
  assert_int_equal(pipe(descriptor), 0);
  return (struct ends){ descriptor[0], descriptor[1] };
}

static void close_pipe(struct ends *ends) {
  if (ends->in >= 0) close(ends->in);
  if (ends->out >= 0) close(ends->out);
}

static void small_frames_arrive_in_order(void **state) {
  (void)state;
  struct ends ends = open_pipe();
  struct ft_buffer payload;
  struct ft_error err;
  enum ft_frame_kind kind;
  ft_buffer_init(&payload, 1000);
  assert_int_equal(ft_frame_send(ends.out, FT_FRAME_NOTICE, FT_SPAN("one"), &err), FT_OK);
  assert_int_equal(ft_frame_send(ends.out, FT_FRAME_END, ft_span_of(NULL), &err), FT_OK);
  close(ends.out);
  ends.out = -1;
  assert_int_equal(ft_frame_receive(ends.in, &kind, &payload, 3, &err), FT_OK);
  assert_int_equal(kind, FT_FRAME_NOTICE);
  assert_true(ft_span_equal(ft_buffer_view(&payload), FT_SPAN("one")));
  assert_int_equal(ft_frame_receive(ends.in, &kind, &payload, 3, &err), FT_OK);
  assert_int_equal(kind, FT_FRAME_END);
  assert_int_equal(payload.size, 0);
  assert_int_equal(ft_frame_receive(ends.in, &kind, &payload, 3, &err), FT_OK);
  assert_int_equal(kind, FT_FRAME_NONE);
  close_pipe(&ends);
  ft_buffer_release(&payload);
}

/* Bytes as they come from a hostile end, which then closes. */
static enum ft_status receive_bytes(const char *bytes, size_t size, uint32_t maximum,
                                    struct ft_buffer *payload, struct ft_error *err) {
  struct ends ends = open_pipe();
  enum ft_frame_kind kind = FT_FRAME_JOB;
  assert_int_equal(write(ends.out, bytes, size), (ssize_t)size);
  close(ends.out);
  ends.out = -1;
  enum ft_status status = ft_frame_receive(ends.in, &kind, payload, maximum, err);
  if (status != FT_OK) assert_int_equal(kind, FT_FRAME_JOB);
  close_pipe(&ends);
  return status;
}

static void hostile_frames_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size;
    enum ft_status status;
  } hostile[] = {
    { "\0\0\0\0", 4, FT_IO },                   /* no kind */
    { "\1", 1, FT_IO },                         /* cut in the length */
    { "\3\0\0\0Bx", 6, FT_IO },                 /* cut in the payload */
    { "\0\0\0\0B", 5, FT_CORRUPT },             /* shorter than its kind */
    { "\1\0\0\0\0", 5, FT_CORRUPT },            /* kind 0 */
    { "\1\0\0\0Q", 5, FT_CORRUPT },             /* an unknown kind */
    { "\x0a\0\0\0B123456789", 14, FT_CORRUPT }, /* 9 bytes where 8 are allowed */
    { "\xff\xff\xff\xff"
      "B1234",
      9, FT_CORRUPT }, /* beyond every maximum */
  };
  struct ft_buffer payload;
  struct ft_error err;
  ft_buffer_init(&payload, 1000);
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
    assert_int_equal(receive_bytes(hostile[i].bytes, hostile[i].size, 8, &payload, &err),
                     hostile[i].status);
  assert_int_equal(receive_bytes("\x09\0\0\0B12345678", 13, 8, &payload, &err), FT_OK);
  ft_buffer_release(&payload);
}

static void a_claimed_length_takes_no_memory(void **state) {
  (void)state;
  struct ft_buffer payload;
  struct ft_error err;
  ft_buffer_init(&payload, FT_FRAME_MAX_BYTES);
  assert_int_equal(receive_bytes("\0\0\0\x40"
                                 "A123",
                                 8, FT_FRAME_MAX_BYTES, &payload, &err),
                   FT_IO);
  assert_true(payload.capacity <= 1 << 20);
  ft_buffer_release(&payload);
}

static void a_buffer_too_small_for_a_frame_is_out_of_memory(void **state) {
  (void)state;
  struct ft_buffer payload;
  struct ft_error err;
  ft_buffer_init(&payload, 4);
  assert_int_equal(receive_bytes("\6\0\0\0A12345", 10, 100, &payload, &err), FT_NOMEM);
  ft_buffer_release(&payload);
}

static void a_closed_reader_is_an_error_and_no_signal(void **state) {
  (void)state;
  struct ends ends = open_pipe();
  struct ft_error err;
  struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
  sigaction(SIGPIPE, &ignore, &before);
  close(ends.in);
  ends.in = -1;
  assert_int_equal(ft_frame_send(ends.out, FT_FRAME_JOB, FT_SPAN("{}"), &err), FT_IO);
  sigaction(SIGPIPE, &before, NULL);
  close_pipe(&ends);
}

static void descriptors_that_are_not_open_are_errors(void **state) {
  (void)state;
  struct ft_buffer payload;
  struct ft_error err;
  enum ft_frame_kind kind;
  ft_buffer_init(&payload, 4);
  assert_int_equal(ft_frame_send(-1, FT_FRAME_JOB, FT_SPAN("{}"), &err), FT_IO);
  assert_int_equal(ft_frame_receive(-1, &kind, &payload, 4, &err), FT_IO);
  ft_buffer_release(&payload);
}

static void too_large_a_payload_is_never_begun(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_span large = { "", FT_FRAME_MAX_BYTES };
  assert_int_equal(ft_frame_send(-1, FT_FRAME_BATCH, large, &err), FT_LIMIT);
}

#define LARGE_BYTES ((size_t)3000001)

struct sending {
  int descriptor;
  struct ft_buffer payload;
  enum ft_status status;
};

static void *send_large(void *argument) {
  struct sending *sending = argument;
  struct ft_error err;
  sending->status = ft_frame_send(sending->descriptor, FT_FRAME_ARTIFACT,
                                  ft_buffer_view(&sending->payload), &err);
  close(sending->descriptor); /* a reader that waits for more must not wait for ever */
  return NULL;
}

static void wake(int signal) {
  (void)signal;
}

/* The pipe holds 4 KiB, so writes are partial; signals interrupt the writer all along. */
static void a_large_frame_survives_partial_writes_and_signals(void **state) {
  (void)state;
  struct ends ends = open_pipe();
  struct sending sending = { .descriptor = ends.out };
  struct ft_buffer payload;
  struct ft_error err;
  enum ft_frame_kind kind;
  pthread_t thread;
  struct sigaction waking = { .sa_handler = wake }, before;
  sigaction(SIGUSR1, &waking, &before); /* without SA_RESTART */
  assert_true(fcntl(ends.out, F_SETPIPE_SZ, 4096) > 0);
  ft_buffer_init(&sending.payload, LARGE_BYTES);
  ft_buffer_init(&payload, LARGE_BYTES);
  for (uint32_t i = 0; i < LARGE_BYTES; i++)
    ft_buffer_u8(&sending.payload, (uint8_t)(i * 2654435761u >> 24));
  assert_int_equal(pthread_create(&thread, NULL, send_large, &sending), 0);
  for (int i = 0; i < 50; i++) {
    usleep(200);
    pthread_kill(thread, SIGUSR1);
  }
  assert_int_equal(ft_frame_receive(ends.in, &kind, &payload, LARGE_BYTES, &err), FT_OK);
  pthread_join(thread, NULL);
  ends.out = -1;
  assert_int_equal(sending.status, FT_OK);
  assert_int_equal(kind, FT_FRAME_ARTIFACT);
  assert_true(ft_span_equal(ft_buffer_view(&payload), ft_buffer_view(&sending.payload)));
  sigaction(SIGUSR1, &before, NULL);
  ft_buffer_release(&payload);
  ft_buffer_release(&sending.payload);
  close_pipe(&ends);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(small_frames_arrive_in_order),
    cmocka_unit_test(hostile_frames_are_refused),
    cmocka_unit_test(a_claimed_length_takes_no_memory),
    cmocka_unit_test(a_buffer_too_small_for_a_frame_is_out_of_memory),
    cmocka_unit_test(a_closed_reader_is_an_error_and_no_signal),
    cmocka_unit_test(descriptors_that_are_not_open_are_errors),
    cmocka_unit_test(too_large_a_payload_is_never_begun),
    cmocka_unit_test(a_large_frame_survives_partial_writes_and_signals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
