/* A trainer for tests: the test program itself, started again under the trainer's name. What it
 * does is chosen by the job's model name, which must be one of the table below.
 *
 * A test calls fake_trainer_main first thing in its main; it returns only in the test itself, and
 * fake_trainer_path() is then what a host's trainer_path must be. */
#ifndef FORETELL_TEST_FAKE_TRAINER_H
#define FORETELL_TEST_FAKE_TRAINER_H

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "foretell/job.h"

struct fake_trainer {
  struct ft_arena arena;
  struct ft_job job;
  struct ft_buffer frame;
  uint64_t batches;
  uint64_t bytes; /* of batches */
  const char *memory_limit;
};

static inline void fake_say(enum ft_frame_kind kind, struct ft_span payload) {
  if (ft_frame_send(STDOUT_FILENO, kind, payload, NULL) != FT_OK) exit(9);
}

static inline void fake_report(enum ft_frame_kind kind, struct ft_buffer *json) {
  fake_say(kind, ft_buffer_view(json));
  ft_buffer_release(json);
}

static inline void fake_notice(const char *text) {
  struct ft_buffer json;
  ft_buffer_init(&json, 1 << 16);
  if (ft_notice_write(&json, text, NULL) != FT_OK) exit(9);
  fake_report(FT_FRAME_NOTICE, &json);
}

static inline void fake_progress(double fraction) {
  struct ft_buffer json;
  struct ft_progress progress = { .phase = "reading rows", .fraction = fraction };
  ft_buffer_init(&json, 1 << 16);
  if (ft_progress_write(&json, &progress, NULL) != FT_OK) exit(9);
  fake_report(FT_FRAME_PROGRESS, &json);
}

static inline void fake_failure(enum ft_status status, const char *message, const char *hint) {
  struct ft_buffer json;
  struct ft_error failure;
  ft_buffer_init(&json, 1 << 16);
  ft_fail(&failure, status, "%s", message);
  ft_fail_hint(&failure, "%s", hint);
  if (ft_failure_write(&json, &failure, NULL) != FT_OK) exit(9);
  fake_report(FT_FRAME_ERROR, &json);
}

/* Read frames to END. */
static inline void fake_read_rows(struct fake_trainer *trainer) {
  enum ft_frame_kind kind;
  do {
    if (ft_frame_receive(STDIN_FILENO, &kind, &trainer->frame, FT_FRAME_MAX_BYTES - 1, NULL) !=
        FT_OK)
      exit(8);
    if (kind == FT_FRAME_NONE) exit(7);
    if (kind != FT_FRAME_BATCH) continue;
    trainer->batches++;
    trainer->bytes += trainer->frame.size;
  } while (kind != FT_FRAME_END);
}

static inline void fake_ok(struct fake_trainer *trainer) {
  char text[64];
  fake_progress(0.5);
  fake_notice("a word from the trainer");
  fake_read_rows(trainer);
  snprintf(text, sizeof(text), "%llu bytes", (unsigned long long)trainer->bytes);
  fake_say(FT_FRAME_ARTIFACT, ft_span_of(text));
}

/* Says megabytes before it reads the first row. */
static inline void fake_talkative(struct fake_trainer *trainer) {
  static char text[7001];
  memset(text, 'x', sizeof(text) - 1);
  for (int i = 0; i < 900; i++)
    fake_notice(text);
  fake_read_rows(trainer);
  fake_say(FT_FRAME_ARTIFACT, FT_SPAN("said"));
}

static inline void fake_kill_itself(struct fake_trainer *trainer) {
  fake_read_rows(trainer);
  raise(SIGKILL);
}

static inline void fake_crash(struct fake_trainer *trainer) {
  (void)trainer;
  struct rlimit none = { 0, 0 };
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}

static inline void fake_exit(struct fake_trainer *trainer) {
  (void)trainer;
  fprintf(stderr, "first line\nlibgomp: no luck today\n");
  exit(3);
}

/* As libraries of C++ do when there is no memory. */
static inline void fake_bad_alloc(struct fake_trainer *trainer) {
  (void)trainer;
  fprintf(stderr, "terminate called after throwing an instance of 'std::bad_alloc'\n"
                  "  what():  std::bad_alloc\n");
  signal(SIGABRT, SIG_DFL);
  abort();
}

static inline void fake_silent(struct fake_trainer *trainer) {
  fake_read_rows(trainer);
}

static inline void fake_hang(struct fake_trainer *trainer) {
  (void)trainer;
  for (;;)
    pause();
}

static inline void fake_late(struct fake_trainer *trainer) {
  fake_read_rows(trainer);
  for (;;)
    pause();
}

static inline void fake_closed(struct fake_trainer *trainer) {
  fake_read_rows(trainer);
  close(STDOUT_FILENO);
  for (;;)
    pause();
}

static inline void fake_garbage(struct fake_trainer *trainer) {
  (void)trainer;
  if (write(STDOUT_FILENO, "hello, world, this is no frame", 30) != 30) exit(9);
  for (;;)
    pause();
}

static inline void fake_oversized(struct fake_trainer *trainer) {
  (void)trainer;
  if (write(STDOUT_FILENO, "\xff\xff\xff\x7fP", 5) != 5) exit(9);
  for (;;)
    pause();
}

static inline void fake_not_json(struct fake_trainer *trainer) {
  (void)trainer;
  fake_say(FT_FRAME_PROGRESS, FT_SPAN("{\"fraction\": "));
  for (;;)
    pause();
}

static inline void fake_flood(struct fake_trainer *trainer) {
  (void)trainer;
  for (;;)
    fake_progress(0.1);
}

static inline void fake_noise(struct fake_trainer *trainer) {
  for (int i = 0; i < 200000; i++)
    fprintf(stderr, "noise that nobody wants to read, line %d\n", i);
  fake_ok(trainer);
}

static inline void fake_early_failure(struct fake_trainer *trainer) {
  (void)trainer;
  fake_failure(FT_DATA, "the target has one class only: \"no\"", "Select rows of both classes.");
}

/* Reads no more, says why a little later. */
static inline void fake_deaf(struct fake_trainer *trainer) {
  (void)trainer;
  close(STDIN_FILENO);
  usleep(100000);
  fake_failure(FT_NOMEM, "the rows do not fit into the trainer's memory", "Use MAX_CELLS.");
}

static inline void fake_eager(struct fake_trainer *trainer) {
  (void)trainer;
  fake_say(FT_FRAME_ARTIFACT, FT_SPAN("too soon"));
  for (;;)
    pause();
}

static inline int fake_count_descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder && readdir(folder))
    count++;
  if (folder) closedir(folder);
  return count - 3; /* ".", ".." and the folder's own */
}

/* Tells how it was started. */
static inline void fake_surroundings(struct fake_trainer *trainer) {
  sigset_t mask;
  struct sigaction action;
  char text[256];
  sigprocmask(SIG_SETMASK, NULL, &mask);
  sigaction(SIGPIPE, NULL, &action);
  snprintf(text, sizeof(text),
           "descriptors %d, SIGUSR1 %s, SIGPIPE %s, group %s, HOME %s, limit %s",
           fake_count_descriptors(), sigismember(&mask, SIGUSR1) ? "blocked" : "open",
           action.sa_handler == SIG_DFL ? "default" : "ignored",
           getpgrp() == getpid() ? "own" : "shared", getenv("HOME") ? "set" : "unset",
           trainer->memory_limit);
  fake_notice(text);
  fake_ok(trainer);
}

struct fake_mode {
  const char *model;
  void (*run)(struct fake_trainer *trainer);
};

static const struct fake_mode fake_modes[] = {
  { "ok", fake_ok },
  { "talkative", fake_talkative },
  { "killed", fake_kill_itself },
  { "crash", fake_crash },
  { "exit", fake_exit },
  { "bad_alloc", fake_bad_alloc },
  { "silent", fake_silent },
  { "hang", fake_hang },
  { "late", fake_late },
  { "closed", fake_closed },
  { "garbage", fake_garbage },
  { "oversized", fake_oversized },
  { "not_json", fake_not_json },
  { "flood", fake_flood },
  { "noise", fake_noise },
  { "early_failure", fake_early_failure },
  { "deaf", fake_deaf },
  { "eager", fake_eager },
  { "surroundings", fake_surroundings },
};

/* `more` has further modes, of the test's own. */
static inline void fake_run(const struct fake_mode *more, size_t count, const char *limit) {
  struct fake_trainer trainer = { .memory_limit = limit };
  enum ft_frame_kind kind;
  ft_arena_init(&trainer.arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&trainer.frame, FT_FRAME_MAX_BYTES);
  if (ft_frame_receive(STDIN_FILENO, &kind, &trainer.frame, 1 << 20, NULL) != FT_OK ||
      kind != FT_FRAME_JOB ||
      ft_job_read(&trainer.job, &trainer.arena, ft_buffer_view(&trainer.frame), NULL) != FT_OK)
    exit(6);
  for (size_t i = 0; i < count; i++)
    if (strcmp(more[i].model, trainer.job.model) == 0) more[i].run(&trainer);
  for (size_t i = 0; i < sizeof(fake_modes) / sizeof(fake_modes[0]); i++)
    if (strcmp(fake_modes[i].model, trainer.job.model) == 0) fake_modes[i].run(&trainer);
  ft_buffer_release(&trainer.frame);
  ft_arena_release(&trainer.arena);
}

static inline void fake_trainer_main(int arguments, char **argument, const struct fake_mode *more,
                                     size_t count) {
  if (strcmp(argument[0], "foretell-trainer") != 0) return;
  fake_run(more, count, arguments == 3 ? argument[2] : "none");
  exit(0);
}

static inline const char *fake_trainer_path(void) {
  static char path[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
  path[size > 0 ? size : 0] = '\0';
  return path;
}

#endif
