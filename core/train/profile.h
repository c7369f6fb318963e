/* What the columns are, and so which encoders make features of them.
 *
 * Numbers and booleans are taken as they are; dates and times become calendar parts; a text of few
 * values becomes a category, of many its most frequent values and its length. What says nothing is
 * left out with a reason: a constant, an identifier.
 *
 * Shapes   the model's fields are the table's without the target.
 * Numbers  ties of frequency are broken by the category's hash: no order of arrival shows.
 * Secrets  categories are keyed hashes. */
#ifndef FORETELL_TRAIN_PROFILE_H
#define FORETELL_TRAIN_PROFILE_H

#include "core/train/table.h"
#include "foretell/model.h"

#define FT_PROFILE_MAX_CATEGORIES 254 /* up to here a text is a category and nothing else */
#define FT_PROFILE_MAX_HASHED_CATEGORIES \
  1024                         /* kept of more; trees that see codes see the first 254 */
#define FT_PROFILE_MIN_ROWS 20 /* fewer rows say nothing of identifiers */

struct ft_left_out {
  const char *name;   /* of the column */
  const char *reason; /* "every value is different, it looks like an identifier" */
};

struct ft_profile {
  uint32_t features;
  struct ft_encoder *encoder; /* features, those of a field side by side, fields ascending */
  uint32_t n_left_out;
  struct ft_left_out *left_out; /* fields at most */
};

enum ft_status ft_profile_make(struct ft_profile *out, struct ft_arena *arena,
                               const struct ft_table *table, uint32_t target, const uint32_t *row,
                               size_t rows, const struct ft_hash_key *category_key,
                               struct ft_error *err) FT_MUST_CHECK;

/* Drop the features whose encoded values are all the same, here and in `value` (features × rows).
 * A column that keeps none is left out. */
void ft_profile_drop_constants(struct ft_profile *profile, float *value, size_t rows,
                               const struct ft_field *field, uint32_t fields);

#endif
