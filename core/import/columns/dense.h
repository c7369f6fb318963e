/* Dense layers: over the columns of a table, which become the terms and lookups of a net, and over other
 * layers. What makes a network of another leaves that one as it is.
 *
 * Shapes   a weight is inputs × outputs.
 * Numbers  weights are double until the model is made. */
#ifndef FORETELL_IMPORT_COLUMNS_DENSE_H
#define FORETELL_IMPORT_COLUMNS_DENSE_H

#include "core/import/columns/columns.h"

struct ft_dense_layer {
  uint32_t inputs, outputs;
  enum ft_activation activation;
  double *bias, *weight; /* inputs × outputs */
};
struct ft_dense_network {
  bool has_gap; /* a column is NaN where its field is NULL */
  uint32_t terms, lookups, layers;
  struct ft_term *term;
  struct ft_lookup *lookup;
  struct ft_dense_layer layer[FT_NET_MAX_LAYERS];
};

/* A network of one layer, whose inputs are the table's columns. `bias`: NULL, or one an output. */
enum ft_status ft_dense_start(struct ft_dense_network **out, struct ft_columns *columns,
                              const struct ft_column_source *source,
                              const struct ft_prepared_table *table, uint32_t outputs,
                              const double *weight, const double *bias,
                              struct ft_error *err) FT_MUST_CHECK;

/* One more layer on top of `network`. */
enum ft_status ft_dense_add(struct ft_dense_network **out, const struct ft_columns *columns,
                            const struct ft_column_source *source,
                            const struct ft_dense_network *network, uint32_t outputs,
                            const double *weight, const double *bias,
                            struct ft_error *err) FT_MUST_CHECK;

/* What it gives × scale + shift; NULL: 1, 0. */
enum ft_status ft_dense_affine(struct ft_dense_network **out, const struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_dense_network *network,
                               const struct ft_column_numbers *scale,
                               const struct ft_column_numbers *shift,
                               struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_dense_activate(struct ft_dense_network **out, const struct ft_columns *columns,
                                 const struct ft_column_source *source,
                                 const struct ft_dense_network *network,
                                 enum ft_activation activation, struct ft_error *err) FT_MUST_CHECK;

/* The last layer's sums times a matrix, which has its outputs × `outputs`. */
enum ft_status ft_dense_last_times(struct ft_dense_network **out, const struct ft_columns *columns,
                                   const struct ft_column_source *source,
                                   const struct ft_dense_network *network, uint32_t outputs,
                                   const double *weight, struct ft_error *err) FT_MUST_CHECK;

/* The last layer, and how many outputs it has. */
struct ft_dense_layer *ft_dense_last(struct ft_dense_network *network);
uint32_t ft_dense_outputs(const struct ft_dense_network *network);

/* Two outputs to the difference of the second and the first, in the network itself. */
enum ft_status ft_dense_difference(struct ft_dense_network *network, struct ft_arena *arena,
                                   struct ft_error *err) FT_MUST_CHECK;

/* A member of the network, whose last layer has no activation. */
enum ft_status ft_dense_make(struct ft_member *out, struct ft_arena *arena,
                             const struct ft_dense_network *network,
                             struct ft_error *err) FT_MUST_CHECK;

/* The model's member. */
enum ft_status ft_dense_member(struct ft_import *import, struct ft_arena *arena,
                               const struct ft_dense_network *network,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
