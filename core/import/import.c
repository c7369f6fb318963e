#include "core/import/import.h"

#include <math.h>
#include <string.h>

#include "core/import/base/sentinel.h"
#include "core/import/document/decimal.h"
#include "core/import/format.h"

/* The same file gives the same model. */
static enum ft_status draw_key(struct ft_hash_key *key, struct ft_span bytes,
                               struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, &bytes, 1, err));
  memcpy(key, &hash, sizeof *key);
  return FT_OK;
}

static enum ft_status take_missing(struct ft_import *import, struct ft_arena *arena,
                                   struct ft_error *err) {
  const char *text = import->request->missing;
  double number;
  if (!text) return FT_OK;
  if (!ft_decimal_whole(&number, ft_span_of(text)) || isnan(number))
    return ft_fail(err, FT_INVALID, "MISSING cannot be \"%.100s\"", text);
  FT_TRY(ft_sentinel_set(import, arena, (float)number, (float)number, err));
  import->missing = text;
  return FT_OK;
}

/* A model of ours is what it is. */
static enum ft_status refuse_settings(const struct ft_import_request *request,
                                      struct ft_error *err) {
  if (!request->missing && !request->labels) return FT_OK;
  ft_fail(err, FT_INVALID, "%s cannot be set for a model of ours",
          request->missing ? "MISSING" : "LABELS");
  return ft_fail_hint(err, "Leave it out: the file has all that the model needs.");
}

enum ft_status ft_import_read(struct ft_import *out, struct ft_arena *arena,
                              const struct ft_import_request *request, struct ft_span bytes,
                              struct ft_error *err) {
  struct ft_import import = { .request = request };
  if (bytes.size > FT_IMPORT_MAX_BYTES)
    return ft_fail(err, FT_LIMIT, "the file has %zu bytes, and at most %zu are read", bytes.size,
                   FT_IMPORT_MAX_BYTES);
  FT_TRY(draw_key(&import.model.category_key, bytes, err));
  FT_TRY(ft_format_read(&import, arena, bytes, err));
  if (import.artifact.size) {
    FT_TRY(refuse_settings(request, err));
  } else {
    FT_TRY(take_missing(&import, arena, err));
    FT_TRY(ft_model_check(&import.model, err));
  }
  *out = import;
  return FT_OK;
}
