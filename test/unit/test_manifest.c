/* What a model's manifest says of its training. */
#include "core/train/manifest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

static json_t *write(const struct ft_run *run) {
  struct ft_buffer out;
  struct ft_error err;
  ft_buffer_init(&out, 1 << 20);
  assert_int_equal(ft_manifest_write(&out, run, 1.5, &err), FT_OK);
  json_t *root = json_loadb((const char *)out.data, out.size, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(root);
  ft_buffer_release(&out);
  return root;
}

static struct ft_run make_run(const struct ft_job *job) {
  struct ft_run run = { .job = job, .rows_read = 12, .rows = 10 };
  run.model.problem = FT_REGRESSION;
  run.report.status = "Completed";
  run.report.objective = "MSE";
  run.report.validation = "hold-out";
  return run;
}

static double number(const json_t *object, const char *key) {
  assert_true(json_is_number(json_object_get(object, key)));
  return json_number_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key) {
  const char *value = json_string_value(json_object_get(object, key));
  assert_non_null(value);
  return value;
}

static void only_what_is_known_is_said(void **state) {
  (void)state;
  struct ft_job job = { .automatic = false };
  struct ft_run run = make_run(&job);
  run.report.score[0] = (struct ft_named_score){ "train:rmse", 2, .low = 1, .high = 3 };
  run.report.scores = 1;
  json_t *root = write(&run);
  assert_string_equal(text(root, "model_type"), "xgboost");
  assert_null(json_object_get(root, "ended"));
  assert_null(json_object_get(root, "predict_ns"));
  assert_null(json_object_get(root, "threshold"));
  assert_int_equal(json_array_size(json_object_get(root, "trials")), 0);
  const json_t *metric = json_array_get(json_object_get(root, "metrics"), 0);
  assert_true(json_is_true(json_object_get(metric, "main")));
  assert_null(json_object_get(metric, "low"));
  assert_null(json_object_get(metric, "high"));
  json_decref(root);
}

static void intervals_and_the_searchs_end_are_said(void **state) {
  (void)state;
  struct ft_job job = { .automatic = true, .seed = 7 };
  struct ft_run run = make_run(&job);
  run.report.model_type = "ensemble";
  run.report.ended = "MAX_TRIALS was reached";
  run.report.predict_ns = 812.5;
  run.report.score[0] =
      (struct ft_named_score){ "validation:mse", 2, true, 8, true, 1.5, INFINITY };
  run.report.score[1] = (struct ft_named_score){ "validation:mae", NAN, .interval = false };
  run.report.scores = 2;
  json_t *root = write(&run);
  assert_string_equal(text(root, "model_type"), "ensemble");
  assert_string_equal(text(root, "ended"), "MAX_TRIALS was reached");
  assert_true(number(root, "predict_ns") == 812.5);
  assert_true(number(root, "seed") == 7);
  const json_t *metrics = json_object_get(root, "metrics");
  assert_true(number(json_array_get(metrics, 0), "low") == 1.5);
  assert_true(number(json_array_get(metrics, 0), "baseline") == 8);
  assert_true(json_is_null(json_object_get(json_array_get(metrics, 0), "high")));
  assert_true(json_is_null(json_object_get(json_array_get(metrics, 1), "value")));
  assert_null(json_object_get(json_array_get(metrics, 1), "main"));
  json_decref(root);
}

static void classes_the_positive_one_and_the_verdict_are_said(void **state) {
  (void)state;
  static const struct ft_span label[] = { { "no", 2 }, { "yes", 3 } };
  struct ft_class_score classes[] = { { 8, 10, 8 }, { 2, 0, 0 } };
  struct ft_job job = { .automatic = true };
  struct ft_run run = make_run(&job);
  run.model.problem = FT_BINARY;
  run.model.threshold = 0.25;
  run.target = (struct ft_target){ .labels = 2, .label = label };
  run.report.classes = classes;
  run.report.verdict = "no better than always answering \"no\"";
  json_t *root = write(&run);
  assert_string_equal(text(root, "positive"), "no");
  assert_true(number(root, "threshold") == 0.75);
  const json_t *list = json_object_get(root, "classes");
  assert_string_equal(text(json_array_get(list, 1), "label"), "yes");
  assert_true(number(json_array_get(list, 0), "recall") == 1);
  assert_true(number(json_array_get(list, 0), "precision") == 0.8);
  assert_true(number(json_array_get(list, 1), "recall") == 0);
  assert_true(json_is_null(json_object_get(json_array_get(list, 1), "precision")));
  const json_t *verdict = json_object_get(root, "verdict");
  assert_true(json_is_false(json_object_get(verdict, "better")));
  assert_string_equal(text(verdict, "text"), run.report.verdict);
  json_decref(root);
}

static void every_candidate_has_its_line(void **state) {
  (void)state;
  struct ft_job job = { .automatic = true };
  struct ft_run run = make_run(&job);
  run.report.trial[0] =
      (struct ft_run_trial){ "linear", "linear", "MSE", 4, 0.5, 1.25, 9, 0.75, "tried" };
  run.report.trial[1] =
      (struct ft_run_trial){ "deep", "boosted trees", "MSE", 0, 0, 0.5, 0, 0, "cut" };
  run.report.trials = 2;
  json_t *root = write(&run);
  const json_t *list = json_object_get(root, "trials"), *first = json_array_get(list, 0);
  assert_int_equal(json_array_size(list), 2);
  assert_true(number(root, "trials_run") == 1);
  assert_string_equal(text(first, "name"), "linear");
  assert_string_equal(text(first, "learner"), "linear");
  assert_string_equal(text(first, "metric"), "MSE");
  assert_string_equal(text(first, "state"), "tried");
  assert_true(number(first, "score") == 4 && number(first, "loss") == 0.5);
  assert_true(number(first, "seconds") == 1.25 && number(first, "rounds") == 9);
  assert_true(number(first, "weight") == 0.75);
  const json_t *second = json_array_get(list, 1);
  assert_string_equal(text(second, "state"), "cut");
  assert_true(json_is_null(json_object_get(second, "score")));
  assert_true(json_is_null(json_object_get(second, "loss")));
  assert_true(number(second, "seconds") == 0.5);
  json_decref(root);
}

/* Of very many rows a sample orders the candidates: they have scores, and are what MAX_TRIALS counts. */
static void candidates_on_a_sample_say_so(void **state) {
  (void)state;
  struct ft_job job = { .automatic = true };
  struct ft_run run = make_run(&job);
  for (uint32_t i = 0; i < 3; i++)
    run.report.trial[i] = (struct ft_run_trial){
      "deep", "boosted trees", "MSE", 3, 0.25, 0.5, 7, 0, i < 2 ? "sampled" : "tried"
    };
  run.report.trials = 3;
  json_t *root = write(&run);
  const json_t *first = json_array_get(json_object_get(root, "trials"), 0);
  assert_string_equal(text(first, "state"), "sampled");
  assert_true(number(first, "score") == 3 && number(first, "loss") == 0.25);
  assert_true(number(root, "trials_run") == 2);
  json_decref(root);
}

static void too_little_memory_is_an_error(void **state) {
  (void)state;
  struct ft_job job = { .automatic = true };
  struct ft_run run = make_run(&job);
  struct ft_buffer out;
  struct ft_error err;
  ft_buffer_init(&out, 64);
  assert_int_equal(ft_manifest_write(&out, &run, 1, &err), FT_NOMEM);
  ft_buffer_release(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_is_known_is_said),
    cmocka_unit_test(intervals_and_the_searchs_end_are_said),
    cmocka_unit_test(classes_the_positive_one_and_the_verdict_are_said),
    cmocka_unit_test(every_candidate_has_its_line),
    cmocka_unit_test(candidates_on_a_sample_say_so),
    cmocka_unit_test(too_little_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
