/* The lines of a table: widths that fit the terminal, borders, cells cut with an ellipsis.
 *
 * Units    widths are terminal cells (shell/width.h), without the borders and blanks. */
#ifndef FORETELL_SHELL_BOX_H
#define FORETELL_SHELL_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A value as it is shown: nothing in it moves the cursor but the ends of its lines. */
struct ft_shown {
  const char *text; /* UTF-8, not terminated; lines are parted by \n */
  size_t size;      /* bytes */
  size_t width;     /* cells of the widest line */
  size_t lines;     /* 1 or more */
  bool null;
};

struct ft_box_column {
  struct ft_shown name;
  size_t width; /* in: of the widest value; out of ft_box_fit: as drawn */
  bool right;   /* numbers */
  bool hidden;  /* set by ft_box_fit: no room */
};

struct ft_box {
  FILE *out;
  struct ft_box_column *column;
  size_t columns;
  bool ascii;
  bool colour;
};

/* Narrow the columns to `width` cells in all (0: no limit, but `widest` a column), text before
 * numbers; hide columns from the middle when that is not enough. Returns how many are shown. */
size_t ft_box_fit(struct ft_box *box, size_t width, size_t widest);

void ft_box_head(const struct ft_box *box);
void ft_box_row(const struct ft_box *box, const struct ft_shown *cell);
void ft_box_gap(const struct ft_box *box); /* here rows are missing */
void ft_box_foot(const struct ft_box *box);

#endif
