/* The statements of earlier sessions, one a line in a file that only its owner reads.
 *
 * Shapes   a line break within a statement is \n, a backslash \\.
 * Secrets  a statement that holds a password, a key or a token (secret.h) is never written, and
 *          what an older version wrote is removed when the file is read.
 * Sharing  every statement is appended when it is entered: several shells may share the file.
 * Source   $XDG_STATE_HOME/foretell/history, else ~/.foretell_history (mode 0600). */
#ifndef FORETELL_SHELL_HISTORY_H
#define FORETELL_SHELL_HISTORY_H

#include <stdbool.h>

#include "foretell/buffer.h"
#include "foretell/span.h"

#define FT_HISTORY_MAX_BYTES ((size_t)1 << 20) /* older statements are forgotten beyond */

/* Where the file is; false when there is no home. Makes $XDG_STATE_HOME/foretell when needed. */
bool ft_history_path(char *path, size_t size);

/* Read the file, calling `take` for each statement, oldest first. A missing file is an empty one. */
void ft_history_load(const char *path, void (*take)(void *self, const char *statement), void *self);

/* Add a statement at the end, unless it begins with a blank or holds a secret. A file that cannot be
 * written is no reason to complain. */
void ft_history_append(const char *path, struct ft_span statement);

#endif
