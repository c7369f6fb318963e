#include "shell/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hosts/duckdb/engine.h"

static atomic_bool interrupted, resized, continued;
static _Atomic(struct ft_engine *) watched;

static void take_interrupt(int number) {
  (void)number;
  int saved = errno;
  atomic_store(&interrupted, true);
  struct ft_engine *engine = atomic_load(&watched);
  if (engine) ft_engine_interrupt(engine);
  errno = saved;
}

static void take_other(int number) {
  if (number == SIGWINCH) atomic_store(&resized, true);
  if (number == SIGCONT) atomic_store(&continued, true);
}

static void install(int number, void (*handler)(int)) {
  struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void ft_interrupt_install(void) {
  install(SIGINT, take_interrupt);
  install(SIGWINCH, take_other);
  install(SIGCONT, take_other);
  install(SIGPIPE, SIG_IGN); /* writing fails instead, and says so */
}

void ft_interrupt_watch(struct ft_engine *engine) {
  atomic_store(&watched, engine);
}

bool ft_interrupt_pending(void) {
  return atomic_load(&interrupted);
}

void ft_interrupt_forget(void) {
  atomic_store(&interrupted, false);
}

bool ft_interrupt_resized(void) {
  return atomic_exchange(&resized, false);
}

bool ft_interrupt_continued(void) {
  return atomic_exchange(&continued, false);
}

/* A signal between the question and the wait must end the wait: it is let in only there. */
bool ft_interrupt_wait(int descriptor) {
  sigset_t ours, before;
  sigemptyset(&ours);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGWINCH);
  sigaddset(&ours, SIGCONT);
  pthread_sigmask(SIG_BLOCK, &ours, &before);
  bool ready = false;
  if (!atomic_load(&interrupted) && !atomic_load(&resized) && !atomic_load(&continued)) {
    struct pollfd wanted = { .fd = descriptor, .events = POLLIN };
    ready = ppoll(&wanted, 1, NULL, &before) > 0;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return ready;
}

enum ft_status ft_interrupt_read(size_t *out, int descriptor, void *bytes, size_t size,
                                 struct ft_error *err) {
  for (;;) {
    if (ft_interrupt_pending()) return ft_fail(err, FT_CANCELLED, "reading was cancelled");
    if (!ft_interrupt_wait(descriptor)) {
      ft_interrupt_resized();
      ft_interrupt_continued();
      continue;
    }
    ssize_t got = read(descriptor, bytes, size);
    if (got >= 0) {
      *out = (size_t)got;
      return FT_OK;
    }
    if (errno != EINTR && errno != EAGAIN)
      return ft_fail(err, FT_IO, "the script cannot be read: %s", strerror(errno));
  }
}

static struct winsize size_of(int descriptor) {
  struct winsize size = { 0 };
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) memset(&size, 0, sizeof size);
  return size;
}

size_t ft_terminal_width(int descriptor) {
  return size_of(descriptor).ws_col;
}

size_t ft_terminal_height(int descriptor) {
  return size_of(descriptor).ws_row;
}
