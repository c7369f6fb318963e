/* The functions of an open database: which there are, and their plans.
 *
 * Life     A plan is made at the first use, out of the BLOB in the catalogue, or taken when the model was
 *          made in this session; it stays until the database is closed.
 * Threads  the session's thread, but for a function's `open_plan`. */
#ifndef FORETELL_HOSTS_DUCKDB_REGISTRY_H
#define FORETELL_HOSTS_DUCKDB_REGISTRY_H

#include "foretell/host.h"
#include "hosts/duckdb/function.h"

/* Register the functions of all READY models of the database. */
enum ft_status ft_registry_open(struct ft_engine *engine, struct ft_error *err) FT_MUST_CHECK;
void ft_registry_close(struct ft_engine *engine);

/* The function of a READY model: made unless it is there already, and registered in the session's
 * transaction unless it is there already. Its plan is the record's, which is taken then, or else made
 * out of the artifact; a remote model's is its description alone.
 *
 * Errors: as ft_plan_open; FT_CORRUPT when the artifact is not the one of that hash */
enum ft_status ft_registry_add(struct ft_function **out, struct ft_engine *engine,
                               const struct ft_model_record *record, struct ft_span artifact,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
