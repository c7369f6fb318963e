/* The encoders of a model made ready: columns in, float32 features out.
 *
 * Shapes   features are feature-major: out[f * stride + r].
 * NULLs    a NULL, a NaN, is NaN.
 * Numbers  integers, doubles and decimals are rounded to float32 by one C conversion (to nearest
 *          even, beyond the range to infinity).
 * Threads  read-only once made. */
#ifndef FORETELL_PREDICT_ENCODE_H
#define FORETELL_PREDICT_ENCODE_H

#include "core/predict/layout.h"
#include "core/predict/statistic.h"
#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/error.h"
#include "foretell/model.h"

struct ft_feature {
  enum ft_encoder_kind kind;
  enum ft_calendar_part part;
  uint32_t field;
  enum ft_type type; /* of the field */
  uint32_t
      words; /* features encoded together, with the first of them: words of one field, columns of
              * a statistic; else 0 */
  float low, high;                     /* of FT_ENCODE_SENTINEL */
  struct ft_hash_key key;              /* of categories and words */
  uint32_t mask;                       /* slots - 1, slots a power of two */
  const struct ft_category_slot *slot; /* open addressing from the hash's low word; of words all
                                        * with the first, the code of the next one being 2 */
  enum ft_derivation derivation;       /* of FT_ENCODE_DERIVED, as are those below */
  uint32_t inputs;
  const uint32_t *input;
  const double *number;
  const struct ft_statistic_view *statistic; /* with the first of its columns; else NULL */
};

struct ft_encoding {
  uint32_t fields;
  const struct ft_field *field; /* names are in the arena */
  uint32_t features;
  const struct ft_feature *feature;
};

/* Columns to encode. A probe has no texts: where `hash` is there, and has an array for a field, the
 * categories of that field are looked up by it (by its low 32 bits where CityHash64 is asked for), and its texts are of one word, with that hash. */
struct ft_encode_input {
  const struct ft_column *column;       /* one a field, types as the fields' */
  const struct ft_hash128 *const *hash; /* one a field, each NULL or of all rows; or NULL */
  uint32_t *const *city; /* as ft_city_make has it, filled for the rows that are encoded */
};

enum ft_status ft_encoding_make(struct ft_encoding *out, struct ft_arena *arena,
                                const struct ft_model *model, struct ft_error *err) FT_MUST_CHECK;

/* Room for `rows` CityHash64 of each field whose categories statistics combine, which may be many of
 * them: one pointer a field, NULL of the others; NULL where there are no statistics. */
enum ft_status ft_city_make(uint32_t ***out, struct ft_arena *arena,
                            const struct ft_encoding *encoding, size_t rows,
                            struct ft_error *err) FT_MUST_CHECK;
void ft_city_fill(uint32_t *const *city, const struct ft_encoding *encoding,
                  const struct ft_encode_input *input, size_t first, size_t rows);

/* FT_WRONG_TYPE unless the batch has the fields' columns. */
enum ft_status ft_encoding_check(const struct ft_field *field, size_t fields,
                                 const struct ft_batch *batch, struct ft_error *err) FT_MUST_CHECK;

/* Not of derived features. Encode rows first … first + rows - 1 of one feature; with the first of several words the others
 * too, each `stride` floats behind the one before; then nothing is left to do for those. */
void ft_encode_feature(float *out, size_t stride, const struct ft_feature *feature,
                       const struct ft_encode_input *input, size_t first, size_t rows);

#endif
