/* DuckDB's types: what SQL calls them, and what we carry them as.
 *
 * Threads  pure functions. */
#ifndef FORETELL_HOSTS_DUCKDB_TYPE_NAME_H
#define FORETELL_HOSTS_DUCKDB_TYPE_NAME_H

#include "foretell/buffer.h"
#include "foretell/type.h"
#include "hosts/duckdb/duckdb_api.h"
#include "hosts/duckdb/engine.h"

/* Append the type as SQL writes it: DECIMAL(10,2), ENUM('a', 'b'), STRUCT(a INTEGER)[]. */
void ft_duckdb_type_name(struct ft_buffer *out, duckdb_logical_type type);

/* The carried type; FT_TYPE_NONE when there is none. */
enum ft_type ft_duckdb_carried(duckdb_type type);
/* How a cell of the type prints. */
enum ft_cell_kind ft_duckdb_cell_kind(duckdb_type type);
/* The engine's type that stands in a vector for a carried one, and its name in a CAST. */
duckdb_type ft_duckdb_type_of(enum ft_type type);
const char *ft_duckdb_cast_name(enum ft_type type);

#endif
