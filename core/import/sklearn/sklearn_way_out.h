/* What to do with an estimator that is not read. */
#ifndef FORETELL_IMPORT_SKLEARN_WAY_OUT_H
#define FORETELL_IMPORT_SKLEARN_WAY_OUT_H

#include "foretell/span.h"

/* `class`: with its module. */
const char *ft_sklearn_way_out(struct ft_span class);

#endif
