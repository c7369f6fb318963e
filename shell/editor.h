/* Lines typed at a terminal: editing, history and completion by libedit.
 *
 * Threads  one. */
#ifndef FORETELL_SHELL_EDITOR_H
#define FORETELL_SHELL_EDITOR_H

#include <stdbool.h>

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "shell/completion.h"

struct ft_editor;

enum ft_typed {
  FT_TYPED_LINE = 0, /* a line, without its end */
  FT_TYPED_CANCEL,   /* Ctrl-C */
  FT_TYPED_END       /* Ctrl-D, or the terminal is gone */
};

/* `history` is the file's path, NULL for none. */
enum ft_status ft_editor_open(struct ft_editor **out, const struct ft_completion_source *source,
                              const char *history, struct ft_error *err) FT_MUST_CHECK;
void ft_editor_close(struct ft_editor *editor); /* NULL is allowed */

/* Ask for a line. `before` are the earlier lines of the statement, for completion. */
enum ft_typed ft_editor_line(struct ft_editor *editor, struct ft_buffer *line, const char *prompt,
                             struct ft_span before);
/* Remember a whole statement: in this session always, in the file as history.h says. */
void ft_editor_remember(struct ft_editor *editor, struct ft_span statement);

#endif
