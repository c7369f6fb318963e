/* Models sealed with the server's key, so that what every role can read in pg_proc tells nothing.
 *
 * Key       foretell.key_file: 32 bytes, or 64 hexadecimal digits; read anew by each backend that
 *           needs it. All nodes of a cluster and all replicas have the same.
 * Bound     to the names of the model's schema and its functions' owner: copied into another's
 *           functions, the bytes do not open. */
#ifndef FORETELL_HOSTS_POSTGRES_SEALING_H
#define FORETELL_HOSTS_POSTGRES_SEALING_H

#include "hosts/postgres/version.h"

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

/* Are new models to be sealed? */
bool ft_sealing_is_on(void);

/* Append the artifact as it is stored: sealed when there is a key file, else as it is.
 * Errors: FT_IO  the key file */
enum ft_status ft_sealing_write(struct ft_buffer *out, const char *schema, const char *owner,
                                struct ft_span artifact, struct ft_error *err) FT_MUST_CHECK;

/* The artifact of stored bytes, in the current memory context; those themselves when they are not
 * sealed. May raise PostgreSQL's errors.
 * Errors: FT_IO       no key file, or not readable
 *         FT_CORRUPT  sealed with another key, for another schema or owner */
enum ft_status ft_sealing_open(struct ft_span *out, Oid schema, Oid owner, struct ft_span stored,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
