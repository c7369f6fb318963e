#include "core/learn/mlp_network.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "foretell/maths.h"

static uint32_t stride_of(uint32_t outputs) {
  return (outputs + FT_MLP_LANES - 1) / FT_MLP_LANES * FT_MLP_LANES;
}

/* --- making --- */

static void lay_out(struct ft_mlp_network *network, const struct ft_mlp_network_shape *shape) {
  const struct ft_mlp_terms *terms = network->terms;
  uint32_t inputs = terms->terms + terms->slots;
  /* A lookup has one slot per row that is 1: the variance of a sum is that of the inputs that
   * are not 0. */
  uint32_t active = terms->terms + terms->lookups; /* a row's inputs that are not 0 */
  network->layers = shape->hidden + 1;
  network->size = stride_of(inputs);
  for (uint32_t l = 0; l < network->layers; l++) {
    struct ft_mlp_network_layer *layer = &network->layer[l];
    bool last = l == shape->hidden;
    layer->inputs = inputs;
    layer->outputs = last ? shape->outputs : shape->width;
    layer->stride = stride_of(layer->outputs);
    layer->activation = last ? FT_ACTIVATE_NONE : shape->activation;
    /* Neural tangent parametrisation (Jacot and others, 2018): deviation 1 / sqrt(inputs), for
     * the weights and for the rate of their steps. */
    layer->gain = 1 / sqrt(l == 0 ? active : inputs);
    layer->weight = network->size;
    layer->bias = layer->weight + (size_t)layer->inputs * layer->stride;
    network->size = layer->bias + layer->stride;
    inputs = layer->outputs;
  }
}

enum ft_status ft_mlp_network_make(struct ft_mlp_network *out, struct ft_arena *arena,
                                   const struct ft_mlp_terms *terms,
                                   const struct ft_mlp_network_shape *shape, struct ft_error *err) {
  *out = (struct ft_mlp_network){ .kernel = ft_mlp_kernel_active(), .terms = terms };
  lay_out(out, shape);
  const struct ft_mlp_network_layer *first = &out->layer[0];
  out->value = FT_ARENA_NEW(arena, float, out->size);
  out->gradient = FT_ARENA_NEW(arena, float, out->size);
  out->mean = FT_ARENA_NEW(arena, float, out->size);
  out->square = FT_ARENA_NEW(arena, float, out->size);
  out->first = FT_ARENA_NEW(arena, float, (size_t)first->inputs * first->stride);
  if (!out->value || !out->gradient || !out->mean || !out->square || !out->first)
    return ft_arena_fail(err, "the net");
  for (uint32_t l = 1; l < out->layers; l++) {
    struct ft_mlp_network_layer *layer = &out->layer[l];
    layer->turned = FT_ARENA_NEW(arena, float, (size_t)layer->outputs *layer[-1].stride);
    if (!layer->turned) return ft_arena_fail(err, "the net");
  }
  return FT_OK;
}

enum ft_status ft_mlp_network_batch_make(struct ft_mlp_network_batch *out, struct ft_arena *arena,
                                         const struct ft_mlp_network *network, size_t rows,
                                         struct ft_error *err) {
  *out = (struct ft_mlp_network_batch){ .max = rows };
  size_t widest = 0;
  for (uint32_t l = 0; l < network->layers; l++) {
    size_t stride = network->layer[l].stride;
    out->h[l] = FT_ARENA_NEW(arena, float, rows *stride);
    out->slope[l] = FT_ARENA_NEW(arena, float, rows *stride);
    if (!out->h[l] || !out->slope[l]) return ft_arena_fail(err, "the net");
    if (stride > widest) widest = stride;
  }
  out->number = FT_ARENA_NEW(arena, float, rows * network->terms->terms);
  out->slot = FT_ARENA_NEW(arena, uint32_t, rows * network->terms->lookups);
  out->delta[0] = FT_ARENA_NEW(arena, float, rows *widest);
  out->delta[1] = FT_ARENA_NEW(arena, float, rows *widest);
  if (!out->number || !out->slot || !out->delta[0] || !out->delta[1])
    return ft_arena_fail(err, "the net");
  return FT_OK;
}

/* Marsaglia's polar method: two normal numbers, of which one is taken. */
static double draw_normal(struct ft_random *random) {
  double x, square;
  do {
    x = 2 * ft_random_unit(random) - 1;
    double y = 2 * ft_random_unit(random) - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  /* Knuth, TAOCP 2, 3.4.1, algorithm P. */
  return x * sqrt(-2 * ft_log(square) / square);
}

void ft_mlp_network_begin(struct ft_mlp_network *network, struct ft_random *random) {
  uint32_t inputs = network->layer[0].inputs;
  for (uint32_t i = 0; i < inputs; i++)
    network->value[network->scale + i] = 1;
  for (uint32_t l = 0; l + 1 < network->layers; l++) { /* the last starts from 0 */
    const struct ft_mlp_network_layer *layer = &network->layer[l];
    for (uint32_t i = 0; i < layer->inputs; i++)
      for (uint32_t o = 0; o < layer->outputs; o++)
        network->value[layer->weight + (size_t)i * layer->stride + o] =
            (float)(layer->gain * draw_normal(random));
    for (uint32_t o = 0; o < layer->outputs; o++)
      network->value[layer->bias + o] = (float)draw_normal(random);
  }
  ft_mlp_network_refresh(network);
}

/* A slot that no training row has gets the mean of its lookup's others, by their rows. */
static void fill_unseen(const struct ft_mlp_network *network, uint32_t lookup) {
  const struct ft_mlp_terms *terms = network->terms;
  size_t stride = network->layer[0].stride;
  uint32_t first = terms->begin[lookup], end = terms->begin[lookup + 1];
  float *unseen = network->first + (terms->terms + first) * stride, rows = 0;
  /* "other" was trained by rare codes: it knows better. */
  if (terms->seen[first] > 0) return;
  memset(unseen, 0, stride * sizeof *unseen);
  for (uint32_t slot = first + 1; slot < end; slot++)
    rows += (float)terms->seen[slot];
  for (uint32_t slot = first + 1; slot < end; slot++) {
    const float *weight = network->first + (terms->terms + slot) * stride;
    float share = (float)terms->seen[slot] / rows;
    for (size_t o = 0; o < stride; o++)
      unseen[o] += share * weight[o];
  }
}

void ft_mlp_network_refresh(struct ft_mlp_network *network) {
  const struct ft_mlp_network_layer *first = &network->layer[0];
  assert(network->layers >= 1 && first->stride >= first->outputs);
  const float *scale = network->value + network->scale;
  for (size_t i = 0; i < first->inputs; i++) {
    const float *from = network->value + first->weight + i * first->stride;
    float *to = network->first + i * first->stride;
    for (size_t o = 0; o < first->stride; o++)
      to[o] = scale[i] * from[o];
  }
  for (uint32_t l = 0; l < network->terms->lookups; l++)
    fill_unseen(network, l);
  /* The transposed weights make the way back a product with rows side by side in memory, as the
   * kernel needs. */
  for (uint32_t l = 1; l < network->layers; l++) {
    const struct ft_mlp_network_layer *layer = &network->layer[l];
    size_t stride = layer[-1].stride;
    for (size_t i = 0; i < layer->inputs; i++)
      for (size_t o = 0; o < layer->outputs; o++)
        layer->turned[o * stride + i] = network->value[layer->weight + i * layer->stride + o];
  }
}

/* --- a step --- */

static void step_part(struct ft_mlp_network *network, struct ft_net_adam adam, size_t first,
                      size_t count, double factor, double decay) {
  /* AdamW (Loshchilov and Hutter, 2019): the decay is by the schedule's rate, apart from the
   * gradient. */
  adam.keep = (float)(1 - decay * adam.rate);
  adam.rate = (float)(adam.rate * factor);
  network->kernel->step(&adam, network->value + first, network->gradient + first,
                        network->mean + first, network->square + first, count);
}

static double power(double x, uint64_t times) {
  double product = 1;
  for (; times > 0; times /= 2, x *= x)
    if (times % 2 == 1) product *= x;
  return product;
}

void ft_mlp_network_step(struct ft_mlp_network *network, const struct ft_mlp_network_rates *rates) {
  network->steps++;
  /* Kingma and Ba (2015), algorithm 1: means that began at 0 are divided by 1 - beta^step. */
  double young = 1 - power(rates->first, network->steps);
  double young_squares = 1 - power(rates->second, network->steps);
  struct ft_net_adam adam = { .rate = (float)(rates->rate / young),
                              .first = (float)rates->first,
                              .second = (float)rates->second,
                              .correction = (float)(1 / young_squares) };
  step_part(network, adam, network->scale, network->layer[0].inputs, rates->scale_factor, 0);
  for (uint32_t l = 0; l < network->layers; l++) {
    const struct ft_mlp_network_layer *layer = &network->layer[l];
    step_part(network, adam, layer->weight, (size_t)layer->inputs * layer->stride, layer->gain,
              rates->decay);
    step_part(network, adam, layer->bias, layer->stride, rates->bias_factor, 0);
  }
  ft_mlp_network_refresh(network);
}

/* --- export --- */

/* A row of weights of each code. */
static void export_lookups(float *weight, const struct ft_mlp_network *network) {
  const struct ft_mlp_terms *terms = network->terms;
  const struct ft_mlp_network_layer *layer = &network->layer[0];
  const float *trained = network->first + (size_t)terms->terms * layer->stride;
  for (uint32_t l = 0; l < terms->lookups; l++) {
    const struct ft_lookup *lookup = &terms->lookup[l];
    const uint32_t *slot = terms->slot + (lookup->first - terms->terms);
    for (uint32_t c = 0; c < lookup->rows; c++)
      memcpy(weight + (size_t)(lookup->first + c) * layer->outputs,
             trained + (size_t)slot[c] * layer->stride, layer->outputs * sizeof *weight);
  }
}

static enum ft_status export_layer(struct ft_layer *out, struct ft_arena *arena,
                                   const struct ft_mlp_network *network, uint32_t index,
                                   double scale, struct ft_error *err) {
  const struct ft_mlp_network_layer *layer = &network->layer[index];
  const struct ft_mlp_terms *terms = network->terms;
  uint32_t codes = 0, dense = index == 0 ? terms->terms : layer->inputs;
  for (uint32_t l = 0; index == 0 && l < terms->lookups; l++)
    codes += terms->lookup[l].rows;
  float *weight = FT_ARENA_NEW(arena, float, (size_t)(dense + codes) * layer->outputs);
  float *bias = FT_ARENA_NEW(arena, float, layer->outputs);
  if (!weight || !bias) return ft_arena_fail(err, "the net");
  const float *from = index == 0 ? network->first : network->value + layer->weight;
  for (size_t i = 0; i < dense; i++)
    for (size_t o = 0; o < layer->outputs; o++)
      weight[i * layer->outputs + o] = (float)(from[i * layer->stride + o] * scale);
  if (codes > 0) export_lookups(weight, network);
  for (size_t o = 0; o < layer->outputs; o++)
    bias[o] = (float)(network->value[layer->bias + o] * scale);
  *out = (struct ft_layer){ .inputs = dense + codes,
                            .outputs = layer->outputs,
                            .activation = layer->activation,
                            .bias = bias,
                            .weight = weight };
  return FT_OK;
}

enum ft_status ft_mlp_network_export(struct ft_net *out, struct ft_arena *arena,
                                     const struct ft_mlp_network *network, double scale,
                                     struct ft_error *err) {
  const struct ft_mlp_terms *terms = network->terms;
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, network->layers);
  struct ft_term *term = FT_ARENA_NEW(arena, struct ft_term, terms->terms);
  struct ft_lookup *lookup = FT_ARENA_NEW(arena, struct ft_lookup, terms->lookups);
  if (!layer || !term || !lookup) return ft_arena_fail(err, "the net");
  for (uint32_t l = 0; l < network->layers; l++)
    FT_TRY(export_layer(&layer[l], arena, network, l, l + 1 == network->layers ? scale : 1, err));
  memcpy(term, terms->term, terms->terms * sizeof *term);
  memcpy(lookup, terms->lookup, terms->lookups * sizeof *lookup);
  *out = (struct ft_net){ .terms = terms->terms,
                          .term = term,
                          .lookups = terms->lookups,
                          .lookup = lookup,
                          .layers = network->layers,
                          .layer = layer };
  return FT_OK;
}
