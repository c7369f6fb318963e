#include "core/train/time_budget.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "core/train/limits.h"

double ft_time_budget_reserve(const struct ft_time_budget *budget, double refits) {
  /* Refits share all threads; more than this share is never kept, since the search would starve. */
  double max = FT_LIMIT_REFIT_SHARE * (budget->deadline - budget->begin);
  return fmin(refits / budget->threads, max) + budget->wrap_up;
}

static bool ends_in_time(const struct ft_time_budget *budget, const struct ft_time_request *request,
                         double speed_up) {
  double seconds = request->seconds / speed_up;
  /* The candidate may enter the ensemble: then it is trained again, too. */
  double reserve =
      ft_time_budget_reserve(budget, request->refits + seconds * budget->refit_cost_factor);
  return request->now + request->waiting + seconds / budget->threads + reserve <= budget->deadline;
}

double ft_time_budget_speed_up(const struct ft_time_budget *budget,
                               const struct ft_time_request *request, double max) {
  assert(budget->threads > 0);
  static const double speed_ups[] = { 1, 1.5, 2, 3, 4 };
  /* Few steps, so that the same machine gives the same candidate in most runs. 1 is tried
   * whatever `max` is. */
  for (size_t i = 0; i < sizeof speed_ups / sizeof *speed_ups; i++)
    if ((i == 0 || speed_ups[i] <= max) && ends_in_time(budget, request, speed_ups[i]))
      return speed_ups[i];
  return 0;
}

bool ft_time_budget_is_expensive(double limit, double seconds) {
  return seconds > FT_LIMIT_EXPENSIVE_SHARE * limit;
}
