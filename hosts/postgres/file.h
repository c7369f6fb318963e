/* Model files of the server's machine, for those who may read them. */
#ifndef FORETELL_HOSTS_POSTGRES_FILE_H
#define FORETELL_HOSTS_POSTGRES_FILE_H

#include "hosts/postgres/version.h"

#include "foretell/buffer.h"
#include "foretell/error.h"

/* As ft_host.read_file: for members of pg_read_server_files, by absolute paths.
 * Errors: FT_PRIVILEGE, FT_INVALID, FT_IO, FT_LIMIT */
enum ft_status ft_file_read(void *self, struct ft_buffer *out, const char *path,
                            struct ft_error *err) FT_MUST_CHECK;

#endif
