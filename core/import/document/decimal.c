#include "core/import/document/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 400 /* bytes: doubles written out in full */

static const double power_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* A number's parts while it is read. */
struct decimal {
  bool negative;
  bool exact; /* `digits` holds them all */
  uint64_t digits;
  int exponent; /* of ten */
  size_t size;  /* bytes */
};

static bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/* Digits from *at on; how many there were. */
static size_t take_digits(struct decimal *decimal, struct ft_span text, size_t *at) {
  size_t first = *at;
  for (; *at < text.size && is_digit(text.data[*at]); ++*at) {
    if (decimal->digits > (UINT64_C(1) << 53) / 10) decimal->exact = false;
    if (decimal->exact) decimal->digits = decimal->digits * 10 + (uint64_t)(text.data[*at] - '0');
  }
  return *at - first;
}

/* Like e-12; nothing is taken where the digits are missing. */
static void take_exponent(struct decimal *decimal, struct ft_span text, size_t *at) {
  size_t next = *at + 1;
  if (*at >= text.size || (text.data[*at] | 32) != 'e') return;
  bool negative = next < text.size && text.data[next] == '-';
  if (negative || (next < text.size && text.data[next] == '+')) next++;
  if (next >= text.size || !is_digit(text.data[next])) return;
  int value = 0;
  for (; next < text.size && is_digit(text.data[next]); next++)
    if (value < 100000) value = value * 10 + (text.data[next] - '0');
  decimal->exponent += negative ? -value : value;
  *at = next;
}

static bool take_parts(struct decimal *decimal, struct ft_span text) {
  size_t at = 0;
  *decimal = (struct decimal){ .exact = true };
  if (at < text.size && (text.data[at] == '-' || text.data[at] == '+'))
    decimal->negative = text.data[at++] == '-';
  size_t digits = take_digits(decimal, text, &at);
  if (at < text.size && text.data[at] == '.') {
    at++;
    size_t behind = take_digits(decimal, text, &at);
    decimal->exponent = -(int)(behind < 100000 ? behind : 100000);
    digits += behind;
  }
  if (!digits) return false;
  take_exponent(decimal, text, &at);
  decimal->size = at;
  return true;
}

static size_t read_word(double *out, struct ft_span text) {
  static const struct {
    struct ft_span word;
    double value;
  } words[] = { { { "infinity", 8 }, INFINITY },
                { { "inf", 3 }, INFINITY },
                { { "nan", 3 }, NAN } };
  size_t sign = text.size && (text.data[0] == '-' || text.data[0] == '+');
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t size = words[i].word.size;
    if (text.size - sign < size) continue;
    if (!ft_span_equal_nocase((struct ft_span){ text.data + sign, size }, words[i].word)) continue;
    *out = sign && text.data[0] == '-' ? -words[i].value : words[i].value;
    return size + sign;
  }
  return 0;
}

size_t ft_decimal_read(double *out, struct ft_span text) {
  struct decimal decimal;
  char copy[LONGEST + 1];
  if (!take_parts(&decimal, text)) return read_word(out, text);
  int exponent = decimal.exponent;
  if (decimal.exact && exponent >= -22 && exponent <= 22) {
    /* Both are exact, so their quotient or product is rounded once (Clinger, 1990). */
    double value = (double)decimal.digits;
    value = exponent < 0 ? value / power_of_ten[-exponent] : value * power_of_ten[exponent];
    *out = decimal.negative ? -value : value;
    return decimal.size;
  }
  if (decimal.size > LONGEST) return 0;
  memcpy(copy, text.data, decimal.size);
  copy[decimal.size] = 0;
  *out = strtod(copy, NULL);
  return decimal.size;
}

bool ft_decimal_whole(double *out, struct ft_span text) {
  text = ft_span_trim(text);
  return text.size > 0 && ft_decimal_read(out, text) == text.size;
}
