/* --check: parse the statements about models in scripts, and name what is not supported yet; run
 * nothing. Of other SQL only calls of functions that later versions bring are looked for. */
#ifndef FORETELL_SHELL_CHECK_H
#define FORETELL_SHELL_CHECK_H

#include <stdbool.h>

#include "shell/feed.h"

struct ft_check_options {
  const char *name; /* of the script, as the answer says it */
  bool quiet;       /* failures only */
  bool colour;      /* of standard error */
};

/* True when all of them parse and can be run. Every failure is printed, with its place; then a line a
 * script. */
bool ft_check_run(struct ft_feed *feed, const struct ft_check_options *options);

#endif
