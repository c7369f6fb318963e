/* A learner that learns nothing: what a fit costs and how good it is stand in its options. For tests of
 * what is above the learners, which need no training then. */
#ifndef FORETELL_TEST_FAKE_LEARNER_H
#define FORETELL_TEST_FAKE_LEARNER_H

#include "core/learn/learner.h"

struct fake_options {
  double error; /* of every margin: the target plus it, or minus it, by turns of the row's number */
  uint32_t turn;  /* 1: every row, 2: every second row changes sign, … */
  double seconds; /* that a fit is estimated to take */
  bool out_of_time;
};

static enum ft_status fit_fake(struct ft_fit *out, struct ft_arena *arena,
                               const struct ft_fit_task *task, struct ft_error *err) {
  const struct fake_options *options = task->configuration->options;
  static const double base[1] = { 0 };
  if (options->out_of_time) return FT_OK; /* not done */
  out->margin = FT_ARENA_NEW(arena, double, task->n_valid);
  if (!out->margin) return ft_arena_fail(err, "the fake");
  for (size_t i = 0; i < task->n_valid; i++) {
    uint32_t row = task->valid[i];
    out->margin[i] =
        task->data->target[row] + (row / options->turn % 2 ? options->error : -options->error);
  }
  out->member = (struct ft_member){ .kind = FT_LEARNER_FOREST, .weight = 1, .forest.base = base };
  out->rounds = 1;
  out->done = true;
  return FT_OK;
}

static double seconds_of_fake(const struct ft_cost_question *question) {
  const struct fake_options *options = question->configuration->options;
  return options->seconds;
}

static const struct ft_learner_option fake_option[] = { { .name = NULL } };

static const struct ft_learner fake_learner = {
  .name = "fake",
  .model_type = "fake",
  .options_bytes = sizeof(struct fake_options),
  .option = fake_option,
  .fit = fit_fake,
  .seconds = seconds_of_fake,
};

#endif
