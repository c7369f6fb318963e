#include "bench/workload.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/trees.h"
#include "core/learn/xgboost_api.h"
#include "foretell/plan.h"
#include "foretell/random.h"

int XGBoosterPredictFromDense(BoosterHandle booster, const char *values, const char *config,
                              DMatrixHandle matrix, const uint64_t **shape, uint64_t *dimensions,
                              const float **out);
int XGDMatrixCreateFromDense(const char *data, const char *config, DMatrixHandle *out);

#define WORDS 20 /* categories of a field */

static void fail(const char *what) {
  fprintf(stderr, "bench: %s: %s\n", what, XGBGetLastError());
  exit(1);
}

static void *take(struct ft_arena *arena, size_t count, size_t size) {
  void *memory = ft_arena_take(arena, count, size);
  if (!memory) fail("out of memory");
  return memory;
}

static double normal(struct ft_random *random) {
  double u = 1.0 - ft_random_unit(random);
  return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * ft_random_unit(random));
}

static int order_of_hashes(const void *a, const void *b) {
  return ft_hash128_compare(*(const struct ft_hash128 *)a, *(const struct ft_hash128 *)b);
}

static struct ft_span word_of(struct ft_arena *arena, uint32_t i) {
  char *text = ft_arena_print(arena, "category %u", (unsigned)i);
  if (!text) fail("out of memory");
  return ft_span_of(text);
}

static void make_encoders(struct ft_model *model, struct ft_arena *arena,
                          const struct ft_shape *shape) {
  struct ft_encoder *encoder = take(arena, shape->features, sizeof *encoder);
  for (uint32_t f = 0; f < shape->features; f++) {
    encoder[f] = (struct ft_encoder){ .kind = FT_ENCODE_NUMBER, .field = f };
    if (f >= shape->categories) continue;
    struct ft_hash_key key = ft_category_key(&model->category_key, f);
    struct ft_hash128 *hash = take(arena, WORDS, sizeof *hash);
    for (uint32_t i = 0; i < WORDS; i++) {
      struct ft_span text = word_of(arena, i);
      hash[i] = ft_category_hash(&key, FT_TEXT, &text);
    }
    qsort(hash, WORDS, sizeof *hash, order_of_hashes);
    encoder[f].kind = FT_ENCODE_CATEGORY;
    encoder[f].categories = WORDS;
    encoder[f].category = hash;
  }
  model->encoder = encoder;
  model->features = shape->features;
}

static struct ft_field *make_fields(struct ft_arena *arena, const struct ft_shape *shape,
                                    enum ft_type number) {
  struct ft_field *field = take(arena, shape->features, sizeof *field);
  for (uint32_t f = 0; f < shape->features; f++) {
    field[f].name = ft_arena_print(arena, "f%u", (unsigned)f);
    field[f].type = f < shape->categories ? FT_TEXT : number;
  }
  return field;
}

/* Columns of all rows: two out of three numbers are normal, the others log-normal. */
struct columns {
  struct ft_column *single, *real;
};

static void fill_column(struct columns *to, struct ft_arena *arena, const struct ft_shape *shape,
                        uint32_t f, size_t rows, struct ft_random *random) {
  float *single = take(arena, rows + 512, sizeof *single);
  double *real = take(arena, rows + 512, sizeof *real);
  struct ft_span *text = take(arena, rows + 512, sizeof *text);
  uint64_t *validity = take(arena, rows / 64 + 16, sizeof *validity);
  struct ft_span word[WORDS];
  for (uint32_t i = 0; i < WORDS; i++)
    word[i] = word_of(arena, i);
  for (size_t r = 0; r < rows; r++) {
    double x = normal(random);
    real[r] = f % 3 ? x : exp(x);
    single[r] = (float)real[r];
    text[r] = word[ft_random_below(random, WORDS)];
    if (ft_random_unit(random) >= shape->missing) validity[r / 64] |= UINT64_C(1) << (r % 64);
  }
  const uint64_t *bits = shape->missing > 0 ? validity : NULL;
  bool words = f < shape->categories;
  to->single[f] =
      (struct ft_column){ words ? FT_TEXT : FT_FLOAT32, words ? (void *)text : single, bits };
  to->real[f] =
      (struct ft_column){ words ? FT_TEXT : FT_FLOAT64, words ? (void *)text : real, bits };
}

/* A target that needs deep trees: products, steps and waves of many features, and noise. */
static void fill_target(float *target, const float *feature, const struct ft_shape *shape,
                        size_t rows, struct ft_random *random) {
  for (size_t r = 0; r < rows; r++) {
    double sum = normal(random) * 0.3;
    for (uint32_t f = 0; f < shape->features; f++) {
      double x = feature[(size_t)f * rows + r];
      double y = feature[(size_t)((f * 7 + 3) % shape->features) * rows + r];
      if (isnan(x)) x = 0.7;
      if (isnan(y)) y = -0.3;
      if (f < shape->categories) x = sin(x * 2.3 + f);
      sum += f % 4 == 0 ? x * (y > 0.4) : f % 4 == 1 ? sin(2 * x) : f % 4 == 2 ? fabs(x) : x * 0.3;
    }
    target[r] = (float)sum;
    if (shape->classes > 0) {
      double bin = (sum / sqrt((double)shape->features) + 1.0) * shape->classes / 3.0;
      target[r] = (float)(bin < 0 ? 0 : bin >= shape->classes ? shape->classes - 1 : floor(bin));
    }
  }
}

static void describe(char *json, size_t size, const float *data, size_t rows, size_t columns) {
  snprintf(json, size,
           "{\"data\":[%" PRIuPTR ",true],\"shape\":[%zu,%zu],\"typestr\":\"<f4\",\"version\":3}",
           (uintptr_t)data, rows, columns);
}

static void set_number(void *booster, const char *name, uint32_t value) {
  char text[16];
  snprintf(text, sizeof text, "%u", (unsigned)value);
  if (XGBoosterSetParam(booster, name, text) != 0) fail(name);
}

static void set_options(void *booster, const struct ft_shape *shape) {
  static const char *const fixed[][2] = { { "tree_method", "hist" },
                                          { "eta", "0.1" },
                                          { "nthread", "2" },
                                          { "seed", "1" } };
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (XGBoosterSetParam(booster, fixed[i][0], fixed[i][1]) != 0) fail(fixed[i][0]);
  const char *objective = shape->classes ? "multi:softprob" : "reg:squarederror";
  if (XGBoosterSetParam(booster, "objective", objective) != 0) fail("objective");
  if (shape->classes) set_number(booster, "num_class", shape->classes);
  set_number(booster, "max_depth", shape->leaves ? 0 : shape->depth);
  if (shape->leaves) {
    if (XGBoosterSetParam(booster, "grow_policy", "lossguide") != 0) fail("grow_policy");
    set_number(booster, "max_leaves", shape->leaves);
  }
}

static void train(struct ft_workload *out, const struct ft_shape *shape, const float *matrix,
                  const float *target, size_t rows) {
  DMatrixHandle data;
  char json[160];
  const char *kind[1000];
  describe(json, sizeof json, matrix, rows, shape->features);
  if (XGDMatrixCreateFromDense(json, "{\"missing\":NaN,\"nthread\":2}", &data) != 0) fail("rows");
  for (uint32_t f = 0; f < shape->features; f++)
    kind[f] = f < shape->categories ? "c" : "q";
  if (XGDMatrixSetStrFeatureInfo(data, "feature_type", kind, shape->features) != 0) fail("kinds");
  describe(json, sizeof json, target, rows, 1);
  if (XGDMatrixSetInfoFromInterface(data, "label", json) != 0) fail("target");
  if (XGBoosterCreate(&data, 1, &out->booster) != 0) fail("booster");
  set_options(out->booster, shape);
  for (uint32_t i = 0; i < shape->rounds; i++)
    if (XGBoosterUpdateOneIter(out->booster, (int)i, data) != 0) fail("training");
  XGDMatrixFree(data);
}

static void read_model(struct ft_workload *out, struct ft_arena *arena,
                       const struct ft_shape *shape) {
  struct ft_error err;
  uint64_t size;
  const char *json;
  struct ft_member *member = take(arena, 1, sizeof *member);
  if (XGBoosterSaveModelToBuffer(out->booster, "{\"format\":\"ubj\"}", &size, &json) != 0)
    fail("saving");
  out->model.outputs = shape->classes ? shape->classes : 1;
  member->weight = 1.0;
  if (ft_trees_read(&member->forest, arena, (struct ft_span){ json, size }, shape->rounds,
                    out->model.outputs, 1.0, &err) != FT_OK) {
    fprintf(stderr, "bench: %s\n", err.message);
    exit(1);
  }
  out->model.member = member;
  out->model.members = 1;
}

static void make_signature(struct ft_model *model, struct ft_arena *arena,
                           const struct ft_shape *shape) {
  struct ft_span *label = take(arena, shape->classes, sizeof *label);
  for (uint32_t i = 0; i < shape->classes; i++)
    label[i] = word_of(arena, i);
  *model = (struct ft_model){ .problem = shape->classes ? FT_MULTICLASS : FT_REGRESSION,
                              .target = { "target", FT_FLOAT64, 0, 0 },
                              .fields = shape->features,
                              .labels = shape->classes,
                              .label = label,
                              .link = shape->classes ? FT_LINK_SOFTMAX : FT_LINK_IDENTITY,
                              .threshold = 0.5 };
}

/* The rows behind the training's, as a batch of their own. */
static struct ft_batch rest_of(struct ft_column *column, const struct ft_shape *shape,
                               size_t training, size_t rows) {
  for (uint32_t f = 0; f < shape->features; f++) {
    column[f].values = (const char *)column[f].values + training * ft_type_bytes(column[f].type);
    if (column[f].validity) column[f].validity += training / 64;
  }
  return (struct ft_batch){ rows, shape->features, column };
}

void ft_workload_make(struct ft_workload *out, struct ft_arena *arena, const struct ft_shape *shape,
                      size_t training, size_t rows) {
  struct ft_random random = ft_random_seeded(20240601 + shape->features + shape->rounds);
  const size_t all = training + rows;
  struct ft_error err;
  *out = (struct ft_workload){ .rows = rows };
  XGBSetGlobalConfig("{\"verbosity\":0}");
  make_signature(&out->model, arena, shape);
  make_encoders(&out->model, arena, shape);
  out->field[0] = make_fields(arena, shape, FT_FLOAT32);
  out->field[1] = make_fields(arena, shape, FT_FLOAT64);
  out->model.field = out->field[0];
  struct columns columns = { take(arena, shape->features, sizeof *columns.single),
                             take(arena, shape->features, sizeof *columns.real) };
  for (uint32_t f = 0; f < shape->features; f++)
    fill_column(&columns, arena, shape, f, all, &random);
  float *feature = take(arena, all * shape->features, sizeof *feature);
  struct ft_batch batch = { all, shape->features, columns.single };
  if (ft_encode_batch(feature, &out->model, &batch, &err) != FT_OK) fail(err.message);
  float *target = take(arena, all, sizeof *target);
  fill_target(target, feature, shape, all, &random);
  float *matrix = take(arena, all * shape->features, sizeof *matrix);
  for (size_t r = 0; r < all; r++)
    for (uint32_t f = 0; f < shape->features; f++)
      matrix[r * shape->features + f] = feature[(size_t)f * all + r];
  train(out, shape, matrix, target, training);
  read_model(out, arena, shape);
  out->matrix = matrix + training * shape->features;
  out->single = rest_of(columns.single, shape, training, rows);
  out->real = rest_of(columns.real, shape, training, rows);
}

void ft_workload_release(struct ft_workload *workload) {
  XGBoosterFree(workload->booster);
}

const float *ft_workload_xgboost(const struct ft_workload *workload, size_t first, size_t rows,
                                 bool margin) {
  const size_t features = workload->model.features;
  const uint64_t *shape;
  uint64_t dimensions;
  const float *out;
  char json[160], config[160];
  describe(json, sizeof json, workload->matrix + first * features, rows, features);
  snprintf(config, sizeof config,
           "{\"type\":%d,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":false,"
           "\"missing\":NaN,\"cache_id\":0}",
           margin);
  if (XGBoosterPredictFromDense(workload->booster, json, config, NULL, &shape, &dimensions, &out) !=
      0)
    fail("prediction");
  return out;
}

void ft_workload_threads(const struct ft_workload *workload, const char *threads) {
  if (XGBoosterSetParam(workload->booster, "nthread", threads) != 0) fail("threads");
}
