/* Our statements as text: CALL foretell.create_model(…), show_model(…), DO LANGUAGE foretell.
 *
 * The outer edge: here, and nowhere further in, the core's errors become PostgreSQL's. */
#ifndef FORETELL_HOSTS_POSTGRES_ENTRY_H
#define FORETELL_HOSTS_POSTGRES_ENTRY_H

#include "hosts/postgres/version.h"

#include "foretell/span.h"

/* Run one statement that gives no rows; `atomic`: transactions are not ours to end. Raises. */
void ft_statement_execute(struct ft_span text, bool atomic);

#endif
