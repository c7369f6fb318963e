#include "core/predict/derive.h"

#include "core/predict/kernel.h"
#include "core/predict/maths_body.h"
#include "foretell/maths.h"

/* So many rows at once; `x` are the inputs' rows, `out` the feature's. */
struct part {
  const struct ft_feature *feature;
  const float *block; /* from its first row on */
  size_t stride, rows;
  double sum[FT_BLOCK_ROWS];
};

static const float *input_of(const struct part *part, uint32_t index) {
  return part->block + (size_t)part->feature->input[index] * part->stride;
}

static void fill(struct part *part, double value) {
  for (size_t r = 0; r < part->rows; r++)
    part->sum[r] = value;
}

#define EACH(expression)                                  \
  for (uint32_t i = 0; i < part->feature->inputs; i++) {  \
    const float *in = input_of(part, i);                  \
    for (size_t r = 0; r < part->rows; r++) {             \
      const double x = (double)in[r], sum = part->sum[r]; \
      part->sum[r] = (expression);                        \
    }                                                     \
  }

static void add_products(struct part *part) {
  const double *number = part->feature->number;
  fill(part, number[part->feature->inputs]);
  EACH(sum + number[i] * x)
}

static void multiply(struct part *part) {
  fill(part, 1);
  EACH(sum * x)
}

static void gaussian(struct part *part) {
  const double *number = part->feature->number, by = number[part->feature->inputs];
  fill(part, 0);
  EACH(sum + (x - number[i]) * (x - number[i]))
  for (size_t r = 0; r < part->rows; r++)
    part->sum[r] = exp_of(by * part->sum[r]);
}

static void add_sizes(struct part *part) {
  fill(part, 0);
  EACH(sum + (x <= 0 ? 0 - x : x))
}

/* One step of Newton's on a root that is right but for some units in the last place. */
static double root(double x) {
  if (!(x > 0) || x - x != 0) return x < 0 ? canonical_nan() : x; /* 0, infinity, NaN */
  const double near = ft_exp(0.5 * ft_log(x));
  return 0.5 * (near + x / near);
}

static void length(struct part *part) {
  fill(part, 0);
  EACH(sum + x * x)
  for (size_t r = 0; r < part->rows; r++)
    part->sum[r] = root(part->sum[r]);
}

static void greatest(struct part *part) {
  const float *first = input_of(part, 0);
  for (size_t r = 0; r < part->rows; r++)
    part->sum[r] = (double)first[r];
  EACH(x > sum ? x : sum)
}

static bool is_whole(double x) {
  const double limit = 0x1p52;
  return x >= limit || x <= -limit || x == (double)(int64_t)x;
}

/* x to the power of y, as C's pow() but for the sign of a zero to an odd power. */
static double power(double x, double y) {
  if (y == 0) return 1;
  if (y == 1) return x;
  if (y == 2) return x * x;
  if (y == 3) return x * x * x;
  if (x >= 0) return ft_exp(y * ft_log(x));
  if (x != x || !is_whole(y)) return canonical_nan();
  const double size = ft_exp(y * ft_log(-x));
  return is_whole(y * 0.5) ? size : -size;
}
#undef EACH

#define OF_ONE(expression)                    \
  do {                                        \
    const float *in = input_of(part, 0);      \
    for (size_t r = 0; r < part->rows; r++) { \
      const double x = (double)in[r];         \
      part->sum[r] = (expression);            \
    }                                         \
  } while (0)

#define OF_TWO(expression)                                        \
  do {                                                            \
    const float *in = input_of(part, 0), *at = input_of(part, 1); \
    for (size_t r = 0; r < part->rows; r++) {                     \
      const double x = (double)in[r], y = (double)at[r];          \
      part->sum[r] = (expression);                                \
    }                                                             \
  } while (0)

static void choose(struct part *part) {
  const float *condition = input_of(part, 0), *yes = input_of(part, 1), *no = input_of(part, 2);
  for (size_t r = 0; r < part->rows; r++)
    part->sum[r] = (double)(condition[r] == 0 ? no[r] : yes[r]);
}

static void derive(struct part *part) {
  switch (part->feature->derivation) {
  case FT_DERIVE_SUM: add_products(part); break;
  case FT_DERIVE_PRODUCT: multiply(part); break;
  case FT_DERIVE_QUOTIENT: OF_TWO(x / y); break;
  case FT_DERIVE_POWER: OF_ONE(power(x, *part->feature->number)); break;
  case FT_DERIVE_GAUSSIAN: gaussian(part); break;
  case FT_DERIVE_NORM_L1: add_sizes(part); break;
  case FT_DERIVE_NORM_L2: length(part); break;
  case FT_DERIVE_MIN: OF_TWO(y < x ? y : x); break;
  case FT_DERIVE_MAX: greatest(part); break;
  case FT_DERIVE_LESS: OF_TWO(x < y); break;
  case FT_DERIVE_LESS_OR_EQUAL: OF_TWO(x <= y); break;
  case FT_DERIVE_EQUAL: OF_TWO(x == y); break;
  case FT_DERIVE_CHOICE: choose(part); break;
  case FT_DERIVE_IS_MISSING: OF_ONE(x != x); break;
  case FT_DERIVE_ABSOLUTE: OF_ONE(x <= 0 ? 0 - x : x); break;
  case FT_DERIVE_ROOT: OF_ONE(root(x)); break;
  case FT_DERIVE_EXP: OF_ONE(exp_of(x)); break;
  case FT_DERIVE_LOG: OF_ONE(ft_log(x)); break;
  case FT_DERIVE_TANH: OF_ONE(ft_tanh(x)); break;
  default: OF_ONE(logistic_of(x)); break; /* FT_DERIVE_LOGISTIC */
  }
}

void ft_derive_feature(float *block, size_t stride, uint32_t index,
                       const struct ft_feature *feature, size_t rows) {
  struct part part = { .feature = feature, .stride = stride };
  for (size_t first = 0; first < rows; first += FT_BLOCK_ROWS) {
    float *out = block + index * stride + first;
    part.block = block + first;
    part.rows = rows - first < FT_BLOCK_ROWS ? rows - first : FT_BLOCK_ROWS;
    derive(&part);
    for (size_t r = 0; r < part.rows; r++)
      out[r] = (float)part.sum[r];
  }
}

void ft_derive_mark(uint8_t *used, const struct ft_model *model) {
  for (uint32_t f = model->features; f-- > 0;) {
    const struct ft_encoder *encoder = &model->encoder[f];
    for (uint32_t i = 0; encoder->kind == FT_ENCODE_DERIVED && used[f] && i < encoder->inputs; i++)
      used[encoder->input[i]] |= 2;
  }
}
