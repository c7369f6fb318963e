/* The trainer's job, built from the clauses of a CREATE MODEL statement. */
#ifndef FORETELL_COMMAND_CREATE_JOB_H
#define FORETELL_COMMAND_CREATE_JOB_H

#include "core/command/columns.h"
#include "core/command/statements.h"
#include "foretell/job.h"

/* Errors: FT_OUT_OF_RANGE  a setting beyond what a job can carry; FT_NOMEM */
enum ft_status ft_create_job_fill(struct ft_job *out, const struct ft_command *command,
                                  const char *model, const struct ft_columns *columns,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
