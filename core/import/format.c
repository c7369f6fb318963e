#include "core/import/format.h"

#include <stdio.h>
#include <string.h>

#include "core/import/archive/compressed.h"
#include "core/import/archived.h"
#include "core/import/catboost/catboost.h"
#include "core/import/lightgbm/lightgbm.h"
#include "core/import/mxnet/linear_learner.h"
#include "core/import/mxnet/mxnet_arrays.h"
#include "core/import/onnx/onnx.h"
#include "core/import/own.h"
#include "core/import/pickle/pickle.h"
#include "core/import/pickled.h"
#include "core/import/sklearn/sklearn.h"
#include "core/import/sklearn/skops.h"
#include "core/import/unread.h"
#include "core/import/xgboost/xgboost.h"
#include "core/import/xgboost/xgboost_binary.h"

static bool begins(struct ft_span bytes, const char *with, size_t size) {
  return bytes.size >= size && memcmp(bytes.data, with, size) == 0;
}
#define BEGINS(bytes, literal) begins(bytes, literal, sizeof(literal) - 1)

static bool has(struct ft_span bytes, size_t within, const char *word) {
  if (within > bytes.size) within = bytes.size;
  return ft_span_find((struct ft_span){ bytes.data, within }, ft_span_of(word)) != NULL;
}

static bool is_own(struct ft_span bytes) {
  return BEGINS(bytes, "FTMODEL\n");
}

static bool is_archive(struct ft_span bytes) {
  return BEGINS(bytes, "\x1f\x8b") || BEGINS(bytes, "PK\x03\x04") || BEGINS(bytes, "PK\x05\x06") ||
         (bytes.size > 262 && memcmp(bytes.data + 257, "ustar", 5) == 0);
}

/* The text behind a byte order mark and blanks. */
static struct ft_span text_of(struct ft_span bytes) {
  if (BEGINS(bytes, "\xef\xbb\xbf")) bytes = (struct ft_span){ bytes.data + 3, bytes.size - 3 };
  return ft_span_trim(bytes);
}

static bool is_json(struct ft_span bytes) {
  struct ft_span text = text_of(bytes);
  if (!text.size || text.data[0] != '{') return false;
  text = ft_span_trim((struct ft_span){ text.data + 1, text.size - 1 });
  return text.size && (text.data[0] == '"' || text.data[0] == '}');
}

static bool is_ubjson(struct ft_span bytes) {
  return bytes.size > 2 && bytes.data[0] == '{' && memchr("LliUI#", bytes.data[1], 6);
}

static bool is_lightgbm(struct ft_span bytes) {
  return BEGINS(bytes, "tree\n") || BEGINS(bytes, "tree\r\n");
}

static bool is_xgboost_binary(struct ft_span bytes) {
  return BEGINS(bytes, "binf") || BEGINS(bytes, "CONFIG-offset:") ||
         ft_xgboost_binary_begins(bytes);
}

/* Booster.dump_model, as text and as JSON. */
static bool is_xgboost_dump(struct ft_span bytes) {
  struct ft_span text = text_of(bytes);
  return BEGINS(text, "booster[") || (BEGINS(text, "[") && has(text, 256, "\"nodeid\""));
}

static const struct ft_format formats[] = {
  { "a model of ours", is_own, ft_own_read, NULL },
  { "a scikit-learn model by skops", ft_skops_fits, ft_sklearn_skops_read, NULL },
  { "an archive", is_archive, ft_archived_read, NULL },
  { "a CatBoost model in JSON", ft_catboost_is_json, ft_catboost_json_read, NULL },
  { "a CatBoost model", ft_catboost_is_binary, ft_catboost_binary_read, NULL },
  { "a LightGBM model's dump", ft_lightgbm_is_json, ft_lightgbm_json_read, NULL },
  { "an XGBoost model in JSON", is_json, ft_xgboost_json_read, NULL },
  { "an XGBoost model in UBJSON", is_ubjson, ft_xgboost_ubjson_read, NULL },
  { "an XGBoost model in binary", is_xgboost_binary, ft_xgboost_binary_read, NULL },
  { "a dump of XGBoost's trees, without objective and base_score", is_xgboost_dump, NULL,
    "Save the model with Booster.save_model(\"model.ubj\"): a dump is none." },
  { "a LightGBM model", is_lightgbm, ft_lightgbm_read, NULL },
  { "MXNet's parameters", ft_mxnet_arrays_begin, ft_mxnet_parameters_refuse, NULL },
  { "an ONNX model", ft_onnx_fits, ft_onnx_read, NULL },
  { "a Python pickle", ft_pickle_fits, ft_pickled_read, NULL },
  { "a compressed file", ft_compressed_fits, ft_archived_read_compressed, NULL },
};

const struct ft_format *ft_format_of(struct ft_span bytes) {
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (formats[i].fits(bytes)) return &formats[i];
  return NULL;
}

/* "the file", or the archive's. */
static enum ft_status fail_file(const struct ft_import *import, const char *is, const char *advice,
                                struct ft_error *err) {
  if (import->file)
    ft_fail(err, FT_UNSUPPORTED, "the archive's \"%.60s\" %s", import->file, is);
  else
    ft_fail(err, FT_UNSUPPORTED, "the file %s", is);
  return ft_fail_hint(err, "%s", advice);
}

static enum ft_status fail_unread(const struct ft_import *import, const char *what,
                                  const char *advice, struct ft_error *err) {
  char is[128];
  snprintf(is, sizeof is, "is %s, which is not read", what);
  return fail_file(import, is, advice, err);
}

static enum ft_status fail_unknown(const struct ft_import *import, struct ft_span bytes,
                                   struct ft_error *err) {
  const struct ft_unread *unread = ft_unread_likely(bytes);
  if (unread) return fail_unread(import, unread->what, unread->advice, err);
  if (!bytes.size)
    return fail_file(import, "is empty", "Was it written to its end, and copied whole?", err);
  return fail_file(import, "has no format that is known",
                   "Models of XGBoost, LightGBM, CatBoost and scikit-learn (skops, pickles), ONNX, "
                   "SageMaker's archives and models of ours are read.",
                   err);
}

enum ft_status ft_format_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                              struct ft_error *err) {
  const struct ft_unread *unread = ft_unread_certain(bytes);
  if (unread) return fail_unread(out, unread->what, unread->advice, err);
  const struct ft_format *format = ft_format_of(bytes);
  if (!format) return fail_unknown(out, bytes, err);
  if (format->read) return format->read(out, arena, bytes, err);
  return fail_unread(out, format->name, format->advice, err);
}
