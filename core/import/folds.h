/* Models of a k-fold training, made into one that predicts what they predict on average.
 *
 * Numbers  the mean of the folds' predictions, as SageMaker's XGBoost serves them: of numbers and
 *          probabilities; where the objective gives hard classes, of their votes, so that the class that
 *          most of them have wins, of equal ones the first. */
#ifndef FORETELL_IMPORT_FOLDS_H
#define FORETELL_IMPORT_FOLDS_H

#include "core/import/base/reader.h"

/* The folds are models of one request and one category key; `out` gets the first one's words.
 *
 * Errors: FT_UNSUPPORTED  they are of different kinds
 *         FT_LIMIT        they are too many */
enum ft_status ft_folds_average(struct ft_import *out, struct ft_arena *arena,
                                const struct ft_import *fold, uint32_t folds,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
