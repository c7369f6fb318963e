/* Where FROM '…' leads: a path, a file: URL, an s3:// URL, or the name of a job. */
#ifndef FORETELL_COMMAND_IMPORT_SOURCE_H
#define FORETELL_COMMAND_IMPORT_SOURCE_H

#include "core/command/statements.h"
#include "foretell/buffer.h"

/* Append the bytes to `out`.
 *
 * Errors: FT_IO         it cannot be read
 *         FT_PRIVILEGE  the user may not read files
 *         FT_LIMIT      it is too large
 *         FT_INVALID, FT_UNSUPPORTED  no place that we know; positions point at the string */
enum ft_status ft_import_source_read(struct ft_buffer *out, const struct ft_command *command,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
