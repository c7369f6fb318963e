#include "shell/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool ft_pager_wanted(void) {
  const char *pager = getenv("PAGER");
  return pager && *pager && strcmp(pager, "cat") != 0;
}

/* We ignore SIGPIPE; the pager must not. */
static bool spawn_pager(pid_t *process, int input) {
  char shell[] = "sh", option[] = "-c";
  char *arguments[] = { shell, option, getenv("PAGER"), NULL };
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  if (posix_spawn_file_actions_init(&files) != 0) return false;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return false;
  }
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  /* Quit when all fits, colours, no wrapping: only where the user has not said otherwise. */
  setenv("LESS", "FRSX", 0);
  bool done = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO) == 0 &&
              posix_spawnattr_setsigdefault(&attributes, &defaults) == 0 &&
              posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF) == 0 &&
              posix_spawn(process, "/bin/sh", &files, &attributes, arguments, environ) == 0;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return done;
}

FILE *ft_pager_open(struct ft_pager *pager) {
  int ends[2];
  if (!ft_pager_wanted() || pipe2(ends, O_CLOEXEC) != 0) return NULL;
  bool started = spawn_pager(&pager->process, ends[0]);
  close(ends[0]);
  pager->in = started ? fdopen(ends[1], "w") : NULL;
  if (!pager->in) close(ends[1]);
  return pager->in;
}

void ft_pager_close(struct ft_pager *pager) {
  fclose(pager->in);
  while (waitpid(pager->process, NULL, 0) < 0 && errno == EINTR)
    continue;
}
