#include "duckdb_session.h"

#include "build_model.h"
#include "foretell/artifact.h"
#include "foretell/host.h"
#include "foretell/plan.h"

/* A model in bytes, as a trainer hands it over. */
struct made {
  struct ft_arena arena;
  struct ft_buffer bytes;
  struct ft_model_record record;
  char sha256[FT_SHA256_TEXT];
};

static const struct ft_span flags[] = { { "false", 5 }, { "true", 4 } };
static const struct ft_span numbers[] = { { "-7", 2 }, { "40000", 5 }, { "2147483647", 10 } };

static void write_model(struct made *made, const struct ft_model *model) {
  struct ft_error err;
  struct ft_plan *plan = NULL;
  struct ft_buffer probes;
  struct ft_sha256 hash;
  ft_buffer_init(&probes, (size_t)1 << 26);
  ft_buffer_init(&made->bytes, (size_t)1 << 28);
  expect_ok(ft_plan_make(&plan, model, &err), &err);
  expect_ok(ft_plan_write_probes(&probes, plan, 1, &err), &err);
  expect_ok(ft_artifact_write(&made->bytes, &hash, model, ft_buffer_view(&probes),
                              FT_SPAN("{\"x\": 1}"), &err),
            &err);
  ft_sha256_text(made->sha256, &hash);
  ft_plan_close(plan);
  ft_buffer_release(&probes);
}

/* `target`: FT_TEXT no/yes, FT_BOOL, FT_INT32; FT_FLOAT64 a regression. */
static void make_model(struct made *made, const char *name, const char *function,
                       enum ft_type target, uint64_t seed) {
  struct build_options options = { .problem = FT_BINARY,
                                   .link = FT_LINK_LOGISTIC,
                                   .labels = 2,
                                   .members = 2,
                                   .trees = 20,
                                   .depth = 5,
                                   .seed = seed };
  if (target == FT_FLOAT64) options.problem = FT_REGRESSION, options.link = FT_LINK_IDENTITY;
  if (target == FT_FLOAT64) options.labels = 0;
  if (target == FT_INT32) options.problem = FT_MULTICLASS, options.link = FT_LINK_SOFTMAX;
  if (target == FT_INT32) options.labels = 3;
  ft_arena_init(&made->arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&made->arena, &options);
  model.target.type = target;
  if (target == FT_BOOL) model.label = flags;
  if (target == FT_INT32) model.label = numbers;
  write_model(made, &model);
  made->record = (struct ft_model_record){ .schema = "main",
                                           .name = name,
                                           .owner = "ada",
                                           .function = function,
                                           .statement = "CREATE MODEL …",
                                           .manifest = "{\"x\": 1}",
                                           .model_sha256 = made->sha256,
                                           .reason = "",
                                           .created_us = 1700000000123456,
                                           .artifact_bytes = made->bytes.size };
}

static void drop_model(struct made *made) {
  ft_buffer_release(&made->bytes);
  ft_arena_release(&made->arena);
}

static void put(const struct ft_host *host, const struct made *made, const char *target_type) {
  struct ft_error err;
  struct ft_span bytes = ft_buffer_view(&made->bytes);
  expect_ok(host->put(host->self, &made->record, bytes, &err), &err);
  expect_ok(host->make_functions(host->self, &made->record, bytes, target_type, &err), &err);
}

static void install(const struct ft_host *host, const struct made *made, const char *target_type) {
  struct ft_error err;
  expect_ok(host->begin(host->self, &err), &err);
  put(host, made, target_type);
  expect_ok(host->commit(host->self, &err), &err);
}

static void install_new(const struct ft_host *host, const char *name, const char *function,
                        enum ft_type target, const char *target_type, uint64_t seed) {
  struct made made;
  make_model(&made, name, function, target, seed);
  install(host, &made, target_type);
  drop_model(&made);
}

static const char rows_text[] =
    "CREATE TABLE t AS SELECT range AS id, range % 2 = 0 AS flag, "
    "(range % 101 - 50)::SMALLINT AS small, (range * 7 % 2001 - 1000)::INTEGER AS medium, "
    "(range * 99991 % 33554432 - 16777216) AS large, sin(range)::FLOAT AS single, "
    "cos(range) * 3 AS real, (range % 600 / 100)::DECIMAL(10, 2) AS price, "
    "CASE range % 5 WHEN 0 THEN 'red' WHEN 1 THEN 'green' WHEN 2 THEN 'yellowish-orange' "
    "WHEN 3 THEN 'unseen' END AS colour, DATE '1950-01-01' + (range * 17 % 50000)::INTEGER AS day, "
    "TIME '00:00:00' + to_seconds(range % 86400) AS clock, "
    "TIMESTAMP '1960-01-01' + to_hours(range * 13 % 700000) AS moment, "
    "TIMESTAMPTZ '2000-01-01 00:00:00+00' + to_minutes(range) AS zoned, 'x' AS unused "
    "FROM range(3000)";
#define ARGUMENTS \
  "flag, small, medium, large, single, real, price, colour, day, clock, moment, zoned, unused"

static struct ft_engine *open_rows(struct ft_host *host, const char *path) {
  struct ft_engine *engine = open_session(path, FT_ENGINE_DEFAULTS);
  ft_duckdb_host(host, engine);
  run(engine, rows_text);
  return engine;
}

static char *answer(struct ft_engine *engine, const char *text) {
  struct ft_error err;
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 24);
  enum ft_status status = ask(&out, engine, text, &err);
  if (status != FT_OK) fail_msg("%s: %s", text, err.message);
  ft_buffer_u8(&out, 0);
  return (char *)out.data;
}

static void expect_same(struct ft_engine *engine, const char *one, const char *other) {
  char *a = answer(engine, one), *b = answer(engine, other);
  assert_string_equal(a, b);
  free(a);
  free(b);
}

static void function_agrees_with_the_plan(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_host host;
  struct made made;
  struct ft_plan *plan = NULL;
  struct ft_scratch *scratch = NULL;
  struct ft_engine *engine = open_rows(&host, NULL);
  make_model(&made, "m", "f", FT_FLOAT64, 3);
  install(&host, &made, "DOUBLE");
  expect_ok(ft_plan_open(&plan, ft_buffer_view(&made.bytes), &err), &err);
  expect_ok(ft_scratch_make(&scratch, plan, &err), &err);
  struct ft_column column[BUILD_FIELDS];
  uint64_t none = 0;
  int64_t zero[2] = { 0, 0 };
  for (size_t i = 0; i < BUILD_FIELDS; i++)
    column[i] = (struct ft_column){ build_field[i].type, zero, &none };
  struct ft_batch batch = { 1, BUILD_FIELDS, column };
  double value;
  expect_ok(ft_plan_predict(plan, scratch, &batch, &value, NULL, NULL, &err), &err);
  char expected[64];
  snprintf(expected, sizeof expected, "%a", value);
  char *text = answer(engine, "SELECT printf('%.17g', f(NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
                              "NULL, NULL, NULL, NULL, NULL, NULL))");
  double got = strtod(text, NULL);
  assert_memory_equal(&got, &value, sizeof value);
  free(text);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  drop_model(&made);
  ft_engine_close(engine);
}

static void class_comes_in_the_targets_own_type(void **state) {
  (void)state;
  static const struct {
    enum ft_type target;
    const char *type, *typeof_f;
  } cases[] = {
    { FT_TEXT, "VARCHAR", "VARCHAR" },      { FT_TEXT, "ENUM('no', 'yes')", "ENUM('no', 'yes')" },
    { FT_BOOL, "BOOLEAN", "BOOLEAN" },      { FT_INT32, "INTEGER", "INTEGER" },
    { FT_INT32, "USMALLINT", "USMALLINT" }, { FT_FLOAT64, "DECIMAL(10,2)", "DOUBLE" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_host host;
    struct ft_engine *engine = open_rows(&host, NULL);
    install_new(&host, "m", "f", cases[i].target, cases[i].type, 5);
    expect_rows(engine, "SELECT any_value(typeof(f(" ARGUMENTS "))), count(*) FROM t WHERE false",
                "NULL|0");
    char *text = answer(engine, "SELECT DISTINCT typeof(f(" ARGUMENTS ")) FROM t WHERE id < 0 "
                                "UNION ALL SELECT typeof(f(t)) FROM t WHERE id = 1");
    if (i != 4) assert_string_equal(text, cases[i].typeof_f);
    free(text);
    ft_engine_close(engine);
  }
}

static void probabilities_are_ranked_and_add_up(void **state) {
  (void)state;
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  install_new(&host, "m", "f", FT_INT32, "INTEGER", 7);
  expect_rows(engine, "SELECT typeof(f_prob(t)) FROM t LIMIT 1",
              "STRUCT(probabilities DOUBLE[], labels INTEGER[])");
  expect_rows(engine,
              "SELECT count(*), bool_and(len(p.labels) = 3), "
              "bool_and(p.probabilities[1] >= p.probabilities[2]), "
              "bool_and(p.probabilities[2] >= p.probabilities[3]), "
              "bool_and(abs(list_sum(p.probabilities) - 1) < 1e-12), "
              "bool_and(p.labels[1] = c) "
              "FROM (SELECT f_prob(t) AS p, f(t) AS c FROM t)",
              "3000|true|true|true|true|true");
  expect_same(engine, "SELECT f_prob(" ARGUMENTS ") FROM t ORDER BY id",
              "SELECT f_probabilities(t) FROM t ORDER BY id");
  ft_engine_close(engine);
}

static void all_forms_of_a_call_agree(void **state) {
  (void)state;
  static const char *const forms[] = {
    "SELECT f(t) FROM t ORDER BY id",
    "SELECT f(u) FROM (SELECT unused, 1 AS other, * EXCLUDE (unused) FROM t) u ORDER BY id",
    "SELECT F(unused := unused, flag := flag, small := small, medium := medium, large := large, "
    "single := single, \"real\" := \"real\", price := price, COLOUR := colour, day := day, "
    "clock := clock, moment := moment, zoned := zoned) FROM t ORDER BY id",
    "SELECT f(flag, small::HUGEINT, medium::DOUBLE, large::VARCHAR, single, real, price, "
    "colour, day::TIMESTAMP, clock, moment::TIMESTAMP_S, zoned, unused) FROM t ORDER BY id",
    "SELECT memory.main.f(" ARGUMENTS ") FROM t ORDER BY id",
    "SELECT p FROM scored ORDER BY id",
  };
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 9);
  run(engine, "CREATE VIEW scored AS SELECT id, f(t) AS p FROM t");
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
    expect_same(engine, "SELECT f(" ARGUMENTS ") FROM t ORDER BY id", forms[i]);
  run(engine, "PREPARE p AS SELECT f(t) FROM t WHERE id = $1");
  expect_same(engine, "EXECUTE p(17)", "SELECT f(t) FROM t WHERE id = 17");
  expect_error(engine, "SELECT f(1, 2)", FT_UNDEFINED_FUNCTION);
  expect_error(engine, "SELECT f({'flag': true})", FT_UNDEFINED_COLUMN);
  struct ft_error err = expect_error(engine, "SELECT f(id) FROM t", FT_UNDEFINED_FUNCTION);
  if (!strstr(err.message, "f takes 13 columns, or a row") || !strstr(err.hint, "f(t)"))
    fail_msg("%s (%s)", err.message, err.hint);
  char text[2048]; /* long, so that a place in the macro's text could be one in here */
  snprintf(text, sizeof text,
           "SELECT f(flag, 'many', medium, large, single, real, price, colour, day, clock, moment, "
           "zoned, unused) FROM t%1500s",
           "");
  err = expect_error(engine, text, FT_CONVERSION);
  assert_int_equal(err.position, 0); /* the cast is in the macro, not here */
  ft_engine_close(engine);
}

static void infinite_dates_are_missing_values(void **state) {
  (void)state;
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 9);
  expect_same(engine,
              "SELECT f(flag, small, medium, large, single, real, price, colour, "
              "CASE WHEN id % 2 = 0 THEN 'infinity'::DATE ELSE '-infinity'::DATE END, clock, "
              "'infinity'::TIMESTAMP, zoned, unused) FROM t ORDER BY id",
              "SELECT f(flag, small, medium, large, single, real, price, colour, NULL, clock, "
              "NULL, zoned, unused) FROM t ORDER BY id");
  ft_engine_close(engine);
}

static void sums_do_not_depend_on_threads(void **state) {
  (void)state;
  static const char query[] =
      "SELECT sum(hash(f(b))::HUGEINT), sum(hash(g(b))::HUGEINT), count(*) FROM b";
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 11);
  install_new(&host, "n", "g", FT_TEXT, "VARCHAR", 12);
  run(engine, "CREATE TABLE b AS SELECT t.* FROM t, range(340)");
  run(engine, "SET threads = 1");
  char *one = answer(engine, query);
  run(engine, "SET threads = 4");
  char *many = answer(engine, query);
  assert_string_equal(one, many);
  free(one);
  free(many);
  ft_engine_close(engine);
}

static void models_survive_a_restart_with_the_same_bits(void **state) {
  (void)state;
  static const char query[] = "SELECT sum(hash(p)::HUGEINT), sum(hash(q)::HUGEINT) FROM scored";
  struct ft_error err;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_model_record record;
  char *path = new_path();
  struct ft_engine *engine = open_rows(&host, path);
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 13);
  install_new(&host, "n", "g", FT_TEXT, "VARCHAR", 14);
  run(engine, "CREATE VIEW scored AS SELECT f(t) AS p, g_prob(t) AS q FROM t");
  char *before = answer(engine, query);
  ft_engine_close(engine);
  for (int read_only = 0; read_only < 2; read_only++) {
    engine = open_session(path, (struct ft_engine_options){ .read_only = read_only });
    expect_rows(engine, query, before);
    ft_duckdb_host(&host, engine);
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    expect_ok(host.get(host.self, &arena, "main", "m", &record, &err), &err);
    assert_string_equal(record.owner, "ada");
    assert_string_equal(record.manifest, "{\"x\": 1}");
    assert_string_equal(record.function, "f");
    assert_int_equal(record.version, 1);
    assert_int_equal(record.created_us, 1700000000123456);
    assert_int_equal(record.state, FT_MODEL_READY);
    if (read_only) {
      assert_int_equal(host.drop(host.self, "main", "m", &err), FT_READ_ONLY);
      assert_int_equal(host.drop_functions(host.self, &record, &err), FT_READ_ONLY);
      assert_int_equal(host.check_writable(host.self, &err), FT_READ_ONLY);
    }
    ft_arena_release(&arena);
    ft_engine_close(engine);
  }
  free(before);
  drop_path(path);
}

static void rollback_takes_model_and_functions_away(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_model_record *record;
  struct made made;
  size_t count = 1;
  struct ft_engine *engine = open_rows(&host, NULL);
  make_model(&made, "m", "f", FT_TEXT, 15);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  for (int i = 0; i < 2; i++) {
    run(engine, "BEGIN");
    assert_true(host.in_transaction(host.self));
    run(engine, "SELECT upper('a function called before')");
    put(&host, &made, "VARCHAR");
    expect_rows(engine, "SELECT count(f(t)) FROM t", "3000");
    expect_rows(engine, "SELECT model_name FROM stv_ml_model_info", "m");
    run(engine, "ROLLBACK");
    expect_error(engine, "SELECT f(t) FROM t", FT_UNDEFINED_FUNCTION);
    expect_rows(engine, "SELECT count(*) FROM stv_ml_model_info", "0");
    expect_rows(engine, "SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'foretell'",
                "0");
    expect_ok(host.list(host.self, &arena, &record, &count, &err), &err);
    assert_int_equal(count, 0);
  }
  install(&host, &made, "VARCHAR");
  expect_rows(engine, "SELECT count(f(t)) FROM t", "3000");
  drop_model(&made);
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

static void views_of_models_are_there_before_any_model(void **state) {
  (void)state;
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  expect_rows(engine, "SELECT count(*) FROM STV_ML_MODEL_INFO", "0");
  expect_rows(engine, "SELECT column_name FROM (DESCRIBE svv_ml_model_info)",
              "database_name\nschema_name\nuser_name\nmodel_name\nlife_cycle\nis_refreshable\n"
              "model_state");
  install_new(&host, "m", "f", FT_TEXT, "VARCHAR", 16);
  expect_rows(engine, "SELECT * FROM SVV_ML_MODEL_INFO WHERE model_state = 'Model is Ready'",
              "memory|main|ada|m|Active|1|Model is Ready");
  expect_rows(engine, "SELECT count(*) FROM (SHOW TABLES)", "1");
  ft_engine_close(engine);
}

static void set_manifest(struct ft_engine *engine, const char *manifest) {
  char text[512];
  snprintf(text, sizeof text, "UPDATE foretell.model SET manifest = %s", manifest);
  run(engine, text);
}

static void leaderboard_is_read_as_far_as_it_is_one(void **state) {
  (void)state;
  static const char *const damages[] = {
    "NULL", "''", "'{'", "'[1]'", "'{\"trials\": 7}'", "'{\"trials\": {\"name\": \"a\"}}'"
  };
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  expect_rows(engine, "SELECT count(*) FROM foretell.leaderboard", "0");
  install_new(&host, "m", "f", FT_TEXT, "VARCHAR", 16);
  set_manifest(
      engine,
      "'{\"trials\": [{\"name\": \"deep\", \"learner\": \"trees\", \"metric\": \"F1\","
      "\"score\": null, \"loss\": null, \"seconds\": 0, \"rounds\": 0, \"weight\": 0,"
      "\"state\": \"skipped\"}, {\"name\": \"it''s\", \"score\": 0.5, \"loss\": 2,"
      "\"rounds\": 7, \"weight\": 1}, {\"name\": \"b\", \"score\": \"x\", \"loss\": 1}, 7]}'");
  expect_rows(engine, "SELECT * FROM foretell.leaderboard",
              "main|m|NULL|1|deep|trees|F1|NULL|NULL|0.0|0|0.0|skipped\n"
              "main|m|2|2|it's|NULL|NULL|0.5|2.0|NULL|7|1.0|NULL\n"
              "main|m|1|3|b|NULL|NULL|NULL|1.0|NULL|NULL|NULL|NULL\n"
              "main|m|NULL|4|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL");
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    set_manifest(engine, damages[i]);
    expect_rows(engine, "SELECT count(*) FROM foretell.leaderboard", "0");
  }
  run(engine, "DELETE FROM foretell.model");
  expect_rows(engine, "SELECT count(*) FROM foretell.leaderboard", "0");
  run(engine, "CREATE TABLE leaderboard (x INTEGER)");
  expect_rows(engine, "SELECT count(*) FROM (DESCRIBE leaderboard)", "1");
  expect_rows(engine, "SELECT count(*) FROM (DESCRIBE foretell.leaderboard)", "13");
  ft_engine_close(engine);
}

static void damaged_artifact_spoils_only_its_own_model(void **state) {
  (void)state;
  static const char *const damages[] = {
    "UPDATE foretell.model SET artifact = 'nonsense'::BLOB WHERE model_name = 'm'",
    "UPDATE foretell.model SET artifact = NULL WHERE model_name = 'm'",
    ("UPDATE foretell.model SET artifact = (SELECT artifact FROM foretell.model WHERE "
     "model_name = 'k') WHERE model_name = 'm'"),
    "UPDATE foretell.model SET parameter_types = 'bool' WHERE model_name = 'm'",
    "UPDATE foretell.model SET target_type = 'float4' WHERE model_name = 'm'",
  };
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    struct ft_host host;
    struct made made;
    char *path = new_path();
    struct ft_engine *engine = open_rows(&host, path);
    make_model(&made, "m", "f", FT_FLOAT64, 17);
    install(&host, &made, "DOUBLE");
    install_new(&host, "k", "h", FT_FLOAT64, "DOUBLE", 16);
    install_new(&host, "n", "g", FT_TEXT, "VARCHAR", 18);
    run(engine, damages[i]);
    ft_engine_close(engine);
    engine = open_session(path, FT_ENGINE_DEFAULTS);
    ft_duckdb_host(&host, engine);
    expect_rows(engine, "SELECT count(g(t)) FROM t", "3000");
    if (i != 3) { /* there the call itself does not bind */
      struct ft_error err = expect_error(engine, "SELECT f(t) FROM t", FT_CORRUPT);
      assert_non_null(strstr(err.message, "model \"main.m\" cannot be used"));
      assert_non_null(strstr(err.hint, "CREATE OR REPLACE MODEL"));
    }
    if (i < 3) { /* training again mends it */
      install(&host, &made, "DOUBLE");
      expect_rows(engine, "SELECT count(f(t)) FROM t", "3000");
    }
    drop_model(&made);
    ft_engine_close(engine);
    drop_path(path);
  }
}

static void replaced_model_is_a_new_version(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_model_record record;
  struct ft_engine *engine = open_rows(&host, NULL);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 19);
  run(engine, "CREATE VIEW v AS SELECT f(t) AS p FROM t");
  char *first = answer(engine, "SELECT sum(p) FROM v");
  install_new(&host, "m", "f", FT_FLOAT64, "DOUBLE", 20);
  char *second = answer(engine, "SELECT sum(p) FROM v");
  assert_string_not_equal(first, second);
  expect_ok(host.get(host.self, &arena, "main", "m", &record, &err), &err);
  assert_int_equal(record.version, 2);
  expect_rows(engine, "SELECT version, is_current, artifact IS NULL FROM foretell.model ORDER BY 1",
              "1|false|true\n2|true|false");
  free(first);
  free(second);
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

static void failed_attempt_leaves_the_ready_version(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_buffer bytes;
  struct ft_model_record record;
  struct ft_model_record failed = { .schema = "main",
                                    .name = "m",
                                    .owner = "ada",
                                    .statement = "CREATE MODEL",
                                    .reason = "one class only",
                                    .state = FT_MODEL_FAILED };
  struct ft_engine *engine = open_rows(&host, NULL);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&bytes, (size_t)1 << 28);
  expect_ok(host.put(host.self, &failed, (struct ft_span){ NULL, 0 }, &err), &err);
  expect_ok(host.get(host.self, &arena, "main", "m", &record, &err), &err);
  assert_int_equal(record.state, FT_MODEL_FAILED);
  assert_string_equal(record.reason, "one class only");
  assert_string_equal(record.model_sha256, "");
  expect_rows(engine, "SELECT life_cycle, model_state FROM stv_ml_model_info",
              "Failed|Model has Failed");
  install_new(&host, "m", "f", FT_TEXT, "VARCHAR", 21);
  expect_ok(host.put(host.self, &failed, (struct ft_span){ NULL, 0 }, &err), &err);
  expect_ok(host.get(host.self, &arena, "main", "m", &record, &err), &err);
  assert_int_equal(record.state, FT_MODEL_READY);
  assert_int_equal(record.version, 2);
  assert_string_equal(record.reason, "one class only");
  expect_rows(engine, "SELECT count(f(t)) FROM t", "3000");
  expect_ok(host.artifact(host.self, &bytes, "main", "m", &err), &err);
  assert_int_equal(bytes.size, record.artifact_bytes);
  ft_buffer_release(&bytes);
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

static void dropped_model_leaves_nothing(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_model_record record;
  struct ft_engine *engine = open_rows(&host, NULL);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(host.get(host.self, &arena, "main", "m", &record, &err), FT_UNDEFINED_OBJECT);
  install_new(&host, "m", "f", FT_TEXT, "VARCHAR", 22);
  expect_ok(host.get(host.self, &arena, "main", "m", &record, &err), &err);
  expect_ok(host.drop_functions(host.self, &record, &err), &err);
  expect_ok(host.drop(host.self, "main", "m", &err), &err);
  assert_int_equal(host.get(host.self, &arena, "main", "m", &record, &err), FT_UNDEFINED_OBJECT);
  expect_error(engine, "SELECT f(t) FROM t", FT_UNDEFINED_FUNCTION);
  expect_error(engine, "SELECT f_probabilities(t) FROM t", FT_UNDEFINED_FUNCTION);
  ft_arena_release(&arena);
  ft_engine_close(engine);
}

static void models_go_with_their_schema(void **state) {
  (void)state;
  struct ft_host host;
  struct made made;
  struct ft_engine *engine = open_rows(&host, NULL);
  run(engine, "CREATE SCHEMA \"Sales\"");
  install_new(&host, "k", "h", FT_TEXT, "VARCHAR", 16);
  make_model(&made, "m", "f", FT_TEXT, 17);
  made.record.schema = "Sales";
  install(&host, &made, "VARCHAR");
  expect_rows(engine, "SELECT model_name FROM stv_ml_model_info ORDER BY ALL", "k\nm");
  run(engine, "BEGIN");
  run(engine, "DROP SCHEMA sales CASCADE");
  expect_rows(engine, "SELECT model_name FROM stv_ml_model_info", "k");
  run(engine, "ROLLBACK");
  expect_rows(engine, "SELECT count(\"Sales\".f(t)) FROM t", "3000");
  run(engine, "DROP SCHEMA IF EXISTS sales CASCADE");
  expect_rows(engine, "SELECT model_name FROM stv_ml_model_info", "k");
  run(engine, "CREATE SCHEMA sales");
  expect_rows(engine, "SELECT count(*) FROM foretell.model", "1");
  drop_model(&made);
  ft_engine_close(engine);
}

static void function_name_must_be_free(void **state) {
  (void)state;
  static const struct {
    const char *function, *model;
    enum ft_status status;
  } cases[] = {
    { "f", "m", FT_OK }, /* its own */
    { "F_prob", "m", FT_OK },
    { "f_prob", "other", FT_DUPLICATE_FUNCTION },
    { "f", "other", FT_DUPLICATE_FUNCTION },
    { "F", "other", FT_DUPLICATE_FUNCTION },
    { "taken", "other", FT_DUPLICATE_FUNCTION }, /* a macro of the user's */
    { "half", "other", FT_DUPLICATE_FUNCTION },  /* half_prob is there */
    { "upper", "other", FT_DUPLICATE_FUNCTION },
    { "coalesce", "other", FT_DUPLICATE_FUNCTION },
    { "elsewhere", "other", FT_OK }, /* in another schema */
    { "new_one", "other", FT_OK },
  };
  struct ft_error err;
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  install_new(&host, "m", "f", FT_TEXT, "VARCHAR", 23);
  run(engine, "CREATE MACRO taken(x) AS x");
  run(engine, "CREATE MACRO half_prob(x) AS x");
  run(engine, "CREATE SCHEMA s");
  run(engine, "CREATE MACRO s.elsewhere(x) AS x");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    enum ft_status status =
        host.check_function(host.self, "main", cases[i].function, cases[i].model, &err);
    if (status != cases[i].status) fail_msg("%s: %s", cases[i].function, ft_status_name(status));
  }
  ft_engine_close(engine);
}

/* The artifact in the catalogue is broken on purpose: what predicts is the plan that was handed over. */
static void a_plan_that_is_open_is_taken_and_not_made_again(void **state) {
  (void)state;
  struct ft_host host;
  struct ft_engine *engine = open_rows(&host, NULL);
  struct made made;
  struct ft_plan *plan = NULL;
  struct ft_error err;
  make_model(&made, "m", "f", FT_BOOL, 5);
  expect_ok(ft_plan_open(&plan, ft_buffer_view(&made.bytes), &err), &err);
  made.record.plan = &plan;
  memset(made.bytes.data + made.bytes.size / 2, 0, 16);
  install(&host, &made, "BOOLEAN");
  assert_null(plan);
  expect_rows(engine, "SELECT count(f(" ARGUMENTS ")) FROM t", "3000");
  drop_model(&made);
  ft_engine_close(engine);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(function_agrees_with_the_plan),
    cmocka_unit_test(a_plan_that_is_open_is_taken_and_not_made_again),
    cmocka_unit_test(class_comes_in_the_targets_own_type),
    cmocka_unit_test(probabilities_are_ranked_and_add_up),
    cmocka_unit_test(all_forms_of_a_call_agree),
    cmocka_unit_test(infinite_dates_are_missing_values),
    cmocka_unit_test(sums_do_not_depend_on_threads),
    cmocka_unit_test(models_survive_a_restart_with_the_same_bits),
    cmocka_unit_test(rollback_takes_model_and_functions_away),
    cmocka_unit_test(views_of_models_are_there_before_any_model),
    cmocka_unit_test(leaderboard_is_read_as_far_as_it_is_one),
    cmocka_unit_test(damaged_artifact_spoils_only_its_own_model),
    cmocka_unit_test(replaced_model_is_a_new_version),
    cmocka_unit_test(failed_attempt_leaves_the_ready_version),
    cmocka_unit_test(dropped_model_leaves_nothing),
    cmocka_unit_test(models_go_with_their_schema),
    cmocka_unit_test(function_name_must_be_free),
  };
  return cmocka_run_group_tests_name("duckdb_models", tests, NULL, NULL);
}
