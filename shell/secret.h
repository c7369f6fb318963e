/* Does a statement hold a password, a key or a token? Such statements are kept out of the history
 * file. Words are looked for anywhere, as MySQL's history does: a statement too many is forgotten
 * rather than one too few. */
#ifndef FORETELL_SHELL_SECRET_H
#define FORETELL_SHELL_SECRET_H

#include <stdbool.h>

#include "foretell/span.h"

bool ft_secret_is_in(struct ft_span statement);

#endif
