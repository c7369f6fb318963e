#include "core/import/import.h"

#include <string.h>

#include "core/import/format.h"

/* The same file gives the same model. */
static enum ft_status draw_key(struct ft_hash_key *key, struct ft_span bytes,
                               struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, &bytes, 1, err));
  memcpy(key, &hash, sizeof *key);
  return FT_OK;
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
  if (!import.artifact.size) FT_TRY(ft_model_check(&import.model, err));
  *out = import;
  return FT_OK;
}
