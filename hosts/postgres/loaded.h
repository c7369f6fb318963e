/* The plans that this backend has ready: made at a model's first call, kept for the next ones.
 *
 * Identity  schema, owner and the artifact's SHA-256: bytes that one owner's carriers brought serve
 *           no other owner's functions.
 * Lifetime  a plan that a call site holds stays; the others go, oldest first, when all of them take
 *           more than FT_LOADED_BYTES. The plans are malloc's, the call sites memory contexts'. */
#ifndef FORETELL_HOSTS_POSTGRES_LOADED_H
#define FORETELL_HOSTS_POSTGRES_LOADED_H

#include "hosts/postgres/version.h"

#include "foretell/plan.h"
#include "hosts/postgres/fetch.h"

#define FT_LOADED_BYTES ((size_t)256 << 20) /* of artifacts; a plan takes a few times as much */

struct ft_loaded_key {
  struct ft_place_of place;
  struct ft_sha256 artifact;
};

struct ft_loaded {
  struct ft_loaded_key key; /* first: the hash table's */
  struct ft_plan *plan;
  struct ft_scratch *scratch; /* one call at a time uses it */
  size_t bytes;               /* of the artifact */
  uint64 used;                /* when, by a count of uses */
  int holders;
};

/* The plan, held until `holder` is reset or deleted. May raise PostgreSQL's errors.
 * Errors: as ft_artifact_fetch and ft_plan_open */
enum ft_status ft_loaded_hold(struct ft_loaded **out, MemoryContext holder,
                              const struct ft_place_of *place, const struct ft_body *body,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
