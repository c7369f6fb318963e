/* FlatBuffers read in place, without a schema's generated code.
 *
 * Shapes   A table's fields go by their number in the schema. A field that is not there is 0, or the
 *          default that is given; a table that is not there has no fields; a vector has no items.
 * Hostile  Every offset, count and length is compared with the bytes that there are. What lies
 *          outside reads as if it were not there, and `failed` stays set: look at it once, at the end.
 * Threads  one struct ft_flat a thread.
 * Source   https://flatbuffers.dev/internals */
#ifndef FORETELL_IMPORT_CATBOOST_FLATBUFFER_H
#define FORETELL_IMPORT_CATBOOST_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/span.h"

struct ft_flat {
  struct ft_span bytes;
  bool failed; /* something lay outside */
};

struct ft_flat_table {
  struct ft_flat *flat; /* NULL: the table is not there */
  size_t at;
  size_t vtable; /* where the fields' offsets are */
  uint32_t fields;
};

struct ft_flat_vector {
  struct ft_flat *flat;
  size_t at; /* of item 0 */
  uint32_t count;
  uint32_t item_bytes;
};

struct ft_flat_table ft_flat_root(struct ft_flat *flat);
struct ft_flat_table ft_flat_table(struct ft_flat_table of, uint32_t field);
struct ft_span ft_flat_text(struct ft_flat_table of, uint32_t field);
/* `item_bytes`: of a number or a struct; 4 of tables and texts. */
struct ft_flat_vector ft_flat_vector(struct ft_flat_table of, uint32_t field, uint32_t item_bytes);
uint8_t ft_flat_u8(struct ft_flat_table of, uint32_t field, uint8_t otherwise);
int32_t ft_flat_i32(struct ft_flat_table of, uint32_t field, int32_t otherwise);
float ft_flat_f32(struct ft_flat_table of, uint32_t field, float otherwise);
double ft_flat_f64(struct ft_flat_table of, uint32_t field, double otherwise);

/* Item `index` < count of a vector of tables, or of texts. */
struct ft_flat_table ft_flat_table_at(struct ft_flat_vector vector, uint32_t index);
struct ft_span ft_flat_text_at(struct ft_flat_vector vector, uint32_t index);
/* A number in item `index` < count, `offset` bytes from the item's start. */
uint16_t ft_flat_u16_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset);
uint32_t ft_flat_u32_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset);
uint64_t ft_flat_u64_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset);
float ft_flat_f32_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset);
double ft_flat_f64_at(struct ft_flat_vector vector, uint32_t index, uint32_t offset);

#endif
