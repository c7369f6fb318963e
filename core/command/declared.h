/* FUNCTION f(types) RETURNS type: types that the user declares, and what the engine makes of them. */
#ifndef FORETELL_COMMAND_DECLARED_H
#define FORETELL_COMMAND_DECLARED_H

#include "core/command/statements.h"

struct ft_declared {
  uint32_t fields;              /* the arguments, and the result as the last */
  const struct ft_field *field; /* x1, x2 …, prediction */
  const char *const *type_name; /* the engine's; NULL: it has none to tell */
};

/* Everything lives in the statement's arena.
 * Errors: FT_WRONG_TYPE  a type that is not carried, at its place; the engine's for an unknown one */
enum ft_status ft_declared_read(struct ft_declared *out, const struct ft_command *command,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
