#include "core/import/document/document.h"

#include <math.h>
#include <string.h>

#include "core/import/document/decimal.h"

const struct ft_element *ft_element_get(const struct ft_element *at, const char *name) {
  struct ft_span wanted = ft_span_of(name);
  if (!at || at->kind != FT_ELEMENT_OBJECT) return NULL;
  for (size_t i = 0; i < at->count; i++)
    if (ft_span_equal(at->of.member[i].name, wanted)) return &at->of.member[i].value;
  return NULL;
}

const struct ft_element *ft_element_find(const struct ft_element *at, const char *path) {
  char name[64];
  while (at && *path) {
    size_t size = strcspn(path, ".");
    if (size >= sizeof name) return NULL;
    memcpy(name, path, size);
    name[size] = 0;
    at = ft_element_get(at, name);
    path += size;
    if (*path == '.') path++;
  }
  return at;
}

bool ft_element_is_list(const struct ft_element *at) {
  return at && (at->kind == FT_ELEMENT_NUMBERS || at->kind == FT_ELEMENT_LIST);
}

size_t ft_element_count(const struct ft_element *at) {
  return ft_element_is_list(at) ? at->count : 0;
}

static uint64_t big_endian(const uint8_t *byte, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; i++)
    value = value << 8 | byte[i];
  return value;
}

static double packed_number(const struct ft_element *at, size_t index) {
  const uint8_t *byte = at->of.number;
  uint64_t bits;
  double real;
  float narrow;
  switch (at->width) {
  case 'i': return (int8_t)byte[index];
  case 'U': return byte[index];
  case 'I': return (int16_t)big_endian(byte + index * 2, 2);
  case 'l': return (int32_t)big_endian(byte + index * 4, 4);
  case 'L': return (double)(int64_t)big_endian(byte + index * 8, 8);
  case 'd': {
    uint32_t half = (uint32_t)big_endian(byte + index * 4, 4);
    memcpy(&narrow, &half, sizeof narrow);
    return narrow;
  }
  case 'D':
    bits = big_endian(byte + index * 8, 8);
    memcpy(&real, &bits, sizeof real);
    return real;
  default: return ((const double *)at->of.number)[index];
  }
}

double ft_element_number(const struct ft_element *at, size_t index) {
  if (index >= ft_element_count(at)) return NAN;
  if (at->kind == FT_ELEMENT_NUMBERS) return packed_number(at, index);
  const struct ft_element *item = &at->of.item[index];
  return item->kind == FT_ELEMENT_NUMBER ? item->number : NAN;
}

size_t ft_element_index(const struct ft_element *at, size_t index) {
  double value = ft_element_number(at, index);
  return value >= 0 && value < 2147483648.0 ? (size_t)value : SIZE_MAX;
}

const struct ft_element *ft_element_item(const struct ft_element *at, size_t index) {
  if (!at || at->kind != FT_ELEMENT_LIST || index >= at->count) return NULL;
  return &at->of.item[index];
}

struct ft_span ft_element_text(const struct ft_element *at) {
  return at && at->kind == FT_ELEMENT_TEXT ? at->text : (struct ft_span){ "", 0 };
}

double ft_element_real(const struct ft_element *at, double otherwise) {
  double value;
  if (!at) return otherwise;
  if (at->kind == FT_ELEMENT_NUMBER) return at->number;
  if (at->kind != FT_ELEMENT_TEXT || !ft_decimal_whole(&value, at->text)) return otherwise;
  return value;
}
