/* What a linear model takes of the features: terms of numbers, rows of codes.
 *
 * A number gives a plain term, standardised; hinges between its quantiles (of few values: between
 * all of them), whose weighted sum is any piecewise-linear shape; and, where it is missing in a row,
 * an indicator. A feature of codes gives a column a code.
 *
 * Shapes   columns: the terms, then the rows of the lookups, in the order of ft_net.
 * Numbers  of all rows that the features have, never of a fit's own: the models of all folds stand on
 *          the same terms, so that their mean is one model. The target is not looked at.
 * Owner    terms and lookups are the arena's. Terms of a feature lie side by side, features ascending.
 * Missing  a term is at its mean, so that the indicator alone speaks.
 * Threads  read-only once made. */
#ifndef FORETELL_LEARN_BASIS_H
#define FORETELL_LEARN_BASIS_H

#include "core/learn/booster.h"

struct ft_basis_options {
  uint32_t knots; /* pieces of a number's shape; 0: plain terms only */
  double reach;   /* plain terms are clipped so many deviations from the mean; 0: not at all */
};

struct ft_basis {
  uint32_t terms;
  struct ft_term *term;
  uint32_t lookups;
  struct ft_lookup *lookup;
  uint32_t columns; /* terms, and the rows of all lookups */
};

/* Errors: FT_NOMEM */
enum ft_status ft_basis_make(struct ft_basis *out, struct ft_arena *arena,
                             const struct ft_features *features,
                             const struct ft_basis_options *options,
                             struct ft_error *err) FT_MUST_CHECK;

/* A term's value as a plan computes it, to the bit. */
static inline float ft_basis_value(const struct ft_term *term, float x) {
  float scaled = (x - term->centre) * term->scale;
  float raised = scaled > term->low ? scaled : term->low;
  float bounded = raised < term->high ? raised : term->high;
  return x != x ? term->absent : bounded;
}

/* The row of a lookup that a code chooses, from 0. */
static inline uint32_t ft_basis_row(const struct ft_lookup *lookup, float code) {
  if (code != code) return lookup->rows - 1;
  return code >= 0.0F && code < (float)(lookup->rows - 1) ? (uint32_t)code : 0;
}

#endif
