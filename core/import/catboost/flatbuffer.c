#include "core/import/catboost/flatbuffer.h"

#include <string.h>

#define VTABLE_HEAD 4 /* its own bytes and the table's, before the fields' offsets */

static bool fits(struct ft_flat *flat, size_t at, size_t bytes) {
  if (at <= flat->bytes.size && bytes <= flat->bytes.size - at) return true;
  flat->failed = true;
  return false;
}

/* A little-endian number; 0 when it lies outside. */
static uint64_t number_at(struct ft_flat *flat, size_t at, size_t bytes) {
  uint64_t value = 0;
  if (!fits(flat, at, bytes)) return 0;
  for (size_t i = bytes; i-- > 0;)
    value = value << 8 | (uint8_t)flat->bytes.data[at + i];
  return value;
}

static float float_of(uint64_t bits) {
  uint32_t narrow = (uint32_t)bits;
  float value;
  memcpy(&value, &narrow, sizeof value);
  return value;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The vtable lies before the table or behind it, as far away as its first four bytes say. */
static struct ft_flat_table table_at(struct ft_flat *flat, size_t at) {
  const struct ft_flat_table none = { .flat = NULL };
  int64_t back = (int32_t)(uint32_t)number_at(flat, at, 4);
  int64_t vtable = (int64_t)at - back;
  if (flat->failed || vtable < 0 || !fits(flat, (size_t)vtable, VTABLE_HEAD)) {
    flat->failed = true;
    return none;
  }
  size_t bytes = number_at(flat, (size_t)vtable, 2);
  if (bytes < VTABLE_HEAD || !fits(flat, (size_t)vtable, bytes)) {
    flat->failed = true;
    return none;
  }
  return (struct ft_flat_table){ flat, at, (size_t)vtable, (uint32_t)(bytes - VTABLE_HEAD) / 2 };
}

/* Where a field is; 0: it is not there. */
static size_t field_at(struct ft_flat_table of, uint32_t field) {
  if (!of.flat || field >= of.fields) return 0;
  size_t offset = number_at(of.flat, of.vtable + VTABLE_HEAD + 2 * (size_t)field, 2);
  return offset ? of.at + offset : 0;
}

/* Where an offset points to, which is at `at`; 0: outside. */
static size_t target_at(struct ft_flat *flat, size_t at) {
  size_t offset = number_at(flat, at, 4);
  if (offset && fits(flat, at, offset)) return at + offset;
  flat->failed = true;
  return 0;
}

struct ft_flat_table ft_flat_root(struct ft_flat *flat) {
  size_t at = target_at(flat, 0);
  return at ? table_at(flat, at) : (struct ft_flat_table){ .flat = NULL };
}

struct ft_flat_table ft_flat_table(struct ft_flat_table of, uint32_t field) {
  size_t at = field_at(of, field);
  if (at) at = target_at(of.flat, at);
  return at ? table_at(of.flat, at) : (struct ft_flat_table){ .flat = NULL };
}

static struct ft_flat_vector vector_at(struct ft_flat *flat, size_t at, uint32_t item_bytes) {
  uint32_t count = (uint32_t)number_at(flat, at, 4);
  struct ft_flat_vector vector = { flat, at + 4, count, item_bytes };
  if (flat->failed || !fits(flat, at + 4, (size_t)count * item_bytes)) vector.count = 0;
  return vector;
}

struct ft_flat_vector ft_flat_vector(struct ft_flat_table of, uint32_t field, uint32_t item_bytes) {
  size_t at = field_at(of, field);
  if (at) at = target_at(of.flat, at);
  return at ? vector_at(of.flat, at, item_bytes) : (struct ft_flat_vector){ .flat = of.flat };
}

static struct ft_span text_at(struct ft_flat *flat, size_t at) {
  struct ft_flat_vector text = vector_at(flat, at, 1);
  return (struct ft_span){ text.count ? flat->bytes.data + text.at : "", text.count };
}

struct ft_span ft_flat_text(struct ft_flat_table of, uint32_t field) {
  size_t at = field_at(of, field);
  if (at) at = target_at(of.flat, at);
  return at ? text_at(of.flat, at) : (struct ft_span){ "", 0 };
}

uint8_t ft_flat_u8(struct ft_flat_table of, uint32_t field, uint8_t otherwise) {
  size_t at = field_at(of, field);
  return at ? (uint8_t)number_at(of.flat, at, 1) : otherwise;
}

int32_t ft_flat_i32(struct ft_flat_table of, uint32_t field, int32_t otherwise) {
  size_t at = field_at(of, field);
  return at ? (int32_t)(uint32_t)number_at(of.flat, at, 4) : otherwise;
}

float ft_flat_f32(struct ft_flat_table of, uint32_t field, float otherwise) {
  size_t at = field_at(of, field);
  return at ? float_of(number_at(of.flat, at, 4)) : otherwise;
}

double ft_flat_f64(struct ft_flat_table of, uint32_t field, double otherwise) {
  size_t at = field_at(of, field);
  return at ? double_of(number_at(of.flat, at, 8)) : otherwise;
}

static size_t item_at(struct ft_flat_vector vector, uint32_t index) {
  return vector.at + (size_t)index * vector.item_bytes;
}

struct ft_flat_table ft_flat_table_at(struct ft_flat_vector vector, uint32_t index) {
  size_t at = target_at(vector.flat, item_at(vector, index));
  return at ? table_at(vector.flat, at) : (struct ft_flat_table){ .flat = NULL };
}

struct ft_span ft_flat_text_at(struct ft_flat_vector vector, uint32_t index) {
  size_t at = target_at(vector.flat, item_at(vector, index));
  return at ? text_at(vector.flat, at) : (struct ft_span){ "", 0 };
}

uint16_t ft_flat_u16_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset) {
  return (uint16_t)number_at(vector.flat, item_at(vector, index) + offset, 2);
}

uint32_t ft_flat_u32_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset) {
  return (uint32_t)number_at(vector.flat, item_at(vector, index) + offset, 4);
}

uint64_t ft_flat_u64_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset) {
  return number_at(vector.flat, item_at(vector, index) + offset, 8);
}

float ft_flat_f32_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset) {
  return float_of(number_at(vector.flat, item_at(vector, index) + offset, 4));
}

double ft_flat_f64_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset) {
  return double_of(number_at(vector.flat, item_at(vector, index) + offset, 8));
}
