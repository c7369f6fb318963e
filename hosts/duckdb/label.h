/* A classifier's labels as DuckDB's values: what its function returns, and the class that a call names.
 *
 * Types    the target's own where a vector of C's can carry it (booleans, integers, floats); all others,
 *          DECIMAL and HUGEINT too, are VARCHAR, and the macro casts their exact text.
 * Threads  read-only once made. */
#ifndef FORETELL_HOSTS_DUCKDB_LABEL_H
#define FORETELL_HOSTS_DUCKDB_LABEL_H

#include "foretell/plan.h"
#include "hosts/duckdb/duckdb_api.h"

union ft_label {
  uint8_t boolean;
  int64_t integer;
  double real;
};

struct ft_labels {
  const struct ft_plan *plan; /* borrowed */
  duckdb_type type;
  size_t count;          /* 0 for regression */
  union ft_label *value; /* count; owned; not for VARCHAR */
};

/* The type in which a class is returned; DOUBLE for regression. */
duckdb_type ft_label_type(enum ft_problem problem, enum ft_type target);

/* Errors: FT_NOMEM; FT_CORRUPT  a label is none of the target's type. On failure nothing is held. */
enum ft_status ft_labels_init(struct ft_labels *labels, const struct ft_plan *plan,
                              const char *model, struct ft_error *err) FT_MUST_CHECK;
void ft_labels_release(struct ft_labels *labels);

/* Write a label into a vector's row. */
void ft_label_write(const struct ft_labels *labels, size_t label, duckdb_vector vector, void *data,
                    size_t row);

/* The label of a class's text, which DuckDB has cast to the target's type and back to text.
 * Errors: FT_INVALID  the model has no such class (the hint lists its classes) */
enum ft_status ft_label_find(uint32_t *out, const struct ft_labels *labels, struct ft_span text,
                             const char *model, struct ft_error *err) FT_MUST_CHECK;

#endif
