/* Every kernel against a plain walk, on values that lie around the thresholds.
 *
 * FORETELL_TEST_ROWS in the environment: rows for each model instead of a few thousand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/predict/layout.h"
#include "core/predict/scale.h"
#include "foretell/plan.h"
#include "test/unit/build_model.h"
#include "test/unit/plain_transform.h"

#define ROWS 1500 /* two whole blocks and a part of one */

static const char *const kernels[] = { "portable", "avx2", "avx512" };
#define KERNELS (sizeof kernels / sizeof kernels[0])

static const struct build_options shapes[] = {
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 1, 11 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 2, 12 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 3, 13 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 2, 40, 4, 14 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 5, 15 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 3, 40, 6, 16 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 7, 17 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 8, 18 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 20, 9, 19 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 12, 12, 20 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 600, 4, 21 }, /* more than 16 bits of sums hold */
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 400, 8, 22 }, /* several passes */
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 2, 18, 23 },  /* trees too large for a pass */
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 60, 6, 24 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 6, 30 }, /* from seed 30 on: numbers only */
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 2, 70, 3, 31 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 300, 2, 32 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 40, 5, 33 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 9, 7, 34 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 4, 40, 6, 25, .nets = 3 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 3, 20, 6, 5, .nets = 1, .scaled = 3 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 3, 20, 4, 26, .nets = 2 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 2, 0, 0, 27, .nets = 2 }, /* no trees at all */
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 12, 5, 28, .nets = 1, .scaled = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 20, 6, 29, .scaled = 1 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 1, 90, 10, 29, .shared = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 19, 2, 60, 8, 29, .shared = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 2, 1, 1200, 7, 40,
    .shared = true }, /* more than 32 bits of sums hold */
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 8, 12, 5, 17, .nets = 3, .transformed = true },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 6, 9, 10, 41, .nets = 1, .transformed = true },
  { FT_BINARY, FT_LINK_IDENTITY, 2, 7, 12, 5, 18, .nets = 2, .transformed = true },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 6, 12, 5, 19, .nets = 1, .transformed = true },
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

static size_t rows_wanted(void) {
  const char *text = getenv("FORETELL_TEST_ROWS");
  size_t rows = text ? strtoul(text, NULL, 10) : 0;
  return rows ? rows : ROWS;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* --- values around thresholds --- */

static float neighbour(float x, struct ft_random *random) {
  uint64_t way = ft_random_below(random, 4);
  if (way > 1 || isinf(x)) return x;
  return nextafterf(x, way ? INFINITY : -INFINITY);
}

static float any_threshold(const struct ft_model *model, struct ft_random *random) {
  const struct ft_forest *forest = &model->member[0].forest;
  if (model->member[0].kind == FT_LEARNER_NET) return (float)build_real(random);
  const struct ft_node *node = &forest->node[ft_random_below(random, forest->nodes)];
  bool number = node->feature != FT_NODE_LEAF && node->set == FT_NODE_NO_SET;
  return number ? node->threshold : (float)build_real(random);
}

/* A double between a float and its neighbour, at, just below or just above the middle. */
static double between(float x, struct ft_random *random) {
  double next = nextafterf(x, INFINITY);
  double middle = x + (next - x) / 2;
  uint64_t way = ft_random_below(random, 3);
  if (!isfinite(middle) || way == 0) return middle;
  return nextafter(middle, way == 1 ? INFINITY : -INFINITY);
}

/* Half of the numbers of a batch are drawn anew from the thresholds. */
static void sharpen(struct ft_batch *batch, const struct ft_model *model, uint64_t seed) {
  struct ft_random random = ft_random_seeded(seed);
  for (size_t i = 0; i < batch->columns; i++)
    for (size_t r = 0; r < batch->rows; r++) {
      float x = neighbour(any_threshold(model, &random), &random);
      void *values = (void *)batch->column[i].values;
      if (ft_random_below(&random, 2)) continue;
      switch (batch->column[i].type) {
      case FT_FLOAT32: ((float *)values)[r] = x; break;
      case FT_FLOAT64:
      case FT_DECIMAL:
        ((double *)values)[r] = ft_random_below(&random, 2) ? x : between(x, &random);
        break;
      case FT_INT32:
        if (fabsf(x) < 1e9F) ((int32_t *)values)[r] = (int32_t)x;
        break;
      case FT_INT64:
        if (fabsf(x) < 1e18F) ((int64_t *)values)[r] = (int64_t)x;
        break;
      default: break;
      }
    }
}

/* --- a plain walk --- */

static bool goes_left(const struct ft_forest *forest, const struct ft_node *node, float x) {
  if (isnan(x)) return node->missing_left;
  if (node->set == FT_NODE_NO_SET) return x < node->threshold;
  uint32_t code = (uint32_t)x;
  return code / 32 >= node->set_words ||
         !(forest->set_word[node->set + code / 32] >> (code % 32) & 1);
}

static int32_t leaf_of(const struct ft_forest *forest, const struct ft_tree *tree,
                       const float *feature, size_t rows, size_t row) {
  const struct ft_node *root = forest->node + tree->first, *node = root;
  while (node->feature != FT_NODE_LEAF)
    node = root + (goes_left(forest, node, feature[node->feature * rows + row]) ? node->left
                                                                                : node->right);
  return node->leaf;
}

static double net_of(const struct ft_model *model, const struct ft_net *net, uint32_t output,
                     const float *feature, size_t rows, size_t row) {
  float one[BUILD_ENCODERS], last[16];
  for (uint32_t f = 0; f < model->features; f++)
    one[f] = feature[f * rows + row];
  plain_net(last, net, one);
  return net->base[output] + (double)last[output];
}

static double sum_of(const struct ft_model *model, const struct ft_member *member, uint32_t output,
                     const float *feature, size_t rows, size_t row) {
  const struct ft_forest *forest = &member->forest;
  int64_t sum = 0;
  if (member->kind == FT_LEARNER_NET)
    return net_of(model, &member->net, output, feature, rows, row);
  for (uint32_t t = 0; t < forest->trees; t++)
    if (forest->tree[t].output == output)
      sum += leaf_of(forest, &forest->tree[t], feature, rows, row);
  return forest->base[output] + ldexp(1.0, -forest->exponent) * (double)sum;
}

static double value_of(const struct ft_model *model, const float *feature, size_t rows,
                       size_t row) {
  double sum[PLAIN_MAX_SUMS] = { 0 };
  for (uint32_t m = 0; m < model->members; m++) {
    const struct ft_member *member = &model->member[m];
    for (uint32_t g = 0; g < ft_member_outputs(model, member); g++) {
      double own = sum_of(model, member, g, feature, rows, row);
      sum[member->sum + g] += member->weight * ft_scale_margin(own, member->scale, model->link);
    }
  }
  plain_transforms(sum, model);
  return sum[0];
}

/* --- predictions by every kernel --- */

static struct ft_batch part_of(struct ft_column *column, const struct ft_batch *batch, size_t first,
                               size_t rows) {
  for (size_t i = 0; i < batch->columns; i++) {
    column[i] = batch->column[i];
    column[i].values = (const char *)column[i].values + first * ft_type_bytes(column[i].type);
    column[i].validity += first / 64;
  }
  return (struct ft_batch){ rows, batch->columns, column };
}

/* In parts of `step` rows, a multiple of 64. */
static void predict(double *out, const struct ft_plan *plan, const struct ft_batch *batch,
                    size_t step) {
  struct ft_error err;
  struct ft_scratch *scratch;
  struct ft_column column[BUILD_FIELDS];
  size_t labels = ft_plan_labels(plan);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  for (size_t first = 0; first < batch->rows; first += step) {
    size_t left = batch->rows - first;
    struct ft_batch part = part_of(column, batch, first, left < step ? left : step);
    double *to = out + first * (labels ? labels : 1);
    assert_int_equal(
        ft_plan_predict(plan, scratch, &part, labels ? NULL : to, NULL, labels ? to : NULL, &err),
        FT_OK);
  }
  ft_scratch_free(scratch);
}

struct fixture {
  struct ft_arena arena;
  struct ft_model model;
  struct ft_batch batch;
  size_t outputs;
  double *value, *first;
};

/* A model without sets can be held in slots for one row. */
static void make_numeric(struct ft_model *model) {
  for (uint32_t m = 0; m < model->members; m++) {
    const struct ft_forest *forest = &model->member[m].forest;
    for (uint32_t i = 0; i < forest->nodes; i++) {
      struct ft_node *node = (struct ft_node *)&forest->node[i];
      if (node->feature == FT_NODE_LEAF || node->set == FT_NODE_NO_SET) continue;
      node->set = FT_NODE_NO_SET;
      node->threshold = (float)(i % 6) + 0.5F;
    }
  }
}

static void set_up(struct fixture *f, const struct build_options *options, size_t rows) {
  ft_arena_init(&f->arena, FT_ARENA_DEFAULT_LIMIT);
  f->model = build_model(&f->arena, options);
  if (options->seed >= 30) make_numeric(&f->model);
  f->batch = build_batch(&f->arena, rows, options->seed * 1000 + 7);
  sharpen(&f->batch, &f->model, options->seed);
  f->outputs = options->labels ? options->labels : 1;
  f->value = build_take(&f->arena, rows * f->outputs, sizeof(double));
  f->first = build_take(&f->arena, rows * f->outputs, sizeof(double));
}

/* False when this processor cannot. */
static bool make_plan(struct ft_plan **out, const struct fixture *f, const char *kernel) {
  struct ft_error err;
  if (ft_kernel_choose(kernel, &err) != FT_OK) return false;
  assert_int_equal(ft_plan_make(out, &f->model, &err), FT_OK);
  return true;
}

static void compare_with_walk(const struct fixture *f) {
  struct ft_error err;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  const size_t rows = f->batch.rows;
  float *feature = build_take(&arena, rows * f->model.features, sizeof *feature);
  assert_int_equal(ft_encode_batch(feature, &f->model, &f->batch, &err), FT_OK);
  for (size_t r = 0; r < rows; r++) {
    double walked = value_of(&f->model, feature, rows, r);
    assert_int_equal(bits_of(f->value[r]), bits_of(isnan(walked) ? NAN : walked));
  }
  ft_arena_release(&arena);
}

static void every_kernel_gives_the_bits_of_a_walk(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++)
    for (size_t k = 0; k < KERNELS; k++) {
      struct fixture f;
      struct ft_plan *plan;
      set_up(&f, &shapes[i], rows_wanted());
      if (shapes[i].labels == 0 && make_plan(&plan, &f, kernels[k])) {
        predict(f.value, plan, &f.batch, f.batch.rows + 63);
        compare_with_walk(&f);
        ft_plan_close(plan);
      }
      ft_arena_release(&f.arena);
    }
}

static void every_kernel_gives_the_same_bits(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    struct fixture f;
    struct ft_plan *plan;
    set_up(&f, &shapes[i], rows_wanted());
    const size_t bytes = f.batch.rows * f.outputs * sizeof(double);
    for (size_t k = 0; k < KERNELS; k++) {
      if (!make_plan(&plan, &f, kernels[k])) continue;
      predict(f.value, plan, &f.batch, 1024);
      if (k == 0) memcpy(f.first, f.value, bytes);
      assert_memory_equal(f.value, f.first, bytes);
      ft_plan_close(plan);
    }
    ft_arena_release(&f.arena);
  }
}

/* Rows that come alone or in small batches take another way through a kernel. */
static void few_rows_get_the_bits_of_many(void **state) {
  (void)state;
  static const size_t sizes[] = { 1, 2, 23, 24, 25, 63 };
  for (size_t i = 0; i < SHAPES; i++)
    for (size_t k = 0; k < KERNELS; k++) {
      struct fixture f;
      struct ft_plan *plan;
      set_up(&f, &shapes[i], ROWS);
      if (make_plan(&plan, &f, kernels[k])) {
        predict(f.first, plan, &f.batch, ROWS + 63);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
          for (size_t first = 0; first + 64 <= ROWS; first += 256) {
            struct ft_column column[BUILD_FIELDS];
            struct ft_batch part = part_of(column, &f.batch, first, sizes[s]);
            predict(f.value, plan, &part, 64);
            for (size_t g = 0; g < f.outputs; g++)
              assert_memory_equal(f.value + g * sizes[s], f.first + g * ROWS + first,
                                  sizes[s] * sizeof(double));
          }
        ft_plan_close(plan);
      }
      ft_arena_release(&f.arena);
    }
}

static void expect_a_copy_to_predict(const struct build_options *options) {
  struct fixture f;
  struct ft_plan *plan, *copy;
  struct ft_error err;
  set_up(&f, options, ROWS);
  assert_true(make_plan(&plan, &f, "portable"));
  struct ft_span block = ft_plan_block(plan);
  void *elsewhere = build_take(&f.arena, block.size, 1);
  memcpy(elsewhere, block.data, block.size);
  predict(f.first, plan, &f.batch, 1024);
  ft_plan_close(plan);
  assert_int_equal(ft_plan_attach(&copy, (struct ft_span){ elsewhere, block.size }, &err), FT_OK);
  predict(f.value, copy, &f.batch, 1024);
  assert_memory_equal(f.value, f.first, ROWS * f.outputs * sizeof(double));
  assert_int_equal(ft_plan_problem(copy), FT_MULTICLASS);
  assert_string_equal(ft_plan_field(copy, 2)->name, "medium");
  assert_true(ft_span_equal(ft_plan_label(copy, 1), FT_SPAN("yes")));
  ft_plan_close(copy);
  ft_arena_release(&f.arena);
}

static void a_block_predicts_wherever_it_is_copied(void **state) {
  (void)state;
  static const struct build_options transformed = {
    FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 6, 12, 5, 19, .nets = 1, .transformed = true
  };
  expect_a_copy_to_predict(&shapes[13]);
  expect_a_copy_to_predict(&transformed);
}

static void a_block_that_is_none_is_refused(void **state) {
  (void)state;
  struct fixture f;
  struct ft_plan *plan, *none = NULL;
  struct ft_error err;
  set_up(&f, &shapes[0], ROWS);
  assert_true(make_plan(&plan, &f, "portable"));
  struct ft_span block = ft_plan_block(plan);
  char *bytes = build_take(&f.arena, block.size + 64, 1);
  memcpy(bytes, block.data, block.size);
  assert_int_equal(ft_plan_attach(&none, (struct ft_span){ bytes, block.size - 1 }, &err),
                   FT_CORRUPT);
  assert_int_equal(ft_plan_attach(&none, (struct ft_span){ bytes, 7 }, &err), FT_CORRUPT);
  memmove(bytes + 8, bytes, block.size);
  assert_int_equal(ft_plan_attach(&none, (struct ft_span){ bytes + 8, block.size }, &err),
                   FT_CORRUPT);
  memcpy(bytes, block.data, block.size);
  bytes[6]++; /* the layout's number */
  assert_int_equal(ft_plan_attach(&none, (struct ft_span){ bytes, block.size }, &err), FT_CORRUPT);
  assert_null(none);
  ft_plan_close(plan);
  ft_arena_release(&f.arena);
}

/* One tree of `splits` splits at the numbers of one field: every split has a leaf on a side that
 * changes, or, where ways `meet`, leads to the next split or to the one behind that. */
static void put_chain(struct fixture *f, uint32_t splits, bool meet) {
  struct ft_random random = ft_random_seeded(splits);
  const uint32_t nodes = meet ? splits + 2 : 2 * splits + 1;
  struct ft_node *node = build_take(&f->arena, nodes, sizeof *node);
  struct ft_tree *tree = build_take(&f->arena, 1, sizeof *tree);
  for (uint32_t i = 0; i < nodes; i++)
    node[i] = (struct ft_node){ .feature = FT_NODE_LEAF,
                                .leaf = (int32_t)ft_random_below(&random, 1 << 23),
                                .set = FT_NODE_NO_SET };
  for (uint32_t s = 0; s < splits; s++) {
    const uint32_t i = meet ? s : 2 * s, side = (uint32_t)ft_random_below(&random, 2);
    node[i] = (struct ft_node){ .feature = 5,
                                .threshold = (float)(ft_random_unit(&random) * 8 - 4),
                                .left = i + 1 + side,
                                .right = i + 2 - side,
                                .set = FT_NODE_NO_SET,
                                .missing_left = s % 2 };
  }
  *tree = (struct ft_tree){ 0, nodes, 0 };
  struct ft_forest *forest = &((struct ft_member *)f->model.member)->forest;
  forest->trees = 1;
  forest->tree = tree;
  forest->nodes = nodes;
  forest->node = node;
}

static void trees_of_odd_shapes_give_the_bits_of_a_walk(void **state) {
  (void)state;
  static const struct {
    uint32_t splits;
    bool meet, deep;
  } chains[] = { { 9, false, true }, { 300, false, true }, { 7000, false, true },
                 { 9, true, false }, { 300, true, false }, { 9000, false, false } };
  for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++)
    for (size_t k = 0; k < KERNELS; k++) {
      struct fixture f;
      struct ft_plan *plan;
      set_up(&f, &shapes[0], ROWS);
      put_chain(&f, chains[i].splits, chains[i].meet);
      if (make_plan(&plan, &f, kernels[k])) {
        const struct ft_plan_block *block = (const void *)ft_plan_block(plan).data;
        const struct ft_forest_block *forest =
            FT_PART(block, struct ft_forest_block, block->forest);
        assert_int_equal(forest->walk_tree.count, !chains[i].deep);
        predict(f.value, plan, &f.batch, ROWS + 63);
        compare_with_walk(&f);
        predict(f.first, plan, &f.batch, 64);
        assert_memory_equal(f.first, f.value, ROWS * sizeof(double));
        ft_plan_close(plan);
      }
      ft_arena_release(&f.arena);
    }
}

/* What the tests above rely on: that the shapes are what they are said to be. */
static void shapes_take_every_way_through_a_plan(void **state) {
  (void)state;
  uint64_t deep = 0, shared = 0, walked = 0, max_passes = 0, slots = 0;
  for (size_t i = 0; i < SHAPES; i++) {
    struct fixture f;
    struct ft_plan *plan;
    if (shapes[i].nets == shapes[i].members) continue;
    set_up(&f, &shapes[i], 64);
    assert_true(make_plan(&plan, &f, "portable"));
    const struct ft_plan_block *block = (const void *)ft_plan_block(plan).data;
    const struct ft_forest_block *member = FT_PART(block, struct ft_forest_block, block->forest);
    const struct ft_pass *pass = FT_PART(block, struct ft_pass, member->pass);
    walked += member->walk_tree.count;
    max_passes = member->pass.count > max_passes ? member->pass.count : max_passes;
    for (uint64_t p = 0; p < member->pass.count; p++) {
      const struct ft_deep_group *group = FT_PART(block, struct ft_deep_group, pass[p].deep);
      deep += pass[p].deep.count, slots += pass[p].slots;
      for (uint64_t d = 0; d < pass[p].deep.count; d++)
        shared += group[d].outputs > 1;
    }
    ft_plan_close(plan);
    ft_arena_release(&f.arena);
  }
  assert_true(deep > 0);
  assert_true(shared > 2);
  assert_true(walked > 0);
  assert_true(slots > 0);
  assert_true(max_passes > 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(shapes_take_every_way_through_a_plan),
    cmocka_unit_test(every_kernel_gives_the_bits_of_a_walk),
    cmocka_unit_test(every_kernel_gives_the_same_bits),
    cmocka_unit_test(few_rows_get_the_bits_of_many),
    cmocka_unit_test(trees_of_odd_shapes_give_the_bits_of_a_walk),
    cmocka_unit_test(a_block_predicts_wherever_it_is_copied),
    cmocka_unit_test(a_block_that_is_none_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
