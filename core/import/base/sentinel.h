/* A number that stands for a missing value in a model made elsewhere: XGBoost's `missing`. */
#ifndef FORETELL_IMPORT_BASE_SENTINEL_H
#define FORETELL_IMPORT_BASE_SENTINEL_H

#include "core/import/base/reader.h"

/* From now on numbers within low … high (as float32, both included) are missing values to the model,
 * whose encoders are made. Call it once a range is known: by the file or by the statement.
 *
 * Errors: FT_INVALID      the file has another range
 *         FT_UNSUPPORTED  a category could be such a number */
enum ft_status ft_sentinel_set(struct ft_import *import, struct ft_arena *arena, float low,
                               float high, struct ft_error *err) FT_MUST_CHECK;

#endif
