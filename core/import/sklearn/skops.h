/* skops files: a zip archive of schema.json, a tree of Python's objects, and arrays as .npy.
 *
 * Shapes   as pickle.h says: what the schema calls an object is one, with its class's name.
 * Hostile  entries, bytes and their ratio are limited; nesting is that of JSON. Nothing is run.
 * Memory   the arena's.
 * Source   skops.io, protocols 0 to 2. */
#ifndef FORETELL_IMPORT_SKLEARN_SKOPS_H
#define FORETELL_IMPORT_SKLEARN_SKOPS_H

#include "core/import/pickle/pickle.h"

/* A zip archive with a schema in it? */
bool ft_skops_fits(struct ft_span bytes);

/* Errors: FT_CORRUPT, FT_LIMIT, FT_UNSUPPORTED, FT_NOMEM */
enum ft_status ft_skops_read(const struct ft_pickle **out, struct ft_arena *arena,
                             struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#endif
