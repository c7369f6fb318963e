/* numpy's .npy files: one array, whose items stay where they are.
 *
 * Shapes   as ft_pickle_array says; types of bool, integers, floats, texts and structures of them.
 * Hostile  the shape's product is compared with the bytes that are there.
 * Memory   the arena's; data points into the bytes.
 * Source   numpy.lib.format, versions 1 to 3. */
#ifndef FORETELL_IMPORT_SKLEARN_NPY_H
#define FORETELL_IMPORT_SKLEARN_NPY_H

#include "core/import/pickle/pickle.h"

/* A node of kind FT_PICKLE_ARRAY.
 * Errors: FT_CORRUPT; FT_UNSUPPORTED  items that are Python objects; FT_NOMEM */
enum ft_status ft_npy_read(struct ft_pickle **out, struct ft_arena *arena, struct ft_span bytes,
                           struct ft_error *err) FT_MUST_CHECK;

#endif
