#include "core/import/mxnet/linear_learner.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/base/signature.h"
#include "core/import/document/document.h"
#include "core/import/mxnet/mxnet_linear.h"

struct predictor {
  const char *type;
  enum ft_link link;
  bool classifies;
};

static const struct predictor predictors[] = {
  { "binary_classifier", FT_LINK_LOGISTIC, true },
  { "multiclass_classifier", FT_LINK_SOFTMAX, true },
  { "regressor", FT_LINK_IDENTITY, false },
};

static const struct predictor *predictor_of(const struct ft_element *additional,
                                            enum ft_link link) {
  struct ft_span type = ft_element_text(ft_element_get(additional, "predictor_type"));
  for (size_t i = 0; i < sizeof predictors / sizeof *predictors; i++)
    if (type.size ? ft_span_equal(type, ft_span_of(predictors[i].type))
                  : predictors[i].link == link)
      return &predictors[i];
  return NULL;
}

/* "logistic", as the file writes it. */
static enum ft_status take_loss(struct ft_import *out, struct ft_arena *arena,
                                const struct ft_element *additional, struct ft_error *err) {
  struct ft_span loss = ft_element_text(ft_element_get(additional, "loss_type"));
  if (!loss.size || loss.size > 60 || !ft_span_is_utf8(loss)) return FT_OK;
  out->objective = ft_arena_text(arena, loss);
  return out->objective ? FT_OK : ft_arena_fail(err, "the model");
}

static enum ft_status check_kind(const struct predictor *predictor,
                                 const struct ft_mxnet_linear *linear, const char *loss,
                                 struct ft_error *err) {
  const bool one = linear->link != FT_LINK_SOFTMAX;
  if (!predictor || predictor->link != linear->link) {
    ft_fail(err, FT_UNSUPPORTED,
            "the linear learner's loss \"%s\" gives scores that are not supported",
            loss ? loss : "?");
    return ft_fail_hint(err,
                        "Logistic, softmax, squared and absolute loss are read. Call another model "
                        "where it is served: CREATE MODEL … SAGEMAKER 'endpoint'.");
  }
  if (one ? linear->outputs == 1 : linear->outputs >= 2) return FT_OK;
  return ft_fail(err, FT_UNSUPPORTED, "the linear learner gives %" PRIu32 " scores",
                 linear->outputs);
}

static enum ft_status make_inputs(struct ft_import *out, struct ft_arena *arena, uint32_t inputs,
                                  struct ft_error *err) {
  struct ft_signature_codes codes;
  if (inputs > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " inputs, and a function takes %d",
                   inputs, FT_MODEL_MAX_FIELDS);
  struct ft_signature_input *input = FT_ARENA_NEW(arena, struct ft_signature_input, inputs);
  if (!input) return ft_arena_fail(err, "the model");
  return ft_signature_inputs(out, &codes, arena, input, inputs, err);
}

static enum ft_status make_member(struct ft_import *out, struct ft_arena *arena,
                                  const struct ft_mxnet_linear *linear, struct ft_error *err) {
  struct ft_term *term = FT_ARENA_NEW(arena, struct ft_term, linear->inputs);
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, 1);
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, 1);
  double *base = FT_ARENA_NEW(arena, double, linear->outputs);
  if (!term || !layer || !member || !base) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < linear->inputs; i++)
    term[i] = (struct ft_term){ .feature = i, .scale = 1, .low = -INFINITY, .high = INFINITY };
  *layer = (struct ft_layer){ linear->inputs, linear->outputs, FT_ACTIVATE_NONE, linear->bias,
                              linear->weight };
  *member = (struct ft_member){ .kind = FT_LEARNER_NET, .weight = 1 };
  member->net = (struct ft_net){ .terms = linear->inputs,
                                 .term = term,
                                 .layers = 1,
                                 .layer = layer,
                                 .base = base };
  out->model.member = member;
  out->model.members = 1;
  return ft_import_notice(
      out, arena, err,
      "SageMaker's linear learner has no prediction where a number is NULL; the "
      "column counts as 0 there");
}

/* The class is 1 from this score on. */
static enum ft_status take_threshold(struct ft_import *out, const struct ft_element *additional,
                                     struct ft_error *err) {
  const struct ft_element *threshold = ft_element_get(additional, "threshold");
  if (!threshold || out->model.problem != FT_BINARY) return FT_OK;
  const double value = ft_element_real(threshold, NAN);
  if (!(value > 0 && value <= 1))
    return ft_fail(err, FT_UNSUPPORTED, "the linear learner's threshold is no probability");
  out->model.threshold = value;
  return FT_OK;
}

enum ft_status ft_linear_learner_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span symbol, struct ft_span parameters,
                                      struct ft_span additional, struct ft_error *err) {
  struct ft_mxnet_arrays arrays;
  struct ft_mxnet_linear linear;
  struct ft_element more = { .kind = FT_ELEMENT_NULL };
  if (additional.size) FT_TRY(ft_json_read(&more, arena, additional, err));
  FT_TRY(take_loss(out, arena, &more, err));
  FT_TRY(ft_mxnet_arrays_read(&arrays, arena, parameters, err));
  FT_TRY(ft_mxnet_linear_read(&linear, arena, symbol, &arrays, err));
  const struct predictor *predictor = predictor_of(&more, linear.link);
  FT_TRY(check_kind(predictor, &linear, out->objective, err));
  out->format = "SageMaker linear learner";
  out->model_type = "linear";
  struct ft_signature_answer answer = { .link = linear.link };
  if (predictor->classifies) answer.classes = linear.link == FT_LINK_SOFTMAX ? linear.outputs : 2;
  FT_TRY(ft_signature_answer(out, arena, &answer, err));
  FT_TRY(take_threshold(out, &more, err));
  FT_TRY(make_inputs(out, arena, linear.inputs, err));
  return make_member(out, arena, &linear, err);
}

static bool has_name(const struct ft_mxnet_arrays *arrays, const char *name) {
  for (uint32_t i = 0; i < arrays->arrays; i++)
    if (ft_span_equal(arrays->array[i].name, ft_span_of(name))) return true;
  return false;
}

enum ft_status ft_mxnet_parameters_refuse(struct ft_import *out, struct ft_arena *arena,
                                          struct ft_span bytes, struct ft_error *err) {
  struct ft_mxnet_arrays arrays;
  (void)out;
  FT_TRY(ft_mxnet_arrays_read(&arrays, arena, bytes, err));
  if (has_name(&arrays, "mean") && has_name(&arrays, "v")) {
    ft_fail(err, FT_UNSUPPORTED, "the file is SageMaker's PCA, which predicts nothing by itself");
    return ft_fail_hint(
        err, "Train a model here on the columns themselves: CREATE MODEL … FROM (SELECT …).");
  }
  if (arrays.arrays == 1 && !arrays.array->name.size && arrays.array->dimensions == 2) {
    ft_fail(err, FT_UNSUPPORTED,
            "the file is SageMaker's k-means: %" PRIu32 " centres of %" PRIu32
            " columns, which is not supported",
            arrays.array->size[0], arrays.array->size[1]);
    return ft_fail_hint(
        err, "Call it where it is served: CREATE MODEL … FUNCTION f (…) RETURNS … SAGEMAKER "
             "'endpoint'; or order the centres by their distance in SQL.");
  }
  ft_fail(err, FT_UNSUPPORTED, "the file has MXNet's parameters alone, without their graph");
  return ft_fail_hint(err, "Give the archive that it came in, model.tar.gz.");
}
