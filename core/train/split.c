#include "core/train/split.h"

#include <assert.h>
#include <stdlib.h>

enum ft_status ft_split_folds(uint32_t *fold, const double *target, size_t rows, uint32_t labels,
                              uint32_t folds, struct ft_error *err) {
  assert(folds > 0);
  uint32_t groups = labels ? labels : 1;
  size_t *next = calloc((size_t)groups + 1, sizeof *next);
  if (!next) return ft_fail(err, FT_NOMEM, "out of memory for the folds");
  for (size_t r = 0; r < rows; r++)
    /* next[g] counts rows of the labels before g, which is where label g's turns begin. */
    next[labels ? (uint32_t)target[r] + 1 : 1]++;
  for (uint32_t g = 1; g < groups; g++)
    next[g] += next[g - 1]; /* rows of the labels before */
  for (size_t r = 0; r < rows; r++)
    fold[r] = (uint32_t)(next[labels ? (uint32_t)target[r] : 0]++ % folds);
  free(next);
  return FT_OK;
}
