#include "core/command/import_source.h"

#include <string.h>

static bool begins(struct ft_span text, const char *with) {
  size_t size = strlen(with);
  return text.size >= size &&
         ft_span_equal_nocase((struct ft_span){ text.data, size }, ft_span_of(with));
}

static struct ft_span without(struct ft_span text, size_t size) {
  return (struct ft_span){ text.data + size, text.size - size };
}

static int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  byte |= 32;
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* file:/a, file:///a, file://localhost/a, with %20 for a blank. */
static enum ft_status path_of_url(const char **out, struct ft_arena *arena, struct ft_span url,
                                  struct ft_error *err) {
  struct ft_span rest = without(url, strlen("file:"));
  if (begins(rest, "//localhost/"))
    rest = without(rest, strlen("//localhost"));
  else if (begins(rest, "///"))
    rest = without(rest, 2);
  if (!rest.size || rest.data[0] != '/' || begins(rest, "//")) {
    ft_fail(err, FT_INVALID, "\"%.*s\" names no file of this machine", FT_SPAN_ARG(url));
    return ft_fail_hint(err, "Write file:///folder/model.json.");
  }
  char *path = ft_arena_text(arena, rest);
  if (!path) return ft_arena_fail(err, "the file's name");
  size_t used = 0;
  for (size_t i = 0; i < rest.size; i++) {
    int high = -1, low = -1;
    if (rest.data[i] == '%' && rest.size - i > 2) {
      high = hex_digit(rest.data[i + 1]);
      low = hex_digit(rest.data[i + 2]);
    }
    bool escape = high >= 0 && low >= 0 && (high || low);
    path[used++] = escape ? (char)(high * 16 + low) : rest.data[i];
    if (escape) i += 2;
  }
  path[used] = 0;
  *out = path;
  return FT_OK;
}

static enum ft_status find_path(const char **out, struct ft_arena *arena, struct ft_span source,
                                struct ft_error *err) {
  if (!source.size || memchr(source.data, 0, source.size))
    return ft_fail(err, FT_INVALID, "FROM '' names no file");
  if (begins(source, "file:")) return path_of_url(out, arena, source, err);
  *out = ft_arena_text(arena, source);
  return *out ? FT_OK : ft_arena_fail(err, "the file's name");
}

enum ft_status ft_import_source_read(struct ft_buffer *out, const struct ft_command *command,
                                     struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  const struct ft_host *host = command->host;
  const char *path = NULL;
  enum ft_status status = FT_OK;
  if (begins(create->query, "s3:"))
    status = ft_fail(err, FT_UNSUPPORTED, "models in S3 are not supported yet");
  if (status == FT_OK) status = find_path(&path, command->arena, create->query, err);
  if (status == FT_OK) status = host->read_file(host->self, out, path, err);
  if (status != FT_OK && err && !err->position) ft_fail_at(err, create->query_position);
  return status;
}
