/* SageMaker's built-in algorithms: what is read of MXNet's files, and what is refused. That predictions
 * are MXNet's is shown by test/program/test_import. */
#include "core/import/mxnet/linear_learner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "foretell/buffer.h"

static struct ft_arena arena;
static struct ft_import import;
static struct ft_error err;

static int open_arena(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 26);
  memset(&err, 0, sizeof err);
  return 0;
}

static int close_arena(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

/* What the parts of a file are; a test replaces one. */
struct parts {
  const char *head, *sum, *dot, *attrs; /* operators, and the dot's attributes */
  const char *additional;
  uint32_t rows, columns; /* of the weights */
  uint32_t biases;
  float weight; /* all of them */
  uint32_t magic, storage, type;
};
#define PARTS                                                                          \
  ((struct parts){ .head = "LogisticRegressionOutput",                                 \
                   .sum = "broadcast_add",                                             \
                   .dot = "dot",                                                       \
                   .attrs = "{}",                                                      \
                   .additional = "{\"threshold\": 0.25, \"loss_type\": \"logistic\", " \
                                 "\"predictor_type\": \"binary_classifier\"}",         \
                   .rows = 2,                                                          \
                   .columns = 1,                                                       \
                   .biases = 1,                                                        \
                   .weight = 0.5F,                                                     \
                   .magic = 0xF993FAC9 })

static const char *write_symbol(const struct parts *p) {
  static char text[2048];
  snprintf(
      text, sizeof text,
      "{\"nodes\": [{\"op\": \"null\", \"name\": \"data\", \"inputs\": []}, "
      "{\"op\": \"null\", \"name\": \"fc0_weight\", \"inputs\": []}, "
      "{\"op\": \"%s\", \"name\": \"dot0\", \"attrs\": %s, \"inputs\": [[0, 0, 0], [1, 0, 0]]}, "
      "{\"op\": \"null\", \"name\": \"fc0_bias\", \"inputs\": []}, "
      "{\"op\": \"%s\", \"name\": \"add0\", \"inputs\": [[2, 0, 0], [3, 0, 0]]}, "
      "{\"op\": \"null\", \"name\": \"out_label\", \"inputs\": []}, "
      "{\"op\": \"%s\", \"name\": \"out\", \"inputs\": [[4, 0, 0], [5, 0, 0]]}], "
      "\"heads\": [[6, 0, 0]]}",
      p->dot, p->attrs, p->sum, p->head);
  return text;
}

static void write_array(struct ft_buffer *out, const struct parts *p, uint32_t rows,
                        uint32_t columns) {
  ft_buffer_u32(out, p->magic);
  ft_buffer_u32(out, p->storage);
  ft_buffer_u32(out, 2);
  ft_buffer_u64(out, rows);
  ft_buffer_u64(out, columns);
  ft_buffer_u64(out, 1); /* CPU 0 */
  ft_buffer_u32(out, p->type);
  for (uint32_t i = 0; i < rows * columns; i++)
    ft_buffer_f32(out, p->weight);
}

static struct ft_span write_parameters(struct ft_buffer *out, const struct parts *p,
                                       const char *first, const char *second) {
  const char *const names[] = { first, second };
  ft_buffer_init(out, 1 << 20);
  ft_buffer_u64(out, 0x112);
  ft_buffer_u64(out, 0);
  ft_buffer_u64(out, 2);
  write_array(out, p, p->rows, p->columns);
  write_array(out, p, 1, p->biases);
  ft_buffer_u64(out, 2);
  for (size_t i = 0; i < 2; i++) {
    ft_buffer_u64(out, strlen(names[i]));
    ft_buffer_append_text(out, ft_span_of(names[i]));
  }
  return ft_buffer_view(out);
}

static enum ft_status read_span(const struct parts *p, struct ft_span parameters,
                                enum ft_type result) {
  static struct ft_field field[2] = { { "x1", FT_FLOAT64, 0, 0 }, { "x2", FT_FLOAT32, 0, 0 } };
  static struct ft_import_request request;
  request = (struct ft_import_request){ .fields = p->rows,
                                        .field = field,
                                        .target = { "prediction", result, 0, 0 } };
  import = (struct ft_import){ .request = &request };
  return ft_linear_learner_read(&import, &arena, ft_span_of(write_symbol(p)), parameters,
                                ft_span_of(p->additional), &err);
}

static enum ft_status read_parts(struct parts p, enum ft_type result) {
  struct ft_buffer bytes;
  struct ft_span parameters = write_parameters(&bytes, &p, "arg:fc0_weight", "arg:fc0_bias");
  enum ft_status status = read_span(&p, parameters, result);
  if (status == FT_OK) assert_int_equal(ft_model_check(&import.model, &err), FT_OK);
  ft_buffer_release(&bytes);
  return status;
}

static void assert_says(const char *words) {
  if (!strstr(err.message, words)) fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void a_binary_classifier_has_its_threshold(void **state) {
  (void)state;
  assert_int_equal(read_parts(PARTS, FT_BOOL), FT_OK);
  assert_int_equal(import.model.problem, FT_BINARY);
  assert_true(import.model.threshold == 0.25);
  assert_string_equal(import.objective, "logistic");
  assert_int_equal(import.notices, 1);
  assert_int_equal(read_parts(PARTS, FT_FLOAT64), FT_OK);
  assert_int_equal(import.model.problem, FT_REGRESSION);
}

static void the_graph_alone_says_what_is_predicted(void **state) {
  (void)state;
  struct parts p = PARTS;
  p.additional = "";
  assert_int_equal(read_parts(p, FT_BOOL), FT_OK);
  p.head = "LinearRegressionOutput";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_OK);
  assert_int_equal(read_parts(p, FT_BOOL), FT_INVALID);
  p.head = "SoftmaxOutput";
  p.columns = p.biases = 3;
  assert_int_equal(read_parts(p, FT_INT32), FT_OK);
  assert_int_equal(import.model.labels, 3);
}

static void other_graphs_are_refused_by_their_operator(void **state) {
  (void)state;
  struct parts p = PARTS;
  p.head = "MakeLoss";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  assert_says("\"MakeLoss\"");
  p = PARTS;
  p.sum = "broadcast_mul";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  assert_says("\"broadcast_mul\"");
  p = PARTS;
  p.dot = "batch_dot";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  assert_says("\"batch_dot\"");
  p = PARTS;
  p.attrs = "{\"transpose_b\": \"True\"}";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  p.attrs = "{\"transpose_b\": \"False\"}";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_OK);
}

static void losses_that_give_other_scores_are_refused(void **state) {
  (void)state;
  struct parts p = PARTS;
  p.head = "LinearRegressionOutput";
  p.additional = "{\"loss_type\": \"hinge_loss\", \"predictor_type\": \"binary_classifier\"}";
  assert_int_equal(read_parts(p, FT_BOOL), FT_UNSUPPORTED);
  assert_says("hinge_loss");
  p.additional = "{\"predictor_type\": \"ranker\"}";
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  p = PARTS;
  p.additional = "{\"threshold\": 1.5, \"predictor_type\": \"binary_classifier\"}";
  assert_int_equal(read_parts(p, FT_BOOL), FT_UNSUPPORTED);
  p = PARTS;
  p.columns = p.biases = 2;
  assert_int_equal(read_parts(p, FT_BOOL), FT_UNSUPPORTED);
}

static void parameters_are_checked(void **state) {
  (void)state;
  struct parts p = PARTS;
  p.weight = (float)INFINITY;
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_CORRUPT);
  p = PARTS;
  p.biases = 2;
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_CORRUPT);
  p = PARTS;
  p.magic = 0xF993FAC8;
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  assert_says("another version");
  p = PARTS;
  p.storage = 1;
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  p = PARTS;
  p.type = 1;
  assert_int_equal(read_parts(p, FT_FLOAT64), FT_UNSUPPORTED);
  assert_says("float32");
}

static void cut_parameters_are_damaged(void **state) {
  (void)state;
  struct parts p = PARTS;
  struct ft_buffer bytes;
  struct ft_span whole = write_parameters(&bytes, &p, "arg:fc0_weight", "arg:fc0_bias");
  for (size_t size = 0; size < whole.size; size++)
    assert_int_equal(read_span(&p, (struct ft_span){ whole.data, size }, FT_FLOAT64), FT_CORRUPT);
  ft_buffer_release(&bytes);
  whole = write_parameters(&bytes, &p, "arg:other", "arg:fc0_bias");
  assert_int_equal(read_span(&p, whole, FT_FLOAT64), FT_CORRUPT); /* no such parameter */
  ft_buffer_release(&bytes);
}

static void bare_parameters_are_named(void **state) {
  (void)state;
  struct parts p = PARTS;
  struct ft_buffer bytes;
  struct ft_span whole = write_parameters(&bytes, &p, "v", "mean");
  assert_int_equal(ft_mxnet_parameters_refuse(&import, &arena, whole, &err), FT_UNSUPPORTED);
  assert_says("PCA");
  ft_buffer_release(&bytes);
  ft_buffer_init(&bytes, 1 << 20);
  ft_buffer_u64(&bytes, 0x112);
  ft_buffer_u64(&bytes, 0);
  ft_buffer_u64(&bytes, 1);
  write_array(&bytes, &p, 7, 3);
  ft_buffer_u64(&bytes, 0);
  assert_int_equal(ft_mxnet_parameters_refuse(&import, &arena, ft_buffer_view(&bytes), &err),
                   FT_UNSUPPORTED);
  assert_says("k-means: 7 centres of 3 columns");
  ft_buffer_release(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_binary_classifier_has_its_threshold),
    TEST(the_graph_alone_says_what_is_predicted),
    TEST(other_graphs_are_refused_by_their_operator),
    TEST(losses_that_give_other_scores_are_refused),
    TEST(parameters_are_checked),
    TEST(cut_parameters_are_damaged),
    TEST(bare_parameters_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
