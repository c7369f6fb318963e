/* Splits of trees on columns: a number's become thresholds on its field, a category's sets of codes.
 *
 * Numbers  the threshold is the float32 at which the column's decision changes. */
#ifndef FORETELL_IMPORT_COLUMNS_SPLIT_H
#define FORETELL_IMPORT_COLUMNS_SPLIT_H

#include "core/import/columns/columns.h"

/* The sets of one ensemble's splits. */
struct ft_column_splits {
  struct ft_columns *columns;
  const struct ft_column_source *source; /* for what it says when it fails */
  uint32_t words, word_room;
  uint32_t *word;
  uint64_t work;
  struct { /* the last set made of a column */
    const struct ft_prepared_column *column;
    struct ft_branch_test test;
    struct ft_node node;
  } last;
};

/* The node without its children, after ft_columns_sign; `swapped`: what passes goes right. */
enum ft_status ft_column_split(struct ft_node *out, bool *swapped, struct ft_column_splits *splits,
                               const struct ft_prepared_column *column,
                               const struct ft_branch_test *test,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
