/* What Ctrl-C asks during a training at a terminal: keep the best model so far, or nothing, or go on?
 *
 * The training goes on meanwhile. A second Ctrl-C, or the end of the input, means nothing.
 * Threads  the one that runs statements. */
#ifndef FORETELL_SHELL_QUESTION_H
#define FORETELL_SHELL_QUESTION_H

#include <stdbool.h>

#include "foretell/host.h"

struct ft_question {
  bool open; /* asked and not answered: nothing else may be drawn */
};

/* Put the question on standard error; what was typed before it is thrown away. */
void ft_question_ask(struct ft_question *question, const struct ft_progress *best);

/* The answer from standard input, if one has come; never waits. */
enum ft_wish ft_question_read(struct ft_question *question, const struct ft_progress *best);

/* It is answered otherwise, or not of interest any more. */
void ft_question_close(struct ft_question *question);

/* What a line typed as an answer means; FT_WISH_UNDECIDED: nothing, ask again. `size` 0: the end of
 * the input. */
enum ft_wish ft_question_wish(const char *line, size_t size);

#endif
