#include "core/predict/activation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Every 1009th float, or so. */
#define STRIDE UINT32_C(1009)

/* Units in the last place of `wanted`, rounded to float32. */
static double ulps(float got, double wanted) {
  float rounded = (float)wanted;
  float next = nextafterf(fabsf(rounded), INFINITY);
  return fabs((double)got - wanted) / ((double)next - (double)fabsf(rounded));
}

static void exp_is_within_two_ulp(void **state) {
  (void)state;
  double worst = 0;
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += STRIDE) {
    float x = ft_single_of((uint32_t)bits);
    if (!(x >= -87.33F && x <= 88.0F)) continue;
    worst = fmax(worst, ulps(ft_exp_single(x), exp((double)x)));
  }
  assert_true(worst < 2);
}

static void exp_has_ends(void **state) {
  (void)state;
  assert_true(ft_exp_single(0) == 1);
  assert_true(ft_exp_single(-87.4F) == 0);
  assert_true(ft_exp_single(-INFINITY) == 0);
  assert_true(ft_exp_single(INFINITY) == ft_exp_single(88.0F));
  assert_true(isnan(ft_exp_single(NAN)));
}

static double true_selu(double x) {
  return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
}

static double true_mish(double x) {
  return x < -1000 ? 0 : x * tanh(log1p(exp(x)));
}

static double true_logistic(double x) {
  return 1 / (1 + exp(-x));
}

/* Within so much, or so many ulps. */
static void compare_all(float (*own)(float), double (*wanted)(double), double apart, double max) {
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += STRIDE) {
    float x = ft_single_of((uint32_t)bits);
    if (x != x || fabsf(x) > 500) continue;
    double is = wanted((double)x);
    if (fabs((double)own(x) - is) <= apart) continue;
    assert_true(ulps(own(x), is) < max);
  }
}

static void activations_are_near_the_truth(void **state) {
  (void)state;
  compare_all(ft_selu, true_selu, 3e-7, 4);
  compare_all(ft_mish, true_mish, 1e-35, 6);
  compare_all(ft_tanh_single, tanh, 1e-38, 4);
  compare_all(ft_logistic_single, true_logistic, 1e-37, 4);
}

static void activations_bear_the_extremes(void **state) {
  (void)state;
  assert_true(ft_mish(-INFINITY) == 0 && ft_mish(INFINITY) == INFINITY);
  assert_true(ft_selu(INFINITY) == INFINITY && ft_selu(-INFINITY) > -1.7581F);
  assert_true(ft_tanh_single(INFINITY) == 1 && ft_tanh_single(-INFINITY) == -1);
  assert_true(ft_logistic_single(INFINITY) == 1 && ft_logistic_single(-INFINITY) == 0);
  assert_true(ft_relu(-INFINITY) == 0 && ft_relu(NAN) == 0);
}

static void an_array_has_the_bits_of_its_values(void **state) {
  (void)state;
  float (*const one[])(float) = { NULL,    ft_relu,        ft_selu,
                                  ft_mish, ft_tanh_single, ft_logistic_single };
  for (int a = 1; a < FT_ACTIVATE_COUNT; a++) {
    float value[999];
    for (int i = 0; i < 999; i++)
      value[i] = (float)(i - 500) * 0.037F;
    ft_activate((enum ft_activation)a, value, 999);
    for (int i = 0; i < 999; i++)
      assert_true(ft_single_bits(value[i]) == ft_single_bits(one[a]((float)(i - 500) * 0.037F)));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exp_is_within_two_ulp),
    cmocka_unit_test(exp_has_ends),
    cmocka_unit_test(activations_are_near_the_truth),
    cmocka_unit_test(activations_bear_the_extremes),
    cmocka_unit_test(an_array_has_the_bits_of_its_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
