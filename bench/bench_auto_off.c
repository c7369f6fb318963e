/* AUTO OFF beside XGBoost itself: the whole CREATE MODEL on a table of the embedded engine, and
 * XGBoost's QuantileDMatrix and training on the same rows, which are in its memory already.
 *
 * Numbers  By the clock, medians of turns in which both run one after the other, all processors;
 *          OpenMP's threads wait without turning, as the trainer's do.
 *          XGBoost trains on every row; the ratio is CREATE MODEL's time to XGBoost's.
 * Usage    bench_auto_off [turns [rows …]], beside the trainer in the build folder */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/timing.h"
#include "core/learn/xgboost_api.h"
#include "foretell/command.h"
#include "foretell/host.h"
#include "foretell/statement.h"
#include "hosts/duckdb/engine.h"

#define COLUMNS   30
#define ROUNDS    100
#define MAX_TURNS 15

int XGProxyDMatrixSetDataDense(DMatrixHandle proxy, const char *array);

static const unsigned long default_rows[] = { 100000, 300000, 1000000 };

static void learn(int result) {
  if (result == 0) return;
  fprintf(stderr, "bench: %s\n", XGBGetLastError());
  exit(1);
}

/* A sum of a product, a wave and noise decides between two classes. */
static void make_table(struct ft_engine *engine, unsigned long rows) {
  struct ft_error err;
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 20);
  ft_buffer_print(&text,
                  "CREATE OR REPLACE TABLE t AS SELECT *, c0 + c1 * c2 + 0.5 * sin(6 * c3) + "
                  "0.3 * noise > 1.1 AS y FROM (SELECT (hash(i, 99) %% 1000003 / 1000003.0) "
                  "AS noise");
  for (int c = 0; c < COLUMNS; c++)
    ft_buffer_print(&text, ", (hash(i, %d) %% 1000003 / 1000003.0)::FLOAT AS c%d", c, c);
  ft_buffer_print(&text, " FROM range(%lu) r(i))", rows);
  ft_buffer_u8(&text, 0);
  must(ft_engine_execute(engine, (const char *)text.data, &err), &err);
  ft_buffer_release(&text);
}

/* The rows as XGBoost's users have them: row by row, and labels. */
struct sheet {
  float *value, *label;
  size_t rows, filled;
};

static enum ft_status take_rows(void *self, const struct ft_batch *batch, struct ft_error *err) {
  (void)err;
  struct sheet *sheet = self;
  for (size_t r = 0; r < batch->rows; r++, sheet->filled++) {
    float *row = sheet->value + sheet->filled * COLUMNS;
    for (size_t c = 0; c < COLUMNS; c++)
      row[c] = ((const float *)batch->column[c].values)[r];
    sheet->label[sheet->filled] = ((const uint8_t *)batch->column[COLUMNS].values)[r];
  }
  return FT_OK;
}

static void read_sheet(struct sheet *sheet, const struct ft_host *host, size_t rows) {
  struct ft_error err;
  struct ft_field field[COLUMNS + 1];
  char name[COLUMNS + 1][8];
  for (int c = 0; c <= COLUMNS; c++) {
    snprintf(name[c], sizeof name[c], c < COLUMNS ? "c%d" : "y", c);
    field[c] = (struct ft_field){ .name = name[c], .type = c < COLUMNS ? FT_FLOAT32 : FT_BOOL };
  }
  *sheet = (struct sheet){ malloc(rows * COLUMNS * sizeof(float)), malloc(rows * sizeof(float)),
                           rows, 0 };
  if (!sheet->value || !sheet->label) exit(1);
  struct ft_sink sink = { .self = sheet, .take = take_rows };
  must(host->stream(host->self, FT_SPAN("SELECT * EXCLUDE (noise) FROM t"), field, COLUMNS + 1,
                    &sink, &err),
       &err);
}

struct feeding {
  DMatrixHandle proxy;
  const char *array, *label;
  int done;
};

static void rewind_rows(void *self) {
  ((struct feeding *)self)->done = 0;
}

static int feed_rows(void *self) {
  struct feeding *feeding = self;
  if (feeding->done++) return 0;
  learn(XGProxyDMatrixSetDataDense(feeding->proxy, feeding->array));
  learn(XGDMatrixSetInfoFromInterface(feeding->proxy, "label", feeding->label));
  return 1;
}

static double time_xgboost(const struct sheet *sheet) {
  char array[160], label[160], threads[16], config[96];
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  const char *const form =
      "{\"data\":[%zu,true],\"shape\":[%zu%s],\"typestr\":\"<f4\",\"version\":3}";
  snprintf(array, sizeof array, form, (size_t)sheet->value, sheet->rows, ",30");
  snprintf(label, sizeof label, form, (size_t)sheet->label, sheet->rows, "");
  snprintf(threads, sizeof threads, "%ld", processors);
  snprintf(config, sizeof config, "{\"missing\":NaN,\"nthread\":%ld,\"max_bin\":256}", processors);
  double start = seconds_now(CLOCK_MONOTONIC);
  DMatrixHandle matrix;
  BoosterHandle booster;
  struct feeding feeding = { .array = array, .label = label };
  learn(XGProxyDMatrixCreate(&feeding.proxy));
  learn(XGQuantileDMatrixCreateFromCallback(&feeding, feeding.proxy, NULL, rewind_rows, feed_rows,
                                            config, &matrix));
  learn(XGBoosterCreate(&matrix, 1, &booster));
  learn(XGBoosterSetParam(booster, "objective", "binary:logistic"));
  learn(XGBoosterSetParam(booster, "tree_method", "hist"));
  learn(XGBoosterSetParam(booster, "nthread", threads));
  for (int round = 0; round < ROUNDS; round++)
    learn(XGBoosterUpdateOneIter(booster, round, matrix));
  double seconds = seconds_now(CLOCK_MONOTONIC) - start;
  learn(XGBoosterFree(booster));
  learn(XGDMatrixFree(matrix));
  learn(XGDMatrixFree(feeding.proxy));
  return seconds;
}

/* Run a statement of ours; seconds. */
static double time_statement(const struct ft_host *host, const char *text) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_statement statement;
  struct ft_grid grid;
  const char *tag;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  double start = seconds_now(CLOCK_MONOTONIC);
  must(ft_statement_parse(&statement, &arena, ft_span_of(text), &err), &err);
  must(ft_command_run(&grid, &tag, &arena, host, &statement, &err), &err);
  double seconds = seconds_now(CLOCK_MONOTONIC) - start;
  ft_arena_release(&arena);
  return seconds;
}

static double time_model(const struct ft_host *host) {
  static const char text[] =
      "CREATE MODEL m FROM (SELECT * EXCLUDE (noise) FROM t) TARGET y FUNCTION f AUTO OFF "
      "MODEL_TYPE XGBOOST OBJECTIVE 'binary:logistic' PREPROCESSORS 'none' "
      "HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '100')";
  double seconds = time_statement(host, text);
  time_statement(host, "DROP MODEL m");
  return seconds;
}

static void run_rows(struct ft_engine *engine, const struct ft_host *host, unsigned long rows,
                     int turns) {
  struct sheet sheet;
  double model[MAX_TURNS], xgboost[MAX_TURNS], ratio[MAX_TURNS];
  make_table(engine, rows);
  read_sheet(&sheet, host, rows);
  for (int i = 0; i < turns; i++) {
    xgboost[i] = time_xgboost(&sheet);
    model[i] = time_model(host);
    ratio[i] = model[i] / xgboost[i];
  }
  double m = median_of(model, (size_t)turns), x = median_of(xgboost, (size_t)turns),
         r = median_of(ratio, (size_t)turns);
  printf(
      "%8lu rows x %d, %d rounds: CREATE MODEL %6.2f s, XGBoost %6.2f s, ratio %.2f (%.2f to %.2f)\n",
      rows, COLUMNS, ROUNDS, m, x, r, ratio[0], ratio[turns - 1]);
  fflush(stdout);
  free(sheet.value);
  free(sheet.label);
}

static void find_trainer(char *out, size_t bytes) {
  ssize_t size = readlink("/proc/self/exe", out, bytes - 1);
  out[size > 0 ? size : 0] = 0;
  for (int up = 0; up < 2; up++)
    *strrchr(out, '/') = 0;
  strncat(out, "/foretell-trainer", bytes - strlen(out) - 1);
}

int main(int count, char **argument) {
  static char trainer[4096];
  struct ft_engine_options options = FT_ENGINE_DEFAULTS;
  struct ft_engine *engine;
  struct ft_host host = { 0 };
  struct ft_error err;
  int turns = count > 1 ? atoi(argument[1]) : 3;
  if (turns < 1 || turns > MAX_TURNS) return 1;
  if (!getenv("OMP_WAIT_POLICY")) { /* it is read when the library is loaded */
    setenv("OMP_WAIT_POLICY", "passive", 1);
    execv("/proc/self/exe", argument);
  }
  find_trainer(trainer, sizeof trainer);
  must(ft_engine_open(&engine, &options, &err), &err);
  ft_duckdb_host(&host, engine);
  host.trainer_path = trainer;
  learn(XGBSetGlobalConfig("{\"verbosity\":0}"));
  for (int i = 2; i < count; i++)
    run_rows(engine, &host, strtoul(argument[i], NULL, 10), turns);
  for (size_t i = 0; count <= 2 && i < sizeof default_rows / sizeof *default_rows; i++)
    run_rows(engine, &host, default_rows[i], turns);
  ft_engine_close(engine);
  return 0;
}
