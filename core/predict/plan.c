#include "foretell/plan.h"

#include <string.h>

#include "core/predict/plan_parts.h"
#include "core/predict/probe.h"

/* 2^-exponent, exponent -1000 … 1000, by its bits */
static double unit_of(int32_t exponent) {
  uint64_t bits = (uint64_t)(1023 - exponent) << 52;
  double unit;
  memcpy(&unit, &bits, sizeof unit);
  return unit;
}

static enum ft_status copy_labels(struct ft_plan *plan, const struct ft_model *model,
                                  struct ft_error *err) {
  struct ft_span *label = FT_ARENA_NEW(&plan->arena, struct ft_span, model->labels);
  if (!label) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->labels; i++) {
    const char *text = ft_arena_text(&plan->arena, model->label[i]);
    if (!text) return ft_arena_fail(err, "the model");
    label[i] = (struct ft_span){ text, model->label[i].size };
  }
  plan->label = label;
  plan->labels = model->labels;
  return FT_OK;
}

static enum ft_status copy_signature(struct ft_plan *plan, const struct ft_model *model,
                                     struct ft_error *err) {
  plan->problem = model->problem;
  plan->link = model->link;
  plan->threshold = model->threshold;
  plan->target = model->target;
  plan->target.name = ft_arena_text(&plan->arena, ft_span_of(model->target.name));
  if (!plan->target.name) return ft_arena_fail(err, "the model");
  return copy_labels(plan, model, err);
}

static enum ft_status make_member(struct ft_member_plan *out, struct ft_plan *plan,
                                  const struct ft_member *member, struct ft_error *err) {
  double *base = FT_ARENA_NEW(&plan->arena, double, plan->outputs);
  if (!base) return ft_arena_fail(err, "the model");
  memcpy(base, member->forest.base, plan->outputs * sizeof *base);
  out->weight = member->weight;
  out->unit = unit_of(member->forest.exponent);
  out->base = base;
  return ft_forest_plan_make(&out->forest, &plan->arena, &member->forest, plan->outputs, err);
}

static enum ft_status fill_plan(struct ft_plan *plan, const struct ft_model *model,
                                struct ft_error *err) {
  FT_TRY(ft_kernel_active(&plan->kernel, err));
  FT_TRY(copy_signature(plan, model, err));
  FT_TRY(ft_encoding_make(&plan->encoding, &plan->arena, model, err));
  plan->outputs = model->outputs;
  plan->members = model->members;
  struct ft_member_plan *member = FT_ARENA_NEW(&plan->arena, struct ft_member_plan, model->members);
  if (!member) return ft_arena_fail(err, "the model");
  plan->member = member;
  for (uint32_t i = 0; i < model->members; i++)
    FT_TRY(make_member(&member[i], plan, &model->member[i], err));
  return FT_OK;
}

enum ft_status ft_plan_make(struct ft_plan **out, const struct ft_model *model,
                            struct ft_error *err) {
  FT_TRY(ft_model_check(model, err));
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_plan *plan = FT_ARENA_NEW(&arena, struct ft_plan, 1);
  if (!plan) {
    ft_arena_release(&arena);
    return ft_arena_fail(err, "the model");
  }
  plan->arena = arena; /* from here on the plan is in its own arena */
  enum ft_status status = fill_plan(plan, model, err);
  if (status == FT_OK)
    *out = plan;
  else
    ft_plan_close(plan);
  return status;
}

static enum ft_status open_within(struct ft_plan **out, struct ft_arena *arena,
                                  struct ft_span artifact_bytes, struct ft_error *err) {
  struct ft_artifact artifact;
  struct ft_plan *plan;
  FT_TRY(ft_artifact_read(&artifact, arena, artifact_bytes, err));
  FT_TRY(ft_plan_make(&plan, &artifact.model, err));
  enum ft_status status = ft_probe_replay(plan, artifact.probes, err);
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
  enum ft_status status = open_within(out, &arena, artifact_bytes, err);
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
