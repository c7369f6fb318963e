#include "core/import/catboost/catboost.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/import/base/signature.h"
#include "core/import/document/decimal.h"

struct objective {
  const char *name;
  enum ft_link link;
  bool classifies; /* 2 classes, or one an output under softmax and one against all */
  bool several;
};

/* What predict gives: of classes their probabilities, of counts the exponent, else the raw value. */
static const struct objective objectives[] = {
  { "RMSE", FT_LINK_IDENTITY, false, false },
  { "MAE", FT_LINK_IDENTITY, false, false },
  { "Quantile", FT_LINK_IDENTITY, false, false },
  { "GroupQuantile", FT_LINK_IDENTITY, false, false },
  { "MAPE", FT_LINK_IDENTITY, false, false },
  { "Lq", FT_LINK_IDENTITY, false, false },
  { "Huber", FT_LINK_IDENTITY, false, false },
  { "Expectile", FT_LINK_IDENTITY, false, false },
  { "LogCosh", FT_LINK_IDENTITY, false, false },
  { "LogLinQuantile", FT_LINK_IDENTITY, false, false },
  { "Cox", FT_LINK_IDENTITY, false, false },
  { "SurvivalAft", FT_LINK_IDENTITY, false, false },
  { "Poisson", FT_LINK_EXP, false, false },
  { "Tweedie", FT_LINK_EXP, false, false },
  { "PairLogit", FT_LINK_IDENTITY, false, false },
  { "PairLogitPairwise", FT_LINK_IDENTITY, false, false },
  { "YetiRank", FT_LINK_IDENTITY, false, false },
  { "YetiRankPairwise", FT_LINK_IDENTITY, false, false },
  { "LambdaMart", FT_LINK_IDENTITY, false, false },
  { "StochasticFilter", FT_LINK_IDENTITY, false, false },
  { "StochasticRank", FT_LINK_IDENTITY, false, false },
  { "QueryRMSE", FT_LINK_IDENTITY, false, false },
  { "QuerySoftMax", FT_LINK_IDENTITY, false, false },
  { "QueryCrossEntropy", FT_LINK_IDENTITY, false, false },
  { "Logloss", FT_LINK_LOGISTIC, true, false },
  { "CrossEntropy", FT_LINK_LOGISTIC, true, false },
  { "Focal", FT_LINK_LOGISTIC, true, false },
  { "MultiClass", FT_LINK_SOFTMAX, true, true },
  { "MultiClassOneVsAll", FT_LINK_LOGISTIC, true, true },
};

/* Sums of models have no parameters; their predict gives the raw value. */
static const struct objective unknown = { NULL, FT_LINK_IDENTITY, false, false };

struct making {
  struct ft_import *import;
  struct ft_arena *arena;
  struct ft_catboost *from;
  const struct objective *objective;
  struct ft_signature_input *input; /* one a column */
  bool *taken;                      /* the same: the model says what it is */
};

enum ft_status ft_catboost_fail(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the CatBoost model cannot be read: %s", what);
}

enum ft_status ft_catboost_refuse_texts(struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED,
          "the CatBoost model has text or embedding features, which are not supported");
  return ft_fail_hint(err, "Train it without text_features and embedding_features: with such "
                           "columns among cat_features, or as columns of numbers.");
}

static enum ft_status refuse_objective(struct ft_span name, struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "CatBoost's objective \"%.*s\" is not supported", FT_SPAN_ARG(name));
  if (ft_span_equal(name, FT_SPAN("RMSEWithUncertainty")))
    return ft_fail_hint(err, "Train it with loss_function=\"RMSE\"; for intervals, one model for "
                             "each of two \"Quantile:alpha=…\".");
  return ft_fail_hint(err, "A function gives one number or one class: train a model for each "
                           "target, with one of CatBoost's own objectives for it.");
}

static enum ft_status find_objective(struct making *making, struct ft_error *err) {
  struct ft_span name =
      ft_element_text(ft_element_find(&making->from->parameters, "loss_function.type"));
  making->objective = name.size ? NULL : &unknown;
  for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
    if (ft_span_equal(ft_span_of(objectives[i].name), name)) making->objective = &objectives[i];
  if (!making->objective) return refuse_objective(name, err);
  making->import->objective = making->objective->name;
  const uint32_t outputs = making->from->outputs;
  if (outputs == 0 || (making->objective->several && outputs < 2))
    return ft_catboost_fail(err, "its count of dimensions");
  if (making->objective->several || outputs == 1) return FT_OK;
  ft_fail(err, FT_UNSUPPORTED, "the CatBoost model predicts %" PRIu32 " numbers at once", outputs);
  return ft_fail_hint(err, "Train a model for each of them.");
}

/* "… Branch: tags/v1.2.10 …" */
static void note_version(struct making *making) {
  static const struct ft_span mark = { "tags/v", 6 };
  struct ft_span text = making->from->version;
  const char *at = ft_span_find(text, mark);
  if (!at) return;
  at += mark.size;
  size_t left = (size_t)(text.data + text.size - at), size = 0;
  while (size < left && size < 16 && (at[size] == '.' || (at[size] >= '0' && at[size] <= '9')))
    size++;
  if (size) making->import->version = ft_arena_text(making->arena, (struct ft_span){ at, size });
}

/* Two margins under softmax are one under the logistic link: what the second has more. */
static void take_difference(double *to, const double *pair, size_t pairs) {
  for (size_t i = 0; i < pairs; i++)
    to[i] = pair[2 * i + 1] - pair[2 * i];
}

static enum ft_status join_tree(struct making *making, struct ft_catboost_tree *tree,
                                struct ft_error *err) {
  const size_t leaves = tree->nodes ? tree->nodes : (size_t)1 << tree->depth;
  double *value = FT_ARENA_NEW(making->arena, double, leaves);
  struct ft_catboost_node *node = FT_ARENA_NEW(making->arena, struct ft_catboost_node, tree->nodes);
  if (!value || !node) return ft_arena_fail(err, "the model's trees");
  if (!tree->nodes) {
    take_difference(value, tree->value, leaves);
    tree->value = value;
    return FT_OK;
  }
  for (uint32_t i = 0; i < tree->nodes; i++) {
    node[i] = tree->node[i];
    if (!node[i].value) continue;
    take_difference(&value[i], node[i].value, 1);
    node[i].value = &value[i];
  }
  tree->node = node;
  return FT_OK;
}

static const struct objective of_difference = { "MultiClass", FT_LINK_LOGISTIC, true, false };

static enum ft_status join_outputs(struct making *making, struct ft_error *err) {
  struct ft_catboost *from = making->from;
  if (making->objective->link != FT_LINK_SOFTMAX || from->outputs != 2) return FT_OK;
  for (uint32_t t = 0; t < from->trees; t++)
    FT_TRY(join_tree(making, &from->tree[t], err));
  take_difference(from->bias, from->bias, 1);
  from->outputs = 1;
  making->objective = &of_difference;
  return FT_OK;
}

/* A label as CatBoost gives it back: a text, or a number. */
static enum ft_status read_label(struct ft_span *out, struct ft_arena *arena,
                                 const struct ft_element *list, size_t index,
                                 struct ft_error *err) {
  double number = ft_element_number(list, index);
  const struct ft_element *item = ft_element_item(list, index);
  if (item && item->kind == FT_ELEMENT_TEXT) {
    *out = item->text;
    return FT_OK;
  }
  if (!isfinite(number)) return ft_catboost_fail(err, "its class labels");
  const bool whole = number == floor(number) && fabs(number) < 9007199254740992.0;
  const char *text = ft_arena_print(arena, whole ? "%.0f" : "%.9g", number);
  if (!text) return ft_arena_fail(err, "the model's labels");
  *out = ft_span_of(text);
  return FT_OK;
}

/* Booleans are numbers to JSON's reader, and 0 and 1 to whoever asks for integers. */
static enum ft_status read_booleans(const struct ft_span **out, struct making *making,
                                    struct ft_error *err) {
  struct ft_span *label = FT_ARENA_NEW(making->arena, struct ft_span, 2);
  if (!label) return ft_arena_fail(err, "the model's labels");
  label[0] = FT_SPAN("False");
  label[1] = FT_SPAN("True");
  if (making->import->request->target.type == FT_TEXT) *out = label;
  return FT_OK;
}

static bool are_booleans(const struct making *making, uint32_t classes) {
  const struct ft_element *kind = ft_element_get(&making->from->classes, "class_label_type");
  const struct ft_element *list = ft_element_get(&making->from->classes, "class_names");
  const struct ft_element *first = ft_element_item(list, 0);
  const bool texts = classes == 2 && ft_span_equal(ft_element_text(first), FT_SPAN("False"));
  return classes == 2 && (texts || ft_span_equal(ft_element_text(kind), FT_SPAN("Boolean")));
}

/* class_names, where they are given or texts; else class_to_label; else 0, 1, … */
static enum ft_status read_labels(const struct ft_span **out, struct making *making,
                                  uint32_t classes, struct ft_error *err) {
  const struct ft_element *list = ft_element_get(&making->from->classes, "class_names");
  *out = NULL;
  if (are_booleans(making, classes)) return read_booleans(out, making, err);
  if (ft_element_count(list) == 0) {
    if (ft_element_real(ft_element_get(&making->from->classes, "classes_count"), 0) > 0)
      return FT_OK;
    list = ft_element_get(&making->from->classes, "class_to_label");
  }
  if (ft_element_count(list) == 0) return FT_OK;
  if (ft_element_count(list) != classes) return ft_catboost_fail(err, "its count of class labels");
  struct ft_span *label = FT_ARENA_NEW(making->arena, struct ft_span, classes);
  if (!label) return ft_arena_fail(err, "the model's labels");
  for (uint32_t i = 0; i < classes; i++)
    FT_TRY(read_label(&label[i], making->arena, list, i, err));
  *out = label;
  return FT_OK;
}

static enum ft_status refuse_one_of_two(struct ft_error *err) {
  ft_fail(err, FT_INVALID,
          "the model predicts 2 probabilities, each its own, and RETURNS asks for one number");
  return ft_fail_hint(err, "Write RETURNS INTEGER or VARCHAR.");
}

/* A class is the second one when its probability is more than the threshold. */
static void set_threshold(struct making *making) {
  double threshold;
  struct ft_model *model = &making->import->model;
  if (model->problem != FT_BINARY || !ft_decimal_whole(&threshold, making->from->threshold)) return;
  if (threshold > 0 && threshold < 1) model->threshold = nextafter(threshold, 1);
}

static enum ft_status make_answer(struct making *making, struct ft_error *err) {
  const struct objective *objective = making->objective;
  const uint32_t outputs = making->from->outputs;
  const enum ft_type type = making->import->request->target.type;
  struct ft_signature_answer answer = { .link = objective->link };
  if (objective->classifies) {
    answer.classes = objective->several ? outputs : 2;
    FT_TRY(read_labels(&answer.label, making, answer.classes, err));
  }
  const bool own = objective->several && answer.classes == 2; /* one against all */
  if (own && (type == FT_FLOAT32 || type == FT_FLOAT64 || type == FT_DECIMAL))
    return refuse_one_of_two(err);
  FT_TRY(ft_signature_answer(making->import, making->arena, &answer, err));
  if (own) {
    making->import->model.problem = FT_MULTICLASS;
    making->import->model.outputs = outputs;
  }
  set_threshold(making);
  return FT_OK;
}

/* A column's name; numpy's columns have none, or their number as one. */
static struct ft_span name_of(struct ft_span name, uint32_t column) {
  char number[12];
  int size = snprintf(number, sizeof number, "%" PRIu32, column);
  bool is_number = ft_span_equal(name, (struct ft_span){ number, (size_t)size });
  return is_number ? (struct ft_span){ "", 0 } : name;
}

static enum ft_status take_column(struct making *making, uint32_t column, struct ft_span name,
                                  struct ft_error *err) {
  if (column >= making->from->columns || making->taken[column])
    return ft_catboost_fail(err, "a column's place");
  making->input[column].name = name_of(name, column);
  making->taken[column] = true;
  return FT_OK;
}

/* Columns that the model leaves out may be of any type. They have no names, and need some where the
 * others have theirs. */
static enum ft_status name_rest(struct making *making, struct ft_error *err) {
  struct ft_signature_input *input = making->input;
  bool named = false;
  for (uint32_t i = 0; i < making->from->columns; i++)
    named |= input[i].name.size > 0;
  for (uint32_t i = 0; i < making->from->columns; i++) {
    if (making->taken[i]) continue;
    const struct ft_import_request *request = making->import->request;
    input[i].hashed = i < request->fields && request->field[i].type == FT_TEXT;
    if (!named) continue;
    const char *name = ft_arena_print(making->arena, "x%" PRIu32, i + 1);
    if (!name) return ft_arena_fail(err, "the model's columns");
    input[i].name = ft_span_of(name);
  }
  return FT_OK;
}

static enum ft_status make_inputs(struct making *making, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  struct ft_signature_codes codes;
  if (from->columns > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " inputs, and a function takes %d",
                   from->columns, FT_MODEL_MAX_FIELDS);
  making->input = FT_ARENA_NEW(making->arena, struct ft_signature_input, from->columns);
  making->taken = FT_ARENA_NEW(making->arena, bool, from->columns);
  if (!making->input || !making->taken) return ft_arena_fail(err, "the model's columns");
  for (uint32_t i = 0; i < from->numbers; i++)
    FT_TRY(take_column(making, from->number[i].column, from->number[i].name, err));
  for (uint32_t i = 0; i < from->categories; i++) {
    FT_TRY(take_column(making, from->category[i].column, from->category[i].name, err));
    making->input[from->category[i].column].hashed = true;
  }
  FT_TRY(name_rest(making, err));
  return ft_signature_inputs(making->import, &codes, making->arena, making->input, from->columns,
                             err);
}

static enum ft_status make_forest(struct making *making, struct ft_error *err) {
  struct ft_grown_trees trees;
  struct ft_catboost_decisions decisions;
  const struct ft_catboost *from = making->from;
  for (uint32_t g = 0; g < from->outputs; g++)
    if (!isfinite(from->bias[g])) return ft_catboost_fail(err, "its bias");
  FT_TRY(ft_catboost_decisions_make(&decisions, &making->import->model, making->arena, from, err));
  FT_TRY(ft_catboost_trees_make(&trees, making->arena, from, decisions.node, err));
  trees.words = decisions.words;
  trees.word = decisions.word;
  return ft_grown_trees_members(&making->import->model, making->arena, &trees, from->bias, err);
}

enum ft_status ft_catboost_make(struct ft_import *out, struct ft_arena *arena,
                                struct ft_catboost *from, struct ft_error *err) {
  struct making making = { .import = out, .arena = arena, .from = from };
  out->format = "CatBoost";
  out->model_type = "catboost";
  note_version(&making);
  FT_TRY(find_objective(&making, err));
  FT_TRY(join_outputs(&making, err));
  FT_TRY(make_answer(&making, err));
  FT_TRY(make_inputs(&making, err));
  return make_forest(&making, err);
}
