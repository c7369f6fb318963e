/* The booster: grows trees over a matrix. Nothing above knows whose code does it.
 *
 * Shapes   gradients and margins rows × outputs, row-major.
 * Numbers  with gradients given from outside that are multiples of one quantum (loss.h), every sum
 *          of the booster is exact, so that the number of threads decides nothing.
 * Order    make; boost or update with round 0, 1, 2 …; margins at any time; forest; free.
 * Owner    matrices are borrowed and outlive the booster; the forest is the arena's.
 * Threads  a booster and its matrices belong to one thread at a time. */
#ifndef FORETELL_LEARN_BOOSTER_H
#define FORETELL_LEARN_BOOSTER_H

#include <stddef.h>
#include <stdint.h>

#include "core/learn/grown_on.h"
#include "core/learn/matrix.h"
#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

struct ft_booster;

/* A parameter as XGBoost names and writes it; texts are borrowed until the booster is made. */
struct ft_parameter {
  const char *name;
  const char *value;
};

/* `matrix` are those that margins will be asked of; their margins are kept up to date cheaply. */
enum ft_status ft_booster_make(struct ft_booster **out, struct ft_matrix *const *matrix,
                               size_t matrices, uint32_t outputs,
                               const struct ft_parameter *parameter, size_t parameters,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_booster_free(struct ft_booster *booster); /* NULL is allowed */

/* One round by gradients from outside. */
enum ft_status ft_booster_boost(struct ft_booster *booster, struct ft_matrix *train, uint32_t round,
                                const float *gradient, const float *hessian,
                                struct ft_error *err) FT_MUST_CHECK;
/* One round by the booster's own objective over the matrix's labels. */
enum ft_status ft_booster_update(struct ft_booster *booster, struct ft_matrix *train,
                                 uint32_t round, struct ft_error *err) FT_MUST_CHECK;
/* Margins of all rounds so far; borrowed until the booster's next call. */
enum ft_status ft_booster_margins(const float **out, struct ft_booster *booster,
                                  struct ft_matrix *matrix, struct ft_error *err) FT_MUST_CHECK;
/* The trees of the first `rounds` rounds, with leaves times `scale` (trees.h) and thresholds off the
 * values of the rows (threshold.h). */
enum ft_status ft_booster_forest(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_booster *booster, uint32_t rounds, double scale,
                                 const struct ft_grown_on *grown_on,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
