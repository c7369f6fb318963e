/* Which candidate a search tries next: the portfolio in its order, those that would take much of the time
 * after all others, then variations of the best boosted trees.
 *
 * Numbers  what is proposed depends on the losses of those judged so far, on estimated costs and on the
 *          seed; never on the clock, but for what the caller puts off.
 * Valid    `expensive` below n_expensive; those below n_expensive_taken were proposed. `postponed` is NULL,
 *          or what was proposed last. `list_ended` once a call found nothing more in the list; it stays.
 * Threads  used by one thread. */
#ifndef FORETELL_TRAIN_PROPOSER_H
#define FORETELL_TRAIN_PROPOSER_H

#include "core/train/portfolio.h"

#define FT_PROPOSER_MAX_EXPENSIVE 96

/* What is known of the candidates so far. */
struct ft_proposer_results {
  const struct ft_configuration
      *best_varied;      /* of those whose learner has variations; may be NULL */
  bool linear_underfits; /* so far that nothing as coarse is of use */
  bool first;            /* nothing has been proposed yet: it is taken whatever it costs */
};

struct ft_proposer {
  struct ft_portfolio portfolio;
  bool fixed;      /* a list that was given: nothing but it, in its order */
  bool list_ended; /* what is proposed from now on is a variation */
  const struct ft_configuration *postponed; /* the next one again; NULL: none */
  const struct ft_configuration *expensive[FT_PROPOSER_MAX_EXPENSIVE];
  uint32_t n_expensive, n_expensive_taken;
  /* Would a candidate take so much of the time that cheaper ones come first? */
  bool (*is_expensive)(void *self, const struct ft_configuration *configuration);
  void *self;
};

/* `list`: to be tried and nothing else; NULL: the portfolio and variations. */
void ft_proposer_init(struct ft_proposer *out, struct ft_arena *arena,
                      const struct ft_fit_data *data, enum ft_model_type model_type,
                      const struct ft_configuration *list);

/* The one that was put off, or the next one; NULL: there is none.
 * Errors: FT_NOMEM */
enum ft_status ft_proposer_next(const struct ft_configuration **out, struct ft_proposer *proposer,
                                const struct ft_proposer_results *results,
                                struct ft_error *err) FT_MUST_CHECK;

/* Put off what was proposed: it is the next one again. */
void ft_proposer_postpone(struct ft_proposer *proposer,
                          const struct ft_configuration *configuration);

/* What is still to come of the list, for an estimate of the time: answers the number of configurations
 * written, `max` at most. */
uint32_t ft_proposer_rest(const struct ft_configuration **out, uint32_t max,
                          const struct ft_proposer *proposer);

#endif
