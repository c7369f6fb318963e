#include "core/train/order.h"

#include <stdlib.h>
#include <string.h>

#include "foretell/random.h"

#define ROW_BYTES_A_FIELD 17

struct hashed_row {
  struct ft_hash128 hash;
  uint32_t row;
};

struct ft_hash_key ft_order_key(uint64_t seed) {
  struct ft_random random = ft_random_seeded(seed);
  struct ft_hash_key key;
  for (size_t i = 0; i < 2; i++) {
    uint64_t word = ft_random_next(&random);
    for (size_t b = 0; b < 8; b++)
      key.byte[i * 8 + b] = (uint8_t)(word >> (8 * b));
  }
  return key;
}

static int compare_hashes(const void *a, const void *b) {
  return ft_hash128_compare(((const struct hashed_row *)a)->hash,
                            ((const struct hashed_row *)b)->hash);
}

static enum ft_status hash_rows(struct hashed_row *out, const struct ft_table *table,
                                struct ft_error *err) {
  struct ft_buffer scratch;
  ft_buffer_init(&scratch, (size_t)table->fields * ROW_BYTES_A_FIELD + 64);
  for (size_t r = 0; r < table->rows; r++) {
    out[r].hash = ft_table_row_hash(table, r, &scratch);
    out[r].row = (uint32_t)r;
  }
  enum ft_status status = ft_buffer_check(&scratch, "the order of the rows", err);
  ft_buffer_release(&scratch);
  return status;
}

static struct ft_hash128 digest_of(const struct hashed_row *hashed, size_t rows,
                                   const struct ft_hash_key *key) {
  struct ft_hash128 digest = { { rows, 0 } };
  for (size_t r = 0; r < rows; r++) {
    uint8_t pair[32];
    memcpy(pair, &digest, 16);
    memcpy(pair + 16, &hashed[r].hash, 16);
    digest = ft_hash_keyed(key, (struct ft_span){ (const char *)pair, sizeof pair });
  }
  return digest;
}

enum ft_status ft_order_rows(uint32_t **row, struct ft_hash128 *digest,
                             const struct ft_table *table, struct ft_error *err) {
  struct hashed_row *hashed = malloc(table->rows * sizeof *hashed + 1);
  uint32_t *order = malloc(table->rows * sizeof *order + 1);
  enum ft_status status =
      hashed && order ? FT_OK
                      : ft_fail(err, FT_NOMEM, "out of memory to order %zu rows", table->rows);
  if (status == FT_OK) status = hash_rows(hashed, table, err);
  if (status == FT_OK) {
    qsort(hashed, table->rows, sizeof *hashed, compare_hashes);
    for (size_t r = 0; r < table->rows; r++)
      order[r] = hashed[r].row;
    *digest = digest_of(hashed, table->rows, &table->key);
    *row = order;
  } else {
    free(order);
  }
  free(hashed);
  return status;
}
