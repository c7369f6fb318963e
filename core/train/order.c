#include "core/train/order.h"

#include <stdlib.h>
#include <string.h>

#include "core/train/radix.h"
#include "foretell/random.h"

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

/* Rows by the upper half of the hash's high word; the lower half gives way to the row's number. */
static void sort_roughly(uint64_t *key, uint64_t *scratch, const struct ft_table *table) {
  for (size_t r = 0; r < table->rows; r++)
    key[r] = (table->hash[r].word[1] & ~(uint64_t)UINT32_MAX) | r;
  ft_radix_sort(key, scratch, table->rows, 32);
}

/* Few hashes share that half, but for those of equal rows: their rows, one after the other by now, are
 * sorted by all of it. */
static void sort_finely(uint64_t *key, const struct ft_table *table) {
  for (size_t i = 1; i < table->rows; i++) {
    uint64_t own = key[i];
    size_t to = i;
    for (; to > 0 && key[to - 1] >> 32 == own >> 32; to--) {
      /* Insertion sort: runs of equal halves are short, and rows that are equal may stand in
       * either order. */
      if (ft_hash128_compare(table->hash[(uint32_t)key[to - 1]], table->hash[(uint32_t)own]) <= 0)
        break;
      key[to] = key[to - 1];
    }
    key[to] = own;
  }
}

static struct ft_hash128 digest_of(const uint32_t *row, const struct ft_table *table) {
  struct ft_hash128 digest = { { table->rows, 0 } };
  for (size_t r = 0; r < table->rows; r++) {
    uint8_t pair[32];
    memcpy(pair, &digest, 16);
    memcpy(pair + 16, &table->hash[row[r]], 16);
    /* A chain: the digest of all rows before, and this row's hash. */
    digest = ft_hash_keyed(&table->key, (struct ft_span){ (const char *)pair, sizeof pair });
  }
  return digest;
}

enum ft_status ft_order_rows(uint32_t **row, struct ft_hash128 *digest,
                             const struct ft_table *table, struct ft_error *err) {
  size_t rows = table->rows;
  uint64_t *key = malloc(2 * rows * sizeof *key + 1);
  uint32_t *order = malloc(rows * sizeof *order + 1);
  if (!key || !order) {
    free(key);
    free(order);
    return ft_fail(err, FT_NOMEM, "out of memory to order %zu rows", rows);
  }
  sort_roughly(key, key + rows, table);
  sort_finely(key, table);
  for (size_t r = 0; r < rows; r++)
    order[r] = (uint32_t)key[r];
  free(key);
  *digest = digest_of(order, table);
  *row = order;
  return FT_OK;
}
