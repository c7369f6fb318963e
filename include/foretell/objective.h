/* The objectives and hyperparameters of statements, as tables: read by the parser, the trainer,
 * the documentation, the completion and a test.
 *
 * Source   docs/create-model.md; XGBoost's own parameter reference for the learner's names. */
#ifndef FORETELL_OBJECTIVE_H
#define FORETELL_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/error.h"
#include "foretell/model.h"
#include "foretell/span.h"

/* What an objective is optimised and judged by. */
enum ft_metric {
  FT_METRIC_DEFAULT = 0,
  FT_METRIC_MSE,
  FT_METRIC_ACCURACY,
  FT_METRIC_F1,
  FT_METRIC_F1_MACRO,
  FT_METRIC_AUC,
  FT_METRIC_RMSE,
  FT_METRIC_RMSLE,
  FT_METRIC_LOG_LOSS,
  FT_METRIC_ERROR, /* 1 - accuracy */
  FT_METRIC_MPHE,  /* mean pseudo-Huber error */
  FT_METRIC_TWEEDIE,
  FT_METRIC_NDCG,
  FT_METRIC_MAE,
  FT_METRIC_R2, /* share of the variance that is explained; 1 - MSE / variance */
  FT_METRIC_COUNT
};

struct ft_objective {
  const char *name;      /* canonical: "f1_macro", "binary:logistic"; what ft_job carries */
  const char *shown;     /* "F1_Macro", as SHOW MODEL prints it */
  const char *aliases;   /* further spellings, space separated: "f1macro" */
  bool automatic;        /* for AUTO ON; else for AUTO OFF XGBOOST */
  unsigned problems;     /* bits 1 << enum ft_problem that it fits */
  enum ft_metric metric; /* judged by */
  enum ft_link link;     /* of the learner it trains (AUTO OFF) */
  bool needs_num_class;  /* multi:softmax */
  const char *help;
};

/* By any spelling, without regard to case; NULL when unknown. */
const struct ft_objective *ft_objective_find(struct ft_span name, bool automatic);
/* The nearest right spelling for a hint, or NULL. */
const char *ft_objective_nearest(struct ft_span name, bool automatic);
/* All, in order; NULL-name terminated. */
const struct ft_objective *ft_objective_table(void);

enum ft_value_kind { FT_VALUE_TEXT = 0, FT_VALUE_INTEGER, FT_VALUE_REAL, FT_VALUE_WORD };

struct ft_hyperparameter_rule {
  const char *name;    /* canonical, lower case */
  const char *aliases; /* "colsample_byleve reg_lambda", space separated */
  enum ft_value_kind kind;
  double min, max;      /* hard bounds; outside is FT_INVALID */
  double low, high;     /* documented range; outside is a notice */
  const char *words;    /* FT_VALUE_WORD: legal words, space separated */
  const char *standard; /* default as text; NULL: none */
  bool kmeans;          /* of KMEANS; else of XGBOOST */
  bool learner;         /* handed to XGBoost under this name (num_round is not) */
  const char *help;
};

const struct ft_hyperparameter_rule *ft_hyperparameter_find(struct ft_span name, bool kmeans);
const char *ft_hyperparameter_nearest(struct ft_span name, bool kmeans);
const struct ft_hyperparameter_rule *ft_hyperparameter_table(void); /* NULL-name terminated */
/* Is the value right? `outside` is set when it is legal but beyond the documented range.
 * Errors: FT_INVALID with the legal range or words in the hint */
enum ft_status ft_hyperparameter_check(bool *outside, const struct ft_hyperparameter_rule *rule,
                                       struct ft_span value, struct ft_error *err) FT_MUST_CHECK;

const char *ft_metric_shown(enum ft_metric metric); /* "AUC", for progress and leaderboards */
bool ft_metric_higher_is_better(enum ft_metric metric);

#endif
