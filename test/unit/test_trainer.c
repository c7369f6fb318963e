/* The trainer program over pipes, with good frames and hostile ones. */
#include "foretell/job.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "foretell/plan.h"
#include "test/unit/rows_of.h"

/* The sanitizer's shadow needs terabytes of address space. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ADDRESS_SANITIZER
#endif
#endif

extern char **environ;
static char trainer_path[4096];

struct trainer {
  pid_t pid;
  int to, from;
};

/* What came back: the last frame that is no progress. */
struct answer {
  enum ft_frame_kind kind;
  struct ft_buffer payload;
  struct ft_error failure;
  int exit_status;
};

static struct trainer start(const char *limit) {
  int in[2], out[2];
  struct trainer trainer;
  assert_int_equal(pipe2(in, O_CLOEXEC), 0);
  assert_int_equal(pipe2(out, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  char option[] = "--memory-limit", bytes[32];
  snprintf(bytes, sizeof bytes, "%s", limit ? limit : "");
  char *arguments[] = { trainer_path, limit ? option : NULL, bytes, NULL };
  assert_int_equal(posix_spawn(&trainer.pid, trainer_path, &actions, NULL, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  trainer.to = in[1];
  trainer.from = out[0];
  return trainer;
}

static void send_job(const struct trainer *trainer, const struct ft_job *job) {
  struct ft_buffer json;
  struct ft_error err;
  ft_buffer_init(&json, 1 << 20);
  assert_int_equal(ft_job_write(&json, job, &err), FT_OK);
  assert_int_equal(ft_frame_send(trainer->to, FT_FRAME_JOB, ft_buffer_view(&json), &err), FT_OK);
  ft_buffer_release(&json);
}

static void send_rows(const struct trainer *trainer, const struct rows *rows, size_t cut) {
  struct ft_column column[COLUMNS];
  struct ft_batch batch = batch_of(rows, column);
  struct ft_buffer bytes;
  ft_buffer_init(&bytes, FT_FRAME_MAX_BYTES);
  ft_batch_write(&bytes, &batch);
  struct ft_span view = ft_buffer_view(&bytes);
  view.size -= cut;
  assert_int_equal(ft_frame_send(trainer->to, FT_FRAME_BATCH, view, NULL), FT_OK);
  ft_buffer_release(&bytes);
}

static void send_empty(const struct trainer *trainer, enum ft_frame_kind kind) {
  assert_int_equal(ft_frame_send(trainer->to, kind, (struct ft_span){ NULL, 0 }, NULL), FT_OK);
}

static struct answer finish(struct trainer *trainer) {
  struct answer answer = { .kind = FT_FRAME_NONE };
  struct ft_error err;
  ft_buffer_init(&answer.payload, FT_FRAME_MAX_BYTES);
  if (trainer->to >= 0) close(trainer->to);
  for (;;) {
    enum ft_frame_kind kind;
    assert_int_equal(
        ft_frame_receive(trainer->from, &kind, &answer.payload, FT_FRAME_MAX_BYTES - 1, &err),
        FT_OK);
    if (kind == FT_FRAME_NONE) break;
    if (kind == FT_FRAME_PROGRESS || kind == FT_FRAME_NOTICE) continue;
    answer.kind = kind;
    break;
  }
  if (answer.kind == FT_FRAME_ERROR)
    assert_int_equal(ft_failure_read(&answer.failure, ft_buffer_view(&answer.payload), &err),
                     FT_OK);
  close(trainer->from);
  int status;
  assert_int_equal(waitpid(trainer->pid, &status, 0), trainer->pid);
  assert_true(WIFEXITED(status));
  answer.exit_status = WEXITSTATUS(status);
  return answer;
}

static void expect_error(struct trainer *trainer, enum ft_status status, const char *words) {
  struct answer answer = finish(trainer);
  assert_int_equal(answer.kind, FT_FRAME_ERROR);
  assert_int_equal(answer.failure.status, status);
  assert_non_null(strstr(answer.failure.message, words));
  assert_int_equal(answer.exit_status, 1);
  ft_buffer_release(&answer.payload);
}

static void rows_in_give_a_model_out(void **state) {
  (void)state;
  struct rows rows = make_rows(300, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  job.max_trials = 1;
  struct trainer trainer = start(NULL);
  send_job(&trainer, &job);
  send_rows(&trainer, &rows, 0);
  send_empty(&trainer, FT_FRAME_END);
  struct answer answer = finish(&trainer);
  assert_int_equal(answer.kind, FT_FRAME_ARTIFACT);
  assert_int_equal(answer.exit_status, 0);
  struct ft_plan *plan;
  struct ft_error err;
  assert_int_equal(ft_plan_open(&plan, ft_buffer_view(&answer.payload), &err), FT_OK);
  ft_plan_close(plan);
  ft_buffer_release(&answer.payload);
  free_rows(&rows);
}

static void input_that_ends_too_soon_is_an_error(void **state) {
  (void)state;
  struct trainer trainer = start(NULL);
  expect_error(&trainer, FT_IO, "too soon");
  struct ft_job job = job_of(CHURN);
  trainer = start(NULL);
  send_job(&trainer, &job);
  expect_error(&trainer, FT_IO, "too soon");
  trainer = start(NULL);
  assert_int_equal(write(trainer.to, "\xff\x00\x00", 3), 3);
  struct answer answer = finish(&trainer);
  assert_int_equal(answer.kind, FT_FRAME_ERROR);
  assert_int_equal(answer.failure.status, FT_IO);
  ft_buffer_release(&answer.payload);
}

static void frames_out_of_order_are_errors(void **state) {
  (void)state;
  struct ft_job job = job_of(CHURN);
  struct trainer trainer = start(NULL);
  send_empty(&trainer, FT_FRAME_END);
  expect_error(&trainer, FT_CORRUPT, "out of place");
  trainer = start(NULL);
  send_job(&trainer, &job);
  send_job(&trainer, &job);
  expect_error(&trainer, FT_CORRUPT, "out of place");
  trainer = start(NULL);
  send_job(&trainer, &job);
  send_empty(&trainer, FT_FRAME_ARTIFACT);
  expect_error(&trainer, FT_CORRUPT, "out of place");
}

static void a_batch_cut_short_is_an_error(void **state) {
  (void)state;
  struct rows rows = make_rows(50, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  for (size_t cut = 1; cut < 40; cut += 6) {
    struct trainer trainer = start(NULL);
    send_job(&trainer, &job);
    send_rows(&trainer, &rows, cut);
    expect_error(&trainer, FT_CORRUPT, "");
  }
  free_rows(&rows);
}

static void no_rows_and_a_date_target_are_errors(void **state) {
  (void)state;
  struct ft_job job = job_of(CHURN);
  struct trainer trainer = start(NULL);
  send_job(&trainer, &job);
  send_empty(&trainer, FT_FRAME_END);
  expect_error(&trainer, FT_DATA, "no rows");
  job.target = SINCE;
  trainer = start(NULL);
  send_job(&trainer, &job);
  expect_error(&trainer, FT_WRONG_TYPE, "\"since\"");
}

static void too_little_memory_is_an_error_with_words(void **state) {
  (void)state;
#if !defined(__SANITIZE_ADDRESS__) && !defined(WITH_ADDRESS_SANITIZER)
  struct rows rows = make_rows(60000, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  struct trainer trainer = start("60000000");
  send_job(&trainer, &job);
  for (int i = 0; i < 40; i++) {
    struct ft_column column[COLUMNS];
    struct ft_batch batch = batch_of(&rows, column);
    struct ft_buffer bytes;
    ft_buffer_init(&bytes, FT_FRAME_MAX_BYTES);
    ft_batch_write(&bytes, &batch);
    enum ft_status sent = ft_frame_send(trainer.to, FT_FRAME_BATCH, ft_buffer_view(&bytes), NULL);
    ft_buffer_release(&bytes);
    if (sent != FT_OK) break; /* it has given up already */
  }
  /* whether it gives up while reading or after, it says so */
  (void)!ft_frame_send(trainer.to, FT_FRAME_END, (struct ft_span){ NULL, 0 }, NULL);
  expect_error(&trainer, FT_NOMEM, "out of memory");
  free_rows(&rows);
#endif
}

static void a_reader_that_goes_away_ends_it(void **state) {
  (void)state;
  struct rows rows = make_rows(3000, TIER, 3);
  struct ft_job job = job_of(TIER);
  struct trainer trainer = start(NULL);
  send_job(&trainer, &job);
  send_rows(&trainer, &rows, 0);
  send_empty(&trainer, FT_FRAME_END);
  close(trainer.to);
  close(trainer.from);
  int status;
  assert_int_equal(waitpid(trainer.pid, &status, 0), trainer.pid);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 2);
  free_rows(&rows);
}

/* The programs stand at the top of the build folder, two above this one. */
static int find_trainer(void **state) {
  (void)state;
  ssize_t size = readlink("/proc/self/exe", trainer_path, sizeof trainer_path - 64);
  if (size < 0) return -1;
  trainer_path[size] = 0;
  for (int i = 0; i < 3; i++) {
    char *slash = strrchr(trainer_path, '/');
    if (!slash) return -1;
    *slash = 0;
  }
  strcat(trainer_path, "/foretell-trainer");
  signal(SIGPIPE, SIG_IGN);
  setenv("OMP_WAIT_POLICY", "passive", 1);
  return access(trainer_path, X_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_in_give_a_model_out),
    cmocka_unit_test(input_that_ends_too_soon_is_an_error),
    cmocka_unit_test(frames_out_of_order_are_errors),
    cmocka_unit_test(a_batch_cut_short_is_an_error),
    cmocka_unit_test(no_rows_and_a_date_target_are_errors),
    cmocka_unit_test(too_little_memory_is_an_error_with_words),
    cmocka_unit_test(a_reader_that_goes_away_ends_it),
  };
  return cmocka_run_group_tests(tests, find_trainer, NULL);
}
