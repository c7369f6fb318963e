#include "duckdb_session.h"

#include "foretell/batch.h"
#include "foretell/host.h"

struct columns {
  struct ft_field *field;
  const char *const *type_name;
  size_t fields;
};

static enum ft_status describe(struct columns *out, struct ft_engine *engine,
                               struct ft_arena *arena, const char *query, size_t position,
                               struct ft_error *err) {
  struct ft_host host;
  ft_duckdb_host(&host, engine);
  return host.describe(host.self, arena, ft_span_of(query), position, &out->field, &out->type_name,
                       &out->fields, err);
}

static void every_type_has_its_carried_one(void **state) {
  (void)state;
  static const struct {
    const char *value, *type_name;
    enum ft_type type;
    int precision, scale;
  } cases[] = {
    { "true", "BOOLEAN", FT_BOOL, 0, 0 },
    { "1::TINYINT", "TINYINT", FT_INT16, 0, 0 },
    { "1::SMALLINT", "SMALLINT", FT_INT16, 0, 0 },
    { "1::UTINYINT", "UTINYINT", FT_INT16, 0, 0 },
    { "1", "INTEGER", FT_INT32, 0, 0 },
    { "1::USMALLINT", "USMALLINT", FT_INT32, 0, 0 },
    { "1::BIGINT", "BIGINT", FT_INT64, 0, 0 },
    { "1::UINTEGER", "UINTEGER", FT_INT64, 0, 0 },
    { "1::UBIGINT", "UBIGINT", FT_DECIMAL, 38, 0 },
    { "1::HUGEINT", "HUGEINT", FT_DECIMAL, 38, 0 },
    { "1::UHUGEINT", "UHUGEINT", FT_DECIMAL, 38, 0 },
    { "1.25::DECIMAL(7,2)", "DECIMAL(7,2)", FT_DECIMAL, 7, 2 },
    { "1::FLOAT", "FLOAT", FT_FLOAT32, 0, 0 },
    { "1::DOUBLE", "DOUBLE", FT_FLOAT64, 0, 0 },
    { "'a'", "VARCHAR", FT_TEXT, 0, 0 },
    { "'a'::ENUM('a', 'it''s')", "ENUM('a', 'it''s')", FT_TEXT, 0, 0 },
    { "gen_random_uuid()", "UUID", FT_TEXT, 0, 0 },
    { "DATE '2020-01-01'", "DATE", FT_DATE, 0, 0 },
    { "TIME '01:00:00'", "TIME", FT_TIME, 0, 0 },
    { "'01:00:00+01'::TIMETZ", "TIME WITH TIME ZONE", FT_TIME, 0, 0 },
    { "TIMESTAMP '2020-01-01 00:00:00'", "TIMESTAMP", FT_TIMESTAMP, 0, 0 },
    { "'2020-01-01'::TIMESTAMP_S", "TIMESTAMP_S", FT_TIMESTAMP, 0, 0 },
    { "'2020-01-01'::TIMESTAMP_NS", "TIMESTAMP_NS", FT_TIMESTAMP, 0, 0 },
    { "'2020-01-01'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", FT_TIMESTAMPTZ, 0, 0 },
    { "INTERVAL 1 DAY", "INTERVAL", FT_TYPE_NONE, 0, 0 },
    { "[1]", "INTEGER[]", FT_TYPE_NONE, 0, 0 },
    { "{'a': 1}", "STRUCT(a INTEGER)", FT_TYPE_NONE, 0, 0 },
    { "'a'::BLOB", "BLOB", FT_TYPE_NONE, 0, 0 },
  };
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err;
    struct ft_arena arena;
    struct columns columns = { 0 };
    char query[256];
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    snprintf(query, sizeof query, "SELECT 1 AS id, %s AS \"The Value\"", cases[i].value);
    expect_ok(describe(&columns, engine, &arena, query, 1, &err), &err);
    assert_int_equal(columns.fields, 2);
    assert_string_equal(columns.field[1].name, "The Value");
    assert_string_equal(columns.type_name[1], cases[i].type_name);
    assert_int_equal(columns.field[1].type, cases[i].type);
    assert_int_equal(columns.field[1].precision, cases[i].precision);
    assert_int_equal(columns.field[1].scale, cases[i].scale);
    ft_arena_release(&arena);
  }
  ft_engine_close(engine);
}

static void bad_queries_are_errors_in_the_users_text(void **state) {
  (void)state;
  static const struct {
    const char *query;
    enum ft_status status;
    size_t position; /* when the query begins at byte 101 of the statement */
    const char *message;
  } cases[] = {
    { "SELECT nosuch FROM (SELECT 1 AS a)", FT_UNDEFINED_COLUMN, 108, "nosuch" },
    { "SELECT *\nFROM nosuch", FT_UNDEFINED_TABLE, 115, "nosuch" },
    { "SELECT 1) UNION (SELECT 2", FT_SYNTAX, 109, "syntax error" },
    { "DROP TABLE t", FT_SYNTAX, 101, "not a SELECT" },
    { "SELECT $1", FT_INVALID, 0, "parameters" },
  };
  struct ft_engine *engine = open_memory();
  run(engine, "CREATE TABLE t(a INTEGER)");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err = { 0 };
    struct ft_arena arena;
    struct columns columns = { 0 };
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    assert_int_equal(describe(&columns, engine, &arena, cases[i].query, 101, &err),
                     cases[i].status);
    assert_null(columns.field);
    assert_int_equal(err.position, cases[i].position);
    if (!strstr(err.message, cases[i].message)) fail_msg("%s", err.message);
    ft_arena_release(&arena);
  }
  expect_rows(engine, "SELECT count(*) FROM t", "0");
  ft_engine_close(engine);
}

/* What a sink has seen. */
struct seen {
  size_t rows, batches;
  double sum; /* of numbers */
  size_t nulls;
  char text[64];     /* the last one */
  size_t stop_after; /* batches; 0: never */
  struct ft_engine *cancel;
};

static double number(const struct ft_column *column, size_t row) {
  switch (column->type) {
  case FT_BOOL: return ((const uint8_t *)column->values)[row];
  case FT_INT16: return ((const int16_t *)column->values)[row];
  case FT_INT32:
  case FT_DATE: return ((const int32_t *)column->values)[row];
  case FT_FLOAT32: return (double)((const float *)column->values)[row];
  case FT_FLOAT64:
  case FT_DECIMAL: return ((const double *)column->values)[row];
  case FT_TEXT: return 0;
  default: return (double)((const int64_t *)column->values)[row];
  }
}

static enum ft_status see(void *self, const struct ft_batch *batch, struct ft_error *err) {
  struct seen *seen = self;
  seen->batches++;
  seen->rows += batch->rows;
  for (size_t c = 0; c < batch->columns; c++) {
    for (size_t r = 0; r < batch->rows; r++) {
      const struct ft_column *column = &batch->column[c];
      if (!ft_column_has(column, r)) {
        seen->nulls++;
        continue;
      }
      seen->sum += number(column, r);
      if (column->type != FT_TEXT) continue;
      struct ft_span text = ((const struct ft_span *)column->values)[r];
      snprintf(seen->text, sizeof seen->text, "%.*s", FT_SPAN_ARG(text));
    }
  }
  if (seen->cancel && seen->batches == 3) ft_engine_interrupt(seen->cancel);
  if (seen->stop_after && seen->batches == seen->stop_after)
    return ft_fail(err, FT_LIMIT, "the sink is full");
  return FT_OK;
}

static enum ft_status stream(struct seen *seen, struct ft_engine *engine, const char *query,
                             struct ft_error *err) {
  struct ft_host host;
  struct ft_arena arena;
  struct columns columns = { 0 };
  ft_duckdb_host(&host, engine);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = describe(&columns, engine, &arena, query, 1, err);
  if (status == FT_OK) {
    struct ft_sink sink = { seen, see };
    status = host.stream(host.self, ft_span_of(query), columns.field, columns.fields, &sink, err);
  }
  ft_arena_release(&arena);
  return status;
}

static void values_arrive_in_their_carried_form(void **state) {
  (void)state;
  static const struct {
    const char *value;
    double sum;
    size_t nulls;
    const char *text;
  } cases[] = {
    { "200::UTINYINT", 200, 0, "" },
    { "(-5)::TINYINT", -5, 0, "" },
    { "65535::USMALLINT", 65535, 0, "" },
    { "18446744073709551615::UBIGINT", 18446744073709551616.0, 0, "" },
    { "(-1.25)::DECIMAL(38,2)", -1.25, 0, "" },
    { "0.5::FLOAT", 0.5, 0, "" },
    { "DATE '1970-01-11'", 10, 0, "" },
    { "'infinity'::DATE", 0, 1, "" },
    { "'-infinity'::TIMESTAMP", 0, 1, "" },
    { "'infinity'::TIMESTAMPTZ", 0, 1, "" },
    { "'00:00:01'::TIME", 1000000, 0, "" },
    { "'1970-01-01 00:00:02'::TIMESTAMP_S", 2000000, 0, "" },
    { "'1970-01-01 00:00:00.000003999'::TIMESTAMP_NS", 3, 0, "" },
    { "'1970-01-01 01:00:00+01'::TIMESTAMPTZ", 0, 0, "" },
    { "'b'::ENUM('a', 'b')", 0, 0, "b" },
    { "'12345678-9abc-def0-8234-56789abcdef0'::UUID", 0, 0,
      "12345678-9abc-def0-8234-56789abcdef0" },
    { "NULL::VARCHAR", 0, 1, "" },
  };
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err;
    struct seen seen = { 0 };
    char query[256];
    snprintf(query, sizeof query, "SELECT %s AS \"a\"\"b\" -- a comment at the end",
             cases[i].value);
    expect_ok(stream(&seen, engine, query, &err), &err);
    assert_int_equal(seen.rows, 1);
    assert_true(seen.sum == cases[i].sum);
    assert_int_equal(seen.nulls, cases[i].nulls);
    assert_string_equal(seen.text, cases[i].text);
  }
  ft_engine_close(engine);
}

static void many_rows_come_in_batches(void **state) {
  (void)state;
  struct ft_error err;
  struct seen seen = { 0 };
  struct ft_engine *engine = open_memory();
  expect_ok(stream(&seen, engine,
                   "SELECT range AS a, CASE WHEN range % 3 = 0 THEN range END AS b, "
                   "a + 1 AS lateral_alias FROM range(100000)",
                   &err),
            &err);
  assert_int_equal(seen.rows, 100000);
  assert_int_equal(seen.nulls, 66666);
  assert_true(seen.batches >= 100000 / 2048);
  assert_true(seen.sum == 4999950000.0 + 1666683333.0 + 5000050000.0);
  struct seen none = { 0 };
  expect_ok(stream(&none, engine, "SELECT 1 AS a WHERE false", &err), &err);
  assert_int_equal(none.rows, 0);
  ft_engine_close(engine);
}

static void sink_and_cancel_stop_the_stream(void **state) {
  (void)state;
  static const char query[] = "SELECT range AS a FROM range(100000000000)";
  struct ft_error err;
  struct ft_engine *engine = open_memory();
  struct seen full = { .stop_after = 2 };
  assert_int_equal(stream(&full, engine, query, &err), FT_LIMIT);
  assert_string_equal(err.message, "the sink is full");
  struct seen cancelled = { .cancel = engine };
  assert_int_equal(stream(&cancelled, engine, query, &err), FT_CANCELLED);
  assert_int_equal(cancelled.batches, 3);
  ft_engine_arm(engine);
  expect_rows(engine, "SELECT 1", "1");
  ft_engine_close(engine);
}

static void failure_in_the_stream_is_the_users(void **state) {
  (void)state;
  struct ft_error err = { 0 };
  struct seen seen = { 0 };
  struct ft_engine *engine = open_memory();
  assert_int_equal(
      stream(&seen, engine, "SELECT CAST(range AS SMALLINT) AS a FROM range(100000)", &err),
      FT_CONVERSION);
  assert_int_equal(err.position, 8);
  ft_engine_close(engine);
}

static void tables_and_schemas_are_checked(void **state) {
  (void)state;
  struct ft_error err = { 0 };
  struct ft_host host;
  struct ft_arena arena;
  const char *text = NULL;
  struct ft_engine *engine = open_memory();
  ft_duckdb_host(&host, engine);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  run(engine, "CREATE SCHEMA \"My Schema\"");
  run(engine, "CREATE TABLE \"My Schema\".\"a\"\"b\"(x INTEGER)");
  expect_ok(
      host.table_query(host.self, &arena, FT_SPAN("My Schema"), FT_SPAN("a\"b"), 7, &text, &err),
      &err);
  assert_string_equal(text, "SELECT * FROM \"My Schema\".\"a\"\"b\"");
  assert_int_equal(host.table_query(host.self, &arena, (struct ft_span){ NULL, 0 },
                                    FT_SPAN("nosuch"), 7, &text, &err),
                   FT_UNDEFINED_TABLE);
  assert_int_equal(err.position, 7);
  expect_ok(host.resolve_schema(host.self, &arena, (struct ft_span){ NULL, 0 }, 0, &text, &err),
            &err);
  assert_string_equal(text, "main");
  expect_ok(host.resolve_schema(host.self, &arena, FT_SPAN("my schema"), 0, &text, &err), &err);
  assert_string_equal(text, "My Schema");
  run(engine, "USE \"My Schema\"");
  expect_ok(host.resolve_schema(host.self, &arena, (struct ft_span){ NULL, 0 }, 0, &text, &err),
            &err);
  assert_string_equal(text, "My Schema");
  assert_int_equal(host.resolve_schema(host.self, &arena, FT_SPAN("nosuch"), 9, &text, &err),
                   FT_UNDEFINED_SCHEMA);
  assert_int_equal(err.position, 9);
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_type_has_its_carried_one),
    cmocka_unit_test(bad_queries_are_errors_in_the_users_text),
    cmocka_unit_test(values_arrive_in_their_carried_form),
    cmocka_unit_test(many_rows_come_in_batches),
    cmocka_unit_test(sink_and_cancel_stop_the_stream),
    cmocka_unit_test(failure_in_the_stream_is_the_users),
    cmocka_unit_test(tables_and_schemas_are_checked),
  };
  return cmocka_run_group_tests_name("duckdb_query", tests, NULL, NULL);
}
