/* The columns that a CREATE MODEL statement trains on: described and checked before any row is
 * read.
 *
 * Shapes   `field` and `type_name` have `fields` items, the query's columns in their order; one of
 *          them is the target.
 * Errors   point at the query, or at TARGET's name. */
#ifndef FORETELL_COMMAND_COLUMNS_H
#define FORETELL_COMMAND_COLUMNS_H

#include <stddef.h>

#include "core/command/statements.h"
#include "foretell/span.h"
#include "foretell/type.h"

struct ft_columns {
  struct ft_span query;         /* statement or arena */
  size_t fields;                /* at least 2 */
  struct ft_field *field;       /* arena */
  const char *const *type_name; /* the engine's; arena; may be NULL */
  size_t target;                /* index */
};

/* Errors: FT_UNDEFINED_TABLE    the table is not there
 *         FT_UNDEFINED_COLUMN   TARGET is not in the query; a name is there twice
 *         FT_DATA               fewer than two columns
 *         FT_LIMIT              too many
 *         FT_WRONG_TYPE         a type that a model cannot learn from, a date or time as TARGET
 *         the engine's own      for a query that does not run */
enum ft_status ft_columns_describe(struct ft_columns *out, const struct ft_command *command,
                                   struct ft_error *err) FT_MUST_CHECK;

/* The engine's name of a column's type, or ours. */
const char *ft_columns_type_name(const struct ft_columns *columns, size_t index);

#endif
