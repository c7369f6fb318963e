/* Columns that give the target away, or should be cast, are told of; others are not. */
#include "core/train/leakage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/train/cast.h"
#include "core/train/order.h"
#include "foretell/random.h"

enum { ROWS = 3000 };

/* One column and a target. */
struct sample {
  float value[ROWS];
  double target[ROWS];
  double noise[ROWS]; /* 0 … 1 */
};

static struct sample *make_sample(uint32_t labels) {
  struct sample *s = calloc(1, sizeof *s);
  struct ft_random random = ft_random_seeded(9);
  for (size_t r = 0; r < ROWS; r++) {
    s->noise[r] = ft_random_unit(&random);
    s->target[r] = labels ? (double)ft_random_below(&random, labels)
                          : 1000 * ft_random_unit(&random) * ft_random_unit(&random);
    s->value[r] = (float)ft_random_unit(&random);
  }
  return s;
}

/* How many warnings there are; the sample is freed. */
static uint32_t look(struct sample *s, uint32_t labels, uint32_t categories) {
  struct ft_field field = { "column", categories ? FT_TEXT : FT_FLOAT64, 0, 0 };
  struct ft_encoder encoder = { .field = 0 };
  struct ft_run run = {
    .rows = ROWS,
    .target = { .problem = labels == 0   ? FT_REGRESSION
                           : labels == 2 ? FT_BINARY
                                         : FT_MULTICLASS,
                .labels = labels,
                .value = s->target },
    .scale = 1,
    .features = { s->value, ROWS, 1, &categories, NULL },
    .model = { .fields = 1, .field = &field, .features = 1, .encoder = &encoder },
  };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  run.arena = &arena;
  assert_int_equal(ft_leakage_warn(&run, NULL), FT_OK);
  uint32_t warnings = run.report.warnings;
  if (warnings)
    assert_non_null(strstr(run.report.warning[0], "\"column\" alone gives the answer away"));
  ft_arena_release(&arena);
  free(s);
  return warnings;
}

static void a_copy_of_the_target_is_told_of(void **state) {
  (void)state;
  static const uint32_t labels[] = { 0, 2, 5 };
  for (size_t i = 0; i < 3; i++)
    for (uint32_t categories = 0; categories <= 300; categories += 300) {
      if (labels[i] == 0 && categories) continue;
      struct sample *s = make_sample(labels[i]);
      for (size_t r = 0; r < ROWS; r++)
        s->value[r] = (float)s->target[r] + (categories ? 1 : 0);
      assert_int_equal(look(s, labels[i], categories), 1);
    }
}

static void a_copy_with_a_few_errors_is_told_of(void **state) {
  (void)state;
  struct sample *s = make_sample(2);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(s->noise[r] < 0.005 ? 1 - s->target[r] : s->target[r]);
  assert_int_equal(look(s, 2, 0), 1);
  s = make_sample(0);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(s->target[r] * (1 + 0.01 * s->noise[r]));
  assert_int_equal(look(s, 0, 0), 1);
}

static void a_function_of_the_target_is_told_of(void **state) {
  (void)state;
  struct sample *s = make_sample(0);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)exp(-s->target[r] / 100);
  assert_int_equal(look(s, 0, 0), 1);
  s = make_sample(2); /* which row it is: one class came before the other */
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(s->target[r] * ROWS) + (float)r;
  assert_int_equal(look(s, 2, 0), 1);
  s = make_sample(3); /* known where it is missing */
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = s->target[r] == 1 ? NAN : (float)(s->target[r] + s->noise[r]);
  assert_int_equal(look(s, 3, 0), 1);
}

static void what_helps_is_not_told_of(void **state) {
  (void)state;
  assert_int_equal(look(make_sample(0), 0, 0), 0);
  assert_int_equal(look(make_sample(2), 2, 0), 0);
  struct sample *s = make_sample(2);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(s->noise[r] < 0.05 ? 1 - s->target[r] : s->target[r]);
  assert_int_equal(look(s, 2, 0), 0);
  s = make_sample(0);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(s->target[r] + 200 * s->noise[r]);
  assert_int_equal(look(s, 0, 0), 0);
  s = make_sample(5);
  for (size_t r = 0; r < ROWS; r++)
    s->value[r] = (float)(1 + (size_t)(s->noise[r] * 290)); /* many codes, by chance */
  assert_int_equal(look(s, 5, 300), 0);
}

/* Is a text column of these values, and of others like them, told of? */
static bool cast_is_told(const char *const *value, size_t values) {
  static const struct ft_field field[] = { { "text", FT_TEXT, 0, 0 }, { "y", FT_INT32, 0, 0 } };
  struct ft_span text[100];
  int32_t target[100] = { 0 };
  for (size_t r = 0; r < 100; r++)
    text[r] = ft_span_of(value[r % values]);
  struct ft_column column[] = { { FT_TEXT, text, NULL }, { FT_INT32, target, NULL } };
  struct ft_batch batch = { 100, 2, column };
  struct ft_hash_key key = ft_order_key(1);
  struct ft_table table;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_job job = { .fields = 2, .field = field, .target = 1 };
  struct ft_run run = { .job = &job, .arena = &arena };
  assert_int_equal(ft_table_init(&table, field, 2, &key, NULL), FT_OK);
  assert_int_equal(ft_table_append(&table, &batch, NULL), FT_OK);
  ft_cast_warn(&run, &table);
  ft_table_release(&table);
  ft_arena_release(&arena);
  return run.report.warnings == 1;
}

static void numbers_and_dates_as_text_are_told_of(void **state) {
  (void)state;
  char room[30][16];
  const char *value[30];
  for (int form = 0; form < 5; form++) {
    static const char *const forms[] = { "%d.25", " %de-3 ", "20%02d-01-31", "0%d", "A%d" };
    for (int i = 0; i < 30; i++) {
      snprintf(room[i], sizeof room[i], forms[form], i + 10);
      value[i] = room[i];
    }
    assert_int_equal(cast_is_told(value, 30), form < 3);
    value[3] = " ";
    value[4] = "NA";
    assert_int_equal(cast_is_told(value, 30), form < 3);
    value[5] = "none of it";
    assert_false(cast_is_told(value, 30));
    assert_false(cast_is_told(value + 6, 10)); /* few different ones */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_copy_of_the_target_is_told_of),
    cmocka_unit_test(a_copy_with_a_few_errors_is_told_of),
    cmocka_unit_test(a_function_of_the_target_is_told_of),
    cmocka_unit_test(what_helps_is_not_told_of),
    cmocka_unit_test(numbers_and_dates_as_text_are_told_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
