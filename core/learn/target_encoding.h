/* The mean of a number by a category's code, put into levels: few enough that a learner's splits
 * between them stay few sets of codes.
 *
 * A code's mean is shrunk towards the mean of all rows as if it had `smoothing` more rows of that
 * mean. How many, the rows say: the variance within codes over the variance between them.
 *
 * Leakage  the rows are assigned to parts; what a row is seen with is the mean of the other parts, so
 *          its own target is never in it.
 * Numbers  double, in the order of the rows. A code without rows has the mean of all.
 * Threads  read-only once made.
 * Source   Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes"
 *          (2001); DerSimonian and Laird (1986) for the variance between codes. */
#ifndef FORETELL_LEARN_TARGET_ENCODING_H
#define FORETELL_LEARN_TARGET_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"

#define FT_CODE_PARTS  5  /* of the rows */
#define FT_CODE_LEVELS 64 /* cuts between levels, at most */

struct ft_target_encoding {
  uint32_t codes;
  double *sum;      /* (parts + 1) × codes; the last is of all parts */
  double *count;    /* the same */
  double mean;      /* of all rows with a code; 0 of none */
  double smoothing; /* rows, 1 … 100 */
  uint32_t cuts;    /* at most FT_CODE_LEVELS */
  double *cut;      /* strictly ascending; level l is of means from cut[l - 1] to below cut[l] */
};

/* Row i has code[i] (UINT32_MAX: missing, and is left out) and value[i], and is in part i modulo
 * FT_CODE_PARTS. Everything in `out` lives in the arena. */
enum ft_status ft_target_encoding_make(struct ft_target_encoding *out, struct ft_arena *arena,
                                       uint32_t codes, const uint32_t *code, const double *value,
                                       size_t rows, struct ft_error *err) FT_MUST_CHECK;

/* The level of a code's mean: over all rows, or without those of a part. */
uint32_t ft_target_encoding_level(const struct ft_target_encoding *mean, uint32_t code);
uint32_t ft_target_encoding_level_without(const struct ft_target_encoding *mean, uint32_t code,
                                          size_t part);

#endif
