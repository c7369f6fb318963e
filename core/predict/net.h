/* Nets and linear models (struct ft_net of model.h) over rows of features.
 *
 * Shapes   features are feature-major, feature f of row r at feature[f * stride + r]; margins are
 *          row-major, rows × outputs.
 * NULLs    a NaN feature is missing: a term's `absent`, a lookup's last row.
 * Numbers  as model.h says; the same bits on every processor, for one row as for many.
 * Threads  no globals but the kernel's choice (kernel.h). */
#ifndef FORETELL_PREDICT_NET_H
#define FORETELL_PREDICT_NET_H

#include "foretell/arena.h"
#include "foretell/model.h"

struct ft_net_input {
  const float *feature;
  size_t stride;       /* floats from one feature to the next */
  const uint32_t *row; /* which rows; NULL: 0 … rows - 1 */
  size_t rows;
};

/* margin[r * outputs + g] += weight * (base[g] + y[g]), in double, y the last layer's float32.
 * The net is one that ft_model_check would let through, of a member on the scale of margins.
 * Errors: FT_NOMEM; FT_INVALID  FORETELL_KERNEL names no kernel. Then `margin` is untouched. */
enum ft_status ft_net_run(double *margin, const struct ft_net *net, uint32_t outputs, double weight,
                          const struct ft_net_input *input, struct ft_error *err) FT_MUST_CHECK;

#define FT_NET_ROWS 64 /* that a kernel takes at once */

/* A kernel's working memory for nets, one thread's. */
struct ft_net_work {
  float *term;     /* most terms × FT_NET_ROWS */
  float *layer[2]; /* most outputs of a layer × FT_NET_ROWS each */
  float *last;     /* most outputs of a last layer × FT_NET_ROWS */
};

/* Room for each of the nets. Errors: FT_NOMEM */
enum ft_status ft_net_work_make(struct ft_net_work *out, struct ft_arena *arena,
                                const struct ft_net *net, uint32_t nets,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
