#include "foretell/remote.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/remote/endpoint.h"

#define FORMAT 1

static json_t *pack_types(const struct ft_remote *remote) {
  json_t *types = json_array();
  for (uint32_t i = 0; types && i < remote->fields; i++)
    if (json_array_append_new(types, json_string(ft_type_internal(remote->field[i]))) != 0) {
      json_decref(types);
      return NULL;
    }
  return types;
}

enum ft_status ft_remote_write(struct ft_buffer *out, const struct ft_remote *remote,
                               struct ft_error *err) {
  json_t *types = pack_types(remote);
  json_t *root = json_pack(
      "{s:i, s:s, s:s, s:s, s:o, s:s, s:I}", "remote", FORMAT, "endpoint", remote->endpoint,
      "model", remote->model, "form", remote->json ? "json" : "csv", "types", types, "returns",
      ft_type_internal(remote->returns), "max_batch_rows", (json_int_t)remote->max_batch_rows);
  char *text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
  json_decref(root);
  if (!text) return ft_fail(err, FT_NOMEM, "out of memory for the model's description");
  ft_buffer_append_text(out, ft_span_of(text));
  free(text);
  return ft_buffer_check(out, "the model's description", err);
}

bool ft_remote_is(struct ft_span manifest) {
  return manifest.size < ((size_t)1 << 20) && ft_span_find(manifest, FT_SPAN("\"remote\":"));
}

static const char *text_of(struct ft_arena *arena, const json_t *root, const char *key) {
  const char *text = json_string_value(json_object_get(root, key));
  return text ? ft_arena_text(arena, ft_span_of(text)) : NULL;
}

static enum ft_type type_of(const json_t *name) {
  return json_is_string(name) ? ft_type_by_internal(ft_span_of(json_string_value(name)))
                              : FT_TYPE_NONE;
}

static bool read_types(struct ft_remote *out, struct ft_arena *arena, const json_t *types) {
  size_t count = json_array_size(types);
  if (!json_is_array(types) || !count || count > FT_REMOTE_MAX_FIELDS) return false;
  enum ft_type *field = FT_ARENA_NEW(arena, enum ft_type, count);
  for (size_t i = 0; field && i < count; i++) {
    field[i] = type_of(json_array_get(types, i));
    if (field[i] == FT_TYPE_NONE) return false;
  }
  out->field = field;
  out->fields = (uint32_t)count;
  return field;
}

static bool read_root(struct ft_remote *out, struct ft_arena *arena, const json_t *root) {
  const char *form = json_string_value(json_object_get(root, "form"));
  json_int_t rows = json_integer_value(json_object_get(root, "max_batch_rows"));
  struct ft_remote remote = {
    .endpoint = text_of(arena, root, "endpoint"),
    .model = text_of(arena, root, "model"),
    .json = form && strcmp(form, "json") == 0,
    .returns = type_of(json_object_get(root, "returns")),
    .max_batch_rows = (uint32_t)rows,
  };
  if (json_integer_value(json_object_get(root, "remote")) != FORMAT || !form ||
      (!remote.json && strcmp(form, "csv") != 0) || rows < 1 || rows > INT32_MAX ||
      !remote.endpoint || !remote.model || remote.returns == FT_TYPE_NONE ||
      !read_types(&remote, arena, json_object_get(root, "types")))
    return false;
  if (remote.json &&
      (remote.fields != 1 || remote.field[0] != FT_TEXT || remote.returns != FT_TEXT))
    return false;
  *out = remote;
  return true;
}

enum ft_status ft_remote_read(struct ft_remote *out, struct ft_arena *arena, struct ft_span json,
                              struct ft_error *err) {
  json_t *root = json_loadb(json.data ? json.data : "", json.size, JSON_REJECT_DUPLICATES, NULL);
  bool read = root && read_root(out, arena, root);
  json_decref(root);
  return read ? FT_OK : ft_fail(err, FT_CORRUPT, "this is not the description of a remote model");
}

/* A whole number of the environment, 1 … most; else `standard`. */
static uint32_t number_of(const char *name, uint32_t max, uint32_t standard) {
  const char *text = getenv(name);
  char *end = NULL;
  long value = text ? strtol(text, &end, 10) : 0;
  return text && end != text && !*end && value > 0 && (unsigned long)value <= max ? (uint32_t)value
                                                                                  : standard;
}

struct ft_remote_rules ft_remote_rules_of_environment(const char *allowed) {
  struct ft_remote_rules rules = FT_REMOTE_RULES_DEFAULTS;
  const char *given = getenv("FORETELL_ALLOWED_ENDPOINTS");
  rules.allowed = allowed ? allowed : given ? given : "*";
  rules.timeout_ms = number_of("FORETELL_REMOTE_TIMEOUT", 86400, rules.timeout_ms / 1000) * 1000;
  rules.attempts = number_of("FORETELL_REMOTE_ATTEMPTS", 100, rules.attempts);
  return rules;
}

enum ft_status ft_remote_check(const struct ft_remote *remote, const struct ft_remote_rules *rules,
                               struct ft_error *err) {
  struct ft_endpoint endpoint;
  FT_TRY(ft_endpoint_find(&endpoint, remote, rules, false, err));
  ft_endpoint_release(&endpoint);
  return FT_OK;
}
