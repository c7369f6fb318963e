#include "core/command/trainer_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "foretell/job.h"
#include "foretell/memory.h"
#include "foretell/process.h"
#include "foretell/span.h"

#define END_PATIENCE_MS 2000 /* for a trainer to end after it closed its output */
#define END_STEP_MS     5

/* What of our environment the trainer sees: the choice of a kernel, and what developers set. */
static const char *const kept_variables[] = { "FORETELL_KERNEL", FT_PROCESS_DEBUG, "ASAN_OPTIONS",
                                              "UBSAN_OPTIONS", "LSAN_OPTIONS" };
#define KEPT_VARIABLES (sizeof(kept_variables) / sizeof(kept_variables[0]))
#define VARIABLE_BYTES 1024

struct environment {
  char text[KEPT_VARIABLES][VARIABLE_BYTES];
  char *list[KEPT_VARIABLES + 4];
};

/* The six ends of three channels; [0] ours, [1] the trainer's. */
struct channels {
  int input[2];
  int output[2];
  int errors[2];
};

static char locale_variable[] = "LC_ALL=C";
static char path_variable[] = "PATH=/usr/bin:/bin";
static char openmp_variable[] = "OMP_WAIT_POLICY=passive"; /* see trainer/main.c */

static void close_descriptor(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static void close_pair(int pair[2]) {
  close_descriptor(&pair[0]);
  close_descriptor(&pair[1]);
}

static void close_channels(struct channels *channels) {
  close_pair(channels->input);
  close_pair(channels->output);
  close_pair(channels->errors);
}

/* A caller without descriptors 0 to 2 would get them here, and the child's dup2 would then write
 * over an end that it still needs: move everything above them. */
static bool lift_pair(int pair[2]) {
  for (int i = 0; i < 2; i++) {
    if (pair[i] > STDERR_FILENO) continue;
    int lifted = fcntl(pair[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (lifted < 0) return false;
    close(pair[i]);
    pair[i] = lifted;
  }
  return true;
}

static bool open_socket(int pair[2]) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && lift_pair(pair);
}

static bool open_pipe(int pair[2]) {
  return pipe2(pair, O_CLOEXEC) == 0 && lift_pair(pair) && fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0;
}

static bool open_channels(struct channels *channels) {
  *channels = (struct channels){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
  return open_socket(channels->input) && open_pipe(channels->output) && open_pipe(channels->errors);
}

static void fill_environment(struct environment *environment) {
  size_t count = 0;
  environment->list[count++] = locale_variable;
  environment->list[count++] = path_variable;
  environment->list[count++] = openmp_variable;
  for (size_t i = 0; i < KEPT_VARIABLES; i++) {
    const char *value = getenv(kept_variables[i]);
    if (!value) continue;
    int size = snprintf(environment->text[i], VARIABLE_BYTES, "%s=%s", kept_variables[i], value);
    if (size > 0 && size < VARIABLE_BYTES) environment->list[count++] = environment->text[i];
  }
  environment->list[count] = NULL;
}

static int fill_actions(posix_spawn_file_actions_t *actions, const struct channels *channels) {
  int failure = posix_spawn_file_actions_adddup2(actions, channels->input[1], STDIN_FILENO);
  if (!failure)
    failure = posix_spawn_file_actions_adddup2(actions, channels->output[1], STDOUT_FILENO);
  if (!failure)
    failure = posix_spawn_file_actions_adddup2(actions, channels->errors[1], STDERR_FILENO);
  if (!failure) failure = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  return failure;
}

static int fill_attributes(posix_spawnattr_t *attributes) {
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  int failure = posix_spawnattr_setsigdefault(attributes, &all);
  if (!failure) failure = posix_spawnattr_setsigmask(attributes, &none);
  if (!failure) failure = posix_spawnattr_setpgroup(attributes, 0);
  if (!failure)
    failure = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                                       POSIX_SPAWN_SETPGROUP);
  return failure;
}

static int spawn(pid_t *pid, const char *path, uint64_t memory_bytes,
                 const struct channels *channels) {
  char program[] = "foretell-trainer";
  char option[] = "--memory-limit";
  char limit[24];
  snprintf(limit, sizeof(limit), "%" PRIu64, memory_bytes);
  char *arguments[] = { program, memory_bytes ? option : NULL, limit, NULL };
  struct environment environment;
  fill_environment(&environment);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failure = posix_spawn_file_actions_init(&actions);
  if (failure) return failure;
  failure = posix_spawnattr_init(&attributes);
  if (!failure) {
    failure = fill_actions(&actions, channels);
    if (!failure) failure = fill_attributes(&attributes);
    if (!failure)
      failure = posix_spawn(pid, path, &actions, &attributes, arguments, environment.list);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

enum ft_status ft_trainer_process_open(struct ft_trainer_process *process,
                                       const struct ft_host *host, struct ft_error *err) {
  const char *path = host->trainer_path;
  if (!path || path[0] != '/') {
    ft_fail(err, FT_TRAINER, "the trainer program was not found");
    return ft_fail_hint(err, "Set FORETELL_TRAINER to the full path of foretell-trainer.");
  }
  struct channels channels;
  if (!open_channels(&channels)) {
    int number = errno;
    close_channels(&channels);
    return ft_fail(err, FT_IO, "could not open a pipe to the trainer: %s", strerror(number));
  }
  pid_t pid = 0;
  int failure = spawn(&pid, path, host->trainer_memory_bytes, &channels);
  if (failure) {
    close_channels(&channels);
    return ft_fail(err, FT_TRAINER, "could not start the trainer \"%s\": %s", path,
                   strerror(failure));
  }
  *process = (struct ft_trainer_process){
    .pid = pid,
    .memory_bytes = host->trainer_memory_bytes,
    .memory_setting = host->trainer_memory_setting,
    .input = channels.input[0],
    .output = channels.output[0],
    .errors = channels.errors[0],
  };
  close_descriptor(&channels.input[1]);
  close_descriptor(&channels.output[1]);
  close_descriptor(&channels.errors[1]);
  return FT_OK;
}

static void reap(struct ft_trainer_process *process) {
  int status = 0;
  pid_t answer;
  do {
    answer = waitpid(process->pid, &status, 0);
  } while (answer < 0 && errno == EINTR);
  process->status = answer == process->pid ? status : 0;
  process->ended = true;
  process->pid = 0;
}

static void kill_and_reap(struct ft_trainer_process *process) {
  if (!process->pid) return;
  /* The group, which posix_spawn made before the program began. */
  kill(-process->pid, SIGKILL);
  kill(process->pid, SIGKILL);
  reap(process);
}

void ft_trainer_process_close(struct ft_trainer_process *process) {
  kill_and_reap(process);
  close_descriptor(&process->input);
  close_descriptor(&process->output);
  close_descriptor(&process->errors);
}

void ft_trainer_process_stop(struct ft_trainer_process *process) {
  if (process->pid) kill(process->pid, FT_STOP_SIGNAL);
}

/* Keep the last FT_TRAINER_TAIL_BYTES of all that was read. */
static void keep_tail(struct ft_trainer_process *process, const char *bytes, size_t size) {
  if (size > sizeof(process->tail)) {
    bytes += size - sizeof(process->tail);
    size = sizeof(process->tail);
  }
  size_t room = sizeof(process->tail) - process->tail_bytes;
  if (size > room) {
    size_t away = size - room;
    memmove(process->tail, process->tail + away, process->tail_bytes - away);
    process->tail_bytes -= (uint32_t)away;
  }
  memcpy(process->tail + process->tail_bytes, bytes, size);
  process->tail_bytes += (uint32_t)size;
}

void ft_trainer_process_read_errors(struct ft_trainer_process *process) {
  if (process->errors < 0) return;
  char bytes[4096];
  ssize_t size = read(process->errors, bytes, sizeof(bytes));
  if (size > 0)
    keep_tail(process, bytes, (size_t)size);
  else if (size == 0 || (errno != EAGAIN && errno != EINTR))
    close_descriptor(&process->errors);
}

bool ft_trainer_process_ended(struct ft_trainer_process *process) {
  if (process->ended || !process->pid) return true;
  int status = 0;
  pid_t answer = waitpid(process->pid, &status, WNOHANG);
  if (answer == 0 || (answer < 0 && errno == EINTR)) return false;
  process->status = answer > 0 ? status : 0; /* ECHILD: somebody else reaped it */
  process->ended = true;
  process->pid = 0;
  return true;
}

static bool wait_for_end(struct ft_trainer_process *process) {
  for (int waited = 0; waited < END_PATIENCE_MS; waited += END_STEP_MS) {
    if (ft_trainer_process_ended(process)) return true;
    struct timespec step = { 0, END_STEP_MS * 1000000L };
    nanosleep(&step, NULL);
  }
  return ft_trainer_process_ended(process);
}

/* Its last line, when it is text, as the hint. */
static void hint_last_words(const struct ft_trainer_process *process, struct ft_error *err) {
  struct ft_span words = ft_span_trim((struct ft_span){ process->tail, process->tail_bytes });
  for (size_t i = words.size; i > 0; i--) {
    if (words.data[i - 1] != '\n') continue;
    words = (struct ft_span){ words.data + i, words.size - i };
    break;
  }
  words = ft_span_trim(words);
  if (words.size == 0 || words.size > 200 || !ft_span_is_utf8(words)) return;
  for (size_t i = 0; i < words.size; i++)
    if ((unsigned char)words.data[i] < 0x20 || words.data[i] == 0x7f) return;
  ft_fail_hint(err, "Its last words: %.*s", FT_SPAN_ARG(words));
}

void ft_trainer_process_name_limit(const struct ft_trainer_process *process, struct ft_error *err) {
  if (!err || err->status != FT_NOMEM || !process->memory_bytes) return;
  struct ft_error said = *err;
  const char *setting = process->memory_setting;
  char limit[FT_MEMORY_TEXT_BYTES];
  ft_memory_text(limit, process->memory_bytes);
  ft_fail(err, FT_NOMEM, "%s; the trainer may take %s%s%s%s", said.message, limit,
          setting ? " (" : "", setting ? setting : "", setting ? ")" : "");
  if (said.hint[0])
    ft_fail_hint(err, "%s", said.hint);
  else if (setting)
    ft_fail_hint(err,
                 "Raise %s; fewer rows (SETTINGS (MAX_CELLS n)) or a smaller model file take less.",
                 setting);
}

/* Words of libraries that get no memory, for a thread for instance, and end the program. */
static bool told_of_memory(const struct ft_trainer_process *process) {
  static const char *const words[] = { "bad_alloc", "ut of memory", "annot allocate memory",
                                       "Thread creation failed" };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (memmem(process->tail, process->tail_bytes, words[i], strlen(words[i]))) return true;
  return false;
}

/* The kernel kills what takes too much. */
static enum ft_status explain_signal(const struct ft_trainer_process *process,
                                     struct ft_error *err) {
  int number = WTERMSIG(process->status);
  const char *name = strsignal(number);
  bool memory = number == SIGKILL || number == SIGABRT;
  ft_fail(err, FT_TRAINER, "the trainer was killed by signal %d (%s)%s", number,
          name ? name : "unknown", memory ? "; it may have been out of memory" : "");
  if (memory)
    ft_fail_hint(err, "Train on fewer rows (SETTINGS (MAX_CELLS n)), or give it more memory.");
  return FT_TRAINER;
}

static enum ft_status explain_end(const struct ft_trainer_process *process, struct ft_error *err) {
  if (told_of_memory(process)) {
    ft_fail(err, FT_NOMEM, "out of memory to train");
    ft_trainer_process_name_limit(process, err);
    return FT_NOMEM;
  }
  if (WIFSIGNALED(process->status)) return explain_signal(process, err);
  if (!WEXITSTATUS(process->status))
    return ft_fail(err, FT_TRAINER, "the trainer ended without giving a model");
  return ft_fail(err, FT_TRAINER,
                 "the trainer ended with exit status %d and without giving a model",
                 WEXITSTATUS(process->status));
}

enum ft_status ft_trainer_process_explain(struct ft_trainer_process *process,
                                          struct ft_error *err) {
  if (!wait_for_end(process)) {
    kill_and_reap(process);
    return ft_fail(err, FT_TRAINER, "the trainer closed its output without giving a model");
  }
  ft_trainer_process_read_errors(process);
  enum ft_status status = explain_end(process, err);
  if (err && !err->hint[0]) hint_last_words(process, err);
  return status;
}
