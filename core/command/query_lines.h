/* A training query as SHOW MODEL prints it: upper case outside strings and quoted names, no
 * comments, single spaces, one line a clause. */
#ifndef FORETELL_COMMAND_QUERY_LINES_H
#define FORETELL_COMMAND_QUERY_LINES_H

#include "foretell/buffer.h"
#include "foretell/span.h"

/* Append the lines, each but the last ended by '\n'. */
void ft_query_lines_write(struct ft_buffer *out, struct ft_span query);

#endif
