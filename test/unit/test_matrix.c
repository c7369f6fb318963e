/* The store of matrices: who gets which, and when one is made anew. */
#include "core/learn/matrix.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/learn/booster.h"

#define ROWS 100

static float value[2 * ROWS];
static uint32_t categories[2], row[ROWS];

static struct ft_features features_of(struct ft_matrix_store *store) {
  for (uint32_t r = 0; r < ROWS; r++) {
    value[r] = (float)r;
    value[ROWS + r] = (float)(r % 7);
    row[r] = r;
  }
  return (struct ft_features){ .value = value,
                               .rows = ROWS,
                               .features = 2,
                               .categories = categories,
                               .store = store };
}

static struct ft_matrices borrow(const struct ft_features *features, size_t n_train,
                                 uint32_t bins) {
  struct ft_matrix_rows rows = { row, n_train, row + n_train, ROWS - n_train, bins };
  struct ft_matrices matrices;
  struct ft_error err;
  assert_int_equal(ft_matrices_borrow(&matrices, features, &rows, 1, &err), FT_OK);
  assert_int_equal(ft_matrix_rows(matrices.train), n_train);
  if (n_train < ROWS) assert_int_equal(ft_matrix_rows(matrices.valid), ROWS - n_train);
  return matrices;
}

static void the_same_rows_are_kept(void **state) {
  (void)state;
  struct ft_matrix_store *store = ft_matrix_store_make(1 << 20);
  struct ft_features features = features_of(store);
  struct ft_matrices first = borrow(&features, 80, 64);
  struct ft_matrix *train = first.train, *valid = first.valid;
  ft_matrices_return(&first, &features);
  assert_null(first.train);
  struct ft_matrices again = borrow(&features, 80, 64);
  assert_ptr_equal(again.train, train);
  assert_ptr_equal(again.valid, valid);
  ft_matrices_return(&again, &features);
  ft_matrix_store_free(store);
}

static void other_rows_and_other_bins_are_others(void **state) {
  (void)state;
  struct ft_matrix_store *store = ft_matrix_store_make(1 << 20);
  struct ft_features features = features_of(store);
  struct ft_matrices first = borrow(&features, 80, 64);
  struct ft_matrix *train = first.train;
  ft_matrices_return(&first, &features);
  struct ft_matrices rows = borrow(&features, 60, 64), bins = borrow(&features, 80, 254);
  assert_ptr_not_equal(rows.train, train);
  assert_ptr_not_equal(bins.train, train);
  ft_matrices_return(&rows, &features);
  ft_matrices_return(&bins, &features);
  ft_matrix_store_free(store);
}

static void what_is_lent_is_not_lent_twice(void **state) {
  (void)state;
  struct ft_matrix_store *store = ft_matrix_store_make(1 << 20);
  struct ft_features features = features_of(store);
  struct ft_matrices one = borrow(&features, 80, 64), two = borrow(&features, 80, 64);
  assert_ptr_not_equal(one.train, two.train);
  ft_matrices_return(&one, &features);
  ft_matrices_return(&two, &features);
  ft_matrix_store_free(store);
}

static void a_full_store_drops_what_was_used_longest_ago(void **state) {
  (void)state;
  struct ft_matrix_store *store = ft_matrix_store_make(2 * 14 * 2 * ROWS + 2); /* two of them */
  struct ft_features features = features_of(store);
  struct ft_matrices first = borrow(&features, 80, 64);
  ft_matrices_return(&first, &features);
  struct ft_matrices second = borrow(&features, 70, 64);
  struct ft_matrix *kept = second.train;
  ft_matrices_return(&second, &features);
  struct ft_matrices third = borrow(&features, 60, 64); /* the first goes */
  second = borrow(&features, 70, 64);
  assert_ptr_equal(second.train, kept);
  struct ft_matrices fourth = borrow(&features, 50, 64); /* there is no place: all are lent */
  assert_null(fourth.kept);
  ft_matrices_return(&fourth, &features);
  ft_matrices_return(&second, &features);
  ft_matrices_return(&third, &features);
  ft_matrix_store_free(store);
}

static void columns_of_a_fits_own_are_not_kept(void **state) {
  (void)state;
  struct ft_matrix_store *store = ft_matrix_store_make(1 << 20);
  struct ft_features features = features_of(store);
  const float *column[2] = { value + ROWS, value };
  features.column = column;
  struct ft_matrices matrices = borrow(&features, 80, 64);
  assert_null(matrices.kept);
  ft_matrices_return(&matrices, &features);
  ft_matrix_store_free(store);
}

static void without_a_store_nothing_is_kept(void **state) {
  (void)state;
  struct ft_features features = features_of(NULL);
  struct ft_matrices matrices = borrow(&features, ROWS, 64);
  assert_null(matrices.kept);
  assert_null(matrices.valid);
  ft_matrices_return(&matrices, &features);
  ft_matrix_store_free(NULL);
}

#define SOME  3000
#define MANY  (2 * FT_MATRIX_SHARED_ROWS + 1)
#define CODES 40
#define RARE  1237 /* the only row of the largest code; not one of those that bins are found on */

static float many[3 * MANY], gradient[MANY], hessian[MANY];
static uint32_t picked[MANY];
static const uint32_t codes[3] = { 0, 0, CODES };

/* Two numbers and a category. */
static struct ft_features fill(size_t rows) {
  for (uint32_t r = 0; r < rows; r++) {
    many[r] = r % 11 ? (float)(r % 97) : NAN;
    many[rows + r] = (float)(r * 7 % 53);
    many[2 * rows + r] = r == RARE ? CODES : (float)(r % 5);
    picked[r] = r;
    gradient[r] = (float)((int)(r % 97) - (int)(r * 7 % 53)) / 64 - (r == RARE ? 1 << 20 : 0);
    hessian[r] = 1;
  }
  return (struct ft_features){ .value = many, .rows = rows, .features = 3, .categories = codes };
}

static void grow(struct ft_forest *out, struct ft_arena *arena, struct ft_matrix *matrix,
                 const struct ft_features *features, const char *threads) {
  struct ft_parameter parameter[] = { { "base_score", "0" },         { "tree_method", "hist" },
                                      { "max_bin", "254" },          { "min_child_weight", "0" },
                                      { "max_cat_to_onehot", "64" }, { "nthread", threads } };
  const struct ft_grown_on rows = { features, picked, features->rows, 2 };
  struct ft_booster *booster = NULL;
  struct ft_error err;
  assert_int_equal(ft_booster_make(&booster, &matrix, 1, 1, parameter, 6, &err), FT_OK);
  for (uint32_t round = 0; round < 2; round++) {
    const float *margin;
    assert_int_equal(ft_booster_margins(&margin, booster, matrix, &err), FT_OK);
    assert_int_equal(ft_booster_boost(booster, matrix, round, gradient, hessian, &err), FT_OK);
  }
  assert_int_equal(ft_booster_forest(out, arena, booster, 2, 1, &rows, &err), FT_OK);
  ft_booster_free(booster);
  ft_matrix_free(matrix);
}

static void expect_the_same(const struct ft_forest *one, const struct ft_forest *other) {
  assert_true(one->nodes > 20);
  assert_int_equal(one->nodes, other->nodes);
  assert_memory_equal(one->node, other->node, one->nodes * sizeof *one->node);
  assert_int_equal(one->set_words, other->set_words);
  assert_memory_equal(one->set_word, other->set_word, one->set_words * sizeof *one->set_word);
}

static void binned_rows_grow_the_same_trees(void **state) {
  (void)state;
  struct ft_features features = fill(SOME);
  struct ft_matrix *whole = NULL, *binned = NULL;
  struct ft_forest first, second;
  struct ft_error err;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_matrix_make(&whole, &features, picked, SOME, 1, &err), FT_OK);
  assert_int_equal(ft_matrix_make_binned(&binned, &features, picked, SOME, 254, 1, &err), FT_OK);
  assert_int_equal(ft_matrix_rows(binned), SOME);
  grow(&first, &arena, whole, &features, "1");
  grow(&second, &arena, binned, &features, "1");
  expect_the_same(&first, &second);
  ft_arena_release(&arena);
}

/* Does a split tell the largest code from all others? */
static bool has_rare_split(const struct ft_forest *forest) {
  for (uint32_t i = 0; i < forest->nodes; i++) {
    const struct ft_node *node = &forest->node[i];
    if (node->feature != 2 || node->set == FT_NODE_NO_SET || node->set_words < 2) continue;
    if (forest->set_word[node->set + 1] == UINT32_C(1) << (CODES - 32)) return true;
  }
  return false;
}

static void bins_found_on_a_part_know_all_codes_with_any_threads(void **state) {
  (void)state;
  struct ft_features features = fill(MANY);
  struct ft_matrix *one = NULL, *two = NULL;
  struct ft_forest first, second;
  struct ft_error err;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_matrix_make_binned(&one, &features, picked, MANY, 254, 1, &err), FT_OK);
  assert_int_equal(ft_matrix_make_binned(&two, &features, picked, MANY, 254, 2, &err), FT_OK);
  grow(&first, &arena, one, &features, "1");
  grow(&second, &arena, two, &features, "2");
  expect_the_same(&first, &second);
  assert_true(has_rare_split(&first));
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_rows_are_kept),
    cmocka_unit_test(other_rows_and_other_bins_are_others),
    cmocka_unit_test(what_is_lent_is_not_lent_twice),
    cmocka_unit_test(a_full_store_drops_what_was_used_longest_ago),
    cmocka_unit_test(columns_of_a_fits_own_are_not_kept),
    cmocka_unit_test(without_a_store_nothing_is_kept),
    cmocka_unit_test(binned_rows_grow_the_same_trees),
    cmocka_unit_test(bins_found_on_a_part_know_all_codes_with_any_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
