/* What is checked of a call while its statement is bound: the row that it gives, the class that it names.
 *
 * Rows     Where a row is given whole, the macro is
 *            CASE WHEN ft_row_check('f', NULL of the row's type, NULL of S) THEN f of CAST(row AS S) END
 *          S being STRUCT(…) of the model's columns in the types that carry them. ft_row_check speaks
 *          of the types alone and is constant, so it costs nothing when the query runs. Without it
 *          DuckDB's cast by name would make NULLs of columns that are missing.
 * Classes  A class that is a constant is looked up here, so that EXPLAIN and views refuse it too. */
#ifndef FORETELL_HOSTS_DUCKDB_BINDING_H
#define FORETELL_HOSTS_DUCKDB_BINDING_H

#include "hosts/duckdb/function.h"

#define FT_ROW_CHECK "ft_row_check"

/* Define ft_row_check, once for a database. */
enum ft_status ft_binding_register(struct ft_engine *engine, struct ft_error *err) FT_MUST_CHECK;

/* The callbacks of inner functions that take a row (and maybe a class), or columns and a class. */
void ft_binding_row(duckdb_bind_info info);
void ft_binding_class(duckdb_bind_info info);

#endif
