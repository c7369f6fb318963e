/* Models and batches for tests: one field of every type, encoders of every kind, random trees.
 *
 * Numbers  the same seed gives the same model and the same rows.
 * Memory   everything is in the caller's arena; a failure ends the program. */
#ifndef FORETELL_TEST_UNIT_BUILD_MODEL_H
#define FORETELL_TEST_UNIT_BUILD_MODEL_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "foretell/arena.h"
#include "foretell/batch.h"
#include "foretell/city.h"
#include "foretell/model.h"
#include "foretell/random.h"
#include "test/unit/build_net.h"

#define BUILD_DAY_US INT64_C(86400000000)

static const struct ft_field build_field[] = {
  { "flag", FT_BOOL, 0, 0 },        { "small", FT_INT16, 0, 0 },
  { "medium", FT_INT32, 0, 0 },     { "large", FT_INT64, 0, 0 },
  { "single", FT_FLOAT32, 0, 0 },   { "real", FT_FLOAT64, 0, 0 },
  { "price", FT_DECIMAL, 10, 2 },   { "colour", FT_TEXT, 0, 0 },
  { "day", FT_DATE, 0, 0 },         { "clock", FT_TIME, 0, 0 },
  { "moment", FT_TIMESTAMP, 0, 0 }, { "zoned", FT_TIMESTAMPTZ, 0, 0 },
  { "unused", FT_TEXT, 0, 0 },
};
#define BUILD_FIELDS (sizeof build_field / sizeof build_field[0])

static const char *const build_colour[] = {
  "red", "green", "blue", "", "grün", "yellowish-orange"
};
#define BUILD_COLOURS (sizeof build_colour / sizeof build_colour[0])

/* What thresholds of an encoder are drawn from. */
struct build_encoder {
  enum ft_encoder_kind kind;
  enum ft_calendar_part part;
  uint32_t field;
  int low, high;
};
static const struct build_encoder build_encoder[] = {
  { FT_ENCODE_NUMBER, 0, 0, 0, 1 },
  { FT_ENCODE_NUMBER, 0, 1, -50, 50 },
  { FT_ENCODE_NUMBER, 0, 2, -1000, 1000 },
  { FT_ENCODE_NUMBER, 0, 3, -16777300, 16777300 },
  { FT_ENCODE_NUMBER, 0, 4, -3, 3 },
  { FT_ENCODE_NUMBER, 0, 5, -3, 3 },
  { FT_ENCODE_NUMBER, 0, 6, -3, 3 },
  { FT_ENCODE_CATEGORY, 0, 7, 0, 6 },
  { FT_ENCODE_LENGTH, 0, 7, 0, 16 },
  { FT_ENCODE_CATEGORY, 0, 1, 0, 5 },
  { FT_ENCODE_CALENDAR, FT_PART_DAYS, 8, -20000, 40000 },
  { FT_ENCODE_CALENDAR, FT_PART_YEAR, 8, 1900, 2090 },
  { FT_ENCODE_CALENDAR, FT_PART_MONTH, 8, 1, 12 },
  { FT_ENCODE_CALENDAR, FT_PART_YEARDAY, 8, 1, 366 },
  { FT_ENCODE_CALENDAR, FT_PART_HOUR, 9, 0, 23 },
  { FT_ENCODE_CALENDAR, FT_PART_MINUTE, 9, 0, 1440 },
  { FT_ENCODE_CALENDAR, FT_PART_DAYS, 10, -20000, 40000 },
  { FT_ENCODE_CALENDAR, FT_PART_HOUR, 10, 0, 23 },
  { FT_ENCODE_CALENDAR, FT_PART_WEEKDAY, 10, 0, 6 },
  { FT_ENCODE_CALENDAR, FT_PART_DAY, 11, 1, 31 },
  { FT_ENCODE_CITY, 0, 7, 0, 5 },
  { FT_ENCODE_CITY, 0, 3, 0, 5 },
  { FT_ENCODE_STATISTIC, 0, 7, -1, 2 },
  { FT_ENCODE_STATISTIC, 0, 7, -1, 2 },
  { FT_ENCODE_STATISTIC, 0, 7, -1, 2 },
  { FT_ENCODE_SENTINEL, 0, 5, -3, 3 },
  { FT_ENCODE_WORD, 0, 7, 0, 2 },
  { FT_ENCODE_WORD, 0, 7, 0, 2 },
  { FT_ENCODE_WORD, 0, 7, 0, 2 },
};
#define BUILD_CITY     20 /* two of them, then a statistic of two columns, and one of one */
#define BUILD_ENCODERS (sizeof build_encoder / sizeof build_encoder[0])

struct build_options {
  enum ft_problem problem;
  enum ft_link link;
  uint32_t labels; /* of classification */
  uint32_t members, trees, depth;
  uint64_t seed;
  uint32_t nets;    /* of the members, the last */
  bool shared;      /* the outputs' trees have the same splits */
  uint32_t scaled;  /* of the members, the first: sums are probabilities, or logarithms */
  bool transformed; /* each member has sums of its own, which transforms bring together */
  uint32_t linears; /* of the members, the first: trees with linear leaves */
  bool derived;     /* there are features of every derivation, of numbers and of one another */
};

static inline int build_hash_order(const void *a, const void *b) {
  return ft_hash128_compare(*(const struct ft_hash128 *)a, *(const struct ft_hash128 *)b);
}

/* Colours but the last, or the integers -2 … 2, as the categories of a field. */
static inline void build_categories(struct ft_encoder *encoder, struct ft_arena *arena,
                                    const struct ft_hash_key *model_key) {
  struct ft_hash_key key = ft_category_key(model_key, encoder->field);
  struct ft_hash128 *hash = build_take(arena, 5, sizeof *hash);
  for (int i = 0; i < 5; i++) {
    int16_t code = (int16_t)(i - 2);
    struct ft_span text = ft_span_of(build_colour[i]);
    bool is_text = build_field[encoder->field].type == FT_TEXT;
    hash[i] =
        is_text ? ft_category_hash(&key, FT_TEXT, &text) : ft_category_hash(&key, FT_INT16, &code);
  }
  qsort(hash, 5, sizeof *hash, build_hash_order);
  encoder->category = hash;
  encoder->categories = 5;
}

/* Three words of the colours, from `encoder` on. */
static inline void build_words(struct ft_encoder *encoder, struct ft_arena *arena,
                               const struct ft_hash_key *model_key) {
  static const char *const word[] = { "red", "orange", "gr\xc3\xbcn" };
  struct ft_hash_key key = ft_category_key(model_key, encoder->field);
  struct ft_hash128 *hash = build_take(arena, 3, sizeof *hash);
  for (int i = 0; i < 3; i++)
    hash[i] = ft_hash_keyed(&key, ft_span_of(word[i]));
  qsort(hash, 3, sizeof *hash, build_hash_order);
  for (int i = 0; i < 3; i++) {
    encoder[i].category = &hash[i];
    encoder[i].categories = 1;
  }
}

/* The colours but the last, or the integers 0 … 4, by their CityHash64. */
static inline void build_city(struct ft_encoder *encoder, struct ft_arena *arena) {
  struct ft_hash128 *hash = build_take(arena, 5, sizeof *hash);
  for (int64_t i = 0; i < 5; i++) {
    struct ft_span text = ft_span_of(build_colour[i]);
    bool is_text = build_field[encoder->field].type == FT_TEXT;
    hash[i] = ft_category_city(is_text ? FT_TEXT : FT_INT64, is_text ? (void *)&text : (void *)&i);
  }
  qsort(hash, 5, sizeof *hash, build_hash_order);
  encoder->category = hash;
  encoder->categories = 5;
}

/* A combination's key with one part more. */
static inline uint64_t build_key(uint64_t key, uint64_t bits) {
  return FT_COMBINATION_FACTOR * (key + FT_COMBINATION_FACTOR * bits);
}

static inline uint64_t build_colour_bits(int colour) {
  return (uint64_t)(int32_t)(uint32_t)ft_city_hash64(ft_span_of(build_colour[colour]));
}

static inline int build_key_order(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* `count` keys, and numbers for them; one number is missing. */
static inline void build_statistic(struct ft_statistic *out, struct ft_arena *arena, uint64_t *key,
                                   uint32_t count, uint32_t columns) {
  float *value = build_take(arena, (size_t)count * columns, sizeof *value);
  float *otherwise = build_take(arena, columns, sizeof *otherwise);
  qsort(key, count, sizeof *key, build_key_order);
  for (uint32_t i = 0; i < count * columns; i++)
    value[i] = i == 4 ? NAN : (float)(i % 7) / 4;
  for (uint32_t i = 0; i < columns; i++)
    otherwise[i] = (float)i - 0.5F;
  out->columns = columns;
  out->keys = count;
  out->key = key;
  out->value = value;
  out->otherwise = otherwise;
}

/* Of the colours alone; and of colours, a number, another colour, and integers from -2 to 2. */
static inline void build_statistics(struct ft_encoder *encoder, struct ft_arena *arena) {
  struct ft_statistic *statistic = build_take(arena, 2, sizeof *statistic);
  struct ft_combination_part *part = build_take(arena, 5, sizeof *part);
  uint64_t *key = build_take(arena, 205, sizeof *key);
  const uint32_t green = (uint32_t)ft_city_hash64(ft_span_of("green"));
  uint32_t keys = 0;
  for (int i = 0; i < 5; i++)
    key[i] = build_key(0, build_colour_bits(i));
  for (uint32_t i = 0; i < 100; i++) { /* colour, integer, above, equal */
    const char text[3] = { i / 5 % 5 < 2 ? '-' : (char)('0' + i / 5 % 5 - 2),
                           (char)('0' + 2 - i / 5 % 5), 0 };
    const struct ft_span integer = { text, i / 5 % 5 < 2 ? 2 : 1 };
    uint64_t made = build_key(0, build_colour_bits((int)(i % 5)));
    made = build_key(made, (uint64_t)(int32_t)(uint32_t)ft_city_hash64(integer));
    made = build_key(build_key(made, i / 25 & 1), i / 50);
    if (i % 3) key[5 + keys++] = made;
  }
  part[0] = part[1] = (struct ft_combination_part){ .field = 7 };
  part[2] = (struct ft_combination_part){ .field = 1 };
  part[3] = (struct ft_combination_part){ .kind = FT_COMBINE_ABOVE,
                                          .field = 5,
                                          .border = 0.25F,
                                          .missing_above = 1 };
  part[4] = (struct ft_combination_part){ .kind = FT_COMBINE_EQUAL, .field = 7, .hash = green };
  statistic[0].parts = 1;
  statistic[0].part = part;
  build_statistic(&statistic[0], arena, key, 5, 2);
  statistic[1].parts = 4;
  statistic[1].part = part + 1;
  build_statistic(&statistic[1], arena, key + 5, keys, 1);
  encoder[0].statistic = &statistic[0];
  encoder[2].statistic = &statistic[1];
}

static inline void build_encoders(struct ft_model *model, struct ft_arena *arena) {
  struct ft_encoder *encoder = build_take(arena, BUILD_ENCODERS, sizeof *encoder);
  for (size_t i = 0; i < BUILD_ENCODERS; i++) {
    encoder[i] = (struct ft_encoder){ .kind = build_encoder[i].kind,
                                      .part = build_encoder[i].part,
                                      .field = build_encoder[i].field };
    if (encoder[i].kind == FT_ENCODE_CATEGORY)
      build_categories(&encoder[i], arena, &model->category_key);
    if (encoder[i].kind == FT_ENCODE_CITY) build_city(&encoder[i], arena);
    if (encoder[i].kind == FT_ENCODE_SENTINEL) encoder[i].low = -1, encoder[i].high = 0.5F;
  }
  build_statistics(&encoder[BUILD_CITY + 2], arena);
  build_words(&encoder[BUILD_ENCODERS - 3], arena, &model->category_key);
  model->encoder = encoder;
  model->features = BUILD_ENCODERS;
}

/* Grow a random tree below `index`, in preorder; answers the count of nodes so far. */
static inline uint32_t build_node(struct ft_node *node, uint32_t index, uint32_t depth,
                                  struct ft_random *random) {
  node[index] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  if (depth == 0 || ft_random_below(random, 8) == 0) {
    node[index].leaf = (int32_t)ft_random_below(random, (1 << 24) - 1) - ((1 << 23) - 1);
    return index + 1;
  }
  uint32_t feature = (uint32_t)ft_random_below(random, BUILD_ENCODERS);
  const struct build_encoder *encoder = &build_encoder[feature];
  int range = encoder->high - encoder->low;
  node[index].feature = feature;
  node[index].missing_left = (uint8_t)ft_random_below(random, 2);
  if (encoder->kind == FT_ENCODE_CATEGORY || encoder->kind == FT_ENCODE_CITY) {
    node[index].set = (uint32_t)ft_random_below(random, 4);
    node[index].set_words = (uint32_t)ft_random_below(random, 2);
  } else {
    double part = ft_random_below(random, 3) ? ft_random_unit(random) : 0.5;
    node[index].threshold = (float)(encoder->low + part * range);
  }
  node[index].left = index + 1;
  node[index].right = build_node(node, index + 1, depth - 1, random);
  return build_node(node, node[index].right, depth - 1, random);
}

/* A tree again with other leaves; answers the count of its nodes. */
static inline uint32_t build_copy(struct ft_node *node, const struct ft_node *of, uint32_t nodes,
                                  struct ft_random *random) {
  memcpy(node, of, nodes * sizeof *node);
  for (uint32_t i = 0; i < nodes; i++)
    if (node[i].feature == FT_NODE_LEAF)
      node[i].leaf = (int32_t)ft_random_below(random, (1 << 24) - 1) - ((1 << 23) - 1);
  return nodes;
}

static inline void build_forest(struct ft_forest *forest, struct ft_arena *arena,
                                const struct build_options *options, uint32_t outputs,
                                struct ft_random *random) {
  struct ft_tree *tree = build_take(arena, options->trees, sizeof *tree);
  struct ft_node *node =
      build_take(arena, (size_t)options->trees << (options->depth + 1), sizeof *node);
  uint32_t *word = build_take(arena, 4, sizeof *word);
  double *base = build_take(arena, outputs, sizeof *base);
  uint32_t nodes = 0;
  for (uint32_t t = 0; t < options->trees; t++) {
    tree[t] = (struct ft_tree){ .first = nodes, .output = t % outputs };
    tree[t].nodes =
        options->shared && t % outputs > 0
            ? build_copy(node + nodes, node + tree[t - 1].first, tree[t - 1].nodes, random)
            : build_node(node + nodes, 0, options->depth, random);
    nodes += tree[t].nodes;
  }
  for (uint32_t i = 0; i < 4; i++)
    word[i] = (uint32_t)ft_random_next(random);
  for (uint32_t i = 0; i < outputs; i++)
    base[i] = ft_random_unit(random) - 0.5;
  *forest = (struct ft_forest){ .trees = options->trees,
                                .tree = tree,
                                .nodes = nodes,
                                .node = node,
                                .set_words = 4,
                                .set_word = word,
                                .exponent = 24,
                                .base = base };
}

/* A net of two hidden layers, the third of a model of none, over most encoders, categories and calendars looked up. */
static inline struct ft_net build_member_net(struct ft_arena *arena, uint32_t member,
                                             uint32_t outputs, struct ft_random *random) {
  static const uint32_t looked_up[] = { 7, 9, 18, 0 };
  struct build_net_options options = { .features = BUILD_ENCODERS,
                                       .terms = BUILD_ENCODERS + 3,
                                       .lookups = 4,
                                       .hidden = member % 3 == 2 ? 0 : 2,
                                       .width = 9,
                                       .outputs = outputs,
                                       .activation = 1 + member % (FT_ACTIVATE_COUNT - 1) };
  struct ft_net net = build_net(arena, &options, random);
  for (uint32_t t = 0; t < net.terms; t++) {
    struct ft_term *term = (struct ft_term *)&net.term[t];
    const struct build_encoder *encoder = &build_encoder[term->feature];
    term->centre += (float)(encoder->low + encoder->high) / 2;
    term->scale /= (float)(encoder->high - encoder->low);
  }
  for (uint32_t i = 0; i < net.lookups; i++)
    ((struct ft_lookup *)net.lookup)[i].feature = looked_up[i];
  return net;
}

/* Of the member of that number, where members have their own. */
static inline uint32_t build_member_outputs(uint32_t member) {
  return 1 + member % 4;
}

/* One transform a member, of all kinds in turn, and one that adds all up to the outputs. */
static inline void build_transforms(struct ft_model *model, struct ft_arena *arena,
                                    struct ft_random *random) {
  const uint32_t members = model->members, outputs = model->outputs;
  struct ft_transform *transform = build_take(arena, members + 1, sizeof *transform);
  struct ft_member *member = (struct ft_member *)model->member;
  uint32_t sums = outputs;
  for (uint32_t m = 0; m < members; m++) {
    member[m].sum = sums;
    member[m].outputs = build_member_outputs(m);
    transform[m] = (struct ft_transform){ .kind = 1 + m % (FT_TRANSFORM_KIND_COUNT - 1),
                                          .first = sums,
                                          .count = member[m].outputs };
    sums += member[m].outputs;
  }
  const uint32_t count = sums - outputs;
  double *number = build_take(arena, (size_t)outputs * (count + 1), sizeof *number);
  for (uint32_t i = 0; i < outputs * (count + 1); i++)
    number[i] = ft_random_unit(random) - 0.5;
  transform[members] = (struct ft_transform){ .first = outputs,
                                              .count = count,
                                              .outputs = outputs,
                                              .number = number };
  model->transforms = members + 1;
  model->transform = transform;
  model->sums = sums;
}

/* Trees as a forest's, whose leaves have up to three terms each of fields that are numbers. */
static inline void build_linear_forest(struct ft_linear_forest *linear, struct ft_arena *arena,
                                       const struct build_options *options, uint32_t outputs,
                                       struct ft_random *random) {
  struct ft_forest *splits = &linear->splits;
  build_forest(splits, arena, options, outputs, random);
  splits->exponent = 0;
  struct ft_linear_leaf *leaf = build_take(arena, splits->nodes, sizeof *leaf);
  struct ft_leaf_term *term = build_take(arena, splits->nodes * (size_t)3, sizeof *term);
  for (uint32_t i = 0; i < splits->nodes; i++) {
    if (splits->node[i].feature != FT_NODE_LEAF) continue;
    struct ft_linear_leaf *made = &leaf[linear->leaves];
    *made = (struct ft_linear_leaf){ .constant = ft_random_unit(random) - 0.5,
                                     .missing = ft_random_unit(random),
                                     .first = linear->terms };
    for (uint64_t wanted = ft_random_below(random, 4); made->terms < wanted;) {
      const uint32_t feature = (uint32_t)ft_random_below(random, BUILD_ENCODERS);
      const enum ft_encoder_kind kind = build_encoder[feature].kind;
      if (kind != FT_ENCODE_NUMBER && kind != FT_ENCODE_SENTINEL) continue;
      term[linear->terms++] = (struct ft_leaf_term){ feature, ft_random_unit(random) - 0.5 };
      made->terms++;
    }
    ((struct ft_node *)splits->node)[i].leaf = (int32_t)linear->leaves++;
  }
  linear->leaf = leaf;
  linear->term = term;
}

/* One feature a derivation behind the others, each also of the one before it. */
#define BUILD_FEATURES (BUILD_ENCODERS + FT_DERIVE_COUNT)
static inline void build_derived(struct ft_model *model, struct ft_arena *arena,
                                 struct ft_random *random) {
  struct ft_encoder *encoder = build_take(arena, BUILD_FEATURES, sizeof *encoder);
  memcpy(encoder, model->encoder, BUILD_ENCODERS * sizeof *encoder);
  for (uint32_t d = 0; d < FT_DERIVE_COUNT; d++) {
    const uint32_t own = BUILD_ENCODERS + d;
    uint32_t inputs = 0;
    while (!ft_derived_fits((enum ft_derivation)d, inputs) || inputs == 0)
      inputs++;
    if (ft_derived_fits((enum ft_derivation)d, 4)) inputs = 4;
    uint32_t *input = build_take(arena, inputs, sizeof *input);
    double *number = build_take(arena, inputs + 1, sizeof *number);
    for (uint32_t i = 0; i < inputs; i++)
      input[i] = i == 1 ? own - 1 : 4 + (uint32_t)ft_random_below(random, 5);
    for (uint32_t i = 0; i <= inputs; i++)
      number[i] = ft_random_unit(random) * 4 - 2;
    if (d == FT_DERIVE_POWER) number[0] = 3;
    encoder[own] = (struct ft_encoder){ .kind = FT_ENCODE_DERIVED,
                                        .derivation = (enum ft_derivation)d,
                                        .inputs = inputs,
                                        .input = input,
                                        .number = number };
  }
  model->encoder = encoder;
  model->features = BUILD_FEATURES;
}

/* Every other node that splits by a number reads a derived feature. */
static inline void build_derived_splits(struct ft_forest *forest) {
  for (uint32_t i = 0; i < forest->nodes; i += 2) {
    struct ft_node *node = &((struct ft_node *)forest->node)[i];
    if (node->feature == FT_NODE_LEAF || node->set != FT_NODE_NO_SET) continue;
    node->feature = BUILD_ENCODERS + i % FT_DERIVE_COUNT;
    if (i % 4) node->threshold = (float)((int)(i % 9) - 4) / 4;
  }
}

static inline struct ft_model build_model(struct ft_arena *arena,
                                          const struct build_options *options) {
  static const char *const names[] = { "no", "yes", "maybe", "später", "" };
  struct ft_random random = ft_random_seeded(options->seed);
  struct ft_model model = { .problem = options->problem,
                            .target = { "target", FT_TEXT, 0, 0 },
                            .fields = BUILD_FIELDS,
                            .field = build_field,
                            .labels = options->labels,
                            .link = options->link,
                            .members = options->members,
                            .threshold = 0.5 };
  struct ft_span *label = build_take(arena, options->labels, sizeof *label);
  for (uint32_t i = 0; i < options->labels; i++)
    label[i] = ft_span_of(names[i % 5]);
  model.label = label;
  model.outputs = options->link == FT_LINK_SOFTMAX ? options->labels : 1;
  for (size_t i = 0; i < sizeof model.category_key.byte; i++)
    model.category_key.byte[i] = (uint8_t)(i * 7 + 1);
  build_encoders(&model, arena);
  if (options->derived) build_derived(&model, arena, &random);
  struct ft_member *member = build_take(arena, options->members, sizeof *member);
  for (uint32_t i = 0; i < options->members; i++) {
    member[i].weight = 1.0 / (1.0 + i);
    const bool numbers = options->problem == FT_REGRESSION;
    if (i < options->scaled) member[i].scale = numbers ? FT_SCALE_LOGARITHM : FT_SCALE_PROBABILITY;
    member[i].kind = i + options->nets < options->members ? FT_LEARNER_FOREST : FT_LEARNER_NET;
    const uint32_t outputs = options->transformed ? build_member_outputs(i) : model.outputs;
    if (i < options->linears) member[i].kind = FT_LEARNER_LINEAR_FOREST;
    if (member[i].kind == FT_LEARNER_LINEAR_FOREST)
      build_linear_forest(&member[i].linear, arena, options, outputs, &random);
    else if (member[i].kind == FT_LEARNER_NET)
      member[i].net = build_member_net(arena, i, outputs, &random);
    else
      build_forest(&member[i].forest, arena, options, outputs, &random);
    if (!options->derived) continue;
    build_derived_splits(&member[i].forest);
    build_derived_splits(&member[i].linear.splits);
    for (uint32_t t = 0; t < member[i].net.terms; t += 3)
      ((struct ft_term *)member[i].net.term)[t].feature = BUILD_ENCODERS + t % FT_DERIVE_COUNT;
  }
  model.member = member;
  if (options->transformed) build_transforms(&model, arena, &random);
  return model;
}

/* Values that trip code, among ordinary ones. */
static inline double build_real(struct ft_random *random) {
  static const uint64_t hostile[] = {
    UINT64_C(0x7ff8000000000000),
    UINT64_C(0xfff0000000000001),
    UINT64_C(0x7ff0000000000000),
    UINT64_C(0xfff0000000000000),
    UINT64_C(0x8000000000000000),
    0,
    1,
    UINT64_C(0x8000000000000001),
    UINT64_C(0x7fefffffffffffff),
    UINT64_C(0x36a0000000000000),
    UINT64_C(0x3ff0000010000000),
  };
  double value;
  if (ft_random_below(random, 4) != 0) return ft_random_unit(random) * 8 - 4;
  memcpy(&value, &hostile[ft_random_below(random, sizeof hostile / sizeof hostile[0])],
         sizeof value);
  return value;
}

static inline int64_t build_integer(struct ft_random *random, int64_t min, int64_t max) {
  uint64_t kind = ft_random_below(random, 20);
  if (kind == 0) return min;
  if (kind == 1) return max;
  if (kind == 2 && max > 16777217) return 16777217;
  return (int64_t)ft_random_below(random, 201) - 100;
}

static inline void build_value(void *values, size_t row, enum ft_type type,
                               struct ft_random *random) {
  int64_t day = (int64_t)ft_random_below(random, 100000) - 30000;
  int64_t us = (int64_t)ft_random_below(random, (uint64_t)BUILD_DAY_US);
  switch (type) {
  case FT_BOOL: ((uint8_t *)values)[row] = (uint8_t)ft_random_below(random, 2); break;
  case FT_INT16:
    ((int16_t *)values)[row] = (int16_t)build_integer(random, INT16_MIN, INT16_MAX);
    break;
  case FT_INT32:
    ((int32_t *)values)[row] = (int32_t)build_integer(random, INT32_MIN, INT32_MAX);
    break;
  case FT_INT64: ((int64_t *)values)[row] = build_integer(random, INT64_MIN, INT64_MAX); break;
  case FT_FLOAT32: ((float *)values)[row] = (float)build_real(random); break;
  case FT_TEXT:
    ((struct ft_span *)values)[row] =
        ft_span_of(build_colour[ft_random_below(random, BUILD_COLOURS)]);
    break;
  case FT_DATE: ((int32_t *)values)[row] = (int32_t)day; break;
  case FT_TIME: ((int64_t *)values)[row] = us; break;
  case FT_TIMESTAMP:
  case FT_TIMESTAMPTZ: ((int64_t *)values)[row] = day * BUILD_DAY_US + us; break;
  default: ((double *)values)[row] = build_real(random); break;
  }
}

/* `rows` rows of the fields, one value in seven NULL (with garbage below it). */
static inline struct ft_batch build_batch(struct ft_arena *arena, size_t rows, uint64_t seed) {
  struct ft_random random = ft_random_seeded(seed);
  struct ft_column *column = build_take(arena, BUILD_FIELDS, sizeof *column);
  for (size_t i = 0; i < BUILD_FIELDS; i++) {
    enum ft_type type = build_field[i].type;
    void *values = build_take(arena, rows, ft_type_bytes(type));
    uint64_t *validity = build_take(arena, (rows + 63) / 64, sizeof *validity);
    for (size_t r = 0; r < rows; r++) {
      build_value(values, r, type, &random);
      bool null = ft_random_below(&random, 7) == 0;
      if (!null) validity[r / 64] |= UINT64_C(1) << (r % 64);
      if (null && type == FT_TEXT)
        ((struct ft_span *)values)[r] = (struct ft_span){ (const char *)1, SIZE_MAX };
    }
    column[i] = (struct ft_column){ type, values, validity };
  }
  return (struct ft_batch){ .rows = rows, .columns = BUILD_FIELDS, .column = column };
}

#endif
