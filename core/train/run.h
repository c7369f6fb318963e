/* A training run: what every way of training starts from and what it hands over.
 *
 * Order    ft_run_prepare reads the table once: canonical order, sample, target, profile, features.
 *          After that nobody sees the table. Then ft_auto_off_train or ft_automatic_train adds members, link,
 *          threshold and report; then the manifest and the artifact are written.
 * Valid    all fields but `model`'s members and `report` once ft_run_prepare succeeded. Of the report the
 *          arrays up to their counts; what is NULL or 0 is not written.
 * Owner    `value` and the features' matrix store are the run's: ft_run_release frees them. Members of
 *          AUTO ON live in the ft_automl. All other arrays are the arena's; job and events are borrowed.
 * Rows     canonical: index r of any array here is the r-th row of the canonical order that is used.
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_RUN_H
#define FORETELL_TRAIN_RUN_H

#include "core/learn/fit.h"
#include "core/train/events.h"
#include "core/train/gauge.h"
#include "core/train/profile.h"
#include "core/train/score.h"
#include "core/train/table.h"
#include "core/train/target.h"

#define FT_RUN_MAX_WARNINGS 16
#define FT_RUN_MAX_TRIALS   128
#define FT_RUN_DEFAULT_S    5400.0 /* MAX_RUNTIME when it is not given */

/* A line of the leaderboard: a candidate of the search. */
struct ft_run_trial {
  const char *name;    /* "shallow", "standard 3" */
  const char *learner; /* "boosted trees" */
  const char *metric;  /* "AUC": what score is in */
  double score;        /* of rows that its fits did not see, in the metric's own sense */
  double loss;         /* log loss, or squared error of the scaled target, of the same rows */
  double seconds;  /* of all its fits, one core's; 0 where it was not tried, as all numbers here */
  uint32_t rounds; /* mean over its fits */
  double weight;   /* share of it in the model; 0: not used */
  const char *state; /* "tried"; "sampled": tried on a sample of the rows; "cut" by the clock;
                      * "skipped": it would not have fitted the time */
};

/* What the manifest says of a run. */
struct ft_report {
  const char *status;                            /* "Completed" */
  const char *ended;                             /* why the search ended, a sentence; NULL: none */
  const char *objective;                         /* "F1" */
  const char *model_type;                        /* "xgboost", "linear_learner", "mlp", "ensemble";
                                                   * NULL: "xgboost" */
  double predict_ns;                             /* predicted, a row on one core; 0: not known */
  struct ft_named_score score[FT_SCORE_MAX * 2]; /* the first is the main one */
  size_t scores;
  struct ft_class_score *classes; /* one a label, of the rows of the validation; NULL: not known */
  const char *verdict;            /* verdict.h; NULL: none */
  bool better;                    /* than no model, beyond chance */
  const char *validation;         /* "hold-out", "cross-validation", "none" */
  size_t validation_rows;
  size_t trained_rows; /* that the model itself was trained on; 0: all that are used */
  uint32_t folds;
  struct ft_run_trial trial[FT_RUN_MAX_TRIALS];
  uint32_t trials;
  const struct ft_hyperparameter *hyperparameter;
  size_t hyperparameters;
  const char *warning[FT_RUN_MAX_WARNINGS];
  uint32_t warnings;
};

struct ft_run {
  const struct ft_job *job;
  const struct ft_train_events *events;
  struct ft_arena *arena;
  double read;  /* when the rows were there, ft_clock_seconds */
  double begin; /* of the time that is planned with; no later than `read` */
  double limit; /* seconds from then */
  struct ft_gauge gauge;
  uint32_t threads;           /* at least 1 */
  size_t rows_read;           /* = sampled out + without target + used */
  size_t rows_sampled_out;    /* beyond MAX_CELLS */
  size_t rows_without_target; /* NULL there */
  size_t rows;                /* used */
  struct ft_target target;
  int exponent; /* regression: targets were divided by 2^exponent, which the members' weights have in the
                  * end; 0 unless float32 could not hold what is learned of them */
  double centre; /* regression: mean and deviation of the target; else 0 and 1 */
  double scale;  /* above 0 */
  double
      *scaled; /* target as the fits see it: (value - centre) / scale; labels' indices of classes */
  uint32_t outputs; /* labels of several classes; else 1 */
  struct ft_profile profile;
  struct ft_features features;
  float *value;          /* features × rows, what `features` points to; owner: the run */
  uint32_t *all;         /* 0 … rows - 1 */
  struct ft_model model; /* signature and encoders; the way of training adds the learners */
  struct ft_report report;
};

void ft_run_release(struct ft_run *run);

/* A warning of the manifest, which is a notice too. */
void ft_run_warn(struct ft_run *run, const char *format, ...) FT_PRINTF(2, 3);
/* Tell what is being done; `left`: seconds thought to be left of all; negative: not known. */
void ft_run_progress(struct ft_run *run, const char *phase, double left);

/* Does every row get a finite margin? Asked of 4096 rows, evenly spread, and of those with the extreme
 * targets. Errors: FT_DATA when not; FT_NOMEM */
enum ft_status ft_run_check_finite(const struct ft_run *run, struct ft_error *err) FT_MUST_CHECK;

/* Margins (rows × outputs) of the picked rows by `members`, in the target's unit. Errors: FT_NOMEM */
enum ft_status ft_run_margins(double *out, const struct ft_run *run, const struct ft_member *member,
                              uint32_t members, const uint32_t *row, size_t rows,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
