/* Steps that make columns of columns: numbers and one another, categories and their numbers. */
#ifndef FORETELL_IMPORT_COLUMNS_STEP_H
#define FORETELL_IMPORT_COLUMNS_STEP_H

#include "core/import/columns/columns.h"

#define FT_COLUMN_MAX_CATEGORIES (1U << 20) /* that the steps of one field name together */

/* One more step on the column. */
enum ft_status ft_column_step(struct ft_prepared_column *column, const struct ft_columns *columns,
                              const struct ft_column_source *source,
                              const struct ft_column_step *step,
                              struct ft_error *err) FT_MUST_CHECK;

/* The columns of `table` with a step more, whose a and b are one a column, or one for all. */
enum ft_status ft_columns_step(struct ft_prepared_table *out, const struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_prepared_table *table, enum ft_step_kind kind,
                               const struct ft_column_numbers *a, const struct ft_column_numbers *b,
                               struct ft_error *err) FT_MUST_CHECK;

/* The text becomes one of the categories of field `index`. */
enum ft_status ft_column_category(struct ft_columns *columns, uint32_t index, struct ft_span text,
                                  struct ft_error *err) FT_MUST_CHECK;

/* A column that is 1 where a field has the value, which becomes one of its categories.
 * Errors: FT_UNSUPPORTED  the column is something computed */
enum ft_status ft_column_equals(struct ft_prepared_column *out, struct ft_columns *columns,
                                const struct ft_column_source *source,
                                const struct ft_prepared_column *column, struct ft_span text,
                                struct ft_error *err) FT_MUST_CHECK;

/* A text in place of a missing category. */
enum ft_status ft_column_fill(struct ft_prepared_column *column, const struct ft_columns *columns,
                              const struct ft_column_source *source, struct ft_span text,
                              struct ft_error *err) FT_MUST_CHECK;

/* A column of the numbers of a field's categories; `other`: of all others, and of missing ones. */
enum ft_status ft_column_map(struct ft_prepared_column *out, struct ft_columns *columns,
                             const struct ft_column_source *source,
                             const struct ft_prepared_column *column,
                             const struct ft_category_map *map, double other,
                             struct ft_error *err) FT_MUST_CHECK;

/* A number's text: of an integer its digits. */
enum ft_status ft_column_decimal(struct ft_span *out, struct ft_arena *arena, double number,
                                 struct ft_error *err) FT_MUST_CHECK;

/* The entries, each category once, in the order of their texts, in which `entry` is put. */
struct ft_category_entry {
  struct ft_span text;
  double number;
};
enum ft_status ft_category_map(struct ft_category_map **out, struct ft_arena *arena,
                               const struct ft_column_source *source,
                               struct ft_category_entry *entry, size_t count,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
