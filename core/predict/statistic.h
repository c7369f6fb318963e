/* Statistics made ready: a row's combination of categories looked up.
 *
 * Shapes   as encode.h has them; one statistic gives several features, a stride apart.
 * NULLs    as struct ft_statistic of model.h says.
 * Threads  read-only once made. */
#ifndef FORETELL_PREDICT_STATISTIC_H
#define FORETELL_PREDICT_STATISTIC_H

#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* Keys are searched within those whose first bits they share: begin[i] is the first one that is at
 * least i << shift, begin[i + 1] the first behind them. */
struct ft_statistic_view {
  struct ft_statistic is; /* its arrays are this machine's */
  uint32_t shift;         /* 64 - FT_STATISTIC_MAX_BITS … 63 */
  const uint32_t *begin;  /* 2^(64 - shift) + 1 */
};
#define FT_STATISTIC_MAX_BITS 24

/* The arrays stay the statistic's own, but for `begin`. */
enum ft_status ft_statistic_view_make(struct ft_statistic_view *out, struct ft_arena *arena,
                                      const struct ft_statistic *statistic,
                                      struct ft_error *err) FT_MUST_CHECK;

/* Rows first … first + rows - 1 of all its columns. `column`: one a field. `hash`: NULL, or one a
 * field, which may be NULL; else its categories' CityHash64, in the low 32 bits. */
void ft_statistic_encode(float *out, size_t stride, const struct ft_statistic_view *statistic,
                         const struct ft_column *column, const struct ft_hash128 *const *hash,
                         size_t first, size_t rows);

#endif
