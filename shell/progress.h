/* The line that shows how far a statement is: on a terminal's standard error, drawn in place.
 *
 *   trying models  43%  ~12 s left  best F1 0.912
 *
 * Units    seconds, fractions; drawn after half a second, at most ten times a second.
 * Threads  the one that runs statements. */
#ifndef FORETELL_SHELL_PROGRESS_H
#define FORETELL_SHELL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "foretell/job.h"

struct ft_progress_line {
  FILE *out;        /* NULL: nobody looks */
  int64_t begun_us; /* when the statement began */
  int64_t drawn_us; /* when the line was drawn last */
  bool shown;       /* the line is on the screen */
  bool reported;    /* `report` is of our own work, not of a query */
  struct ft_progress report;
};

/* Where the line goes: standard error when it is a terminal that can draw it. */
FILE *ft_progress_stream(void);

void ft_progress_line_begin(struct ft_progress_line *line);
/* A report of our own work; NULL: it is done. */
void ft_progress_line_report(struct ft_progress_line *line, const struct ft_progress *progress);
/* A query goes on; fraction negative: unknown. */
void ft_progress_line_tick(struct ft_progress_line *line, double fraction);
/* Take the line away, before anything else is printed. */
void ft_progress_line_hide(struct ft_progress_line *line);

/* The line's text; `elapsed` in seconds stands in where nothing better is known. */
void ft_progress_text(char *text, size_t size, const struct ft_progress *progress, double elapsed);

int64_t ft_clock_us(void); /* monotonic */

#endif
