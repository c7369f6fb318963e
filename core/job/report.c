/* What the trainer reports: progress, notices, failures. */
#include "core/job/record.h"
#include "foretell/job.h"

#include <string.h>

#define CHARS_AT(type, member) \
  FT_RECORD_AT(type, member), FT_RECORD_CHARS, .max = sizeof(((struct type *)0)->member)

static const struct ft_record_key progress_key[] = {
  { CHARS_AT(ft_progress, phase) },
  { FT_RECORD_AT(ft_progress, fraction), FT_RECORD_REAL },
  { FT_RECORD_AT(ft_progress, seconds_left), FT_RECORD_REAL },
  { FT_RECORD_AT(ft_progress, at_most), FT_RECORD_BOOL },
  { CHARS_AT(ft_progress, metric) },
  { FT_RECORD_AT(ft_progress, score), FT_RECORD_REAL },
  { FT_RECORD_AT(ft_progress, rows), FT_RECORD_U64 },
};
static const struct ft_record progress_record = { "the progress", sizeof(struct ft_progress),
                                                  FT_RECORD_ROWS(progress_key), progress_key };

/* Whatever is no number of its kind is unknown. */
static double known_or_unknown(double value, double max) {
  return value >= 0 && value <= max ? value : -1;
}

enum ft_status ft_progress_write(struct ft_buffer *out, const struct ft_progress *progress,
                                 struct ft_error *err) {
  struct ft_progress sent = *progress;
  /* A sum of steps may end a rounding error beyond 1. */
  if (sent.fraction > 1) sent.fraction = 1;
  return ft_record_write(out, &progress_record, &sent, err);
}

enum ft_status ft_progress_read(struct ft_progress *out, struct ft_span json,
                                struct ft_error *err) {
  struct ft_progress progress;
  FT_TRY(ft_record_read(&progress, NULL, &progress_record, json, err));
  if (progress.fraction > 1) return ft_fail(err, FT_CORRUPT, "the progress is beyond its end");
  progress.fraction = known_or_unknown(progress.fraction, 1);
  progress.seconds_left = known_or_unknown(progress.seconds_left, 1e9);
  *out = progress;
  return FT_OK;
}

struct notice {
  char text[FT_RECORD_MAX_CHARS];
};

static const struct ft_record_key notice_key[] = {
  { CHARS_AT(notice, text) },
};
static const struct ft_record notice_record = { "the notice", sizeof(struct notice),
                                                FT_RECORD_ROWS(notice_key), notice_key };

enum ft_status ft_notice_write(struct ft_buffer *out, const char *text, struct ft_error *err) {
  struct notice notice;
  ft_record_put_words(notice.text, sizeof notice.text, ft_span_of(text));
  return ft_record_write(out, &notice_record, &notice, err);
}

enum ft_status ft_notice_read(char *out, size_t size, struct ft_span json, struct ft_error *err) {
  struct notice notice;
  FT_TRY(ft_record_read(&notice, NULL, &notice_record, json, err));
  if (size) ft_record_put_words(out, size, ft_span_of(notice.text));
  return FT_OK;
}

struct failure {
  char status[32];
  char message[sizeof(((struct ft_error *)0)->message)];
  char hint[sizeof(((struct ft_error *)0)->hint)];
};

static const struct ft_record_key failure_key[] = {
  { CHARS_AT(failure, status) },
  { CHARS_AT(failure, message) },
  { CHARS_AT(failure, hint) },
};
static const struct ft_record failure_record = { "the failure", sizeof(struct failure),
                                                 FT_RECORD_ROWS(failure_key), failure_key };

enum ft_status ft_failure_write(struct ft_buffer *out, const struct ft_error *failure,
                                struct ft_error *err) {
  struct failure record;
  const char *status = ft_status_name(failure->status);
  memcpy(record.status, status, strlen(status) + 1);
  memcpy(record.message, failure->message, sizeof record.message);
  memcpy(record.hint, failure->hint, sizeof record.hint);
  return ft_record_write(out, &failure_record, &record, err);
}

enum ft_status ft_failure_read(struct ft_error *out, struct ft_span json, struct ft_error *err) {
  struct failure record;
  FT_TRY(ft_record_read(&record, NULL, &failure_record, json, err));
  enum ft_status status = ft_status_by_name(record.status);
  /* A failure that calls itself a success is none of ours to believe. */
  if (status == FT_OK) status = FT_INTERNAL;
  (void)ft_fail(out, status, "%s", record.message);
  if (record.hint[0]) (void)ft_fail_hint(out, "%s", record.hint);
  return FT_OK;
}
