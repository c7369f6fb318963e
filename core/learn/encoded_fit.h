/* A fit of trees over what they should see of the features (category_view.h): the learner is handed a view
 * instead of the run's features, and its forest is made one over these. How categories are encoded, the
 * configuration says. */
#ifndef FORETELL_LEARN_ENCODED_FIT_H
#define FORETELL_LEARN_ENCODED_FIT_H

#include "core/learn/fit_task.h"

enum ft_status ft_encoded_fit(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, ft_fit_learner *learner,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
