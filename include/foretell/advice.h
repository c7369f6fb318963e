/* What to type instead, where an engine refuses what another one has: Redshift's functions, clauses,
 * types and relations, statements about models in other words, and what later versions bring.
 *
 * Rows     one table (core/sql/advice_table.c); a row says where in a statement it holds.
 * Errors   an engine's failure comes in and goes out, with our hint, at times with our words and
 *          status; what no row is about is left as it is.
 * Threads  pure functions. */
#ifndef FORETELL_ADVICE_H
#define FORETELL_ADVICE_H

#include <stdbool.h>

#include "foretell/error.h"
#include "foretell/span.h"

enum ft_dialect { FT_DIALECT_DUCKDB = 0, FT_DIALECT_POSTGRESQL, FT_DIALECTS };

/* Better the failure `err` of a statement, or of a query within one. `position`: 1-based, where in
 * `text` the engine saw it; 0: it does not say. Returns err->status. */
enum ft_status ft_advice_give(struct ft_error *err, enum ft_dialect dialect, struct ft_span text,
                              size_t position);

/* Does a statement of the engine's use what later versions bring: FORECAST(m)? Then `err` is filled
 * with FT_UNSUPPORTED and the place, as the statement would fail. */
enum ft_status ft_advice_check(struct ft_span text, struct ft_error *err);

#endif
