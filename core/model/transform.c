#include "core/model/transform.h"

#define TRANSFORM_BYTES (5 * sizeof(uint32_t)) /* at least */

uint32_t ft_model_sums(const struct ft_model *model) {
  return model->sums ? model->sums : model->outputs;
}

uint32_t ft_member_outputs(const struct ft_model *model, const struct ft_member *member) {
  return member->outputs ? member->outputs : model->outputs;
}

size_t ft_transform_numbers(const struct ft_transform *transform) {
  if (transform->kind != FT_TRANSFORM_LINEAR) return 0;
  return (size_t)transform->outputs * ((size_t)transform->count + 1);
}

static bool is_within(const struct ft_model *model, uint32_t first, uint32_t count) {
  return count > 0 && count <= model->sums && first <= model->sums - count;
}

bool ft_member_place_is_right(const struct ft_model *model, const struct ft_member *member) {
  if (!model->transforms) return member->sum == 0 && member->outputs == 0;
  return is_within(model, member->sum, member->outputs);
}

static bool linear_is_right(const struct ft_model *model, const struct ft_transform *transform) {
  if (!is_within(model, transform->to, transform->outputs)) return false;
  if (transform->to < transform->first + transform->count &&
      transform->first < transform->to + transform->outputs)
    return false;
  for (size_t i = 0; i < ft_transform_numbers(transform); i++)
    if (!ft_number_is_finite(transform->number[i])) return false;
  return true;
}

static bool transform_is_right(const struct ft_model *model, const struct ft_transform *transform) {
  if ((unsigned)transform->kind >= FT_TRANSFORM_KIND_COUNT) return false;
  if (!is_within(model, transform->first, transform->count)) return false;
  if (transform->kind == FT_TRANSFORM_LINEAR) return linear_is_right(model, transform);
  return transform->to == 0 && transform->outputs == 0;
}

/* What all transforms do for a row; a product of sums' counts, which are checked. */
static uint64_t steps_of(const struct ft_transform *transform) {
  return (uint64_t)transform->count * (transform->outputs ? transform->outputs : 1);
}

enum ft_status ft_transforms_check(const struct ft_model *model, struct ft_error *err) {
  uint64_t steps = 0;
  bool none = model->transforms == 0;
  if (none ? model->sums != 0
           : model->sums < model->outputs || model->sums > FT_MODEL_MAX_SUMS || !model->members)
    return ft_fail(err, FT_CORRUPT, "the model's count of sums %u is not right",
                   (unsigned)model->sums);
  if (model->transforms > FT_MODEL_MAX_TRANSFORMS)
    return ft_fail(err, FT_CORRUPT, "the model's count of transforms %u is not right",
                   (unsigned)model->transforms);
  for (uint32_t i = 0; i < model->transforms; i++) {
    steps += steps_of(&model->transform[i]);
    if (steps > FT_MODEL_MAX_STEPS || !transform_is_right(model, &model->transform[i]))
      return ft_fail(err, FT_CORRUPT, "the model's transform %u is not right", (unsigned)i);
  }
  return FT_OK;
}

void ft_transforms_write(struct ft_buffer *out, const struct ft_model *model) {
  ft_buffer_u32(out, model->sums);
  ft_buffer_u32(out, model->transforms);
  for (uint32_t i = 0; i < model->transforms; i++) {
    const struct ft_transform *transform = &model->transform[i];
    const size_t numbers = ft_transform_numbers(transform);
    ft_buffer_u32(out, (uint32_t)transform->kind);
    ft_buffer_u32(out, transform->first);
    ft_buffer_u32(out, transform->count);
    ft_buffer_u32(out, transform->to);
    ft_buffer_u32(out, transform->outputs);
    for (size_t n = 0; n < numbers; n++)
      ft_buffer_f64(out, transform->number[n]);
  }
}

static enum ft_status read_numbers(struct ft_transform *out, struct ft_arena *arena,
                                   struct ft_reader *reader, struct ft_error *err) {
  const size_t numbers = ft_transform_numbers(out); /* below 2^64: both counts are u32 */
  if (numbers > reader->left / sizeof(double))
    return ft_fail(err, FT_CORRUPT, "a transform of the model is cut short");
  double *number = FT_ARENA_NEW(arena, double, numbers);
  if (!number) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < numbers; i++)
    number[i] = ft_reader_f64(reader);
  out->number = number;
  return FT_OK;
}

static enum ft_status read_transform(struct ft_transform *out, struct ft_arena *arena,
                                     struct ft_reader *reader, struct ft_error *err) {
  const uint32_t kind = ft_reader_u32(reader);
  if (kind >= FT_TRANSFORM_KIND_COUNT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has a transform of kind %u", (unsigned)kind);
  out->kind = (enum ft_transform_kind)kind;
  out->first = ft_reader_u32(reader);
  out->count = ft_reader_u32(reader);
  out->to = ft_reader_u32(reader);
  out->outputs = ft_reader_u32(reader);
  return read_numbers(out, arena, reader, err);
}

enum ft_status ft_transforms_read(struct ft_model *out, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) {
  out->sums = ft_reader_u32(reader);
  const uint32_t transforms = ft_reader_count(reader, TRANSFORM_BYTES);
  struct ft_transform *transform = FT_ARENA_NEW(arena, struct ft_transform, transforms);
  if (!transform) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < transforms; i++)
    FT_TRY(read_transform(&transform[i], arena, reader, err));
  out->transform = transform;
  out->transforms = transforms;
  return FT_OK;
}
