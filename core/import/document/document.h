/* A document as JSON and UBJSON have it: objects, lists, texts and numbers, in memory.
 *
 * Shapes   A list of numbers alone is packed: eight bytes a number or, out of UBJSON, the file's own.
 *          Booleans are the numbers 0 and 1.
 * Hostile  Nesting, lengths and counts are bounded by the bytes that there are; memory is the
 *          arena's, a small multiple of the file's size.
 * Threads  read-only once read; texts may point into the bytes that were read. */
#ifndef FORETELL_IMPORT_DOCUMENT_H
#define FORETELL_IMPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

#define FT_DOCUMENT_MAX_DEPTH 1024 /* LightGBM's dumps have a level for each of a tree's */

enum ft_element_kind {
  FT_ELEMENT_NULL = 0,
  FT_ELEMENT_NUMBER,
  FT_ELEMENT_TEXT,
  FT_ELEMENT_NUMBERS, /* a list of numbers */
  FT_ELEMENT_LIST,
  FT_ELEMENT_OBJECT
};

struct ft_object_member;

struct ft_element {
  enum ft_element_kind kind;
  char width;          /* FT_ELEMENT_NUMBERS: UBJSON's mark of their type; 0: doubles */
  double number;       /* FT_ELEMENT_NUMBER */
  struct ft_span text; /* FT_ELEMENT_TEXT */
  size_t count;        /* of numbers, items or members */
  union {
    const void *number; /* FT_ELEMENT_NUMBERS */
    const struct ft_element *item;
    const struct ft_object_member *member;
  } of;
};

struct ft_object_member {
  struct ft_span name;
  struct ft_element value;
};

/* Errors: FT_CORRUPT with the place; FT_NOMEM */
enum ft_status ft_json_read(struct ft_element *out, struct ft_arena *arena, struct ft_span bytes,
                            struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_ubjson_read(struct ft_element *out, struct ft_arena *arena, struct ft_span bytes,
                              struct ft_error *err) FT_MUST_CHECK;

/* An object's member, the first of that name; NULL: none, or not an object. `at` may be NULL. */
const struct ft_element *ft_element_get(const struct ft_element *at, const char *name);
/* The same along a path of names: "learner.objective.name". */
const struct ft_element *ft_element_find(const struct ft_element *at, const char *path);

bool ft_element_is_list(const struct ft_element *at); /* of whatever */
size_t ft_element_count(const struct ft_element *at); /* of a list; else 0 */
/* Item `index` of a list as a number; NaN when it is none, or beyond the end. */
double ft_element_number(const struct ft_element *at, size_t index);
/* The same as an index, 0 … 2^31 - 1; SIZE_MAX when it is none. */
size_t ft_element_index(const struct ft_element *at, size_t index);
/* Item `index` of a list that is not packed; NULL: none. */
const struct ft_element *ft_element_item(const struct ft_element *at, size_t index);
/* A text; the empty one when it is none. */
struct ft_span ft_element_text(const struct ft_element *at);
/* A number, or a text that is one, as XGBoost writes its parameters; `otherwise` when it is none. */
double ft_element_real(const struct ft_element *at, double otherwise);

#endif
