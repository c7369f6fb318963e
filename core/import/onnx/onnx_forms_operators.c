#include "core/import/onnx/onnx_forms_operators.h"

#include <math.h>

#include "core/import/onnx/onnx_forms_operands.h"

#define LN_2 0x1.62e42fefa39efp-1

bool ft_onnx_forms_take(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  for (size_t i = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (value && (value->kind == FT_ONNX_NEURONS || value->kind == FT_ONNX_SCORES)) return true;
  }
  return false;
}

/* --- functions of one tree --- */

static double times(const void *context, double a, double b) {
  (void)context;
  return a * b;
}

static double over(const void *context, double a, double b) {
  (void)context;
  return a / b;
}

static double min(const void *context, double a, double b) {
  (void)context;
  return fmin(a, b);
}

static double max(const void *context, double a, double b) {
  (void)context;
  return fmax(a, b);
}

static double logarithm(const void *context, double a, double b) {
  (void)context;
  (void)b;
  return log(a);
}

static double power(const void *context, double a, double b) {
  (void)context;
  return pow(a, b);
}

/* --- division --- */

/* The form without what guards against a division by 0; the guards are to be of `of`, where that is
 * given. */
static enum ft_status unguarded(struct ft_onnx_form *out, bool *guarded, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, const struct ft_onnx_form *form,
                                const struct ft_onnx_form *of, struct ft_error *err) {
  struct ft_onnx_form kept = { .constant = form->constant };
  for (uint32_t t = 0; t < form->terms; t++) {
    const struct ft_onnx_term *term = &form->term[t];
    const struct ft_onnx_block *block = &onnx->blocks.block[term->block];
    if (block->kind == FT_BLOCK_IS_ZERO) {
      *guarded = true;
      if (of && !ft_onnx_form_equal(&block->input[term->index], of))
        return ft_onnx_refuse(node, "by what is computed", err);
      continue;
    }
    const struct ft_onnx_form one = { 0, 1, term };
    FT_TRY(ft_onnx_form_add(&kept, onnx, &kept, 1, &one, 1, err));
  }
  *out = kept;
  return FT_OK;
}

/* 1 / (1 + exp(x)) */
static enum ft_status divide_logistic(struct ft_onnx_forms *out, bool *done, struct ft_onnx *onnx,
                                      const struct ft_onnx_pair *pair, struct ft_error *err) {
  struct ft_onnx_form *margin = NULL;
  *done = false;
  FT_TRY(ft_onnx_forms_new(&margin, onnx, pair->width, err));
  for (uint32_t i = 0; i < pair->width; i++) {
    const struct ft_onnx_form *one = ft_onnx_form_at(&pair->a, i);
    const struct ft_onnx_form *x = ft_onnx_form_exponent(onnx, ft_onnx_form_at(&pair->b, i), 1);
    if (one->terms || one->constant != 1 || !x) return FT_OK;
    FT_TRY(ft_onnx_form_add(&margin[i], onnx, x, -1, NULL, 0, err));
  }
  *done = true;
  return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_LOGISTIC, margin, pair->width, err);
}

/* Exponentials over their sum: the softmax of what they are of. */
static enum ft_status normalize(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                const struct ft_onnx_form *form, uint32_t width,
                                struct ft_error *err) {
  struct ft_onnx_form *margin = NULL;
  FT_TRY(ft_onnx_forms_new(&margin, onnx, width, err));
  for (uint32_t i = 0; i < width; i++) {
    const struct ft_onnx_form *x = ft_onnx_form_exponent(onnx, &form[i], 0);
    if (!x) return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_NORMALIZE, form, width, err);
    margin[i] = *x;
  }
  return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_SOFTMAX, margin, width, err);
}

/* Numbers over what all of them add up to. */
static enum ft_status divide_by_total(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      const struct ft_onnx_pair *pair, struct ft_error *err) {
  struct ft_onnx_form *part = NULL, divisor, total;
  struct ft_onnx_forms out = { 0 };
  bool guarded = false;
  FT_TRY(ft_onnx_forms_new(&part, onnx, pair->width, err));
  FT_TRY(unguarded(&divisor, &guarded, onnx, node, &pair->b.form[0], NULL, err));
  FT_TRY(unguarded(&divisor, &guarded, onnx, node, &pair->b.form[0], &divisor, err));
  for (uint32_t i = 0; i < pair->width; i++)
    FT_TRY(unguarded(&part[i], &guarded, onnx, node, ft_onnx_form_at(&pair->a, i), &divisor, err));
  FT_TRY(ft_onnx_form_total(&total, onnx, part, pair->width, err));
  if (pair->b.width != 1 || pair->a.width < 2 || !ft_onnx_form_equal(&total, &divisor))
    return ft_onnx_forms_map_or_refuse(onnx, node, &pair->a, &pair->b, over, NULL,
                                       "by what is computed", err);
  FT_TRY(normalize(&out, onnx, part, pair->width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

static enum ft_status divide(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                             struct ft_onnx_pair *pair, struct ft_error *err) {
  struct ft_onnx_forms out = { 0 };
  struct ft_onnx_form *form = NULL;
  bool done = false;
  if (!ft_onnx_forms_are_constant(&pair->b)) {
    FT_TRY(divide_logistic(&out, &done, onnx, pair, err));
    return done ? ft_onnx_forms_give(onnx, node, &out, err)
                : divide_by_total(onnx, node, pair, err);
  }
  FT_TRY(ft_onnx_forms_new(&form, onnx, pair->width, err));
  for (uint32_t i = 0; i < pair->width; i++) {
    const double by = ft_onnx_form_at(&pair->b, i)->constant;
    if (by == 0) return ft_onnx_refuse(node, "its constant", err);
    FT_TRY(ft_onnx_form_add(&form[i], onnx, ft_onnx_form_at(&pair->a, i), 1 / by, NULL, 0, err));
  }
  out = (struct ft_onnx_forms){ .width = pair->width, .form = form };
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* --- arithmetic --- */

static enum ft_status multiply(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                               struct ft_onnx_pair *pair, struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  const bool first = ft_onnx_forms_are_constant(&pair->a);
  if (!first && !ft_onnx_forms_are_constant(&pair->b))
    return ft_onnx_forms_map_or_refuse(onnx, node, &pair->a, &pair->b, times, NULL,
                                       "of predictions with one another", err);
  const struct ft_onnx_forms *by = first ? &pair->a : &pair->b, *of = first ? &pair->b : &pair->a;
  FT_TRY(ft_onnx_forms_new(&form, onnx, pair->width, err));
  for (uint32_t i = 0; i < pair->width; i++)
    FT_TRY(ft_onnx_form_add(&form[i], onnx, ft_onnx_form_at(of, i),
                            ft_onnx_form_at(by, i)->constant, NULL, 0, err));
  const struct ft_onnx_forms out = { .width = pair->width, .form = form };
  return ft_onnx_forms_give(onnx, node, &out, err);
}

enum ft_status ft_onnx_forms_arithmetic(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                        struct ft_error *err) {
  struct ft_onnx_pair pair = { 0 };
  struct ft_onnx_forms out = { 0 };
  FT_TRY(ft_onnx_operands(&pair, onnx, node, err));
  if (ft_onnx_is_named(node, "Mul")) return multiply(onnx, node, &pair, err);
  if (ft_onnx_is_named(node, "Div")) return divide(onnx, node, &pair, err);
  FT_TRY(ft_onnx_forms_combine(&out, onnx, &pair, 1, ft_onnx_is_named(node, "Sub") ? -1 : 1, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

enum ft_status ft_onnx_forms_sum(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  const size_t count = node->proto->n_input;
  struct ft_onnx_pair pair = { 0 };
  FT_TRY(ft_onnx_operand(&pair.a, onnx, node, 0, err));
  for (size_t i = 1; i < count; i++) {
    FT_TRY(ft_onnx_operand(&pair.b, onnx, node, i, err));
    if (pair.b.width != pair.a.width)
      return ft_onnx_refuse(node, "of tables of different widths", err);
    pair.width = pair.a.width;
    FT_TRY(ft_onnx_forms_combine(&pair.a, onnx, &pair, 1, 1, err));
  }
  pair.width = pair.a.width;
  pair.b = pair.a;
  if (ft_onnx_is_named(node, "Mean"))
    FT_TRY(ft_onnx_forms_combine(&pair.a, onnx, &pair, 1.0 / (double)count, 0, err));
  return ft_onnx_forms_give(onnx, node, &pair.a, err);
}

enum ft_status ft_onnx_forms_negate(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  struct ft_onnx_pair pair = { 0 };
  struct ft_onnx_forms out = { 0 };
  const struct ft_onnx_form one = { .constant = ft_onnx_is_named(node, "Not") };
  FT_TRY(ft_onnx_operand(&pair.a, onnx, node, 0, err));
  pair.b = (struct ft_onnx_forms){ .width = 1, .form = &one };
  pair.width = pair.a.width;
  FT_TRY(ft_onnx_forms_combine(&out, onnx, &pair, -1, 1, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* --- functions --- */

enum ft_status ft_onnx_forms_link(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  enum ft_transform_kind kind, struct ft_error *err) {
  struct ft_onnx_forms in = { 0 }, out = { 0 };
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  if (kind == FT_TRANSFORM_SOFTMAX && in.width < 2)
    return ft_onnx_refuse(node, "of what it is given", err);
  FT_TRY(ft_onnx_forms_transform(&out, onnx, kind, in.form, in.width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* Of a constant to the power of what is computed: exp(x log c). */
enum ft_status ft_onnx_forms_power(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   struct ft_error *err) {
  struct ft_onnx_pair pair = { 0 };
  struct ft_onnx_forms out = { 0 };
  struct ft_onnx_form *form = NULL;
  FT_TRY(ft_onnx_operands(&pair, onnx, node, err));
  if (!ft_onnx_forms_are_constant(&pair.a) || ft_onnx_forms_are_constant(&pair.b))
    return ft_onnx_forms_map_or_refuse(onnx, node, &pair.a, &pair.b, power, NULL, "of a prediction",
                                       err);
  FT_TRY(ft_onnx_forms_new(&form, onnx, pair.width, err));
  for (uint32_t i = 0; i < pair.width; i++) {
    const double base = ft_onnx_form_at(&pair.a, i)->constant;
    if (base <= 0) return ft_onnx_refuse(node, "of a constant that is not above 0", err);
    FT_TRY(ft_onnx_form_add(&form[i], onnx, ft_onnx_form_at(&pair.b, i),
                            base == 2 ? LN_2 : log(base), NULL, 0, err));
  }
  FT_TRY(ft_onnx_forms_transform(&out, onnx, FT_TRANSFORM_EXP, form, pair.width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

enum ft_status ft_onnx_forms_extreme(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  struct ft_onnx_pair pair = { 0 };
  if (node->proto->n_input != 2) return ft_onnx_refuse(node, "of other than two tables", err);
  FT_TRY(ft_onnx_operands(&pair, onnx, node, err));
  return ft_onnx_forms_map_or_refuse(onnx, node, &pair.a, &pair.b,
                                     ft_onnx_is_named(node, "Max") ? max : min, NULL,
                                     "of several trees", err);
}

enum ft_status ft_onnx_forms_log(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                 struct ft_error *err) {
  struct ft_onnx_forms in = { 0 };
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  return ft_onnx_forms_map_or_refuse(onnx, node, &in, NULL, logarithm, NULL, "of a prediction",
                                     err);
}

struct bounds {
  double low, high;
};

static double bounded(const void *context, double a, double b) {
  const struct bounds *bounds = context;
  (void)b;
  return fmin(fmax(a, bounds->low), bounds->high);
}

enum ft_status ft_onnx_forms_clip(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  struct ft_onnx_forms in = { 0 }, out = { 0 };
  struct bounds bounds = { ft_onnx_real(node, "min", -INFINITY),
                           ft_onnx_real(node, "max", INFINITY) };
  bool done = false;
  const struct ft_onnx_constant *low = ft_onnx_numbers_of(onnx, node, 1),
                                *high = ft_onnx_numbers_of(onnx, node, 2);
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  if (low && low->count == 1) bounds.low = low->number[0];
  if (high && high->count == 1) bounds.high = high->number[0];
  FT_TRY(ft_onnx_forms_map(&out, &done, onnx, &in, NULL, bounded, &bounds, err));
  if (done) return ft_onnx_forms_give(onnx, node, &out, err);
  ft_fail(err, FT_UNSUPPORTED,
          "operator \"Clip\" of the ONNX model is not supported: of a prediction");
  return ft_fail_hint(err,
                      "If it is CalibratedClassifierCV's: with method='sigmoid' it is read; of "
                      "method='isotonic' the converter makes other numbers than scikit-learn's.");
}

struct code {
  size_t count;
  const int64_t *key;
  const double *value;
  double otherwise;
};

static double look_up(const void *context, double a, double b) {
  const struct code *code = context;
  (void)b;
  for (size_t i = 0; i < code->count; i++)
    if ((double)code->key[i] == a) return code->value[i];
  return code->otherwise;
}

/* The numbers of a tree's leaves to others. */
enum ft_status ft_onnx_forms_label_encoder(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                           struct ft_error *err) {
  struct ft_onnx_forms in = { 0 };
  struct ft_onnx_integers key = ft_onnx_integers(node, "keys_int64s");
  struct ft_column_numbers value;
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  FT_TRY(ft_onnx_reals(&value, onnx, node, "values_floats", err));
  if (!key.count || key.count != value.count)
    return ft_onnx_refuse(node, "it does not make numbers of numbers", err);
  const struct code code = { key.count, key.value, value.value,
                             ft_onnx_real(node, "default_float", 0) };
  return ft_onnx_forms_map_or_refuse(onnx, node, &in, NULL, look_up, &code, "of several trees",
                                     err);
}

/* --- classifiers --- */

/* Is no number below 0? Only what is plain to see. */
static bool is_positive(const struct ft_onnx *onnx, const struct ft_onnx_form *form) {
  double min_number = form->constant;
  for (uint32_t t = 0; t < form->terms; t++) {
    const struct ft_onnx_block *block = &onnx->blocks.block[form->term[t].block];
    const bool of_exp = block->transform == FT_TRANSFORM_EXP;
    if (block->kind != FT_BLOCK_TRANSFORM || (of_exp && form->term[t].weight < 0)) return false;
    min_number += fmin(0, form->term[t].weight);
  }
  return min_number >= -1e-6;
}

/* L1: each over the sum of all, which are no less than 0. */
enum ft_status ft_onnx_forms_normalizer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                        struct ft_error *err) {
  struct ft_onnx_forms in = { 0 }, out = { 0 };
  struct ft_onnx_form total;
  double constant = 0;
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  FT_TRY(ft_onnx_form_total(&total, onnx, in.form, in.width, err));
  if (!ft_span_equal(ft_onnx_norm(node), FT_SPAN("L1")))
    return ft_onnx_refuse(node, "of other than L1", err);
  for (uint32_t i = 0; i < in.width; i++)
    if (!is_positive(onnx, &in.form[i]))
      return ft_onnx_refuse(node, "of predictions that may be below 0", err);
  if (ft_onnx_form_is_constant(&constant, onnx, &total) && fabs(constant - 1) < 1e-5)
    return ft_onnx_forms_give(onnx, node, &in, err);
  FT_TRY(normalize(&out, onnx, in.form, in.width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

enum ft_status ft_onnx_forms_classify(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_onnx_forms *in, struct ft_error *err) {
  struct ft_span after = ft_onnx_text(node, "post_transform");
  const struct ft_onnx_form one = { .constant = 1 };
  struct ft_onnx_form total, *form = NULL;
  double constant = 0;
  if (ft_span_equal(after, FT_SPAN("SOFTMAX")) && in->width > 1)
    return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_SOFTMAX, in->form, in->width, err);
  if (!ft_span_equal(after, FT_SPAN("LOGISTIC")))
    return ft_onnx_refuse(node, "its post_transform", err);
  FT_TRY(ft_onnx_form_total(&total, onnx, in->form, in->width, err));
  const bool mirrored =
      in->width == 2 && ft_onnx_form_is_constant(&constant, onnx, &total) && fabs(constant) < 1e-5;
  if (in->width > 1 && !mirrored)
    return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_LOGISTIC, in->form, in->width, err);
  FT_TRY(
      ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_LOGISTIC, &in->form[in->width - 1], 1, err));
  FT_TRY(ft_onnx_forms_new(&form, onnx, 2, err));
  form[1] = out->form[0];
  FT_TRY(ft_onnx_form_add(&form[0], onnx, &form[1], -1, &one, 1, err));
  *out = (struct ft_onnx_forms){ .width = 2, .form = form };
  return FT_OK;
}
