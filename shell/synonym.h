/* What users of psql and of the DuckDB shell type at the prompt, as our dot commands: help, quit,
 * \d, \dt and their like. One table; only the first line of a statement is looked at, so a word
 * inside a statement is never taken. */
#ifndef FORETELL_SHELL_SYNONYM_H
#define FORETELL_SHELL_SYNONYM_H

#include <stdbool.h>

#include "foretell/buffer.h"
#include "foretell/span.h"

/* Is the line such a command? All that begins with a backslash is: nothing in SQL does. */
bool ft_synonym_is_one(struct ft_span line);

/* Write the dot command that the line stands for; false: we have none like it. */
bool ft_synonym_find(struct ft_buffer *out, struct ft_span line);

#endif
