/* Boosted trees as a row of learners: cost, speed-up and variation of their options. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/learn/boosted.h"
#include "foretell/maths.h"

#define MAX_LEARNING_RATE 0.4 /* of one that was multiplied: of many classes larger steps diverge */
#define PATIENCE_ROUNDS   60.0
#define TYPICAL_DEPTH     6.0
#define COARSE_DEPTH      2
#define LOG_2             0.693147180559945286

#define OPTION(name, kind) \
  { #name, kind, offsetof(struct ft_boosted_options, name) }

static const struct ft_learner_option options_of_boosting[] = {
  OPTION(learning_rate, FT_OPTION_REAL),
  OPTION(subsample, FT_OPTION_REAL),
  OPTION(max_rounds, FT_OPTION_COUNT),
  FT_TREE_OPTIONS(ft_boosted_options),
  { .name = NULL },
};

static const struct ft_boosted_options *options_of(const struct ft_configuration *configuration) {
  return configuration->options;
}

double ft_boosted_learning_rate(const struct ft_boosted_options *options, double factor) {
  double rate = options->learning_rate;
  return fmax(rate, fmin(rate * factor, MAX_LEARNING_RATE));
}

/* --- cost --- */

/* A tree of depth d learns about as much as d roots of a small one. */
static double depth_factor(const struct ft_boosted_options *options) {
  return sqrt(options->tree.max_depth / TYPICAL_DEPTH);
}

/* What a round adds: rounds times this are the pace. */
static double step_of(const struct ft_cost_question *question) {
  const struct ft_boosted_options *options = options_of(question->configuration);
  return ft_boosted_learning_rate(options, question->learning_rate_factor) * depth_factor(options);
}

/* Rounds until the fit stops: smaller steps take more of them, deeper trees fewer. */
static double rounds_of(const struct ft_cost_question *question) {
  /* A measured rule: rounds × learning rate until the fit stops depend on the data far more than
   * on the rate. */
  double rounds = question->unit_rate_rounds / step_of(question);
  return fmin(rounds + PATIENCE_ROUNDS, options_of(question->configuration)->max_rounds);
}

static double unit_rate_rounds(const struct ft_cost_question *question, double rounds) {
  return rounds * step_of(question);
}

static double seconds(const struct ft_cost_question *question) {
  const struct ft_fit_data *data = question->data;
  return rounds_of(question) * data->outputs *
         ft_tree_seconds(&options_of(question->configuration)->tree, data->features,
                         (double)question->rows);
}

static bool is_coarse(const struct ft_configuration *configuration) {
  return options_of(configuration)->tree.max_depth <= COARSE_DEPTH;
}

/* --- speed-up --- */

static double max_speed_up(const struct ft_configuration *configuration, double factor) {
  /* What the learning rate can still grow by until MAX_LEARNING_RATE. */
  const struct ft_boosted_options *options = options_of(configuration);
  return ft_boosted_learning_rate(options, INFINITY) / ft_boosted_learning_rate(options, factor);
}

static void speed_up(void *options, double factor) {
  struct ft_boosted_options *own = options;
  own->max_rounds = (uint32_t)(own->max_rounds / factor) + 1;
  own->learning_rate *= factor;
}

/* --- variation --- */

/* How an option of trees is varied: to a value times or by up to `reach`, kept within bounds. */
struct variation {
  struct ft_learner_option option;
  double added; /* before it is multiplied: lambda 0 would stay 0 */
  double reach; /* powers of two */
  double min, max;
};

#define TREE_OPTION(name, kind) FT_TREE_OPTION(ft_boosted_options, name, kind)

static const struct variation variations[] = {
  { TREE_OPTION(max_depth, FT_OPTION_COUNT), 0, 0, 2, 10 },
  { TREE_OPTION(min_child_weight, FT_OPTION_REAL), 0.05, 2.5, 0.00001, 64 },
  { TREE_OPTION(lambda, FT_OPTION_REAL), 0.3, 2.5, 0, 64 },
  { TREE_OPTION(colsample_bytree, FT_OPTION_REAL), 0, 0.7, 0.3, 1 },
};

static double clamp(double value, double min, double max) {
  return value < min ? min : value > max ? max : value;
}

static double draw_factor(struct ft_random *random, double reach) {
  return ft_exp((2 * ft_random_unit(random) - 1) * reach * LOG_2);
}

/* Four digits are enough, and are what is shown. */
static double round_digits(double value) {
  char text[FT_OPTION_TEXT];
  snprintf(text, sizeof text, "%.4g", value);
  return strtod(text, NULL);
}

static double vary_one(struct ft_random *random, const struct variation *variation, double value) {
  if (variation->option.kind == FT_OPTION_COUNT)
    value += ft_random_below(random, 2) ? 1 : -1;
  else
    value = (value + variation->added) * draw_factor(random, variation->reach);
  return clamp(value, variation->min, variation->max);
}

static void vary(void *options, struct ft_random *random) {
  struct ft_boosted_options *own = options;
  for (size_t i = 0; i < sizeof variations / sizeof *variations; i++) {
    const struct variation *variation = &variations[i];
    double value = vary_one(random, variation, ft_option_get(&variation->option, own));
    /* drawn in any case, so that one choice does not change the next */
    if (ft_random_below(random, 2)) ft_option_set(&variation->option, own, round_digits(value));
  }
  double rate = own->learning_rate;
  own->learning_rate = clamp(rate * draw_factor(random, 1), 0.01, 0.3);
  /* Rounds × rate stay about the same, so that a small rate is not cut short. */
  own->max_rounds = (uint32_t)clamp(own->max_rounds * rate / own->learning_rate, 100, 4000);
  own->subsample = clamp(own->subsample + 0.4 * (ft_random_unit(random) - 0.5), 0.4, 1);
}

const struct ft_learner ft_boosted_learner = {
  .name = "boosted trees",
  .model_type = "xgboost",
  .asked_for_by = FT_MODEL_TYPE_XGBOOST,
  .options_bytes = sizeof(struct ft_boosted_options),
  .option = options_of_boosting,
  .sees_categories_encoded = true,
  .boosts = true,
  .fit = ft_boosted_fit,
  .seconds = seconds,
  .is_coarse = is_coarse,
  .max_speed_up = max_speed_up,
  .speed_up = speed_up,
  .unit_rate_rounds = unit_rate_rounds,
  .vary = vary,
};
