#include "core/command/create_job.h"

/* A setting's value within 0 … most; 0 when it was not given. */
static enum ft_status read_setting(uint64_t *out, const struct ft_create_model *create,
                                   const char *name, uint64_t max, struct ft_error *err) {
  const struct ft_option *setting = ft_create_model_setting(create, name);
  *out = 0;
  if (!setting) return FT_OK;
  if (setting->integer < 0 || (uint64_t)setting->integer > max) {
    ft_fail(err, FT_OUT_OF_RANGE, "the value %.*s of %s is out of range",
            FT_SPAN_ARG(setting->text), setting->name);
    return ft_fail_at(err, setting->position);
  }
  *out = (uint64_t)setting->integer;
  return FT_OK;
}

static enum ft_status read_settings(struct ft_job *job, const struct ft_create_model *create,
                                    struct ft_error *err) {
  uint64_t runtime, trials, predict;
  FT_TRY(read_setting(&job->max_cells, create, "max_cells", INT64_MAX, err));
  FT_TRY(read_setting(&runtime, create, "max_runtime", UINT32_MAX, err));
  FT_TRY(read_setting(&trials, create, "max_trials", UINT32_MAX, err));
  FT_TRY(read_setting(&predict, create, "predict_ns", UINT32_MAX, err));
  FT_TRY(read_setting(&job->seed, create, "seed", INT64_MAX, err));
  job->max_runtime_s = (uint32_t)runtime;
  job->max_trials = (uint32_t)trials;
  job->predict_ns = (uint32_t)predict;
  return FT_OK;
}

static enum ft_status read_positive(struct ft_job *job, struct ft_arena *arena,
                                    const struct ft_create_model *create, struct ft_error *err) {
  const struct ft_option *setting = ft_create_model_setting(create, "positive");
  if (!setting) return FT_OK;
  job->positive = ft_arena_text(arena, setting->text);
  return job->positive ? FT_OK : ft_arena_fail(err, "the statement");
}

static enum ft_status copy_hyperparameters(struct ft_job *job, struct ft_arena *arena,
                                           const struct ft_create_model *create,
                                           struct ft_error *err) {
  struct ft_hyperparameter *copy =
      FT_ARENA_NEW(arena, struct ft_hyperparameter, create->hyperparameters);
  if (!copy) return ft_arena_fail(err, "the statement");
  for (uint32_t i = 0; i < create->hyperparameters; i++) {
    copy[i].name = create->hyperparameter[i].name;
    copy[i].value = ft_arena_text(arena, create->hyperparameter[i].text);
    if (!copy[i].value) return ft_arena_fail(err, "the statement");
  }
  job->hyperparameters = create->hyperparameters;
  job->hyperparameter = copy;
  return FT_OK;
}

enum ft_status ft_create_job_fill(struct ft_job *out, const struct ft_command *command,
                                  const char *model, const struct ft_columns *columns,
                                  struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  struct ft_job job = {
    .model = model,
    .fields = (uint32_t)columns->fields,
    .field = columns->field,
    .target = (uint32_t)columns->target,
    .automatic = create->automatic,
    .model_type = create->model_type,
    .problem = create->problem,
    .objective = create->objective,
    .threads = command->host->trainer_threads,
  };
  FT_TRY(read_settings(&job, create, err));
  FT_TRY(read_positive(&job, command->arena, create, err));
  FT_TRY(copy_hyperparameters(&job, command->arena, create, err));
  *out = job;
  return FT_OK;
}
