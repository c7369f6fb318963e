#include "core/import/document/stack.h"

#include <string.h>

#define STACK_MAX_BYTES ((size_t)1 << 34)
#define WHAT            "the file"

void ft_element_stack_init(struct ft_element_stack *stack) {
  ft_buffer_init(&stack->bytes, STACK_MAX_BYTES);
}

void ft_element_stack_release(struct ft_element_stack *stack) {
  ft_buffer_release(&stack->bytes);
}

struct ft_element_mark ft_element_stack_mark(const struct ft_element_stack *stack) {
  return (struct ft_element_mark){ .first = stack->bytes.size, .has_numbers = true };
}

/* The list has something else than numbers: make items of those. */
static enum ft_status unpack(struct ft_element_stack *stack, struct ft_element_mark *mark,
                             struct ft_error *err) {
  mark->has_numbers = false;
  if (mark->count == 0) return FT_OK;
  size_t more = mark->count * (sizeof(struct ft_element) - sizeof(double));
  (void)ft_buffer_extend(&stack->bytes, more);
  FT_TRY(ft_buffer_check(&stack->bytes, WHAT, err));
  uint8_t *first = stack->bytes.data + mark->first;
  for (size_t i = mark->count; i-- > 0;) {
    struct ft_element item = { .kind = FT_ELEMENT_NUMBER };
    memcpy(&item.number, first + i * sizeof item.number, sizeof item.number);
    memcpy(first + i * sizeof item, &item, sizeof item);
  }
  return FT_OK;
}

enum ft_status ft_element_stack_push(struct ft_element_stack *stack, struct ft_element_mark *mark,
                                     const struct ft_element *item, struct ft_error *err) {
  bool number = item->kind == FT_ELEMENT_NUMBER;
  if (mark->has_numbers && !number) FT_TRY(unpack(stack, mark, err));
  if (mark->has_numbers)
    ft_buffer_append(&stack->bytes, &item->number, sizeof item->number);
  else
    ft_buffer_append(&stack->bytes, item, sizeof *item);
  mark->count++;
  return ft_buffer_check(&stack->bytes, WHAT, err);
}

enum ft_status ft_element_stack_push_member(struct ft_element_stack *stack,
                                            struct ft_element_mark *mark,
                                            const struct ft_object_member *member,
                                            struct ft_error *err) {
  ft_buffer_append(&stack->bytes, member, sizeof *member);
  mark->count++;
  return ft_buffer_check(&stack->bytes, WHAT, err);
}

static enum ft_status pop(void **out, struct ft_element_stack *stack,
                          const struct ft_element_mark *mark, size_t item_bytes,
                          struct ft_arena *arena, struct ft_error *err) {
  *out = ft_arena_take(arena, mark->count, item_bytes);
  if (!*out) return ft_arena_fail(err, WHAT);
  if (mark->count) memcpy(*out, stack->bytes.data + mark->first, mark->count * item_bytes);
  stack->bytes.size = mark->first;
  return FT_OK;
}

enum ft_status ft_element_stack_pop_list(struct ft_element *out, struct ft_element_stack *stack,
                                         const struct ft_element_mark *mark, struct ft_arena *arena,
                                         struct ft_error *err) {
  void *items;
  bool packed = mark->has_numbers;
  FT_TRY(pop(&items, stack, mark, packed ? sizeof(double) : sizeof(struct ft_element), arena, err));
  *out = (struct ft_element){ .kind = packed ? FT_ELEMENT_NUMBERS : FT_ELEMENT_LIST,
                              .count = mark->count };
  if (packed)
    out->of.number = items;
  else
    out->of.item = items;
  return FT_OK;
}

enum ft_status ft_element_stack_pop_object(struct ft_element *out, struct ft_element_stack *stack,
                                           const struct ft_element_mark *mark,
                                           struct ft_arena *arena, struct ft_error *err) {
  void *members;
  FT_TRY(pop(&members, stack, mark, sizeof(struct ft_object_member), arena, err));
  *out = (struct ft_element){ .kind = FT_ELEMENT_OBJECT, .count = mark->count };
  out->of.member = members;
  return FT_OK;
}
