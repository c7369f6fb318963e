/* A candidate of a search: a learner and its options. */
#ifndef FORETELL_LEARN_CONFIGURATION_H
#define FORETELL_LEARN_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_learner;

/* How trees see categories (encoded_fit.h). */
enum ft_category_encoding {
  FT_ENCODING_CODES = 0,    /* as sets of codes; those of very many codes as means of the target */
  FT_ENCODING_TARGET_MEAN,  /* those of fewer codes as means, too */
  FT_ENCODING_EFFECT_ORDER, /* those of few codes in the order of their effects (effect_order.h) */
};

struct ft_configuration {
  const char *name; /* "shallow"; NULL ends a list */
  const struct ft_learner *learner;
  const void *options; /* the learner's own struct, all fields set; borrowed */
  enum ft_category_encoding encoding;
  bool log_target;      /* fitted to the target's logarithms (log_target.h) */
  uint32_t min_outputs; /* of the data that it is for */
  uint32_t max_outputs; /* 0: any */
};

#endif
