/* Sorting by digits: the order of comparisons, and equal keys in the order in which they were. */
#include "core/train/radix.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "foretell/random.h"

#define KEYS 5000

static uint64_t key[KEYS], scratch[KEYS];

static void keys_ascend_by_all_their_bits(void **state) {
  (void)state;
  for (unsigned bits = 1; bits <= 64; bits += 21) {
    struct ft_random random = ft_random_seeded(bits);
    uint64_t sum = 0, sorted = 0;
    for (size_t i = 0; i < KEYS; i++)
      sum += key[i] = ft_random_next(&random) >> (64 - bits);
    ft_radix_sort(key, scratch, KEYS, 0);
    for (size_t i = 0; i < KEYS; i++) {
      sorted += key[i];
      assert_true(i == 0 || key[i - 1] <= key[i]);
    }
    assert_true(sum == sorted);
  }
}

static void bits_below_keep_their_order(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(7);
  for (size_t i = 0; i < KEYS; i++)
    key[i] = ft_random_below(&random, 50) << 60 >> 4 << 4 | (uint64_t)(KEYS - i);
  ft_radix_sort(key, scratch, KEYS, 32);
  for (size_t i = 1; i < KEYS; i++) {
    assert_true(key[i - 1] >> 32 <= key[i] >> 32);
    if (key[i - 1] >> 32 == key[i] >> 32) assert_true((uint32_t)key[i - 1] > (uint32_t)key[i]);
  }
}

static void numbers_have_keys_of_their_order(void **state) {
  (void)state;
  static const double number[] = { -INFINITY, -1e300, -2.5, -1e-310, 0, 1e-310, 1, 3, INFINITY };
  for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
    uint64_t own = ft_radix_of_double(number[i]);
    assert_true(ft_radix_double(own) == number[i]);
    if (i == 0) continue;
    assert_true(ft_radix_of_double(number[i - 1]) < own);
    assert_true(ft_radix_of_float((float)number[i - 1]) <= ft_radix_of_float((float)number[i]));
  }
}

static void none_and_one_are_sorted(void **state) {
  (void)state;
  key[0] = 9;
  key[1] = 3;
  ft_radix_sort(key, scratch, 0, 0);
  ft_radix_sort(key, scratch, 1, 0);
  assert_true(key[0] == 9 && key[1] == 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_ascend_by_all_their_bits),
    cmocka_unit_test(bits_below_keep_their_order),
    cmocka_unit_test(numbers_have_keys_of_their_order),
    cmocka_unit_test(none_and_one_are_sorted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
