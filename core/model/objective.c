#include "foretell/objective.h"

#include "core/model/wordlist.h"

#define BIT(problem) (1u << (problem))
#define CLASSES      (BIT(FT_BINARY) | BIT(FT_MULTICLASS))

#define AUTO_ROW(name, shown, aliases, problems, metric, help) \
  { name, shown, aliases, true, problems, metric, FT_LINK_IDENTITY, false, help }
#define XGB_ROW(name, aliases, problems, metric, link, classes, help) \
  { name, name, aliases, false, problems, metric, link, classes, help }

static const struct ft_objective objectives[] = {
  AUTO_ROW("mse", "MSE", NULL, BIT(FT_REGRESSION), FT_METRIC_MSE,
           "mean of the squared errors; the default of regression"),
  AUTO_ROW("accuracy", "Accuracy", NULL, CLASSES, FT_METRIC_ACCURACY,
           "fraction of the rows whose class is right; the default of several classes"),
  AUTO_ROW("f1", "F1", "f1_binary", BIT(FT_BINARY), FT_METRIC_F1,
           "harmonic mean of precision and recall; the default of two classes"),
  AUTO_ROW("f1_macro", "F1_Macro", "f1macro", CLASSES, FT_METRIC_F1_MACRO,
           "mean of the F1 of every class, each class counting alike"),
  AUTO_ROW("auc", "AUC", NULL, BIT(FT_BINARY), FT_METRIC_AUC,
           "area under the ROC curve: how well the probabilities rank the rows"),

  XGB_ROW("reg:squarederror", "reg:linear", BIT(FT_REGRESSION), FT_METRIC_RMSE, FT_LINK_IDENTITY,
          false, "squared error"),
  XGB_ROW("reg:squaredlogerror", NULL, BIT(FT_REGRESSION), FT_METRIC_RMSLE, FT_LINK_IDENTITY, false,
          "squared error of log(1 + y); targets above -1"),
  XGB_ROW("reg:logistic", NULL, BIT(FT_REGRESSION), FT_METRIC_RMSE, FT_LINK_LOGISTIC, false,
          "logistic regression of a fraction; targets from 0 to 1"),
  XGB_ROW("reg:pseudohubererror", NULL, BIT(FT_REGRESSION), FT_METRIC_MPHE, FT_LINK_IDENTITY, false,
          "a smooth absolute error, for targets with outliers"),
  XGB_ROW("reg:tweedie", NULL, BIT(FT_REGRESSION), FT_METRIC_TWEEDIE, FT_LINK_EXP, false,
          "amounts with many zeros, such as claims; targets not below 0"),
  XGB_ROW("binary:logistic", NULL, BIT(FT_BINARY), FT_METRIC_ERROR, FT_LINK_LOGISTIC, false,
          "two classes by logistic loss"),
  XGB_ROW("binary:hinge", NULL, BIT(FT_BINARY), FT_METRIC_ERROR, FT_LINK_HINGE, false,
          "two classes by hinge loss; the probability is 0 or 1"),
  XGB_ROW("multi:softmax", NULL, BIT(FT_MULTICLASS), FT_METRIC_ERROR, FT_LINK_SOFTMAX, true,
          "several classes; needs num_class"),
  XGB_ROW("rank:pairwise", NULL, BIT(FT_REGRESSION), FT_METRIC_NDCG, FT_LINK_IDENTITY, false,
          "an order of the rows by pairs; gives a score"),
  XGB_ROW("rank:ndcg", NULL, BIT(FT_REGRESSION), FT_METRIC_NDCG, FT_LINK_IDENTITY, false,
          "an order of the rows by NDCG; gives a score"),
  { .name = NULL },
};

const struct ft_objective *ft_objective_table(void) {
  return objectives;
}

const struct ft_objective *ft_objective_find(struct ft_span name, bool automatic) {
  for (const struct ft_objective *row = objectives; row->name; row++)
    if (row->automatic == automatic &&
        (ft_span_equal_nocase(ft_span_of(row->name), name) || ft_wordlist_has(row->aliases, name)))
      return row;
  return NULL;
}

const char *ft_objective_nearest(struct ft_span name, bool automatic) {
  const char *best = NULL;
  size_t min = FT_WORD_FAR;
  for (const struct ft_objective *row = objectives; row->name; row++) {
    if (row->automatic != automatic) continue;
    size_t distance = ft_word_distance(name, ft_span_of(row->name));
    if (distance >= min) continue;
    min = distance;
    best = row->shown;
  }
  return best;
}

static const struct {
  const char *shown;
  bool higher_is_better;
} metrics[FT_METRIC_COUNT] = {
  [FT_METRIC_DEFAULT] = { "", false },
  [FT_METRIC_MSE] = { "MSE", false },
  [FT_METRIC_ACCURACY] = { "Accuracy", true },
  [FT_METRIC_F1] = { "F1", true },
  [FT_METRIC_F1_MACRO] = { "F1_Macro", true },
  [FT_METRIC_AUC] = { "AUC", true },
  [FT_METRIC_RMSE] = { "RMSE", false },
  [FT_METRIC_RMSLE] = { "RMSLE", false },
  [FT_METRIC_LOG_LOSS] = { "log loss", false },
  [FT_METRIC_ERROR] = { "error", false },
  [FT_METRIC_MPHE] = { "MPHE", false },
  [FT_METRIC_TWEEDIE] = { "Tweedie", false },
  [FT_METRIC_NDCG] = { "NDCG", true },
  [FT_METRIC_MAE] = { "MAE", false },
  [FT_METRIC_R2] = { "R2", true },
};

const char *ft_metric_shown(enum ft_metric metric) {
  return (unsigned)metric < FT_METRIC_COUNT ? metrics[metric].shown : "";
}

bool ft_metric_higher_is_better(enum ft_metric metric) {
  return (unsigned)metric < FT_METRIC_COUNT && metrics[metric].higher_is_better;
}
