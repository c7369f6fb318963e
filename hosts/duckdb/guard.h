/* Statements of the engine's that touch models: what they may not do, and what goes with them.
 *
 * DROP SCHEMA    takes the models of the schema with it, in one transaction: the user's, or one that
 *                stands around the statement.
 * DROP FUNCTION  of a model's function is refused, since the model would stay without it.
 * DROP           of the schema or table that keeps the models is refused.
 * DETACH         of the database that was opened is refused: its models would be gone from the session.
 * COMMIT         and alike outside a transaction, BEGIN inside one: a notice, as in PostgreSQL; clients
 *                bracket all they send.
 * ATTACH         see attach.h
 * what writes    is refused once the database's file is no longer there (file.h) */
#ifndef FORETELL_HOSTS_DUCKDB_GUARD_H
#define FORETELL_HOSTS_DUCKDB_GUARD_H

#include "hosts/duckdb/session.h"

struct ft_guard {
  duckdb_statement_type type;
  bool skips;    /* there is nothing to do but the notice that was given */
  bool exports;  /* it writes files that the user asked for */
  bool drops;    /* perhaps a schema */
  bool brackets; /* a transaction of ours stands around the statement */
};

/* Before a statement runs.
 *
 * Errors: FT_DEPENDENT  a model's function is dropped, or where models are kept
 *         FT_IN_USE     the database that was opened is detached */
enum ft_status ft_guard_begin(struct ft_guard *out, struct ft_engine *engine,
                              duckdb_statement_type type, struct ft_span text,
                              struct ft_error *err) FT_MUST_CHECK;

/* After it ran; `status` is what came of it, and is passed on. */
enum ft_status ft_guard_end(const struct ft_guard *guard, struct ft_engine *engine,
                            struct ft_span text, enum ft_status status,
                            struct ft_error *err) FT_MUST_CHECK;

#endif
