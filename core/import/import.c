#include "core/import/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/import/format.h"

enum ft_status ft_import_notice(struct ft_import *import, struct ft_arena *arena,
                                struct ft_error *err, const char *format, ...) {
  char text[512];
  va_list arguments;
  if (import->notices == FT_IMPORT_MAX_NOTICES) return FT_OK;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const char *copy = ft_arena_text(arena, ft_span_of(text));
  if (!copy) return ft_arena_fail(err, "a notice");
  import->notice[import->notices++] = copy;
  return FT_OK;
}

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
