/* How many cells of a terminal a text takes.
 *
 * Units    cells: 0 for a combining mark, 2 for wide East Asian characters and emoji, else 1.
 *          A flag (two regional letters), an emoji with a skin tone or a variation selector, and
 *          emoji that a joiner binds together are one picture of 2 cells.
 * Hostile  a byte that is not UTF-8 counts as one cell (U+FFFD is shown for it).
 * Threads  pure functions.
 * Source   Unicode Standard Annexes 11 and 29; test/reference/width.py makes the table. */
#ifndef FORETELL_SHELL_WIDTH_H
#define FORETELL_SHELL_WIDTH_H

#include <stdint.h>

#include "foretell/span.h"

/* One picture: what the cursor moves over at once. */
struct ft_glyph {
  size_t size;   /* bytes */
  size_t width;  /* cells */
  uint32_t code; /* its first character; UINT32_MAX for a byte that is not UTF-8 */
};

/* The glyph at the beginning of a text that is not empty. */
struct ft_glyph ft_glyph_of(struct ft_span text);

size_t ft_width_of_code(uint32_t code);
size_t ft_width_of(struct ft_span text);

/* The longest beginning of `text` that takes at most `cells`, in bytes; its cells in *width. */
size_t ft_width_fit(struct ft_span text, size_t cells, size_t *width);

/* Characters (not bytes, not cells) before byte `offset`. */
size_t ft_width_characters(struct ft_span text, size_t offset);

/* One UTF-8 character: its bytes (0 when the text is empty), its code, or UINT32_MAX and 1 byte
 * when it is not UTF-8. */
size_t ft_width_decode(struct ft_span text, uint32_t *code);

#endif
