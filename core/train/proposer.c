#include "core/train/proposer.h"

#include <assert.h>

void ft_proposer_init(struct ft_proposer *out, struct ft_arena *arena,
                      const struct ft_fit_data *data, enum ft_model_type model_type,
                      const struct ft_configuration *list) {
  *out = (struct ft_proposer){ .fixed = list != NULL };
  ft_portfolio_init(&out->portfolio, arena, data, model_type);
  if (list) out->portfolio.list = list;
}

static bool is_put_last(const struct ft_proposer *proposer,
                        const struct ft_configuration *configuration,
                        const struct ft_proposer_results *results) {
  if (proposer->fixed || results->first || !proposer->is_expensive) return false;
  /* When the table is full, further ones are proposed in their place: later is a preference, not
   * a rule. */
  return proposer->n_expensive < FT_PROPOSER_MAX_EXPENSIVE &&
         proposer->is_expensive(proposer->self, configuration);
}

/* The next row of the list that is not put last, then those that were; NULL: the list is at its end. */
static enum ft_status next_listed(const struct ft_configuration **out, struct ft_proposer *proposer,
                                  const struct ft_proposer_results *results, struct ft_error *err) {
  for (;;) {
    FT_TRY(ft_portfolio_next(out, &proposer->portfolio, NULL, err));
    if (!*out) break;
    if (!is_put_last(proposer, *out, results)) return FT_OK;
    proposer->expensive[proposer->n_expensive++] = *out;
  }
  /* The expensive ones keep the list's order among themselves. */
  if (proposer->n_expensive_taken < proposer->n_expensive)
    *out = proposer->expensive[proposer->n_expensive_taken++];
  return FT_OK;
}

enum ft_status ft_proposer_next(const struct ft_configuration **out, struct ft_proposer *proposer,
                                const struct ft_proposer_results *results, struct ft_error *err) {
  /* What was put off goes first, so that the order of the candidates does not depend on the
   * clock. */
  *out = proposer->postponed;
  proposer->postponed = NULL;
  if (*out) return FT_OK;
  proposer->portfolio.no_coarse = !proposer->fixed && results->linear_underfits;
  FT_TRY(next_listed(out, proposer, results, err));
  proposer->list_ended = *out == NULL;
  if (*out || proposer->fixed) return FT_OK;
  return ft_portfolio_next(out, &proposer->portfolio, results->best_varied, err);
}

void ft_proposer_postpone(struct ft_proposer *proposer,
                          const struct ft_configuration *configuration) {
  assert(!proposer->postponed && configuration);
  proposer->postponed = configuration;
}

uint32_t ft_proposer_rest(const struct ft_configuration **out, uint32_t max,
                          const struct ft_proposer *proposer) {
  struct ft_portfolio rest = proposer->portfolio; /* a copy: nothing is taken from the real one */
  uint32_t count = 0;
  while (count < max && ft_portfolio_next(&out[count], &rest, NULL, NULL) == FT_OK && out[count])
    count++;
  for (uint32_t i = proposer->n_expensive_taken; i < proposer->n_expensive && count < max; i++)
    out[count++] = proposer->expensive[i];
  return count;
}
