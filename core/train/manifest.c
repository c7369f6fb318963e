#include "core/train/manifest.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#define VERSION "0.1.0"

/* JSON has no infinities. */
static json_t *number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(size_t value) {
  return json_integer((json_int_t)value);
}

static json_t *list_metrics(const struct ft_report *report) {
  json_t *list = json_array();
  for (size_t i = 0; i < report->scores; i++) {
    const struct ft_named_score *score = &report->score[i];
    json_t *metric = json_pack("{s:s,s:o}", "name", score->name, "value", number(score->value));
    if (i == 0) json_object_set_new(metric, "main", json_true());
    if (score->compared) json_object_set_new(metric, "baseline", number(score->baseline));
    if (score->interval) {
      json_object_set_new(metric, "low", number(score->low));
      json_object_set_new(metric, "high", number(score->high));
    }
    json_array_append_new(list, metric);
  }
  return list;
}

/* A share of nothing is no number. */
static json_t *share(size_t part, size_t whole) {
  return whole ? json_real((double)part / (double)whole) : json_null();
}

static json_t *list_classes(const struct ft_run *run) {
  json_t *list = json_array();
  for (uint32_t l = 0; l < run->target.labels; l++) {
    const struct ft_class_score *class = &run->report.classes[l];
    struct ft_span label = run->target.label[l];
    json_array_append_new(list,
                          json_pack("{s:s%,s:o,s:o,s:o}", "label", label.data, label.size, "rows",
                                    count(class->rows), "recall", share(class->right, class->rows),
                                    "precision", share(class->right, class->answered)));
  }
  return list;
}

static json_t *list_left_out(const struct ft_run *run) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < run->profile.n_left_out; i++)
    json_array_append_new(list, json_pack("{s:s,s:s}", "name", run->profile.left_out[i].name,
                                          "reason", run->profile.left_out[i].reason));
  return list;
}

static bool is_in_state(const struct ft_run_trial *trial, const char *state) {
  return strcmp(trial->state ? trial->state : "tried", state) == 0;
}

/* What was not tried to its end has no score. */
static json_t *make_trial(const struct ft_run_trial *trial) {
  bool judged = is_in_state(trial, "tried") || is_in_state(trial, "sampled");
  return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:i,s:o,s:s}", "name", trial->name, "learner",
                   trial->learner ? trial->learner : "boosted trees", "metric", trial->metric,
                   "score", number(judged ? trial->score : NAN), "loss",
                   number(judged ? trial->loss : NAN), "seconds", number(trial->seconds), "rounds",
                   (int)trial->rounds, "weight", number(trial->weight), "state",
                   trial->state ? trial->state : "tried");
}

static json_t *list_trials(const struct ft_report *report) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < report->trials; i++)
    json_array_append_new(list, make_trial(&report->trial[i]));
  return list;
}

/* Those that MAX_TRIALS counts: where a sample of the rows orders the candidates, its own. */
static size_t count_tried(const struct ft_report *report) {
  size_t tried = 0, sampled = 0;
  for (uint32_t i = 0; i < report->trials; i++) {
    tried += is_in_state(&report->trial[i], "tried");
    sampled += is_in_state(&report->trial[i], "sampled");
  }
  return sampled ? sampled : tried;
}

static json_t *list_warnings(const struct ft_report *report) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < report->warnings; i++)
    json_array_append_new(list, json_string(report->warning[i]));
  return list;
}

static json_t *list_hyperparameters(const struct ft_report *report) {
  json_t *object = json_object();
  for (size_t i = 0; i < report->hyperparameters; i++)
    json_object_set_new(object, report->hyperparameter[i].name,
                        json_string(report->hyperparameter[i].value));
  return object;
}

/* Of two classes: the one that scores are of, and from which probability of it on a row is given it. */
static void set_decision(json_t *root, const struct ft_run *run) {
  uint32_t positive = run->target.positive;
  struct ft_span label = run->target.label[positive];
  double threshold = run->model.threshold;
  json_object_set_new(root, "positive", json_stringn(label.data, label.size));
  json_object_set_new(root, "threshold", number(positive ? threshold : 1 - threshold));
}

static json_t *make_manifest(const struct ft_run *run, double seconds) {
  const struct ft_report *report = &run->report;
  json_t *root =
      json_pack("{s:s,s:s,s:s,s:s,s:b,s:s}", "foretell", VERSION, "problem",
                ft_problem_shown(run->model.problem), "objective", report->objective, "model_type",
                report->model_type ? report->model_type : "xgboost", "automatic",
                (int)run->job->automatic, "training_status", report->status);
  if (!root) return NULL;
  if (report->ended) json_object_set_new(root, "ended", json_string(report->ended));
  if (report->predict_ns > 0) json_object_set_new(root, "predict_ns", number(report->predict_ns));
  json_object_set_new(root, "metrics", list_metrics(report));
  json_object_set_new(root, "validation",
                      json_pack("{s:s,s:o,s:i}", "method", report->validation, "rows",
                                count(report->validation_rows), "folds", (int)report->folds));
  json_object_set_new(root, "rows",
                      json_pack("{s:o,s:o,s:o,s:o}", "read", count(run->rows_read), "used",
                                count(run->rows), "null_target", count(run->rows_without_target),
                                "sampled_out", count(run->rows_sampled_out)));
  if (report->trained_rows > 0)
    json_object_set_new(json_object_get(root, "rows"), "trained", count(report->trained_rows));
  json_object_set_new(root, "features_left_out", list_left_out(run));
  json_object_set_new(root, "warnings", list_warnings(report));
  json_object_set_new(root, "hyperparameters", list_hyperparameters(report));
  json_object_set_new(root, "trials", list_trials(report));
  if (run->model.problem == FT_BINARY) set_decision(root, run);
  if (report->classes) json_object_set_new(root, "classes", list_classes(run));
  if (report->verdict)
    json_object_set_new(
        root, "verdict",
        json_pack("{s:b,s:s}", "better", (int)report->better, "text", report->verdict));
  json_object_set_new(root, "seed", json_integer((json_int_t)run->job->seed));
  json_object_set_new(root, "trials_run", count(count_tried(report)));
  json_object_set_new(root, "seconds", number(seconds));
  return root;
}

static int append(const char *text, size_t size, void *out) {
  ft_buffer_append(out, text, size);
  return 0;
}

enum ft_status ft_manifest_write(struct ft_buffer *out, const struct ft_run *run, double seconds,
                                 struct ft_error *err) {
  json_t *root = make_manifest(run, seconds);
  int failed = root ? json_dump_callback(root, append, out, JSON_COMPACT) : -1;
  json_decref(root);
  if (failed) return ft_fail(err, FT_NOMEM, "out of memory for the manifest");
  return ft_buffer_check(out, "the manifest", err);
}
