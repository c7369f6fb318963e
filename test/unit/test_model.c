/* What ft_model_check refuses: each defect put alone into a model that passes. */
#include "foretell/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/build_model.h"

static const struct build_options shape = {
  FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 4, 4, 11, .nets = 1
};

/* The parts of a model, writable. */
struct parts {
  struct ft_model *model;
  struct ft_field *field;
  struct ft_encoder *category;  /* of text */
  struct ft_encoder *word;      /* three of one field */
  struct ft_encoder *statistic; /* of two columns, and of one */
  struct ft_statistic *looked_up;
  struct ft_combination_part *part; /* of the second statistic */
  struct ft_hash128 *hash;
  struct ft_member *member;
  struct ft_tree *tree;
  struct ft_node *split, *set, *leaf; /* the first of each kind */
  struct ft_net *net;
  struct ft_term *term;
  struct ft_lookup *lookup;
  struct ft_layer *layer;
};

static struct ft_node *first_node(struct ft_forest *forest, int kind) {
  for (uint32_t i = 0; i < forest->nodes; i++) {
    const struct ft_node *node = &forest->node[i];
    int of = node->feature == FT_NODE_LEAF ? 0 : node->set == FT_NODE_NO_SET ? 1 : 2;
    if (of == kind) return (struct ft_node *)node;
  }
  fail();
  return NULL;
}

static struct parts parts_of(struct ft_model *model, struct ft_arena *arena) {
  struct parts parts = { .model = model };
  parts.field = build_take(arena, model->fields, sizeof *parts.field);
  memcpy(parts.field, model->field, model->fields * sizeof *parts.field);
  model->field = parts.field;
  parts.category = (struct ft_encoder *)&model->encoder[7];
  parts.word = (struct ft_encoder *)&model->encoder[BUILD_ENCODERS - 3];
  parts.statistic = (struct ft_encoder *)&model->encoder[BUILD_CITY + 2];
  parts.looked_up = (struct ft_statistic *)parts.statistic[2].statistic;
  parts.part = (struct ft_combination_part *)parts.looked_up->part;
  parts.hash = (struct ft_hash128 *)parts.category->category;
  parts.member = (struct ft_member *)model->member;
  parts.tree = (struct ft_tree *)parts.member->forest.tree;
  parts.leaf = first_node(&parts.member->forest, 0);
  parts.split = first_node(&parts.member->forest, 1);
  parts.set = first_node(&parts.member->forest, 2);
  parts.net = &parts.member[1].net;
  parts.term = (struct ft_term *)parts.net->term;
  parts.lookup = (struct ft_lookup *)parts.net->lookup;
  parts.layer = (struct ft_layer *)parts.net->layer;
  return parts;
}

#define DEFECTS(X)                                            \
  X(p.model->problem = FT_PROBLEM_AUTO)                       \
  X(p.model->problem = FT_REGRESSION)                         \
  X(p.model->problem = (enum ft_problem)200)                  \
  X(p.model->link = FT_LINK_EXP)                              \
  X(p.model->link = (enum ft_link)77)                         \
  X(p.model->labels = 3)                                      \
  X(p.model->outputs = 2)                                     \
  X(p.model->threshold = 0)                                   \
  X(p.model->threshold = 1.5)                                 \
  X(p.model->threshold = NAN)                                 \
  X(p.model->target.type = FT_TYPE_NONE)                      \
  X(p.model->fields = FT_MODEL_MAX_FIELDS + 1)                \
  X(p.field[3].type = FT_TYPE_COUNT)                          \
  X(p.field[3].name = "\xff")                                 \
  X(p.field[3].scale = 1)                                     \
  X(p.field[6].scale = 11)                                    \
  X(p.field[6].precision = 39)                                \
  X(((struct ft_span *)p.model->label)[1] = FT_SPAN("\xc3"))  \
  X(p.model->features = FT_MODEL_MAX_FEATURES + 1)            \
  X(p.category->field = BUILD_FIELDS)                         \
  X(p.category->kind = FT_ENCODE_NUMBER)                      \
  X(p.category->kind = FT_ENCODE_CALENDAR)                    \
  X(p.category->kind = (enum ft_encoder_kind)9)               \
  X(p.category->kind = FT_ENCODE_WORD)                        \
  X(p.category->kind = FT_ENCODE_STATISTIC)                   \
  X(p.statistic[-1].categories = FT_MODEL_MAX_CATEGORIES + 1) \
  X(p.statistic[0].statistic = NULL)                          \
  X(p.statistic[1].statistic = p.looked_up)                   \
  X(p.statistic[1].kind = FT_ENCODE_LENGTH)                   \
  X(p.statistic[1].field = 0)                                 \
  X(p.statistic[0].field = BUILD_FIELDS)                      \
  X(p.statistic[2].categories = 1)                            \
  X(p.looked_up->columns = 0)                                 \
  X(p.looked_up->columns = 2)                                 \
  X(p.looked_up->columns = UINT32_MAX)                        \
  X(p.looked_up->parts = 0)                                   \
  X(p.looked_up->parts = FT_MODEL_MAX_PARTS + 1)              \
  X(p.part[0].field = 5)                                      \
  X(p.part[1].field = BUILD_FIELDS)                           \
  X(p.part[1].kind = FT_COMBINE_KIND_COUNT)                   \
  X(p.part[2].border = INFINITY)                              \
  X(p.part[2].missing_above = 2)                              \
  X(p.part[2].field = 7)                                      \
  X(((uint64_t *)p.looked_up->key)[3] = p.looked_up->key[2])  \
  X(((uint64_t *)p.looked_up->key)[0] = UINT64_MAX)           \
  X(p.word[-1].low = 0.75F)                                   \
  X(p.word[-1].high = NAN)                                    \
  X(p.word[-1].categories = 1)                                \
  X(p.word[0].categories = 0)                                 \
  X(p.word[1].category = p.word[0].category)                  \
  X(p.word[2].field = 0)                                      \
  X(p.category->categories = FT_MODEL_MAX_CATEGORIES + 1)     \
  X(p.hash[1] = p.hash[0])                                    \
  X(p.hash[4].word[1] = 0)                                    \
  X(p.model->members = FT_MODEL_MAX_MEMBERS + 1)              \
  X(p.member->kind = FT_LEARNER_KIND_COUNT)                   \
  X(p.member->weight = INFINITY)                              \
  X(p.member->scale = FT_SCALE_COUNT)                         \
  X(p.member->forest.exponent = 1001)                         \
  X(p.member->forest.exponent = -1001)                        \
  X(((double *)p.member->forest.base)[0] = NAN)               \
  X(p.tree[0].first = 1)                                      \
  X(p.tree[0].nodes = 0)                                      \
  X(p.tree[3].nodes++)                                        \
  X(p.tree[3].nodes--)                                        \
  X(p.tree[1].output = 1)                                     \
  X(p.member->forest.nodes++)                                 \
  X(p.leaf->leaf = 1 << 23)                                   \
  X(p.leaf->leaf = INT32_MIN)                                 \
  X(p.split->feature = BUILD_ENCODERS)                        \
  X(p.split->threshold = NAN)                                 \
  X(p.split->threshold = -INFINITY)                           \
  X(p.split->missing_left = 2)                                \
  X(p.split->left = 0)                                        \
  X(p.split->left = UINT32_MAX)                               \
  X(p.split->right = 0)                                       \
  X(p.split->right = UINT32_MAX)                              \
  X(p.split->set = 0)                                         \
  X(p.set->feature = 5)                                       \
  X(p.set->set = 5)                                           \
  X(p.set->set_words = UINT32_MAX)                            \
  X(((double *)p.net->base)[0] = INFINITY)                    \
  X(p.net->terms = FT_NET_MAX_INPUTS + 1)                     \
  X(p.net->terms--)                                           \
  X(p.net->lookups--)                                         \
  X(p.net->layers = 0)                                        \
  X(p.net->layers--)                                          \
  X(p.net->layers = FT_NET_MAX_LAYERS + 1)                    \
  X(p.term[2].feature = BUILD_ENCODERS)                       \
  X(p.term[2].centre = NAN)                                   \
  X(p.term[2].scale = INFINITY)                               \
  X(p.term[2].absent = NAN)                                   \
  X(p.term[2].low = NAN)                                      \
  X(p.term[2].high = NAN)                                     \
  X((p.term[2].low = 1, p.term[2].high = 0))                  \
  X(p.lookup[1].feature = UINT32_MAX)                         \
  X(p.lookup[1].first++)                                      \
  X(p.lookup[3].rows++)                                       \
  X(p.lookup[3].rows = 1)                                     \
  X(p.lookup[3].rows = UINT32_MAX)                            \
  X(p.layer[0].inputs++)                                      \
  X(p.layer[1].inputs = 0)                                    \
  X(p.layer[0].outputs = 0)                                   \
  X(p.layer[0].outputs = FT_NET_MAX_WIDTH + 1)                \
  X(p.layer[2].outputs = 2)                                   \
  X(p.layer[1].activation = FT_ACTIVATE_COUNT)                \
  X(p.layer[2].activation = FT_ACTIVATE_RELU)                 \
  X(((float *)p.layer[1].bias)[3] = INFINITY)                 \
  X(((float *)p.layer[1].weight)[80] = NAN)

static const size_t defects = 0
#define DEFECT_COUNT(defect) +1
    DEFECTS(DEFECT_COUNT)
#undef DEFECT_COUNT
    ;

/* Puts in the defect of that number; answers its text. */
static const char *put_defect(struct parts p, size_t number) {
  size_t at = 0;
#define DEFECT_PUT(defect) \
  if (at++ == number) {    \
    defect;                \
    return #defect;        \
  }
  DEFECTS(DEFECT_PUT)
#undef DEFECT_PUT
  return NULL;
}

static void each_defect_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < defects; i++) {
    struct ft_arena arena;
    struct ft_error err;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    struct ft_model model = build_model(&arena, &shape);
    struct parts parts = parts_of(&model, &arena);
    assert_int_equal(ft_model_check(&model, &err), FT_OK);
    const char *text = put_defect(parts, i);
    if (ft_model_check(&model, &err) != FT_CORRUPT) fail_msg("passes with %s", text);
    ft_arena_release(&arena);
  }
}

static bool passes(enum ft_problem problem, enum ft_link link, uint32_t labels, uint32_t scale) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  const struct build_options options = { problem, link, labels, 1, 2, 2, 3 };
  struct ft_model model = build_model(&arena, &options);
  ((struct ft_member *)model.member)->scale = (enum ft_scale)scale;
  const enum ft_status status = ft_model_check(&model, NULL);
  ft_arena_release(&arena);
  assert_true(status == FT_OK || status == FT_CORRUPT);
  return status == FT_OK;
}

/* A leaf of a linear forest, the first with a term, and its node. */
struct linear_parts {
  struct ft_linear_forest *linear;
  struct ft_linear_leaf *leaf;
  struct ft_leaf_term *term;
  struct ft_node *node;
};

static struct linear_parts linear_parts_of(struct ft_model *model) {
  struct linear_parts parts = { .linear = (struct ft_linear_forest *)&model->member[0].linear };
  parts.leaf = (struct ft_linear_leaf *)parts.linear->leaf;
  while (!parts.leaf->terms)
    parts.leaf++;
  parts.term = (struct ft_leaf_term *)parts.linear->term + parts.leaf->first;
  parts.node = first_node(&parts.linear->splits, 0);
  return parts;
}

static const char *put_linear_defect(struct linear_parts p, size_t number) {
  size_t at = 0;
#define LINEAR_DEFECT(defect) \
  if (at++ == number) {       \
    defect;                   \
    return #defect;           \
  }
  LINEAR_DEFECT(p.leaf->constant = NAN)
  LINEAR_DEFECT(p.leaf->missing = INFINITY)
  LINEAR_DEFECT(p.leaf->first++)
  LINEAR_DEFECT(p.leaf->terms = UINT32_MAX)
  LINEAR_DEFECT(p.leaf->terms--)
  LINEAR_DEFECT(p.linear->terms++)
  LINEAR_DEFECT(p.linear->leaves--)
  LINEAR_DEFECT(p.linear->splits.exponent = 1)
  LINEAR_DEFECT(p.term->slope = -INFINITY)
  LINEAR_DEFECT(p.term->feature = BUILD_ENCODERS)
  LINEAR_DEFECT(p.term->feature = 7) /* a category's */
  LINEAR_DEFECT(p.node->leaf = -1)
  LINEAR_DEFECT(p.node->leaf = (int32_t)p.linear->leaves)
#undef LINEAR_DEFECT
  return NULL;
}

static void each_defect_of_linear_leaves_is_refused(void **state) {
  (void)state;
  static const struct build_options linear = { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 3, 3, 5,
                                               .linears = 1 };
  const char *defect = "";
  for (size_t i = 0; defect; i++) {
    struct ft_arena arena;
    struct ft_error err = { .status = FT_OK };
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    struct ft_model model = build_model(&arena, &linear);
    assert_int_equal(ft_model_check(&model, &err), FT_OK);
    defect = put_linear_defect(linear_parts_of(&model), i);
    if (defect && ft_model_check(&model, &err) != FT_CORRUPT) fail_msg("%s", defect);
    ft_arena_release(&arena);
    if (!defect) assert_int_equal(i, 13);
  }
}

static const char *put_derived_defect(struct ft_encoder *of, size_t number) {
  struct ft_encoder *sum = of + FT_DERIVE_SUM, *power = of + FT_DERIVE_POWER;
  size_t at = 0;
#define DERIVED_DEFECT(defect) \
  if (at++ == number) {        \
    defect;                    \
    return #defect;            \
  }
  DERIVED_DEFECT(sum->derivation = FT_DERIVE_COUNT)
  DERIVED_DEFECT(sum->derivation = FT_DERIVE_ROOT)
  DERIVED_DEFECT(sum->field = 1)
  DERIVED_DEFECT(sum->categories = 1)
  DERIVED_DEFECT(sum->inputs = FT_MODEL_MAX_INPUTS + 1)
  DERIVED_DEFECT(((uint32_t *)sum->input)[0] = BUILD_ENCODERS)
  DERIVED_DEFECT(((uint32_t *)power->input)[0] = UINT32_MAX)
  DERIVED_DEFECT(((double *)sum->number)[sum->inputs] = NAN)
  DERIVED_DEFECT(((double *)power->number)[0] = INFINITY)
  DERIVED_DEFECT(power->inputs = 2)
  DERIVED_DEFECT((of + FT_DERIVE_PRODUCT)->inputs = 0)
#undef DERIVED_DEFECT
  return NULL;
}

static void each_defect_of_derived_features_is_refused(void **state) {
  (void)state;
  static const struct build_options derived = { FT_REGRESSION,  FT_LINK_IDENTITY, 0, 1, 3, 3, 5,
                                                .derived = true };
  const char *defect = "";
  for (size_t i = 0; defect; i++) {
    struct ft_arena arena;
    struct ft_error err = { .status = FT_OK };
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    struct ft_model model = build_model(&arena, &derived);
    assert_int_equal(ft_model_check(&model, &err), FT_OK);
    defect = put_derived_defect((struct ft_encoder *)model.encoder + BUILD_ENCODERS, i);
    if (defect && ft_model_check(&model, &err) != FT_CORRUPT) fail_msg("%s", defect);
    ft_arena_release(&arena);
    if (!defect) assert_int_equal(i, 11);
  }
}

static void only_classifiers_by_logistic_and_softmax_have_probabilities(void **state) {
  (void)state;
  assert_true(passes(FT_BINARY, FT_LINK_LOGISTIC, 2, FT_SCALE_PROBABILITY));
  assert_true(passes(FT_MULTICLASS, FT_LINK_SOFTMAX, 3, FT_SCALE_PROBABILITY));
  assert_true(passes(FT_REGRESSION, FT_LINK_LOGISTIC, 0, FT_SCALE_MARGIN));
  assert_true(passes(FT_REGRESSION, FT_LINK_IDENTITY, 0, FT_SCALE_LOGARITHM));
  assert_false(passes(FT_REGRESSION, FT_LINK_EXP, 0, FT_SCALE_LOGARITHM));
  assert_false(passes(FT_BINARY, FT_LINK_LOGISTIC, 2, FT_SCALE_LOGARITHM));
  assert_false(passes(FT_REGRESSION, FT_LINK_LOGISTIC, 0, FT_SCALE_PROBABILITY));
  assert_false(passes(FT_REGRESSION, FT_LINK_IDENTITY, 0, FT_SCALE_PROBABILITY));
  assert_false(passes(FT_BINARY, FT_LINK_IDENTITY, 2, FT_SCALE_PROBABILITY));
  assert_false(passes(FT_BINARY, FT_LINK_HINGE, 2, FT_SCALE_PROBABILITY));
  assert_false(passes(FT_BINARY, FT_LINK_LOGISTIC, 2, FT_SCALE_COUNT));
}

/* --- transforms --- */

static const struct build_options transformed = { FT_BINARY, FT_LINK_LOGISTIC,   2, 6, 2, 2, 12,
                                                  .nets = 1, .transformed = true };

struct transform_parts {
  struct ft_model *model;
  struct ft_member *member;
  struct ft_transform *one, *linear; /* a logistic one; the last */
  double *number;
};

#define TRANSFORM_DEFECTS(X)                           \
  X(p.model->sums = 0)                                 \
  X(p.model->sums--)                                   \
  X(p.model->sums = FT_MODEL_MAX_SUMS + 1)             \
  X(p.model->transforms = 0)                           \
  X(p.model->transforms = FT_MODEL_MAX_TRANSFORMS + 1) \
  X(p.model->members = 0)                              \
  X(p.member[0].outputs = 0)                           \
  X(p.member[0].outputs = p.model->sums)               \
  X(p.member[1].sum = p.model->sums - 1)               \
  X(p.member[1].sum = UINT32_MAX)                      \
  X(p.member[0].scale = FT_SCALE_PROBABILITY)          \
  X(p.one->kind = FT_TRANSFORM_KIND_COUNT)             \
  X(p.one->count = 0)                                  \
  X(p.one->count = p.model->sums)                      \
  X(p.one->count = UINT32_MAX)                         \
  X(p.one->first = p.model->sums)                      \
  X(p.one->first = UINT32_MAX)                         \
  X(p.one->to = 1)                                     \
  X(p.one->outputs = 1)                                \
  X(p.linear->outputs = 0)                             \
  X(p.linear->to = p.model->sums)                      \
  X(p.linear->to = UINT32_MAX)                         \
  X(p.linear->to = 1)  /* what it reads */             \
  X(p.linear->first--) /* what it adds to */           \
  X(p.number[0] = INFINITY)                            \
  X(p.number[p.linear->count] = NAN)

static const size_t transform_defects = 0
#define DEFECT_COUNT(defect) +1
    TRANSFORM_DEFECTS(DEFECT_COUNT)
#undef DEFECT_COUNT
    ;

static const char *put_transform_defect(struct transform_parts p, size_t number) {
  size_t at = 0;
#define DEFECT_PUT(defect) \
  if (at++ == number) {    \
    defect;                \
    return #defect;        \
  }
  TRANSFORM_DEFECTS(DEFECT_PUT)
#undef DEFECT_PUT
  return NULL;
}

static void each_defect_of_transforms_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < transform_defects; i++) {
    struct ft_arena arena;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    struct ft_model model = build_model(&arena, &transformed);
    struct ft_transform *transform = (struct ft_transform *)model.transform;
    struct transform_parts parts = { &model, (struct ft_member *)model.member, transform,
                                     &transform[model.transforms - 1],
                                     (double *)transform[model.transforms - 1].number };
    assert_int_equal(ft_model_check(&model, NULL), FT_OK);
    const char *text = put_transform_defect(parts, i);
    if (ft_model_check(&model, NULL) != FT_CORRUPT) fail_msg("passes with %s", text);
    ft_arena_release(&arena);
  }
}

/* So that a file of few bytes cannot ask for hours. */
static void transforms_take_so_many_steps(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &transformed);
  struct ft_transform *many = build_take(&arena, 258, sizeof *many);
  model.sums = FT_MODEL_MAX_SUMS;
  for (uint32_t i = 0; i < 258; i++)
    many[i] = (struct ft_transform){ .kind = FT_TRANSFORM_EXP, .count = FT_MODEL_MAX_SUMS };
  model.transform = many;
  model.transforms = 256;
  assert_int_equal(ft_model_check(&model, NULL), FT_OK);
  model.transforms = 257;
  assert_int_equal(ft_model_check(&model, NULL), FT_CORRUPT);
  ft_arena_release(&arena);
}

static void an_infinite_threshold_is_right(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  parts_of(&model, &arena).split->threshold = INFINITY;
  assert_int_equal(ft_model_check(&model, &err), FT_OK);
  ft_arena_release(&arena);
}

static void encoders_fit_the_types_they_can_read(void **state) {
  (void)state;
  assert_true(ft_encoder_fits(FT_ENCODE_NUMBER, 0, FT_DECIMAL));
  assert_true(ft_encoder_fits(FT_ENCODE_SENTINEL, 0, FT_BOOL));
  assert_false(ft_encoder_fits(FT_ENCODE_SENTINEL, 0, FT_TEXT));
  assert_true(ft_encoder_fits(FT_ENCODE_CITY, 0, FT_TEXT));
  assert_false(ft_encoder_fits(FT_ENCODE_CITY, 0, FT_FLOAT32));
  assert_false(ft_encoder_fits(FT_ENCODE_NUMBER, 0, FT_TEXT));
  assert_false(ft_encoder_fits(FT_ENCODE_NUMBER, 0, FT_DATE));
  assert_true(ft_encoder_fits(FT_ENCODE_CATEGORY, 0, FT_INT64));
  assert_false(ft_encoder_fits(FT_ENCODE_CATEGORY, 0, FT_FLOAT64));
  assert_false(ft_encoder_fits(FT_ENCODE_CALENDAR, FT_PART_HOUR, FT_DATE));
  assert_false(ft_encoder_fits(FT_ENCODE_CALENDAR, FT_PART_DAYS, FT_TIME));
  assert_true(ft_encoder_fits(FT_ENCODE_CALENDAR, FT_PART_MINUTE, FT_TIMESTAMPTZ));
  assert_false(ft_encoder_fits(FT_ENCODE_LENGTH, 0, FT_INT16));
  assert_true(ft_encoder_fits(FT_ENCODE_WORD, 0, FT_TEXT));
  assert_false(ft_encoder_fits(FT_ENCODE_WORD, 0, FT_INT64));
  assert_false(ft_encoder_fits(FT_ENCODE_NUMBER, 0, FT_TYPE_NONE));
}

static void an_integer_is_one_category_in_every_width(void **state) {
  (void)state;
  struct ft_hash_key key = { { 1, 2, 3 } };
  int16_t small = -12345;
  int32_t medium = -12345;
  int64_t large = -12345, min = INT64_MIN;
  struct ft_span text = FT_SPAN("-12345"), edge = FT_SPAN("-9223372036854775808");
  struct ft_hash128 hash = ft_category_hash(&key, FT_TEXT, &text);
  assert_int_equal(ft_hash128_compare(hash, ft_category_hash(&key, FT_INT16, &small)), 0);
  assert_int_equal(ft_hash128_compare(hash, ft_category_hash(&key, FT_INT32, &medium)), 0);
  assert_int_equal(ft_hash128_compare(hash, ft_category_hash(&key, FT_INT64, &large)), 0);
  assert_int_equal(ft_hash128_compare(ft_category_hash(&key, FT_TEXT, &edge),
                                      ft_category_hash(&key, FT_INT64, &min)),
                   0);
}

static void equal_values_of_two_fields_hash_differently(void **state) {
  (void)state;
  struct ft_hash_key model_key = { { 9 } };
  struct ft_hash_key a = ft_category_key(&model_key, 0), b = ft_category_key(&model_key, 1);
  struct ft_span text = FT_SPAN("gold");
  assert_int_not_equal(ft_hash128_compare(ft_category_hash(&a, FT_TEXT, &text),
                                          ft_category_hash(&b, FT_TEXT, &text)),
                       0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_defect_is_refused),
    cmocka_unit_test(each_defect_of_transforms_is_refused),
    cmocka_unit_test(transforms_take_so_many_steps),
    cmocka_unit_test(each_defect_of_linear_leaves_is_refused),
    cmocka_unit_test(each_defect_of_derived_features_is_refused),
    cmocka_unit_test(only_classifiers_by_logistic_and_softmax_have_probabilities),
    cmocka_unit_test(an_infinite_threshold_is_right),
    cmocka_unit_test(encoders_fit_the_types_they_can_read),
    cmocka_unit_test(an_integer_is_one_category_in_every_width),
    cmocka_unit_test(equal_values_of_two_fields_hash_differently),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
