/* Dot commands: what the shell itself does, a line each, from one table. */
#ifndef FORETELL_SHELL_DOT_H
#define FORETELL_SHELL_DOT_H

#include "foretell/span.h"
#include "shell/session.h"

/* What stands after a command; completion asks. */
enum ft_dot_argument {
  FT_DOT_NONE = 0,
  FT_DOT_COMMAND,
  FT_DOT_TABLE,
  FT_DOT_SWITCH,
  FT_DOT_FORMAT,
  FT_DOT_FILE,
  FT_DOT_NUMBER
};

struct ft_dot {
  const char *name;     /* ".help" */
  const char *argument; /* "[COMMAND]"; NULL: none */
  const char *help;
  enum ft_dot_argument takes;
  enum ft_outcome (*run)(struct ft_shell_session *session, struct ft_span argument,
                         struct ft_error *err);
};
const struct ft_dot *ft_dots(void); /* ended by a NULL name */

/* Run a line. A filled `err` is still to be printed. */
enum ft_outcome ft_dot_run(struct ft_shell_session *session, struct ft_span line,
                           struct ft_error *err);

#endif
