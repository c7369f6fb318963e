/* The internal functions of models: ft_<first 16 hex digits of model_sha256> and …_prob.
 *
 * What the user calls is a macro (macro.h) over these. They live in the system catalogue of the
 * database instance; they are named by their content, so one name never means two models.
 *
 * Shapes   parameters in the carried types of the model's fields, in order. ft_… gives the label in
 *          the type that stands for the target's carried one, or DOUBLE; ft_…_prob gives
 *          STRUCT(probabilities DOUBLE[], labels VARCHAR[]), highest first.
 * Remote   models that are served elsewhere have only ft_…: a volatile function that calls their
 *          endpoint and gives booleans, integers and floats as they are, all else as VARCHAR.
 * NULLs    a NULL argument is a missing value; the result is never NULL, but for a remote model's.
 * Life     A function and its plan belong to the registry (registry.h).
 * Threads  plans are shared; what a call needs to write belongs to its thread. */
#ifndef FORETELL_HOSTS_DUCKDB_FUNCTION_H
#define FORETELL_HOSTS_DUCKDB_FUNCTION_H

#include "foretell/hash.h"
#include "foretell/plan.h"
#include "foretell/remote.h"
#include "hosts/duckdb/session.h"

#define FT_FUNCTION_NAME_BYTES 20 /* "ft_", 16 digits, NUL */

struct ft_signature {
  enum ft_problem problem;
  enum ft_type target;
  uint32_t fields;
  enum ft_type *field; /* `fields` of them */
};

struct ft_function {
  struct ft_function *next;
  struct ft_engine *engine; /* borrowed */
  char sha256[FT_SHA256_TEXT];
  char name[FT_FUNCTION_NAME_BYTES];
  char *model;                   /* "schema.name", for messages; owned */
  struct ft_signature signature; /* its `field` is owned */
  struct ft_plan *plan;          /* NULL: not made yet; under engine->loading */
  /* The plan, made now if need be; the messages name the model. Any thread may ask. */
  enum ft_status (*open_plan)(const struct ft_plan **out, struct ft_function *function,
                              struct ft_error *err);
  struct ft_arena arena;          /* of `remote` */
  const struct ft_remote *remote; /* of a model that is served elsewhere; then there is no plan */
};

#define FT_REMOTE_PROBLEM "Remote" /* where the catalogue has a trained model's problem */

/* Define the two functions on a connection. */
enum ft_status ft_function_register(struct ft_function *function, duckdb_connection connection,
                                    struct ft_error *err) FT_MUST_CHECK;

/* The same for a remote model (remote_function.c). */
enum ft_status ft_remote_function_register(struct ft_function *function,
                                           duckdb_connection connection,
                                           struct ft_error *err) FT_MUST_CHECK;
/* Keep a failure in our own words, with status and hint: DuckDB carries the text alone. */
void ft_function_keep_failure(struct ft_function *function, const struct ft_error *err);

/* The type that a remote model's function returns. */
duckdb_type ft_remote_function_type(enum ft_type returns);

/* The carried types as the catalogue keeps them: "int4 varchar float8". */
void ft_function_types(struct ft_buffer *out, const struct ft_signature *signature);

#endif
