#include "foretell/model.h"

#include <assert.h>
#include <string.h>

#include "foretell/city.h"

static void put_u64(uint8_t *out, uint64_t value) {
  for (size_t i = 0; i < 8; i++)
    out[i] = (uint8_t)(value >> (8 * i));
}

struct ft_hash_key ft_category_key(const struct ft_hash_key *model_key, uint32_t field) {
  const char index[4] = { (char)(field & 0xff), (char)(field >> 8 & 0xff),
                          (char)(field >> 16 & 0xff), (char)(field >> 24) };
  struct ft_hash128 hash = ft_hash_keyed(model_key, (struct ft_span){ index, sizeof index });
  struct ft_hash_key key;
  put_u64(key.byte, hash.word[0]);
  put_u64(key.byte + 8, hash.word[1]);
  return key;
}

static int64_t integer_of(enum ft_type type, const void *value) {
  switch (type) {
  case FT_BOOL: return *(const uint8_t *)value != 0;
  case FT_INT16: return *(const int16_t *)value;
  case FT_INT32: return *(const int32_t *)value;
  default: assert(type == FT_INT64); return *(const int64_t *)value;
  }
}

/* The decimal text of `value`, at the end of `room`. */
static struct ft_span decimal_of(char room[24], int64_t value) {
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  size_t at = 24;
  do {
    room[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (value < 0) room[--at] = '-';
  return (struct ft_span){ room + at, 24 - at };
}

struct ft_hash128 ft_category_city(enum ft_type type, const void *value) {
  char room[24];
  struct ft_span text =
      type == FT_TEXT ? *(const struct ft_span *)value : decimal_of(room, integer_of(type, value));
  return (struct ft_hash128){ { (uint32_t)ft_city_hash64(text), 0 } };
}

bool ft_encoder_has_codes(const struct ft_encoder *encoder) {
  return encoder->kind == FT_ENCODE_CATEGORY || encoder->kind == FT_ENCODE_CITY;
}

struct ft_hash128 ft_category_hash(const struct ft_hash_key *field_key, enum ft_type type,
                                   const void *value) {
  if (type == FT_TEXT) return ft_hash_keyed(field_key, *(const struct ft_span *)value);
  char room[24];
  return ft_hash_keyed(field_key, decimal_of(room, integer_of(type, value)));
}
