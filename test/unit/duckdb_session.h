/* Short ways to a DuckDB session for tests; a failure fails the test. */
#ifndef FORETELL_TEST_UNIT_DUCKDB_SESSION_H
#define FORETELL_TEST_UNIT_DUCKDB_SESSION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hosts/duckdb/engine.h"

static inline void expect_ok(enum ft_status status, const struct ft_error *err) {
  if (status != FT_OK) fail_msg("%s: %s", ft_status_name(status), err->message);
}

static inline struct ft_engine *open_session(const char *path, struct ft_engine_options options) {
  struct ft_error err;
  struct ft_engine *engine = NULL;
  options.path = path;
  expect_ok(ft_engine_open(&engine, &options, &err), &err);
  return engine;
}

static inline struct ft_engine *open_memory(void) {
  return open_session(NULL, FT_ENGINE_DEFAULTS);
}

/* Rows as text: cells joined by "|", rows by "\n"; NULL as "NULL". Owned by `out`. */
static inline enum ft_status ask(struct ft_buffer *out, struct ft_engine *engine, const char *text,
                                 struct ft_error *err) {
  struct ft_result *result = NULL;
  size_t rows = 0, all = 0;
  FT_TRY(ft_engine_run(&result, engine, ft_span_of(text), err));
  enum ft_status status = FT_OK;
  while ((status = ft_result_next(result, &rows, err)) == FT_OK && rows > 0) {
    for (size_t r = 0; r < rows; r++, all++) {
      if (all) ft_buffer_print(out, "\n");
      for (size_t c = 0; c < ft_result_columns(result); c++) {
        if (c) ft_buffer_print(out, "|");
        if (ft_result_is_null(result, c, r)) ft_buffer_print(out, "NULL");
        ft_result_print_text(out, result, c, r);
      }
    }
  }
  ft_result_close(result);
  return status;
}

static inline void expect_rows(struct ft_engine *engine, const char *text, const char *expected) {
  struct ft_error err;
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 24);
  enum ft_status status = ask(&out, engine, text, &err);
  if (status != FT_OK) fail_msg("%s: %s: %s", text, ft_status_name(status), err.message);
  ft_buffer_u8(&out, 0);
  assert_string_equal((const char *)out.data, expected);
  ft_buffer_release(&out);
}

static inline void run(struct ft_engine *engine, const char *text) {
  struct ft_error err;
  enum ft_status status = ft_engine_execute(engine, text, &err);
  if (status != FT_OK) fail_msg("%s: %s: %s", text, ft_status_name(status), err.message);
}

static inline struct ft_error expect_error(struct ft_engine *engine, const char *text,
                                           enum ft_status status) {
  struct ft_error err = { 0 };
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 24);
  enum ft_status got = ask(&out, engine, text, &err);
  ft_buffer_release(&out);
  if (got != status) {
    fail_msg("%s: %s, not %s: %s", text, ft_status_name(got), ft_status_name(status),
             got == FT_OK ? "" : err.message);
  }
  return err;
}

/* A file's path that is not there yet, in a folder of its own; freed by drop_path. */
static inline char *new_path(void) {
  char folder[] = "/tmp/foretell-test-XXXXXX";
  char *path = malloc(sizeof folder + 16);
  assert_non_null(path);
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof folder + 16, "%s/shop.db", folder);
  return path;
}

static inline void drop_path(char *path) {
  char wal[128];
  snprintf(wal, sizeof wal, "%s.wal", path);
  unlink(path);
  unlink(wal);
  *strrchr(path, '/') = 0;
  rmdir(path);
  free(path);
}

#endif
