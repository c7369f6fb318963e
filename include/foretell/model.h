/* What a trained model is, in memory: signature, encoders, learners, decision.
 *
 * Shapes   The query's columns less the target are the `fields`, in the query's order, those that
 *          the model leaves out too: they stay parameters of its function. Encoder i makes model
 *          feature i (one float32 a row) out of one field, or of features before it. A learner maps the features to
 *          `outputs` margins; the members' margins are added with their weights; the link turns
 *          margins into predictions. Where it is the members' predictions that are added, and not
 *          their margins, transforms come between the members' sums and the margins.
 * Units    Regression: the target's unit. Classification: probabilities, one an output.
 * NULLs    A NULL field, a NaN, is the missing value (a NaN feature).
 * Numbers  margin[g] = sum over members m in order of weight[m] * y[m][g], in double.
 *          Forest: y[g] = base[g] + 2^-e * S[g], where S is the exact sum of the chosen leaves'
 *          integers. Net: y[g] = base[g] + the last layer's float32. Linear forest: y[g] = base[g],
 *          and then the value of each tree's leaf is added in the order of the trees, in double.
 *          Where these have another scale (enum ft_scale) y[g] is their margin. With transforms y[g] of member m is added to
 *          sum[m.sum + g]; then the transforms change the sums, one after another, all in double; then
 *          margin[g] = sum[g]. Nothing else decides a prediction, so every kernel on every CPU gives
 *          the same bits.
 * Threads  read-only once made. Everything lives in the model's arena.
 * Secrets  Labels are the only text from the data; category values are kept as keyed hashes, but those
 *          of CatBoost's models as its own hashes, which have no key. */
#ifndef FORETELL_MODEL_H
#define FORETELL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/type.h"

/* name, Redshift's word in SHOW MODEL, word in a statement */
#define FT_PROBLEM_TABLE(X)                                  \
  X(PROBLEM_AUTO, "", "")                                    \
  X(REGRESSION, "Regression", "REGRESSION")                  \
  X(BINARY, "BinaryClassification", "BINARY_CLASSIFICATION") \
  X(MULTICLASS, "MulticlassClassification", "MULTICLASS_CLASSIFICATION")

enum ft_problem {
#define FT_PROBLEM_ENUM(name, shown, word) FT_##name,
  FT_PROBLEM_TABLE(FT_PROBLEM_ENUM)
#undef FT_PROBLEM_ENUM
      FT_PROBLEM_COUNT
};
const char *ft_problem_shown(enum ft_problem problem);

/* How margins become predictions. */
enum ft_link {
  FT_LINK_IDENTITY = 0, /* the margin; of a classifier it is the probability of its label */
  FT_LINK_LOGISTIC, /* 1 / (1 + exp(-margin)): the probability of label 1; of several labels each
                         * its own, whatever they add up to */
  FT_LINK_SOFTMAX,  /* one margin a label */
  FT_LINK_EXP,      /* exp(margin): reg:tweedie and other log links */
  FT_LINK_HINGE,    /* 1 when margin > 0, else 0, as the probability of label 1 */
  FT_LINK_SIGNED_SQUARE, /* margin * |margin|: of models that learned signed square roots */
  FT_LINK_SOFTPLUS,      /* log(1 + exp(margin)) */
  FT_LINK_COUNT
};

enum ft_encoder_kind {
  FT_ENCODE_NUMBER = 0, /* the value as float32 (rounded to nearest); booleans 0 and 1 */
  FT_ENCODE_CATEGORY,   /* 0: a value not in the list; i + 1: category[i]; NULL: missing */
  FT_ENCODE_CALENDAR,   /* a part of a date or time */
  FT_ENCODE_LENGTH,     /* bytes of a text (free text, many categories) */
  FT_ENCODE_WORD,       /* how often a word occurs in a text: the one whose hash is category[0] */
  FT_ENCODE_SENTINEL,   /* a number, but one within low … high is the missing value */
  FT_ENCODE_DERIVED,    /* of features before it, not of a field */
  FT_ENCODE_CITY,       /* as a category, the hashes being the low 32 bits of CityHash64 */
  FT_ENCODE_STATISTIC,  /* a number looked up by a combination of categories */
  FT_ENCODE_KIND_COUNT
};

/* Parts of dates and times; UTC; the proleptic Gregorian calendar. */
enum ft_calendar_part {
  FT_PART_DAYS = 0, /* days since 1970-01-01, with the day's fraction for timestamps */
  FT_PART_YEAR,     /* 2026 */
  FT_PART_MONTH,    /* 1 … 12 */
  FT_PART_DAY,      /* 1 … 31 */
  FT_PART_WEEKDAY,  /* 0 Monday … 6 Sunday */
  FT_PART_YEARDAY,  /* 1 … 366 */
  FT_PART_HOUR,     /* 0 … 23 */
  FT_PART_MINUTE,   /* minutes since midnight with their fraction, 0 … 1440 */
  FT_PART_COUNT
};

/* A derived feature y of x, the features `input`, and of `number`. Comparisons with a NaN are false.
 *
 * Numbers  worked out in double, in the order given, by the functions of foretell/maths.h, and then
 *          rounded to float32 once; so sums, products and quotients of two are float32 arithmetic.
 *          A row of FT_DERIVE_TABLE: name, inputs (0: any, at least 1, but for a sum), numbers an
 *          input, numbers of its own behind those. */
#define FT_DERIVE_TABLE(X)                                                              \
  X(SUM, 0, 1, 1)           /* number[inputs] + number[0] x[0] + number[1] x[1] … */  \
  X(PRODUCT, 0, 0, 0)       /* x[0] x[1] … */                                         \
  X(QUOTIENT, 2, 0, 0)      /* x[0] / x[1] */                                           \
  X(POWER, 1, 0, 1)         /* x[0] to the power of number[0] */                        \
  X(GAUSSIAN, 0, 1, 1)      /* exp(number[inputs] (the sum of (x[i] - number[i])^2)) */ \
  X(NORM_L1, 0, 0, 0)       /* the sum of |x[i]| */                                     \
  X(NORM_L2, 0, 0, 0)       /* the root of the sum of x[i]^2 */                         \
  X(MIN, 2, 0, 0)           /* x[1] < x[0] ? x[1] : x[0] */                             \
  X(MAX, 0, 0, 0)           /* of each two the later where it is greater */             \
  X(LESS, 2, 0, 0)          /* 1 when x[0] < x[1], else 0 */                            \
  X(LESS_OR_EQUAL, 2, 0, 0) /* 1 when x[0] <= x[1], else 0 */                           \
  X(EQUAL, 2, 0, 0)         /* 1 when x[0] == x[1], else 0 */                           \
  X(CHOICE, 3, 0, 0)        /* x[0] == 0 ? x[2] : x[1] */                               \
  X(IS_MISSING, 1, 0, 0)                                                                \
  X(ABSOLUTE, 1, 0, 0)                                                                  \
  X(ROOT, 1, 0, 0)                                                                      \
  X(EXP, 1, 0, 0)                                                                       \
  X(LOG, 1, 0, 0)                                                                       \
  X(TANH, 1, 0, 0)                                                                      \
  X(LOGISTIC, 1, 0, 0)

enum ft_derivation {
#define FT_DERIVE_ENUM(name, inputs, each, own) FT_DERIVE_##name,
  FT_DERIVE_TABLE(FT_DERIVE_ENUM)
#undef FT_DERIVE_ENUM
      FT_DERIVE_COUNT
};

/* A part of a combination. Its bits are a category's CityHash64 (the low 32 bits, with their sign),
 * or 1 or 0 for what holds or does not. */
enum ft_combine_kind {
  FT_COMBINE_CATEGORY = 0,
  FT_COMBINE_EQUAL, /* the category's hash is `hash` */
  FT_COMBINE_ABOVE, /* the number, as float32, is more than `border` */
  FT_COMBINE_KIND_COUNT
};

struct ft_combination_part {
  enum ft_combine_kind kind;
  uint32_t field;
  uint32_t hash;         /* of FT_COMBINE_EQUAL, which a NULL is not */
  float border;          /* of FT_COMBINE_ABOVE, finite */
  uint8_t missing_above; /* the same: 1 when a NULL is */
};

/* Target statistics of categories, and of combinations of them, as CatBoost's. The key of a row is
 *   k = 0; for each part in order k = M * (k + M * the part's bits), M = FT_COMBINATION_FACTOR.
 * A row whose key is not in the list, or with a category that is NULL, has the numbers `otherwise`.
 * An encoder with a statistic gives column 0; the columns - 1 encoders behind it, of the same kind and
 * field and without a statistic of their own, give the others. A NaN is a missing value. */
struct ft_statistic {
  uint32_t parts; /* 1 … FT_MODEL_MAX_PARTS */
  const struct ft_combination_part *part;
  uint32_t columns; /* at least 1 */
  uint32_t keys;
  const uint64_t *key;    /* strictly ascending */
  const float *value;     /* keys × columns */
  const float *otherwise; /* one a column */
};
#define FT_COMBINATION_FACTOR UINT64_C(0x4906ba494954cb65)

/* Word encoders of one field that follow one another are ordered by their hashes, all different: they
 * are encoded together. A word's hash is that of the category of the same text. */
struct ft_encoder {
  enum ft_encoder_kind kind;
  enum ft_calendar_part part; /* of FT_ENCODE_CALENDAR */
  uint32_t field;             /* index into the model's fields */
  uint32_t
      categories; /* of FT_ENCODE_CATEGORY and FT_ENCODE_CITY, at most FT_MODEL_MAX_CATEGORIES; a word: 1 */
  const struct ft_hash128 *category; /* strictly ascending by ft_hash128_compare */
  float low, high; /* of FT_ENCODE_SENTINEL: low <= high, compared with the value as float32 */
  /* of FT_ENCODE_DERIVED, whose field is 0 */
  enum ft_derivation derivation;
  uint32_t inputs;
  const uint32_t *input;                /* each less than the encoder's own index */
  const double *number;                 /* ft_derived_numbers of them, finite */
  const struct ft_statistic *statistic; /* of FT_ENCODE_STATISTIC; NULL: of the one before */
};

/* A decision tree's node; a tree's root is its node 0; children come after their parent, so no
 * walk can run in a circle. A numeric split goes left when value < threshold (float32, as XGBoost
 * compares); a categorical split goes right when the code's bit is set in the node's set; a missing
 * value goes as `missing_left` says. */
struct ft_node {
  uint32_t feature; /* index of the encoder; FT_NODE_LEAF in a leaf */
  float threshold;  /* numeric split; finite or +infinity */
  uint32_t left;    /* index within the tree, more than this node's own */
  uint32_t right;
  int32_t leaf; /* leaf: value in units of 2^-exponent, |leaf| < 2^23 */
  uint32_t set; /* categorical split: index of its first word in set_word; else FT_NODE_NO_SET */
  uint32_t set_words;   /* 32-bit words of the set; a code beyond them is not in the set */
  uint8_t missing_left; /* 0 or 1 */
};
#define FT_NODE_LEAF   UINT32_MAX
#define FT_NODE_NO_SET UINT32_MAX

struct ft_tree {
  uint32_t first;  /* index of its root in `node`: the nodes of all trees before it */
  uint32_t nodes;  /* at least 1 */
  uint32_t output; /* which margin its leaves are added to */
};

struct ft_forest {
  uint32_t trees;
  const struct ft_tree *tree;
  uint32_t nodes; /* of all trees */
  const struct ft_node *node;
  uint32_t set_words;
  const uint32_t *set_word;
  int32_t exponent;   /* a leaf's unit is 2^-exponent; -1000 … 1000 */
  const double *base; /* one an output */
};

/* What a layer makes of each of its sums. SELU, MISH: "Self-Normalizing Neural Networks" (2017),
 * "Mish" (2019). */
enum ft_activation {
  FT_ACTIVATE_NONE = 0,
  FT_ACTIVATE_RELU,
  FT_ACTIVATE_SELU,
  FT_ACTIVATE_MISH,
  FT_ACTIVATE_TANH,
  FT_ACTIVATE_LOGISTIC,
  FT_ACTIVATE_COUNT
};

/* A number that a net takes of a feature x:
 *   (x - centre) * scale, then not below `low`, not above `high`; `absent` when x is missing.
 * A product that is no number (infinity times 0) becomes `low`.
 * A hinge is a term with low 0 and high 1; an indicator of missing values one with scale 0 and
 * absent 1. */
struct ft_term {
  uint32_t feature; /* index of the encoder */
  float centre, scale;
  float low, high; /* low <= high; may be infinite */
  float absent;    /* what is not called infinite is finite */
};

/* A feature of codes (a category's, a part of a calendar, a boolean), each of which has a row of the
 * first layer's weights: row first + code, without the code's fraction, when 0 <= code < rows - 1; a
 * missing value has row first + rows - 1; any other code has row `first`, which is that of values
 * not in the list. */
struct ft_lookup {
  uint32_t feature; /* index of the encoder */
  uint32_t first;   /* input of the first layer */
  uint32_t rows;    /* at least 2 */
};

struct ft_layer {
  uint32_t inputs;
  uint32_t outputs;
  enum ft_activation activation;
  const float *bias;   /* outputs */
  const float *weight; /* inputs × outputs, an input's row together */
};

/* Dense layers; with one layer it is a linear model. The first layer's inputs are the terms, then the
 * rows of the lookups in order; the last layer's outputs are the model's, and it has no activation.
 *   h[o] = bias[o]; in the first layer then, lookup by lookup, h[o] += weight[row][o];
 *   then for every input x[i] in order h[o] += x[i] * weight[i][o], the first layer's being its
 *   terms; each product is rounded to float32 before it is added; then the activation.
 * A lookup's rows that a row of data has not chosen cost nothing. */
struct ft_net {
  uint32_t terms;
  const struct ft_term *term;
  uint32_t lookups;
  const struct ft_lookup *lookup;
  uint32_t layers; /* at least 1 */
  const struct ft_layer *layer;
  const double *base; /* one an output of the model */
};

/* A term of a linear leaf: slope * x, x being the value of the feature's field as a double, not
 * rounded to float32. */
struct ft_leaf_term {
  uint32_t feature; /* index of an encoder of kind FT_ENCODE_NUMBER or _SENTINEL */
  double slope;
};

/* constant + the terms, added in order; `missing` when the feature of any of them is missing. */
struct ft_linear_leaf {
  double constant;
  double missing;
  uint32_t first; /* index of its first term: the terms of all leaves before it */
  uint32_t terms;
};

/* Trees whose leaves are linear functions: LightGBM's linear_tree. */
struct ft_linear_forest {
  struct ft_forest splits; /* a leaf's number is its place in `leaf`; the exponent is 0 */
  uint32_t leaves;
  const struct ft_linear_leaf *leaf;
  uint32_t terms;
  const struct ft_leaf_term *term;
};

/* One learner of the ensemble. Later kinds (centres) join here with their own struct and a tag of
 * their own in the artifact. */
enum ft_learner_kind {
  FT_LEARNER_FOREST = 0,
  FT_LEARNER_NET,
  FT_LEARNER_LINEAR_FOREST,
  FT_LEARNER_KIND_COUNT
};

/* What a member's sums are. Averages of probabilities are better than averages of their margins where
 * leaves are pure, as a forest's of few rows are. */
enum ft_scale {
  FT_SCALE_MARGIN = 0,
  /* Of classes, under FT_LINK_LOGISTIC with one output or FT_LINK_SOFTMAX: made margins by
   * log(p / (1 - p)), or log(p), p being kept within FT_PROBABILITY_MIN …
   * 1 - FT_PROBABILITY_MIN first. */
  FT_SCALE_PROBABILITY,
  /* Of numbers, under FT_LINK_IDENTITY: logarithms of the target, made margins by exp(x), x being kept
   * within -FT_LOGARITHM_MAX … FT_LOGARITHM_MAX first. */
  FT_SCALE_LOGARITHM,
  FT_SCALE_COUNT
};
#define FT_PROBABILITY_MIN 0x1p-14
#define FT_LOGARITHM_MAX   700.0

struct ft_member {
  enum ft_learner_kind kind;
  enum ft_scale scale; /* of a model with transforms FT_SCALE_MARGIN */
  double weight;
  uint32_t sum;     /* the first of the model's sums that its outputs are added to */
  uint32_t outputs; /* of the member; 0, and its `sum` too, where the model has no transforms: it
                     * has the model's */
  struct ft_forest forest;
  struct ft_net net;
  struct ft_linear_forest linear;
};

/* What is done with `count` of the model's sums, from `first` on. So a prediction may be a weighted sum
 * of predictions, or a linear model, or a calibration, of them. Places count from 0. */
enum ft_transform_kind {
  /* sum[to + o] += number[o], then, s by s, += number[outputs + s * outputs + o] * sum[first + s]:
   * o < outputs, s < count. None of the sums that are read is one that is added to. */
  FT_TRANSFORM_LINEAR = 0,
  FT_TRANSFORM_LOGISTIC,  /* each 1 / (1 + exp(-x)) */
  FT_TRANSFORM_EXP,       /* each exp(x) */
  FT_TRANSFORM_ABOVE,     /* each 1 when x > 0, else 0 */
  FT_TRANSFORM_SOFTMAX,   /* together, as FT_LINK_SOFTMAX */
  FT_TRANSFORM_NORMALIZE, /* each divided by what all add up to, in order; unless that is 0 */
  FT_TRANSFORM_HIGHEST,   /* 1 for the highest, the first of equal ones; 0 for the others */
  FT_TRANSFORM_KIND_COUNT
};

struct ft_transform {
  enum ft_transform_kind kind;
  uint32_t first, count; /* count at least 1 */
  uint32_t to, outputs;  /* of FT_TRANSFORM_LINEAR, outputs at least 1; else 0 */
  const double *number;  /* of FT_TRANSFORM_LINEAR: outputs × (1 + count), finite */
};

struct ft_model {
  /* signature */
  enum ft_problem problem;
  struct ft_field target;
  uint32_t fields;
  const struct ft_field *field;
  uint32_t labels;             /* 0 for regression */
  const struct ft_span *label; /* as text, in the order of the outputs; binary: label 1 is the one
                                * whose probability the learner gives */
  /* encoders */
  struct ft_hash_key category_key;
  uint32_t features;
  const struct ft_encoder *encoder;
  /* learners */
  enum ft_link link;
  uint32_t outputs; /* margins: 1, or `labels` under softmax */
  uint32_t members;
  const struct ft_member *member;
  uint32_t transforms;
  const struct ft_transform *transform;
  uint32_t sums;    /* at least `outputs`; 0 where there are no transforms: as many as outputs */
  double threshold; /* binary: label 1 when its probability >= threshold, 0 < threshold <= 1 */
};

/* May an encoder of that kind (and part, for a calendar) read a field of that type?
 * NUMBER, SENTINEL: booleans and numbers. CATEGORY, CITY: text, booleans, integers. CALENDAR: dates and timestamps
 * all parts but a date no hour and minute; a time hour and minute only. LENGTH, WORD: text.
 * A STATISTIC has parts: those of categories fit as CITY, those of numbers as NUMBER. */
bool ft_encoder_fits(enum ft_encoder_kind kind, enum ft_calendar_part part, enum ft_type type);

/* The hash under which a category is kept. Each field has a key of its own, made of the model's,
 * so that equal values in two columns do not show as equal hashes.
 *   field key     ft_hash_keyed(model key, the field's index as u32 little-endian), low word first
 *   hash          ft_hash_keyed(field key, the text; of a boolean or an integer its decimal text)
 * `value` is one carried value of `type`, which ft_encoder_fits allows. */
struct ft_hash_key ft_category_key(const struct ft_hash_key *model_key, uint32_t field);
/* Of FT_ENCODE_CITY and of statistics: of the same text, in the low half of word 0. */
struct ft_hash128 ft_category_city(enum ft_type type, const void *value);
/* Are an encoder's numbers codes of categories? Splits by sets are of those. */
bool ft_encoder_has_codes(const struct ft_encoder *encoder);
struct ft_hash128 ft_category_hash(const struct ft_hash_key *field_key, enum ft_type type,
                                   const void *value);

#define FT_MODEL_MAX_FIELDS     1600
#define FT_MODEL_MAX_FEATURES   65536
#define FT_MODEL_MAX_INPUTS     (1U << 24) /* of all derived features */
#define FT_MODEL_MAX_LABELS     10000
#define FT_MODEL_MAX_CATEGORIES 4096
#define FT_MODEL_MAX_PARTS      64
#define FT_MODEL_MAX_MEMBERS    256
#define FT_MODEL_MAX_SUMS       16384
#define FT_MODEL_MAX_TRANSFORMS 4096
#define FT_MODEL_MAX_STEPS      (1U << 22) /* of all transforms: sums read × outputs */
#define FT_NET_MAX_LAYERS       16
#define FT_NET_MAX_WIDTH        4096       /* outputs of a layer but the last */
#define FT_NET_MAX_INPUTS       (1U << 20) /* of the first layer */
#define FT_NET_MAX_WEIGHTS      (1U << 24) /* of all layers */

/* How many numbers a derived feature has; may it have so many inputs? */
size_t ft_derived_numbers(enum ft_derivation derivation, uint32_t inputs);
bool ft_derived_fits(enum ft_derivation derivation, uint32_t inputs);

/* How many sums a row has, and how many of them a member's outputs are. */
uint32_t ft_model_sums(const struct ft_model *model);
uint32_t ft_member_outputs(const struct ft_model *model, const struct ft_member *member);

/* How many numbers a transform has: those of FT_TRANSFORM_LINEAR. */
size_t ft_transform_numbers(const struct ft_transform *transform);

/* Everything above that a kernel relies on, checked: indices, orders, finite numbers, counts.
 * Errors: FT_CORRUPT with the place. */
enum ft_status ft_model_check(const struct ft_model *model, struct ft_error *err) FT_MUST_CHECK;

#endif
