#include "core/import/pickle/pickle_reduce.h"

#include <string.h>

#include "core/import/pickle/pickle_names.h"
#include "core/import/pickle/pickle_numpy.h"

static enum ft_status make_object(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *global, const struct ft_pickle *args,
                                  struct ft_error *err) {
  FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_OBJECT, err));
  (*out)->of.object->type = global;
  (*out)->of.object->args = args;
  return FT_OK;
}

/* The bytes of a text whose letters are all below 256. */
static enum ft_status encode(struct ft_pickle **out, struct ft_pickle_reading *reading,
                             struct ft_span text, struct ft_error *err) {
  char *byte;
  size_t size = 0;
  FT_TRY(ft_pickle_room(&byte, reading, text.size, err));
  for (size_t i = 0; i < text.size; i++) {
    unsigned char first = (unsigned char)text.data[i];
    if (first >= 0x80) {
      if (first > 0xC3 || i + 1 == text.size) return ft_pickle_fail(err, "bytes beyond 255");
      first = (unsigned char)(first << 6 | ((unsigned char)text.data[++i] & 0x3F));
    }
    byte[size++] = (char)first;
  }
  return ft_pickle_new_text(out, reading, FT_PICKLE_BYTES, (struct ft_span){ byte, size }, err);
}

static bool is_latin1(const struct ft_pickle *at) {
  struct ft_span name = ft_pickle_text(at);
  return ft_span_equal(name, FT_SPAN("latin1")) || ft_span_equal(name, FT_SPAN("latin-1"));
}

/* (text, "latin1") */
static enum ft_status make_encoded(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                   const struct ft_pickle *args, struct ft_error *err) {
  const struct ft_pickle *text = ft_pickle_item(args, 0);
  if (ft_pickle_count(args) != 2 || !text || text->kind != FT_PICKLE_TEXT ||
      !is_latin1(ft_pickle_item(args, 1)) || !ft_span_is_utf8(text->of.text))
    return ft_pickle_fail(err, "bytes in an encoding that is not latin1");
  return encode(out, reading, text->of.text, err);
}

/* (), (bytes) or (text, "latin1") */
static enum ft_status make_bytes(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                 const struct ft_pickle *args, struct ft_error *err) {
  const struct ft_pickle *of = ft_pickle_item(args, 0);
  if (!of) return ft_pickle_new_text(out, reading, FT_PICKLE_BYTES, (struct ft_span){ "", 0 }, err);
  if (ft_pickle_count(args) == 2) return make_encoded(out, reading, args, err);
  if (of->kind != FT_PICKLE_BYTES && of->kind != FT_PICKLE_TEXT)
    return ft_pickle_fail(err, "bytes made of something else");
  return ft_pickle_new_text(out, reading, FT_PICKLE_BYTES, of->of.text, err);
}

static enum ft_status make_list(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                enum ft_pickle_kind kind, const struct ft_pickle *args,
                                struct ft_error *err) {
  const struct ft_pickle *items = ft_pickle_item(args, 0);
  FT_TRY(ft_pickle_new(out, reading, kind, err));
  if (items && items->kind != FT_PICKLE_LIST && items->kind != FT_PICKLE_TUPLE)
    return ft_pickle_fail(err, "a list made of something else");
  if (!items) return FT_OK;
  /* What is added later finds no room, and is added to a copy. */
  (*out)->of.list = (struct ft_pickle_list){ items->of.list.item, items->of.list.count, 0 };
  return ft_pickle_spend(reading, 2 * (size_t)items->of.list.count, err);
}

/* (factory), (), or ([[key, value], …]), as Python 2 has it */
static enum ft_status make_dict(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                const struct ft_pickle *args, struct ft_error *err) {
  const struct ft_pickle *pairs = ft_pickle_item(args, 0);
  FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_DICT, err));
  for (uint32_t i = 0; i < ft_pickle_count(pairs); i++) {
    const struct ft_pickle *pair = ft_pickle_item(pairs, i);
    if (ft_pickle_count(pair) != 2) return ft_pickle_fail(err, "a dict that is no list of pairs");
    FT_TRY(ft_pickle_spend(reading, 1, err));
    FT_TRY(ft_pickle_dict_set(&(*out)->of.dict, reading, ft_pickle_item(pair, 0),
                              ft_pickle_item(pair, 1), err));
  }
  return FT_OK;
}

/* (class, base, the base's state): how protocols 0 and 1 write objects */
static enum ft_status make_reconstructed(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                         const struct ft_pickle *args, struct ft_error *err) {
  const struct ft_pickle *type = ft_pickle_item(args, 0), *base = ft_pickle_item(args, 2);
  if (ft_pickle_count(args) != 3 || !type || type->kind != FT_PICKLE_GLOBAL)
    return ft_pickle_fail(err, "an object without a class");
  FT_TRY(make_object(out, reading, type, args, err));
  if (base && base->kind == FT_PICKLE_DICT) {
    (*out)->of.object->entries = base->of.dict;
    (*out)->of.object->entries.room = 0; /* what is set later is set in a copy */
    FT_TRY(ft_pickle_spend(reading, 2 * (size_t)base->of.dict.count, err));
  }
  return FT_OK;
}

enum ft_status ft_pickle_reduce(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                const struct ft_pickle *global, const struct ft_pickle *args,
                                struct ft_error *err) {
  if (global->kind != FT_PICKLE_GLOBAL) return ft_pickle_fail(err, "a call of what is no name");
  if (args->kind != FT_PICKLE_TUPLE) return ft_pickle_fail(err, "arguments that are no tuple");
  switch ((enum ft_pickle_makes)global->makes) {
  case FT_PICKLE_MAKES_BYTES: return make_bytes(out, reading, args, err);
  case FT_PICKLE_MAKES_ENCODED: return make_encoded(out, reading, args, err);
  case FT_PICKLE_MAKES_DICT: return make_dict(out, reading, args, err);
  case FT_PICKLE_MAKES_LIST: return make_list(out, reading, FT_PICKLE_LIST, args, err);
  case FT_PICKLE_MAKES_SET: return make_list(out, reading, FT_PICKLE_SET, args, err);
  case FT_PICKLE_MAKES_RECONSTRUCTED: return make_reconstructed(out, reading, args, err);
  case FT_PICKLE_MAKES_FROM_BUFFER: return ft_pickle_buffer_array(out, reading, args, err);
  case FT_PICKLE_MAKES_DTYPE: return ft_pickle_new_dtype(out, reading, args, err);
  case FT_PICKLE_MAKES_SCALAR: return ft_pickle_new_scalar(out, reading, args, err);
  case FT_PICKLE_MAKES_ARRAY:
  case FT_PICKLE_MAKES_WRAPPED_ARRAY:
  case FT_PICKLE_MAKES_OBJECT: break;
  }
  return make_object(out, reading, global, args, err);
}

/* joblib's array: of objects, a pickle of its own follows; else padding and the bytes. */
static enum ft_status build_wrapped(struct ft_pickle *object, struct ft_pickle_reading *reading,
                                    const struct ft_pickle *state, struct ft_error *err) {
  const struct ft_pickle *dtype = ft_pickle_get(state, "dtype");
  struct ft_pickle *array;
  if (!dtype || dtype->kind != FT_PICKLE_DTYPE) return ft_pickle_fail(err, "an array's dtype");
  if (dtype->of.dtype->kind != 'O') return ft_pickle_inline_array(object, reading, state, err);
  if (reading->depth == FT_PICKLE_MAX_NESTED)
    return ft_fail(err, FT_LIMIT, "the pickle has pickles within one another, more than %d",
                   FT_PICKLE_MAX_NESTED);
  reading->depth++;
  FT_TRY(ft_pickle_run(&array, reading, err));
  reading->depth--;
  if (array->kind != FT_PICKLE_ARRAY) return ft_pickle_fail(err, "an array of objects");
  *object = *array;
  return FT_OK;
}

enum ft_status ft_pickle_build(struct ft_pickle *object, struct ft_pickle_reading *reading,
                               const struct ft_pickle *state, struct ft_error *err) {
  if (object->kind == FT_PICKLE_DTYPE) return ft_pickle_build_dtype(object, reading, state, err);
  if (object->kind == FT_PICKLE_DICT) return FT_OK; /* attributes of an OrderedDict */
  if (object->kind != FT_PICKLE_OBJECT || object->of.object->state)
    return ft_pickle_fail(err, "a state of what is no object");
  switch ((enum ft_pickle_makes)object->of.object->type->makes) {
  case FT_PICKLE_MAKES_ARRAY: return ft_pickle_build_array(object, reading, state, err);
  case FT_PICKLE_MAKES_WRAPPED_ARRAY: return build_wrapped(object, reading, state, err);
  default: object->of.object->state = state; return FT_OK;
  }
}
