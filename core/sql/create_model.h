/* CREATE MODEL: its clauses read one by one, then the form found and everything judged. */
#ifndef FORETELL_SQL_CREATE_MODEL_H
#define FORETELL_SQL_CREATE_MODEL_H

#include "core/sql/clause.h"
#include "core/sql/option.h"
#include "core/sql/parser.h"

/* What has been read so far, and what can be judged only at the end. */
struct ft_create_reading {
  struct ft_create_model create;
  bool external;
  size_t given[FT_CLAUSE_COUNT];          /* 1-based position of the clause's word; 0: not given */
  size_t model_type;                      /* index into FT_MODEL_TYPE_WORDS */
  size_t value_position[FT_CLAUSE_COUNT]; /* of what follows the word */
  struct ft_span objective;
  struct ft_pair_list hyperparameters;
  struct ft_pair_list settings;
};

#define FT_MODEL_TYPE_WORDS "XGBOOST MLP LINEAR_LEARNER KMEANS FORECAST BEDROCK"

/* Read what follows the clause's word. */
enum ft_status ft_clause_read(struct ft_parser *parser, struct ft_create_reading *reading,
                              enum ft_clause clause) FT_MUST_CHECK;

/* Everything behind CREATE [OR REPLACE] [EXTERNAL] MODEL, to the statement's end. */
enum ft_status ft_create_model_read(struct ft_parser *parser, struct ft_create_model *out,
                                    bool or_replace, bool external) FT_MUST_CHECK;

#endif
