#include "core/train/portfolio.h"

#include <string.h>

#include "core/learn/learner.h"
#include "core/learn/log_target.h"
#include "core/learn/portfolio_list.h"

#define WIDE_CODES 16 /* a category of more is worth a candidate that sees means of its codes */

static bool has_wide(const struct ft_features *features) {
  for (uint32_t f = 0; f < features->features; f++)
    if (features->categories[f] > WIDE_CODES) return true;
  return false;
}

static bool is_coarse(const struct ft_configuration *configuration) {
  const struct ft_learner *learner = configuration->learner;
  return !learner->is_coarse || learner->is_coarse(configuration);
}

static bool is_allowed(const struct ft_learner *learner, enum ft_model_type model_type) {
  return model_type == FT_MODEL_TYPE_AUTO || learner->asked_for_by == model_type;
}

void ft_portfolio_init(struct ft_portfolio *portfolio, struct ft_arena *arena,
                       const struct ft_fit_data *data, enum ft_model_type model_type) {
  *portfolio =
      (struct ft_portfolio){ .list = ft_portfolio_list(data->problem, data->outputs),
                             .model_type = model_type,
                             .outputs = data->outputs,
                             .arena = arena,
                             .random = ft_random_seeded(data->seed ^ UINT64_C(0x70f0110700000001)),
                             .wide = has_wide(data->features),
                             .spread = ft_log_target_fit_pays(data, data->features->rows) };
}

/* A copy with options of its own, which may be changed.
 * Errors: FT_NOMEM */
static enum ft_status copy(struct ft_configuration **out, void **options,
                           struct ft_portfolio *portfolio, const struct ft_configuration *from,
                           struct ft_error *err) {
  const size_t bytes = from->learner->options_bytes;
  *out = FT_ARENA_NEW(portfolio->arena, struct ft_configuration, 1);
  *options = ft_arena_take(portfolio->arena, 1, bytes);
  if (!*out || !*options) return ft_arena_fail(err, "the candidates");
  /* Lists are constants that all searches share: a change needs options of its own. */
  memcpy(*options, from->options, bytes);
  **out = *from;
  (*out)->options = *options;
  return FT_OK;
}

static enum ft_status vary(const struct ft_configuration **out, struct ft_portfolio *portfolio,
                           const struct ft_configuration *best, struct ft_error *err) {
  struct ft_configuration *varied;
  void *options;
  FT_TRY(copy(&varied, &options, portfolio, best, err));
  best->learner->vary(options, &portfolio->random);
  /* "boosted depth 6" becomes "boosted variation 1": the name keeps the first word alone. */
  size_t base = strcspn(best->name, " ");
  varied->name = ft_arena_print(portfolio->arena, "%.*s variation %u", (int)base, best->name,
                                ++portfolio->variations);
  *out = varied;
  return varied->name ? FT_OK : ft_arena_fail(err, "the candidates");
}

double ft_portfolio_max_speed_up(const struct ft_configuration *configuration,
                                 double learning_rate_factor) {
  const struct ft_learner *learner = configuration->learner;
  return learner->max_speed_up ? learner->max_speed_up(configuration, learning_rate_factor) : 1;
}

enum ft_status ft_portfolio_speed_up(const struct ft_configuration **configuration,
                                     struct ft_portfolio *portfolio, double learning_rate_factor,
                                     struct ft_error *err) {
  struct ft_configuration *out;
  void *options;
  FT_TRY(copy(&out, &options, portfolio, *configuration, err));
  out->learner->speed_up(options, learning_rate_factor);
  out->name = ft_arena_print(portfolio->arena, "%s (%gx faster)", out->name, learning_rate_factor);
  if (!out->name) return ft_arena_fail(err, "the candidates");
  *configuration = out;
  return FT_OK;
}

static bool is_wanted(const struct ft_portfolio *portfolio,
                      const struct ft_configuration *configuration) {
  if (!is_allowed(configuration->learner, portfolio->model_type)) return false;
  if (!ft_portfolio_list_suits(configuration, portfolio->outputs)) return false;
  /* Without a category of many codes the candidate would be a copy of another one. */
  if (configuration->encoding == FT_ENCODING_TARGET_MEAN && !portfolio->wide) return false;
  if (configuration->log_target && !portfolio->spread) return false;
  return !portfolio->no_coarse || !is_coarse(configuration);
}

enum ft_status ft_portfolio_next(const struct ft_configuration **out,
                                 struct ft_portfolio *portfolio,
                                 const struct ft_configuration *best, struct ft_error *err) {
  *out = NULL;
  /* Rows that are not wanted are passed over for good: what is wanted only becomes less. */
  while (portfolio->list->name) {
    const struct ft_configuration *next = portfolio->list++;
    if (!is_wanted(portfolio, next)) continue;
    *out = next;
    return FT_OK;
  }
  return best ? vary(out, portfolio, best, err) : FT_OK;
}
