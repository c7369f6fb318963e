/* The canonical order of rows: by the keyed hash of their values.
 *
 * Everything after sees rows in this order only, so the order in which they arrived decides
 * nothing. Rows that are equal may stand in either order: they are the same.
 * A sample is the first rows of the order: uniform, and the same for the same rows and seed. */
#ifndef FORETELL_TRAIN_ORDER_H
#define FORETELL_TRAIN_ORDER_H

#include "core/train/table.h"

/* Key of rows and dictionaries, made of the seed alone. */
struct ft_hash_key ft_order_key(uint64_t seed);

/* `row` (owned by the caller, free()) gets all rows of the table in canonical order; `digest` a
 * hash over the ordered hashes, which stands for the whole data. */
enum ft_status ft_order_rows(uint32_t **row, struct ft_hash128 *digest,
                             const struct ft_table *table, struct ft_error *err) FT_MUST_CHECK;

#endif
