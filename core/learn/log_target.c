#include "core/learn/log_target.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/predict/scale.h"
#include "foretell/maths.h"

#define MIN_SPREAD 0.5 /* deviation of the logarithms */
#define MAX_WEIGHT 10.0

/* Mean and deviation, in the order of the numbers. */
struct spread {
  double mean, deviation;
};

static struct spread spread_of(const double *number, const uint32_t *row, size_t rows) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < rows; i++)
    sum += number[row[i]];
  const double mean = sum / (double)rows;
  for (size_t i = 0; i < rows; i++)
    squares += (number[row[i]] - mean) * (number[row[i]] - mean);
  return (struct spread){ mean, sqrt(squares / (double)rows) };
}

static double logarithm_of(const struct ft_fit_data *data, uint32_t row) {
  return ft_log(data->centre + data->scale * data->target[row]);
}

bool ft_log_target_fit_pays(const struct ft_fit_data *data, size_t rows) {
  double sum = 0, squares = 0;
  if (data->problem != FT_REGRESSION || rows == 0) return false;
  for (size_t r = 0; r < rows; r++) {
    const double number = data->centre + data->scale * data->target[r];
    if (!(number > 0)) return false;
    const double logarithm = ft_log(number);
    sum += logarithm;
    squares += logarithm * logarithm;
  }
  const double mean = sum / (double)rows;
  return squares / (double)rows - mean * mean > MIN_SPREAD * MIN_SPREAD;
}

/* From logarithms of mean 0 and deviation 1 to targets of these. */
static void restore_margins(struct ft_fit *fit, const struct ft_fit_task *task,
                            const struct spread *spread) {
  for (size_t i = 0; i < task->n_valid; i++) {
    assert(spread->deviation > 0);
    const double logarithm = spread->mean + spread->deviation * fit->margin[i];
    const double number = ft_scale_margin(logarithm, FT_SCALE_LOGARITHM, FT_LINK_IDENTITY);
    fit->margin[i] = (number - task->data->centre) / task->data->scale;
  }
}

/* An error of a logarithm is one of the number in proportion to it: without weights the least numbers
 * would count most. Squared error in proportion alone would make few rows all that counts; so the weight
 * is the number, not its square. */
static void weigh(double *weight, const struct ft_fit_task *task) {
  const struct ft_fit_data *data = task->data;
  for (size_t r = 0; r < data->features->rows; r++) {
    double number = data->centre + data->scale * data->target[r];
    weight[r] = fmin(fmax(number / data->centre, 0), MAX_WEIGHT);
  }
}

static enum ft_status fit_to(struct ft_fit *out, struct ft_arena *arena,
                             const struct ft_fit_task *task, double *logarithm, double *weight,
                             ft_fit_learner *learner, struct ft_error *err) {
  for (size_t i = 0; i < task->n_train; i++)
    logarithm[task->train[i]] = logarithm_of(task->data, task->train[i]);
  struct spread spread = spread_of(logarithm, task->train, task->n_train);
  if (!(spread.deviation > 0)) spread.deviation = 1;
  for (size_t i = 0; i < task->n_valid; i++)
    logarithm[task->valid[i]] = logarithm_of(task->data, task->valid[i]);
  /* Scaled by the training rows alone, as any fit's target is: mean 0, deviation 1. */
  for (size_t r = 0; r < task->data->features->rows; r++)
    logarithm[r] = (logarithm[r] - spread.mean) / spread.deviation;
  struct ft_fit_data data = *task->data;
  struct ft_fit_task own = *task;
  weigh(weight, task);
  data.target = logarithm;
  data.weight = weight;
  /* The learner makes margins of logarithms; the scale of the member makes numbers of these. */
  data.centre = spread.mean;
  data.scale = spread.deviation;
  own.data = &data;
  FT_TRY(learner(out, arena, &own, err));
  if (!out->done) return FT_OK;
  out->member.scale = FT_SCALE_LOGARITHM;
  restore_margins(out, task, &spread);
  return FT_OK;
}

enum ft_status ft_log_target_fit(struct ft_fit *out, struct ft_arena *arena,
                                 const struct ft_fit_task *task, ft_fit_learner *learner,
                                 struct ft_error *err) {
  size_t rows = task->data->features->rows;
  double *logarithm = calloc(2 * rows + 1, sizeof *logarithm); /* and as many weights */
  if (!logarithm)
    return ft_fail(err, FT_NOMEM, "out of memory to train on %zu rows", task->n_train);
  enum ft_status status = fit_to(out, arena, task, logarithm, logarithm + rows, learner, err);
  free(logarithm);
  return status;
}
