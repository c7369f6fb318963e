#include "core/learn/booster.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/learn/threshold.h"
#include "core/learn/trees.h"
#include "core/learn/xgboost.h"
#include "core/learn/xgboost_api.h"
#include "foretell/buffer.h"

struct ft_booster {
  BoosterHandle handle;
  uint32_t outputs;
};

static enum ft_status set_parameters(struct ft_booster *booster,
                                     const struct ft_parameter *parameter, size_t parameters,
                                     struct ft_error *err) {
  for (size_t i = 0; i < parameters; i++)
    if (XGBoosterSetParam(booster->handle, parameter[i].name, parameter[i].value) != 0)
      return ft_xgboost_fail(err, "setting its parameters");
  return FT_OK;
}

enum ft_status ft_booster_make(struct ft_booster **out, struct ft_matrix *const *matrix,
                               size_t matrices, uint32_t outputs,
                               const struct ft_parameter *parameter, size_t parameters,
                               struct ft_error *err) {
  XGBSetGlobalConfig("{\"verbosity\":0}");
  DMatrixHandle handle[4];
  /* Matrices beyond these are only predicted more slowly: caching is all that they are handed
   * over for. */
  if (matrices > sizeof handle / sizeof *handle) matrices = sizeof handle / sizeof *handle;
  for (size_t i = 0; i < matrices; i++)
    handle[i] = ft_matrix_handle(matrix[i]);
  struct ft_booster *booster = calloc(1, sizeof *booster);
  if (!booster) return ft_fail(err, FT_NOMEM, "out of memory for the learner");
  booster->outputs = outputs;
  enum ft_status status = FT_OK;
  if (XGBoosterCreate(handle, matrices, &booster->handle) != 0)
    status = ft_xgboost_fail(err, "starting");
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
  enum ft_status status =
      ft_xgboost_array(&first, gradient, ft_matrix_rows(train), booster->outputs, err);
  if (status == FT_OK)
    status = ft_xgboost_array(&second, hessian, ft_matrix_rows(train), booster->outputs, err);
  ft_buffer_u8(&first, 0);
  ft_buffer_u8(&second, 0);
  if (status == FT_OK &&
      XGBoosterTrainOneIter(booster->handle, ft_matrix_handle(train), (int)round,
                            (const char *)first.data, (const char *)second.data) != 0)
    status = ft_xgboost_fail(err, "growing trees");
  ft_buffer_release(&first);
  ft_buffer_release(&second);
  return status;
}

enum ft_status ft_booster_update(struct ft_booster *booster, struct ft_matrix *train,
                                 uint32_t round, struct ft_error *err) {
  if (XGBoosterUpdateOneIter(booster->handle, (int)round, ft_matrix_handle(train)) != 0)
    return ft_xgboost_fail(err, "growing trees");
  return FT_OK;
}

enum ft_status ft_booster_margins(const float **out, struct ft_booster *booster,
                                  struct ft_matrix *matrix, struct ft_error *err) {
  /* type 1 is the raw margin, without the objective's link; iteration_end 0 is all rounds. */
  static const char config[] = "{\"type\":1,\"training\":false,\"iteration_begin\":0,"
                               "\"iteration_end\":0,\"strict_shape\":true}";
  const uint64_t *shape;
  uint64_t dimensions;
  if (XGBoosterPredictFromDMatrix(booster->handle, ft_matrix_handle(matrix), config, &shape,
                                  &dimensions, out) != 0)
    return ft_xgboost_fail(err, "predicting");
  if (dimensions < 1 || shape[0] != ft_matrix_rows(matrix))
    return ft_fail(err, FT_TRAINER, "the learner predicted %" PRIu64 " rows instead of %zu",
                   dimensions < 1 ? 0 : shape[0], ft_matrix_rows(matrix));
  return FT_OK;
}

enum ft_status ft_booster_forest(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_booster *booster, uint32_t rounds, double scale,
                                 const struct ft_grown_on *grown_on, struct ft_error *err) {
  uint64_t size;
  const char *text;
  if (XGBoosterSaveModelToBuffer(booster->handle, "{\"format\":\"ubj\"}", &size, &text) != 0)
    return ft_xgboost_fail(err, "handing over its trees");
  /* The text is XGBoost's and valid until its next call: it is read at once. */
  struct ft_span ubjson = { text, size };
  FT_TRY(ft_trees_read(out, arena, ubjson, rounds, booster->outputs, scale, err));
  /* the nodes are in our arena, and nobody else has seen them yet */
  return ft_threshold_centre((struct ft_node *)(uintptr_t)out->node, out->nodes, grown_on, err);
}
