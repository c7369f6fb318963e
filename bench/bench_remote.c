/* Rows through an endpoint: the embedded warehouse's function beside a bare HTTP client that sends the
 * same batches, made beforehand, and does not read the answers.
 *
 *   bench_remote URL [ROWS]      bench/remote.py starts a server and runs it */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "foretell/command.h"
#include "hosts/duckdb/engine.h"

#define BATCH_ROWS 2048 /* of a chunk of DuckDB's */
#define ROUNDS     15

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "bench_remote: %s\n", what);
  exit(1);
}

static size_t drop(char *data, size_t size, size_t count, void *self) {
  (void)data;
  *(size_t *)self += size * count;
  return size * count;
}

/* The batches as the function sends them, as fast as one connection takes them. */
static double run_bare(const char *url, struct ft_buffer *body, size_t batches) {
  CURL *easy = curl_easy_init();
  struct curl_slist *header = curl_slist_append(NULL, "content-type: text/csv");
  size_t bytes = 0;
  header = curl_slist_append(header, "expect:");
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
  double start = seconds_now();
  for (size_t i = 0; i < batches; i++) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body[i].size);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)body[i].data);
    if (curl_easy_perform(easy) != CURLE_OK) fail("the bare client failed");
  }
  double took = seconds_now() - start;
  curl_slist_free_all(header);
  curl_easy_cleanup(easy);
  return took;
}

static struct ft_buffer *make_bodies(size_t rows, size_t *batches) {
  *batches = (rows + BATCH_ROWS - 1) / BATCH_ROWS;
  struct ft_buffer *body = calloc(*batches, sizeof *body);
  for (size_t i = 0; body && i < *batches; i++)
    ft_buffer_init(&body[i], 1 << 24);
  for (size_t r = 0; body && r < rows; r++)
    ft_buffer_print(&body[r / BATCH_ROWS], "%zu,%.15g,word %zu\n", r, (double)r / 7, r % 100);
  return body;
}

static void run_sql(struct ft_engine *engine, const char *text) {
  struct ft_error err;
  if (ft_engine_execute(engine, text, &err) != FT_OK) fail(err.message);
}

static void create_model(struct ft_engine *engine, const char *url) {
  char text[1024];
  struct ft_arena arena;
  struct ft_error err;
  struct ft_statement statement;
  struct ft_host host;
  struct ft_grid grid;
  const char *tag;
  snprintf(text, sizeof text,
           "CREATE MODEL m FUNCTION f (BIGINT, DOUBLE, VARCHAR) RETURNS DOUBLE SAGEMAKER '%s'",
           url);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_duckdb_host(&host, engine);
  if (ft_statement_parse(&statement, &arena, ft_span_of(text), &err) != FT_OK ||
      ft_command_run(&grid, &tag, &arena, &host, &statement, &err) != FT_OK)
    fail(err.message);
  ft_arena_release(&arena);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : 100000, batches;
  struct ft_engine_options options = FT_ENGINE_DEFAULTS;
  struct ft_engine *engine = NULL;
  struct ft_error err;
  char text[256];
  double bare[ROUNDS], ours[ROUNDS], ratio[ROUNDS];
  if (argc < 2) fail("give the server's URL");
  if (ft_engine_open(&engine, &options, &err) != FT_OK) fail(err.message);
  snprintf(text, sizeof text,
           "CREATE TABLE t AS SELECT i, i / 7 AS x, 'word ' || i %% 100 AS s FROM range(%zu) r(i)",
           rows);
  run_sql(engine, text);
  create_model(engine, argv[1]);
  struct ft_buffer *body = make_bodies(rows, &batches);
  if (!body) fail("out of memory");
  for (size_t r = 0; r < ROUNDS; r++) { /* by turns: the machine's load falls on both */
    bare[r] = run_bare(argv[1], body, batches);
    double start = seconds_now();
    run_sql(engine, "SELECT sum(f(i, x, s)) FROM t");
    ours[r] = seconds_now() - start;
    ratio[r] = bare[r] / ours[r];
    printf("  bare client %.3f s, function %.3f s: %.0f %%\n", bare[r], ours[r], ratio[r] * 100);
  }
  qsort(ratio, ROUNDS, sizeof ratio[0], compare);
  qsort(bare, ROUNDS, sizeof bare[0], compare);
  qsort(ours, ROUNDS, sizeof ours[0], compare);
  printf(
      "remote: %zu rows in batches of %d: %.0f %% of a bare client (median of %d), %.0f %% by the best "
      "of each\n",
      rows, BATCH_ROWS, ratio[ROUNDS / 2] * 100, ROUNDS, bare[0] / ours[0] * 100);
  for (size_t i = 0; i < batches; i++)
    ft_buffer_release(&body[i]);
  free(body);
  ft_engine_close(engine);
  return 0;
}
