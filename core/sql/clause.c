#include "core/sql/clause.h"

static const struct {
  const char *word;
  const char *forms;
  const char *advice;
} clauses[FT_CLAUSE_COUNT] = {
#define CLAUSE_ROW(name, forms, advice) { #name, forms, advice },
  FT_CLAUSE_TABLE(CLAUSE_ROW)
#undef CLAUSE_ROW
};

/* words: "TARGET cannot be used with …"; remedy: what to do about a clause that does not belong */
static const struct {
  const char *words;
  const char *remedy;
} forms[FT_FORM_COUNT] = {
  [FT_FORM_SIMPLE] = { "AUTO ON", "Remove it, or train with AUTO OFF MODEL_TYPE XGBOOST." },
  [FT_FORM_GUIDED] = { "AUTO ON", "Remove it, or train with AUTO OFF MODEL_TYPE XGBOOST." },
  [FT_FORM_XGBOOST] = { "AUTO OFF", "Remove it, or train with AUTO ON." },
  [FT_FORM_KMEANS] = { "MODEL_TYPE KMEANS", "Remove it: clusters are found without it." },
  [FT_FORM_FORECAST] = { "MODEL_TYPE FORECAST", "Remove it." },
  [FT_FORM_IMPORT] = { "a model from elsewhere (FROM 'text')",
                       "Remove it; or, to train on a table, write its name without quotes." },
  [FT_FORM_REMOTE] = { "a remote model (SAGEMAKER)", "Remove it." },
  [FT_FORM_EXTERNAL] = { "CREATE EXTERNAL MODEL", "Remove it." },
};

/* Where the general advice, on a clause that is missing or does not belong, would mislead. */
static const struct {
  enum ft_clause clause;
  enum ft_create_form form;
  const char *advice;
} particular[] = {
  { FT_CLAUSE_RETURNS, FT_FORM_SIMPLE, "Remove it: the target's type says what is returned." },
  { FT_CLAUSE_RETURNS, FT_FORM_GUIDED, "Remove it: the target's type says what is returned." },
  { FT_CLAUSE_RETURNS, FT_FORM_XGBOOST, "Remove it: the target's type says what is returned." },
  { FT_CLAUSE_MODEL_TYPE, FT_FORM_EXTERNAL, "Add MODEL_TYPE BEDROCK." },
  { FT_CLAUSE_SETTINGS, FT_FORM_EXTERNAL, "Add SETTINGS (MODEL_ID 'name')." },
  { FT_CLAUSE_SETTINGS, FT_FORM_FORECAST, "Add SETTINGS (HORIZON 24, FREQUENCY 'H')." },
  { FT_CLAUSE_FUNCTION, FT_FORM_FORECAST, "Remove it: SELECT FORECAST(model) gives the result." },
};

const char ft_clause_words[] =
#define CLAUSE_WORD(name, forms, advice) #name " "
    FT_CLAUSE_TABLE(CLAUSE_WORD)
#undef CLAUSE_WORD
    ;

const char *ft_form_words(enum ft_create_form form) {
  return forms[form].words;
}

const char *ft_clause_word(enum ft_clause clause) {
  return clauses[clause].word;
}

enum ft_clause ft_clause_find(const struct ft_token *token) {
  enum ft_clause clause = FT_CLAUSE_FROM;
  while (clause < FT_CLAUSE_COUNT && !ft_token_is_word(token, clauses[clause].word))
    clause++;
  return clause;
}

char ft_clause_rule(enum ft_clause clause, enum ft_create_form form) {
  return clauses[clause].forms[form];
}

static const char *find_advice(enum ft_clause clause, enum ft_create_form form,
                               const char *general) {
  for (size_t i = 0; i < sizeof particular / sizeof *particular; i++)
    if (particular[i].clause == clause && particular[i].form == form) return particular[i].advice;
  return general;
}

enum ft_status ft_clause_check(struct ft_parser *parser, const size_t *given,
                               enum ft_create_form form, size_t position) {
  for (enum ft_clause clause = FT_CLAUSE_FROM; clause < FT_CLAUSE_COUNT; clause++) {
    if (!given[clause] || ft_clause_rule(clause, form) != '-') continue;
    ft_fail(parser->err, FT_SYNTAX, "%s cannot be used with %s", clauses[clause].word,
            forms[form].words);
    ft_fail_hint(parser->err, "%s", find_advice(clause, form, forms[form].remedy));
    ft_fail_at(parser->err, given[clause]);
    return FT_SYNTAX;
  }
  for (enum ft_clause clause = FT_CLAUSE_FROM; clause < FT_CLAUSE_COUNT; clause++) {
    if (given[clause] || ft_clause_rule(clause, form) != 'R') continue;
    if (form <= FT_FORM_GUIDED) /* AUTO ON is not what asks for it */
      ft_fail(parser->err, FT_SYNTAX, "%s is missing", clauses[clause].word);
    else
      ft_fail(parser->err, FT_SYNTAX, "%s is missing; it is required with %s", clauses[clause].word,
              forms[form].words);
    ft_fail_hint(parser->err, "%s", find_advice(clause, form, clauses[clause].advice));
    ft_fail_at(parser->err, position);
    return FT_SYNTAX;
  }
  return FT_OK;
}
