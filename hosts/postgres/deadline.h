/* A time at which the query that runs is cancelled, as statement_timeout does it: by a timer of the
 * server's, so that a query that gives no row ends too.
 *
 * Threads  a backend has one; one deadline at a time. */
#ifndef FORETELL_HOSTS_POSTGRES_DEADLINE_H
#define FORETELL_HOSTS_POSTGRES_DEADLINE_H

#include "hosts/postgres/version.h"

/* `deadline_ms` of CLOCK_MONOTONIC; 0: never. May raise when the server has no timer left. */
void ft_deadline_set(int64 deadline_ms);
/* Has it come? The cancel that is pending then is the deadline's, not the user's. */
bool ft_deadline_has_come(void);
/* No deadline any more; a cancel of its own that was not raised is taken back. */
void ft_deadline_clear(void);

#endif
