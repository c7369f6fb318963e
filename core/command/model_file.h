/* A model file on this machine, read whole. */
#ifndef FORETELL_COMMAND_MODEL_FILE_H
#define FORETELL_COMMAND_MODEL_FILE_H

#include "foretell/buffer.h"
#include "foretell/error.h"

/* Append the file's bytes, at most out->maximum; whoever calls has looked at the user's rights. Only
 * a regular file is read, so that nothing waits for ever.
 *
 * Errors: FT_IO, FT_LIMIT, FT_NOMEM */
enum ft_status ft_model_file_read(struct ft_buffer *out, const char *path,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
