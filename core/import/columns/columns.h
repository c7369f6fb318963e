/* A model's inputs while a file is read, and the columns that its preparation makes of them.
 *
 * Shapes   a table has columns; a column is a function of one field (column.h), or derived of several
 *          columns (derive.h).
 * Memory   everything lives in the arena.
 * Threads  one thread a file. */
#ifndef FORETELL_IMPORT_COLUMNS_COLUMNS_H
#define FORETELL_IMPORT_COLUMNS_COLUMNS_H

#include "core/import/base/signature.h"
#include "core/import/columns/column.h"

#define FT_COLUMN_NONE UINT32_MAX

/* An input of the file's model. */
struct ft_column_field {
  struct ft_span name; /* empty: none */
  bool text;           /* its values are texts */
  bool category;       /* its values are told apart as categories */
  uint32_t categories, room;
  struct ft_span *value; /* after ft_columns_sign: in order, each once */
};

/* A column that is a function of others: columns of float32, made before it. */
struct ft_derived_column {
  enum ft_derivation derivation;
  uint32_t inputs;
  const struct ft_prepared_column *input;
  const double *number;
  bool gap; /* it may be NaN where its fields are NULL */
  bool wanted;
  uint32_t feature; /* of the model; FT_COLUMN_NONE: not yet */
};
#define FT_COLUMNS_MAX_DERIVED 16384

struct ft_columns {
  struct ft_import *import;
  struct ft_arena *arena;
  const char *format; /* of the file, for errors: "ONNX" */
  uint32_t fields;
  struct ft_column_field
      *field; /* where columns are derived, with FT_COLUMNS_MAX_DERIVED empty ones more */
  uint32_t derived;
  struct ft_derived_column *derive;
  uint32_t encoder_room, encoder_inputs; /* of the model's encoders; of the derived ones */
  bool signed_off;                       /* fields and encoders are made */
  struct ft_signature_codes codes;
};

/* A table, each of whose columns is a function of the fields. */
struct ft_prepared_table {
  uint32_t columns;
  const struct ft_prepared_column *column;
};

/* One number a column, or one for all. */
struct ft_column_numbers {
  size_t count;
  const double *value;
};

/* What in the file asks for a column; it says so when that cannot be made. */
struct ft_column_source {
  const char *kind; /* "operator", "estimator" */
  const char *name;
  enum ft_status (*refuse)(const struct ft_column_source *source, const char *why,
                           struct ft_error *err);
  enum ft_status (*damaged)(const struct ft_column_source *source, const char *what,
                            struct ft_error *err);
};

/* Fails: FT_UNSUPPORTED, FT_CORRUPT, FT_NOMEM. */
enum ft_status ft_column_refuse(const struct ft_column_source *source, const char *why,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_column_damaged(const struct ft_column_source *source, const char *what,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_columns_no_memory(struct ft_error *err) FT_MUST_CHECK;

/* A table with room for so many columns. */
enum ft_status ft_columns_new(struct ft_prepared_table *out, struct ft_prepared_column **column,
                              const struct ft_columns *columns, uint64_t count,
                              struct ft_error *err) FT_MUST_CHECK;

/* Fields and encoders, as the steps so far have used them; done once, before the first learner. */
enum ft_status ft_columns_sign(struct ft_columns *columns, struct ft_error *err) FT_MUST_CHECK;

/* Is the column a number? Else it is a text, whose categories have no numbers yet. */
bool ft_column_is_number(const struct ft_columns *columns, const struct ft_prepared_column *column);

/* Is it made of categories? After ft_columns_sign; one that mixes both ways is refused. */
enum ft_status ft_column_is_coded(bool *out, const struct ft_columns *columns,
                                  const struct ft_column_source *source,
                                  const struct ft_prepared_column *column,
                                  struct ft_error *err) FT_MUST_CHECK;

/* What the column is, where its field has category `category`; one more than there are: any other;
 * UINT32_MAX: missing. */
struct ft_raw ft_column_raw(const struct ft_columns *columns, uint32_t field, uint32_t category);

#endif
