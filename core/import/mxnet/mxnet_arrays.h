/* MXNet's parameter file: a list of arrays, with names or without.
 *
 * Source   NDArray::Save and Load of MXNet 1.0 … 1.9 (src/ndarray/ndarray.cc): u64 0x112, u64 0, u64
 *          count, the arrays, u64 count, each name as u64 length and bytes. An array: u32 0xF993FAC9, i32
 *          storage (0 dense), u32 dimensions, i64 each, i32 and i32 the device, i32 type (0 float32), the
 *          values, row-major. Little-endian.
 * Hostile  counts and sizes are checked against the bytes that there are. */
#ifndef FORETELL_IMPORT_MXNET_ARRAYS_H
#define FORETELL_IMPORT_MXNET_ARRAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

#define FT_MXNET_MAX_DIMENSIONS 2

struct ft_mxnet_array {
  struct ft_span name; /* "arg:fc0_weight"; empty: none */
  uint32_t dimensions;
  uint32_t size[FT_MXNET_MAX_DIMENSIONS]; /* 1 beyond the dimensions */
  const float *value;                     /* size[0] × size[1] */
};

struct ft_mxnet_arrays {
  uint32_t arrays;
  const struct ft_mxnet_array *array;
};

/* Do the bytes begin as such a file does? */
bool ft_mxnet_arrays_begin(struct ft_span bytes);

/* Errors: FT_CORRUPT      it is damaged
 *         FT_UNSUPPORTED  another version's, sparse, of more dimensions, or not of float32
 *         FT_NOMEM */
enum ft_status ft_mxnet_arrays_read(struct ft_mxnet_arrays *out, struct ft_arena *arena,
                                    struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

/* The array of a parameter of the graph, "fc0_weight"; NULL: none. */
const struct ft_mxnet_array *ft_mxnet_arrays_find(const struct ft_mxnet_arrays *arrays,
                                                  struct ft_span parameter);

#endif
