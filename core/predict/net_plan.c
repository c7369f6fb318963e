#include "core/predict/net_plan.h"

#include "core/predict/pass_plan.h"

static void note_used(uint8_t *used, const struct ft_net *net) {
  for (uint32_t t = 0; t < net->terms; t++)
    used[net->term[t].feature] |= 2;
  for (uint32_t i = 0; i < net->lookups; i++)
    used[net->lookup[i].feature] |= 2;
}

enum ft_status ft_net_plan_write(struct ft_net_block *out, uint8_t *used, struct ft_arena *arena,
                                 struct ft_buffer *block, uint32_t outputs,
                                 const struct ft_net *net, struct ft_error *err) {
  struct ft_layer_block *layer = FT_ARENA_NEW(arena, struct ft_layer_block, net->layers);
  if (!layer) return ft_arena_fail(err, "the model");
  for (uint32_t l = 0; l < net->layers; l++) {
    const struct ft_layer *from = &net->layer[l];
    const size_t weights = (size_t)from->inputs * from->outputs;
    layer[l] = (struct ft_layer_block){
      .inputs = from->inputs,
      .outputs = from->outputs,
      .activation = (uint32_t)from->activation,
      .bias = ft_part_put(block, from->bias, from->outputs, sizeof *from->bias),
      .weight = ft_part_put(block, from->weight, weights, sizeof *from->weight),
    };
  }
  out->base = ft_part_put(block, net->base, outputs, sizeof *net->base);
  out->term = ft_part_put(block, net->term, net->terms, sizeof *net->term);
  out->lookup = ft_part_put(block, net->lookup, net->lookups, sizeof *net->lookup);
  out->layer = ft_part_put(block, layer, net->layers, sizeof *layer);
  note_used(used, net);
  return FT_OK;
}

enum ft_status ft_net_plan_view(struct ft_net *out, struct ft_arena *arena, const void *block,
                                const struct ft_net_block *net, struct ft_error *err) {
  const struct ft_layer_block *from = FT_PART(block, struct ft_layer_block, net->layer);
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, net->layer.count);
  if (!layer) return ft_arena_fail(err, "the model");
  for (uint64_t l = 0; l < net->layer.count; l++)
    layer[l] = (struct ft_layer){ .inputs = from[l].inputs,
                                  .outputs = from[l].outputs,
                                  .activation = (enum ft_activation)from[l].activation,
                                  .bias = FT_PART(block, float, from[l].bias),
                                  .weight = FT_PART(block, float, from[l].weight) };
  *out = (struct ft_net){ .terms = (uint32_t)net->term.count,
                          .term = FT_PART(block, struct ft_term, net->term),
                          .lookups = (uint32_t)net->lookup.count,
                          .lookup = FT_PART(block, struct ft_lookup, net->lookup),
                          .layers = (uint32_t)net->layer.count,
                          .layer = layer,
                          .base = FT_PART(block, double, net->base) };
  return FT_OK;
}
