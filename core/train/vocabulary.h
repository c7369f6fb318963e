/* The words of free text that become features.
 *
 * A word is chosen by the share of texts that it is in: the nearer to a half, the more it can tell
 * apart. The target has no say, so that no fold's rows decide what another fold's model looks at.
 *
 * Numbers  ties are broken by the word's hash: no order of arrival shows.
 * Secrets  words are kept as keyed hashes, as categories are. */
#ifndef FORETELL_TRAIN_VOCABULARY_H
#define FORETELL_TRAIN_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/hash.h"

#define FT_VOCABULARY_MAX      128 /* words of a column */
#define FT_VOCABULARY_MIN_ROWS 10  /* a word of fewer rows is not kept */
#define FT_VOCABULARY_PROSE    3.0 /* words that free text has in a row, on average */

/* A text and the rows that have it. */
struct ft_weighted_text {
  struct ft_span text;
  uint32_t rows;
};

struct ft_vocabulary {
  double words_a_row; /* mean over the rows; known also where no word is kept */
  uint32_t words;
  struct ft_hash128 *word; /* ascending; the arena's */
};

/* At most `max` words of the texts (different ones, in an order that the rows' does not decide),
 * with their hashes under `key`; none when the texts are no prose. */
enum ft_status ft_vocabulary_make(struct ft_vocabulary *out, struct ft_arena *arena,
                                  const struct ft_hash_key *key,
                                  const struct ft_weighted_text *text, size_t texts, uint32_t max,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
