/* Any bytes as a script: split, judged and parsed. */
#include "test/fuzz/target.h"

#include <assert.h>

#include "foretell/statement.h"

static void parse_piece(struct ft_span text) {
  struct ft_arena arena;
  struct ft_error err = { 0 };
  struct ft_statement statement;
  ft_arena_init(&arena, (size_t)1 << 26);
  enum ft_status status = ft_statement_parse(&statement, &arena, text, &err);
  if (status == FT_OK) {
    assert(statement.kind == ft_statement_kind_of(text));
    assert(statement.create.query.size <= text.size);
  } else {
    assert(status == err.status && err.message[0] && err.position <= text.size + 1);
    assert(err.position > 0 || status == FT_NOMEM);
  }
  ft_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ft_span script = { (const char *)data, size };
  struct ft_piece piece;
  size_t offset = 0, before = 0;
  bool complete = true;
  while (ft_script_next(script, &offset, &piece)) {
    assert(complete && offset > before && offset <= size);
    assert(piece.offset >= before && piece.text.size <= size - piece.offset);
    before = offset;
    complete = piece.complete;
    parse_piece(piece.text);
  }
  assert(complete == (ft_script_open(script) == 0));
  parse_piece(script);
  return 0;
}
