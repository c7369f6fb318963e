/* What a call of a function that does not exist meant, where it has to do with a model: the function of
 * a model whose training failed, a model's own name, other arguments than a model's function takes.
 *
 * Reads    the call's name where the failure is placed, then foretell.model through the session.
 * Errors   a failure comes in and goes out with our words or our hint; what is not about a model, or
 *          cannot be asked (an aborted transaction, no models yet), stays as it is. */
#ifndef FORETELL_SHELL_CALL_H
#define FORETELL_SHELL_CALL_H

#include "shell/driver.h"

/* Better the failure `err`, FT_UNDEFINED_FUNCTION, of the statement `text`. */
void ft_call_explain(struct ft_error *err, struct ft_arena *arena, const struct ft_driver *driver,
                     struct ft_span text);

#endif
