/* Items of lists and objects that are being read, until their ends are found.
 *
 * Shapes   one stack of bytes; an open list's numbers, items or members stand on top of those of the
 *          list around it. A list is one of numbers until something else comes.
 * Memory   of the stack: malloc; of what is popped: the arena. */
#ifndef FORETELL_IMPORT_DOCUMENT_STACK_H
#define FORETELL_IMPORT_DOCUMENT_STACK_H

#include "core/import/document/document.h"
#include "foretell/buffer.h"

struct ft_element_stack {
  struct ft_buffer bytes;
};

/* An open list or object. */
struct ft_element_mark {
  size_t first;     /* byte of its first item */
  size_t count;     /* items so far */
  bool has_numbers; /* so far they are all numbers, packed */
};

void ft_element_stack_init(struct ft_element_stack *stack);
void ft_element_stack_release(struct ft_element_stack *stack);

struct ft_element_mark ft_element_stack_mark(const struct ft_element_stack *stack);
enum ft_status ft_element_stack_push(struct ft_element_stack *stack, struct ft_element_mark *mark,
                                     const struct ft_element *item,
                                     struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_element_stack_push_member(struct ft_element_stack *stack,
                                            struct ft_element_mark *mark,
                                            const struct ft_object_member *member,
                                            struct ft_error *err) FT_MUST_CHECK;
/* Make the open list, or object, an element of the arena's. */
enum ft_status ft_element_stack_pop_list(struct ft_element *out, struct ft_element_stack *stack,
                                         const struct ft_element_mark *mark, struct ft_arena *arena,
                                         struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_element_stack_pop_object(struct ft_element *out, struct ft_element_stack *stack,
                                           const struct ft_element_mark *mark,
                                           struct ft_arena *arena,
                                           struct ft_error *err) FT_MUST_CHECK;

#endif
