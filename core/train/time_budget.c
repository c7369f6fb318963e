#include "core/train/time_budget.h"

#include <math.h>
#include <stddef.h>

#define FINAL_SHARE 0.4 /* of all the time, for the refits at most */
#define DEAR_SHARE  0.5 /* of the limit, in seconds of one core */

double ft_time_budget_reserve(const struct ft_time_budget *budget, double refits) {
  double max = FINAL_SHARE * (budget->deadline - budget->begin);
  return fmin(refits / budget->threads, max) + budget->wrap_up;
}

static bool is_search_done(const struct ft_time_budget *budget,
                           const struct ft_time_request *request, double learning_rate_factor) {
  double seconds = request->seconds / learning_rate_factor;
  double reserve =
      ft_time_budget_reserve(budget, request->refits + seconds * budget->refit_cost_factor);
  return request->now + request->waiting + seconds / budget->threads + reserve <= budget->deadline;
}

double ft_time_budget_speed_up(const struct ft_time_budget *budget,
                               const struct ft_time_request *request, double max) {
  static const double hastes[] = { 1, 1.5, 2, 3, 4 };
  for (size_t i = 0; i < sizeof hastes / sizeof *hastes; i++)
    if ((i == 0 || hastes[i] <= max) && is_search_done(budget, request, hastes[i]))
      return hastes[i];
  return 0;
}

bool ft_time_budget_is_expensive(double limit, double seconds) {
  return seconds > DEAR_SHARE * limit;
}
