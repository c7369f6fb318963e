#include "core/import/pickle/pickle_numpy.h"

#include <string.h>

#define MAX_DIMENSIONS 32
#define MAX_FIELDS     1000

/* ---- types ---- */

/* "f8", "<i4", "U3": the order, the kind, and the bytes (of U: letters). */
static bool parse_code(struct ft_pickle_dtype *out, struct ft_span code) {
  uint64_t size = 0;
  if (code.size && strchr("<>|=", code.data[0])) {
    out->big_endian = code.data[0] == '>';
    code = (struct ft_span){ code.data + 1, code.size - 1 };
  }
  if (!code.size || !memchr("biufcSUOVMm", code.data[0], 11)) return false;
  out->kind = code.data[0];
  for (size_t i = 1; i < code.size; i++) {
    if (code.data[i] < '0' || code.data[i] > '9' || size > UINT32_MAX / 16) return false;
    size = size * 10 + (uint64_t)(code.data[i] - '0');
  }
  out->size = (uint32_t)(out->kind == 'U' ? size * 4 : size);
  return true;
}

enum ft_status ft_pickle_new_dtype(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                   const struct ft_pickle *args, struct ft_error *err) {
  struct ft_pickle_dtype *dtype = FT_ARENA_NEW(reading->arena, struct ft_pickle_dtype, 1);
  if (!dtype) return ft_arena_fail(err, "the pickle");
  if (!parse_code(dtype, ft_pickle_text(ft_pickle_item(args, 0))))
    return ft_pickle_fail(err, "an array's dtype");
  FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_DTYPE, err));
  (*out)->of.dtype = dtype;
  return FT_OK;
}

static const struct ft_pickle *find_field(const struct ft_pickle *fields, struct ft_span name) {
  const struct ft_pickle_dict *dict = ft_pickle_entries(fields);
  for (uint32_t i = 0; dict && i < dict->count; i++)
    if (ft_span_equal(ft_pickle_text(dict->entry[i].key), name)) return dict->entry[i].value;
  return NULL;
}

/* The fields are (dtype, offset), under their names. */
static enum ft_status read_fields(struct ft_pickle_dtype *dtype, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *names, const struct ft_pickle *fields,
                                  struct ft_error *err) {
  uint32_t count = ft_pickle_count(names);
  if (count > MAX_FIELDS) return ft_pickle_fail(err, "too many fields of a dtype");
  struct ft_pickle_field *field = FT_ARENA_NEW(reading->arena, struct ft_pickle_field, count);
  if (!field) return ft_arena_fail(err, "the pickle");
  for (uint32_t i = 0; i < count; i++) {
    struct ft_span name = ft_pickle_text(ft_pickle_item(names, i));
    const struct ft_pickle *pair = find_field(fields, name), *type = ft_pickle_item(pair, 0);
    int64_t offset;
    if (!type || type->kind != FT_PICKLE_DTYPE ||
        !ft_pickle_integer(&offset, ft_pickle_item(pair, 1)))
      return ft_pickle_fail(err, "a field of a dtype");
    if (type->of.dtype->size > dtype->size || offset < 0 ||
        offset > dtype->size - type->of.dtype->size)
      return ft_pickle_fail(err, "a field beyond its dtype");
    field[i] = (struct ft_pickle_field){ name, type->of.dtype, (uint32_t)offset };
  }
  dtype->fields = count;
  dtype->field = field;
  return FT_OK;
}

/* Arrays keep the type that they were checked with: the state makes a new one. */
enum ft_status ft_pickle_build_dtype(struct ft_pickle *dtype, struct ft_pickle_reading *reading,
                                     const struct ft_pickle *state, struct ft_error *err) {
  struct ft_pickle_dtype *built = FT_ARENA_NEW(reading->arena, struct ft_pickle_dtype, 1);
  struct ft_span order = ft_pickle_text(ft_pickle_item(state, 1));
  int64_t size;
  if (!built) return ft_arena_fail(err, "the pickle");
  if (ft_pickle_count(state) < 7 || order.size != 1 ||
      !ft_pickle_integer(&size, ft_pickle_item(state, 5)))
    return ft_pickle_fail(err, "an array's dtype");
  *built = *dtype->of.dtype;
  built->big_endian = order.data[0] == '>';
  if (size >= 0 && size <= INT32_MAX) built->size = (uint32_t)size;
  if (!ft_pickle_is_none(ft_pickle_item(state, 2)))
    return ft_fail(err, FT_UNSUPPORTED, "the pickle has an array whose items are arrays");
  if (!ft_pickle_is_none(ft_pickle_item(state, 3)))
    FT_TRY(read_fields(built, reading, ft_pickle_item(state, 3), ft_pickle_item(state, 4), err));
  dtype->of.dtype = built;
  return FT_OK;
}

/* ---- arrays ---- */

/* Dimensions, and the number of items, which is bounded by the file. */
static enum ft_status read_shape(struct ft_pickle_array *array, struct ft_pickle_reading *reading,
                                 const struct ft_pickle *shape, struct ft_error *err) {
  array->dimensions = ft_pickle_count(shape);
  if (!shape || shape->kind != FT_PICKLE_TUPLE || array->dimensions > MAX_DIMENSIONS)
    return ft_pickle_fail(err, "an array's shape");
  size_t *sizes = FT_ARENA_NEW(reading->arena, size_t, array->dimensions);
  if (!sizes) return ft_arena_fail(err, "the pickle");
  array->shape = sizes;
  array->count = 1;
  for (uint32_t i = 0; i < array->dimensions; i++) {
    int64_t size;
    if (!ft_pickle_integer(&size, ft_pickle_item(shape, i)) || size < 0)
      return ft_pickle_fail(err, "an array's shape");
    sizes[i] = (size_t)size;
    if (__builtin_mul_overflow(array->count, sizes[i], &array->count) ||
        array->count > reading->file.size)
      return ft_pickle_fail(err, "an array with more items than the file has bytes");
  }
  return FT_OK;
}

static enum ft_status new_array(struct ft_pickle_array **out, struct ft_pickle_reading *reading,
                                const struct ft_pickle *shape, const struct ft_pickle *dtype,
                                struct ft_error *err) {
  struct ft_pickle_array *array = FT_ARENA_NEW(reading->arena, struct ft_pickle_array, 1);
  if (!array) return ft_arena_fail(err, "the pickle");
  if (!dtype || dtype->kind != FT_PICKLE_DTYPE) return ft_pickle_fail(err, "an array's dtype");
  array->dtype = dtype->of.dtype;
  array->stride = dtype->of.dtype->size;
  FT_TRY(read_shape(array, reading, shape, err));
  *out = array;
  return FT_OK;
}

/* The bytes are all the items, and nothing else. Both factors are bounded by 2^32. */
static enum ft_status set_bytes(struct ft_pickle_array *array, struct ft_span bytes,
                                struct ft_error *err) {
  if (array->dtype->kind == 'O' || bytes.size != array->count * array->stride)
    return ft_pickle_fail(err, "an array whose bytes are not its items");
  array->data = bytes.data;
  return FT_OK;
}

static enum ft_status set_items(struct ft_pickle_array *array, const struct ft_pickle *items,
                                struct ft_error *err) {
  if (items->kind != FT_PICKLE_LIST || items->of.list.count != array->count)
    return ft_pickle_fail(err, "an array whose list is not its items");
  array->item = items->of.list.item;
  return FT_OK;
}

static void become_array(struct ft_pickle *node, const struct ft_pickle_array *array) {
  node->kind = FT_PICKLE_ARRAY;
  node->of.array = array;
}

/* Version 0 of the state has no version in front. */
enum ft_status ft_pickle_build_array(struct ft_pickle *object, struct ft_pickle_reading *reading,
                                     const struct ft_pickle *state, struct ft_error *err) {
  uint32_t first = ft_pickle_count(state) == 5;
  const struct ft_pickle *content = ft_pickle_item(state, first + 3);
  struct ft_pickle_array *array;
  int64_t fortran;
  if (!content || !ft_pickle_integer(&fortran, ft_pickle_item(state, first + 2)))
    return ft_pickle_fail(err, "an array's state");
  FT_TRY(new_array(&array, reading, ft_pickle_item(state, first), ft_pickle_item(state, first + 1),
                   err));
  array->fortran = fortran != 0;
  if (array->dtype->kind == 'O')
    FT_TRY(set_items(array, content, err));
  else
    FT_TRY(set_bytes(array, ft_pickle_bytes(content), err));
  become_array(object, array);
  return FT_OK;
}

enum ft_status ft_pickle_inline_array(struct ft_pickle *object, struct ft_pickle_reading *reading,
                                      const struct ft_pickle *state, struct ft_error *err) {
  struct ft_pickle_array *array;
  struct ft_span padding, bytes;
  FT_TRY(new_array(&array, reading, ft_pickle_get(state, "shape"), ft_pickle_get(state, "dtype"),
                   err));
  array->fortran = ft_span_equal(ft_pickle_text(ft_pickle_get(state, "order")), FT_SPAN("F"));
  if (!ft_pickle_is_none(ft_pickle_get(state, "numpy_array_alignment_bytes"))) {
    FT_TRY(ft_pickle_take(&padding, reading, 1, err));
    FT_TRY(ft_pickle_take(&padding, reading, (unsigned char)padding.data[0], err));
  }
  FT_TRY(ft_pickle_take(&bytes, reading, array->count * array->stride, err));
  FT_TRY(set_bytes(array, bytes, err));
  become_array(object, array);
  return FT_OK;
}

enum ft_status ft_pickle_buffer_array(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                      const struct ft_pickle *args, struct ft_error *err) {
  struct ft_pickle_array *array;
  struct ft_span order = ft_pickle_text(ft_pickle_item(args, 3));
  bool known = ft_span_equal(order, FT_SPAN("C")) || ft_span_equal(order, FT_SPAN("F"));
  if (ft_pickle_count(args) != 4 || !known)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the pickle has an array in an order that is not supported");
  FT_TRY(new_array(&array, reading, ft_pickle_item(args, 2), ft_pickle_item(args, 1), err));
  array->fortran = order.data[0] == 'F';
  FT_TRY(set_bytes(array, ft_pickle_bytes(ft_pickle_item(args, 0)), err));
  FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_ARRAY, err));
  (*out)->of.array = array;
  return FT_OK;
}

/* ---- scalars ---- */

static enum ft_status make_number(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                  const struct ft_pickle_array *array, struct ft_error *err) {
  int64_t integer;
  if (array->dtype->kind == 'f') {
    FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_REAL, err));
    (*out)->of.real = ft_pickle_array_number(array, 0);
    return FT_OK;
  }
  bool has = ft_pickle_array_integer(&integer, array, 0);
  FT_TRY(ft_pickle_new(out, reading,
                       !has                        ? FT_PICKLE_LONG
                       : array->dtype->kind == 'b' ? FT_PICKLE_BOOL
                                                   : FT_PICKLE_INTEGER,
                       err));
  if (has) (*out)->of.integer = integer;
  return FT_OK;
}

enum ft_status ft_pickle_new_scalar(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                    const struct ft_pickle *args, struct ft_error *err) {
  const struct ft_pickle *dtype = ft_pickle_item(args, 0), *content = ft_pickle_item(args, 1);
  if (!dtype || !content || dtype->kind != FT_PICKLE_DTYPE)
    return ft_pickle_fail(err, "a number of numpy's");
  struct ft_pickle_array array = { .dtype = dtype->of.dtype,
                                   .count = 1,
                                   .stride = dtype->of.dtype->size };
  FT_TRY(set_bytes(&array, ft_pickle_bytes(content), err));
  if (strchr("biuf", array.dtype->kind)) return make_number(out, reading, &array, err);
  if (!strchr("SU", array.dtype->kind))
    return ft_fail(err, FT_UNSUPPORTED, "the pickle has a value of numpy's type \"%c\"",
                   array.dtype->kind);
  FT_TRY(ft_pickle_new(out, reading, FT_PICKLE_TEXT, err));
  return ft_pickle_array_text(&(*out)->of.text, reading->arena, &array, 0, err);
}
