/* Structs as JSON objects and back, by tables.
 *
 * Shapes   one object a struct; a table row a key. Writing gives the keys in the table's order;
 *          reading takes them in any order, wants each exactly once and no other.
 * Numbers  64-bit numbers travel as decimal strings, since many readers of JSON keep 53 bits.
 * Hostile  everything read is checked: types, ranges, words, lengths of lists, UTF-8.
 * Threads  pure functions. */
#ifndef FT_CORE_JOB_RECORD_H
#define FT_CORE_JOB_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

#define FT_RECORD_MAX_CHARS 8192 /* of FT_RECORD_CHARS */

enum ft_record_kind {
  FT_RECORD_TEXT = 0,   /* const char *; read into the arena */
  FT_RECORD_MAYBE_TEXT, /* const char * or NULL, which is null */
  FT_RECORD_CHARS,      /* char[most]: words for people; repaired and cut rather than refused */
  FT_RECORD_BOOL,       /* bool */
  FT_RECORD_U8,         /* uint8_t, 0 … most */
  FT_RECORD_U32,        /* uint32_t, 0 … most */
  FT_RECORD_U64,        /* uint64_t, as a decimal string */
  FT_RECORD_REAL,       /* double; what is not finite is null, and null is NaN */
  FT_RECORD_WORD,       /* an enum: index into `word`, 0 … most; NULL: no legal value */
  FT_RECORD_LIST        /* const struct *, its count a uint32_t at `count`, 0 … most */
};

struct ft_record;

struct ft_record_key {
  const char *name;
  size_t offset; /* of the member */
  enum ft_record_kind kind;
  size_t count;                 /* FT_RECORD_LIST: offset of the number of items */
  uint64_t max;                 /* as the kinds say */
  const char *const *word;      /* FT_RECORD_WORD */
  const struct ft_record *item; /* FT_RECORD_LIST */
};

/* A key named after the member that it is. */
#define FT_RECORD_AT(type, member) .name = #member, .offset = offsetof(struct type, member)
#define FT_RECORD_ROWS(table)      (sizeof(table) / sizeof *(table))

struct ft_record {
  const char *what; /* for messages: "the job" */
  size_t bytes;     /* sizeof the struct */
  size_t keys;
  const struct ft_record_key *key;
};

/* Append `from` as JSON text.
 * Errors: FT_INVALID  a text that is not UTF-8, or a number, word or count beyond its bounds
 *         FT_NOMEM */
enum ft_status ft_record_write(struct ft_buffer *out, const struct ft_record *record,
                               const void *from, struct ft_error *err) FT_MUST_CHECK;

/* Read JSON text into `to`, which a failure may leave half filled. `arena` may be NULL when the
 * record has neither texts nor lists.
 * Errors: FT_CORRUPT, FT_NOMEM */
enum ft_status ft_record_read(void *to, struct ft_arena *arena, const struct ft_record *record,
                              struct ft_span json, struct ft_error *err) FT_MUST_CHECK;

/* Put UTF-8 words into `size` bytes, at least 1: cut at a character's edge, control characters as
 * spaces, so that a terminal takes no orders from them. */
void ft_record_put_words(char *out, size_t size, struct ft_span text);

#endif
