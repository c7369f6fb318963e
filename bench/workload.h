/* Models trained on made-up data, and the data: what the benchmarks of prediction measure with.
 *
 * Shapes   Every field has one encoder. Numbers are float32 or double columns of the same values;
 *          categories are texts. XGBoost sees the encoded features, row-major.
 * NULLs    `missing` is the part of values that is NULL.
 * Numbers  the same seed gives the same data and, XGBoost being what it is, the same model.
 * Memory   everything is in the caller's arena; a failure ends the program. */
#ifndef FORETELL_BENCH_WORKLOAD_H
#define FORETELL_BENCH_WORKLOAD_H

#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/model.h"

struct ft_shape {
  const char *name;
  uint32_t rounds, depth, features;
  uint32_t classes;    /* 0: regression */
  uint32_t categories; /* so many of the features are categories of text */
  double missing;
  uint32_t leaves; /* grown leaf by leaf up to so many; 0: level by level */
};

struct ft_workload {
  struct ft_model model;
  void *booster;             /* XGBoost's BoosterHandle */
  size_t rows;               /* to predict */
  struct ft_batch single;    /* float32 columns and texts */
  struct ft_batch real;      /* double columns and texts */
  struct ft_field *field[2]; /* of the two */
  float *matrix;             /* rows × features, row-major */
};

/* Trains on `training` rows and keeps the next `rows` for prediction. */
void ft_workload_make(struct ft_workload *out, struct ft_arena *arena, const struct ft_shape *shape,
                      size_t training, size_t rows);
void ft_workload_release(struct ft_workload *workload); /* XGBoost's part */

/* XGBoost's predictor in place over rows first … of the matrix, in float32; borrowed. */
const float *ft_workload_xgboost(const struct ft_workload *workload, size_t first, size_t rows,
                                 bool margin);
void ft_workload_threads(const struct ft_workload *workload, const char *threads);

#endif
