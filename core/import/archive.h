/* A SageMaker archive (model.tar.gz): the model file within it, unpacked in memory.
 *
 * Which   a file named xgboost-model; else the one named model with an ending that we know; else the
 *         one with such an ending; else the only one.
 * Hostile  Nothing is written to a disk and no name is opened; names that lead out of the archive are
 *          refused all the same. Entries, bytes and the ratio of bytes are limited. An archive within
 *          an archive is not opened. */
#ifndef FORETELL_IMPORT_ARCHIVE_H
#define FORETELL_IMPORT_ARCHIVE_H

#include "core/import/base/reader.h"

/* Errors: FT_CORRUPT, FT_LIMIT; FT_UNSUPPORTED  no model in it, or several; as ft_format_read */
enum ft_status ft_archive_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
