/* Linear and additive models: regression under an elastic net, along a path of penalties.
 *
 * A step of the path is a penalty, the first the strongest; each is weaker than the one before by the
 * square root of 2. With valid rows the step that does best on them is kept, and the path ends where no
 * gain counts any more; without, it is gone `rounds` steps. The penalties do not depend on the rows, so
 * that a step means the same in every fit: the steps of folds can be averaged, and more rows need none
 * more.
 *
 * Parameters  "knots": pieces of a number's shape, 0 for straight lines; "l1_share": of the penalty;
 *             "reach": deviations at which a number is clipped, 0 for nowhere.
 * Shapes      the member is a net of one layer; terms of weight 0 are left out.
 * Large data  the path sees FT_LINEAR_CELLS cells at most, every n-th row then; a linear model gains
 *             nothing from more.
 * Threads     as fit.h; one thread a fit. */
#ifndef FORETELL_LEARN_LINEAR_H
#define FORETELL_LEARN_LINEAR_H

#include "core/learn/fit.h"

#define FT_LINEAR_STEPS 60
#define FT_LINEAR_CELLS 3e7 /* rows × terms */

/* `out` is empty. */
enum ft_status ft_linear_fit(struct ft_fit *out, struct ft_arena *arena,
                             const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

/* Nanoseconds of a fit on `rows` rows, on one core: right within a factor of three, mostly. */
double ft_linear_work(const struct ft_features *features,
                      const struct ft_configuration *configuration, size_t rows, uint32_t outputs);

#endif
