#include "foretell/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ft_field churn_field[] = {
  { .name = "state", .type = FT_TEXT },
  { .name = "day \"mins\"\n€😀", .type = FT_FLOAT64 },
  { .name = "charge", .type = FT_DECIMAL, .precision = 38, .scale = 38 },
  { .name = "churn", .type = FT_BOOL },
};
static const struct ft_hyperparameter churn_parameter[] = {
  { "num_round", "100" },
  { "eta", "0.1" },
};

static const struct ft_job_label churn_label[] = { { "stays" }, { "leaves, \"soon\"" } };

static struct ft_job churn_job(void) {
  return (struct ft_job){
    .model = "customer_churn",
    .fields = 4,
    .field = churn_field,
    .target = 3,
    .model_type = FT_MODEL_TYPE_XGBOOST,
    .problem = FT_BINARY,
    .objective = "binary:logistic",
    .hyperparameters = 2,
    .hyperparameter = churn_parameter,
    .max_cells = UINT64_MAX,
    .max_runtime_s = UINT32_MAX,
    .max_trials = 7,
    .positive = "churned",
    .missing = "-999",
    .labels = 2,
    .label = churn_label,
    .predict_ns = 250,
    .seed = UINT64_C(0x8000000000000001),
    .threads = 2,
  };
}

static void assert_same_job(const struct ft_job *a, const struct ft_job *b) {
  assert_string_equal(a->model, b->model);
  assert_int_equal(a->fields, b->fields);
  for (uint32_t i = 0; i < a->fields; i++) {
    assert_string_equal(a->field[i].name, b->field[i].name);
    assert_int_equal(a->field[i].type, b->field[i].type);
    assert_int_equal(a->field[i].precision, b->field[i].precision);
    assert_int_equal(a->field[i].scale, b->field[i].scale);
  }
  assert_int_equal(a->target, b->target);
  assert_int_equal(a->automatic, b->automatic);
  assert_int_equal(a->model_type, b->model_type);
  assert_int_equal(a->problem, b->problem);
  assert_int_equal(a->hyperparameters, b->hyperparameters);
  for (uint32_t i = 0; i < a->hyperparameters; i++) {
    assert_string_equal(a->hyperparameter[i].name, b->hyperparameter[i].name);
    assert_string_equal(a->hyperparameter[i].value, b->hyperparameter[i].value);
  }
  assert_true(a->max_cells == b->max_cells && a->seed == b->seed);
  assert_int_equal(a->max_runtime_s, b->max_runtime_s);
  assert_int_equal(a->max_trials, b->max_trials);
  assert_true(!a->positive == !b->positive);
  assert_true(!a->missing == !b->missing);
  if (a->missing) assert_string_equal(a->missing, b->missing);
  assert_int_equal(a->labels, b->labels);
  for (uint32_t i = 0; i < a->labels; i++)
    assert_string_equal(a->label[i].text, b->label[i].text);
  if (a->positive) assert_string_equal(a->positive, b->positive);
  assert_int_equal(a->predict_ns, b->predict_ns);
  assert_int_equal(a->threads, b->threads);
}

/* Written, read, compared; the caller releases the arena. */
static struct ft_job round_trip(const struct ft_job *job, struct ft_arena *arena) {
  struct ft_buffer json;
  struct ft_job read;
  struct ft_error err;
  ft_buffer_init(&json, 1 << 24);
  assert_int_equal(ft_job_write(&json, job, &err), FT_OK);
  assert_int_equal(ft_job_read(&read, arena, ft_buffer_view(&json), &err), FT_OK);
  ft_buffer_release(&json); /* nothing read may point into the text */
  assert_same_job(job, &read);
  return read;
}

static void a_job_reads_back_as_written(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_job job = churn_job();
  ft_arena_init(&arena, 1 << 24);
  assert_string_equal(round_trip(&job, &arena).objective, "binary:logistic");
  ft_arena_release(&arena);
}

static void a_job_of_defaults_reads_back(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_job job = { .model = "", .fields = 4, .field = churn_field, .automatic = true };
  ft_arena_init(&arena, 1 << 24);
  assert_null(round_trip(&job, &arena).objective);
  ft_arena_release(&arena);
}

static void a_job_of_every_type_word_and_problem_reads_back(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_job job = churn_job();
  struct ft_field field[FT_TYPE_COUNT - 1] = { { NULL, FT_TYPE_NONE, 0, 0 } };
  for (int i = 0; i < FT_TYPE_COUNT - 1; i++)
    field[i] = (struct ft_field){ "c", (enum ft_type)(i + 1), i + 1 == FT_DECIMAL, 0 };
  job.field = field;
  job.fields = FT_TYPE_COUNT - 1;
  ft_arena_init(&arena, 1 << 24);
  for (int i = 0; i < FT_PROBLEM_COUNT; i++) {
    job.problem = (enum ft_problem)i;
    for (int j = FT_MODEL_TYPE_AUTO; j <= FT_MODEL_TYPE_FORECAST; j++) {
      job.model_type = (enum ft_model_type)j;
      round_trip(&job, &arena);
    }
  }
  ft_arena_release(&arena);
}

static void the_widest_job_reads_back(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_buffer json;
  struct ft_field *field = calloc(FT_MODEL_MAX_FIELDS + 2, sizeof *field);
  assert_non_null(field);
  for (size_t i = 0; i < FT_MODEL_MAX_FIELDS + 2; i++)
    field[i] = (struct ft_field){ .name = "column", .type = FT_INT64 };
  struct ft_job job = churn_job();
  job.field = field;
  job.fields = FT_MODEL_MAX_FIELDS + 1;
  job.target = FT_MODEL_MAX_FIELDS;
  ft_arena_init(&arena, 1 << 24);
  ft_buffer_init(&json, 1 << 24);
  round_trip(&job, &arena);
  job.fields++;
  assert_int_equal(ft_job_write(&json, &job, &err), FT_INVALID);
  assert_int_equal(json.size, 0);
  ft_buffer_release(&json);
  ft_arena_release(&arena);
  free(field);
}

static void assert_not_written(const struct ft_job *job) {
  struct ft_buffer json;
  struct ft_error err;
  ft_buffer_init(&json, 1 << 20);
  assert_int_equal(ft_job_write(&json, job, &err), FT_INVALID);
  assert_int_equal(json.size, 0);
  ft_buffer_release(&json);
}

static void a_job_that_could_not_be_read_is_not_written(void **state) {
  (void)state;
  struct ft_field field = { .name = "caf\xe9", .type = FT_TEXT };
  struct ft_job job = churn_job();
  job.target = 4;
  assert_not_written(&job);
  job = churn_job();
  job.model = NULL;
  assert_not_written(&job);
  job = churn_job();
  job.problem = FT_PROBLEM_COUNT;
  assert_not_written(&job);
  job = churn_job();
  job.hyperparameters = 257;
  assert_not_written(&job);
  job = churn_job();
  job.field = &field;
  job.fields = 1;
  job.target = 0;
  assert_not_written(&job);
  field = (struct ft_field){ .name = "c", .type = FT_TYPE_NONE };
  assert_not_written(&job);
  field = (struct ft_field){ .name = "c", .type = FT_DECIMAL };
  assert_not_written(&job);
  field = (struct ft_field){ .name = "c", .type = FT_INT64, .precision = 5 };
  assert_not_written(&job);
}

static void writing_past_the_buffers_maximum_fails(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err;
  struct ft_job job = churn_job();
  ft_buffer_init(&json, 100);
  assert_int_equal(ft_job_write(&json, &job, &err), FT_NOMEM);
  ft_buffer_release(&json);
}

static const char good_job[] =
    "{\"model\":\"m\",\"import\":false,\"missing\":null,\"label\":[],\"field\":[{\"name\":\"a\",\"type\":\"int4\",\"precision\":0,\"scale\":0},"
    "{\"name\":\"b\",\"type\":\"numeric\",\"precision\":9,\"scale\":2}],\"target\":1,"
    "\"automatic\":true,\"model_type\":\"AUTO\",\"problem\":\"\",\"objective\":null,"
    "\"positive\":null,\"hyperparameter\":[{\"name\":\"eta\",\"value\":\"0.1\"}],\"max_cells\":\"0\","
    "\"max_runtime_s\":5400,\"max_trials\":0,\"predict_ns\":0,"
    "\"seed\":\"18446744073709551615\",\"threads\":0}";

/* good_job with `old` replaced by `new` once. */
static enum ft_status read_changed(const char *old, const char *new) {
  char json[sizeof good_job + 256];
  const char *place = strstr(good_job, old);
  assert_non_null(place);
  snprintf(json, sizeof json, "%.*s%s%s", (int)(place - good_job), good_job, new,
           place + strlen(old));
  struct ft_arena arena;
  struct ft_error err;
  struct ft_job job = { .threads = 77 };
  ft_arena_init(&arena, 1 << 20);
  enum ft_status status = ft_job_read(&job, &arena, ft_span_of(json), &err);
  if (status != FT_OK) assert_int_equal(job.threads, 77);
  if (status != FT_OK) assert_int_equal(err.status, status);
  ft_arena_release(&arena);
  return status;
}

static void keys_may_come_in_any_order(void **state) {
  (void)state;
  assert_int_equal(read_changed("\"threads\":0", "\"threads\":0"), FT_OK);
  assert_int_equal(
      read_changed("\"target\":1,\"automatic\":true", "\"automatic\":true,\"target\":1"), FT_OK);
}

static void hostile_jobs_are_refused(void **state) {
  (void)state;
  static const char *const change[][2] = {
    { "\"threads\":0}", "\"threads\":0" },
    { "\"threads\":0}", "\"threads\":0}{}" },
    { ",\"threads\":0", "" },
    { "\"threads\":0", "\"threads\":0,\"more\":1" },
    { "\"threads\":0", "\"threads\":0,\"threads\":0" },
    { "\"threads\":0", "\"threads\":-1" },
    { "\"threads\":0", "\"threads\":4097" },
    { "\"threads\":0", "\"threads\":1.0" },
    { "\"threads\":0", "\"threads\":true" },
    { "\"threads\":0", "\"threads\":99999999999999999999" },
    { "\"max_runtime_s\":5400", "\"max_runtime_s\":4294967296" },
    { "\"predict_ns\":0,", "" },
    { "\"predict_ns\":0", "\"predict_ns\":-1" },
    { "\"predict_ns\":0", "\"predict_ns\":4294967296" },
    { "\"18446744073709551615\"", "\"18446744073709551616\"" },
    { "\"18446744073709551615\"", "\"99999999999999999999\"" },
    { "\"18446744073709551615\"", "1" },
    { "\"18446744073709551615\"", "\"\"" },
    { "\"18446744073709551615\"", "\"01\"" },
    { "\"18446744073709551615\"", "\"-1\"" },
    { "\"18446744073709551615\"", "\"1 \"" },
    { "\"18446744073709551615\"", "\"1\\u0000\"" },
    { "\"target\":1", "\"target\":2" },
    { "\"automatic\":true", "\"automatic\":1" },
    { "\"AUTO\"", "\"auto\"" },
    { "\"AUTO\"", "null" },
    { "\"problem\":\"\"", "\"problem\":\"CLUSTERING\"" },
    { "\"objective\":null", "\"objective\":3" },
    { "\"model\":\"m\"", "\"model\":null" },
    { "\"model\":\"m\"", "\"model\":\"\xff\"" },
    { "\"model\":\"m\"", "\"model\":\"\\ud800\"" },
    { "\"int4\"", "\"\"" },
    { "\"int4\"", "\"text\"" },
    { "\"int4\",\"precision\":0", "\"int4\",\"precision\":1" },
    { "\"precision\":9", "\"precision\":39" },
    { "\"precision\":9", "\"precision\":1" },
    { "\"precision\":9", "\"precision\":256" },
    { "{\"name\":\"a\"", "[],{\"name\":\"a\"" },
    { "{\"name\":\"a\",", "{" },
    { "{\"name\":\"a\",", "{\"name\":\"a\",\"owner\":1," },
    { "[{\"name\":\"eta\",\"value\":\"0.1\"}]", "{}" },
    { "[{\"name\":\"eta\",\"value\":\"0.1\"}]", "[{\"name\":\"eta\"}]" },
    { "{\"model\"", "[{\"model\"" },
  };
  for (size_t i = 0; i < sizeof change / sizeof *change; i++)
    if (read_changed(change[i][0], change[i][1]) != FT_CORRUPT)
      fail_msg("\"%s\" in place of \"%s\" is not refused", change[i][1], change[i][0]);
}

static void lists_longer_than_a_model_are_refused(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_job job;
  const char *start = strstr(good_job, "{\"name\":\"a\"");
  ft_buffer_init(&json, 1 << 24);
  ft_arena_init(&arena, 1 << 24);
  ft_buffer_append(&json, good_job, (size_t)(start - good_job));
  for (int i = 0; i < FT_MODEL_MAX_FIELDS; i++)
    ft_buffer_print(&json, "{\"name\":\"c\",\"type\":\"bool\",\"precision\":0,\"scale\":0},");
  ft_buffer_append_text(&json, ft_span_of(start));
  assert_int_equal(ft_job_read(&job, &arena, ft_buffer_view(&json), &err), FT_CORRUPT);
  ft_arena_release(&arena);
  ft_buffer_release(&json);
}

static void nothing_is_not_a_job(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_job job;
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(ft_job_read(&job, &arena, ft_span_of(NULL), &err), FT_CORRUPT);
  assert_int_equal(ft_job_read(&job, &arena, FT_SPAN("null"), &err), FT_CORRUPT);
  ft_arena_release(&arena);
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  enum ft_status status = FT_NOMEM;
  size_t allowed = 0;
  ft_arena_init(&arena, 1 << 20);
  for (; status == FT_NOMEM; allowed++) {
    struct ft_job job = { .threads = 77 };
    ft_arena_allow(allowed);
    status = ft_job_read(&job, &arena, ft_span_of(good_job), &err);
    assert_int_equal(job.threads, status == FT_OK ? 0 : 77);
    ft_arena_release(&arena);
  }
  ft_arena_allow(SIZE_MAX);
  assert_int_equal(status, FT_OK);
  assert_int_equal(allowed, 9); /* name, three lists, two columns, name and value, and once more */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_job_reads_back_as_written),
    cmocka_unit_test(a_job_of_defaults_reads_back),
    cmocka_unit_test(a_job_of_every_type_word_and_problem_reads_back),
    cmocka_unit_test(the_widest_job_reads_back),
    cmocka_unit_test(a_job_that_could_not_be_read_is_not_written),
    cmocka_unit_test(writing_past_the_buffers_maximum_fails),
    cmocka_unit_test(keys_may_come_in_any_order),
    cmocka_unit_test(hostile_jobs_are_refused),
    cmocka_unit_test(lists_longer_than_a_model_are_refused),
    cmocka_unit_test(nothing_is_not_a_job),
    cmocka_unit_test(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
