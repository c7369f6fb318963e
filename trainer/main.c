/* foretell-trainer: frames on standard input, frames on standard output (foretell/job.h).
 *
 * It reads no file but its own program and no network, and of the environment only what OpenMP
 * does. */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "trainer/session.h"

static int say_usage(void) {
  fputs("usage: foretell-trainer [--memory-limit BYTES]\n"
        "Reads a training job on standard input; other programs start it.\n",
        stderr);
  return 2;
}

static bool limit_memory(const char *text) {
  char *end;
  unsigned long long bytes = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || bytes == 0) return false;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0) return false;
  if (limit.rlim_max != RLIM_INFINITY && bytes > limit.rlim_max) return true; /* lower already */
  limit.rlim_cur = limit.rlim_max = bytes;
  return setrlimit(RLIMIT_AS, &limit) == 0;
}

/* When memory runs out the kernel shall take this process, not a server. */
static void offer_to_die_first(void) {
  FILE *file = fopen("/proc/self/oom_score_adj", "w");
  if (!file) return;
  fputs("1000", file);
  fclose(file);
}

/* OpenMP's threads wait by spinning unless they are told otherwise before the program starts: on a
 * busy machine that costs minutes. So it starts itself once more, as the same process. */
static void start_again_without_spinning(char **argument) {
  if (getenv("OMP_WAIT_POLICY") || setenv("OMP_WAIT_POLICY", "passive", 1) != 0) return;
  execv("/proc/self/exe", argument);
}

int main(int arguments, char **argument) {
  for (int i = 1; i < arguments; i++) {
    if (strcmp(argument[i], "--memory-limit") != 0 || i + 1 == arguments) return say_usage();
    if (!limit_memory(argument[++i])) return say_usage();
  }
  start_again_without_spinning(argument);
  signal(SIGPIPE, SIG_IGN);
  offer_to_die_first();
  return ft_session_run(STDIN_FILENO, STDOUT_FILENO);
}
