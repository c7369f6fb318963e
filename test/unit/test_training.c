/* A training's conversation, against a trainer that misbehaves in every way we could think of. */
#include "core/command/training.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "fake_trainer.h"

#define BATCH_ROWS 4096

struct world {
  struct ft_host host;
  uint64_t batches;     /* to stream */
  uint64_t streamed;    /* batches that went out */
  int64_t cancel_at_ms; /* 0: never */
  uint64_t query_ms;    /* that the query may take; 0: no limit */
  uint32_t max_runtime_s;
  uint64_t stop_ms;
  bool rowless; /* after the batches the query runs on and gives none */
  int progresses;
  int ends; /* of progress */
  int notices;
  char last_notice[300];
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum ft_status stream(void *self, struct ft_span query, const struct ft_field *field,
                             size_t fields, const struct ft_sink *sink, struct ft_error *err) {
  static int64_t number[BATCH_ROWS];
  static double real[BATCH_ROWS];
  struct world *world = self;
  (void)query;
  (void)field;
  struct ft_column column[2] = { { FT_INT64, number, NULL }, { FT_FLOAT64, real, NULL } };
  struct ft_batch batch = { BATCH_ROWS, fields, column };
  for (uint64_t i = 0; i < world->batches; i++) {
    if (sink->take(sink->self, &batch, err) != FT_OK)
      return ft_fail(err, FT_INTERNAL, "reworded by the engine");
    world->streamed++;
  }
  while (world->rowless) {
    usleep(1000);
    if (sink->deadline_ms && now_ms() >= sink->deadline_ms)
      return ft_fail(err, FT_CANCELLED, "stopped by the engine");
  }
  return FT_OK;
}

static bool cancelled(void *self) {
  const struct world *world = self;
  return world->cancel_at_ms && now_ms() >= world->cancel_at_ms;
}

static void progress(void *self, const struct ft_progress *at) {
  struct world *world = self;
  if (at)
    world->progresses++;
  else
    world->ends++;
}

static void notice(void *self, const char *text) {
  struct world *world = self;
  world->notices++;
  snprintf(world->last_notice, sizeof(world->last_notice), "%s", text);
}

static struct world make_world(uint64_t batches) {
  return (struct world){ .batches = batches,
                         .host = { .stream = stream,
                                   .cancelled = cancelled,
                                   .progress = progress,
                                   .notice = notice,
                                   .trainer_path = fake_trainer_path() } };
}

static enum ft_status train(struct world *world, const char *mode, uint64_t ceiling_ms,
                            struct ft_buffer *artifact, struct ft_error *err) {
  static const struct ft_field field[] = { { "a", FT_INT64, 0, 0 }, { "y", FT_FLOAT64, 0, 0 } };
  struct ft_job job = { .model = mode,
                        .fields = 2,
                        .field = field,
                        .target = 1,
                        .max_runtime_s = world->max_runtime_s,
                        .automatic = true };
  struct ft_training_options options = { .query_ms = world->query_ms,
                                         .ceiling_ms = ceiling_ms,
                                         .stop_ms = world->stop_ms };
  world->host.self = world;
  ft_buffer_init(artifact, FT_FRAME_MAX_BYTES);
  return ft_training_run(artifact, &world->host, &job, FT_SPAN("SELECT"), &options, err);
}

/* Nobody is left behind, dead or alive. */
static void assert_no_child(void) {
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  assert_int_equal(errno, ECHILD);
}

static void expect_failure(const char *mode, uint64_t batches, enum ft_status status,
                           const char *message, const char *hint) {
  struct world world = make_world(batches);
  struct ft_buffer artifact;
  struct ft_error err;
  assert_int_equal(train(&world, mode, 0, &artifact, &err), status);
  assert_string_equal(err.message, message);
  assert_string_equal(err.hint, hint);
  assert_int_equal(artifact.size, 0);
  assert_int_equal(world.ends, 1);
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void training_gives_the_artifact(void **state) {
  (void)state;
  struct world world = make_world(3);
  struct ft_buffer artifact;
  struct ft_error err;
  assert_int_equal(train(&world, "ok", 0, &artifact, &err), FT_OK);
  assert_true(artifact.size > 8);
  assert_memory_equal(artifact.data + artifact.size - 6, " bytes", 6);
  assert_int_equal(world.progresses, 2); /* our own of the rows, and the trainer's */
  assert_int_equal(world.ends, 1);
  assert_string_equal(world.last_notice, "a word from the trainer");
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void a_hundred_megabytes_cross_while_the_trainer_talks(void **state) {
  (void)state;
  struct world world = make_world(1600); /* 64 KiB each */
  struct ft_buffer artifact;
  struct ft_error err;
  assert_int_equal(train(&world, "talkative", 0, &artifact, &err), FT_OK);
  assert_int_equal(artifact.size, 4);
  assert_int_equal(world.notices, 900);
  assert_int_equal(world.streamed, 1600);
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void noise_on_the_error_output_is_read_and_dropped(void **state) {
  (void)state;
  struct world world = make_world(20);
  struct ft_buffer artifact;
  struct ft_error err;
  assert_int_equal(train(&world, "noise", 0, &artifact, &err), FT_OK);
  ft_buffer_release(&artifact);
}

static char first_notice[300];

static void keep_first(void *self, const char *text) {
  struct world *world = self;
  if (!world->notices++) snprintf(first_notice, sizeof(first_notice), "%s", text);
}

static void the_trainer_inherits_nothing_of_ours(void **state) {
  (void)state;
  struct world world = make_world(1);
  struct ft_buffer artifact;
  struct ft_error err;
  sigset_t blocked, before;
  int leak[2];
  assert_int_equal(pipe(leak), 0); /* inheritable, as a backend's descriptors are */
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  signal(SIGPIPE, SIG_IGN);
  setenv("HOME", "/", 1);
  world.host.notice = keep_first;
  world.host.trainer_memory_bytes = 1234567890;
  assert_int_equal(train(&world, "surroundings", 0, &artifact, &err), FT_OK);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &before, NULL);
  ft_buffer_release(&artifact);
  close(leak[0]);
  close(leak[1]);
  assert_string_equal(first_notice, "descriptors 3, SIGUSR1 open, SIGPIPE default, group own, "
                                    "HOME unset, limit 1234567890");
}

static void a_killed_trainer_is_told_by_its_signal(void **state) {
  (void)state;
  expect_failure("killed", 3, FT_TRAINER,
                 "the trainer was killed by signal 9 (Killed); it may have been out of memory",
                 "Train on fewer rows (SETTINGS (MAX_CELLS n)), or give it more memory.");
}

static void expect_limit(const char *mode, const char *message, const char *hint) {
  struct world world = make_world(3);
  struct ft_buffer artifact;
  struct ft_error err;
  world.host.trainer_memory_bytes = (uint64_t)3 << 29;
  world.host.trainer_memory_setting = "--trainer-memory";
  assert_int_equal(train(&world, mode, 0, &artifact, &err), FT_NOMEM);
  assert_string_equal(err.message, message);
  assert_string_equal(err.hint, hint);
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void memory_that_ran_out_is_named_with_its_setting(void **state) {
  (void)state;
  expect_limit("deaf",
               "the rows do not fit into the trainer's memory; the trainer may take 1.5 GB "
               "(--trainer-memory)",
               "Use MAX_CELLS.");
  expect_limit(
      "bad_alloc", "out of memory to train; the trainer may take 1.5 GB (--trainer-memory)",
      "Raise --trainer-memory; fewer rows (SETTINGS (MAX_CELLS n)) or a smaller model file "
      "take less.");
  expect_failure("bad_alloc", 3, FT_NOMEM, "out of memory to train",
                 "Its last words: what():  std::bad_alloc");
}

static void a_crash_is_told_by_its_signal(void **state) {
  (void)state;
  expect_failure("crash", 200, FT_TRAINER,
                 "the trainer was killed by signal 11 (Segmentation fault)", "");
}

static void an_exit_is_told_with_its_last_words(void **state) {
  (void)state;
  expect_failure("exit", 200, FT_TRAINER,
                 "the trainer ended with exit status 3 and without giving a model",
                 "Its last words: libgomp: no luck today");
}

static void a_silent_end_is_a_failure(void **state) {
  (void)state;
  expect_failure("silent", 2, FT_TRAINER, "the trainer ended without giving a model", "");
}

static void a_closed_output_is_a_failure(void **state) {
  (void)state;
  expect_failure("closed", 2, FT_TRAINER, "the trainer closed its output without giving a model",
                 "");
}

static void garbage_is_refused(void **state) {
  (void)state;
  expect_failure("garbage", 500, FT_TRAINER,
                 "the trainer sent something that is not of its protocol", "");
}

static void an_oversized_frame_is_refused_before_it_comes(void **state) {
  (void)state;
  expect_failure("oversized", 500, FT_TRAINER,
                 "the trainer sent a frame of 2147483647 bytes, more than allowed", "");
}

static void a_report_that_is_not_json_is_refused(void **state) {
  (void)state;
  expect_failure("not_json", 500, FT_TRAINER, "the trainer sent a report that cannot be read", "");
}

static void a_flood_of_reports_ends_the_training(void **state) {
  (void)state;
  expect_failure("flood", 500, FT_TRAINER, "the trainer floods us with reports", "");
}

static void an_early_failure_keeps_its_own_words(void **state) {
  (void)state;
  expect_failure("early_failure", 500, FT_DATA, "the target has one class only: \"no\"",
                 "Select rows of both classes.");
}

static void a_trainer_that_reads_no_more_may_still_say_why(void **state) {
  (void)state;
  expect_failure("deaf", 500, FT_NOMEM, "the rows do not fit into the trainer's memory",
                 "Use MAX_CELLS.");
}

static void a_model_before_the_last_row_is_refused(void **state) {
  (void)state;
  expect_failure("eager", 500, FT_TRAINER, "the trainer gave a model before it had all the rows",
                 "");
}

static void a_trainer_that_is_not_there_is_named(void **state) {
  (void)state;
  struct world world = make_world(1);
  struct ft_buffer artifact;
  struct ft_error err;
  world.host.trainer_path = "/nowhere/foretell-trainer";
  assert_int_equal(train(&world, "ok", 0, &artifact, &err), FT_TRAINER);
  assert_string_equal(err.message, "could not start the trainer \"/nowhere/foretell-trainer\": "
                                   "No such file or directory");
  world.host.trainer_path = NULL;
  assert_int_equal(train(&world, "ok", 0, &artifact, &err), FT_TRAINER);
  assert_string_equal(err.message, "the trainer program was not found");
  assert_no_child();
}

static void expect_cancel(const char *mode, uint64_t batches) {
  struct world world = make_world(batches);
  struct ft_buffer artifact;
  struct ft_error err;
  world.cancel_at_ms = now_ms() + 200;
  assert_int_equal(train(&world, mode, 0, &artifact, &err), FT_CANCELLED);
  assert_true(now_ms() < world.cancel_at_ms + 500);
  assert_string_equal(err.message, "the statement was cancelled");
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void a_cancel_ends_a_trainer_that_does_not_read(void **state) {
  (void)state;
  expect_cancel("hang", UINT64_MAX);
}

static void a_cancel_ends_a_trainer_that_is_training(void **state) {
  (void)state;
  expect_cancel("late", 3);
}

static void a_cancel_ends_a_stream_without_end(void **state) {
  (void)state;
  expect_cancel("ok", UINT64_MAX);
}

static void a_trainer_past_its_ceiling_is_killed(void **state) {
  (void)state;
  struct world world = make_world(3);
  struct ft_buffer artifact;
  struct ft_error err;
  int64_t began = now_ms();
  assert_int_equal(train(&world, "late", 300, &artifact, &err), FT_TRAINER);
  assert_in_range(now_ms() - began, 300, 1500);
  assert_string_equal(err.message,
                      "the trainer did not end long after MAX_RUNTIME, and was killed");
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void expect_overdue(uint64_t batches, bool rowless, const char *message) {
  struct world world = make_world(batches);
  struct ft_buffer artifact;
  struct ft_error err;
  world.query_ms = 1000;
  world.rowless = rowless;
  int64_t began = now_ms();
  assert_int_equal(train(&world, "ok", 0, &artifact, &err), FT_LIMIT);
  assert_in_range(now_ms() - began, 1000, 2500);
  if (message) assert_string_equal(err.message, message);
  assert_non_null(strstr(err.message, "still running after MAX_RUNTIME (1 s)"));
  assert_string_equal(err.hint, "MAX_RUNTIME is for the query and the training together: raise it, "
                                "or let the query give fewer rows.");
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void an_endless_query_ends_at_its_time(void **state) {
  (void)state;
  expect_overdue(UINT64_MAX, false, NULL);
  expect_overdue(
      0, true, "the query in FROM was still running after MAX_RUNTIME (1 s); it had given 0 rows");
  expect_overdue(2, true,
                 "the query in FROM was still running after MAX_RUNTIME (1 s); it had given 8192 "
                 "rows");
}

static void a_cancel_is_not_taken_for_the_end_of_the_time(void **state) {
  (void)state;
  struct world world = make_world(0);
  struct ft_buffer artifact;
  struct ft_error err;
  world.query_ms = 200;
  world.rowless = true;
  world.cancel_at_ms = now_ms() + 100;
  assert_int_equal(train(&world, "ok", 0, &artifact, &err), FT_CANCELLED);
  ft_buffer_release(&artifact);
  assert_no_child();
}

/* Thinks that it will take six minutes, and says so several times. */
static void run_long(struct fake_trainer *trainer) {
  fake_read_rows(trainer);
  for (int i = 0; i < 3; i++) {
    struct ft_buffer json;
    struct ft_progress at = { .phase = "trying models", .fraction = 0.1, .seconds_left = 361 };
    ft_buffer_init(&json, 1 << 16);
    if (ft_progress_write(&json, &at, NULL) != FT_OK) exit(9);
    fake_report(FT_FRAME_PROGRESS, &json);
  }
  fake_say(FT_FRAME_ARTIFACT, FT_SPAN("said"));
}

static volatile sig_atomic_t told_to_stop;

static void take_stop(int number) {
  (void)number;
  told_to_stop = 1;
}

static void read_rows_and_report_a_score(struct fake_trainer *trainer) {
  struct ft_buffer json;
  struct ft_progress at = { .phase = "trying models",
                            .fraction = 0.1,
                            .metric = "F1",
                            .score = 0.8 };
  fake_read_rows(trainer);
  ft_buffer_init(&json, 1 << 16);
  if (ft_progress_write(&json, &at, NULL) != FT_OK) exit(9);
  fake_report(FT_FRAME_PROGRESS, &json);
}

/* Gives a model when it is told to stop. */
static void run_stoppable(struct fake_trainer *trainer) {
  signal(FT_STOP_SIGNAL, take_stop);
  read_rows_and_report_a_score(trainer);
  while (!told_to_stop)
    usleep(1000);
  fake_say(FT_FRAME_ARTIFACT, FT_SPAN("the best so far"));
}

/* Gives a model after a moment, whatever it is told. */
static void run_scored(struct fake_trainer *trainer) {
  read_rows_and_report_a_score(trainer);
  usleep(200000);
  fake_say(FT_FRAME_ARTIFACT, FT_SPAN("the whole model"));
}

/* Does not hear. */
static void run_unstoppable(struct fake_trainer *trainer) {
  signal(FT_STOP_SIGNAL, SIG_IGN);
  read_rows_and_report_a_score(trainer);
  for (;;)
    pause();
}

static const struct fake_mode own_modes[] = { { "long", run_long },
                                              { "stoppable", run_stoppable },
                                              { "scored", run_scored },
                                              { "unstoppable", run_unstoppable } };
#define OWN_MODES (sizeof own_modes / sizeof own_modes[0])

/* Wishes in the order they are asked for; the last one is repeated. */
static const enum ft_wish *wishes;
static int wishes_asked;

static enum ft_wish wish(void *self, const struct ft_progress *best) {
  (void)self;
  assert_string_equal(best->metric, "F1");
  wishes_asked++;
  enum ft_wish now = *wishes;
  if (wishes[1] != FT_WISH_NONE || now == FT_WISH_UNDECIDED) wishes++;
  return now;
}

static enum ft_status train_wishing(const char *mode, const enum ft_wish *wanted,
                                    struct ft_buffer *artifact, struct ft_error *err) {
  struct world world = make_world(1);
  world.host.wish = wish;
  world.stop_ms = 300;
  wishes = wanted;
  wishes_asked = 0;
  return train(&world, mode, 0, artifact, err);
}

static void expect_wished(const char *mode, const enum ft_wish *wanted, const char *model) {
  struct ft_buffer artifact;
  struct ft_error err;
  enum ft_status status = train_wishing(mode, wanted, &artifact, &err);
  if (status != FT_OK) fail_msg("%s: %s", mode, err.message);
  assert_int_equal(artifact.size, strlen(model));
  assert_memory_equal(artifact.data, model, strlen(model));
  ft_buffer_release(&artifact);
  assert_no_child();
}

#define ASKED FT_WISH_UNDECIDED, FT_WISH_UNDECIDED
/* longer than the trainer needs */
#define ASKED_LONG ASKED, ASKED, ASKED, ASKED, ASKED, ASKED, ASKED, ASKED, ASKED, ASKED

static void the_best_so_far_is_kept_when_wished(void **state) {
  (void)state;
  expect_wished("stoppable", (enum ft_wish[]){ ASKED, FT_WISH_KEEP, FT_WISH_NONE },
                "the best so far");
  expect_wished("scored", (enum ft_wish[]){ ASKED, FT_WISH_NONE, FT_WISH_NONE }, "the whole model");
}

static void an_answer_is_waited_for_when_the_training_ends_before_it(void **state) {
  (void)state;
  expect_wished("scored", (enum ft_wish[]){ ASKED_LONG, FT_WISH_KEEP, FT_WISH_NONE },
                "the whole model");
  assert_true(wishes_asked > 20);
  expect_wished("scored", (enum ft_wish[]){ ASKED_LONG, FT_WISH_NONE, FT_WISH_NONE },
                "the whole model");
}

static void expect_nothing(const char *mode, const enum ft_wish *wanted, enum ft_status status,
                           const char *message) {
  struct ft_buffer artifact;
  struct ft_error err;
  int64_t began = now_ms();
  assert_int_equal(train_wishing(mode, wanted, &artifact, &err), status);
  assert_string_equal(err.message, message);
  assert_in_range(now_ms() - began, 0, 3000);
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void nothing_is_kept_when_wished(void **state) {
  (void)state;
  expect_nothing("stoppable", (enum ft_wish[]){ ASKED, FT_WISH_DISCARD, FT_WISH_NONE },
                 FT_CANCELLED, "the statement was cancelled");
  expect_nothing("scored", (enum ft_wish[]){ ASKED_LONG, FT_WISH_DISCARD, FT_WISH_NONE },
                 FT_CANCELLED, "the statement was cancelled");
}

static void a_trainer_that_does_not_stop_is_killed(void **state) {
  (void)state;
  expect_nothing("unstoppable", (enum ft_wish[]){ FT_WISH_KEEP, FT_WISH_NONE }, FT_TRAINER,
                 "the trainer did not end after it was told to stop, and was killed");
}

static void nobody_is_asked_while_there_is_nothing_to_keep(void **state) {
  (void)state;
  struct world world = make_world(1);
  struct ft_buffer artifact;
  struct ft_error err;
  world.host.wish = wish;
  world.cancel_at_ms = now_ms() + 200;
  wishes_asked = 0;
  assert_int_equal(train(&world, "late", 0, &artifact, &err), FT_CANCELLED);
  assert_int_equal(wishes_asked, 0);
  ft_buffer_release(&artifact);
  assert_no_child();
}

static void expect_notices(uint32_t max_runtime_s, int notices, const char *last) {
  struct world world = make_world(1);
  struct ft_buffer artifact;
  struct ft_error err;
  world.max_runtime_s = max_runtime_s;
  assert_int_equal(train(&world, "long", 0, &artifact, &err), FT_OK);
  assert_int_equal(world.notices, notices);
  assert_string_equal(world.last_notice, last);
  ft_buffer_release(&artifact);
}

static void a_long_training_hints_at_its_limit_once(void **state) {
  (void)state;
  expect_notices(0, 1,
                 "the training will take about 6 min more; SETTINGS (MAX_RUNTIME 60) would limit "
                 "it to 60 s");
  expect_notices(600, 0, "");
}

static void the_ceiling_is_twice_the_runtime_and_a_minute(void **state) {
  (void)state;
  struct ft_job job = { .max_runtime_s = 10 };
  assert_int_equal(ft_training_options_of(&job).ceiling_ms, 80000);
  assert_int_equal(ft_training_options_of(&job).query_ms, 10000);
  job.max_runtime_s = 0;
  assert_int_equal(ft_training_options_of(&job).query_ms, 0);
  assert_int_equal(ft_training_options_of(&job).ceiling_ms, 0);
}

int main(int arguments, char **argument) {
  fake_trainer_main(arguments, argument, own_modes, OWN_MODES);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(training_gives_the_artifact),
    cmocka_unit_test(a_hundred_megabytes_cross_while_the_trainer_talks),
    cmocka_unit_test(noise_on_the_error_output_is_read_and_dropped),
    cmocka_unit_test(the_trainer_inherits_nothing_of_ours),
    cmocka_unit_test(a_killed_trainer_is_told_by_its_signal),
    cmocka_unit_test(memory_that_ran_out_is_named_with_its_setting),
    cmocka_unit_test(a_crash_is_told_by_its_signal),
    cmocka_unit_test(an_exit_is_told_with_its_last_words),
    cmocka_unit_test(a_silent_end_is_a_failure),
    cmocka_unit_test(a_closed_output_is_a_failure),
    cmocka_unit_test(garbage_is_refused),
    cmocka_unit_test(an_oversized_frame_is_refused_before_it_comes),
    cmocka_unit_test(a_report_that_is_not_json_is_refused),
    cmocka_unit_test(a_flood_of_reports_ends_the_training),
    cmocka_unit_test(an_early_failure_keeps_its_own_words),
    cmocka_unit_test(a_trainer_that_reads_no_more_may_still_say_why),
    cmocka_unit_test(a_model_before_the_last_row_is_refused),
    cmocka_unit_test(a_trainer_that_is_not_there_is_named),
    cmocka_unit_test(a_cancel_ends_a_trainer_that_does_not_read),
    cmocka_unit_test(a_cancel_ends_a_trainer_that_is_training),
    cmocka_unit_test(a_cancel_ends_a_stream_without_end),
    cmocka_unit_test(a_trainer_past_its_ceiling_is_killed),
    cmocka_unit_test(an_endless_query_ends_at_its_time),
    cmocka_unit_test(a_cancel_is_not_taken_for_the_end_of_the_time),
    cmocka_unit_test(a_long_training_hints_at_its_limit_once),
    cmocka_unit_test(the_best_so_far_is_kept_when_wished),
    cmocka_unit_test(an_answer_is_waited_for_when_the_training_ends_before_it),
    cmocka_unit_test(nothing_is_kept_when_wished),
    cmocka_unit_test(a_trainer_that_does_not_stop_is_killed),
    cmocka_unit_test(nobody_is_asked_while_there_is_nothing_to_keep),
    cmocka_unit_test(the_ceiling_is_twice_the_runtime_and_a_minute),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
