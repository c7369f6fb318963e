/* The machine that the opcodes run on: a stack, marks on it, a memo, and the place in the file. */
#ifndef FORETELL_IMPORT_PICKLE_MACHINE_H
#define FORETELL_IMPORT_PICKLE_MACHINE_H

#include "core/import/pickle/pickle_graph.h"

struct ft_pickle_nodes {
  struct ft_pickle **node;
  uint32_t count;
  uint32_t room;
};

struct ft_pickle_machine {
  struct ft_pickle_reading *reading;
  struct ft_pickle_nodes stack;
  struct ft_pickle_nodes memo; /* NULL where nothing was put; its count is not used */
  uint32_t *mark;              /* heights of the stack; what is below the last is out of reach */
  uint32_t marks;
  uint32_t marks_room;
  uint32_t memoized; /* what MEMOIZE numbers */
  bool done;
};

enum ft_status ft_pickle_grow_nodes(struct ft_pickle_nodes *nodes, size_t wanted,
                                    struct ft_pickle_machine *m,
                                    struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_push(struct ft_pickle_machine *m, struct ft_pickle *node,
                              struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_push_mark(struct ft_pickle_machine *m, struct ft_error *err) FT_MUST_CHECK;

/* The height below which nothing may be taken. */
uint32_t ft_pickle_floor(const struct ft_pickle_machine *m);
/* Errors: FT_CORRUPT  there is none above the floor */
enum ft_status ft_pickle_pop(struct ft_pickle **out, struct ft_pickle_machine *m,
                             struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_top(struct ft_pickle **out, struct ft_pickle_machine *m,
                             struct ft_error *err) FT_MUST_CHECK;
/* The items above the last mark, which goes. They stay valid until the next push. */
enum ft_status ft_pickle_pop_mark(struct ft_pickle_nodes *out, struct ft_pickle_machine *m,
                                  struct ft_error *err) FT_MUST_CHECK;

/* A little-endian number of so many bytes. */
enum ft_status ft_pickle_take_number(uint64_t *out, struct ft_pickle_machine *m, int bytes,
                                     struct ft_error *err) FT_MUST_CHECK;
/* A length of `bytes` bytes, then as many bytes. */
enum ft_status ft_pickle_take_sized(struct ft_span *out, struct ft_pickle_machine *m, int bytes,
                                    struct ft_error *err) FT_MUST_CHECK;
/* Up to the end of the line, which is left out. */
enum ft_status ft_pickle_take_line(struct ft_span *out, struct ft_pickle_machine *m,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
