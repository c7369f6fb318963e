/* Training from end to end: the same model for any order and any number of threads; what the
 * manifest says; what cannot be trained. */
#include "core/train/train.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/learn/clock.h"
#include "core/learn/portfolio_list.h"
#include "core/train/prepare.h"
#include "core/train/trial.h"
#include "foretell/plan.h"
#include "test/unit/rows_of.h"

struct trained {
  struct ft_buffer bytes;
  struct ft_sha256 hash;
  struct ft_error err;
  enum ft_status status;
};

static struct trained train(const struct rows *rows, const struct ft_job *job, bool reversed) {
  struct trained out = { .err = { .status = FT_OK } };
  struct ft_table table;
  ft_buffer_init(&out.bytes, FT_ARTIFACT_MAX_BYTES);
  assert_int_equal(fill_table(&table, rows, job->seed, reversed, &out.err), FT_OK);
  out.status = ft_train(&out.bytes, &out.hash, &table, job, NULL, ft_clock_seconds(), &out.err);
  ft_table_release(&table);
  return out;
}

static void expect_same(const struct trained *a, const struct trained *b) {
  assert_int_equal(a->status, FT_OK);
  assert_int_equal(b->status, FT_OK);
  assert_memory_equal(&a->hash, &b->hash, sizeof a->hash);
}

static void expect_one_model(size_t count, enum target_kind kind, bool automatic, uint32_t trials) {
  static const struct ft_hyperparameter small_class = { "num_round", "20" };
  struct rows rows = make_rows(count, kind, 11);
  struct ft_job job = job_of(kind);
  job.max_trials = trials;
  if (!automatic) {
    job.automatic = false;
    job.objective = kind == BILL ? "reg:squarederror" : "binary:logistic";
    job.hyperparameters = 1;
    job.hyperparameter = &small_class;
  }
  struct trained first = train(&rows, &job, false), reversed = train(&rows, &job, true);
  expect_same(&first, &reversed);
  job.threads = 1;
  struct trained alone = train(&rows, &job, false);
  expect_same(&first, &alone);
  job.seed = 2;
  struct trained other = train(&rows, &job, false);
  assert_int_equal(other.status, FT_OK);
  assert_memory_not_equal(&first.hash, &other.hash, sizeof first.hash);
  ft_buffer_release(&first.bytes);
  ft_buffer_release(&reversed.bytes);
  ft_buffer_release(&alone.bytes);
  ft_buffer_release(&other.bytes);
  free_rows(&rows);
}

static void order_and_threads_do_not_matter_for_classes(void **state) {
  (void)state;
  expect_one_model(1000, CHURN, true, 2);
}

static void order_and_threads_do_not_matter_for_several_classes(void **state) {
  (void)state;
  expect_one_model(300, TIER, true, 1);
}

static void order_and_threads_do_not_matter_for_numbers(void **state) {
  (void)state;
  expect_one_model(300, BILL, true, 1);
}

/* One fit over the hold-out fold, as for many rows, on so many threads. */
static void fit_once(struct ft_trial *trial, const struct ft_fit_data *data,
                     const struct ft_folds *folds, uint32_t threads) {
  struct ft_trial_options options = { .threads = threads,
                                      .max_rounds = 15,
                                      .learning_rate_factor = 1,
                                      .deadline = 1e300 };
  struct ft_error err;
  const struct ft_configuration *configuration = ft_portfolio_list(data->problem, data->outputs);
  assert_int_equal(ft_trial_open(trial, data, folds, configuration, 0, &err), FT_OK);
  ft_trial_fit(trial, 0, &options);
  assert_int_equal(ft_trial_close(trial, &err), FT_OK);
  assert_true(trial->fit[0].done);
}

static void threads_do_not_matter_within_one_fit(void **state) {
  (void)state;
  struct rows rows = make_rows(4000, BILL, 11);
  struct ft_job job = job_of(BILL);
  struct ft_arena arena;
  struct ft_error err;
  struct ft_table table;
  struct ft_run run;
  struct ft_trial one, three;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(fill_table(&table, &rows, 1, false, &err), FT_OK);
  assert_int_equal(ft_run_prepare(&run, &arena, &table, &job, NULL, 0, &err), FT_OK);
  struct ft_fit_data data = { &run.features, run.scaled, run.target.problem, run.outputs,
                              job.seed,      run.centre, run.scale };
  struct ft_fold_options fold_options = { .folds = 5, .hold_out = true };
  struct ft_folds folds;
  assert_int_equal(ft_folds_make(&folds, &arena, &data, run.all, run.rows, &fold_options, &err),
                   FT_OK);
  fit_once(&one, &data, &folds, 1);
  fit_once(&three, &data, &folds, 3);
  const struct ft_forest *a = &one.fit[0].member.forest, *b = &three.fit[0].member.forest;
  assert_int_equal(a->nodes, b->nodes);
  assert_memory_equal(a->node, b->node, a->nodes * sizeof *a->node);
  ft_trial_release(&one);
  ft_trial_release(&three);
  ft_run_release(&run);
  ft_arena_release(&arena);
  free_rows(&rows);
}

static void order_and_threads_do_not_matter_with_auto_off(void **state) {
  (void)state;
  expect_one_model(400, BILL, false, 2);
  expect_one_model(400, CHURN, false, 2);
}

/* From 50,000 rows on; several threads bin the rows and grow the trees then. */
static void order_and_threads_do_not_matter_to_a_single_fit(void **state) {
  (void)state;
  expect_one_model(50000, BILL, false, 2);
  expect_one_model(50000, CHURN, false, 2);
}

/* A constant of 1e308, ten times. */
static void predictions_that_are_not_finite_are_refused(void **state) {
  (void)state;
  static const struct ft_node leaf = { .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  static const struct ft_tree tree = { .nodes = 1 };
  static const double base = 1e308;
  struct ft_member member = { .kind = FT_LEARNER_FOREST,
                              .weight = 1,
                              .forest = { 1, &tree, 1, &leaf, 0, NULL, 0, &base } };
  struct rows rows = make_rows(100, BILL, 11);
  struct ft_job job = job_of(BILL);
  struct ft_arena arena;
  struct ft_error err;
  struct ft_table table;
  struct ft_run run;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(fill_table(&table, &rows, 1, false, &err), FT_OK);
  assert_int_equal(ft_run_prepare(&run, &arena, &table, &job, NULL, 0, &err), FT_OK);
  run.model.member = &member;
  run.model.members = 1;
  assert_int_equal(ft_run_check_finite(&run, &err), FT_OK);
  member.weight = 10;
  assert_int_equal(ft_run_check_finite(&run, &err), FT_DATA);
  assert_non_null(strstr(err.message, "are not finite numbers"));
  assert_non_null(strstr(err.hint, "Its values go from "));
  ft_run_release(&run);
  ft_arena_release(&arena);
  free_rows(&rows);
}

static bool manifest_has(const struct trained *trained, const char *words) {
  struct ft_arena arena;
  struct ft_span manifest;
  struct ft_error err;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(
      ft_artifact_read_manifest(&manifest, &arena, ft_buffer_view(&trained->bytes), &err), FT_OK);
  bool found = memmem(manifest.data, manifest.size, words, strlen(words)) != NULL;
  ft_arena_release(&arena);
  return found;
}

/* A tenth judges the model that the others make: it is not trained a second time. */
static void many_rows_are_fitted_once(void **state) {
  (void)state;
  static const struct ft_hyperparameter small_class = { "num_round", "5" };
  struct rows rows = make_rows(50000, BILL, 3);
  struct ft_job job = job_of(BILL);
  job.automatic = false;
  job.objective = "reg:squarederror";
  job.hyperparameters = 1;
  job.hyperparameter = &small_class;
  struct trained many = train(&rows, &job, false);
  assert_int_equal(many.status, FT_OK);
  assert_true(manifest_has(&many, "\"method\":\"hold-out\",\"rows\":5000"));
  assert_true(manifest_has(&many, "\"trained\":45000"));
  rows.rows = 49999;
  struct trained fewer = train(&rows, &job, false);
  assert_int_equal(fewer.status, FT_OK);
  assert_true(manifest_has(&fewer, "\"method\":\"hold-out\",\"rows\":10000"));
  assert_true(manifest_has(&fewer, "\"trained\":49999"));
  rows.rows = 50000;
  ft_buffer_release(&many.bytes);
  ft_buffer_release(&fewer.bytes);
  free_rows(&rows);
}

static void a_model_predicts_what_it_learned(void **state) {
  (void)state;
  struct rows rows = make_rows(1500, CHURN, 3), later = make_rows(500, CHURN, 4);
  struct ft_job job = job_of(CHURN);
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_OK);
  assert_true(manifest_has(&trained, "\"problem\":\"BinaryClassification\""));
  assert_true(manifest_has(&trained, "\"name\":\"phone\""));
  assert_true(manifest_has(&trained, "\"name\":\"one\""));
  assert_true(manifest_has(&trained, "\"method\":\"hold-out\",\"rows\":300"));
  assert_true(manifest_has(&trained, "validation:f1_binary"));
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  assert_int_equal(ft_plan_open(&plan, ft_buffer_view(&trained.bytes), &err), FT_OK);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  struct ft_column column[COLUMNS];
  struct ft_batch batch = batch_of(&later, column);
  batch.columns = COLUMNS - 1;
  uint32_t label[500];
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, NULL, label, NULL, &err), FT_OK);
  size_t right = 0;
  for (size_t r = 0; r < 500; r++)
    right += ft_span_equal(ft_plan_label(plan, label[r]), later.label[r]);
  assert_true(right > 420);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
  free_rows(&later);
}

static void no_value_of_the_data_is_in_the_artifact(void **state) {
  (void)state;
  struct rows rows = make_rows(300, BILL, 3);
  struct ft_job job = job_of(BILL);
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_OK);
  assert_null(memmem(trained.bytes.data, trained.bytes.size, "bronze", 6));
  assert_null(memmem(trained.bytes.data, trained.bytes.size, "555-", 4));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static void max_cells_takes_a_sample(void **state) {
  (void)state;
  struct rows rows = make_rows(1500, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  job.max_cells = 600 * COLUMNS + 3;
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_OK);
  assert_true(manifest_has(&trained, "\"read\":1500,\"used\":600"));
  assert_true(manifest_has(&trained, "\"sampled_out\":900"));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static void a_column_that_is_the_answer_is_warned_of(void **state) {
  (void)state;
  struct rows rows = make_rows(300, CHURN, 3);
  for (size_t r = 0; r < 300; r++)
    rows.noise[r] = rows.label[r].size == 3; /* "yes" */
  struct ft_job job = job_of(CHURN);
  job.max_trials = 1;
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_OK);
  assert_true(manifest_has(&trained, "column \\\"noise\\\" alone gives the answer away"));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static void few_rows_train_with_a_warning(void **state) {
  (void)state;
  struct rows rows = make_rows(12, BILL, 3);
  struct ft_job job = job_of(BILL);
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_OK);
  assert_true(manifest_has(&trained, "only 12 rows"));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static void no_rows_are_an_error_that_says_so(void **state) {
  (void)state;
  struct rows rows = make_rows(0, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  struct trained trained = train(&rows, &job, false);
  assert_int_equal(trained.status, FT_DATA);
  assert_non_null(strstr(trained.err.message, "no rows"));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static void a_date_is_no_target(void **state) {
  (void)state;
  struct ft_job job = job_of(CHURN);
  struct ft_error err;
  job.target = SINCE;
  assert_int_equal(ft_train_check(&job, &err), FT_WRONG_TYPE);
  assert_non_null(strstr(err.message, "\"since\""));
  assert_non_null(strstr(err.hint, "date_diff"));
}

static void time_that_is_too_short_still_gives_a_model_or_says_so(void **state) {
  (void)state;
  struct rows rows = make_rows(3000, TIER, 3);
  struct ft_job job = job_of(TIER);
  job.max_runtime_s = 1;
  double begin = ft_clock_seconds();
  struct trained trained = train(&rows, &job, false);
  assert_true(ft_clock_seconds() - begin < 3);
  if (trained.status != FT_OK)
    assert_non_null(strstr(trained.err.message, "Autopilot candidate has no models"));
  ft_buffer_release(&trained.bytes);
  free_rows(&rows);
}

static bool has_score;

static void look_for_score(void *self, const struct ft_progress *progress) {
  (void)self;
  has_score |= progress->metric[0] != 0;
}

static bool stop_at_score(void *self) {
  (void)self;
  return has_score;
}

static void a_training_that_is_stopped_gives_the_best_so_far(void **state) {
  (void)state;
  struct rows rows = make_rows(20000, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  struct ft_train_events events = { .progress = look_for_score, .stopped = stop_at_score };
  struct trained out = { .err = { .status = FT_OK } };
  struct ft_table table;
  job.max_trials = 0;
  has_score = false;
  ft_buffer_init(&out.bytes, FT_ARTIFACT_MAX_BYTES);
  assert_int_equal(fill_table(&table, &rows, 1, false, &out.err), FT_OK);
  out.status = ft_train(&out.bytes, &out.hash, &table, &job, &events, ft_clock_seconds(), &out.err);
  assert_int_equal(out.status, FT_OK);
  assert_true(has_score);
  assert_true(manifest_has(&out, "it was stopped by the user, who kept the best so far"));
  assert_true(manifest_has(&out, "\"Stopped\""));
  ft_buffer_release(&out.bytes);
  free_rows(&rows);
}

/* The time to plan with, of MAX_RUNTIME 60, when the query took so long. */
static void expect_time(double taken, double limit, bool whole) {
  struct rows rows = make_rows(200, CHURN, 3);
  struct ft_job job = job_of(CHURN);
  struct ft_arena arena;
  struct ft_table table;
  struct ft_run run;
  struct ft_error err;
  job.max_runtime_s = 60;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(fill_table(&table, &rows, 1, false, &err), FT_OK);
  double begin = ft_clock_seconds() - taken;
  assert_int_equal(ft_run_prepare(&run, &arena, &table, &job, NULL, begin, &err), FT_OK);
  assert_true(fabs(run.limit - limit) < 1);
  assert_true(whole ? run.begin == begin : run.begin == run.read && run.read >= begin + taken);
  ft_run_release(&run);
  ft_arena_release(&arena);
  free_rows(&rows);
}

static void what_the_query_took_is_left_out_of_the_plan(void **state) {
  (void)state;
  expect_time(0.5, 60, true); /* too little to plan otherwise */
  expect_time(20, 40, false);
  expect_time(59, 12, false); /* a little is left, however long it took */
  expect_time(600, 12, false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(order_and_threads_do_not_matter_for_classes),
    cmocka_unit_test(order_and_threads_do_not_matter_for_several_classes),
    cmocka_unit_test(order_and_threads_do_not_matter_for_numbers),
    cmocka_unit_test(threads_do_not_matter_within_one_fit),
    cmocka_unit_test(predictions_that_are_not_finite_are_refused),
    cmocka_unit_test(order_and_threads_do_not_matter_with_auto_off),
    cmocka_unit_test(order_and_threads_do_not_matter_to_a_single_fit),
    cmocka_unit_test(many_rows_are_fitted_once),
    cmocka_unit_test(a_model_predicts_what_it_learned),
    cmocka_unit_test(no_value_of_the_data_is_in_the_artifact),
    cmocka_unit_test(max_cells_takes_a_sample),
    cmocka_unit_test(a_column_that_is_the_answer_is_warned_of),
    cmocka_unit_test(few_rows_train_with_a_warning),
    cmocka_unit_test(no_rows_are_an_error_that_says_so),
    cmocka_unit_test(a_date_is_no_target),
    cmocka_unit_test(a_training_that_is_stopped_gives_the_best_so_far),
    cmocka_unit_test(what_the_query_took_is_left_out_of_the_plan),
    cmocka_unit_test(time_that_is_too_short_still_gives_a_model_or_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
