#include "core/train/portfolio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/log_fit.h"
#include "foretell/maths.h"

#define LOG_2      0.693147180559945286
#define WIDE_CODES 16 /* a category of more is worth a candidate that sees means of its codes */

#define COARSE_DEPTH      2 /* of boosted trees */
#define COARSE_MEAN_DEPTH 8 /* of trees that are averaged */
#define NET_HASTE         3 /* epochs of a net are no fewer than a third */

#define COARSE_WIDTH 24 /* of a net's layers */

/* How a parameter of trees is varied: to a value times or by up to `reach`, kept within bounds. */
struct variation {
  const char *name;
  double standard; /* where it is not given */
  double added;    /* before it is multiplied: lambda 0 would stay 0 */
  double reach;    /* powers of two */
  double least, most;
  bool whole;
};

static const struct variation variations[] = {
  { "max_depth", 6, 0, 0, 2, 10, true },
  { "min_child_weight", 1, 0.05, 2.5, 0.00001, 64, false },
  { "lambda", 1, 0.3, 2.5, 0, 64, false },
  { "colsample_bytree", 1, 0, 0.7, 0.3, 1, false },
};
#define VARIATIONS (sizeof variations / sizeof *variations)

static bool has_wide(const struct ft_features *features) {
  for (uint32_t f = 0; f < features->features; f++)
    if (features->categories[f] > WIDE_CODES) return true;
  return false;
}

/* Can it tell only few kinds of rows apart? */
static bool is_coarse(const struct ft_configuration *configuration) {
  double depth = ft_configuration_number(configuration, "max_depth", 6);
  switch (configuration->learner) {
  case FT_LEARN_TREES: return depth <= COARSE_DEPTH;
  case FT_LEARN_EXTRA_TREES: return depth <= COARSE_MEAN_DEPTH;
  case FT_LEARN_NET: return ft_configuration_number(configuration, "width", 64) <= COARSE_WIDTH;
  default: return true; /* linear models; and random forests, means of shallow trees */
  }
}

void ft_portfolio_init(struct ft_portfolio *portfolio, struct ft_arena *arena,
                       const struct ft_fit_data *data, enum ft_model_type model_type) {
  *portfolio =
      (struct ft_portfolio){ .list = ft_configuration_list(data->problem, data->outputs),
                             .model_type = model_type,
                             .outputs = data->outputs,
                             .arena = arena,
                             .random = ft_random_seeded(data->seed ^ UINT64_C(0x70f0110700000001)),
                             .wide = has_wide(data->features),
                             .spread = ft_log_fit_pays(data, data->features->rows) };
}

static double clamp(double value, double least, double most) {
  return value < least ? least : value > most ? most : value;
}

static double draw_factor(struct ft_random *random, double reach) {
  return ft_exp((2 * ft_random_unit(random) - 1) * reach * LOG_2);
}

static double vary_number(struct ft_random *random, const struct variation *variation,
                          double value) {
  if (variation->whole)
    value += ft_random_below(random, 2) ? 1 : -1;
  else
    value = (value + variation->added) * draw_factor(random, variation->reach);
  return clamp(value, variation->least, variation->most);
}

/* Set a parameter in place, or add it; a full list stays as it is. */
static enum ft_status set(struct ft_portfolio *portfolio, struct ft_configuration *configuration,
                          const char *name, double value, struct ft_error *err) {
  const char *text = ft_arena_print(portfolio->arena, "%.4g", value);
  if (!text) return ft_arena_fail(err, "the candidates");
  for (size_t i = 0; i < FT_CONFIGURATION_PARAMETERS; i++) {
    struct ft_parameter *parameter = &configuration->parameter[i];
    if (parameter->name && strcmp(parameter->name, name) != 0) continue;
    *parameter = (struct ft_parameter){ name, text };
    break;
  }
  return FT_OK;
}

static enum ft_status vary(struct ft_configuration *out, struct ft_portfolio *portfolio,
                           const struct ft_configuration *best, struct ft_error *err) {
  struct ft_random *random = &portfolio->random;
  *out = *best;
  double depth = ft_configuration_number(best, "max_depth", 6);
  for (size_t i = 0; i < VARIATIONS; i++) {
    const struct variation *variation = &variations[i];
    double value = vary_number(random, variation,
                               ft_configuration_number(best, variation->name, variation->standard));
    if (ft_random_below(random, 2)) FT_TRY(set(portfolio, out, variation->name, value, err));
  }
  double pace = draw_factor(random, 1);
  out->eta = clamp(best->eta * pace, 0.01, 0.3);
  out->most_rounds = (uint32_t)clamp(best->most_rounds * best->eta / out->eta, 100, 4000);
  out->subsample = clamp(best->subsample + 0.4 * (ft_random_unit(random) - 0.5), 0.4, 1);
  out->cost = clamp(best->cost * best->eta / out->eta *
                        (ft_configuration_number(out, "max_depth", 6) + 1) / (depth + 1),
                    0.1, 20);
  size_t base = strcspn(best->name, " ");
  out->name =
      ft_arena_print(portfolio->arena, "%.*s %u", (int)base, best->name, ++portfolio->variations);
  return out->name ? FT_OK : ft_arena_fail(err, "the candidates");
}

double ft_portfolio_most_haste(const struct ft_configuration *configuration, double haste) {
  switch (configuration->learner) {
  case FT_LEARN_TREES:
    return ft_configuration_eta(configuration, INFINITY) /
           ft_configuration_eta(configuration, haste);
  case FT_LEARN_NET: return NET_HASTE;
  default: return 1;
  }
}

enum ft_status ft_portfolio_hasten(const struct ft_configuration **configuration,
                                   struct ft_portfolio *portfolio, double haste,
                                   struct ft_error *err) {
  struct ft_configuration *out = FT_ARENA_NEW(portfolio->arena, struct ft_configuration, 1);
  if (!out) return ft_arena_fail(err, "the candidates");
  *out = **configuration;
  out->cost /= haste;
  out->most_rounds = (uint32_t)(out->most_rounds / haste) + 1;
  if (out->learner == FT_LEARN_TREES) out->eta *= haste;
  if (out->learner == FT_LEARN_NET) FT_TRY(set(portfolio, out, "epochs", out->most_rounds, err));
  out->name = ft_arena_print(portfolio->arena, "%s, %gx faster", out->name, haste);
  if (!out->name) return ft_arena_fail(err, "the candidates");
  *configuration = out;
  return FT_OK;
}

enum ft_status ft_portfolio_next(const struct ft_configuration **out,
                                 struct ft_portfolio *portfolio,
                                 const struct ft_configuration *best, struct ft_error *err) {
  *out = NULL;
  while (portfolio->list->name) {
    const struct ft_configuration *next = portfolio->list++;
    if (!ft_learner_allowed(next->learner, portfolio->model_type)) continue;
    if (!ft_configuration_suits(next, portfolio->outputs)) continue;
    if (ft_configuration_says(next, "encode", "target") && !portfolio->wide) continue;
    if (ft_log_fit_wanted(next) && !portfolio->spread) continue;
    if (portfolio->fine && is_coarse(next)) continue;
    *out = next;
    return FT_OK;
  }
  if (!best) return FT_OK;
  struct ft_configuration *varied = FT_ARENA_NEW(portfolio->arena, struct ft_configuration, 1);
  if (!varied) return ft_arena_fail(err, "the candidates");
  FT_TRY(vary(varied, portfolio, best, err));
  *out = varied;
  return FT_OK;
}
