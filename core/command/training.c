#include "core/command/training.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "core/command/exchange.h"
#include "core/command/trainer_process.h"
#include "foretell/label_text.h"

#define GRACE_MS          60000
#define IMPORT_CEILING_MS 600000
#define FILE_PIECE_BYTES  ((size_t)1 << 22)
#define LONG_SECONDS      75.0

struct training {
  const struct ft_host *host;
  struct ft_exchange exchange;
  struct ft_trainer_process process;
  struct ft_buffer frame;       /* of the batch being sent */
  struct ft_label_texts labels; /* of the target */
  struct ft_buffer *artifact;   /* the caller's */
  struct ft_sink sink;          /* of the rows */
  uint64_t query_ms;            /* that the query may take; 0: no limit */
  uint64_t rows;                /* taken so far */
  bool all_sent;                /* END was queued */
  struct ft_progress best;      /* the last report that had a score; metric empty: none */
  enum ft_wish wish;            /* the user's, as last asked */
  bool stopping;                /* the trainer was told to stop */
  uint64_t stop_ms;             /* as of ft_training_options */
  bool limited;                 /* MAX_RUNTIME is given, or was hinted at */
  struct ft_error failure;      /* the first failure of ours; status FT_OK: none */
};

struct ft_training_options ft_training_options_of(const struct ft_job *job) {
  uint64_t runtime_ms = (uint64_t)job->max_runtime_s * 1000;
  return (struct ft_training_options){ .query_ms = runtime_ms,
                                       .ceiling_ms = runtime_ms ? runtime_ms * 2 + GRACE_MS : 0 };
}

/* A frame that does not read is the trainer's fault, whatever the reader calls it. */
static enum ft_status fail_unreadable(struct ft_error *err) {
  return ft_fail(err, FT_TRAINER, "the trainer sent a report that cannot be read");
}

/* Said once, when it is known that it will take long and nobody has set a limit. */
static void hint_at_limit(struct training *training, const struct ft_progress *progress) {
  bool long_time = progress->seconds_left > LONG_SECONDS && !progress->at_most;
  if (training->limited || !long_time || !training->host->notice) return;
  training->limited = true;
  char text[200];
  snprintf(text, sizeof text,
           "the training will take about %.0f min more; SETTINGS (MAX_RUNTIME 60) would limit it "
           "to 60 s%s",
           progress->seconds_left / 60,
           training->host->wish ? ", and Ctrl-C offers the best model so far" : "");
  training->host->notice(training->host->self, text);
}

static enum ft_status take_progress(struct training *training, struct ft_span payload,
                                    struct ft_error *err) {
  struct ft_progress progress;
  if (ft_progress_read(&progress, payload, NULL) != FT_OK) return fail_unreadable(err);
  if (training->host->progress) training->host->progress(training->host->self, &progress);
  if (progress.metric[0]) training->best = progress;
  hint_at_limit(training, &progress);
  return FT_OK;
}

static enum ft_status take_notice(struct training *training, struct ft_span payload,
                                  struct ft_error *err) {
  char text[1024];
  if (ft_notice_read(text, sizeof(text), payload, NULL) != FT_OK) return fail_unreadable(err);
  if (training->host->notice) training->host->notice(training->host->self, text);
  return FT_OK;
}

static enum ft_status take_failure(const struct training *training, struct ft_span payload,
                                   struct ft_error *err) {
  struct ft_error reported;
  if (ft_failure_read(&reported, payload, NULL) != FT_OK || reported.status == FT_OK)
    return fail_unreadable(err);
  ft_trainer_process_name_limit(&training->process, &reported);
  if (err) *err = reported;
  return reported.status;
}

static enum ft_status take_artifact(struct training *training, struct ft_span payload,
                                    struct ft_error *err) {
  if (!training->all_sent)
    return ft_fail(err, FT_TRAINER, "the trainer gave a model before it had all the rows");
  training->exchange.done = true;
  ft_buffer_append_text(training->artifact, payload);
  return ft_buffer_check(training->artifact, "the artifact", err);
}

static enum ft_status take_frame(void *self, enum ft_frame_kind kind, struct ft_span payload,
                                 struct ft_error *err) {
  struct training *training = self;
  switch (kind) {
  case FT_FRAME_PROGRESS: return take_progress(training, payload, err);
  case FT_FRAME_NOTICE: return take_notice(training, payload, err);
  case FT_FRAME_ERROR: return take_failure(training, payload, err);
  case FT_FRAME_ARTIFACT: return take_artifact(training, payload, err);
  default: return fail_unreadable(err);
  }
}

/* The best so far is wanted: it is given after a moment. */
static void stop_trainer(struct training *training) {
  training->stopping = true;
  training->exchange.overdue = "did not end after it was told to stop";
  training->exchange.deadline_ms = ft_exchange_clock_ms() + (int64_t)training->stop_ms;
  ft_trainer_process_stop(&training->process);
}

/* Once there is something to keep, the user may be asked what to do; what they say is done. */
static enum ft_status take_turn(void *self, struct ft_error *err) {
  struct training *training = self;
  const struct ft_host *host = training->host;
  if (!host->wish || training->stopping || !training->all_sent || !training->best.metric[0])
    return FT_OK;
  training->wish = host->wish(host->self, &training->best);
  if (training->wish == FT_WISH_DISCARD)
    return ft_fail(err, FT_CANCELLED, "the statement was cancelled");
  if (training->wish == FT_WISH_KEEP) stop_trainer(training);
  return FT_OK;
}

/* The training has ended by itself, and the user has not answered yet: the answer still counts. */
static enum ft_status await_answer(struct training *training, struct ft_error *err) {
  while (!training->stopping && training->wish == FT_WISH_UNDECIDED) {
    nanosleep(&(struct timespec){ .tv_nsec = FT_EXCHANGE_TURN_MS * 1000000L }, NULL);
    FT_TRY(take_turn(training, err));
  }
  return FT_OK;
}

/* A trainer that is gone before the last row is the failure, not the rows that found no reader. */
static enum ft_status check_there(struct training *training, struct ft_error *err) {
  if (!training->exchange.ended) return FT_OK;
  return ft_trainer_process_explain(&training->process, err);
}

/* Hosts pass a sink's failure up through their engines, which may reword it: keep the original. */
static enum ft_status keep_failure(struct training *training, enum ft_status status,
                                   const struct ft_error *err) {
  if (status != FT_OK && training->failure.status == FT_OK) {
    training->failure = *err;
    training->failure.status = status;
  }
  return status;
}

static bool is_overdue(const struct training *training) {
  int64_t deadline_ms = training->sink.deadline_ms;
  return deadline_ms && ft_exchange_clock_ms() >= deadline_ms;
}

/* Some of the rows would be a sample that nobody asked for. */
static enum ft_status fail_overdue(const struct training *training, struct ft_error *err) {
  ft_fail(err, FT_LIMIT,
          "the query in FROM was still running after MAX_RUNTIME (%" PRIu64
          " s); it had given %" PRIu64 " rows",
          training->query_ms / 1000, training->rows);
  return ft_fail_hint(err, "MAX_RUNTIME is for the query and the training together: raise it, or "
                           "let the query give fewer rows.");
}

/* Keep the texts of a target whose numbers its carried form may not hold. */
static enum ft_status keep_labels(struct training *training, const struct ft_batch *batch,
                                  struct ft_error *err) {
  const struct ft_column *number = &batch->column[training->sink.text_of - 1];
  const struct ft_column *text = &batch->column[batch->columns - 1];
  for (size_t r = 0; r < batch->rows && !training->labels.many; r++) {
    if (!ft_column_has(number, r) || !ft_column_has(text, r)) continue;
    FT_TRY(ft_label_texts_add(&training->labels, ((const double *)number->values)[r],
                              ((const struct ft_span *)text->values)[r], err));
  }
  return FT_OK;
}

static enum ft_status send_labels(struct training *training, struct ft_error *err) {
  if (!training->labels.items) return FT_OK;
  ft_buffer_reset(&training->frame);
  ft_label_texts_write(&training->frame, &training->labels);
  FT_TRY(ft_buffer_check(&training->frame, "the labels", err));
  return ft_exchange_send(&training->exchange, FT_FRAME_LABELS, ft_buffer_view(&training->frame),
                          err);
}

static enum ft_status send_rows(struct training *training, const struct ft_batch *given,
                                struct ft_error *err) {
  struct ft_batch own = *given, *batch = &own;
  training->rows += batch->rows;
  if (training->sink.text_of) {
    FT_TRY(keep_labels(training, batch, err));
    batch->columns--;
  }
  if (is_overdue(training)) return fail_overdue(training, err);
  ft_buffer_reset(&training->frame);
  ft_batch_write(&training->frame, batch);
  FT_TRY(ft_buffer_check(&training->frame, "a batch of rows", err));
  FT_TRY(
      ft_exchange_send(&training->exchange, FT_FRAME_BATCH, ft_buffer_view(&training->frame), err));
  return check_there(training, err);
}

static enum ft_status take_batch(void *self, const struct ft_batch *batch, struct ft_error *err) {
  struct training *training = self;
  struct ft_error own = { .status = FT_OK };
  enum ft_status status = send_rows(training, batch, &own);
  if (status != FT_OK && err) *err = own;
  return keep_failure(training, status, &own);
}

static enum ft_status send_job(struct training *training, const struct ft_job *job,
                               struct ft_error *err) {
  ft_buffer_reset(&training->frame);
  FT_TRY(ft_job_write(&training->frame, job, err));
  FT_TRY(ft_buffer_check(&training->frame, "the job", err));
  return ft_exchange_send(&training->exchange, FT_FRAME_JOB, ft_buffer_view(&training->frame), err);
}

static enum ft_status stream_rows(struct training *training, const struct ft_job *job,
                                  struct ft_span query, struct ft_error *err) {
  const struct ft_host *host = training->host;
  bool inexact = job->field[job->target].type == FT_DECIMAL;
  training->sink = (struct ft_sink){ .self = training,
                                     .take = take_batch,
                                     .text_of = inexact ? job->target + 1 : 0 };
  if (training->query_ms)
    training->sink.deadline_ms = ft_exchange_clock_ms() + (int64_t)training->query_ms;
  enum ft_status status =
      host->stream(host->self, query, job->field, job->fields, &training->sink, err);
  bool cancelled = host->cancelled && host->cancelled(host->self);
  if (status == FT_CANCELLED && is_overdue(training) && !cancelled)
    return fail_overdue(training, err);
  if (training->failure.status == FT_OK) return status;
  if (err) *err = training->failure;
  return training->failure.status;
}

static enum ft_status send_file(struct training *training, struct ft_span file,
                                struct ft_error *err) {
  while (file.size && !training->exchange.ended) {
    size_t size = file.size < FILE_PIECE_BYTES ? file.size : FILE_PIECE_BYTES;
    struct ft_span piece = { file.data, size };
    FT_TRY(ft_exchange_send(&training->exchange, FT_FRAME_FILE, piece, err));
    file = (struct ft_span){ file.data + size, file.size - size };
  }
  return check_there(training, err);
}

/* Before the trainer says anything: the line of a training is no line of its query. */
static void tell_begin(const struct ft_host *host) {
  struct ft_progress progress = { .phase = "reading rows", .fraction = -1, .seconds_left = -1 };
  if (host->progress) host->progress(host->self, &progress);
}

/* What a trainer is given. */
struct material {
  struct ft_span query; /* the rows of it */
  struct ft_span file;  /* of an import */
  uint64_t query_ms;    /* as of ft_training_options */
  uint64_t ceiling_ms;  /* as of ft_training_options */
  uint64_t stop_ms;     /* as of ft_training_options */
};

static enum ft_status converse(struct training *training, const struct ft_job *job,
                               const struct material *material, struct ft_error *err) {
  if (!job->import) tell_begin(training->host);
  FT_TRY(send_job(training, job, err));
  FT_TRY(check_there(training, err));
  if (job->import)
    FT_TRY(send_file(training, material->file, err));
  else
    FT_TRY(stream_rows(training, job, material->query, err));
  FT_TRY(send_labels(training, err));
  training->all_sent = true;
  training->exchange.overdue = job->import ? "took more than ten minutes over the model file"
                                           : "did not end long after MAX_RUNTIME";
  if (material->ceiling_ms)
    training->exchange.deadline_ms = ft_exchange_clock_ms() + (int64_t)material->ceiling_ms;
  FT_TRY(ft_exchange_send(&training->exchange, FT_FRAME_END, (struct ft_span){ NULL, 0 }, err));
  FT_TRY(ft_exchange_finish(&training->exchange, err));
  return training->exchange.done ? await_answer(training, err) : check_there(training, err);
}

static enum ft_status run(struct ft_buffer *artifact, const struct ft_host *host,
                          const struct ft_job *job, const struct material *material,
                          struct ft_error *err) {
  struct training training = { .host = host,
                               .artifact = artifact,
                               .query_ms = material->query_ms,
                               .stop_ms =
                                   material->stop_ms ? material->stop_ms : FT_TRAINING_STOP_MS,
                               .limited = job->import || job->max_runtime_s > 0 };
  FT_TRY(ft_trainer_process_open(&training.process, host, err));
  ft_buffer_init(&training.frame, FT_FRAME_MAX_BYTES);
  ft_label_texts_init(&training.labels);
  ft_exchange_init(&training.exchange, &training.process, host);
  training.exchange.take = take_frame;
  training.exchange.turn = take_turn;
  training.exchange.self = &training;

  enum ft_status status = converse(&training, job, material, err);

  ft_exchange_release(&training.exchange);
  ft_buffer_release(&training.frame);
  ft_label_texts_release(&training.labels);
  ft_trainer_process_close(&training.process);
  if (host->progress) host->progress(host->self, NULL);
  return status;
}

enum ft_status ft_training_run(struct ft_buffer *artifact, const struct ft_host *host,
                               const struct ft_job *job, struct ft_span query,
                               const struct ft_training_options *options, struct ft_error *err) {
  struct material material = { .query = query,
                               .query_ms = options->query_ms,
                               .ceiling_ms = options->ceiling_ms,
                               .stop_ms = options->stop_ms };
  return run(artifact, host, job, &material, err);
}

enum ft_status ft_training_import(struct ft_buffer *artifact, const struct ft_host *host,
                                  const struct ft_job *job, struct ft_span file,
                                  struct ft_error *err) {
  struct material material = { .file = file, .ceiling_ms = IMPORT_CEILING_MS };
  return run(artifact, host, job, &material, err);
}
