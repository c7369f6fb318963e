/* A kernel's code, compiled once for each instruction set.
 *
 * A kernel's file defines, and then includes this:
 *   VECTOR_FLOATS     floats of a register: 4, 8 or 16
 *   TILE_ROWS         rows of a tile of sums that stays in registers
 *   TILE_VECTORS      its registers a row: 1, 2 or 4 × (16 / VECTOR_FLOATS) at most
 * and gives a kernel's functions, static. */
#ifndef FORETELL_LEARN_MLP_KERNEL_BODY_H
#define FORETELL_LEARN_MLP_KERNEL_BODY_H

#include <stdint.h>
#include <string.h>

#include "core/learn/mlp_kernel.h"
#include "core/predict/activation.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL        _Pragma("GCC unroll 16")

typedef float vector __attribute__((vector_size(VECTOR_FLOATS * 4), aligned(4), may_alias));

/* --- products --- */

/* Sums of `rows` × `vectors` registers from row m and column n on; both are constants where this is
 * expanded, so that the sums stay in registers. */
ALWAYS_INLINE void multiply_tile(const struct ft_net_product *p, size_t m, size_t n, const int rows,
                                 const int vectors) {
  vector sum[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int r = 0; r < rows; r++) {
    const float *start = p->start ? p->start + (m + r) * p->start_row + n : NULL;
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] =
        start ? *(const vector *)(start + v * VECTOR_FLOATS) : (vector){ 0 };
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
    UNROLL for (int v = 0; v < vectors; v++) * (vector *)(c + v * VECTOR_FLOATS) = sum[r][v];
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
  for (; n < p->columns; n += FT_MLP_LANES)
    multiply_columns(p, n, FT_MLP_LANES / VECTOR_FLOATS);
}

/* --- activations: the predictor's own, and their slopes --- */

static void activate_selu(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float x = h[i];
    h[i] = ft_selu(x);
    slope[i] =
        x > 0 ? FT_SELU_SCALE : (FT_SELU_SCALE * FT_SELU_ALPHA) * ft_exp_single(x > 0 ? 0.0F : x);
  }
}

/* x t with t = tanh(log(1 + e)), e = exp x; dt/dx = (1 - t^2) e / (1 + e) */
static void activate_mish(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float x = h[i] < -100.0F ? -100.0F : h[i];
    float e = ft_exp_single(x > 20.0F ? 20.0F : x);
    float n = e * (e + 2.0F);
    float t = n / (n + 2.0F);
    h[i] = ft_mish(x);
    slope[i] = t + (x * (1.0F - t * t)) * (e / (1.0F + e));
  }
}

static void activate_relu(float *restrict h, float *restrict slope, size_t count) {
  for (size_t i = 0; i < count; i++) {
    slope[i] = h[i] > 0 ? 1.0F : 0.0F;
    h[i] = ft_relu(h[i]);
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
