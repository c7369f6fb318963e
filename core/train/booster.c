#include "core/train/booster.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/threshold.h"
#include "core/train/trees.h"
#include "core/train/xgboost_api.h"
#include "foretell/buffer.h"

#define CONFIG_BYTES_A_COLUMN 160
#define LARGEST_VALUE         1e38f

struct ft_matrix {
  DMatrixHandle handle;
  size_t rows;
};

struct ft_booster {
  BoosterHandle handle;
  uint32_t outputs;
};

/* XGBoost's words come with a stack trace; the first sentence is what a person can use. */
static enum ft_status fail_learner(struct ft_error *err, const char *doing) {
  const char *words = XGBGetLastError();
  if (strstr(words, "bad_alloc") || strstr(words, "Failed to allocate"))
    return ft_fail(err, FT_NOMEM, "out of memory while %s", doing);
  const char *colon = strstr(words, "Check failed: ");
  if (colon) words = colon + strlen("Check failed: ");
  size_t size = strcspn(words, "\n");
  return ft_fail(err, FT_TRAINER, "the learner failed while %s: %.*s", doing,
                 (int)(size < 400 ? size : 400), words);
}

static enum ft_status describe_array(struct ft_buffer *out, const void *data, size_t rows,
                                     size_t columns, struct ft_error *err) {
  ft_buffer_print(out, "{\"data\":[%" PRIuPTR ",true],\"shape\":[%zu", (uintptr_t)data, rows);
  if (columns > 0) ft_buffer_print(out, ",%zu", columns);
  ft_buffer_print(out, "],\"typestr\":\"<f4\",\"version\":3}");
  return ft_buffer_check(out, "the learner's columns", err);
}

static float *gather(const struct ft_features *features, const uint32_t *row, size_t rows) {
  if (features->features && rows > SIZE_MAX / sizeof(float) / features->features) return NULL;
  float *out = malloc(rows * features->features * sizeof(float) + 1);
  if (!out) return NULL;
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
  return out;
}

static enum ft_status create_matrix(struct ft_matrix *matrix, const float *value, size_t rows,
                                    uint32_t features, uint32_t threads, struct ft_error *err) {
  struct ft_buffer json;
  ft_buffer_init(&json, (size_t)CONFIG_BYTES_A_COLUMN * (features + 1));
  enum ft_status status = FT_OK;
  for (uint32_t f = 0; f < features && status == FT_OK; f++) {
    ft_buffer_print(&json, f == 0 ? "[" : ",");
    status = describe_array(&json, value + (size_t)f * rows, rows, 0, err);
  }
  ft_buffer_print(&json, "]");
  ft_buffer_u8(&json, 0);
  if (status == FT_OK) status = ft_buffer_check(&json, "the learner's columns", err);
  char config[64];
  snprintf(config, sizeof config, "{\"missing\":NaN,\"nthread\":%" PRIu32 "}", threads);
  if (status == FT_OK &&
      XGDMatrixCreateFromColumnar((const char *)json.data, config, &matrix->handle) != 0)
    status = fail_learner(err, "taking the rows");
  ft_buffer_release(&json);
  return status;
}

static enum ft_status set_kinds(struct ft_matrix *matrix, const struct ft_features *features,
                                struct ft_error *err) {
  const char **kind = calloc(features->features, sizeof *kind);
  if (!kind) return ft_fail(err, FT_NOMEM, "out of memory while taking the rows");
  for (uint32_t f = 0; f < features->features; f++)
    kind[f] = features->categories[f] ? "c" : "q";
  int result = XGDMatrixSetStrFeatureInfo(matrix->handle, "feature_type", kind, features->features);
  free(kind);
  return result == 0 ? FT_OK : fail_learner(err, "taking the rows");
}

static enum ft_status set_labels(struct ft_matrix *matrix, const float *label,
                                 struct ft_error *err) {
  struct ft_buffer json;
  ft_buffer_init(&json, 4096);
  enum ft_status status = describe_array(&json, label, matrix->rows, 0, err);
  ft_buffer_u8(&json, 0);
  if (status == FT_OK &&
      XGDMatrixSetInfoFromInterface(matrix->handle, "label", (const char *)json.data) != 0)
    status = fail_learner(err, "taking the target");
  ft_buffer_release(&json);
  return status;
}

enum ft_status ft_matrix_make(struct ft_matrix **out, const struct ft_features *features,
                              const uint32_t *row, size_t rows, const float *label,
                              uint32_t threads, struct ft_error *err) {
  XGBSetGlobalConfig("{\"verbosity\":0}"); /* a thread's own, so it is said here */
  struct ft_matrix *matrix = calloc(1, sizeof *matrix);
  float *value = matrix ? gather(features, row, rows) : NULL;
  if (!value) {
    free(matrix);
    return ft_fail(err, FT_NOMEM, "out of memory for %zu rows of %u features", rows,
                   (unsigned)features->features);
  }
  matrix->rows = rows;
  enum ft_status status = create_matrix(matrix, value, rows, features->features, threads, err);
  free(value);
  if (status == FT_OK) status = set_kinds(matrix, features, err);
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

enum ft_status ft_matrix_group(struct ft_matrix *matrix, struct ft_error *err) {
  uint32_t size = (uint32_t)matrix->rows;
  char array[160];
  snprintf(array, sizeof array,
           "{\"data\":[%" PRIuPTR ",true],\"shape\":[1],\"typestr\":\"<u4\",\"version\":3}",
           (uintptr_t)&size);
  if (XGDMatrixSetInfoFromInterface(matrix->handle, "group", array) != 0)
    return fail_learner(err, "grouping the rows");
  return FT_OK;
}

static enum ft_status set_parameters(struct ft_booster *booster,
                                     const struct ft_parameter *parameter, size_t parameters,
                                     struct ft_error *err) {
  for (size_t i = 0; i < parameters; i++)
    if (XGBoosterSetParam(booster->handle, parameter[i].name, parameter[i].value) != 0)
      return fail_learner(err, "setting its parameters");
  return FT_OK;
}

enum ft_status ft_booster_make(struct ft_booster **out, struct ft_matrix *const *matrix,
                               size_t matrices, uint32_t outputs,
                               const struct ft_parameter *parameter, size_t parameters,
                               struct ft_error *err) {
  XGBSetGlobalConfig("{\"verbosity\":0}");
  DMatrixHandle handle[4];
  if (matrices > sizeof handle / sizeof *handle) matrices = sizeof handle / sizeof *handle;
  for (size_t i = 0; i < matrices; i++)
    handle[i] = matrix[i]->handle;
  struct ft_booster *booster = calloc(1, sizeof *booster);
  if (!booster) return ft_fail(err, FT_NOMEM, "out of memory for the learner");
  booster->outputs = outputs;
  enum ft_status status = FT_OK;
  if (XGBoosterCreate(handle, matrices, &booster->handle) != 0)
    status = fail_learner(err, "starting");
  if (status == FT_OK) status = set_parameters(booster, parameter, parameters, err);
  if (status != FT_OK) {
    ft_booster_free(booster);
    return status;
  }
  *out = booster;
  return FT_OK;
}

void ft_booster_free(struct ft_booster *booster) {
  if (!booster) return;
  if (booster->handle) XGBoosterFree(booster->handle);
  free(booster);
}

enum ft_status ft_booster_boost(struct ft_booster *booster, struct ft_matrix *train, uint32_t round,
                                const float *gradient, const float *hessian, struct ft_error *err) {
  struct ft_buffer first, second;
  ft_buffer_init(&first, 4096);
  ft_buffer_init(&second, 4096);
  enum ft_status status = describe_array(&first, gradient, train->rows, booster->outputs, err);
  if (status == FT_OK)
    status = describe_array(&second, hessian, train->rows, booster->outputs, err);
  ft_buffer_u8(&first, 0);
  ft_buffer_u8(&second, 0);
  if (status == FT_OK &&
      XGBoosterTrainOneIter(booster->handle, train->handle, (int)round, (const char *)first.data,
                            (const char *)second.data) != 0)
    status = fail_learner(err, "growing trees");
  ft_buffer_release(&first);
  ft_buffer_release(&second);
  return status;
}

enum ft_status ft_booster_update(struct ft_booster *booster, struct ft_matrix *train,
                                 uint32_t round, struct ft_error *err) {
  if (XGBoosterUpdateOneIter(booster->handle, (int)round, train->handle) != 0)
    return fail_learner(err, "growing trees");
  return FT_OK;
}

enum ft_status ft_booster_margins(const float **out, struct ft_booster *booster,
                                  struct ft_matrix *matrix, struct ft_error *err) {
  static const char config[] = "{\"type\":1,\"training\":false,\"iteration_begin\":0,"
                               "\"iteration_end\":0,\"strict_shape\":true}";
  const uint64_t *shape;
  uint64_t dimensions;
  if (XGBoosterPredictFromDMatrix(booster->handle, matrix->handle, config, &shape, &dimensions,
                                  out) != 0)
    return fail_learner(err, "predicting");
  if (dimensions < 1 || shape[0] != matrix->rows)
    return ft_fail(err, FT_TRAINER, "the learner predicted %" PRIu64 " rows instead of %zu",
                   dimensions < 1 ? 0 : shape[0], matrix->rows);
  return FT_OK;
}

enum ft_status ft_booster_forest(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_booster *booster, uint32_t rounds, double scale,
                                 const struct ft_grown_on *grown_on, struct ft_error *err) {
  uint64_t size;
  const char *text;
  if (XGBoosterSaveModelToBuffer(booster->handle, "{\"format\":\"json\"}", &size, &text) != 0)
    return fail_learner(err, "handing over its trees");
  struct ft_span json = { text, size };
  FT_TRY(ft_trees_read(out, arena, json, rounds, booster->outputs, scale, err));
  /* the nodes are in our arena, and nobody else has seen them yet */
  return ft_threshold_centre((struct ft_node *)(uintptr_t)out->node, out->nodes, grown_on->features,
                             grown_on->row, grown_on->rows, err);
}
