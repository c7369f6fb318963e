/* Derived features (enum ft_derivation of model.h) of a block of encoded ones.
 *
 * Shapes   features are feature-major: block[f * stride + r].
 * NULLs    a NaN goes through arithmetic as a NaN.
 * Numbers  double, then float32: plain C, so one set of bits everywhere.
 * Threads  no state. */
#ifndef FORETELL_PREDICT_DERIVE_H
#define FORETELL_PREDICT_DERIVE_H

#include "core/predict/encode.h"

/* Rows 0 … rows - 1 of the feature at `index`, whose inputs stand in the block. */
void ft_derive_feature(float *block, size_t stride, uint32_t index,
                       const struct ft_feature *feature, size_t rows);

/* Gives bit 2 to the inputs of derived features that have a bit, and to theirs. */
void ft_derive_mark(uint8_t *used, const struct ft_model *model);

#endif
