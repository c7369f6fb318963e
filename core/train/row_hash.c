#include "core/train/row_hash.h"

#include <assert.h>
#include <string.h>

#define MAX_FIELD_BYTES ((size_t)17)

/* Rows on their way to their hashes, field by field. */
struct hashing {
  const struct ft_table *table;
  size_t first;
  size_t rows;
  uint8_t *byte;                 /* rows × stride */
  size_t size[FT_ROW_HASH_ROWS]; /* bytes of each so far */
};

static size_t stride_of(const struct ft_table *table) {
  return MAX_FIELD_BYTES * table->fields;
}

size_t ft_row_hash_bytes(const struct ft_table *table) {
  return FT_ROW_HASH_ROWS * stride_of(table) + 1;
}

static void put_word(uint8_t *to, uint64_t word) {
  for (int i = 0; i < 8; i++)
    to[i] = (uint8_t)(word >> (8 * i));
}

/* The first 8 bytes of a value. */
static uint64_t word_of(const struct ft_table *table, uint32_t field, size_t row) {
  enum ft_type type = table->field[field].type;
  if (type == FT_TEXT)
    return table->column[field].dictionary.hash[ft_table_code(table, field, row)].word[0];
  if (!ft_type_is_numeric(type) || type < FT_FLOAT32)
    return (uint64_t)ft_table_integer(table, field, row);
  double number = ft_table_number(table, field, row);
  uint64_t word;
  memcpy(&word, &number, sizeof word);
  return word;
}

static void put_field(struct hashing *hashing, uint32_t field) {
  const struct ft_table *table = hashing->table;
  enum ft_type type = table->field[field].type;
  size_t stride = stride_of(table);
  for (size_t r = 0; r < hashing->rows; r++) {
    size_t row = hashing->first + r;
    uint8_t *to = hashing->byte + r * stride + hashing->size[r];
    bool has = ft_table_has(table, field, row);
    to[0] = has ? (uint8_t)type : 0;
    hashing->size[r]++;
    /* One byte ends a NULL: the type in front makes the encoding of a row unique. */
    if (!has) continue;
    put_word(to + 1, word_of(table, field, row));
    hashing->size[r] += 8;
    if (type != FT_TEXT) continue;
    uint32_t code = ft_table_code(table, field, row);
    put_word(to + 9, table->column[field].dictionary.hash[code].word[1]);
    hashing->size[r] += 8;
  }
}

static void hash_block(struct ft_hash128 *out, struct hashing *hashing) {
  memset(hashing->size, 0, sizeof hashing->size);
  for (uint32_t f = 0; f < hashing->table->fields; f++)
    put_field(hashing, f);
  for (size_t r = 0; r < hashing->rows; r++) {
    const char *bytes = (const char *)hashing->byte + r * stride_of(hashing->table);
    assert(hashing->size[r] <= stride_of(hashing->table));
    out[r] = ft_hash_keyed(&hashing->table->key, (struct ft_span){ bytes, hashing->size[r] });
  }
}

void ft_row_hash(struct ft_hash128 *out, const struct ft_table *table, size_t first, size_t count,
                 uint8_t *scratch) {
  struct hashing hashing = { .table = table, .byte = scratch };
  for (size_t done = 0; done < count; done += hashing.rows) {
    hashing.first = first + done;
    hashing.rows = count - done < FT_ROW_HASH_ROWS ? count - done : FT_ROW_HASH_ROWS;
    hash_block(out + done, &hashing);
  }
}
