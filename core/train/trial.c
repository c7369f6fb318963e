#include "core/train/trial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/clock.h"
#include "core/train/limits.h"

struct fit_rows {
  uint32_t *train, *valid; /* canonical rows */
  size_t n_train, n_valid;
};

/* Rows of a fit: those of its fold are its valid ones. */
static bool list_rows(struct fit_rows *out, const struct ft_trial *trial, uint32_t index) {
  const struct ft_folds *folds = trial->folds;
  assert(index < trial->fits);
  *out = (struct fit_rows){ .train = malloc(folds->rows * sizeof *out->train + 1),
                            .valid = malloc(folds->rows * sizeof *out->valid + 1) };
  if (!out->train || !out->valid) return false;
  for (size_t r = 0; r < folds->rows; r++) {
    /* A refit trains on every row; else fold i is left out of fit i. */
    if (trial->refit_rounds == 0 && folds->fold[r] == index)
      out->valid[out->n_valid++] = folds->row[r];
    else
      out->train[out->n_train++] = folds->row[r];
  }
  return true;
}

void ft_trial_fit(struct ft_trial *trial, uint32_t index, const struct ft_trial_options *options) {
  struct ft_error *err = &trial->err[index];
  struct fit_rows rows;
  if (!list_rows(&rows, trial, index)) {
    ft_fail(err, FT_NOMEM, "out of memory to split the rows");
    goto done;
  }
  struct ft_fit_task task = {
    .data = trial->data,
    .configuration = trial->configuration,
    .train = rows.train,
    .n_train = rows.n_train,
    .valid = rows.valid,
    .n_valid = rows.n_valid,
    .rounds = trial->refit_rounds,
    .max_rounds = options->max_rounds,
    .learning_rate_factor = options->learning_rate_factor,
    .patience = trial->small_class ? FT_LIMIT_SMALL_CLASS_PATIENCE : FT_LIMIT_PATIENCE,
    .guaranteed_rounds = options->always_one_round ? 1 : 0,
    .min_rounds = trial->small_class ? FT_LIMIT_SMALL_CLASS_MIN_ROUNDS : 0,
    .stop_on_auc = trial->small_class && trial->data->problem == FT_BINARY,
    .threads = options->threads,
    .deadline = options->deadline,
    .stop = options->stop,
    .progress = options->progress
  };
  /* A fit that is late already would only spend time on preparing its rows. */
  bool begun = options->always_one_round || !ft_fit_is_late(&task);
  /* A fold that holds all rows, or none, cannot be fitted: it stays not done, which is no error. */
  if (rows.n_train > 0 && (rows.n_valid > 0 || trial->refit_rounds > 0) && begun)
    err->status = ft_fit_run(&trial->fit[index], &trial->fit_arena[index], &task, err);
done:
  free(rows.train);
  free(rows.valid);
}

/* The smallest class decides; the rows of a fit are four fifths of these. */
static bool has_small_class(const struct ft_fit_data *data, const struct ft_folds *folds) {
  /* The area under the curve that replaces the loss is of two classes. */
  if (data->problem != FT_BINARY) return false;
  size_t positives = 0;
  for (size_t r = 0; r < folds->rows; r++)
    positives += data->target[folds->row[r]] > 0.5;
  size_t negatives = folds->rows - positives;
  size_t fewer = positives < negatives ? positives : negatives;
  return fewer * (folds->folds - 1) / folds->folds < FT_LIMIT_SMALL_CLASS_ROWS;
}

enum ft_status ft_trial_open(struct ft_trial *out, const struct ft_fit_data *data,
                             const struct ft_folds *folds,
                             const struct ft_configuration *configuration, uint32_t refit_rounds,
                             struct ft_error *err) {
  *out = (struct ft_trial){ .configuration = configuration,
                            .data = data,
                            .folds = folds,
                            .refit_rounds = refit_rounds,
                            .small_class = has_small_class(data, folds),
                            .fits = refit_rounds ? 1 : ft_folds_fits(folds) };
  struct ft_arena *arena = &out->arena;
  ft_arena_init(arena, FT_ARENA_DEFAULT_LIMIT);
  /* A refit on all rows predicts none: it has seen them all. */
  size_t rows = refit_rounds ? 0 : folds->n_scored;
  out->fit = FT_ARENA_NEW(arena, struct ft_fit, out->fits);
  out->err = FT_ARENA_NEW(arena, struct ft_error, out->fits);
  out->margin = FT_ARENA_NEW(arena, double, rows * data->outputs);
  out->covered = FT_ARENA_NEW(arena, bool, rows);
  out->fit_arena = FT_ARENA_NEW(arena, struct ft_arena, out->fits);
  if (!out->fit || !out->margin || !out->covered || !out->fit_arena || !out->err) {
    ft_trial_release(out);
    return ft_arena_fail(err, "a trial");
  }
  for (uint32_t i = 0; i < out->fits; i++)
    ft_arena_init(&out->fit_arena[i], FT_ARENA_DEFAULT_LIMIT);
  return FT_OK;
}

/* The fit's margins, in the order of its valid rows, to those of the scored rows. */
static void collect(struct ft_trial *trial, uint32_t index) {
  const struct ft_folds *folds = trial->folds;
  const struct ft_fit *fit = &trial->fit[index];
  size_t outputs = trial->data->outputs, next = 0;
  assert(fit->margin && trial->refit_rounds == 0);
  for (size_t s = 0; s < folds->n_scored; s++) {
    /* Both lists ascend, so the fit's valid rows come in the order of the scored ones. */
    if (folds->fold[folds->scored[s]] != index) continue;
    memcpy(trial->margin + s * outputs, fit->margin + next++ * outputs,
           outputs * sizeof *trial->margin);
    trial->covered[s] = true;
    trial->n_covered++;
  }
}

enum ft_status ft_trial_close(struct ft_trial *trial, struct ft_error *err) {
  uint64_t rounds = 0, done = 0;
  for (uint32_t i = 0; i < trial->fits; i++) {
    const struct ft_fit *fit = &trial->fit[i];
    /* One failed fit fails the trial: its margins would be missing from the rows of its fold. */
    if (trial->err[i].status != FT_OK) {
      if (err) *err = trial->err[i];
      return trial->err[i].status;
    }
    if (fit->done && trial->refit_rounds == 0) collect(trial, i);
    /* A fit that was never begun is cut as well: its rows have no margins. */
    assert(!fit->done || fit->rounds > 0);
    trial->cut |= fit->cut || !fit->done;
    trial->seconds += fit->seconds;
    rounds += fit->rounds;
    done += fit->done;
  }
  trial->rounds = done ? (uint32_t)(rounds / done) : 0;
  return FT_OK;
}

void ft_trial_release(struct ft_trial *trial) {
  for (uint32_t i = 0; trial->fit_arena && i < trial->fits; i++)
    ft_arena_release(&trial->fit_arena[i]);
  ft_arena_release(&trial->arena);
  *trial = (struct ft_trial){ 0 };
}
