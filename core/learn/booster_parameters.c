#include "core/learn/booster_parameters.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

void ft_booster_parameters_add(struct ft_booster_parameters *to, const char *name,
                               const char *value) {
  assert(to->count < FT_BOOSTER_PARAMETERS);
  to->parameter[to->count++] = (struct ft_parameter){ name, value };
}

void ft_booster_parameters_fill(struct ft_booster_parameters *out, const struct ft_fit_task *task) {
  const uint32_t outputs = task->data->outputs;
  *out = (struct ft_booster_parameters){ .count = 0 };
  snprintf(out->outputs, sizeof out->outputs, "%" PRIu32, outputs);
  snprintf(out->seed, sizeof out->seed, "%" PRIu64, task->data->seed % 2147483647);
  snprintf(out->threads, sizeof out->threads, "%" PRIu32, task->threads);
  snprintf(out->bins, sizeof out->bins, "%" PRIu32, ft_matrix_bins(task->n_train));
  const struct ft_parameter usual[] = {
    { "objective", outputs > 1 ? "multi:softprob" : "reg:squarederror" },
    { "base_score", "0" },
    { "disable_default_eval_metric", "1" },
    { "tree_method", "hist" },
    { "max_bin", out->bins },
    { "max_cat_to_onehot", "64" },
    { "seed", out->seed },
    { "seed_per_iteration", "1" },
    { "nthread", out->threads },
  };
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    ft_booster_parameters_add(out, usual[i].name, usual[i].value);
  if (outputs > 1) ft_booster_parameters_add(out, "num_class", out->outputs);
}
