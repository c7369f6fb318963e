/* Columns that are functions of several: features of the model that are derived from others.
 *
 * Shapes   such a column has a number of its own as if it were a field, behind the file's: steps
 *          on it, splits and terms are then those of any column.
 * Numbers  float32, as ONNX Runtime computes them; where it adds in another order, within rounding. */
#ifndef FORETELL_IMPORT_COLUMNS_DERIVE_H
#define FORETELL_IMPORT_COLUMNS_DERIVE_H

#include "core/import/columns/columns.h"

/* A column of a function of others, which are numbers in float32. `number` may be NULL for none.
 *
 * Errors: FT_UNSUPPORTED  a column is text, or double
 *         FT_LIMIT        too many */
enum ft_status ft_column_derive(struct ft_prepared_column *out, struct ft_columns *columns,
                                const struct ft_column_source *source,
                                enum ft_derivation derivation,
                                const struct ft_prepared_column *input, uint32_t inputs,
                                const double *number, struct ft_error *err) FT_MUST_CHECK;

/* A column that is the same in every row; infinite ones, too. */
enum ft_status ft_column_derive_constant(struct ft_prepared_column *out, struct ft_columns *columns,
                                         const struct ft_column_source *source, double value,
                                         struct ft_error *err) FT_MUST_CHECK;

/* NULL: the column is of one of the file's own fields. */
const struct ft_derived_column *ft_column_derived(const struct ft_columns *columns,
                                                  const struct ft_prepared_column *column);

/* Is the column NaN where its field is NULL, or what its field is made of? */
bool ft_column_has_gap(const struct ft_columns *columns, const struct ft_prepared_column *column);

/* After ft_columns_sign: the model's feature that the column's field is, before the column's steps. */
enum ft_status ft_column_feature(uint32_t *out, struct ft_columns *columns,
                                 const struct ft_column_source *source,
                                 const struct ft_prepared_column *column,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
