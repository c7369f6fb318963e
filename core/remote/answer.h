/* What a model server answered, read strictly.
 *
 * Shapes   CSV: one value a line, as many lines as rows were sent; '\n' or "\r\n" ends a line, the
 *          last may lack it. JSON: one value, or one a line.
 * NULLs    an empty line; in JSON it is an error.
 * Hostile  any bytes give values of the right type and count, or an error. */
#ifndef FORETELL_REMOTE_ANSWER_H
#define FORETELL_REMOTE_ANSWER_H

#include "foretell/error.h"
#include "foretell/remote.h"
#include "foretell/span.h"

struct ft_answer_form {
  enum ft_type type; /* of the values; FT_TEXT for JSON */
  bool json;
  bool lines;   /* JSON: one value a line, else the whole is one value */
  size_t first; /* row of the first value, for `put` and for messages */
  size_t rows;
};

/* Give every value to the output; nothing is given unless the count is right.
 * Errors: FT_DATA, which names the row and the value; what `put` fails with */
enum ft_status ft_answer_read(struct ft_span body, const struct ft_answer_form *form,
                              const struct ft_remote_output *output,
                              struct ft_error *err) FT_MUST_CHECK;

/* A server's words for a message: one line, without control characters, valid UTF-8, cut at `room`
 * bytes with its NUL; what equals `secret` (may be empty) is hidden. */
void ft_answer_clean(char *out, size_t room, struct ft_span words, struct ft_span secret);

#endif
