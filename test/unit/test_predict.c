/* Prediction against a naive walk, row by row, written here without the plan's parts. */
#include "foretell/plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "foretell/maths.h"
#include "test/unit/build_model.h"
#include "test/unit/naive_feature.h"
#include "test/unit/plain_transform.h"

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* --- the naive way --- */

static int32_t naive_leaf(const struct ft_model *model, const struct ft_forest *forest,
                          const struct ft_tree *tree, uint32_t index, const struct ft_batch *batch,
                          size_t row) {
  const struct ft_node *node = &forest->node[tree->first + index];
  if (node->feature == FT_NODE_LEAF) return node->leaf;
  float x = naive_feature(model, node->feature, batch, row);
  bool left;
  if (isnan(x)) {
    left = node->missing_left;
  } else if (node->set == FT_NODE_NO_SET) {
    left = x < node->threshold;
  } else {
    unsigned code = (unsigned)x;
    left = code >= 32 * node->set_words ||
           !(forest->set_word[node->set + code / 32] & (1U << code % 32));
  }
  return naive_leaf(model, forest, tree, left ? node->left : node->right, batch, row);
}

static double naive_double(enum ft_type type, const void *value) {
  switch (type) {
  case FT_INT32: return *(const int32_t *)value;
  case FT_INT64: return (double)*(const int64_t *)value;
  case FT_FLOAT64:
  case FT_DECIMAL: return *(const double *)value;
  default: return naive_number(type, value); /* a float32 holds it */
  }
}

static double naive_linear_leaf(const struct ft_model *model, const struct ft_linear_forest *linear,
                                int32_t place, const struct ft_batch *batch, size_t row) {
  const struct ft_linear_leaf *leaf = &linear->leaf[place];
  double sum = leaf->constant;
  for (uint32_t i = leaf->first; i < leaf->first + leaf->terms; i++) {
    const struct ft_leaf_term *term = &linear->term[i];
    const struct ft_column *column = &batch->column[model->encoder[term->feature].field];
    if (isnan(naive_feature(model, term->feature, batch, row))) return leaf->missing;
    const size_t bytes = ft_type_bytes(column->type);
    sum += term->slope * naive_double(column->type, (const char *)column->values + row * bytes);
  }
  return sum;
}

static double naive_linear(const struct ft_model *model, const struct ft_linear_forest *linear,
                           uint32_t output, const struct ft_batch *batch, size_t row) {
  const struct ft_forest *splits = &linear->splits;
  double sum = splits->base[output];
  for (uint32_t t = 0; t < splits->trees; t++)
    if (splits->tree[t].output == output)
      sum += naive_linear_leaf(
          model, linear, naive_leaf(model, splits, &splits->tree[t], 0, batch, row), batch, row);
  return sum;
}

static double naive_net(const struct ft_model *model, const struct ft_net *net, uint32_t output,
                        const struct ft_batch *batch, size_t row) {
  float feature[BUILD_FEATURES], last[16];
  for (uint32_t f = 0; f < model->features; f++)
    feature[f] = naive_feature(model, f, batch, row);
  plain_net(last, net, feature);
  return net->base[output] + (double)last[output];
}

static double naive_scaled(const struct ft_model *model, const struct ft_member *member, double y) {
  if (member->scale == FT_SCALE_MARGIN) return y;
  if (member->scale == FT_SCALE_LOGARITHM)
    return ft_exp(y < -FT_LOGARITHM_MAX  ? -FT_LOGARITHM_MAX
                  : y > FT_LOGARITHM_MAX ? FT_LOGARITHM_MAX
                                         : y);
  double p = fmin(fmax(y, FT_PROBABILITY_MIN), 1 - FT_PROBABILITY_MIN); /* of a NaN the least */
  return ft_log(model->link == FT_LINK_SOFTMAX ? p : p / (1 - p));
}

static double naive_sum(const struct ft_model *model, const struct ft_member *member,
                        uint32_t output, const struct ft_batch *batch, size_t row) {
  const struct ft_forest *forest = &member->forest;
  int64_t sum = 0;
  if (member->kind == FT_LEARNER_LINEAR_FOREST)
    return naive_linear(model, &member->linear, output, batch, row);
  if (member->kind == FT_LEARNER_NET) return naive_net(model, &member->net, output, batch, row);
  for (uint32_t t = 0; t < forest->trees; t++)
    if (forest->tree[t].output == output)
      sum += naive_leaf(model, forest, &forest->tree[t], 0, batch, row);
  return forest->base[output] + ldexp(1.0, -forest->exponent) * (double)sum;
}

static void naive_margins(double *out, const struct ft_model *model, const struct ft_batch *batch,
                          size_t row) {
  double sum[PLAIN_MAX_SUMS] = { 0 };
  for (uint32_t m = 0; m < model->members; m++) {
    const struct ft_member *member = &model->member[m];
    for (uint32_t g = 0; g < ft_member_outputs(model, member); g++)
      sum[member->sum + g] +=
          member->weight * naive_scaled(model, member, naive_sum(model, member, g, batch, row));
  }
  plain_transforms(sum, model);
  memcpy(out, sum, model->outputs * sizeof *out);
}

/* Probabilities of one row, or its value. */
static void naive_predict(double *out, const struct ft_model *model, const struct ft_batch *batch,
                          size_t row) {
  double max = -INFINITY, total = 0;
  naive_margins(out, model, batch, row);
  switch (model->link) {
  case FT_LINK_LOGISTIC: out[0] = ft_logistic(out[0]); break;
  case FT_LINK_EXP: out[0] = ft_exp(out[0]); break;
  case FT_LINK_HINGE: out[0] = out[0] > 0; break;
  case FT_LINK_SIGNED_SQUARE: out[0] *= fabs(out[0]); break;
  case FT_LINK_SOFTPLUS: out[0] = ft_softplus(out[0]); break;
  case FT_LINK_SOFTMAX:
    for (uint32_t g = 0; g < model->outputs; g++)
      max = out[g] > max ? out[g] : max;
    for (uint32_t g = 0; g < model->outputs; g++)
      total += ft_exp(out[g] - max);
    for (uint32_t g = 0; g < model->outputs; g++)
      out[g] = ft_exp(out[g] - max) / total;
    break;
  default: break;
  }
  if (model->problem == FT_BINARY) {
    out[1] = out[0];
    out[0] = 1 - out[1];
  }
}

static double canonical(double x) {
  const uint64_t bits = UINT64_C(0x7ff8000000000000);
  if (x == x) return x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t naive_label(const struct ft_model *model, const double *probability) {
  if (model->problem == FT_BINARY) return probability[1] >= model->threshold;
  uint32_t best = 0;
  for (uint32_t l = 1; l < model->labels; l++)
    if (probability[l] > probability[best]) best = l;
  return best;
}

/* --- tests --- */

static const struct build_options shapes[] = {
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 20, 6, 1 },
  { FT_REGRESSION, FT_LINK_EXP, 0, 3, 5, 4, 2 },
  { FT_REGRESSION, FT_LINK_LOGISTIC, 0, 1, 5, 0, 3 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 30, 7, 4 },
  { FT_BINARY, FT_LINK_HINGE, 2, 1, 9, 5, 5 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 25, 6, 6 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 2, 1, 2, 12, 7 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 0, 0, 0, 8 }, /* no learner at all */
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 3, 9, 5, 9, .nets = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 0, 0, 10, .nets = 2 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 3, 9, 5, 16, .nets = 1, .scaled = 3 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 3, 9, 5, 11, .nets = 1, .scaled = 2 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 9, 5, 12, .nets = 1, .scaled = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 3, 9, 4, 13, .nets = 2, .scaled = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 1, 30, 8, 14, .shared = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 1, 33, 12, 15, .shared = true, .scaled = 1 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 20, 1, 45, 9, 16, .shared = true },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 20, 6, 17, .linears = 1 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 3, 9, 5, 18, .nets = 1, .scaled = 2, .linears = 1 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 15, 4, 19, .linears = 2 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 2, 20, 6, 20, .nets = 1, .derived = true },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 3, 9, 9, 21, .nets = 1, .linears = 1, .derived = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 15, 4, 22, .nets = 1, .derived = true },
  { FT_REGRESSION, FT_LINK_SIGNED_SQUARE, 0, 2, 9, 4, 3 },
  { FT_REGRESSION, FT_LINK_SOFTPLUS, 0, 2, 9, 4, 3 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 8, 12, 5, 17, .nets = 3, .transformed = true },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 7, 12, 5, 18, .nets = 2, .transformed = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 6, 12, 5, 19, .nets = 1, .transformed = true, .linears = 2 },
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

struct predicted {
  double *value, *probability;
  uint32_t *label;
};

static struct predicted predict(const struct ft_plan *plan, struct ft_arena *arena,
                                const struct ft_batch *batch) {
  struct ft_error err;
  struct ft_scratch *scratch;
  size_t labels = ft_plan_labels(plan);
  struct predicted out = { .value = build_take(arena, batch->rows, sizeof(double)),
                           .probability = build_take(arena, batch->rows * labels, sizeof(double)),
                           .label = build_take(arena, batch->rows, sizeof(uint32_t)) };
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  assert_int_equal(
      ft_plan_predict(plan, scratch, batch, out.value, out.label, out.probability, &err), FT_OK);
  ft_scratch_free(scratch);
  return out;
}

static void compare_with_naive(const struct ft_model *model, const struct ft_batch *batch,
                               const struct predicted *got) {
  for (size_t r = 0; r < batch->rows; r++) {
    double naive[32];
    naive_predict(naive, model, batch, r);
    if (model->problem == FT_REGRESSION) {
      assert_int_equal(bits_of(got->value[r]), bits_of(canonical(naive[0])));
      continue;
    }
    assert_int_equal(got->label[r], naive_label(model, naive));
    for (uint32_t l = 0; l < model->labels; l++)
      assert_int_equal(bits_of(got->probability[l * batch->rows + r]),
                       bits_of(canonical(naive[l])));
  }
}

static const char *const kernels[] = { "portable", "avx2", "avx512" }; /* the last is the fastest */

static void a_plan_predicts_what_a_naive_walk_does(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    struct ft_arena arena;
    struct ft_error err;
    struct ft_plan *plan;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    struct ft_model model = build_model(&arena, &shapes[i]);
    struct ft_batch batch = build_batch(&arena, 1100, 42 + i);
    for (size_t k = 0; k < 3; k++) {
      if (ft_kernel_choose(kernels[k], &err) != FT_OK) continue;
      assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
      struct predicted got = predict(plan, &arena, &batch);
      compare_with_naive(&model, &batch, &got);
      ft_plan_close(plan);
    }
    ft_arena_release(&arena);
  }
}

/* Rows from … from + rows - 1 as a batch of their own. */
static struct ft_batch part_of(struct ft_arena *arena, const struct ft_batch *batch, size_t from,
                               size_t rows) {
  struct ft_column *column = build_take(arena, batch->columns, sizeof *column);
  for (size_t i = 0; i < batch->columns; i++) {
    uint64_t *validity = build_take(arena, (rows + 63) / 64, sizeof *validity);
    for (size_t r = 0; r < rows; r++)
      if (ft_column_has(&batch->column[i], from + r)) validity[r / 64] |= UINT64_C(1) << (r % 64);
    column[i] = batch->column[i];
    column[i].values =
        (const char *)batch->column[i].values + from * ft_type_bytes(batch->column[i].type);
    column[i].validity = validity;
  }
  return (struct ft_batch){ .rows = rows, .columns = batch->columns, .column = column };
}

static void every_size_of_batch_gives_the_same_bits(void **state) {
  (void)state;
  static const size_t sizes[] = { 1, 7, 511, 512, 513, 5000 };
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[5]);
  struct ft_batch all = build_batch(&arena, 5000, 99);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  struct predicted whole = predict(plan, &arena, &all);
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
    for (size_t from = 0; from < all.rows; from += sizes[s]) {
      size_t rows = all.rows - from < sizes[s] ? all.rows - from : sizes[s];
      struct ft_batch batch = part_of(&arena, &all, from, rows);
      struct predicted part = predict(plan, &arena, &batch);
      for (size_t r = 0; r < rows; r++)
        for (uint32_t l = 0; l < model.labels; l++)
          assert_int_equal(bits_of(part.probability[l * rows + r]),
                           bits_of(whole.probability[l * all.rows + from + r]));
    }
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

/* One split at 1.5 of one field: -1 to the left, 1 to the right, missing to the left. */
static double encoded_split(struct ft_encoder encoder, enum ft_type type, const void *value,
                            bool null, float threshold) {
  struct ft_node node[] = {
    { .feature = 0,
      .threshold = threshold,
      .left = 1,
      .right = 2,
      .set = FT_NODE_NO_SET,
      .missing_left = 1 },
    { .feature = FT_NODE_LEAF, .leaf = -1, .set = FT_NODE_NO_SET },
    { .feature = FT_NODE_LEAF, .leaf = 1, .set = FT_NODE_NO_SET },
  };
  struct ft_tree tree = { 0, 3, 0 };
  double base = 0, result = 0;
  struct ft_member member = {
    .weight = 1,
    .forest = { .trees = 1, .tree = &tree, .nodes = 3, .node = node, .base = &base }
  };
  struct ft_field field = { "x", type, 0, 0 };
  struct ft_model model = { .problem = FT_REGRESSION,
                            .target = { "y", FT_FLOAT64, 0, 0 },
                            .fields = 1,
                            .field = &field,
                            .features = 1,
                            .encoder = &encoder,
                            .outputs = 1,
                            .members = 1,
                            .member = &member };
  uint64_t validity = null ? 0 : 1;
  struct ft_column column = { type, value, &validity };
  struct ft_batch batch = { 1, 1, &column };
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, &result, NULL, NULL, &err), FT_OK);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  return result;
}

static double one_split(enum ft_type type, const void *value, bool null, float threshold) {
  return encoded_split((struct ft_encoder){ .kind = FT_ENCODE_NUMBER }, type, value, null,
                       threshold);
}

static double split_of_real(double value, float threshold) {
  return one_split(FT_FLOAT64, &value, false, threshold);
}

static void a_split_goes_left_below_its_threshold_only(void **state) {
  (void)state;
  assert_true(split_of_real(1.5, 1.5F) == 1);
  assert_true(split_of_real(1.0, 1.5F) == -1);
  assert_true(split_of_real(0x1.7ffffep0, 1.5F) == -1); /* the float before */
  assert_true(split_of_real(0x1.7fffffp0, 1.5F) == 1);  /* halfway: rounds to even, 1.5 */
  assert_true(split_of_real(0x1.7ffffep0 + 0x1p-30, 1.5F) == -1);
  assert_true(split_of_real(-0.0, 0.0F) == 1);
  assert_true(split_of_real(0.0, -0.0F) == 1);
  assert_true(split_of_real(0x1p-149, 0x1p-149F) == 1);
  assert_true(split_of_real(0x1p-150, 0x1p-149F) == -1); /* rounds to zero */
  assert_true(split_of_real(-0x1p-149, 0.0F) == -1);
  assert_true(split_of_real(1e300, INFINITY) == 1); /* float32 overflows to infinity */
  assert_true(split_of_real(INFINITY, INFINITY) == 1);
  assert_true(split_of_real(3e38, INFINITY) == -1);
  assert_true(split_of_real(-INFINITY, -3e38F) == -1);
  assert_true(split_of_real(NAN, -3e38F) == -1);
  assert_true(split_of_real(-NAN, -3e38F) == -1);
}

/* 1: not below the threshold; -1: below, or missing. */
static double sentinel_split(float low, float high, double value) {
  struct ft_encoder encoder = { .kind = FT_ENCODE_SENTINEL, .low = low, .high = high };
  return encoded_split(encoder, FT_FLOAT64, &value, false, -1e30F);
}

static void a_sentinel_is_missing_and_no_other_number(void **state) {
  (void)state;
  const float inexact = 0.1F;
  assert_true(sentinel_split(0, 0, 0.0) == -1);
  assert_true(sentinel_split(0, 0, -0.0) == -1);
  assert_true(sentinel_split(0, 0, 0x1p-149) == 1);
  assert_true(sentinel_split(0, 0, 0x1p-150) == -1); /* rounds to zero */
  assert_true(sentinel_split(0, 0, NAN) == -1);
  assert_true(sentinel_split(-999, -999, -999.0) == -1);
  assert_true(sentinel_split(-999, -999, 0.0) == 1);
  assert_true(sentinel_split(inexact, inexact, 0.1) == -1); /* as float32 */
  assert_true(sentinel_split(-1e-35F, 1e-35F, 1e-36) == -1);
  assert_true(sentinel_split(-1e-35F, 1e-35F, 2e-35) == 1);
  assert_true(sentinel_split(INFINITY, INFINITY, INFINITY) == -1);
  assert_true(sentinel_split(INFINITY, INFINITY, 1e30) == 1);
}

static void integers_are_rounded_to_float32_once(void **state) {
  (void)state;
  int64_t large = 16777217, huge = INT64_MAX;
  int32_t odd = 16777219;
  uint8_t yes = 1;
  assert_true(one_split(FT_INT64, &large, false, 16777216.0F) == 1);
  assert_true(one_split(FT_INT64, &large, false, 16777218.0F) == -1); /* rounds down to even */
  assert_true(one_split(FT_INT32, &odd, false, 16777220.0F) == 1);    /* rounds up to even */
  assert_true(one_split(FT_INT64, &huge, false, 0x1p63F) == 1);
  assert_true(one_split(FT_BOOL, &yes, false, 1.0F) == 1);
  assert_true(one_split(FT_INT64, &huge, true, 0.0F) == -1); /* NULL */
}

/* The label of a binary model without features whose margin is `base`. */
static uint32_t label_at(enum ft_link link, double base, double threshold) {
  struct ft_member member = { .weight = 1, .forest = { .base = &base } };
  struct ft_span label[2] = { FT_SPAN("f"), FT_SPAN("t") };
  struct ft_model model = { .problem = FT_BINARY,
                            .target = { "y", FT_BOOL, 0, 0 },
                            .labels = 2,
                            .label = label,
                            .link = link,
                            .outputs = 1,
                            .members = 1,
                            .member = &member,
                            .threshold = threshold };
  struct ft_batch batch = { 1, 0, NULL };
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  uint32_t chosen = 9;
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, NULL, &chosen, NULL, &err), FT_OK);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  return chosen;
}

static void a_probability_at_the_threshold_is_label_one(void **state) {
  (void)state;
  assert_int_equal(label_at(FT_LINK_LOGISTIC, 0.0, 0.5), 1);
  assert_int_equal(label_at(FT_LINK_LOGISTIC, 0.0, 0x1.0000000000001p-1), 0);
  assert_int_equal(label_at(FT_LINK_LOGISTIC, -1e-9, 0.5), 0);
  assert_int_equal(label_at(FT_LINK_HINGE, 1e-300, 1.0), 1);
  assert_int_equal(label_at(FT_LINK_HINGE, 0.0, 0.5), 0);
}

static void wrong_columns_are_refused(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[0]);
  struct ft_batch batch = build_batch(&arena, 3, 1);
  double value[3] = { 7, 7, 7 };
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  batch.columns--;
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, value, NULL, NULL, &err), FT_WRONG_TYPE);
  batch.columns++;
  ((struct ft_column *)batch.column)[2].type = FT_INT64;
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, value, NULL, NULL, &err), FT_WRONG_TYPE);
  assert_string_equal(err.message, "column \"medium\" has to be INTEGER, not BIGINT");
  assert_true(value[0] == 7 && value[2] == 7);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

static void labels_rank_by_probability_then_index(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[5]);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  const double probability[] = { 9, 0.2, 9, 0.1, 9, 0.2, 9, 0.3, 9, 0.2 };
  uint32_t order[5];
  ft_plan_rank(plan, probability, 2, 1, order);
  const uint32_t expected[] = { 3, 0, 2, 4, 1 };
  assert_memory_equal(order, expected, sizeof order);
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

static void many_labels_rank_as_few_do(void **state) {
  (void)state;
  enum { LABELS = 777 };
  static const struct build_options shape = { FT_MULTICLASS, FT_LINK_SOFTMAX, LABELS, 0, 0, 0, 1 };
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  double probability[LABELS];
  uint32_t order[LABELS];
  struct ft_random random = ft_random_seeded(3);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  for (size_t l = 0; l < LABELS; l++)
    probability[l] = (double)ft_random_below(&random, 200) / 200;
  ft_plan_rank(plan, probability, 1, 0, order);
  for (size_t i = 1; i < LABELS; i++) {
    double before = probability[order[i - 1]], here = probability[order[i]];
    assert_true(before > here || (before == here && order[i - 1] < order[i]));
  }
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

static void encode_gives_the_features_of_a_batch(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[0]);
  struct ft_batch batch = build_batch(&arena, 700, 3);
  float *feature = build_take(&arena, 700 * BUILD_ENCODERS, sizeof *feature);
  assert_int_equal(ft_encode_batch(feature, &model, &batch, &err), FT_OK);
  for (uint32_t f = 0; f < BUILD_ENCODERS; f++)
    for (size_t r = 0; r < batch.rows; r++) {
      float naive = naive_feature(&model, f, &batch, r), got = feature[f * batch.rows + r];
      assert_true(isnan(naive) ? isnan(got) : memcmp(&got, &naive, sizeof got) == 0);
    }
  ft_arena_release(&arena);
}

/* Texts of up to 20 bytes, and each with one byte changed: what a cache of texts could confuse. */
static void texts_that_differ_anywhere_have_their_own_codes(void **state) {
  (void)state;
  enum { LONGEST = 20, TEXTS = (LONGEST + 1) * (LONGEST + 2) / 2, ROWS = 6000 };
  static char byte[TEXTS][LONGEST];
  static struct ft_span text[TEXTS], value[ROWS];
  static struct ft_hash128 hash[TEXTS];
  static float code[ROWS];
  struct ft_encoder encoder = { .kind = FT_ENCODE_CATEGORY, .categories = TEXTS, .category = hash };
  struct ft_field field = { "x", FT_TEXT, 0, 0 };
  struct ft_model model = { .fields = 1, .field = &field, .features = 1, .encoder = &encoder };
  struct ft_hash_key key = ft_category_key(&model.category_key, 0);
  struct ft_random random = ft_random_seeded(7);
  size_t texts = 0;
  for (size_t size = 0; size <= LONGEST; size++)
    for (size_t changed = 0; changed <= size; changed++, texts++) {
      memcpy(byte[texts], "abababababababababab", LONGEST);
      if (changed < size) byte[texts][changed] = 'c';
      text[texts] = (struct ft_span){ byte[texts], size };
      hash[texts] = ft_category_hash(&key, FT_TEXT, &text[texts]);
    }
  assert_int_equal(texts, TEXTS);
  qsort(hash, TEXTS, sizeof *hash, build_hash_order);
  for (size_t r = 0; r < ROWS; r++)
    value[r] = text[ft_random_below(&random, r < 3000 ? TEXTS : 20)];
  struct ft_column column = { FT_TEXT, value, NULL };
  struct ft_batch batch = { ROWS, 1, &column };
  assert_int_equal(ft_encode_batch(code, &model, &batch, NULL), FT_OK);
  for (size_t r = 0; r < ROWS; r++)
    assert_true(code[r] == naive_category(&model, &encoder, FT_TEXT, &value[r]));
}

static void words_are_counted_whatever_stands_between_them(void **state) {
  (void)state;
  static char long_run[200];
  memset(long_run, 'a', sizeof long_run);
  const struct ft_span text[] = {
    ft_span_of("the cat and THE CAT; the-cat's, cat9"),
    ft_span_of(""),
    ft_span_of("  ...  "),
    ft_span_of("cat"),
    ft_span_of("Katze: gr\xc3\xbcn, GR\xc3\xbcN"),
    { long_run, 64 },
    { long_run, 65 },
    { long_run, 200 },
    ft_span_of("cat9 \xff\xfe cat"),
  };
  enum { TEXTS = sizeof text / sizeof *text, WORDS = 5, ROWS = 600 };
  char a64[65] = { 0 };
  memset(a64, 'a', 64);
  const char *word[WORDS] = { "the", "cat", "cat9", "gr\xc3\xbcn", a64 };
  struct ft_field field = { "x", FT_TEXT, 0, 0 };
  struct ft_hash128 hash[WORDS];
  struct ft_encoder encoder[WORDS];
  struct ft_model model = { .fields = 1, .field = &field, .features = WORDS, .encoder = encoder };
  struct ft_hash_key key = ft_category_key(&model.category_key, 0);
  for (size_t w = 0; w < WORDS; w++)
    hash[w] = ft_hash_keyed(&key, ft_span_of(word[w]));
  qsort(hash, WORDS, sizeof *hash, build_hash_order);
  for (size_t w = 0; w < WORDS; w++)
    encoder[w] = (struct ft_encoder){ FT_ENCODE_WORD, 0, 0, 1, &hash[w] };
  static struct ft_span value[ROWS];
  static float count[WORDS * ROWS];
  uint64_t validity[ROWS / 64 + 1];
  memset(validity, 0xff, sizeof validity);
  validity[0] &= ~UINT64_C(2);
  for (size_t r = 0; r < ROWS; r++)
    value[r] = text[r % TEXTS];
  struct ft_column column = { FT_TEXT, value, validity };
  struct ft_batch batch = { ROWS, 1, &column };
  assert_int_equal(ft_encode_batch(count, &model, &batch, NULL), FT_OK);
  double sum = 0;
  for (size_t w = 0; w < WORDS; w++)
    for (size_t r = 0; r < ROWS; r++) {
      float got = count[w * ROWS + r], naive = naive_feature(&model, (uint32_t)w, &batch, r);
      assert_true(isnan(naive) ? isnan(got) : got == naive);
      if (r < TEXTS && !isnan(got)) sum += got;
    }
  assert_true(sum == 3 + 3 + 1 + 1 + 2 + 1 + 1 + 1); /* text by text */
}

static void survive_the_end_of_memory(const struct build_options *shape) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan = NULL;
  struct ft_scratch *scratch = NULL;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, shape);
  size_t allowed = 0;
  for (enum ft_status status = FT_NOMEM; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = ft_plan_make(&plan, &model, &err);
    assert_true(status == FT_NOMEM || status == FT_OK);
    assert_true((status == FT_OK) == (plan != NULL));
  }
  assert_true(allowed > 10);
  allowed = 0;
  for (enum ft_status status = FT_NOMEM; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = ft_scratch_make(&scratch, plan, &err);
    assert_true(status == FT_NOMEM || status == FT_OK);
  }
  ft_arena_allow(SIZE_MAX);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

static void a_plan_survives_the_end_of_memory(void **state) {
  (void)state;
  survive_the_end_of_memory(&shapes[3]);
  survive_the_end_of_memory(
      &(struct build_options){ FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 2, 6, 4, 2, .linears = 1 });
  const struct build_options deep = {
    FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 1, 6, 10, 1, .shared = true
  };
  survive_the_end_of_memory(&deep);
}

static void huge_leaves_give_the_one_nan(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  for (size_t i = 0; i < SHAPES; i++) {
    struct ft_model model = build_model(&arena, &shapes[i]);
    if (model.members < 2 || shapes[i].nets || shapes[i].linears || model.link == FT_LINK_EXP)
      continue;
    for (uint32_t m = 0; m < 2; m++) {
      struct ft_member *member = (struct ft_member *)&model.member[m];
      member->forest.exponent = -1000;
      member->weight = m ? 1e300 : -1e300;
      for (uint32_t n = 0; n < member->forest.nodes; n++)
        ((struct ft_node *)member->forest.node)[n].leaf = 1 << 22;
    }
    struct ft_batch batch = build_batch(&arena, 3, 1);
    assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
    struct predicted got = predict(plan, &arena, &batch);
    for (size_t p = 0; p < batch.rows * model.labels; p++)
      assert_int_equal(bits_of(got.probability[p]), UINT64_C(0x7ff8000000000000));
    assert_int_equal(got.label[0], 0);
    ft_plan_close(plan);
  }
  ft_arena_release(&arena);
}

static void the_environment_cannot_name_an_unknown_kernel(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan = NULL;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[0]);
  assert_int_equal(setenv("FORETELL_KERNEL", "abacus", 1), 0);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_INVALID);
  assert_null(plan);
  assert_int_equal(setenv("FORETELL_KERNEL", "portable", 1), 0);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  assert_int_equal(unsetenv("FORETELL_KERNEL"), 0);
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

static void an_unknown_kernel_is_refused(void **state) {
  (void)state;
  struct ft_error err;
  assert_int_equal(ft_kernel_choose("portable", &err), FT_OK);
  assert_string_equal(ft_kernel_name(), "portable");
  assert_int_equal(ft_kernel_choose("abacus", &err), FT_INVALID);
  assert_string_equal(err.message, "there is no kernel \"abacus\"");
  assert_string_equal(ft_kernel_name(), "portable");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_environment_cannot_name_an_unknown_kernel), /* first: none is chosen yet */
    cmocka_unit_test(huge_leaves_give_the_one_nan),
    cmocka_unit_test(a_plan_predicts_what_a_naive_walk_does),
    cmocka_unit_test(every_size_of_batch_gives_the_same_bits),
    cmocka_unit_test(a_split_goes_left_below_its_threshold_only),
    cmocka_unit_test(a_sentinel_is_missing_and_no_other_number),
    cmocka_unit_test(integers_are_rounded_to_float32_once),
    cmocka_unit_test(a_probability_at_the_threshold_is_label_one),
    cmocka_unit_test(wrong_columns_are_refused),
    cmocka_unit_test(labels_rank_by_probability_then_index),
    cmocka_unit_test(many_labels_rank_as_few_do),
    cmocka_unit_test(encode_gives_the_features_of_a_batch),
    cmocka_unit_test(words_are_counted_whatever_stands_between_them),
    cmocka_unit_test(texts_that_differ_anywhere_have_their_own_codes),
    cmocka_unit_test(a_plan_survives_the_end_of_memory),
    cmocka_unit_test(an_unknown_kernel_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
