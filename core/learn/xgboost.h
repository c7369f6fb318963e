/* How we talk with XGBoost: its errors in our words, our arrays in its.
 *
 * Threads  pure functions; XGBoost's last error is a thread's own. */
#ifndef FORETELL_LEARN_XGBOOST_H
#define FORETELL_LEARN_XGBOOST_H

#include <stddef.h>

#include "foretell/buffer.h"
#include "foretell/error.h"

/* FT_NOMEM or FT_TRAINER with the first sentence of its last error; `doing` is "growing trees". */
enum ft_status ft_xgboost_fail(struct ft_error *err, const char *doing);

/* Append the array interface of float32 numbers, rows × columns; columns 0: one dimension. */
enum ft_status ft_xgboost_array(struct ft_buffer *out, const float *data, size_t rows,
                                size_t columns, struct ft_error *err) FT_MUST_CHECK;

#endif
