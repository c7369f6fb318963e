#include "core/import/pickle/pickle_machine.h"

#include <string.h>

static enum ft_status grow(void **items, uint32_t *room, size_t wanted, size_t item_bytes,
                           struct ft_pickle_machine *m, struct ft_error *err) {
  if (wanted <= *room) return FT_OK;
  size_t more = wanted < 32 ? 64 : wanted * 2; /* the opcodes' limit keeps it below 2^32 */
  void *larger = ft_arena_take(m->reading->arena, more, item_bytes);
  if (!larger) return ft_arena_fail(err, "the pickle");
  if (*room) memcpy(larger, *items, *room * item_bytes);
  *items = larger;
  *room = (uint32_t)more;
  return FT_OK;
}

enum ft_status ft_pickle_grow_nodes(struct ft_pickle_nodes *nodes, size_t wanted,
                                    struct ft_pickle_machine *m, struct ft_error *err) {
  void *items = nodes->node;
  FT_TRY(grow(&items, &nodes->room, wanted, sizeof *nodes->node, m, err));
  nodes->node = items;
  return FT_OK;
}

enum ft_status ft_pickle_push(struct ft_pickle_machine *m, struct ft_pickle *node,
                              struct ft_error *err) {
  FT_TRY(ft_pickle_grow_nodes(&m->stack, (size_t)m->stack.count + 1, m, err));
  m->stack.node[m->stack.count++] = node;
  return FT_OK;
}

uint32_t ft_pickle_floor(const struct ft_pickle_machine *m) {
  return m->marks ? m->mark[m->marks - 1] : 0;
}

enum ft_status ft_pickle_pop(struct ft_pickle **out, struct ft_pickle_machine *m,
                             struct ft_error *err) {
  if (m->stack.count <= ft_pickle_floor(m))
    return ft_pickle_fail(err, "it takes what is not on its stack");
  *out = m->stack.node[--m->stack.count];
  return FT_OK;
}

enum ft_status ft_pickle_top(struct ft_pickle **out, struct ft_pickle_machine *m,
                             struct ft_error *err) {
  if (m->stack.count <= ft_pickle_floor(m))
    return ft_pickle_fail(err, "it takes what is not on its stack");
  *out = m->stack.node[m->stack.count - 1];
  return FT_OK;
}

enum ft_status ft_pickle_pop_mark(struct ft_pickle_nodes *out, struct ft_pickle_machine *m,
                                  struct ft_error *err) {
  if (!m->marks) return ft_pickle_fail(err, "a mark is missing");
  uint32_t first = m->mark[--m->marks];
  *out = (struct ft_pickle_nodes){ .count = m->stack.count - first };
  if (out->count) out->node = m->stack.node + first;
  m->stack.count = first;
  return FT_OK;
}

enum ft_status ft_pickle_take_number(uint64_t *out, struct ft_pickle_machine *m, int bytes,
                                     struct ft_error *err) {
  struct ft_span span;
  FT_TRY(ft_pickle_take(&span, m->reading, (uint64_t)bytes, err));
  *out = 0;
  for (int i = bytes; i-- > 0;)
    *out = *out << 8 | (unsigned char)span.data[i];
  return FT_OK;
}

enum ft_status ft_pickle_take_sized(struct ft_span *out, struct ft_pickle_machine *m, int bytes,
                                    struct ft_error *err) {
  uint64_t size;
  FT_TRY(ft_pickle_take_number(&size, m, bytes, err));
  return ft_pickle_take(out, m->reading, size, err);
}

enum ft_status ft_pickle_take_line(struct ft_span *out, struct ft_pickle_machine *m,
                                   struct ft_error *err) {
  struct ft_pickle_reading *reading = m->reading;
  size_t left = reading->file.size - reading->at;
  const char *from = reading->file.data + reading->at;
  const char *end = left ? memchr(from, '\n', left) : NULL;
  if (!end) return ft_pickle_fail(err, "it is cut short");
  *out = (struct ft_span){ from, (size_t)(end - from) };
  reading->at += out->size + 1;
  return FT_OK;
}

enum ft_status ft_pickle_push_mark(struct ft_pickle_machine *m, struct ft_error *err) {
  void *marks = m->mark;
  FT_TRY(grow(&marks, &m->marks_room, (size_t)m->marks + 1, sizeof *m->mark, m, err));
  m->mark = marks;
  m->mark[m->marks++] = m->stack.count;
  return FT_OK;
}
