/* What ATTACH asks of the session: with an encrypted database at hand, temporary files are encrypted
 * too, or not written at all. */
#ifndef FORETELL_HOSTS_DUCKDB_ATTACH_H
#define FORETELL_HOSTS_DUCKDB_ATTACH_H

#include "hosts/duckdb/session.h"

/* After an ATTACH that succeeded.
 *
 * Errors: FT_IN_USE  rows are in temporary files in the clear already; what is encrypted was detached */
enum ft_status ft_attach_follow(struct ft_engine *engine, struct ft_error *err) FT_MUST_CHECK;

#endif
