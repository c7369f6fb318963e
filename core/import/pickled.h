/* A model that a pickle holds: a Booster of XGBoost or LightGBM, a wrapper of theirs for scikit-learn, a
 * CatBoost model; an estimator of scikit-learn's. Of the others the object has the model in its library's own format, as bytes; what it knows
 * beside them goes to that format's reader (struct ft_import_wrapper). */
#ifndef FORETELL_IMPORT_PICKLED_H
#define FORETELL_IMPORT_PICKLED_H

#include "core/import/base/reader.h"

/* Errors: as ft_pickle_read and ft_format_read; FT_UNSUPPORTED  it holds something else, which is named */
enum ft_status ft_pickled_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
