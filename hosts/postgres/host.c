/* struct ft_host over the server's own functions. */
#include "hosts/postgres/session.h"

#include <executor/spi.h>
#include <math.h>
#include <miscadmin.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hosts/postgres/catalogue.h"
#include "hosts/postgres/deadline.h"
#include "hosts/postgres/file.h"
#include "hosts/postgres/function.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/module.h"
#include "hosts/postgres/query.h"
#include "hosts/postgres/replace.h"

#define TELL_EVERY_MS 5000

static bool in_transaction(void *self) {
  struct ft_session *session = self;
  return session->atomic;
}

/* A transaction is always open here. */
static enum ft_status begin(void *self, struct ft_error *err) {
  if (ProcDiePending) return ft_fail(err, FT_CANCELLED, "the session is being ended");
  return FT_OK;
}

static enum ft_status commit(void *self, struct ft_error *err) {
  return ft_guard_bare(self, SPI_commit, err);
}

static enum ft_status rollback(void *self, struct ft_error *err) {
  return ft_guard_bare(self, SPI_rollback, err);
}

/* Telling must not raise: reporting looks for interrupts when it is done. */
static void tell(int sqlstate, const char *text) {
  HOLD_INTERRUPTS();
  ereport(NOTICE, (errcode(sqlstate), errmsg_internal("%s", text)));
  RESUME_INTERRUPTS();
}

static void notice(void *self, const char *text) {
  tell(ERRCODE_SUCCESSFUL_COMPLETION, text);
}

static int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A line when a phase begins, and one every few seconds. */
static void progress(void *self, const struct ft_progress *report) {
  struct ft_session *session = self;
  int64_t now = clock_ms();
  if (!report) return;
  if (strcmp(session->phase, report->phase) == 0 && now - session->told_ms < TELL_EVERY_MS) return;
  snprintf(session->phase, sizeof session->phase, "%s", report->phase);
  session->told_ms = now;
  char done[32] = "", left[48] = "", best[80] = "", text[256];
  if (report->fraction >= 0) snprintf(done, sizeof done, ", %.0f %%", report->fraction * 100);
  if (report->metric[0])
    snprintf(best, sizeof best, ", best %s %.4g", report->metric, report->score);
  if (report->seconds_left >= 0)
    snprintf(left, sizeof left, ", %s %.0f s left", report->at_most ? "at most" : "about",
             fmax(report->seconds_left, 1));
  snprintf(text, sizeof text, "%s%s%s%s", report->phase, done, left, best);
  tell(FT_SQLSTATE_PROGRESS, text);
}

static void look_for_interrupts(void) {
  CHECK_FOR_INTERRUPTS();
}

/* A cancel is left pending for the outer edge to raise; everything else that the server wants of
 * this process meanwhile (barriers, catalogue changes, a lost client) is done here. */
static bool cancelled(void *self) {
  struct ft_session *session = self;
  if (!InterruptPending || session->cancelled) return session->cancelled;
  if (ft_deadline_has_come() && !ProcDiePending)
    return false; /* who set it will look at the clock */
  if (QueryCancelPending || ProcDiePending) {
    session->cancelled = true;
    return true;
  }
  session->cancelled = ft_guard_bare(session, look_for_interrupts, NULL) != FT_OK;
  return session->cancelled;
}

static const char *user(void *self) {
  struct ft_session *session = self;
  return session->user;
}

static const char *database(void *self) {
  struct ft_session *session = self;
  return session->database;
}

void ft_postgres_host(struct ft_host *out, struct ft_session *session) {
  *out = (struct ft_host){
    .self = session,
    .name = "postgresql",
    .describe = ft_query_describe,
    .stream = ft_query_stream,
    .table_query = ft_query_of_table,
    .resolve_schema = ft_query_schema,
    .read_file = ft_file_read,
    .in_transaction = in_transaction,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .get = ft_catalogue_get,
    .list = ft_catalogue_list,
    .artifact = ft_catalogue_artifact,
    .put = ft_catalogue_put,
    .drop = ft_catalogue_drop,
    .check_function = ft_function_check,
    .check_replace = ft_replace_check,
    .make_functions = ft_function_make,
    .drop_functions = ft_function_drop,
    .notice = notice,
    .progress = progress,
    .cancelled = cancelled,
    .user = user,
    .database = database,
    .trainer_path = ft_trainer_path(),
    .trainer_memory_bytes = ft_trainer_memory_bytes(),
    .trainer_memory_setting = "foretell.trainer_memory",
    .trainer_threads = (uint32_t)ft_trainer_threads,
    .remote_rules = ft_remote_rules_of_server(),
    .artifacts = ft_artifacts,
  };
}
