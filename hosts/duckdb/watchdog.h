/* Ends the query of a connection at a time: a thread that interrupts it when the time has come.
 *
 * Why      rows are waited for inside the engine, where nobody looks at a clock.
 * Threads  started and stopped by the session's thread; its own thread ends with ft_watchdog_stop. */
#ifndef FORETELL_HOSTS_DUCKDB_WATCHDOG_H
#define FORETELL_HOSTS_DUCKDB_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "foretell/error.h"
#include "hosts/duckdb/duckdb_api.h"

struct ft_watchdog {
  duckdb_connection connection; /* borrowed */
  int64_t deadline_ms;          /* CLOCK_MONOTONIC */
  bool started;
  bool ended; /* under lock, as `stopped` */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t stopped;
};

/* `deadline_ms` 0: never, and nothing is started. Must be stopped.
 * Errors: FT_NOMEM  no thread */
enum ft_status ft_watchdog_start(struct ft_watchdog *watchdog, duckdb_connection connection,
                                 int64_t deadline_ms, struct ft_error *err) FT_MUST_CHECK;
void ft_watchdog_stop(struct ft_watchdog *watchdog);

#endif
