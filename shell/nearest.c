#include "shell/nearest.h"

#include <string.h>

/* A third of the word may be wrong, at least one letter; or it is the beginning of a longer one. */
struct ft_nearest ft_nearest_of(struct ft_span word) {
  size_t allowed = word.size < 3 ? 1 : (word.size + 1) / 3;
  return (struct ft_nearest){ word, NULL, allowed + 1 };
}

void ft_nearest_try(struct ft_nearest *nearest, const char *candidate) {
  struct ft_span other = ft_span_of(candidate);
  struct ft_span word = nearest->word;
  size_t distance = ft_span_distance(word, other, nearest->distance);
  bool begins =
      word.size >= 2 && word.size < other.size && memcmp(word.data, candidate, word.size) == 0;
  if (begins) distance = 1;
  if (distance < nearest->distance) {
    nearest->distance = distance;
    nearest->best = candidate;
  }
}
