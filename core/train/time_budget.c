#include "core/train/time_budget.h"

#include <math.h>
#include <stddef.h>

#define FINAL_SHARE 0.4 /* of all the time, for the final fits at most */
#define DEAR_SHARE  0.5 /* of the limit, in seconds of one core */

double ft_time_budget_reserve(const struct ft_time_budget *budget, double finals) {
  double most = FINAL_SHARE * (budget->deadline - budget->begin);
  return fmin(finals / budget->threads, most) + budget->settling;
}

static bool is_enough(const struct ft_time_budget *budget, const struct ft_time_request *request,
                      double haste) {
  double seconds = request->seconds / haste;
  double reserve = ft_time_budget_reserve(budget, request->finals + seconds * budget->growth);
  return request->now + request->waiting + seconds / budget->threads + reserve <= budget->deadline;
}

double ft_time_budget_haste(const struct ft_time_budget *budget,
                            const struct ft_time_request *request, double most) {
  static const double hastes[] = { 1, 1.5, 2, 3, 4 };
  for (size_t i = 0; i < sizeof hastes / sizeof *hastes; i++)
    if ((i == 0 || hastes[i] <= most) && is_enough(budget, request, hastes[i])) return hastes[i];
  return 0;
}

bool ft_time_budget_is_dear(double limit, double seconds) {
  return seconds > DEAR_SHARE * limit;
}
