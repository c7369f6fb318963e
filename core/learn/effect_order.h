/* The order of a category's codes by what each adds to the target beside all other features: the
 * weights of an additive model (linear.h). Trees that split the codes in this order need fewer splits
 * than by sets, and a mean of the target by code may stand for other features: the finest diamonds are
 * the small ones.
 *
 * Shapes   of_code[f][c] of feature f: the place of code c, from 0; NULL where the codes have none.
 * Codes    of no weight, of code 0 (not in the list) too, are between those that add and those that take
 *          away.
 * Leakage  of the training rows alone, which the places are of too; so only a category of few codes,
 *          each with many rows, has an order.
 * Owner    all arrays are the arena's.
 * Threads  belongs to one fit. */
#ifndef FORETELL_LEARN_EFFECT_ORDER_H
#define FORETELL_LEARN_EFFECT_ORDER_H

#include "core/learn/fit_task.h"

#define FT_EFFECT_ORDER_MIN_CODES 3
#define FT_EFFECT_ORDER_MAX_CODES 32

/* Of one output only. `*of_code` lives in the arena; NULL where no category has an order, or the fit's
 * end came first.
 * Errors: FT_NOMEM */
enum ft_status ft_effect_order_order(const float *const **of_code, struct ft_arena *arena,
                                     const struct ft_fit_task *task,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
