/* Trees as XGBoost writes them, made into ours: leaves become integers of one unit.
 *
 * Numbers  a forest's unit is 2^-exponent, the finest in which its largest leaf stays below 2^23;
 *          a leaf is rounded to nearest, so a margin is off by at most trees × 2^-(exponent + 1).
 * Shapes   nodes are numbered anew, children after their parent; trees in the order of the rounds.
 * Base     as the file has it, before any link ("0.5" of a logistic model is a probability).
 * Source   XGBoost's model schema (doc/model.schema), 3.2, as UBJSON. */
#ifndef FORETELL_LEARN_TREES_H
#define FORETELL_LEARN_TREES_H

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"
#include "foretell/span.h"

/* The finest unit, 2^-exponent, in which every leaf fits. */
int32_t ft_trees_exponent(double largest);

/* The trees of the first `rounds` rounds, leaves times `scale`.
 *
 * Errors: FT_TRAINER  not a model of trees, or one that breaks its own indices; FT_NOMEM */
enum ft_status ft_trees_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span ubjson,
                             uint32_t rounds, uint32_t outputs, double scale,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
