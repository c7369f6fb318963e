/* What float32 takes away from a field before a scaler's subtraction makes it seen. */
#ifndef FORETELL_IMPORT_COLUMNS_ROUNDING_H
#define FORETELL_IMPORT_COLUMNS_ROUNDING_H

#include "core/import/columns/columns.h"

/* A net has the column as (x - centre) * scale of a float32 x; is that what doubles would give?
 *
 * Errors: FT_UNSUPPORTED  no: the field's values need more digits */
enum ft_status ft_column_check_rounding(const struct ft_columns *columns,
                                        const struct ft_column_source *source,
                                        const struct ft_prepared_column *column,
                                        const struct ft_column_form *form,
                                        struct ft_error *err) FT_MUST_CHECK;

#endif
