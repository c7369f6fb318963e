/* A model's bytes, read from its carriers.
 *
 * Source   carriers are found by an index scan of pg_proc and never through the caches of the
 *          session, which would keep them.
 * Sealed   what is sealed is opened with the server's key.
 * Hostile  carriers count only in the schema of the model's function and when its owner made them,
 *          and the whole must hash to what the function's body says. */
#ifndef FORETELL_HOSTS_POSTGRES_FETCH_H
#define FORETELL_HOSTS_POSTGRES_FETCH_H

#include "hosts/postgres/version.h"

#include "foretell/error.h"
#include "foretell/span.h"
#include "hosts/postgres/body.h"

/* Whose carriers. */
struct ft_place_of {
  Oid schema;
  Oid owner;
  Oid language;
};

/* The bytes are in the current memory context. May raise PostgreSQL's errors.
 * Errors: FT_UNDEFINED_OBJECT  a carrier is not there
 *         FT_CORRUPT           other bytes than the body says */
enum ft_status ft_artifact_fetch(struct ft_span *out, const struct ft_place_of *place,
                                 const struct ft_body *body, struct ft_error *err) FT_MUST_CHECK;

#endif
