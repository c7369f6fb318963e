/* A model's functions: made through the server's own CREATE FUNCTION, from parse nodes, so that no
 * artifact is part of a statement's text. docs/postgresql.md says which there are. */
#ifndef FORETELL_HOSTS_POSTGRES_FUNCTION_H
#define FORETELL_HOSTS_POSTGRES_FUNCTION_H

#include "hosts/postgres/version.h"

#include <nodes/parsenodes.h>

#include "hosts/postgres/body.h"
#include "hosts/postgres/session.h"

enum ft_status ft_function_check(void *self, const char *schema, const char *function,
                                 const char *model, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_function_make(void *self, const struct ft_model_record *record,
                                struct ft_span artifact, const char *target_type,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_function_drop(void *self, const struct ft_model_record *record,
                                struct ft_error *err) FT_MUST_CHECK;

/* Within a guard; these raise PostgreSQL's errors. */

/* CREATE [OR REPLACE] FUNCTION … LANGUAGE foretell IMMUTABLE PARALLEL SAFE. */
void ft_function_create(const char *schema, const char *name, List *parameters, Oid returns,
                        const char *body);
/* The same for a remote model's: VOLATILE, and dear to the planner. */
void ft_function_create_remote(const char *schema, const char *name, List *parameters, Oid returns,
                               const char *body);
/* Make the carriers of an artifact that are not there yet. */
void ft_carrier_create(const char *schema, struct ft_span artifact, const struct ft_sha256 *hash);
/* Drop the carriers of an artifact that no function of the schema needs any more. */
void ft_carrier_drop(const char *schema, const char *artifact_sha256);

/* The functions with those names in `schema` whose bodies name the artifact: their signatures, for
 * DROP and GRANT, comma separated; NULL when there are none. */
const char *ft_function_list(const char *schema, const char *function, const char *artifact_sha256);
/* Fails, naming them, when an index, a constraint, a generated column or a partition key relies on
 * such a function: it would go on with what the old model predicted. */
enum ft_status ft_function_check_uses(const char *schema, const char *function,
                                      const char *artifact_sha256,
                                      struct ft_error *err) FT_MUST_CHECK;
/* What of today's forms that model's functions have: those that an earlier version made lack some. */
struct ft_function_forms {
  bool text_labels; /* <f>_prob returns labels as text */
  bool probability; /* there is <f>_probability */
};
void ft_function_look(struct ft_function_forms *out, const char *schema, const char *function,
                      const char *artifact_sha256);
/* DROP FUNCTION a, b, c */
void ft_function_drop_list(const char *signatures);

#endif
