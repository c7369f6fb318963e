/* A batch's way through a network and back (mlp_network.h). */
#include "core/learn/mlp_network.h"

#include <string.h>

/* --- forward --- */

/* The biases and the rows of weights that the lookups choose. */
static void begin_sums(const struct ft_mlp_network *network, struct ft_mlp_network_batch *batch) {
  const struct ft_mlp_terms *terms = network->terms;
  size_t stride = network->layer[0].stride;
  const float *weight = network->first + (size_t)terms->terms * stride;
  for (size_t r = 0; r < batch->rows; r++) {
    float *h = batch->h[0] + r * stride;
    memcpy(h, network->value + network->layer[0].bias, stride * sizeof *h);
    for (uint32_t l = 0; l < terms->lookups; l++) {
      const float *row = weight + (size_t)batch->slot[r * terms->lookups + l] * stride;
      for (size_t o = 0; o < stride; o++)
        h[o] += row[o];
    }
  }
}

static void sum_layer(const struct ft_mlp_network *network, struct ft_mlp_network_batch *batch,
                      uint32_t index) {
  const struct ft_mlp_network_layer *layer = &network->layer[index];
  uint32_t terms = network->terms->terms;
  struct ft_net_product product = { .c = batch->h[index],
                                    .a = index ? batch->h[index - 1] : batch->number,
                                    .b = index ? network->value + layer->weight : network->first,
                                    .start = index ? network->value + layer->bias : batch->h[0],
                                    .start_row = index ? 0 : layer->stride,
                                    .a_row = index ? layer[-1].stride : terms,
                                    .a_step = 1,
                                    .rows = batch->rows,
                                    .columns = layer->stride,
                                    .depth = index ? layer->inputs : terms };
  if (index == 0) begin_sums(network, batch);
  network->kernel->multiply(&product);
}

#define CHOICES_A_DRAW 4 /* 16 bits for each */

static void drop_units(float *h, float *slope, size_t count, double dropout,
                       struct ft_random *random) {
  /* Inverted dropout (Srivastava and others, 2014): kept units are made larger in training, so
   * predictions need no change. */
  uint32_t bound = (uint32_t)(dropout * 65536);
  float larger = (float)(1 / (1 - dropout));
  for (size_t i = 0; i < count; i += CHOICES_A_DRAW) { /* strides are multiples of it */
    uint64_t draw = ft_random_next(random);
    for (size_t j = 0; j < CHOICES_A_DRAW; j++, draw >>= 16) {
      float factor = (draw & 0xffff) < bound ? 0 : larger;
      h[i + j] *= factor;
      /* The slope takes the factor too: the way back then passes through the same units. */
      slope[i + j] *= factor;
    }
  }
}

void ft_mlp_network_forward(const struct ft_mlp_network *network,
                            struct ft_mlp_network_batch *batch, double dropout,
                            struct ft_random *random) {
  for (uint32_t l = 0; l < network->layers; l++) {
    const struct ft_mlp_network_layer *layer = &network->layer[l];
    size_t count = batch->rows * layer->stride;
    sum_layer(network, batch, l);
    if (layer->activation == FT_ACTIVATE_NONE) continue;
    network->kernel->activate(layer->activation, batch->h[l], batch->slope[l], count);
    if (dropout > 0) drop_units(batch->h[l], batch->slope[l], count, dropout, random);
  }
}

/* --- backward --- */

static void sum_biases(float *gradient, const float *delta, size_t rows, size_t stride) {
  memset(gradient, 0, stride * sizeof *gradient);
  for (size_t r = 0; r < rows; r++)
    for (size_t o = 0; o < stride; o++)
      gradient[o] += delta[r * stride + o];
}

static void sum_lookups(const struct ft_mlp_network *network, float *gradient,
                        const struct ft_mlp_network_batch *batch, const float *delta) {
  const struct ft_mlp_terms *terms = network->terms;
  size_t stride = network->layer[0].stride;
  float *weight = gradient + (size_t)terms->terms * stride;
  memset(weight, 0, (size_t)terms->slots * stride * sizeof *weight);
  for (size_t r = 0; r < batch->rows; r++)
    for (uint32_t l = 0; l < terms->lookups; l++) {
      float *row = weight + (size_t)batch->slot[r * terms->lookups + l] * stride;
      for (size_t o = 0; o < stride; o++)
        row[o] += delta[r * stride + o];
    }
}

/* From gradients of the first layer's weights to those of its scales and its matrix. */
static void split_first(struct ft_mlp_network *network) {
  const struct ft_mlp_network_layer *layer = &network->layer[0];
  for (size_t i = 0; i < layer->inputs; i++) {
    float *gradient = network->gradient + layer->weight + i * layer->stride;
    const float *weight = network->value + layer->weight + i * layer->stride;
    /* w = scale × matrix row: d/d scale is the sum of gradient × row, d/d row is gradient ×
     * scale. */
    float scale = network->value[network->scale + i];
    float lane[FT_MLP_LANES] = { 0 }, sum = 0; /* summed by lanes, the same on every CPU */
    for (size_t o = 0; o < layer->stride; o += FT_MLP_LANES)
      for (size_t j = 0; j < FT_MLP_LANES; j++)
        lane[j] += gradient[o + j] * weight[o + j];
    for (size_t j = 0; j < FT_MLP_LANES; j++)
      sum += lane[j];
    network->gradient[network->scale + i] = sum;
    for (size_t o = 0; o < layer->stride; o++)
      gradient[o] *= scale;
  }
}

/* delta of the layer before = (delta × weights the other way round) * slope */
static void pass_back(const struct ft_mlp_network *network,
                      const struct ft_mlp_network_batch *batch, uint32_t index, const float *delta,
                      float *before) {
  const struct ft_mlp_network_layer *layer = &network->layer[index];
  struct ft_net_product product = { .c = before,
                                    .a = delta,
                                    .b = layer->turned,
                                    .a_row = layer->stride,
                                    .a_step = 1,
                                    .rows = batch->rows,
                                    .columns = layer[-1].stride,
                                    .depth = layer->outputs };
  network->kernel->multiply(&product);
  const float *slope = batch->slope[index - 1];
  for (size_t i = 0; i < batch->rows * layer[-1].stride; i++)
    before[i] *= slope[i];
}

void ft_mlp_network_backward(struct ft_mlp_network *network, struct ft_mlp_network_batch *batch) {
  /* Backpropagation, last layer first: delta[parity] is of this layer, the other one becomes
   * that of the layer before. */
  for (uint32_t l = network->layers; l-- > 0;) {
    const struct ft_mlp_network_layer *layer = &network->layer[l];
    size_t parity = (network->layers - 1 - l) % 2;
    const float *delta = batch->delta[parity];
    uint32_t terms = network->terms->terms;
    struct ft_net_product product = { .c = network->gradient + layer->weight,
                                      .a = l ? batch->h[l - 1] : batch->number,
                                      .b = delta,
                                      .a_row = 1,
                                      .a_step = l ? layer[-1].stride : terms,
                                      .rows = l ? layer->inputs : terms,
                                      .columns = layer->stride,
                                      .depth = batch->rows };
    network->kernel->multiply(&product);
    sum_biases(network->gradient + layer->bias, delta, batch->rows, layer->stride);
    if (l > 0)
      pass_back(network, batch, l, delta, batch->delta[1 - parity]);
    else
      sum_lookups(network, network->gradient + layer->weight, batch, delta);
  }
  split_first(network);
}
