/* A fit to the logarithms of a target of positive numbers: where these spread over magnitudes, what
 * explains them multiplies. The member's sums are logarithms (FT_SCALE_LOGARITHM); margins of valid rows
 * are of the target itself, so that fits to either may be compared and averaged. */
#ifndef FORETELL_LEARN_LOG_TARGET_H
#define FORETELL_LEARN_LOG_TARGET_H

#include "core/learn/fit_task.h"

/* Do the numbers spread so far that it may pay? Not where one is 0 or less. `rows` of the target. */
bool ft_log_target_fit_pays(const struct ft_fit_data *data, size_t rows);

enum ft_status ft_log_target_fit(struct ft_fit *out, struct ft_arena *arena,
                                 const struct ft_fit_task *task, ft_fit_learner *learner,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
