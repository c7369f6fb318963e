/* A script, read bit by bit, as statements and dot commands in their order.
 *
 * Shapes   a dot command begins with a point where a statement could begin, and ends with its line.
 * Life     what is read is kept, so that an error can show its line. A statement is handed out as
 *          soon as it is complete: who feeds a pipe gets answers in between. */
#ifndef FORETELL_SHELL_FEED_H
#define FORETELL_SHELL_FEED_H

#include <stdbool.h>

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/statement.h"

#define FT_FEED_MAX_BYTES ((size_t)1 << 31) /* of one script */

enum ft_feed_kind { FT_FEED_END = 0, FT_FEED_STATEMENT, FT_FEED_DOT };

struct ft_feed {
  const char *file;      /* as errors name it; NULL: not a file; borrowed */
  int descriptor;        /* owned unless it is standard input; -1: all is in text */
  struct ft_buffer text; /* all that was read */
  size_t offset;         /* where the next statement begins */
  bool ended;            /* nothing more comes */
};

/* Errors: FT_IO, naming the file */
enum ft_status ft_feed_open(struct ft_feed *feed, const char *path,
                            struct ft_error *err) FT_MUST_CHECK; /* "-": standard input */
enum ft_status ft_feed_text(struct ft_feed *feed, struct ft_span text,
                            struct ft_error *err) FT_MUST_CHECK;
void ft_feed_close(struct ft_feed *feed);

/* The next statement or dot command; its text is borrowed until the next call.
 * Errors: FT_CANCELLED, FT_IO, FT_NOMEM */
enum ft_status ft_feed_next(enum ft_feed_kind *kind, struct ft_piece *piece, struct ft_feed *feed,
                            struct ft_error *err) FT_MUST_CHECK;

/* Would more of the script have to be waited for? Its writer is there, and silent. */
bool ft_feed_waits(const struct ft_feed *feed);

#endif
