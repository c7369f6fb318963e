#include "foretell/artifact.h"

#include <string.h>

#include "core/model/container.h"
#include "core/model/sections.h"

/* What predicts, in the order in which it is hashed. */
static const uint32_t hashed_tags[] = { FT_SECTION_SIGNATURE, FT_SECTION_ENCODERS,
                                        FT_SECTION_LEARNERS, FT_SECTION_PROBES };
#define HASHED (sizeof hashed_tags / sizeof hashed_tags[0])

static const char hash_prefix[] = "foretell model 1\n";

/* Each section as its tag (u32), its length (u64) and its raw bytes. */
static enum ft_status hash_model(struct ft_sha256 *out, const struct ft_span raw[HASHED],
                                 struct ft_error *err) {
  char head[HASHED][12];
  struct ft_span part[1 + 2 * HASHED] = { { hash_prefix, sizeof hash_prefix - 1 } };
  for (size_t i = 0; i < HASHED; i++) {
    for (size_t b = 0; b < 4; b++)
      head[i][b] = (char)(hashed_tags[i] >> (8 * b) & 0xff);
    for (size_t b = 0; b < 8; b++)
      head[i][4 + b] = (char)((uint64_t)raw[i].size >> (8 * b) & 0xff);
    part[1 + 2 * i] = (struct ft_span){ head[i], sizeof head[i] };
    part[2 + 2 * i] = raw[i];
  }
  return ft_sha256_of(out, part, 1 + 2 * HASHED, err);
}

static enum ft_status write_sections(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                                     const struct ft_buffer raw[3], struct ft_span probes,
                                     struct ft_span manifest, struct ft_error *err) {
  struct ft_span hashed[HASHED] = { [3] = probes };
  struct ft_section section[HASHED + 1];
  for (size_t i = 0; i < 3; i++) {
    FT_TRY(ft_buffer_check(&raw[i], "the model", err));
    hashed[i] = ft_buffer_view(&raw[i]);
  }
  for (size_t i = 0; i < HASHED; i++)
    section[i] = (struct ft_section){ hashed_tags[i], hashed[i] };
  section[HASHED] = (struct ft_section){ FT_SECTION_MANIFEST, manifest };
  struct ft_sha256 hash;
  FT_TRY(hash_model(&hash, hashed, err));
  FT_TRY(ft_container_write(out, section, HASHED + 1, FT_CODEC_ZSTD, err));
  *model_sha256 = hash;
  return FT_OK;
}

enum ft_status ft_artifact_write(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                                 const struct ft_model *model, struct ft_span probes,
                                 struct ft_span manifest, struct ft_error *err) {
  FT_TRY(ft_model_check(model, err));
  if (!ft_span_is_utf8(manifest))
    return ft_fail(err, FT_INVALID, "the model's manifest is not UTF-8");
  struct ft_buffer raw[3];
  for (size_t i = 0; i < 3; i++)
    ft_buffer_init(&raw[i], FT_ARTIFACT_MAX_BYTES);
  ft_signature_write(&raw[0], model);
  ft_encoders_write(&raw[1], model);
  ft_learners_write(&raw[2], model);
  enum ft_status status = write_sections(out, model_sha256, raw, probes, manifest, err);
  for (size_t i = 0; i < 3; i++)
    ft_buffer_release(&raw[i]);
  return status;
}

static enum ft_status read_manifest(struct ft_span *out, struct ft_arena *arena,
                                    const struct ft_container *container, struct ft_error *err) {
  struct ft_span raw;
  FT_TRY(ft_container_section(&raw, arena, container, FT_SECTION_MANIFEST, err));
  if (!ft_span_is_utf8(raw)) return ft_fail(err, FT_CORRUPT, "the model's manifest is not UTF-8");
  const char *text = ft_arena_text(arena, raw);
  if (!text) return ft_arena_fail(err, "the model");
  *out = (struct ft_span){ text, raw.size };
  return FT_OK;
}

/* `passing` holds raw sections only until they are decoded. */
static enum ft_status read_within(struct ft_artifact *out, struct ft_arena *arena,
                                  struct ft_arena *passing, const struct ft_container *container,
                                  struct ft_error *err) {
  struct ft_span raw[HASHED];
  for (size_t i = 0; i < HASHED; i++)
    FT_TRY(ft_container_section(&raw[i], passing, container, hashed_tags[i], err));
  FT_TRY(hash_model(&out->model_sha256, raw, err));
  FT_TRY(ft_signature_read(&out->model, arena, raw[0], err));
  FT_TRY(ft_encoders_read(&out->model, arena, raw[1], err));
  FT_TRY(ft_learners_read(&out->model, arena, raw[2], err));
  FT_TRY(ft_model_check(&out->model, err));
  const char *probes = ft_arena_text(arena, raw[3]);
  if (!probes) return ft_arena_fail(err, "the model");
  out->probes = (struct ft_span){ probes, raw[3].size };
  return read_manifest(&out->manifest, arena, container, err);
}

enum ft_status ft_artifact_read(struct ft_artifact *out, struct ft_arena *arena,
                                struct ft_span bytes, struct ft_error *err) {
  struct ft_container container;
  struct ft_artifact artifact;
  struct ft_arena passing;
  FT_TRY(ft_container_open(&container, bytes, err));
  memset(&artifact, 0, sizeof artifact);
  ft_arena_init(&passing, 2 * FT_ARTIFACT_MAX_BYTES);
  enum ft_status status = read_within(&artifact, arena, &passing, &container, err);
  ft_arena_release(&passing);
  if (status == FT_OK) *out = artifact;
  return status;
}

enum ft_status ft_artifact_read_manifest(struct ft_span *out, struct ft_arena *arena,
                                         struct ft_span bytes, struct ft_error *err) {
  struct ft_container container;
  FT_TRY(ft_container_open(&container, bytes, err));
  return read_manifest(out, arena, &container, err);
}
