#include "core/import/mxnet/mxnet_arrays.h"

#include <string.h>

#include "foretell/buffer.h"

#define LIST_MAGIC  0x112
#define ARRAY_MAGIC 0xF993FAC9
#define LIST_BYTES  16
#define ARRAY_BYTES 12 /* the fewest of an array */
#define NAME_BYTES  8
#define PARAMETER   "arg:"

static const char list_head[LIST_BYTES] = { LIST_MAGIC & 0xff, LIST_MAGIC >> 8 };

bool ft_mxnet_arrays_begin(struct ft_span bytes) {
  return bytes.size > LIST_BYTES && memcmp(bytes.data, list_head, LIST_BYTES) == 0;
}

static enum ft_status fail_damaged(struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the MXNet parameters cannot be read: they are damaged");
}

static enum ft_status fail_array(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_UNSUPPORTED, "the MXNet parameters have %s, which is not supported", what);
}

/* A u64 count of items of so many bytes. */
static bool read_count(uint32_t *out, struct ft_reader *reader, size_t item_bytes) {
  const uint64_t count = ft_reader_u64(reader);
  if (reader->failed || count > reader->left / item_bytes || count > UINT32_MAX) return false;
  *out = (uint32_t)count;
  return true;
}

static enum ft_status read_shape(struct ft_mxnet_array *array, struct ft_reader *reader,
                                 struct ft_error *err) {
  array->dimensions = ft_reader_u32(reader);
  if (reader->failed) return fail_damaged(err);
  if (array->dimensions < 1 || array->dimensions > FT_MXNET_MAX_DIMENSIONS)
    return fail_array(err, "an array of no dimension, or of more than two");
  for (uint32_t i = 0; i < FT_MXNET_MAX_DIMENSIONS; i++) {
    const uint64_t size = i < array->dimensions ? ft_reader_u64(reader) : 1;
    if (reader->failed || size == 0 || size > reader->left) return fail_damaged(err);
    array->size[i] = (uint32_t)size;
  }
  return FT_OK;
}

static enum ft_status read_values(struct ft_mxnet_array *array, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) {
  const uint64_t values = (uint64_t)array->size[0] * array->size[1];
  if (values > reader->left / sizeof(float)) return fail_damaged(err);
  float *value = FT_ARENA_NEW(arena, float, values);
  if (!value) return ft_arena_fail(err, "the parameters");
  for (uint64_t i = 0; i < values; i++)
    value[i] = ft_reader_f32(reader);
  array->value = value;
  return FT_OK;
}

static enum ft_status read_array(struct ft_mxnet_array *array, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  const uint32_t magic = ft_reader_u32(reader), storage = ft_reader_u32(reader);
  if (reader->failed) return fail_damaged(err);
  if (magic != ARRAY_MAGIC) return fail_array(err, "an array of another version of MXNet");
  if (storage != 0) return fail_array(err, "a sparse array");
  FT_TRY(read_shape(array, reader, err));
  (void)ft_reader_u64(reader); /* the device, where it was */
  if (ft_reader_u32(reader) != 0 && !reader->failed)
    return fail_array(err, "an array that is not of float32");
  if (reader->failed) return fail_damaged(err);
  return read_values(array, arena, reader, err);
}

static enum ft_status read_names(struct ft_mxnet_array *array, uint32_t arrays,
                                 struct ft_reader *reader, struct ft_error *err) {
  uint32_t names;
  if (!read_count(&names, reader, NAME_BYTES)) return fail_damaged(err);
  if (names != 0 && names != arrays) return fail_damaged(err);
  for (uint32_t i = 0; i < names; i++) {
    uint32_t size;
    if (!read_count(&size, reader, 1)) return fail_damaged(err);
    array[i].name = ft_reader_bytes(reader, size);
  }
  return reader->failed || reader->left ? fail_damaged(err) : FT_OK;
}

enum ft_status ft_mxnet_arrays_read(struct ft_mxnet_arrays *out, struct ft_arena *arena,
                                    struct ft_span bytes, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(bytes);
  uint32_t arrays;
  if (!ft_mxnet_arrays_begin(bytes)) return fail_damaged(err);
  (void)ft_reader_bytes(&reader, LIST_BYTES);
  if (!read_count(&arrays, &reader, ARRAY_BYTES)) return fail_damaged(err);
  struct ft_mxnet_array *array = FT_ARENA_NEW(arena, struct ft_mxnet_array, arrays);
  if (!array) return ft_arena_fail(err, "the parameters");
  for (uint32_t i = 0; i < arrays; i++)
    FT_TRY(read_array(&array[i], arena, &reader, err));
  FT_TRY(read_names(array, arrays, &reader, err));
  *out = (struct ft_mxnet_arrays){ arrays, array };
  return FT_OK;
}

const struct ft_mxnet_array *ft_mxnet_arrays_find(const struct ft_mxnet_arrays *arrays,
                                                  struct ft_span parameter) {
  const size_t front = strlen(PARAMETER);
  for (uint32_t i = 0; i < arrays->arrays; i++) {
    struct ft_span name = arrays->array[i].name;
    if (name.size <= front || memcmp(name.data, PARAMETER, front) != 0) continue;
    name = (struct ft_span){ name.data + front, name.size - front };
    if (ft_span_equal(name, parameter)) return &arrays->array[i];
  }
  return NULL;
}
