/* The members and transforms of a model whose predictions are forms. */
#ifndef FORETELL_IMPORT_ONNX_FORMS_MODEL_H
#define FORETELL_IMPORT_ONNX_FORMS_MODEL_H

#include "core/import/onnx/onnx_forms.h"

/* Is the one number -1 or 1, say, by a comparison alone? Then it is a label: of two, and 1 where the
 * second is. */
enum ft_status ft_onnx_forms_hard(bool *hard, struct ft_onnx_score *score, struct ft_onnx *onnx,
                                  struct ft_error *err) FT_MUST_CHECK;

/* The model's answer and all that gives it.
 * Errors: FT_UNSUPPORTED, FT_LIMIT */
enum ft_status ft_onnx_forms_answer(struct ft_onnx *onnx, struct ft_onnx_score *score,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
