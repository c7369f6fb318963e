/* What a fit costs, foretold from the configuration and the data alone: seconds of one core of an
 * ordinary machine. Not to be had exactly, but for comparing: a search learns from its first fits how
 * many seconds of its own machine one of these is.
 *
 * Numbers  the same on every machine, for whatever may not depend on the clock.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_COST_H
#define FORETELL_LEARN_COST_H

#include "core/learn/fit.h"

/* Of one fit on so many rows; `rounds` are those of boosting, which other learners do not ask for. */
double ft_cost_seconds(const struct ft_configuration *configuration, const struct ft_fit_data *data,
                       size_t rows, double rounds);

/* Rounds that a configuration of boosted trees will take, of which `pace`, rounds times eta, is known of
 * another: smaller steps take more of them, deeper trees fewer. */
double ft_cost_rounds(const struct ft_configuration *configuration, double haste, double pace);
#define FT_COST_PACE 10.0 /* when none is known */
/* The pace that a configuration's rounds show. */
double ft_cost_pace(const struct ft_configuration *configuration, double haste, double rounds);

#endif
