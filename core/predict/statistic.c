#include "core/predict/statistic.h"

#include <string.h>

#include "core/predict/numbers.h"

#define CHUNK_ROWS 128

/* What is known of the rows of a chunk. */
struct chunk {
  size_t first, rows;
  uint64_t key[CHUNK_ROWS];
  bool unknown[CHUNK_ROWS]; /* a category is NULL */
};

static uint32_t bits_for(uint32_t keys) {
  uint32_t bits = 1;
  while (bits < FT_STATISTIC_MAX_BITS && UINT32_C(1) << bits < 2 * (uint64_t)keys)
    bits++;
  return bits;
}

enum ft_status ft_statistic_view_make(struct ft_statistic_view *out, struct ft_arena *arena,
                                      const struct ft_statistic *statistic, struct ft_error *err) {
  const uint32_t bits = bits_for(statistic->keys);
  const size_t count = (size_t)1 << bits;
  uint32_t *begin = FT_ARENA_NEW(arena, uint32_t, count + 1);
  uint32_t at = 0;
  if (!begin) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < count; i++) {
    while (at < statistic->keys && statistic->key[at] >> (64 - bits) < i)
      at++;
    begin[i] = at;
  }
  begin[count] = statistic->keys;
  *out = (struct ft_statistic_view){ .is = *statistic, .shift = 64 - bits, .begin = begin };
  return FT_OK;
}

/* The place of a key; `keys`: it is not there. */
static uint32_t place_of(const struct ft_statistic_view *statistic, uint64_t key) {
  const uint64_t *in = statistic->is.key;
  const uint64_t bucket = key >> statistic->shift;
  uint32_t low = statistic->begin[bucket], high = statistic->begin[bucket + 1];
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (in[middle] == key) return middle;
    if (in[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return statistic->is.keys;
}

static void add_bits(struct chunk *chunk, size_t row, uint64_t bits) {
  chunk->key[row] = FT_COMBINATION_FACTOR * (chunk->key[row] + FT_COMBINATION_FACTOR * bits);
}

void ft_statistic_city(uint32_t *out, const struct ft_column *column, const struct ft_hash128 *hash,
                       size_t first, size_t rows) {
  const size_t bytes = ft_type_bytes(column->type);
  const char *values = (const char *)column->values;
  for (size_t r = 0; r < rows; r++) {
    const size_t row = first + r;
    struct ft_hash128 city = { { 0, 0 } };
    if (ft_column_has(column, row))
      city = hash ? hash[row] : ft_category_city(column->type, values + row * bytes);
    out[r] = (uint32_t)city.word[0];
  }
}

/* Of rows that are NULL the hash is 0. */
static void add_category(struct chunk *chunk, const struct ft_column *column,
                         const uint32_t *city) {
  for (size_t r = 0; r < chunk->rows; r++)
    add_bits(chunk, r, (uint64_t)(int64_t)(int32_t)city[r]);
  for (size_t r = 0; column->validity && r < chunk->rows; r++)
    chunk->unknown[r] |= !ft_column_has(column, chunk->first + r);
}

static void add_equal(struct chunk *chunk, uint32_t hash, const struct ft_column *column,
                      const uint32_t *city) {
  for (size_t r = 0; r < chunk->rows; r++)
    add_bits(chunk, r, city[r] == hash && ft_column_has(column, chunk->first + r));
}

static void add_number(struct chunk *chunk, const struct ft_combination_part *part,
                       const struct ft_column *column) {
  float number[CHUNK_ROWS];
  ft_numbers_convert(number, column, chunk->first, chunk->rows);
  ft_numbers_blank(number, column, chunk->first, chunk->rows);
  for (size_t r = 0; r < chunk->rows; r++) {
    const bool missing = number[r] != number[r];
    add_bits(chunk, r, missing ? part->missing_above : number[r] > part->border);
  }
}

static void put_values(float *out, size_t stride, const struct ft_statistic_view *statistic,
                       const struct chunk *chunk) {
  const uint32_t columns = statistic->is.columns;
  for (size_t r = 0; r < chunk->rows; r++) {
    const uint32_t place =
        chunk->unknown[r] ? statistic->is.keys : place_of(statistic, chunk->key[r]);
    const float *value = place == statistic->is.keys
                             ? statistic->is.otherwise
                             : statistic->is.value + (size_t)place * columns;
    for (uint32_t c = 0; c < columns; c++)
      out[c * stride + r] = value[c];
  }
}

void ft_statistic_encode(float *out, size_t stride, const struct ft_statistic_view *statistic,
                         const struct ft_column *column, uint32_t *const *city, size_t first,
                         size_t rows) {
  for (size_t done = 0; done < rows; done += CHUNK_ROWS) {
    struct chunk chunk = { .first = first + done,
                           .rows = rows - done < CHUNK_ROWS ? rows - done : CHUNK_ROWS };
    for (uint32_t i = 0; i < statistic->is.parts; i++) {
      const struct ft_combination_part *part = &statistic->is.part[i];
      const struct ft_column *of = &column[part->field];
      if (part->kind == FT_COMBINE_ABOVE)
        add_number(&chunk, part, of);
      else if (part->kind == FT_COMBINE_EQUAL)
        add_equal(&chunk, part->hash, of, city[part->field] + done);
      else
        add_category(&chunk, of, city[part->field] + done);
    }
    put_values(out + done, stride, statistic, &chunk);
  }
}
