#include "core/predict/encode.h"

#include <string.h>

#include "core/predict/civil.h"
#include "core/predict/derive.h"
#include "core/predict/numbers.h"
#include "core/predict/recent.h"
#include "core/predict/word.h"
#include "foretell/plan.h"

#define DAY_US    INT64_C(86400000000)
#define HOUR_US   INT64_C(3600000000)
#define MINUTE_US 60000000.0

/* At most half full, so that a search for a value that is not there ends soon. */
static uint32_t slots_for(uint32_t categories) {
  uint32_t slots = 2;
  while (slots < 2 * categories)
    slots *= 2;
  return slots;
}

/* The slots of an encoder's categories, or of so many encoders of a word. */
static enum ft_status fill_slots(struct ft_feature *feature, struct ft_arena *arena,
                                 const struct ft_encoder *encoder, uint32_t count,
                                 struct ft_error *err) {
  uint32_t slots = slots_for(count);
  struct ft_category_slot *slot = FT_ARENA_NEW(arena, struct ft_category_slot, slots);
  if (!slot) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < count; i++) {
    bool word = encoder->kind == FT_ENCODE_WORD;
    struct ft_hash128 hash = word ? encoder[i].category[0] : encoder->category[i];
    uint32_t at = (uint32_t)hash.word[0] & (slots - 1);
    while (slot[at].code)
      at = (at + 1) & (slots - 1);
    slot[at] = (struct ft_category_slot){ .hash = hash, .code = i + 1 };
  }
  feature->slot = slot;
  feature->mask = slots - 1;
  return FT_OK;
}

/* How many encoders begin with this one that are encoded together: words of one field, or columns of a
 * statistic; 0 of all that are not the first. */
static uint32_t count_words(const struct ft_model *model, uint32_t index) {
  const struct ft_encoder *first = &model->encoder[index];
  uint32_t words = 0;
  if (first->statistic) return first->statistic->columns;
  if (first->kind != FT_ENCODE_WORD) return 0;
  if (index > 0 && first[-1].kind == FT_ENCODE_WORD && first[-1].field == first->field) return 0;
  while (index + words < model->features && first[words].kind == FT_ENCODE_WORD &&
         first[words].field == first->field)
    words++;
  return words;
}

static struct ft_feature derived_of(const struct ft_encoder *encoder) {
  return (struct ft_feature){ .kind = FT_ENCODE_DERIVED,
                              .derivation = encoder->derivation,
                              .inputs = encoder->inputs,
                              .input = encoder->input,
                              .number = encoder->number };
}

static bool has_words(const struct ft_feature *feature) {
  return feature->kind == FT_ENCODE_WORD && feature->words > 0;
}

static enum ft_status view_statistic(struct ft_feature *feature, struct ft_arena *arena,
                                     const struct ft_statistic *statistic, struct ft_error *err) {
  struct ft_statistic_view *view = FT_ARENA_NEW(arena, struct ft_statistic_view, 1);
  if (!view) return ft_arena_fail(err, "the model");
  feature->statistic = view;
  return ft_statistic_view_make(view, arena, statistic, err);
}

static enum ft_status make_features(struct ft_encoding *out, struct ft_arena *arena,
                                    const struct ft_model *model, struct ft_error *err) {
  struct ft_feature *feature = FT_ARENA_NEW(arena, struct ft_feature, model->features);
  if (!feature) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->features; i++) {
    const struct ft_encoder *encoder = &model->encoder[i];
    if (encoder->kind == FT_ENCODE_DERIVED) {
      feature[i] = derived_of(encoder);
      continue;
    }
    feature[i] = (struct ft_feature){ .kind = encoder->kind,
                                      .part = encoder->part,
                                      .field = encoder->field,
                                      .low = encoder->low,
                                      .high = encoder->high,
                                      .type = model->field[encoder->field].type };
    feature[i].words = count_words(model, i);
    if (encoder->statistic) FT_TRY(view_statistic(&feature[i], arena, encoder->statistic, err));
    if (!ft_encoder_has_codes(encoder) && !has_words(&feature[i])) continue;
    feature[i].key = ft_category_key(&model->category_key, encoder->field);
    uint32_t count = feature[i].words ? feature[i].words : encoder->categories;
    FT_TRY(fill_slots(&feature[i], arena, encoder, count, err));
  }
  out->feature = feature;
  out->features = model->features;
  return FT_OK;
}

enum ft_status ft_encoding_make(struct ft_encoding *out, struct ft_arena *arena,
                                const struct ft_model *model, struct ft_error *err) {
  struct ft_encoding encoding = { .fields = model->fields };
  struct ft_field *field = FT_ARENA_NEW(arena, struct ft_field, model->fields);
  if (!field) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->fields; i++) {
    field[i] = model->field[i];
    field[i].name = ft_arena_text(arena, ft_span_of(model->field[i].name));
    if (!field[i].name) return ft_arena_fail(err, "the model");
  }
  encoding.field = field;
  FT_TRY(make_features(&encoding, arena, model, err));
  *out = encoding;
  return FT_OK;
}

enum ft_status ft_encoding_check(const struct ft_field *field, size_t fields,
                                 const struct ft_batch *batch, struct ft_error *err) {
  if (batch->columns != fields)
    return ft_fail(err, FT_WRONG_TYPE, "the model takes %zu columns, not %zu", fields,
                   batch->columns);
  for (size_t i = 0; i < fields; i++)
    if (batch->column[i].type != field[i].type)
      return ft_fail(err, FT_WRONG_TYPE, "column \"%s\" has to be %s, not %s", field[i].name,
                     ft_type_sql(field[i].type), ft_type_sql(batch->column[i].type));
  return FT_OK;
}

/* A NaN is within no range, and missing anyway. */
static void blank_sentinels(float *out, const struct ft_feature *feature, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    out[r] = out[r] >= feature->low && out[r] <= feature->high ? ft_missing() : out[r];
}

static float code_of(const struct ft_feature *feature, struct ft_hash128 hash) {
  uint32_t at = (uint32_t)hash.word[0] & feature->mask;
  while (feature->slot[at].code) {
    const struct ft_category_slot *slot = &feature->slot[at];
    if (slot->hash.word[0] == hash.word[0] && slot->hash.word[1] == hash.word[1])
      return (float)slot->code;
    at = (at + 1) & feature->mask;
  }
  return 0.0F;
}

static struct ft_hash128 hash_of(const struct ft_feature *feature, enum ft_type type,
                                 const void *value) {
  return feature->kind == FT_ENCODE_CITY ? ft_category_city(type, value)
                                         : ft_category_hash(&feature->key, type, value);
}

/* Of a probe, whose hashes may be those of another encoder. */
static struct ft_hash128 given_hash(const struct ft_feature *feature, struct ft_hash128 hash) {
  const struct ft_hash128 low = { { (uint32_t)hash.word[0], 0 } };
  return feature->kind == FT_ENCODE_CITY ? low : hash;
}

/* A value under an unset bit is not to be read, so NULLs are seen to here. */
static void encode_categories(float *out, const struct ft_feature *feature,
                              const struct ft_column *column, const struct ft_hash128 *hash,
                              size_t first, size_t rows) {
  const size_t bytes = ft_type_bytes(column->type);
  const char *values = (const char *)column->values;
  for (size_t r = 0; r < rows; r++) {
    size_t row = first + r;
    if (!ft_column_has(column, row))
      out[r] = ft_missing();
    else if (hash)
      out[r] = code_of(feature, given_hash(feature, hash[row]));
    else
      out[r] = code_of(feature, hash_of(feature, column->type, values + row * bytes));
  }
}

/* A moment as a day and the microseconds within it. */
struct moment {
  int64_t day;
  int64_t us;
};

static struct moment moment_of(const struct ft_column *column, size_t row) {
  if (column->type == FT_DATE) return (struct moment){ ((const int32_t *)column->values)[row], 0 };
  int64_t us = ((const int64_t *)column->values)[row];
  if (column->type == FT_TIME) return (struct moment){ 0, us }; /* 24:00 stays 24:00 */
  int64_t day = ft_floor_divide(us, DAY_US);
  /* Wrapping, since the first day of all begins before the first microsecond. */
  return (struct moment){ day, (int64_t)((uint64_t)us - (uint64_t)day * (uint64_t)DAY_US) };
}

static float part_of(enum ft_calendar_part part, struct moment at) {
  switch (part) {
  case FT_PART_DAYS: return (float)((double)at.day + (double)at.us / (double)DAY_US);
  case FT_PART_YEAR: return (float)ft_civil_of(at.day).year;
  case FT_PART_MONTH: return (float)ft_civil_of(at.day).month;
  case FT_PART_DAY: return (float)ft_civil_of(at.day).day;
  case FT_PART_WEEKDAY: return (float)ft_civil_of(at.day).weekday;
  case FT_PART_YEARDAY: return (float)ft_civil_of(at.day).yearday;
  case FT_PART_HOUR: return (float)(at.us >= DAY_US ? 23 : at.us / HOUR_US);
  default: return (float)((double)at.us / MINUTE_US); /* FT_PART_MINUTE */
  }
}

static void encode_calendar(float *out, enum ft_calendar_part part, const struct ft_column *column,
                            size_t first, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    out[r] = part_of(part, moment_of(column, first + r));
}

static void encode_lengths(float *out, const struct ft_column *column, size_t first, size_t rows) {
  const struct ft_span *text = (const struct ft_span *)column->values;
  for (size_t r = 0; r < rows; r++)
    out[r] = ft_column_has(column, first + r) ? (float)text[first + r].size : ft_missing();
}

/* As encode_categories, for many texts. */
static void encode_texts(float *out, const struct ft_feature *feature,
                         const struct ft_column *column, size_t first, size_t rows) {
  const struct ft_span *text = (const struct ft_span *)column->values + first;
  struct ft_recent recent;
  ft_recent_empty(&recent);
  for (size_t r = 0; r < rows; r++) {
    if (!ft_column_has(column, first + r)) {
      out[r] = ft_missing();
      continue;
    }
    struct ft_recent_key key = ft_recent_key_of(text[r]);
    size_t slot = ft_recent_slot(key);
    if (key.size > FT_RECENT_TEXT || !ft_recent_has(&recent, slot, key)) {
      recent.code[slot] = code_of(feature, hash_of(feature, FT_TEXT, &text[r]));
      recent.key[slot] = key;
    }
    out[r] = recent.code[slot];
  }
}

/* The place of a word among those looked for, from 1; 0: none of them. Few words make most of a
 * language's texts. */
static size_t place_of(struct ft_recent *recent, const struct ft_feature *feature,
                       struct ft_span word) {
  struct ft_recent_key key = ft_recent_key_of(word);
  size_t slot = ft_recent_slot(key);
  if (key.size > FT_RECENT_TEXT || !ft_recent_has(recent, slot, key)) {
    recent->code[slot] = code_of(feature, ft_hash_keyed(&feature->key, word));
    recent->key[slot] = key;
  }
  return (size_t)recent->code[slot];
}

static void count_text(float *out, size_t stride, struct ft_recent *recent,
                       const struct ft_feature *feature, struct ft_span text) {
  struct ft_word word;
  size_t at = 0;
  while (ft_word_next(&word, text, &at)) {
    size_t place = place_of(recent, feature, ft_word_span(&word));
    if (place > 0) out[(place - 1) * stride]++;
  }
}

static void encode_words(float *out, size_t stride, const struct ft_feature *feature,
                         const struct ft_column *column, const struct ft_hash128 *hash,
                         size_t first, size_t rows) {
  const struct ft_span *text = (const struct ft_span *)column->values;
  struct ft_recent recent;
  ft_recent_empty(&recent);
  for (uint32_t w = 0; w < feature->words; w++)
    memset(out + w * stride, 0, rows * sizeof *out);
  for (size_t r = 0; r < rows; r++) {
    size_t place = hash ? (size_t)code_of(feature, hash[first + r]) : 0;
    if (!ft_column_has(column, first + r))
      for (uint32_t w = 0; w < feature->words; w++)
        out[w * stride + r] = ft_missing();
    else if (place > 0)
      out[(place - 1) * stride + r] = 1;
    else if (!hash)
      count_text(out + r, stride, &recent, feature, text[first + r]);
  }
}

void ft_encode_feature(float *out, size_t stride, const struct ft_feature *feature,
                       const struct ft_encode_input *input, size_t first, size_t rows) {
  const struct ft_column *column = &input->column[feature->field];
  const struct ft_hash128 *hash = input->hash ? input->hash[feature->field] : NULL;
  switch (feature->kind) {
  case FT_ENCODE_CATEGORY:
  case FT_ENCODE_CITY:
    if (column->type == FT_TEXT && !hash && rows >= FT_RECENT_MIN)
      encode_texts(out, feature, column, first, rows);
    else
      encode_categories(out, feature, column, hash, first, rows);
    return;
  case FT_ENCODE_LENGTH: encode_lengths(out, column, first, rows); return;
  case FT_ENCODE_WORD:
    if (feature->words) encode_words(out, stride, feature, column, hash, first, rows);
    return;
  case FT_ENCODE_STATISTIC:
    if (feature->words)
      ft_statistic_encode(out, stride, feature->statistic, input->column, input->city, first, rows);
    return;
  case FT_ENCODE_CALENDAR: encode_calendar(out, feature->part, column, first, rows); break;
  default:
    ft_numbers_convert(out, column, first, rows);
    if (feature->kind == FT_ENCODE_SENTINEL) blank_sentinels(out, feature, rows);
    break;
  }
  ft_numbers_blank(out, column, first, rows);
}

static enum ft_status make_city_of(uint32_t **city, struct ft_arena *arena,
                                   const struct ft_statistic *statistic, size_t rows,
                                   struct ft_error *err) {
  for (uint32_t i = 0; i < statistic->parts; i++) {
    const struct ft_combination_part *part = &statistic->part[i];
    if (part->kind == FT_COMBINE_ABOVE || city[part->field]) continue;
    city[part->field] = FT_ARENA_NEW(arena, uint32_t, rows);
    if (!city[part->field]) return ft_arena_fail(err, "the prediction");
  }
  return FT_OK;
}

enum ft_status ft_city_make(uint32_t ***out, struct ft_arena *arena,
                            const struct ft_encoding *encoding, size_t rows, struct ft_error *err) {
  uint32_t **city = NULL;
  for (uint32_t f = 0; f < encoding->features; f++) {
    if (!encoding->feature[f].statistic) continue;
    if (!city) city = FT_ARENA_NEW(arena, uint32_t *, encoding->fields);
    if (!city) return ft_arena_fail(err, "the prediction");
    FT_TRY(make_city_of(city, arena, &encoding->feature[f].statistic->is, rows, err));
  }
  *out = city;
  return FT_OK;
}

void ft_city_fill(uint32_t *const *city, const struct ft_encoding *encoding,
                  const struct ft_encode_input *input, size_t first, size_t rows) {
  for (uint32_t i = 0; city && i < encoding->fields; i++)
    if (city[i])
      ft_statistic_city(city[i], &input->column[i], input->hash ? input->hash[i] : NULL, first,
                        rows);
}

static enum ft_status encode_all(float *out, struct ft_arena *arena, const struct ft_model *model,
                                 const struct ft_batch *batch, struct ft_error *err) {
  const size_t rows = batch->rows;
  struct ft_encoding encoding;
  uint32_t **city;
  FT_TRY(ft_encoding_make(&encoding, arena, model, err));
  FT_TRY(ft_city_make(&city, arena, &encoding, rows, err));
  const struct ft_encode_input input = { .column = batch->column, .city = city };
  ft_city_fill(city, &encoding, &input, 0, rows);
  for (uint32_t f = 0; f < encoding.features; f++)
    if (encoding.feature[f].kind == FT_ENCODE_DERIVED)
      ft_derive_feature(out, rows, f, &encoding.feature[f], rows);
    else
      ft_encode_feature(out + f * rows, rows, &encoding.feature[f], &input, 0, rows);
  return FT_OK;
}

enum ft_status ft_encode_batch(float *out, const struct ft_model *model,
                               const struct ft_batch *batch, struct ft_error *err) {
  FT_TRY(ft_encoding_check(model->field, model->fields, batch, err));
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = encode_all(out, &arena, model, batch, err);
  ft_arena_release(&arena);
  return status;
}
