/* What the user calls: macros in the model's schema over the internal functions.
 *
 * <f>(a, b, …) and <f>(row), and for a classifier <f>_prob and <f>_probabilities alike. Macros are
 * objects of the database: stored, transactional, replaceable, and views over them stay. A model
 * of one feature has no row form, since f(x) is that of the feature; a remote one has <f>(x1, x2, …)
 * alone.
 *
 * As struct ft_host has them. */
#ifndef FORETELL_HOSTS_DUCKDB_MACRO_H
#define FORETELL_HOSTS_DUCKDB_MACRO_H

#include "foretell/host.h"
#include "hosts/duckdb/session.h"

enum ft_status ft_macro_check(void *self, const char *schema, const char *function,
                              const char *model, struct ft_error *err);
enum ft_status ft_macro_make(void *self, const struct ft_model_record *record,
                             struct ft_span artifact, const char *target_type,
                             struct ft_error *err);
enum ft_status ft_macro_drop(void *self, const struct ft_model_record *record,
                             struct ft_error *err);

/* The READY model whose function that is, in the arena; NULL when it is none's. */
enum ft_status ft_macro_owner(const char **out, struct ft_arena *arena, struct ft_engine *engine,
                              const char *schema, struct ft_span function,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
