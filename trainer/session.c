#include "trainer/session.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/import/imported.h"
#include "core/learn/clock.h"
#include "core/train/order.h"
#include "core/train/train.h"
#include "foretell/job.h"

#define JOB_MAX_BYTES  ((uint32_t)1 << 26)
#define REPORT_BYTES   ((size_t)1 << 16)
#define PROGRESS_PAUSE 0.1 /* seconds between two reports */
#define EXIT_UNHEARD   2

struct session {
  int input;
  int output;
  double reported;       /* when the last progress was sent */
  struct ft_arena arena; /* of the job */
  struct ft_job job;
  bool open;             /* the job has come … */
  double opened;         /* … then */
  struct ft_table table; /* of a training's rows */
  struct ft_label_texts labels;
  struct ft_buffer file; /* of an import */
};

/* Nobody reads any more: there is nothing left to do, and nothing to clean up. */
static void end_unheard(void) {
  _exit(EXIT_UNHEARD);
}

static void send_progress(void *self, const struct ft_progress *progress) {
  struct session *session = self;
  double now = ft_clock_seconds();
  if (now - session->reported < PROGRESS_PAUSE) return;
  session->reported = now;
  struct ft_buffer json;
  ft_buffer_init(&json, REPORT_BYTES);
  enum ft_status status = ft_progress_write(&json, progress, NULL);
  if (status == FT_OK &&
      ft_frame_send(session->output, FT_FRAME_PROGRESS, ft_buffer_view(&json), NULL) != FT_OK)
    end_unheard();
  ft_buffer_release(&json);
}

static void send_notice(void *self, const char *text) {
  struct session *session = self;
  struct ft_buffer json;
  ft_buffer_init(&json, REPORT_BYTES);
  enum ft_status status = ft_notice_write(&json, text, NULL);
  if (status == FT_OK &&
      ft_frame_send(session->output, FT_FRAME_NOTICE, ft_buffer_view(&json), NULL) != FT_OK)
    end_unheard();
  ft_buffer_release(&json);
}

static void report_rows(struct session *session) {
  struct ft_progress progress = { .phase = "reading rows",
                                  .fraction = -1,
                                  .seconds_left = -1,
                                  .rows = session->table.rows };
  send_progress(session, &progress);
}

static enum ft_status begin_job(struct session *session, const struct ft_buffer *payload,
                                struct ft_error *err) {
  FT_TRY(ft_job_read(&session->job, &session->arena, ft_buffer_view(payload), err));
  session->opened = ft_clock_seconds(); /* MAX_RUNTIME is of the query and the training together */
  if (session->job.import) {
    ft_buffer_init(&session->file, FT_IMPORT_MAX_BYTES);
    session->open = true;
    return FT_OK;
  }
  FT_TRY(ft_train_check(&session->job, err));
  struct ft_hash_key key = ft_order_key(session->job.seed);
  FT_TRY(ft_table_init(&session->table, session->job.field, session->job.fields, &key, err));
  ft_label_texts_init(&session->labels);
  session->table.labels = &session->labels;
  session->open = true;
  return FT_OK;
}

static enum ft_status take_batch(struct session *session, const struct ft_buffer *payload,
                                 struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_batch batch;
  enum ft_status status = ft_batch_read(&batch, &arena, ft_buffer_view(payload), session->job.field,
                                        session->job.fields, err);
  if (status == FT_OK) status = ft_table_append(&session->table, &batch, err);
  ft_arena_release(&arena);
  return status;
}

static enum ft_status take_file(struct session *session, const struct ft_buffer *payload,
                                struct ft_error *err) {
  ft_buffer_append_text(&session->file, ft_buffer_view(payload));
  return ft_buffer_check(&session->file, "the model file", err);
}

static enum ft_status take_frame(struct session *session, enum ft_frame_kind kind,
                                 const struct ft_buffer *payload, struct ft_error *err) {
  bool import = session->job.import;
  if (kind == FT_FRAME_NONE)
    return ft_fail(err, FT_IO, "%s ended too soon", import ? "the model file" : "the rows");
  if (kind == FT_FRAME_JOB && !session->open) return begin_job(session, payload, err);
  if (kind == FT_FRAME_BATCH && session->open && !import) return take_batch(session, payload, err);
  if (kind == FT_FRAME_LABELS && session->open && !import)
    return ft_label_texts_read(&session->labels, ft_buffer_view(payload), err);
  if (kind == FT_FRAME_FILE && session->open && import) return take_file(session, payload, err);
  return ft_fail(err, FT_CORRUPT, "a frame of kind %d is out of place", (int)kind);
}

static enum ft_status read_frames(struct session *session, struct ft_error *err) {
  struct ft_buffer payload;
  ft_buffer_init(&payload, FT_FRAME_MAX_BYTES);
  enum ft_status status = FT_OK;
  while (status == FT_OK) {
    enum ft_frame_kind kind = FT_FRAME_NONE;
    uint32_t max = session->open ? FT_FRAME_MAX_BYTES - 1 : JOB_MAX_BYTES;
    status = ft_frame_receive(session->input, &kind, &payload, max, err);
    if (status == FT_OK && kind == FT_FRAME_END && session->open) break;
    if (status == FT_OK) status = take_frame(session, kind, &payload, err);
    if (status == FT_OK && !session->job.import) report_rows(session);
  }
  ft_buffer_release(&payload);
  return status;
}

static volatile sig_atomic_t stop_asked;

static void take_stop(int number) {
  (void)number;
  stop_asked = 1;
}

static bool is_stopped(void *self) {
  (void)self;
  return stop_asked;
}

static enum ft_status train(struct ft_buffer *artifact, struct session *session,
                            struct ft_error *err) {
  struct ft_train_events events = { .self = session,
                                    .progress = send_progress,
                                    .notice = send_notice,
                                    .stopped = is_stopped };
  struct ft_sha256 hash;
  return ft_train(artifact, &hash, &session->table, &session->job, &events, session->opened, err);
}

static enum ft_status take_labels(struct ft_import_request *out, struct session *session,
                                  struct ft_error *err) {
  const struct ft_job *job = &session->job;
  struct ft_span *label = FT_ARENA_NEW(&session->arena, struct ft_span, job->labels);
  if (!label) return ft_arena_fail(err, "the labels");
  for (uint32_t i = 0; i < job->labels; i++)
    label[i] = ft_span_of(job->label[i].text);
  out->labels = job->labels;
  out->label = label;
  return FT_OK;
}

/* The last field is the function's result. */
static enum ft_status import(struct ft_buffer *artifact, struct session *session,
                             struct ft_error *err) {
  const struct ft_job *job = &session->job;
  struct ft_import_request request = { .fields = job->fields - 1,
                                       .field = job->field,
                                       .target = job->field[job->target],
                                       .missing = job->missing };
  FT_TRY(take_labels(&request, session, err));
  if (job->target != job->fields - 1)
    return ft_fail(err, FT_CORRUPT, "the result of an import is its last field");
  return ft_imported_write(artifact, &request, ft_buffer_view(&session->file), send_notice, session,
                           err);
}

static enum ft_status do_job(struct session *session, struct ft_error *err) {
  FT_TRY(read_frames(session, err));
  struct ft_buffer artifact;
  ft_buffer_init(&artifact, FT_FRAME_MAX_BYTES - 1);
  enum ft_status status =
      session->job.import ? import(&artifact, session, err) : train(&artifact, session, err);
  if (status == FT_OK &&
      ft_frame_send(session->output, FT_FRAME_ARTIFACT, ft_buffer_view(&artifact), NULL) != FT_OK)
    end_unheard();
  ft_buffer_release(&artifact);
  return status;
}

static void send_error(const struct session *session, const struct ft_error *err) {
  struct ft_buffer json;
  ft_buffer_init(&json, REPORT_BYTES);
  if (ft_failure_write(&json, err, NULL) != FT_OK ||
      ft_frame_send(session->output, FT_FRAME_ERROR, ft_buffer_view(&json), NULL) != FT_OK)
    end_unheard();
  ft_buffer_release(&json);
}

int ft_session_run(int input, int output) {
  struct sigaction stop = { .sa_handler = take_stop, .sa_flags = SA_RESTART };
  sigaction(FT_STOP_SIGNAL, &stop, NULL);
  struct session session = { .input = input, .output = output };
  ft_arena_init(&session.arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_error err = { .status = FT_OK };
  enum ft_status status = do_job(&session, &err);
  if (status != FT_OK) send_error(&session, &err);
  if (session.open && !session.job.import) ft_table_release(&session.table);
  ft_label_texts_release(&session.labels);
  if (session.open && session.job.import) ft_buffer_release(&session.file);
  ft_arena_release(&session.arena);
  return status == FT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
