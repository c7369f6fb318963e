/* Files that we know and do not read: what they are, and the way from there.
 *
 * Certain  a magic number, or words that no model begins with: asked before the readers.
 * Likely   what text looks like: asked when no reader knows the file. */
#ifndef FORETELL_IMPORT_UNREAD_H
#define FORETELL_IMPORT_UNREAD_H

#include <stdbool.h>

#include "foretell/span.h"

struct ft_unread {
  const char *what;   /* "a PMML document" */
  const char *advice; /* a sentence or two */
};

/* NULL: not known. */
const struct ft_unread *ft_unread_certain(struct ft_span bytes);
const struct ft_unread *ft_unread_likely(struct ft_span bytes);

#endif
