/* What a search tries, in order: the configurations of the list that are allowed, by their value for
 * the time they cost; then variations of the best trees, each in a few parameters.
 *
 * Order    the list first, once through; `list` moves along it and ends at its entry without a name. Then
 *          variations, without end.
 * Owner    configurations of the list are constants; varied and sped-up ones are the arena's.
 * Numbers  a variation depends on what it varies, the seed and how many there were before it.
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_PORTFOLIO_H
#define FORETELL_TRAIN_PORTFOLIO_H

#include "core/learn/fit_task.h"
#include "foretell/job.h"
#include "foretell/random.h"

struct ft_portfolio {
  const struct ft_configuration *list; /* what is left of it */
  enum ft_model_type model_type;       /* AUTO: learners of any */
  uint32_t outputs;                    /* of the data */
  struct ft_arena *arena;              /* of the configurations made; borrowed */
  struct ft_random random;             /* of the variations; copied with the portfolio */
  bool wide;                           /* a category has many codes */
  bool spread;                         /* the target is of numbers over magnitudes (log_target.h) */
  bool no_coarse;      /* what can tell only few kinds of rows apart is left out from now on */
  uint32_t variations; /* made so far */
};

void ft_portfolio_init(struct ft_portfolio *portfolio, struct ft_arena *arena,
                       const struct ft_fit_data *data, enum ft_model_type model_type);

/* The next of the list, or a variation of `best`, whose learner has variations; NULL at the end of the
 * list when there is no `best`.
 * Errors: FT_NOMEM */
enum ft_status ft_portfolio_next(const struct ft_configuration **out,
                                 struct ft_portfolio *portfolio,
                                 const struct ft_configuration *best,
                                 struct ft_error *err) FT_MUST_CHECK;

/* How many times faster a configuration can be, beside what all fits are sped up by; 1: not at all. */
double ft_portfolio_max_speed_up(const struct ft_configuration *configuration,
                                 double learning_rate_factor);

/* The same, `learning_rate_factor` times faster, as a new configuration: of boosted trees the learning rate
 * is as many times as large and rounds are fewer, of networks epochs are fewer.
 * Errors: FT_NOMEM */
enum ft_status ft_portfolio_speed_up(const struct ft_configuration **configuration,
                                     struct ft_portfolio *portfolio, double learning_rate_factor,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
