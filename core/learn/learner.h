/* What a learner is: a row that says how it fits, what a fit costs and how it may be hurried or varied.
 *
 * A learner is one file with such a row and a struct of options with its defaults. A configuration
 * (configuration.h) names the row and gives the options; nothing else knows which learners there are.
 *
 * Shapes   every function is called with a configuration of the learner's own.
 * Threads  rows are constants; functions are pure but for `fit`, which is as fit_task.h says. */
#ifndef FORETELL_LEARN_LEARNER_H
#define FORETELL_LEARN_LEARNER_H

#include "core/learn/fit_task.h"
#include "core/learn/option.h"
#include "foretell/job.h"
#include "foretell/random.h"

/* What a fit's cost is estimated from. */
struct ft_cost_question {
  const struct ft_configuration *configuration;
  const struct ft_fit_data *data;
  size_t rows;                 /* that a fit would be trained on */
  double learning_rate_factor; /* of all fits of the search, at least 1 */
  double
      unit_rate_rounds; /* of the last boosted trees: rounds × learning rate until they stopped */
};

struct ft_learner {
  const char *name;                /* in the leaderboard */
  const char *model_type;          /* in SHOW MODEL */
  enum ft_model_type asked_for_by; /* the MODEL_TYPE that allows it beside AUTO */
  size_t options_bytes;
  const struct ft_learner_option *option; /* of its struct of options */
  bool sees_categories_encoded;           /* is handed a view of the features (encoded_fit.h) */
  bool boosts;   /* each round adds to those before: it may be cut after any, a refit takes more of
                * them, and no other learner gains as much by more rows */
  bool averages; /* over many trees already: one fit on all rows is as good as a mean of folds */

  ft_fit_learner *fit;
  /* Seconds of one core of an ordinary machine (cost.h). */
  double (*seconds)(const struct ft_cost_question *question);
  /* Can it tell only few kinds of rows apart? NULL: always so. */
  bool (*is_coarse)(const struct ft_configuration *configuration);

  /* The rest is of learners that can be hurried; NULL: not at all. */
  double (*max_speed_up)(const struct ft_configuration *configuration, double learning_rate_factor);
  void (*speed_up)(void *options,
                   double factor); /* `factor` above 1; `options` is changed in place */
  /* Of boosting; else NULL. */
  double (*unit_rate_rounds)(const struct ft_cost_question *question, double rounds);
  void (*vary)(void *options, struct ft_random *random);
};

#endif
