#include "core/job/record.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A failure must arrive even when a name in it is not UTF-8. */
static json_t *build_words(const char *text, size_t size) {
  char repaired[FT_RECORD_MAX_CHARS];
  assert(size <= sizeof repaired);
  size_t length = strnlen(text, size);
  memcpy(repaired, text, length);
  if (!ft_span_is_utf8((struct ft_span){ repaired, length }))
    for (size_t i = 0; i < length; i++)
      if ((unsigned char)repaired[i] >= 0x80) repaired[i] = '?';
  return json_stringn(repaired, length);
}

static json_t *build_maybe_text(const char *text) {
  return text ? json_string(text) : json_null();
}

static json_t *build_real(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

static bool is_text(const char *text) {
  return text && ft_span_is_utf8(ft_span_of(text));
}

static bool is_within(const struct ft_record_key *key, const void *member) {
  switch (key->kind) {
  case FT_RECORD_TEXT: return is_text(*(const char *const *)member);
  case FT_RECORD_MAYBE_TEXT:
    return !*(const char *const *)member || is_text(*(const char *const *)member);
  case FT_RECORD_U8: return *(const uint8_t *)member <= key->max;
  case FT_RECORD_U32: return *(const uint32_t *)member <= key->max;
  case FT_RECORD_WORD:
    return *(const unsigned *)member <= key->max && key->word[*(const unsigned *)member];
  default: return true;
  }
}

/* NULL only when out of memory: is_within has passed. */
static json_t *build_plain(const struct ft_record_key *key, const void *member) {
  switch (key->kind) {
  case FT_RECORD_TEXT: return json_string(*(const char *const *)member);
  case FT_RECORD_MAYBE_TEXT: return build_maybe_text(*(const char *const *)member);
  case FT_RECORD_CHARS: return build_words(member, key->max);
  case FT_RECORD_BOOL: return json_boolean(*(const bool *)member);
  case FT_RECORD_U8: return json_integer(*(const uint8_t *)member);
  case FT_RECORD_U32: return json_integer(*(const uint32_t *)member);
  case FT_RECORD_U64: return json_sprintf("%llu", (unsigned long long)*(const uint64_t *)member);
  case FT_RECORD_REAL: return build_real(*(const double *)member);
  case FT_RECORD_WORD: return json_string(key->word[*(const unsigned *)member]);
  case FT_RECORD_LIST: break;
  }
  return NULL;
}

static enum ft_status fail_memory(const struct ft_record *record, struct ft_error *err) {
  return ft_fail(err, FT_NOMEM, "out of memory for %s", record->what);
}

static enum ft_status build_object(json_t **out, const struct ft_record *record, const void *from,
                                   struct ft_error *err);

static enum ft_status build_list(json_t **out, const struct ft_record *record, const void *items,
                                 size_t count, struct ft_error *err) {
  json_t *list = json_array();
  enum ft_status status = list ? FT_OK : fail_memory(record, err);
  for (size_t i = 0; i < count && status == FT_OK; i++) {
    json_t *item = NULL;
    status = build_object(&item, record, (const char *)items + i * record->bytes, err);
    if (status == FT_OK && json_array_append_new(list, item) != 0)
      status = fail_memory(record, err);
  }
  if (status == FT_OK)
    *out = list;
  else
    json_decref(list);
  return status;
}

static enum ft_status build_value(json_t **out, const struct ft_record *record,
                                  const struct ft_record_key *key, const void *from,
                                  struct ft_error *err) {
  const char *member = (const char *)from + key->offset;
  bool list = key->kind == FT_RECORD_LIST;
  size_t count = list ? *(const uint32_t *)(const void *)((const char *)from + key->count) : 0;
  if (!is_within(key, member) || (list && count > key->max))
    return ft_fail(err, FT_INVALID, "\"%s\" of %s is out of bounds or not UTF-8", key->name,
                   record->what);
  if (list)
    return build_list(out, key->item, *(const void *const *)(const void *)member, count, err);
  *out = build_plain(key, member);
  return *out ? FT_OK : fail_memory(record, err);
}

static enum ft_status build_object(json_t **out, const struct ft_record *record, const void *from,
                                   struct ft_error *err) {
  json_t *object = json_object();
  enum ft_status status = object ? FT_OK : fail_memory(record, err);
  for (size_t i = 0; i < record->keys && status == FT_OK; i++) {
    json_t *value = NULL;
    status = build_value(&value, record, &record->key[i], from, err);
    /* Setting takes the value over, even when it fails. */
    if (status == FT_OK && json_object_set_new(object, record->key[i].name, value) != 0)
      status = fail_memory(record, err);
  }
  if (status == FT_OK)
    *out = object;
  else
    json_decref(object);
  return status;
}

static int append_text(const char *text, size_t size, void *buffer) {
  ft_buffer_append(buffer, text, size);
  return 0;
}

enum ft_status ft_record_write(struct ft_buffer *out, const struct ft_record *record,
                               const void *from, struct ft_error *err) {
  json_t *object = NULL;
  FT_TRY(build_object(&object, record, from, err));
  int failed = json_dump_callback(object, append_text, out, JSON_COMPACT);
  json_decref(object);
  if (failed) return fail_memory(record, err);
  return ft_buffer_check(out, record->what, err);
}
