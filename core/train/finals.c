#include "core/train/finals.h"

#include <stdlib.h>

#include "core/train/clock.h"
#include "core/train/schedule.h"

#define MORE_ROUNDS 1.1 /* more rows bear a few more rounds */

struct final_task {
  struct ft_trial *trial;
  uint32_t fit;
};

struct finishing {
  const struct ft_finals_options *options;
  struct final_task *task;
  size_t tasks;
  atomic_size_t done;
};

void ft_finals_pick(struct ft_finals *out, const struct ft_search *search) {
  *out = (struct ft_finals){ 0 };
  for (uint32_t i = 0; i < search->candidates; i++)
    if (search->candidate[i].weight > 0)
      out->final[out->finals++] = (struct ft_final){ .candidate = &search->candidate[i] };
}

static void run_task(void *self, size_t index) {
  struct finishing *finishing = self;
  const struct ft_finals_options *own = finishing->options;
  struct ft_trial_options options = { .threads = own->fit_threads,
                                      .most_rounds = own->most_rounds,
                                      .haste = own->haste,
                                      .deadline = own->deadline };
  ft_trial_fit(finishing->task[index].trial, finishing->task[index].fit, &options);
  atomic_fetch_add(&finishing->done, 1);
}

static void tick(void *self) {
  struct finishing *finishing = self;
  if (finishing->options->tick)
    finishing->options->tick(finishing->options->self,
                             (double)atomic_load(&finishing->done) / (double)finishing->tasks);
}

static enum ft_status open_all(struct ft_finals *finals, struct finishing *finishing,
                               const struct ft_fit_data *data, const struct ft_partition *partition,
                               struct ft_error *err) {
  size_t most = (size_t)finals->finals * partition->folds * partition->repeats;
  finishing->task = calloc(most + 1, sizeof *finishing->task);
  if (!finishing->task) return ft_fail(err, FT_NOMEM, "out of memory to train");
  for (uint32_t i = 0; i < finals->finals; i++) {
    struct ft_final *final = &finals->final[i];
    uint32_t rounds = 0;
    if (partition->hold_out || final->single)
      rounds = (uint32_t)(final->candidate->trial.rounds * MORE_ROUNDS) + 1;
    FT_TRY(ft_trial_open(&final->trial, data, partition, final->candidate->configuration, rounds,
                         err));
    for (uint32_t f = 0; f < final->trial.fits; f++)
      finishing->task[finishing->tasks++] = (struct final_task){ &final->trial, f };
  }
  return FT_OK;
}

static enum ft_status close_all(struct ft_finals *finals, struct ft_error *err) {
  for (uint32_t i = 0; i < finals->finals; i++) {
    struct ft_trial *trial = &finals->final[i].trial;
    enum ft_status status = ft_trial_close(trial, err);
    if (status != FT_OK && status != FT_NOMEM) return status;
    finals->final[i].ready = status == FT_OK && !trial->cut;
  }
  return FT_OK;
}

enum ft_status ft_finals_train(struct ft_finals *finals, const struct ft_fit_data *data,
                               const struct ft_partition *partition,
                               const struct ft_finals_options *options, struct ft_error *err) {
  struct finishing finishing = { .options = options };
  struct ft_schedule *schedule = NULL;
  enum ft_status status = open_all(finals, &finishing, data, partition, err);
  struct ft_schedule_work work = { .self = &finishing,
                                   .most_tasks = finishing.tasks,
                                   .run = run_task,
                                   .tick = tick };
  if (status == FT_OK) status = ft_schedule_make(&schedule, &work, options->threads, err);
  if (status == FT_OK) {
    ft_schedule_add(schedule, finishing.tasks);
    ft_schedule_wait(schedule, finishing.tasks);
  }
  ft_schedule_free(schedule);
  if (status == FT_OK) status = close_all(finals, err);
  free(finishing.task);
  return status;
}

void ft_finals_release(struct ft_finals *finals) {
  for (uint32_t i = 0; i < finals->finals; i++)
    ft_trial_release(&finals->final[i].trial);
  *finals = (struct ft_finals){ 0 };
}
