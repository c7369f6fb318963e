/* An error as the user sees it: SQLSTATE, message, the place in the script, advice.
 *
 *   error 42703: column "chrn" is not in the query
 *   train.sql, line 2, column 8:
 *     TARGET chrn FUNCTION f
 *            ^
 *   hint: Did you mean "churn"?
 *
 * Units    a column counts characters; the caret counts cells, so it stands under the character. */
#ifndef FORETELL_SHELL_FAILURE_H
#define FORETELL_SHELL_FAILURE_H

#include <stdbool.h>
#include <stdio.h>

#include "foretell/error.h"
#include "foretell/span.h"

struct ft_failure {
  const struct ft_error *error;
  const char *file;      /* NULL: not a file */
  struct ft_span script; /* the text that holds the statement */
  size_t offset;         /* of the statement in it, bytes */
  bool place;            /* the script is worth showing */
  bool colour;
  size_t width; /* cells of the terminal; 0: as if 100 */
};

void ft_failure_print(FILE *out, const struct ft_failure *failure);

#endif
