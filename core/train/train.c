#include "core/train/train.h"

#include "core/learn/clock.h"
#include "core/train/auto_off.h"
#include "core/train/automatic.h"
#include "core/train/leakage.h"
#include "core/train/manifest.h"
#include "core/train/prepare.h"
#include "core/train/target.h"
#include "foretell/artifact.h"
#include "foretell/plan.h"

#define MANIFEST_MAX_BYTES ((size_t)1 << 24)
#define PROBES_MAX_BYTES   ((size_t)1 << 28)
#define END_SECONDS        0.2 /* about, to write a model */

enum ft_status ft_train_check(const struct ft_job *job, struct ft_error *err) {
  if (job->fields < 2) {
    ft_fail(err, FT_DATA, "the query gives one column only");
    return ft_fail_hint(err, "It must give the target and at least one column to predict it from.");
  }
  if (job->target >= job->fields)
    return ft_fail(err, FT_INVALID, "the job's target is not one of its columns");
  if (job->model_type == FT_MODEL_TYPE_KMEANS || job->model_type == FT_MODEL_TYPE_FORECAST)
    return ft_fail(err, FT_UNSUPPORTED, "this model type is not supported yet");
  if (job->objective && !ft_objective_find(ft_span_of(job->objective), job->automatic))
    return ft_fail(err, FT_INVALID, "objective \"%s\" is not known", job->objective);
  return ft_target_check_type(&job->field[job->target], err);
}

static enum ft_status write_artifact(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                                     const struct ft_run *run, struct ft_error *err) {
  struct ft_buffer manifest, probes;
  struct ft_plan *plan = NULL;
  ft_buffer_init(&manifest, MANIFEST_MAX_BYTES);
  ft_buffer_init(&probes, PROBES_MAX_BYTES);
  enum ft_status status = ft_plan_make(&plan, &run->model, err);
  if (status == FT_OK) status = ft_plan_write_probes(&probes, plan, run->job->seed, err);
  if (status == FT_OK) status = ft_buffer_check(&probes, "the probes", err);
  if (status == FT_OK)
    status = ft_manifest_write(&manifest, run, ft_clock_seconds() - run->begin, err);
  if (status == FT_OK)
    status = ft_artifact_write(out, model_sha256, &run->model, ft_buffer_view(&probes),
                               ft_buffer_view(&manifest), err);
  ft_plan_close(plan);
  ft_buffer_release(&manifest);
  ft_buffer_release(&probes);
  return status;
}

static enum ft_status learn(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                            struct ft_run *run, struct ft_error *err) {
  struct ft_automl *automl = NULL;
  enum ft_status status =
      run->job->automatic ? ft_automatic_train(run, &automl, err) : ft_auto_off_train(run, err);
  if (status == FT_OK) status = ft_run_check_finite(run, err);
  if (status == FT_OK) {
    ft_run_progress(run, "writing the model", END_SECONDS);
    status = write_artifact(out, model_sha256, run, err);
  }
  ft_automl_free(automl);
  return status;
}

enum ft_status ft_train(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                        struct ft_table *table, const struct ft_job *job,
                        const struct ft_train_events *events, double begin, struct ft_error *err) {
  FT_TRY(ft_train_check(job, err));
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_run run;
  enum ft_status status = ft_run_prepare(&run, &arena, table, job, events, begin, err);
  if (status == FT_OK) {
    status = ft_leakage_warn(&run, err);
    if (status == FT_OK) status = learn(out, model_sha256, &run, err);
    ft_run_release(&run);
  }
  ft_arena_release(&arena);
  return status;
}
