/* The inner edge: PostgreSQL's functions called on behalf of the core.
 *
 * Errors    PostgreSQL raises by a long jump. Here it is caught, what was done is undone (each guard
 *           is a subtransaction), and it becomes an ft_error: nothing jumps across the core.
 * Cancel    what the core does after it has seen a cancel (keeping the reason of the failure) must
 *           not be cancelled by the same signal; interrupts are held then. */
#ifndef FORETELL_HOSTS_POSTGRES_GUARD_H
#define FORETELL_HOSTS_POSTGRES_GUARD_H

#include "hosts/postgres/version.h"

#include "hosts/postgres/session.h"

typedef enum ft_status (*ft_guarded)(void *self, struct ft_error *err);

/* Run `work`, which may raise, for the user, with the user's rights and search_path. `query` (may be empty)
 * stands at `position` of the statement: errors point there. */
enum ft_status ft_guard_query(struct ft_session *session, ft_guarded work, void *self,
                              struct ft_span query, size_t position,
                              struct ft_error *err) FT_MUST_CHECK;

/* The same with a search_path of pg_catalog alone, for statements of our own. */
enum ft_status ft_guard_own(struct ft_session *session, ft_guarded work, void *self,
                            struct ft_error *err) FT_MUST_CHECK;

/* Run `work` without a subtransaction, for what ends transactions. */
enum ft_status ft_guard_bare(struct ft_session *session, void (*work)(void),
                             struct ft_error *err) FT_MUST_CHECK;

#endif
