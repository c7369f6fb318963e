/* Statements of earlier sessions. */
#include "shell/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* after the four above, which it needs */
#include <cmocka.h>

static char folder[64], path[96];
static char seen[4096];
static size_t statements;

static void take(void *self, const char *statement) {
  (void)self;
  statements++;
  snprintf(seen, sizeof seen, "%s", statement);
}

static void a_statement_comes_back_as_it_was(void **state) {
  (void)state;
  const char *text = "SELECT '\\n',\n  E'\\\\' -- 東京";
  ft_history_append(path, FT_SPAN("SELECT 1;"));
  ft_history_append(path, ft_span_of(text));
  statements = 0;
  ft_history_load(path, take, NULL);
  assert_int_equal(statements, 2);
  assert_string_equal(seen, text);
}

static void only_its_owner_reads_it(void **state) {
  (void)state;
  struct stat status;
  ft_history_append(path, FT_SPAN("SELECT 1;"));
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_missing_or_odd_file_is_empty(void **state) {
  (void)state;
  statements = 0;
  ft_history_load("no/such/file", take, NULL);
  ft_history_load("/dev/null", take, NULL);
  ft_history_load("test", take, NULL);
  assert_int_equal(statements, 0);
}

static void a_long_file_forgets_its_older_half(void **state) {
  (void)state;
  struct stat status;
  FILE *file = fopen(path, "w");
  for (int i = 0; i < 60000; i++)
    fprintf(file, "SELECT %d FROM somewhere;\n", i);
  fclose(file);
  ft_history_load(path, take, NULL);
  assert_string_equal(seen, "SELECT 59999 FROM somewhere;");
  assert_int_equal(stat(path, &status), 0);
  assert_in_range(status.st_size, FT_HISTORY_MAX_BYTES / 4, FT_HISTORY_MAX_BYTES / 2);
}

static const char *const secrets[] = {
  "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'topsecret');",
  "create or replace persistent secret s (type s3)",
  "ATTACH 'x.db' AS x (ENCRYPTION_KEY 'key-1');",
  "SET s3_secret_access_key = 'abc';",
  "ATTACH 'postgresql://ada:pw@db/shop' AS shop;",
  "ATTACH 'host=db password=pw' AS shop (TYPE postgres);",
  "COPY t FROM 's3://b/k' CREDENTIALS 'aws_access_key_id=A;aws_secret_access_key=B';",
  "CREATE MODEL m FROM t TARGET y FUNCTION f SETTINGS (KMS_KEY_ID 'arn:aws:kms:1');",
};
static const char *const plain[] = {
  "SELECT key, token FROM t;",
  "ATTACH 'postgresql://ada@db:5432/shop' AS shop;",
  "SELECT 'https://example.org:80/a', 'ada@example.org';",
  "SELECT a::INT, '://', b@c;",
};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static void secrets_are_not_written(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(secrets); i++)
    ft_history_append(path, ft_span_of(secrets[i]));
  ft_history_append(path, FT_SPAN(" SELECT 'begins with a blank';"));
  assert_int_equal(access(path, F_OK), -1);
  for (size_t i = 0; i < COUNT(plain); i++)
    ft_history_append(path, ft_span_of(plain[i]));
  statements = 0;
  ft_history_load(path, take, NULL);
  assert_int_equal(statements, COUNT(plain));
}

static void secrets_of_older_versions_are_removed(void **state) {
  (void)state;
  struct stat status;
  FILE *file = fopen(path, "w");
  fputs("SELECT 1;\n", file);
  for (size_t i = 0; i < COUNT(secrets); i++)
    fprintf(file, "%s\n", secrets[i]);
  fputs("SELECT 2;\n", file);
  fclose(file);
  statements = 0;
  ft_history_load(path, take, NULL);
  assert_int_equal(statements, 2);
  assert_string_equal(seen, "SELECT 2;");
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_size, strlen("SELECT 1;\nSELECT 2;\n"));
  assert_int_equal(status.st_mode & 0777, 0600);
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/foretell-history-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/history", folder);
  return 0;
}

static int drop_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_statement_comes_back_as_it_was), TEST(only_its_owner_reads_it),
    TEST(a_missing_or_odd_file_is_empty),   TEST(a_long_file_forgets_its_older_half),
    TEST(secrets_are_not_written),          TEST(secrets_of_older_versions_are_removed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
