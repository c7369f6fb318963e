#include "core/model/sections.h"

#include <string.h>

#include "core/model/derived.h"
#include "core/model/transform.h"

/* These numbers are in files: they stay. */
_Static_assert(FT_REGRESSION == 1 && FT_MULTICLASS == 3, "problems are numbered in the format");
_Static_assert(FT_LINK_IDENTITY == 0 && FT_LINK_SOFTPLUS == 6, "links are numbered in the format");
_Static_assert(FT_BOOL == 1 && FT_TEXT == 8 && FT_TIMESTAMPTZ == 12,
               "types are numbered in the format");
_Static_assert(FT_ENCODE_NUMBER == 0 && FT_ENCODE_LENGTH == 3 && FT_ENCODE_WORD == 4 &&
                   FT_ENCODE_SENTINEL == 5 && FT_ENCODE_DERIVED == 6 && FT_ENCODE_CITY == 7 &&
                   FT_ENCODE_STATISTIC == 8,
               "encoders are numbered in the format");
_Static_assert(FT_DERIVE_SUM == 0 && FT_DERIVE_LOGISTIC == 19,
               "derived features are numbered in the format");
_Static_assert(FT_COMBINE_CATEGORY == 0 && FT_COMBINE_ABOVE == 2,
               "parts of combinations are numbered in the format");
_Static_assert(FT_PART_DAYS == 0 && FT_PART_MINUTE == 7, "parts are numbered in the format");
_Static_assert(FT_LEARNER_FOREST == 0 && FT_LEARNER_NET == 1 && FT_LEARNER_LINEAR_FOREST == 2,
               "learners are numbered in the format");
_Static_assert(FT_SCALE_MARGIN == 0 && FT_SCALE_LOGARITHM == 2,
               "scales are numbered in the format");
_Static_assert(FT_ACTIVATE_NONE == 0 && FT_ACTIVATE_LOGISTIC == 5,
               "activations are numbered in the format");

/* The fewest bytes of an item, by which its count is checked. */
#define FIELD_BYTES   7
#define LABEL_BYTES   4
#define ENCODER_BYTES 10
#define HASH_BYTES    16
#define PART_BYTES    10
#define MEMBER_BYTES  20

static void write_field(struct ft_buffer *out, const struct ft_field *field) {
  ft_buffer_u8(out, (uint8_t)field->type);
  ft_buffer_u8(out, field->precision);
  ft_buffer_u8(out, field->scale);
  ft_buffer_string(out, ft_span_of(field->name));
}

void ft_signature_write(struct ft_buffer *out, const struct ft_model *model) {
  ft_buffer_u8(out, (uint8_t)model->problem);
  write_field(out, &model->target);
  ft_buffer_u32(out, model->fields);
  for (uint32_t i = 0; i < model->fields; i++)
    write_field(out, &model->field[i]);
  ft_buffer_u32(out, model->labels);
  for (uint32_t i = 0; i < model->labels; i++)
    ft_buffer_string(out, model->label[i]);
}

/* One without columns is of the statistic before it. */
static void write_statistic(struct ft_buffer *out, const struct ft_statistic *statistic) {
  ft_buffer_u32(out, statistic ? statistic->columns : 0);
  if (!statistic) return;
  ft_buffer_u32(out, statistic->parts);
  for (uint32_t i = 0; i < statistic->parts; i++) {
    const struct ft_combination_part *part = &statistic->part[i];
    const bool above = part->kind == FT_COMBINE_ABOVE;
    ft_buffer_u8(out, (uint8_t)part->kind);
    ft_buffer_u8(out, above ? part->missing_above : 0);
    ft_buffer_u32(out, part->field);
    if (above)
      ft_buffer_f32(out, part->border);
    else
      ft_buffer_u32(out, part->kind == FT_COMBINE_EQUAL ? part->hash : 0);
  }
  for (uint32_t i = 0; i < statistic->columns; i++)
    ft_buffer_f32(out, statistic->otherwise[i]);
  ft_buffer_u32(out, statistic->keys);
  for (uint32_t i = 0; i < statistic->keys; i++)
    ft_buffer_u64(out, statistic->key[i]);
  for (size_t i = 0; i < (size_t)statistic->keys * statistic->columns; i++)
    ft_buffer_f32(out, statistic->value[i]);
}

void ft_encoders_write(struct ft_buffer *out, const struct ft_model *model) {
  ft_buffer_append(out, model->category_key.byte, sizeof model->category_key.byte);
  ft_buffer_u32(out, model->features);
  for (uint32_t i = 0; i < model->features; i++) {
    const struct ft_encoder *encoder = &model->encoder[i];
    ft_buffer_u8(out, (uint8_t)encoder->kind);
    ft_buffer_u8(out, encoder->kind == FT_ENCODE_CALENDAR ? (uint8_t)encoder->part : 0);
    ft_buffer_u32(out, encoder->field);
    ft_buffer_u32(out, encoder->categories);
    for (uint32_t c = 0; c < encoder->categories; c++) {
      ft_buffer_u64(out, encoder->category[c].word[0]);
      ft_buffer_u64(out, encoder->category[c].word[1]);
    }
    if (encoder->kind == FT_ENCODE_DERIVED) ft_derived_write(out, encoder);
    if (encoder->kind == FT_ENCODE_STATISTIC) write_statistic(out, encoder->statistic);
    if (encoder->kind != FT_ENCODE_SENTINEL) continue;
    ft_buffer_f32(out, encoder->low);
    ft_buffer_f32(out, encoder->high);
  }
}

/* What a learner is, as one number: readers that know no scales refuse what has one. */
#define KIND_SCALE  256U   /* times the scale */
#define KIND_PLACED 65536U /* it has outputs of its own: transforms follow the learners */

/* A learner's body has its length before it, unknown until it is written. */
static void write_member(struct ft_buffer *out, const struct ft_model *model,
                         const struct ft_member *member) {
  const uint32_t outputs = ft_member_outputs(model, member);
  struct ft_buffer body;
  ft_buffer_init(&body, out->maximum);
  switch (member->kind) {
  case FT_LEARNER_NET: ft_net_write(&body, &member->net, outputs); break;
  case FT_LEARNER_LINEAR_FOREST: ft_linear_forest_write(&body, &member->linear, outputs); break;
  default: ft_forest_write(&body, &member->forest, outputs); break;
  }
  ft_buffer_u32(out, (uint32_t)member->kind + KIND_SCALE * (uint32_t)member->scale +
                         (model->transforms ? KIND_PLACED : 0));
  ft_buffer_f64(out, member->weight);
  if (model->transforms) {
    ft_buffer_u32(out, member->sum);
    ft_buffer_u32(out, member->outputs);
  }
  ft_buffer_u64(out, body.size);
  ft_buffer_append_text(out, ft_buffer_view(&body));
  out->failed |= body.failed;
  ft_buffer_release(&body);
}

void ft_learners_write(struct ft_buffer *out, const struct ft_model *model) {
  ft_buffer_u8(out, (uint8_t)model->link);
  ft_buffer_f64(out, model->threshold);
  ft_buffer_u32(out, model->outputs);
  ft_buffer_u32(out, model->members);
  for (uint32_t i = 0; i < model->members; i++)
    write_member(out, model, &model->member[i]);
  if (model->transforms) ft_transforms_write(out, model);
}

static enum ft_status read_field(struct ft_field *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  struct ft_field field = { .type = (enum ft_type)ft_reader_u8(reader) };
  field.precision = ft_reader_u8(reader);
  field.scale = ft_reader_u8(reader);
  struct ft_span name = ft_reader_string(reader);
  if (name.size && memchr(name.data, 0, name.size))
    return ft_fail(err, FT_CORRUPT, "a field of the model has a zero byte in its name");
  field.name = ft_arena_text(arena, name);
  if (!field.name) return ft_arena_fail(err, "the model");
  *out = field;
  return FT_OK;
}

static enum ft_status read_fields(struct ft_model *out, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) {
  uint32_t fields = ft_reader_count(reader, FIELD_BYTES);
  struct ft_field *field = FT_ARENA_NEW(arena, struct ft_field, fields);
  if (!field) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < fields; i++)
    FT_TRY(read_field(&field[i], arena, reader, err));
  out->field = field;
  out->fields = fields;
  return FT_OK;
}

enum ft_status ft_signature_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                 struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  out->problem = (enum ft_problem)ft_reader_u8(&reader);
  FT_TRY(read_field(&out->target, arena, &reader, err));
  FT_TRY(read_fields(out, arena, &reader, err));
  uint32_t labels = ft_reader_count(&reader, LABEL_BYTES);
  struct ft_span *label = FT_ARENA_NEW(arena, struct ft_span, labels);
  if (!label) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < labels; i++) {
    struct ft_span text = ft_reader_string(&reader);
    label[i] = (struct ft_span){ ft_arena_text(arena, text), text.size };
    if (!label[i].data) return ft_arena_fail(err, "the model");
  }
  out->label = label;
  out->labels = labels;
  return ft_reader_check(&reader, true, "the model's signature", err);
}

static struct ft_combination_part read_part(struct ft_reader *reader) {
  struct ft_combination_part part = { .kind = (enum ft_combine_kind)ft_reader_u8(reader) };
  part.missing_above = ft_reader_u8(reader);
  part.field = ft_reader_u32(reader);
  if (part.kind == FT_COMBINE_ABOVE)
    part.border = ft_reader_f32(reader);
  else
    part.hash = ft_reader_u32(reader);
  return part;
}

static enum ft_status read_parts(struct ft_statistic *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  out->parts = ft_reader_count(reader, PART_BYTES);
  struct ft_combination_part *part = FT_ARENA_NEW(arena, struct ft_combination_part, out->parts);
  if (!part) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->parts; i++)
    part[i] = read_part(reader);
  out->part = part;
  return FT_OK;
}

static enum ft_status read_floats(const float **out, struct ft_arena *arena,
                                  struct ft_reader *reader, size_t count, struct ft_error *err) {
  if (count > reader->left / sizeof(float))
    return ft_fail(err, FT_CORRUPT, "the model's encoders are cut short");
  float *number = FT_ARENA_NEW(arena, float, count);
  if (!number) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < count; i++)
    number[i] = ft_reader_f32(reader);
  *out = number;
  return FT_OK;
}

static enum ft_status read_statistic(const struct ft_statistic **out, struct ft_arena *arena,
                                     struct ft_reader *reader, struct ft_error *err) {
  const uint32_t columns = ft_reader_u32(reader);
  if (columns == 0) return FT_OK;
  struct ft_statistic *statistic = FT_ARENA_NEW(arena, struct ft_statistic, 1);
  if (!statistic) return ft_arena_fail(err, "the model");
  statistic->columns = columns;
  FT_TRY(read_parts(statistic, arena, reader, err));
  FT_TRY(read_floats(&statistic->otherwise, arena, reader, columns, err));
  statistic->keys = ft_reader_count(reader, sizeof(uint64_t));
  uint64_t *key = FT_ARENA_NEW(arena, uint64_t, statistic->keys);
  if (!key) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < statistic->keys; i++)
    key[i] = ft_reader_u64(reader);
  statistic->key = key;
  *out = statistic;
  return read_floats(&statistic->value, arena, reader, (size_t)statistic->keys * columns, err);
}

static enum ft_status read_encoder(struct ft_encoder *out, struct ft_arena *arena,
                                   struct ft_reader *reader, struct ft_error *err) {
  out->kind = (enum ft_encoder_kind)ft_reader_u8(reader);
  if (out->kind >= FT_ENCODE_KIND_COUNT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has an encoder of kind %u", (unsigned)out->kind);
  out->part = (enum ft_calendar_part)ft_reader_u8(reader);
  out->field = ft_reader_u32(reader);
  uint32_t categories = ft_reader_count(reader, HASH_BYTES);
  struct ft_hash128 *category = FT_ARENA_NEW(arena, struct ft_hash128, categories);
  if (!category) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < categories; i++) {
    category[i].word[0] = ft_reader_u64(reader);
    category[i].word[1] = ft_reader_u64(reader);
  }
  out->category = category;
  out->categories = categories;
  if (out->kind == FT_ENCODE_SENTINEL) {
    out->low = ft_reader_f32(reader);
    out->high = ft_reader_f32(reader);
  }
  if (out->kind == FT_ENCODE_STATISTIC) return read_statistic(&out->statistic, arena, reader, err);
  return out->kind == FT_ENCODE_DERIVED ? ft_derived_read(out, arena, reader, err) : FT_OK;
}

enum ft_status ft_encoders_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  struct ft_span key = ft_reader_bytes(&reader, sizeof out->category_key.byte);
  if (key.size) memcpy(out->category_key.byte, key.data, key.size);
  uint32_t features = ft_reader_count(&reader, ENCODER_BYTES);
  struct ft_encoder *encoder = FT_ARENA_NEW(arena, struct ft_encoder, features);
  if (!encoder) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < features; i++)
    FT_TRY(read_encoder(&encoder[i], arena, &reader, err));
  out->encoder = encoder;
  out->features = features;
  return ft_reader_check(&reader, true, "the model's encoders", err);
}

static enum ft_status read_member(struct ft_member *out, struct ft_arena *arena,
                                  struct ft_reader *reader, uint32_t outputs,
                                  struct ft_error *err) {
  const uint32_t tag = ft_reader_u32(reader), placed = tag & KIND_PLACED;
  const uint32_t kind = tag - placed, scale = kind / KIND_SCALE;
  out->weight = ft_reader_f64(reader);
  if (placed) {
    out->sum = ft_reader_u32(reader);
    out->outputs = outputs = ft_reader_u32(reader);
  }
  struct ft_span body = ft_reader_bytes(reader, ft_reader_u64(reader));
  FT_TRY(ft_reader_check(reader, false, "a learner of the model", err));
  if (scale >= FT_SCALE_COUNT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has a learner of scale %u", (unsigned)scale);
  out->kind = (enum ft_learner_kind)(kind % KIND_SCALE);
  out->scale = (enum ft_scale)scale;
  switch (out->kind) {
  case FT_LEARNER_FOREST: return ft_forest_read(&out->forest, arena, body, outputs, err);
  case FT_LEARNER_NET: return ft_net_read(&out->net, arena, body, outputs, err);
  case FT_LEARNER_LINEAR_FOREST:
    return ft_linear_forest_read(&out->linear, arena, body, outputs, err);
  default:
    return ft_fail(err, FT_UNSUPPORTED, "the model has a learner of kind %u", (unsigned)out->kind);
  }
}

enum ft_status ft_learners_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  out->link = (enum ft_link)ft_reader_u8(&reader);
  out->threshold = ft_reader_f64(&reader);
  out->outputs = ft_reader_u32(&reader);
  uint32_t members = ft_reader_count(&reader, MEMBER_BYTES);
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, members);
  if (!member) return ft_arena_fail(err, "the model");
  bool placed = false;
  for (uint32_t i = 0; i < members; i++) {
    FT_TRY(read_member(&member[i], arena, &reader, out->outputs, err));
    placed |= member[i].outputs > 0;
  }
  out->member = member;
  out->members = members;
  if (placed) FT_TRY(ft_transforms_read(out, arena, &reader, err));
  return ft_reader_check(&reader, true, "the model's learners", err);
}
