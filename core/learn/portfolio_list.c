#include "core/learn/portfolio_list.h"

#include "core/learn/boosted.h"
#include "core/learn/extra_trees.h"
#include "core/learn/linear.h"
#include "core/learn/net.h"
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

/* Sources: "Better by Default" (Holzmüller and others, 2024) for `standard`; FLAML's zero-shot
 * portfolio for `slow`; the others span depth 2 to 8, since no single one is safe. */
static const struct ft_configuration of_classes[] = {
  { .name = "plain",
    /* XGBoost's defaults */
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1, .learning_rate = 0.3,
            .subsample = 1, .max_rounds = 300),
    .min_outputs = 3 },
  { .name = "broad net",
    MLP(.width = 128, .layers = 2, .epochs = 120, .dropout = 0.15, .weight_decay = 0.1,
        .label_smoothing = 0.02, .ema = 0.995),
    .min_outputs = 12 },
  { .name = "standard",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 0.000005, .tree.lambda = 0,
            .tree.colsample_bylevel = 0.9, .learning_rate = 0.08, .subsample = 0.65,
            .max_rounds = 1000),
    .max_outputs = 1 },
  { .name = "net",
    MLP(.width = 32, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1,
        .label_smoothing = 0.02) },
  { .name = "swift",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 0.2, .tree.lambda = 1,
            .tree.colsample_bynode = 0.5, .learning_rate = 0.15, .subsample = 0.8,
            .max_rounds = 500),
    .min_outputs = 3 },
  { .name = "extra trees", EXTRA_TREES(.trees = 50, .max_depth = 20, .draws = 2) },
  { .name = "encoded",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bylevel = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1000),
    .encoding = FT_ENCODING_TARGET_MEAN },
  { .name = "linear", LINEAR(.l1_share = 0.5, .clip = 5) },
  { .name = "shallow",
    BOOSTED(.tree.max_depth = 3, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.6, .learning_rate = 0.08, .subsample = 0.6,
            .max_rounds = 1500) },
  { .name = "deep",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 0.01, .tree.lambda = 0.5,
            .tree.colsample_bynode = 0.6, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1000) },
  { .name = "low extra trees", EXTRA_TREES(.trees = 100, .max_depth = 8, .draws = 2) },
  { .name = "net of bends",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.2, .weight_decay = 0.1,
        .label_smoothing = 0.05, .scale_factor = 20) },
  { .name = "additive", LINEAR(.knots = 10, .l1_share = 0.5, .clip = 4) },
  { .name = "deep net",
    MLP(.width = 24, .layers = 3, .epochs = 120, .dropout = 0.1, .weight_decay = 0.1,
        .label_smoothing = 0.02) },
  { .name = "loose extra trees",
    EXTRA_TREES(.trees = 100, .max_depth = 8, .min_leaf_rows = 5, .smoothing = 1,
                .max_features = 0.3) },
  { .name = "slow",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 0.62, .tree.lambda = 3.11,
            .tree.alpha = 0.0139, .tree.colsample_bylevel = 0.887, .learning_rate = 0.03,
            .subsample = 0.57, .max_rounds = 1000) },
  { .name = "forest",
    RANDOM_FOREST(.trees = 200, .tree.max_depth = 12, .tree.min_child_weight = 1,
                  .tree.colsample_bynode = 0.2, .subsample = 0.63) },
  { .name = "brisk",
    BOOSTED(.tree.max_depth = 5, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bynode = 0.7, .learning_rate = 0.12, .subsample = 0.75,
            .max_rounds = 600) },
  { .name = "random forest",
    RANDOM_FOREST(.trees = 120, .tree.max_depth = 10, .tree.min_child_weight = 1,
                  .tree.colsample_bynode = 0.05, .subsample = 0.8) },
  { .name = "narrow net of bends",
    MLP(.width = 32, .layers = 2, .epochs = 50, .knots = 6, .dropout = 0.15, .weight_decay = 0.1) },
  { .name = "pairs",
    BOOSTED(.tree.max_depth = 2, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.1, .subsample = 0.7,
            .max_rounds = 1500) },
  { .name = "narrow net",
    MLP(.width = 24, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1) },
  { .name = "wide net",
    MLP(.width = 64, .layers = 3, .epochs = 120, .dropout = 0.15, .weight_decay = 0.1,
        .label_smoothing = 0.02, .ema = 0.995) },
  { .name = "regularised",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 10, .tree.lambda = 20,
            .tree.colsample_bytree = 0.6, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1200) },
  { .name = NULL },
};

static const struct ft_configuration of_numbers[] = {
  { .name = "standard",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 2, .tree.lambda = 0,
            .learning_rate = 0.05, .subsample = 0.7, .max_rounds = 1000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "net",
    MLP(.width = 32, .layers = 2, .epochs = 120, .dropout = 0, .weight_decay = 0.02) },
  { .name = "encoded",
    BOOSTED(.tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bylevel = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1000),
    .encoding = FT_ENCODING_TARGET_MEAN },
  { .name = "linear", LINEAR(.l1_share = 0.5) },
  { .name = "deep",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 4, .tree.lambda = 13,
            .tree.colsample_bynode = 0.6, .learning_rate = 0.04, .subsample = 0.6,
            .max_rounds = 1200),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "extra trees",
    EXTRA_TREES(.trees = 20, .max_depth = 30, .max_leaves = 2000, .min_leaf_rows = 2, .draws = 3),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "trees of logarithms",
    BOOSTED(.tree.max_depth = 7, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bynode = 0.7, .learning_rate = 0.04, .subsample = 0.75,
            .max_rounds = 1500),
    .log_target = true,
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "net of logarithms",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.05, .weight_decay = 0.02),
    .log_target = true },
  { .name = "net of bends",
    MLP(.width = 48, .layers = 2, .epochs = 50, .knots = 8, .dropout = 0.05,
        .weight_decay = 0.05) },
  { .name = "wide net",
    MLP(.width = 64, .layers = 4, .epochs = 120, .dropout = 0, .weight_decay = 0.02) },
  { .name = "regularised",
    BOOSTED(.tree.max_depth = 8, .tree.min_child_weight = 10, .tree.lambda = 20,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.05, .subsample = 0.8,
            .max_rounds = 1200) },
  { .name = "additive", LINEAR(.knots = 10, .l1_share = 0.5, .clip = 4) },
  { .name = "slow",
    BOOSTED(.tree.max_depth = 7, .tree.min_child_weight = 6, .tree.lambda = 15,
            .learning_rate = 0.03, .subsample = 0.5, .max_rounds = 1000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "shallow",
    BOOSTED(.tree.max_depth = 4, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.08, .subsample = 0.7,
            .max_rounds = 1500),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "quiet net",
    MLP(.width = 24, .layers = 3, .epochs = 120, .dropout = 0.25, .weight_decay = 0.1) },
  { .name = "narrow net",
    MLP(.width = 24, .layers = 2, .epochs = 120, .dropout = 0.05, .weight_decay = 0.1) },
  { .name = "loose extra trees",
    EXTRA_TREES(.trees = 100, .max_depth = 8, .min_leaf_rows = 5, .max_features = 0.7, .draws = 2),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "pairs",
    BOOSTED(.tree.max_depth = 2, .tree.min_child_weight = 1, .tree.lambda = 1,
            .tree.colsample_bytree = 0.7, .learning_rate = 0.1, .subsample = 0.7,
            .max_rounds = 2000),
    .encoding = FT_ENCODING_EFFECT_ORDER },
  { .name = "forest",
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
