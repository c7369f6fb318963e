/* What a net's layers make of their sums, in float32: the trainer and the predictor use the same.
 *
 * Units    none.
 * NULLs    none; of a NaN, exp, SELU, Mish, tanh and the logistic function make a NaN, RELU 0.
 * Numbers  float32; IEEE add, multiply, divide and integer operations only, in one stated order, no
 *          branch and no fused multiply-add, so that a loop over them becomes vectors of any width
 *          with the same bits. exp is within 2 ulp of the true value, tanh and the logistic function
 *          within 3, Mish within 6; SELU, a difference of near numbers, within 3e-7.
 * Threads  pure functions.
 * Source   argument reduction by Cody and Waite; `tools/maths.py singles` derives the numbers.
 *          SELU: Klambauer and others, 2017. Mish: Misra, 2019. */
#ifndef FORETELL_PREDICT_ACTIVATION_H
#define FORETELL_PREDICT_ACTIVATION_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "foretell/model.h"

#define FT_SELU_SCALE 0x1.0cfabep+0F /* 1.0507010 */
#define FT_SELU_ALPHA 0x1.ac5afap+0F /* 1.6732632 */

/* In place, over an array. */
void ft_activate(enum ft_activation activation, float *value, size_t count);

static inline uint32_t ft_single_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float ft_single_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* By bits: a compiler may not turn the choice into a branch around what is chosen, which would keep a
 * loop from becoming vectors. */
static inline float ft_single_choose(int yes, float one, float other) {
  uint32_t mask = 0U - (uint32_t)(yes != 0);
  return ft_single_of((ft_single_bits(one) & mask) | (ft_single_bits(other) & ~mask));
}

/* exp(x) = 2^k exp(r), |r| <= ln 2 / 2. Below -87.33, whose result is the smallest normal number, it
 * is 0; above 88 it stays 1.65e38. */
static inline float ft_exp_single(float x) {
  float max = ft_single_choose(x > 88.0F, 88.0F, x);
  float clamped = ft_single_choose(max < -87.33F, -87.33F, max);
  float shifted = clamped * 0x1.715476p+0F + 0x1.8p23F; /* an integer, in its low bits */
  float whole = shifted - 0x1.8p23F;
  float r = (clamped - whole * 0x1.62e400p-1F) - whole * 0x1.7f7d1cp-20F;
  float p = 0x1.6d117cp-10F;
  p = p * r + 0x1.120be2p-7F;
  p = p * r + 0x1.555518p-5F;
  p = p * r + 0x1.5554dcp-3F;
  p = p * r + 0.5F;
  float e = 1.0F + (r + (r * r) * p);
  float power = ft_single_of((ft_single_bits(shifted) - 0x4b400000U + 127U) << 23);
  return ft_single_choose(x < -87.33F, 0.0F, e * power);
}

static inline float ft_relu(float x) {
  return ft_single_choose(x > 0.0F, x, 0.0F);
}

static inline float ft_selu(float x) {
  float below =
      (FT_SELU_SCALE * FT_SELU_ALPHA) * (ft_exp_single(ft_single_choose(x > 0.0F, 0.0F, x)) - 1.0F);
  return ft_single_choose(x > 0.0F, FT_SELU_SCALE * x, below);
}

/* x tanh(log(1 + exp x)) = x n / (n + 2), n = e (e + 2), e = exp x; from 20 on it is x. */
static inline float ft_mish(float x) {
  float bounded = ft_single_choose(x < -100.0F, -100.0F, x); /* else minus infinity times 0 */
  float e = ft_exp_single(ft_single_choose(bounded > 20.0F, 20.0F, bounded));
  float n = e * (e + 2.0F);
  return bounded * (n / (n + 2.0F));
}

/* x + x z R(z), z = x^2, where |x| < 0.55; else 1 - 2 / (exp(2 |x|) + 1). */
static inline float ft_tanh_single(float x) {
  float size = ft_single_choose(x < 0.0F, -x, x);
  float z = x * x;
  float p = -0x1.b13538p-8F;
  p = p * z + 0x1.5d220ep-6F;
  p = p * z + -0x1.b9a044p-5F;
  p = p * z + 0x1.110feap-3F;
  p = p * z + -0x1.555554p-2F;
  float near = x + (x * z) * p;
  float far = 1.0F - 2.0F / (ft_exp_single(2.0F * size) + 1.0F);
  return ft_single_choose(size < 0.55F, near, ft_single_choose(x < 0.0F, -far, far));
}

static inline float ft_logistic_single(float x) {
  float e = ft_exp_single(ft_single_choose(x > 0.0F, -x, x));
  float one_or_e = ft_single_choose(x > 0.0F, 1.0F, e);
  return one_or_e / (1.0F + e);
}

#endif
