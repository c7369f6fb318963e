#include "foretell/maths.h"

#include "core/predict/maths_body.h"
#include "core/predict/scale.h"

double ft_exp(double x) {
  return exp_of(x);
}

double ft_logistic(double x) {
  return logistic_of(x);
}

double ft_softplus(double x) {
  return softplus_of(x);
}

double ft_log(double x) {
  if (!(x >= 0.0)) return canonical_nan();
  if (x == 0.0) return -double_of(UINT64_C(0x7ff0000000000000));
  if (bits_of(x) == UINT64_C(0x7ff0000000000000)) return x;
  return x < 0x1p-1022 ? log_of_normal(x * 0x1p54, -54) : log_of_normal(x, 0);
}

double ft_scale_margin(double sum, enum ft_scale scale, enum ft_link link) {
  switch (scale) {
  case FT_SCALE_PROBABILITY: return margin_of(sum, link == FT_LINK_SOFTMAX);
  case FT_SCALE_LOGARITHM: return number_of(sum);
  default: return sum;
  }
}

/* tanh(x) = x + x z R(z), z = x^2, |x| <= 0.55 */
static const double tanh_rest[] = {
  -0x1.5555555555555p-2,  0x1.1111111111032p-3,  -0x1.ba1ba1b9fec84p-5,  0x1.664f487713373p-6,
  -0x1.226e32f00cf0cp-7,  0x1.d6d339333f329p-9,  -0x1.7d97cfd138c28p-10, 0x1.34c5a8a996cd4p-11,
  -0x1.ec1091436eb2ap-13, 0x1.64fd88e9900a5p-14, -0x1.59a834187ce22p-16,
};

double ft_tanh(double x) {
  if (x != x) return canonical_nan();
  if (x == 0.0) return x; /* -0 too */
  double size = x < 0.0 ? -x : x;
  if (size <= 0.55) {
    double z = x * x;
    return x + x * z * polynomial(tanh_rest, COUNT(tanh_rest), z);
  }
  double away = 1.0 - 2.0 / (exp_of(2.0 * size) + 1.0);
  return x < 0.0 ? -away : away;
}
