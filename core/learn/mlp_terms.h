/* What a network takes of the features: numbers scaled and clipped, codes as rows of weights.
 *
 * A number becomes (x - median) / (distance of its quartiles), held within a few of these units, and
 * further terms where a configuration asks for them; where values are missing there is an indicator.
 * A code becomes a lookup. In training, codes that are rare share one slot with those never seen.
 *
 * Shapes   numbers rows × terms, row-major; slots rows × lookups, row-major.
 * NULLs    a missing number is 0 after scaling; a missing code has a slot of its own where there
 *          are enough of them.
 * Valid    terms of a feature lie side by side, features ascending; so do lookups. begin[] ascends, and
 *          each lookup has one slot at least.
 * Owner    all arrays are the arena's.
 * Numbers  float32, in the order of operations that model.h states. */
#ifndef FORETELL_LEARN_MLP_TERMS_H
#define FORETELL_LEARN_MLP_TERMS_H

#include "core/learn/fit_task.h"

struct ft_mlp_terms {
  uint32_t terms;
  struct ft_term *term;
  uint32_t lookups;
  struct ft_lookup *lookup; /* as in the model: `first` counts from the terms on */
  uint32_t slots;           /* rows of weights that are trained for codes */
  uint32_t *slot;           /* of each row of each lookup, from 0; in the order of the lookups */
  uint32_t *begin;          /* lookups + 1: the first slot of each, that of "other", and the end */
  uint32_t *seen;           /* training rows of each slot */
};

struct ft_mlp_terms_options {
  double clip;    /* a scaled number's largest size */
  uint32_t knots; /* hinges between a number's quantiles, beside the number itself */
};

/* Made of the training rows alone. Errors: FT_NOMEM */
enum ft_status ft_mlp_terms_make(struct ft_mlp_terms *out, struct ft_arena *arena,
                                 const struct ft_features *features, const uint32_t *row,
                                 size_t rows, const struct ft_mlp_terms_options *options,
                                 struct ft_error *err) FT_MUST_CHECK;

/* The picked rows as the terms and lookups have them. */
void ft_mlp_terms_fill(float *number, uint32_t *slot, const struct ft_mlp_terms *terms,
                       const struct ft_features *features, const uint32_t *row, size_t rows);

#endif
