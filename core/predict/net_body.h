/* Nets in a kernel, compiled once for each instruction set after kernel_body.h.
 *
 * Shapes   Many rows: lanes are rows. Terms and layers are feature-major, FT_NET_ROWS floats each; a
 *          weight is one number for all lanes, and some outputs' sums stay in registers. Lookups add
 *          whole rows of weights, so they come first, row-major, and are turned over then.
 *          Few rows: lanes are a layer's outputs, a row at a time.
 * Numbers  a sum of a row and an output has one order (model.h), whichever way it is made. */
#ifndef FORETELL_PREDICT_NET_BODY_H
#define FORETELL_PREDICT_NET_BODY_H

#include "core/predict/activation_body.h"
#include "core/predict/net.h"

#define NET_LANES   (VECTOR_BYTES / 4)
#define NET_VECTORS (VECTOR_BYTES == 64 ? 4 : 2) /* of rows, so that all sums are in registers */
#define NET_OUTPUTS 6                            /* summed at once */
#define NET_STEP    (NET_LANES * NET_VECTORS)    /* rows */
#define NET_FEW     8                            /* rows, below which each goes alone */

typedef float lanes __attribute__((vector_size(VECTOR_BYTES)));

static inline size_t net_row(const struct ft_net_input *input, size_t row) {
  return input->row ? input->row[row] : row;
}

/* (x - centre) * scale, at least low, at most high; a product that is no number becomes low. */
static inline float term_value(const struct ft_term *term, float x) {
  float scaled = (x - term->centre) * term->scale;
  float raised = scaled > term->low ? scaled : term->low;
  float bounded = raised < term->high ? raised : term->high;
  return x != x ? term->absent : bounded;
}

static void fill_terms(float *out, const struct ft_net *net, const struct ft_net_input *input) {
  for (uint32_t t = 0; t < net->terms; t++, out += FT_NET_ROWS) {
    const struct ft_term term = net->term[t];
    const float *from = input->feature + (size_t)term.feature * input->stride;
    float taken[FT_NET_ROWS];
    if (input->row) {
      for (size_t r = 0; r < input->rows; r++)
        taken[r] = from[input->row[r]];
      from = taken;
    }
    for (size_t r = 0; r < input->rows; r++)
      out[r] = term_value(&term, from[r]);
  }
}

static inline uint32_t lookup_row(const struct ft_lookup *lookup, float value) {
  if (value != value) return lookup->first + lookup->rows - 1;
  bool listed = value >= 0.0F && value < (float)(lookup->rows - 1);
  return lookup->first + (listed ? (uint32_t)value : 0);
}

/* Bias and lookups of a row: the first layer's sums but for its terms. */
static void begin_row(float *restrict sum, const struct ft_net *net,
                      const struct ft_net_input *input, size_t row) {
  const struct ft_layer *layer = &net->layer[0];
  const size_t outputs = layer->outputs;
  memcpy(sum, layer->bias, outputs * sizeof *sum);
  for (uint32_t l = 0; l < net->lookups; l++) {
    const float value =
        input->feature[(size_t)net->lookup[l].feature * input->stride + net_row(input, row)];
    const float *restrict weight =
        layer->weight + (size_t)lookup_row(&net->lookup[l], value) * outputs;
    for (size_t o = 0; o < outputs; o++)
      sum[o] += weight[o];
  }
}

/* --- many rows --- */

static void spread_bias(float *out, const struct ft_layer *layer) {
  for (uint32_t o = 0; o < layer->outputs; o++)
    for (size_t r = 0; r < FT_NET_ROWS; r++)
      out[(size_t)o * FT_NET_ROWS + r] = layer->bias[o];
}

static void begin_rows(float *out, float *by_row, const struct ft_net *net,
                       const struct ft_net_input *input) {
  const size_t outputs = net->layer[0].outputs;
  if (net->lookups == 0) {
    spread_bias(out, &net->layer[0]);
    return;
  }
  for (size_t r = 0; r < input->rows; r++)
    begin_row(by_row + r * outputs, net, input, r);
  for (size_t o = 0; o < outputs; o++)
    for (size_t r = 0; r < input->rows; r++)
      out[o * FT_NET_ROWS + r] = by_row[r * outputs + o];
}

/* `count` outputs of NET_STEP rows; it is a constant where this is expanded. */
ALWAYS_INLINE void add_inputs(uint32_t count, float *out, const float *x,
                              const struct ft_layer *layer, uint32_t inputs, uint32_t first) {
  lanes sum[NET_OUTPUTS][NET_VECTORS];
  for (uint32_t o = 0; o < count; o++)
    memcpy(sum[o], out + (size_t)(first + o) * FT_NET_ROWS, sizeof sum[o]);
  const float *weight = layer->weight + first;
  for (uint32_t i = 0; i < inputs; i++, weight += layer->outputs, x += FT_NET_ROWS) {
    lanes value[NET_VECTORS];
    memcpy(value, x, sizeof value);
    for (uint32_t o = 0; o < count; o++)
      for (uint32_t v = 0; v < NET_VECTORS; v++)
        sum[o][v] += value[v] * weight[o];
  }
  for (uint32_t o = 0; o < count; o++)
    memcpy(out + (size_t)(first + o) * FT_NET_ROWS, sum[o], sizeof sum[o]);
}

static void add_last_inputs(uint32_t count, float *out, const float *x,
                            const struct ft_layer *layer, uint32_t inputs, uint32_t first) {
  switch (count) {
  case 1: add_inputs(1, out, x, layer, inputs, first); break;
  case 2: add_inputs(2, out, x, layer, inputs, first); break;
  case 3: add_inputs(3, out, x, layer, inputs, first); break;
  case 4: add_inputs(4, out, x, layer, inputs, first); break;
  case 5: add_inputs(5, out, x, layer, inputs, first); break;
  default: break;
  }
}

/* Adds to what is in `out`. */
static void run_layer(float *out, const float *x, const struct ft_layer *layer, uint32_t inputs,
                      size_t rows) {
  const uint32_t whole = layer->outputs - layer->outputs % NET_OUTPUTS;
  for (size_t r = 0; r < rows; r += NET_STEP) {
    for (uint32_t o = 0; o < whole; o += NET_OUTPUTS)
      add_inputs(NET_OUTPUTS, out + r, x + r, layer, inputs, o);
    add_last_inputs(layer->outputs - whole, out + r, x + r, layer, inputs, whole);
  }
  activate(layer->activation, out, (size_t)layer->outputs * FT_NET_ROWS);
}

static const float *run_rows(const struct ft_net *net, const struct ft_net_input *input,
                             const struct ft_net_work *work) {
  fill_terms(work->term, net, input);
  begin_rows(work->layer[0], work->layer[1], net, input);
  run_layer(work->layer[0], work->term, &net->layer[0], net->terms, input->rows);
  for (uint32_t l = 1; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    float *out = work->layer[l % 2];
    spread_bias(out, layer);
    run_layer(out, work->layer[(l - 1) % 2], layer, layer->inputs, input->rows);
  }
  return work->layer[(net->layers - 1) % 2];
}

/* --- few rows --- */

static void add_row_inputs(float *restrict sum, const float *restrict x,
                           const struct ft_layer *layer, uint32_t inputs) {
  const float *restrict weight = layer->weight;
  for (uint32_t i = 0; i < inputs; i++, weight += layer->outputs)
    for (uint32_t o = 0; o < layer->outputs; o++)
      sum[o] += x[i] * weight[o];
  activate(layer->activation, sum, layer->outputs);
}

/* The last layer's sums of one row; terms are in `work`, as of many rows. */
static const float *run_row(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work, size_t row) {
  float *x = work->layer[1], *sum = work->layer[0];
  begin_row(sum, net, input, row);
  for (uint32_t t = 0; t < net->terms; t++) {
    const float value = work->term[(size_t)t * FT_NET_ROWS + row];
    const float *restrict weight = net->layer[0].weight + (size_t)t * net->layer[0].outputs;
    for (uint32_t o = 0; o < net->layer[0].outputs; o++)
      sum[o] += value * weight[o];
  }
  activate(net->layer[0].activation, sum, net->layer[0].outputs);
  for (uint32_t l = 1; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    float *kept = x;
    x = sum;
    sum = kept;
    memcpy(sum, layer->bias, layer->outputs * sizeof *sum);
    add_row_inputs(sum, x, layer, layer->inputs);
  }
  return sum;
}

static const float *run_few(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work) {
  const uint32_t outputs = net->layer[net->layers - 1].outputs;
  fill_terms(work->term, net, input);
  for (size_t r = 0; r < input->rows; r++) {
    const float *sum = run_row(net, input, work, r);
    for (uint32_t o = 0; o < outputs; o++)
      work->last[(size_t)o * FT_NET_ROWS + r] = sum[o];
  }
  return work->last;
}

static const float *run_net(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work) {
  return input->rows < NET_FEW ? run_few(net, input, work) : run_rows(net, input, work);
}

#endif
