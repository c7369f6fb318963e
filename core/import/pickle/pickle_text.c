#include "core/import/pickle/pickle_text.h"

#include <string.h>

#include "core/import/document/character.h"

/* `digits` of base 2^bits from `at` on; false: they are not there. */
static bool take_digits(uint32_t *out, struct ft_span text, size_t *at, int digits, int bits) {
  uint32_t value = 0;
  for (int i = 0; i < digits; i++) {
    int digit = *at < text.size ? ft_character_hex(text.data[*at]) : -1;
    if (digit < 0 || digit >= 1 << bits) return false;
    value = value << bits | (uint32_t)digit;
    ++*at;
  }
  *out = value;
  return true;
}

/* What follows a backslash in a str. */
static bool take_escape(char *out, struct ft_span text, size_t *at) {
  static const char mark[] = "\\'\"abfnrtv", meant[] = "\\'\"\a\b\f\n\r\t\v";
  char letter = text.data[*at];
  uint32_t value;
  if (letter >= '0' && letter <= '7') {
    if (!take_digits(&value, text, at, 3, 3)) return false;
    *out = (char)(unsigned char)value;
    return value < 256;
  }
  ++*at;
  if (letter == 'x') {
    if (!take_digits(&value, text, at, 2, 4)) return false;
    *out = (char)(unsigned char)value;
    return true;
  }
  const char *found = letter ? strchr(mark, letter) : NULL;
  if (found) *out = meant[found - mark];
  return found != NULL;
}

enum ft_status ft_pickle_unescape(struct ft_span *out, struct ft_pickle_reading *reading,
                                  struct ft_span line, struct ft_error *err) {
  char *to;
  size_t size = 0, at = 0;
  if (line.size < 2 || !strchr("'\"", line.data[0]) || line.data[line.size - 1] != line.data[0])
    return ft_pickle_fail(err, "a text without quotes");
  struct ft_span text = { line.data + 1, line.size - 2 };
  FT_TRY(ft_pickle_room(&to, reading, text.size, err));
  while (at < text.size) {
    char letter = text.data[at++];
    if (letter == '\\' && (at == text.size || !take_escape(&letter, text, &at)))
      return ft_pickle_fail(err, "an unknown escape");
    to[size++] = letter;
  }
  *out = (struct ft_span){ to, size };
  return FT_OK;
}

enum ft_status ft_pickle_unescape_unicode(struct ft_span *out, struct ft_pickle_reading *reading,
                                          struct ft_span line, struct ft_error *err) {
  char *to;
  size_t size = 0, at = 0;
  FT_TRY(ft_pickle_room(&to, reading, 2 * line.size, err));
  while (at < line.size) {
    uint32_t code = (unsigned char)line.data[at++];
    char kind = code == '\\' && at < line.size ? line.data[at] : 0;
    if (kind == 'u' || kind == 'U') {
      at++;
      if (!take_digits(&code, line, &at, kind == 'u' ? 4 : 8, 4))
        return ft_pickle_fail(err, "an unknown escape");
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return ft_pickle_fail(err, "a text that is not Unicode");
    size += ft_character_put(to + size, code);
  }
  *out = (struct ft_span){ to, size };
  return FT_OK;
}
