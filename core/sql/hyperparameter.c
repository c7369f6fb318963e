#include "core/sql/option.h"

#include "core/model/wordlist.h"
#include "core/sql/clause.h"

static const struct ft_option *find_option(const struct ft_create_model *create, const char *name) {
  for (uint32_t i = 0; i < create->hyperparameters; i++)
    if (ft_span_equal(ft_span_of(create->hyperparameter[i].name), ft_span_of(name)))
      return &create->hyperparameter[i];
  return NULL;
}

static enum ft_status fail_unknown(struct ft_parser *parser, const struct ft_pair *pair,
                                   bool kmeans) {
  const char *nearest = ft_hyperparameter_nearest(pair->name, kmeans);
  ft_fail(parser->err, FT_INVALID, "hyperparameter \"%.*s\" is not known",
          FT_SPAN_ARG(ft_parser_shown(pair->name)));
  if (ft_span_equal_nocase(pair->name, FT_SPAN("objective")))
    ft_fail_hint(parser->err, "Give it by the clause OBJECTIVE.");
  else if (nearest)
    ft_fail_hint(parser->err, "Did you mean %s?", nearest);
  else
    ft_fail_hint(parser->err, "docs/create-model.md lists the hyperparameters.");
  return ft_fail_at(parser->err, pair->position), FT_INVALID;
}

static enum ft_status fail_twice(struct ft_parser *parser, const struct ft_option *first,
                                 const struct ft_pair *pair) {
  size_t line, column;
  ft_parser_place(parser, first->position, &line, &column);
  ft_fail(parser->err, FT_SYNTAX, "hyperparameter %s is given twice", first->name);
  ft_fail_hint(parser->err, "It was first given on line %zu, column %zu.", line, column);
  return ft_fail_at(parser->err, pair->position), FT_SYNTAX;
}

/* A word as the table spells it; and hist for gpu_hist, since the trainer has no graphics card. */
static enum ft_status replace_value(struct ft_parser *parser, struct ft_option *option,
                                    const struct ft_hyperparameter_rule *rule) {
  struct ft_span word;
  for (size_t at = 0; ft_wordlist_next(&word, rule->words, &at);)
    if (ft_span_equal_nocase(word, option->text)) option->text = word;
  if (!ft_span_equal(option->text, FT_SPAN("gpu_hist"))) return FT_OK;
  option->text = FT_SPAN("hist");
  return ft_parser_notice(parser, "tree_method gpu_hist is trained as hist");
}

static enum ft_status add_notices(struct ft_parser *parser,
                                  const struct ft_hyperparameter_rule *rule, struct ft_span value,
                                  bool outside) {
  if (outside)
    return ft_parser_notice(parser,
                            "the value %.*s of %s lies outside the documented range %g … %g",
                            FT_SPAN_ARG(ft_parser_shown(value)), rule->name, rule->low, rule->high);
  if (ft_span_equal(ft_span_of(rule->name), FT_SPAN("nthread")))
    return ft_parser_notice(parser,
                            "nthread has no effect: the trainer takes its share of the CPUs");
  return FT_OK;
}

static enum ft_status read_option(struct ft_parser *parser, struct ft_option *out,
                                  const struct ft_create_model *create,
                                  const struct ft_pair *pair) {
  bool kmeans = create->form == FT_FORM_KMEANS, outside = false;
  const struct ft_hyperparameter_rule *rule = ft_hyperparameter_find(pair->name, kmeans);
  if (!rule) return fail_unknown(parser, pair, kmeans);
  const struct ft_option *first = find_option(create, rule->name);
  if (first) return fail_twice(parser, first, pair);
  enum ft_status status = ft_hyperparameter_check(&outside, rule, pair->value, parser->err);
  if (status != FT_OK) return ft_fail_at(parser->err, pair->value_position), status;
  *out = (struct ft_option){ .name = rule->name, .text = pair->value, .position = pair->position };
  FT_TRY(replace_value(parser, out, rule));
  return add_notices(parser, rule, pair->value, outside);
}

static enum ft_status check_num_class(struct ft_parser *parser, const struct ft_option *num_class,
                                      const struct ft_objective *objective, size_t position) {
  if (objective->needs_num_class == (num_class != NULL)) return FT_OK;
  if (num_class) {
    ft_fail(parser->err, FT_SYNTAX, "num_class cannot be used with OBJECTIVE '%s'",
            objective->name);
    ft_fail_hint(parser->err, "Remove it, or use OBJECTIVE 'multi:softmax'.");
    return ft_fail_at(parser->err, num_class->position), FT_SYNTAX;
  }
  ft_fail(parser->err, FT_SYNTAX, "num_class is missing; it is required with OBJECTIVE '%s'",
          objective->name);
  ft_fail_hint(parser->err, "Write HYPERPARAMETERS DEFAULT EXCEPT (num_class 'n').");
  return ft_fail_at(parser->err, position), FT_SYNTAX;
}

static enum ft_status check_k(struct ft_parser *parser, const struct ft_create_model *create,
                              size_t position) {
  if (find_option(create, "k")) return FT_OK;
  ft_fail(parser->err, FT_SYNTAX, "k is missing; it is required with MODEL_TYPE KMEANS");
  ft_fail_hint(parser->err, "Write HYPERPARAMETERS DEFAULT EXCEPT (K 'n').");
  return ft_fail_at(parser->err, position), FT_SYNTAX;
}

enum ft_status ft_hyperparameter_resolve(struct ft_parser *parser, struct ft_create_model *create,
                                         const struct ft_pair_list *list,
                                         const struct ft_objective *objective, size_t position) {
  struct ft_option *options = FT_ARENA_NEW(parser->arena, struct ft_option, list->count);
  if (!options) return ft_arena_fail(parser->err, "the statement");
  create->hyperparameter = options;
  for (uint32_t i = 0; i < list->count; i++) {
    FT_TRY(read_option(parser, &options[i], create, &list->pair[i]));
    create->hyperparameters = i + 1;
  }
  if (create->form == FT_FORM_KMEANS) return check_k(parser, create, position);
  if (!objective) return FT_OK;
  return check_num_class(parser, find_option(create, "num_class"), objective, position);
}
