/* The configurations that a search tries, the most useful first: the table that names every learner. */
#ifndef FORETELL_LEARN_PORTFOLIO_LIST_H
#define FORETELL_LEARN_PORTFOLIO_LIST_H

#include "core/learn/configuration.h"
#include "foretell/model.h"

/* Is the configuration for data of so many outputs? */
bool ft_portfolio_list_suits(const struct ft_configuration *configuration, uint32_t outputs);

/* The list for a problem, from the first one that suits so many outputs; ended by a NULL name. */
const struct ft_configuration *ft_portfolio_list(enum ft_problem problem, uint32_t outputs);

#endif
