/* Against tools/maths.py's table of correctly rounded results, and the edges by hand. */
#include "foretell/maths.h"

#include "core/predict/kernel.h"
#include "core/predict/scale.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CANONICAL_NAN UINT64_C(0x7ff8000000000000)
#define INFINITE_BITS UINT64_C(0x7ff0000000000000)

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Bits as a number line on which neighbours differ by one and -0 is 0. */
static int64_t place_of(uint64_t bits) {
  int64_t size = (int64_t)(bits & (UINT64_MAX >> 1));
  return bits >> 63 ? -size : size;
}

static uint64_t ulps_between(uint64_t a, uint64_t b) {
  int64_t from = place_of(a), to = place_of(b);
  return from < to ? (uint64_t)to - (uint64_t)from : (uint64_t)from - (uint64_t)to;
}

static const struct {
  const char *name;
  double (*function)(double);
} functions[] = { { "exp", ft_exp },
                  { "log", ft_log },
                  { "tanh", ft_tanh },
                  { "logistic", ft_logistic },
                  { "softplus", ft_softplus } };
#define FUNCTIONS (sizeof functions / sizeof functions[0])

static void every_function_is_within_two_ulp_of_the_reference(void **state) {
  (void)state;
  FILE *file = fopen("test/reference/maths.csv", "r");
  assert_non_null(file);
  char line[128], name[16];
  uint64_t input, expected, worst[FUNCTIONS] = { 0 }, lines[FUNCTIONS] = { 0 };
  assert_non_null(fgets(line, sizeof line, file)); /* the names of the columns */
  while (fgets(line, sizeof line, file)) {
    assert_int_equal(sscanf(line, "%15[^,],%" SCNx64 ",%" SCNx64, name, &input, &expected), 3);
    for (size_t f = 0; f < FUNCTIONS; f++) {
      if (strcmp(name, functions[f].name) != 0) continue;
      uint64_t ulps = ulps_between(bits_of(functions[f].function(double_of(input))), expected);
      if (ulps > 2) print_error("%s(%a) is off by %" PRIu64 "\n", name, double_of(input), ulps);
      assert_true(ulps <= 2);
      worst[f] = ulps > worst[f] ? ulps : worst[f];
      lines[f]++;
    }
  }
  fclose(file);
  for (size_t f = 0; f < FUNCTIONS; f++) {
    print_message("%s: at most %" PRIu64 " ulp\n", functions[f].name, worst[f]);
    assert_true(lines[f] > 400);
  }
}

static void a_nan_gives_the_canonical_nan(void **state) {
  (void)state;
  const uint64_t nans[] = { CANONICAL_NAN, UINT64_C(0xfff8000000000000),
                            UINT64_C(0x7ff0000000000001), UINT64_C(0xffffffffffffffff) };
  for (size_t f = 0; f < FUNCTIONS; f++)
    for (size_t i = 0; i < 4; i++)
      assert_int_equal(bits_of(functions[f].function(double_of(nans[i]))), CANONICAL_NAN);
  assert_int_equal(bits_of(ft_log(-1.0)), CANONICAL_NAN);
}

static void infinities_and_zeros_are_as_stated(void **state) {
  (void)state;
  double infinity = double_of(INFINITE_BITS);
  assert_int_equal(bits_of(ft_exp(infinity)), INFINITE_BITS);
  assert_int_equal(bits_of(ft_exp(709.79)), INFINITE_BITS);
  assert_int_equal(bits_of(ft_exp(-infinity)), 0);
  assert_int_equal(bits_of(ft_exp(-1e300)), 0);
  assert_int_equal(bits_of(ft_log(infinity)), INFINITE_BITS);
  assert_int_equal(bits_of(ft_log(0.0)), bits_of(-infinity));
  assert_int_equal(bits_of(ft_log(-0.0)), bits_of(-infinity));
  assert_int_equal(bits_of(ft_log(1.0)), 0);
  assert_int_equal(bits_of(ft_tanh(infinity)), bits_of(1.0));
  assert_int_equal(bits_of(ft_tanh(-infinity)), bits_of(-1.0));
  assert_int_equal(bits_of(ft_tanh(-0.0)), bits_of(-0.0));
  assert_int_equal(bits_of(ft_logistic(0.0)), bits_of(0.5));
  assert_int_equal(bits_of(ft_logistic(infinity)), bits_of(1.0));
  assert_int_equal(bits_of(ft_logistic(-infinity)), 0);
  assert_int_equal(bits_of(ft_softplus(infinity)), INFINITE_BITS);
  assert_int_equal(bits_of(ft_softplus(-infinity)), 0);
  assert_int_equal(bits_of(ft_softplus(1e300)), bits_of(1e300));
}

static const struct ft_kernel *const kernels[] = { &ft_kernel_portable, &ft_kernel_avx2,
                                                   &ft_kernel_avx512 };

static void every_kernels_arrays_give_the_bits_of_single_values(void **state) {
  (void)state;
  double inputs[1003], exps[1003], logistics[1003], softplus[1003];
  for (size_t i = 0; i < 1003; i++)
    inputs[i] = ((double)i - 501.0) * 1.6180339887;
  inputs[7] = double_of(UINT64_C(0xfff8000000000000));
  for (size_t k = 0; k < 3; k++) {
    if (!kernels[k]->supported()) continue;
    memcpy(exps, inputs, sizeof inputs);
    memcpy(logistics, inputs, sizeof inputs);
    memcpy(softplus, inputs, sizeof inputs);
    kernels[k]->exp_each(exps, 1003);
    kernels[k]->logistic_each(logistics, 1003);
    kernels[k]->softplus_each(softplus, 1003);
    for (size_t i = 0; i < 1003; i++) {
      assert_int_equal(bits_of(exps[i]), bits_of(ft_exp(inputs[i])));
      assert_int_equal(bits_of(logistics[i]), bits_of(ft_logistic(inputs[i])));
      assert_int_equal(bits_of(softplus[i]), bits_of(ft_softplus(inputs[i])));
    }
  }
}

static void probabilities_have_their_logits_within_bounds_as_margins(void **state) {
  (void)state;
  const double min = FT_PROBABILITY_MIN, infinity = double_of(INFINITE_BITS);
  double p[1003], logit[1003], log[1003];
  for (size_t i = 0; i < 1003; i++)
    p[i] = ((double)i - 200.0) / 600.0;
  p[0] = infinity;
  p[1] = -infinity;
  p[2] = double_of(CANONICAL_NAN);
  p[3] = min * 1.5;
  for (size_t k = 0; k < 3; k++) {
    if (!kernels[k]->supported()) continue;
    memcpy(logit, p, sizeof p);
    memcpy(log, p, sizeof p);
    kernels[k]->margin_each(logit, 1003, FT_SCALE_PROBABILITY, FT_LINK_LOGISTIC);
    kernels[k]->margin_each(log, 1003, FT_SCALE_PROBABILITY, FT_LINK_SOFTMAX);
    for (size_t i = 0; i < 1003; i++) {
      const double kept = p[i] > min ? p[i] < 1 - min ? p[i] : 1 - min : min;
      assert_int_equal(bits_of(logit[i]), bits_of(ft_log(kept / (1 - kept))));
      assert_int_equal(bits_of(logit[i]),
                       bits_of(ft_scale_margin(p[i], FT_SCALE_PROBABILITY, FT_LINK_LOGISTIC)));
      assert_int_equal(bits_of(log[i]), bits_of(ft_log(kept)));
      assert_int_equal(bits_of(log[i]),
                       bits_of(ft_scale_margin(p[i], FT_SCALE_PROBABILITY, FT_LINK_SOFTMAX)));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_function_is_within_two_ulp_of_the_reference),
    cmocka_unit_test(a_nan_gives_the_canonical_nan),
    cmocka_unit_test(infinities_and_zeros_are_as_stated),
    cmocka_unit_test(every_kernels_arrays_give_the_bits_of_single_values),
    cmocka_unit_test(probabilities_have_their_logits_within_bounds_as_margins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
