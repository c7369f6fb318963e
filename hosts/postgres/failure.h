/* The edge between PostgreSQL's errors and ours: ErrorData to ft_error and ft_error to ereport.
 *
 * Threads  a backend has one. */
#ifndef FORETELL_HOSTS_POSTGRES_FAILURE_H
#define FORETELL_HOSTS_POSTGRES_FAILURE_H

#include "hosts/postgres/version.h"

#include "foretell/error.h"
#include "foretell/span.h"

/* What of an engine's error our own record cannot hold. */
struct ft_engine_failure {
  int sqlstate;      /* encoded; 0: none is kept */
  char message[256]; /* begins as ft_error.message does, to know it again */
  char detail[1024]; /* empty: none */
};

/* Turn the error being handled into ours; `query` (may be empty) is the text that was run and
 * stands at `position` (1-based; 0: nowhere) of the user's statement. */
enum ft_status ft_failure_take(struct ft_error *err, struct ft_engine_failure *kept,
                               const ErrorData *data, struct ft_span query, size_t position);

/* Raise an error; `statement` (may be empty) is what err->position points into. */
void ft_failure_raise(const struct ft_error *err, const struct ft_engine_failure *kept,
                      struct ft_span statement) __attribute__((noreturn));

#endif
