/* Multi-layer perceptrons. */
#include <string.h>

#include "core/import/columns/dense.h"
#include "core/import/sklearn/sklearn_reading.h"

struct activation {
  const char *name;
  enum ft_activation activation;
};
static const struct activation activations[] = {
  { "identity", FT_ACTIVATE_NONE },
  { "relu", FT_ACTIVATE_RELU },
  { "tanh", FT_ACTIVATE_TANH },
  { "logistic", FT_ACTIVATE_LOGISTIC },
};

static const struct activation *find_activation(const struct ft_sklearn_place *place) {
  for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
    if (ft_sklearn_says(place, "activation", activations[i].name)) return &activations[i];
  return NULL;
}

/* Layer `index`: coefs_ are inputs × outputs. `network`: NULL before the first. */
static enum ft_status add_layer(struct ft_dense_network **network, struct ft_sklearn *sklearn,
                                const struct ft_sklearn_place *place,
                                const struct ft_prepared_table *table, uint32_t index,
                                struct ft_error *err) {
  const struct ft_pickle *weights = ft_pickle_item(ft_pickle_get(place->object, "coefs_"), index);
  const struct ft_pickle *biases =
      ft_pickle_item(ft_pickle_get(place->object, "intercepts_"), index);
  struct ft_column_numbers weight, bias;
  uint32_t inputs = *network ? ft_dense_outputs(*network) : table->columns;
  FT_TRY(ft_sklearn_reals(&weight, sklearn, weights, err));
  FT_TRY(ft_sklearn_reals(&bias, sklearn, biases, err));
  if (bias.count == 0 || bias.count > FT_NET_MAX_WIDTH ||
      weight.count != (uint64_t)inputs * bias.count)
    return ft_sklearn_damaged(place, "its layers", err);
  if (!*network)
    return ft_dense_start(network, &sklearn->columns, &place->source, table, (uint32_t)bias.count,
                          weight.value, bias.value, err);
  return ft_dense_add(network, &sklearn->columns, &place->source, *network, (uint32_t)bias.count,
                      weight.value, bias.value, err);
}

static enum ft_status add_layers(struct ft_dense_network **network, struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place,
                                 const struct ft_prepared_table *table, struct ft_error *err) {
  const struct activation *activation = find_activation(place);
  uint32_t layers = ft_pickle_count(ft_pickle_get(place->object, "coefs_"));
  if (!activation) return ft_sklearn_refuse(place, "with its activation", err);
  if (layers == 0) return ft_sklearn_damaged(place, "its layers", err);
  for (uint32_t i = 0; i < layers; i++) {
    FT_TRY(add_layer(network, sklearn, place, table, i, err));
    if (i + 1 == layers || activation->activation == FT_ACTIVATE_NONE) continue;
    FT_TRY(ft_dense_activate(network, &sklearn->columns, &place->source, *network,
                             activation->activation, err));
  }
  return FT_OK;
}

enum ft_status ft_sklearn_perceptron(struct ft_sklearn *sklearn,
                                     const struct ft_sklearn_place *place,
                                     const struct ft_prepared_table *columns,
                                     struct ft_error *err) {
  struct ft_dense_network *network = NULL;
  struct ft_sklearn_values classes = { 0 };
  bool classifies = strstr(place->name, "Classifier") != NULL;
  bool softmax = ft_sklearn_says(place, "out_activation_", "softmax");
  if (classifies) FT_TRY(ft_sklearn_labels(&classes, sklearn, place, err));
  if (!classifies && !ft_sklearn_says(place, "out_activation_", "identity"))
    return ft_sklearn_refuse(place, "with its loss", err);
  uint32_t outputs = classes.count > 2 ? classes.count : 1;
  if (classifies && softmax != (outputs > 1)) return ft_sklearn_refuse_several(place, err);
  enum ft_link link = softmax ? FT_LINK_SOFTMAX : classifies ? FT_LINK_LOGISTIC : FT_LINK_IDENTITY;
  FT_TRY(ft_sklearn_answer(sklearn, classifies ? &classes : NULL, link, err));
  FT_TRY(add_layers(&network, sklearn, place, columns, err));
  if (ft_dense_outputs(network) != outputs) return ft_sklearn_refuse_several(place, err);
  return ft_dense_member(sklearn->columns.import, sklearn->columns.arena, network, err);
}
