#include "core/import/sklearn/npy.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC          "\x93NUMPY"
#define MAX_DIMENSIONS 32
#define MAX_FIELDS     64
#define MAX_ITEM_BYTES (1U << 20)

/* The header, a Python dict of three entries, while it is read. */
struct header {
  struct ft_span left;
  struct ft_arena *arena;
  struct ft_pickle_dtype *dtype;
  struct ft_pickle_array *array;
  size_t *shape;
};

static enum ft_status fail_npy(struct ft_error *err, const char *what) {
  ft_fail(err, FT_CORRUPT, "an array of the skops file cannot be read: %s", what);
  return FT_CORRUPT;
}

static void skip_blanks(struct ft_span *left) {
  while (left->size && (*left->data == ' ' || *left->data == '\n')) {
    left->data++;
    left->size--;
  }
}

/* The sign, if it comes next but for blanks. */
static bool take(struct header *header, char sign) {
  struct ft_span *left = &header->left;
  skip_blanks(left);
  if (!left->size || *left->data != sign) return false;
  left->data++;
  left->size--;
  return true;
}

/* 'text' */
static bool take_text(struct ft_span *out, struct header *header) {
  if (!take(header, '\'')) return false;
  struct ft_span *left = &header->left;
  const char *end = left->size ? memchr(left->data, '\'', left->size) : NULL;
  if (!end) return false;
  *out = (struct ft_span){ left->data, (size_t)(end - left->data) };
  left->size -= out->size + 1;
  left->data = end + 1;
  return true;
}

static bool take_count(size_t *out, struct header *header) {
  struct ft_span *left = &header->left;
  size_t digits = 0;
  *out = 0;
  skip_blanks(left);
  for (; left->size && *left->data >= '0' && *left->data <= '9'; left->data++, left->size--) {
    if (++digits > 15) return false;
    *out = *out * 10 + (size_t)(*left->data - '0');
  }
  return digits > 0;
}

static bool take_word(struct header *header, const char *word) {
  size_t size = strlen(word);
  skip_blanks(&header->left);
  if (header->left.size < size || memcmp(header->left.data, word, size) != 0) return false;
  header->left.data += size;
  header->left.size -= size;
  return true;
}

/* "<f8", "|b1", "<U7", "|V4" */
static enum ft_status read_type(struct ft_pickle_dtype *out, struct ft_span code,
                                struct ft_error *err) {
  size_t size = 0;
  if (code.size < 2 || !memchr("<>|=", code.data[0], 4)) return fail_npy(err, "its type");
  if (code.data[1] == 'O')
    return ft_fail(err, FT_UNSUPPORTED, "an array of the skops file has Python objects");
  if (!memchr("biufSUV", code.data[1], 7)) return fail_npy(err, "its type");
  for (size_t i = 2; i < code.size; i++) {
    if (code.data[i] < '0' || code.data[i] > '9' || size > MAX_ITEM_BYTES)
      return fail_npy(err, "its type");
    size = size * 10 + (size_t)(code.data[i] - '0');
  }
  if (code.data[1] == 'U') size *= 4;
  bool number = memchr("biuf", code.data[1], 4) != NULL;
  if (size > MAX_ITEM_BYTES ||
      (number && (size < (code.data[1] == 'f' ? 2 : 1) || size > 8 || (size & (size - 1)))))
    return fail_npy(err, "its type");
  *out = (struct ft_pickle_dtype){ .kind = code.data[1],
                                   .big_endian = code.data[0] == '>',
                                   .size = (uint32_t)size };
  return FT_OK;
}

/* [('left_child', '<i8'), ('', '|V7'), …] */
static enum ft_status read_fields(struct header *header, struct ft_error *err) {
  struct ft_pickle_field *field = FT_ARENA_NEW(header->arena, struct ft_pickle_field, MAX_FIELDS);
  struct ft_pickle_dtype *type = FT_ARENA_NEW(header->arena, struct ft_pickle_dtype, MAX_FIELDS);
  uint32_t fields = 0, size = 0;
  if (!field || !type) return ft_arena_fail(err, "the skops file");
  while (!take(header, ']')) {
    struct ft_span name, code;
    if (fields == MAX_FIELDS || !take(header, '(') || !take_text(&name, header) ||
        !take(header, ',') || !take_text(&code, header) || !take(header, ')'))
      return fail_npy(err, "its fields");
    FT_TRY(read_type(&type[fields], code, err));
    field[fields] = (struct ft_pickle_field){ name, &type[fields], size };
    size += type[fields++].size;
    (void)take(header, ',');
  }
  *header->dtype = (struct ft_pickle_dtype){ 'V', false, size, fields, field };
  return FT_OK;
}

static enum ft_status read_shape(struct header *header, struct ft_error *err) {
  if (!take(header, '(')) return fail_npy(err, "its shape");
  while (!take(header, ')')) {
    size_t *shape = &header->shape[header->array->dimensions];
    if (header->array->dimensions == MAX_DIMENSIONS || !take_count(shape, header))
      return fail_npy(err, "its shape");
    header->array->dimensions++;
    (void)take(header, ',');
  }
  return FT_OK;
}

static enum ft_status read_entry(struct header *header, struct ft_span key, struct ft_error *err) {
  struct ft_span code;
  if (ft_span_equal(key, FT_SPAN("shape"))) return read_shape(header, err);
  if (ft_span_equal(key, FT_SPAN("fortran_order"))) {
    header->array->fortran = take_word(header, "True");
    return header->array->fortran || take_word(header, "False") ? FT_OK
                                                                : fail_npy(err, "its order");
  }
  if (!ft_span_equal(key, FT_SPAN("descr"))) return fail_npy(err, "its header");
  if (take(header, '[')) return read_fields(header, err);
  if (!take_text(&code, header)) return fail_npy(err, "its type");
  return read_type(header->dtype, code, err);
}

static enum ft_status read_header(struct header *header, struct ft_error *err) {
  struct ft_span key;
  if (!take(header, '{')) return fail_npy(err, "its header");
  while (!take(header, '}')) {
    if (!take_text(&key, header) || !take(header, ':')) return fail_npy(err, "its header");
    FT_TRY(read_entry(header, key, err));
    (void)take(header, ',');
  }
  return FT_OK;
}

/* The header's bytes, and those of the items behind it. */
static enum ft_status split(struct ft_span *header, struct ft_span *items, struct ft_span bytes,
                            struct ft_error *err) {
  const uint8_t *data = (const uint8_t *)bytes.data;
  if (bytes.size < 12 || memcmp(data, MAGIC, 6) != 0) return fail_npy(err, "it is none of numpy's");
  size_t from = data[6] == 1 ? 10 : 12, size = data[8] | (size_t)data[9] << 8;
  if (from == 12) size |= (size_t)data[10] << 16 | (size_t)data[11] << 24;
  if (size > bytes.size - from) return fail_npy(err, "it is cut short");
  *header = (struct ft_span){ bytes.data + from, size };
  *items = (struct ft_span){ bytes.data + from + size, bytes.size - from - size };
  return FT_OK;
}

static enum ft_status count_items(struct ft_pickle_array *array, struct ft_span items,
                                  struct ft_error *err) {
  size_t size = array->dtype->size ? array->dtype->size : 1;
  array->count = 1;
  for (uint32_t i = 0; i < array->dimensions; i++) {
    if (array->shape[i] && array->count > items.size / size / array->shape[i])
      return fail_npy(err, "it is cut short");
    array->count *= array->shape[i];
  }
  return array->count > items.size / size ? fail_npy(err, "it is cut short") : FT_OK;
}

enum ft_status ft_npy_read(struct ft_pickle **out, struct ft_arena *arena, struct ft_span bytes,
                           struct ft_error *err) {
  struct ft_span items = { 0 };
  struct header header = { .arena = arena };
  header.array = FT_ARENA_NEW(arena, struct ft_pickle_array, 1);
  header.dtype = FT_ARENA_NEW(arena, struct ft_pickle_dtype, 1);
  header.shape = FT_ARENA_NEW(arena, size_t, MAX_DIMENSIONS);
  struct ft_pickle *node = FT_ARENA_NEW(arena, struct ft_pickle, 1);
  if (!header.array || !header.dtype || !header.shape || !node)
    return ft_arena_fail(err, "the skops file");
  FT_TRY(split(&header.left, &items, bytes, err));
  FT_TRY(read_header(&header, err));
  if (!header.dtype->kind) return fail_npy(err, "its type");
  header.array->dtype = header.dtype;
  header.array->shape = header.shape;
  header.array->data = items.data;
  header.array->stride = header.dtype->size;
  FT_TRY(count_items(header.array, items, err));
  node->kind = FT_PICKLE_ARRAY;
  node->of.array = header.array;
  *out = node;
  return FT_OK;
}
