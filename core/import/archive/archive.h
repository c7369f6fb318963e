/* The files in an archive: tar, zip, either compressed by gzip or not, or one file compressed by gzip.
 *
 * Hostile  the archive is unpacked in memory and no name in it is opened; entries, bytes and the ratio
 *          of unpacked to packed bytes have limits.
 * Memory   names and bytes are in the arena. */
#ifndef FORETELL_IMPORT_ARCHIVE_ARCHIVE_H
#define FORETELL_IMPORT_ARCHIVE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

struct ft_archive_file {
  const char *name; /* without ./ in front */
  int place;        /* among all entries, from 1 */
};

struct ft_archive {
  struct ft_span bytes; /* borrowed */
  bool single;          /* it is no archive, but one file compressed by gzip */
  uint32_t files;       /* regular ones, in the archive's order */
  const struct ft_archive_file *file;
};

/* Errors: FT_CORRUPT  it is damaged, or a name leads out of it
 *         FT_LIMIT    too many entries or bytes
 *         FT_NOMEM */
enum ft_status ft_archive_list(struct ft_archive *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) FT_MUST_CHECK;

/* The bytes of one file, of which there may be `maximum`. Errors: as above. */
enum ft_status ft_archive_unpack(struct ft_span *out, struct ft_arena *arena,
                                 const struct ft_archive *archive, uint32_t file, size_t maximum,
                                 struct ft_error *err) FT_MUST_CHECK;

/* The bytes of all files, one span a file, in one walk. Errors: as above. */
enum ft_status ft_archive_unpack_all(struct ft_span *out, struct ft_arena *arena,
                                     const struct ft_archive *archive,
                                     struct ft_error *err) FT_MUST_CHECK;

/* What stands behind the last slash of a name. */
const char *ft_archive_base(const char *name);

/* Is there a file of that base name? */
bool ft_archive_has(const struct ft_archive *archive, const char *base);

/* The only file of that base name; -1: none, or several. */
int ft_archive_find(const struct ft_archive *archive, const char *base);

#endif
