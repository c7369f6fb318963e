#include "duckdb_session.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "hosts/duckdb/session.h"

static void library_is_the_pinned_one(void **state) {
  (void)state;
  assert_string_equal(ft_engine_library_version(), FT_DUCKDB_VERSION);
  assert_int_equal(sizeof(duckdb_string_t), 16);
  assert_int_equal(sizeof(duckdb_result), 48);
  assert_int_equal(duckdb_vector_size(), FT_DUCKDB_ROWS);
}

static void statement_gives_columns_types_and_rows(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_engine *engine = open_memory();
  struct ft_result *result = NULL;
  const char *text = "-- a comment\nSELECT 1 AS \"A b\", 2.50 AS price, [1, NULL] AS list;";
  expect_ok(ft_engine_run(&result, engine, ft_span_of(text), &err), &err);
  assert_int_equal(ft_result_kind(result), FT_RESULT_ROWS);
  assert_int_equal(ft_result_columns(result), 3);
  assert_string_equal(ft_result_name(result, 0), "A b");
  assert_string_equal(ft_result_type_name(result, 0), "INTEGER");
  assert_string_equal(ft_result_type_name(result, 1), "DECIMAL(3,2)");
  assert_string_equal(ft_result_type_name(result, 2), "INTEGER[]");
  assert_int_equal(ft_result_cell_kind(result, 1), FT_CELL_NUMBER);
  assert_int_equal(ft_result_cell_kind(result, 2), FT_CELL_NESTED);
  assert_string_equal(ft_result_tag(result), "SELECT");
  ft_result_close(result);
  expect_rows(engine, text, "1|2.50|[1, NULL]");
  ft_engine_close(engine);
}

static const char *const cells[] = {
  "true",
  "(-128)::TINYINT",
  "32767::SMALLINT",
  "(-2147483648)::INTEGER",
  "1::BIGINT",
  "255::UTINYINT",
  "65535::USMALLINT",
  "4294967295::UINTEGER",
  "18446744073709551615::UBIGINT",
  "'-170141183460469231731687303715884105728'::HUGEINT",
  "'340282366920938463463374607431768211455'::UHUGEINT",
  "(-0.05)::DECIMAL(4,2)",
  "12345678901234567890.123456789::DECIMAL(38,9)",
  "(-1.5)::DECIMAL(9,1)",
  "3::DECIMAL(18,4)",
  "0.1::FLOAT",
  "1e300",
  "1/3",
  "'nan'::DOUBLE",
  "'-inf'::FLOAT",
  "'ünïcode, long enough'",
  "''",
  "DATE '2020-02-29'",
  "'infinity'::DATE",
  "'0044-03-15 (BC)'::DATE",
  "TIME '12:34:56.789'",
  "'12:34:56+02:00'::TIMETZ",
  "TIMESTAMP '2020-01-01 01:02:03.5'",
  "'2020-01-01 01:02:03'::TIMESTAMP_S",
  "'2020-01-01 01:02:03.123'::TIMESTAMP_MS",
  "'2020-01-01 01:02:03.123456789'::TIMESTAMP_NS",
  "INTERVAL '1 month 2 days'",
  "'\\xAB\\x00c'::BLOB",
  "'0101'::BIT",
  "uuid '12345678-9abc-def0-8234-56789abcdef0'",
  "'b'::ENUM('a', 'b')",
  "[1, 2, NULL]",
  "[]::INTEGER[]",
  "['a', 'b c', 'd,e', NULL, '']",
  "{'a': 1, 'b': 'x'}",
  "{'a': {'b': [1.5, NULL]}}",
  "map {'k': 1, 'l': NULL}",
  "[1, 2]::INTEGER[2]",
  "union_value(num := 2)",
  "'{\"a\": [1]}'::JSON",
};

/* A query's only cell, or row, as text; freed by the caller. */
static char *cell_of(struct ft_engine *engine, const char *format, const char *cell) {
  struct ft_error err;
  struct ft_buffer out;
  char *text = NULL;
  ft_buffer_init(&out, 1 << 16);
  assert_true(asprintf(&text, "SELECT %s%s%s", format, cell, format[0] ? ")" : "") > 0);
  expect_ok(ask(&out, engine, text, &err), &err);
  ft_buffer_u8(&out, 0);
  free(text);
  return (char *)out.data;
}

/* Every cell prints as DuckDB's own cast to VARCHAR does. */
static void cells_print_as_duckdb_casts_them(void **state) {
  (void)state;
  struct ft_engine *engine = open_memory();
  run(engine, "SET TimeZone = 'UTC'");
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    char *ours = cell_of(engine, "", cells[i]);
    char *theirs = cell_of(engine, "concat(", cells[i]);
    assert_string_equal(ours, theirs);
    free(ours);
    free(theirs);
  }
  ft_engine_close(engine);
}

static void types_are_named_as_duckdb_names_them(void **state) {
  (void)state;
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    struct ft_error err;
    struct ft_result *result = NULL;
    char *expected = cell_of(engine, "typeof(", cells[i]);
    char text[512];
    snprintf(text, sizeof text, "SELECT %s", cells[i]);
    expect_ok(ft_engine_run(&result, engine, ft_span_of(text), &err), &err);
    assert_string_equal(ft_result_type_name(result, 0), expected);
    ft_result_close(result);
    free(expected);
  }
  ft_engine_close(engine);
}

static void cells_print_as_json(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_engine *engine = open_memory();
  struct ft_result *result = NULL;
  struct ft_buffer out;
  size_t rows = 0;
  ft_buffer_init(&out, 1 << 16);
  expect_ok(
      ft_engine_run(&result, engine,
                    FT_SPAN("SELECT {'a': [1, NULL], 'b': map {1: 'x\"\n'}, 'c': 1.5::DOUBLE, "
                            "'d': 'nan'::DOUBLE, 'e': DATE '2020-01-01', 'f': false}"),
                    &err),
      &err);
  expect_ok(ft_result_next(result, &rows, &err), &err);
  ft_result_print_json(&out, result, 0, 0);
  ft_buffer_u8(&out, 0);
  assert_string_equal((const char *)out.data,
                      "{\"a\": [1, null], \"b\": {\"1\": \"x\\\"\\n\"}, \"c\": 1.5, "
                      "\"d\": \"nan\", \"e\": \"2020-01-01\", \"f\": false}");
  ft_buffer_release(&out);
  ft_result_close(result);
  ft_engine_close(engine);
}

static void changes_are_counted_and_tagged(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum ft_result_kind kind;
    uint64_t changed;
    const char *tag;
  } cases[] = {
    { "create or replace temp table t(a INTEGER)", FT_RESULT_NOTHING, 0, "CREATE TABLE" },
    { "create table u as from range(12)", FT_RESULT_CHANGED, 12, "CREATE TABLE" },
    { "create or replace table u as select 1 where false", FT_RESULT_CHANGED, 0, "CREATE TABLE" },
    { "create table if not exists u as select 1", FT_RESULT_NOTHING, 0, "CREATE TABLE" },
    { "create view v as select 1", FT_RESULT_NOTHING, 0, "CREATE VIEW" },
    { "INSERT INTO t SELECT range FROM range(5000)", FT_RESULT_CHANGED, 5000, "INSERT" },
    { "/* x */ UPDATE t SET a = 1 WHERE a < 10", FT_RESULT_CHANGED, 10, "UPDATE" },
    { "DELETE FROM t RETURNING a", FT_RESULT_ROWS, 0, "DELETE" },
    { "SET threads = 2", FT_RESULT_NOTHING, 0, "SET" },
    { "PRAGMA show_tables", FT_RESULT_ROWS, 0, "PRAGMA" },
    { " ", FT_RESULT_NOTHING, 0, "" },
  };
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err;
    struct ft_result *result = NULL;
    expect_ok(ft_engine_run(&result, engine, ft_span_of(cases[i].text), &err), &err);
    assert_int_equal(ft_result_kind(result), cases[i].kind);
    assert_int_equal(ft_result_changed(result), cases[i].changed);
    assert_string_equal(ft_result_tag(result), cases[i].tag);
    ft_result_close(result);
  }
  ft_engine_close(engine);
}

static void errors_have_a_status_a_place_and_advice(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum ft_status status;
    size_t position;
    const char *message;
    const char *hint;
  } cases[] = {
    { "SELEC 1", FT_SYNTAX, 1, "syntax error at or near \"SELEC\"", "" },
    { "SELECT 'ä',\n lenght('a')", FT_UNDEFINED_FUNCTION, 15, "function \"lenght\" does not exist",
      "Did you mean" },
    { "SELECT \"abcd\" FROM (SELECT 1 AS abc)", FT_UNDEFINED_COLUMN, 8,
      "referenced column \"abcd\" not found", "Candidate bindings: \"abc\"" },
    { "SELECT * FROM nosuch", FT_UNDEFINED_TABLE, 15, "nosuch", "" },
    { "CREATE TABLE nosuch.t (a INT)", FT_UNDEFINED_SCHEMA, 0, "schema with name nosuch", "" },
    { "SELECT * FROM nosuch.t", FT_UNDEFINED_SCHEMA, 0, "schema \"nosuch\" does not exist", "" },
    { "USE nosuch", FT_UNDEFINED_SCHEMA, 0, "nosuch", "" },
    { "COPY (SELECT 1) TO 'x.xlsx'", FT_UNSUPPORTED, 0, "excel extension", "INSTALL" },
    { "SELECT CAST('a' AS INTEGER)", FT_CONVERSION, 8, "Could not convert string 'a'", "" },
    { "SELECT length(1, 2)", FT_UNDEFINED_FUNCTION, 8, "no function matches", "Candidate" },
    { "CREATE TABLE taken(a INTEGER)", FT_DUPLICATE_TABLE, 0, "already exists", "" },
    { "INSERT INTO taken VALUES (1), (1)", FT_CONSTRAINT, 0, "duplicate key", "" },
    { "SELECT error('words of the user')", FT_INVALID, 0, "words of the user", "" },
    { "SELECT $1", FT_INVALID, 0, "parameters", "PREPARE" },
    { "SELECT a\0b", FT_UNDEFINED_COLUMN, 8, "a", "" },
  };
  struct ft_engine *engine = open_memory();
  run(engine, "CREATE TABLE taken(a INTEGER PRIMARY KEY)");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err = expect_error(engine, cases[i].text, cases[i].status);
    if (cases[i].position) assert_int_equal(err.position, cases[i].position);
    if (!strcasestr(err.message, cases[i].message)) fail_msg("%s", err.message);
    if (!strstr(err.hint, cases[i].hint)) fail_msg("%s: %s", cases[i].text, err.hint);
    assert_null(strstr(err.message, "Error:"));
    assert_null(strchr(err.message, '\n'));
  }
  ft_engine_close(engine);
}

/* DuckDB guesses "pg_am" for svv_table_info and "cot" for convert_timezone. */
static void a_far_guess_of_the_engine_is_no_advice(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum ft_status status;
  } cases[] = {
    { "SELECT nosuch_thing(1)", FT_UNDEFINED_FUNCTION },
    { "SELECT * FROM zz_summary_of_all", FT_UNDEFINED_TABLE },
    { "SET wlm_slots TO 3", FT_UNDEFINED_OBJECT },
    { "SELECT 1::hllsketch", FT_UNDEFINED_OBJECT },
  };
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_error err = expect_error(engine, cases[i].text, cases[i].status);
    assert_string_equal(err.hint, "");
  }
  ft_engine_close(engine);
}

static void zero_byte_in_a_statement_is_an_error(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_result *result = NULL;
  struct ft_engine *engine = open_memory();
  assert_int_equal(ft_engine_run(&result, engine, FT_SPAN("SELECT 1\0, 2"), &err), FT_SYNTAX);
  assert_int_equal(err.position, 9);
  assert_null(result);
  ft_engine_close(engine);
}

static void error_in_a_later_chunk_is_reported(void **state) {
  (void)state;
  struct ft_engine *engine = open_memory();
  struct ft_error err =
      expect_error(engine, "SELECT CAST(range AS SMALLINT) FROM range(100000)", FT_CONVERSION);
  assert_int_equal(err.position, 8);
  expect_rows(engine, "SELECT 1", "1");
  ft_engine_close(engine);
}

static void transaction_state_follows_the_statements(void **state) {
  (void)state;
  struct ft_engine *engine = open_memory();
  assert_false(ft_engine_in_transaction(engine));
  run(engine, "/* open */ begin");
  assert_true(ft_engine_in_transaction(engine));
  expect_error(engine, "ROLLBACK nonsense", FT_SYNTAX);
  assert_true(ft_engine_in_transaction(engine));
  run(engine, "ROLLBACK");
  assert_false(ft_engine_in_transaction(engine));
  run(engine, "START TRANSACTION");
  run(engine, "END");
  assert_false(ft_engine_in_transaction(engine));
  ft_engine_close(engine);
}

static void *interrupt_soon(void *data) {
  nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
  ft_engine_interrupt(data);
  return NULL;
}

static void interrupt_ends_a_query_and_the_next_one_works(void **state) {
  (void)state;
  static const char *const queries[] = {
    "SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5",
    "SELECT a.range FROM range(100000000000) a WHERE hash(a.range) = 5",
    "CREATE TABLE big AS SELECT a.range FROM range(100000000000) a WHERE hash(a.range) = 5",
  };
  struct ft_engine *engine = open_memory();
  for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
    pthread_t thread;
    time_t start = time(NULL);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, engine), 0);
    struct ft_error err = expect_error(engine, queries[i], FT_CANCELLED);
    pthread_join(thread, NULL);
    assert_string_equal(err.message, "cancelled");
    assert_true(time(NULL) - start <= 3);
    expect_error(engine, "SELECT 1", FT_CANCELLED); /* until it is armed again */
    ft_engine_arm(engine);
    expect_rows(engine, "SELECT 1", "1");
  }
  ft_engine_close(engine);
}

struct ticks {
  size_t count;
  double last;
};

static void count_tick(void *self, double fraction) {
  struct ticks *ticks = self;
  ticks->count++;
  ticks->last = fraction;
}

static void ticks_come_while_a_query_runs(void **state) {
  (void)state;
  struct ticks ticks = { 0 };
  struct ft_engine *engine = open_memory();
  ft_engine_set_watch(engine, &(struct ft_engine_watch){ .self = &ticks, .tick = count_tick });
  run(engine, "CREATE TABLE t AS SELECT range AS a FROM range(3000000)");
  run(engine, "SELECT max(sha256(a::VARCHAR)) FROM t");
  assert_true(ticks.count > 2);
  assert_true(ticks.last > 0 && ticks.last <= 1);
  ft_engine_close(engine);
}

static void expect_open_error(const char *path, struct ft_engine_options options,
                              enum ft_status status, const char *hint) {
  struct ft_error err = { 0 };
  struct ft_engine *engine = NULL;
  options.path = path;
  assert_int_equal(ft_engine_open(&engine, &options, &err), status);
  assert_null(engine);
  if (!strstr(err.hint, hint)) fail_msg("%s (%s)", err.message, err.hint);
}

static void files_that_cannot_be_opened_say_why(void **state) {
  (void)state;
  struct ft_engine_options plain = FT_ENGINE_DEFAULTS, reading = { .read_only = true };
  char *path = new_path();
  expect_open_error(path, reading, FT_IO, "without -r");
  expect_open_error(NULL, reading, FT_INVALID, "Name a file");
  expect_open_error("/nonexistent/folder/x.db", plain, FT_IO, "");
  FILE *file = fopen(path, "w");
  for (int i = 0; i < 10000; i++)
    fputs("a text that is no database\n", file);
  fclose(file);
  expect_open_error(path, plain, FT_CORRUPT, "Name another file");
  drop_path(path);
}

/* One byte of the file's header in place of what stands there. */
static void poke(const char *path, off_t offset, uint8_t byte) {
  int file = open(path, O_WRONLY);
  assert_true(file >= 0);
  assert_int_equal(pwrite(file, &byte, 1, offset), 1);
  close(file);
}

static void damaged_files_say_so(void **state) {
  (void)state;
  static const off_t offsets[] = { 8, 13, 4096 + 16 }; /* magic, version, a database header */
  for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
    char *path = new_path();
    struct ft_engine *engine = open_session(path, FT_ENGINE_DEFAULTS);
    run(engine, "CREATE TABLE t AS SELECT 42 AS a");
    ft_engine_close(engine);
    poke(path, offsets[i], 0x5a);
    if (i == 2) poke(path, 8192 + 16, 0x5a); /* there are two in turn */
    expect_open_error(path, FT_ENGINE_DEFAULTS, FT_CORRUPT, "");
    drop_path(path);
  }
}

static void newer_files_say_so(void **state) {
  (void)state;
  struct ft_error err;
  static const char words[] = "IO Error: Trying to read a database file with version number 99, "
                              "but we can only read versions between 64 and 68.\nThe database "
                              "file was created with a newer version of DuckDB.";
  assert_int_equal(ft_duckdb_fail_open(&err, words, "shop.db"), FT_UNSUPPORTED);
  assert_string_equal(err.message, "\"shop.db\" was written by another version of DuckDB");
}

/* The file opened by another process, which waits until it is told to end. */
static pid_t hold_file(const char *path) {
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct ft_engine_options options = FT_ENGINE_DEFAULTS;
    struct ft_engine *engine = NULL;
    options.path = path;
    if (ft_engine_open(&engine, &options, NULL) != FT_OK) _exit(1);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte;
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  return child;
}

static void keep_notice(void *self, const char *text) {
  snprintf(self, 64, "%s", text);
}

static void transaction_out_of_turn_is_a_notice(void **state) {
  (void)state;
  static const struct {
    const char *text, *notice;
  } cases[] = {
    { "COMMIT", "there is no transaction in progress" },
    { "/* dbt */ end", "there is no transaction in progress" },
    { "ROLLBACK", "there is no transaction in progress" },
    { "abort", "there is no transaction in progress" },
    { "BEGIN", "" },
    { "START TRANSACTION", "there is already a transaction in progress" },
    { "begin", "there is already a transaction in progress" },
    { "INSERT INTO t VALUES (1)", "" },
    { "ROLLBACK", "" },
    { "ROLLBACK", "there is no transaction in progress" },
  };
  char notice[64];
  struct ft_engine *engine = open_memory();
  ft_engine_set_watch(engine, &(struct ft_engine_watch){ .self = notice, .notice = keep_notice });
  run(engine, "CREATE TABLE t (a INTEGER)");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    notice[0] = '\0';
    run(engine, cases[i].text);
    assert_string_equal(notice, cases[i].notice);
  }
  expect_rows(engine, "SELECT count(*) FROM t", "0");
  ft_engine_close(engine);
}

static void schema_public_is_there_in_new_databases(void **state) {
  (void)state;
  char *path = new_path();
  struct ft_engine *engine = open_session(path, FT_ENGINE_DEFAULTS);
  run(engine, "CREATE TABLE public.t AS SELECT 1 AS a");
  run(engine, "CREATE TABLE u AS SELECT 2 AS a");
  expect_rows(engine, "SELECT t.a, u.a, current_schema() FROM t, u", "1|2|main");
  expect_rows(engine, "SELECT a FROM main.u", "2");
  ft_engine_close(engine);
  engine = open_session(path, (struct ft_engine_options){ .read_only = true });
  expect_rows(engine, "SELECT t.a, u.a FROM t, u", "1|2");
  ft_engine_close(engine);
  engine = open_session(path, FT_ENGINE_DEFAULTS);
  run(engine, "DROP SCHEMA public CASCADE");
  ft_engine_close(engine);
  engine = open_session(path, FT_ENGINE_DEFAULTS); /* it is the user's to drop */
  expect_error(engine, "SELECT * FROM public.t", FT_UNDEFINED_SCHEMA);
  expect_rows(engine, "SELECT a FROM u", "2");
  ft_engine_close(engine);
  drop_path(path);
}

static void locked_file_is_in_use(void **state) {
  (void)state;
  char *path = new_path();
  pid_t child = hold_file(path);
  expect_open_error(path, FT_ENGINE_DEFAULTS, FT_IN_USE, "-r (--readonly)");
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  ft_engine_close(open_session(path, FT_ENGINE_DEFAULTS));
  drop_path(path);
}

static void read_only_file_is_read_and_not_written(void **state) {
  (void)state;
  char *path = new_path();
  struct ft_engine *engine = open_session(path, FT_ENGINE_DEFAULTS);
  run(engine, "CREATE TABLE t AS SELECT 42 AS a");
  ft_engine_close(engine);
  engine = open_session(path, (struct ft_engine_options){ .read_only = true });
  expect_rows(engine, "SELECT a FROM t", "42");
  expect_error(engine, "INSERT INTO t VALUES (1)", FT_READ_ONLY);
  ft_engine_close(engine);
  drop_path(path);
}

static void session_leaves_room_and_keeps_to_itself(void **state) {
  (void)state;
  struct ft_engine *engine = open_session(
      NULL, (struct ft_engine_options){ .threads = 1, .memory_bytes = (uint64_t)1 << 30 });
  expect_rows(engine,
              "SELECT current_setting('threads'), current_setting('memory_limit'), "
              "current_setting('temp_file_encryption'), "
              "current_setting('autoinstall_known_extensions')",
              "1|1.0 GiB|false|false");
  ft_engine_close(engine);
}

static void names_are_sorted_and_single(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_arena arena;
  const char *const *name = NULL;
  size_t names = 0;
  struct ft_engine *engine = open_memory();
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  run(engine, "CREATE TABLE zebra(stripes INTEGER)");
  run(engine, "CREATE TABLE ant(stripes INTEGER, legs INTEGER)");
  expect_ok(ft_engine_names(engine, FT_LIST_COLUMNS, &arena, &name, &names, &err), &err);
  assert_int_equal(names, 2);
  assert_string_equal(name[0], "legs");
  for (int list = FT_LIST_TABLES; list <= FT_LIST_MEMBERS; list++) {
    expect_ok(ft_engine_names(engine, (enum ft_engine_list)list, &arena, &name, &names, &err),
              &err);
    assert_true(names > 0 || list == FT_LIST_MODELS);
    for (size_t i = 1; i < names; i++)
      assert_true(strcmp(name[i - 1], name[i]) < 0);
  }
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(locked_file_is_in_use), /* first: it forks */
    cmocka_unit_test(library_is_the_pinned_one),
    cmocka_unit_test(statement_gives_columns_types_and_rows),
    cmocka_unit_test(cells_print_as_duckdb_casts_them),
    cmocka_unit_test(types_are_named_as_duckdb_names_them),
    cmocka_unit_test(cells_print_as_json),
    cmocka_unit_test(changes_are_counted_and_tagged),
    cmocka_unit_test(errors_have_a_status_a_place_and_advice),
    cmocka_unit_test(a_far_guess_of_the_engine_is_no_advice),
    cmocka_unit_test(zero_byte_in_a_statement_is_an_error),
    cmocka_unit_test(error_in_a_later_chunk_is_reported),
    cmocka_unit_test(transaction_state_follows_the_statements),
    cmocka_unit_test(interrupt_ends_a_query_and_the_next_one_works),
    cmocka_unit_test(ticks_come_while_a_query_runs),
    cmocka_unit_test(files_that_cannot_be_opened_say_why),
    cmocka_unit_test(damaged_files_say_so),
    cmocka_unit_test(newer_files_say_so),
    cmocka_unit_test(read_only_file_is_read_and_not_written),
    cmocka_unit_test(session_leaves_room_and_keeps_to_itself),
    cmocka_unit_test(names_are_sorted_and_single),
    cmocka_unit_test(transaction_out_of_turn_is_a_notice),
    cmocka_unit_test(schema_public_is_there_in_new_databases),
  };
  return cmocka_run_group_tests_name("duckdb_engine", tests, NULL, NULL);
}
