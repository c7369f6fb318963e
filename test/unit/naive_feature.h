/* A model's features of one row, encoded without the parts of a plan. */
#ifndef FORETELL_TEST_UNIT_NAIVE_FEATURE_H
#define FORETELL_TEST_UNIT_NAIVE_FEATURE_H

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "foretell/maths.h"
#include "test/unit/build_model.h"

static inline float naive_calendar(enum ft_calendar_part part, enum ft_type type,
                                   const void *value) {
  double seconds, us = 0;
  if (type == FT_DATE) {
    seconds = 86400.0 * *(const int32_t *)value;
  } else {
    int64_t all = *(const int64_t *)value;
    int64_t whole = all >= 0 ? all / 1000000 : -((-all + 999999) / 1000000);
    us = (double)(all - whole * 1000000);
    seconds = (double)whole;
  }
  time_t when = (time_t)seconds;
  struct tm tm;
  assert_non_null(gmtime_r(&when, &tm));
  double minutes = (tm.tm_hour * 3600.0 + tm.tm_min * 60.0 + tm.tm_sec) * 1e6 + us;
  switch (part) {
  case FT_PART_DAYS: return (float)(floor(seconds / 86400.0) + minutes / 86400e6);
  case FT_PART_YEAR: return (float)(tm.tm_year + 1900);
  case FT_PART_MONTH: return (float)(tm.tm_mon + 1);
  case FT_PART_DAY: return (float)tm.tm_mday;
  case FT_PART_WEEKDAY: return (float)((tm.tm_wday + 6) % 7);
  case FT_PART_YEARDAY: return (float)(tm.tm_yday + 1);
  case FT_PART_HOUR: return (float)tm.tm_hour;
  default: return (float)(minutes / 60e6);
  }
}

static inline float naive_number(enum ft_type type, const void *value) {
  switch (type) {
  case FT_BOOL: return *(const uint8_t *)value;
  case FT_INT16: return (float)*(const int16_t *)value;
  case FT_INT32: return (float)*(const int32_t *)value;
  case FT_INT64: return (float)*(const int64_t *)value;
  case FT_FLOAT32: return *(const float *)value;
  default: return (float)*(const double *)value;
  }
}

static inline float naive_category(const struct ft_model *model, const struct ft_encoder *encoder,
                                   enum ft_type type, const void *value) {
  struct ft_hash_key key = ft_category_key(&model->category_key, encoder->field);
  struct ft_hash128 hash = ft_category_hash(&key, type, value);
  for (uint32_t i = 0; i < encoder->categories; i++)
    if (ft_hash128_compare(encoder->category[i], hash) == 0) return (float)(i + 1);
  return 0;
}

static inline bool is_letter(char c) {
  return (c & 0x80) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline float naive_words(const struct ft_model *model, const struct ft_encoder *encoder,
                                struct ft_span text) {
  struct ft_hash_key key = ft_category_key(&model->category_key, encoder->field);
  float count = 0;
  char word[4096];
  for (size_t i = 0, size = 0; i <= text.size; i++) {
    if (i < text.size && is_letter(text.data[i])) {
      char c = text.data[i];
      word[size++] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
      continue;
    }
    struct ft_hash128 hash = ft_hash_keyed(&key, (struct ft_span){ word, size });
    count += size > 0 && size <= 64 && ft_hash128_compare(hash, encoder->category[0]) == 0;
    size = 0;
  }
  return count;
}

static inline float naive_sentinel(const struct ft_encoder *encoder, float x) {
  return x < encoder->low || x > encoder->high ? x : NAN;
}

/* Of x, in double: the C library's roots are right to the last bit, as ours are once rounded. */
static inline double naive_derived(const struct ft_encoder *encoder, const double *x) {
  const double *number = encoder->number;
  double sum = encoder->derivation == FT_DERIVE_SUM ? number[encoder->inputs] : 0, product = 1,
         sizes = 0, squares = 0, distance = 0, greatest = x[0];
  for (uint32_t i = 0; i < encoder->inputs; i++) {
    sum += encoder->derivation == FT_DERIVE_SUM ? number[i] * x[i] : 0;
    product *= x[i];
    sizes += fabs(x[i]);
    squares += x[i] * x[i];
    if (encoder->derivation == FT_DERIVE_GAUSSIAN)
      distance += (x[i] - number[i]) * (x[i] - number[i]);
    if (x[i] > greatest) greatest = x[i];
  }
  switch (encoder->derivation) {
  case FT_DERIVE_SUM: return sum;
  case FT_DERIVE_PRODUCT: return product;
  case FT_DERIVE_QUOTIENT: return x[0] / x[1];
  case FT_DERIVE_POWER: return x[0] * x[0] * x[0];
  case FT_DERIVE_GAUSSIAN: return ft_exp(number[encoder->inputs] * distance);
  case FT_DERIVE_NORM_L1: return sizes;
  case FT_DERIVE_NORM_L2: return sqrt(squares);
  case FT_DERIVE_MIN: return x[1] < x[0] ? x[1] : x[0];
  case FT_DERIVE_MAX: return greatest;
  case FT_DERIVE_LESS: return x[0] < x[1];
  case FT_DERIVE_LESS_OR_EQUAL: return x[0] <= x[1];
  case FT_DERIVE_EQUAL: return x[0] == x[1];
  case FT_DERIVE_CHOICE: return x[0] == 0 ? x[2] : x[1];
  case FT_DERIVE_IS_MISSING: return isnan(x[0]);
  case FT_DERIVE_ABSOLUTE: return fabs(x[0]);
  case FT_DERIVE_ROOT: return sqrt(x[0]);
  case FT_DERIVE_EXP: return ft_exp(x[0]);
  case FT_DERIVE_LOG: return ft_log(x[0]);
  case FT_DERIVE_TANH: return ft_tanh(x[0]);
  default: return ft_logistic(x[0]);
  }
}

static inline uint32_t naive_city(enum ft_type type, const void *value) {
  char text[24];
  if (type == FT_TEXT) return (uint32_t)ft_city_hash64(*(const struct ft_span *)value);
  const long long number = type == FT_INT64   ? *(const int64_t *)value
                           : type == FT_INT32 ? *(const int32_t *)value
                                              : *(const int16_t *)value;
  int size = snprintf(text, sizeof text, "%lld", number);
  return (uint32_t)ft_city_hash64((struct ft_span){ text, (size_t)size });
}

static inline float naive_code(const struct ft_encoder *encoder, uint32_t city) {
  for (uint32_t i = 0; i < encoder->categories; i++)
    if (encoder->category[i].word[0] == city) return (float)(i + 1);
  return 0;
}

/* The bits of a part, and whether its category is there. */
static inline bool naive_part(uint64_t *bits, const struct ft_combination_part *part,
                              const struct ft_batch *batch, size_t row) {
  const struct ft_column *column = &batch->column[part->field];
  const void *value = (const char *)column->values + row * ft_type_bytes(column->type);
  const bool has = ft_column_has(column, row);
  *bits = part->kind == FT_COMBINE_ABOVE ? part->missing_above : 0;
  if (has && part->kind == FT_COMBINE_ABOVE && !isnan(naive_number(column->type, value)))
    *bits = naive_number(column->type, value) > part->border;
  if (has && part->kind == FT_COMBINE_EQUAL) *bits = naive_city(column->type, value) == part->hash;
  if (has && part->kind == FT_COMBINE_CATEGORY)
    *bits = (uint64_t)(int32_t)naive_city(column->type, value);
  return has || part->kind != FT_COMBINE_CATEGORY;
}

static inline float naive_statistic(const struct ft_encoder *encoder, const struct ft_batch *batch,
                                    size_t row) {
  uint32_t column = 0;
  uint64_t key = 0, bits;
  bool known = true;
  for (; !encoder->statistic; encoder--)
    column++;
  const struct ft_statistic *statistic = encoder->statistic;
  for (uint32_t i = 0; i < statistic->parts; i++) {
    known &= naive_part(&bits, &statistic->part[i], batch, row);
    key = build_key(key, bits);
  }
  for (uint32_t i = 0; known && i < statistic->keys; i++)
    if (statistic->key[i] == key) return statistic->value[i * statistic->columns + column];
  return statistic->otherwise[column];
}

static inline float naive_feature(const struct ft_model *model, uint32_t feature,
                                  const struct ft_batch *batch, size_t row) {
  const struct ft_encoder *encoder = &model->encoder[feature];
  double x[8];
  for (uint32_t i = 0; encoder->kind == FT_ENCODE_DERIVED && i < encoder->inputs; i++)
    x[i] = naive_feature(model, encoder->input[i], batch, row);
  if (encoder->kind == FT_ENCODE_DERIVED) return (float)naive_derived(encoder, x);
  const struct ft_column *column = &batch->column[encoder->field];
  if (encoder->kind == FT_ENCODE_STATISTIC) return naive_statistic(encoder, batch, row);
  if (!ft_column_has(column, row)) return NAN;
  const void *value = (const char *)column->values + row * ft_type_bytes(column->type);
  switch (encoder->kind) {
  case FT_ENCODE_CITY: return naive_code(encoder, naive_city(column->type, value));
  case FT_ENCODE_NUMBER: return naive_number(column->type, value);
  case FT_ENCODE_SENTINEL: return naive_sentinel(encoder, naive_number(column->type, value));
  case FT_ENCODE_CATEGORY: return naive_category(model, encoder, column->type, value);
  case FT_ENCODE_CALENDAR: return naive_calendar(encoder->part, column->type, value);
  case FT_ENCODE_WORD: return naive_words(model, encoder, *(const struct ft_span *)value);
  default: return (float)((const struct ft_span *)value)->size;
  }
}

#endif
