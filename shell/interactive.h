/* The session at a terminal: prompts, statements over several lines, until Ctrl-D or .quit. */
#ifndef FORETELL_SHELL_INTERACTIVE_H
#define FORETELL_SHELL_INTERACTIVE_H

#include "shell/session.h"

/* Errors: FT_IO, FT_NOMEM; those of statements are printed and end nothing. */
enum ft_status ft_interactive_run(struct ft_shell_session *session, bool history,
                                  struct ft_error *err) FT_MUST_CHECK;

/* The prompt that says what is still open, as ft_script_open names it; 0: nothing is. */
const char *ft_prompt_of(char open);

#endif
