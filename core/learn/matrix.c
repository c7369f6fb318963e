#include "core/learn/matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/learn/xgboost.h"
#include "core/learn/xgboost_api.h"

#define CONFIG_BYTES_A_COLUMN 160
#define LARGEST_VALUE         1e38f

struct ft_matrix {
  DMatrixHandle handle;
  size_t rows;
};

static enum ft_status fail_memory(struct ft_error *err, size_t rows, uint32_t features) {
  return ft_fail(err, FT_NOMEM, "out of memory for %zu rows of %u features", rows,
                 (unsigned)features);
}

static float *make_columns(const struct ft_features *features, size_t rows) {
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

static enum ft_status set_labels(struct ft_matrix *matrix, const float *label,
                                 struct ft_error *err) {
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

enum ft_status ft_matrix_make(struct ft_matrix **out, const struct ft_features *features,
                              const uint32_t *row, size_t rows, const float *label,
                              uint32_t threads, struct ft_error *err) {
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
  if (status == FT_OK && label) status = set_labels(matrix, label, err);
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
