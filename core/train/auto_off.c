#include "core/train/auto_off.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/booster.h"
#include "core/learn/category_view.h"
#include "core/learn/clock.h"
#include "core/train/evaluation.h"
#include "core/train/judgement.h"
#include "core/train/split.h"
#include "foretell/maths.h"
#include "foretell/objective.h"

#define MAX_PARAMETERS  64
#define SEVERAL_THREADS 50000 /* rows from which the booster uses all threads */
#define HOLD_OUT_FOLDS  5
#define HOLD_OUT_ROWS   50 /* fewer rows are not split */
#define SINGLE_FIT_ROWS \
  50000                   /* from so many rows on the model is judged by rows that it never sees: */
#define KEPT_OUT_FOLDS 10 /* one of so many parts, … */
#define KEPT_OUT_ROWS  20000 /* … and about so many rows at most */
#define CHECKED_ROWS   256
#define TIME_SHARE     0.9
#define TELL_SECONDS   0.1 /* between two reports of progress */
#define NDCG_MAX_GRADE 31

/* AUTO OFF: what was given, as the booster wants it; filled by `prepare`, but for `cut`. Parameters point
 * to the job's texts, to `number`, or to constants. */
struct given {
  struct ft_run *run;
  const struct ft_objective *objective;
  const char *metric;
  uint32_t rounds;
  double slope, power;
  double deadline;
  struct ft_parameter *parameter;
  size_t parameters;
  char number[4][24]; /* num_class, seed, nthread, base_score as text */
  uint32_t fits;      /* to be made, the one that runs among them */
  bool cut;           /* the time ended the rounds */
};

/* A given hyperparameter's value, or its default, or NULL. */
static const char *value_of(const struct ft_job *job, const char *name) {
  for (uint32_t i = 0; i < job->hyperparameters; i++)
    if (strcmp(job->hyperparameter[i].name, name) == 0) return job->hyperparameter[i].value;
  const struct ft_hyperparameter_rule *rule = ft_hyperparameter_find(ft_span_of(name), false);
  return rule ? rule->standard : NULL;
}

static void add(struct given *given, const char *name, const char *value) {
  assert(given->parameters < MAX_PARAMETERS);
  given->parameter[given->parameters++] = (struct ft_parameter){ name, value };
}

/* Hyperparameters as given, for the learner; what is ours to say is left to us. */
static void add_given(struct given *given) {
  static const char *const ours[] = { "num_class", "seed", "eval_metric", "tree_method", NULL };
  const struct ft_job *job = given->run->job;
  for (uint32_t i = 0; i < job->hyperparameters; i++) {
    const struct ft_hyperparameter *one = &job->hyperparameter[i];
    const struct ft_hyperparameter_rule *rule =
        ft_hyperparameter_find(ft_span_of(one->name), false);
    bool taken = !rule || !rule->learner;
    for (size_t j = 0; ours[j]; j++)
      taken |= strcmp(one->name, ours[j]) == 0;
    if (!taken && given->parameters < MAX_PARAMETERS - 8) add(given, one->name, one->value);
  }
}

static int compare_numbers(const void *a, const void *b) {
  double first = *(const double *)a, second = *(const double *)b;
  return (first > second) - (first < second);
}

/* Where these two objectives start far from the target, their steps are too small to arrive, or so
 * large that they never come back: they start from the median, and from the mean of logarithms. */
static enum ft_status set_base(struct given *given, struct ft_error *err) {
  const struct ft_run *run = given->run;
  bool huber = strcmp(given->objective->name, "reg:pseudohubererror") == 0;
  bool logarithm = strcmp(given->objective->name, "reg:squaredlogerror") == 0;
  if (value_of(run->job, "base_score") || !(huber || logarithm)) return FT_OK;
  double *value = FT_ARENA_NEW(run->arena, double, run->rows), sum = 0;
  if (!value) return ft_arena_fail(err, "the target");
  for (size_t r = 0; r < run->rows; r++) {
    value[r] = run->target.value[r];
    if (logarithm) sum += ft_log(1 + value[r]);
  }
  qsort(value, run->rows, sizeof *value, compare_numbers);
  /* The constants that are best for the objectives: median for the absolute error's smooth form,
   * and for squared errors of log(1 + y) its mean, transformed back. */
  double base = huber ? value[run->rows / 2] : ft_exp(sum / (double)run->rows) - 1;
  snprintf(given->number[3], sizeof given->number[3], "%.9g", base);
  add(given, "base_score", given->number[3]);
  return FT_OK;
}

static enum ft_status set_parameters(struct given *given, struct ft_error *err) {
  const struct ft_run *run = given->run;
  given->parameter = FT_ARENA_NEW(run->arena, struct ft_parameter, MAX_PARAMETERS);
  if (!given->parameter) return ft_arena_fail(err, "the hyperparameters");
  const char *method = value_of(run->job, "tree_method"), *seed = NULL;
  for (uint32_t i = 0; i < run->job->hyperparameters; i++)
    if (strcmp(run->job->hyperparameter[i].name, "seed") == 0)
      seed = run->job->hyperparameter[i].value;
  snprintf(given->number[0], sizeof given->number[0], "%" PRIu32, run->outputs);
  snprintf(given->number[1], sizeof given->number[1], "%" PRIu64, run->job->seed % 2147483647);
  snprintf(given->number[2], sizeof given->number[2], "%" PRIu32,
           run->rows >= SEVERAL_THREADS ? run->threads : 1);
  add(given, "objective", given->objective->name);
  add(given, "disable_default_eval_metric", "1");
  /* Trees are grown on the CPU here: gpu_hist is asked for the same trees. */
  add(given, "tree_method", method && strcmp(method, "gpu_hist") != 0 ? method : "hist");
  add(given, "seed", seed ? seed : given->number[1]);
  add(given, "nthread", given->number[2]);
  if (given->objective->needs_num_class) add(given, "num_class", given->number[0]);
  add_given(given);
  return set_base(given, err);
}

static enum ft_status fail_target(const struct given *given, const char *rule, double value,
                                  struct ft_error *err) {
  ft_fail(err, FT_DATA, "the target \"%s\" is %g in a row; %s takes %s",
          given->run->model.target.name, value, given->objective->name, rule);
  return ft_fail_hint(err, "Change the target in the query, or choose another objective.");
}

/* What an objective's targets may be. */
static enum ft_status check_targets(const struct given *given, struct ft_error *err) {
  const struct ft_run *run = given->run;
  const char *name = given->objective->name;
  for (size_t r = 0; r < run->rows && run->target.problem == FT_REGRESSION; r++) {
    double value = run->target.value[r];
    if (strcmp(name, "reg:logistic") == 0 && !(value >= 0 && value <= 1))
      return fail_target(given, "values from 0 to 1", value, err);
    if (strcmp(name, "reg:squaredlogerror") == 0 && !(value > -1))
      return fail_target(given, "values above -1", value, err);
    if (strcmp(name, "reg:tweedie") == 0 && !(value >= 0))
      return fail_target(given, "values not below 0", value, err);
    if (strcmp(name, "rank:ndcg") == 0 &&
        !(value >= 0 && value <= NDCG_MAX_GRADE && value == floor(value)))
      return fail_target(given, "whole grades from 0 to 31", value, err);
    if (fabs(value) > 1e38) return fail_target(given, "smaller values", value, err);
  }
  const char *classes = given->objective->needs_num_class ? value_of(run->job, "num_class") : NULL;
  if (!classes || run->target.labels <= strtoul(classes, NULL, 10)) return FT_OK;
  ft_fail(err, FT_DATA, "the target \"%s\" has %u classes, more than num_class %s",
          run->model.target.name, (unsigned)run->target.labels, classes);
  return ft_fail_hint(err, "Raise num_class to %u.", (unsigned)run->target.labels);
}

/* A base before the link, made a margin. */
static double margin_of_base(enum ft_link link, double base) {
  if (link == FT_LINK_LOGISTIC) return ft_log(base / (1 - base));
  if (link == FT_LINK_EXP) return ft_log(base);
  return base;
}

/* Our trees must say what the learner says: a learner of another version would show here. */
static enum ft_status check_member(const struct given *given, const struct ft_member *member,
                                   struct ft_booster *booster, struct ft_matrix *matrix,
                                   const uint32_t *row, struct ft_error *err) {
  uint32_t outputs = given->run->outputs;
  size_t rows = ft_matrix_rows(matrix) < CHECKED_ROWS ? ft_matrix_rows(matrix) : CHECKED_ROWS;
  const float *theirs;
  FT_TRY(ft_booster_margins(&theirs, booster, matrix, err));
  double *ours = calloc(rows * outputs + 1, sizeof *ours);
  if (!ours) return ft_fail(err, FT_NOMEM, "out of memory to check the model");
  enum ft_status status = ft_run_margins(ours, given->run, member, 1, row, rows, err);
  bool same = true;
  for (size_t i = 0; i < rows * outputs; i++)
    /* Leaves are rounded to integers of one unit, so margins differ a little; a misread tree
     * differs by far more. */
    same &= fabs(ours[i] - theirs[i]) <= 1e-3 * (1 + fabs(ours[i]));
  free(ours);
  if (status != FT_OK) return status;
  return same ? FT_OK
              : ft_fail(err, FT_INTERNAL, "the trees do not give the learner's predictions");
}

static void tell_rounds(const struct given *given, const char *phase, uint32_t done, double begin) {
  double round = (ft_clock_seconds() - begin) / done;
  double left = round * ((double)given->fits * given->rounds - done);
  ft_run_progress(given->run, phase, fmin(left, fmax(given->deadline - ft_clock_seconds(), 0)));
}

static enum ft_status run_rounds(struct given *given, struct ft_booster *booster,
                                 struct ft_matrix *matrix, const char *phase,
                                 struct ft_error *err) {
  double begin = ft_clock_seconds(), told = begin;
  for (uint32_t round = 0; round < given->rounds; round++) {
    double now = ft_clock_seconds();
    if (round > 0 && now >= given->deadline) {
      given->cut = true;
      break;
    }
    if (now - told >= TELL_SECONDS) {
      tell_rounds(given, phase, round, begin);
      told = now;
    }
    FT_TRY(ft_booster_update(booster, matrix, round, err));
  }
  return FT_OK;
}

/* A fit, from its rows to its booster. */
struct fitting {
  struct given *given;
  const uint32_t *row;
  size_t rows;
  const char *phase;
  struct ft_view view;
  struct ft_matrix *matrix;
  struct ft_booster *booster;
};

static void release_fitting(struct fitting *fitting) {
  ft_booster_free(fitting->booster);
  ft_matrix_free(fitting->matrix);
  ft_view_release(&fitting->view);
}

static enum ft_status set_labels(struct fitting *fitting, struct ft_error *err) {
  const double *target = fitting->given->run->target.value;
  float *label = malloc(fitting->rows * sizeof *label + 1);
  if (!label) return ft_fail(err, FT_NOMEM, "out of memory to train on %zu rows", fitting->rows);
  for (size_t r = 0; r < fitting->rows; r++)
    label[r] = (float)target[fitting->row[r]];
  enum ft_status status = ft_matrix_label(fitting->matrix, label, err);
  free(label);
  return status;
}

static uint32_t threads_of(const struct fitting *fitting) {
  return fitting->rows >= SEVERAL_THREADS ? fitting->given->run->threads : 1;
}

/* The histogram method needs the bins alone, others the values. */
static enum ft_status make_matrix(struct fitting *fitting, struct ft_error *err) {
  const struct given *given = fitting->given;
  const char *method = value_of(given->run->job, "tree_method");
  bool binned = strcmp(method, "exact") != 0 && strcmp(method, "approx") != 0;
  uint32_t bins = (uint32_t)strtoul(value_of(given->run->job, "max_bin"), NULL, 10);
  uint32_t threads = threads_of(fitting);
  struct ft_view_rows seen = { &given->run->features, fitting->row, fitting->rows };
  FT_TRY(ft_view_make(&fitting->view, &seen, NULL, err));
  if (binned)
    FT_TRY(ft_matrix_make_binned(&fitting->matrix, &fitting->view.features, fitting->row,
                                 fitting->rows, bins, threads, err));
  else
    FT_TRY(ft_matrix_make(&fitting->matrix, &fitting->view.features, fitting->row, fitting->rows,
                          threads, err));
  FT_TRY(set_labels(fitting, err));
  return given->objective->metric == FT_METRIC_NDCG ? ft_matrix_group(fitting->matrix, err) : FT_OK;
}

static enum ft_status finish_member(struct ft_member *member, struct fitting *fitting,
                                    struct ft_error *err) {
  const struct given *given = fitting->given;
  struct ft_run *run = given->run;
  struct ft_grown_on grown_on = { &fitting->view.features, fitting->row, fitting->rows,
                                  threads_of(fitting) };
  *member = (struct ft_member){ .kind = FT_LEARNER_FOREST, .weight = 1 };
  FT_TRY(ft_booster_forest(&member->forest, run->arena, fitting->booster, given->rounds, 1,
                           &grown_on, err));
  FT_TRY(ft_view_restore(&member->forest, run->arena, &fitting->view, err));
  double *base = FT_ARENA_NEW(run->arena, double, run->outputs);
  if (!base) return ft_arena_fail(err, "the model");
  for (uint32_t g = 0; g < run->outputs; g++)
    base[g] = margin_of_base(given->objective->link, member->forest.base[g]);
  member->forest.base = base;
  return FT_OK;
}

/* `fitting` is to be released, also after a failure. */
static enum ft_status fit(struct ft_member *member, struct fitting *fitting, struct ft_error *err) {
  struct given *given = fitting->given;
  FT_TRY(make_matrix(fitting, err));
  FT_TRY(ft_booster_make(&fitting->booster, &fitting->matrix, 1, given->run->outputs,
                         given->parameter, given->parameters, err));
  FT_TRY(run_rounds(given, fitting->booster, fitting->matrix, fitting->phase, err));
  FT_TRY(finish_member(member, fitting, err));
  return check_member(given, member, fitting->booster, fitting->matrix, fitting->row, err);
}

/* Beside what needs no model; a mere order has no such thing. */
static enum ft_status compare(struct given *given, const struct ft_evaluation *evaluation,
                              struct ft_error *err) {
  struct ft_run *run = given->run;
  struct ft_scored scored = { .problem = run->target.problem,
                              .outputs = run->outputs,
                              .scale = 1,
                              .rows = evaluation->rows,
                              .target = evaluation->target,
                              .margin = evaluation->margin,
                              .positive = run->target.positive,
                              .link = given->objective->link };
  if (given->objective->metric == FT_METRIC_NDCG) return FT_OK;
  bool numbers = run->target.problem == FT_REGRESSION;
  return ft_judgement_make(run, numbers ? FT_METRIC_RMSE : FT_METRIC_ACCURACY, &scored, err);
}

/* `margin`: of the picked rows, in their order. */
static enum ft_status judge(struct given *given, bool seen, const double *margin,
                            const uint32_t *row, size_t rows, struct ft_error *err) {
  const char *prefix = seen ? "train" : "validation";
  struct ft_run *run = given->run;
  double *target = malloc(rows * sizeof *target + 1);
  if (!target) return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  for (size_t r = 0; r < rows; r++)
    target[r] = run->target.value[row[r]];
  struct ft_evaluation evaluation = { .link = given->objective->link,
                                      .problem = run->target.problem,
                                      .outputs = run->outputs,
                                      .slope = given->slope,
                                      .power = given->power,
                                      .rows = rows,
                                      .target = target,
                                      .margin = margin };
  struct ft_named_score *named = &run->report.score[run->report.scores++];
  snprintf(named->name, sizeof named->name, "%s:%s", prefix, given->metric);
  enum ft_status status = ft_evaluation_run(&named->value, given->metric, &evaluation, err);
  if (status == FT_OK && !seen) status = compare(given, &evaluation, err);
  free(target);
  return status;
}

/* Of the rows that a fit was trained on the booster knows its margins already. */
static enum ft_status score_train(struct fitting *fitting, struct ft_error *err) {
  size_t values = fitting->rows * fitting->given->run->outputs;
  const float *known;
  FT_TRY(ft_booster_margins(&known, fitting->booster, fitting->matrix, err));
  double *margin = malloc(values * sizeof *margin + 1);
  if (!margin) return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", fitting->rows);
  for (size_t i = 0; i < values; i++)
    margin[i] = known[i];
  enum ft_status status = judge(fitting->given, true, margin, fitting->row, fitting->rows, err);
  free(margin);
  return status;
}

/* The rows that a fit is trained on, and those that judge it. */
struct parts {
  uint32_t *seen;
  uint32_t *held;
  size_t seen_rows;
  size_t holdout_rows;
};

static enum ft_status split(struct parts *out, struct ft_run *run, uint32_t folds,
                            struct ft_error *err) {
  uint32_t *fold = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  uint32_t *part = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  if (!fold || !part) return ft_arena_fail(err, "the folds");
  FT_TRY(ft_split_folds(fold, run->target.value, run->rows, run->target.labels, folds, err));
  size_t seen = 0, held = run->rows; /* seen rows from the front, held ones from the back */
  for (size_t r = 0; r < run->rows; r++)
    part[fold[r] == 0 ? --held : seen++] = (uint32_t)r;
  *out = (struct parts){ part, part + held, seen, run->rows - held };
  return FT_OK;
}

static enum ft_status score_validation(struct given *given, const struct ft_member *member,
                                       const struct parts *parts, struct ft_error *err) {
  struct ft_run *run = given->run;
  double *margin = malloc(parts->holdout_rows * run->outputs * sizeof *margin + 1);
  if (!margin)
    return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", parts->holdout_rows);
  run->report.validation = "hold-out";
  run->report.validation_rows = parts->holdout_rows;
  run->report.folds = 1;
  enum ft_status status =
      ft_run_margins(margin, run, member, 1, parts->held, parts->holdout_rows, err);
  if (status == FT_OK) status = judge(given, false, margin, parts->held, parts->holdout_rows, err);
  free(margin);
  return status;
}

/* A further fit on four fifths, judged on the last; it decides nothing. */
static enum ft_status validate(struct given *given, struct ft_error *err) {
  struct parts parts;
  struct ft_member member;
  FT_TRY(split(&parts, given->run, HOLD_OUT_FOLDS, err));
  struct fitting fitting = { .given = given,
                             .row = parts.seen,
                             .rows = parts.seen_rows,
                             .phase = "measuring the model" };
  given->fits = 1;
  enum ft_status status = fit(&member, &fitting, err);
  release_fitting(&fitting);
  return status == FT_OK ? score_validation(given, &member, &parts, err) : status;
}

/* The model, and its score on the rows that it is trained on. */
static enum ft_status fit_model(struct ft_member *member, struct given *given,
                                const struct parts *parts, struct ft_error *err) {
  struct fitting fitting = { .given = given,
                             .row = parts->seen,
                             .rows = parts->seen_rows,
                             .phase = "training the model" };
  enum ft_status status = fit(member, &fitting, err);
  if (status == FT_OK) status = score_train(&fitting, err);
  release_fitting(&fitting);
  given->run->report.trained_rows = parts->seen_rows;
  return status;
}

/* Of many rows some are worth more as judges of the model than in it. */
static bool fits_once(const struct ft_run *run) {
  return run->rows >= SINGLE_FIT_ROWS;
}

static enum ft_status choose_parts(struct parts *out, struct ft_run *run, struct ft_error *err) {
  *out = (struct parts){ .seen = run->all, .seen_rows = run->rows };
  if (!fits_once(run)) return FT_OK;
  size_t folds = (run->rows + KEPT_OUT_ROWS - 1) / KEPT_OUT_ROWS;
  return split(out, run, folds < KEPT_OUT_FOLDS ? KEPT_OUT_FOLDS : (uint32_t)folds, err);
}

static void choose_metric(struct given *given) {
  struct ft_run *run = given->run;
  given->metric = ft_evaluation_default(given->objective->name);
  const char *wanted = value_of(run->job, "eval_metric");
  if (!wanted) return;
  if (ft_evaluation_known(wanted, run->target.problem))
    given->metric = wanted;
  else
    ft_run_warn(run, "eval_metric %s is not computed here; %s is shown", wanted, given->metric);
}

static enum ft_status report(struct given *given, struct ft_error *err) {
  struct ft_run *run = given->run;
  struct ft_hyperparameter *shown =
      FT_ARENA_NEW(run->arena, struct ft_hyperparameter, run->job->hyperparameters + 2);
  if (!shown) return ft_arena_fail(err, "the manifest");
  size_t count = 0;
  shown[count++] = (struct ft_hyperparameter){ "objective", given->objective->name };
  for (uint32_t i = 0; i < run->job->hyperparameters; i++)
    shown[count++] = (struct ft_hyperparameter){ run->job->hyperparameter[i].name,
                                                 run->job->hyperparameter[i].value };
  bool rounds = false;
  for (size_t i = 0; i < count; i++)
    rounds |= strcmp(shown[i].name, "num_round") == 0;
  if (!rounds)
    shown[count++] = (struct ft_hyperparameter){ "num_round", value_of(run->job, "num_round") };
  run->report.hyperparameter = shown;
  run->report.hyperparameters = count;
  run->report.objective = given->objective->shown;
  run->report.status = given->cut ? "MaxAutoMLJobRuntimeReached" : "Completed";
  return FT_OK;
}

/* XGBoost's exact method takes no categories. */
static enum ft_status check_method(const struct ft_run *run, struct ft_error *err) {
  const char *method = value_of(run->job, "tree_method");
  bool categories = false;
  for (uint32_t f = 0; f < run->features.features; f++)
    categories |= run->features.categories[f] > 0;
  if (!categories || !method || strcmp(method, "exact") != 0) return FT_OK;
  ft_fail(err, FT_INVALID, "tree_method exact cannot be used with text columns");
  return ft_fail_hint(err, "Use hist, approx or auto, or leave the text columns out.");
}

static enum ft_status prepare(struct given *given, struct ft_error *err) {
  struct ft_run *run = given->run;
  const char *name = run->job->objective ? run->job->objective : "";
  given->objective = ft_objective_find(ft_span_of(name), false);
  if (!given->objective) {
    ft_fail(err, FT_INVALID, "AUTO OFF needs an objective");
    return ft_fail_hint(err, "For example OBJECTIVE 'binary:logistic'.");
  }
  given->rounds = (uint32_t)strtoul(value_of(run->job, "num_round"), NULL, 10);
  const char *slope = value_of(run->job, "huber_slope");
  const char *power = value_of(run->job, "tweedie_variance_power");
  given->slope = slope ? strtod(slope, NULL) : 1;
  given->power = power ? strtod(power, NULL) : 1.5;
  given->deadline = run->begin + run->limit * TIME_SHARE;
  given->fits = run->rows >= HOLD_OUT_ROWS && !fits_once(run) ? 2 : 1;
  run->model.link = given->objective->link;
  FT_TRY(check_targets(given, err));
  FT_TRY(check_method(run, err));
  choose_metric(given);
  return set_parameters(given, err);
}

enum ft_status ft_auto_off_train(struct ft_run *run, struct ft_error *err) {
  struct given given = { .run = run };
  struct parts parts;
  FT_TRY(prepare(&given, err));
  FT_TRY(choose_parts(&parts, run, err));
  struct ft_member *member = FT_ARENA_NEW(run->arena, struct ft_member, 1);
  if (!member) return ft_arena_fail(err, "the model");
  double start = ft_clock_seconds();
  FT_TRY(fit_model(member, &given, &parts, err));
  double seconds = ft_clock_seconds() - start;
  run->model.member = member;
  run->model.members = 1;
  run->report.validation = "none";
  bool late = given.cut || ft_clock_seconds() + seconds > given.deadline;
  if (parts.holdout_rows > 0)
    FT_TRY(score_validation(&given, member, &parts, err));
  else if (run->rows >= HOLD_OUT_ROWS && !late)
    FT_TRY(validate(&given, err));
  return report(&given, err);
}
