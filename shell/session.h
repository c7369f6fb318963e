/* One session of the shell: statements in, results, notices and errors out.
 *
 * Threads  one. */
#ifndef FORETELL_SHELL_SESSION_H
#define FORETELL_SHELL_SESSION_H

#include <stdbool.h>
#include <stdio.h>

#include "foretell/arena.h"
#include "foretell/host.h"
#include "shell/driver.h"
#include "shell/feed.h"
#include "shell/options.h"
#include "shell/progress.h"
#include "shell/question.h"
#include "shell/render.h"

#define FT_ROWS_INTERACTIVE 40
#define FT_ROWS_BATCH       10000
#define FT_READ_DEPTH       16 /* scripts that read scripts */

enum ft_outcome {
  FT_OUTCOME_DONE = 0,
  FT_OUTCOME_FAILED,
  FT_OUTCOME_QUIT,    /* .quit */
  FT_OUTCOME_CUT,     /* nobody reads the output any more; all statements had run */
  FT_OUTCOME_LEFT_OUT /* the same, and some had not */
};

struct ft_shell_session {
  struct ft_driver driver; /* owned */
  struct ft_host host;     /* of the embedded engine */
  struct ft_arena arena;   /* of the statement that runs */
  FILE *out;
  const struct ft_output_format *format;
  size_t rows;      /* the most that a table shows; 0: all */
  bool rows_chosen; /* by .rows: no pager then */
  bool quiet;
  bool echo;        /* statements are printed before they run */
  bool interactive; /* errors do not end it */
  bool timer;
  bool terminal; /* out is one */
  bool ascii;
  bool colour;        /* of out */
  bool colour_errors; /* of standard error */
  int depth;          /* of scripts that read scripts */
  struct ft_progress_line progress;
  struct ft_question question; /* that Ctrl-C asks during a training */
  char trainer_path[4096];
};

/* Errors: of ft_engine_open; nothing is open then */
enum ft_status ft_session_open(struct ft_shell_session *session,
                               const struct ft_shell_options *options, bool interactive,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_session_close(struct ft_shell_session *session);

/* Run a script to its end, or to its first failure; what fails is printed. */
enum ft_outcome ft_session_feed(struct ft_shell_session *session, struct ft_feed *feed);
/* Run statements of our own, for a dot command. */
enum ft_outcome ft_session_text(struct ft_shell_session *session, const char *text);
/* Open a script and run it. */
enum ft_outcome ft_session_file(struct ft_shell_session *session, const char *path);

/* A failure that has no place in a script. */
void ft_session_fail(struct ft_shell_session *session, const struct ft_error *err);
/* For people only: nothing when quiet, or when programs read the results. */
void ft_session_say(struct ft_shell_session *session, const char *format, ...) FT_PRINTF(2, 3);

#endif
