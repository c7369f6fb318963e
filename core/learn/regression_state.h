/* Where a regression stands: its weights, and the loss, its slopes and the residuals there.
 *
 * Shapes   weights outputs × columns; margin[i] = intercept + sum of w[j] * (column[j][i] - mean[j]).
 * Units    half the squared error, or the log loss; means over the rows.
 * Numbers  double, rows in their order, own exp and log.
 * Valid    weights and intercepts always; all else after ft_regression_state_evaluate, until these change.
 * Owner    all arrays are the arena's; what ft_regression points to is borrowed.
 * Threads  one state a thread. */
#ifndef FORETELL_LEARN_REGRESSION_STATE_H
#define FORETELL_LEARN_REGRESSION_STATE_H

#include "core/learn/design.h"

/* What a regression is of. */
struct ft_regression {
  enum ft_problem problem;
  uint32_t outputs;
  const struct ft_design *design;
  const double *target; /* one a row of the design */
  const double *mean;   /* of each column */
};

struct ft_regression_state {
  double *weight;    /* outputs × columns */
  double *intercept; /* outputs */
  double loss;       /* mean over the rows, without the penalty */
  double *gradient;  /* outputs × columns: the loss's slope over each weight */
  double *level;     /* outputs: the same over each intercept */
  double *origin;    /* outputs: margins where all columns are 0 */
  double *residual;  /* outputs × rows: a row's loss's slope over each margin */
};

/* All 0. Errors: FT_NOMEM */
enum ft_status ft_regression_state_make(struct ft_regression_state *out, struct ft_arena *arena,
                                        const struct ft_regression *of,
                                        struct ft_error *err) FT_MUST_CHECK;

/* Everything that follows from weights and intercepts. */
void ft_regression_state_evaluate(struct ft_regression_state *state,
                                  const struct ft_regression *of);

#endif
