#include "core/sql/option.h"

enum ft_status ft_pair_list_read(struct ft_parser *parser, struct ft_pair_list *out,
                                 const char *what) {
  struct ft_pair *pairs = NULL;
  uint32_t count = 0;
  FT_TRY(ft_parser_need_symbol(parser, '('));
  do {
    pairs = ft_parser_grow(parser, pairs, count, sizeof *pairs);
    if (!pairs) return ft_arena_fail(parser->err, "the statement");
    struct ft_pair *pair = &pairs[count];
    pair->position = ft_parser_position(parser);
    if (!ft_token_is_name(&parser->token) && !ft_token_is_string(&parser->token))
      return ft_parser_expected(parser, what);
    FT_TRY(ft_parser_value(parser, &pair->name, what));
    pair->value_position = ft_parser_position(parser);
    FT_TRY(ft_parser_value(parser, &pair->value, "a value"));
    count++;
  } while (ft_parser_take_symbol(parser, ','));
  if (!ft_parser_take_symbol(parser, ')')) return ft_parser_expected(parser, "\",\" or \")\"");
  *out = (struct ft_pair_list){ count, pairs };
  return FT_OK;
}
