#include "core/import/onnx/onnx_kernel.h"

#include <math.h>
#include <string.h>

#include "core/import/columns/derive.h"
#include "core/import/onnx/onnx_dense.h"
#include "core/import/onnx/onnx_score.h"

/* Of the root of the coefficients' squares: 2^-25 of it, a kernel's rounding, is 2.5e-6. */
#define MAX_SIZE 84.0

enum kernel { KERNEL_LINEAR = 0, KERNEL_RBF, KERNEL_SIGMOID, KERNEL_COUNT };

struct machine {
  enum kernel kernel;
  double gamma, offset;
  uint32_t vectors, inputs;
  const double *vector;      /* vectors × inputs */
  const double *coefficient; /* one a vector */
  double rho;
  const struct ft_onnx_value *table;
};

/* Powers that are added up lose more digits in float32 than may be; in ONNX Runtime's, too. */
static enum ft_status refuse_kernel(const struct ft_onnx_node *node, struct ft_span type,
                                    struct ft_error *err) {
  if (!ft_span_equal(type, FT_SPAN("POLY"))) return ft_onnx_refuse(node, "its kernel", err);
  enum ft_status refused = ft_onnx_refuse(node, "a polynomial kernel", err);
  if (!err) return refused;
  return ft_fail_hint(err, "Train with PolynomialFeatures and LinearSVC or Ridge, or with "
                           "kernel='rbf'.");
}

static enum ft_status read_kernel(struct machine *out, const struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, struct ft_error *err) {
  static const char *const names[KERNEL_COUNT] = { "LINEAR", "RBF", "SIGMOID" };
  struct ft_span type = ft_onnx_text(node, "kernel_type");
  struct ft_column_numbers parameter;
  FT_TRY(ft_onnx_reals(&parameter, onnx, node, "kernel_params", err));
  if (parameter.count && parameter.count != 3) return ft_onnx_damaged(node, "kernel_params", err);
  while (out->kernel < KERNEL_COUNT && type.size &&
         !ft_span_equal(type, ft_span_of(names[out->kernel])))
    out->kernel++;
  if (out->kernel == KERNEL_COUNT) return refuse_kernel(node, type, err);
  for (size_t i = 0; i < parameter.count; i++)
    if (!isfinite(parameter.value[i])) return ft_onnx_damaged(node, "kernel_params", err);
  out->gamma = parameter.count ? parameter.value[0] : 0;
  out->offset = parameter.count ? parameter.value[1] : 0;
  return FT_OK;
}

static bool all_finite(const struct ft_column_numbers *reals) {
  for (size_t i = 0; i < reals->count; i++)
    if (!isfinite(reals->value[i])) return false;
  return true;
}

/* `vectors`: how many the node says that there are. */
static enum ft_status read_machine(struct machine *out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, uint64_t vectors,
                                   struct ft_error *err) {
  struct ft_column_numbers coefficient, vector, rho;
  out->table = ft_onnx_input(onnx, node, 0);
  if (!out->table || out->table->kind != FT_ONNX_COLUMNS || out->table->table.columns == 0)
    return ft_onnx_refuse(node, "its input is not made of the model's columns alone", err);
  FT_TRY(read_kernel(out, onnx, node, err));
  FT_TRY(ft_onnx_reals(&coefficient, onnx, node, "coefficients", err));
  FT_TRY(ft_onnx_reals(&vector, onnx, node, "support_vectors", err));
  FT_TRY(ft_onnx_reals(&rho, onnx, node, "rho", err));
  if (vectors == 0) return ft_onnx_refuse(node, "without support vectors", err);
  if (vectors > FT_COLUMNS_MAX_DERIVED / 2)
    return ft_fail(err, FT_LIMIT,
                   "the ONNX model's support vector machine has more than %d vectors",
                   FT_COLUMNS_MAX_DERIVED / 2);
  out->vectors = (uint32_t)vectors;
  out->inputs = out->table->table.columns;
  if (vector.count > vectors * out->inputs)
    return ft_onnx_too_narrow(onnx, node, "its vectors", err);
  if (coefficient.count != vectors || vector.count != vectors * out->inputs || rho.count != 1 ||
      !all_finite(&coefficient) || !all_finite(&vector) || !all_finite(&rho))
    return ft_onnx_damaged(node, "its vectors", err);
  out->vector = vector.value;
  out->coefficient = coefficient.value;
  out->rho = rho.value[0];
  return FT_OK;
}

/* Of a linear kernel the weighted sum of the vectors is the model. */
static enum ft_status add_vectors(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, const struct machine *machine,
                                  struct ft_error *err) {
  double *weight = FT_ARENA_NEW(onnx->arena, double, machine->inputs);
  if (!weight) return ft_onnx_no_memory(err);
  for (uint32_t v = 0; v < machine->vectors; v++)
    for (uint32_t i = 0; i < machine->inputs; i++)
      weight[i] += machine->coefficient[v] * machine->vector[(size_t)v * machine->inputs + i];
  return ft_onnx_dense(out, onnx, node, machine->table, 1, weight, &machine->rho, err);
}

/* The kernel of the columns and one vector. `number` has room for one more than the inputs. */
static enum ft_status make_kernel(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node, const struct machine *machine,
                                  const double *vector, double *number, struct ft_error *err) {
  const struct ft_prepared_column *column = machine->table->table.column;
  struct ft_prepared_column product;
  if (machine->kernel == KERNEL_RBF) {
    memcpy(number, vector, machine->inputs * sizeof *number);
    number[machine->inputs] = -machine->gamma;
    return ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_GAUSSIAN, column,
                            machine->inputs, number, err);
  }
  for (uint32_t i = 0; i < machine->inputs; i++)
    number[i] = machine->gamma * vector[i];
  number[machine->inputs] = machine->offset;
  FT_TRY(ft_column_derive(&product, &onnx->columns, &node->source, FT_DERIVE_SUM, column,
                          machine->inputs, number, err));
  return ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_TANH, &product, 1, NULL,
                          err);
}

/* Kernels are rounded to float32: with large coefficients the score would be off by more than may be. */
static enum ft_status check_size(const struct ft_onnx_node *node, const struct machine *machine,
                                 struct ft_error *err) {
  double squares = 0;
  for (uint32_t v = 0; v < machine->vectors; v++)
    squares += machine->coefficient[v] * machine->coefficient[v];
  if (sqrt(squares) <= MAX_SIZE) return FT_OK;
  enum ft_status refused = ft_onnx_refuse(node, "coefficients so large that rounding tells", err);
  if (!err) return refused;
  return ft_fail_hint(err,
                      "Train with a smaller C (SVC rather than NuSVC), or call the model where "
                      "it is served.");
}

/* rho + the sum of coefficient × kernel, added up in double: coefficients of one class come before those
 * of the other, so what is added up is far larger than what comes out. */
static enum ft_status make_sum(struct ft_onnx_value *out, struct ft_onnx *onnx,
                               const struct ft_onnx_node *node, const struct machine *machine,
                               struct ft_error *err) {
  if (machine->kernel == KERNEL_LINEAR) return add_vectors(out, onnx, node, machine, err);
  FT_TRY(check_size(node, machine, err));
  const uint32_t room =
      (machine->inputs > machine->vectors ? machine->inputs : machine->vectors) + 1;
  struct ft_prepared_column sum,
      *column = FT_ARENA_NEW(onnx->arena, struct ft_prepared_column, machine->vectors);
  double *number = FT_ARENA_NEW(onnx->arena, double, room);
  const double one = 1;
  if (!column || !number) return ft_onnx_no_memory(err);
  for (uint32_t v = 0; v < machine->vectors; v++)
    FT_TRY(make_kernel(&column[v], onnx, node, machine,
                       machine->vector + (size_t)v * machine->inputs, number, err));
  memcpy(number, machine->coefficient, machine->vectors * sizeof *number);
  number[machine->vectors] = machine->rho;
  FT_TRY(ft_column_derive(&sum, &onnx->columns, &node->source, FT_DERIVE_SUM, column,
                          machine->vectors, number, err));
  const struct ft_onnx_value score = { .kind = FT_ONNX_COLUMNS, .table = { 1, &sum } };
  return ft_onnx_dense(out, onnx, node, &score, 1, &one, NULL, err);
}

static bool has_post_transform(const struct ft_onnx_node *node) {
  struct ft_span after = ft_onnx_text(node, "post_transform");
  return after.size && !ft_span_equal(after, FT_SPAN("NONE"));
}

enum ft_status ft_onnx_svm_regressor(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  struct machine machine = { 0 };
  struct ft_onnx_value out;
  int64_t vectors = ft_onnx_integer(node, "n_supports", 0);
  if (ft_onnx_integer(node, "one_class", 0)) return ft_onnx_refuse(node, "of one class", err);
  if (has_post_transform(node)) return ft_onnx_refuse(node, "its post_transform", err);
  FT_TRY(read_machine(&machine, onnx, node, vectors > 0 ? (uint64_t)vectors : 0, err));
  FT_TRY(make_sum(&out, onnx, node, &machine, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

static enum ft_status refuse_classes(const struct ft_onnx_node *node, size_t classes,
                                     struct ft_error *err) {
  enum ft_status refused =
      ft_onnx_refuse(node, classes > 2 ? "more than two classes" : "its probabilities", err);
  if (!err) return refused;
  return classes > 2
             ? ft_fail_hint(err,
                            "Train a LinearSVC, whose classes are read, or call the model where "
                            "it is served.")
             : ft_fail_hint(err,
                            "Train with probability=False; RETURNS DOUBLE PRECISION then gives "
                            "the score.");
}

/* The sum is above 0 for the first class: scikit-learn's decision_function is its opposite. */
enum ft_status ft_onnx_svm_classifier(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      struct ft_error *err) {
  struct machine machine = { 0 };
  struct ft_onnx_value out;
  struct ft_onnx_texts label;
  struct ft_column_numbers platt;
  struct ft_onnx_integers each = ft_onnx_integers(node, "vectors_per_class");
  const double minus = -1;
  const struct ft_column_numbers scale = { 1, &minus };
  FT_TRY(ft_onnx_texts(&label, onnx, node, "classlabels_strings", "classlabels_ints", err));
  FT_TRY(ft_onnx_reals(&platt, onnx, node, "prob_a", err));
  if (label.count < 2 || label.count > FT_MODEL_MAX_LABELS)
    return ft_onnx_refuse(node, "its classes", err);
  if (label.count > 2 || platt.count) return refuse_classes(node, label.count, err);
  if (has_post_transform(node)) return ft_onnx_refuse(node, "its post_transform", err);
  if (each.count != 2 || each.value[0] < 0 || each.value[1] < 0)
    return ft_onnx_refuse(node, "without support vectors", err);
  FT_TRY(
      read_machine(&machine, onnx, node, (uint64_t)each.value[0] + (uint64_t)each.value[1], err));
  FT_TRY(make_sum(&out, onnx, node, &machine, err));
  FT_TRY(
      ft_dense_affine(&out.network, &onnx->columns, &node->source, out.network, &scale, NULL, err));
  const struct ft_onnx_score score = { .stage = FT_ONNX_VALUES,
                                       .link = FT_LINK_HINGE,
                                       .outputs = 1,
                                       .classes = 2,
                                       .label = label.value,
                                       .network = out.network };
  ft_onnx_give_classes(onnx, node, &score);
  return FT_OK;
}
