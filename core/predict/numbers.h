/* Columns of numbers as float32.
 *
 * Shapes   rows first … first + rows - 1 of a column; out[0] is of the first.
 * NULLs    convert leaves any number there, blank makes them NaN.
 * Threads  pure functions. */
#ifndef FORETELL_PREDICT_NUMBERS_H
#define FORETELL_PREDICT_NUMBERS_H

#include <stdint.h>
#include <string.h>

#include "foretell/batch.h"

/* The NaN that stands for a missing value. */
static inline float ft_missing(void) {
  const uint32_t bits = 0x7fc00000;
  float nan;
  memcpy(&nan, &bits, sizeof nan);
  return nan;
}

/* Booleans, integers, floats, doubles and decimals, rounded to nearest even. */
void ft_numbers_convert(float *out, const struct ft_column *column, size_t first, size_t rows);
void ft_numbers_blank(float *out, const struct ft_column *column, size_t first, size_t rows);

#endif
