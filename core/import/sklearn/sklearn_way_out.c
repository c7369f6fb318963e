#include "core/import/sklearn/sklearn_way_out.h"

#include <string.h>

#define CONVERT "Convert the model to ONNX: skl2onnx.to_onnx(model, X[:1])."
#define SERVE   "Serve the model and call it: CREATE MODEL … SAGEMAKER 'endpoint'."
#define BOOSTER(how)                                                                         \
  "Save the booster itself, model[-1]." how ", and prepare its columns in SQL; or register " \
  "onnxmltools' converter with skl2onnx, and convert the pipeline to ONNX."

/* Classes for which skl2onnx has no converter, or makes what is not read; and what stands for them. */
static const struct way {
  const char *in;   /* the class's full name begins with it … */
  const char *name; /* … and it ends in that */
  const char *out;
} ways[] = {
  { "xgboost.", "", BOOSTER("save_model('model.json')") },
  { "lightgbm.", "", BOOSTER("booster_.save_model('model.txt')") },
  { "catboost.", "", BOOSTER("save_model('model.cbm')") },
  { "sklearn.", "TransformedTargetRegressor",
    "Save model.regressor_ alone, and turn its prediction back in SQL, such as exp(f(…)) - 1 for "
    "log1p." },
  { "sklearn.", "FunctionTransformer",
    "Compute the function in SQL, in the training's query and in the call, and leave the step out." },
  { "sklearn.", "IsotonicRegression", SERVE },
  { "sklearn.", "GaussianNB", SERVE },
  { "sklearn.", "BernoulliNB", SERVE },
  { "sklearn.", "MultinomialNB", SERVE },
  { "sklearn.", "ComplementNB", SERVE },
  { "sklearn.", "CategoricalNB", SERVE },
  { "sklearn.", "QuadraticDiscriminantAnalysis", SERVE },
  { "sklearn.", "KNeighborsClassifier", SERVE },
  { "sklearn.", "KNeighborsRegressor", SERVE },
  { "sklearn.", "GaussianProcessRegressor", SERVE },
  { "sklearn.", "GaussianProcessClassifier", SERVE },
  { "sklearn.", "KernelRidge", SERVE },
  { "sklearn.", "AdaBoostRegressor", SERVE },
  { "sklearn.", "QuantileTransformer", SERVE },
  { "sklearn.", "SplineTransformer", SERVE },
};

static bool fits(const struct way *way, struct ft_span class) {
  const size_t in = strlen(way->in), name = strlen(way->name);
  if (class.size < in + name || memcmp(class.data, way->in, in) != 0) return false;
  const struct ft_span end = { class.data + class.size - name, name };
  return ft_span_equal(end, ft_span_of(way->name)) && (!name || end.data[-1] == '.');
}

const char *ft_sklearn_way_out(struct ft_span class) {
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (fits(&ways[i], class)) return ways[i].out;
  return CONVERT;
}
