#include "core/predict/block.h"

#include <string.h>

#include "core/predict/derive.h"
#include "core/predict/forest_plan.h"
#include "core/predict/linear_plan.h"
#include "core/predict/net_plan.h"

/* 2^-exponent, exponent -1000 … 1000, by its bits */
static double unit_of(int32_t exponent) {
  uint64_t bits = (uint64_t)(1023 - exponent) << 52;
  double unit;
  memcpy(&unit, &bits, sizeof unit);
  return unit;
}

static struct ft_name_block write_name(struct ft_buffer *block, struct ft_span text) {
  struct ft_name_block name = { .text = ft_part_put(block, text.data, text.size, 1) };
  ft_buffer_u8(block, 0);
  return name;
}

static struct ft_name_block write_field(struct ft_buffer *block, const struct ft_field *field) {
  struct ft_name_block name = write_name(block, ft_span_of(field->name));
  name.type = (uint32_t)field->type;
  name.precision = field->precision;
  name.scale = field->scale;
  return name;
}

static enum ft_status write_signature(struct ft_plan_block *out, struct ft_buffer *block,
                                      struct ft_arena *arena, const struct ft_model *model,
                                      struct ft_error *err) {
  struct ft_name_block *field = FT_ARENA_NEW(arena, struct ft_name_block, model->fields);
  struct ft_name_block *label = FT_ARENA_NEW(arena, struct ft_name_block, model->labels);
  if (!field || !label) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->fields; i++)
    field[i] = write_field(block, &model->field[i]);
  for (uint32_t i = 0; i < model->labels; i++)
    label[i] = write_name(block, model->label[i]);
  out->target = write_field(block, &model->target);
  out->field = ft_part_put(block, field, model->fields, sizeof *field);
  out->label = ft_part_put(block, label, model->labels, sizeof *label);
  return FT_OK;
}

static struct ft_statistic_block write_statistic(struct ft_buffer *block,
                                                 const struct ft_statistic_view *view) {
  const struct ft_statistic *is = &view->is;
  struct ft_statistic_block made = { .columns = is->columns, .shift = view->shift };
  made.part = ft_part_put(block, is->part, is->parts, sizeof *is->part);
  made.key = ft_part_put(block, is->key, is->keys, sizeof *is->key);
  made.begin =
      ft_part_put(block, view->begin, ((size_t)1 << (64 - view->shift)) + 1, sizeof *view->begin);
  made.value = ft_part_put(block, is->value, (size_t)is->keys * is->columns, sizeof *is->value);
  made.otherwise = ft_part_put(block, is->otherwise, is->columns, sizeof *is->otherwise);
  return made;
}

static enum ft_status write_features(struct ft_plan_block *out, struct ft_buffer *block,
                                     struct ft_arena *arena, const struct ft_model *model,
                                     const uint8_t *used, struct ft_error *err) {
  struct ft_encoding encoding;
  struct ft_feature_block *made = FT_ARENA_NEW(arena, struct ft_feature_block, model->features);
  if (!made) return ft_arena_fail(err, "the model");
  FT_TRY(ft_encoding_make(&encoding, arena, model, err));
  for (uint32_t i = 0; i < model->features; i++) {
    const struct ft_feature *feature = &encoding.feature[i];
    made[i] = (struct ft_feature_block){ .kind = (uint32_t)feature->kind,
                                         .part = (uint32_t)feature->part,
                                         .field = feature->field,
                                         .type = (uint32_t)feature->type,
                                         .key = feature->key,
                                         .used = used[i],
                                         .words = feature->words,
                                         .low = feature->low,
                                         .high = feature->high };
    for (uint32_t w = 1; w < feature->words; w++)
      made[i].used |= used[i + w] ? FT_USED_BESIDE : 0;
    made[i].derivation = (uint32_t)feature->derivation;
    made[i].input = ft_part_put(block, feature->input, feature->inputs, sizeof *feature->input);
    if (feature->kind == FT_ENCODE_DERIVED)
      made[i].number =
          ft_part_put(block, feature->number,
                      ft_derived_numbers(feature->derivation, feature->inputs), sizeof(double));
    if (feature->statistic) made[i].statistic = write_statistic(block, feature->statistic);
    if (feature->slot)
      made[i].slot =
          ft_part_put(block, feature->slot, (size_t)feature->mask + 1, sizeof *feature->slot);
  }
  out->feature = ft_part_put(block, made, model->features, sizeof *made);
  return FT_OK;
}

/* The members' blocks, by kind. */
struct kinds {
  struct ft_forest_block *forest;
  struct ft_net_block *net;
  struct ft_linear_block *linear;
  uint32_t count[FT_LEARNER_KIND_COUNT];
};

static enum ft_status write_member(struct kinds *kinds, struct ft_forest_needs *needs,
                                   struct ft_buffer *block, struct ft_arena *arena,
                                   const struct ft_model *model, const struct ft_member *from,
                                   struct ft_error *err) {
  const uint32_t index = kinds->count[from->kind]++, outputs = ft_member_outputs(model, from);
  switch (from->kind) {
  case FT_LEARNER_NET:
    return ft_net_plan_write(&kinds->net[index], needs->used, arena, block, outputs, &from->net,
                             err);
  case FT_LEARNER_LINEAR_FOREST:
    return ft_linear_plan_write(&kinds->linear[index], needs->used, arena, block, model, outputs,
                                &from->linear, err);
  default:
    kinds->forest[index].unit = unit_of(from->forest.exponent);
    return ft_forest_plan_write(&kinds->forest[index], needs, arena, block, model, outputs,
                                &from->forest, err);
  }
}

static enum ft_status write_members(struct ft_plan_block *out, struct ft_forest_needs *needs,
                                    struct ft_buffer *block, struct ft_arena *arena,
                                    const struct ft_model *model, struct ft_error *err) {
  struct ft_member_block *member = FT_ARENA_NEW(arena, struct ft_member_block, model->members);
  struct kinds kinds = { .forest = FT_ARENA_NEW(arena, struct ft_forest_block, model->members),
                         .net = FT_ARENA_NEW(arena, struct ft_net_block, model->members),
                         .linear = FT_ARENA_NEW(arena, struct ft_linear_block, model->members) };
  if (!member || !kinds.forest || !kinds.net || !kinds.linear)
    return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->members; i++) {
    const struct ft_member *from = &model->member[i];
    member[i] = (struct ft_member_block){ .kind = (uint32_t)from->kind,
                                          .index = kinds.count[from->kind],
                                          .weight = from->weight,
                                          .scale = (uint32_t)from->scale,
                                          .sum = from->sum,
                                          .outputs = ft_member_outputs(model, from) };
    const uint32_t outputs = member[i].outputs;
    if (outputs > out->max_outputs) out->max_outputs = outputs;
    FT_TRY(write_member(&kinds, needs, block, arena, model, from, err));
  }
  const uint32_t *count = kinds.count;
  out->member = ft_part_put(block, member, model->members, sizeof *member);
  out->forest = ft_part_put(block, kinds.forest, count[FT_LEARNER_FOREST], sizeof *kinds.forest);
  out->net = ft_part_put(block, kinds.net, count[FT_LEARNER_NET], sizeof *kinds.net);
  out->linear =
      ft_part_put(block, kinds.linear, count[FT_LEARNER_LINEAR_FOREST], sizeof *kinds.linear);
  return FT_OK;
}

static enum ft_status write_transforms(struct ft_plan_block *out, struct ft_buffer *block,
                                       struct ft_arena *arena, const struct ft_model *model,
                                       struct ft_error *err) {
  struct ft_transform_block *made =
      FT_ARENA_NEW(arena, struct ft_transform_block, model->transforms);
  if (!made) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->transforms; i++) {
    const struct ft_transform *from = &model->transform[i];
    made[i] = (struct ft_transform_block){ .kind = (uint32_t)from->kind,
                                           .first = from->first,
                                           .count = from->count,
                                           .to = from->to,
                                           .outputs = from->outputs };
    made[i].number =
        ft_part_put(block, from->number, ft_transform_numbers(from), sizeof *from->number);
  }
  out->transform = ft_part_put(block, made, model->transforms, sizeof *made);
  return FT_OK;
}

static uint32_t max_codes(const struct ft_model *model) {
  uint32_t max = 0;
  for (uint32_t i = 0; i < model->features; i++)
    if (ft_encoder_has_codes(&model->encoder[i]) && model->encoder[i].categories >= max)
      max = model->encoder[i].categories + 1; /* and code 0 */
  return max;
}

enum ft_status ft_block_write(struct ft_buffer *block, struct ft_arena *arena,
                              const struct ft_model *model, struct ft_error *err) {
  struct ft_plan_block head = { .magic = FT_PLAN_MAGIC,
                                .problem = (uint32_t)model->problem,
                                .link = (uint32_t)model->link,
                                .outputs = model->outputs,
                                .max_codes = max_codes(model),
                                .sums = ft_model_sums(model),
                                .max_outputs = 1,
                                .threshold = model->threshold };
  struct ft_forest_needs needs = { .max_masks = 1,
                                   .used = FT_ARENA_NEW(arena, uint8_t, model->features) };
  if (!needs.used) return ft_arena_fail(err, "the model");
  (void)ft_buffer_extend(block, sizeof head);
  FT_TRY(write_signature(&head, block, arena, model, err));
  FT_TRY(write_members(&head, &needs, block, arena, model, err));
  FT_TRY(write_transforms(&head, block, arena, model, err));
  ft_derive_mark(needs.used, model);
  FT_TRY(write_features(&head, block, arena, model, needs.used, err));
  (void)ft_part_put(block, NULL, 0, 1);
  head.max_masks = needs.max_masks;
  head.bytes = block->size;
  FT_TRY(ft_buffer_check(block, "the model", err));
  memcpy(block->data, &head, sizeof head);
  return FT_OK;
}
