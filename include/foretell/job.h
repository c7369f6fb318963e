/* The trainer's job and its reports: what travels on the pipes besides rows.
 *
 * Protocol to the trainer   JOB (JSON), BATCH … (ft_batch_write), maybe LABELS (label_text.h), END;
 *                           of an import JOB, FILE … (the bytes of a model file), END.
 *          from the trainer PROGRESS (JSON) and NOTICE (JSON) …, then one ARTIFACT (bytes) or one
 *                           ERROR (JSON); then it ends.
 * Stop     the signal FT_STOP_SIGNAL ends a search as MAX_RUNTIME does: the best so far is the model.
 * Frames   u32 little-endian length of what follows, u8 kind, payload. At most FT_FRAME_MAX_BYTES.
 * Hostile  both ends check everything they read: unknown keys are errors, numbers have ranges.
 * Threads  one thread an end. */
#ifndef FORETELL_JOB_H
#define FORETELL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/model.h"

#define FT_FRAME_MAX_BYTES ((uint32_t)1 << 30)
#define FT_STOP_SIGNAL     SIGINT

enum ft_frame_kind {
  FT_FRAME_NONE = 0,
  FT_FRAME_JOB = 'J',
  FT_FRAME_BATCH = 'B',
  FT_FRAME_FILE = 'F',
  FT_FRAME_LABELS = 'L',
  FT_FRAME_END = 'E',
  FT_FRAME_PROGRESS = 'P',
  FT_FRAME_NOTICE = 'N',
  FT_FRAME_ARTIFACT = 'A',
  FT_FRAME_ERROR = 'X'
};

/* Which learner the statement names. */
enum ft_model_type {
  FT_MODEL_TYPE_AUTO = 0,
  FT_MODEL_TYPE_XGBOOST,
  FT_MODEL_TYPE_MLP,
  FT_MODEL_TYPE_LINEAR_LEARNER,
  FT_MODEL_TYPE_KMEANS,
  FT_MODEL_TYPE_FORECAST
};

#define FT_PREDICT_NS_DEFAULT 1000 /* when it is not given */

struct ft_hyperparameter {
  const char *name;  /* lower case, known (core/model/hyperparameter.h) */
  const char *value; /* as written, checked */
};

struct ft_job_label {
  const char *text;
};

struct ft_job {
  const char *model; /* the model's name, for words only */
  bool import; /* no rows: a model file, whose types `field` gives, the result's as the target */
  const char
      *missing;    /* of an import: the number that is a missing value, as written; NULL: none */
  uint32_t labels; /* of an import: those of the classes 0, 1, …; 0: not given */
  const struct ft_job_label *label;
  uint32_t fields; /* of the rows: features and the target, in the query's order */
  const struct ft_field *field;
  uint32_t target; /* index into field */
  bool automatic;  /* AUTO ON */
  enum ft_model_type model_type;
  enum ft_problem problem; /* FT_PROBLEM_AUTO: find out from the target */
  const char *objective;   /* canonical: "mse", "accuracy", "f1", "f1_macro", "auc", or for AUTO OFF
                                   * "binary:logistic" …; NULL: the default of the problem */
  const char *positive;    /* of two classes: the one that scores are of; NULL: the rarer one */
  uint32_t hyperparameters; /* AUTO OFF */
  const struct ft_hyperparameter *hyperparameter;
  uint64_t max_cells;     /* 0: no limit */
  uint32_t max_runtime_s; /* 0: not given */
  uint32_t max_trials;    /* 0: not given */
  uint32_t predict_ns;    /* nanoseconds that a row may take on one core; 0: not given */
  uint64_t seed;
  uint32_t threads; /* 0: as many as there are CPUs */
};

/* Progress: what is being done, how far, and the best so far. */
struct ft_progress {
  char phase[48];      /* "reading rows", "trying models", "training the final model" */
  double fraction;     /* of the whole, 0 … 1; never falls; negative: unknown */
  double seconds_left; /* of the whole; negative: unknown */
  bool at_most;        /* seconds_left is what a limit allows; more is not known */
  char metric[32];     /* "AUC"; empty: none yet */
  double score;        /* of the best so far, in the metric's own sense */
  uint64_t rows;       /* read so far */
};

enum ft_status ft_job_write(struct ft_buffer *out, const struct ft_job *job,
                            struct ft_error *err) FT_MUST_CHECK; /* JSON text, no frame */
enum ft_status ft_job_read(struct ft_job *out, struct ft_arena *arena, struct ft_span json,
                           struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_progress_write(struct ft_buffer *out, const struct ft_progress *progress,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_progress_read(struct ft_progress *out, struct ft_span json,
                                struct ft_error *err) FT_MUST_CHECK;

/* NOTICE carries {"text": …}; ERROR {"status": "DATA", "message": …, "hint": …}. */
enum ft_status ft_notice_write(struct ft_buffer *out, const char *text,
                               struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_notice_read(char *out, size_t size, struct ft_span json,
                              struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_failure_write(struct ft_buffer *out, const struct ft_error *failure,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_failure_read(struct ft_error *out, struct ft_span json,
                               struct ft_error *err) FT_MUST_CHECK;

/* Frames on descriptors, blocking. FT_IO on end of file in the middle or a write error (EPIPE gives
 * FT_IO, never SIGPIPE's end of the process: callers ignore that signal). A clean end of file before
 * a frame gives kind FT_FRAME_NONE. `payload` is replaced. `maximum` bounds what is accepted. */
enum ft_status ft_frame_send(int descriptor, enum ft_frame_kind kind, struct ft_span payload,
                             struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_frame_receive(int descriptor, enum ft_frame_kind *kind, struct ft_buffer *payload,
                                uint32_t maximum, struct ft_error *err) FT_MUST_CHECK;

#endif
