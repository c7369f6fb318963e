/* Prediction in SQL: rows a second of SELECT sum(f(…)) in the embedded engine, beside the kernel's
 * own speed on the same model and beside a plain sum over the same columns.
 *
 * Numbers  By the clock, the median of five runs in turns; the kernel's in this thread's processor
 *          time and by the clock.
 * Usage    bench_sql [rows] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/timing.h"
#include "bench/workload.h"
#include "foretell/artifact.h"
#include "foretell/host.h"
#include "foretell/plan.h"
#include "hosts/duckdb/engine.h"

#define TRAINING 32768
#define SAMPLE   65536 /* rows that the kernel is measured on */
#define BATCH    2048
#define TURNS    5

static const struct ft_shape shapes[] = {
  { "500 x 6 x 30", 500, 6, 30, 0, 0, 0, 0 },
  { "100 x 6 x 30", 100, 6, 30, 0, 0, 0, 0 },
};

static void tell(struct ft_engine *engine, const char *text) {
  struct ft_error err;
  must(ft_engine_execute(engine, text, &err), &err);
}

/* Seconds that a query takes, its rows fetched. */
static double time_query(struct ft_engine *engine, const struct ft_buffer *text) {
  struct ft_error err;
  struct ft_result *result;
  size_t rows;
  double start = seconds_now(CLOCK_MONOTONIC);
  must(ft_engine_run(&result, engine, ft_buffer_view(text), &err), &err);
  do
    must(ft_result_next(result, &rows, &err), &err);
  while (rows > 0);
  ft_result_close(result);
  return seconds_now(CLOCK_MONOTONIC) - start;
}

/* Sums of three random numbers, spread like a normal one; a third of the columns their exponential. */
static void make_table(struct ft_engine *engine, uint32_t features, unsigned long rows) {
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 20);
  ft_buffer_print(&text, "CREATE TABLE t AS SELECT ");
  for (uint32_t f = 0; f < features; f++)
    ft_buffer_print(&text, "%s%s((random() + random() + random() - 1.5) * 2)::FLOAT AS f%u",
                    f ? ", " : "", f % 3 ? "" : "exp", f);
  ft_buffer_print(&text, " FROM range(%lu)", rows);
  ft_buffer_u8(&text, 0);
  tell(engine, "SELECT setseed(0.5)");
  tell(engine, (const char *)text.data);
  ft_buffer_release(&text);
}

/* SELECT <head>f0<between>f1…<tail> FROM t */
static void make_query(struct ft_buffer *out, const char *head, const char *between,
                       const char *tail, uint32_t features) {
  ft_buffer_init(out, 1 << 20);
  ft_buffer_print(out, "SELECT %s", head);
  for (uint32_t f = 0; f < features; f++)
    ft_buffer_print(out, "%sf%u", f ? between : "", f);
  ft_buffer_print(out, "%s FROM t", tail);
}

static void install(struct ft_engine *engine, const struct ft_model *model, const char *name) {
  struct ft_error err;
  struct ft_host host = { 0 };
  struct ft_buffer bytes;
  struct ft_sha256 hash;
  char text[FT_SHA256_TEXT];
  ft_buffer_init(&bytes, (size_t)1 << 30);
  must(ft_artifact_write(&bytes, &hash, model, FT_SPAN(""), FT_SPAN("{}"), &err), &err);
  ft_sha256_text(text, &hash);
  struct ft_model_record record = { .schema = "main",
                                    .name = name,
                                    .owner = "",
                                    .function = name,
                                    .statement = "",
                                    .manifest = "{}",
                                    .model_sha256 = text,
                                    .reason = "",
                                    .artifact_bytes = bytes.size };
  ft_duckdb_host(&host, engine);
  must(host.begin(host.self, &err), &err);
  must(host.put(host.self, &record, ft_buffer_view(&bytes), &err), &err);
  must(host.make_functions(host.self, &record, ft_buffer_view(&bytes), "DOUBLE", &err), &err);
  must(host.commit(host.self, &err), &err);
  ft_buffer_release(&bytes);
}

/* Seconds a row of the kernel in batches as the engine gives them. */
static double time_kernel(const struct ft_plan *plan, struct ft_scratch *scratch,
                          const struct ft_batch *all) {
  struct ft_column column[64];
  struct ft_error err;
  double value[BATCH], start = seconds_now(CLOCK_MONOTONIC);
  for (size_t first = 0; first < SAMPLE; first += BATCH) {
    for (size_t i = 0; i < all->columns; i++) {
      column[i] = all->column[i];
      column[i].values = (const float *)column[i].values + first;
    }
    struct ft_batch batch = { BATCH, all->columns, column };
    must(ft_plan_predict(plan, scratch, &batch, value, NULL, NULL, &err), &err);
  }
  return (seconds_now(CLOCK_MONOTONIC) - start) / SAMPLE;
}

static void run_shape(struct ft_engine *engine, const struct ft_shape *shape, const char *name,
                      unsigned long rows) {
  struct ft_arena arena;
  struct ft_workload load;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  struct ft_error err;
  struct ft_buffer predict, plain;
  char head[64];
  double kernel[TURNS], one[TURNS], two[TURNS], sum[TURNS];
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_workload_make(&load, &arena, shape, TRAINING, SAMPLE);
  must(ft_plan_make(&plan, &load.model, &err), &err);
  must(ft_scratch_make(&scratch, plan, &err), &err);
  install(engine, &load.model, name);
  snprintf(head, sizeof head, "sum(%s(", name);
  make_query(&predict, head, ", ", "))", shape->features);
  make_query(&plain, "sum(", " + ", ")", shape->features);
  for (int i = 0; i < TURNS; i++) {
    tell(engine, "SET threads = 1");
    kernel[i] = time_kernel(plan, scratch, &load.single) * (double)rows;
    one[i] = time_query(engine, &predict);
    sum[i] = time_query(engine, &plain);
    tell(engine, "SET threads = 2");
    two[i] = time_query(engine, &predict);
  }
  double k = median_of(kernel, TURNS), o = median_of(one, TURNS), t = median_of(two, TURNS),
         s = median_of(sum, TURNS);
  printf("%s over %lu rows, kernel \"%s\"\n", shape->name, rows, ft_kernel_name());
  printf("  kernel %.2f Mrow/s; in SQL %.2f Mrow/s, %.0f %% of it; 2 threads %.2f Mrow/s, x%.2f; "
         "plain sum %.2f Mrow/s\n",
         (double)rows / k / 1e6, (double)rows / o / 1e6, 100 * k / o, (double)rows / t / 1e6, o / t,
         (double)rows / s / 1e6);
  ft_buffer_release(&predict);
  ft_buffer_release(&plain);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  ft_workload_release(&load);
  ft_arena_release(&arena);
}

int main(int count, char **argument) {
  unsigned long rows = count > 1 ? strtoul(argument[1], NULL, 10) : 10000000;
  struct ft_engine_options options = FT_ENGINE_DEFAULTS;
  struct ft_engine *engine;
  struct ft_error err;
  must(ft_engine_open(&engine, &options, &err), &err);
  make_table(engine, shapes[0].features, rows);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    run_shape(engine, &shapes[i], i ? "small" : "large", rows);
  ft_engine_close(engine);
  return 0;
}
