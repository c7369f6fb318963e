#include "core/remote/csv.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY_US ((int64_t)86400 * 1000000)

/* A point, whatever the locale says. */
static void write_digits(struct ft_buffer *out, char *digits) {
  for (char *byte = digits; *byte; byte++)
    if (*byte == ',') *byte = '.';
  ft_buffer_append_text(out, ft_span_of(digits));
}

static bool write_odd(struct ft_buffer *out, double value) {
  if (isfinite(value)) return false;
  const char *word = isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  ft_buffer_append_text(out, ft_span_of(word));
  return true;
}

static void write_integer(struct ft_buffer *out, int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    digits[--at] = (char)('0' + left % 10);
    left /= 10;
  } while (left);
  if (value < 0) digits[--at] = '-';
  ft_buffer_append(out, digits + at, sizeof digits - at);
}

/* A number of at most six decimals, as most are: value = n / 10^6, where n and 10^6 are exact, and
 * the quotient rounds as reading those decimals does. */
static bool write_decimals(struct ft_buffer *out, double value) {
  if (!(fabs(value) < 1e9)) return false;
  int64_t n = (int64_t)(value * 1e6 + (value < 0 ? -0.5 : 0.5));
  if ((double)n / 1e6 != value || (n == 0 && signbit(value))) return false;
  uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, fraction = left % 1000000;
  char digits[8] = ".";
  size_t used = 7;
  if (n < 0) ft_buffer_u8(out, '-');
  write_integer(out, (int64_t)(left / 1000000));
  for (size_t i = 6; i > 0; i--, fraction /= 10)
    digits[i] = (char)('0' + fraction % 10);
  while (digits[used - 1] == '0')
    used--;
  if (used > 1) ft_buffer_append(out, digits, used);
  return true;
}

/* n / 10^decimals, n of 17 digits. */
static void write_places(struct ft_buffer *out, uint64_t n, int decimals) {
  char digits[48];
  size_t end = sizeof digits, at = end;
  bool zeros = true; /* at the end, behind the point */
  for (int i = 0; n || i <= decimals; i++, n /= 10) {
    if (i == decimals && at < end) digits[--at] = '.';
    zeros = zeros && i < decimals && n % 10 == 0;
    if (!zeros) digits[--at] = (char)('0' + n % 10);
  }
  ft_buffer_append(out, digits + at, end - at);
}

/* 17 digits of a number of usual size, which bring it back: they are right within 0.51 of the last,
 * and the next double is at least 1.1 away. A long double of 64 bits holds 10^k exactly up to 27. */
static bool write_digits_17(struct ft_buffer *out, double value) {
#if LDBL_MANT_DIG >= 64
  static const long double power[] = { 1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                       1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                       1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L };
  long double size = fabsl((long double)value);
  int decimals = 16;
  if (!(size >= 1e-4L && size < 1e15L)) return false;
  while (decimals < 20 && size * power[decimals] < 1e16L)
    decimals++;
  while (size * power[decimals] >= 99999999999999999.0L)
    decimals--;
  if (value < 0) ft_buffer_u8(out, '-');
  write_places(out, (uint64_t)(size * power[decimals] + 0.5L), decimals);
  return true;
#else
  (void)out, (void)value;
  return false;
#endif
}

static void write_double(struct ft_buffer *out, double value) {
  char digits[40];
  if (write_odd(out, value) || write_decimals(out, value) || write_digits_17(out, value)) return;
  snprintf(digits, sizeof digits, "%.15g", value);
  if (strtod(digits, NULL) != value) snprintf(digits, sizeof digits, "%.17g", value);
  write_digits(out, digits);
}

static void write_float(struct ft_buffer *out, float value) {
  char digits[40];
  if (write_odd(out, (double)value)) return;
  snprintf(digits, sizeof digits, "%.6g", (double)value);
  if (strtof(digits, NULL) != value) snprintf(digits, sizeof digits, "%.9g", (double)value);
  write_digits(out, digits);
}

static void write_text(struct ft_buffer *out, struct ft_span text) {
  bool quoted = text.size == 0;
  for (size_t i = 0; i < text.size && !quoted; i++) {
    char byte = text.data[i];
    quoted = byte == ',' || byte == '"' || byte == '\r' || byte == '\n';
  }
  if (!quoted) {
    ft_buffer_append_text(out, text);
    return;
  }
  ft_buffer_u8(out, '"');
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '"') ft_buffer_u8(out, '"');
    ft_buffer_u8(out, (uint8_t)text.data[i]);
  }
  ft_buffer_u8(out, '"');
}

static void write_date(struct ft_buffer *out, int64_t days) {
  time_t seconds = (time_t)days * 86400;
  struct tm parts = { 0 };
  gmtime_r(&seconds, &parts);
  ft_buffer_print(out, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/* The fraction without its last zeros. */
static void write_time(struct ft_buffer *out, int64_t us) {
  int64_t seconds = us / 1000000;
  int fraction = (int)(us % 1000000), digits = 6;
  ft_buffer_print(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                  (int)(seconds % 60));
  if (!fraction) return;
  for (; fraction % 10 == 0; digits--)
    fraction /= 10;
  ft_buffer_print(out, ".%0*d", digits, fraction);
}

static void write_moment(struct ft_buffer *out, int64_t us) {
  int64_t days = us / DAY_US, rest = us % DAY_US;
  if (rest < 0) {
    rest += DAY_US;
    days--;
  }
  write_date(out, days);
  ft_buffer_u8(out, ' ');
  write_time(out, rest);
}

static void write_value(struct ft_buffer *out, const struct ft_column *column, size_t row) {
  const void *values = column->values;
  switch (column->type) {
  case FT_BOOL: ft_buffer_u8(out, ((const uint8_t *)values)[row] ? 't' : 'f'); return;
  case FT_INT16: write_integer(out, ((const int16_t *)values)[row]); return;
  case FT_INT32: write_integer(out, ((const int32_t *)values)[row]); return;
  case FT_INT64: write_integer(out, ((const int64_t *)values)[row]); return;
  case FT_FLOAT32: write_float(out, ((const float *)values)[row]); return;
  case FT_FLOAT64:
  case FT_DECIMAL: write_double(out, ((const double *)values)[row]); return;
  case FT_TEXT: write_text(out, ((const struct ft_span *)values)[row]); return;
  case FT_DATE: write_date(out, ((const int32_t *)values)[row]); return;
  case FT_TIME: write_time(out, ((const int64_t *)values)[row]); return;
  case FT_TIMESTAMP: write_moment(out, ((const int64_t *)values)[row]); return;
  case FT_TIMESTAMPTZ:
    write_moment(out, ((const int64_t *)values)[row]);
    ft_buffer_print(out, "+00");
    return;
  default: return;
  }
}

void ft_csv_write_row(struct ft_buffer *out, const struct ft_batch *batch, size_t row) {
  for (size_t i = 0; i < batch->columns; i++) {
    if (i) ft_buffer_u8(out, ',');
    if (ft_column_has(&batch->column[i], row)) write_value(out, &batch->column[i], row);
  }
  ft_buffer_u8(out, '\n');
}
