/* A network while it is trained: weights, gradients, and a batch's way through it and back.
 *
 * The first layer's weights are a number for each input, which its whole row is multiplied by, times a
 * matrix: the step of that number is large, so that inputs that say nothing fade soon. Weights start
 * from the neural tangent parametrisation: a layer's deviation and rate shrink with the root of
 * its inputs.
 *
 * Order    make, batch_make, begin; then for each batch: fill number, slot and rows, forward, fill delta[0],
 *          backward, step.
 * Valid    `first` and `turned` follow the parameters: whoever changes `value` calls ft_mlp_network_refresh.
 *          `gradient` after backward until the next; `h` and `slope` after forward. A batch's delta[1] is
 *          working memory.
 * Owner    arrays are the arena's; kernel and terms are borrowed.
 * Shapes   batch arrays rows × stride, row-major, a stride being outputs rounded up to FT_MLP_LANES;
 *          what is added to a stride is 0 everywhere.
 * Numbers  float32 in a stated order; random numbers from the generator given.
 * Threads  one thread a network.
 * Source   "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data" (2024). */
#ifndef FORETELL_LEARN_MLP_NETWORK_H
#define FORETELL_LEARN_MLP_NETWORK_H

#include "core/learn/mlp_kernel.h"
#include "core/learn/mlp_terms.h"
#include "foretell/random.h"

struct ft_mlp_network_layer {
  uint32_t inputs; /* of the first: terms, then slots */
  uint32_t outputs;
  uint32_t stride;
  enum ft_activation activation;
  size_t weight; /* inputs × stride, at this place of the parameters */
  size_t bias;   /* stride */
  double gain;   /* deviation of the first weights, factor of their rate */
  float *turned; /* outputs × the stride of the layer before: weights the other way round */
};

struct ft_mlp_network {
  const struct ft_mlp_kernel *kernel;
  const struct ft_mlp_terms *terms;
  uint32_t layers;
  struct ft_mlp_network_layer layer[FT_NET_MAX_LAYERS];
  size_t size;     /* parameters: scales, then weights and biases of each layer */
  size_t scale;    /* of the first layer's inputs, at this place of the parameters */
  float *value;    /* size */
  float *gradient; /* size */
  float *mean;     /* size: Adam's */
  float *square;   /* size: Adam's */
  float *first;    /* the first layer's weights, the inputs' scale included */
  uint64_t steps;  /* of Adam so far */
};

struct ft_mlp_network_batch {
  size_t max;                  /* rows that there is room for */
  size_t rows;                 /* in hand, `max` at most */
  float *number;               /* rows × terms */
  uint32_t *slot;              /* rows × lookups; below the terms' `slots` */
  float *h[FT_NET_MAX_LAYERS]; /* what each layer gives, after its activation; the last: margins */
  float *slope[FT_NET_MAX_LAYERS]; /* derivatives of h by the sums; none of the last */
  float *delta[2];                 /* gradients of a layer's sums; that of the last is delta[0] */
};

struct ft_mlp_network_shape {
  uint32_t width;  /* of the hidden layers */
  uint32_t hidden; /* layers */
  uint32_t outputs;
  enum ft_activation activation;
};

struct ft_mlp_network_rates {
  double rate;          /* of this step */
  double scale_factor;  /* of the rate, for the inputs' scales */
  double bias_factor;   /* of the rate, for the biases */
  double decay;         /* of the weights, a step, as a share of the rate */
  double first, second; /* Adam's beta_1 and beta_2 */
};

/* Errors: FT_NOMEM */
enum ft_status ft_mlp_network_make(struct ft_mlp_network *out, struct ft_arena *arena,
                                   const struct ft_mlp_terms *terms,
                                   const struct ft_mlp_network_shape *shape,
                                   struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_mlp_network_batch_make(struct ft_mlp_network_batch *out, struct ft_arena *arena,
                                         const struct ft_mlp_network *network, size_t rows,
                                         struct ft_error *err) FT_MUST_CHECK;

/* First weights. */
void ft_mlp_network_begin(struct ft_mlp_network *network, struct ft_random *random);
/* After the parameters changed: what is kept beside them. */
void ft_mlp_network_refresh(struct ft_mlp_network *network);
/* The batch's numbers and slots to its last h; with `dropout` above 0 that share of the hidden units
 * is left out, and the others are made larger. */
void ft_mlp_network_forward(const struct ft_mlp_network *network,
                            struct ft_mlp_network_batch *batch, double dropout,
                            struct ft_random *random);
/* From delta[0] to the gradients. */
void ft_mlp_network_backward(struct ft_mlp_network *network, struct ft_mlp_network_batch *batch);
void ft_mlp_network_step(struct ft_mlp_network *network, const struct ft_mlp_network_rates *rates);

/* The model's learner: parameters `value`; its last layer times `scale`.
 * Errors: FT_NOMEM */
enum ft_status ft_mlp_network_export(struct ft_net *out, struct ft_arena *arena,
                                     const struct ft_mlp_network *network, double scale,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
