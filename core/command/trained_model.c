#include "core/command/trained_model.h"

#include <jansson.h>
#include <string.h>

#include "foretell/artifact.h"
#include "foretell/plan.h"

/* What is wrong with an artifact fresh from the trainer is the trainer's failure. */
static enum ft_status blame_trainer(enum ft_status status, struct ft_error *err) {
  if (status == FT_OK || status == FT_NOMEM) return status;
  char why[sizeof(err->message)];
  memcpy(why, err->message, sizeof(why));
  return ft_fail(err, FT_TRAINER, "the trainer's model is not sound: %s", why);
}

/* The names of an import are the file's. */
static bool same_field(const struct ft_field *a, const struct ft_field *b,
                       const struct ft_job *job) {
  return a->type == b->type && (job->import || strcmp(a->name, b->name) == 0);
}

static enum ft_status check_fields(const struct ft_plan *plan, const struct ft_job *job,
                                   struct ft_error *err) {
  size_t fields = ft_plan_fields(plan), at = 0;
  if (fields != job->fields - 1)
    return ft_fail(err, FT_TRAINER, "the model has %zu features where %u were asked", fields,
                   job->fields - 1);
  for (uint32_t i = 0; i < job->fields; i++) {
    const struct ft_field *got =
        i == job->target ? ft_plan_target(plan) : ft_plan_field(plan, at++);
    if (!same_field(got, &job->field[i], job))
      return ft_fail(err, FT_TRAINER, "the model's column \"%s\" is not the query's \"%s\"",
                     got->name, job->field[i].name);
  }
  return FT_OK;
}

static enum ft_status check_signature(const struct ft_plan *plan, const struct ft_job *job,
                                      struct ft_error *err) {
  FT_TRY(check_fields(plan, job, err));
  enum ft_problem problem = ft_plan_problem(plan);
  if (job->problem != FT_PROBLEM_AUTO && job->problem != problem)
    return ft_fail(err, FT_TRAINER, "the model does %s where %s was asked",
                   ft_problem_shown(problem), ft_problem_shown(job->problem));
  return FT_OK;
}

static enum ft_status open_plan(struct ft_plan **out, const struct ft_artifact *artifact,
                                const struct ft_job *job, struct ft_error *err) {
  struct ft_plan *plan = NULL;
  FT_TRY(ft_plan_of_artifact(&plan, artifact, err));
  enum ft_status status = check_signature(plan, job, err);
  if (status != FT_OK) {
    ft_plan_close(plan);
    return status;
  }
  *out = plan;
  return FT_OK;
}

static enum ft_status check_manifest(const char **out, struct ft_arena *arena,
                                     struct ft_span manifest, struct ft_error *err) {
  json_t *root = json_loadb(manifest.data, manifest.size, JSON_REJECT_DUPLICATES, NULL);
  bool object = json_is_object(root);
  json_decref(root);
  if (!object) return ft_fail(err, FT_TRAINER, "the manifest is not a JSON object");
  *out = ft_arena_text(arena, manifest);
  return *out ? FT_OK : ft_arena_fail(err, "the manifest");
}

static enum ft_status copy_signature(struct ft_trained_model *out, struct ft_arena *arena,
                                     const struct ft_model *model, struct ft_error *err) {
  const char **parameter = FT_ARENA_NEW(arena, const char *, model->fields);
  if (!parameter) return ft_arena_fail(err, "the signature");
  for (uint32_t i = 0; i < model->fields; i++) {
    parameter[i] = ft_arena_text(arena, ft_span_of(model->field[i].name));
    if (!parameter[i]) return ft_arena_fail(err, "the signature");
  }
  out->labels = model->labels;
  out->parameters = model->fields;
  out->parameter = parameter;
  return FT_OK;
}

/* The whole artifact lives in `scratch` for as long as this takes. */
static enum ft_status read_model(struct ft_trained_model *out, struct ft_arena *arena,
                                 struct ft_arena *scratch, struct ft_span bytes,
                                 const struct ft_job *job, struct ft_error *err) {
  struct ft_artifact artifact;
  FT_TRY(ft_artifact_read(&artifact, scratch, bytes, err));
  FT_TRY(check_manifest(&out->manifest, arena, artifact.manifest, err));
  FT_TRY(copy_signature(out, arena, &artifact.model, err));
  ft_sha256_text(out->model_sha256, &artifact.model_sha256);
  return open_plan(&out->plan, &artifact, job, err);
}

enum ft_status ft_trained_model_check(struct ft_trained_model *out, struct ft_arena *arena,
                                      struct ft_span artifact, const struct ft_job *job,
                                      struct ft_error *err) {
  struct ft_error own;
  struct ft_arena scratch;
  struct ft_trained_model trained = { 0 };
  ft_arena_init(&scratch, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = read_model(&trained, arena, &scratch, artifact, job, &own);
  ft_arena_release(&scratch);
  if (status == FT_OK) {
    *out = trained;
    return FT_OK;
  }
  status = blame_trainer(status, &own);
  if (err) *err = own;
  return status;
}
