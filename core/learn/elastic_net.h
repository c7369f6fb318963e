/* Linear, logistic and multinomial regression under an elastic net.
 *
 *   mean loss + penalty * (share * sum |w| + (1 - share) / 2 * sum w^2)
 *
 * The loss is half the squared error, or the log loss. The intercepts are free; of a label that no
 * row has, the intercept stays.
 *
 * Method   the loss is bounded by a parabola whose metric is the columns' covariance, each row
 *          weighted by the loss's curvature (of many columns: the rows themselves, unweighted);
 *          coordinate descent finds the parabola's least point; its steepness follows what the loss
 *          did, and is raised where the bound did not hold; where progress is slow, the metric is made
 *          anew.
 * Shapes   weights outputs × columns; margin[i] = intercept + sum of w[j] * (column[j][i] - mean[j]).
 * Numbers  double, one stated order, own exp and log: the same bits everywhere.
 * Order    make, then solve under ever weaker penalties: each begins at the last one's weights.
 * Valid    weights, origin and objective after make and after each solve; what they point to until the next
 *          solve. After a solve that was cut short they are those of its last step.
 * Threads  one solver a thread.
 * Source   Friedman, Hastie, Tibshirani, "Regularization Paths for Generalized Linear Models via
 *          Coordinate Descent" (2010), for the path and the coordinate's step. */
#ifndef FORETELL_LEARN_ELASTIC_NET_H
#define FORETELL_LEARN_ELASTIC_NET_H

#include "core/learn/design.h"

struct ft_elastic_net_task {
  enum ft_problem problem;
  uint32_t outputs;
  const struct ft_design *design; /* borrowed, as all else here */
  const double *target;           /* one a row of the design */
  double share;                   /* of the absolute weights in the penalty; 0 … 1 */
  double tolerance; /* progress of one parabola, in the loss without weights: less is none */
  const struct ft_fit_task *end; /* the fit whose end is looked at; may be NULL */
};

struct ft_elastic_net;

/* Everything in `out` lives in the arena; all weights 0. `*out` is NULL when the end came first.
 * Errors: FT_NOMEM */
enum ft_status ft_elastic_net_make(struct ft_elastic_net **out, struct ft_arena *arena,
                                   const struct ft_elastic_net_task *task,
                                   struct ft_error *err) FT_MUST_CHECK;

/* Go on from where it is to the best weights under another penalty. False: the end came first, and
 * the weights are not the best ones. */
bool ft_elastic_net_solve(struct ft_elastic_net *net, double penalty);

const double *ft_elastic_net_weights(const struct ft_elastic_net *net);
/* What a margin is where all columns are 0; one an output. */
void ft_elastic_net_origin(double *out, const struct ft_elastic_net *net);
/* Mean loss and penalty at the weights: what was made small. */
double ft_elastic_net_objective(const struct ft_elastic_net *net, double penalty);

#endif
