/* What a database is looked through for when it is opened: models that do not fit the rest of it,
 * left by an older version that was killed, or by another program that dropped a schema or function.
 *
 * A model whose schema is gone is removed; one whose function is gone is named. What was done is told
 * to the first who watches the session. */
#ifndef FORETELL_HOSTS_DUCKDB_REPAIR_H
#define FORETELL_HOSTS_DUCKDB_REPAIR_H

#include "hosts/duckdb/session.h"

void ft_repair_run(struct ft_engine *engine);
/* Say what was found, once. */
void ft_repair_tell(struct ft_engine *engine);

#endif
