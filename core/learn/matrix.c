#include "core/learn/matrix.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/learn/xgboost.h"
#include "core/learn/xgboost_api.h"

#define CONFIG_BYTES_A_COLUMN 160
#define LARGEST_VALUE         1e38f
#define BLOCK_ROWS            ((size_t)1 << 17) /* that are taken at a time … */
#define BINNED_ROWS           ((size_t)1 << 17) /* … and that bins are found on, about */

struct ft_matrix {
  DMatrixHandle handle;
  size_t rows;
};

static enum ft_status fail_memory(struct ft_error *err, size_t rows, uint32_t features) {
  return ft_fail(err, FT_NOMEM, "out of memory for %zu rows of %u features", rows,
                 (unsigned)features);
}

static float *make_columns(const struct ft_features *features, size_t rows) {
  /* Checked here, since this memory is none of an arena's. */
  if (features->features && rows > SIZE_MAX / sizeof(float) / features->features) return NULL;
  return malloc(rows * features->features * sizeof(float) + 1);
}

static void gather(float *out, const struct ft_features *features, const uint32_t *row,
                   size_t rows) {
  for (uint32_t f = 0; f < features->features; f++) {
    const float *from = ft_features_column(features, f);
    float *to = out + (size_t)f * rows;
    for (size_t r = 0; r < rows; r++) {
      float value = from[row[r]];
      /* the learner refuses infinities; no finite threshold tells them from these */
      to[r] = value > LARGEST_VALUE    ? LARGEST_VALUE
              : value < -LARGEST_VALUE ? -LARGEST_VALUE
                                       : value;
    }
  }
}

/* The columns as a JSON list of arrays, ended by a NUL. */
static enum ft_status describe(struct ft_buffer *json, const float *value, size_t rows,
                               uint32_t features, struct ft_error *err) {
  for (uint32_t f = 0; f < features; f++) {
    ft_buffer_print(json, f == 0 ? "[" : ",");
    FT_TRY(ft_xgboost_array(json, value + (size_t)f * rows, rows, 0, err));
  }
  ft_buffer_print(json, "]");
  ft_buffer_u8(json, 0);
  return ft_buffer_check(json, "the learner's columns", err);
}

static enum ft_status set_kinds(DMatrixHandle handle, const struct ft_features *features,
                                struct ft_error *err) {
  const char **kind = calloc(features->features + (size_t)1, sizeof *kind);
  if (!kind) return ft_fail(err, FT_NOMEM, "out of memory while taking the rows");
  for (uint32_t f = 0; f < features->features; f++)
    kind[f] = features->categories[f] ? "c" : "q";
  int result = XGDMatrixSetStrFeatureInfo(handle, "feature_type", kind, features->features);
  free(kind);
  return result == 0 ? FT_OK : ft_xgboost_fail(err, "taking the rows");
}

static enum ft_status create_matrix(struct ft_matrix *matrix, const float *value,
                                    const struct ft_features *features, uint32_t threads,
                                    struct ft_error *err) {
  struct ft_buffer json;
  ft_buffer_init(&json, (size_t)CONFIG_BYTES_A_COLUMN * (features->features + 1));
  enum ft_status status = describe(&json, value, matrix->rows, features->features, err);
  char config[64];
  snprintf(config, sizeof config, "{\"missing\":NaN,\"nthread\":%" PRIu32 "}", threads);
  if (status == FT_OK &&
      XGDMatrixCreateFromColumnar((const char *)json.data, config, &matrix->handle) != 0)
    status = ft_xgboost_fail(err, "taking the rows");
  ft_buffer_release(&json);
  return status == FT_OK ? set_kinds(matrix->handle, features, err) : status;
}

/* Rows on their way into bins, block by block. */
struct feeding {
  const struct ft_features *features;
  const uint32_t *row;
  size_t rows;
  size_t next;   /* of them */
  size_t loaded; /* the first row in the block … */
  size_t count;  /* … and how many; 0: none yet */
  float *block;
  DMatrixHandle proxy;
  enum ft_status status;
  struct ft_error *err;
};

static void rewind_rows(void *self) {
  ((struct feeding *)self)->next = 0;
}

static enum ft_status feed_block(struct feeding *feeding, size_t count) {
  const struct ft_features *features = feeding->features;
  struct ft_buffer json;
  ft_buffer_init(&json, (size_t)CONFIG_BYTES_A_COLUMN * (features->features + 1));
  /* XGBoost passes over the rows several times; a single block is still there from the last
   * time. */
  if (feeding->count != count || feeding->loaded != feeding->next)
    gather(feeding->block, features, feeding->row + feeding->next, count);
  feeding->loaded = feeding->next;
  feeding->count = count;
  enum ft_status status = describe(&json, feeding->block, count, features->features, feeding->err);
  if (status == FT_OK &&
      XGProxyDMatrixSetDataColumnar(feeding->proxy, (const char *)json.data) != 0)
    status = ft_xgboost_fail(feeding->err, "taking the rows");
  ft_buffer_release(&json);
  return status == FT_OK ? set_kinds(feeding->proxy, features, feeding->err) : status;
}

static int feed_next(void *self) {
  struct feeding *feeding = self;
  assert(feeding->next <= feeding->rows);
  size_t left = feeding->rows - feeding->next, count = left < BLOCK_ROWS ? left : BLOCK_ROWS;
  if (count == 0 || feeding->status != FT_OK) return 0;
  feeding->status = feed_block(feeding, count);
  feeding->next += count;
  return feeding->status == FT_OK;
}

/* The handle of binned rows; `reference` has the bins, or NULL: these rows make them. */
static enum ft_status bin_rows(DMatrixHandle *out, const struct ft_features *features,
                               const uint32_t *row, size_t rows, DMatrixHandle reference,
                               const char *config, struct ft_error *err) {
  size_t max = rows < BLOCK_ROWS ? rows : BLOCK_ROWS;
  struct feeding feeding = { .features = features, .row = row, .rows = rows, .err = err };
  feeding.block = make_columns(features, max);
  if (!feeding.block) return fail_memory(err, max, features->features);
  enum ft_status status = FT_OK;
  if (XGProxyDMatrixCreate(&feeding.proxy) != 0 ||
      XGQuantileDMatrixCreateFromCallback(&feeding, feeding.proxy, reference, rewind_rows,
                                          feed_next, config, out) != 0)
    status = ft_xgboost_fail(err, "taking the rows");
  /* XGBoost only knows that the rows ended: the first failure is the callback's own. */
  if (feeding.status != FT_OK) status = feeding.status;
  if (feeding.proxy) XGDMatrixFree(feeding.proxy);
  free(feeding.block);
  return status;
}

/* Rows evenly spread, and for each feature of codes one that has the largest: a code beyond those seen
 * would have no bin. */
static size_t pick_some(uint32_t *out, const struct ft_features *features, const uint32_t *row,
                        size_t rows) {
  size_t some = 0, step = (rows + BINNED_ROWS - 1) / BINNED_ROWS;
  for (size_t r = 0; r < rows; r += step)
    out[some++] = row[r];
  for (uint32_t f = 0; f < features->features; f++) {
    if (features->categories[f] == 0) continue;
    const float *value = ft_features_column(features, f);
    size_t max = 0;
    for (size_t r = 1; r < rows; r++)
      if (value[row[r]] > value[row[max]] || isnan(value[row[max]])) max = r;
    out[some++] = row[max];
  }
  return some;
}

/* The bins alone, of a part of very many rows. */
static enum ft_status find_bins(DMatrixHandle *out, const struct ft_features *features,
                                const uint32_t *row, size_t rows, const char *config,
                                struct ft_error *err) {
  uint32_t *some = malloc((BINNED_ROWS + features->features) * sizeof *some);
  if (!some) return fail_memory(err, rows, features->features);
  size_t picked = pick_some(some, features, row, rows);
  enum ft_status status = bin_rows(out, features, some, picked, NULL, config, err);
  free(some);
  return status;
}

enum ft_status ft_matrix_make_binned(struct ft_matrix **out, const struct ft_features *features,
                                     const uint32_t *row, size_t rows, uint32_t bins,
                                     uint32_t threads, struct ft_error *err) {
  XGBSetGlobalConfig("{\"verbosity\":0}");
  char config[96];
  snprintf(config, sizeof config,
           "{\"missing\":NaN,\"nthread\":%" PRIu32 ",\"max_bin\":%" PRIu32 "}", threads, bins);
  struct ft_matrix *matrix = calloc(1, sizeof *matrix);
  DMatrixHandle reference = NULL;
  if (!matrix) return fail_memory(err, rows, features->features);
  matrix->rows = rows;
  enum ft_status status = FT_OK;
  /* Bins of a sample first; all rows are then put into these. */
  if (rows > BINNED_ROWS) status = find_bins(&reference, features, row, rows, config, err);
  if (status == FT_OK)
    status = bin_rows(&matrix->handle, features, row, rows, reference, config, err);
  if (reference) XGDMatrixFree(reference);
  if (status != FT_OK) {
    ft_matrix_free(matrix);
    return status;
  }
  *out = matrix;
  return FT_OK;
}

enum ft_status ft_matrix_make(struct ft_matrix **out, const struct ft_features *features,
                              const uint32_t *row, size_t rows, uint32_t threads,
                              struct ft_error *err) {
  XGBSetGlobalConfig("{\"verbosity\":0}"); /* a thread's own, so it is said here */
  struct ft_matrix *matrix = calloc(1, sizeof *matrix);
  float *value = matrix ? make_columns(features, rows) : NULL;
  if (!value) {
    free(matrix);
    return fail_memory(err, rows, features->features);
  }
  matrix->rows = rows;
  gather(value, features, row, rows);
  enum ft_status status = create_matrix(matrix, value, features, threads, err);
  free(value);
  if (status != FT_OK) {
    ft_matrix_free(matrix);
    return status;
  }
  *out = matrix;
  return FT_OK;
}

void ft_matrix_free(struct ft_matrix *matrix) {
  if (!matrix) return;
  if (matrix->handle) XGDMatrixFree(matrix->handle);
  free(matrix);
}

size_t ft_matrix_rows(const struct ft_matrix *matrix) {
  return matrix->rows;
}

void *ft_matrix_handle(const struct ft_matrix *matrix) {
  return matrix->handle;
}

enum ft_status ft_matrix_label(struct ft_matrix *matrix, const float *label, struct ft_error *err) {
  struct ft_buffer json;
  ft_buffer_init(&json, 4096);
  enum ft_status status = ft_xgboost_array(&json, label, matrix->rows, 0, err);
  ft_buffer_u8(&json, 0);
  if (status == FT_OK &&
      XGDMatrixSetInfoFromInterface(matrix->handle, "label", (const char *)json.data) != 0)
    status = ft_xgboost_fail(err, "taking the target");
  ft_buffer_release(&json);
  return status;
}

enum ft_status ft_matrix_group(struct ft_matrix *matrix, struct ft_error *err) {
  uint32_t size = (uint32_t)matrix->rows;
  char array[160];
  snprintf(array, sizeof array,
           "{\"data\":[%" PRIuPTR ",true],\"shape\":[1],\"typestr\":\"<u4\",\"version\":3}",
           (uintptr_t)&size);
  if (XGDMatrixSetInfoFromInterface(matrix->handle, "group", array) != 0)
    return ft_xgboost_fail(err, "grouping the rows");
  return FT_OK;
}
