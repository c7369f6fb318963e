/* foretell-trainer: frames on standard input, frames on standard output (foretell/job.h).
 *
 * It reads no file but its own program and no network, and of the environment only FORETELL_DEBUG
 * and what OpenMP does. Whoever starts it sets OMP_WAIT_POLICY=passive: OpenMP's threads otherwise
 * wait by spinning, which costs minutes on a busy machine. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "foretell/process.h"
#include "trainer/session.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#define HAS_SHADOW __has_feature(address_sanitizer)
#else
#define HAS_SHADOW 0
#endif

static int say_usage(void) {
  fputs("usage: foretell-trainer [--memory-limit BYTES]\n"
        "Reads a training job on standard input; other programs start it.\n",
        stderr);
  return 2;
}

/* What counts is memory that can be written to. The address space would tell less: threads reserve
 * much of it that they never use. AddressSanitizer's shadow alone is beyond any limit. */
static bool limit_memory(const char *text) {
  char *end;
  unsigned long long bytes = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || bytes == 0) return false;
  if (HAS_SHADOW) return true;
  struct rlimit limit;
  if (getrlimit(RLIMIT_DATA, &limit) != 0) return false;
  if (limit.rlim_max != RLIM_INFINITY && bytes > limit.rlim_max) return true; /* lower already */
  limit.rlim_cur = limit.rlim_max = bytes;
  return setrlimit(RLIMIT_DATA, &limit) == 0;
}

/* When memory runs out the kernel shall take this process, not a server. */
static void offer_to_die_first(void) {
  FILE *file = fopen("/proc/self/oom_score_adj", "w");
  if (!file) return;
  fputs("1000", file);
  fclose(file);
}

int main(int arguments, char **argument) {
  prctl(PR_SET_NAME, "foretell-trainer"); /* the kernel keeps 15 characters */
  offer_to_die_first();                   /* a private process's files in /proc are root's */
  ft_process_keep_private();
  for (int i = 1; i < arguments; i++) {
    if (strcmp(argument[i], "--memory-limit") != 0 || i + 1 == arguments) return say_usage();
    if (!limit_memory(argument[++i])) return say_usage();
  }
  signal(SIGPIPE, SIG_IGN);
  return ft_session_run(STDIN_FILENO, STDOUT_FILENO);
}
