/* What the files of the reader of cbm share. */
#ifndef FORETELL_IMPORT_CATBOOST_BINARY_H
#define FORETELL_IMPORT_CATBOOST_BINARY_H

#include "core/import/catboost/catboost.h"
#include "core/import/catboost/flatbuffer.h"
#include "foretell/buffer.h"

/* A length before bytes: 32 bits; where these are all set, 64 follow. */
uint64_t ft_catboost_take_size(struct ft_reader *reader);

/* The statistics of a list of TCtrFeature, whose tables follow the model's core in `parts`.
 * The lists of numbers and categories have been read. */
enum ft_status ft_catboost_binary_statistics(struct ft_catboost *out, struct ft_arena *arena,
                                             struct ft_flat_vector list, struct ft_reader *parts,
                                             struct ft_error *err) FT_MUST_CHECK;

#endif
