/* The order of a category's codes by what they add beside the other features. */
#include "core/learn/effect_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "foretell/random.h"

#define ROWS  60000 /* more than are looked at */
#define CODES 6

struct sample {
  float value[2 * ROWS];
  double target[ROWS];
  uint32_t row[ROWS];
  uint32_t categories[2];
  struct ft_features features;
  struct ft_fit_data data;
  struct ft_fit_task task;
  struct ft_arena arena;
  const float *const *place;
};

/* Codes 1 … CODES add 1 each to the one before, and come with lesser numbers, which take away 3. */
static struct sample *make_sample(void) {
  struct sample *s = calloc(1, sizeof *s);
  struct ft_random random = ft_random_seeded(9);
  double sum = 0;
  for (uint32_t r = 0; r < ROWS; r++) {
    uint32_t code = 1 + (uint32_t)ft_random_below(&random, CODES);
    double x = 2 * ft_random_unit(&random) - code;
    s->value[r] = (float)code;
    s->value[ROWS + r] = (float)x;
    s->target[r] = code + 3 * x + 0.5 * ft_random_unit(&random);
    s->row[r] = r;
    sum += s->target[r];
  }
  for (uint32_t r = 0; r < ROWS; r++)
    s->target[r] = (s->target[r] - sum / ROWS) / 5;
  s->categories[0] = CODES;
  s->features = (struct ft_features){ s->value, ROWS, 2, s->categories, NULL };
  s->data = (struct ft_fit_data){ .features = &s->features,
                                  .target = s->target,
                                  .problem = FT_REGRESSION,
                                  .outputs = 1,
                                  .scale = 1 };
  s->task = (struct ft_fit_task){ .data = &s->data,
                                  .train = s->row,
                                  .n_train = ROWS,
                                  .learning_rate_factor = 1,
                                  .threads = 1,
                                  .deadline = 1e300 };
  ft_arena_init(&s->arena, FT_ARENA_DEFAULT_LIMIT);
  return s;
}

static void find(struct sample *s) {
  assert_int_equal(ft_effect_order_order(&s->place, &s->arena, &s->task, NULL), FT_OK);
}

static void release(struct sample *s) {
  ft_arena_release(&s->arena);
  free(s);
}

/* The means by code fall by 2 from each to the next; what the codes add rises. */
static void the_order_is_of_what_codes_add_beside_the_rest(void **state) {
  (void)state;
  struct sample *s = make_sample();
  find(s);
  assert_non_null(s->place);
  assert_null(s->place[1]);
  for (uint32_t c = 2; c <= CODES; c++)
    assert_true(s->place[0][c] > s->place[0][c - 1]);
  release(s);
}

static void rows_that_do_not_train_change_nothing(void **state) {
  (void)state;
  struct sample *s = make_sample();
  s->task.n_train = ROWS / 2;
  for (uint32_t r = ROWS / 2; r < ROWS; r++)
    s->target[r] = -10 * s->value[r];
  find(s);
  for (uint32_t c = 2; c <= CODES; c++)
    assert_true(s->place[0][c] > s->place[0][c - 1]);
  release(s);
}

static void a_code_without_rows_is_in_the_middle(void **state) {
  (void)state;
  struct sample *s = make_sample();
  find(s);
  assert_true(s->place[0][0] > s->place[0][1]);
  assert_true(s->place[0][0] < s->place[0][CODES]);
  release(s);
}

static void few_rows_many_codes_and_several_outputs_have_none(void **state) {
  (void)state;
  struct sample *s = make_sample();
  s->task.n_train = 100;
  find(s);
  assert_null(s->place);
  s->task.n_train = ROWS;
  s->categories[0] = FT_EFFECT_ORDER_MAX_CODES + 1;
  find(s);
  assert_null(s->place);
  s->categories[0] = FT_EFFECT_ORDER_MIN_CODES - 1;
  find(s);
  assert_null(s->place);
  s->categories[0] = CODES;
  s->data.outputs = 3;
  find(s);
  assert_null(s->place);
  release(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_order_is_of_what_codes_add_beside_the_rest),
    cmocka_unit_test(rows_that_do_not_train_change_nothing),
    cmocka_unit_test(a_code_without_rows_is_in_the_middle),
    cmocka_unit_test(few_rows_many_codes_and_several_outputs_have_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
