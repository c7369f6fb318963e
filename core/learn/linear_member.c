#include "core/learn/linear_member.h"

#include <math.h>
#include <string.h>

/* A member being made: terms and lookups, a row of weights for each input. */
struct making {
  struct ft_term *term;
  uint32_t terms;
  struct ft_lookup *lookup;
  uint32_t lookups;
  double *term_weight;   /* terms × outputs */
  double *lookup_weight; /* rows of the lookups × outputs */
  uint32_t rows;         /* of all lookups */
  double *base;
  uint32_t outputs;
};

static enum ft_status make_room(struct making *making, struct ft_arena *arena, size_t terms,
                                size_t lookups, size_t rows, uint32_t outputs,
                                struct ft_error *err) {
  *making = (struct making){ .outputs = outputs };
  making->term = FT_ARENA_NEW(arena, struct ft_term, terms + 1);
  making->lookup = FT_ARENA_NEW(arena, struct ft_lookup, lookups);
  making->term_weight = FT_ARENA_NEW(arena, double, (terms + 1) * outputs);
  making->lookup_weight = FT_ARENA_NEW(arena, double, rows *outputs);
  making->base = FT_ARENA_NEW(arena, double, outputs);
  if (!making->term || !making->lookup || !making->term_weight || !making->lookup_weight ||
      !making->base)
    return ft_arena_fail(err, "the learner");
  return FT_OK;
}

/* Layer, with the lookups' rows after the terms; false where a weight is no float32. */
static enum ft_status finish(struct ft_member *out, bool *whole, struct ft_arena *arena,
                             struct making *making, struct ft_error *err) {
  uint32_t outputs = making->outputs;
  if (making->terms + making->lookups == 0) /* a network has an input */
    making->term[making->terms++] = (struct ft_term){ .scale = 1 };
  size_t inputs = (size_t)making->terms + making->rows;
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, 1);
  float *weight = FT_ARENA_NEW(arena, float, inputs *outputs);
  float *bias = FT_ARENA_NEW(arena, float, outputs);
  if (!layer || !weight || !bias) return ft_arena_fail(err, "the learner");
  size_t of_terms = (size_t)making->terms * outputs;
  *whole = true;
  for (size_t i = 0; i < inputs * outputs; i++) {
    weight[i] =
        (float)(i < of_terms ? making->term_weight[i] : making->lookup_weight[i - of_terms]);
    *whole &= isfinite(weight[i]) != 0;
  }
  for (uint32_t k = 0; k < outputs; k++)
    *whole &= isfinite(making->base[k]) != 0;
  /* Rows of weights: the terms first, then each lookup's codes. */
  for (uint32_t l = 0, first = making->terms; l < making->lookups; l++) {
    making->lookup[l].first = first;
    first += making->lookup[l].rows;
  }
  *layer = (struct ft_layer){ .inputs = (uint32_t)inputs,
                              .outputs = outputs,
                              .bias = bias,
                              .weight = weight };
  *out = (struct ft_member){ .kind = FT_LEARNER_NET,
                             .weight = 1,
                             .net = { .terms = making->terms,
                                      .term = making->term,
                                      .lookups = making->lookups,
                                      .lookup = making->lookup,
                                      .layers = 1,
                                      .layer = layer,
                                      .base = making->base } };
  return FT_OK;
}

static bool is_used(const double *weight, size_t columns, uint32_t outputs, size_t first,
                    size_t count) {
  for (uint32_t k = 0; k < outputs; k++)
    for (size_t j = first; j < first + count; j++)
      if (weight[k * columns + j] != 0) return true;
  return false;
}

enum ft_status ft_linear_member(struct ft_member *out, bool *whole, struct ft_arena *arena,
                                const struct ft_basis *basis, const double *weight,
                                const double *origin, const struct ft_fit_data *data,
                                struct ft_error *err) {
  struct making making;
  uint32_t outputs = data->outputs;
  size_t columns = basis->columns;
  FT_TRY(make_room(&making, arena, basis->terms, basis->lookups, columns, outputs, err));
  for (uint32_t t = 0; t < basis->terms; t++) {
    /* The L1 penalty has made these 0: a prediction does without them. */
    if (!is_used(weight, columns, outputs, t, 1)) continue;
    for (uint32_t k = 0; k < outputs; k++)
      making.term_weight[(size_t)making.terms * outputs + k] =
          data->scale * weight[k * columns + t];
    making.term[making.terms++] = basis->term[t];
  }
  for (uint32_t l = 0; l < basis->lookups; l++) {
    const struct ft_lookup *lookup = &basis->lookup[l];
    if (!is_used(weight, columns, outputs, lookup->first, lookup->rows)) continue;
    for (uint32_t r = 0; r < lookup->rows; r++)
      for (uint32_t k = 0; k < outputs; k++)
        making.lookup_weight[(size_t)(making.rows + r) * outputs + k] =
            data->scale * weight[k * columns + lookup->first + r];
    making.lookup[making.lookups++] = *lookup;
    making.rows += lookup->rows;
  }
  for (uint32_t k = 0; k < outputs; k++)
    making.base[k] = data->centre + data->scale * origin[k];
  return finish(out, whole, arena, &making, err);
}

bool ft_linear_is(const struct ft_member *member) {
  return member->kind == FT_LEARNER_NET && member->net.layers == 1;
}

static uint32_t place_term(struct making *making, const struct ft_term *term) {
  for (uint32_t t = 0; t < making->terms; t++)
    /* Members of the folds stand on one basis: equal terms have equal bytes. */
    if (memcmp(&making->term[t], term, sizeof *term) == 0) return t;
  making->term[making->terms] = *term;
  return making->terms++;
}

/* The first of its rows in `lookup_weight`. */
static uint32_t place_lookup(struct making *making, const struct ft_lookup *lookup) {
  for (uint32_t l = 0; l < making->lookups; l++)
    if (making->lookup[l].feature == lookup->feature && making->lookup[l].rows == lookup->rows)
      return making->lookup[l].first;
  uint32_t first = making->rows;
  making->lookup[making->lookups] = *lookup;
  making->lookup[making->lookups++].first = first;
  making->rows += lookup->rows;
  return first;
}

static void merge_one(struct making *making, const struct ft_member *member) {
  const struct ft_net *net = &member->net;
  const struct ft_layer *layer = &net->layer[0];
  uint32_t outputs = making->outputs;
  for (uint32_t t = 0; t < net->terms; t++) {
    double *weight = making->term_weight + (size_t)place_term(making, &net->term[t]) * outputs;
    for (uint32_t k = 0; k < outputs; k++)
      weight[k] += member->weight * (double)layer->weight[(size_t)t * outputs + k];
  }
  for (uint32_t l = 0; l < net->lookups; l++) {
    const struct ft_lookup *lookup = &net->lookup[l];
    double *weight = making->lookup_weight + (size_t)place_lookup(making, lookup) * outputs;
    const float *from = layer->weight + (size_t)lookup->first * outputs;
    for (size_t i = 0; i < (size_t)lookup->rows * outputs; i++)
      weight[i] += member->weight * (double)from[i];
  }
  for (uint32_t k = 0; k < outputs; k++)
    making->base[k] += member->weight * (net->base[k] + (double)layer->bias[k]);
}

enum ft_status ft_linear_merge(struct ft_member *out, struct ft_arena *arena,
                               const struct ft_member *member, uint32_t members, uint32_t outputs,
                               struct ft_error *err) {
  size_t terms = 0, lookups = 0, rows = 0;
  for (uint32_t m = 0; m < members; m++) {
    terms += member[m].net.terms;
    lookups += member[m].net.lookups;
    rows += member[m].net.layer[0].inputs - member[m].net.terms;
  }
  struct making making;
  bool whole;
  FT_TRY(make_room(&making, arena, terms, lookups, rows, outputs, err));
  for (uint32_t m = 0; m < members; m++)
    merge_one(&making, &member[m]);
  return finish(out, &whole, arena, &making, err);
}
