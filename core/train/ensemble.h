/* Which candidates the model is made of, and how much of each: chosen on predictions of rows that their
 * fits did not see.
 *
 * The best one, then with replacement whichever makes the mean of all taken so far best (Caruana and
 * others, "Ensemble Selection from Libraries of Models", 2004). Guards for few rows: the same is done on
 * two halves of the rows, the weights are the mean of the three, and where an ensemble chosen on one half
 * is worse on the other than the best single one chosen there, by more than a standard error, the best
 * single one it is.
 *
 * Shapes   margins rows × outputs, row-major, base included; a weight for each candidate, 0 for those
 *          not taken; weights add up to 1.
 * Numbers  losses are sums over the rows in order: no threads, no chance.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_ENSEMBLE_H
#define FORETELL_TRAIN_ENSEMBLE_H

#include "foretell/error.h"
#include "foretell/model.h"

#define FT_ENSEMBLE_STEPS 25

struct ft_ensemble_task {
  enum ft_problem problem;
  uint32_t outputs;
  size_t rows;
  const double *target;        /* rows */
  uint32_t candidates;         /* at least 1 */
  const double *const *margin; /* of each candidate: rows × outputs; all over the same rows */
};

/* `weight`: one a candidate; untouched on failure.
 * Errors: FT_NOMEM */
enum ft_status ft_ensemble_choose(double *weight, const struct ft_ensemble_task *task,
                                  struct ft_error *err) FT_MUST_CHECK;

/* What candidates may cost: each is the mean of `fits` fits, of which some may be kept, and has shown its
 * margins with one. All that are kept cost at most 1 together. */
struct ft_ensemble_budget {
  const double *cost; /* of a fit, as a share of the whole budget; above 0 */
  const double
      *gain; /* of the mean of very many fits over one, in loss a row; k fits have 1 - 1/k of
                       * it, and a weight w in an ensemble w² of that */
  const uint32_t *fits; /* that there are, at least 1 */
};

/* The same within a budget and without guards; where no candidate is cheap enough, the one that costs
 * least. For telling which candidates to choose from.
 * Errors: FT_NOMEM */
enum ft_status ft_ensemble_afford(double *weight, const struct ft_ensemble_task *task,
                                  const struct ft_ensemble_budget *budget,
                                  struct ft_error *err) FT_MUST_CHECK;

/* The weighted sum of the margins. */
void ft_ensemble_average(double *out, const struct ft_ensemble_task *task, const double *weight);

/* Mean and standard error of what the ensemble `b` is better than `a` by, in loss a row. */
struct ft_gain {
  double mean, error;
};
struct ft_gain ft_ensemble_gain(const struct ft_ensemble_task *task, const double *a,
                                const double *b);

#endif
