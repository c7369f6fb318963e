/* A small, seeded, portable generator; the same numbers on every machine.
 *
 * Threads  one generator a thread.
 * Source   Blackman and Vigna, xoshiro256** 1.0 (2018), seeded by SplitMix64. */
#ifndef FORETELL_RANDOM_H
#define FORETELL_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct ft_random {
  uint64_t state[4];
};

struct ft_random ft_random_seeded(uint64_t seed);
uint64_t ft_random_next(struct ft_random *random);                  /* 64 bits */
uint64_t ft_random_below(struct ft_random *random, uint64_t bound); /* unbiased; bound > 0 */
double ft_random_unit(struct ft_random *random);                    /* [0, 1), 53 bits */
void ft_random_shuffle(struct ft_random *random, uint32_t *item, size_t count);

#endif
