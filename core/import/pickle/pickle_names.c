#include "core/import/pickle/pickle_names.h"

#include <ctype.h>
#include <string.h>

#define LONGEST_NAME 200

/* A name, or all that begins with it where it ends in a dot. */
struct name {
  const char *name;
  enum ft_pickle_makes makes;
};

static const struct name names[] = {
  /* Libraries of models: whichever of their classes and functions it is, it stays a name. */
  { "xgboost.", FT_PICKLE_MAKES_OBJECT },
  { "lightgbm.", FT_PICKLE_MAKES_OBJECT },
  { "catboost.", FT_PICKLE_MAKES_OBJECT },
  { "_catboost.", FT_PICKLE_MAKES_OBJECT },
  { "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper", FT_PICKLE_MAKES_WRAPPED_ARRAY },
  { "sklearn.", FT_PICKLE_MAKES_OBJECT },
  { "_loss.", FT_PICKLE_MAKES_OBJECT }, /* sklearn._loss._loss by the name that it has of Cython */
  { "scipy.sparse.", FT_PICKLE_MAKES_OBJECT },
  { "scipy.stats.", FT_PICKLE_MAKES_OBJECT },
  /* joblib */
  { "joblib.numpy_pickle.NumpyArrayWrapper", FT_PICKLE_MAKES_WRAPPED_ARRAY },
  /* numpy */
  { "numpy.ndarray", FT_PICKLE_MAKES_OBJECT },
  { "numpy.dtype", FT_PICKLE_MAKES_DTYPE },
  { "numpy.core.multiarray._reconstruct", FT_PICKLE_MAKES_ARRAY },
  { "numpy.core.multiarray.scalar", FT_PICKLE_MAKES_SCALAR },
  { "numpy.core.numeric._frombuffer", FT_PICKLE_MAKES_FROM_BUFFER },
  { "numpy.core._multiarray_umath.", FT_PICKLE_MAKES_OBJECT },
  { "numpy.random._pickle.", FT_PICKLE_MAKES_OBJECT },
  { "numpy.random._mt19937.MT19937", FT_PICKLE_MAKES_OBJECT },
  { "numpy.random._pcg64.PCG64", FT_PICKLE_MAKES_OBJECT },
  { "numpy.random.bit_generator.", FT_PICKLE_MAKES_OBJECT },
  { "numpy.random.__RandomState_ctor", FT_PICKLE_MAKES_OBJECT },
  { "numpy.bool", FT_PICKLE_MAKES_OBJECT },
  { "numpy.bool_", FT_PICKLE_MAKES_OBJECT },
  { "numpy.float16", FT_PICKLE_MAKES_OBJECT },
  { "numpy.float32", FT_PICKLE_MAKES_OBJECT },
  { "numpy.float64", FT_PICKLE_MAKES_OBJECT },
  { "numpy.int8", FT_PICKLE_MAKES_OBJECT },
  { "numpy.int16", FT_PICKLE_MAKES_OBJECT },
  { "numpy.int32", FT_PICKLE_MAKES_OBJECT },
  { "numpy.int64", FT_PICKLE_MAKES_OBJECT },
  { "numpy.uint8", FT_PICKLE_MAKES_OBJECT },
  { "numpy.uint16", FT_PICKLE_MAKES_OBJECT },
  { "numpy.uint32", FT_PICKLE_MAKES_OBJECT },
  { "numpy.uint64", FT_PICKLE_MAKES_OBJECT },
  { "numpy.str_", FT_PICKLE_MAKES_OBJECT },
  { "numpy.object_", FT_PICKLE_MAKES_OBJECT },
  { "numpy.abs", FT_PICKLE_MAKES_OBJECT },
  { "numpy.absolute", FT_PICKLE_MAKES_OBJECT },
  { "numpy.exp", FT_PICKLE_MAKES_OBJECT },
  { "numpy.expm1", FT_PICKLE_MAKES_OBJECT },
  { "numpy.log", FT_PICKLE_MAKES_OBJECT },
  { "numpy.log10", FT_PICKLE_MAKES_OBJECT },
  { "numpy.log1p", FT_PICKLE_MAKES_OBJECT },
  { "numpy.log2", FT_PICKLE_MAKES_OBJECT },
  { "numpy.sqrt", FT_PICKLE_MAKES_OBJECT },
  { "numpy.square", FT_PICKLE_MAKES_OBJECT },
  { "numpy.ma.core._mareconstruct", FT_PICKLE_MAKES_OBJECT },
  { "numpy.ma.core.MaskedArray", FT_PICKLE_MAKES_OBJECT },
  { "numpy.ma.MaskedArray", FT_PICKLE_MAKES_OBJECT },
  /* pandas: what scikit-learn's objects keep of data frames */
  { "pandas.core.frame.DataFrame", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.series.Series", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.internals.managers.BlockManager", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.internals.managers.SingleBlockManager", FT_PICKLE_MAKES_OBJECT },
  { "pandas._libs.internals._unpickle_block", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.indexes.base._new_Index", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.indexes.base.Index", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.indexes.range.RangeIndex", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.indexes.numeric.Int64Index", FT_PICKLE_MAKES_OBJECT },
  { "pandas.core.dtypes.dtypes.CategoricalDtype", FT_PICKLE_MAKES_OBJECT },
  /* Python itself */
  { "_codecs.encode", FT_PICKLE_MAKES_ENCODED },
  { "builtins.bytes", FT_PICKLE_MAKES_BYTES },
  { "builtins.bytearray", FT_PICKLE_MAKES_BYTES },
  { "builtins.list", FT_PICKLE_MAKES_LIST },
  { "builtins.set", FT_PICKLE_MAKES_SET },
  { "builtins.frozenset", FT_PICKLE_MAKES_SET },
  { "builtins.dict", FT_PICKLE_MAKES_DICT },
  { "collections.OrderedDict", FT_PICKLE_MAKES_DICT },
  { "collections.defaultdict", FT_PICKLE_MAKES_DICT },
  { "functools.partial", FT_PICKLE_MAKES_OBJECT },
  { "copyreg._reconstructor", FT_PICKLE_MAKES_RECONSTRUCTED },
  { "builtins.bool", FT_PICKLE_MAKES_OBJECT },
  { "builtins.int", FT_PICKLE_MAKES_OBJECT },
  { "builtins.long", FT_PICKLE_MAKES_OBJECT },
  { "builtins.float", FT_PICKLE_MAKES_OBJECT },
  { "builtins.str", FT_PICKLE_MAKES_OBJECT },
  { "builtins.object", FT_PICKLE_MAKES_OBJECT },
  { "builtins.tuple", FT_PICKLE_MAKES_OBJECT },
  { "builtins.slice", FT_PICKLE_MAKES_OBJECT },
  { "builtins.range", FT_PICKLE_MAKES_OBJECT },
  { "builtins.xrange", FT_PICKLE_MAKES_OBJECT },
};

/* Modules under other names: Python 2's, and those of numpy from 2.0 on. */
static const struct {
  const char *from;
  const char *to;
} renamed[] = {
  { "__builtin__.", "builtins." },
  { "copy_reg.", "copyreg." },
  { "numpy._core.", "numpy.core." },
};

/* Names of what people do keep in files, and what to do with it instead. */
struct advice {
  const char *prefix;
  const char *words;
};

#define OTHER_STEP                                                                                   \
  "Of a pipeline only scikit-learn's own steps are known. Prepare the columns in SQL, and save the " \
  "model alone."

static const struct advice advices[] = {
  { "__main__.",
    "It is a function or class of the program that wrote the file. Save the model alone: "
    "XGBoost's and LightGBM's save_model, or skl2onnx." },
  { "joblib.numpy_pickle.NDArrayWrapper",
    "joblib before 0.10 kept arrays in files beside it. Load it and save it again." },
  { "torch.", "Export the model as ONNX: torch.onnx.export." },
  { "fastai.", "Export the model as ONNX: torch.onnx.export." },
  { "keras.", "Convert it with tf2onnx." },
  { "tensorflow.", "Convert it with tf2onnx." },
  { "pycaret.", "Take the estimator out of it, and convert that with skl2onnx." },
  { "mlflow.", "Take the model out of it: XGBoost's and LightGBM's save_model, or skl2onnx." },
  { "feature_engine.", OTHER_STEP },
  { "category_encoders.", OTHER_STEP },
  { "imblearn.", OTHER_STEP },
  { "shap.", "It explains a model: save the model itself." },
};

static bool fits(const char *pattern, struct ft_span name) {
  size_t size = strlen(pattern);
  if (pattern[size - 1] == '.') return name.size > size && memcmp(name.data, pattern, size) == 0;
  return ft_span_equal(ft_span_of(pattern), name);
}

static const struct name *find_name(struct ft_span name) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (fits(names[i].name, name)) return &names[i];
  return NULL;
}

/* Letters, digits, dots, underscores: what else a hostile file has is not shown. */
static void show(char *out, struct ft_span name) {
  for (size_t i = 0; i < name.size; i++) {
    unsigned char letter = (unsigned char)name.data[i];
    out[i] = letter < 128 && (isalnum(letter) || (letter && strchr("._<>", letter))) ? (char)letter
                                                                                     : '?';
  }
  out[name.size] = 0;
}

static enum ft_status refuse(struct ft_span name, struct ft_error *err) {
  char shown[LONGEST_NAME + 1];
  show(shown, name);
  for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
    if (!fits(advices[i].prefix, name)) continue;
    ft_fail(err, FT_UNSUPPORTED, "the pickle refers to \"%s\", which is not supported", shown);
    return ft_fail_hint(err, "%s", advices[i].words);
  }
  ft_fail(err, FT_UNSUPPORTED, "the pickle refers to \"%s\", which is no part of a model", shown);
  return ft_fail_hint(err,
                      "Nothing of the file was run. Pickles of XGBoost, LightGBM, CatBoost and "
                      "scikit-learn are read; save the model alone.");
}

/* "module.name", by the name that the list has. */
static enum ft_status join(struct ft_span *out, struct ft_arena *arena, struct ft_span module,
                           struct ft_span name, struct ft_error *err) {
  size_t size = module.size + 1 + name.size;
  char *whole = FT_ARENA_NEW(arena, char, size + 1);
  if (!whole) return ft_arena_fail(err, "the pickle");
  memcpy(whole, module.data, module.size);
  whole[module.size] = '.';
  memcpy(whole + module.size + 1, name.data, name.size);
  *out = (struct ft_span){ whole, size };
  for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
    if (!fits(renamed[i].from, *out)) continue;
    size_t from = strlen(renamed[i].from), to = strlen(renamed[i].to); /* shorter */
    memmove(whole + to, whole + from, size - from);
    memcpy(whole, renamed[i].to, to);
    out->size -= from - to;
  }
  return FT_OK;
}

enum ft_status ft_pickle_new_global(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                    struct ft_span module, struct ft_span name,
                                    struct ft_error *err) {
  struct ft_span whole;
  if (module.size >= LONGEST_NAME || name.size >= LONGEST_NAME - module.size)
    return ft_pickle_fail(err, "a name is too long");
  if (!module.size || !name.size) return ft_pickle_fail(err, "a name is empty");
  FT_TRY(join(&whole, reading->arena, module, name, err));
  const struct name *found = find_name(whole);
  if (!found) return refuse(whole, err);
  FT_TRY(ft_pickle_new_text(out, reading, FT_PICKLE_GLOBAL, whole, err));
  (*out)->makes = found->makes;
  return FT_OK;
}
