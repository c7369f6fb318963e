#include "core/train/net_options.h"

#include "foretell/maths.h"

void ft_net_options_read(struct ft_net_options *out, const struct ft_fit_task *task) {
  const struct ft_configuration *configuration = task->configuration;
  bool numbers = task->data->problem == FT_REGRESSION;
#define NUMBER(name, otherwise) ft_configuration_number(configuration, name, otherwise)
  *out = (struct ft_net_options){
    .shape = { .width = (uint32_t)NUMBER("width", 64),
               .hidden = (uint32_t)NUMBER("layers", 3),
               .outputs = task->data->outputs,
               .activation = NUMBER("mish", numbers) > 0 ? FT_ACTIVATE_MISH : FT_ACTIVATE_SELU },
    .terms = { .clip = NUMBER("clip", 3), .bends = (uint32_t)NUMBER("bends", 0) },
    .epochs = (uint32_t)NUMBER("epochs", 256),
    .batch = (size_t)NUMBER("batch", 256),
    .rate = NUMBER("rate", numbers ? 0.07 : 0.04),
    .smoothing = NUMBER("smoothing", 0),
    .decay = NUMBER("decay", 0),
    .dropout = NUMBER("dropout", 0),
    .average = NUMBER("average", 0),
    .scale_factor = NUMBER("scale", 6),
    .bias_factor = NUMBER("bias", 0.1),
    .seed = (uint64_t)NUMBER("seed", 0) + UINT64_C(0x6e6574),
  };
#undef NUMBER
  if (out->batch > task->trains) out->batch = task->trains;
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

/* Four waves, each twice as long as the one before: 1/2 (1 - cos(2 pi log2(1 + 15 t))). */
static double wave(double done) {
  double place = ft_log(1 + 15 * done) / ft_log(2);
  place -= (double)(int)place;
  double s = sine(place < 0.5 ? place : 1 - place);
  return s * s;
}

/* Whole for the first half, then down to 0. */
static double fade(double done) {
  if (done < 0.5) return 1;
  double s = sine(1 - done);
  return s * s;
}

struct ft_network_rates ft_net_options_rates(const struct ft_net_options *options, double done) {
  return (struct ft_network_rates){ .rate = options->rate * wave(done),
                                    .scale_factor = options->scale_factor,
                                    .bias_factor = options->bias_factor,
                                    .decay = options->decay * fade(done),
                                    .first = 0.9,
                                    .second = 0.95 };
}
