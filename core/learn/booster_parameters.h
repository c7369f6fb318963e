/* What every booster is told whose gradients come from us, whatever it grows for. */
#ifndef FORETELL_LEARN_BOOSTER_PARAMETERS_H
#define FORETELL_LEARN_BOOSTER_PARAMETERS_H

#include "core/learn/booster.h"
#include "core/learn/fit_task.h"

#define FT_BOOSTER_PARAMETERS 24 /* room for these, and a configuration's */

struct ft_booster_parameters {
  struct ft_parameter
      parameter[FT_BOOSTER_PARAMETERS]; /* their values are here, or are constants */
  size_t count;                         /* of `parameter`, FT_BOOSTER_PARAMETERS at most */
  char outputs[16], seed[24], threads[16], bins[16];
};

void ft_booster_parameters_fill(struct ft_booster_parameters *out, const struct ft_fit_task *task);

/* Both texts are borrowed: they live as long as `to`. */
void ft_booster_parameters_add(struct ft_booster_parameters *to, const char *name,
                               const char *value);

#endif
