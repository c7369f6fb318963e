#include "foretell/objective.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/wordlist.h"

static void every_spelling_of_an_objective_finds_its_row(void **state) {
  (void)state;
  for (const struct ft_objective *row = ft_objective_table(); row->name; row++) {
    struct ft_span alias;
    assert_ptr_equal(ft_objective_find(ft_span_of(row->name), row->automatic), row);
    assert_ptr_equal(ft_objective_find(ft_span_of(row->shown), row->automatic), row);
    for (size_t at = 0; ft_wordlist_next(&alias, row->aliases, &at);)
      assert_ptr_equal(ft_objective_find(alias, row->automatic), row);
    assert_null(ft_objective_find(ft_span_of(row->name), !row->automatic));
    assert_true(row->metric > FT_METRIC_DEFAULT && row->metric < FT_METRIC_COUNT);
    assert_true(row->problems != 0 && (row->problems & 1u << FT_PROBLEM_AUTO) == 0);
    assert_true(strlen(row->help) > 0);
  }
  assert_string_equal(ft_objective_find(FT_SPAN("F1Macro"), true)->shown, "F1_Macro");
}

static void wrong_objectives_have_a_nearest_right_one(void **state) {
  (void)state;
  assert_string_equal(ft_objective_nearest(FT_SPAN("acuracy"), true), "Accuracy");
  assert_string_equal(ft_objective_nearest(FT_SPAN("binary:logistics"), false), "binary:logistic");
  assert_null(ft_objective_nearest(FT_SPAN("happiness"), true));
  assert_null(ft_objective_nearest(FT_SPAN(""), false));
}

static void metrics_have_a_name_and_a_direction(void **state) {
  (void)state;
  for (int metric = FT_METRIC_MSE; metric < FT_METRIC_COUNT; metric++)
    assert_true(strlen(ft_metric_shown((enum ft_metric)metric)) > 0);
  assert_true(ft_metric_higher_is_better(FT_METRIC_AUC));
  assert_false(ft_metric_higher_is_better(FT_METRIC_ERROR));
  assert_string_equal(ft_metric_shown(FT_METRIC_COUNT), "");
}

static void every_row_of_hyperparameters_is_consistent(void **state) {
  (void)state;
  for (const struct ft_hyperparameter_rule *row = ft_hyperparameter_table(); row->name; row++) {
    struct ft_span alias;
    bool outside = true;
    assert_ptr_equal(ft_hyperparameter_find(ft_span_of(row->name), row->kmeans), row);
    for (size_t at = 0; ft_wordlist_next(&alias, row->aliases, &at);)
      assert_ptr_equal(ft_hyperparameter_find(alias, row->kmeans), row);
    assert_true(row->min <= row->low && row->low <= row->high && row->high <= row->max);
    assert_true(row->kind != FT_VALUE_WORD || row->words);
    if (!row->standard) continue;
    assert_int_equal(ft_hyperparameter_check(&outside, row, ft_span_of(row->standard), NULL),
                     FT_OK);
    assert_false(outside);
  }
}

enum verdict { WRONG, FINE, OUTSIDE };

static const struct {
  const char *name, *value;
  enum verdict verdict;
} values[] = {
  { "eta", "0.1", FINE },
  { "eta", "0.5", FINE },
  { "eta", ".3", FINE },
  { "eta", "3e-1", FINE },
  { "eta", "+0.3", FINE },
  { "eta", "0.05", OUTSIDE },
  { "eta", "0.50001", OUTSIDE },
  { "eta", "1", OUTSIDE },
  { "eta", "1.1", WRONG },
  { "eta", "0", WRONG },
  { "eta", "-0.3", WRONG },
  { "eta", "", WRONG },
  { "eta", ".", WRONG },
  { "eta", "1e", WRONG },
  { "eta", "0.3 ", WRONG },
  { "eta", "0,3", WRONG },
  { "eta", "nan", WRONG },
  { "eta", "0x1p-1", WRONG },
  { "gamma", "1e300", WRONG },
  { "gamma", "1e30", OUTSIDE },
  { "gamma", "1e999", WRONG },
  { "gamma", "0e999", WRONG },
  { "gamma", "1e-999", WRONG },
  { "gamma", "inf", WRONG },
  { "max_depth", "0", FINE },
  { "max_depth", "10", FINE },
  { "max_depth", "11", OUTSIDE },
  { "max_depth", "32", WRONG },
  { "max_depth", "6.0", WRONG },
  { "max_depth", "6e0", WRONG },
  { "num_round", "0", WRONG },
  { "num_round", "1", FINE },
  { "num_class", "1", WRONG },
  { "num_class", "1001", WRONG },
  { "tree_method", "HIST", FINE },
  { "tree_method", "fast", WRONG },
  { "tree_method", "auto exact", WRONG },
  { "eval_metric", "auc", FINE },
  { "eval_metric", "error@0.7", FINE },
  { "eval_metric", "error@x", WRONG },
  { "eval_metric", "tweedie-nloglik@", WRONG },
  { "eval_metric", "gini", WRONG },
  { "base_score", "-1.5", FINE },
  { "nthread", "-1", FINE },
  { "seed", "-1", WRONG },
};

static void values_are_judged_by_their_rule(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    bool outside = false;
    struct ft_error err = { 0 };
    const struct ft_hyperparameter_rule *rule =
        ft_hyperparameter_find(ft_span_of(values[i].name), false);
    assert_non_null(rule);
    enum ft_status status =
        ft_hyperparameter_check(&outside, rule, ft_span_of(values[i].value), &err);
    enum verdict verdict = status != FT_OK ? WRONG : outside ? OUTSIDE : FINE;
    if (verdict != values[i].verdict)
      fail_msg("%s %s: %d, not %d", values[i].name, values[i].value, verdict, values[i].verdict);
    if (status != FT_OK) assert_true(status == FT_INVALID && err.hint[0]);
  }
}

static void kmeans_has_its_own_hyperparameters(void **state) {
  (void)state;
  bool outside;
  const struct ft_hyperparameter_rule *factor =
      ft_hyperparameter_find(FT_SPAN("extra_center_factor"), true);
  assert_null(ft_hyperparameter_find(FT_SPAN("k"), false));
  assert_null(ft_hyperparameter_find(FT_SPAN("eta"), true));
  assert_non_null(factor);
  assert_int_equal(ft_hyperparameter_check(&outside, factor, FT_SPAN("auto"), NULL), FT_OK);
  assert_int_equal(ft_hyperparameter_check(&outside, factor, FT_SPAN("4"), NULL), FT_OK);
  assert_int_equal(ft_hyperparameter_check(&outside, factor, FT_SPAN("no"), NULL), FT_INVALID);
}

static void wrong_hyperparameters_have_a_nearest_right_one(void **state) {
  (void)state;
  assert_string_equal(ft_hyperparameter_nearest(FT_SPAN("num_rond"), false), "num_round");
  assert_string_equal(ft_hyperparameter_nearest(FT_SPAN("learning_rates"), false), "eta");
  assert_null(ft_hyperparameter_nearest(FT_SPAN("colour"), false));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_spelling_of_an_objective_finds_its_row),
    cmocka_unit_test(wrong_objectives_have_a_nearest_right_one),
    cmocka_unit_test(metrics_have_a_name_and_a_direction),
    cmocka_unit_test(every_row_of_hyperparameters_is_consistent),
    cmocka_unit_test(values_are_judged_by_their_rule),
    cmocka_unit_test(kmeans_has_its_own_hyperparameters),
    cmocka_unit_test(wrong_hyperparameters_have_a_nearest_right_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
