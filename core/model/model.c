#include "foretell/model.h"

#include <string.h>

#include "core/model/derived.h"
#include "core/model/transform.h"

const char *ft_problem_shown(enum ft_problem problem) {
  static const char *const shown[] = {
#define PROBLEM_SHOWN(name, shown, word) shown,
    FT_PROBLEM_TABLE(PROBLEM_SHOWN)
#undef PROBLEM_SHOWN
  };
  return (unsigned)problem < FT_PROBLEM_COUNT ? shown[problem] : "";
}

static bool calendar_fits(enum ft_calendar_part part, enum ft_type type) {
  bool of_time = part == FT_PART_HOUR || part == FT_PART_MINUTE;
  if ((unsigned)part >= FT_PART_COUNT) return false;
  if (type == FT_DATE) return !of_time;
  if (type == FT_TIME) return of_time;
  return type == FT_TIMESTAMP || type == FT_TIMESTAMPTZ;
}

bool ft_encoder_fits(enum ft_encoder_kind kind, enum ft_calendar_part part, enum ft_type type) {
  bool integer = type == FT_INT16 || type == FT_INT32 || type == FT_INT64;
  switch (kind) {
  case FT_ENCODE_NUMBER:
  case FT_ENCODE_SENTINEL: return type == FT_BOOL || ft_type_is_numeric(type);
  case FT_ENCODE_CATEGORY:
  case FT_ENCODE_CITY: return type == FT_TEXT || type == FT_BOOL || integer;
  case FT_ENCODE_CALENDAR: return calendar_fits(part, type);
  case FT_ENCODE_LENGTH:
  case FT_ENCODE_WORD: return type == FT_TEXT;
  default: return false;
  }
}

static enum ft_status corrupt(struct ft_error *err, const char *what, uint32_t index) {
  return ft_fail(err, FT_CORRUPT, "the model's %s %u is not right", what, (unsigned)index);
}

static bool field_is_right(const struct ft_field *field) {
  if ((unsigned)field->type >= FT_TYPE_COUNT || field->type == FT_TYPE_NONE) return false;
  bool decimal = field->type == FT_DECIMAL;
  if (!decimal && (field->precision || field->scale)) return false;
  if (field->precision > 38 || field->scale > field->precision) return false;
  return field->name && ft_span_is_utf8(ft_span_of(field->name));
}

static enum ft_status check_signature(const struct ft_model *model, struct ft_error *err) {
  if (model->fields > FT_MODEL_MAX_FIELDS) return corrupt(err, "count of fields", model->fields);
  if (!field_is_right(&model->target)) return corrupt(err, "target field", 0);
  for (uint32_t i = 0; i < model->fields; i++)
    if (!field_is_right(&model->field[i])) return corrupt(err, "field", i);
  if (model->labels > FT_MODEL_MAX_LABELS) return corrupt(err, "count of labels", model->labels);
  for (uint32_t i = 0; i < model->labels; i++)
    if (!ft_span_is_utf8(model->label[i])) return corrupt(err, "label", i);
  return FT_OK;
}

/* Problem, link, counts of labels and outputs, and the decision, which must agree. */
static bool decision_is_right(const struct ft_model *model) {
  if (!ft_number_is_finite(model->threshold)) return false;
  switch (model->problem) {
  case FT_REGRESSION:
    return model->labels == 0 && model->outputs == 1 &&
           (model->link == FT_LINK_IDENTITY || model->link == FT_LINK_LOGISTIC ||
            model->link == FT_LINK_EXP || model->link == FT_LINK_SIGNED_SQUARE ||
            model->link == FT_LINK_SOFTPLUS);
  case FT_BINARY:
    return model->labels == 2 && model->outputs == 1 && model->threshold > 0.0 &&
           model->threshold <= 1.0 &&
           (model->link == FT_LINK_LOGISTIC || model->link == FT_LINK_HINGE ||
            model->link == FT_LINK_IDENTITY);
  case FT_MULTICLASS:
    return model->labels >= 2 && model->outputs == model->labels &&
           (model->link == FT_LINK_SOFTMAX || model->link == FT_LINK_LOGISTIC ||
            model->link == FT_LINK_IDENTITY);
  default: return false;
  }
}

static bool word_is_right(const struct ft_model *model, const struct ft_encoder *encoder) {
  if (encoder->categories != 1) return false;
  if (encoder == model->encoder || encoder[-1].kind != FT_ENCODE_WORD ||
      encoder[-1].field != encoder->field)
    return true;
  return ft_hash128_compare(encoder[-1].category[0], encoder->category[0]) < 0;
}

static bool part_is_right(const struct ft_model *model, const struct ft_combination_part *part) {
  if (part->field >= model->fields || (unsigned)part->kind >= FT_COMBINE_KIND_COUNT) return false;
  const bool above = part->kind == FT_COMBINE_ABOVE;
  if (above && (!ft_number_is_finite(part->border) || part->missing_above > 1)) return false;
  return ft_encoder_fits(above ? FT_ENCODE_NUMBER : FT_ENCODE_CITY, FT_PART_DAYS,
                         model->field[part->field].type);
}

/* The encoder with a statistic, and those of its other columns. */
static bool statistic_is_right(const struct ft_model *model, uint32_t index) {
  const struct ft_encoder *encoder = &model->encoder[index];
  const struct ft_statistic *statistic = encoder->statistic;
  if (!statistic || statistic->columns == 0 || statistic->columns > model->features - index ||
      statistic->parts == 0 || statistic->parts > FT_MODEL_MAX_PARTS)
    return false;
  for (uint32_t i = 0; i < statistic->columns; i++)
    if (encoder[i].kind != FT_ENCODE_STATISTIC || encoder[i].field != statistic->part[0].field ||
        encoder[i].categories != 0 || (i > 0 && encoder[i].statistic))
      return false;
  for (uint32_t i = 0; i < statistic->parts; i++)
    if (!part_is_right(model, &statistic->part[i])) return false;
  for (uint32_t i = 1; i < statistic->keys; i++)
    if (statistic->key[i - 1] >= statistic->key[i]) return false;
  return true;
}

static bool encoder_is_right(const struct ft_model *model, const struct ft_encoder *encoder) {
  if (encoder->kind == FT_ENCODE_DERIVED) return ft_derived_is_right(model, encoder);
  if (encoder->field >= model->fields) return false;
  if (!ft_encoder_fits(encoder->kind, encoder->part, model->field[encoder->field].type))
    return false;
  if (encoder->kind == FT_ENCODE_WORD) return word_is_right(model, encoder);
  if (encoder->kind == FT_ENCODE_SENTINEL)
    return encoder->categories == 0 && encoder->low <= encoder->high; /* and no NaN */
  if (!ft_encoder_has_codes(encoder)) return encoder->categories == 0;
  if (encoder->categories > FT_MODEL_MAX_CATEGORIES) return false;
  for (uint32_t i = 1; i < encoder->categories; i++)
    if (ft_hash128_compare(encoder->category[i - 1], encoder->category[i]) >= 0) return false;
  return true;
}

static bool set_is_right(const struct ft_model *model, const struct ft_forest *forest,
                         const struct ft_node *node) {
  return ft_encoder_has_codes(&model->encoder[node->feature]) && node->set <= forest->set_words &&
         node->set_words <= forest->set_words - node->set;
}

static bool node_is_right(const struct ft_model *model, const struct ft_forest *forest,
                          const struct ft_tree *tree, uint32_t index) {
  const struct ft_node *node = &forest->node[tree->first + index];
  const int32_t limit = 1 << 23;
  if (node->feature == FT_NODE_LEAF) return node->leaf > -limit && node->leaf < limit;
  if (node->feature >= model->features || node->missing_left > 1) return false;
  if (node->left <= index || node->left >= tree->nodes) return false;
  if (node->right <= index || node->right >= tree->nodes) return false;
  if (node->set != FT_NODE_NO_SET) return set_is_right(model, forest, node);
  return node->threshold >= -0x1.fffffep127F; /* not NaN, not -infinity */
}

static enum ft_status check_encoders(const struct ft_model *model, struct ft_error *err) {
  uint64_t inputs = 0;
  if (model->features > FT_MODEL_MAX_FEATURES)
    return corrupt(err, "count of features", model->features);
  for (uint32_t i = 0; i < model->features; i++) {
    const struct ft_encoder *encoder = &model->encoder[i];
    const bool looked_up = encoder->kind == FT_ENCODE_STATISTIC;
    if (looked_up ? !statistic_is_right(model, i) : !encoder_is_right(model, encoder))
      return corrupt(err, "encoder", i);
    if (encoder->kind == FT_ENCODE_DERIVED) inputs += encoder->inputs;
    if (looked_up) i += encoder->statistic->columns - 1;
  }
  return inputs > FT_MODEL_MAX_INPUTS ? corrupt(err, "count of inputs", (uint32_t)inputs) : FT_OK;
}

static enum ft_status check_trees(const struct ft_model *model, const struct ft_forest *forest,
                                  uint32_t outputs, struct ft_error *err) {
  uint32_t first = 0;
  for (uint32_t t = 0; t < forest->trees; t++) {
    const struct ft_tree *tree = &forest->tree[t];
    if (tree->first != first || tree->nodes == 0 || tree->nodes > forest->nodes - first ||
        tree->output >= outputs)
      return corrupt(err, "tree", t);
    for (uint32_t i = 0; i < tree->nodes; i++)
      if (!node_is_right(model, forest, tree, i)) return corrupt(err, "node", first + i);
    first += tree->nodes;
  }
  return first == forest->nodes ? FT_OK : corrupt(err, "count of nodes", forest->nodes);
}

static bool all_finite(const float *number, size_t count) {
  uint32_t bits, infinite = 0;
  for (size_t i = 0; i < count; i++) {
    memcpy(&bits, &number[i], sizeof bits);
    infinite |= (bits & 0x7f800000) == 0x7f800000;
  }
  return !infinite;
}

static bool term_is_right(const struct ft_model *model, const struct ft_term *term) {
  return term->feature < model->features && all_finite(&term->centre, 1) &&
         all_finite(&term->scale, 1) && all_finite(&term->absent, 1) && term->low <= term->high;
}

/* The inputs of the first layer are counted on the way. */
static enum ft_status check_inputs(uint32_t *inputs, const struct ft_model *model,
                                   const struct ft_net *net, struct ft_error *err) {
  if (net->terms > FT_NET_MAX_INPUTS) return corrupt(err, "count of terms", net->terms);
  for (uint32_t t = 0; t < net->terms; t++)
    if (!term_is_right(model, &net->term[t])) return corrupt(err, "term", t);
  *inputs = net->terms;
  for (uint32_t i = 0; i < net->lookups; i++) {
    const struct ft_lookup *lookup = &net->lookup[i];
    if (lookup->feature >= model->features || lookup->first != *inputs || lookup->rows < 2 ||
        lookup->rows > FT_NET_MAX_INPUTS - *inputs)
      return corrupt(err, "lookup", i);
    *inputs += lookup->rows;
  }
  return FT_OK;
}

static bool layer_is_right(const struct ft_layer *layer, uint32_t inputs) {
  const size_t weights = (size_t)inputs * layer->outputs;
  return layer->inputs == inputs && layer->outputs > 0 && weights <= FT_NET_MAX_WEIGHTS &&
         (unsigned)layer->activation < FT_ACTIVATE_COUNT &&
         all_finite(layer->bias, layer->outputs) && all_finite(layer->weight, weights);
}

static enum ft_status check_layers(const struct ft_net *net, uint32_t inputs, uint32_t outputs,
                                   struct ft_error *err) {
  size_t weights = 0;
  if (net->layers == 0 || net->layers > FT_NET_MAX_LAYERS)
    return corrupt(err, "count of layers", net->layers);
  for (uint32_t l = 0; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    bool last = l + 1 == net->layers;
    if (last ? layer->outputs != outputs || layer->activation != FT_ACTIVATE_NONE
             : layer->outputs > FT_NET_MAX_WIDTH)
      return corrupt(err, "layer", l);
    if (!layer_is_right(layer, inputs)) return corrupt(err, "layer", l);
    inputs = layer->outputs;
    weights += (size_t)layer->inputs * layer->outputs;
  }
  return weights <= FT_NET_MAX_WEIGHTS ? FT_OK : corrupt(err, "count of layers", net->layers);
}

static enum ft_status check_net(const struct ft_model *model, uint32_t index, uint32_t outputs,
                                struct ft_error *err) {
  const struct ft_net *net = &model->member[index].net;
  uint32_t inputs = 0;
  for (uint32_t i = 0; i < outputs; i++)
    if (!ft_number_is_finite(net->base[i])) return corrupt(err, "base of learner", index);
  FT_TRY(check_inputs(&inputs, model, net, err));
  return check_layers(net, inputs, outputs, err);
}

static bool reads_number(enum ft_encoder_kind kind) {
  return kind == FT_ENCODE_NUMBER || kind == FT_ENCODE_SENTINEL;
}

static bool leaf_is_right(const struct ft_model *model, const struct ft_linear_forest *linear,
                          const struct ft_linear_leaf *leaf, uint32_t first) {
  if (leaf->first != first || leaf->terms > linear->terms - first ||
      !ft_number_is_finite(leaf->constant) || !ft_number_is_finite(leaf->missing))
    return false;
  for (uint32_t i = first; i < first + leaf->terms; i++) {
    const struct ft_leaf_term *term = &linear->term[i];
    if (term->feature >= model->features || !ft_number_is_finite(term->slope) ||
        !reads_number(model->encoder[term->feature].kind))
      return false;
  }
  return true;
}

static enum ft_status check_leaves(const struct ft_model *model,
                                   const struct ft_linear_forest *linear, struct ft_error *err) {
  uint32_t first = 0;
  for (uint32_t i = 0; i < linear->leaves; first += linear->leaf[i++].terms)
    if (!leaf_is_right(model, linear, &linear->leaf[i], first)) return corrupt(err, "leaf", i);
  if (first != linear->terms) return corrupt(err, "count of terms", linear->terms);
  for (uint32_t i = 0; i < linear->splits.nodes; i++) {
    const struct ft_node *node = &linear->splits.node[i];
    if (node->feature == FT_NODE_LEAF && (node->leaf < 0 || (uint32_t)node->leaf >= linear->leaves))
      return corrupt(err, "node", i);
  }
  return FT_OK;
}

static bool scale_is_right(const struct ft_model *model, enum ft_scale scale) {
  if (scale == FT_SCALE_MARGIN) return true;
  if (model->transforms) return false;
  if (scale == FT_SCALE_LOGARITHM)
    return model->problem == FT_REGRESSION && model->link == FT_LINK_IDENTITY;
  return scale == FT_SCALE_PROBABILITY &&
         (model->link == FT_LINK_SOFTMAX ||
          (model->link == FT_LINK_LOGISTIC && model->problem == FT_BINARY));
}

static enum ft_status check_member(const struct ft_model *model, uint32_t index,
                                   struct ft_error *err) {
  const struct ft_member *member = &model->member[index];
  const uint32_t outputs = ft_member_outputs(model, member);
  if (!ft_member_place_is_right(model, member)) return corrupt(err, "place of learner", index);
  if ((unsigned)member->kind >= FT_LEARNER_KIND_COUNT || !ft_number_is_finite(member->weight) ||
      !scale_is_right(model, member->scale))
    return corrupt(err, "learner", index);
  if (member->kind == FT_LEARNER_NET) return check_net(model, index, outputs, err);
  const bool linear = member->kind == FT_LEARNER_LINEAR_FOREST;
  const struct ft_forest *forest = linear ? &member->linear.splits : &member->forest;
  const int32_t limit = linear ? 0 : 1000;
  if (forest->exponent < -limit || forest->exponent > limit)
    return corrupt(err, "exponent of learner", index);
  for (uint32_t i = 0; i < outputs; i++)
    if (!ft_number_is_finite(forest->base[i])) return corrupt(err, "base of learner", index);
  FT_TRY(check_trees(model, forest, outputs, err));
  return linear ? check_leaves(model, &member->linear, err) : FT_OK;
}

enum ft_status ft_model_check(const struct ft_model *model, struct ft_error *err) {
  if (!decision_is_right(model))
    return ft_fail(err, FT_CORRUPT, "the model's problem, link, labels and outputs disagree");
  FT_TRY(check_signature(model, err));
  FT_TRY(check_encoders(model, err));
  if (model->members > FT_MODEL_MAX_MEMBERS)
    return corrupt(err, "count of learners", model->members);
  FT_TRY(ft_transforms_check(model, err));
  for (uint32_t i = 0; i < model->members; i++)
    FT_TRY(check_member(model, i, err));
  return FT_OK;
}
