/* An import from beginning to end: a file's bytes in, an artifact out. */
#ifndef FORETELL_IMPORT_IMPORTED_H
#define FORETELL_IMPORT_IMPORTED_H

#include "core/import/import.h"

/* Append the artifact to `out`; an artifact of ours stays as it is, byte for byte. `notice` is told
 * what the user should know.
 *
 * Errors: as ft_import_read */
enum ft_status ft_imported_write(struct ft_buffer *out, const struct ft_import_request *request,
                                 struct ft_span bytes, void (*notice)(void *self, const char *text),
                                 void *self, struct ft_error *err) FT_MUST_CHECK;

#endif
