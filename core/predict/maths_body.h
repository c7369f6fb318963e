/* exp, log, the logistic function and softplus of one number, without branches, so that loops over them may become
 * vectors of whatever a processor has, with the same bits. maths.h says what they promise. */
#ifndef FORETELL_PREDICT_MATHS_BODY_H
#define FORETELL_PREDICT_MATHS_BODY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "foretell/model.h"

/* Every constant below is printed by tools/maths.py coefficients. */
#define LN2_HIGH 0x1.62e42fee00000p-1 /* 32 bits: exact when multiplied by an exponent */
#define LN2_LOW  0x1.a39ef35793c76p-33
#define LOG2_E   0x1.71547652b82fep+0

/* Adding it rounds a double to an integer, which then stands in the low bits of the sum. */
#define ROUNDER 0x1.8p52

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* By bits: compilers keep a branch where a comparison chooses, and then make no vectors. These would be
 * slower than branches where a vector cannot compare numbers of 64 bits. */
static inline double choose_double(bool first, double a, double b) {
#if defined(__SSE2__) && !defined(__AVX2__)
  return first ? a : b;
#else
  const uint64_t mask = -(uint64_t)first;
  return double_of((bits_of(a) & mask) | (bits_of(b) & ~mask));
#endif
}

static inline double canonical_nan(void) {
  return double_of(UINT64_C(0x7ff8000000000000));
}

/* c[0] + c[1] x + c[2] x^2 …, by Horner's rule. */
static inline double polynomial(const double *c, size_t count, double x) {
  double sum = c[count - 1];
  for (size_t i = count - 1; i-- > 0;)
    sum = sum * x + c[i];
  return sum;
}

/* 2^exponent, exponent from -1022 to 1023 */
static inline double power_of_two(int64_t exponent) {
  return double_of((uint64_t)(exponent + 1023) << 52);
}

/* exp(r) = 1 + r + r^2 P(r), |r| <= ln 2 / 2 */
static const double exp_rest[] = {
  0x1.0000000000000p-1,  0x1.5555555555555p-3,  0x1.5555555555557p-5,  0x1.1111111111111p-7,
  0x1.6c16c16c15a48p-10, 0x1.a01a01a01969bp-13, 0x1.a01a01a9f72adp-16, 0x1.71de3a5aaefb9p-19,
  0x1.27e4d3f50d87fp-22, 0x1.ae642c5c1fa33p-26, 0x1.1f7f6aa421dd8p-29, 0x1.61bff1c64f494p-33,
};

/* exp without a branch. Beyond the clamps the result is infinity or zero by the scaling itself,
 * which is done in two steps so that subnormal results come out as well. */
static inline double exp_of(double x) {
  double clamped = choose_double(x > 710.0, 710.0, x);
  clamped = choose_double(clamped < -746.0, -746.0, clamped);
  clamped = choose_double(x != x, 0.0, clamped);
  double shifted = clamped * LOG2_E + ROUNDER;
  int64_t k = (int64_t)(bits_of(shifted) - bits_of(ROUNDER));
  double whole = shifted - ROUNDER;
  double r = (clamped - whole * LN2_HIGH) - whole * LN2_LOW;
  double e = 1.0 + (r + r * r * polynomial(exp_rest, COUNT(exp_rest), r));
  int64_t half = (k + 2048) / 2 - 1024; /* of a positive number: vectors lack a signed shift */
  double result = e * power_of_two(half) * power_of_two(k - half);
  return choose_double(x != x, canonical_nan(), result);
}

/* Both forms divide by 1 + exp(-|x|), so nothing overflows and small results keep their digits. */
static inline double logistic_of(double x) {
  double e = exp_of(choose_double(x > 0.0, -x, x));
  double one_or_e = choose_double(x > 0.0, 1.0, e);
  double result = one_or_e / (1.0 + e);
  return choose_double(x != x, canonical_nan(), result);
}

/* 2 atanh(s) = 2 s + s z Q(z), z = s^2, |s| <= 3 - 2 sqrt(2) */
static const double log_rest[] = {
  0x1.5555555555555p-1, 0x1.9999999999a38p-2, 0x1.2492492476c8bp-2, 0x1.c71c720160332p-3,
  0x1.745cf90196560p-3, 0x1.3b1c35fbecd93p-3, 0x1.0fbe84f5caccap-3, 0x1.0c044ccf380aap-3,
};

/* x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); log(1 + f) = 2 atanh(s), s = f / (2 + f), summed
 * as f - (f^2/2 - s (f^2/2 + z Q)), whose large terms are exact. `k` is added to the exponent. */
static inline double log_of_normal(double x, int64_t k) {
  /* Counted from the bits of sqrt(1/2), the exponent field is k and the rest is f's. */
  const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
  uint64_t bits = bits_of(x) - sqrt_half;
  uint64_t fraction = bits & UINT64_C(0xfffffffffffff);
  k += (int64_t)((bits >> 52) ^ 0x800) - 0x800; /* the twelve bits are a signed number */
  double f = double_of(fraction + sqrt_half) - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double half_square = 0.5 * f * f;
  double rest = z * polynomial(log_rest, COUNT(log_rest), z);
  double exponent = double_of(bits_of(ROUNDER) + (uint64_t)k) - ROUNDER;
  double small = s * (half_square + rest) + exponent * LN2_LOW;
  return exponent * LN2_HIGH - ((half_square - small) - f);
}

/* log(1 + exp(x)) = max(x, 0) + log(1 + e), e = exp(-|x|). 1 + e is rounded to u, and log(1 + e) =
 * log(u) + log(1 - (u - 1 - e) / u), whose last term is that quotient's, within its own square. */
static inline double softplus_of(double x) {
  const double e = exp_of(choose_double(x > 0.0, -x, x)), u = 1.0 + e;
  const double rest = log_of_normal(u, 0) - ((u - 1.0) - e) / u;
  const double result = choose_double(x > 0.0, x, 0.0) + rest;
  return choose_double(x != x, canonical_nan(), result);
}

/* What is no number becomes the least. */
static inline double bounded_probability(double p) {
  p = choose_double(p > FT_PROBABILITY_MIN, p, FT_PROBABILITY_MIN);
  return choose_double(p < 1.0 - FT_PROBABILITY_MIN, p, 1.0 - FT_PROBABILITY_MIN);
}

/* The margin of a probability, as enum ft_scale of model.h says. `softmax` is a constant where this is
 * expanded. */
static inline double margin_of(double probability, bool softmax) {
  const double p = bounded_probability(probability);
  return log_of_normal(softmax ? p : p / (1.0 - p), 0);
}

/* What a logarithm is one of. */
static inline double number_of(double logarithm) {
  const double low = choose_double(logarithm < -FT_LOGARITHM_MAX, -FT_LOGARITHM_MAX, logarithm);
  return exp_of(choose_double(low > FT_LOGARITHM_MAX, FT_LOGARITHM_MAX, low));
}

#endif
