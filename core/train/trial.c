#include "core/train/trial.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/clock.h"
#include "core/train/pool.h"

#define PATIENCE          60
#define FEW_ROWS_OF_CLASS 200 /* fewer: log loss stops too soon */
#define FEW_PATIENCE      100
#define FEW_LEAST_ROUNDS  100

struct trying {
  const struct ft_fit_data *data;
  const struct ft_partition *partition;
  const struct ft_trial_options *options;
  struct ft_trial *trial;
  struct ft_error *err; /* one a fit */
  uint32_t rounds;      /* of a refit; 0: folds */
  bool few;             /* few rows of a class */
  atomic_uint progress;
  atomic_uint begun;
};

/* Rows of a fit: those of its fold are its valid ones. */
static bool list_rows(const struct trying *trying, uint32_t fold, uint32_t **train, size_t *trains,
                      uint32_t **valid, size_t *valids) {
  const struct ft_partition *partition = trying->partition;
  *train = malloc(partition->rows * sizeof **train + 1);
  *valid = malloc(partition->rows * sizeof **valid + 1);
  *trains = *valids = 0;
  if (!*train || !*valid) return false;
  for (size_t r = 0; r < partition->rows; r++) {
    if (trying->rounds == 0 && partition->fold[r] == fold)
      (*valid)[(*valids)++] = partition->row[r];
    else
      (*train)[(*trains)++] = partition->row[r];
  }
  return true;
}

/* Fits share what is left of the time, so that some end before the deadline. */
static double fit_deadline(struct trying *trying, bool parallel) {
  double now = ft_clock_seconds(), left = trying->options->deadline - now;
  uint32_t begun = atomic_fetch_add(&trying->begun, 1);
  uint32_t threads = parallel ? trying->options->threads : 1;
  uint32_t waiting = trying->trial->fits - begun;
  double waves = (double)((waiting + threads - 1) / threads);
  return now + left / (waves > 1 ? waves : 1);
}

static void run_fit(void *self, size_t index) {
  struct trying *trying = self;
  struct ft_error *err = &trying->err[index];
  uint32_t *train = NULL, *valid = NULL;
  size_t trains, valids;
  if (!list_rows(trying, (uint32_t)index, &train, &trains, &valid, &valids)) {
    ft_fail(err, FT_NOMEM, "out of memory to split the rows");
    goto done;
  }
  bool parallel = trying->trial->fits > 1;
  struct ft_fit_task task = { .data = trying->data,
                              .configuration = trying->trial->configuration,
                              .train = train,
                              .trains = trains,
                              .valid = valid,
                              .valids = valids,
                              .rounds = trying->rounds,
                              .most_rounds = trying->options->most_rounds,
                              .haste = trying->options->haste,
                              .patience = trying->few ? FEW_PATIENCE : PATIENCE,
                              .least_rounds = trying->few ? FEW_LEAST_ROUNDS : 0,
                              .stop_on_auc = trying->few && trying->data->problem == FT_BINARY,
                              .threads = parallel ? 1 : trying->options->threads,
                              .deadline = fit_deadline(trying, parallel),
                              .progress = &trying->progress };
  if (trains > 0 && (valids > 0 || trying->rounds > 0))
    err->status =
        ft_fit_run(&trying->trial->fit[index], &trying->trial->fit_arena[index], &task, err);
done:
  free(train);
  free(valid);
}

static void tick(void *self) {
  struct trying *trying = self;
  if (trying->options->tick)
    trying->options->tick(trying->options->self, atomic_load(&trying->progress));
}

/* The smallest class decides; the rows of a fit are four fifths of these. */
static bool has_few(const struct ft_fit_data *data, const struct ft_partition *partition) {
  if (data->problem != FT_BINARY) return false;
  size_t positives = 0;
  for (size_t r = 0; r < partition->rows; r++)
    positives += data->target[partition->row[r]] > 0.5;
  size_t negatives = partition->rows - positives;
  size_t fewer = positives < negatives ? positives : negatives;
  return fewer * (partition->folds - 1) / partition->folds < FEW_ROWS_OF_CLASS;
}

static void collect_fold(struct ft_trial *trial, const struct ft_partition *partition,
                         uint32_t fold, uint32_t outputs) {
  const struct ft_fit *fit = &trial->fit[fold];
  if (!fit->done) return;
  size_t next = 0;
  for (size_t r = 0; r < partition->rows; r++) {
    if (partition->fold[r] != fold) continue;
    memcpy(trial->margin + r * outputs, fit->margin + next * outputs, outputs * sizeof(double));
    trial->covered[r] = true;
    trial->covers++;
    next++;
  }
}

static enum ft_status make_room(struct ft_trial *trial, struct trying *trying,
                                struct ft_error *err) {
  size_t rows = trying->rounds ? 0 : trying->partition->rows;
  trial->fit = FT_ARENA_NEW(&trial->arena, struct ft_fit, trial->fits);
  trial->margin = FT_ARENA_NEW(&trial->arena, double, rows * trying->data->outputs);
  trial->covered = FT_ARENA_NEW(&trial->arena, bool, rows);
  trial->fit_arena = FT_ARENA_NEW(&trial->arena, struct ft_arena, trial->fits);
  trying->err = FT_ARENA_NEW(&trial->arena, struct ft_error, trial->fits);
  if (!trial->fit || !trial->margin || !trial->covered || !trial->fit_arena || !trying->err)
    return ft_arena_fail(err, "a trial");
  for (uint32_t i = 0; i < trial->fits; i++)
    ft_arena_init(&trial->fit_arena[i], FT_ARENA_DEFAULT_LIMIT);
  return FT_OK;
}

static void sum_up(struct ft_trial *trial, struct trying *trying) {
  uint64_t rounds = 0, done = 0;
  for (uint32_t i = 0; i < trial->fits; i++) {
    if (!trying->rounds) collect_fold(trial, trying->partition, i, trying->data->outputs);
    trial->cut |= trial->fit[i].cut || !trial->fit[i].done;
    rounds += trial->fit[i].rounds;
    done += trial->fit[i].done;
  }
  trial->rounds = done ? (uint32_t)(rounds / done) : 0;
}

static enum ft_status run_trial(struct ft_trial *out, struct trying *trying,
                                const struct ft_configuration *configuration, uint32_t fits,
                                struct ft_error *err) {
  double start = ft_clock_seconds();
  *out = (struct ft_trial){ .configuration = configuration, .fits = fits };
  ft_arena_init(&out->arena, FT_ARENA_DEFAULT_LIMIT);
  trying->trial = out;
  enum ft_status status = make_room(out, trying, err);
  if (status != FT_OK) {
    ft_trial_release(out);
    return status;
  }
  struct ft_pool_work work = { .self = trying, .tasks = fits, .run = run_fit, .tick = tick };
  ft_pool_run(&work, fits > 1 ? trying->options->threads : 1);
  for (uint32_t i = 0; i < fits && status == FT_OK; i++) {
    status = trying->err[i].status;
    if (status != FT_OK && err) *err = trying->err[i];
  }
  out->seconds = ft_clock_seconds() - start;
  if (status == FT_OK)
    sum_up(out, trying);
  else
    ft_trial_release(out);
  return status;
}

enum ft_status ft_trial_run(struct ft_trial *out, const struct ft_fit_data *data,
                            const struct ft_partition *partition,
                            const struct ft_configuration *configuration,
                            const struct ft_trial_options *options, struct ft_error *err) {
  struct trying trying = { .data = data,
                           .partition = partition,
                           .options = options,
                           .few = has_few(data, partition) };
  return run_trial(out, &trying, configuration, partition->hold_out ? 1 : partition->folds, err);
}

enum ft_status ft_trial_refit(struct ft_trial *out, const struct ft_fit_data *data,
                              const struct ft_partition *partition,
                              const struct ft_configuration *configuration, uint32_t rounds,
                              const struct ft_trial_options *options, struct ft_error *err) {
  struct trying trying = { .data = data,
                           .partition = partition,
                           .options = options,
                           .rounds = rounds };
  return run_trial(out, &trying, configuration, 1, err);
}

void ft_trial_release(struct ft_trial *trial) {
  for (uint32_t i = 0; trial->fit_arena && i < trial->fits; i++)
    ft_arena_release(&trial->fit_arena[i]);
  ft_arena_release(&trial->arena);
  *trial = (struct ft_trial){ 0 };
}
