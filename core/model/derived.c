#include "core/model/derived.h"

#include "core/model/transform.h"

static const struct {
  uint32_t inputs, each, own;
} shape[FT_DERIVE_COUNT] = {
#define FT_DERIVE_SHAPE(name, inputs, each, own) { inputs, each, own },
  FT_DERIVE_TABLE(FT_DERIVE_SHAPE)
#undef FT_DERIVE_SHAPE
};

size_t ft_derived_numbers(enum ft_derivation derivation, uint32_t inputs) {
  return (size_t)shape[derivation].each * inputs + shape[derivation].own;
}

bool ft_derived_fits(enum ft_derivation derivation, uint32_t inputs) {
  if (derivation >= FT_DERIVE_COUNT || inputs > FT_MODEL_MAX_INPUTS) return false;
  if (shape[derivation].inputs) return inputs == shape[derivation].inputs;
  return inputs > 0 || derivation == FT_DERIVE_SUM;
}

bool ft_derived_is_right(const struct ft_model *model, const struct ft_encoder *encoder) {
  if (encoder->field != 0 || encoder->categories != 0 ||
      !ft_derived_fits(encoder->derivation, encoder->inputs))
    return false;
  for (uint32_t i = 0; i < encoder->inputs; i++)
    if (encoder->input[i] >= (uint32_t)(encoder - model->encoder)) return false;
  const size_t numbers = ft_derived_numbers(encoder->derivation, encoder->inputs);
  for (size_t i = 0; i < numbers; i++)
    if (!ft_number_is_finite(encoder->number[i])) return false;
  return true;
}

void ft_derived_write(struct ft_buffer *out, const struct ft_encoder *encoder) {
  const size_t numbers = ft_derived_numbers(encoder->derivation, encoder->inputs);
  ft_buffer_u8(out, (uint8_t)encoder->derivation);
  ft_buffer_u32(out, encoder->inputs);
  for (uint32_t i = 0; i < encoder->inputs; i++)
    ft_buffer_u32(out, encoder->input[i]);
  for (size_t i = 0; i < numbers; i++)
    ft_buffer_f64(out, encoder->number[i]);
}

enum ft_status ft_derived_read(struct ft_encoder *out, struct ft_arena *arena,
                               struct ft_reader *reader, struct ft_error *err) {
  out->derivation = (enum ft_derivation)ft_reader_u8(reader);
  out->inputs = ft_reader_count(reader, sizeof(uint32_t));
  if (out->derivation >= FT_DERIVE_COUNT)
    return ft_fail(err, FT_UNSUPPORTED, "the model has a derived feature of kind %u",
                   (unsigned)out->derivation);
  const size_t numbers = ft_derived_numbers(out->derivation, out->inputs);
  uint32_t *input = FT_ARENA_NEW(arena, uint32_t, out->inputs);
  double *number = FT_ARENA_NEW(arena, double, numbers);
  if (!input || !number) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->inputs; i++)
    input[i] = ft_reader_u32(reader);
  for (size_t i = 0; i < numbers; i++)
    number[i] = ft_reader_f64(reader);
  out->input = input;
  out->number = number;
  return FT_OK;
}
