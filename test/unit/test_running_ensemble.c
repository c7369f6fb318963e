/* The ensemble that is kept up to date while a search runs; nothing is trained. */
#include "core/train/running_ensemble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROWS       1000
#define CANDIDATES 3

static double target[ROWS], good[ROWS], same[ROWS], other[ROWS];

struct fixture {
  struct ft_arena arena;
  struct ft_fit_data data;
  struct ft_folds folds;
  struct ft_running_ensemble ensemble;
};

/* `other` errs where `good` does not; `same` errs as `good` does, and further. */
static void open_fixture(struct fixture *f) {
  *f = (struct fixture){ .data = { .problem = FT_REGRESSION, .outputs = 1 },
                         .folds = { .n_scored = ROWS, .target = target } };
  ft_arena_init(&f->arena, FT_ARENA_DEFAULT_LIMIT);
  for (size_t r = 0; r < ROWS; r++) {
    target[r] = (double)(r % 5);
    good[r] = target[r] + (r % 2 ? 1 : -1);
    same[r] = target[r] + (r % 2 ? 2 : -2);
    other[r] = target[r] + (r / 2 % 2 ? 1 : -1);
  }
  assert_int_equal(
      ft_running_ensemble_make(&f->ensemble, &f->arena, &f->data, &f->folds, CANDIDATES, NULL),
      FT_OK);
}

static void the_first_is_all_of_it(void **state) {
  (void)state;
  struct fixture f;
  open_fixture(&f);
  ft_running_ensemble_add(&f.ensemble, 0, good);
  assert_true(f.ensemble.weight[0] == 1);
  assert_true(f.ensemble.margin[7] == good[7]);
  assert_int_equal(f.ensemble.n_without_gain, 0);
  ft_arena_release(&f.arena);
}

static void what_does_not_help_is_counted_and_left_out(void **state) {
  (void)state;
  struct fixture f;
  open_fixture(&f);
  ft_running_ensemble_add(&f.ensemble, 0, good);
  ft_running_ensemble_add(&f.ensemble, 1, same);
  ft_running_ensemble_add(&f.ensemble, 2, same);
  assert_int_equal(f.ensemble.n_without_gain, 2);
  assert_true(f.ensemble.weight[0] == 1 && f.ensemble.weight[1] == 0 && f.ensemble.weight[2] == 0);
  ft_arena_release(&f.arena);
}

static void what_helps_takes_its_share_of_the_others(void **state) {
  (void)state;
  struct fixture f;
  open_fixture(&f);
  ft_running_ensemble_add(&f.ensemble, 0, good);
  ft_running_ensemble_add(&f.ensemble, 1, same);
  ft_running_ensemble_add(&f.ensemble, 2, other);
  assert_int_equal(f.ensemble.n_without_gain, 0);
  assert_true(f.ensemble.weight[2] == 0.5 && f.ensemble.weight[0] == 0.5);
  assert_true(f.ensemble.margin[9] == (good[9] + other[9]) / 2);
  ft_arena_release(&f.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_is_all_of_it),
    cmocka_unit_test(what_does_not_help_is_counted_and_left_out),
    cmocka_unit_test(what_helps_takes_its_share_of_the_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
