/* A net's bytes: columns of terms and lookups, then each layer's numbers as they are. */
#include "core/model/sections.h"

/* The fewest bytes of an item, by which its count is checked. */
#define TERM_BYTES   24
#define LOOKUP_BYTES 8
#define LAYER_BYTES  5

/* The numbers of a term, in the order of their columns. */
enum term_column { TERM_CENTRE, TERM_SCALE, TERM_LOW, TERM_HIGH, TERM_ABSENT, TERM_COLUMNS };

static float *term_number(struct ft_term *term, enum term_column column) {
  switch (column) {
  case TERM_CENTRE: return &term->centre;
  case TERM_SCALE: return &term->scale;
  case TERM_LOW: return &term->low;
  case TERM_HIGH: return &term->high;
  default: return &term->absent;
  }
}

static void write_terms(struct ft_buffer *out, const struct ft_net *net) {
  for (uint32_t t = 0; t < net->terms; t++)
    ft_buffer_u32(out, net->term[t].feature);
  for (int column = 0; column < TERM_COLUMNS; column++)
    for (uint32_t t = 0; t < net->terms; t++) {
      struct ft_term term = net->term[t];
      ft_buffer_f32(out, *term_number(&term, (enum term_column)column));
    }
}

static void write_numbers(struct ft_buffer *out, const float *number, size_t count) {
  for (size_t i = 0; i < count; i++)
    ft_buffer_f32(out, number[i]);
}

void ft_net_write(struct ft_buffer *out, const struct ft_net *net, uint32_t outputs) {
  ft_buffer_u32(out, net->terms);
  ft_buffer_u32(out, net->lookups);
  ft_buffer_u32(out, net->layers);
  for (uint32_t i = 0; i < outputs; i++)
    ft_buffer_f64(out, net->base[i]);
  write_terms(out, net);
  for (uint32_t i = 0; i < net->lookups; i++)
    ft_buffer_u32(out, net->lookup[i].feature);
  for (uint32_t i = 0; i < net->lookups; i++)
    ft_buffer_u32(out, net->lookup[i].rows);
  for (uint32_t l = 0; l < net->layers; l++)
    ft_buffer_u32(out, net->layer[l].outputs);
  for (uint32_t l = 0; l < net->layers; l++)
    ft_buffer_u8(out, (uint8_t)net->layer[l].activation);
  for (uint32_t l = 0; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    write_numbers(out, layer->bias, layer->outputs);
    write_numbers(out, layer->weight, (size_t)layer->inputs * layer->outputs);
  }
}

static enum ft_status corrupt(struct ft_error *err, const char *why) {
  return ft_fail(err, FT_CORRUPT, "the model's net is damaged: %s", why);
}

static enum ft_status read_base(struct ft_net *out, struct ft_arena *arena,
                                struct ft_reader *reader, uint32_t outputs, struct ft_error *err) {
  if (outputs > reader->left / sizeof(double)) return corrupt(err, "it is cut short");
  double *base = FT_ARENA_NEW(arena, double, outputs);
  if (!base) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < outputs; i++)
    base[i] = ft_reader_f64(reader);
  out->base = base;
  return FT_OK;
}

static enum ft_status read_terms(struct ft_net *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  struct ft_term *term = FT_ARENA_NEW(arena, struct ft_term, out->terms);
  if (!term) return ft_arena_fail(err, "the model");
  for (uint32_t t = 0; t < out->terms; t++)
    term[t].feature = ft_reader_u32(reader);
  for (int column = 0; column < TERM_COLUMNS; column++)
    for (uint32_t t = 0; t < out->terms; t++)
      *term_number(&term[t], (enum term_column)column) = ft_reader_f32(reader);
  out->term = term;
  return FT_OK;
}

/* Answers the inputs of the first layer: terms, and the rows of all lookups. */
static enum ft_status read_lookups(struct ft_net *out, uint32_t *inputs, struct ft_arena *arena,
                                   struct ft_reader *reader, struct ft_error *err) {
  struct ft_lookup *lookup = FT_ARENA_NEW(arena, struct ft_lookup, out->lookups);
  if (!lookup) return ft_arena_fail(err, "the model");
  uint64_t total = out->terms;
  for (uint32_t i = 0; i < out->lookups; i++)
    lookup[i].feature = ft_reader_u32(reader);
  for (uint32_t i = 0; i < out->lookups; i++) {
    lookup[i].first = (uint32_t)total;
    lookup[i].rows = ft_reader_u32(reader);
    total += lookup[i].rows;
    if (total > FT_NET_MAX_INPUTS) return corrupt(err, "it has too many inputs");
  }
  out->lookup = lookup;
  *inputs = (uint32_t)total;
  return FT_OK;
}

static enum ft_status read_numbers(const float **out, struct ft_arena *arena,
                                   struct ft_reader *reader, uint64_t count, struct ft_error *err) {
  if (count > reader->left / sizeof(float)) return corrupt(err, "it is cut short");
  float *number = FT_ARENA_NEW(arena, float, count);
  if (!number) return ft_arena_fail(err, "the model");
  for (uint64_t i = 0; i < count; i++)
    number[i] = ft_reader_f32(reader);
  *out = number;
  return FT_OK;
}

static enum ft_status read_layers(struct ft_net *out, uint32_t inputs, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) {
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, out->layers);
  if (!layer) return ft_arena_fail(err, "the model");
  for (uint32_t l = 0; l < out->layers; l++)
    layer[l].outputs = ft_reader_u32(reader);
  for (uint32_t l = 0; l < out->layers; l++)
    layer[l].activation = (enum ft_activation)ft_reader_u8(reader);
  for (uint32_t l = 0; l < out->layers; l++) {
    layer[l].inputs = inputs;
    FT_TRY(read_numbers(&layer[l].bias, arena, reader, layer[l].outputs, err));
    FT_TRY(read_numbers(&layer[l].weight, arena, reader, (uint64_t)inputs * layer[l].outputs, err));
    inputs = layer[l].outputs;
  }
  out->layer = layer;
  return FT_OK;
}

enum ft_status ft_net_read(struct ft_net *out, struct ft_arena *arena, struct ft_span raw,
                           uint32_t outputs, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  struct ft_net net = { .terms = ft_reader_count(&reader, TERM_BYTES) };
  uint32_t inputs = 0;
  net.lookups = ft_reader_count(&reader, LOOKUP_BYTES);
  net.layers = ft_reader_count(&reader, LAYER_BYTES);
  FT_TRY(ft_reader_check(&reader, false, "the model's net", err));
  FT_TRY(read_base(&net, arena, &reader, outputs, err));
  FT_TRY(read_terms(&net, arena, &reader, err));
  FT_TRY(read_lookups(&net, &inputs, arena, &reader, err));
  FT_TRY(read_layers(&net, inputs, arena, &reader, err));
  FT_TRY(ft_reader_check(&reader, true, "the model's net", err));
  *out = net;
  return FT_OK;
}
