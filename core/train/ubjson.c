#include "core/train/ubjson.h"

#include <string.h>

#define MOST_DEPTH 32

static size_t bytes_of(uint8_t type) {
  switch (type) {
  case 'i':
  case 'U': return 1;
  case 'I': return 2;
  case 'l':
  case 'd': return 4;
  case 'L':
  case 'D': return 8;
  default: return 0;
  }
}

static uint64_t read_big_endian(const uint8_t *at, size_t bytes) {
  uint64_t bits = 0;
  for (size_t i = 0; i < bytes; i++)
    bits = bits << 8 | at[i];
  return bits;
}

static double number_of(const uint8_t *at, uint8_t type) {
  uint64_t bits = read_big_endian(at, bytes_of(type));
  uint32_t low = (uint32_t)bits;
  float single;
  double number;
  switch (type) {
  case 'i': return (int8_t)bits;
  case 'I': return (int16_t)bits;
  case 'l': return (int32_t)bits;
  case 'L': return (double)(int64_t)bits;
  case 'd': memcpy(&single, &low, sizeof single); return single;
  case 'D': memcpy(&number, &bits, sizeof number); return number;
  default: return (double)bits;
  }
}

static bool take(struct ft_ubjson *value, size_t bytes) {
  if (bytes > value->left) return false;
  value->at += bytes;
  value->left -= bytes;
  return true;
}

/* A length: a marker and a whole number that is not negative. */
static bool take_length(size_t *out, struct ft_ubjson *value) {
  if (value->left == 0) return false;
  uint8_t type = value->at[0];
  size_t bytes = type == 'd' || type == 'D' ? 0 : bytes_of(type);
  if (bytes == 0 || bytes > value->left - 1) return false;
  double length = number_of(value->at + 1, type);
  if (length < 0 || length > (double)value->left) return false;
  *out = (size_t)length;
  return take(value, bytes + 1);
}

static bool take_text(struct ft_span *out, struct ft_ubjson *value) {
  size_t size;
  if (!take_length(&size, value)) return false;
  *out = (struct ft_span){ (const char *)value->at, size };
  return take(value, size);
}

/* The head of an array; `value` then stands behind it. */
static bool take_head(struct ft_ubjson_array *out, struct ft_ubjson *value) {
  *out = (struct ft_ubjson_array){ 0 };
  if (value->left < 2 || value->at[0] != '[' || !take(value, 1)) return false;
  if (value->at[0] == '$') {
    if (value->left < 3 || bytes_of(value->at[1]) == 0) return false;
    out->type = value->at[1];
    (void)take(value, 2);
  }
  if (value->left == 0 || value->at[0] != '#' || !take(value, 1)) return false;
  if (!take_length(&out->count, value)) return false;
  out->data = value->at;
  out->left = value->left;
  return out->type == 0 || out->count <= value->left / bytes_of(out->type);
}

static bool skip_value(struct ft_ubjson *value, int depth);

static bool skip_array(struct ft_ubjson *value, int depth) {
  struct ft_ubjson_array array;
  if (!take_head(&array, value)) return false;
  if (array.type) return take(value, array.count * bytes_of(array.type));
  for (size_t i = 0; i < array.count; i++)
    if (!skip_value(value, depth)) return false;
  return true;
}

static bool skip_object(struct ft_ubjson *value, int depth) {
  struct ft_span key;
  while (value->left > 0 && value->at[0] != '}')
    if (!take_text(&key, value) || !skip_value(value, depth)) return false;
  return take(value, 1);
}

static bool skip_value(struct ft_ubjson *value, int depth) {
  struct ft_span text;
  if (value->left == 0 || depth == MOST_DEPTH) return false;
  uint8_t type = value->at[0];
  if (type == '[') return skip_array(value, depth + 1);
  (void)take(value, 1);
  if (type == '{') return skip_object(value, depth + 1);
  if (type == 'S') return take_text(&text, value);
  if (type == 'T' || type == 'F' || type == 'Z') return true;
  return bytes_of(type) > 0 && take(value, bytes_of(type));
}

bool ft_ubjson_skip(struct ft_ubjson *value) {
  return skip_value(value, 0);
}

bool ft_ubjson_member(struct ft_ubjson *out, struct ft_ubjson object, const char *key) {
  struct ft_span name;
  if (object.left == 0 || object.at[0] != '{' || !take(&object, 1)) return false;
  while (object.left > 0 && object.at[0] != '}') {
    if (!take_text(&name, &object)) return false;
    *out = object;
    if (ft_span_equal(name, ft_span_of(key))) return true;
    if (!ft_ubjson_skip(&object)) return false;
  }
  return false;
}

bool ft_ubjson_text(struct ft_span *out, struct ft_ubjson value) {
  return value.left > 0 && value.at[0] == 'S' && take(&value, 1) && take_text(out, &value);
}

bool ft_ubjson_array(struct ft_ubjson_array *out, struct ft_ubjson value) {
  return take_head(out, &value);
}

struct ft_ubjson ft_ubjson_first(const struct ft_ubjson_array *array) {
  return (struct ft_ubjson){ array->data, array->left };
}

bool ft_ubjson_number(double *out, struct ft_ubjson value) {
  if (value.left == 0) return false;
  uint8_t type = value.at[0];
  if (type == 'T' || type == 'F') {
    *out = type == 'T';
    return true;
  }
  size_t bytes = bytes_of(type);
  if (bytes == 0 || bytes > value.left - 1) return false;
  *out = number_of(value.at + 1, type);
  return true;
}

double ft_ubjson_at(const struct ft_ubjson_array *array, size_t index) {
  return number_of(array->data + index * bytes_of(array->type), array->type);
}
