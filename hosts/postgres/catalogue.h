/* The table foretell.stored_model: one row a version of a model.
 *
 * Rights    the table is the extension's; reading and writing it is done as its owner, after the
 *           caller's rights on the model have been judged. Whoever may predict with a model may see
 *           it, whoever is of its owner's role may replace and drop it. */
#ifndef FORETELL_HOSTS_POSTGRES_CATALOGUE_H
#define FORETELL_HOSTS_POSTGRES_CATALOGUE_H

#include "hosts/postgres/version.h"

#include "hosts/postgres/session.h"

enum ft_status ft_catalogue_get(void *self, struct ft_arena *arena, const char *schema,
                                const char *name, struct ft_model_record *out,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catalogue_list(void *self, struct ft_arena *arena, struct ft_model_record **out,
                                 size_t *count, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catalogue_artifact(void *self, struct ft_buffer *out, const char *schema,
                                     const char *name, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catalogue_put(void *self, const struct ft_model_record *record,
                                struct ft_span artifact, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catalogue_drop(void *self, const char *schema, const char *name,
                                 struct ft_error *err) FT_MUST_CHECK;

/* For those that run within a guard; they raise PostgreSQL's errors. */

/* Run one of our statements with text arguments (NULL: null); rows in SPI_tuptable. */
void ft_catalogue_ask(const char *sql, const char *const *argument, int arguments);
/* The same as the table's owner. */
void ft_catalogue_ask_as_owner(const char *sql, const char *const *argument, int arguments);
/* A cell of SPI_tuptable in the current memory context; "" for a null. */
const char *ft_catalogue_cell(uint64 row, int column);
/* Is the current user of the role of that name? */
bool ft_catalogue_is_of(const char *role);

#endif
