#include "hosts/duckdb/watchdog.h"

#include <errno.h>
#include <time.h>

#define AGAIN_MS 50 /* an interrupt between two steps of the engine's may be forgotten */

/* False: the time has come before it was stopped. The lock is held. */
static bool wait_until(struct ft_watchdog *watchdog, int64_t ms) {
  struct timespec until = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 };
  int failure = 0;
  while (!watchdog->ended && failure != ETIMEDOUT)
    failure = pthread_cond_timedwait(&watchdog->stopped, &watchdog->lock, &until);
  return watchdog->ended;
}

static void *watch(void *self) {
  struct ft_watchdog *watchdog = self;
  pthread_mutex_lock(&watchdog->lock);
  for (int64_t ms = watchdog->deadline_ms; !wait_until(watchdog, ms); ms += AGAIN_MS)
    duckdb_interrupt(watchdog->connection);
  pthread_mutex_unlock(&watchdog->lock);
  return NULL;
}

static void release(struct ft_watchdog *watchdog) {
  pthread_cond_destroy(&watchdog->stopped);
  pthread_mutex_destroy(&watchdog->lock);
}

enum ft_status ft_watchdog_start(struct ft_watchdog *watchdog, duckdb_connection connection,
                                 int64_t deadline_ms, struct ft_error *err) {
  *watchdog = (struct ft_watchdog){ .connection = connection, .deadline_ms = deadline_ms };
  if (!deadline_ms) return FT_OK;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&watchdog->stopped, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&watchdog->lock, NULL);
  watchdog->started = pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0;
  if (watchdog->started) return FT_OK;
  release(watchdog);
  return ft_fail(err, FT_NOMEM, "out of memory for a thread that limits the query's time");
}

void ft_watchdog_stop(struct ft_watchdog *watchdog) {
  if (!watchdog->started) return;
  pthread_mutex_lock(&watchdog->lock);
  watchdog->ended = true;
  pthread_cond_signal(&watchdog->stopped);
  pthread_mutex_unlock(&watchdog->lock);
  pthread_join(watchdog->thread, NULL);
  release(watchdog);
}
