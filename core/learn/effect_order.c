#include "core/learn/effect_order.h"

#include <assert.h>
#include <stdlib.h>

#include "core/learn/linear.h"

#define MIN_ROWS 50    /* of a category, a code */
#define MAX_ROWS 50000 /* are enough, evenly spread */
#define MAX_ADDITIVE_FEATURES \
  40             /* then numbers are straight: hinges would take longer than the trees */
#define STEPS 24 /* of the path: by then a penalty is too small to hide what codes add */

/* Additive models that a category's effects are read from: numbers as straight lines, or as splines. */
static const struct ft_configuration straight = {
  .name = "effects",
  .options = &(const struct ft_linear_options){ .clip = 4 },
};
static const struct ft_configuration additive = {
  .name = "effects",
  .options = &(const struct ft_linear_options){ .knots = 10, .clip = 4 },
};

static bool has_order(const struct ft_fit_task *task, uint32_t feature) {
  /* Places are of the training rows' own targets, so each code needs enough rows for its place
   * to be no accident. */
  uint32_t codes = task->data->features->categories[feature];
  return codes >= FT_EFFECT_ORDER_MIN_CODES && codes <= FT_EFFECT_ORDER_MAX_CODES &&
         task->n_train >= (size_t)MIN_ROWS * codes;
}

static bool has_any_order(const struct ft_fit_task *task) {
  for (uint32_t f = 0; f < task->data->features->features; f++)
    if (has_order(task, f)) return true;
  return false;
}

struct placed {
  float weight;
  uint32_t code;
};

static int compare_placed(const void *a, const void *b) {
  const struct placed *first = a, *second = b;
  if (first->weight != second->weight) return first->weight < second->weight ? -1 : 1;
  return (first->code > second->code) - (first->code < second->code);
}

/* Codes 0 … `codes`, by the weights of their rows of the lookup. */
static enum ft_status place(float **out, struct ft_arena *arena, const float *weight,
                            uint32_t codes, struct ft_error *err) {
  struct placed placed[FT_EFFECT_ORDER_MAX_CODES + 1];
  assert(codes <= FT_EFFECT_ORDER_MAX_CODES);
  float *of_code = FT_ARENA_NEW(arena, float, codes + 1);
  if (!of_code) return ft_arena_fail(err, "the order of a category");
  for (uint32_t c = 0; c <= codes; c++)
    /* Code 0 is "other"; the weight of the missing value's row is not looked at, since missing
     * values have no place. */
    placed[c] = (struct placed){ weight[c], c };
  qsort(placed, codes + 1, sizeof *placed, compare_placed);
  for (uint32_t i = 0; i <= codes; i++)
    of_code[placed[i].code] = (float)i;
  *out = of_code;
  return FT_OK;
}

static enum ft_status read_places(const float *const **of_code, struct ft_arena *arena,
                                  const struct ft_fit_task *task, const struct ft_net *net,
                                  struct ft_error *err) {
  const struct ft_features *features = task->data->features;
  float **places = FT_ARENA_NEW(arena, float *, features->features);
  if (!places) return ft_arena_fail(err, "the order of a category");
  for (uint32_t l = 0; l < net->lookups; l++) {
    const struct ft_lookup *lookup = &net->lookup[l];
    /* Lookups of weight 0 throughout are left out of the member: such a category keeps NULL, and
     * stays codes. */
    if (!has_order(task, lookup->feature)) continue;
    FT_TRY(place(&places[lookup->feature], arena, net->layer[0].weight + lookup->first,
                 features->categories[lookup->feature], err));
  }
  *of_code = (const float *const *)places;
  return FT_OK;
}

static enum ft_status thin(struct ft_fit_task *task, struct ft_arena *arena, struct ft_error *err) {
  if (task->n_train <= MAX_ROWS) return FT_OK;
  uint32_t *row = FT_ARENA_NEW(arena, uint32_t, MAX_ROWS);
  if (!row) return ft_arena_fail(err, "the order of a category");
  /* A linear model gains nothing from more rows; they are evenly spread, as order is random. */
  for (size_t i = 0; i < MAX_ROWS; i++)
    row[i] = task->train[i * task->n_train / MAX_ROWS];
  task->train = row;
  task->n_train = MAX_ROWS;
  return FT_OK;
}

enum ft_status ft_effect_order_order(const float *const **of_code, struct ft_arena *arena,
                                     const struct ft_fit_task *task, struct ft_error *err) {
  *of_code = NULL;
  if (task->data->outputs != 1 || !task->data->features->categories || !has_any_order(task))
    return FT_OK;
  struct ft_fit_task own = *task;
  struct ft_fit fit = { 0 };
  FT_TRY(thin(&own, arena, err));
  own.configuration =
      task->data->features->features > MAX_ADDITIVE_FEATURES ? &straight : &additive;
  /* No valid rows: the path is gone a fixed number of steps, since only the order of the weights
   * is used. */
  own.n_valid = 0;
  own.rounds = STEPS;
  own.progress = NULL;
  FT_TRY(ft_linear_fit(&fit, arena, &own, err));
  return fit.done ? read_places(of_code, arena, task, &fit.member.net, err) : FT_OK;
}
