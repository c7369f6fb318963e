/* The clauses of CREATE MODEL and the forms that may have them, as tables. */
#ifndef FORETELL_SQL_CLAUSE_H
#define FORETELL_SQL_CLAUSE_H

#include <stddef.h>

#include "core/sql/parser.h"
#include "foretell/statement.h"

/* In the documented order; then in each form (S simple, G guided, X XGBoost with AUTO OFF, K
 * k-means, F forecast, I from elsewhere, R remote, E external): R required, A allowed, - not; then
 * the advice when it is missing. */
#define FT_CLAUSE_TABLE(X)                                                                         \
  /*                SGXKFIRE */                                                                    \
  X(FROM, "RRRRRR--", "Add FROM table, or FROM (SELECT …).")                                       \
  X(TARGET, "RRR-R---", "Add TARGET with the column to be predicted.")                             \
  X(FUNCTION, "RRRR-RRR", "Add FUNCTION with a name for the function that predicts.")              \
  X(RETURNS, "-----RR-", "Add RETURNS with the type of the function's result.")                    \
  X(SAGEMAKER, "------R-", "Add SAGEMAKER 'endpoint'.")                                            \
  X(IAM_ROLE, "AAAAAAAA", "")                                                                      \
  X(AUTO, "AARRA---", "Add AUTO OFF.")                                                             \
  X(MODEL_TYPE, "AARRR--R", "Add MODEL_TYPE XGBOOST or MODEL_TYPE KMEANS.")                        \
  X(PROBLEM_TYPE, "AA------", "")                                                                  \
  X(OBJECTIVE, "AAR-A---", "Add OBJECTIVE, such as 'binary:logistic' or 'reg:squarederror'.")      \
  X(PREPROCESSORS, "AAAA----", "")                                                                 \
  X(HYPERPARAMETERS, "--RR----", "Add HYPERPARAMETERS DEFAULT, or DEFAULT EXCEPT (name 'value').") \
  X(SETTINGS, "AAAARAAR", "Add SETTINGS ( … ) with the required settings.")

enum ft_clause {
#define FT_CLAUSE_ENUM(name, forms, advice) FT_CLAUSE_##name,
  FT_CLAUSE_TABLE(FT_CLAUSE_ENUM)
#undef FT_CLAUSE_ENUM
      FT_CLAUSE_COUNT
};

#define FT_FORM_COUNT (FT_FORM_EXTERNAL + 1)

/* What a form is called in a message: "AUTO OFF MODEL_TYPE XGBOOST". */
const char *ft_form_words(enum ft_create_form form);

const char *ft_clause_word(enum ft_clause clause);
/* FT_CLAUSE_COUNT when the token is no clause's word. */
enum ft_clause ft_clause_find(const struct ft_token *token);
extern const char ft_clause_words[]; /* all of them, space separated */

/* 'R', 'A' or '-' */
char ft_clause_rule(enum ft_clause clause, enum ft_create_form form);

/* Every clause given is allowed in the form, every required one is given. `given` holds the 1-based
 * position of each, 0 for those not given; `position` is that of the model's name. */
enum ft_status ft_clause_check(struct ft_parser *parser, const size_t *given,
                               enum ft_create_form form, size_t position) FT_MUST_CHECK;

#endif
