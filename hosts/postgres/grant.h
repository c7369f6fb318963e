/* GRANT and REVOKE on models, as PostgreSQL's privileges on their functions. */
#ifndef FORETELL_HOSTS_POSTGRES_GRANT_H
#define FORETELL_HOSTS_POSTGRES_GRANT_H

#include "hosts/postgres/version.h"

#include "hosts/postgres/session.h"

/* EXECUTE and ALL on a model are EXECUTE on its functions; CREATE MODEL is EXECUTE on the procedure
 * foretell.create_model.
 * Errors: FT_UNSUPPORTED  DROP MODEL as a privilege; the server's own */
enum ft_status ft_grant_execute(struct ft_session *session, struct ft_arena *arena,
                                const struct ft_host *host, const struct ft_statement *statement,
                                struct ft_error *err) FT_MUST_CHECK;

/* FT_PRIVILEGE unless the user may train. */
enum ft_status ft_grant_check_create(struct ft_session *session,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
