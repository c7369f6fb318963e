/* Cells of a result as text and as JSON.
 *
 * Shapes   A cell is a row of a vector of some type; nested types are walked down their vectors.
 * NULLs    nothing in text at the top, NULL within a nested value; null in JSON.
 * Threads  pure functions over DuckDB's vectors. */
#ifndef FORETELL_HOSTS_DUCKDB_CELL_H
#define FORETELL_HOSTS_DUCKDB_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/buffer.h"
#include "hosts/duckdb/duckdb_api.h"

bool ft_cell_has(duckdb_vector vector, size_t row);
void ft_cell_text(struct ft_buffer *out, duckdb_vector vector, duckdb_logical_type type,
                  size_t row);
void ft_cell_json(struct ft_buffer *out, duckdb_vector vector, duckdb_logical_type type,
                  size_t row);

#endif
