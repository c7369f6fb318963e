#include "core/train/table.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/row_hash.h"

#define FIRST_ROWS  4096
#define FIRST_SLOTS 64

static enum ft_status fail_memory(struct ft_error *err, size_t rows) {
  ft_fail(err, FT_NOMEM, "out of memory after reading %zu rows", rows);
  return ft_fail_hint(err, "Use MAX_CELLS to train on a sample, or raise the memory limit.");
}

enum ft_status ft_table_init(struct ft_table *table, const struct ft_field *field, uint32_t fields,
                             const struct ft_hash_key *key, struct ft_error *err) {
  *table = (struct ft_table){ .field = field, .fields = fields, .key = *key };
  table->column = calloc(fields ? fields : 1, sizeof *table->column);
  table->scratch = malloc(ft_row_hash_bytes(table));
  if (!table->column || !table->scratch) {
    ft_table_release(table);
    return fail_memory(err, 0);
  }
  for (uint32_t f = 0; f < fields; f++) {
    table->column[f].bytes =
        field[f].type == FT_TEXT ? sizeof(uint32_t) : ft_type_bytes(field[f].type);
    ft_arena_init(&table->column[f].dictionary.arena, FT_ARENA_DEFAULT_LIMIT);
  }
  return FT_OK;
}

void ft_table_release(struct ft_table *table) {
  for (uint32_t f = 0; f < table->fields && table->column; f++) {
    struct ft_table_column *column = &table->column[f];
    free(column->value);
    free(column->validity);
    free(column->dictionary.text);
    free(column->dictionary.hash);
    free(column->dictionary.slot);
    ft_arena_release(&column->dictionary.arena);
  }
  free(table->column);
  free(table->hash);
  free(table->scratch);
  *table = (struct ft_table){ 0 };
}

static bool grow(void *pointer_to_array, size_t count, size_t bytes) {
  void *array;
  /* Through memcpy: a pointer to any type of pointer may not be read as void **. */
  memcpy(&array, pointer_to_array, sizeof array);
  if (bytes && count > SIZE_MAX / bytes) return false;
  void *larger = realloc(array, count * bytes);
  if (!larger) return false;
  memcpy(pointer_to_array, &larger, sizeof larger);
  return true;
}

static bool reserve_rows(struct ft_table *table, size_t rows) {
  if (rows <= table->capacity) return true;
  size_t capacity = table->capacity ? table->capacity : FIRST_ROWS;
  while (capacity < rows)
    capacity += capacity / 2;
  /* Whole words of validity bits. */
  capacity = (capacity + 63) / 64 * 64;
  for (uint32_t f = 0; f < table->fields; f++) {
    struct ft_table_column *column = &table->column[f];
    if (!grow(&column->value, capacity, column->bytes) ||
        !grow(&column->validity, capacity / 64, sizeof(uint64_t)))
      return false;
  }
  if (!grow(&table->hash, capacity, sizeof *table->hash)) return false;
  table->capacity = capacity;
  return true;
}

static void place(struct ft_dictionary *dictionary, uint32_t entry) {
  assert(dictionary->slots > dictionary->entries);
  size_t at = dictionary->hash[entry].word[0] & (dictionary->slots - 1);
  /* Linear probing; half of the slots are free at least. */
  while (dictionary->slot[at])
    at = (at + 1) & (dictionary->slots - 1);
  dictionary->slot[at] = entry + 1;
}

static bool reserve_entry(struct ft_dictionary *dictionary) {
  if (dictionary->entries == dictionary->capacity) {
    uint32_t capacity = dictionary->capacity ? dictionary->capacity * 2 : FIRST_SLOTS / 2;
    if (!grow(&dictionary->text, capacity, sizeof *dictionary->text) ||
        !grow(&dictionary->hash, capacity, sizeof *dictionary->hash))
      return false;
    dictionary->capacity = capacity;
  }
  if (dictionary->slots / 2 > dictionary->entries) return true;
  size_t slots = dictionary->slots ? dictionary->slots * 2 : FIRST_SLOTS;
  uint32_t *slot = calloc(slots, sizeof *slot);
  if (!slot) return false;
  free(dictionary->slot);
  dictionary->slot = slot;
  dictionary->slots = slots;
  for (uint32_t e = 0; e < dictionary->entries; e++)
    place(dictionary, e);
  return true;
}

/* The code of a text, a new one if need be. */
static bool intern(uint32_t *code, struct ft_dictionary *dictionary, const struct ft_hash_key *key,
                   struct ft_span text) {
  struct ft_hash128 hash = ft_hash_keyed(key, text);
  size_t mask = dictionary->slots - 1;
  for (size_t at = hash.word[0] & mask; dictionary->slots && dictionary->slot[at];
       at = (at + 1) & mask) {
    uint32_t entry = dictionary->slot[at] - 1;
    /* Hash first, then the bytes: two texts of one hash are still two entries. */
    if (ft_hash128_compare(dictionary->hash[entry], hash) == 0 &&
        ft_span_equal(dictionary->text[entry], text)) {
      *code = entry;
      return true;
    }
  }
  if (!reserve_entry(dictionary)) return false;
  char *copy = ft_arena_text(&dictionary->arena, text);
  if (!copy) return false;
  *code = dictionary->entries++;
  dictionary->text[*code] = (struct ft_span){ copy, text.size };
  dictionary->hash[*code] = hash;
  place(dictionary, *code);
  return true;
}

/* One value in canonical form; false when it is missing after all. */
static bool store_number(uint8_t *to, enum ft_type type, const void *values, size_t row) {
  if (type == FT_FLOAT32) {
    float value = ((const float *)values)[row];
    if (value == 0) value = 0; /* -0 */
    memcpy(to, &value, sizeof value);
    return value == value;
  }
  if (type == FT_FLOAT64 || type == FT_DECIMAL) {
    double value = ((const double *)values)[row];
    if (value == 0) value = 0; /* -0 */
    memcpy(to, &value, sizeof value);
    return value == value;
  }
  size_t bytes = ft_type_bytes(type);
  memcpy(to, (const uint8_t *)values + row * bytes, bytes);
  return true;
}

static bool append_column(struct ft_table *table, uint32_t f, const struct ft_column *from,
                          size_t rows) {
  struct ft_table_column *column = &table->column[f];
  for (size_t r = 0; r < rows; r++) {
    size_t row = table->rows + r;
    uint8_t *to = column->value + row * column->bytes;
    uint64_t bit = UINT64_C(1) << (row % 64);
    bool has = ft_column_has(from, r);
    /* A missing value is 0 bytes, whatever was there: rows that are equal have equal bytes. */
    memset(to, 0, column->bytes);
    if (has && from->type == FT_TEXT) {
      uint32_t code;
      if (!intern(&code, &column->dictionary, &table->key,
                  ((const struct ft_span *)from->values)[r]))
        return false;
      memcpy(to, &code, sizeof code);
    } else if (has) {
      has = store_number(to, from->type, from->values, r);
      if (!has) memset(to, 0, column->bytes);
    }
    /* The array grows uninitialised: a word is cleared by its first row. */
    if (row % 64 == 0) column->validity[row / 64] = 0;
    if (has)
      column->validity[row / 64] |= bit;
    else
      column->validity[row / 64] &= ~bit;
  }
  return true;
}

enum ft_status ft_table_append(struct ft_table *table, const struct ft_batch *batch,
                               struct ft_error *err) {
  if (batch->columns != table->fields)
    return ft_fail(err, FT_CORRUPT, "a batch has %zu columns instead of %u", batch->columns,
                   (unsigned)table->fields);
  /* Compared with what is left: a sum could overflow. */
  if (batch->rows > FT_TABLE_MAX_ROWS - table->rows)
    return ft_fail(err, FT_LIMIT, "more than %zu rows", FT_TABLE_MAX_ROWS);
  if (batch->rows == 0) return FT_OK;
  if (!reserve_rows(table, table->rows + batch->rows)) return fail_memory(err, table->rows);
  for (uint32_t f = 0; f < table->fields; f++) {
    if (batch->column[f].type != table->field[f].type)
      return ft_fail(err, FT_CORRUPT, "a batch has another type for column \"%s\"",
                     table->field[f].name);
    if (!append_column(table, f, &batch->column[f], batch->rows))
      return fail_memory(err, table->rows);
  }
  /* Once all columns are there; a failed batch leaves `rows` as it was, and its values are
   * overwritten. */
  ft_row_hash(table->hash + table->rows, table, table->rows, batch->rows, table->scratch);
  table->rows += batch->rows;
  return FT_OK;
}

int64_t ft_table_integer(const struct ft_table *table, uint32_t field, size_t row) {
  const struct ft_table_column *column = &table->column[field];
  const uint8_t *at = column->value + row * column->bytes;
  int16_t small;
  int32_t middle;
  int64_t large;
  switch (column->bytes) {
  case 1: return *at;
  case 2: memcpy(&small, at, sizeof small); return small;
  case 4: memcpy(&middle, at, sizeof middle); return middle;
  default: memcpy(&large, at, sizeof large); return large;
  }
}

double ft_table_number(const struct ft_table *table, uint32_t field, size_t row) {
  const struct ft_table_column *column = &table->column[field];
  float single;
  double value;
  switch (table->field[field].type) {
  case FT_FLOAT32:
    memcpy(&single, column->value + row * sizeof single, sizeof single);
    return single;
  case FT_FLOAT64:
  case FT_DECIMAL: memcpy(&value, column->value + row * sizeof value, sizeof value); return value;
  default: return (double)ft_table_integer(table, field, row);
  }
}

static bool batch_column(struct ft_column *out, struct ft_arena *arena,
                         const struct ft_table *table, uint32_t f, const uint32_t *row,
                         size_t count) {
  const struct ft_table_column *column = &table->column[f];
  enum ft_type type = table->field[f].type;
  size_t bytes = ft_type_bytes(type);
  uint8_t *value = ft_arena_take(arena, count, bytes);
  uint64_t *validity = FT_ARENA_NEW(arena, uint64_t, count / 64 + 1);
  if (!value || !validity) return false;
  for (size_t r = 0; r < count; r++) {
    if (!ft_table_has(table, f, row[r])) continue;
    validity[r / 64] |= UINT64_C(1) << (r % 64);
    if (type == FT_TEXT)
      ((struct ft_span *)(void *)value)[r] =
          column->dictionary.text[ft_table_code(table, f, row[r])];
    else
      memcpy(value + r * bytes, column->value + (size_t)row[r] * bytes, bytes);
  }
  *out = (struct ft_column){ .type = type, .values = value, .validity = validity };
  return true;
}

enum ft_status ft_table_batch(struct ft_batch *out, struct ft_arena *arena,
                              const struct ft_table *table, uint32_t without, const uint32_t *row,
                              size_t count, struct ft_error *err) {
  struct ft_column *column = FT_ARENA_NEW(arena, struct ft_column, table->fields);
  if (!column) return fail_memory(err, table->rows);
  uint32_t columns = 0;
  for (uint32_t f = 0; f < table->fields; f++) {
    if (f == without) continue;
    if (!batch_column(&column[columns++], arena, table, f, row, count))
      return fail_memory(err, table->rows);
  }
  *out = (struct ft_batch){ .rows = count, .columns = columns, .column = column };
  return FT_OK;
}
