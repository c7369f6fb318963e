#include "foretell/plan.h"

#include <string.h>

#include "core/predict/block.h"
#include "core/predict/net_plan.h"
#include "core/predict/plan_parts.h"
#include "core/predict/probe.h"

static struct ft_span text_of(const struct ft_plan *plan, const struct ft_name_block *name) {
  return (struct ft_span){ FT_PART(plan->block, char, name->text), name->text.count };
}

static struct ft_field field_of(const struct ft_plan *plan, const struct ft_name_block *name) {
  return (struct ft_field){ .name = text_of(plan, name).data,
                            .type = (enum ft_type)name->type,
                            .precision = name->precision,
                            .scale = name->scale };
}

static enum ft_status view_signature(struct ft_plan *plan, struct ft_error *err) {
  const struct ft_plan_block *block = plan->block;
  const struct ft_name_block *name = FT_PART(block, struct ft_name_block, block->field);
  const struct ft_name_block *label_name = FT_PART(block, struct ft_name_block, block->label);
  struct ft_field *field = FT_ARENA_NEW(&plan->arena, struct ft_field, block->field.count);
  struct ft_span *label = FT_ARENA_NEW(&plan->arena, struct ft_span, block->label.count);
  if (!field || !label) return ft_arena_fail(err, "the model");
  for (uint64_t i = 0; i < block->field.count; i++)
    field[i] = field_of(plan, &name[i]);
  for (uint64_t i = 0; i < block->label.count; i++)
    label[i] = text_of(plan, &label_name[i]);
  plan->target = field_of(plan, &block->target);
  plan->encoding.field = field;
  plan->encoding.fields = (uint32_t)block->field.count;
  plan->label = label;
  plan->labels = (uint32_t)block->label.count;
  return FT_OK;
}

static enum ft_status view_statistic(struct ft_feature *out, struct ft_plan *plan,
                                     const struct ft_statistic_block *from, struct ft_error *err) {
  const struct ft_plan_block *block = plan->block;
  if (from->columns == 0) return FT_OK;
  struct ft_statistic_view *view = FT_ARENA_NEW(&plan->arena, struct ft_statistic_view, 1);
  if (!view) return ft_arena_fail(err, "the model");
  view->is = (struct ft_statistic){
    .parts = (uint32_t)from->part.count,
    .part = FT_PART(block, struct ft_combination_part, from->part),
    .columns = from->columns,
    .keys = (uint32_t)from->key.count,
    .key = FT_PART(block, uint64_t, from->key),
    .value = FT_PART(block, float, from->value),
    .otherwise = FT_PART(block, float, from->otherwise),
  };
  view->shift = from->shift;
  view->begin = FT_PART(block, uint32_t, from->begin);
  out->statistic = view;
  return FT_OK;
}

static enum ft_status view_features(struct ft_plan *plan, struct ft_error *err) {
  const struct ft_plan_block *block = plan->block;
  const uint64_t features = block->feature.count;
  struct ft_feature *feature = FT_ARENA_NEW(&plan->arena, struct ft_feature, features);
  if (!feature) return ft_arena_fail(err, "the model");
  plan->feature = FT_PART(block, struct ft_feature_block, block->feature);
  for (uint64_t i = 0; i < features; i++) {
    const struct ft_feature_block *from = &plan->feature[i];
    feature[i] = (struct ft_feature){ .kind = (enum ft_encoder_kind)from->kind,
                                      .part = (enum ft_calendar_part)from->part,
                                      .field = from->field,
                                      .type = (enum ft_type)from->type,
                                      .words = from->words,
                                      .low = from->low,
                                      .high = from->high,
                                      .key = from->key };
    feature[i].derivation = (enum ft_derivation)from->derivation;
    feature[i].inputs = (uint32_t)from->input.count;
    feature[i].input = FT_PART(block, uint32_t, from->input);
    feature[i].number = FT_PART(block, double, from->number);
    FT_TRY(view_statistic(&feature[i], plan, &from->statistic, err));
    if (from->slot.count == 0) continue;
    feature[i].mask = (uint32_t)from->slot.count - 1;
    feature[i].slot = FT_PART(block, struct ft_category_slot, from->slot);
  }
  plan->encoding.feature = feature;
  plan->encoding.features = (uint32_t)features;
  return FT_OK;
}

static enum ft_status view_members(struct ft_plan *plan, struct ft_error *err) {
  const struct ft_plan_block *block = plan->block;
  const struct ft_net_block *from = FT_PART(block, struct ft_net_block, block->net);
  struct ft_net *net = FT_ARENA_NEW(&plan->arena, struct ft_net, block->net.count);
  if (!net) return ft_arena_fail(err, "the model");
  for (uint64_t i = 0; i < block->net.count; i++)
    FT_TRY(ft_net_plan_view(&net[i], &plan->arena, block, &from[i], err));
  plan->members = (uint32_t)block->member.count;
  plan->member = FT_PART(block, struct ft_member_block, block->member);
  plan->forest = FT_PART(block, struct ft_forest_block, block->forest);
  plan->nets = (uint32_t)block->net.count;
  plan->net = net;
  plan->linear = FT_PART(block, struct ft_linear_block, block->linear);
  return FT_OK;
}

static enum ft_status view_block(struct ft_plan *plan, struct ft_error *err) {
  const struct ft_plan_block *block = plan->block;
  FT_TRY(ft_kernel_active(&plan->kernel, err));
  plan->problem = (enum ft_problem)block->problem;
  plan->link = (enum ft_link)block->link;
  plan->threshold = block->threshold;
  plan->outputs = block->outputs;
  plan->sums = block->sums;
  FT_TRY(view_members(plan, err));
  FT_TRY(view_signature(plan, err));
  return view_features(plan, err);
}

/* The plan is in its own arena, and so is a copy of `block` unless it is to be borrowed. */
static enum ft_status view_within(struct ft_plan **out, struct ft_span block, bool borrow,
                                  struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_plan *plan = FT_ARENA_NEW(&arena, struct ft_plan, 1);
  void *copy = borrow || !plan ? NULL : ft_arena_take(&arena, block.size, 1);
  if (!plan || (!copy && !borrow)) {
    ft_arena_release(&arena);
    return ft_arena_fail(err, "the model");
  }
  if (copy) memcpy(copy, block.data, block.size);
  plan->arena = arena;
  plan->block = (const struct ft_plan_block *)(copy ? copy : (const void *)block.data);
  enum ft_status status = view_block(plan, err);
  if (status == FT_OK)
    *out = plan;
  else
    ft_plan_close(plan);
  return status;
}

enum ft_status ft_plan_make(struct ft_plan **out, const struct ft_model *model,
                            struct ft_error *err) {
  struct ft_arena arena;
  struct ft_buffer block;
  FT_TRY(ft_model_check(model, err));
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&block, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_block_write(&block, &arena, model, err);
  ft_arena_release(&arena);
  if (status == FT_OK) status = view_within(out, ft_buffer_view(&block), false, err);
  ft_buffer_release(&block);
  return status;
}

struct ft_span ft_plan_block(const struct ft_plan *plan) {
  return (struct ft_span){ (const char *)plan->block, plan->block->bytes };
}

enum ft_status ft_plan_attach(struct ft_plan **out, struct ft_span block, struct ft_error *err) {
  const struct ft_plan_block *head = (const struct ft_plan_block *)(const void *)block.data;
  if (block.size < sizeof *head || (uintptr_t)block.data % 64 != 0 ||
      memcmp(head->magic, FT_PLAN_MAGIC, sizeof head->magic) != 0 || head->bytes != block.size)
    return ft_fail(err, FT_CORRUPT, "this is no plan of a model that this program made");
  return view_within(out, block, true, err);
}

enum ft_status ft_plan_of_artifact(struct ft_plan **out, const struct ft_artifact *artifact,
                                   struct ft_error *err) {
  struct ft_plan *plan;
  FT_TRY(ft_plan_make(&plan, &artifact->model, err));
  enum ft_status status = ft_probe_replay(plan, artifact->probes, err);
  if (status == FT_OK)
    *out = plan;
  else
    ft_plan_close(plan);
  return status;
}

enum ft_status ft_plan_open(struct ft_plan **out, struct ft_span artifact_bytes,
                            struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_artifact artifact;
  enum ft_status status = ft_artifact_read(&artifact, &arena, artifact_bytes, err);
  if (status == FT_OK) status = ft_plan_of_artifact(out, &artifact, err);
  ft_arena_release(&arena);
  return status;
}

void ft_plan_close(struct ft_plan *plan) {
  if (!plan) return;
  struct ft_arena arena = plan->arena;
  ft_arena_release(&arena);
}

enum ft_problem ft_plan_problem(const struct ft_plan *plan) {
  return plan->problem;
}

size_t ft_plan_fields(const struct ft_plan *plan) {
  return plan->encoding.fields;
}

const struct ft_field *ft_plan_field(const struct ft_plan *plan, size_t index) {
  return &plan->encoding.field[index];
}

const struct ft_field *ft_plan_target(const struct ft_plan *plan) {
  return &plan->target;
}

size_t ft_plan_labels(const struct ft_plan *plan) {
  return plan->labels;
}

struct ft_span ft_plan_label(const struct ft_plan *plan, size_t index) {
  return plan->label[index];
}
