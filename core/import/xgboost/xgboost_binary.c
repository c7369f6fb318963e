#include "core/import/xgboost/xgboost_binary.h"

#include <string.h>

#define HEADER_BYTES        136 /* of the learner */
#define TREES_HEADER_BYTES  160 /* of gbtree and dart */
#define TREE_HEADER_BYTES   148
#define NODE_BYTES          20
#define STATISTICS_BYTES    16
#define LINEAR_HEADER_BYTES 136
#define LONGEST_NAME        64

struct reading {
  struct ft_arena *arena;
  const uint8_t *data;
  size_t left;
  struct ft_error *err;
};

static enum ft_status fail(struct reading *reading, const char *what) {
  return ft_fail(reading->err, FT_CORRUPT,
                 "the XGBoost model cannot be read: %s, %zu bytes before its end", what,
                 reading->left);
}

static enum ft_status take(struct reading *reading, const uint8_t **out, size_t bytes) {
  if (bytes > reading->left) return fail(reading, "it is cut short");
  *out = reading->data;
  reading->data += bytes;
  reading->left -= bytes;
  return FT_OK;
}

static uint64_t little_endian(const uint8_t *byte, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i > 0; i--)
    value = value << 8 | byte[i - 1];
  return value;
}

static uint32_t word(const uint8_t *byte) {
  return (uint32_t)little_endian(byte, 4);
}

static double integer(const uint8_t *byte) {
  uint32_t bits = word(byte);
  return bits < UINT32_C(1) << 31 ? bits : bits - 4294967296.0;
}

static double real(const uint8_t *byte) {
  uint32_t bits = word(byte);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* A count of things of at least `bytes` each. */
static enum ft_status take_count(struct reading *reading, size_t *out, size_t bytes) {
  const uint8_t *data = NULL;
  FT_TRY(take(reading, &data, 8));
  uint64_t count = little_endian(data, 8);
  if (count > reading->left / bytes) return fail(reading, "a count beyond its end");
  *out = (size_t)count;
  return FT_OK;
}

static enum ft_status take_text(struct reading *reading, struct ft_span *out) {
  const uint8_t *data = NULL;
  size_t size = 0;
  FT_TRY(take_count(reading, &size, 1));
  FT_TRY(take(reading, &data, size));
  *out = (struct ft_span){ (const char *)data, size };
  return FT_OK;
}

/* The objective's name. In the oldest files its length stands four bytes further on. */
static enum ft_status take_objective(struct reading *reading, struct ft_span *out) {
  const uint8_t *gap = NULL;
  if (reading->left >= 8 && word(reading->data + 4) != 0) FT_TRY(take(reading, &gap, 4));
  return take_text(reading, out);
}

static struct ft_element of_number(double number) {
  return (struct ft_element){ .kind = FT_ELEMENT_NUMBER, .number = number };
}

static struct ft_element of_text(struct ft_span text) {
  return (struct ft_element){ .kind = FT_ELEMENT_TEXT, .text = text };
}

static struct ft_element of_numbers(const double *number, size_t count) {
  return (struct ft_element){ .kind = FT_ELEMENT_NUMBERS, .count = count, .of.number = number };
}

static struct ft_element of_items(const struct ft_element *item, size_t count) {
  return (struct ft_element){ .kind = FT_ELEMENT_LIST, .count = count, .of.item = item };
}

/* An object under construction. */
struct object {
  struct ft_object_member *member;
  size_t count, room;
};

static enum ft_status open_object(struct object *out, struct reading *reading, size_t room) {
  *out = (struct object){ FT_ARENA_NEW(reading->arena, struct ft_object_member, room), 0, room };
  return out->member ? FT_OK : ft_arena_fail(reading->err, "the model");
}

static void put(struct object *object, const char *name, struct ft_element value) {
  if (object->count == object->room) return;
  object->member[object->count++] = (struct ft_object_member){ ft_span_of(name), value };
}

static struct ft_element of_object(const struct object *object) {
  return (struct ft_element){ .kind = FT_ELEMENT_OBJECT,
                              .count = object->count,
                              .of.member = object->member };
}

enum node_array { LEFT, RIGHT, FEATURE, CONDITION, MISSING_LEFT, NODE_ARRAYS };
static const char *const node_array_name[NODE_ARRAYS] = { "left_children", "right_children",
                                                          "split_indices", "split_conditions",
                                                          "default_left" };

static void read_node(double *array[NODE_ARRAYS], size_t index, const uint8_t *node) {
  uint32_t split = word(node + 12);
  array[LEFT][index] = integer(node + 4); /* behind the parent */
  array[RIGHT][index] = integer(node + 8);
  array[FEATURE][index] = split & 0x7fffffff;
  array[MISSING_LEFT][index] = split >> 31;
  array[CONDITION][index] = real(node + 16);
}

static enum ft_status check_tree(struct reading *reading, const uint8_t *header) {
  if (word(header) > 1)
    return ft_fail(reading->err, FT_UNSUPPORTED, "the XGBoost model has trees of several roots");
  if (word(header + 20) > 1)
    return ft_fail(reading->err, FT_UNSUPPORTED, "the XGBoost model has leaves of several numbers");
  return FT_OK;
}

static enum ft_status read_tree(struct reading *reading, struct ft_element *out) {
  const uint8_t *header = NULL, *node = NULL, *statistics = NULL;
  double *array[NODE_ARRAYS];
  struct object tree;
  FT_TRY(take(reading, &header, TREE_HEADER_BYTES));
  FT_TRY(check_tree(reading, header));
  size_t nodes = word(header + 4);
  if (nodes == 0 || nodes > reading->left / (NODE_BYTES + STATISTICS_BYTES))
    return fail(reading, "a tree's number of nodes");
  FT_TRY(take(reading, &node, nodes * NODE_BYTES));
  FT_TRY(take(reading, &statistics, nodes * STATISTICS_BYTES));
  FT_TRY(open_object(&tree, reading, NODE_ARRAYS));
  for (int i = 0; i < NODE_ARRAYS; i++) {
    array[i] = FT_ARENA_NEW(reading->arena, double, nodes);
    if (!array[i]) return ft_arena_fail(reading->err, "the model's trees");
    put(&tree, node_array_name[i], of_numbers(array[i], nodes));
  }
  for (size_t i = 0; i < nodes; i++)
    read_node(array, i, node + i * NODE_BYTES);
  *out = of_object(&tree);
  return FT_OK;
}

/* Numbers of four bytes, as doubles. */
static enum ft_status read_numbers(struct reading *reading, struct ft_element *out, size_t count,
                                   double (*number)(const uint8_t *)) {
  const uint8_t *data = NULL;
  if (count > reading->left / 4) return fail(reading, "it is cut short");
  FT_TRY(take(reading, &data, count * 4));
  double *value = FT_ARENA_NEW(reading->arena, double, count + 1);
  if (!value) return ft_arena_fail(reading->err, "the model");
  for (size_t i = 0; i < count; i++)
    value[i] = number(data + i * 4);
  *out = of_numbers(value, count);
  return FT_OK;
}

static enum ft_status read_vector(struct reading *reading, struct ft_element *out) {
  size_t count = 0;
  FT_TRY(take_count(reading, &count, 4));
  return read_numbers(reading, out, count, real);
}

/* Since 1.6 the second number is num_parallel_tree, before it was another. */
static enum ft_status read_parameters(struct reading *reading, struct object *model,
                                      const uint8_t *header, bool since_1_6) {
  struct object parameters;
  FT_TRY(open_object(&parameters, reading, 1));
  if (since_1_6) put(&parameters, "num_parallel_tree", of_number(integer(header + 4)));
  put(model, "gbtree_model_param", of_object(&parameters));
  return FT_OK;
}

static enum ft_status read_trees(struct reading *reading, struct object *booster, bool dart,
                                 bool since_1_6) {
  const uint8_t *header = NULL;
  struct object model;
  struct ft_element groups, weights;
  FT_TRY(take(reading, &header, TREES_HEADER_BYTES));
  size_t trees = word(header);
  if (trees > reading->left / TREE_HEADER_BYTES) return fail(reading, "its number of trees");
  struct ft_element *tree = FT_ARENA_NEW(reading->arena, struct ft_element, trees + 1);
  if (!tree) return ft_arena_fail(reading->err, "the model's trees");
  for (size_t i = 0; i < trees; i++)
    FT_TRY(read_tree(reading, &tree[i]));
  FT_TRY(read_numbers(reading, &groups, trees, integer));
  FT_TRY(open_object(&model, reading, 3));
  FT_TRY(read_parameters(reading, &model, header, since_1_6));
  put(&model, "trees", of_items(tree, trees));
  put(&model, "tree_info", groups);
  put(booster, "model", of_object(&model));
  if (!dart || trees == 0) return FT_OK;
  FT_TRY(read_vector(reading, &weights));
  if (weights.count != trees) return fail(reading, "the weights of its trees");
  put(booster, "weight_drop", weights);
  return FT_OK;
}

static enum ft_status read_linear(struct reading *reading, struct object *booster) {
  const uint8_t *header = NULL;
  struct object model;
  struct ft_element weights;
  FT_TRY(take(reading, &header, LINEAR_HEADER_BYTES));
  FT_TRY(read_vector(reading, &weights));
  FT_TRY(open_object(&model, reading, 1));
  put(&model, "weights", weights);
  put(booster, "model", of_object(&model));
  return FT_OK;
}

static enum ft_status read_attributes(struct reading *reading, struct ft_element *out) {
  struct object attributes;
  size_t count = 0;
  FT_TRY(take_count(reading, &count, 16));
  FT_TRY(open_object(&attributes, reading, count + 1));
  for (size_t i = 0; i < count; i++) {
    struct ft_object_member *member = &attributes.member[i];
    struct ft_span value = { "", 0 };
    FT_TRY(take_text(reading, &member->name));
    FT_TRY(take_text(reading, &value));
    member->value = of_text(value);
  }
  attributes.count = count;
  *out = of_object(&attributes);
  return FT_OK;
}

/* The learner's header: base_score, num_feature, num_class, whether attributes follow, whether
 * metrics do, the version's two numbers, num_target; before 1.0 nothing from the version on. */
struct header {
  const uint8_t *bytes;
  struct ft_span objective;
  struct ft_span booster;
};

static enum ft_status take_header(struct reading *reading, struct header *out) {
  FT_TRY(take(reading, &out->bytes, HEADER_BYTES));
  FT_TRY(take_objective(reading, &out->objective));
  return take_text(reading, &out->booster);
}

static enum ft_status make_parameters(struct reading *reading, struct ft_element *out,
                                      const uint8_t *header) {
  struct object parameters;
  FT_TRY(open_object(&parameters, reading, 4));
  put(&parameters, "base_score", of_number(real(header)));
  put(&parameters, "num_feature", of_number(word(header + 4)));
  put(&parameters, "num_class", of_number(integer(header + 8)));
  put(&parameters, "num_target", of_number(word(header + 28)));
  *out = of_object(&parameters);
  return FT_OK;
}

static enum ft_status read_booster(struct reading *reading, struct ft_element *out,
                                   const struct header *header) {
  struct object booster;
  double major = word(header->bytes + 20), minor = word(header->bytes + 24);
  bool since_1_6 = major > 1 || (major == 1 && minor >= 6);
  bool dart = ft_span_equal(header->booster, FT_SPAN("dart"));
  FT_TRY(open_object(&booster, reading, 3));
  put(&booster, "name", of_text(header->booster));
  if (ft_span_equal(header->booster, FT_SPAN("gblinear")))
    FT_TRY(read_linear(reading, &booster));
  else
    FT_TRY(read_trees(reading, &booster, dart, since_1_6));
  *out = of_object(&booster);
  return FT_OK;
}

static enum ft_status read_learner(struct reading *reading, struct ft_element *out,
                                   const struct header *header) {
  struct object learner, objective;
  struct ft_element value;
  FT_TRY(open_object(&learner, reading, 4));
  FT_TRY(open_object(&objective, reading, 1));
  put(&objective, "name", of_text(header->objective));
  put(&learner, "objective", of_object(&objective));
  FT_TRY(make_parameters(reading, &value, header->bytes));
  put(&learner, "learner_model_param", value);
  FT_TRY(read_booster(reading, &value, header));
  put(&learner, "gradient_booster", value);
  if (word(header->bytes + 12) != 0) {
    FT_TRY(read_attributes(reading, &value));
    put(&learner, "attributes", value);
  }
  *out = of_object(&learner);
  return FT_OK;
}

/* Step behind what may stand before the header. */
static void skip_marks(struct reading *reading) {
  static const char configured[] = "CONFIG-offset:";
  const size_t mark = sizeof configured - 1;
  if (reading->left >= mark + 8 && memcmp(reading->data, configured, mark) == 0) {
    uint64_t size = little_endian(reading->data + mark, 8);
    reading->data += mark + 8;
    reading->left -= mark + 8;
    if (size < reading->left) reading->left = (size_t)size; /* the configuration follows */
  }
  if (reading->left >= 4 && memcmp(reading->data, "binf", 4) == 0) {
    reading->data += 4;
    reading->left -= 4;
  }
}

static bool is_word(struct ft_span text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] <= ' ' || text.data[i] > '~') return false;
  return text.size > 0 && text.size <= LONGEST_NAME;
}

static bool is_booster(struct ft_span name) {
  return ft_span_equal(name, FT_SPAN("gbtree")) || ft_span_equal(name, FT_SPAN("dart")) ||
         ft_span_equal(name, FT_SPAN("gblinear"));
}

bool ft_xgboost_binary_begins(struct ft_span bytes) {
  struct ft_error err;
  struct reading reading = { .data = (const uint8_t *)bytes.data, .left = bytes.size, .err = &err };
  struct header header;
  skip_marks(&reading);
  return take_header(&reading, &header) == FT_OK && is_word(header.objective) &&
         is_booster(header.booster);
}

enum ft_status ft_xgboost_binary_document(struct ft_element *out, struct ft_arena *arena,
                                          struct ft_span bytes, struct ft_error *err) {
  struct reading reading = { .arena = arena,
                             .data = (const uint8_t *)bytes.data,
                             .left = bytes.size,
                             .err = err };
  struct header header;
  struct object document;
  struct ft_element learner;
  skip_marks(&reading);
  FT_TRY(take_header(&reading, &header));
  if (!is_word(header.objective) || !is_booster(header.booster))
    return fail(&reading, "its objective or booster has no name");
  FT_TRY(open_object(&document, &reading, 2));
  FT_TRY(read_learner(&reading, &learner, &header));
  double *version = FT_ARENA_NEW(arena, double, 2);
  if (!version) return ft_arena_fail(err, "the model");
  version[0] = word(header.bytes + 20);
  version[1] = word(header.bytes + 24);
  put(&document, "version", of_numbers(version, 2));
  put(&document, "learner", learner);
  *out = of_object(&document);
  return FT_OK;
}
