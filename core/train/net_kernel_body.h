/* A kernel's code, compiled once for each instruction set.
 *
 * A kernel's file defines, and then includes this:
 *   VECTOR_FLOATS     floats of a register: 4, 8 or 16
 *   TILE_ROWS         rows of a tile of sums that stays in registers
 *   TILE_VECTORS      its registers a row: 1, 2 or 4 × (16 / VECTOR_FLOATS) at most
 * and gives a kernel's functions, static. */
#ifndef FORETELL_TRAIN_NET_KERNEL_BODY_H
#define FORETELL_TRAIN_NET_KERNEL_BODY_H

#include <stdint.h>
#include <string.h>

#include "core/train/net_kernel.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL        _Pragma("GCC unroll 16")

typedef float vector __attribute__((vector_size(VECTOR_FLOATS * 4), aligned(4), may_alias));

/* --- products --- */

/* Sums of `rows` × `vectors` registers from row m and column n on; both are constants where this is
 * expanded, so that the sums stay in registers. */
ALWAYS_INLINE void multiply_tile(const struct ft_net_product *p, size_t m, size_t n,
                                 const int rows, const int vectors) {
  vector sum[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    vector start = { 0 };
    if (p->start) start = *(const vector *)(p->start + n + v * VECTOR_FLOATS);
    UNROLL for (int r = 0; r < rows; r++) sum[r][v] = start;
  }
  const float *a = p->a + m * p->a_row, *b = p->b + n;
  for (size_t k = 0; k < p->depth; k++, a += p->a_step, b += p->columns) {
    vector factor[TILE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) factor[v] = *(const vector *)(b + v * VECTOR_FLOATS);
    UNROLL for (int r = 0; r < rows; r++) {
      vector each = a[r * p->a_row] - (vector){ 0 };
      UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += each * factor[v];
    }
  }
  UNROLL for (int r = 0; r < rows; r++) {
    float *c = p->c + (m + r) * p->columns + n;
    UNROLL for (int v = 0; v < vectors; v++) *(vector *)(c + v * VECTOR_FLOATS) = sum[r][v];
  }
}

ALWAYS_INLINE void multiply_columns(const struct ft_net_product *p, size_t n, const int vectors) {
  size_t m = 0;
  for (; m + TILE_ROWS <= p->rows; m += TILE_ROWS)
    multiply_tile(p, m, n, TILE_ROWS, vectors);
  if (m + 4 <= p->rows && TILE_ROWS > 4) {
    multiply_tile(p, m, n, 4, vectors);
    m += 4;
  }
  for (; m < p->rows; m++)
    multiply_tile(p, m, n, 1, vectors);
}

static void multiply(const struct ft_net_product *p) {
  size_t n = 0;
  for (; n + TILE_VECTORS * VECTOR_FLOATS <= p->columns; n += TILE_VECTORS * VECTOR_FLOATS)
    multiply_columns(p, n, TILE_VECTORS);
  for (; n < p->columns; n += FT_NET_LANES)
    multiply_columns(p, n, FT_NET_LANES / VECTOR_FLOATS);
}

/* --- activations --- */

#define LARGEST_EXPONENT 87.0F
#define LOG2_E           0x1.715476p+0F
#define LN2_HIGH         0x1.62e4p-1F /* 15 bits: exact when multiplied by an exponent */
#define LN2_LOW          0x1.7f7d1cp-20F
#define ROUNDER          0x1.8p23F /* adding it rounds to an integer */

/* Argument reduction by Cody and Waite, then Taylor's series: |r| <= ln 2 / 2. */
ALWAYS_INLINE float exp_of(float x) {
  x = x < -LARGEST_EXPONENT ? -LARGEST_EXPONENT : x;
  x = x > LARGEST_EXPONENT ? LARGEST_EXPONENT : x;
  float shifted = x * LOG2_E + ROUNDER;
  float whole = shifted - ROUNDER;
  float r = (x - whole * LN2_HIGH) - whole * LN2_LOW;
  float p = 1.0F / 5040;
  p = p * r + 1.0F / 720;
  p = p * r + 1.0F / 120;
  p = p * r + 1.0F / 24;
  p = p * r + 1.0F / 6;
  p = p * r + 0.5F;
  p = (p * r) * r + r + 1.0F;
  uint32_t bits, rounder = 0x4b400000;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits - rounder + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

#define SELU_SCALE 1.05070098735548F
#define SELU_ALPHA 1.67326324235438F

static void activate_selu(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float x = h[i], e = exp_of(x) * (SELU_SCALE * SELU_ALPHA);
    h[i] = x > 0 ? x * SELU_SCALE : e - SELU_SCALE * SELU_ALPHA;
    slope[i] = x > 0 ? SELU_SCALE : e;
  }
}

#define MISH_LINEAR 20.0F /* from here on mish(x) = x */

/* x tanh(log(1 + e)) = x n / (n + 2), e = exp(x), n = e (e + 2) */
static void activate_mish(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float x = h[i], e = exp_of(x > MISH_LINEAR ? MISH_LINEAR : x);
    float n = e * (e + 2.0F);
    float t = n / (n + 2.0F), s = e / (1.0F + e);
    h[i] = x * t;
    slope[i] = t + x * s * (1.0F - t * t);
  }
}

static void activate_relu(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    slope[i] = h[i] > 0 ? 1.0F : 0.0F;
    h[i] = h[i] > 0 ? h[i] : 0.0F;
  }
}

static void activate(enum ft_activation activation, float *h, float *slope, size_t count) {
  switch (activation) {
  case FT_ACTIVATE_SELU: activate_selu(h, slope, count); break;
  case FT_ACTIVATE_MISH: activate_mish(h, slope, count); break;
  default: activate_relu(h, slope, count);
  }
}

/* --- steps --- */

#define SMALLEST_ROOT 1e-8F

static void step(const struct ft_net_adam *adam, float *restrict weight,
                 const float *restrict gradient, float *restrict mean, float *restrict square,
                 size_t count) {
  float first = adam->first, second = adam->second;
  float fresh = 1.0F - first, fresh_square = 1.0F - second;
  float rate = adam->rate, keep = adam->keep, correction = adam->correction;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i];
    float m = mean[i] * first + g * fresh;
    float s = square[i] * second + (g * g) * fresh_square;
    mean[i] = m;
    square[i] = s;
    weight[i] = weight[i] * keep - rate * m / (__builtin_sqrtf(s * correction) + SMALLEST_ROOT);
  }
}

#endif
