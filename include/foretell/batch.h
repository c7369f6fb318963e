/* A run of rows as columns, borrowed from whoever holds the memory.
 *
 * Shapes   `columns` columns of `rows` values each, in the carried form of type.h.
 * NULLs    bit r % 64 of validity[r / 64] is set when row r has a value; validity NULL: all have.
 *          The value under an unset bit is unspecified and must not be read as text.
 * Threads  read-only once filled. */
#ifndef FORETELL_BATCH_H
#define FORETELL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/type.h"

struct ft_column {
  enum ft_type type;
  const void *values;       /* rows values; aligned as their type needs */
  const uint64_t *validity; /* (rows + 63) / 64 words, or NULL */
};

struct ft_batch {
  size_t rows;
  size_t columns;
  const struct ft_column *column; /* `columns` of them */
};

#define FT_BATCH_MAX_ROWS 65536 /* rows of one batch on a pipe */

static inline bool ft_column_has(const struct ft_column *column, size_t row) {
  return !column->validity || (column->validity[row / 64] >> (row % 64) & 1);
}

/* Append the batch's bytes (little-endian; a column: type u8, flags u8, values; text as u32
 * lengths then bytes). */
void ft_batch_write(struct ft_buffer *out, const struct ft_batch *batch);

/* Read one batch written by ft_batch_write, checked against `field`; values are copied into the
 * arena (texts point into `bytes`, which must live as long).
 *
 * Errors: FT_CORRUPT  wrong counts, types, lengths, booleans other than 0/1; FT_NOMEM */
enum ft_status ft_batch_read(struct ft_batch *out, struct ft_arena *arena, struct ft_span bytes,
                             const struct ft_field *field, size_t fields,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
