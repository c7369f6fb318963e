#include <math.h>
#include <string.h>

#include "core/import/document/character.h"
#include "core/import/pickle/pickle.h"

const struct ft_pickle_array *ft_pickle_array(const struct ft_pickle *at) {
  return at && at->kind == FT_PICKLE_ARRAY ? at->of.array : NULL;
}

bool ft_pickle_array_field(struct ft_pickle_array *out, const struct ft_pickle_array *array,
                           const char *name) {
  for (uint32_t i = 0; array && i < array->dtype->fields; i++) {
    const struct ft_pickle_field *field = &array->dtype->field[i];
    if (!ft_span_equal(field->name, ft_span_of(name))) continue;
    *out = *array;
    out->dtype = field->dtype;
    if (out->data) out->data += field->offset;
    return true;
  }
  return false;
}

/* Where item `index` of the shape is among the items in memory. */
static size_t place_of(const struct ft_pickle_array *array, size_t index) {
  size_t place = 0, step = array->count;
  if (!array->fortran || array->dimensions < 2) return index;
  for (uint32_t d = array->dimensions; d-- > 0;) {
    step /= array->shape[d]; /* none is 0, since there is an item */
    place += index % array->shape[d] * step;
    index /= array->shape[d];
  }
  return place;
}

/* The item's bytes as an integer; false: it has none, or not these. */
static bool load(uint64_t *out, const struct ft_pickle_array *array, size_t index) {
  uint64_t value = 0;
  uint32_t size = array ? array->dtype->size : 0;
  if (size == 0 || size > 8 || index >= array->count || !array->data) return false;
  const unsigned char *byte =
      (const unsigned char *)array->data + place_of(array, index) * array->stride;
  for (uint32_t i = 0; i < size; i++)
    value = value << 8 | byte[array->dtype->big_endian ? i : size - 1 - i];
  *out = value;
  return true;
}

static double half_of(uint64_t bits) {
  int exponent = (int)(bits >> 10 & 31);
  double fraction = (double)(bits & 1023) / 1024, value;
  if (exponent == 31)
    value = fraction > 0 ? NAN : INFINITY;
  else
    value = exponent ? ldexp(1 + fraction, exponent - 15) : ldexp(fraction, -14);
  return bits >> 15 ? -value : value;
}

static double real_of(uint64_t bits, uint32_t size) {
  uint32_t narrow = (uint32_t)bits;
  double wide;
  float single;
  switch (size) {
  case 2: return half_of(bits);
  case 4: memcpy(&single, &narrow, sizeof single); return single;
  case 8: memcpy(&wide, &bits, sizeof wide); return wide;
  default: return NAN;
  }
}

const struct ft_pickle *ft_pickle_array_item(const struct ft_pickle_array *array, size_t index) {
  if (!array || !array->item || index >= array->count) return NULL;
  return array->item[place_of(array, index)];
}

bool ft_pickle_array_integer(int64_t *out, const struct ft_pickle_array *array, size_t index) {
  uint64_t bits;
  if (array && array->item) return ft_pickle_integer(out, ft_pickle_array_item(array, index));
  if (!load(&bits, array, index) || !strchr("biu", array->dtype->kind)) return false;
  uint32_t unused = 64 - 8 * array->dtype->size;
  if (array->dtype->kind == 'i') {
    *out = (int64_t)(bits << unused) >> unused;
    return true;
  }
  if (bits > INT64_MAX) return false;
  *out = (int64_t)bits;
  return true;
}

double ft_pickle_array_number(const struct ft_pickle_array *array, size_t index) {
  uint64_t bits;
  int64_t integer;
  if (array && array->item) return ft_pickle_real(ft_pickle_array_item(array, index));
  if (!load(&bits, array, index)) return NAN;
  if (array->dtype->kind == 'f') return real_of(bits, array->dtype->size);
  if (ft_pickle_array_integer(&integer, array, index)) return (double)integer;
  return array->dtype->kind == 'u' ? (double)bits : NAN;
}

/* One code point after another, four bytes each; zeros fill the end. */
static enum ft_status decode(struct ft_span *out, struct ft_arena *arena,
                             const struct ft_pickle_array *array, size_t place,
                             struct ft_error *err) {
  uint32_t letters = array->dtype->size / 4;
  struct ft_pickle_dtype letter_type = { 'u', array->dtype->big_endian, 4, 0, NULL };
  struct ft_pickle_array letter = { .dtype = &letter_type,
                                    .count = letters,
                                    .data = array->data + place * array->stride,
                                    .stride = 4 };
  uint64_t code;
  while (letters && load(&code, &letter, letters - 1) && code == 0)
    letters--;
  char *text = FT_ARENA_NEW(arena, char, (size_t)letters * 4 + 1);
  if (!text) return ft_arena_fail(err, "the pickle");
  size_t size = 0;
  for (uint32_t i = 0; i < letters; i++) {
    if (!load(&code, &letter, i) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return ft_fail(err, FT_CORRUPT, "the pickle cannot be read: a text that is not Unicode");
    size += ft_character_put(text + size, (uint32_t)code);
  }
  *out = (struct ft_span){ text, size };
  return FT_OK;
}

enum ft_status ft_pickle_array_text(struct ft_span *out, struct ft_arena *arena,
                                    const struct ft_pickle_array *array, size_t index,
                                    struct ft_error *err) {
  const struct ft_pickle *item = ft_pickle_array_item(array, index);
  bool bytes = array && array->data && index < array->count;
  if (bytes && array->dtype->kind == 'U')
    return decode(out, arena, array, place_of(array, index), err);
  struct ft_span text = ft_pickle_text(item);
  if (bytes && array->dtype->kind == 'S') {
    text = (struct ft_span){ array->data + place_of(array, index) * array->stride,
                             array->dtype->size };
    while (text.size && text.data[text.size - 1] == 0)
      text.size--;
  } else if (!item || item->kind != FT_PICKLE_TEXT) {
    return ft_fail(err, FT_CORRUPT, "the pickle cannot be read: an item that is no text");
  }
  if (!ft_span_is_utf8(text))
    return ft_fail(err, FT_CORRUPT, "the pickle cannot be read: a text that is not UTF-8");
  *out = text;
  return FT_OK;
}
