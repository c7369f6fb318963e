#include "core/learn/cost.h"

#define FIT_SECONDS 0.04 /* of a fit, whatever it learns */

double ft_cost_seconds(const struct ft_cost_question *question) {
  return FIT_SECONDS + question->configuration->learner->seconds(question);
}
