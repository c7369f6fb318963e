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

/* The CityHash64 of a column's categories, the low 32 bits, in rows first … first + rows - 1; of a NULL
 * 0. `hash`: NULL, or what has it in its low 32 bits, of all rows. */
void ft_statistic_city(uint32_t *out, const struct ft_column *column, const struct ft_hash128 *hash,
                       size_t first, size_t rows);

/* Rows first … first + rows - 1 of all its columns. One a field: `column`; `city`, of these rows, where
 * its parts ask for it. */
void ft_statistic_encode(float *out, size_t stride, const struct ft_statistic_view *statistic,
                         const struct ft_column *column, uint32_t *const *city, size_t first,
                         size_t rows);

#endif
