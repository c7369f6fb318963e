/* The signature of an imported model: fields, encoders and the target, from what the file says and
 * what the statement asks.
 *
 * RETURNS  a floating type or DECIMAL asks for the value that the format's own predictor gives;
 *          an integer, BOOLEAN or text for the class. */
#ifndef FORETELL_IMPORT_BASE_SIGNATURE_H
#define FORETELL_IMPORT_BASE_SIGNATURE_H

#include "core/import/base/reader.h"

/* One input of the file's model. */
struct ft_signature_input {
  struct ft_span name; /* empty: none */
  bool coded;          /* its splits are sets of codes, else thresholds */
  uint32_t codes;      /* coded: they are 0 … codes - 1 */
  const uint8_t *used; /* coded: one a code: some split tells it from others */
  const struct ft_span
      *category; /* coded: the value of each code, as text; NULL: the code itself */
  bool integers; /* the categories are integers */
  bool by_code;  /* they are not, and the caller passes the codes; category is NULL */
  bool hashed;   /* a category whose values the file knows by CityHash64 alone */
};

/* What the encoders make of the inputs' codes: our code of the file's code c of input i is
 * code[first[i] + c]. */
struct ft_signature_codes {
  const uint32_t *first; /* one an input */
  const uint32_t *code;
};

/* Does FUNCTION give an integer type or BOOLEAN to that input? A category whose values are no integers
 * is then given by its codes. */
bool ft_signature_wants_codes(const struct ft_import *import, uint32_t input);

/* Make the fields and one encoder an input, in order: a number, or a category of the values given.
 * Says which categories are given by their codes though they have values. Of what is hashed there is an
 * encoder without values.
 *
 * Errors: FT_INVALID  not as many types as inputs, or a type that cannot be an input's value
 *         FT_LIMIT    more inputs or categories than a model can have */
enum ft_status ft_signature_inputs(struct ft_import *import, struct ft_signature_codes *codes,
                                   struct ft_arena *arena, const struct ft_signature_input *input,
                                   uint32_t inputs, struct ft_error *err) FT_MUST_CHECK;

/* What the file's model predicts. */
struct ft_signature_answer {
  uint32_t classes;            /* 0: a value */
  const struct ft_span *label; /* as text; NULL: 0, 1, … */
  enum ft_link link;           /* of two classes: one output; of more: one a class */
  bool hard;                   /* the format's own predictor gives the class, as a number */
};

/* Set problem, target, labels, link, outputs and threshold.
 * Errors: FT_INVALID  RETURNS has a type that cannot be the answer's */
enum ft_status ft_signature_answer(struct ft_import *import, struct ft_arena *arena,
                                   const struct ft_signature_answer *answer,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
