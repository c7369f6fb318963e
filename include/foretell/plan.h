/* A model made ready to predict over batches of columns.
 *
 * Shapes   in: a batch whose columns are the model's fields, in order, in carried form;
 *          out: `rows` predictions.
 * NULLs    a NULL value is the missing value; there are no NULL predictions.
 * Numbers  the same bits for a row whatever the batch, the kernel, the CPU or the thread. Leaves are
 *          rounded once, when a model is made: a margin is off from the sum of the learner's own
 *          leaves by at most the sum over members of weight × trees × 2^-(exponent + 1).
 * Threads  a plan is read-only and may be used by any number of threads; a scratch belongs to one
 *          thread at a time.
 * Source   design in docs/prediction.md. */
#ifndef FORETELL_PLAN_H
#define FORETELL_PLAN_H

#include "foretell/artifact.h"
#include "foretell/batch.h"
#include "foretell/error.h"
#include "foretell/model.h"

struct ft_artifact;
struct ft_plan;
struct ft_scratch; /* one thread's working memory for one plan */

/* Make a plan from a model; the model may be released afterwards.
 * Errors: FT_NOMEM, FT_CORRUPT (ft_model_check), FT_INVALID (FORETELL_KERNEL names none) */
enum ft_status ft_plan_make(struct ft_plan **out, const struct ft_model *model,
                            struct ft_error *err) FT_MUST_CHECK;

/* Make the plan of an artifact that was read, replay its probes and refuse on any difference. The
 * artifact may be released afterwards.
 * Errors: as ft_plan_make; FT_CORRUPT when a probe gives other bits */
enum ft_status ft_plan_of_artifact(struct ft_plan **out, const struct ft_artifact *artifact,
                                   struct ft_error *err) FT_MUST_CHECK;

/* Read an artifact, and as above.
 * Errors: as ft_artifact_read; FT_CORRUPT when a probe gives other bits */
enum ft_status ft_plan_open(struct ft_plan **out, struct ft_span artifact_bytes,
                            struct ft_error *err) FT_MUST_CHECK;
void ft_plan_close(struct ft_plan *plan); /* NULL is allowed */

/* A plan is one block of bytes without pointers. It may be copied or mapped elsewhere, by this very
 * program, 64-byte aligned, and predicts there without being made again. `block` is borrowed, is
 * trusted but for its first bytes, and must outlive the plan.
 * Errors: FT_NOMEM; FT_CORRUPT  not such a block, cut short, or of another version */
struct ft_span ft_plan_block(const struct ft_plan *plan); /* borrowed */
enum ft_status ft_plan_attach(struct ft_plan **out, struct ft_span block,
                              struct ft_error *err) FT_MUST_CHECK;

/* What a host needs to know of the model. */
enum ft_problem ft_plan_problem(const struct ft_plan *plan);
size_t ft_plan_fields(const struct ft_plan *plan);
const struct ft_field *ft_plan_field(const struct ft_plan *plan, size_t index);
const struct ft_field *ft_plan_target(const struct ft_plan *plan);
size_t ft_plan_labels(const struct ft_plan *plan); /* 0 for regression */
struct ft_span ft_plan_label(const struct ft_plan *plan, size_t index);

enum ft_status ft_scratch_make(struct ft_scratch **out, const struct ft_plan *plan,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_scratch_free(struct ft_scratch *scratch); /* NULL is allowed */

/* Predict. Any number of rows; the batch's types must be the fields' types.
 * value: regression: the prediction. May be NULL when not wanted, as any of the three.
 * label: classification: index of the chosen label (binary: by the threshold; multiclass: the
 *        highest probability, the lowest index on a tie).
 * probability: classification: rows × labels, label-major (probability[l * rows + r]); binary has
 *        both labels; a row adds up to 1 within rounding.
 * Errors: FT_WRONG_TYPE  a column's type is not the field's */
enum ft_status ft_plan_predict(const struct ft_plan *plan, struct ft_scratch *scratch,
                               const struct ft_batch *batch, double *value, uint32_t *label,
                               double *probability, struct ft_error *err) FT_MUST_CHECK;

/* What a prediction by blocks costs, foretold from the model's structure alone, so that it is the same
 * on every machine: nanoseconds a row on one core of the machine of docs/prediction.md, with AVX-512.
 * A model's are its members' and those of its encoders and link. Takes a few milliseconds for a
 * million nodes. The model has passed ft_model_check. */
double ft_model_predict_ns(const struct ft_model *model);
double ft_member_predict_ns(const struct ft_model *model, const struct ft_member *member);

/* The order of a row's labels by probability, highest first, the lower index first on a tie. */
void ft_plan_rank(const struct ft_plan *plan, const double *probability, size_t rows, size_t row,
                  uint32_t *order);

/* Fails with FT_INVALID: `caller` ("model \"m\"") has no class `given`; the hint lists its classes. */
enum ft_status ft_plan_fail_class(const struct ft_plan *plan, struct ft_span given,
                                  const char *caller, struct ft_error *err);

/* Probes for a new artifact: synthetic rows drawn from the model's own thresholds and categories,
 * and the bits predicted for them, appended to `out`. */
enum ft_status ft_plan_write_probes(struct ft_buffer *out, const struct ft_plan *plan,
                                    uint64_t seed, struct ft_error *err) FT_MUST_CHECK;

/* The encoders alone, which the trainer shares with prediction: the model's features of a batch,
 * feature-major (out[f * rows + r]); NaN is missing. Checks types as ft_plan_predict does. The model
 * may still be without learners: only its signature and encoders are read, and they must be right. */
enum ft_status ft_encode_batch(float *out, const struct ft_model *model,
                               const struct ft_batch *batch, struct ft_error *err) FT_MUST_CHECK;

/* Kernels: name of the one in use ("avx512", "avx2", "portable"), which a plan takes when it is made
 * or attached. FORETELL_KERNEL in the environment, or ft_kernel_choose in a test, forces one.
 * FT_INVALID for a name that is unknown or that this CPU cannot run. */
const char *ft_kernel_name(void);
enum ft_status ft_kernel_choose(const char *name, struct ft_error *err) FT_MUST_CHECK;

#endif
