/* Hashes of rows over their canonical values: the order of all that follows.
 *
 * Bytes    of a row, one field after the other: the type, or 0 for NULL and nothing more; then the
 *          value as 8 bytes, little-endian: a double's bits, or an integer; of a text its entry's hash.
 * Threads  as table.h. */
#ifndef FORETELL_TRAIN_ROW_HASH_H
#define FORETELL_TRAIN_ROW_HASH_H

#include "core/train/table.h"

/* Rows that are hashed at a time. */
#define FT_ROW_HASH_ROWS 64

/* Bytes of working memory for that. */
size_t ft_row_hash_bytes(const struct ft_table *table);

/* Of `count` rows of the table from `first` on; their columns are complete, `rows` need not count them yet.
 * `scratch` has ft_row_hash_bytes. */
void ft_row_hash(struct ft_hash128 *out, const struct ft_table *table, size_t first, size_t count,
                 uint8_t *scratch);

#endif
