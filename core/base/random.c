#include "foretell/random.h"

#include <assert.h>

static uint64_t next_splitmix(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

struct ft_random ft_random_seeded(uint64_t seed) {
  struct ft_random random;
  for (int i = 0; i < 4; i++)
    random.state[i] = next_splitmix(&seed);
  return random;
}

static uint64_t rotate(uint64_t word, unsigned bits) {
  return word << bits | word >> (64 - bits);
}

uint64_t ft_random_next(struct ft_random *random) {
  uint64_t *s = random->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 45);
  return result;
}

uint64_t ft_random_below(struct ft_random *random, uint64_t bound) {
  assert(bound > 0);
  /* 2^64 modulo bound: drawing again below it leaves every remainder equally often. */
  uint64_t uneven = (0 - bound) % bound;
  uint64_t drawn = ft_random_next(random);
  while (drawn < uneven)
    drawn = ft_random_next(random);
  return drawn % bound;
}

double ft_random_unit(struct ft_random *random) {
  return (double)(ft_random_next(random) >> 11) * 0x1p-53;
}

void ft_random_shuffle(struct ft_random *random, uint32_t *item, size_t count) {
  for (size_t i = count; i > 1; i--) {
    size_t j = (size_t)ft_random_below(random, i);
    uint32_t moved = item[i - 1];
    item[i - 1] = item[j];
    item[j] = moved;
  }
}
