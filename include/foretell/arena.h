/* Memory with one lifetime: many allocations, one release.
 *
 * Sizes    overflow is checked here and nowhere else; zero bytes is a valid allocation.
 * Limit    an arena never holds more than `limit` bytes; then it answers NULL.
 * Threads  one thread at a time. */
#ifndef FORETELL_ARENA_H
#define FORETELL_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"
#include "foretell/span.h"

struct ft_arena_block; /* private */

struct ft_arena {
  struct ft_arena_block *block; /* newest block; owned */
  size_t used;                  /* bytes handed out and held in all blocks */
  size_t limit;                 /* bytes; set by init */
};

#define FT_ARENA_DEFAULT_LIMIT ((size_t)1 << 34)

void ft_arena_init(struct ft_arena *arena, size_t limit);
void ft_arena_release(struct ft_arena *arena); /* frees all; the arena is empty and usable */

/* Zeroed memory for `count` items of `size` bytes, aligned to 64 bytes when the whole is 64 bytes
 * or more and to 16 otherwise; NULL when the limit, the system or the product of sizes forbids. */
void *ft_arena_take(struct ft_arena *arena, size_t count, size_t size) FT_MUST_CHECK;
#define FT_ARENA_NEW(arena, type, count) ((type *)ft_arena_take((arena), (count), sizeof(type)))

/* A NUL-terminated copy of `text`; NULL when out of memory. */
char *ft_arena_text(struct ft_arena *arena, struct ft_span text) FT_MUST_CHECK;
/* printf into the arena; NULL when out of memory. */
char *ft_arena_print(struct ft_arena *arena, const char *format, ...) FT_PRINTF(2, 3) FT_MUST_CHECK;

/* The one sentence for an arena that is out: fails with FT_NOMEM. `what` as in "the model". */
enum ft_status ft_arena_fail(struct ft_error *err, const char *what);

/* Test hook: after `allowed` further ft_arena_take calls on this thread all fail; SIZE_MAX turns
 * it off. For fault loops. */
void ft_arena_allow(size_t allowed);

#endif
