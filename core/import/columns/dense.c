#include "core/import/columns/dense.h"

#include <math.h>
#include <string.h>

#include "core/import/columns/derive.h"
#include "core/import/columns/rounding.h"

#define MAX_WORK (UINT64_C(1) << 27)

struct ft_dense_layer *ft_dense_last(struct ft_dense_network *network) {
  return &network->layer[network->layers - 1];
}

uint32_t ft_dense_outputs(const struct ft_dense_network *network) {
  return network->layer[network->layers - 1].outputs;
}

static enum ft_status fail_size(const struct ft_columns *columns,
                                const struct ft_column_source *source, struct ft_error *err) {
  return ft_fail(err, FT_LIMIT, "%s \"%.64s\" of the %s model has more weights than a net can have",
                 source->kind, source->name, columns->format);
}

/* A layer on top of the network, with room for its numbers. */
static enum ft_status add_layer(struct ft_dense_layer **out, struct ft_dense_network *network,
                                const struct ft_columns *columns,
                                const struct ft_column_source *source, uint32_t inputs,
                                uint32_t outputs, struct ft_error *err) {
  if (network->layers == FT_NET_MAX_LAYERS)
    return ft_column_refuse(source, "more layers than a net can have", err);
  if (outputs == 0) return ft_column_damaged(source, "no outputs", err);
  if ((uint64_t)inputs * outputs > FT_NET_MAX_WEIGHTS) return fail_size(columns, source, err);
  struct ft_dense_layer *layer = &network->layer[network->layers];
  *layer = (struct ft_dense_layer){ .inputs = inputs, .outputs = outputs };
  layer->bias = FT_ARENA_NEW(columns->arena, double, outputs);
  layer->weight = FT_ARENA_NEW(columns->arena, double, (size_t)inputs *outputs);
  if (!layer->bias || !layer->weight) return ft_columns_no_memory(err);
  network->layers++;
  *out = layer;
  return FT_OK;
}

/* --- columns as terms and lookups --- */

struct shape {
  uint32_t terms, rows, lookups;
  uint64_t work;   /* values to be tried */
  uint32_t *first; /* one a field: the first row of its lookup; FT_COLUMN_NONE: none */
};

static enum ft_status measure(struct shape *shape, const struct ft_columns *columns,
                              const struct ft_column_source *source,
                              const struct ft_prepared_table *table, struct ft_error *err) {
  const size_t fields = (size_t)columns->fields + columns->derived;
  shape->first = FT_ARENA_NEW(columns->arena, uint32_t, fields);
  if (!shape->first) return ft_columns_no_memory(err);
  memset(shape->first, UINT8_MAX, fields * sizeof *shape->first);
  for (uint32_t i = 0; i < table->columns; i++) {
    bool coded;
    FT_TRY(ft_column_is_coded(&coded, columns, source, &table->column[i], err));
    uint32_t field = table->column[i].field;
    if (!coded)
      shape->terms++;
    else if (shape->first[field] == FT_COLUMN_NONE) {
      shape->first[field] = shape->rows;
      shape->rows += columns->field[field].categories + 2;
      shape->lookups++;
    }
    shape->work += coded ? columns->field[field].categories : 0;
    if (shape->terms > FT_NET_MAX_INPUTS || shape->rows > FT_NET_MAX_INPUTS ||
        shape->work > MAX_WORK)
      return fail_size(columns, source, err);
  }
  return FT_OK;
}

static enum ft_status make_lookups(struct ft_dense_network *network,
                                   const struct ft_columns *columns, const struct shape *shape,
                                   struct ft_error *err) {
  network->lookup = FT_ARENA_NEW(columns->arena, struct ft_lookup, shape->lookups);
  network->term = FT_ARENA_NEW(columns->arena, struct ft_term, shape->terms);
  if (!network->lookup || !network->term) return ft_columns_no_memory(err);
  uint32_t first = shape->terms;
  for (uint32_t f = 0; f < columns->fields; f++) {
    if (shape->first[f] == FT_COLUMN_NONE) continue;
    uint32_t rows = columns->field[f].categories + 2;
    network->lookup[network->lookups++] = (struct ft_lookup){ f, first, rows };
    shape->first[f] = first;
    first += rows;
  }
  return FT_OK;
}

/* The centre as float32; what that lacks goes behind the bounds. */
static void round_centre(struct ft_column_form *form) {
  const double centre = (float)form->centre, rest = (centre - form->centre) * form->scale;
  form->centre = centre;
  form->low -= rest;
  form->high -= rest;
  form->shift += rest;
}

static enum ft_status add_term(struct ft_dense_network *network, struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_prepared_column *column,
                               struct ft_dense_layer *layer, const double *weight,
                               struct ft_error *err) {
  struct ft_column_form form;
  uint32_t feature;
  FT_TRY(ft_column_feature(&feature, columns, source, column, err));
  if (!ft_column_form(&form, column))
    return ft_column_refuse(source, "an input is no linear function of its field", err);
  FT_TRY(ft_column_check_rounding(columns, source, column, &form, err));
  round_centre(&form);
  double absent = ft_column_value(column, (struct ft_raw){ .kind = FT_RAW_MISSING });
  if (isnan(absent)) {
    absent = 0;
    network->has_gap = network->has_gap || ft_column_has_gap(columns, column);
  }
  double *row = layer->weight + (size_t)network->terms * layer->outputs;
  network->term[network->terms++] = (struct ft_term){ .feature = feature,
                                                      .centre = (float)form.centre,
                                                      .scale = (float)form.scale,
                                                      .low = (float)form.low,
                                                      .high = (float)form.high,
                                                      .absent = (float)(absent - form.shift) };
  for (uint32_t o = 0; o < layer->outputs; o++) {
    row[o] = weight[o];
    layer->bias[o] += form.shift * weight[o];
  }
  return FT_OK;
}

/* A row a category: what all the field's columns then add up to. */
static void add_rows(const struct ft_columns *columns, const struct ft_prepared_column *column,
                     struct ft_dense_layer *layer, uint32_t first, const double *weight) {
  const struct ft_column_field *field = &columns->field[column->field];
  const uint32_t *code = columns->codes.code + columns->codes.first[column->field];
  for (uint32_t c = 0; c <= field->categories + 1; c++) {
    bool missing = c == field->categories + 1;
    double x =
        ft_column_value(column, ft_column_raw(columns, column->field, missing ? UINT32_MAX : c));
    uint32_t row = missing ? c : c == field->categories ? 0 : code[c];
    double *sum = layer->weight + (size_t)(first + row) * layer->outputs;
    if (x == 0 || isnan(x)) continue;
    for (uint32_t o = 0; o < layer->outputs; o++)
      sum[o] += x * weight[o];
  }
}

static enum ft_status start_network(struct ft_dense_network *network, struct ft_columns *columns,
                                    const struct ft_column_source *source,
                                    const struct ft_prepared_table *table, uint32_t outputs,
                                    const double *weight, struct ft_error *err) {
  struct shape shape = { 0 };
  struct ft_dense_layer *layer;
  FT_TRY(ft_columns_sign(columns, err));
  FT_TRY(measure(&shape, columns, source, table, err));
  FT_TRY(make_lookups(network, columns, &shape, err));
  FT_TRY(add_layer(&layer, network, columns, source, shape.terms + shape.rows, outputs, err));
  for (uint32_t i = 0; i < table->columns; i++) {
    const struct ft_prepared_column *column = &table->column[i];
    const double *row = weight + (size_t)i * outputs;
    if (shape.first[column->field] == FT_COLUMN_NONE)
      FT_TRY(add_term(network, columns, source, column, layer, row, err));
    else
      add_rows(columns, column, layer, shape.first[column->field], row);
  }
  if (!network->has_gap) return FT_OK;
  return ft_import_notice(columns->import, columns->arena, err,
                          "the file's model has no prediction where a number is NULL; the column "
                          "counts as 0 there");
}

/* A layer is given on: an operator behind it must not change it under another one's feet. */
static enum ft_status copy_network(struct ft_dense_network **out, const struct ft_columns *columns,
                                   const struct ft_dense_network *from, struct ft_error *err) {
  *out = FT_ARENA_NEW(columns->arena, struct ft_dense_network, 1);
  if (!*out) return ft_columns_no_memory(err);
  if (from) **out = *from;
  return FT_OK;
}

static void add_bias(struct ft_dense_layer *layer, const double *bias) {
  for (uint32_t o = 0; bias && o < layer->outputs; o++)
    layer->bias[o] += bias[o];
}

enum ft_status ft_dense_start(struct ft_dense_network **out, struct ft_columns *columns,
                              const struct ft_column_source *source,
                              const struct ft_prepared_table *table, uint32_t outputs,
                              const double *weight, const double *bias, struct ft_error *err) {
  struct ft_dense_network *made;
  FT_TRY(copy_network(&made, columns, NULL, err));
  FT_TRY(start_network(made, columns, source, table, outputs, weight, err));
  add_bias(&made->layer[0], bias);
  *out = made;
  return FT_OK;
}

enum ft_status ft_dense_add(struct ft_dense_network **out, const struct ft_columns *columns,
                            const struct ft_column_source *source,
                            const struct ft_dense_network *network, uint32_t outputs,
                            const double *weight, const double *bias, struct ft_error *err) {
  const uint32_t inputs = ft_dense_outputs(network);
  struct ft_dense_network *made;
  struct ft_dense_layer *layer;
  if (inputs > FT_NET_MAX_WIDTH) return ft_column_refuse(source, "a layer that is too wide", err);
  FT_TRY(copy_network(&made, columns, network, err));
  FT_TRY(add_layer(&layer, made, columns, source, inputs, outputs, err));
  memcpy(layer->weight, weight, (size_t)inputs * outputs * sizeof *weight);
  add_bias(layer, bias);
  *out = made;
  return FT_OK;
}

static double item(const struct ft_column_numbers *reals, uint32_t index, double otherwise) {
  return reals ? reals->value[reals->count == 1 ? 0 : index] : otherwise;
}

/* Into the last layer where it has no activation, else into one of its own. */
enum ft_status ft_dense_affine(struct ft_dense_network **out, const struct ft_columns *columns,
                               const struct ft_column_source *source,
                               const struct ft_dense_network *network,
                               const struct ft_column_numbers *scale,
                               const struct ft_column_numbers *shift, struct ft_error *err) {
  const struct ft_dense_layer *last = &network->layer[network->layers - 1];
  const uint32_t outputs = last->outputs;
  if ((scale && scale->count != 1 && scale->count != outputs) ||
      (shift && shift->count != 1 && shift->count != outputs))
    return ft_column_refuse(source, "constants of another shape than its input", err);
  bool own = last->activation != FT_ACTIVATE_NONE;
  struct ft_dense_network *made;
  struct ft_dense_layer *layer;
  FT_TRY(copy_network(&made, columns, network, err));
  if (!own) made->layers--;
  FT_TRY(add_layer(&layer, made, columns, source, own ? outputs : last->inputs, outputs, err));
  for (uint32_t o = 0; o < outputs; o++) {
    double by = item(scale, o, 1);
    layer->bias[o] = (own ? 0 : last->bias[o]) * by + item(shift, o, 0);
    for (uint32_t i = 0; i < layer->inputs; i++)
      layer->weight[(size_t)i * outputs + o] =
          own ? (i == o ? by : 0) : last->weight[(size_t)i * outputs + o] * by;
  }
  *out = made;
  return FT_OK;
}

enum ft_status ft_dense_last_times(struct ft_dense_network **out, const struct ft_columns *columns,
                                   const struct ft_column_source *source,
                                   const struct ft_dense_network *network, uint32_t outputs,
                                   const double *weight, struct ft_error *err) {
  const struct ft_dense_layer *last = &network->layer[network->layers - 1];
  struct ft_dense_network *made;
  struct ft_dense_layer *layer;
  if (last->activation != FT_ACTIVATE_NONE)
    return ft_dense_add(out, columns, source, network, outputs, weight, NULL, err);
  FT_TRY(copy_network(&made, columns, network, err));
  made->layers--;
  FT_TRY(add_layer(&layer, made, columns, source, last->inputs, outputs, err));
  for (uint32_t m = 0; m < last->outputs; m++)
    for (uint32_t o = 0; o < outputs; o++) {
      const double by = weight[(size_t)m * outputs + o];
      layer->bias[o] += last->bias[m] * by;
      for (uint32_t i = 0; by != 0 && i < last->inputs; i++)
        layer->weight[(size_t)i * outputs + o] += last->weight[(size_t)i * last->outputs + m] * by;
    }
  *out = made;
  return FT_OK;
}

enum ft_status ft_dense_activate(struct ft_dense_network **out, const struct ft_columns *columns,
                                 const struct ft_column_source *source,
                                 const struct ft_dense_network *network,
                                 enum ft_activation activation, struct ft_error *err) {
  struct ft_dense_network *made;
  if (network->layer[network->layers - 1].activation == FT_ACTIVATE_NONE)
    FT_TRY(copy_network(&made, columns, network, err));
  else
    FT_TRY(ft_dense_affine(&made, columns, source, network, NULL, NULL, err));
  ft_dense_last(made)->activation = activation;
  *out = made;
  return FT_OK;
}

enum ft_status ft_dense_difference(struct ft_dense_network *network, struct ft_arena *arena,
                                   struct ft_error *err) {
  struct ft_dense_layer *layer = &network->layer[network->layers - 1];
  double *weight = FT_ARENA_NEW(arena, double, layer->inputs);
  double *bias = FT_ARENA_NEW(arena, double, 1);
  if (!weight || !bias) return ft_columns_no_memory(err);
  for (uint32_t i = 0; i < layer->inputs; i++)
    weight[i] = layer->weight[2 * (size_t)i + 1] - layer->weight[2 * (size_t)i];
  *bias = layer->bias[1] - layer->bias[0];
  *layer = (struct ft_dense_layer){ layer->inputs, 1, layer->activation, bias, weight };
  return FT_OK;
}

/* --- the model's member --- */

static enum ft_status narrow(const float **out, struct ft_arena *arena, const double *from,
                             size_t count, struct ft_error *err) {
  float *to = FT_ARENA_NEW(arena, float, count);
  if (!to) return ft_columns_no_memory(err);
  for (size_t i = 0; i < count; i++)
    to[i] = (float)from[i];
  *out = to;
  return FT_OK;
}

enum ft_status ft_dense_make(struct ft_member *out, struct ft_arena *arena,
                             const struct ft_dense_network *network, struct ft_error *err) {
  struct ft_layer *layer = FT_ARENA_NEW(arena, struct ft_layer, network->layers);
  const struct ft_dense_layer *last = &network->layer[network->layers - 1];
  double *base = FT_ARENA_NEW(arena, double, last->outputs);
  if (!layer || !base) return ft_columns_no_memory(err);
  for (uint32_t l = 0; l < network->layers; l++) {
    const struct ft_dense_layer *from = &network->layer[l];
    layer[l] = (struct ft_layer){ .inputs = from->inputs,
                                  .outputs = from->outputs,
                                  .activation = from->activation };
    FT_TRY(narrow(&layer[l].bias, arena, from->bias, from->outputs, err));
    FT_TRY(
        narrow(&layer[l].weight, arena, from->weight, (size_t)from->inputs * from->outputs, err));
  }
  *out = (struct ft_member){ .kind = FT_LEARNER_NET, .weight = 1 };
  out->net = (struct ft_net){ .terms = network->terms,
                              .term = network->term,
                              .lookups = network->lookups,
                              .lookup = network->lookup,
                              .layers = network->layers,
                              .layer = layer,
                              .base = base };
  return FT_OK;
}

enum ft_status ft_dense_member(struct ft_import *import, struct ft_arena *arena,
                               const struct ft_dense_network *network, struct ft_error *err) {
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, 1);
  if (!member) return ft_columns_no_memory(err);
  FT_TRY(ft_dense_make(member, arena, network, err));
  import->model.member = member;
  import->model.members = 1;
  import->model_type = network->layers > 1 ? "net" : "linear";
  return FT_OK;
}
