/* Steps before a learner: scalers, imputers, encoders, pipelines and column transformers, as functions
 * of the fields.
 *
 * Numbers  in double, as scikit-learn computes on a data frame. */
#ifndef FORETELL_IMPORT_SKLEARN_COLUMNS_H
#define FORETELL_IMPORT_SKLEARN_COLUMNS_H

#include "core/import/sklearn/sklearn_reading.h"

/* The columns as float32. */
enum ft_status ft_sklearn_columns_narrow(struct ft_prepared_table *out,
                                         const struct ft_sklearn *sklearn,
                                         const struct ft_sklearn_place *place,
                                         const struct ft_prepared_table *columns,
                                         struct ft_error *err) FT_MUST_CHECK;

/* What the step makes of the columns. */
enum ft_status ft_sklearn_transform(struct ft_prepared_table *out, struct ft_sklearn *sklearn,
                                    const struct ft_pickle *step,
                                    const struct ft_prepared_table *columns, uint32_t depth,
                                    struct ft_error *err) FT_MUST_CHECK;

/* Is it a step that makes columns, and no learner? */
bool ft_sklearn_transforms(const struct ft_pickle *step);

/* All steps of a pipeline but the last, which is `last`; of anything else none. */
enum ft_status ft_sklearn_pipeline(struct ft_prepared_table *out, const struct ft_pickle **last,
                                   struct ft_sklearn *sklearn, const struct ft_pickle *object,
                                   const struct ft_prepared_table *columns, uint32_t depth,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
