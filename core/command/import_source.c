#include "core/command/import_source.h"

#include <string.h>

#include "foretell/object.h"

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

static bool is_cancelled(void *self) {
  const struct ft_host *host = self;
  return host->cancelled && host->cancelled(host->self);
}

static enum ft_status read_one(struct ft_buffer *out, const struct ft_command *command,
                               struct ft_span source, struct ft_error *err) {
  const struct ft_host *host = command->host;
  const char *path = NULL;
  struct ft_remote_watch watch = { (void *)(uintptr_t)host, is_cancelled };
  if (begins(source, "s3:")) return ft_object_get(out, source, &host->remote_rules, &watch, err);
  FT_TRY(find_path(&path, command->arena, source, err));
  return host->read_file(host->self, out, path, err);
}

/* What a job of that name may have left below the place of artifacts; SageMaker's layout first. */
static const char *const layouts[] = { "%s/%s/output/model.tar.gz",
                                       "%s/%s.tar.gz",
                                       "%s/%s.json",
                                       "%s/%s.ubj",
                                       "%s/%s.txt",
                                       "%s/%s.onnx",
                                       "%s/%s" };

static bool is_absent(enum ft_status status) {
  return status == FT_IO || status == FT_PRIVILEGE; /* S3 hides by 403 what it may not list */
}

static enum ft_status read_job(struct ft_buffer *out, const struct ft_command *command,
                               struct ft_span name, struct ft_error *err) {
  struct ft_span place = ft_span_of(command->host->artifacts);
  const char *shown = ft_arena_text(command->arena, name);
  while (place.size && place.data[place.size - 1] == '/')
    place.size--;
  const char *folder = ft_arena_text(command->arena, place);
  enum ft_status status = FT_IO;
  for (size_t i = 0; i < sizeof layouts / sizeof layouts[0] && is_absent(status); i++) {
    const char *where =
        shown && folder ? ft_arena_print(command->arena, layouts[i], folder, shown) : NULL;
    if (!where) return ft_arena_fail(err, "the file's name");
    status = read_one(out, command, ft_span_of(where), err);
  }
  if (!is_absent(status)) return status;
  ft_fail(err, status, "there is no model \"%s\", as a file or as a job below \"%s\"", shown,
          folder);
  return ft_fail_hint(err, "A job's model is <name>/output/model.tar.gz or <name>.<ending>.");
}

/* A job's name has no folders in it. */
static bool is_job(const struct ft_command *command, struct ft_span source) {
  const char *place = command->host->artifacts;
  return place && place[0] && source.size && !memchr(source.data, '/', source.size) &&
         !memchr(source.data, 0, source.size) && !begins(source, "file:") &&
         !begins(source, "s3:") && source.data[0] != '.';
}

enum ft_status ft_import_source_read(struct ft_buffer *out, const struct ft_command *command,
                                     struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  enum ft_status status = read_one(out, command, create->query, err);
  if ((is_absent(status) || status == FT_INVALID) && is_job(command, create->query))
    status = read_job(out, command, create->query, err);
  if (status != FT_OK && err && !err->position) ft_fail_at(err, create->query_position);
  return status;
}
