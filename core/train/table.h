/* The rows of the query, as they arrive: columns that grow.
 *
 * Shapes   `fields` columns of `rows` values: carried values as type.h says, a text as the code of
 *          its entry in the column's dictionary (uint32_t).
 * NULLs    a bit per value; NaN is stored as NULL. -0 is stored as 0.
 * Limits   FT_TABLE_MAX_ROWS rows; a dictionary holds each distinct text once.
 * Valid    rows below `rows`, of them the hashes, too; a value where its bit is set, else 0 bytes. Only a
 *          text column has a dictionary; its codes are below `entries`, numbered as they first arrive.
 * Owner    the table owns all arrays but `field` and `labels`; ft_table_release frees them.
 * Threads  one thread at a time; read-only once filled. */
#ifndef FORETELL_TRAIN_TABLE_H
#define FORETELL_TRAIN_TABLE_H

#include "foretell/batch.h"
#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/label_text.h"

#define FT_TABLE_MAX_ROWS ((size_t)1 << 30)

struct ft_dictionary {
  struct ft_span *text;    /* entries; bytes are the arena's */
  struct ft_hash128 *hash; /* of each entry, under the table's key */
  uint32_t entries;
  uint32_t capacity; /* entries allocated */
  uint32_t *slot;    /* open addressing: entry + 1, or 0 */
  size_t slots;      /* a power of two */
  struct ft_arena arena;
};

struct ft_table_column {
  uint8_t *value;     /* rows × bytes of the type (4 for a text) */
  uint64_t *validity; /* a bit a row */
  size_t bytes;       /* of one value */
  struct ft_dictionary dictionary;
};

struct ft_table {
  const struct ft_field *field; /* borrowed */
  uint32_t fields;
  struct ft_table_column *column;
  size_t rows;
  size_t capacity; /* rows allocated */
  struct ft_hash_key key;
  struct ft_hash128 *hash; /* of each row (row_hash.h): the order of all that follows */
  uint8_t *scratch;        /* to hash rows in */
  const struct ft_label_texts
      *labels; /* of the target, as the query wrote them; borrowed; NULL: none */
};

/* `key` hashes the dictionaries' entries and the rows. */
enum ft_status ft_table_init(struct ft_table *table, const struct ft_field *field, uint32_t fields,
                             const struct ft_hash_key *key, struct ft_error *err) FT_MUST_CHECK;
void ft_table_release(struct ft_table *table);

/* Errors: FT_NOMEM, FT_LIMIT, FT_CORRUPT (a batch of other columns) */
enum ft_status ft_table_append(struct ft_table *table, const struct ft_batch *batch,
                               struct ft_error *err) FT_MUST_CHECK;

static inline bool ft_table_has(const struct ft_table *table, uint32_t field, size_t row) {
  return table->column[field].validity[row / 64] >> (row % 64) & 1;
}
static inline uint32_t ft_table_code(const struct ft_table *table, uint32_t field, size_t row) {
  return ((const uint32_t *)(const void *)table->column[field].value)[row];
}
/* Numbers and booleans as double, dates and times in their carried unit. */
double ft_table_number(const struct ft_table *table, uint32_t field, size_t row);
/* Integers, booleans, dates and times, exactly. */
int64_t ft_table_integer(const struct ft_table *table, uint32_t field, size_t row);

/* The rows `row[0 … count)`, all columns but `without`, as a batch in the arena. */
enum ft_status ft_table_batch(struct ft_batch *out, struct ft_arena *arena,
                              const struct ft_table *table, uint32_t without, const uint32_t *row,
                              size_t count, struct ft_error *err) FT_MUST_CHECK;

#endif
