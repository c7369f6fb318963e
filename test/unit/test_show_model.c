/* SHOW MODEL, row by row, of models in every state. */
#include "foretell/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/command/query_lines.h"
#include "fake_host.h"
#include "fake_model.h"

static struct fake_host fake;
static struct ft_arena arena;
static struct ft_grid grid;

static int set_up(void **state) {
  (void)state;
  fake_host_init(&fake);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

static enum ft_status run(const char *text) {
  struct ft_error err;
  struct ft_statement statement;
  const char *tag;
  if (ft_statement_parse(&statement, &arena, ft_span_of(text), &err) != FT_OK)
    fail_msg("%s: %s", text, err.message);
  return ft_command_run(&grid, &tag, &arena, &fake.host, &statement, &err);
}

/* The model just made, with what changes from run to run set to something fixed. */
static void make(const char *text) {
  assert_int_equal(run(text), FT_OK);
  fake.now.model[0].record.created_us = 1655226952123456; /* 2022-06-14 17:15:52.123456 */
}

/* The whole result, "Key|Value" a line; a hash and a size are not written out. */
static const char *shown(const char *text) {
  static char all[FAKE_TEXT];
  all[0] = '\0';
  assert_int_equal(run(text), FT_OK);
  assert_int_equal(grid.columns, 2);
  for (size_t i = 0; i < grid.rows; i++) {
    struct ft_span key = grid.cell[i * 2], value = grid.cell[i * 2 + 1];
    bool varies = ft_span_equal(key, FT_SPAN("Model SHA-256")) ||
                  ft_span_equal(key, FT_SPAN("Artifact Size"));
    fake_append(all, "%.*s|%.*s\n", FT_SPAN_ARG(key), FT_SPAN_ARG((varies ? FT_SPAN("…") : value)));
  }
  return all;
}

static const char everything[] =
    "Model Name|churn\n"
    "Schema Name|main\n"
    "Owner|ada\n"
    "Creation Time|Tue, 14.06.2022 17:15:52\n"
    "Model State|READY\n"
    "Training Job Status|Completed\n"
    "validation:f1_binary|0.875000\n"
    "Estimated Cost|0.000000 (nothing is billed)\n"
    "|\n"
    "TRAINING DATA:|\n"
    "Query|SELECT *\n"
    "|FROM \"CUSTOMERS\"\n"
    "Target Column|CHURN\n"
    "|\n"
    "PARAMETERS:|\n"
    "Model Type|xgboost\n"
    "Problem Type|BinaryClassification\n"
    "Objective|F1\n"
    "Function Name|predict_churn\n"
    "|predict_churn_prob, predict_churn_probability\n"
    "Function Parameters|state minutes calls\n"
    "Function Parameter Types|varchar float8 int4\n"
    "IAM Role|default (no effect here)\n"
    "S3 Bucket|bucket (no effect here)\n"
    "Max Runtime|60\n"
    "|\n"
    "SCORES:|\n"
    "Verdict|better than always answering \"t\"\n"
    "Score|F1 of \"t\": rows found and answers right in one number; 1 is perfect\n"
    "Score Interval|0.80 … 0.93 (the true score is in here, 95 % sure)\n"
    "Baseline|0.4000 (always answering \"t\")\n"
    "Validation|hold-out: 80 rows that the model had not seen\n"
    "Positive Class|t\n"
    "Threshold|0.500000 (the answer is \"t\" from this probability of it on)\n"
    "Classes|\"f\": finds 95 % of 60 rows (recall), never answered\n"
    "|\"t\": finds 25 % of 20 rows (recall), 50 % of these answers are right (precision)\n"
    "validation:auc|0.937500 (how well its probabilities put rows in order: 1 is perfect, "
    "guessing gives 0.5000)\n"
    "|\n"
    "FORETELL:|\n"
    "Version|1\n"
    "Model SHA-256|…\n"
    "Ensemble Members|linear (0.40), standard (0.30), net (0.30)\n"
    "Expected Rows per Second|1.2 million (one core)\n"
    "Artifact Size|…\n"
    "Rows Read|420\n"
    "Rows Used|400\n"
    "Rows Excluded|20 (the target is NULL)\n"
    "Columns Excluded|state (always the same)\n"
    "Seed|7\n"
    "Trials|5\n"
    "Search Stop Reason|the last 3 candidates gained nothing\n"
    "Training Seconds|1.3\n"
    "Warnings|few rows\n"
    "|fewer classes\n";

static void a_ready_model_shows_everything_in_order(void **state) {
  (void)state;
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn "
       "IAM_ROLE default SETTINGS (S3_BUCKET 'bucket', MAX_RUNTIME 60)");
  assert_string_equal(shown("SHOW MODEL churn"), everything);
}

static void a_failed_model_shows_its_reason(void **state) {
  (void)state;
  assert_int_equal(run("CREATE MODEL killed FROM customers TARGET churn FUNCTION f AUTO OFF "
                       "MODEL_TYPE XGBOOST OBJECTIVE 'binary:logistic' HYPERPARAMETERS DEFAULT "
                       "EXCEPT (num_round '10')"),
                   FT_TRAINER);
  fake.now.model[0].record.created_us = 0;
  assert_string_equal(
      shown("SHOW MODEL killed"),
      "Model Name|killed\n"
      "Schema Name|main\n"
      "Owner|ada\n"
      "Creation Time|Thu, 01.01.1970 00:00:00\n"
      "Model State|FAILED\n"
      "Failure Reason|the trainer was killed by signal 9 (Killed); it may have been out of memory\n"
      "Training Job Status|Failed\n"
      "|\n"
      "TRAINING DATA:|\n"
      "Query|SELECT *\n"
      "|FROM \"CUSTOMERS\"\n"
      "Target Column|CHURN\n"
      "|\n"
      "PARAMETERS:|\n"
      "Model Type|xgboost\n"
      "Max Runtime|5400\n"
      "|\n"
      "HYPERPARAMETERS:|\n"
      "objective|binary:logistic\n"
      "num_round|10\n"
      "|\n"
      "FORETELL:|\n"
      "Version|1\n");
}

static void a_damaged_model_is_still_shown(void **state) {
  (void)state;
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  fake.now.model[0].artifact[200] ^= 1;
  assert_non_null(strstr(shown("SHOW MODEL churn"), "\nDamaged|the stored model cannot be read: "));
  assert_non_null(strstr(shown("SHOW MODEL churn"), "\nFunction Name|predict_churn\n"));
  assert_null(strstr(shown("SHOW MODEL churn"), "Function Parameters"));
}

static void another_models_artifact_is_damage(void **state) {
  (void)state;
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  fake.now.model[0].text[6][0] ^= 1;
  assert_non_null(strstr(shown("SHOW MODEL churn"),
                         "\nDamaged|the stored model cannot be read: it is another model than "
                         "the catalogue says\n"));
}

static void a_damaged_catalogue_is_still_shown(void **state) {
  (void)state;
  static const char *const manifests[] = {
    "{",
    "[]",
    "{\"metrics\":7,\"rows\":[],\"warnings\":{\"a\":1},\"seed\":\"x\",\"problem\":[]}",
    "{\"metrics\":[1,null,{\"name\":7},{\"name\":\"a\",\"value\":\"b\",\"main\":true}]}",
    "{\"trials\":{\"weight\":1},\"predict_ns\":1e-300,\"ended\":[]}",
    "{\"trials\":[7,{\"weight\":1},{\"weight\":\"x\",\"name\":\"a\"},{\"weight\":-1,\"name\":\"b\"}]}",
    "{\"metrics\":[{\"main\":true,\"low\":-1e308,\"high\":1e308}],\"predict_ns\":1e300}",
    "{\"metrics\":[{\"main\":true,\"low\":1,\"high\":-1},7]}",
    "{\"features_left_out\":[[],{\"name\":\"a\"}],\"warnings\":[1],\"rows\":{\"read\":-1e300}}",
  };
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
    strcpy(fake.now.model[0].text[5], manifests[i]);
    assert_non_null(strstr(shown("SHOW MODEL churn"), "Model Name|churn\n"));
  }
  strcpy(fake.now.model[0].text[4], "SELECT 1");
  assert_non_null(strstr(shown("SHOW MODEL churn"), "Model Name|churn\n"));
}

static void a_failed_replacement_shows_beside_the_working_version(void **state) {
  (void)state;
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  strcpy(fake.now.model[0].text[7], "cancelled");
  assert_non_null(strstr(shown("SHOW MODEL churn"), "\nModel State|READY\n"));
  assert_non_null(strstr(shown("SHOW MODEL churn"), "\nLast Failure|cancelled\n"));
}

static void all_models_are_listed(void **state) {
  (void)state;
  assert_int_equal(run("SHOW MODEL ALL"), FT_OK);
  assert_int_equal(grid.rows, 0);
  assert_string_equal(grid.name[0], "Schema Name");
  assert_string_equal(grid.name[1], "Model Name");
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION f");
  make("CREATE MODEL sales.churn FROM customers TARGET churn FUNCTION f");
  assert_string_equal(shown("SHOW MODEL ALL"), "main|churn\nsales|churn\n");
}

static void every_failing_allocation_is_an_error(void **state) {
  (void)state;
  make("CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  struct ft_statement statement;
  struct ft_error err;
  const char *tag = NULL;
  assert_int_equal(ft_statement_parse(&statement, &arena, FT_SPAN("SHOW MODEL churn"), &err),
                   FT_OK);
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK && allowed < 10000; allowed++) {
    ft_arena_allow(allowed);
    status = ft_command_run(&grid, &tag, &arena, &fake.host, &statement, &err);
    ft_arena_allow(SIZE_MAX);
    if (status != FT_OK) assert_int_equal(status, FT_NOMEM);
  }
  assert_int_equal(status, FT_OK);
}

static void expect_lines(const char *query, const char *lines) {
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 16);
  ft_query_lines_write(&out, ft_span_of(query));
  ft_buffer_u8(&out, 0);
  assert_string_equal((const char *)out.data, lines);
  ft_buffer_release(&out);
}

static void queries_are_shown_a_clause_a_line(void **state) {
  (void)state;
  expect_lines("select a , b+1 -- why\n from t\n  where x = 'From  here' and \"Select\" > 1",
               "SELECT A , B+1\nFROM T\nWHERE X = 'From  here' AND \"Select\" > 1");
  expect_lines("SELECT extract(year from d), (select max(x) from u) FROM t GROUP BY 1 ORDER BY 2 "
               "LIMIT 3",
               "SELECT EXTRACT(YEAR FROM D), (SELECT MAX(X) FROM U)\nFROM T\nGROUP BY 1\n"
               "ORDER BY 2\nLIMIT 3");
  expect_lines("SELECT 1 UNION ALL SELECT a IS DISTINCT FROM b, t.limit FROM t",
               "SELECT 1\nUNION ALL\nSELECT A IS DISTINCT FROM B, T.LIMIT\nFROM T");
  expect_lines("SELECT 'a\nb' /* no */ FROM t", "SELECT 'a b'\nFROM T");
  expect_lines("", "");
  expect_lines("SELECT 'unclosed", "SELECT 'unclosed");
  expect_lines("SELECT )) FROM", "SELECT ))\nFROM");
}

int main(int arguments, char **argument) {
  fake_trainer_main(arguments, argument, fake_model_modes, FAKE_MODEL_MODES);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(a_ready_model_shows_everything_in_order),
    TEST(a_failed_model_shows_its_reason),
    TEST(a_damaged_model_is_still_shown),
    TEST(another_models_artifact_is_damage),
    TEST(a_damaged_catalogue_is_still_shown),
    TEST(a_failed_replacement_shows_beside_the_working_version),
    TEST(all_models_are_listed),
    TEST(every_failing_allocation_is_an_error),
    TEST(queries_are_shown_a_clause_a_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
