#include "foretell/span.h"

#include <string.h>

struct ft_span ft_span_of(const char *text) {
  return (struct ft_span){ text, text ? strlen(text) : 0 };
}

bool ft_span_equal(struct ft_span a, struct ft_span b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The locale has no say in SQL's words. */
static unsigned char fold(char character) {
  unsigned char byte = (unsigned char)character;
  return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

bool ft_span_equal_nocase(struct ft_span a, struct ft_span b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; i++)
    if (fold(a.data[i]) != fold(b.data[i])) return false;
  return true;
}

int ft_span_compare(struct ft_span a, struct ft_span b) {
  size_t shared = a.size < b.size ? a.size : b.size;
  int order = shared ? memcmp(a.data, b.data, shared) : 0;
  if (order) return order < 0 ? -1 : 1;
  return (a.size > b.size) - (a.size < b.size);
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct ft_span ft_span_trim(struct ft_span span) {
  while (span.size && is_space(span.data[span.size - 1]))
    span.size--;
  while (span.size && is_space(span.data[0])) {
    span.data++;
    span.size--;
  }
  return span;
}

const char *ft_span_find(struct ft_span within, struct ft_span word) {
  if (!within.data || !word.data || word.size == 0 || within.size < word.size) return NULL;
  return memmem(within.data, within.size, word.data, word.size);
}

/* Bytes of the well-formed character at the start, 0 when there is none. Table 3-7 of the Unicode
 * standard: the second byte's range depends on the first, which rules out overlong forms,
 * surrogates and what lies beyond U+10FFFF. */
static size_t character_bytes(const unsigned char *byte, size_t left) {
  unsigned char lead = byte[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes > left) return 0;
  unsigned char min = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned char max = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte[1] < min || byte[1] > max) return 0;
  for (size_t i = 2; i < bytes; i++)
    if ((byte[i] & 0xc0) != 0x80) return 0;
  return bytes;
}

bool ft_span_is_utf8(struct ft_span span) {
  size_t at = 0;
  while (at < span.size) {
    size_t bytes = character_bytes((const unsigned char *)span.data + at, span.size - at);
    if (!bytes) return false;
    at += bytes;
  }
  return true;
}

/* Longer words have no neighbours worth proposing. */
#define DISTANCE_MAX_BYTES 255

static size_t min_of(size_t a, size_t b, size_t c) {
  size_t min = a < b ? a : b;
  return min < c ? min : c;
}

size_t ft_span_distance(struct ft_span a, struct ft_span b, size_t limit) {
  size_t gap = a.size > b.size ? a.size - b.size : b.size - a.size;
  if (ft_span_equal_nocase(a, b)) return 0;
  if (gap > limit || a.size > DISTANCE_MAX_BYTES || b.size > DISTANCE_MAX_BYTES) return limit + 1;
  size_t row[DISTANCE_MAX_BYTES + 1]; /* distances of a's first i bytes to b's first j bytes */
  for (size_t j = 0; j <= b.size; j++)
    row[j] = j;
  for (size_t i = 1; i <= a.size; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size; j++) {
      size_t swap = diagonal + (fold(a.data[i - 1]) != fold(b.data[j - 1]));
      diagonal = row[j];
      row[j] = min_of(swap, row[j] + 1, row[j - 1] + 1);
    }
  }
  return row[b.size] > limit ? limit + 1 : row[b.size];
}
