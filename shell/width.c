#include "shell/width.h"

#include <stdbool.h>

#include "shell/width_ranges.h"

#define JOINER        0x200D
#define EMOJI_VARIANT 0xFE0F

static bool is_continuation(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of a sequence by its first byte; 0 when no sequence begins so. */
static size_t sequence_bytes(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

size_t ft_width_decode(struct ft_span text, uint32_t *code) {
  static const unsigned char payload[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
  static const uint32_t lowest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
  *code = UINT32_MAX;
  if (text.size == 0) return 0;
  size_t size = sequence_bytes((unsigned char)text.data[0]);
  if (size == 0 || size > text.size) return 1;
  uint32_t value = (unsigned char)text.data[0] & payload[size];
  for (size_t i = 1; i < size; i++) {
    if (!is_continuation(text.data[i])) return 1;
    value = value << 6 | ((unsigned char)text.data[i] & 0x3F);
  }
  if (value < lowest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 1;
  *code = value;
  return size;
}

static bool is_in(const uint32_t (*range)[2], size_t count, uint32_t code) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (code > range[middle][1])
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && code >= range[low][0];
}

size_t ft_width_of_code(uint32_t code) {
  if (code < 0x300) return 1;
  if (code == UINT32_MAX) return 1;
  if (is_in(zero_range, sizeof zero_range / sizeof zero_range[0], code)) return 0;
  return is_in(wide_range, sizeof wide_range / sizeof wide_range[0], code) ? 2 : 1;
}

static bool is_regional(uint32_t code) {
  return code >= 0x1F1E6 && code <= 0x1F1FF;
}

static bool is_skin_tone(uint32_t code) {
  return code >= 0x1F3FB && code <= 0x1F3FF;
}

static struct ft_span rest_of(struct ft_span text, size_t offset) {
  return (struct ft_span){ text.data + offset, text.size - offset };
}

struct ft_glyph ft_glyph_of(struct ft_span text) {
  struct ft_glyph glyph = { 0 };
  glyph.size = ft_width_decode(text, &glyph.code);
  glyph.width = ft_width_of_code(glyph.code);
  if (glyph.code < 0x80 && (text.size < 2 || (unsigned char)text.data[1] < 0x80)) return glyph;
  bool joined = false, flag = is_regional(glyph.code);
  while (glyph.size < text.size) {
    uint32_t code;
    size_t size = ft_width_decode(rest_of(text, glyph.size), &code);
    bool tone = is_skin_tone(code) && glyph.width == 2;
    bool second = flag && is_regional(code);
    if (!joined && !tone && !second && ft_width_of_code(code) != 0) break;
    if (code == EMOJI_VARIANT || second) glyph.width = 2;
    /* Only pictures are joined; a joiner between letters of a script changes nothing here. */
    joined = code == JOINER && glyph.width == 2;
    if (second) flag = false;
    glyph.size += size;
  }
  return glyph;
}

size_t ft_width_of(struct ft_span text) {
  size_t width = 0;
  for (size_t offset = 0; offset < text.size;) {
    struct ft_glyph glyph = ft_glyph_of(rest_of(text, offset));
    width += glyph.width;
    offset += glyph.size;
  }
  return width;
}

size_t ft_width_fit(struct ft_span text, size_t cells, size_t *width) {
  size_t offset = 0;
  *width = 0;
  while (offset < text.size) {
    struct ft_glyph glyph = ft_glyph_of(rest_of(text, offset));
    if (glyph.width > cells - *width) break;
    *width += glyph.width;
    offset += glyph.size;
  }
  return offset;
}

size_t ft_width_characters(struct ft_span text, size_t offset) {
  size_t characters = 0;
  for (size_t at = 0; at < offset && at < text.size; characters++) {
    uint32_t code;
    at += ft_width_decode(rest_of(text, at), &code);
  }
  return characters;
}
