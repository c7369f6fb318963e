/* What a statement gives back, rendered in the session's format. */
#ifndef FORETELL_SHELL_RESULT_H
#define FORETELL_SHELL_RESULT_H

#include "foretell/command.h"
#include "shell/session.h"

/* Rows, or the tag of a statement that has none. The result stays open.
 * Errors: of the rows still to be made; FT_IO when the output cannot be written */
enum ft_status ft_result_show(struct ft_shell_session *session, struct ft_answer *answer,
                              struct ft_error *err) FT_MUST_CHECK;
/* SHOW MODEL's. */
enum ft_status ft_grid_show(struct ft_shell_session *session, const struct ft_grid *grid,
                            struct ft_error *err) FT_MUST_CHECK;

#endif
