/* Where models live: the table foretell.model of the database itself, one row a version.
 *
 * Life     The schema and the table are made by the first CREATE MODEL, in its transaction; a
 *          database without them has no models. The current version of a model has `is_current`;
 *          earlier ones stay as history without their artifact.
 * Threads  the session's thread, but for ft_catalogue_artifact_of, which uses the loader. */
#ifndef FORETELL_HOSTS_DUCKDB_CATALOGUE_H
#define FORETELL_HOSTS_DUCKDB_CATALOGUE_H

#include "foretell/host.h"
#include "hosts/duckdb/function.h"

#define FT_CATALOGUE_FORMAT 1 /* of the table; a newer one is refused */

/* STV_ML_MODEL_INFO, SVV_ML_MODEL_INFO and LEADERBOARD: found when no table of that name is. */
void ft_catalogue_offer_views(struct ft_engine *engine);
/* May the text ask one of them? */
bool ft_catalogue_is_named(const char *text);
/* Look whether the table is there, as the session's transaction sees it. */
void ft_catalogue_look(struct ft_engine *engine);

/* READY models: model_sha256, schema, name, problem, target's type, parameters' types, a remote
 * model's description. `rows` stays closed when there is no table. */
enum ft_status ft_catalogue_signatures(struct ft_rows *rows, struct ft_engine *engine,
                                       struct ft_error *err) FT_MUST_CHECK;
/* The artifact of that hash, through the loader; the caller holds engine->loading. */
enum ft_status ft_catalogue_artifact_of(struct ft_buffer *out, struct ft_engine *engine,
                                        const char *sha256, struct ft_error *err) FT_MUST_CHECK;

/* Forget the models of schemas that are gone: what a DROP SCHEMA … CASCADE leaves behind. `names`
 * (may be NULL) gets them, "a.b, c.d"; of a database open read-only they stay. */
enum ft_status ft_catalogue_follow_schemas(struct ft_engine *engine, struct ft_buffer *names,
                                           struct ft_error *err) FT_MUST_CHECK;
/* READY models with a function: schema, name, function. `rows` stays closed when there is no table. */
enum ft_status ft_catalogue_functions(struct ft_rows *rows, struct ft_engine *engine,
                                      struct ft_error *err) FT_MUST_CHECK;
/* The READY model of the schema whose function's name with that suffix it is, in the arena; or NULL. */
enum ft_status ft_catalogue_function_of(const char **out, struct ft_arena *arena,
                                        struct ft_engine *engine, const char *schema,
                                        struct ft_span function, const char *suffix,
                                        struct ft_error *err) FT_MUST_CHECK;

/* Make schema and table unless they are there. */
enum ft_status ft_catalogue_make(struct ft_engine *engine, struct ft_error *err) FT_MUST_CHECK;
/* A new version, as struct ft_host's `put` has it; the table is there. `signature` is that of a READY
 * model's function; of another NULL. */
enum ft_status ft_catalogue_put(struct ft_engine *engine, const struct ft_model_record *record,
                                struct ft_span artifact, const struct ft_signature *signature,
                                struct ft_error *err) FT_MUST_CHECK;

/* As struct ft_host has them. */
enum ft_status ft_catalogue_get(void *self, struct ft_arena *arena, const char *schema,
                                const char *name, struct ft_model_record *out,
                                struct ft_error *err);
enum ft_status ft_catalogue_list(void *self, struct ft_arena *arena, struct ft_model_record **out,
                                 size_t *count, struct ft_error *err);
enum ft_status ft_catalogue_artifact(void *self, struct ft_buffer *out, const char *schema,
                                     const char *name, struct ft_error *err);
enum ft_status ft_catalogue_check_writable(void *self, struct ft_error *err);
enum ft_status ft_catalogue_drop(void *self, const char *schema, const char *name,
                                 struct ft_error *err);

#endif
