#include "core/train/bagging.h"

#include <stdlib.h>

#include "core/learn/loss.h"

#define MAX_ROWS      256  /* are enough for a mean */
#define TYPICAL_SHARE 0.03 /* of the loss, where no rows are left to look at */

/* The rows that fits are compared on; `margin` and `sum` are rows × outputs, working memory of `look`. */
struct looking {
  const struct ft_run *run;
  const uint32_t *row;
  size_t rows;
  double *margin; /* of a fit */
  double *sum;    /* of all fits */
};

/* To what the fits learn: targets of mean 0 and deviation 1. */
static void unscale(const struct ft_run *run, double *margin, size_t count) {
  if (run->target.problem != FT_REGRESSION) return;
  for (size_t i = 0; i < count; i++)
    margin[i] = (margin[i] - run->centre) / run->scale;
}

static double loss_of(const struct looking *looking, const double *margin) {
  return ft_loss_mean(looking->run->target.problem, looking->run->outputs, margin,
                      looking->run->scaled, looking->rows); /* whatever the targets are */
}

static enum ft_status look(double *gain, const struct looking *looking,
                           const struct ft_trial *trial, struct ft_error *err) {
  size_t count = looking->rows * looking->run->outputs;
  double losses = 0, fits = 0;
  for (size_t i = 0; i < count; i++)
    looking->sum[i] = 0;
  for (uint32_t f = 0; f < trial->fits; f++) {
    if (!trial->fit[f].done) continue;
    struct ft_member member = trial->fit[f].member;
    member.weight = 1;
    FT_TRY(ft_run_margins(looking->margin, looking->run, &member, 1, looking->row, looking->rows,
                          err));
    unscale(looking->run, looking->margin, count);
    losses += loss_of(looking, looking->margin);
    for (size_t i = 0; i < count; i++)
      looking->sum[i] += looking->margin[i];
    fits++;
  }
  /* One fit shows nothing of how much fits differ; the gain stays as the caller set it. */
  if (fits < 2) return FT_OK;
  for (size_t i = 0; i < count; i++)
    looking->sum[i] /= fits;
  /* In the manner of the ambiguity decomposition (Krogh and Vedelsby, 1995): mean loss of the fits less the loss of
   * their mean. From k fits to very many: the part seen is 1 - 1/k of the whole. */
  double better = losses / fits - loss_of(looking, looking->sum);
  *gain = better > 0 ? better / (1 - 1 / fits) : 0;
  return FT_OK;
}

enum ft_status ft_bagging_gains(double *gain, const struct ft_run *run,
                                const struct ft_search *search, const uint32_t *row, size_t rows,
                                struct ft_error *err) {
  struct looking looking = { run, row, rows < MAX_ROWS ? rows : MAX_ROWS, NULL, NULL };
  size_t count = looking.rows * run->outputs;
  looking.margin = calloc(count + 1, sizeof(double));
  looking.sum = calloc(count + 1, sizeof(double));
  enum ft_status status = FT_OK;
  if (!looking.margin || !looking.sum) status = ft_fail(err, FT_NOMEM, "out of memory to train");
  for (uint32_t i = 0; i < search->candidates && status == FT_OK; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    /* No unseen rows: a typical share, so that the budget still prefers the mean of several
     * fits. */
    gain[i] = rows == 0 ? TYPICAL_SHARE * candidate->trial.loss : 0;
    if (candidate->state == FT_CANDIDATE_TRIED && rows > 0)
      status = look(&gain[i], &looking, &candidate->trial, err);
  }
  free(looking.margin);
  free(looking.sum);
  return status;
}
