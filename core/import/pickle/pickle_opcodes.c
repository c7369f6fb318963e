/* The opcodes, each a short function. */
#include <ctype.h>
#include <string.h>

#include "core/import/document/decimal.h"
#include "core/import/pickle/pickle_machine.h"
#include "core/import/pickle/pickle_names.h"
#include "core/import/pickle/pickle_reduce.h"
#include "core/import/pickle/pickle_text.h"

#define LONGEST_LINE 64 /* of a number */

/* ---- values ---- */

static enum ft_status push_new(struct ft_pickle **out, struct ft_pickle_machine *m,
                               enum ft_pickle_kind kind, struct ft_error *err) {
  FT_TRY(ft_pickle_new(out, m->reading, kind, err));
  return ft_pickle_push(m, *out, err);
}

static enum ft_status push_integer(struct ft_pickle_machine *m, enum ft_pickle_kind kind,
                                   int64_t value, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(push_new(&node, m, kind, err));
  node->of.integer = value;
  return FT_OK;
}

static enum ft_status push_real(struct ft_pickle_machine *m, double value, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(push_new(&node, m, FT_PICKLE_REAL, err));
  node->of.real = value;
  return FT_OK;
}

static enum ft_status push_text(struct ft_pickle_machine *m, enum ft_pickle_kind kind,
                                struct ft_span text, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(push_new(&node, m, kind, err));
  node->of.text = text;
  return FT_OK;
}

static enum ft_status op_none(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *node;
  (void)unused;
  return push_new(&node, m, FT_PICKLE_NONE, err);
}

static enum ft_status op_bool(struct ft_pickle_machine *m, int value, struct ft_error *err) {
  return push_integer(m, FT_PICKLE_BOOL, value, err);
}

/* Four bytes have a sign, fewer have none. */
static enum ft_status op_integer(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  uint64_t value;
  FT_TRY(ft_pickle_take_number(&value, m, bytes, err));
  return push_integer(m, FT_PICKLE_INTEGER, bytes == 4 ? (int32_t)(uint32_t)value : (int64_t)value,
                      err);
}

/* Two's complement of any length. */
static enum ft_status op_long(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  struct ft_span span;
  struct ft_pickle *node;
  FT_TRY(ft_pickle_take_sized(&span, m, bytes, err));
  if (span.size > 8) return push_new(&node, m, FT_PICKLE_LONG, err);
  uint64_t value = span.size && (span.data[span.size - 1] & 0x80) ? UINT64_MAX : 0;
  for (size_t i = span.size; i-- > 0;)
    value = value << 8 | (unsigned char)span.data[i];
  return push_integer(m, FT_PICKLE_INTEGER, (int64_t)value, err);
}

/* Decimal digits; false: they are none. */
static bool parse_integer(int64_t *out, bool *overflow, struct ft_span text) {
  bool negative = text.size && text.data[0] == '-';
  int64_t value = 0;
  *overflow = false;
  if (text.size == negative) return false;
  for (size_t i = negative; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    int digit = text.data[i] - '0';
    *overflow |=
        __builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value);
  }
  *overflow |= !negative && value == INT64_MIN;
  if (!*overflow) *out = negative ? value : -value;
  return true;
}

/* I: an integer, or a bool as 00 and 01; L: one that may end in L. */
static enum ft_status op_integer_line(struct ft_pickle_machine *m, int is_long,
                                      struct ft_error *err) {
  struct ft_span line;
  struct ft_pickle *node;
  int64_t value = 0;
  bool overflow;
  FT_TRY(ft_pickle_take_line(&line, m, err));
  if (!is_long && line.size == 2 && line.data[0] == '0' && (line.data[1] & ~1) == '0')
    return push_integer(m, FT_PICKLE_BOOL, line.data[1] - '0', err);
  if (is_long && line.size && line.data[line.size - 1] == 'L') line.size--;
  if (!parse_integer(&value, &overflow, line)) return ft_pickle_fail(err, "an integer");
  if (overflow) return push_new(&node, m, FT_PICKLE_LONG, err);
  return push_integer(m, FT_PICKLE_INTEGER, value, err);
}

static enum ft_status op_real_line(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_span line;
  double value;
  (void)unused;
  FT_TRY(ft_pickle_take_line(&line, m, err));
  if (line.size > LONGEST_LINE || !ft_decimal_whole(&value, line))
    return ft_pickle_fail(err, "a number");
  return push_real(m, value, err);
}

/* Eight bytes, the highest first. */
static enum ft_status op_real(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_span span;
  uint64_t bits = 0;
  double value;
  (void)unused;
  FT_TRY(ft_pickle_take(&span, m->reading, 8, err));
  for (size_t i = 0; i < 8; i++)
    bits = bits << 8 | (unsigned char)span.data[i];
  memcpy(&value, &bits, sizeof value);
  return push_real(m, value, err);
}

static enum ft_status op_text(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  struct ft_span text;
  FT_TRY(ft_pickle_take_sized(&text, m, bytes, err));
  if (!ft_span_is_utf8(text)) return ft_pickle_fail(err, "a text that is not UTF-8");
  return push_text(m, FT_PICKLE_TEXT, text, err);
}

/* Python 2's str, of any bytes. */
static enum ft_status op_old_text(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  struct ft_span text;
  FT_TRY(ft_pickle_take_sized(&text, m, bytes, err));
  return push_text(m, FT_PICKLE_TEXT, text, err);
}

static enum ft_status op_text_line(struct ft_pickle_machine *m, int unicode, struct ft_error *err) {
  struct ft_span line, text;
  FT_TRY(ft_pickle_take_line(&line, m, err));
  if (unicode)
    FT_TRY(ft_pickle_unescape_unicode(&text, m->reading, line, err));
  else
    FT_TRY(ft_pickle_unescape(&text, m->reading, ft_span_trim(line), err));
  return push_text(m, FT_PICKLE_TEXT, text, err);
}

static enum ft_status op_bytes(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  struct ft_span span;
  FT_TRY(ft_pickle_take_sized(&span, m, bytes, err));
  return push_text(m, FT_PICKLE_BYTES, span, err);
}

/* ---- the stack ---- */

static enum ft_status op_mark(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  (void)unused;
  return ft_pickle_push_mark(m, err);
}

static enum ft_status op_pop_mark(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle_nodes nodes;
  (void)unused;
  return ft_pickle_pop_mark(&nodes, m, err);
}

/* A mark counts as an item. */
static enum ft_status op_pop(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *node;
  if (m->marks && m->stack.count == ft_pickle_floor(m)) return op_pop_mark(m, unused, err);
  return ft_pickle_pop(&node, m, err);
}

static enum ft_status op_dup(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *node;
  (void)unused;
  FT_TRY(ft_pickle_top(&node, m, err));
  return ft_pickle_push(m, node, err);
}

/* ---- the memo ---- */

static enum ft_status parse_place(uint64_t *out, struct ft_pickle_machine *m,
                                  struct ft_error *err) {
  struct ft_span line;
  int64_t value = 0;
  bool overflow;
  FT_TRY(ft_pickle_take_line(&line, m, err));
  if (!parse_integer(&value, &overflow, line) || overflow || value < 0)
    return ft_pickle_fail(err, "a place in the memo");
  *out = (uint64_t)value;
  return FT_OK;
}

/* Places are numbered from 0 on: one that leaves out others takes their memory all the same. */
static enum ft_status put(struct ft_pickle_machine *m, uint64_t place, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(ft_pickle_top(&node, m, err));
  if (place >= m->reading->file.size || place >= FT_PICKLE_MAX_OPCODES)
    return ft_pickle_fail(err, "a place in the memo");
  if (place > m->memo.room) FT_TRY(ft_pickle_spend(m->reading, place - m->memo.room, err));
  FT_TRY(ft_pickle_grow_nodes(&m->memo, (size_t)place + 1, m, err));
  m->memo.node[place] = node;
  return FT_OK;
}

static enum ft_status op_put(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  uint64_t place;
  if (bytes)
    FT_TRY(ft_pickle_take_number(&place, m, bytes, err));
  else
    FT_TRY(parse_place(&place, m, err));
  return put(m, place, err);
}

static enum ft_status op_memoize(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  (void)unused;
  return put(m, m->memoized++, err);
}

static enum ft_status op_get(struct ft_pickle_machine *m, int bytes, struct ft_error *err) {
  uint64_t place;
  if (bytes)
    FT_TRY(ft_pickle_take_number(&place, m, bytes, err));
  else
    FT_TRY(parse_place(&place, m, err));
  if (place >= m->memo.room || !m->memo.node[place])
    return ft_pickle_fail(err, "a place in the memo");
  return ft_pickle_push(m, m->memo.node[place], err);
}

/* ---- tuples, lists, sets and dicts ---- */

static enum ft_status op_empty(struct ft_pickle_machine *m, int kind, struct ft_error *err) {
  struct ft_pickle *node;
  return push_new(&node, m, (enum ft_pickle_kind)kind, err);
}

static enum ft_status add_all(struct ft_pickle_list *list, struct ft_pickle_machine *m,
                              const struct ft_pickle_nodes *nodes, struct ft_error *err) {
  for (uint32_t i = 0; i < nodes->count; i++)
    FT_TRY(ft_pickle_list_add(list, m->reading, nodes->node[i], err));
  return FT_OK;
}

static enum ft_status set_all(struct ft_pickle_dict *dict, struct ft_pickle_machine *m,
                              const struct ft_pickle_nodes *nodes, struct ft_error *err) {
  if (nodes->count % 2) return ft_pickle_fail(err, "a key without a value");
  for (uint32_t i = 0; i < nodes->count; i += 2)
    FT_TRY(ft_pickle_dict_set(dict, m->reading, nodes->node[i], nodes->node[i + 1], err));
  return FT_OK;
}

/* A new one of the items above the mark. */
static enum ft_status op_collect(struct ft_pickle_machine *m, int kind, struct ft_error *err) {
  struct ft_pickle_nodes nodes;
  struct ft_pickle *node;
  FT_TRY(ft_pickle_pop_mark(&nodes, m, err));
  FT_TRY(ft_pickle_new(&node, m->reading, (enum ft_pickle_kind)kind, err));
  if (kind == FT_PICKLE_DICT)
    FT_TRY(set_all(&node->of.dict, m, &nodes, err));
  else
    FT_TRY(add_all(&node->of.list, m, &nodes, err));
  return ft_pickle_push(m, node, err);
}

static enum ft_status op_tuple(struct ft_pickle_machine *m, int count, struct ft_error *err) {
  struct ft_pickle *node, *item[3];
  FT_TRY(ft_pickle_new(&node, m->reading, FT_PICKLE_TUPLE, err));
  for (int i = count; i-- > 0;)
    FT_TRY(ft_pickle_pop(&item[i], m, err));
  for (int i = 0; i < count; i++)
    FT_TRY(ft_pickle_list_add(&node->of.list, m->reading, item[i], err));
  return ft_pickle_push(m, node, err);
}

/* What can be added to: a list, a set, or an object of such a class. */
static struct ft_pickle_list *list_of(struct ft_pickle *node) {
  if (node->kind == FT_PICKLE_LIST || node->kind == FT_PICKLE_SET) return &node->of.list;
  return node->kind == FT_PICKLE_OBJECT ? &node->of.object->items : NULL;
}

static struct ft_pickle_dict *dict_of(struct ft_pickle *node) {
  if (node->kind == FT_PICKLE_DICT) return &node->of.dict;
  return node->kind == FT_PICKLE_OBJECT ? &node->of.object->entries : NULL;
}

static enum ft_status append(struct ft_pickle_machine *m, const struct ft_pickle_nodes *nodes,
                             struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(ft_pickle_top(&node, m, err));
  struct ft_pickle_list *list = list_of(node);
  if (!list) return ft_pickle_fail(err, "an item added to what is no list");
  return add_all(list, m, nodes, err);
}

static enum ft_status op_append(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *item;
  (void)unused;
  FT_TRY(ft_pickle_pop(&item, m, err));
  return append(m, &(struct ft_pickle_nodes){ &item, 1, 0 }, err);
}

static enum ft_status op_appends(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle_nodes nodes;
  (void)unused;
  FT_TRY(ft_pickle_pop_mark(&nodes, m, err));
  return append(m, &nodes, err);
}

static enum ft_status set_items(struct ft_pickle_machine *m, const struct ft_pickle_nodes *nodes,
                                struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(ft_pickle_top(&node, m, err));
  struct ft_pickle_dict *dict = dict_of(node);
  if (!dict) return ft_pickle_fail(err, "a key set in what is no dict");
  return set_all(dict, m, nodes, err);
}

static enum ft_status op_set_item(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *pair[2];
  (void)unused;
  FT_TRY(ft_pickle_pop(&pair[1], m, err));
  FT_TRY(ft_pickle_pop(&pair[0], m, err));
  return set_items(m, &(struct ft_pickle_nodes){ pair, 2, 0 }, err);
}

static enum ft_status op_set_items(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle_nodes nodes;
  (void)unused;
  FT_TRY(ft_pickle_pop_mark(&nodes, m, err));
  return set_items(m, &nodes, err);
}

/* ---- names and objects ---- */

static enum ft_status push_global(struct ft_pickle_machine *m, struct ft_span module,
                                  struct ft_span name, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(ft_pickle_new_global(&node, m->reading, module, name, err));
  return ft_pickle_push(m, node, err);
}

static enum ft_status op_global(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_span module, name;
  (void)unused;
  FT_TRY(ft_pickle_take_line(&module, m, err));
  FT_TRY(ft_pickle_take_line(&name, m, err));
  return push_global(m, module, name, err);
}

static enum ft_status op_stack_global(struct ft_pickle_machine *m, int unused,
                                      struct ft_error *err) {
  struct ft_pickle *name, *module;
  (void)unused;
  FT_TRY(ft_pickle_pop(&name, m, err));
  FT_TRY(ft_pickle_pop(&module, m, err));
  if (name->kind != FT_PICKLE_TEXT || module->kind != FT_PICKLE_TEXT)
    return ft_pickle_fail(err, "a name that is no text");
  return push_global(m, module->of.text, name->of.text, err);
}

static enum ft_status push_reduced(struct ft_pickle_machine *m, const struct ft_pickle *global,
                                   const struct ft_pickle *args, struct ft_error *err) {
  struct ft_pickle *node;
  FT_TRY(ft_pickle_reduce(&node, m->reading, global, args, err));
  return ft_pickle_push(m, node, err);
}

/* REDUCE and NEWOBJ: a name, and a tuple of arguments. */
static enum ft_status op_reduce(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *args, *global;
  (void)unused;
  FT_TRY(ft_pickle_pop(&args, m, err));
  FT_TRY(ft_pickle_pop(&global, m, err));
  return push_reduced(m, global, args, err);
}

/* NEWOBJ_EX: arguments by their names, too, which no class of a model has. */
static enum ft_status op_new_with_names(struct ft_pickle_machine *m, int unused,
                                        struct ft_error *err) {
  struct ft_pickle *named;
  FT_TRY(ft_pickle_pop(&named, m, err));
  if (named->kind != FT_PICKLE_DICT || named->of.dict.count)
    return ft_fail(err, FT_UNSUPPORTED, "the pickle makes an object with arguments by name");
  return op_reduce(m, unused, err);
}

static enum ft_status op_instance(struct ft_pickle_machine *m, int on_stack, struct ft_error *err) {
  struct ft_span module, name;
  struct ft_pickle *global;
  struct ft_pickle_nodes nodes;
  if (!on_stack) {
    FT_TRY(ft_pickle_take_line(&module, m, err));
    FT_TRY(ft_pickle_take_line(&name, m, err));
    FT_TRY(ft_pickle_new_global(&global, m->reading, module, name, err));
  }
  FT_TRY(ft_pickle_pop_mark(&nodes, m, err));
  if (on_stack) {
    if (!nodes.count) return ft_pickle_fail(err, "an object without a class");
    global = nodes.node[0];
    nodes = (struct ft_pickle_nodes){ nodes.node + 1, nodes.count - 1, 0 };
  }
  struct ft_pickle *args;
  FT_TRY(ft_pickle_new(&args, m->reading, FT_PICKLE_TUPLE, err));
  FT_TRY(add_all(&args->of.list, m, &nodes, err));
  return push_reduced(m, global, args, err);
}

static enum ft_status op_build(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  struct ft_pickle *state, *object;
  (void)unused;
  FT_TRY(ft_pickle_pop(&state, m, err));
  FT_TRY(ft_pickle_top(&object, m, err));
  return ft_pickle_build(object, m->reading, state, err);
}

/* ---- the rest ---- */

static enum ft_status op_stop(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  (void)unused;
  (void)err;
  m->done = true;
  return FT_OK;
}

static enum ft_status op_protocol(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  uint64_t version;
  (void)unused;
  FT_TRY(ft_pickle_take_number(&version, m, 1, err));
  if (version <= 5) return FT_OK;
  return ft_fail(err, FT_UNSUPPORTED, "the pickle has protocol %d, and 0 to 5 are read",
                 (int)version);
}

/* Frames only say how far to read ahead. */
static enum ft_status op_frame(struct ft_pickle_machine *m, int unused, struct ft_error *err) {
  uint64_t size;
  (void)unused;
  FT_TRY(ft_pickle_take_number(&size, m, 8, err));
  if (size > m->reading->file.size - m->reading->at) return ft_pickle_fail(err, "it is cut short");
  return FT_OK;
}

static enum ft_status op_outside(struct ft_pickle_machine *m, int which, struct ft_error *err) {
  static const char *const what[] = { "an object that is kept outside of the file",
                                      "a code of a registry outside of the file",
                                      "a buffer that is kept outside of the file" };
  (void)m;
  return ft_fail(err, FT_UNSUPPORTED, "the pickle refers to %s", what[which]);
}

struct opcode {
  enum ft_status (*run)(struct ft_pickle_machine *m, int argument, struct ft_error *err);
  int argument;
};

static const struct opcode opcodes[256] = {
  ['('] = { op_mark, 0 },
  ['.'] = { op_stop, 0 },
  ['0'] = { op_pop, 0 },
  ['1'] = { op_pop_mark, 0 },
  ['2'] = { op_dup, 0 },
  ['F'] = { op_real_line, 0 },
  ['I'] = { op_integer_line, 0 },
  ['J'] = { op_integer, 4 },
  ['K'] = { op_integer, 1 },
  ['L'] = { op_integer_line, 1 },
  ['M'] = { op_integer, 2 },
  ['N'] = { op_none, 0 },
  ['P'] = { op_outside, 0 },
  ['Q'] = { op_outside, 0 },
  ['R'] = { op_reduce, 0 },
  ['S'] = { op_text_line, 0 },
  ['T'] = { op_old_text, 4 },
  ['U'] = { op_old_text, 1 },
  ['V'] = { op_text_line, 1 },
  ['X'] = { op_text, 4 },
  ['B'] = { op_bytes, 4 },
  ['C'] = { op_bytes, 1 },
  ['a'] = { op_append, 0 },
  ['b'] = { op_build, 0 },
  ['c'] = { op_global, 0 },
  ['d'] = { op_collect, FT_PICKLE_DICT },
  ['}'] = { op_empty, FT_PICKLE_DICT },
  ['e'] = { op_appends, 0 },
  ['g'] = { op_get, 0 },
  ['h'] = { op_get, 1 },
  ['i'] = { op_instance, 0 },
  ['j'] = { op_get, 4 },
  ['l'] = { op_collect, FT_PICKLE_LIST },
  [']'] = { op_empty, FT_PICKLE_LIST },
  ['o'] = { op_instance, 1 },
  ['p'] = { op_put, 0 },
  ['q'] = { op_put, 1 },
  ['r'] = { op_put, 4 },
  ['s'] = { op_set_item, 0 },
  ['t'] = { op_collect, FT_PICKLE_TUPLE },
  [')'] = { op_empty, FT_PICKLE_TUPLE },
  ['u'] = { op_set_items, 0 },
  ['G'] = { op_real, 0 },
  [0x80] = { op_protocol, 0 },
  [0x81] = { op_reduce, 0 },
  [0x82] = { op_outside, 1 },
  [0x83] = { op_outside, 1 },
  [0x84] = { op_outside, 1 },
  [0x85] = { op_tuple, 1 },
  [0x86] = { op_tuple, 2 },
  [0x87] = { op_tuple, 3 },
  [0x88] = { op_bool, 1 },
  [0x89] = { op_bool, 0 },
  [0x8a] = { op_long, 1 },
  [0x8b] = { op_long, 4 },
  [0x8c] = { op_text, 1 },
  [0x8d] = { op_text, 8 },
  [0x8e] = { op_bytes, 8 },
  [0x8f] = { op_empty, FT_PICKLE_SET },
  [0x90] = { op_appends, 0 },
  [0x91] = { op_collect, FT_PICKLE_SET },
  [0x92] = { op_new_with_names, 0 },
  [0x93] = { op_stack_global, 0 },
  [0x94] = { op_memoize, 0 },
  [0x95] = { op_frame, 0 },
  [0x96] = { op_bytes, 8 },
  [0x97] = { op_outside, 2 },
  [0x98] = { op_outside, 2 },
};

enum ft_status ft_pickle_run(struct ft_pickle **out, struct ft_pickle_reading *reading,
                             struct ft_error *err) {
  struct ft_pickle_machine machine = { .reading = reading };
  while (!machine.done) {
    uint64_t byte;
    FT_TRY(ft_pickle_spend(reading, 1, err));
    FT_TRY(ft_pickle_take_number(&byte, &machine, 1, err));
    if (!opcodes[byte].run) return ft_pickle_fail(err, "an opcode that is none");
    FT_TRY(opcodes[byte].run(&machine, opcodes[byte].argument, err));
  }
  return ft_pickle_pop(out, &machine, err);
}

/* A line of letters, digits, dots and underscores, as modules and classes are named. */
static bool skip_name(struct ft_span *bytes) {
  size_t size = 0;
  while (size < bytes->size && (isalnum((unsigned char)bytes->data[size]) ||
                                bytes->data[size] == '.' || bytes->data[size] == '_'))
    size++;
  if (!size || size == bytes->size || bytes->data[size] != '\n') return false;
  *bytes = (struct ft_span){ bytes->data + size + 1, bytes->size - size - 1 };
  return true;
}

/* Protocols 0 and 1 have no mark of their own: they begin with a name, or with a list, a tuple or a
 * dict that is put into the memo. */
bool ft_pickle_fits(struct ft_span bytes) {
  if (bytes.size < 3) return false;
  struct ft_span rest = { bytes.data + 1, bytes.size - 1 };
  switch (bytes.data[0]) {
  case '\x80': return bytes.data[1] >= 2;
  case 'c': return skip_name(&rest) && skip_name(&rest);
  case '(': return memchr("dl", bytes.data[1], 2) && bytes.data[2] == 'p';
  case ']':
  case '}': return bytes.data[1] == 'q' && bytes.data[2] == 0;
  default: return false;
  }
}

enum ft_status ft_pickle_read(const struct ft_pickle **out, struct ft_arena *arena,
                              struct ft_span bytes, struct ft_error *err) {
  struct ft_pickle_reading reading = { .arena = arena, .file = bytes };
  struct ft_pickle *node;
  FT_TRY(ft_pickle_run(&node, &reading, err));
  *out = node;
  return FT_OK;
}
