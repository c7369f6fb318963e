/* DuckDB's chunks as batches: the one conversion that training and prediction share.
 *
 * Shapes   a chunk's columns, in order, have the engine's types that ft_duckdb_type_of gives for
 *          the fields; at most FT_DUCKDB_ROWS rows.
 * NULLs    DuckDB's validity masks are used as they are; an infinite date or time becomes a NULL.
 * Memory   numbers are borrowed from the chunk, or from the copies of rows; texts get spans that
 *          point into it.
 * Threads  one thread at a time. */
#ifndef FORETELL_HOSTS_DUCKDB_VECTORS_H
#define FORETELL_HOSTS_DUCKDB_VECTORS_H

#include "foretell/batch.h"
#include "hosts/duckdb/duckdb_api.h"

struct ft_vectors {
  size_t columns;
  struct ft_column *column;    /* owned; filled by ft_vectors_view */
  enum ft_type *type;          /* owned */
  void **values;               /* owned; spans of a text column, else NULL */
  uint64_t **mask;             /* owned; of a column that can be infinite, else NULL */
  duckdb_vector *flat;         /* owned; a row's columns, flattened; NULL before the first row */
  duckdb_selection_vector all; /* owned; 0, 1, 2 …; NULL before the first row */
};

/* Errors: FT_NOMEM. On failure nothing is held. */
enum ft_status ft_vectors_init(struct ft_vectors *vectors, const enum ft_type *type, size_t columns,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_vectors_release(struct ft_vectors *vectors);

/* The chunk as a batch, valid as long as both live and until the next view. */
struct ft_batch ft_vectors_view(struct ft_vectors *vectors, duckdb_data_chunk chunk);

/* The same for rows that come whole, in a vector of STRUCTs whose members are the columns in order.
 * The members may be compressed in ways that C cannot read, so they are copied. A NULL row is one of
 * NULLs.
 * Errors: FT_NOMEM */
enum ft_status ft_vectors_view_rows(struct ft_batch *out, struct ft_vectors *vectors,
                                    duckdb_vector rows, size_t count,
                                    struct ft_error *err) FT_MUST_CHECK;

/* Rows first … of a batch as one of its own; `first` is a multiple of 64. */
void ft_vectors_cut(struct ft_column *out, const struct ft_batch *batch, size_t first);

#endif
