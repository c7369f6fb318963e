#include "foretell/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The header takes one unit of the widest alignment, so that the first byte behind it has it too. */
struct ft_arena_block {
  _Alignas(64) struct ft_arena_block *next; /* older block; NULL in the oldest */
  size_t capacity;                          /* bytes behind the header */
  size_t taken;                             /* of them, handed out */
};

#define HEADER_BYTES sizeof(struct ft_arena_block)
#define WIDE         ((size_t)64)
#define NARROW       ((size_t)16)
#define FIRST_BYTES  ((size_t)4096)
#define LARGE_BYTES  ((size_t)1 << 18) /* from here on an allocation has a block of its own */

static _Thread_local size_t takes_allowed = SIZE_MAX;

void ft_arena_allow(size_t allowed) {
  takes_allowed = allowed;
}

void ft_arena_init(struct ft_arena *arena, size_t limit) {
  *arena = (struct ft_arena){ .limit = limit };
}

void ft_arena_release(struct ft_arena *arena) {
  struct ft_arena_block *block = arena->block;
  while (block) {
    struct ft_arena_block *next = block->next;
    free(block);
    block = next;
  }
  arena->block = NULL;
  arena->used = 0;
}

/* A block of at least `bytes`, of `wish` where the limit leaves room for that. */
static struct ft_arena_block *add_block(struct ft_arena *arena, size_t bytes, size_t wish) {
  size_t left = arena->limit > arena->used ? arena->limit - arena->used : 0;
  if (left < HEADER_BYTES || bytes > left - HEADER_BYTES) return NULL;
  size_t capacity = bytes > wish ? bytes : wish;
  if (capacity > left - HEADER_BYTES) capacity = (left - HEADER_BYTES) & ~(WIDE - 1);
  if (capacity < bytes) capacity = bytes;
  struct ft_arena_block *block = aligned_alloc(WIDE, HEADER_BYTES + capacity);
  if (!block) return NULL;
  *block = (struct ft_arena_block){ .capacity = capacity };
  arena->used += HEADER_BYTES + capacity;
  return block;
}

/* Blocks double, so that a small arena stays small and a large one has few blocks. */
static struct ft_arena_block *grow(struct ft_arena *arena, size_t bytes) {
  struct ft_arena_block *newest = arena->block;
  bool large = bytes >= LARGE_BYTES;
  size_t wish = newest ? 2 * newest->capacity : FIRST_BYTES;
  if (wish > LARGE_BYTES) wish = LARGE_BYTES;
  struct ft_arena_block *block = add_block(arena, bytes, large ? 0 : wish);
  if (!block) return NULL;
  /* A block that is full at once goes behind the newest, whose rest is still of use. */
  struct ft_arena_block **place = large && newest ? &newest->next : &arena->block;
  block->next = *place;
  *place = block;
  return block;
}

static size_t round_up(size_t bytes, size_t unit) {
  return (bytes + unit - 1) & ~(unit - 1);
}

void *ft_arena_take(struct ft_arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (takes_allowed == 0) return NULL;
  if (takes_allowed != SIZE_MAX) takes_allowed--;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4) return NULL;
  size_t unit = bytes >= WIDE ? WIDE : NARROW;
  bytes = round_up(bytes ? bytes : 1, unit);
  struct ft_arena_block *block = arena->block;
  /* Capacities are multiples of the widest unit, so `start` lies within the block. */
  size_t start = block ? round_up(block->taken, unit) : 0;
  if (!block || bytes > block->capacity - start) {
    block = grow(arena, round_up(bytes, WIDE));
    if (!block) return NULL;
    start = 0;
  }
  block->taken = start + bytes;
  char *memory = (char *)block + HEADER_BYTES + start;
  return memset(memory, 0, bytes);
}

char *ft_arena_text(struct ft_arena *arena, struct ft_span text) {
  if (text.size == SIZE_MAX) return NULL;
  char *copy = ft_arena_take(arena, text.size + 1, 1);
  if (copy && text.size) memcpy(copy, text.data, text.size);
  return copy;
}

char *ft_arena_print(struct ft_arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = length < 0 ? NULL : ft_arena_take(arena, (size_t)length + 1, 1);
  if (!text) return NULL;
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}

enum ft_status ft_arena_fail(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_NOMEM, "out of memory for %s", what);
}
