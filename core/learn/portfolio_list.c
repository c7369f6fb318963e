#include "core/learn/portfolio_list.h"

#include "core/learn/boosted.h"
#include "core/learn/extra_trees.h"
#include "core/learn/linear.h"
#include "core/learn/mlp.h"
#include "core/learn/random_forest.h"

/* A row's learner, and its options: the defaults first, then what the row changes. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define ROW(learner_row, type, ...)                            \
  .learner = &(learner_row), .options = &(const struct type) { \
    __VA_ARGS__                                                \
  }
#define BOOSTED(...) ROW(ft_boosted_learner, ft_boosted_options, FT_BOOSTED_DEFAULTS, __VA_ARGS__)
#define RANDOM_FOREST(...) \
  ROW(ft_random_forest_learner, ft_random_forest_options, FT_RANDOM_FOREST_DEFAULTS, __VA_ARGS__)
#define EXTRA_TREES(...) \
  ROW(ft_extra_trees_learner, ft_extra_trees_options, FT_EXTRA_TREES_DEFAULTS, __VA_ARGS__)
#define LINEAR(...) ROW(ft_linear_learner, ft_linear_options, FT_LINEAR_DEFAULTS, __VA_ARGS__)
#define MLP(...)    ROW(ft_mlp_learner, ft_mlp_options, FT_MLP_DEFAULTS, __VA_ARGS__)

/* Sources: "Better by Default" (Holzmüller and others, 2024) for `boosted depth 6`; FLAML's zero-shot
 * portfolio for `boosted slow`; the others span depth 2 to 8, since no single one is safe. */
static const struct ft_configuration of_classes[] = {
  { .name = "boosted defaults",
    /* XGBoost's defaults */
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1, .learning_rate = 0.3,
            .subsample = 1, .max_rounds = 300),
    .min_outputs = 3 },
  { .name = "MLP 2x128",
    MLP(.width = 128, .layers = 2, .epochs = 120, .dropout = 0.15, .weight_decay = 0.1,
        .label_smoothing = 0.02, .ema = 0.995),
    .min_outputs = 12 },
  { .name = "boosted depth 6",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 0.000005, .tree.lambda = 0,
            .tree.colsample_bylevel = 0.9, .learning_rate = 0.08, .subsample = 0.65,
            .max_rounds = 1000),
    .max_outputs = 1 },
  { .name = "MLP 2x32",
    MLP(.width = 32, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1,
        .label_smoothing = 0.02) },
  { .name = "boosted fast",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 0.2, .tree.lambda = 1,
            .tree.colsample_bynode = 0.5, .learning_rate = 0.15, .subsample = 0.8,
            .max_rounds = 500),
    .min_outputs = 3 },
  { .name = "extra trees depth 20", EXTRA_TREES(.trees = 50, .max_depth = 20, .draws = 2) },
  { .name = "boosted target-encoded",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bylevel = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1000),
    .encoding = FT_ENCODING_TARGET_MEAN },
  { .name = "linear", LINEAR(.l1_share = 0.5, .clip = 5) },
  { .name = "boosted depth 3",
    BOOSTED(.tree.max_depth = 3, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.6, .learning_rate = 0.08, .subsample = 0.6,
            .max_rounds = 1500) },
  { .name = "boosted depth 8",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 0.01, .tree.lambda = 0.5,
            .tree.colsample_bynode = 0.6, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1000) },
  { .name = "extra trees depth 8", EXTRA_TREES(.trees = 100, .max_depth = 8, .draws = 2) },
  { .name = "MLP 2x48 spline",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.2, .weight_decay = 0.1,
        .label_smoothing = 0.05, .scale_factor = 20) },
  { .name = "additive", LINEAR(.knots = 10, .l1_share = 0.5, .clip = 4) },
  { .name = "MLP 3x24",
    MLP(.width = 24, .layers = 3, .epochs = 120, .dropout = 0.1, .weight_decay = 0.1,
        .label_smoothing = 0.02) },
  { .name = "extra trees min leaf 5",
    EXTRA_TREES(.trees = 100, .max_depth = 8, .min_leaf_rows = 5, .smoothing = 1,
                .max_features = 0.3) },
  { .name = "boosted slow",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 0.62, .tree.lambda = 3.11,
            .tree.alpha = 0.0139, .tree.colsample_bylevel = 0.887, .learning_rate = 0.03,
            .subsample = 0.57, .max_rounds = 1000) },
  { .name = "random forest depth 12",
    RANDOM_FOREST(.trees = 200, .tree.max_depth = 12, .tree.min_child_weight = 1,
                  .tree.colsample_bynode = 0.2, .subsample = 0.63) },
  { .name = "boosted depth 5",
    BOOSTED(.tree.max_depth = 5, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bynode = 0.7, .learning_rate = 0.12, .subsample = 0.75,
            .max_rounds = 600) },
  { .name = "random forest depth 10",
    RANDOM_FOREST(.trees = 120, .tree.max_depth = 10, .tree.min_child_weight = 1,
                  .tree.colsample_bynode = 0.05, .subsample = 0.8) },
  { .name = "MLP 2x32 spline",
    MLP(.width = 32, .layers = 2, .epochs = 50, .knots = 6, .dropout = 0.15, .weight_decay = 0.1) },
  { .name = "boosted depth 2",
    BOOSTED(.tree.max_depth = 2, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.1, .subsample = 0.7,
            .max_rounds = 1500) },
  { .name = "MLP 2x24",
    MLP(.width = 24, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1) },
  { .name = "MLP 3x64",
    MLP(.width = 64, .layers = 3, .epochs = 120, .dropout = 0.15, .weight_decay = 0.1,
        .label_smoothing = 0.02, .ema = 0.995) },
  { .name = "boosted regularized",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 10, .tree.lambda = 20,
            .tree.colsample_bytree = 0.6, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1200) },
  { .name = NULL },
};

static const struct ft_configuration of_numbers[] = {
  { .name = "boosted depth 6",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 2, .tree.lambda = 0,
            .learning_rate = 0.05, .subsample = 0.7, .max_rounds = 1000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "MLP 2x32",
    MLP(.width = 32, .layers = 2, .epochs = 120, .dropout = 0, .weight_decay = 0.02) },
  { .name = "boosted target-encoded",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bylevel = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1000),
    .encoding = FT_ENCODING_TARGET_MEAN },
  { .name = "linear", LINEAR(.l1_share = 0.5) },
  { .name = "boosted depth 8",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 4, .tree.lambda = 13,
            .tree.colsample_bynode = 0.6, .learning_rate = 0.04, .subsample = 0.6,
            .max_rounds = 1200),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "extra trees depth 30",
    EXTRA_TREES(.trees = 20, .max_depth = 30, .max_leaves = 2000, .min_leaf_rows = 2, .draws = 3),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "boosted log target",
    BOOSTED(.tree.max_depth = 7, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bynode = 0.7, .learning_rate = 0.04, .subsample = 0.75,
            .max_rounds = 1500),
    .log_target = true,
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "MLP 2x48 log target",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.05, .weight_decay = 0.02),
    .log_target = true },
  { .name = "MLP 2x48 spline",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.05,
        .weight_decay = 0.05) },
  { .name = "MLP 4x64",
    MLP(.width = 64, .layers = 4, .epochs = 120, .dropout = 0, .weight_decay = 0.02) },
  { .name = "boosted regularized",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 10, .tree.lambda = 20,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1200) },
  { .name = "additive", LINEAR(.knots = 10, .l1_share = 0.5, .clip = 4) },
  { .name = "boosted slow",
    BOOSTED(.tree.max_depth = 7, .tree.min_child_weight = 6, .tree.lambda = 15,
            .learning_rate = 0.03, .subsample = 0.5, .max_rounds = 1000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "boosted depth 4",
    BOOSTED(.tree.max_depth = 4, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1500),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "MLP 3x24 dropout",
    MLP(.width = 24, .layers = 3, .epochs = 120, .dropout = 0.25, .weight_decay = 0.1) },
  { .name = "MLP 2x24",
    MLP(.width = 24, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1) },
  { .name = "extra trees min leaf 5",
    EXTRA_TREES(.trees = 100, .max_depth = 8, .min_leaf_rows = 5, .max_features = 0.7, .draws = 2),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "boosted depth 2",
    BOOSTED(.tree.max_depth = 2, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.1, .subsample = 0.7,
            .max_rounds = 2000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "random forest depth 10",
    RANDOM_FOREST(.trees = 150, .tree.max_depth = 10, .tree.min_child_weight = 5,
                  .tree.colsample_bynode = 0.35, .subsample = 0.5),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = NULL },
};

bool ft_portfolio_list_suits(const struct ft_configuration *configuration, uint32_t outputs) {
  return outputs >= configuration->min_outputs &&
         (configuration->max_outputs == 0 || outputs <= configuration->max_outputs);
}

const struct ft_configuration *ft_portfolio_list(enum ft_problem problem, uint32_t outputs) {
  const struct ft_configuration *list = problem == FT_REGRESSION ? of_numbers : of_classes;
  while (list->name && !ft_portfolio_list_suits(list, outputs))
    list++;
  return list;
}
