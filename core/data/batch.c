#include "foretell/batch.h"

#include <assert.h>
#include <string.h>

/* The bytes: rows u32, columns u32, then each column: type u8, flags u8, validity words when
 * FLAG_VALIDITY is set, values. */
#define FLAG_VALIDITY 1u

#define MIN_COLUMN_BYTES 2 /* type and flags */

static size_t words_of(size_t rows) {
  return rows / 64 + (rows % 64 != 0);
}

/* Between this machine's order of bytes and the pipe's, either way. */
static void copy_little(void *out, const void *in, size_t count, size_t width) {
  if (count == 0) return;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(out, in, count * width);
#else
  for (size_t i = 0; i < count * width; i++)
    ((char *)out)[i] = ((const char *)in)[i / width * width + (width - 1 - i % width)];
#endif
}

static void write_values(struct ft_buffer *out, const void *values, size_t count, size_t width) {
  void *place = ft_buffer_extend(out, count * width);
  if (place) copy_little(place, values, count, width);
}

/* A row without a value has no span that could be read; its text is empty. */
static struct ft_span text_at(const struct ft_column *column, size_t row) {
  if (!ft_column_has(column, row)) return (struct ft_span){ NULL, 0 };
  return ((const struct ft_span *)column->values)[row];
}

static void write_texts(struct ft_buffer *out, const struct ft_column *column, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    size_t size = text_at(column, row).size;
    if (size > UINT32_MAX) out->failed = true;
    ft_buffer_u32(out, (uint32_t)size);
  }
  for (size_t row = 0; row < rows; row++)
    ft_buffer_append_text(out, text_at(column, row));
}

void ft_batch_write(struct ft_buffer *out, const struct ft_batch *batch) {
  assert(batch->rows <= FT_BATCH_MAX_ROWS);
  ft_buffer_u32(out, (uint32_t)batch->rows);
  ft_buffer_u32(out, (uint32_t)batch->columns);
  for (size_t i = 0; i < batch->columns; i++) {
    const struct ft_column *column = &batch->column[i];
    ft_buffer_u8(out, (uint8_t)column->type);
    ft_buffer_u8(out, column->validity ? FLAG_VALIDITY : 0);
    if (column->validity) write_values(out, column->validity, words_of(batch->rows), 8);
    if (column->type == FT_TEXT)
      write_texts(out, column, batch->rows);
    else
      write_values(out, column->values, batch->rows, ft_type_bytes(column->type));
  }
}

static enum ft_status fail_short(const struct ft_field *field, struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the values of column \"%s\" are cut short", field->name);
}

static enum ft_status read_validity(const uint64_t **out, struct ft_arena *arena,
                                    struct ft_reader *reader, size_t rows,
                                    const struct ft_field *field, struct ft_error *err) {
  size_t words = words_of(rows);
  struct ft_span bytes = ft_reader_bytes(reader, words * 8);
  if (reader->failed) return fail_short(field, err);
  uint64_t *validity = FT_ARENA_NEW(arena, uint64_t, words);
  if (!validity) return ft_arena_fail(err, "a batch of rows");
  copy_little(validity, bytes.data, words, 8);
  /* So that whoever counts bits counts rows. */
  if (rows % 64) validity[words - 1] &= ((uint64_t)1 << rows % 64) - 1;
  *out = validity;
  return FT_OK;
}

static enum ft_status read_texts(struct ft_column *column, struct ft_arena *arena,
                                 struct ft_reader *reader, size_t rows,
                                 const struct ft_field *field, struct ft_error *err) {
  struct ft_reader length = ft_reader_of(ft_reader_bytes(reader, rows * 4));
  if (reader->failed) return fail_short(field, err);
  struct ft_span *text = FT_ARENA_NEW(arena, struct ft_span, rows);
  if (!text) return ft_arena_fail(err, "a batch of rows");
  /* The reader compares each length with what is left, so no sum of lengths can run over. */
  for (size_t row = 0; row < rows; row++)
    text[row] = ft_reader_bytes(reader, ft_reader_u32(&length));
  if (reader->failed) return fail_short(field, err);
  column->values = text;
  return FT_OK;
}

static enum ft_status read_values(struct ft_column *column, struct ft_arena *arena,
                                  struct ft_reader *reader, size_t rows,
                                  const struct ft_field *field, struct ft_error *err) {
  size_t width = ft_type_bytes(column->type);
  struct ft_span bytes = ft_reader_bytes(reader, rows * width);
  if (reader->failed) return fail_short(field, err);
  void *values = ft_arena_take(arena, rows, width);
  if (!values) return ft_arena_fail(err, "a batch of rows");
  copy_little(values, bytes.data, rows, width);
  column->values = values;
  return FT_OK;
}

static enum ft_status check_booleans(const struct ft_column *column, size_t rows,
                                     const struct ft_field *field, struct ft_error *err) {
  const uint8_t *value = column->values;
  for (size_t row = 0; row < rows; row++)
    if (value[row] > 1 && ft_column_has(column, row))
      return ft_fail(err, FT_CORRUPT, "column \"%s\" has a boolean that is neither 0 nor 1",
                     field->name);
  return FT_OK;
}

static enum ft_status read_column(struct ft_column *out, struct ft_arena *arena,
                                  struct ft_reader *reader, size_t rows,
                                  const struct ft_field *field, struct ft_error *err) {
  uint8_t type = ft_reader_u8(reader);
  uint8_t flags = ft_reader_u8(reader);
  if (reader->failed) return fail_short(field, err);
  if (type != field->type)
    return ft_fail(err, FT_CORRUPT, "column \"%s\" comes with a type that is not its own",
                   field->name);
  if (flags & ~FLAG_VALIDITY)
    return ft_fail(err, FT_CORRUPT, "column \"%s\" comes with unknown flags", field->name);
  *out = (struct ft_column){ .type = field->type };
  if (flags & FLAG_VALIDITY) FT_TRY(read_validity(&out->validity, arena, reader, rows, field, err));
  if (type == FT_TEXT) return read_texts(out, arena, reader, rows, field, err);
  FT_TRY(read_values(out, arena, reader, rows, field, err));
  return type == FT_BOOL ? check_booleans(out, rows, field, err) : FT_OK;
}

enum ft_status ft_batch_read(struct ft_batch *out, struct ft_arena *arena, struct ft_span bytes,
                             const struct ft_field *field, size_t fields, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(bytes);
  size_t rows = ft_reader_u32(&reader);
  size_t columns = ft_reader_count(&reader, MIN_COLUMN_BYTES);
  FT_TRY(ft_reader_check(&reader, false, "a batch of rows", err));
  if (rows > FT_BATCH_MAX_ROWS)
    return ft_fail(err, FT_CORRUPT, "a batch has %zu rows, more than %d", rows, FT_BATCH_MAX_ROWS);
  if (columns != fields)
    return ft_fail(err, FT_CORRUPT, "a batch has %zu columns instead of %zu", columns, fields);
  struct ft_column *column = FT_ARENA_NEW(arena, struct ft_column, columns);
  if (!column) return ft_arena_fail(err, "a batch of rows");
  for (size_t i = 0; i < columns; i++)
    FT_TRY(read_column(&column[i], arena, &reader, rows, &field[i], err));
  FT_TRY(ft_reader_check(&reader, true, "a batch of rows", err));
  *out = (struct ft_batch){ .rows = rows, .columns = columns, .column = column };
  return FT_OK;
}
