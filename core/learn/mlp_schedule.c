#include "core/learn/mlp_schedule.h"

#include "core/learn/mlp_options.h"
#include "foretell/maths.h"

#define MAX_VISITS 3e6 /* of rows, by all epochs together */
#define MIN_EPOCHS 6
#define CLIP       3 /* deviations that a number is drawn within, smoothly */

/* Large tables need fewer epochs, and steps of more rows. By the rows of the whole run, so that a refit
 * goes the way that the folds' fits went. */
static uint32_t epochs_of(const struct ft_fit_task *task, double wanted) {
  double max = MAX_VISITS / (double)task->data->features->rows;
  double epochs = wanted > max ? max : wanted;
  return epochs < MIN_EPOCHS ? MIN_EPOCHS : (uint32_t)epochs;
}

static size_t batch_of(const struct ft_fit_task *task) {
  size_t rows = task->data->features->rows;
  return rows < 6000 ? 64 : rows < 25000 ? 128 : 256;
}

void ft_mlp_schedule_read(struct ft_mlp_schedule *out, const struct ft_fit_task *task) {
  const struct ft_mlp_options *own = task->configuration->options;
  bool numbers = task->data->problem == FT_REGRESSION;
  *out = (struct ft_mlp_schedule){
    .shape = { .width = own->width,
               .hidden = own->layers,
               .outputs = task->data->outputs,
               .activation = numbers ? FT_ACTIVATE_MISH : FT_ACTIVATE_SELU },
    .terms = { .clip = CLIP, .knots = own->knots },
    .epochs = epochs_of(task, own->epochs),
    .batch = batch_of(task),
    .max_rate = numbers ? 0.07 : 0.04,
    .cycles = 1,
    .label_smoothing = own->label_smoothing,
    .weight_decay = own->weight_decay,
    .dropout = own->dropout,
    .ema = own->ema,
    .scale_factor = own->scale_factor,
    .bias_factor = 0.1,
    .seed = UINT64_C(0x6e6574),
  };
  if (out->batch > task->n_train) out->batch = task->n_train;
}

#define PI 3.14159265358979323846

/* sin(pi x) for 0 <= x <= 1/2, by Taylor's series; the C library's bits are not ours */
static double sine(double x) {
  double y = PI * x, square = y * y, term = y, sum = y;
  for (int i = 2; i <= 16; i += 2) {
    term *= -square / (i * (i + 1));
    sum += term;
  }
  return sum;
}

/* Waves, each twice as long as the one before: 1/2 (1 - cos(2 pi log2(1 + (2^waves - 1) t))). */
static double wave(double waves, double done) {
  double many = ft_exp(waves * ft_log(2)) - 1;
  double place = ft_log(1 + many * done) / ft_log(2);
  place -= (double)(int)place;
  /* (1 - cos(2 pi x)) / 2 = sin²(pi x). */
  double s = sine(place < 0.5 ? place : 1 - place);
  return s * s;
}

/* Whole for the first half, then down to 0. */
static double fade(double done) {
  if (done < 0.5) return 1;
  double s = sine(1 - done);
  return s * s;
}

struct ft_mlp_network_rates ft_mlp_schedule_rates(const struct ft_mlp_schedule *schedule,
                                                  double done) {
  return (struct ft_mlp_network_rates){ .rate = schedule->max_rate * wave(schedule->cycles, done),
                                        .scale_factor = schedule->scale_factor,
                                        .bias_factor = schedule->bias_factor,
                                        .decay = schedule->weight_decay * fade(done),
                                        .first = 0.9,
                                        .second = 0.95 };
}
