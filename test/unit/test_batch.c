#include "foretell/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS  (FT_TYPE_COUNT - 1) /* one of each type, in the enum's order */
#define MAX_ROWS 200

/* Rows of every type; every third value is missing from the columns of even index. */
struct rows {
  struct ft_field field[COLUMNS];
  struct ft_column column[COLUMNS];
  struct ft_batch batch;
  uint64_t validity[(MAX_ROWS + 63) / 64];
  uint64_t values[COLUMNS][MAX_ROWS * 2]; /* wide enough for spans */
};

static void fill_value(struct rows *rows, enum ft_type type, size_t row) {
  static const char *const text[] = { "", "gold", "Zoë", "a much longer text than the others" };
  void *values = rows->values[type - 1];
  uint64_t bits = (row + 1) * UINT64_C(0x9e3779b97f4a7c15);
  size_t width = ft_type_bytes(type);
  if (type == FT_TEXT)
    ((struct ft_span *)values)[row] = ft_span_of(text[row % 4]);
  else if (type == FT_BOOL)
    ((uint8_t *)values)[row] = row & 1;
  else
    memcpy((char *)values + row * width, &bits, width);
}

static void make_rows(struct rows *rows, size_t count) {
  memset(rows, 0, sizeof *rows);
  for (size_t row = 0; row < count; row++)
    if (row % 3) rows->validity[row / 64] |= UINT64_C(1) << row % 64;
  for (int i = 0; i < COLUMNS; i++) {
    enum ft_type type = (enum ft_type)(i + 1);
    rows->field[i] = (struct ft_field){ .name = ft_type_internal(type), .type = type };
    rows->column[i].type = type;
    rows->column[i].values = rows->values[i];
    rows->column[i].validity = i % 2 ? NULL : rows->validity;
    for (size_t row = 0; row < count; row++)
      fill_value(rows, type, row);
  }
  rows->batch = (struct ft_batch){ count, COLUMNS, rows->column };
}

static void assert_same_value(const struct ft_column *a, const struct ft_column *b, size_t row) {
  assert_int_equal(ft_column_has(a, row), ft_column_has(b, row));
  if (!ft_column_has(a, row)) return;
  size_t width = ft_type_bytes(a->type);
  if (a->type == FT_TEXT)
    assert_true(ft_span_equal(((const struct ft_span *)a->values)[row],
                              ((const struct ft_span *)b->values)[row]));
  else
    assert_memory_equal((const char *)a->values + row * width,
                        (const char *)b->values + row * width, width);
}

static void assert_same_batch(const struct ft_batch *a, const struct ft_batch *b) {
  assert_int_equal(a->rows, b->rows);
  assert_int_equal(a->columns, b->columns);
  for (size_t i = 0; i < a->columns; i++) {
    assert_int_equal(a->column[i].type, b->column[i].type);
    assert_int_equal((uintptr_t)b->column[i].values % 8, 0);
    for (size_t row = 0; row < a->rows; row++)
      assert_same_value(&a->column[i], &b->column[i], row);
  }
}

static void what_is_written_is_read(void **state) {
  (void)state;
  static const size_t count[] = { 0, 1, 2, 63, 64, 65, 128, MAX_ROWS };
  struct rows *rows = malloc(sizeof *rows);
  assert_non_null(rows);
  for (size_t i = 0; i < sizeof count / sizeof *count; i++) {
    struct ft_arena arena;
    struct ft_buffer bytes;
    struct ft_error err;
    struct ft_batch batch;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    ft_buffer_init(&bytes, 1 << 20);
    make_rows(rows, count[i]);
    ft_buffer_u8(&bytes, 0); /* the batch starts at an odd address */
    ft_batch_write(&bytes, &rows->batch);
    struct ft_span view = { (const char *)bytes.data + 1, bytes.size - 1 };
    assert_int_equal(ft_batch_read(&batch, &arena, view, rows->field, COLUMNS, &err), FT_OK);
    assert_same_batch(&rows->batch, &batch);
    ft_buffer_release(&bytes);
    ft_arena_release(&arena);
  }
  free(rows);
}

/* Spans under an unset bit point nowhere. */
static void writing_does_not_look_at_missing_texts(void **state) {
  (void)state;
  struct ft_span text[2] = { { (const char *)1, SIZE_MAX }, FT_SPAN("gold") };
  uint64_t validity = 2;
  struct ft_column column = { FT_TEXT, text, &validity };
  struct ft_batch batch = { 2, 1, &column };
  struct ft_buffer bytes;
  struct ft_error err;
  ft_buffer_init(&bytes, 1000);
  ft_batch_write(&bytes, &batch);
  assert_int_equal(ft_buffer_check(&bytes, "the batch", &err), FT_OK);
  assert_int_equal(bytes.size, 8 + 2 + 8 + 2 * 4 + 4);
  ft_buffer_release(&bytes);
}

/* Read bytes in memory of exactly their size as one column of `type`. */
static enum ft_status read_one(struct ft_batch *batch, struct ft_arena *arena, enum ft_type type,
                               const void *bytes, size_t size, struct ft_error *err) {
  struct ft_field field = { .name = "plan", .type = type };
  return ft_batch_read(batch, arena, (struct ft_span){ bytes, size }, &field, 1, err);
}

static void assert_corrupt(enum ft_type type, const char *bytes, size_t size) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_batch batch = { 77, 78, NULL };
  char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, bytes, size);
  ft_arena_init(&arena, 1 << 24);
  assert_int_equal(read_one(&batch, &arena, type, exact, size, &err), FT_CORRUPT);
  assert_int_equal(err.status, FT_CORRUPT);
  assert_int_equal(batch.rows, 77);
  assert_int_equal(batch.columns, 78);
  ft_arena_release(&arena);
  free(exact);
}
#define ASSERT_CORRUPT(type, literal) assert_corrupt(type, literal, sizeof(literal) - 1)

static void hostile_headers_are_refused(void **state) {
  (void)state;
  ASSERT_CORRUPT(FT_BOOL, "");
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\2\0\0\0\1\0\1\1\0\1"); /* two columns */
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\0\0\0\0");             /* none */
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\xff\xff\xff\xff\1\0\1");
  ASSERT_CORRUPT(FT_BOOL, "\xff\xff\xff\xff\1\0\0\0\1\0\1");
  ASSERT_CORRUPT(FT_BOOL, "\1\0\1\0\1\0\0\0\1\0\1");   /* 65537 rows */
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\1\0\0\0\2\0\1");   /* another type */
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\1\0\0\0\1\2\1");   /* an unknown flag */
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\1\0\0\0\1\0\1\0"); /* a byte too many */
}

static void rows_have_a_maximum(void **state) {
  (void)state;
  static char bytes[10 + FT_BATCH_MAX_ROWS + 1] = { 0, 0, 1, 0, 1, 0, 0, 0, FT_BOOL, 0 };
  struct ft_arena arena;
  struct ft_error err;
  struct ft_batch batch;
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(read_one(&batch, &arena, FT_BOOL, bytes, sizeof bytes - 1, &err), FT_OK);
  assert_int_equal(batch.rows, FT_BATCH_MAX_ROWS);
  ft_arena_release(&arena);
  bytes[0] = 1;
  assert_corrupt(FT_BOOL, bytes, sizeof bytes);
}

static void hostile_texts_are_refused(void **state) {
  (void)state;
  ASSERT_CORRUPT(FT_TEXT, "\1\0\0\0\1\0\0\0\x08\0\5\0\0\0gold");
  ASSERT_CORRUPT(FT_TEXT, "\1\0\0\0\1\0\0\0\x08\0\3\0\0\0gold");
  /* Lengths whose sum is 4 again after 2^32. */
  ASSERT_CORRUPT(FT_TEXT, "\2\0\0\0\1\0\0\0\x08\0\2\0\0\0\2\0\0\x80gold");
  ASSERT_CORRUPT(FT_TEXT, "\3\0\0\0\1\0\0\0\x08\0\0\0\0\x80\0\0\0\x80\4\0\0\0gold");
}

static void booleans_are_0_or_1_where_they_count(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_batch batch;
  static const char missing[] = "\2\0\0\0\1\0\0\0\1\1\1\0\0\0\0\0\0\0\1\2";
  ASSERT_CORRUPT(FT_BOOL, "\1\0\0\0\1\0\0\0\1\0\2");
  ASSERT_CORRUPT(FT_BOOL, "\2\0\0\0\1\0\0\0\1\1\2\0\0\0\0\0\0\0\1\2");
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(read_one(&batch, &arena, FT_BOOL, missing, sizeof missing - 1, &err), FT_OK);
  ft_arena_release(&arena);
}

static void validity_beyond_the_rows_is_cleared(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_batch batch;
  static const char bytes[] = "\3\0\0\0\1\0\0\0\1\1\xfd\xff\xff\xff\xff\xff\xff\xff\0\0\1";
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(read_one(&batch, &arena, FT_BOOL, bytes, sizeof bytes - 1, &err), FT_OK);
  assert_true(batch.column[0].validity[0] == 5);
  ft_arena_release(&arena);
}

/* Cut everywhere, and one byte changed everywhere: an answer, and no read outside. */
static void damaged_bytes_give_an_answer(void **state) {
  (void)state;
  struct rows *rows = malloc(sizeof *rows);
  struct ft_buffer bytes;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_batch batch;
  assert_non_null(rows);
  ft_buffer_init(&bytes, 1 << 20);
  ft_arena_init(&arena, 1 << 24);
  make_rows(rows, 9);
  ft_batch_write(&bytes, &rows->batch);
  for (size_t size = 0; size < bytes.size; size++) {
    char *cut = malloc(size ? size : 1);
    assert_non_null(cut);
    memcpy(cut, bytes.data, size);
    struct ft_span view = { cut, size };
    assert_int_equal(ft_batch_read(&batch, &arena, view, rows->field, COLUMNS, &err), FT_CORRUPT);
    ft_arena_release(&arena);
    free(cut);
  }
  for (size_t at = 0; at < bytes.size; at++) {
    bytes.data[at] ^= 0xff;
    enum ft_status status =
        ft_batch_read(&batch, &arena, ft_buffer_view(&bytes), rows->field, COLUMNS, &err);
    assert_true(status == FT_OK || status == FT_CORRUPT);
    ft_arena_release(&arena);
    bytes.data[at] ^= 0xff;
  }
  ft_buffer_release(&bytes);
  free(rows);
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  struct rows *rows = malloc(sizeof *rows);
  struct ft_buffer bytes;
  struct ft_arena arena;
  struct ft_error err;
  assert_non_null(rows);
  ft_buffer_init(&bytes, 1 << 20);
  ft_arena_init(&arena, 1 << 24);
  make_rows(rows, 9);
  ft_batch_write(&bytes, &rows->batch);
  enum ft_status status = FT_NOMEM;
  size_t allowed = 0;
  for (; status == FT_NOMEM; allowed++) {
    struct ft_batch batch = { 77, 78, NULL };
    ft_arena_allow(allowed);
    status = ft_batch_read(&batch, &arena, ft_buffer_view(&bytes), rows->field, COLUMNS, &err);
    assert_int_equal(batch.rows, status == FT_OK ? 9 : 77);
    ft_arena_release(&arena);
  }
  ft_arena_allow(SIZE_MAX);
  assert_int_equal(status, FT_OK);
  assert_true(allowed > COLUMNS);
  ft_buffer_release(&bytes);
  free(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_written_is_read),
    cmocka_unit_test(writing_does_not_look_at_missing_texts),
    cmocka_unit_test(hostile_headers_are_refused),
    cmocka_unit_test(rows_have_a_maximum),
    cmocka_unit_test(hostile_texts_are_refused),
    cmocka_unit_test(booleans_are_0_or_1_where_they_count),
    cmocka_unit_test(validity_beyond_the_rows_is_cleared),
    cmocka_unit_test(damaged_bytes_give_an_answer),
    cmocka_unit_test(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
