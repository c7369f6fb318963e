#include "core/import/base/reader.h"

#include <stdarg.h>
#include <stdio.h>

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
