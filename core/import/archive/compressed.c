#include "core/import/archive/compressed.h"

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "foretell/buffer.h"

#define MAX_RATIO  1000              /* unpacked to packed; deflate itself reaches 1032 */
#define FREE_BYTES ((size_t)1 << 24) /* that may be unpacked whatever the ratio */
#define STEP_BYTES ((size_t)1 << 16)

/* A way to compress, by how its files begin. */
struct way {
  const char *name;
  struct ft_span mark;
  int (*support)(struct archive *archive); /* NULL: zlib's, which libarchive does not read */
};

static const struct way ways[] = {
  { "zlib", { "\x78\x01", 2 }, NULL },
  { "zlib", { "\x78\x5e", 2 }, NULL },
  { "zlib", { "\x78\x9c", 2 }, NULL },
  { "zlib", { "\x78\xda", 2 }, NULL },
  { "bzip2", { "BZh", 3 }, archive_read_support_filter_bzip2 },
  { "xz", { "\xfd\x37zXZ\0", 6 }, archive_read_support_filter_xz },
  { "lzma", { "\x5d\0\0", 3 }, archive_read_support_filter_lzma },
  { "lz4", { "\x04\x22\x4d\x18", 4 }, archive_read_support_filter_lz4 },
};

static const struct way *way_of(struct ft_span bytes) {
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (bytes.size > 8 && memcmp(bytes.data, ways[i].mark.data, ways[i].mark.size) == 0)
      return &ways[i];
  return NULL;
}

bool ft_compressed_fits(struct ft_span bytes) {
  return way_of(bytes) != NULL;
}

static enum ft_status fail_damaged(struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the compressed file cannot be read: it is damaged");
}

static enum ft_status add(struct ft_buffer *out, const void *step, size_t size,
                          struct ft_span packed, struct ft_error *err) {
  ft_buffer_append(out, step, size);
  if (out->full)
    return ft_fail(err, FT_LIMIT, "the compressed file unpacks to more than %zu bytes",
                   out->maximum);
  FT_TRY(ft_buffer_check(out, "the compressed file", err));
  if (out->size <= FREE_BYTES || out->size / MAX_RATIO <= packed.size) return FT_OK;
  return ft_fail(err, FT_LIMIT, "the compressed file unpacks to more than %zu bytes out of %zu",
                 out->size, packed.size);
}

static enum ft_status inflate_all(struct ft_buffer *out, z_stream *stream, struct ft_span packed,
                                  struct ft_error *err) {
  unsigned char step[STEP_BYTES];
  int answer = Z_OK;
  while (answer != Z_STREAM_END) {
    stream->next_out = step;
    stream->avail_out = sizeof step;
    answer = inflate(stream, Z_NO_FLUSH);
    if (answer != Z_OK && answer != Z_STREAM_END) return fail_damaged(err);
    FT_TRY(add(out, step, sizeof step - stream->avail_out, packed, err));
  }
  return FT_OK;
}

static enum ft_status unpack_zlib(struct ft_buffer *out, struct ft_span bytes,
                                  struct ft_error *err) {
  z_stream stream = { .next_in = (z_const Bytef *)(uintptr_t)bytes.data,
                      .avail_in = (uInt)(bytes.size < UINT_MAX ? bytes.size : UINT_MAX) };
  if (inflateInit(&stream) != Z_OK) return ft_fail(err, FT_NOMEM, "out of memory for the file");
  enum ft_status status = inflate_all(out, &stream, bytes, err);
  inflateEnd(&stream);
  return status;
}

static enum ft_status read_entry(struct ft_buffer *out, struct archive *archive,
                                 struct ft_span bytes, struct ft_error *err) {
  struct archive_entry *entry;
  char step[STEP_BYTES];
  if (archive_read_open_memory(archive, bytes.data, bytes.size) != ARCHIVE_OK ||
      archive_read_next_header(archive, &entry) != ARCHIVE_OK ||
      archive_filter_code(archive, 0) ==
          ARCHIVE_FILTER_NONE) /* it would give the bytes as they are */
    return fail_damaged(err);
  for (;;) {
    la_ssize_t size = archive_read_data(archive, step, sizeof step);
    if (size < 0) return fail_damaged(err);
    if (size == 0) return FT_OK;
    FT_TRY(add(out, step, (size_t)size, bytes, err));
  }
}

/* Where libarchive would run a program for the filter, it answers with a warning: that is not done. */
static enum ft_status unpack_filter(struct ft_buffer *out, const struct way *way,
                                    struct ft_span bytes, struct ft_error *err) {
  struct archive *archive = archive_read_new();
  if (!archive) return ft_fail(err, FT_NOMEM, "out of memory for the file");
  enum ft_status status;
  if (way->support(archive) == ARCHIVE_OK &&
      archive_read_support_format_raw(archive) == ARCHIVE_OK) {
    status = read_entry(out, archive, bytes, err);
  } else {
    ft_fail(err, FT_UNSUPPORTED, "the file is compressed by %s, which is not read here", way->name);
    status = ft_fail_hint(err, "Write it without: joblib.dump(model, file).");
  }
  archive_read_free(archive);
  return status;
}

static enum ft_status copy_out(struct ft_span *out, struct ft_arena *arena,
                               const struct ft_buffer *unpacked, struct ft_error *err) {
  char *copy = FT_ARENA_NEW(arena, char, unpacked->size);
  if (!copy) return ft_arena_fail(err, "the compressed file");
  if (unpacked->size) memcpy(copy, unpacked->data, unpacked->size);
  *out = (struct ft_span){ copy, unpacked->size };
  return FT_OK;
}

enum ft_status ft_compressed_unpack(struct ft_span *out, struct ft_arena *arena,
                                    struct ft_span bytes, size_t maximum, struct ft_error *err) {
  const struct way *way = way_of(bytes);
  struct ft_buffer unpacked;
  if (!way) return fail_damaged(err);
  ft_buffer_init(&unpacked, maximum);
  enum ft_status status =
      way->support ? unpack_filter(&unpacked, way, bytes, err) : unpack_zlib(&unpacked, bytes, err);
  if (status == FT_OK) status = copy_out(out, arena, &unpacked, err);
  ft_buffer_release(&unpacked);
  return status;
}
