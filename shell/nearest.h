/* "Did you mean …?": the word of a list that is nearest to one that is not in it. */
#ifndef FORETELL_SHELL_NEAREST_H
#define FORETELL_SHELL_NEAREST_H

#include "foretell/span.h"

struct ft_nearest {
  struct ft_span word;
  const char *best; /* NULL: nothing near enough yet */
  size_t distance;  /* of the best; else the first that is too far */
};

struct ft_nearest ft_nearest_of(struct ft_span word);
void ft_nearest_try(struct ft_nearest *nearest, const char *candidate);

#endif
