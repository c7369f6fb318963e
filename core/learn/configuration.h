/* The configurations that a search tries, the most useful first. */
#ifndef FORETELL_LEARN_CONFIGURATION_H
#define FORETELL_LEARN_CONFIGURATION_H

#include <stddef.h>
#include <stdint.h>

#include "core/learn/booster.h"
#include "foretell/job.h"
#include "foretell/model.h"

#define FT_CONFIGURATION_PARAMETERS 10

enum ft_learner {
  FT_LEARN_TREES = 0,
  FT_LEARN_RANDOM_FOREST,
  FT_LEARN_EXTRA_TREES,
  FT_LEARN_LINEAR,
  FT_LEARN_NET,
  FT_LEARNERS
};

struct ft_configuration {
  const char *name; /* "shallow" */
  enum ft_learner learner;
  struct ft_parameter parameter[FT_CONFIGURATION_PARAMETERS]; /* the learner's; a NULL name ends */
  double eta;
  double subsample; /* share of the rows that a round sees; drawn by us, not by the booster */
  uint32_t most_rounds;
  double cost;          /* seconds, as a multiple of the first configuration's */
  uint32_t min_outputs; /* of the data that it is for */
  uint32_t max_outputs; /* 0: any */
};

/* Does the statement's MODEL_TYPE allow the learner? AUTO allows all of them. */
bool ft_learner_allowed(enum ft_learner learner, enum ft_model_type model_type);

/* A parameter's number, or `otherwise` where it is not given. */
double ft_configuration_number(const struct ft_configuration *configuration, const char *name,
                               double otherwise);

/* The learning rate, `haste` times as large as the configuration's as far as trees bear it. */
double ft_configuration_eta(const struct ft_configuration *configuration, double haste);

/* Is the parameter given with that word? */
bool ft_configuration_says(const struct ft_configuration *configuration, const char *name,
                           const char *word);

/* Without a parameter that the learner does not know. */
struct ft_configuration ft_configuration_without(const struct ft_configuration *configuration,
                                                 const char *name);

/* Is the configuration for data of so many outputs? */
bool ft_configuration_suits(const struct ft_configuration *configuration, uint32_t outputs);

/* The list for a problem, from the first one that suits so many outputs; ended by a NULL name. */
const struct ft_configuration *ft_configuration_list(enum ft_problem problem, uint32_t outputs);

#endif
