/* Prediction's speed with forests of deep, unbalanced trees, one a label's probability: every kernel
 * over the same random ones, nanoseconds a row from columns to values, and what ft_model_predict_ns
 * foretells. Nearly all decisions are different, as extremely randomised trees have them.
 *
 * Numbers  processor time of one thread; the least of the turns.
 * Usage    bench_deep [turns] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/timing.h"
#include "foretell/plan.h"
#include "test/unit/build_net.h"

#define ROWS 8192

struct shape {
  uint32_t trees, leaves, outputs, features;
};
static const struct shape shapes[] = {
  { 40, 300, 7, 27 }, { 50, 300, 7, 27 },  { 60, 100, 7, 27 },
  { 50, 300, 1, 27 }, { 100, 31, 1, 30 },  { 40, 127, 1, 30 },
  { 60, 600, 1, 12 }, { 60, 2048, 1, 12 }, { 10, 4000, 3, 27 }
};
static const char *const kernels[] = { "avx512", "avx2", "portable" };

struct load {
  struct ft_model model;
  struct ft_batch batch;
  double *value;
};

/* A tree of so many leaves below `index`, in preorder; answers the count of nodes so far. */
static uint32_t grow(struct ft_node *node, uint32_t index, uint32_t leaves, uint32_t features,
                     struct ft_random *random) {
  node[index] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  if (leaves == 1) return index + 1;
  const uint32_t left = 1 + (uint32_t)ft_random_below(random, leaves - 1);
  node[index].feature = (uint32_t)ft_random_below(random, features);
  node[index].threshold = (float)(ft_random_unit(random) * 4 - 2);
  node[index].left = index + 1;
  node[index].right = grow(node, index + 1, left, features, random);
  return grow(node, node[index].right, leaves - left, features, random);
}

static struct ft_forest make_forest(struct ft_arena *arena, const struct shape *shape,
                                    struct ft_random *random) {
  const uint32_t nodes = 2 * shape->leaves - 1;
  struct ft_tree *tree = build_take(arena, (size_t)shape->trees * shape->outputs, sizeof *tree);
  struct ft_node *node =
      build_take(arena, (size_t)shape->trees * shape->outputs * nodes, sizeof *node);
  struct ft_forest forest = { .tree = tree,
                              .node = node,
                              .exponent = 28, /* of a probability's share */
                              .base = build_take(arena, shape->outputs, sizeof(double)) };
  for (; forest.trees < shape->trees * shape->outputs; forest.trees++, forest.nodes += nodes) {
    struct ft_node *to = node + forest.nodes;
    const uint32_t output = forest.trees % shape->outputs;
    tree[forest.trees] = (struct ft_tree){ forest.nodes, nodes, output };
    if (output == 0) grow(to, 0, shape->leaves, shape->features, random);
    for (uint32_t i = 0; i < nodes; i++) {
      if (output > 0) to[i] = (to - nodes)[i];
      if (to[i].feature == FT_NODE_LEAF) to[i].leaf = (int32_t)ft_random_below(random, 1 << 22);
    }
  }
  return forest;
}

static struct load make_load(struct ft_arena *arena, const struct shape *shape) {
  struct ft_random random = ft_random_seeded(3);
  const bool classes = shape->outputs > 1;
  struct ft_field *field = build_take(arena, shape->features, sizeof *field);
  struct ft_encoder *encoder = build_take(arena, shape->features, sizeof *encoder);
  struct ft_column *column = build_take(arena, shape->features, sizeof *column);
  struct ft_member *member = build_take(arena, 1, sizeof *member);
  struct ft_span *label = build_take(arena, shape->outputs, sizeof *label);
  for (uint32_t f = 0; f < shape->features; f++) {
    double *value = build_take(arena, ROWS, sizeof *value);
    for (size_t r = 0; r < ROWS; r++)
      value[r] = ft_random_unit(&random) * 4 - 2;
    field[f] = (struct ft_field){ "x", FT_FLOAT64, 0, 0 };
    encoder[f] = (struct ft_encoder){ .kind = FT_ENCODE_NUMBER, .field = f };
    column[f] = (struct ft_column){ FT_FLOAT64, value, NULL };
  }
  for (uint32_t l = 0; l < shape->outputs; l++)
    label[l] = ft_span_of("label");
  *member = (struct ft_member){ .kind = FT_LEARNER_FOREST,
                                .scale = classes ? FT_SCALE_PROBABILITY : FT_SCALE_MARGIN,
                                .weight = 1,
                                .forest = make_forest(arena, shape, &random) };
  return (struct load){ .model = { .problem = classes ? FT_MULTICLASS : FT_REGRESSION,
                                   .target = { "y", FT_FLOAT64, 0, 0 },
                                   .fields = shape->features,
                                   .field = field,
                                   .labels = classes ? shape->outputs : 0,
                                   .label = label,
                                   .features = shape->features,
                                   .encoder = encoder,
                                   .link = classes ? FT_LINK_SOFTMAX : FT_LINK_IDENTITY,
                                   .outputs = shape->outputs,
                                   .members = 1,
                                   .member = member,
                                   .threshold = 0.5 },
                        .batch = { ROWS, shape->features, column },
                        .value = build_take(arena, (size_t)ROWS * shape->outputs, sizeof(double)) };
}

/* Seconds a row; `rows` at a time. */
static double time_rows(const struct ft_plan *plan, const struct load *load, size_t rows,
                        size_t turns) {
  struct ft_scratch *scratch;
  struct ft_error err;
  double min = 1e9;
  const size_t times = rows < ROWS ? 200 : 1;
  double *probability = load->model.labels ? load->value : NULL;
  must(ft_scratch_make(&scratch, plan, &err), &err);
  for (size_t t = 0; t < turns; t++) {
    struct ft_batch batch = load->batch;
    batch.rows = rows;
    double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < times; i++)
      must(ft_plan_predict(plan, scratch, &batch, load->value, NULL, probability, &err), &err);
    double took = (seconds_now(CLOCK_THREAD_CPUTIME_ID) - start) / (double)(times * rows);
    min = took < min ? took : min;
  }
  ft_scratch_free(scratch);
  return min;
}

static void run_shape(const struct shape *shape, size_t turns) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct load load = make_load(&arena, shape);
  printf("%u trees of %u leaves, %u outputs, %u features: estimated %.1f ns/row\n", shape->trees,
         shape->leaves, shape->outputs, shape->features, ft_model_predict_ns(&load.model));
  for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
    if (ft_kernel_choose(kernels[k], &err) != FT_OK) continue;
    must(ft_plan_make(&plan, &load.model, &err), &err);
    printf("  %-9s %8.1f ns/row; one row alone %.3f us\n", kernels[k],
           time_rows(plan, &load, ROWS, turns) * 1e9, time_rows(plan, &load, 1, turns) * 1e6);
    ft_plan_close(plan);
  }
  fflush(stdout);
  ft_arena_release(&arena);
}

int main(int count, char **argument) {
  size_t turns = count > 1 ? strtoul(argument[1], NULL, 10) : 9;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    run_shape(&shapes[i], turns ? turns : 1);
  return 0;
}
