/* Codes of the texts seen last in a column: columns repeat few values, and to compare a short text
 * costs a fraction of hashing it.
 *
 * Shapes   texts of at most FT_RECENT_TEXT bytes; a longer one has no key.
 * Numbers  keys are exact: two texts have the same key only when they are the same.
 * Threads  on the stack of one encoding. */
#ifndef FORETELL_PREDICT_RECENT_H
#define FORETELL_PREDICT_RECENT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "foretell/span.h"

#define FT_RECENT_TEXT  16 /* bytes */
#define FT_RECENT_SLOTS 64
#define FT_RECENT_MIN   64 /* rows from which emptying the slots pays */

struct ft_recent_key {
  uint64_t head, tail; /* bytes of the text, which overlap in the middle */
  uint64_t size;       /* bytes; more than FT_RECENT_TEXT: no key */
};

struct ft_recent {
  struct ft_recent_key key[FT_RECENT_SLOTS];
  float code[FT_RECENT_SLOTS];
};

static inline void ft_recent_empty(struct ft_recent *recent) {
  for (size_t i = 0; i < FT_RECENT_SLOTS; i++)
    recent->key[i].size = FT_RECENT_TEXT + 1;
}

static inline struct ft_recent_key ft_recent_key_of(struct ft_span text) {
  struct ft_recent_key key = { 0, 0, text.size };
  if (text.size > FT_RECENT_TEXT) return key;
  if (text.size >= 8) {
    memcpy(&key.head, text.data, 8);
    memcpy(&key.tail, text.data + text.size - 8, 8);
  } else if (text.size >= 4) {
    memcpy(&key.head, text.data, 4);
    memcpy(&key.tail, text.data + text.size - 4, 4);
  } else {
    for (size_t i = 0; i < text.size; i++)
      key.head = key.head << 8 | (uint8_t)text.data[i];
  }
  return key;
}

static inline size_t ft_recent_slot(struct ft_recent_key key) {
  uint64_t mixed = (key.head ^ (key.tail << 23 | key.tail >> 41)) * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)(mixed >> 58);
}

static inline bool ft_recent_has(const struct ft_recent *recent, size_t slot,
                                 struct ft_recent_key key) {
  const struct ft_recent_key *kept = &recent->key[slot];
  return kept->size == key.size && kept->head == key.head && kept->tail == key.tail;
}

#endif
