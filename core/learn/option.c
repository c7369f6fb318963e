#include "core/learn/option.h"

#include <stdio.h>

static const void *place_of(const struct ft_learner_option *option, const void *options) {
  return (const char *)options + option->offset;
}

double ft_option_get(const struct ft_learner_option *option, const void *options) {
  const void *place = place_of(option, options);
  return option->kind == FT_OPTION_COUNT ? *(const uint32_t *)place : *(const double *)place;
}

void ft_option_set(const struct ft_learner_option *option, void *options, double value) {
  void *place = (char *)options + option->offset;
  if (option->kind == FT_OPTION_COUNT)
    *(uint32_t *)place = (uint32_t)(value + 0.5);
  else
    *(double *)place = value;
}

void ft_option_print(char text[FT_OPTION_TEXT], const struct ft_learner_option *option,
                     const void *options) {
  snprintf(text, FT_OPTION_TEXT, "%.9g", ft_option_get(option, options));
}
