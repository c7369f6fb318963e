/* Reads scikit-learn's estimators out of what a file holds of them; nothing of scikit-learn is run.
 *
 * Shapes   a pipeline is followed from the fields on with symbols in place of numbers: a column is a
 *          function of one field (columns/column.h), until the last estimator takes the columns in.
 * Numbers  those of scikit-learn on a data frame of doubles, but fields of trees are float32.
 * Hostile  every count, index and number is checked.
 * Source   scikit-learn's own code, versions 1.2 to 1.9. */
#ifndef FORETELL_IMPORT_SKLEARN_H
#define FORETELL_IMPORT_SKLEARN_H

#include "core/import/base/reader.h"
#include "core/import/pickle/pickle.h"

/* Is it an object of scikit-learn's? */
bool ft_sklearn_fits(const struct ft_pickle *object);

enum ft_status ft_sklearn_read(struct ft_import *out, struct ft_arena *arena,
                               const struct ft_pickle *object, struct ft_error *err) FT_MUST_CHECK;

/* The estimator of a skops file. */
enum ft_status ft_sklearn_skops_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#endif
