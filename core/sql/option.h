/* The lists in parentheses: SETTINGS (name value, …) and HYPERPARAMETERS … (name value, …).
 *
 * They are read first and judged when the whole statement is known, since the clauses may stand in
 * any order and the form decides what is legal. */
#ifndef FORETELL_SQL_OPTION_H
#define FORETELL_SQL_OPTION_H

#include "core/sql/parser.h"
#include "foretell/objective.h"
#include "foretell/statement.h"

struct ft_pair {
  struct ft_span name; /* as written, without quotes */
  struct ft_span value;
  size_t position;       /* of the name */
  size_t value_position; /* of the value */
};

struct ft_pair_list {
  uint32_t count;
  const struct ft_pair *pair;
};

/* From "(" to ")". `what` as in "a setting's name". */
enum ft_status ft_pair_list_read(struct ft_parser *parser, struct ft_pair_list *out,
                                 const char *what) FT_MUST_CHECK;

/* name as written, canonical name, kind, forms as in clause.h, least, most, words, help */
#define FT_SETTING_TABLE(X)                                                                       \
  X(S3_BUCKET, "s3_bucket", TEXT, "AAAAAA--", 0, 0, NULL, "no effect outside AWS")                \
  X(TAGS, "tags", TEXT, "AAAAA---", 0, 0, NULL, "no effect outside AWS")                          \
  X(KMS_KEY_ID, "kms_key_id", TEXT, "AAAAAA--", 0, 0, NULL, "no effect outside AWS")              \
  X(S3_GARBAGE_COLLECT, "s3_garbage_collect", SWITCH, "AAAAAA--", 0, 1, "ON OFF",                 \
    "no effect outside AWS")                                                                      \
  X(MAX_CELLS, "max_cells", INTEGER, "AAAAA---", 1, INT64_MAX, NULL,                              \
    "train on a uniform sample of about MAX_CELLS / columns rows")                                \
  X(MAX_RUNTIME, "max_runtime", INTEGER, "AAAAA---", 1, INT32_MAX, NULL,                          \
    "seconds of training; the best model found by then is the result")                            \
  X(SEED, "seed", INTEGER, "AAAA----", 0, INT64_MAX, NULL,                                        \
    "same rows, options and seed give the same model, unless the time ended the search")          \
  X(MAX_TRIALS, "max_trials", INTEGER, "AA------", 1, 1000000, NULL, "most configurations tried") \
  X(PREDICT_NS, "predict_ns", INTEGER, "AA------", 1, 1000000000, NULL,                           \
    "nanoseconds that the prediction of a row may take on one core; 1000 when not given")         \
  X(POSITIVE, "positive", TEXT, "AA------", 0, 0, NULL,                                           \
    "of two classes the one that scores are of; the rarer one when not given")                    \
  X(HORIZON, "horizon", INTEGER, "----R---", 1, INT32_MAX, NULL, "steps to be predicted")         \
  X(FREQUENCY, "frequency", WORD, "----R---", 0, 0, "Y M W D H 30min 15min 10min 5min 1min",      \
    "length of a step")                                                                           \
  X(PERCENTILES, "percentiles", PERCENTILES, "----A---", 0, 0, NULL,                              \
    "up to five of 0.01 to 0.99 and mean, with commas between")                                   \
  X(MISSING, "missing", NUMBER, "-----A--", 0, 0, NULL,                                           \
    "the number that stood for a missing value in the training")                                  \
  X(LABELS, "labels", LABELS, "-----A--", 0, 0, NULL,                                             \
    "the classes' labels, with commas between, in the order of the codes 0, 1, …")                \
  X(MAX_BATCH_ROWS, "max_batch_rows", INTEGER, "------A-", 1, INT32_MAX, NULL,                    \
    "most rows of one call of the endpoint")                                                      \
  X(MODEL_ID, "model_id", TEXT, "-------R", 0, 0, NULL, "the external model")                     \
  X(PROMPT, "prompt", TEXT, "-------A", 0, 0, NULL, "text before every request")                  \
  X(SUFFIX, "suffix", TEXT, "-------A", 0, 0, NULL, "text after every request")                   \
  X(REQUEST_TYPE, "request_type", WORD, "-------A", 0, 0, "RAW UNIFIED", "shape of a request")    \
  X(RESPONSE_TYPE, "response_type", WORD, "-------A", 0, 0, "VARCHAR SUPER", "shape of an answer")

extern const char ft_setting_words[]; /* names as written, space separated */

/* Judge the settings read and fill create->setting; `create` has its form and function. `position`
 * is where a missing setting is reported. */
enum ft_status ft_setting_resolve(struct ft_parser *parser, struct ft_create_model *create,
                                  const struct ft_pair_list *list, size_t position) FT_MUST_CHECK;

/* Judge the hyperparameters read and fill create->hyperparameter; `objective` may be NULL. */
enum ft_status ft_hyperparameter_resolve(struct ft_parser *parser, struct ft_create_model *create,
                                         const struct ft_pair_list *list,
                                         const struct ft_objective *objective,
                                         size_t position) FT_MUST_CHECK;

#endif
