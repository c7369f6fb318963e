/* CREATE, DROP and GRANT against a host in memory and a trainer that gives a small sound model, or
 * one that is wrong. */
#include "foretell/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "fake_model.h"

static struct fake_host fake;
static struct ft_arena arena;
static struct ft_error err;
static struct ft_grid grid;
static const char *tag;

static int set_up(void **state) {
  (void)state;
  fake_host_init(&fake);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  memset(&err, 0, sizeof(err));
  tag = "untouched";
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

static enum ft_status run(const char *text) {
  struct ft_statement statement;
  enum ft_status status = ft_statement_parse(&statement, &arena, ft_span_of(text), &err);
  if (status != FT_OK) return status;
  return ft_command_run(&grid, &tag, &arena, &fake.host, &statement, &err);
}

static void expect_ok(const char *text) {
  if (run(text) != FT_OK) fail_msg("%s: %s", text, err.message);
}

/* Fails with this, `at` this word of the text (NULL: no place), and writes nothing. */
static void expect_refusal(const char *text, enum ft_status status, const char *at,
                           const char *message, const char *hint) {
  fake.log[0] = '\0';
  assert_int_equal(run(text), status);
  assert_string_equal(err.message, message);
  assert_string_equal(err.hint, hint);
  assert_int_equal(err.position, at ? (size_t)(strstr(text, at) - text) + 1 : 0);
  assert_string_equal(fake.log, "");
  assert_string_equal(tag, "untouched");
}

#define CREATE "CREATE MODEL churn FROM customers TARGET churn FUNCTION predict_churn"

static void a_model_and_its_functions_are_stored_in_one_transaction(void **state) {
  (void)state;
  expect_ok(CREATE);
  assert_string_equal(tag, "CREATE MODEL");
  assert_string_equal(fake.log, "begin put(READY) make_functions(predict_churn: BOOLEAN) commit ");
  const struct ft_model_record *record = &fake.now.model[0].record;
  assert_string_equal(record->schema, "main");
  assert_string_equal(record->name, "churn");
  assert_string_equal(record->owner, "ada");
  assert_string_equal(record->statement, CREATE);
  assert_string_equal(record->function, "predict_churn");
  assert_int_equal(strlen(record->model_sha256), 64);
  assert_int_equal(record->version, 1);
  assert_int_equal(record->artifact_bytes, fake.now.model[0].artifact_bytes);
  assert_true(record->created_us > 0);
}

static void a_failing_write_undoes_them_all(void **state) {
  (void)state;
  static const char *const calls[] = { "put", "make_functions", "commit" };
  for (size_t i = 0; i < 3; i++) {
    fake_host_init(&fake);
    fake.fail_at = calls[i];
    assert_int_equal(run(CREATE), FT_IO);
    assert_int_equal(fake.now.functions, 0);
    assert_false(fake.own);
    for (size_t j = 0; j < fake.now.models; j++)
      assert_int_equal(fake.now.model[j].record.state, FT_MODEL_FAILED);
  }
}

static void in_the_users_transaction_nothing_is_begun_or_ended(void **state) {
  (void)state;
  fake.users = true;
  expect_ok(CREATE);
  assert_string_equal(fake.log, "put(READY) make_functions(predict_churn: BOOLEAN) ");
  fake.log[0] = '\0';
  assert_int_equal(run("CREATE MODEL killed FROM customers TARGET churn FUNCTION f"), FT_TRAINER);
  assert_string_equal(fake.log, "");
  expect_ok("DROP MODEL churn");
  assert_string_equal(fake.log, "drop_functions(predict_churn) drop(churn) ");
}

static const char summary[] =
    "model \"churn\" is ready: f1_binary 0.875, on other rows 0.801 to 0.933 (95 % sure), without "
    "a model 0.4\n"
    "it is better than always answering \"t\"\n"
    "2 warnings above; SHOW MODEL has them too\n"
    "functions: predict_churn(state, \"Minutes\", calls); predict_churn_probability(…, 't') for the "
    "probability of a class; predict_churn_prob(…) for those of all classes\n"
    "try: SELECT predict_churn(t), predict_churn_probability(t, 't') FROM customers t LIMIT 5;  "
    "SHOW MODEL churn;\n";

/* What was said, without the summaries of finished models. */
static const char *other_notices(void) {
  static char rest[FAKE_TEXT];
  const char *from = fake.notices, *found;
  rest[0] = '\0';
  while ((found = strstr(from, summary))) {
    snprintf(rest + strlen(rest), sizeof(rest) - strlen(rest), "%.*s", (int)(found - from), from);
    from = found + strlen(summary);
  }
  snprintf(rest + strlen(rest), sizeof(rest) - strlen(rest), "%s", from);
  return rest;
}

static void an_existing_model_is_kept_or_replaced_as_asked(void **state) {
  (void)state;
  expect_ok(CREATE);
  tag = "untouched";
  expect_refusal(CREATE, FT_DUPLICATE_OBJECT, "churn", "model \"churn\" already exists",
                 "Use CREATE OR REPLACE MODEL, or DROP MODEL first.");
  expect_ok("CREATE MODEL IF NOT EXISTS churn FROM customers TARGET churn FUNCTION g");
  assert_non_null(strstr(fake.notices, summary));
  assert_string_equal(other_notices(), "model \"churn\" already exists, nothing was done\n");
  assert_string_equal(fake.log, "");
  expect_ok("CREATE OR REPLACE MODEL churn FROM customers TARGET churn FUNCTION g");
  assert_string_equal(
      fake.log,
      "begin drop_functions(predict_churn) put(READY) make_functions(g: BOOLEAN) commit ");
  assert_int_equal(fake.now.model[0].record.version, 2);
  assert_int_equal(fake.now.functions, 2);
}

static void another_models_function_is_not_taken(void **state) {
  (void)state;
  expect_ok(CREATE);
  tag = "untouched";
  expect_refusal("CREATE MODEL m FROM customers TARGET churn FUNCTION predict_churn",
                 FT_DUPLICATE_FUNCTION, "predict_churn",
                 "function \"predict_churn\" already exists",
                 "Choose another name after FUNCTION.");
  strcpy(fake.now.function[1].name, "f_probabilities");
  expect_refusal("CREATE MODEL m FROM customers TARGET churn FUNCTION f", FT_DUPLICATE_FUNCTION,
                 "f", "function \"f_probabilities\" already exists",
                 "Choose another name after FUNCTION.");
}

static void bad_statements_leave_nothing(void **state) {
  (void)state;
  expect_refusal("CREATE MODEL nowhere.m FROM customers TARGET churn FUNCTION f",
                 FT_UNDEFINED_SCHEMA, "nowhere", "schema \"nowhere\" does not exist", "");
  expect_refusal("CREATE MODEL m FROM clients TARGET churn FUNCTION f", FT_UNDEFINED_TABLE,
                 "clients", "table \"clients\" does not exist", "");
  expect_refusal("CREATE MODEL m FROM customers TARGET chrn FUNCTION f", FT_UNDEFINED_COLUMN,
                 "chrn", "TARGET \"chrn\" is not a column of the query",
                 "Did you mean \"churn\"? The columns are state, Minutes, calls, churn.");
  expect_refusal("CREATE MODEL m FROM customers TARGET profit FUNCTION f", FT_UNDEFINED_COLUMN,
                 "profit", "TARGET \"profit\" is not a column of the query",
                 "The columns are state, Minutes, calls, churn.");
  expect_refusal("CREATE MODEL m FROM (SELECT wrong) TARGET churn FUNCTION f", FT_UNDEFINED_COLUMN,
                 "wrong", "the engine does not know this column", "");
  expect_refusal("CREATE MODEL m FROM (SELECT one) TARGET churn FUNCTION f", FT_DATA, "SELECT",
                 "the query has 1 column, and a model needs two or more",
                 "Select the TARGET and at least one column to predict it from.");
  expect_refusal("CREATE MODEL m FROM (SELECT twice) TARGET churn FUNCTION f", FT_DUPLICATE_COLUMN,
                 "SELECT", "the query has two columns named \"STATE\"",
                 "Give one of them another name with AS, or leave it out.");
  expect_refusal("CREATE MODEL m FROM (SELECT tags) TARGET churn FUNCTION f", FT_WRONG_TYPE,
                 "SELECT", "column \"tags\" has type INTEGER[], which a model cannot learn from",
                 "Cast it to a number or to text in the query, or leave it out.");
  expect_refusal("CREATE MODEL m FROM (SELECT day) TARGET Day FUNCTION f", FT_WRONG_TYPE, "Day",
                 "TARGET \"day\" is a date or time (DATE), which cannot be predicted",
                 "Predict a number instead, computed in the query: the days from a fixed date, "
                 "the hour, the year.");
  expect_refusal("CREATE MODEL m FROM customers TARGET churn FUNCTION "
                 "f23456789a123456789b123456789c123456789d123456789e",
                 FT_NAME_TOO_LONG, "f2345", "the function's name has 50 bytes, and may have 49",
                 "Give it a shorter name; a letter outside of a to z counts two bytes or more.");
  expect_refusal("CREATE MODEL "
                 "m23456789a123456789b123456789c123456789d123456789e123456789f1234 "
                 "FROM customers TARGET churn FUNCTION f",
                 FT_NAME_TOO_LONG, "m2345", "the model's name has 64 bytes, and may have 63",
                 "Give it a shorter name; a letter outside of a to z counts two bytes or more.");
  expect_refusal("CREATE MODEL m FROM customers TARGET churn FUNCTION sales.f", FT_INVALID, "sales",
                 "the function must be in the model's schema, \"main\"",
                 "Leave the schema out after FUNCTION.");
}

static enum ft_status refuse_writes(void *self, struct ft_error *error) {
  (void)self;
  return ft_fail(error, FT_READ_ONLY, "the database is open read-only");
}

static void a_read_only_database_is_told_before_training(void **state) {
  (void)state;
  fake.host.check_writable = refuse_writes;
  expect_refusal(CREATE, FT_READ_ONLY, NULL, "the database is open read-only", "");
  assert_false(fake.streamed);
}

static enum ft_status refuse_replace(void *self, const struct ft_model_record *old,
                                     const char *function, const struct ft_field *field,
                                     size_t fields, size_t target, struct ft_error *error) {
  (void)self;
  assert_string_equal(old->function, "predict_churn");
  assert_string_equal(function, "g");
  assert_int_equal(fields, 4);
  assert_string_equal(field[target].name, "churn");
  return ft_fail(error, FT_DEPENDENT, "a view uses it");
}

static void what_depends_on_a_model_is_told_before_training(void **state) {
  (void)state;
  fake.host.check_replace = refuse_replace;
  expect_ok(CREATE); /* nothing is replaced */
  fake.streamed = false;
  tag = "untouched";
  expect_refusal("CREATE OR REPLACE MODEL churn FROM customers TARGET churn FUNCTION g",
                 FT_DEPENDENT, NULL, "a view uses it", "");
  assert_false(fake.streamed);
}

static void what_is_not_there_yet_says_so(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } later[] = {
    { "CREATE MODEL m FROM customers FUNCTION f AUTO OFF MODEL_TYPE KMEANS PREPROCESSORS 'none' "
      "HYPERPARAMETERS DEFAULT EXCEPT (K '7')",
      "KMEANS models are not supported yet" },
    { "CREATE MODEL m FROM customers TARGET calls AUTO ON MODEL_TYPE FORECAST "
      "SETTINGS (HORIZON 5, FREQUENCY 'D')",
      "FORECAST models are not supported yet" },
    { "CREATE EXTERNAL MODEL m FUNCTION f IAM_ROLE default MODEL_TYPE BEDROCK "
      "SETTINGS (MODEL_ID 'x')",
      "external models (MODEL_TYPE BEDROCK) are not supported yet" },
  };
  for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
    assert_int_equal(run(later[i].text), FT_UNSUPPORTED);
    assert_string_equal(err.message, later[i].message);
    assert_true(err.hint[0]);
    assert_string_equal(fake.log, "");
  }
}

#define PREPARED(list)      CREATE " MODEL_TYPE MLP PREPROCESSORS '" list "'"
#define SET(columns, steps) "{\"ColumnSet\": [" columns "], \"Transformers\": [" steps "]}"

static void preprocessors_are_checked_strictly(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum ft_status status;
    const char *message;
  } wrong[] = {
    { PREPARED("[{}]"), FT_INVALID,
      "PREPROCESSORS: each item has a list \"ColumnSet\" and a list \"Transformers\"" },
    { PREPARED("[[]]"), FT_INVALID,
      "PREPROCESSORS: each item has a list \"ColumnSet\" and a list \"Transformers\"" },
    { PREPARED("[" SET("", "\"Imputer\"") "]"), FT_INVALID,
      "PREPROCESSORS: each item has a list \"ColumnSet\" and a list \"Transformers\"" },
    { PREPARED("[{\"ColumnSet\": [\"calls\"], \"Transformers\": [\"PCA\"], \"k\": 1}]"), FT_INVALID,
      "PREPROCESSORS: each item has a list \"ColumnSet\" and a list \"Transformers\"" },
    { PREPARED("scale everything"), FT_INVALID, "PREPROCESSORS: it is not a list in JSON" },
    { PREPARED("{}"), FT_INVALID, "PREPROCESSORS: it is not a list in JSON" },
    { PREPARED("[" SET("\"calls\"", "1") "]"), FT_INVALID,
      "PREPROCESSORS: \"Transformers\" has other than texts" },
    { PREPARED("[" SET("null", "\"Imputer\"") "]"), FT_INVALID,
      "PREPROCESSORS: \"ColumnSet\" has other than texts" },
    { PREPARED("[" SET("\"calls\"", "\"OneHotEncode\"") "]"), FT_INVALID,
      "transformer \"OneHotEncode\" is not known" },
    { PREPARED("[" SET("\"calls\"", "\"PCA\"") "]"), FT_UNSUPPORTED,
      "transformer \"PCA\" is not supported" },
    { PREPARED("[" SET("\"coals\"", "\"Imputer\"") "]"), FT_UNDEFINED_COLUMN,
      "PREPROCESSORS: \"coals\" is not a column of the query" },
    { PREPARED("[" SET("\"churn\"", "\"Imputer\"") "]"), FT_INVALID,
      "PREPROCESSORS: \"churn\" is the TARGET" },
  };
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    assert_int_equal(run(wrong[i].text), wrong[i].status);
    assert_string_equal(err.message, wrong[i].message);
    assert_int_equal(err.position, strstr(wrong[i].text, "'") - wrong[i].text + 1);
    assert_string_equal(fake.log, "");
  }
  assert_string_equal(other_notices(), "");
}

static void preprocessors_that_change_nothing_are_taken(void **state) {
  (void)state;
  expect_ok(PREPARED(" None "));
  assert_string_equal(other_notices(), "");
  fake_host_init(&fake);
  expect_ok(PREPARED("[" SET("\"state\", \"CALLS\"",
                             "\"OneHotEncoder\", \"Imputer\"") "," SET("\"*\"", "\"minmax\"") "]"));
  assert_string_equal(other_notices(),
                      "column \"calls\" stays a number in spite of OneHotEncoder; cast it to text "
                      "in the query to make a category of it\n"
                      "PREPROCESSORS change nothing: every column is prepared by its type\n");
}

static void what_means_nothing_here_is_said_once(void **state) {
  (void)state;
  expect_ok(CREATE
            " IAM_ROLE default SETTINGS (S3_BUCKET 'b', S3_GARBAGE_COLLECT OFF, TAGS 'a=b')");
  const char *said = strstr(fake.notices, "no effect outside AWS: IAM_ROLE, S3_BUCKET, ");
  assert_non_null(said);
  assert_null(strstr(said + 20, "AWS"));
  fake.notices[0] = '\0';
  expect_ok("CREATE OR REPLACE MODEL churn FROM customers TARGET churn FUNCTION predict_churn");
  assert_string_equal(other_notices(), "");
}

static void a_failed_attempt_is_kept_with_its_reason(void **state) {
  (void)state;
  const char *reason =
      "the trainer was killed by signal 9 (Killed); it may have been out of memory";
  assert_int_equal(run("CREATE MODEL killed FROM customers TARGET churn FUNCTION f"), FT_TRAINER);
  assert_string_equal(err.message, reason);
  assert_string_equal(fake.log, "begin put(FAILED) commit ");
  assert_string_equal(fake.now.model[0].record.reason, reason);
  assert_int_equal(fake.now.functions, 0);
}

/* A first attempt fails; what is typed again then works. */
static void expect_second_attempt(const char *first, const char *again) {
  fake_host_init(&fake);
  fake.host.trainer_path = "/nowhere";
  assert_int_equal(run(first), FT_TRAINER);
  assert_int_equal(run(first), FT_TRAINER);
  assert_int_equal(fake.now.model[0].record.state, FT_MODEL_FAILED);
  fake.host.trainer_path = fake_trainer_path();
  expect_ok(again);
  assert_int_equal(fake.now.models, 1);
  assert_int_equal(fake.now.model[0].record.state, FT_MODEL_READY);
  assert_int_equal(fake.now.model[0].record.version, 3);
  assert_string_equal(fake.now.model[0].record.reason, "");
  assert_int_equal(fake.now.functions, 2);
  assert_string_equal(other_notices(), "");
}

static void a_failed_attempt_does_not_block_the_same_statement(void **state) {
  (void)state;
  expect_second_attempt(CREATE, CREATE);
  expect_second_attempt(CREATE, "CREATE MODEL IF NOT EXISTS churn FROM customers TARGET churn "
                                "FUNCTION predict_churn");
  assert_int_equal(run(CREATE), FT_DUPLICATE_OBJECT);
  fake_host_init(&fake);
  fake.host.trainer_path = "/nowhere";
  assert_int_equal(run(CREATE), FT_TRAINER);
  expect_ok("SHOW MODEL churn");
  expect_ok("DROP MODEL churn");
  assert_int_equal(fake.now.models, 0);
}

static void bad_rows_leave_nothing(void **state) {
  (void)state;
  assert_int_equal(run("CREATE MODEL early_failure FROM customers TARGET churn FUNCTION f"),
                   FT_DATA);
  assert_string_equal(fake.log, "");
  fake.fail_at = "stream";
  assert_int_equal(run(CREATE), FT_CONVERSION);
  assert_string_equal(err.message, "could not convert \"x\" to INTEGER");
  assert_string_equal(fake.log, "");
}

static void a_cancelled_attempt_says_so(void **state) {
  (void)state;
  fake.cancel = true;
  assert_int_equal(run("CREATE MODEL late FROM customers TARGET churn FUNCTION f"), FT_CANCELLED);
  assert_string_equal(fake.now.model[0].record.reason, "cancelled");
  assert_int_equal(fake.now.model[0].record.state, FT_MODEL_FAILED);
}

static void an_unsound_model_is_never_stored(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } unsound[] = {
    { "CREATE MODEL ok FROM customers TARGET churn FUNCTION f", NULL },
    { "CREATE MODEL flipped FROM customers TARGET churn FUNCTION f", NULL },
    { "CREATE MODEL renamed FROM customers TARGET churn FUNCTION f",
      "the trainer's model is not sound: the model's column \"other\" is not the query's "
      "\"state\"" },
    { "CREATE MODEL no_manifest FROM customers TARGET churn FUNCTION f",
      "the trainer's model is not sound: the manifest is not a JSON object" },
    { "CREATE MODEL churn FROM customers TARGET churn FUNCTION f PROBLEM_TYPE REGRESSION",
      "the trainer's model is not sound: the model does BinaryClassification where Regression "
      "was asked" },
  };
  for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
    fake_host_init(&fake);
    assert_int_equal(run(unsound[i].text), FT_TRAINER);
    if (unsound[i].message) assert_string_equal(err.message, unsound[i].message);
    assert_string_equal(fake.log, "begin put(FAILED) commit ");
    assert_int_equal(fake.now.functions, 0);
  }
}

static void a_failed_replacement_leaves_the_model_that_works(void **state) {
  (void)state;
  expect_ok("CREATE MODEL killed2 FROM customers TARGET churn FUNCTION f");
  char hash[65];
  strcpy(hash, fake.now.model[0].record.model_sha256);
  fake.host.trainer_path = "/nowhere";
  assert_int_equal(run("CREATE OR REPLACE MODEL killed2 FROM customers TARGET churn FUNCTION g"),
                   FT_TRAINER);
  assert_int_equal(fake.now.model[0].record.state, FT_MODEL_READY);
  assert_string_equal(fake.now.model[0].record.model_sha256, hash);
  assert_string_equal(fake.now.function[0].name, "f");
  assert_non_null(strstr(fake.now.model[0].record.reason, "/nowhere"));
}

static enum ft_model_state others_state;

/* Another session makes the model, or fails to, while this one's rows are on their way. */
static enum ft_status stream_beside(void *self, struct ft_span query, const struct ft_field *field,
                                    size_t fields, const struct ft_sink *sink,
                                    struct ft_error *error) {
  struct ft_model_record other = { "main", "churn", "bob",        "g", "", "",
                                   "",     "",      others_state, 1,   1,  0 };
  if (fake_put(self, &other, (struct ft_span){ NULL, 0 }, error) != FT_OK) return error->status;
  fake.log[0] = '\0';
  return fake_stream(self, query, field, fields, sink, error);
}

static void a_model_made_meanwhile_is_not_overwritten(void **state) {
  (void)state;
  fake.host.stream = stream_beside;
  others_state = FT_MODEL_READY;
  assert_int_equal(run(CREATE), FT_DUPLICATE_OBJECT);
  assert_string_equal(err.message, "model \"churn\" was made by another session meanwhile");
  assert_string_equal(fake.log, "begin rollback ");
  assert_string_equal(fake.now.model[0].record.owner, "bob");
  fake_host_init(&fake);
  fake.host.stream = stream_beside;
  others_state = FT_MODEL_FAILED;
  expect_ok(CREATE);
  assert_string_equal(fake.now.model[0].record.owner, "ada");
}

static void every_failing_allocation_leaves_no_half_model(void **state) {
  (void)state;
  struct ft_statement statement;
  assert_int_equal(ft_statement_parse(&statement, &arena, FT_SPAN(CREATE), &err), FT_OK);
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK && allowed < 1000; allowed++) {
    fake_host_init(&fake);
    ft_arena_allow(allowed);
    status = ft_command_run(&grid, &tag, &arena, &fake.host, &statement, &err);
    ft_arena_allow(SIZE_MAX);
    if (status == FT_OK) break;
    assert_int_equal(status, FT_NOMEM);
    assert_int_equal(fake.now.functions, 0);
    for (size_t i = 0; i < fake.now.models; i++)
      assert_int_equal(fake.now.model[i].record.state, FT_MODEL_FAILED);
  }
  assert_int_equal(status, FT_OK);
  assert_int_equal(fake.now.functions, 2);
}

static void drop_takes_functions_and_model_together(void **state) {
  (void)state;
  expect_ok(CREATE);
  fake.log[0] = '\0';
  fake.fail_at = "drop";
  assert_int_equal(run("DROP MODEL churn"), FT_IO);
  assert_string_equal(fake.log, "begin drop_functions(predict_churn) drop(churn) rollback ");
  assert_int_equal(fake.now.functions, 2);
  fake.fail_at = NULL;
  expect_ok("DROP MODEL churn");
  assert_string_equal(tag, "DROP MODEL");
  assert_int_equal(fake.now.models, 0);
  assert_int_equal(fake.now.functions, 0);
}

static void a_model_that_is_not_there_is_named(void **state) {
  (void)state;
  expect_ok(CREATE);
  tag = "untouched";
  expect_refusal("DROP MODEL chrun", FT_UNDEFINED_OBJECT, "chrun", "model \"chrun\" does not exist",
                 "Did you mean \"churn\"?");
  expect_refusal("SHOW MODEL sales.churn", FT_UNDEFINED_OBJECT, "sales",
                 "model \"churn\" does not exist", "SHOW MODEL ALL lists the models.");
  expect_refusal("GRANT EXECUTE ON MODEL churn, lorries TO PUBLIC", FT_UNDEFINED_OBJECT, "lorries",
                 "model \"lorries\" does not exist", "SHOW MODEL ALL lists the models.");
  expect_ok("DROP MODEL IF EXISTS lorries");
  expect_ok("DROP MODEL IF EXISTS nowhere.lorries");
  assert_non_null(strstr(fake.notices, "model \"lorries\" does not exist, nothing was dropped\n"));
}

static void grants_are_accepted_and_said_to_do_nothing(void **state) {
  (void)state;
  expect_ok(CREATE);
  fake.notices[0] = '\0';
  expect_ok("GRANT EXECUTE ON MODEL churn TO PUBLIC");
  assert_string_equal(tag, "GRANT");
  expect_ok("REVOKE CREATE MODEL FROM GROUP analysts");
  assert_string_equal(tag, "REVOKE");
  assert_string_equal(fake.notices, "GRANT has no effect: an embedded database has one user\n"
                                    "REVOKE has no effect: an embedded database has one user\n");
}

int main(int arguments, char **argument) {
  fake_trainer_main(arguments, argument, fake_model_modes, FAKE_MODEL_MODES);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(a_model_and_its_functions_are_stored_in_one_transaction),
    TEST(a_failing_write_undoes_them_all),
    TEST(in_the_users_transaction_nothing_is_begun_or_ended),
    TEST(an_existing_model_is_kept_or_replaced_as_asked),
    TEST(another_models_function_is_not_taken),
    TEST(bad_statements_leave_nothing),
    TEST(a_read_only_database_is_told_before_training),
    TEST(what_depends_on_a_model_is_told_before_training),
    TEST(what_is_not_there_yet_says_so),
    TEST(preprocessors_are_checked_strictly),
    TEST(preprocessors_that_change_nothing_are_taken),
    TEST(what_means_nothing_here_is_said_once),
    TEST(a_failed_attempt_is_kept_with_its_reason),
    TEST(a_failed_attempt_does_not_block_the_same_statement),
    TEST(bad_rows_leave_nothing),
    TEST(a_cancelled_attempt_says_so),
    TEST(an_unsound_model_is_never_stored),
    TEST(a_failed_replacement_leaves_the_model_that_works),
    TEST(a_model_made_meanwhile_is_not_overwritten),
    TEST(every_failing_allocation_leaves_no_half_model),
    TEST(drop_takes_functions_and_model_together),
    TEST(a_model_that_is_not_there_is_named),
    TEST(grants_are_accepted_and_said_to_do_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
