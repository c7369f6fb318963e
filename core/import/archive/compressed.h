/* A file that is compressed as a whole, as joblib.dump(compress=…) writes it: zlib, bzip2, xz, lzma, lz4.
 * (gzip is archive.h's, since a model.tar.gz begins like it.)
 *
 * Hostile  unpacked in memory; bytes and the ratio of unpacked to packed bytes have limits. */
#ifndef FORETELL_IMPORT_ARCHIVE_COMPRESSED_H
#define FORETELL_IMPORT_ARCHIVE_COMPRESSED_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

bool ft_compressed_fits(struct ft_span bytes);

/* Errors: FT_CORRUPT      it is damaged, or none of these
 *         FT_LIMIT        more than `maximum` bytes come out, or too many for those that are in it
 *         FT_UNSUPPORTED  libarchive has no such filter here
 *         FT_NOMEM */
enum ft_status ft_compressed_unpack(struct ft_span *out, struct ft_arena *arena,
                                    struct ft_span bytes, size_t maximum,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
