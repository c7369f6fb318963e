/* Linear and additive models: regression under an elastic net, along a path of penalties.
 *
 * A step of the path is a penalty, the first the strongest; each is weaker than the one before by the
 * square root of 2. With valid rows the step that does best on them is kept, and the path ends where no
 * gain counts any more; without, it is gone `rounds` steps. The penalties do not depend on the rows, so
 * that a step means the same in every fit: the steps of folds can be averaged, and more rows need none
 * more.
 *
 * Rounds      `rounds` of a fit is the number of steps gone to the one that is kept.
 * Shapes      the member is a network of one layer; terms of weight 0 are left out.
 * Large data  the path sees FT_LINEAR_CELLS cells at most, every n-th row then; a linear model gains
 *             nothing from more.
 * Threads     as fit_task.h; one thread a fit. */
#ifndef FORETELL_LEARN_LINEAR_H
#define FORETELL_LEARN_LINEAR_H

#include "core/learn/learner.h"

#define FT_LINEAR_STEPS 60
#define FT_LINEAR_CELLS 3e7 /* rows × terms */

struct ft_linear_options {
  uint32_t knots;  /* pieces of a number's shape; 0: a straight line */
  double l1_share; /* of the penalty */
  double clip;     /* standard deviations at which a number is clipped; 0: nowhere */
};
#define FT_LINEAR_DEFAULTS .l1_share = 0.5

extern const struct ft_learner ft_linear_learner;

enum ft_status ft_linear_fit(struct ft_fit *out, struct ft_arena *arena,
                             const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

#endif
