/* The bytes around a model: header, table of sections, sections, SHA-256. docs/artifact.md.
 *
 * Shapes   sections are found by tag; their order in the file has no meaning.
 * Reading  hostile bytes give an error: see foretell/artifact.h. */
#ifndef FORETELL_MODEL_CONTAINER_H
#define FORETELL_MODEL_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

#define FT_CONTAINER_MAX_SECTIONS 64

#define FT_SECTION_TAG(a, b, c, d) \
  ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define FT_SECTION_SIGNATURE FT_SECTION_TAG('S', 'I', 'G', 'N')
#define FT_SECTION_ENCODERS  FT_SECTION_TAG('E', 'N', 'C', 'O')
#define FT_SECTION_LEARNERS  FT_SECTION_TAG('L', 'E', 'R', 'N')
#define FT_SECTION_PROBES    FT_SECTION_TAG('P', 'R', 'O', 'B')
#define FT_SECTION_MANIFEST  FT_SECTION_TAG('M', 'A', 'N', 'I')

enum ft_codec { FT_CODEC_STORED = 0, FT_CODEC_ZSTD, FT_CODEC_COUNT };

struct ft_section {
  uint32_t tag;
  struct ft_span raw; /* borrowed */
};

/* Append a container. FT_CODEC_ZSTD compresses the sections which that makes smaller.
 * On failure `out` is as it was. */
enum ft_status ft_container_write(struct ft_buffer *out, const struct ft_section *section,
                                  size_t sections, enum ft_codec codec,
                                  struct ft_error *err) FT_MUST_CHECK;

struct ft_container_entry {
  uint32_t tag;
  enum ft_codec codec;
  size_t raw_bytes;
  struct ft_span stored; /* borrowed */
};

/* A container whose header, table and SHA-256 are right, and which has no section that is neither
 * known nor optional. */
struct ft_container {
  size_t entries;
  struct ft_container_entry entry[FT_CONTAINER_MAX_SECTIONS];
};

enum ft_status ft_container_open(struct ft_container *out, struct ft_span bytes,
                                 struct ft_error *err) FT_MUST_CHECK;

/* The raw bytes of a section, in the arena (or in the container's bytes when stored as they are).
 * Errors: FT_CORRUPT when there is none */
enum ft_status ft_container_section(struct ft_span *out, struct ft_arena *arena,
                                    const struct ft_container *container, uint32_t tag,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
