#include "core/model/wordlist.h"

#include <string.h>

bool ft_wordlist_next(struct ft_span *word, const char *list, size_t *at) {
  if (!list) return false;
  const char *start = list + *at;
  start += strspn(start, " ");
  size_t size = strcspn(start, " ");
  *word = (struct ft_span){ start, size };
  *at = (size_t)(start - list) + size;
  return size > 0;
}

/* "error@" and a number behind it: error@0.7 */
static bool takes_number(struct ft_span entry, struct ft_span word) {
  if (word.size <= entry.size) return false;
  if (!ft_span_equal_nocase(entry, (struct ft_span){ word.data, entry.size })) return false;
  for (size_t i = entry.size; i < word.size; i++)
    if ((word.data[i] < '0' || word.data[i] > '9') && word.data[i] != '.') return false;
  return true;
}

bool ft_wordlist_has(const char *list, struct ft_span word) {
  struct ft_span entry;
  for (size_t at = 0; ft_wordlist_next(&entry, list, &at);) {
    bool parameter = entry.data[entry.size - 1] == '@';
    if (parameter ? takes_number(entry, word) : ft_span_equal_nocase(entry, word)) return true;
  }
  return false;
}

size_t ft_word_distance(struct ft_span wrong, struct ft_span right) {
  /* A third of the letters may differ: "MAX_RUNTIM" is near, "ON" for "OFF" is not. */
  size_t limit = right.size < 3 ? 0 : right.size < 6 ? 1 : right.size / 3;
  if (limit > 4) limit = 4;
  if (wrong.size > right.size + limit) return FT_WORD_FAR;
  size_t distance = ft_span_distance(wrong, right, limit);
  return distance > limit ? FT_WORD_FAR : distance;
}
