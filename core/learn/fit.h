/* One learner fitted to rows; which one, the task's configuration says. */
#ifndef FORETELL_LEARN_FIT_H
#define FORETELL_LEARN_FIT_H

#include "core/learn/fit_task.h"

/* Errors: FT_NOMEM, FT_TRAINER. A deadline before the first round leaves done = false. */
enum ft_status ft_fit_run(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

#endif
