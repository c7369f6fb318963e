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

#define NET_LANES       (VECTOR_BYTES / 4)
#define NET_VECTORS     (VECTOR_BYTES == 64 ? 4 : 2) /* of rows, so that all sums are in registers */
#define NET_OUTPUTS     6                            /* summed at once */
#define NET_STEP        (NET_LANES * NET_VECTORS)    /* rows */
#define NET_FEW         (VECTOR_BYTES == 64 ? 24 : 8) /* rows, below which each goes alone */
#define NET_ROW_VECTORS 4                             /* of outputs, summed at once for one row */

typedef float lanes __attribute__((vector_size(VECTOR_BYTES)));
typedef float lanes_at __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

/* --- what the first layer begins with --- */

/* (x - centre) * scale, at least low, at most high; a product that is no number becomes low. */
static inline float term_value(const struct ft_term *term, float x) {
  float scaled = (x - term->centre) * term->scale;
  float raised = ft_single_choose(scaled > term->low, scaled, term->low);
  float bounded = ft_single_choose(raised < term->high, raised, term->high);
  return ft_single_choose(x != x, term->absent, bounded);
}

/* The rows of a feature, one after another. */
static const float *feature_of(float *taken, const struct ft_net_input *input, uint32_t feature) {
  const float *from = input->feature + (size_t)feature * input->stride;
  if (!input->row) return from;
  for (size_t r = 0; r < input->rows; r++)
    taken[r] = from[input->row[r]];
  return taken;
}

static void fill_terms(float *restrict out, const struct ft_net *net,
                       const struct ft_net_input *input) {
  float taken[FT_NET_ROWS];
  for (uint32_t t = 0; t < net->terms; t++, out += FT_NET_ROWS) {
    const struct ft_term term = net->term[t];
    const float *restrict from = feature_of(taken, input, term.feature);
    for (size_t r = 0; r < input->rows; r++)
      out[r] = term_value(&term, from[r]);
  }
}

/* Where the chosen rows of weights are. */
static void choose_rows(uint32_t *restrict chosen, const struct ft_lookup *lookup,
                        const struct ft_net_input *input) {
  float taken[FT_NET_ROWS];
  const float *restrict value = feature_of(taken, input, lookup->feature);
  const float codes = (float)(lookup->rows - 1);
  for (size_t r = 0; r < input->rows; r++) {
    float listed = ft_single_choose(value[r] >= 0.0F && value[r] < codes, value[r], 0.0F);
    float at = ft_single_choose(value[r] != value[r], codes, listed);
    chosen[r] = lookup->first + (uint32_t)(int32_t)at;
  }
}

/* Bias and lookups, row-major: a row's sums follow one another. */
static void begin_rows(float *restrict sum, const struct ft_net *net,
                       const struct ft_net_input *input) {
  const struct ft_layer *layer = &net->layer[0];
  const size_t outputs = layer->outputs;
  uint32_t chosen[FT_NET_ROWS];
  for (size_t r = 0; r < input->rows; r++)
    memcpy(sum + r * outputs, layer->bias, outputs * sizeof *sum);
  for (uint32_t l = 0; l < net->lookups; l++) {
    choose_rows(chosen, &net->lookup[l], input);
    for (size_t r = 0; r < input->rows; r++) {
      const float *restrict weight = layer->weight + chosen[r] * outputs;
      float *restrict to = sum + r * outputs;
      for (size_t o = 0; o < outputs; o++)
        to[o] += weight[o];
    }
  }
}

/* --- many rows --- */

static void spread_bias(float *out, const struct ft_layer *layer) {
  for (uint32_t o = 0; o < layer->outputs; o++)
    for (size_t r = 0; r < FT_NET_ROWS; r++)
      out[(size_t)o * FT_NET_ROWS + r] = layer->bias[o];
}

static void turn_over(float *restrict out, const float *restrict by_row, size_t outputs,
                      size_t rows) {
  for (size_t o = 0; o < outputs; o++)
    for (size_t r = 0; r < rows; r++)
      out[o * FT_NET_ROWS + r] = by_row[r * outputs + o];
}

static void begin_block(float *out, float *by_row, const struct ft_net *net,
                        const struct ft_net_input *input) {
  const size_t outputs = net->layer[0].outputs;
  if (net->lookups == 0) {
    spread_bias(out, &net->layer[0]);
    return;
  }
  begin_rows(outputs == 1 ? out : by_row, net, input);
  if (outputs > 1) turn_over(out, by_row, outputs, input->rows);
}

ALWAYS_INLINE lanes load_lanes(const float *from) {
  return (lanes) * (const lanes_at *)(const void *)from;
}

ALWAYS_INLINE void store_lanes(float *to, lanes value) {
  *(lanes_at *)(void *)to = (lanes_at)value;
}

/* `count` outputs of NET_STEP rows; it is a constant where this is expanded. Loops are unrolled whole,
 * or the sums would not stay in registers. */
ALWAYS_INLINE void add_inputs(uint32_t count, float *out, const float *x,
                              const struct ft_layer *layer, uint32_t inputs, uint32_t first) {
  lanes sum[NET_OUTPUTS][NET_VECTORS], value[NET_VECTORS];
  const float *weight = layer->weight + first;
  const uint32_t outputs = layer->outputs;
  out += (size_t)first * FT_NET_ROWS;
#pragma GCC unroll 8
  for (uint32_t o = 0; o < count; o++)
#pragma GCC unroll 4
    for (uint32_t v = 0; v < NET_VECTORS; v++)
      sum[o][v] = load_lanes(out + o * FT_NET_ROWS + v * NET_LANES);
  for (uint32_t i = 0; i < inputs; i++, weight += outputs, x += FT_NET_ROWS) {
#pragma GCC unroll 4
    for (uint32_t v = 0; v < NET_VECTORS; v++)
      value[v] = load_lanes(x + v * NET_LANES);
#pragma GCC unroll 8
    for (uint32_t o = 0; o < count; o++)
#pragma GCC unroll 4
      for (uint32_t v = 0; v < NET_VECTORS; v++)
        sum[o][v] += value[v] * weight[o];
  }
#pragma GCC unroll 8
  for (uint32_t o = 0; o < count; o++)
#pragma GCC unroll 4
    for (uint32_t v = 0; v < NET_VECTORS; v++)
      store_lanes(out + o * FT_NET_ROWS + v * NET_LANES, sum[o][v]);
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

static const float *run_many(const struct ft_net *net, const struct ft_net_input *input,
                             const struct ft_net_work *work) {
  begin_block(work->layer[0], work->layer[1], net, input);
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

/* One row's sums of `count` vectors of outputs; inputs are `stride` floats apart. */
ALWAYS_INLINE void add_row_vectors(uint32_t count, float *sum, const float *x, size_t stride,
                                   const float *weight, uint32_t outputs, uint32_t inputs) {
  lanes total[NET_ROW_VECTORS];
#pragma GCC unroll 4
  for (uint32_t v = 0; v < count; v++)
    total[v] = load_lanes(sum + v * NET_LANES);
  for (uint32_t i = 0; i < inputs; i++, weight += outputs, x += stride)
#pragma GCC unroll 4
    for (uint32_t v = 0; v < count; v++)
      total[v] += *x * load_lanes(weight + v * NET_LANES);
#pragma GCC unroll 4
  for (uint32_t v = 0; v < count; v++)
    store_lanes(sum + v * NET_LANES, total[v]);
}

static void add_row_layer(float *sum, const float *x, size_t stride, const struct ft_layer *layer,
                          uint32_t inputs) {
  const uint32_t outputs = layer->outputs;
  uint32_t o = 0;
  for (; o + NET_ROW_VECTORS * NET_LANES <= outputs; o += NET_ROW_VECTORS * NET_LANES)
    add_row_vectors(NET_ROW_VECTORS, sum + o, x, stride, layer->weight + o, outputs, inputs);
  for (; o + NET_LANES <= outputs; o += NET_LANES)
    add_row_vectors(1, sum + o, x, stride, layer->weight + o, outputs, inputs);
  for (; o < outputs; o++) {
    float total = sum[o];
    for (uint32_t i = 0; i < inputs; i++)
      total += x[i * stride] * layer->weight[(size_t)i * outputs + o];
    sum[o] = total;
  }
  activate(layer->activation, sum, outputs);
}

/* The last layer's sums of row 0; its terms are there. */
static const float *run_row(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work) {
  begin_rows(work->layer[0], net, input);
  add_row_layer(work->layer[0], work->term, FT_NET_ROWS, &net->layer[0], net->terms);
  for (uint32_t l = 1; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    memcpy(work->layer[l % 2], layer->bias, layer->outputs * sizeof *layer->bias);
    add_row_layer(work->layer[l % 2], work->layer[(l - 1) % 2], 1, layer, layer->inputs);
  }
  return work->layer[(net->layers - 1) % 2];
}

static const float *run_few(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work) {
  const uint32_t outputs = net->layer[net->layers - 1].outputs;
  for (size_t r = 0; r < input->rows; r++) {
    struct ft_net_input one = *input;
    struct ft_net_work its = *work;
    one.rows = 1;
    one.feature += input->row ? 0 : r;
    if (one.row) one.row += r;
    its.term += r;
    const float *sum = run_row(net, &one, &its);
    for (uint32_t o = 0; o < outputs; o++)
      work->last[(size_t)o * FT_NET_ROWS + r] = sum[o];
  }
  return work->last;
}

static const float *run_net(const struct ft_net *net, const struct ft_net_input *input,
                            const struct ft_net_work *work) {
  fill_terms(work->term, net, input);
  return input->rows < NET_FEW ? run_few(net, input, work) : run_many(net, input, work);
}

#endif
