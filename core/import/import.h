/* A file of any known format, read into one of our models. */
#ifndef FORETELL_IMPORT_IMPORT_H
#define FORETELL_IMPORT_IMPORT_H

#include "core/import/base/reader.h"

/* Read a file of any known format; the key of the category hashes is drawn from its bytes.
 *
 * Errors: FT_UNSUPPORTED  a format, or something in it, that we know and do not read
 *         FT_CORRUPT      cut short, out of bounds, not a model
 *         FT_INVALID      the statement's types do not fit the model
 *         FT_LIMIT, FT_NOMEM */
enum ft_status ft_import_read(struct ft_import *out, struct ft_arena *arena,
                              const struct ft_import_request *request, struct ft_span bytes,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
