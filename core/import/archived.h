/* A model in an archive, such as SageMaker's model.tar.gz: which file it is.
 *
 * Which    xgboost-model; else all of xgboost-model-0, -1, …, the models of a k-fold training, whose
 *          predictions are averaged; else the one named model with an ending that we know; else the one
 *          with such an ending; the same with an ending of pickles; else the only one. Code, texts and
 *          hidden files are none. Some kinds of archives are told by the names in them.
 * Nested   an archive may hold another one, as model.tar.gz of SageMaker's linear learner does. */
#ifndef FORETELL_IMPORT_ARCHIVED_H
#define FORETELL_IMPORT_ARCHIVED_H

#include "core/import/base/reader.h"

/* Errors: FT_CORRUPT, FT_LIMIT; FT_UNSUPPORTED  no model in it, or several; as ft_format_read */
enum ft_status ft_archived_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) FT_MUST_CHECK;

/* The same of one file that is compressed as a whole (archive/compressed.h). */
enum ft_status ft_archived_read_compressed(struct ft_import *out, struct ft_arena *arena,
                                           struct ft_span bytes,
                                           struct ft_error *err) FT_MUST_CHECK;

#endif
