/* What a fit costs, estimated from the configuration and the data alone: seconds of one core of an
 * ordinary machine. Not to be had exactly, but for comparing: a search learns from its first fits how
 * many seconds of its own machine one of these is.
 *
 * Numbers  the same on every machine, for whatever may not depend on the clock.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_COST_H
#define FORETELL_LEARN_COST_H

#include "core/learn/learner.h"

/* Of one fit, with what every fit costs whatever it learns. */
double ft_cost_seconds(const struct ft_cost_question *question);

#endif
