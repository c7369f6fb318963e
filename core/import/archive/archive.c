#include "core/import/archive/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "foretell/buffer.h"

#define MAX_ENTRIES  10000
#define MAX_BYTES    ((int64_t)1 << 30) /* unpacked, of all entries */
#define MAX_RATIO    1000               /* unpacked to packed; deflate itself reaches 1032 */
#define FREE_BYTES   ((int64_t)1 << 24) /* that may be unpacked whatever the ratio */
#define STEP_BYTES   ((size_t)1 << 16)
#define LONGEST_NAME 200 /* shown */

/* A walk over the entries. */
struct walk {
  struct archive *archive;
  struct ft_span bytes;
  int64_t unpacked;
  int entries;
  struct archive_entry *entry;
  const char *name; /* of the entry, without ./ */
};

static enum ft_status fail_archive(struct walk *walk, struct ft_error *err) {
  const char *words = archive_error_string(walk->archive);
  return ft_fail(err, FT_CORRUPT, "the archive cannot be read: %.200s",
                 words ? words : "it is damaged");
}

static enum ft_status open_walk(struct walk *walk, struct ft_span bytes, struct ft_error *err) {
  *walk = (struct walk){ .archive = archive_read_new(), .bytes = bytes };
  if (!walk->archive) return ft_fail(err, FT_NOMEM, "out of memory for the archive");
  archive_read_support_filter_gzip(walk->archive);
  archive_read_support_format_tar(walk->archive);
  archive_read_support_format_zip(walk->archive);
  archive_read_support_format_raw(walk->archive); /* one compressed file */
  if (archive_read_open_memory(walk->archive, bytes.data, bytes.size) != ARCHIVE_OK)
    return fail_archive(walk, err);
  return FT_OK;
}

static void close_walk(struct walk *walk) {
  if (walk->archive) archive_read_free(walk->archive);
}

/* Names are only compared, but one that leads elsewhere is a sign of no good. */
static bool leads_out(const char *name) {
  if (name[0] == '/') return true;
  for (const char *part = name; part; part = strchr(part, '/')) {
    part += *part == '/';
    if (part[0] == '.' && part[1] == '.' && (part[2] == '/' || part[2] == 0)) return true;
  }
  return false;
}

static enum ft_status check_amount(const struct walk *walk, struct ft_error *err) {
  bool bomb = walk->unpacked > FREE_BYTES && walk->unpacked / MAX_RATIO > (int64_t)walk->bytes.size;
  if (walk->unpacked <= MAX_BYTES && !bomb) return FT_OK;
  return ft_fail(err, FT_LIMIT, "the archive unpacks to more than %lld bytes out of %zu",
                 (long long)(walk->unpacked - 1), walk->bytes.size);
}

/* Read the entry to its end; `out` may be NULL. */
static enum ft_status read_entry(struct walk *walk, struct ft_buffer *out, struct ft_error *err) {
  char step[STEP_BYTES];
  for (;;) {
    la_ssize_t size = archive_read_data(walk->archive, step, sizeof step);
    if (size == 0) return FT_OK;
    if (size < 0) return fail_archive(walk, err);
    walk->unpacked += size;
    FT_TRY(check_amount(walk, err));
    if (!out) continue;
    ft_buffer_append(out, step, (size_t)size);
    if (out->failed && out->size + (size_t)size > out->maximum)
      return ft_fail(err, FT_LIMIT, "the model in the archive has more than %zu bytes",
                     out->maximum);
    FT_TRY(ft_buffer_check(out, "the archive's model", err));
  }
}

/* The next regular file; `done` at the archive's end. */
static enum ft_status next_file(struct walk *walk, bool *done, struct ft_error *err) {
  for (;;) {
    int answer = archive_read_next_header(walk->archive, &walk->entry);
    *done = answer == ARCHIVE_EOF;
    if (*done) return FT_OK;
    if (answer != ARCHIVE_OK && answer != ARCHIVE_WARN) return fail_archive(walk, err);
    bool raw = archive_format(walk->archive) == ARCHIVE_FORMAT_RAW;
    if (raw && archive_filter_code(walk->archive, 0) != ARCHIVE_FILTER_GZIP)
      return ft_fail(err, FT_CORRUPT, "the archive cannot be read: it is damaged");
    if (++walk->entries > MAX_ENTRIES)
      return ft_fail(err, FT_LIMIT, "the archive has more than %d entries", MAX_ENTRIES);
    const char *name = archive_entry_pathname(walk->entry);
    if (name && leads_out(name))
      return ft_fail(err, FT_CORRUPT, "the archive's entry \"%.*s\" leads out of it", LONGEST_NAME,
                     name);
    if (!name || archive_entry_filetype(walk->entry) != AE_IFREG) {
      FT_TRY(read_entry(walk, NULL, err)); /* within the limits */
      continue;
    }
    while (name[0] == '.' && name[1] == '/')
      name += 2;
    walk->name = name;
    return FT_OK;
  }
}

/* Room for one file more. */
static bool grow(struct ft_archive_file **file, uint32_t files, struct ft_arena *arena) {
  if (files & (files - 1)) return true; /* room is a power of two */
  struct ft_archive_file *more = FT_ARENA_NEW(arena, struct ft_archive_file, files ? 2 * files : 1);
  if (more && files) memcpy(more, *file, files * sizeof *more);
  *file = more;
  return more;
}

static enum ft_status list_files(struct ft_archive *out, struct ft_arena *arena, struct walk *walk,
                                 struct ft_error *err) {
  struct ft_archive_file *file = NULL;
  uint32_t files = 0;
  for (bool done = false;; files++) {
    FT_TRY(next_file(walk, &done, err));
    if (done) break;
    if (!grow(&file, files, arena)) return ft_arena_fail(err, "the archive");
    file[files] =
        (struct ft_archive_file){ ft_arena_text(arena, ft_span_of(walk->name)), walk->entries };
    if (!file[files].name) return ft_arena_fail(err, "the archive");
    FT_TRY(read_entry(walk, NULL, err));
  }
  *out = (struct ft_archive){ .bytes = walk->bytes,
                              .single = archive_format(walk->archive) == ARCHIVE_FORMAT_RAW,
                              .files = files,
                              .file = file };
  return FT_OK;
}

enum ft_status ft_archive_list(struct ft_archive *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) {
  struct walk walk;
  enum ft_status status = open_walk(&walk, bytes, err);
  if (status == FT_OK) status = list_files(out, arena, &walk, err);
  close_walk(&walk);
  return status;
}

static enum ft_status unpack(struct ft_buffer *out, struct walk *walk, int place,
                             struct ft_error *err) {
  bool done = false;
  FT_TRY(open_walk(walk, walk->bytes, err));
  while (walk->entries < place && !done)
    FT_TRY(next_file(walk, &done, err));
  return read_entry(walk, out, err);
}

static enum ft_status keep(struct ft_span *out, struct ft_arena *arena,
                           const struct ft_buffer *bytes, struct ft_error *err) {
  char *copy = FT_ARENA_NEW(arena, char, bytes->size);
  if (!copy) return ft_arena_fail(err, "the archive's model");
  if (bytes->size) memcpy(copy, bytes->data, bytes->size);
  *out = (struct ft_span){ copy, bytes->size };
  return FT_OK;
}

enum ft_status ft_archive_unpack(struct ft_span *out, struct ft_arena *arena,
                                 const struct ft_archive *archive, uint32_t file, size_t maximum,
                                 struct ft_error *err) {
  struct walk walk = { .bytes = archive->bytes };
  struct ft_buffer bytes;
  ft_buffer_init(&bytes, maximum);
  enum ft_status status = unpack(&bytes, &walk, archive->file[file].place, err);
  close_walk(&walk);
  if (status == FT_OK) status = keep(out, arena, &bytes, err);
  ft_buffer_release(&bytes);
  return status;
}

static enum ft_status unpack_all(struct ft_span *out, struct ft_arena *arena,
                                 const struct ft_archive *archive, struct walk *walk,
                                 struct ft_buffer *bytes, struct ft_error *err) {
  FT_TRY(open_walk(walk, archive->bytes, err));
  for (uint32_t i = 0; i < archive->files; i++) {
    bool done = false;
    FT_TRY(next_file(walk, &done, err));
    if (done) return fail_archive(walk, err);
    ft_buffer_reset(bytes);
    FT_TRY(read_entry(walk, bytes, err));
    FT_TRY(keep(&out[i], arena, bytes, err));
  }
  return FT_OK;
}

enum ft_status ft_archive_unpack_all(struct ft_span *out, struct ft_arena *arena,
                                     const struct ft_archive *archive, struct ft_error *err) {
  struct walk walk = { .bytes = archive->bytes };
  struct ft_buffer bytes;
  ft_buffer_init(&bytes, MAX_BYTES);
  enum ft_status status = unpack_all(out, arena, archive, &walk, &bytes, err);
  close_walk(&walk);
  ft_buffer_release(&bytes);
  return status;
}

const char *ft_archive_base(const char *name) {
  const char *slash = strrchr(name, '/');
  return slash ? slash + 1 : name;
}

bool ft_archive_has(const struct ft_archive *archive, const char *base) {
  for (uint32_t i = 0; i < archive->files; i++)
    if (strcmp(ft_archive_base(archive->file[i].name), base) == 0) return true;
  return false;
}

int ft_archive_find(const struct ft_archive *archive, const char *base) {
  int found = -1;
  for (uint32_t i = 0; i < archive->files; i++) {
    if (strcmp(ft_archive_base(archive->file[i].name), base) != 0) continue;
    if (found >= 0) return -1;
    found = (int)i;
  }
  return found;
}
