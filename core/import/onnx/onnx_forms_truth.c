/* Comparisons of predictions, what is chosen by them, and casts. */
#include "core/import/onnx/onnx_forms_operators.h"

#include <math.h>
#include <string.h>

#include "core/import/onnx/onnx_forms_operands.h"

static double equals(const void *context, double a, double b) {
  (void)context;
  return a == b;
}

static double truncated(const void *context, double a, double b) {
  (void)context;
  (void)b;
  return trunc(a);
}

/* Are the numbers 0 and 1, so that no cast changes them? */
static bool is_truth(const struct ft_onnx *onnx, const struct ft_onnx_form *form) {
  double reach = form->constant;
  if (form->constant != rint(form->constant)) return false;
  for (uint32_t t = 0; t < form->terms; t++) {
    const struct ft_onnx_block *block = &onnx->blocks.block[form->term[t].block];
    const bool marks =
        block->kind == FT_BLOCK_IS_ZERO ||
        (block->kind == FT_BLOCK_TRANSFORM &&
         (block->transform == FT_TRANSFORM_ABOVE || block->transform == FT_TRANSFORM_HIGHEST));
    if (!marks || form->term[t].weight != rint(form->term[t].weight)) return false;
    reach += fabs(form->term[t].weight);
  }
  return fabs(reach) < 1e9;
}

static bool all_truth(const struct ft_onnx *onnx, const struct ft_onnx_forms *forms) {
  for (uint32_t i = 0; i < forms->width; i++)
    if (!is_truth(onnx, &forms->form[i])) return false;
  return true;
}

/* To a truth value: what is not 0. */
static enum ft_status cast_to_truth(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    const struct ft_onnx_forms *in, struct ft_error *err) {
  const struct ft_onnx_form one = { .constant = 1 };
  struct ft_onnx_forms out = { 0 };
  struct ft_onnx_pair pair = { .width = in->width, .b = { .width = 1, .form = &one } };
  FT_TRY(ft_onnx_forms_is_zero(&pair.a, onnx, in->form, in->width, err));
  FT_TRY(ft_onnx_forms_combine(&out, onnx, &pair, -1, 1, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

enum ft_status ft_onnx_forms_cast(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  const int64_t to = ft_onnx_integer(node, "to", FT_ONNX_FLOAT);
  struct ft_onnx_forms in = { 0 }, out = { 0 };
  bool done = false;
  if (!value || !ft_onnx_has_forms(value) || to == FT_ONNX_FLOAT || to == FT_ONNX_DOUBLE) {
    if (value)
      ft_onnx_give(onnx, node, 0,
                   &(const struct ft_onnx_value){ .kind = value->kind,
                                                  .network = value->network,
                                                  .score = value->score });
    return value ? FT_OK : ft_onnx_damaged(node, "no input", err);
  }
  FT_TRY(ft_onnx_operand(&in, onnx, node, 0, err));
  if (all_truth(onnx, &in)) return ft_onnx_forms_give(onnx, node, &in, err);
  if (to == FT_ONNX_BOOL) return cast_to_truth(onnx, node, &in, err);
  if (to != FT_ONNX_INT32 && to != FT_ONNX_INT64) return ft_onnx_refuse(node, "to that type", err);
  FT_TRY(ft_onnx_forms_map(&out, &done, onnx, &in, NULL, truncated, NULL, err));
  if (!done) out = in;
  out.whole = !done;
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* Positions of the highest, compared with 0, 1, …: 1 at the highest. */
static enum ft_status equals_position(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      const struct ft_onnx_value *position,
                                      const struct ft_onnx_forms *place, struct ft_error *err) {
  struct ft_onnx_value value = *position;
  struct ft_onnx_forms in = { 0 }, out = { 0 };
  value.score.stage = FT_ONNX_VALUES;
  FT_TRY(ft_onnx_forms_of(&in, onnx, node, &value, err));
  for (uint32_t i = 0; i < place->width; i++)
    if (place->width != in.width || place->form[i].terms || place->form[i].constant != i)
      return ft_onnx_refuse(node, "of positions with other than 0, 1, …", err);
  FT_TRY(ft_onnx_forms_transform(&out, onnx, FT_TRANSFORM_HIGHEST, in.form, in.width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* Exponentials whose exponents add up to c are together at least n exp(c / n). */
static bool is_at_least_one(struct ft_onnx *onnx, const struct ft_onnx_form *form) {
  struct ft_onnx_form total = { 0 };
  double constant = 0;
  for (uint32_t t = 0; t < form->terms; t++) {
    const struct ft_onnx_form one = { 0, 1, &form->term[t] };
    const struct ft_onnx_form *x = ft_onnx_form_exponent(onnx, &one, 0);
    if (!x || ft_onnx_form_add(&total, onnx, &total, 1, x, 1, NULL) != FT_OK) return false;
  }
  return form->terms && form->constant >= 0 && ft_onnx_form_is_constant(&constant, onnx, &total) &&
         form->terms * exp(constant / form->terms) >= 1;
}

static enum ft_status equals_zero(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const struct ft_onnx_forms *in, const struct ft_onnx_forms *zero,
                                  struct ft_error *err) {
  struct ft_onnx_forms out = { 0 };
  for (uint32_t i = 0; i < zero->width; i++)
    if (zero->form[i].terms || zero->form[i].constant != 0)
      return ft_onnx_refuse(node, "of a prediction with other than 0", err);
  for (uint32_t i = 0; in->whole && i < in->width; i++)
    if (!is_at_least_one(onnx, &in->form[i]))
      return ft_onnx_refuse(node, "of a prediction cut to an integer", err);
  FT_TRY(ft_onnx_forms_is_zero(&out, onnx, in->form, in->width, err));
  return ft_onnx_forms_give(onnx, node, &out, err);
}

static enum ft_status equal(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                            struct ft_error *err) {
  const struct ft_onnx_value *left = ft_onnx_input(onnx, node, 0);
  const bool first = left && left->kind != FT_ONNX_CONSTANT;
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, first ? 0 : 1);
  struct ft_onnx_forms in = { 0 }, other = { 0 }, out = { 0 };
  bool done = false;
  FT_TRY(ft_onnx_operand(&other, onnx, node, first ? 1 : 0, err));
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind == FT_ONNX_SCORES && value->score.stage == FT_ONNX_POSITIONS)
    return equals_position(onnx, node, value, &other, err);
  if (!ft_onnx_has_forms(value)) return ft_onnx_refuse(node, "of labels", err);
  FT_TRY(ft_onnx_forms_any(&in, onnx, node, value, err));
  if (in.parts) return ft_onnx_refuse(node, "of predictions in more than two dimensions", err);
  if (!in.whole) FT_TRY(ft_onnx_forms_map(&out, &done, onnx, &in, &other, equals, NULL, err));
  if (!done) return equals_zero(onnx, node, &in, &other, err);
  return ft_onnx_forms_give(onnx, node, &out, err);
}

/* a > b as a - b > 0; that it is not less as 1 - (b > a). */
enum ft_status ft_onnx_forms_compare(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  struct ft_onnx_pair pair = { 0 };
  struct ft_onnx_forms difference = { 0 }, out = { 0 };
  const struct ft_onnx_form one = { .constant = 1 };
  if (ft_onnx_is_named(node, "Equal")) return equal(onnx, node, err);
  const bool above = node->proto->op_type[0] == 'G', or_equal = strstr(node->proto->op_type, "Or");
  FT_TRY(ft_onnx_operands(&pair, onnx, node, err));
  const double sign = above != or_equal ? 1 : -1;
  FT_TRY(ft_onnx_forms_combine(&difference, onnx, &pair, sign, -sign, err));
  FT_TRY(ft_onnx_forms_transform(&out, onnx, FT_TRANSFORM_ABOVE, difference.form, difference.width,
                                 err));
  if (!or_equal) return ft_onnx_forms_give(onnx, node, &out, err);
  pair.a = out;
  pair.b = (struct ft_onnx_forms){ .width = 1, .form = &one };
  FT_TRY(ft_onnx_forms_combine(&difference, onnx, &pair, -1, 1, err));
  return ft_onnx_forms_give(onnx, node, &difference, err);
}

/* One of two constants: b + (a - b) × truth. */
enum ft_status ft_onnx_forms_where(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   struct ft_error *err) {
  struct ft_onnx_forms truth = { 0 }, yes = { 0 }, no = { 0 };
  struct ft_onnx_form *form = NULL;
  FT_TRY(ft_onnx_operand(&truth, onnx, node, 0, err));
  FT_TRY(ft_onnx_operand(&yes, onnx, node, 1, err));
  FT_TRY(ft_onnx_operand(&no, onnx, node, 2, err));
  if (!ft_onnx_forms_are_constant(&yes) || !ft_onnx_forms_are_constant(&no) ||
      (yes.width != 1 && yes.width != truth.width) || (no.width != 1 && no.width != truth.width))
    return ft_onnx_refuse(node, "between other than constants", err);
  FT_TRY(ft_onnx_forms_new(&form, onnx, truth.width, err));
  for (uint32_t i = 0; i < truth.width; i++) {
    const double a = ft_onnx_form_at(&yes, i)->constant, b = ft_onnx_form_at(&no, i)->constant;
    const struct ft_onnx_form other = { .constant = b };
    FT_TRY(ft_onnx_form_add(&form[i], onnx, &truth.form[i], a - b, &other, 1, err));
  }
  const struct ft_onnx_forms out = { .width = truth.width, .form = form };
  return ft_onnx_forms_give(onnx, node, &out, err);
}
