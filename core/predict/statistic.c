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
  while (bits < FT_STATISTIC_MAX_BITS && UINT32_C(1) << bits < keys)
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

static void add_category(struct chunk *chunk, const struct ft_combination_part *part,
                         const struct ft_column *column, const struct ft_hash128 *hash) {
  const size_t bytes = ft_type_bytes(column->type);
  const char *values = (const char *)column->values;
  const bool whole = part->kind == FT_COMBINE_CATEGORY;
  for (size_t r = 0; r < chunk->rows; r++) {
    const size_t row = chunk->first + r;
    if (!ft_column_has(column, row)) {
      chunk->unknown[r] |= whole;
      add_bits(chunk, r, 0);
      continue;
    }
    const struct ft_hash128 city =
        hash ? hash[row] : ft_category_city(column->type, values + row * bytes);
    const uint32_t low = (uint32_t)city.word[0];
    add_bits(chunk, r, whole ? (uint64_t)(int64_t)(int32_t)low : low == part->hash);
  }
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
                         const struct ft_column *column, const struct ft_hash128 *const *hash,
                         size_t first, size_t rows) {
  for (size_t done = 0; done < rows; done += CHUNK_ROWS) {
    struct chunk chunk = { .first = first + done,
                           .rows = rows - done < CHUNK_ROWS ? rows - done : CHUNK_ROWS };
    for (uint32_t i = 0; i < statistic->is.parts; i++) {
      const struct ft_combination_part *part = &statistic->is.part[i];
      if (part->kind == FT_COMBINE_ABOVE)
        add_number(&chunk, part, &column[part->field]);
      else
        add_category(&chunk, part, &column[part->field], hash ? hash[part->field] : NULL);
    }
    put_values(out + done, stride, statistic, &chunk);
  }
}
