/* Random nets for tests, and the plain loops that say what they give.
 *
 * Memory   everything is in the caller's arena; a failure ends the program. */
#ifndef FORETELL_TEST_UNIT_BUILD_NET_H
#define FORETELL_TEST_UNIT_BUILD_NET_H

#include <stdlib.h>
#include <string.h>

#include "core/predict/activation.h"
#include "foretell/arena.h"
#include "foretell/model.h"
#include "foretell/random.h"

struct build_net_options {
  uint32_t features, terms, lookups, hidden, width, outputs;
  enum ft_activation activation;
};

static inline void *build_take(struct ft_arena *arena, size_t count, size_t size) {
  void *memory = ft_arena_take(arena, count, size);
  if (!memory) abort();
  return memory;
}

static inline float build_single(struct ft_random *random, float reach) {
  return ((float)ft_random_unit(random) * 2.0F - 1.0F) * reach;
}

static inline float *build_singles(struct ft_arena *arena, size_t count, float reach,
                                   struct ft_random *random) {
  float *single = build_take(arena, count, sizeof *single);
  for (size_t i = 0; i < count; i++)
    single[i] = build_single(random, reach);
  return single;
}

static inline struct ft_term build_term(uint32_t feature, struct ft_random *random) {
  static const float infinity = __builtin_inff();
  struct ft_term term = { .feature = feature,
                          .centre = build_single(random, 1),
                          .scale = build_single(random, 2),
                          .low = -infinity,
                          .high = infinity,
                          .absent = build_single(random, 1) };
  if (ft_random_below(random, 3) == 0) { /* a hinge */
    term.low = 0;
    term.high = 1;
  } else if (ft_random_below(random, 3) == 0) { /* a value clipped */
    term.low = -3;
    term.high = 3;
  }
  return term;
}

/* Lookups read features from the last on. */
static inline struct ft_net build_net(struct ft_arena *arena,
                                      const struct build_net_options *options,
                                      struct ft_random *random) {
  struct ft_term *term = build_take(arena, options->terms, sizeof *term);
  struct ft_lookup *lookup = build_take(arena, options->lookups, sizeof *lookup);
  struct ft_layer *layer = build_take(arena, options->hidden + 1, sizeof *layer);
  double *base = build_take(arena, options->outputs, sizeof *base);
  for (uint32_t t = 0; t < options->terms; t++)
    term[t] = build_term(t % options->features, random);
  uint32_t inputs = options->terms;
  for (uint32_t l = 0; l < options->lookups; l++) {
    lookup[l] = (struct ft_lookup){ options->features - 1 - l % options->features, inputs,
                                    2 + (uint32_t)ft_random_below(random, 5) };
    inputs += lookup[l].rows;
  }
  for (uint32_t l = 0; l <= options->hidden; l++) {
    bool last = l == options->hidden;
    uint32_t outputs = last ? options->outputs : options->width;
    float reach = 2.0F / (1.0F + (float)(inputs > 64 ? 8 : inputs / 8));
    layer[l] = (struct ft_layer){ .inputs = inputs,
                                  .outputs = outputs,
                                  .activation = last ? FT_ACTIVATE_NONE : options->activation,
                                  .bias = build_singles(arena, outputs, 1, random),
                                  .weight = build_singles(arena, (size_t)inputs * outputs, reach,
                                                          random) };
    inputs = outputs;
  }
  for (uint32_t g = 0; g < options->outputs; g++)
    base[g] = ft_random_unit(random);
  return (struct ft_net){ options->terms, term, options->lookups, lookup, options->hidden + 1,
                          layer,          base };
}

static inline float plain_activate(enum ft_activation activation, float x) {
  ft_activate(activation, &x, 1);
  return x;
}

static inline float plain_term(const struct ft_term *term, float x) {
  if (x != x) return term->absent;
  volatile float scaled = (x - term->centre) * term->scale;
  if (!(scaled > term->low)) return term->low < term->high ? term->low : term->high;
  return scaled < term->high ? scaled : term->high;
}

static inline uint32_t plain_lookup(const struct ft_lookup *lookup, float x) {
  if (x != x) return lookup->first + lookup->rows - 1;
  if (x < 0 || x >= (float)(lookup->rows - 1)) return lookup->first;
  return lookup->first + (uint32_t)x;
}

/* The last layer's float32 of one row, whose features are `feature`; `sum` and `x` are as wide as
 * any layer. */
static inline void plain_net(float *out, const struct ft_net *net, const float *feature) {
  static float x[FT_NET_MAX_WIDTH], sum[FT_NET_MAX_WIDTH];
  for (uint32_t l = 0; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    for (uint32_t o = 0; o < layer->outputs; o++) {
      volatile float total = layer->bias[o], product;
      for (uint32_t k = 0; l == 0 && k < net->lookups; k++) {
        const struct ft_lookup *lookup = &net->lookup[k];
        size_t row = plain_lookup(lookup, feature[lookup->feature]);
        total = total + layer->weight[row * layer->outputs + o];
      }
      for (uint32_t i = 0; i < (l == 0 ? net->terms : layer->inputs); i++) {
        float value = l == 0 ? plain_term(&net->term[i], feature[net->term[i].feature]) : x[i];
        product = value * layer->weight[(size_t)i * layer->outputs + o];
        total = total + product;
      }
      sum[o] = plain_activate(layer->activation, total);
    }
    memcpy(x, sum, layer->outputs * sizeof *x);
  }
  memcpy(out, x, net->layer[net->layers - 1].outputs * sizeof *out);
}

#endif
