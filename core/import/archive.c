#include "core/import/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "core/import/format.h"

#define MOST_ENTRIES  1000
#define MOST_BYTES    ((int64_t)1 << 30) /* unpacked, of all entries */
#define MOST_RATIO    1000               /* unpacked to packed; deflate itself reaches 1032 */
#define FREE_BYTES    ((int64_t)1 << 24) /* that may be unpacked whatever the ratio */
#define STEP_BYTES    ((size_t)1 << 16)
#define LONGEST_NAME  200 /* shown */
#define NO_MEMBER_YET 4

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
  bool bomb =
      walk->unpacked > FREE_BYTES && walk->unpacked / MOST_RATIO > (int64_t)walk->bytes.size;
  if (walk->unpacked <= MOST_BYTES && !bomb) return FT_OK;
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
    if (++walk->entries > MOST_ENTRIES)
      return ft_fail(err, FT_LIMIT, "the archive has more than %d entries", MOST_ENTRIES);
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

static const char *base_of(const char *name) {
  const char *slash = strrchr(name, '/');
  return slash ? slash + 1 : name;
}

/* How much a file looks like the model: 0 the most; NO_MEMBER_YET not at all. */
static int rank_of(const char *name) {
  static const char *const endings[] = {
    ".json", ".ubj", ".txt", ".onnx", ".model", ".bst", ".xgb"
  };
  const char *base = base_of(name), *ending = strrchr(base, '.');
  bool known = false;
  if (base[0] == '.') return NO_MEMBER_YET; /* ._model.json of a Mac */
  if (strcmp(base, "xgboost-model") == 0) return 0;
  for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
    known |= strcmp(ending, endings[i]) == 0;
  if (known && strncmp(base, "model.", 6) == 0) return 1;
  return known ? 2 : 3;
}

struct choice {
  int rank;
  int index; /* of the entry */
  int rivals;
};

static enum ft_status choose_member(struct choice *out, struct ft_span bytes,
                                    struct ft_error *err) {
  struct walk walk;
  struct choice best = { .rank = NO_MEMBER_YET };
  bool done = false;
  enum ft_status status = open_walk(&walk, bytes, err);
  while (status == FT_OK) {
    status = next_file(&walk, &done, err);
    if (status != FT_OK || done) break;
    int rank = rank_of(walk.name);
    if (rank == best.rank) best.rivals++;
    if (rank < best.rank) best = (struct choice){ .rank = rank, .index = walk.entries };
    status = read_entry(&walk, NULL, err);
  }
  close_walk(&walk);
  *out = best;
  return status;
}

static enum ft_status unpack(struct ft_buffer *out, struct ft_span bytes, int index,
                             struct ft_error *err) {
  struct walk walk;
  bool done = false;
  enum ft_status status = open_walk(&walk, bytes, err);
  while (status == FT_OK && walk.entries < index && !done)
    status = next_file(&walk, &done, err);
  if (status == FT_OK) status = read_entry(&walk, out, err);
  close_walk(&walk);
  return status;
}

static enum ft_status read_member(struct ft_import *out, struct ft_arena *arena,
                                  const struct ft_buffer *member, struct ft_error *err) {
  char *copy = FT_ARENA_NEW(arena, char, member->size);
  if (!copy) return ft_arena_fail(err, "the archive's model");
  if (member->size) memcpy(copy, member->data, member->size);
  out->from_archive = true;
  return ft_format_read(out, arena, (struct ft_span){ copy, member->size }, err);
}

enum ft_status ft_archive_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                               struct ft_error *err) {
  struct choice choice;
  if (out->from_archive) return ft_fail(err, FT_UNSUPPORTED, "the archive holds another archive");
  FT_TRY(choose_member(&choice, bytes, err));
  if (choice.rank == NO_MEMBER_YET || choice.rivals) {
    ft_fail(err, FT_UNSUPPORTED,
            choice.rivals ? "the archive has %d files that could be the model"
                          : "the archive has no model",
            choice.rivals + 1);
    return ft_fail_hint(err, "SageMaker's XGBoost names it xgboost-model.");
  }
  struct ft_buffer member;
  ft_buffer_init(&member, FT_IMPORT_MAX_BYTES);
  enum ft_status status = unpack(&member, bytes, choice.index, err);
  if (status == FT_OK) status = read_member(out, arena, &member, err);
  ft_buffer_release(&member);
  return status;
}
