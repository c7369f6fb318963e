/* Categories as a learner of trees sees them, and its trees made trees over the categories. */
#include "core/learn/category_view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/learn/boosted.h"
#include "core/learn/extra_trees.h"
#include "core/learn/random_forest.h"
#include "core/learn/target_encoding.h"
#include "core/train/run.h"
#include "foretell/random.h"

#define ROWS  6000
#define CODES 400

/* A category whose codes count, or do not, and a number that does. */
struct sample {
  float value[2 * ROWS];
  double target[ROWS];
  uint32_t categories[2];
  uint32_t row[ROWS];
  struct ft_features features;
};

static struct sample *make_sample(enum ft_problem problem, uint32_t codes, double effect) {
  struct sample *s = calloc(1, sizeof *s);
  struct ft_random random = ft_random_seeded(5);
  double *of_code = calloc(codes + 1, sizeof *of_code);
  for (uint32_t c = 0; c <= codes; c++)
    of_code[c] = effect * (ft_random_unit(&random) - 0.5);
  for (uint32_t r = 0; r < ROWS; r++) {
    uint32_t code = (uint32_t)ft_random_below(&random, codes + 1);
    s->value[r] = ft_random_below(&random, 25) ? (float)code : NAN;
    s->value[ROWS + r] = (float)ft_random_unit(&random);
    double x = of_code[code] + s->value[ROWS + r] + ft_random_unit(&random) - 1;
    s->target[r] = problem == FT_REGRESSION ? x
                   : problem == FT_BINARY   ? x > 0
                                            : (x > -0.3) + (x > 0.3);
    s->row[r] = r;
  }
  free(of_code);
  s->categories[0] = codes;
  s->features = (struct ft_features){ s->value, ROWS, 2, s->categories, NULL };
  return s;
}

static double correlation(const float *a, const double *b, const float *like, size_t rows) {
  double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (size_t r = 0; r < rows; r++) {
    if (isnan(like[r])) continue;
    n++;
    sa += a[r];
    sb += b[r];
    saa += a[r] * a[r];
    sbb += b[r] * b[r];
    sab += a[r] * b[r];
  }
  return (sab - sa * sb / n) / sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

static struct ft_view view_of(const struct sample *s, size_t rows, enum ft_problem problem,
                              uint32_t outputs) {
  struct ft_view view;
  struct ft_view_rows seen = { &s->features, s->row, rows };
  struct ft_view_target target = { s->target, problem, outputs, FT_VIEW_MIN_CODES_ENCODED, NULL };
  assert_int_equal(ft_view_make(&view, &seen, &target, NULL), FT_OK);
  return view;
}

static void means_of_a_random_category_say_nothing_of_the_training_rows(void **state) {
  (void)state;
  struct sample *s = make_sample(FT_BINARY, CODES, 0);
  struct ft_view view = view_of(s, ROWS, FT_BINARY, 1);
  assert_int_equal(view.features.features, 3); /* mean, frequency, the number */
  double naive = correlation(view.features.column[1], s->target, s->value, ROWS);
  double seen = correlation(view.features.column[0], s->target, s->value, ROWS);
  assert_true(fabs(naive) < 0.05);
  assert_true(seen < 0.05);
  /* what a row would see with its own target among those of its code */
  float *with_own = calloc(ROWS, sizeof *with_own);
  for (size_t r = 0; r < ROWS; r++)
    if (!isnan(s->value[r])) with_own[r] = view.column[0].of_code[(uint32_t)s->value[r]];
  assert_true(correlation(with_own, s->target, s->value, ROWS) > 0.15);
  free(with_own);
  ft_view_release(&view);
  free(s);
}

static void rows_that_do_not_train_are_seen_with_the_means_of_those_that_do(void **state) {
  (void)state;
  struct sample *s = make_sample(FT_BINARY, CODES, 2);
  struct ft_view view = view_of(s, ROWS / 2, FT_BINARY, 1);
  for (size_t r = ROWS / 2; r < ROWS; r++)
    if (!isnan(s->value[r]))
      assert_true(view.features.column[0][r] == view.column[0].of_code[(uint32_t)s->value[r]]);
    else
      assert_true(isnan(view.features.column[0][r]));
  double before = view.features.column[0][ROWS - 1];
  ft_view_release(&view);
  for (size_t r = ROWS / 2; r < ROWS; r++)
    s->target[r] = 1 - s->target[r]; /* what they are changes nothing */
  view = view_of(s, ROWS / 2, FT_BINARY, 1);
  assert_true(view.features.column[0][ROWS - 1] == before);
  ft_view_release(&view);
  free(s);
}

/* A fit on three quarters: what the booster said of the others, the member says of them too. */
static void expect_the_same_margins(const struct ft_learner *learner, enum ft_problem problem,
                                    uint32_t outputs, uint32_t codes,
                                    enum ft_category_encoding encoding) {
  struct sample *s = make_sample(problem, codes, 2);
  struct ft_boosted_options boosted = { FT_BOOSTED_DEFAULTS };
  struct ft_random_forest_options forest = { FT_RANDOM_FOREST_DEFAULTS };
  struct ft_extra_trees_options extra = { FT_EXTRA_TREES_DEFAULTS };
  boosted.tree.max_depth = forest.tree.max_depth = extra.max_depth = 5;
  struct ft_configuration configuration = {
    .name = "few",
    .learner = learner,
    .options = learner == &ft_boosted_learner         ? (const void *)&boosted
               : learner == &ft_random_forest_learner ? (const void *)&forest
                                                      : (const void *)&extra,
    .encoding = encoding,
  };
  struct ft_fit_data data = { &s->features, s->target, problem, outputs, 1, 0, 1, NULL };
  size_t n_train = ROWS * 3 / 4, n_valid = ROWS - n_train;
  struct ft_fit_task task = { .data = &data,
                              .configuration = &configuration,
                              .train = s->row,
                              .n_train = n_train,
                              .valid = s->row + n_train,
                              .n_valid = n_valid,
                              .max_rounds = 12,
                              .learning_rate_factor = 1,
                              .patience = 12,
                              .threads = 1,
                              .deadline = 1e300 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_fit fit;
  assert_int_equal(ft_fit_run(&fit, &arena, &task, NULL), FT_OK);
  assert_true(fit.done);
  struct ft_run run = { .features = s->features, .outputs = outputs };
  double *margin = calloc(n_valid * outputs, sizeof *margin);
  assert_int_equal(ft_run_margins(margin, &run, &fit.member, 1, task.valid, n_valid, NULL), FT_OK);
  size_t far = 0;
  for (size_t i = 0; i < n_valid * outputs; i++)
    far += !(fabs(margin[i] - fit.margin[i]) < 1e-4);
  assert_true(far <= n_valid / 200); /* rows in the gaps that thresholds were moved in */
  free(margin);
  ft_arena_release(&arena);
  free(s);
}

static void a_forest_over_means_becomes_one_over_the_category(void **state) {
  (void)state;
  expect_the_same_margins(&ft_boosted_learner, FT_BINARY, 1, CODES, FT_ENCODING_CODES);
  expect_the_same_margins(&ft_boosted_learner, FT_REGRESSION, 1, CODES, FT_ENCODING_TARGET_MEAN);
  expect_the_same_margins(&ft_boosted_learner, FT_MULTICLASS, 3, CODES, FT_ENCODING_TARGET_MEAN);
  expect_the_same_margins(&ft_boosted_learner, FT_BINARY, 1, 20, FT_ENCODING_TARGET_MEAN);
  expect_the_same_margins(&ft_boosted_learner, FT_REGRESSION, 1, 20, FT_ENCODING_EFFECT_ORDER);
  expect_the_same_margins(&ft_extra_trees_learner, FT_REGRESSION, 1, 20, FT_ENCODING_EFFECT_ORDER);
  expect_the_same_margins(&ft_random_forest_learner, FT_BINARY, 1, CODES, FT_ENCODING_TARGET_MEAN);
  expect_the_same_margins(&ft_random_forest_learner, FT_MULTICLASS, 3, CODES,
                          FT_ENCODING_TARGET_MEAN);
}

static void codes_beyond_the_max_frequent_are_other(void **state) {
  (void)state;
  struct sample *s = make_sample(FT_REGRESSION, CODES, 2);
  struct ft_view view;
  struct ft_view_rows seen = { &s->features, s->row, ROWS };
  assert_int_equal(ft_view_make(&view, &seen, NULL, NULL), FT_OK);
  assert_int_equal(view.features.features, 2);
  assert_int_equal(view.features.categories[0], FT_VIEW_MAX_CODES);
  size_t others = 0, kept = 0;
  for (uint32_t c = 0; c <= CODES; c++) {
    others += view.column[0].of_code[c] == 0;
    kept += view.column[0].of_code[c] > 0;
  }
  assert_int_equal(kept, FT_VIEW_MAX_CODES);
  assert_int_equal(others, CODES + 1 - FT_VIEW_MAX_CODES);
  ft_view_release(&view);
  free(s);
}

static void few_codes_are_seen_as_they_are(void **state) {
  (void)state;
  struct sample *s = make_sample(FT_BINARY, 8, 2);
  struct ft_view view = view_of(s, ROWS, FT_BINARY, 1);
  assert_ptr_equal(view.features.value, s->value);
  assert_null(view.features.column);
  ft_view_release(&view);
  free(s);
}

static void a_code_of_one_row_is_seen_by_it_as_the_mean_of_all(void **state) {
  (void)state;
  uint32_t code[101];
  double value[101];
  for (size_t i = 0; i < 101; i++) {
    code[i] = (uint32_t)(i % 5);
    value[i] = (double)(i % 5);
  }
  code[100] = 5; /* alone */
  value[100] = 100;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_target_encoding mean;
  assert_int_equal(ft_target_encoding_make(&mean, &arena, 7, code, value, 101, NULL), FT_OK);
  assert_int_equal(ft_target_encoding_level_without(&mean, 5, 0),
                   ft_target_encoding_level(&mean, 6));
  assert_true(ft_target_encoding_level(&mean, 5) > ft_target_encoding_level(&mean, 4));
  for (uint32_t c = 1; c < 5; c++)
    assert_true(ft_target_encoding_level(&mean, c) > ft_target_encoding_level(&mean, c - 1));
  ft_arena_release(&arena);
}

static void a_view_fails_cleanly_without_memory(void **state) {
  (void)state;
  struct sample *s = make_sample(FT_BINARY, CODES, 2);
  struct ft_view_rows seen = { &s->features, s->row, ROWS };
  struct ft_view_target target = { s->target, FT_BINARY, 1, FT_VIEW_MIN_CODES_ENCODED };
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status == FT_NOMEM; allowed++) {
    struct ft_view view;
    ft_arena_allow(allowed);
    status = ft_view_make(&view, &seen, &target, NULL);
    ft_arena_allow(SIZE_MAX);
    ft_view_release(&view);
  }
  assert_int_equal(status, FT_OK);
  free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(means_of_a_random_category_say_nothing_of_the_training_rows),
    cmocka_unit_test(rows_that_do_not_train_are_seen_with_the_means_of_those_that_do),
    cmocka_unit_test(a_forest_over_means_becomes_one_over_the_category),
    cmocka_unit_test(codes_beyond_the_max_frequent_are_other),
    cmocka_unit_test(few_codes_are_seen_as_they_are),
    cmocka_unit_test(a_code_of_one_row_is_seen_by_it_as_the_mean_of_all),
    cmocka_unit_test(a_view_fails_cleanly_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
