#include "core/job/record.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Is the byte at `i` part of a control character: C0, DEL, or C1 as two bytes of UTF-8? */
static bool is_control(struct ft_span text, size_t i) {
  unsigned char byte = (unsigned char)text.data[i];
  unsigned char before = i > 0 ? (unsigned char)text.data[i - 1] : 0;
  unsigned char after = i + 1 < text.size ? (unsigned char)text.data[i + 1] : 0;
  if (byte < 0x20 || byte == 0x7f) return true;
  if (byte == 0xc2) return after >= 0x80 && after < 0xa0;
  return before == 0xc2 && byte < 0xa0;
}

void ft_record_put_words(char *out, size_t size, struct ft_span text) {
  size_t length = text.size < size ? text.size : size - 1;
  while (length < text.size && length > 0 && is_continuation(text.data[length]))
    length--;
  for (size_t i = 0; i < length; i++)
    out[i] = is_control(text, i) ? ' ' : text.data[i];
  out[length] = '\0';
}

static struct ft_span string_of(const json_t *value) {
  return (struct ft_span){ json_string_value(value), json_string_length(value) };
}

/* The one way to write a number: digits only, no zeros in front. */
static bool read_decimal(uint64_t *out, const json_t *value) {
  struct ft_span text = string_of(value);
  uint64_t number = 0;
  if (text.size == 0 || (text.size > 1 && text.data[0] == '0')) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    uint64_t digit = (uint64_t)(text.data[i] - '0');
    if (number > (UINT64_MAX - digit) / 10) return false;
    number = number * 10 + digit;
  }
  *out = number;
  return true;
}

static bool read_bounded(uint64_t *out, const json_t *value, uint64_t max) {
  json_int_t number = json_integer_value(value);
  if (!json_is_integer(value) || number < 0 || (uint64_t)number > max) return false;
  *out = (uint64_t)number;
  return true;
}

static bool read_word(unsigned *out, const json_t *value, const struct ft_record_key *key) {
  if (!json_is_string(value)) return false;
  for (unsigned word = 0; word <= key->max; word++)
    if (key->word[word] && ft_span_equal(string_of(value), ft_span_of(key->word[word]))) {
      *out = word;
      return true;
    }
  return false;
}

static bool read_real(double *out, const json_t *value) {
  if (!json_is_number(value) && !json_is_null(value)) return false;
  *out = json_is_null(value) ? NAN : json_number_value(value);
  return true;
}

static bool read_words(char *out, const json_t *value, size_t size) {
  if (!json_is_string(value)) return false;
  ft_record_put_words(out, size, string_of(value));
  return true;
}

/* Everything but texts and lists, which need memory. */
static bool read_plain(void *member, const struct ft_record_key *key, const json_t *value) {
  uint64_t number = 0;
  switch (key->kind) {
  case FT_RECORD_CHARS: return read_words(member, value, key->max);
  case FT_RECORD_BOOL: *(bool *)member = json_is_true(value); return json_is_boolean(value);
  case FT_RECORD_U8:
    if (!read_bounded(&number, value, key->max)) return false;
    *(uint8_t *)member = (uint8_t)number;
    return true;
  case FT_RECORD_U32:
    if (!read_bounded(&number, value, key->max)) return false;
    *(uint32_t *)member = (uint32_t)number;
    return true;
  case FT_RECORD_U64: return json_is_string(value) && read_decimal(member, value);
  case FT_RECORD_REAL: return read_real(member, value);
  case FT_RECORD_WORD: return read_word(member, value, key);
  default: return false;
  }
}

static enum ft_status fail_value(const struct ft_record *record, const struct ft_record_key *key,
                                 struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "\"%s\" of %s has a value that it cannot have", key->name,
                 record->what);
}

static enum ft_status read_object(void *to, struct ft_arena *arena, const struct ft_record *record,
                                  const json_t *value, struct ft_error *err);

static enum ft_status read_list(char *to, struct ft_arena *arena, const struct ft_record *record,
                                const struct ft_record_key *key, const json_t *value,
                                struct ft_error *err) {
  size_t count = json_array_size(value);
  if (!json_is_array(value) || count > key->max) return fail_value(record, key, err);
  char *items = ft_arena_take(arena, count, key->item->bytes);
  if (!items) return ft_arena_fail(err, record->what);
  for (size_t i = 0; i < count; i++)
    FT_TRY(
        read_object(items + i * key->item->bytes, arena, key->item, json_array_get(value, i), err));
  *(const void **)(void *)(to + key->offset) = items;
  *(uint32_t *)(void *)(to + key->count) = (uint32_t)count;
  return FT_OK;
}

static enum ft_status read_value(char *to, struct ft_arena *arena, const struct ft_record *record,
                                 const struct ft_record_key *key, const json_t *value,
                                 struct ft_error *err) {
  void *member = to + key->offset;
  bool text = key->kind == FT_RECORD_TEXT || key->kind == FT_RECORD_MAYBE_TEXT;
  if (key->kind == FT_RECORD_LIST) return read_list(to, arena, record, key, value, err);
  if (!text) return read_plain(member, key, value) ? FT_OK : fail_value(record, key, err);
  if (key->kind == FT_RECORD_MAYBE_TEXT && json_is_null(value)) {
    *(const char **)member = NULL;
    return FT_OK;
  }
  if (!json_is_string(value)) return fail_value(record, key, err);
  char *copy = ft_arena_text(arena, string_of(value));
  if (!copy) return ft_arena_fail(err, record->what);
  *(const char **)member = copy;
  return FT_OK;
}

static enum ft_status read_object(void *to, struct ft_arena *arena, const struct ft_record *record,
                                  const json_t *value, struct ft_error *err) {
  if (!json_is_object(value))
    return ft_fail(err, FT_CORRUPT, "%s is not a JSON object", record->what);
  for (size_t i = 0; i < record->keys; i++) {
    const json_t *member = json_object_get(value, record->key[i].name);
    if (!member)
      return ft_fail(err, FT_CORRUPT, "\"%s\" of %s is missing", record->key[i].name, record->what);
    FT_TRY(read_value(to, arena, record, &record->key[i], member, err));
  }
  /* No key comes twice, so that one more than the table's is a stranger. */
  if (json_object_size(value) != record->keys)
    return ft_fail(err, FT_CORRUPT, "%s has unknown keys", record->what);
  return FT_OK;
}

enum ft_status ft_record_read(void *to, struct ft_arena *arena, const struct ft_record *record,
                              struct ft_span json, struct ft_error *err) {
  json_error_t fault;
  const char *text = json.data ? json.data : "";
  json_t *value = json_loadb(text, json.size, JSON_REJECT_DUPLICATES, &fault);
  if (!value && json_error_code(&fault) == json_error_out_of_memory)
    return ft_fail(err, FT_NOMEM, "out of memory for %s", record->what);
  if (!value) return ft_fail(err, FT_CORRUPT, "%s is not JSON: %s", record->what, fault.text);
  enum ft_status status = read_object(to, arena, record, value, err);
  json_decref(value);
  return status;
}
