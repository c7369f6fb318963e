/* Probes: what they notice, and what hostile ones do not do. */
#include "core/predict/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/build_model.h"

static const struct build_options shapes[] = {
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 20, 6, 1 },
  { FT_REGRESSION, FT_LINK_EXP, 0, 3, 5, 4, 2 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 30, 7, 4 },
  { FT_BINARY, FT_LINK_HINGE, 2, 1, 9, 5, 5 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 2, 25, 6, 6 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 500, 1, 500, 2, 7 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 0, 0, 0, 8 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 0, 0, 9, .nets = 1 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 3, 4, 3, 10, .nets = 2 },
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 8, 5, 4, 17, .nets = 3, .transformed = true },
};

struct fixture {
  struct ft_arena arena;
  struct ft_plan *plan;
  struct ft_buffer probes;
};

static void set_up(struct fixture *f, const struct build_options *options, uint64_t seed) {
  struct ft_error err;
  ft_arena_init(&f->arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&f->probes, 1 << 24);
  struct ft_model model = build_model(&f->arena, options);
  assert_int_equal(ft_plan_make(&f->plan, &model, &err), FT_OK);
  assert_int_equal(ft_plan_write_probes(&f->probes, f->plan, seed, &err), FT_OK);
}

static void tear_down(struct fixture *f) {
  ft_plan_close(f->plan);
  ft_buffer_release(&f->probes);
  ft_arena_release(&f->arena);
}

static enum ft_status replay(const struct fixture *f) {
  struct ft_error err;
  return ft_probe_replay(f->plan, ft_buffer_view(&f->probes), &err);
}

static void probes_of_every_shape_replay(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    struct fixture f;
    set_up(&f, &shapes[i], i);
    assert_int_equal(replay(&f), FT_OK);
    tear_down(&f);
  }
}

static void the_same_seed_draws_the_same_probes(void **state) {
  (void)state;
  struct fixture a, b, c;
  set_up(&a, &shapes[2], 1);
  set_up(&b, &shapes[2], 1);
  set_up(&c, &shapes[2], 2);
  assert_int_equal(a.probes.size, b.probes.size);
  assert_memory_equal(a.probes.data, b.probes.data, a.probes.size);
  assert_memory_not_equal(a.probes.data, c.probes.data, a.probes.size);
  tear_down(&a);
  tear_down(&b);
  tear_down(&c);
}

static void another_model_is_noticed(void **state) {
  (void)state;
  struct fixture a, b;
  struct build_options other = shapes[2];
  other.seed++;
  set_up(&a, &shapes[2], 1);
  set_up(&b, &other, 1);
  assert_int_equal(ft_probe_replay(b.plan, ft_buffer_view(&a.probes), NULL), FT_CORRUPT);
  tear_down(&a);
  tear_down(&b);
}

/* The model which differs in one leaf by one unit. */
static void many_leaves_are_reached_by_a_probe(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct fixture f;
  set_up(&f, &shapes[0], 1);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[0]);
  size_t leaves = 0, noticed = 0;
  for (uint32_t i = 0; i < model.member[0].forest.nodes; i++) {
    struct ft_node *node = (struct ft_node *)&model.member[0].forest.node[i];
    struct ft_plan *plan;
    if (node->feature != FT_NODE_LEAF) continue;
    node->leaf += node->leaf > 0 ? -1 : 1;
    assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
    noticed += ft_probe_replay(plan, ft_buffer_view(&f.probes), &err) == FT_CORRUPT;
    ft_plan_close(plan);
    node->leaf += node->leaf >= 0 ? 1 : -1;
    leaves++;
  }
  print_message("%zu of %zu leaves\n", noticed, leaves);
  assert_true(noticed * 3 > leaves);
  ft_arena_release(&arena);
  tear_down(&f);
}

/* The net which differs in the last bits of one weight. Two in three weights belong to ends and codes
 * that few rows reach, or vanish in rounding. */
static void many_weights_are_reached_by_a_probe(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct fixture f;
  set_up(&f, &shapes[7], 1);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[7]);
  const struct ft_layer *layer = &model.member[0].net.layer[0];
  size_t weights = (size_t)layer->inputs * layer->outputs, noticed = 0;
  for (size_t i = 0; i < weights; i++) {
    struct ft_plan *plan;
    float *weight = (float *)&layer->weight[i], before = *weight;
    *weight *= 1.00001F;
    assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
    noticed += ft_probe_replay(plan, ft_buffer_view(&f.probes), &err) == FT_CORRUPT;
    ft_plan_close(plan);
    *weight = before;
  }
  print_message("%zu of %zu weights\n", noticed, weights);
  assert_true(noticed * 3 > weights);
  ft_arena_release(&arena);
  tear_down(&f);
}

static void changed_or_cut_bytes_do_no_harm(void **state) {
  (void)state;
  for (size_t i = 0; i < 9; i += 2) {
    struct fixture f;
    if (i == 6) i = 8; /* a model without learners predicts the same of all rows */
    set_up(&f, &shapes[i], 3);
    struct ft_span all = ft_buffer_view(&f.probes);
    for (size_t at = 0; at < all.size; at += 3) {
      ((char *)all.data)[at] ^= 0x11;
      enum ft_status status = ft_probe_replay(f.plan, all, NULL);
      assert_true(status == FT_OK || status == FT_CORRUPT);
      ((char *)all.data)[at] ^= 0x11;
    }
    for (size_t size = 1; size < all.size; size += 3) {
      char *cut = malloc(size);
      assert_non_null(cut);
      memcpy(cut, all.data, size);
      assert_int_equal(ft_probe_replay(f.plan, (struct ft_span){ cut, size }, NULL), FT_CORRUPT);
      free(cut);
    }
    ((char *)all.data)[all.size - 1] ^= 1; /* the last bit predicted */
    assert_int_equal(ft_probe_replay(f.plan, all, NULL), FT_CORRUPT);
    tear_down(&f);
  }
}

static void no_bytes_are_no_probes(void **state) {
  (void)state;
  struct fixture f;
  set_up(&f, &shapes[0], 1);
  assert_int_equal(ft_probe_replay(f.plan, FT_SPAN(""), NULL), FT_OK);
  tear_down(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(probes_of_every_shape_replay),
    cmocka_unit_test(the_same_seed_draws_the_same_probes),
    cmocka_unit_test(another_model_is_noticed),
    cmocka_unit_test(many_leaves_are_reached_by_a_probe),
    cmocka_unit_test(many_weights_are_reached_by_a_probe),
    cmocka_unit_test(changed_or_cut_bytes_do_no_harm),
    cmocka_unit_test(no_bytes_are_no_probes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
