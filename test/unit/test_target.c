/* Which problem a target poses, its labels, and what becomes of the columns. */
#include "core/train/target.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/train/profile.h"
#include "test/unit/rows_of.h"

#define ROWS 200

/* A table of one feature and a target of `type`, values by number or by text. */
struct made {
  struct ft_field field[2];
  struct ft_table table;
  struct ft_job job;
  struct ft_arena arena;
  struct ft_target target;
  struct ft_error err;
  uint32_t row[ROWS];
};

static void fill(struct made *made, enum ft_type type, const double *number,
                 const char *const *text, size_t count) {
  static uint8_t room[ROWS * 16];
  static int32_t feature[ROWS];
  size_t bytes = ft_type_bytes(type);
  *made = (struct made){ .field = { { "x", FT_INT32, 0, 0 }, { "y", type, 0, 0 } } };
  if (type == FT_DECIMAL) made->field[1].precision = 10, made->field[1].scale = 2;
  ft_arena_init(&made->arena, FT_ARENA_DEFAULT_LIMIT);
  for (size_t r = 0; r < ROWS; r++) {
    double value = number ? number[r % count] : 0;
    struct ft_span span = text ? ft_span_of(text[r % count]) : ft_span_of("");
    int64_t large = isfinite(value) ? (int64_t)value : 0;
    int32_t small = (int32_t)large;
    uint8_t truth = value != 0;
    const void *from = type == FT_TEXT    ? (const void *)&span
                       : type == FT_INT64 ? (const void *)&large
                       : type == FT_INT32 ? (const void *)&small
                       : type == FT_BOOL  ? (const void *)&truth
                                          : (const void *)&value;
    memcpy(room + r * bytes, from, bytes);
    made->row[r] = (uint32_t)r;
    feature[r] = (int32_t)(r % 10);
  }
  struct ft_column column[2] = { { FT_INT32, feature, NULL }, { type, room, NULL } };
  struct ft_batch batch = { ROWS, 2, column };
  struct ft_hash_key key = ft_order_key(1);
  made->job = (struct ft_job){ .fields = 2, .field = made->field, .target = 1, .automatic = true };
  assert_int_equal(ft_table_init(&made->table, made->field, 2, &key, &made->err), FT_OK);
  assert_int_equal(ft_table_append(&made->table, &batch, &made->err), FT_OK);
}

static enum ft_status find(struct made *made) {
  return ft_target_find(&made->target, &made->arena, &made->table, &made->job, made->row, ROWS,
                        &made->err);
}

static void tidy(struct made *made) {
  ft_table_release(&made->table);
  ft_arena_release(&made->arena);
}

static void expect_problem(enum ft_type type, const double *number, const char *const *text,
                           size_t count, enum ft_problem problem, const char *labels) {
  struct made made;
  fill(&made, type, number, text, count);
  assert_int_equal(find(&made), FT_OK);
  assert_int_equal(made.target.problem, problem);
  char joined[256] = "";
  for (uint32_t l = 0; l < made.target.labels; l++)
    snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%.*s", l ? " " : "",
             FT_SPAN_ARG(made.target.label[l]));
  assert_string_equal(joined, labels);
  tidy(&made);
}

static void problems_follow_the_table(void **state) {
  (void)state;
  static const double truth[] = { 0, 1 }, pair[] = { 7, -3 }, small_class[] = { 3, 1, 2 };
  static const double cents[] = { 1.5, 2.25 }, three[] = { 0.5, 1.5, 2.5 };
  double many[100];
  for (size_t i = 0; i < 100; i++)
    many[i] = (double)i;
  expect_problem(FT_BOOL, truth, NULL, 2, FT_BINARY, "false true");
  expect_problem(FT_INT64, pair, NULL, 2, FT_BINARY, "-3 7");
  expect_problem(FT_INT32, small_class, NULL, 3, FT_MULTICLASS, "1 2 3");
  expect_problem(FT_INT32, many, NULL, 100, FT_REGRESSION, "");
  expect_problem(FT_DECIMAL, cents, NULL, 2, FT_BINARY, "1.50 2.25");
  expect_problem(FT_FLOAT64, three, NULL, 3, FT_REGRESSION, "");
  expect_problem(FT_FLOAT64, cents, NULL, 2, FT_BINARY, "1.5 2.25");
}

static void yes_comes_second(void **state) {
  (void)state;
  static const char *const plain[] = { "yes", "no" }, *const mixed[] = { "Yes", "no" };
  static const char *const dots[] = { "True.", "False." }, *const digits[] = { "1", "0" };
  static const char *const colours[] = { "red", "blue" }, *const three[] = { "c", "a", "b" };
  expect_problem(FT_TEXT, NULL, plain, 2, FT_BINARY, "no yes");
  expect_problem(FT_TEXT, NULL, mixed, 2, FT_BINARY, "no Yes");
  expect_problem(FT_TEXT, NULL, dots, 2, FT_BINARY, "False. True.");
  expect_problem(FT_TEXT, NULL, digits, 2, FT_BINARY, "0 1");
  expect_problem(FT_TEXT, NULL, colours, 2, FT_BINARY, "blue red");
  expect_problem(FT_TEXT, NULL, three, 3, FT_MULTICLASS, "a b c");
}

/* Of 200 rows; "yes" and TRUE are every third. */
static void expect_positive(enum ft_type type, const char *name, const char *label) {
  static const double truth[] = { 0, 1, 0 };
  static const char *const words[] = { "no", "yes", "no" };
  struct made made;
  fill(&made, type, type == FT_TEXT ? NULL : truth, type == FT_TEXT ? words : NULL, 3);
  made.job.positive = name;
  assert_int_equal(find(&made), FT_OK);
  struct ft_span found = made.target.label[made.target.positive];
  assert_int_equal(found.size, strlen(label));
  assert_memory_equal(found.data, label, found.size);
  tidy(&made);
}

static void the_rarer_class_is_positive_unless_another_is_named(void **state) {
  (void)state;
  expect_positive(FT_TEXT, NULL, "yes");
  expect_positive(FT_TEXT, "yes", "yes");
  expect_positive(FT_TEXT, "no", "no");
  expect_positive(FT_BOOL, NULL, "true");
  expect_positive(FT_BOOL, "False", "false");
  expect_positive(FT_BOOL, "true", "true");
  static const double seldom[] = { 0, 1, 1 }, even[] = { 0, 1 };
  struct made made;
  fill(&made, FT_BOOL, seldom, NULL, 3);
  assert_int_equal(find(&made), FT_OK);
  assert_int_equal(made.target.positive, 0);
  tidy(&made);
  fill(&made, FT_BOOL, even, NULL, 2);
  assert_int_equal(find(&made), FT_OK);
  assert_int_equal(made.target.positive, 1);
  tidy(&made);
}

static void expect_no_positive(enum ft_type type, const double *number, const char *const *text,
                               size_t count, const char *message, const char *hint) {
  struct made made;
  fill(&made, type, number, text, count);
  made.job.positive = "maybe";
  assert_int_equal(find(&made), FT_INVALID);
  assert_string_equal(made.err.message, message);
  assert_string_equal(made.err.hint, hint);
  tidy(&made);
}

static void a_positive_class_that_is_none_is_refused_with_the_classes(void **state) {
  (void)state;
  static const char *const two[] = { "yes", "no" }, *const three[] = { "c", "a", "b" };
  static const double numbers[] = { 0.5, 1.5, 2.5 };
  expect_no_positive(FT_TEXT, NULL, two, 2, "POSITIVE 'maybe' is not a class of the target \"y\"",
                     "The classes are 'no' and 'yes'.");
  expect_no_positive(FT_TEXT, NULL, three, 3, "POSITIVE is for two classes; the target \"y\" has 3",
                     "The classes are 'a', 'b' and 'c'.");
  expect_no_positive(FT_FLOAT64, numbers, NULL, 3,
                     "POSITIVE is for two classes; the target \"y\" is a number",
                     "Leave POSITIVE out.");
}

static void expect_refusal(enum ft_type type, const double *number, const char *const *text,
                           size_t count, enum ft_problem problem, enum ft_status status,
                           const char *words) {
  struct made made;
  fill(&made, type, number, text, count);
  made.job.problem = problem;
  assert_int_equal(find(&made), status);
  if (!strstr(made.err.message, words)) fail_msg("\"%s\" is not in: %s", words, made.err.message);
  assert_true(made.err.hint[0] != 0);
  tidy(&made);
}

static void what_cannot_be_learned_is_refused_with_advice(void **state) {
  (void)state;
  static const double one[] = { 5 }, three[] = { 1, 2, 3 }, infinite[] = { 1, 2, INFINITY };
  static const char *const word[] = { "no" }, *const words[] = { "a", "b", "c" };
  char room[ROWS][8];
  const char *unique[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    snprintf(room[i], sizeof room[i], "v%zu", i);
    unique[i] = room[i];
  }
  expect_refusal(FT_INT32, one, NULL, 1, FT_PROBLEM_AUTO, FT_DATA, "is 5 in every row");
  expect_refusal(FT_TEXT, NULL, word, 1, FT_PROBLEM_AUTO, FT_DATA, "is no in every row");
  expect_refusal(FT_INT32, three, NULL, 3, FT_BINARY, FT_DATA, "3 different values, not 2");
  expect_refusal(FT_TEXT, NULL, words, 3, FT_REGRESSION, FT_WRONG_TYPE, "is text");
  expect_refusal(FT_TEXT, NULL, unique, ROWS, FT_PROBLEM_AUTO, FT_DATA, "a class of its own");
  expect_refusal(FT_FLOAT64, infinite, NULL, 3, FT_PROBLEM_AUTO, FT_DATA, "infinite");
}

static const struct ft_left_out *left_out_of(const struct ft_profile *profile, const char *name) {
  for (uint32_t i = 0; i < profile->n_left_out; i++)
    if (strcmp(profile->left_out[i].name, name) == 0) return &profile->left_out[i];
  return NULL;
}

static void columns_become_features_or_are_left_out(void **state) {
  (void)state;
  struct rows rows = make_rows(ROWS, CHURN, 3);
  struct ft_table table;
  struct ft_profile profile;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_hash_key key = { { 1 } };
  uint32_t row[ROWS], parts = 0, categories = 0;
  for (uint32_t r = 0; r < ROWS; r++)
    row[r] = r;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(fill_table(&table, &rows, 1, false, &err), FT_OK);
  assert_int_equal(ft_profile_make(&profile, &arena, &table, TARGET, row, ROWS, &key, &err), FT_OK);
  assert_non_null(strstr(left_out_of(&profile, "phone")->reason, "identifier"));
  assert_null(left_out_of(&profile, "noise")); /* all different, but a measurement */
  for (uint32_t f = 0; f < profile.features; f++) {
    parts += profile.encoder[f].field == SINCE && profile.encoder[f].kind == FT_ENCODE_CALENDAR;
    if (profile.encoder[f].kind == FT_ENCODE_CATEGORY) categories += profile.encoder[f].categories;
  }
  assert_int_equal(parts, 6);
  assert_int_equal(categories, 4);
  float value[2][4] = { { 1, 1, 1, 1 }, { 1, NAN, 1, 1 } };
  struct ft_encoder encoder[2] = { { .field = 0 }, { .field = 1 } };
  struct ft_left_out left_out[2];
  struct ft_profile small = { 2, encoder, 0, left_out };
  ft_profile_drop_constants(&small, value[0], 4, fields_of(CHURN), 2);
  assert_int_equal(small.features, 1);
  assert_int_equal(small.encoder[0].field, 1);
  assert_true(isnan(value[0][1]));
  assert_non_null(left_out_of(&small, "plan"));
  ft_table_release(&table);
  ft_arena_release(&arena);
  free_rows(&rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(problems_follow_the_table),
    cmocka_unit_test(yes_comes_second),
    cmocka_unit_test(the_rarer_class_is_positive_unless_another_is_named),
    cmocka_unit_test(a_positive_class_that_is_none_is_refused_with_the_classes),
    cmocka_unit_test(what_cannot_be_learned_is_refused_with_advice),
    cmocka_unit_test(columns_become_features_or_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
