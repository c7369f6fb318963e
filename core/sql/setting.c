#include "core/sql/option.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/wordlist.h"
#include "core/sql/clause.h"
#include "core/sql/label_list.h"

const struct ft_option *ft_create_model_setting(const struct ft_create_model *create,
                                                const char *name) {
  for (uint32_t i = 0; i < create->settings; i++)
    if (ft_span_equal(ft_span_of(create->setting[i].name), ft_span_of(name)))
      return &create->setting[i];
  return NULL;
}

enum setting_kind { TEXT, INTEGER, NUMBER, SWITCH, WORD, PERCENTILES, LABELS };

struct setting_rule {
  const char *word; /* as written */
  const char *name; /* canonical */
  enum setting_kind kind;
  const char *forms; /* as in clause.h */
  int64_t min, max;  /* of INTEGER */
  const char *words; /* of WORD and SWITCH */
  const char *help;
};

static const struct setting_rule rules[] = {
#define SETTING_ROW(word, name, kind, forms, min, max, words, help) \
  { #word, name, kind, forms, min, max, words, help },
  FT_SETTING_TABLE(SETTING_ROW)
#undef SETTING_ROW
};

#define RULES (sizeof rules / sizeof *rules)

const char ft_setting_words[] =
#define SETTING_WORD(word, name, kind, forms, min, max, words, help) #word " "
    FT_SETTING_TABLE(SETTING_WORD)
#undef SETTING_WORD
    ;

static const struct setting_rule *find_rule(struct ft_span name) {
  for (size_t i = 0; i < RULES; i++)
    if (ft_span_equal_nocase(ft_span_of(rules[i].word), name)) return &rules[i];
  return NULL;
}

static bool read_integer(struct ft_span text, int64_t *out) {
  int64_t value = 0;
  if (text.size == 0) return false;
  for (size_t i = 0; i < text.size; i++) {
    int digit = text.data[i] - '0';
    if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *out = value;
  return true;
}

static size_t count_digits(struct ft_span text, size_t at) {
  size_t from = at;
  while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
    at++;
  return at - from;
}

static bool is_sign(struct ft_span text, size_t at) {
  return at < text.size && (text.data[at] == '-' || text.data[at] == '+');
}

/* As a literal of SQL is written: -999, .5, 1e-3. */
static bool is_number(struct ft_span text) {
  size_t at = is_sign(text, 0);
  size_t whole = count_digits(text, at), part = 0;
  at += whole;
  if (at < text.size && text.data[at] == '.') {
    part = count_digits(text, ++at);
    at += part;
  }
  if (whole + part == 0) return false;
  if (at == text.size) return true;
  if ((text.data[at] | 32) != 'e') return false;
  at += 1 + (size_t)is_sign(text, at + 1);
  const size_t exponent = count_digits(text, at);
  return exponent > 0 && at + exponent == text.size;
}

/* Within float32, as which it is compared. */
static bool is_single(struct ft_span text) {
  char copy[64];
  if (text.size >= sizeof copy) return false;
  memcpy(copy, text.data, text.size);
  copy[text.size] = 0;
  return fabs(strtod(copy, NULL)) <= FLT_MAX;
}

/* One of PERCENTILES: mean, or 0.01 … 0.99 with at most two decimals. */
static bool is_percentile(struct ft_span text) {
  if (ft_span_equal_nocase(text, FT_SPAN("mean"))) return true;
  if (text.size && text.data[0] == '0') {
    text.data++;
    text.size--;
  }
  int64_t digits;
  if (text.size < 2 || text.size > 3 || text.data[0] != '.') return false;
  return read_integer((struct ft_span){ text.data + 1, text.size - 1 }, &digits) && digits > 0;
}

static bool are_percentiles(struct ft_span text) {
  size_t count = 0, start = 0;
  for (size_t i = 0; i <= text.size; i++) {
    if (i < text.size && text.data[i] != ',') continue;
    struct ft_span item = { text.data + start, i - start };
    if (++count > 5 || !is_percentile(ft_span_trim(item))) return false;
    start = i + 1;
  }
  return true;
}

static enum ft_status fail_value(struct ft_parser *parser, const struct setting_rule *rule,
                                 const struct ft_pair *pair) {
  ft_fail(parser->err, FT_INVALID, "%s cannot be \"%.*s\"", rule->word,
          FT_SPAN_ARG(ft_parser_shown(pair->value)));
  if (rule->kind == INTEGER)
    ft_fail_hint(parser->err, "It is an integer from %lld to %lld.", (long long)rule->min,
                 (long long)rule->max);
  else if (rule->kind == NUMBER)
    ft_fail_hint(parser->err, "It is a number of at most 3.4e38, such as 0 or -999.");
  else if (rule->kind == PERCENTILES)
    ft_fail_hint(parser->err, "It is a list such as '0.1,0.5,0.9,mean': %s.", rule->help);
  else
    ft_fail_hint(parser->err, "It is a text in quotes.");
  ft_fail_at(parser->err, pair->value_position);
  return FT_INVALID;
}

static enum ft_status check_labels(struct ft_parser *parser, const struct ft_pair *pair) {
  const struct ft_span *label;
  uint32_t count;
  enum ft_status status =
      ft_label_list_read(&label, &count, parser->arena, pair->value, parser->err);
  if (status != FT_OK) ft_fail_at(parser->err, pair->value_position);
  return status;
}

static enum ft_status read_value(struct ft_parser *parser, struct ft_option *out,
                                 const struct setting_rule *rule, const struct ft_pair *pair) {
  struct ft_option option = { rule->name, pair->value, 0, pair->position };
  bool fine = true;
  if (rule->kind == INTEGER) {
    fine = read_integer(pair->value, &option.integer) && option.integer >= rule->min &&
           option.integer <= rule->max;
  } else if (rule->kind == NUMBER) {
    fine = is_number(pair->value) && is_single(pair->value);
  } else if (rule->kind == LABELS) {
    FT_TRY(check_labels(parser, pair));
  } else if (rule->kind == PERCENTILES) {
    fine = are_percentiles(pair->value);
  } else if (rule->kind == TEXT) {
    fine = pair->value.size > 0;
  } else {
    struct ft_span word;
    size_t at = 0;
    while (ft_wordlist_next(&word, rule->words, &at) && !ft_span_equal_nocase(word, pair->value))
      ;
    if (word.size == 0)
      return ft_parser_fail_choice(parser, pair->value, rule->words, rule->word,
                                   pair->value_position);
    option.text = word;
    option.integer = rule->kind == SWITCH && word.size == 2; /* ON */
  }
  if (!fine) return fail_value(parser, rule, pair);
  *out = option;
  return FT_OK;
}

/* What the forms marked other than '-' are called: "MODEL_TYPE FORECAST". */
static const char *first_form(const struct setting_rule *rule) {
  for (int form = 0; form < FT_FORM_COUNT; form++)
    if (rule->forms[form] != '-') return ft_form_words(form);
  return "";
}

static enum ft_status find_setting(struct ft_parser *parser, const struct setting_rule **out,
                                   const struct ft_pair *pair, enum ft_create_form form) {
  const struct setting_rule *rule = find_rule(pair->name);
  if (!rule) {
    struct ft_span nearest = ft_parser_nearest(pair->name, ft_setting_words);
    ft_fail(parser->err, FT_INVALID, "setting \"%.*s\" is not known",
            FT_SPAN_ARG(ft_parser_shown(pair->name)));
    if (nearest.size)
      ft_fail_hint(parser->err, "Did you mean %.*s?", FT_SPAN_ARG(nearest));
    else
      ft_parser_hint_list(parser, "The settings are", ft_setting_words);
    return ft_fail_at(parser->err, pair->position), FT_INVALID;
  }
  if (rule->forms[form] == '-') {
    ft_fail(parser->err, FT_INVALID, "setting %s cannot be used with %s", rule->word,
            ft_form_words(form));
    ft_fail_hint(parser->err, "It belongs to %s.", first_form(rule));
    return ft_fail_at(parser->err, pair->position), FT_INVALID;
  }
  *out = rule;
  return FT_OK;
}

static enum ft_status check_twice(struct ft_parser *parser, const struct ft_create_model *create,
                                  const struct setting_rule *rule, const struct ft_pair *pair) {
  const struct ft_option *first = ft_create_model_setting(create, rule->name);
  if (!first) return FT_OK;
  size_t line, column;
  ft_parser_place(parser, first->position, &line, &column);
  ft_fail(parser->err, FT_SYNTAX, "setting %s is given twice", rule->word);
  ft_fail_hint(parser->err, "It was first given on line %zu, column %zu.", line, column);
  return ft_fail_at(parser->err, pair->position), FT_SYNTAX;
}

static enum ft_status fail_missing(struct ft_parser *parser, const char *word, const char *with,
                                   const char *help, size_t position) {
  ft_fail(parser->err, FT_SYNTAX, "setting %s is missing; it is required with %s", word, with);
  ft_fail_hint(parser->err, "Add it to SETTINGS: %s %s.", word, help);
  return ft_fail_at(parser->err, position), FT_SYNTAX;
}

/* RAW requests are the model's own JSON in and out. */
static enum ft_status check_external(struct ft_parser *parser, const struct ft_create_model *create,
                                     size_t position) {
  const struct ft_option *request = ft_create_model_setting(create, "request_type");
  if (!request || !ft_span_equal(request->text, FT_SPAN("RAW"))) return FT_OK;
  static const char *const forbidden[] = { "prompt", "suffix" };
  for (size_t i = 0; i < 2; i++) {
    const struct ft_option *option = ft_create_model_setting(create, forbidden[i]);
    if (!option) continue;
    ft_fail(parser->err, FT_SYNTAX, "setting %s cannot be used with REQUEST_TYPE RAW",
            i ? "SUFFIX" : "PROMPT");
    ft_fail_hint(parser->err, "Write it into the request, or use REQUEST_TYPE UNIFIED.");
    return ft_fail_at(parser->err, option->position), FT_SYNTAX;
  }
  const struct ft_option *response = ft_create_model_setting(create, "response_type");
  if (!response)
    return fail_missing(parser, "RESPONSE_TYPE", "REQUEST_TYPE RAW", "SUPER", position);
  if (ft_span_equal(response->text, FT_SPAN("SUPER"))) return FT_OK;
  ft_fail(parser->err, FT_INVALID, "RESPONSE_TYPE cannot be \"VARCHAR\" with REQUEST_TYPE RAW");
  ft_fail_hint(parser->err, "Write RESPONSE_TYPE SUPER, or use REQUEST_TYPE UNIFIED.");
  return ft_fail_at(parser->err, response->position), FT_INVALID;
}

static bool is_super(const struct ft_type_name *type) {
  return ft_span_equal_nocase(type->text, FT_SPAN("SUPER"));
}

/* One JSON value in, one out, and how many go into a call must be said. */
static enum ft_status check_super(struct ft_parser *parser, const struct ft_create_model *create,
                                  size_t position) {
  const struct ft_type_name *odd = is_super(&create->returns) ? &create->returns : NULL;
  for (uint32_t i = 0; i < create->arguments && !odd; i++)
    if (is_super(&create->argument[i])) odd = &create->argument[i];
  if (!odd) return FT_OK;
  if (create->arguments != 1 || !is_super(&create->argument[0]) || !is_super(&create->returns)) {
    ft_fail(parser->err, FT_INVALID, "SUPER needs exactly one argument SUPER and RETURNS SUPER");
    ft_fail_hint(parser->err, "Write FUNCTION name (SUPER) RETURNS SUPER.");
    return ft_fail_at(parser->err, odd->position), FT_INVALID;
  }
  if (ft_create_model_setting(create, "max_batch_rows")) return FT_OK;
  return fail_missing(parser, "MAX_BATCH_ROWS", "SUPER", "1", position);
}

/* A value for a setting that must be given. */
static const char *required_example(const struct setting_rule *rule) {
  if (rule->kind == INTEGER) return "24";
  return rule->kind == WORD ? "'D'" : "'name'";
}

static enum ft_status check_required(struct ft_parser *parser, const struct ft_create_model *create,
                                     size_t position) {
  for (size_t i = 0; i < RULES; i++)
    if (rules[i].forms[create->form] == 'R' && !ft_create_model_setting(create, rules[i].name))
      return fail_missing(parser, rules[i].word, ft_form_words(create->form),
                          required_example(&rules[i]), position);
  if (create->form == FT_FORM_EXTERNAL) return check_external(parser, create, position);
  return create->form == FT_FORM_REMOTE ? check_super(parser, create, position) : FT_OK;
}

enum ft_status ft_setting_resolve(struct ft_parser *parser, struct ft_create_model *create,
                                  const struct ft_pair_list *list, size_t position) {
  struct ft_option *options = FT_ARENA_NEW(parser->arena, struct ft_option, list->count);
  if (!options) return ft_arena_fail(parser->err, "the statement");
  create->setting = options;
  for (uint32_t i = 0; i < list->count; i++) {
    const struct ft_pair *pair = &list->pair[i];
    const struct setting_rule *rule = NULL;
    FT_TRY(find_setting(parser, &rule, pair, create->form));
    FT_TRY(check_twice(parser, create, rule, pair));
    FT_TRY(read_value(parser, &options[i], rule, pair));
    create->settings = i + 1;
  }
  return check_required(parser, create, position);
}
