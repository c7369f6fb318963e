#include "core/learn/fit.h"

#include "core/learn/boosted.h"
#include "core/learn/clock.h"
#include "core/learn/extra_trees.h"
#include "core/learn/linear.h"
#include "core/learn/log_fit.h"
#include "core/learn/net.h"
#include "core/learn/random_forest.h"
#include "core/learn/view_fit.h"

static enum ft_status fit(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) {
  switch (task->configuration->learner) {
  case FT_LEARN_LINEAR: return ft_linear_fit(out, arena, task, err);
  case FT_LEARN_TREES: return ft_view_fit(out, arena, task, ft_boosted_fit, err);
  case FT_LEARN_NET: return ft_net_fit(out, arena, task, err);
  case FT_LEARN_RANDOM_FOREST: return ft_view_fit(out, arena, task, ft_random_forest_fit, err);
  case FT_LEARN_EXTRA_TREES: return ft_view_fit(out, arena, task, ft_extra_trees_fit, err);
  default: return ft_fail(err, FT_INTERNAL, "a learner that is not known");
  }
}

enum ft_status ft_fit_run(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) {
  double start = ft_clock_seconds();
  *out = (struct ft_fit){ 0 };
  enum ft_status status = ft_log_fit_wanted(task->configuration)
                              ? ft_log_fit(out, arena, task, fit, err)
                              : fit(out, arena, task, err);
  out->seconds = ft_clock_seconds() - start;
  return status;
}
