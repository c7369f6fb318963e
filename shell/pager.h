/* The user's pager ($PAGER) for results longer than the terminal. */
#ifndef FORETELL_SHELL_PAGER_H
#define FORETELL_SHELL_PAGER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define FT_PAGER_ROWS 10000 /* kept for reading in a pager */

struct ft_pager {
  pid_t process;
  FILE *in; /* what is written here is paged */
};

/* Is there a pager to use? */
bool ft_pager_wanted(void);

/* Start it; NULL when it cannot be started: the caller then prints as without a pager. */
FILE *ft_pager_open(struct ft_pager *pager);
/* Wait until the user leaves it. Ctrl-C is the pager's until then. */
void ft_pager_close(struct ft_pager *pager);

#endif
