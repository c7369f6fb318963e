#include "core/predict/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "foretell/plan.h"
#include "test/unit/build_net.h"

#define ROWS 333

static const char *const kernel[] = { "portable", "avx2", "avx512" };

static const struct build_net_options shapes[] = {
  { 1, 1, 0, 0, 0, 1, FT_ACTIVATE_NONE },     { 30, 30, 0, 0, 0, 1, FT_ACTIVATE_NONE },
  { 9, 20, 9, 0, 0, 1, FT_ACTIVATE_NONE },    { 5, 0, 4, 0, 0, 3, FT_ACTIVATE_NONE },
  { 3, 0, 0, 0, 0, 2, FT_ACTIVATE_NONE },     { 8, 11, 0, 1, 6, 1, FT_ACTIVATE_RELU },
  { 8, 11, 2, 2, 7, 4, FT_ACTIVATE_TANH },    { 20, 20, 0, 3, 64, 1, FT_ACTIVATE_MISH },
  { 20, 25, 5, 3, 33, 5, FT_ACTIVATE_SELU },  { 4, 4, 1, 1, 256, 10, FT_ACTIVATE_LOGISTIC },
  { 12, 40, 3, 1, 100, 13, FT_ACTIVATE_MISH }
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

/* Numbers, small codes, missing values, infinities. */
static float *make_features(struct ft_arena *arena, uint32_t features, struct ft_random *random) {
  float *feature = build_take(arena, (size_t)features * ROWS, sizeof *feature);
  for (size_t i = 0; i < (size_t)features * ROWS; i++) {
    uint64_t kind = ft_random_below(random, 40);
    feature[i] = kind == 0   ? __builtin_nanf("")
                 : kind == 1 ? __builtin_inff()
                 : kind == 2 ? -__builtin_inff()
                 : kind < 20 ? (float)ft_random_below(random, 8)
                             : build_single(random, 4);
  }
  return feature;
}

static bool same(double a, double b) {
  return a == b || (a != a && b != b);
}

static void check_rows(const struct ft_net *net, uint32_t outputs, uint32_t features,
                       const struct ft_net_input *input) {
  static double margin[ROWS * 16];
  float wanted[16], row[64];
  for (size_t i = 0; i < input->rows * outputs; i++)
    margin[i] = 0.5;
  assert_int_equal(ft_net_run(margin, net, outputs, 0.25, input, NULL), FT_OK);
  for (size_t r = 0; r < input->rows; r++) {
    for (uint32_t f = 0; f < features; f++)
      row[f] = input->feature[f * input->stride + (input->row ? input->row[r] : r)];
    plain_net(wanted, net, row);
    for (uint32_t g = 0; g < outputs; g++)
      assert_true(same(margin[r * outputs + g], 0.5 + 0.25 * (net->base[g] + (double)wanted[g])));
  }
}

static void check_shape(const struct build_net_options *shape, struct ft_arena *arena) {
  struct ft_random random = ft_random_seeded(7);
  struct ft_net net = build_net(arena, shape, &random);
  float *feature = make_features(arena, shape->features, &random);
  static const size_t counts[] = { 1, 7, 8, 64, 65, ROWS };
  uint32_t picked[ROWS];
  for (size_t r = 0; r < ROWS; r++)
    picked[r] = (uint32_t)ft_random_below(&random, ROWS);
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    struct ft_net_input input = { .feature = feature, .stride = ROWS, .rows = counts[i] };
    check_rows(&net, shape->outputs, shape->features, &input);
    input.row = picked;
    check_rows(&net, shape->outputs, shape->features, &input);
  }
}

static void every_kernel_gives_the_bits_of_plain_loops(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof kernel / sizeof kernel[0]; k++) {
    if (ft_kernel_choose(kernel[k], NULL) != FT_OK) continue;
    for (size_t s = 0; s < SHAPES; s++) {
      struct ft_arena arena;
      ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
      check_shape(&shapes[s], &arena);
      ft_arena_release(&arena);
    }
  }
}

/* --- answers worked out elsewhere (test/reference/net.py) --- */

#define FEATURES 4
#define TERMS    5
#define WIDTH    7
#define OUTPUTS  3

static float number(uint32_t i, uint32_t j, uint32_t seed) {
  return (float)((int)((i * 37 + j * 101 + seed * 59) % 129) - 64) / 64.0F;
}

static struct ft_layer reference_layer(struct ft_arena *arena, uint32_t seed, uint32_t inputs,
                                       uint32_t outputs, int activation) {
  float *bias = build_take(arena, outputs, sizeof *bias);
  float *weight = build_take(arena, (size_t)inputs * outputs, sizeof *weight);
  for (uint32_t o = 0; o < outputs; o++) {
    bias[o] = number(o, 9, seed);
    for (uint32_t i = 0; i < inputs; i++)
      weight[i * outputs + o] = number(i, o, seed);
  }
  return (struct ft_layer){ inputs, outputs, (enum ft_activation)activation, bias, weight };
}

static struct ft_net reference_net(struct ft_arena *arena, int activation) {
  static const struct ft_lookup lookup[] = { { 2, TERMS, 4 }, { 3, TERMS + 4, 3 } };
  static const double base[OUTPUTS] = { 0 };
  struct ft_term *term = build_take(arena, TERMS, sizeof *term);
  struct ft_layer *layer = build_take(arena, 3, sizeof *layer);
  for (uint32_t t = 0; t < TERMS; t++)
    term[t] = (struct ft_term){ t % FEATURES,     number(t, 0, 1), 1.5F + (float)t / 4.0F,
                                -1.0F - (float)t, 2.0F + (float)t, number(t, 3, 1) };
  layer[0] = reference_layer(arena, 2, TERMS + 7, WIDTH, activation);
  layer[1] = reference_layer(arena, 3, WIDTH, WIDTH, activation);
  layer[2] = reference_layer(arena, 4, WIDTH, OUTPUTS, FT_ACTIVATE_NONE);
  return (struct ft_net){ TERMS, term, 2, lookup, 3, layer, base };
}

static void check_line(struct ft_arena *arena, int activation, const uint32_t *bits) {
  float feature[FEATURES];
  double margin[OUTPUTS] = { 0 };
  struct ft_net net = reference_net(arena, activation);
  for (int f = 0; f < FEATURES; f++)
    feature[f] = ft_single_of(bits[f]);
  const struct ft_net_input input = { .feature = feature, .stride = 1, .rows = 1 };
  assert_int_equal(ft_net_run(margin, &net, OUTPUTS, 1, &input, NULL), FT_OK);
  for (int g = 0; g < OUTPUTS; g++) {
    double wanted = (double)ft_single_of(bits[FEATURES + g]), off = margin[g] - wanted;
    double max = activation <= FT_ACTIVATE_RELU ? 0 : 1e-5;
    assert_true(off <= max && -off <= max);
  }
}

static void nets_give_the_reference_answers(void **state) {
  (void)state;
  struct ft_arena arena;
  char line[200];
  int activation, lines = 0;
  uint32_t x[FEATURES + OUTPUTS];
  FILE *file = fopen("test/reference/net.csv", "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  for (; fgets(line, sizeof line, file); lines++) {
    assert_int_equal(sscanf(line, "%d,%x,%x,%x,%x,%x,%x,%x", &activation, &x[0], &x[1], &x[2],
                            &x[3], &x[4], &x[5], &x[6]),
                     8);
    check_line(&arena, activation, x);
  }
  assert_int_equal(lines, 20 * FT_ACTIVATE_COUNT);
  ft_arena_release(&arena);
  fclose(file);
}

static void no_memory_leaves_margins_untouched(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_random random = ft_random_seeded(1);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_net net = build_net(&arena, &shapes[1], &random);
  float *feature = make_features(&arena, shapes[1].features, &random);
  struct ft_net_input input = { .feature = feature, .stride = ROWS, .rows = 1 };
  double margin = 3;
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    assert_true(margin == 3);
    ft_arena_allow(allowed);
    status = ft_net_run(&margin, &net, 1, 1, &input, NULL);
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || status == FT_NOMEM);
  }
  assert_true(margin != 3);
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kernel_gives_the_bits_of_plain_loops),
    cmocka_unit_test(nets_give_the_reference_answers),
    cmocka_unit_test(no_memory_leaves_margins_untouched),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
