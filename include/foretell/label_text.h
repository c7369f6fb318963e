/* The texts of a target's numbers as the query wrote them: a double does not hold every DECIMAL, HUGEINT
 * or numeric, and a class is to come back as it was.
 *
 * Shapes   an item a value, as it is carried (a double), ascending; at most FT_LABEL_TEXTS_MAX, which
 *          is as many as there may be classes. Of more values nothing is kept: they are no classes.
 * Numbers  texts that differ in zeros at the end of a fraction are one value, written without them.
 * Memory   an arena of its own. */
#ifndef FORETELL_LABEL_TEXT_H
#define FORETELL_LABEL_TEXT_H

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"

#define FT_LABEL_TEXTS_MAX 1000

struct ft_label_text {
  double value;
  struct ft_span text;
  struct ft_span other; /* another value's that has the same double; data NULL: none */
};

struct ft_label_texts {
  struct ft_arena arena;
  struct ft_label_text *item; /* FT_LABEL_TEXTS_MAX of them; NULL before the first */
  uint32_t items;
  bool many; /* more than FT_LABEL_TEXTS_MAX values: none is kept */
};

void ft_label_texts_init(struct ft_label_texts *texts);
void ft_label_texts_release(struct ft_label_texts *texts);

/* Errors: FT_NOMEM */
enum ft_status ft_label_texts_add(struct ft_label_texts *texts, double value, struct ft_span text,
                                  struct ft_error *err) FT_MUST_CHECK;
/* NULL: not there. */
const struct ft_label_text *ft_label_texts_find(const struct ft_label_texts *texts, double value);

/* A u32 count, then f64, text, flag u8 and the other text of each. Errors: FT_CORRUPT, FT_NOMEM */
void ft_label_texts_write(struct ft_buffer *out, const struct ft_label_texts *texts);
enum ft_status ft_label_texts_read(struct ft_label_texts *out, struct ft_span bytes,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
