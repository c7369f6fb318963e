/* What is said to a model server, and what is believed of its answers. */
#include "foretell/remote.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/remote/answer.h"
#include "core/remote/csv.h"
#include "core/remote/profile.h"
#include "core/remote/sigv4.h"
#include "core/remote/url.h"
#include "foretell/random.h"

/* --- CSV --- */

static void assert_csv(enum ft_type type, const void *value, const char *want) {
  struct ft_buffer out;
  struct ft_column column = { type, value, NULL };
  struct ft_batch batch = { 1, 1, &column };
  ft_buffer_init(&out, 1 << 20);
  ft_csv_write_row(&out, &batch, 0);
  ft_buffer_u8(&out, 0);
  assert_string_equal((const char *)out.data, want);
  ft_buffer_release(&out);
}

static void doubles_come_back_with_the_same_bits(void **state) {
  (void)state;
  static const double values[] = {
    0.1, 1.0 / 3, 1e15, 123456789012345678.0, 5e-324, 1.7e308, -0.0
  };
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    struct ft_buffer out;
    struct ft_column column = { FT_FLOAT64, &values[i], NULL };
    struct ft_batch batch = { 1, 1, &column };
    ft_buffer_init(&out, 1 << 20);
    ft_csv_write_row(&out, &batch, 0);
    ft_buffer_u8(&out, 0);
    double back = strtod((const char *)out.data, NULL);
    assert_memory_equal(&back, &values[i], sizeof back);
    ft_buffer_release(&out);
  }
}

static void any_double_comes_back(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(7);
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 20);
  for (int i = 0; i < 300000; i++) {
    double size = ldexp(1, (int)ft_random_below(&random, 70) - 17), back;
    double value = (ft_random_unit(&random) - 0.5) * size;
    if (i % 3 == 0) value = nextafter(pow(10, (double)(i % 22) - 5), i % 2 ? 0 : 1e300);
    struct ft_column column = { FT_FLOAT64, &value, NULL };
    struct ft_batch batch = { 1, 1, &column };
    ft_buffer_reset(&out);
    ft_csv_write_row(&out, &batch, 0);
    ft_buffer_u8(&out, 0);
    back = strtod((const char *)out.data, NULL);
    assert_memory_equal(&back, &value, sizeof back);
  }
  ft_buffer_release(&out);
}

static void numbers_are_short(void **state) {
  (void)state;
  assert_csv(FT_FLOAT64, &(double){ 0.1 }, "0.1\n");
  assert_csv(FT_FLOAT64, &(double){ 3 }, "3\n");
  assert_csv(FT_FLOAT64, &(double){ -1.5 }, "-1.5\n");
  assert_csv(FT_FLOAT64, &(double){ 1.0 / 3 }, "0.33333333333333331\n");
  assert_csv(FT_FLOAT64, &(double){ 0.000001 }, "0.000001\n");
  assert_csv(FT_FLOAT64, &(double){ 999999999.999999 }, "999999999.999999\n");
  assert_csv(FT_FLOAT64, &(double){ NAN }, "NaN\n");
  assert_csv(FT_FLOAT64, &(double){ -INFINITY }, "-Infinity\n");
  assert_csv(FT_FLOAT32, &(float){ 0.1F }, "0.1\n");
  assert_csv(FT_FLOAT32, &(float){ 16777217.0F }, "16777216\n");
  assert_csv(FT_INT64, &(int64_t){ INT64_MIN }, "-9223372036854775808\n");
  assert_csv(FT_INT16, &(int16_t){ -32768 }, "-32768\n");
}

static void texts_are_quoted_where_they_must_be(void **state) {
  (void)state;
  assert_csv(FT_TEXT, &FT_SPAN("plain text"), "plain text\n");
  assert_csv(FT_TEXT, &FT_SPAN("a,b"), "\"a,b\"\n");
  assert_csv(FT_TEXT, &FT_SPAN("a\"b"), "\"a\"\"b\"\n");
  assert_csv(FT_TEXT, &FT_SPAN("a\nb"), "\"a\nb\"\n");
  assert_csv(FT_TEXT, &FT_SPAN(""), "\"\"\n");
}

static void times_are_written_as_redshift_does(void **state) {
  (void)state;
  assert_csv(FT_DATE, &(int32_t){ 19782 }, "2024-02-29\n");
  assert_csv(FT_DATE, &(int32_t){ -1 }, "1969-12-31\n");
  assert_csv(FT_TIME, &(int64_t){ 49500000000 }, "13:45:00\n");
  assert_csv(FT_TIMESTAMP, &(int64_t){ -1 }, "1969-12-31 23:59:59.999999\n");
  assert_csv(FT_TIMESTAMP, &(int64_t){ 250000 }, "1970-01-01 00:00:00.25\n");
  assert_csv(FT_TIMESTAMPTZ, &(int64_t){ 0 }, "1970-01-01 00:00:00+00\n");
  assert_csv(FT_BOOL, &(uint8_t){ 1 }, "t\n");
}

static void a_null_is_an_empty_field(void **state) {
  (void)state;
  struct ft_buffer out;
  static const uint64_t none = 0;
  static const int32_t numbers[] = { 7 };
  struct ft_column column[] = { { FT_INT32, numbers, &none },
                                { FT_INT32, numbers, NULL },
                                { FT_TEXT, NULL, &none } };
  struct ft_batch batch = { 1, 3, column };
  ft_buffer_init(&out, 1 << 20);
  ft_csv_write_row(&out, &batch, 0);
  assert_int_equal(out.size, 4);
  assert_memory_equal(out.data, ",7,\n", 4);
  ft_buffer_release(&out);
}

/* --- answers --- */

struct taken {
  size_t count;
  struct ft_remote_value value[8];
};

static enum ft_status take(void *self, size_t row, const struct ft_remote_value *value,
                           struct ft_error *err) {
  struct taken *taken = self;
  (void)err;
  assert_int_equal(row, 10 + taken->count);
  taken->value[taken->count++] = *value;
  return FT_OK;
}

static enum ft_status answer(struct taken *taken, enum ft_type type, size_t rows, const char *text,
                             struct ft_error *err) {
  struct ft_answer_form form = { .type = type, .first = 10, .rows = rows };
  struct ft_remote_output output = { taken, take };
  *taken = (struct taken){ 0 };
  return ft_answer_read(ft_span_of(text), &form, &output, err);
}

static void assert_answer(enum ft_type type, size_t rows, const char *text) {
  struct taken taken;
  struct ft_error err = { 0 };
  assert_int_equal(answer(&taken, type, rows, text, &err), FT_OK);
  assert_int_equal(taken.count, rows);
}

static void assert_refused(enum ft_type type, size_t rows, const char *text, const char *words) {
  struct taken taken;
  struct ft_error err = { 0 };
  assert_int_equal(answer(&taken, type, rows, text, &err), FT_DATA);
  assert_non_null(strstr(err.message, words));
}

static void values_of_the_right_type_are_read(void **state) {
  (void)state;
  struct taken taken;
  struct ft_error err;
  assert_int_equal(answer(&taken, FT_FLOAT64, 3, "1.5\r\n\n-2e3", &err), FT_OK);
  assert_true(taken.value[0].real == 1.5 && taken.value[1].null && taken.value[2].real == -2000);
  assert_int_equal(answer(&taken, FT_INT32, 2, "1.0\n-5\n", &err), FT_OK);
  assert_true(taken.value[0].integer == 1 && taken.value[1].integer == -5);
  assert_answer(FT_BOOL, 4, "t\nFalse\n1\n0");
  assert_answer(FT_FLOAT64, 2, "NaN\n-inf\n");
  assert_answer(FT_TEXT, 2, "a, b\n \n");
  assert_answer(FT_TEXT, 1, "");
}

static void values_of_another_type_are_refused(void **state) {
  (void)state;
  assert_refused(FT_FLOAT64, 1, "0x10\n", "row 11");
  assert_refused(FT_FLOAT64, 1, "1.5 2\n", "DOUBLE PRECISION");
  assert_refused(FT_FLOAT64, 1, "{\"predictions\": [1]}", "DOUBLE PRECISION");
  assert_refused(FT_INT32, 1, "1.5\n", "INTEGER");
  assert_refused(FT_INT32, 1, "2147483648\n", "INTEGER");
  assert_refused(FT_INT16, 1, "99999999999999999999\n", "SMALLINT");
  assert_refused(FT_BOOL, 1, "2\n", "BOOLEAN");
  assert_refused(FT_TEXT, 1, "\xff\n", "VARCHAR");
  assert_refused(FT_DECIMAL, 1, "inf\n", "DECIMAL");
}

static void the_count_must_be_right(void **state) {
  (void)state;
  assert_refused(FT_FLOAT64, 2, "1\n", "1 line for 2 rows");
  assert_refused(FT_FLOAT64, 1, "1\n2\n", "2 lines for 1 row");
  assert_refused(FT_FLOAT64, 2, "", "0 lines for 2 rows");
  assert_refused(FT_FLOAT64, 1, "1\n\n", "2 lines for 1 row");
}

static void words_are_cleaned(void **state) {
  (void)state;
  char out[16];
  ft_answer_clean(out, sizeof out, FT_SPAN(" a\x1b[1m\n\tb \x7f c"), (struct ft_span){ NULL, 0 });
  assert_string_equal(out, "a [1m b c");
  ft_answer_clean(out, sizeof out, FT_SPAN("12345678901234\xc3\xa4"), (struct ft_span){ NULL, 0 });
  assert_string_equal(out, "12345678901234");
  ft_answer_clean(out, sizeof out,
                  FT_SPAN("\xff"
                          "ab"),
                  (struct ft_span){ NULL, 0 });
  assert_string_equal(out, "?ab");
  ft_answer_clean(out, sizeof out, FT_SPAN("x TOKEN y"), FT_SPAN("TOKEN"));
  assert_string_equal(out, "x * y");
}

/* --- URLs --- */

static void urls_are_read_strictly(void **state) {
  (void)state;
  static const char *const bad[] = { "ftp://a",        "http://",        "http://a b/",
                                     "http://u:p@a/",  "http://a/#x",    "http://a:0/",
                                     "http://a:66000", "http://[::1",    "http://a\\b/",
                                     "http://a%2eb/",  "http://a/\x01x", "http://:80/" };
  struct ft_url url;
  struct ft_error err;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(ft_url_read(&url, ft_span_of(bad[i]), &err), FT_INVALID);
  assert_int_equal(ft_url_read(&url, FT_SPAN("https://Host.example:8443/a/b?c=d"), &err), FT_OK);
  assert_true(url.secure && url.port == 8443 && ft_span_equal(url.path, FT_SPAN("/a/b")));
  assert_true(ft_span_equal(url.host, FT_SPAN("Host.example")));
  assert_int_equal(ft_url_read(&url, FT_SPAN("http://[::1]:80"), &err), FT_OK);
  assert_true(ft_span_equal(url.host, FT_SPAN("[::1]")) && url.port == 80);
}

static bool allowed(const char *text, const char *list) {
  struct ft_url url;
  assert_int_equal(ft_url_read(&url, ft_span_of(text), NULL), FT_OK);
  return ft_url_is_allowed(&url, list);
}

static void hosts_are_allowed_by_a_list(void **state) {
  (void)state;
  assert_true(allowed("http://a.example/", "*"));
  assert_false(allowed("http://a.example/", ""));
  assert_true(allowed("http://A.example/", "b.example, a.EXAMPLE"));
  assert_true(allowed("http://x.a.example/", "*.a.example"));
  assert_false(allowed("http://a.example/", "*.a.example"));
  assert_false(allowed("http://evila.example/", "*.a.example a.example"));
  assert_true(allowed("http://a.example:8080/", "a.example:8080"));
  assert_false(allowed("http://a.example/", "a.example:8080"));
  assert_true(allowed("https://a.example/", "a.example:443"));
}

/* --- AWS --- */

/* Reference values of botocore 1.44; test/reference/sigv4.py makes them. */
static void requests_are_signed_as_aws_wants(void **state) {
  (void)state;
  static const struct {
    const char *method, *url, *service, *token, *body, *type, *want;
  } cases[] = {
#include "test/reference/sigv4.inc"
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct ft_credential credential = { .key_id = "AKIDEXAMPLE",
                                        .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                        .region = "us-east-1" };
    struct ft_url url;
    struct ft_buffer out;
    struct ft_error err;
    struct ft_sigv4_header type = { "content-type", ft_span_of(cases[i].type) };
    snprintf(credential.token, sizeof credential.token, "%s", cases[i].token);
    ft_buffer_init(&out, 1 << 20);
    assert_int_equal(ft_url_read(&url, ft_span_of(cases[i].url), &err), FT_OK);
    struct ft_sigv4_request request = { .method = cases[i].method,
                                        .url = &url,
                                        .service = cases[i].service,
                                        .header = &type,
                                        .headers = cases[i].type[0] != 0,
                                        .body = ft_span_of(cases[i].body),
                                        .at = 1440938160 }; /* 2015-08-30 12:36:00 */
    assert_int_equal(ft_sigv4_write(&out, &request, &credential, &err), FT_OK);
    ft_buffer_u8(&out, 0);
    const char *signature = strstr((const char *)out.data, "SignedHeaders=");
    assert_non_null(signature);
    assert_memory_equal(signature, cases[i].want, strlen(cases[i].want));
    assert_null(strstr((const char *)out.data, credential.secret));
    ft_buffer_release(&out);
  }
}

static enum ft_status read_profile(struct ft_profile_entry entry[2], const char *text,
                                   const char *section, bool prefixed, struct ft_error *err) {
  bool found;
  entry[0] = (struct ft_profile_entry){ "region", { NULL, 0 } };
  entry[1] = (struct ft_profile_entry){ "aws_secret_access_key", { NULL, 0 } };
  return ft_profile_read(entry, 2, &found, ft_span_of(text), ft_span_of(section), prefixed,
                         "config", err);
}

static void profiles_are_read(void **state) {
  (void)state;
  static const char text[] = "# a comment\r\n[default] ; and one\nregion=us-east-1\n\n"
                             "[profile  work ]\nregion = eu-west-1\ns3 =\n  region = no\n"
                             "AWS_SECRET_ACCESS_KEY = a=b#c\n";
  struct ft_profile_entry entry[2];
  struct ft_error err;
  assert_int_equal(read_profile(entry, text, "default", true, &err), FT_OK);
  assert_true(ft_span_equal(entry[0].value, FT_SPAN("us-east-1")) && !entry[1].value.data);
  assert_int_equal(read_profile(entry, text, "work", true, &err), FT_OK);
  assert_true(ft_span_equal(entry[0].value, FT_SPAN("eu-west-1")));
  assert_true(ft_span_equal(entry[1].value, FT_SPAN("a=b#c")));
  assert_int_equal(read_profile(entry, text, "none", true, &err), FT_OK);
  assert_null(entry[0].value.data);
}

static void a_damaged_profile_tells_its_line_and_not_its_text(void **state) {
  (void)state;
  static const char *const bad[] = { "[default]\nSECRET\n", "[default\nregion = a\n",
                                     "region = a\n", "[default] SECRET\n",
                                     "[default]\n= SECRET\n" };
  struct ft_profile_entry entry[2];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct ft_error err;
    assert_int_equal(read_profile(entry, bad[i], "default", false, &err), FT_INVALID);
    assert_non_null(strstr(err.message, "of \"config\""));
    assert_null(strstr(err.message, "SECRET"));
  }
}

/* --- the description --- */

#define OF_ANOTHER_TYPE                                                        \
  "{\"endpoint\":\"x\",\"form\":\"json\",\"max_batch_rows\":1,\"model\":\"\"," \
  "\"remote\":1,\"returns\":\"int4\",\"types\":[\"varchar\"]}"

static void a_description_reads_back(void **state) {
  (void)state;
  static const enum ft_type types[] = { FT_INT32, FT_TEXT };
  struct ft_remote remote = { .endpoint = "http://a \"b\"",
                              .model = "m",
                              .fields = 2,
                              .field = types,
                              .returns = FT_FLOAT64,
                              .max_batch_rows = 7 };
  struct ft_remote back;
  struct ft_buffer out;
  struct ft_arena arena;
  struct ft_error err;
  ft_buffer_init(&out, 1 << 20);
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(ft_remote_write(&out, &remote, &err), FT_OK);
  assert_true(ft_remote_is(ft_buffer_view(&out)));
  assert_int_equal(ft_remote_read(&back, &arena, ft_buffer_view(&out), &err), FT_OK);
  assert_string_equal(back.endpoint, remote.endpoint);
  assert_true(back.fields == 2 && back.field[1] == FT_TEXT && back.max_batch_rows == 7);
  static const char *const bad[] = { "", "{}", "[]", "{\"remote\":2}", OF_ANOTHER_TYPE };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(ft_remote_read(&back, &arena, ft_span_of(bad[i]), &err), FT_CORRUPT);
  ft_arena_release(&arena);
  ft_buffer_release(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(doubles_come_back_with_the_same_bits),
    cmocka_unit_test(any_double_comes_back),
    cmocka_unit_test(numbers_are_short),
    cmocka_unit_test(texts_are_quoted_where_they_must_be),
    cmocka_unit_test(times_are_written_as_redshift_does),
    cmocka_unit_test(a_null_is_an_empty_field),
    cmocka_unit_test(values_of_the_right_type_are_read),
    cmocka_unit_test(values_of_another_type_are_refused),
    cmocka_unit_test(the_count_must_be_right),
    cmocka_unit_test(words_are_cleaned),
    cmocka_unit_test(urls_are_read_strictly),
    cmocka_unit_test(hosts_are_allowed_by_a_list),
    cmocka_unit_test(requests_are_signed_as_aws_wants),
    cmocka_unit_test(profiles_are_read),
    cmocka_unit_test(a_damaged_profile_tells_its_line_and_not_its_text),
    cmocka_unit_test(a_description_reads_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
