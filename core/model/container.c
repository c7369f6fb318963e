#include "core/model/container.h"

#include <string.h>

#include <zstd.h>

#include "foretell/artifact.h"
#include "foretell/hash.h"

#define MAGIC        "FTMODEL\n"
#define MAGIC_BYTES  8
#define HEADER_BYTES 64
#define ENTRY_BYTES  32
#define SHA_BYTES    32

#define FLAG_SEALED       1U
#define ENTRY_OPTIONAL    1U /* a reader that does not know the section may do without */
#define COMPRESSION_LEVEL 9

static const uint32_t known_tags[] = { FT_SECTION_SIGNATURE, FT_SECTION_ENCODERS,
                                       FT_SECTION_LEARNERS, FT_SECTION_PROBES,
                                       FT_SECTION_MANIFEST };

static enum ft_status append_sha(struct ft_buffer *out, size_t start, struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_buffer_check(out, "the model", err));
  struct ft_span all = { (const char *)out->data + start, out->size - start };
  FT_TRY(ft_sha256_of(&hash, &all, 1, err));
  ft_buffer_append(out, hash.byte, sizeof hash.byte);
  return ft_buffer_check(out, "the model", err);
}

static void append_header(struct ft_buffer *out, size_t sections) {
  ft_buffer_append(out, MAGIC, MAGIC_BYTES);
  ft_buffer_u32(out, FT_ARTIFACT_FORMAT);
  ft_buffer_u32(out, 0); /* flags */
  ft_buffer_u32(out, (uint32_t)sections);
  (void)ft_buffer_extend(out, HEADER_BYTES - 20); /* reserved, and what a seal needs */
}

static void append_entry(struct ft_buffer *out, uint32_t tag, enum ft_codec codec,
                         size_t stored_bytes, size_t raw_bytes) {
  ft_buffer_u32(out, tag);
  ft_buffer_u32(out, 0); /* flags */
  ft_buffer_u32(out, codec);
  ft_buffer_u32(out, 0); /* reserved */
  ft_buffer_u64(out, stored_bytes);
  ft_buffer_u64(out, raw_bytes);
}

/* Add the section's stored bytes to `body` and its entry to `table`. */
static void append_section(struct ft_buffer *table, struct ft_buffer *body,
                           const struct ft_section *section, enum ft_codec codec) {
  size_t start = body->size, bound = ZSTD_compressBound(section->raw.size);
  if (codec == FT_CODEC_ZSTD) {
    void *room = ft_buffer_extend(body, bound);
    size_t bytes =
        room ? ZSTD_compress(room, bound, section->raw.data, section->raw.size, COMPRESSION_LEVEL)
             : 0;
    if (room && ZSTD_isError(bytes)) body->failed = true;
    if (body->failed) return;
    body->size = start;
    if (bytes < section->raw.size) {
      body->size += bytes;
      append_entry(table, section->tag, codec, bytes, section->raw.size);
      return;
    }
  }
  ft_buffer_append_text(body, section->raw);
  append_entry(table, section->tag, FT_CODEC_STORED, section->raw.size, section->raw.size);
}

static enum ft_status append_container(struct ft_buffer *out, struct ft_buffer *body,
                                       const struct ft_section *section, size_t sections,
                                       enum ft_codec codec, struct ft_error *err) {
  size_t start = out->size;
  append_header(out, sections);
  for (size_t i = 0; i < sections; i++)
    append_section(out, body, &section[i], codec);
  FT_TRY(ft_buffer_check(body, "the model", err));
  ft_buffer_append_text(out, ft_buffer_view(body));
  return append_sha(out, start, err);
}

enum ft_status ft_container_write(struct ft_buffer *out, const struct ft_section *section,
                                  size_t sections, enum ft_codec codec, struct ft_error *err) {
  size_t total = 0, start = out->size;
  for (size_t i = 0; i < sections; i++) {
    if (section[i].raw.size > FT_ARTIFACT_MAX_BYTES - total)
      return ft_fail(err, FT_LIMIT, "the model is larger than %zu bytes", FT_ARTIFACT_MAX_BYTES);
    total += section[i].raw.size;
  }
  struct ft_buffer body;
  ft_buffer_init(&body, 2 * FT_ARTIFACT_MAX_BYTES);
  enum ft_status status = append_container(out, &body, section, sections, codec, err);
  ft_buffer_release(&body);
  if (status != FT_OK) out->size = start;
  return status;
}

static enum ft_status corrupt(struct ft_error *err, const char *why) {
  return ft_fail(err, FT_CORRUPT, "the model's bytes are damaged: %s", why);
}

static bool all_zero(struct ft_span bytes) {
  for (size_t i = 0; i < bytes.size; i++)
    if (bytes.data[i]) return false;
  return true;
}

/* Every format version begins with the magic and a version, and ends in the SHA-256. */
static enum ft_status check_frame(struct ft_span bytes, struct ft_error *err) {
  if (bytes.size < HEADER_BYTES + SHA_BYTES) return corrupt(err, "they are cut short");
  if (memcmp(bytes.data, MAGIC, MAGIC_BYTES) != 0)
    return ft_fail(err, FT_CORRUPT, "these bytes are not a model");
  struct ft_span all = { bytes.data, bytes.size - SHA_BYTES };
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, &all, 1, err));
  if (memcmp(hash.byte, bytes.data + all.size, SHA_BYTES) != 0)
    return corrupt(err, "their SHA-256 does not fit");
  return FT_OK;
}

/* The header after the magic; leaves the reader at the table. */
static enum ft_status read_header(uint32_t *sections, struct ft_reader *reader,
                                  struct ft_error *err) {
  uint32_t version = ft_reader_u32(reader);
  if (version == 0) return corrupt(err, "there is no format 0");
  if (version > FT_ARTIFACT_FORMAT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has format %u; this program reads up to %d",
                   (unsigned)version, FT_ARTIFACT_FORMAT);
  uint32_t flags = ft_reader_u32(reader);
  if (flags & FLAG_SEALED) return ft_fail(err, FT_UNSUPPORTED, "the model is sealed");
  if (flags) return ft_fail(err, FT_UNSUPPORTED, "the model has flags %#x", (unsigned)flags);
  *sections = ft_reader_u32(reader);
  if (*sections > FT_CONTAINER_MAX_SECTIONS) return corrupt(err, "too many sections");
  if (!all_zero(ft_reader_bytes(reader, HEADER_BYTES - 20)))
    return corrupt(err, "reserved bytes are in use");
  return FT_OK;
}

static bool is_known(uint32_t tag) {
  for (size_t i = 0; i < sizeof known_tags / sizeof known_tags[0]; i++)
    if (known_tags[i] == tag) return true;
  return false;
}

static const struct ft_container_entry *find_entry(const struct ft_container *container,
                                                   uint32_t tag) {
  for (size_t i = 0; i < container->entries; i++)
    if (container->entry[i].tag == tag) return &container->entry[i];
  return NULL;
}

/* An entry of the table; its stored bytes follow those of the entries before it. */
static enum ft_status read_entry(struct ft_container *out, struct ft_reader *table,
                                 struct ft_reader *body, size_t *raw_left, struct ft_error *err) {
  uint32_t tag = ft_reader_u32(table), flags = ft_reader_u32(table);
  uint32_t codec = ft_reader_u32(table), reserved = ft_reader_u32(table);
  uint64_t stored_bytes = ft_reader_u64(table), raw_bytes = ft_reader_u64(table);
  if (table->failed || stored_bytes > body->left) return corrupt(err, "a section is cut short");
  if (raw_bytes > *raw_left) return corrupt(err, "the sections are too large");
  *raw_left -= raw_bytes;
  struct ft_span stored = ft_reader_bytes(body, stored_bytes);
  if (!is_known(tag)) {
    if (flags & ENTRY_OPTIONAL) return FT_OK;
    return ft_fail(err, FT_UNSUPPORTED, "the model has a section %#010x of a later version",
                   (unsigned)tag);
  }
  if (codec >= FT_CODEC_COUNT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has a section of codec %u", (unsigned)codec);
  if (reserved || (flags & ~ENTRY_OPTIONAL)) return corrupt(err, "reserved bytes are in use");
  if (codec == FT_CODEC_STORED && stored_bytes != raw_bytes)
    return corrupt(err, "a section's sizes differ");
  if (find_entry(out, tag)) return corrupt(err, "a section is there twice");
  out->entry[out->entries++] = (struct ft_container_entry){ .tag = tag,
                                                            .codec = (enum ft_codec)codec,
                                                            .raw_bytes = raw_bytes,
                                                            .stored = stored };
  return FT_OK;
}

enum ft_status ft_container_open(struct ft_container *out, struct ft_span bytes,
                                 struct ft_error *err) {
  FT_TRY(check_frame(bytes, err));
  struct ft_reader reader = ft_reader_of((struct ft_span){ bytes.data, bytes.size - SHA_BYTES });
  struct ft_container container = { .entries = 0 };
  uint32_t sections = 0;
  (void)ft_reader_bytes(&reader, MAGIC_BYTES);
  FT_TRY(read_header(&sections, &reader, err));
  struct ft_reader table = ft_reader_of(ft_reader_bytes(&reader, (size_t)sections * ENTRY_BYTES));
  size_t raw_left = FT_ARTIFACT_MAX_BYTES;
  for (uint32_t i = 0; i < sections; i++)
    FT_TRY(read_entry(&container, &table, &reader, &raw_left, err));
  if (reader.left) return corrupt(err, "bytes are left over");
  *out = container;
  return FT_OK;
}

static enum ft_status decompress(struct ft_span *out, struct ft_arena *arena,
                                 const struct ft_container_entry *entry, struct ft_error *err) {
  if (ZSTD_getFrameContentSize(entry->stored.data, entry->stored.size) != entry->raw_bytes)
    return corrupt(err, "a section's sizes differ");
  char *raw = FT_ARENA_NEW(arena, char, entry->raw_bytes);
  if (!raw) return ft_arena_fail(err, "the model");
  size_t bytes = ZSTD_decompress(raw, entry->raw_bytes, entry->stored.data, entry->stored.size);
  if (bytes != entry->raw_bytes) return corrupt(err, "a section does not decompress");
  *out = (struct ft_span){ raw, entry->raw_bytes };
  return FT_OK;
}

enum ft_status ft_container_section(struct ft_span *out, struct ft_arena *arena,
                                    const struct ft_container *container, uint32_t tag,
                                    struct ft_error *err) {
  const struct ft_container_entry *entry = find_entry(container, tag);
  if (!entry) return corrupt(err, "a section is missing");
  if (entry->codec == FT_CODEC_ZSTD) return decompress(out, arena, entry, err);
  *out = entry->stored;
  return FT_OK;
}
