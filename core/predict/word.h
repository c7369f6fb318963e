/* The words of a text: runs of letters and digits, ASCII letters made small. Every byte from 0x80 on
 * counts as a letter, so a word of another script stays whole.
 *
 * Shapes   a run of more than FT_WORD_BYTES bytes is no word.
 * Threads  pure functions. */
#ifndef FORETELL_PREDICT_WORD_H
#define FORETELL_PREDICT_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/span.h"

#define FT_WORD_BYTES 64

struct ft_word {
  size_t size;
  char byte[FT_WORD_BYTES];
};

/* What a byte is within a word; 0: it ends one. */
static inline uint8_t ft_word_byte(char c) {
  uint8_t byte = (uint8_t)c, small = byte | 0x20;
  if (byte >= 0x80 || (uint8_t)(byte - '0') < 10) return byte;
  return (uint8_t)(small - 'a') < 26 ? small : 0;
}

/* The next word from byte *at on; false when there is none. */
static inline bool ft_word_next(struct ft_word *out, struct ft_span text, size_t *at) {
  size_t i = *at;
  for (;;) {
    while (i < text.size && !ft_word_byte(text.data[i]))
      i++;
    size_t size = 0;
    uint8_t byte;
    for (; i < text.size && (byte = ft_word_byte(text.data[i])) != 0; i++, size++)
      if (size < FT_WORD_BYTES) out->byte[size] = (char)byte;
    *at = i;
    out->size = size;
    if (size == 0) return false;
    if (size <= FT_WORD_BYTES) return true;
  }
}

static inline struct ft_span ft_word_span(const struct ft_word *word) {
  return (struct ft_span){ word->byte, word->size };
}

#endif
