#include "core/train/configuration.h"

#include <stdlib.h>
#include <string.h>

/* Sources: "Better by Default" (Holzmüller and others, 2024) for `standard`; FLAML's zero-shot
 * portfolio for `slow`; the others span depth 2 to 8, since no single one is safe. */
static const struct ft_configuration of_classes[] = {
  { "standard",
    FT_LEARN_TREES,
    { { "max_depth", "6" },
      { "min_child_weight", "0.000005" },
      { "lambda", "0" },
      { "colsample_bylevel", "0.9" } },
    0.08,
    0.65,
    1000,
    1.0 },
  { "shallow",
    FT_LEARN_TREES,
    { { "max_depth", "3" },
      { "min_child_weight", "1" },
      { "lambda", "1" },
      { "colsample_bytree", "0.6" } },
    0.08,
    0.6,
    1500,
    0.8 },
  { "regularised",
    FT_LEARN_TREES,
    { { "max_depth", "8" },
      { "min_child_weight", "10" },
      { "lambda", "20" },
      { "colsample_bytree", "0.6" } },
    0.05,
    0.8,
    1200,
    1.6 },
  { "deep",
    FT_LEARN_TREES,
    { { "max_depth", "8" },
      { "min_child_weight", "0.01" },
      { "lambda", "0.5" },
      { "colsample_bynode", "0.6" } },
    0.05,
    0.8,
    1000,
    2.4 },
  { "pairs",
    FT_LEARN_TREES,
    { { "max_depth", "2" },
      { "min_child_weight", "1" },
      { "lambda", "1" },
      { "colsample_bytree", "0.7" } },
    0.1,
    0.7,
    1500,
    0.7 },
  { "slow",
    FT_LEARN_TREES,
    { { "max_depth", "8" },
      { "min_child_weight", "0.62" },
      { "lambda", "3.11" },
      { "alpha", "0.0139" },
      { "colsample_bylevel", "0.887" } },
    0.03,
    0.57,
    1000,
    4.0 },
  { .name = NULL },
};

static const struct ft_configuration of_numbers[] = {
  { "standard",
    FT_LEARN_TREES,
    { { "max_depth", "6" }, { "min_child_weight", "2" }, { "lambda", "0" } },
    0.05,
    0.7,
    1000,
    1.0 },
  { "shallow",
    FT_LEARN_TREES,
    { { "max_depth", "4" },
      { "min_child_weight", "1" },
      { "lambda", "1" },
      { "colsample_bytree", "0.7" } },
    0.08,
    0.7,
    1500,
    0.6 },
  { "regularised",
    FT_LEARN_TREES,
    { { "max_depth", "8" },
      { "min_child_weight", "10" },
      { "lambda", "20" },
      { "colsample_bytree", "0.7" } },
    0.05,
    0.8,
    1200,
    1.0 },
  { "deep",
    FT_LEARN_TREES,
    { { "max_depth", "8" },
      { "min_child_weight", "4" },
      { "lambda", "13" },
      { "colsample_bynode", "0.6" } },
    0.04,
    0.6,
    1200,
    1.3 },
  { "pairs",
    FT_LEARN_TREES,
    { { "max_depth", "2" },
      { "min_child_weight", "1" },
      { "lambda", "1" },
      { "colsample_bytree", "0.7" } },
    0.1,
    0.7,
    2000,
    0.6 },
  { "slow",
    FT_LEARN_TREES,
    { { "max_depth", "7" }, { "min_child_weight", "6" }, { "lambda", "15" } },
    0.03,
    0.5,
    1000,
    2.2 },
  { .name = NULL },
};

const struct ft_configuration *ft_configuration_list(enum ft_problem problem) {
  return problem == FT_REGRESSION ? of_numbers : of_classes;
}

double ft_configuration_number(const struct ft_configuration *configuration, const char *name,
                               double otherwise) {
  for (size_t i = 0; i < FT_CONFIGURATION_PARAMETERS && configuration->parameter[i].name; i++)
    if (strcmp(configuration->parameter[i].name, name) == 0)
      return strtod(configuration->parameter[i].value, NULL);
  return otherwise;
}

bool ft_configuration_says(const struct ft_configuration *configuration, const char *name,
                           const char *word) {
  for (size_t i = 0; i < FT_CONFIGURATION_PARAMETERS && configuration->parameter[i].name; i++)
    if (strcmp(configuration->parameter[i].name, name) == 0)
      return strcmp(configuration->parameter[i].value, word) == 0;
  return false;
}

bool ft_learner_allowed(enum ft_learner learner, enum ft_model_type model_type) {
  switch (model_type) {
  case FT_MODEL_TYPE_XGBOOST: return learner == FT_LEARN_TREES || learner == FT_LEARN_RANDOM_FOREST;
  case FT_MODEL_TYPE_MLP: return learner == FT_LEARN_NET;
  case FT_MODEL_TYPE_LINEAR_LEARNER: return learner == FT_LEARN_LINEAR;
  default: return true;
  }
}
