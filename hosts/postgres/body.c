#include "hosts/postgres/body.h"

#include <stdio.h>
#include <string.h>

static const char *const part_names[FT_PART_COUNT_OF] = { "class", "probabilities", "remote",
                                                          "probability" };

void ft_body_write(char out[FT_BODY_BYTES], const struct ft_body *body) {
  char hash[FT_SHA256_TEXT];
  ft_sha256_text(hash, &body->artifact);
  snprintf(out, FT_BODY_BYTES, "part=%s artifact=%s pieces=%u", part_names[body->part], hash,
           body->pieces);
}

static bool take(struct ft_span *text, struct ft_span start) {
  if (start.size > text->size || memcmp(text->data, start.data, start.size) != 0) return false;
  text->data += start.size;
  text->size -= start.size;
  return true;
}

/* A number without leading zeros, 1 … FT_PIECES_MAX. */
static bool take_count(struct ft_span *text, uint32_t *out) {
  uint32_t value = 0;
  size_t digits = 0;
  while (digits < text->size && digits < 3 && text->data[digits] >= '0' &&
         text->data[digits] <= '9') {
    value = value * 10 + (uint32_t)(text->data[digits] - '0');
    digits++;
  }
  if (!digits || text->data[0] == '0' || value > FT_PIECES_MAX) return false;
  text->data += digits;
  text->size -= digits;
  *out = value;
  return true;
}

static bool take_part(struct ft_span *text, enum ft_part *out) {
  for (int i = 0; i < FT_PART_COUNT_OF; i++) {
    if (!take(text, ft_span_of(part_names[i]))) continue;
    *out = (enum ft_part)i;
    return true;
  }
  return false;
}

static enum ft_status fail_form(struct ft_error *err) {
  ft_fail(err, FT_SYNTAX, "this is not the body of a model's function");
  return ft_fail_hint(err, "Functions of LANGUAGE foretell are made by CREATE MODEL.");
}

static enum ft_status read_remote(struct ft_body *out, struct ft_body *body, struct ft_span text,
                                  struct ft_error *err) {
  struct ft_sha256 hash;
  if (!take(&text, FT_SPAN(" pieces=0 "))) return fail_form(err);
  FT_TRY(ft_sha256_of(&hash, &text, 1, err));
  if (memcmp(&hash, &body->artifact, sizeof hash) != 0)
    return ft_fail(err, FT_CORRUPT, "the remote model's description is not the one of its hash");
  body->description = text;
  *out = *body;
  return FT_OK;
}

enum ft_status ft_body_read(struct ft_body *out, struct ft_span text, struct ft_error *err) {
  struct ft_body body = { 0 };
  text = ft_span_trim(text);
  if (!take(&text, FT_SPAN("part=")) || !take_part(&text, &body.part) ||
      !take(&text, FT_SPAN(" artifact=")) || text.size < FT_SHA256_TEXT - 1)
    return fail_form(err);
  struct ft_span hash = { text.data, FT_SHA256_TEXT - 1 };
  if (ft_sha256_parse(&body.artifact, hash, NULL) != FT_OK) return fail_form(err);
  take(&text, hash);
  if (body.part == FT_PART_REMOTE) return read_remote(out, &body, text, err);
  if (!take(&text, FT_SPAN(" pieces=")) || !take_count(&text, &body.pieces) || text.size)
    return fail_form(err);
  *out = body;
  return FT_OK;
}

bool ft_body_is_carrier(struct ft_span text) {
  return take(&text, FT_SPAN("carrier "));
}

enum ft_status ft_body_read_carrier(struct ft_span *base64, struct ft_span text, uint32_t n,
                                    uint32_t pieces, struct ft_error *err) {
  char head[64];
  snprintf(head, sizeof head, "carrier %u of %u\n", n, pieces);
  if (!take(&text, ft_span_of(head)))
    return ft_fail(err, FT_CORRUPT, "piece %u of the model's bytes is another one's", n);
  *base64 = text;
  return FT_OK;
}

void ft_body_carrier_name(char out[NAMEDATALEN], const struct ft_sha256 *artifact, uint32_t n) {
  char hash[FT_SHA256_TEXT];
  ft_sha256_text(hash, artifact);
  snprintf(out, NAMEDATALEN, "ft:%.48s:%u", hash, n);
}

uint32_t ft_body_pieces(size_t artifact_bytes) {
  return (uint32_t)((artifact_bytes + FT_PIECE_BYTES - 1) / FT_PIECE_BYTES);
}
