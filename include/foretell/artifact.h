/* A model as bytes: self-contained, checked, the same on every machine.
 *
 * Shapes   magic "FTMODEL\n", format version, table of sections, sections (zstd inside), SHA-256 of
 *          all before it. docs/artifact.md gives every byte.
 * Hashes   model_sha256 covers what predicts: signature, encoders, learners, probes (raw bytes of
 *          their sections). Manifest (JSON text: provenance, scores, leaderboard, warnings) and the
 *          container lie outside it.
 * Reading  hostile bytes give FT_CORRUPT and nothing else: every offset, count and index is checked
 *          before use, memory is bounded by FT_ARTIFACT_MAX_BYTES.
 * Threads  pure functions. */
#ifndef FORETELL_ARTIFACT_H
#define FORETELL_ARTIFACT_H

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/model.h"

#define FT_ARTIFACT_FORMAT    1
#define FT_ARTIFACT_MAX_BYTES ((size_t)1 << 30) /* raw bytes of all sections */

/* Synthetic rows and the exact bits predicted for them. Values are in the fields' carried form, but
 * a text value is given by the 128-bit hash that its encoder would have seen: no value of the data
 * is here. Layout of `bytes` is predict's business (core/predict/probe.h); here they are bytes. */
struct ft_artifact {
  struct ft_model model;
  struct ft_span manifest; /* JSON text, UTF-8 */
  struct ft_span probes;   /* opaque here */
  struct ft_sha256 model_sha256;
};

/* Append the artifact of `model` to `out`, and give its model_sha256. */
enum ft_status ft_artifact_write(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                                 const struct ft_model *model, struct ft_span probes,
                                 struct ft_span manifest, struct ft_error *err) FT_MUST_CHECK;

/* Read an artifact. Everything in `out` lives in the arena; `bytes` may be freed afterwards.
 * The model has passed ft_model_check.
 *
 * Errors: FT_CORRUPT      cut short, a byte changed, wrong magic, anything out of bounds
 *         FT_UNSUPPORTED  a newer format version
 *         FT_NOMEM        the arena is out */
enum ft_status ft_artifact_read(struct ft_artifact *out, struct ft_arena *arena,
                                struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

/* The manifest alone, checked like the whole but without decoding the learners. */
enum ft_status ft_artifact_read_manifest(struct ft_span *out, struct ft_arena *arena,
                                         struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#endif
