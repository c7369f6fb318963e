#include "core/predict/numbers.h"

#define CONVERT_EACH(type)                            \
  do {                                                \
    const type *value = (const type *)values + first; \
    for (size_t r = 0; r < rows; r++)                 \
      out[r] = (float)value[r];                       \
  } while (0)

void ft_numbers_convert(float *out, const struct ft_column *column, size_t first, size_t rows) {
  const void *values = column->values;
  switch (column->type) {
  case FT_BOOL:
    for (size_t r = 0; r < rows; r++)
      out[r] = ((const uint8_t *)values)[first + r] ? 1.0F : 0.0F;
    break;
  case FT_INT16: CONVERT_EACH(int16_t); break;
  case FT_INT32: CONVERT_EACH(int32_t); break;
  case FT_INT64: CONVERT_EACH(int64_t); break;
  case FT_FLOAT32: CONVERT_EACH(float); break;
  default: CONVERT_EACH(double); break; /* FT_FLOAT64, FT_DECIMAL */
  }
}

void ft_numbers_blank(float *out, const struct ft_column *column, size_t first, size_t rows) {
  if (!column->validity) return;
  for (size_t r = 0; r < rows; r++) {
    const size_t row = first + r;
    if (row % 64 == 0 && r + 64 <= rows && column->validity[row / 64] == UINT64_MAX)
      r += 63; /* none of these is NULL */
    else if (!ft_column_has(column, row))
      out[r] = ft_missing();
  }
}
