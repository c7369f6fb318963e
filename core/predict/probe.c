#include "core/predict/probe.h"

#include <string.h>

/* Flags of a field in the probe section. */
#define HAS_VALUES 1U
#define HAS_HASHES 2U

static size_t width_of(enum ft_type type) {
  return type == FT_TEXT ? sizeof(uint32_t) : ft_type_bytes(type); /* of a text its length */
}

static bool combines_category(const struct ft_feature *feature, size_t field) {
  if (!feature->statistic) return false;
  for (uint32_t i = 0; i < feature->statistic->is.parts; i++) {
    const struct ft_combination_part *part = &feature->statistic->is.part[i];
    if (part->field == field && part->kind != FT_COMBINE_ABOVE) return true;
  }
  return false;
}

static bool reads_categories(const struct ft_plan *plan, size_t field) {
  for (uint32_t f = 0; f < plan->encoding.features; f++) {
    const struct ft_feature *feature = &plan->encoding.feature[f];
    const bool codes = feature->kind == FT_ENCODE_CATEGORY || feature->kind == FT_ENCODE_CITY;
    if (codes ? feature->field == field : combines_category(feature, field)) return true;
  }
  return false;
}

static enum ft_status make_column(struct ft_probe_column *out, struct ft_arena *arena,
                                  enum ft_type type, bool hashes, size_t rows,
                                  struct ft_error *err) {
  out->type = type;
  out->values = ft_arena_take(arena, rows, ft_type_bytes(type));
  out->validity = FT_ARENA_NEW(arena, uint64_t, (rows + 63) / 64);
  out->hash = hashes ? FT_ARENA_NEW(arena, struct ft_hash128, rows) : NULL;
  bool made = out->values && out->validity && (out->hash || !hashes);
  return made ? FT_OK : ft_arena_fail(err, "the model's probes");
}

enum ft_status ft_probe_make(struct ft_probe *out, struct ft_arena *arena,
                             const struct ft_plan *plan, size_t rows, struct ft_error *err) {
  size_t fields = plan->encoding.fields;
  struct ft_probe_column *column = FT_ARENA_NEW(arena, struct ft_probe_column, fields);
  if (!column) return ft_arena_fail(err, "the model's probes");
  for (size_t i = 0; i < fields; i++) {
    enum ft_type type = plan->encoding.field[i].type;
    bool hashes = type == FT_TEXT || reads_categories(plan, i);
    FT_TRY(make_column(&column[i], arena, type, hashes, rows, err));
  }
  *out = (struct ft_probe){ .rows = rows, .fields = fields, .column = column };
  return FT_OK;
}

/* What is predicted for the rows: values, or probabilities label-major and chosen labels. */
struct results {
  size_t values; /* count of `value` */
  double *value;
  uint32_t *label; /* NULL for regression */
};

static enum ft_status make_results(struct results *out, struct ft_arena *arena,
                                   const struct ft_plan *plan, size_t rows, struct ft_error *err) {
  out->values = rows * (plan->labels ? plan->labels : 1);
  out->value = FT_ARENA_NEW(arena, double, out->values);
  out->label = plan->labels ? FT_ARENA_NEW(arena, uint32_t, rows) : NULL;
  bool made = out->value && (out->label || !plan->labels);
  return made ? FT_OK : ft_arena_fail(err, "the model's probes");
}

static enum ft_status predict_probe(struct results *out, struct ft_arena *arena,
                                    const struct ft_plan *plan, const struct ft_probe *probe,
                                    struct ft_error *err) {
  struct ft_column *column = FT_ARENA_NEW(arena, struct ft_column, probe->fields);
  const struct ft_hash128 **hash = FT_ARENA_NEW(arena, const struct ft_hash128 *, probe->fields);
  if (!column || !hash) return ft_arena_fail(err, "the model's probes");
  for (size_t i = 0; i < probe->fields; i++) {
    column[i] = (struct ft_column){ .type = probe->column[i].type,
                                    .values = probe->column[i].values,
                                    .validity = probe->column[i].validity };
    hash[i] = probe->column[i].hash;
  }
  struct ft_scratch *scratch;
  FT_TRY(make_results(out, arena, plan, probe->rows, err));
  FT_TRY(ft_scratch_make(&scratch, plan, err));
  const struct ft_encode_input input = { .column = column, .hash = hash };
  struct ft_predictions to = { .value = out->value };
  if (plan->labels) to = (struct ft_predictions){ .label = out->label, .probability = out->value };
  ft_plan_run(plan, scratch, &input, probe->rows, to);
  ft_scratch_free(scratch);
  return FT_OK;
}

static void write_values(struct ft_buffer *out, const struct ft_probe_column *column, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    switch (ft_type_bytes(column->type)) {
    case 1: ft_buffer_u8(out, ((const uint8_t *)column->values)[r]); break;
    case 2: ft_buffer_u16(out, ((const uint16_t *)column->values)[r]); break;
    case 4: ft_buffer_u32(out, ((const uint32_t *)column->values)[r]); break;
    case 8: ft_buffer_u64(out, ((const uint64_t *)column->values)[r]); break;
    default: /* FT_TEXT */
      ft_buffer_u32(out, (uint32_t)((const struct ft_span *)column->values)[r].size);
    }
}

static void write_column(struct ft_buffer *out, const struct ft_probe_column *column, size_t rows) {
  ft_buffer_u8(out, (uint8_t)column->type);
  ft_buffer_u8(out, HAS_VALUES | (column->hash ? HAS_HASHES : 0));
  for (size_t b = 0; b < (rows + 7) / 8; b++)
    ft_buffer_u8(out, (uint8_t)(column->validity[b / 8] >> (b % 8 * 8)));
  write_values(out, column, rows);
  for (size_t r = 0; column->hash && r < rows; r++) {
    ft_buffer_u64(out, column->hash[r].word[0]);
    ft_buffer_u64(out, column->hash[r].word[1]);
  }
}

static void write_results(struct ft_buffer *out, const struct results *results, size_t rows) {
  for (size_t i = 0; i < results->values; i++)
    ft_buffer_f64(out, results->value[i]);
  for (size_t r = 0; results->label && r < rows; r++)
    ft_buffer_u32(out, results->label[r]);
}

static enum ft_status write_within(struct ft_buffer *out, struct ft_arena *arena,
                                   const struct ft_plan *plan, uint64_t seed,
                                   struct ft_error *err) {
  size_t rows = plan->labels > 64 ? 4096 / plan->labels : FT_PROBE_ROWS;
  rows = rows < 4 ? 4 : rows;
  struct ft_random random = ft_random_seeded(seed);
  struct ft_probe probe;
  struct results results;
  FT_TRY(ft_probe_make(&probe, arena, plan, rows, err));
  FT_TRY(ft_probe_draw(&probe, arena, plan, &random, err));
  FT_TRY(predict_probe(&results, arena, plan, &probe, err));
  ft_buffer_u32(out, (uint32_t)rows);
  ft_buffer_u32(out, (uint32_t)probe.fields);
  for (size_t i = 0; i < probe.fields; i++)
    write_column(out, &probe.column[i], rows);
  write_results(out, &results, rows);
  return ft_buffer_check(out, "the model's probes", err);
}

enum ft_status ft_plan_write_probes(struct ft_buffer *out, const struct ft_plan *plan,
                                    uint64_t seed, struct ft_error *err) {
  struct ft_arena arena;
  size_t start = out->size;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = write_within(out, &arena, plan, seed, err);
  ft_arena_release(&arena);
  if (status != FT_OK) out->size = start;
  return status;
}

static enum ft_status corrupt(struct ft_error *err, const char *why) {
  return ft_fail(err, FT_CORRUPT, "the model's probes are damaged: %s", why);
}

static void read_values(struct ft_probe_column *column, struct ft_reader *reader, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    switch (ft_type_bytes(column->type)) {
    case 1: ((uint8_t *)column->values)[r] = ft_reader_u8(reader); break;
    case 2: ((uint16_t *)column->values)[r] = ft_reader_u16(reader); break;
    case 4: ((uint32_t *)column->values)[r] = ft_reader_u32(reader); break;
    case 8: ((uint64_t *)column->values)[r] = ft_reader_u64(reader); break;
    default: /* FT_TEXT: no encoder reads the bytes, since it has hashes */
      ((struct ft_span *)column->values)[r] = (struct ft_span){ NULL, ft_reader_u32(reader) };
    }
}

static enum ft_status read_column(struct ft_probe_column *column, struct ft_reader *reader,
                                  size_t rows, struct ft_error *err) {
  if (ft_reader_u8(reader) != column->type) return corrupt(err, "a field is of another type");
  uint8_t flags = ft_reader_u8(reader);
  if (flags & ~(HAS_VALUES | HAS_HASHES)) return corrupt(err, "a field has unknown flags");
  if ((flags & HAS_HASHES) && !column->hash) return corrupt(err, "a field has unwanted hashes");
  for (size_t b = 0; b < (rows + 7) / 8; b++)
    column->validity[b / 8] |= (uint64_t)ft_reader_u8(reader) << (b % 8 * 8);
  if (flags & HAS_VALUES) {
    if (rows > reader->left / width_of(column->type)) return corrupt(err, "they are cut short");
    read_values(column, reader, rows);
  }
  for (size_t r = 0; (flags & HAS_HASHES) && r < rows; r++) {
    column->hash[r].word[0] = ft_reader_u64(reader);
    column->hash[r].word[1] = ft_reader_u64(reader);
  }
  return FT_OK;
}

static enum ft_status read_probe(struct ft_probe *out, struct ft_arena *arena,
                                 const struct ft_plan *plan, struct ft_reader *reader,
                                 struct ft_error *err) {
  uint32_t rows = ft_reader_u32(reader), fields = ft_reader_u32(reader);
  if (rows > FT_PROBE_MAX_ROWS) return corrupt(err, "there are too many");
  if (fields != plan->encoding.fields) return corrupt(err, "they are of other fields");
  FT_TRY(ft_probe_make(out, arena, plan, rows, err));
  for (uint32_t i = 0; i < fields; i++)
    FT_TRY(read_column(&out->column[i], reader, rows, err));
  return ft_reader_check(reader, false, "the model's probes", err);
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static enum ft_status compare_results(const struct results *results, size_t rows,
                                      struct ft_reader *reader, struct ft_error *err) {
  size_t differing = 0;
  for (size_t i = 0; i < results->values; i++)
    differing += ft_reader_u64(reader) != bits_of(results->value[i]);
  for (size_t r = 0; results->label && r < rows; r++)
    differing += ft_reader_u32(reader) != results->label[r];
  FT_TRY(ft_reader_check(reader, true, "the model's probes", err));
  if (!differing) return FT_OK;
  (void)ft_fail(err, FT_CORRUPT, "the model predicts other numbers here than where it was made");
  return err ? ft_fail_hint(err, "%zu of %zu probes differ; train the model anew.", differing,
                            results->values)
             : FT_CORRUPT;
}

static enum ft_status replay_within(struct ft_arena *arena, const struct ft_plan *plan,
                                    struct ft_span bytes, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(bytes);
  struct ft_probe probe;
  struct results results;
  FT_TRY(read_probe(&probe, arena, plan, &reader, err));
  FT_TRY(predict_probe(&results, arena, plan, &probe, err));
  return compare_results(&results, probe.rows, &reader, err);
}

enum ft_status ft_probe_replay(const struct ft_plan *plan, struct ft_span bytes,
                               struct ft_error *err) {
  if (!bytes.size) return FT_OK;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = replay_within(&arena, plan, bytes, err);
  ft_arena_release(&arena);
  return status;
}
