/* A model made elsewhere, read out of a file's bytes and made into one of ours.
 *
 * A reader is one function a format (`xgboost/xgboost.h` …): it fills `model` and the words about
 * where it comes from. What most of them need to build the signature is in signature.h.
 *
 * Names    fields have the names x1, x2, … unless the file has names of its own.
 * Hostile  the bytes may be anything. A reader answers with a model or an error; what it made is
 *          checked by ft_model_check once more before it is used.
 * Memory   everything lives in the arena; texts may point into the bytes.
 * Threads  pure functions. */
#ifndef FORETELL_IMPORT_BASE_READER_H
#define FORETELL_IMPORT_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/model.h"
#include "foretell/span.h"

#define FT_IMPORT_MAX_BYTES   ((size_t)1 << 29) /* of a file, and of what an archive's member holds */
#define FT_IMPORT_MAX_NOTICES 8

/* What FUNCTION f(types) RETURNS type asks for. */
struct ft_import_request {
  uint32_t fields;
  const struct ft_field *field; /* types as given; names x1, x2, … */
  struct ft_field target;       /* type as given */
  const char *missing;          /* the number that is a missing value, as written; NULL: none */
  uint32_t labels;              /* of the classes 0, 1, … in this order; 0: not given */
  const struct ft_span *label;
};

/* What holds the model's bytes knows of it beside them: an object that was pickled. */
struct ft_import_wrapper {
  bool stops_at_best; /* it predicts with the rounds up to the best, as XGBoost's wrappers do */
  uint32_t
      best_trees; /* of an output up to the best round, as XGBoost before 1.6 has it; 0: not known */
  uint32_t rounds; /* that it predicts with; 0: all */
  uint32_t labels; /* of the classes 0, 1, … in this order; 0: not known */
  const struct ft_span *label;
  uint32_t names, types; /* of the features, where the bytes have none; 0: not known */
  const struct ft_span *name, *type;
};

struct ft_import {
  const struct ft_import_request *request; /* borrowed */
  bool from_archive; /* the bytes were a file in a SageMaker archive; set by archived.c */
  uint32_t nested;   /* archives around the bytes */
  const struct ft_import_wrapper *wrapper; /* set by a pickle's reader; NULL: none */
  const char *file; /* their name in the innermost one; NULL: there is none */
  /* What a reader fills. Texts are constants or the arena's; NULL: unknown. */
  const char *format;      /* "XGBoost" */
  const char *version;     /* of the program that wrote the file: "3.2.0" */
  const char *objective;   /* in the format's own words: "binary:logistic" */
  const char *missing;     /* the number that is a missing value; set by ft_sentinel_set */
  const char *model_type;  /* "xgboost", "lightgbm", "linear", … */
  struct ft_model model;   /* category_key is set before a reader is called */
  struct ft_span artifact; /* our own format: the file itself, checked; else empty */
  uint32_t notices;
  const char *notice[FT_IMPORT_MAX_NOTICES];
};

/* printf something that the user should know. */
enum ft_status ft_import_notice(struct ft_import *import, struct ft_arena *arena,
                                struct ft_error *err, const char *format, ...)
    FT_PRINTF(4, 5) FT_MUST_CHECK;

#endif
