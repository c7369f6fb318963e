#include "hosts/postgres/deadline.h"

#include <limits.h>
#include <miscadmin.h>
#include <signal.h>
#include <storage/latch.h>
#include <time.h>
#include <utils/timeout.h>

static TimeoutId timer = MAX_TIMEOUTS; /* not asked for yet */
static bool set;
static volatile sig_atomic_t come;

/* In a signal handler. */
static void strike(void) {
  come = true;
  InterruptPending = true;
  QueryCancelPending = true;
  SetLatch(MyLatch);
}

static int64 now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void ft_deadline_set(int64 deadline_ms) {
  if (!deadline_ms) return;
  if (timer == MAX_TIMEOUTS) timer = RegisterTimeout(USER_TIMEOUT, strike);
  int64 left = deadline_ms - now_ms();
  come = false;
  set = true;
  enable_timeout_after(timer, left < 1 ? 1 : left > INT_MAX ? INT_MAX : (int)left);
}

bool ft_deadline_has_come(void) {
  return come;
}

void ft_deadline_clear(void) {
  if (!set) return;
  disable_timeout(timer, false);
  if (come) QueryCancelPending = false;
  set = false;
  come = false;
}
