#include "hosts/duckdb/vectors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/duckdb/session.h"
#include "hosts/duckdb/type_name.h"

#define MASK_WORDS (FT_DUCKDB_ROWS / 64)

static bool can_be_infinite(enum ft_type type) {
  return type == FT_DATE || type == FT_TIMESTAMP || type == FT_TIMESTAMPTZ;
}

static bool make_column(struct ft_vectors *vectors, size_t i) {
  enum ft_type type = vectors->type[i];
  if (type == FT_TEXT) {
    vectors->values[i] = calloc(FT_DUCKDB_ROWS, sizeof(struct ft_span));
    return vectors->values[i];
  }
  if (!can_be_infinite(type)) return true;
  vectors->mask[i] = calloc(MASK_WORDS, sizeof(uint64_t));
  return vectors->mask[i];
}

enum ft_status ft_vectors_init(struct ft_vectors *vectors, const enum ft_type *type, size_t columns,
                               struct ft_error *err) {
  size_t count = columns ? columns : 1;
  *vectors = (struct ft_vectors){
    .columns = columns,
    .column = calloc(count, sizeof *vectors->column),
    .type = calloc(count, sizeof *vectors->type),
    .values = calloc(count, sizeof *vectors->values),
    .mask = calloc(count, sizeof *vectors->mask),
  };
  bool made = vectors->column && vectors->type && vectors->values && vectors->mask;
  for (size_t i = 0; made && i < columns; i++) {
    vectors->type[i] = type[i];
    made = make_column(vectors, i);
  }
  if (made) return FT_OK;
  ft_vectors_release(vectors);
  return ft_fail(err, FT_NOMEM, "out of memory for a batch of rows");
}

void ft_vectors_release(struct ft_vectors *vectors) {
  for (size_t i = 0; i < vectors->columns; i++) {
    if (vectors->values) free(vectors->values[i]);
    if (vectors->mask) free(vectors->mask[i]);
    if (vectors->flat) duckdb_destroy_vector(&vectors->flat[i]);
  }
  if (vectors->all) duckdb_destroy_selection_vector(vectors->all);
  free(vectors->flat);
  free(vectors->column);
  free(vectors->type);
  free(vectors->values);
  free(vectors->mask);
  *vectors = (struct ft_vectors){ 0 };
}

static void view_texts(struct ft_column *column, struct ft_span *span, size_t rows) {
  const duckdb_string_t *string = column->values;
  for (size_t r = 0; r < rows; r++) {
    /* What stands under a NULL is not a string. */
    span[r] = ft_column_has(column, r) ? ft_duckdb_text(&string[r]) : (struct ft_span){ NULL, 0 };
  }
  column->values = span;
}

static bool is_infinite(const struct ft_column *column, size_t row) {
  if (column->type == FT_DATE) {
    int32_t days = ((const int32_t *)column->values)[row];
    return days == INT32_MAX || days == -INT32_MAX;
  }
  int64_t micros = ((const int64_t *)column->values)[row];
  return micros == INT64_MAX || micros == -INT64_MAX;
}

static void hide_infinite(struct ft_column *column, uint64_t *mask, size_t rows) {
  bool found = false;
  for (size_t r = 0; r < rows; r++) {
    if (!ft_column_has(column, r) || !is_infinite(column, r)) continue;
    if (!found && column->validity) memcpy(mask, column->validity, (rows + 63) / 64 * 8);
    if (!found && !column->validity) memset(mask, 0xff, MASK_WORDS * sizeof *mask);
    found = true;
    mask[r / 64] &= ~((uint64_t)1 << (r % 64));
  }
  if (found) column->validity = mask;
}

static void view_column(struct ft_vectors *vectors, size_t i, duckdb_vector vector, size_t rows) {
  struct ft_column *column = &vectors->column[i];
  *column = (struct ft_column){ vectors->type[i], duckdb_vector_get_data(vector),
                                duckdb_vector_get_validity(vector) };
  if (column->type == FT_TEXT) view_texts(column, vectors->values[i], rows);
  if (vectors->mask[i]) hide_infinite(column, vectors->mask[i], rows);
}

struct ft_batch ft_vectors_view(struct ft_vectors *vectors, duckdb_data_chunk chunk) {
  size_t rows = duckdb_data_chunk_get_size(chunk);
  assert(rows <= FT_DUCKDB_ROWS);
  for (size_t i = 0; i < vectors->columns; i++)
    view_column(vectors, i, duckdb_data_chunk_get_vector(chunk, i), rows);
  return (struct ft_batch){ rows, vectors->columns, vectors->column };
}

static bool make_flat(struct ft_vectors *vectors) {
  if (vectors->all) return true;
  vectors->flat = calloc(vectors->columns ? vectors->columns : 1, sizeof(duckdb_vector));
  if (!vectors->flat) return false;
  vectors->all = duckdb_create_selection_vector(FT_DUCKDB_ROWS);
  uint32_t *index = duckdb_selection_vector_get_data_ptr(vectors->all);
  for (uint32_t r = 0; r < FT_DUCKDB_ROWS; r++)
    index[r] = r;
  return true;
}

/* A vector keeps every text that was ever copied into it: each run of rows has a fresh one. */
static duckdb_vector flat_vector(struct ft_vectors *vectors, size_t i) {
  if (vectors->type[i] == FT_TEXT) duckdb_destroy_vector(&vectors->flat[i]);
  if (!vectors->flat[i]) {
    duckdb_logical_type type = duckdb_create_logical_type(ft_duckdb_type_of(vectors->type[i]));
    vectors->flat[i] = duckdb_create_vector(type, FT_DUCKDB_ROWS);
    duckdb_destroy_logical_type(&type);
  }
  return vectors->flat[i];
}

/* Rows that are NULL as a whole have no values. */
static void hide_rows(duckdb_vector vector, const uint64_t *row, size_t rows) {
  if (!row) return;
  duckdb_vector_ensure_validity_writable(vector);
  uint64_t *mask = duckdb_vector_get_validity(vector);
  for (size_t w = 0; w < (rows + 63) / 64; w++)
    mask[w] &= row[w];
}

enum ft_status ft_vectors_view_rows(struct ft_batch *out, struct ft_vectors *vectors,
                                    duckdb_vector rows, size_t count, struct ft_error *err) {
  assert(count <= FT_DUCKDB_ROWS);
  if (!make_flat(vectors)) return ft_fail(err, FT_NOMEM, "out of memory for a batch of rows");
  for (size_t i = 0; i < vectors->columns; i++) {
    duckdb_vector flat = flat_vector(vectors, i);
    duckdb_vector_copy_sel(duckdb_struct_vector_get_child(rows, i), flat, vectors->all, count, 0,
                           0);
    hide_rows(flat, duckdb_vector_get_validity(rows), count);
    view_column(vectors, i, flat, count);
  }
  *out = (struct ft_batch){ count, vectors->columns, vectors->column };
  return FT_OK;
}

void ft_vectors_cut(struct ft_column *out, const struct ft_batch *batch, size_t first) {
  assert(first % 64 == 0);
  for (size_t i = 0; i < batch->columns; i++) {
    const struct ft_column *column = &batch->column[i];
    const uint8_t *values = column->values;
    out[i] = (struct ft_column){ column->type, values + first * ft_type_bytes(column->type),
                                 column->validity ? column->validity + first / 64 : NULL };
  }
}
