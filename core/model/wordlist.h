/* Lists of words in one string, separated by single spaces: the aliases, legal values and names that
 * the tables of options are made of. Compared without regard to case.
 *
 * Threads  pure functions. */
#ifndef FORETELL_MODEL_WORDLIST_H
#define FORETELL_MODEL_WORDLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/span.h"

/* The next word of `list` at or after *at, which moves on; false at the end. NULL is an empty list. */
bool ft_wordlist_next(struct ft_span *word, const char *list, size_t *at);

/* Is the word in the list? An entry that ends in '@' stands for itself with a number behind it. */
bool ft_wordlist_has(const char *list, struct ft_span word);

/* How near a wrong word is to a right one: 0 the same, more is further; FT_WORD_FAR when nobody
 * would mean the one by the other. */
#define FT_WORD_FAR ((size_t)-1)
size_t ft_word_distance(struct ft_span wrong, struct ft_span right);

#endif
