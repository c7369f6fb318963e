#include "core/learn/fit.h"

#include "core/learn/clock.h"
#include "core/learn/encoded_fit.h"
#include "core/learn/learner.h"
#include "core/learn/log_target.h"

/* To the task's target, over what the learner sees of the features. */
static enum ft_status fit(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) {
  const struct ft_learner *learner = task->configuration->learner;
  return learner->sees_categories_encoded ? ft_encoded_fit(out, arena, task, learner->fit, err)
                                          : learner->fit(out, arena, task, err);
}

enum ft_status ft_fit_run(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) {
  double start = ft_clock_seconds();
  *out = (struct ft_fit){ 0 };
  enum ft_status status = task->configuration->log_target
                              ? ft_log_target_fit(out, arena, task, fit, err)
                              : fit(out, arena, task, err);
  out->seconds = ft_clock_seconds() - start;
  return status;
}
