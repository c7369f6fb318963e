/* SimpleImputer, OneHotEncoder and OrdinalEncoder. */
#ifndef FORETELL_IMPORT_SKLEARN_ENCODERS_H
#define FORETELL_IMPORT_SKLEARN_ENCODERS_H

#include "core/import/sklearn/sklearn_reading.h"

typedef enum ft_status ft_sklearn_transformer(struct ft_prepared_table *out,
                                              struct ft_sklearn *sklearn,
                                              const struct ft_sklearn_place *place,
                                              const struct ft_prepared_table *columns,
                                              struct ft_error *err);
ft_sklearn_transformer ft_sklearn_impute, ft_sklearn_one_hot, ft_sklearn_ordinal;

/* A column of integers as a category of the values given, which it becomes the numbers of; any other
 * value is missing. */
enum ft_status ft_sklearn_codes(struct ft_prepared_column *out, struct ft_sklearn *sklearn,
                                const struct ft_sklearn_place *place,
                                const struct ft_prepared_column *column,
                                const struct ft_column_numbers *values,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
