#include "foretell/job.h"

#include "core/job/record.h"

#define MAX_PARAMETERS 256
#define MAX_THREADS    4096
#define MAX_PRECISION  38

/* The reader and the writer of words take an enum for the unsigned that it is. */
_Static_assert(sizeof(enum ft_type) == sizeof(unsigned), "an enum is an unsigned");
_Static_assert(sizeof(enum ft_problem) == sizeof(unsigned), "an enum is an unsigned");
_Static_assert(sizeof(enum ft_model_type) == sizeof(unsigned), "an enum is an unsigned");

/* FT_TYPE_NONE has no word. */
static const char *const type_word[] = {
#define TYPE_WORD(name, bytes, internal, sql, numeric, temporal) [FT_##name] = (internal),
  FT_TYPE_TABLE(TYPE_WORD)
#undef TYPE_WORD
};

/* The empty word is FT_PROBLEM_AUTO. */
static const char *const problem_word[] = {
#define PROBLEM_WORD(name, shown, word) [FT_##name] = (word),
  FT_PROBLEM_TABLE(PROBLEM_WORD)
#undef PROBLEM_WORD
};

static const char *const model_type_word[] = {
  [FT_MODEL_TYPE_AUTO] = "AUTO",     [FT_MODEL_TYPE_XGBOOST] = "XGBOOST",
  [FT_MODEL_TYPE_MLP] = "MLP",       [FT_MODEL_TYPE_LINEAR_LEARNER] = "LINEAR_LEARNER",
  [FT_MODEL_TYPE_KMEANS] = "KMEANS", [FT_MODEL_TYPE_FORECAST] = "FORECAST",
};

static const struct ft_record_key field_key[] = {
  { FT_RECORD_AT(ft_field, name), FT_RECORD_TEXT },
  { FT_RECORD_AT(ft_field, type), FT_RECORD_WORD, .max = FT_RECORD_ROWS(type_word) - 1,
    .word = type_word },
  { FT_RECORD_AT(ft_field, precision), FT_RECORD_U8, .max = MAX_PRECISION },
  { FT_RECORD_AT(ft_field, scale), FT_RECORD_U8, .max = MAX_PRECISION },
};
static const struct ft_record field_record = { "a column of the job", sizeof(struct ft_field),
                                               FT_RECORD_ROWS(field_key), field_key };

static const struct ft_record_key label_key[] = {
  { FT_RECORD_AT(ft_job_label, text), FT_RECORD_TEXT },
};
static const struct ft_record label_record = { "a label of the job", sizeof(struct ft_job_label),
                                               FT_RECORD_ROWS(label_key), label_key };

static const struct ft_record_key hyperparameter_key[] = {
  { FT_RECORD_AT(ft_hyperparameter, name), FT_RECORD_TEXT },
  { FT_RECORD_AT(ft_hyperparameter, value), FT_RECORD_TEXT },
};
static const struct ft_record hyperparameter_record = { "a hyperparameter of the job",
                                                        sizeof(struct ft_hyperparameter),
                                                        FT_RECORD_ROWS(hyperparameter_key),
                                                        hyperparameter_key };

static const struct ft_record_key job_key[] = {
  { FT_RECORD_AT(ft_job, model), FT_RECORD_TEXT },
  { FT_RECORD_AT(ft_job, import), FT_RECORD_BOOL },
  { FT_RECORD_AT(ft_job, missing), FT_RECORD_MAYBE_TEXT },
  { FT_RECORD_AT(ft_job, label), FT_RECORD_LIST, .count = offsetof(struct ft_job, labels),
    .max = FT_MODEL_MAX_LABELS, .item = &label_record },
  { FT_RECORD_AT(ft_job, field), FT_RECORD_LIST, .count = offsetof(struct ft_job, fields),
    .max = FT_MODEL_MAX_FIELDS + 1, .item = &field_record },
  { FT_RECORD_AT(ft_job, target), FT_RECORD_U32, .max = FT_MODEL_MAX_FIELDS },
  { FT_RECORD_AT(ft_job, automatic), FT_RECORD_BOOL },
  { FT_RECORD_AT(ft_job, model_type), FT_RECORD_WORD, .max = FT_RECORD_ROWS(model_type_word) - 1,
    .word = model_type_word },
  { FT_RECORD_AT(ft_job, problem), FT_RECORD_WORD, .max = FT_RECORD_ROWS(problem_word) - 1,
    .word = problem_word },
  { FT_RECORD_AT(ft_job, objective), FT_RECORD_MAYBE_TEXT },
  { FT_RECORD_AT(ft_job, positive), FT_RECORD_MAYBE_TEXT },
  { FT_RECORD_AT(ft_job, hyperparameter), FT_RECORD_LIST,
    .count = offsetof(struct ft_job, hyperparameters), .max = MAX_PARAMETERS,
    .item = &hyperparameter_record },
  { FT_RECORD_AT(ft_job, max_cells), FT_RECORD_U64 },
  { FT_RECORD_AT(ft_job, max_runtime_s), FT_RECORD_U32, .max = UINT32_MAX },
  { FT_RECORD_AT(ft_job, max_trials), FT_RECORD_U32, .max = UINT32_MAX },
  { FT_RECORD_AT(ft_job, predict_ns), FT_RECORD_U32, .max = UINT32_MAX },
  { FT_RECORD_AT(ft_job, seed), FT_RECORD_U64 },
  { FT_RECORD_AT(ft_job, threads), FT_RECORD_U32, .max = MAX_THREADS },
};
static const struct ft_record job_record = { "the job", sizeof(struct ft_job),
                                             FT_RECORD_ROWS(job_key), job_key };

static bool field_fits(const struct ft_field *field) {
  if (field->type != FT_DECIMAL) return field->precision == 0 && field->scale == 0;
  return field->precision >= 1 && field->scale <= field->precision;
}

/* What no single key can tell; `status` says whose fault it is. */
static enum ft_status check_job(const struct ft_job *job, enum ft_status status,
                                struct ft_error *err) {
  if (job->target >= job->fields)
    return ft_fail(err, status, "the target of the job is not one of its columns");
  for (uint32_t i = 0; i < job->fields; i++)
    if (!field_fits(&job->field[i]))
      return ft_fail(err, status,
                     "column \"%s\" has a precision or a scale that its type cannot have",
                     job->field[i].name);
  return FT_OK;
}

enum ft_status ft_job_write(struct ft_buffer *out, const struct ft_job *job, struct ft_error *err) {
  FT_TRY(check_job(job, FT_INVALID, err));
  return ft_record_write(out, &job_record, job, err);
}

enum ft_status ft_job_read(struct ft_job *out, struct ft_arena *arena, struct ft_span json,
                           struct ft_error *err) {
  struct ft_job job = { .model = NULL };
  FT_TRY(ft_record_read(&job, arena, &job_record, json, err));
  FT_TRY(check_job(&job, FT_CORRUPT, err));
  *out = job;
  return FT_OK;
}
