/* Against Lua's xoshiro256** and Java's SplitMix64 (test/reference/random.sh). */
#include "foretell/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reference {
  char generator[16];
  uint64_t seed;
  uint64_t number;
};

static size_t read_references(struct reference *out, size_t max) {
  FILE *file = fopen("test/reference/random.csv", "r");
  assert_non_null(file);
  char line[128];
  size_t count = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (count < max && fgets(line, sizeof line, file)) {
    char *generator = strtok(line, ","), *seed = strtok(NULL, ","), *number = strtok(NULL, ",\n");
    assert_non_null(number);
    snprintf(out[count].generator, sizeof out[count].generator, "%s", generator);
    out[count].seed = strtoull(seed, NULL, 10);
    out[count++].number = strtoull(number, NULL, 16);
  }
  fclose(file);
  return count;
}

static void numbers_are_those_of_lua(void **state) {
  (void)state;
  struct reference reference[100];
  size_t count = read_references(reference, 100), compared = 0;
  struct ft_random random = { { 20260101, 255, 42, 0 } };
  for (int i = 0; i < 16; i++)
    ft_random_next(&random);
  for (size_t i = 0; i < count; i++)
    if (strcmp(reference[i].generator, "xoshiro") == 0) {
      assert_true(ft_random_next(&random) == reference[i].number);
      compared++;
    }
  assert_int_equal(compared, 64);
}

static void seeds_are_spread_as_java_does(void **state) {
  (void)state;
  struct reference reference[100];
  size_t count = read_references(reference, 100), compared = 0;
  for (size_t i = 0; i < count; i++)
    if (strcmp(reference[i].generator, "splitmix") == 0) {
      struct ft_random random = ft_random_seeded(reference[i].seed);
      assert_true(random.state[compared % 4] == reference[i].number);
      compared++;
    }
  assert_int_equal(compared, 20);
}

static void below_stays_below_and_reaches_all(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(1);
  unsigned seen[7] = { 0 };
  for (int i = 0; i < 70000; i++)
    seen[ft_random_below(&random, 7)]++;
  for (int i = 0; i < 7; i++)
    assert_in_range(seen[i], 9600, 10400); /* 4 standard deviations */
  assert_true(ft_random_below(&random, 1) == 0);
}

/* With a bound of 3/4 of 2^64, taking the remainder alone would give the lower third twice. */
static void below_is_unbiased_at_large_bounds(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(2);
  uint64_t bound = UINT64_C(3) << 62, third = UINT64_C(1) << 62;
  unsigned low = 0;
  for (int i = 0; i < 30000; i++) {
    uint64_t drawn = ft_random_below(&random, bound);
    assert_true(drawn < bound);
    low += drawn < third;
  }
  assert_in_range(low, 9650, 10350);
}

static void unit_lies_between_0_and_1(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(3);
  double sum = 0;
  for (int i = 0; i < 100000; i++) {
    double unit = ft_random_unit(&random);
    assert_true(unit >= 0 && unit < 1);
    sum += unit;
  }
  assert_true(sum > 49600 && sum < 50400);
}

static void shuffle_permutes_evenly(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(4);
  unsigned seen[4][4] = { { 0 } };
  for (int i = 0; i < 40000; i++) {
    uint32_t item[4] = { 0, 1, 2, 3 }, all = 0;
    ft_random_shuffle(&random, item, 4);
    for (int j = 0; j < 4; j++) {
      all |= 1u << item[j];
      seen[j][item[j]]++;
    }
    assert_int_equal(all, 15);
  }
  for (int i = 0; i < 16; i++)
    assert_in_range(seen[i / 4][i % 4], 9600, 10400);
}

static void shuffle_of_one_or_none_draws_nothing(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(5), before = random;
  uint32_t item = 9;
  ft_random_shuffle(&random, NULL, 0);
  ft_random_shuffle(&random, &item, 1);
  assert_int_equal(item, 9);
  assert_memory_equal(&random, &before, sizeof random);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_those_of_lua),
    cmocka_unit_test(seeds_are_spread_as_java_does),
    cmocka_unit_test(below_stays_below_and_reaches_all),
    cmocka_unit_test(below_is_unbiased_at_large_bounds),
    cmocka_unit_test(unit_lies_between_0_and_1),
    cmocka_unit_test(shuffle_permutes_evenly),
    cmocka_unit_test(shuffle_of_one_or_none_draws_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
