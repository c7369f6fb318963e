/* Draws the rows of a probe: values around the thresholds that the model compares with. */
#include <string.h>

#include "core/predict/probe.h"

#define KEPT          8 /* thresholds kept of a feature */
#define NULL_ODDS     8 /* one value in so many is NULL */
#define SENTINEL_ODDS 6 /* one value in so many lies where sentinels begin */
#define DAY_US        INT64_C(86400000000)
/* FT_COMBINATION_FACTOR times this is 1, modulo 2^64. */
#define INVERSE_FACTOR UINT64_C(10912432811176652397)

/* A sample of the thresholds of one feature. */
struct sample {
  float threshold[KEPT];
  uint64_t seen;
};

static void keep_threshold(struct sample *sample, float threshold, struct ft_random *random) {
  uint64_t at = sample->seen < KEPT ? sample->seen : ft_random_below(random, sample->seen + 1);
  if (at < KEPT) sample->threshold[at] = threshold;
  sample->seen++;
}

static void keep_pass(struct sample *sample, const void *block, const struct ft_pass *pass,
                      struct ft_random *random) {
  const struct ft_input *input = FT_PART(block, struct ft_input, pass->input);
  for (uint64_t i = 0; i < pass->input.count; i++) {
    const float *threshold = FT_PART(block, float, input[i].threshold);
    for (uint64_t t = 0; t < input[i].threshold.count; t++)
      if (threshold[t] == threshold[t])
        keep_threshold(&sample[input[i].feature], threshold[t], random);
  }
}

static void keep_thresholds(struct sample *sample, const void *block,
                            const struct ft_forest_block *forest, struct ft_random *random) {
  const struct ft_pass *pass = FT_PART(block, struct ft_pass, forest->pass);
  const struct ft_walk_node *node = FT_PART(block, struct ft_walk_node, forest->walk_node);
  for (uint64_t i = 0; i < forest->pass.count; i++)
    keep_pass(sample, block, &pass[i], random);
  for (uint64_t i = 0; i < forest->walk_node.count; i++) {
    if (node[i].feature & (FT_WALK_LEAF | FT_WALK_SET)) continue;
    keep_threshold(&sample[node[i].feature & FT_WALK_FEATURE], node[i].of.threshold, random);
  }
}

static void keep_finite(struct sample *sample, float value, struct ft_random *random) {
  if (value - value == 0) keep_threshold(sample, value, random);
}

/* Where a term's ends are, and one place within some units of its centre. */
static void keep_terms(struct sample *sample, const struct ft_net *net, struct ft_random *random) {
  for (uint32_t t = 0; t < net->terms; t++) {
    const struct ft_term *term = &net->term[t];
    struct sample *to = &sample[term->feature];
    float away = (float)(ft_random_unit(random) * 6.0 - 3.0);
    keep_finite(to, term->centre + term->low / term->scale, random);
    keep_finite(to, term->centre + term->high / term->scale, random);
    keep_finite(to, term->centre + away / term->scale, random);
  }
}

/* For inputs of derived features: numbers about 0, or about a vector's. */
static void keep_inputs(struct sample *sample, const struct ft_encoding *encoding,
                        struct ft_random *random) {
  for (uint32_t f = 0; f < encoding->features; f++) {
    const struct ft_feature *feature = &encoding->feature[f];
    for (uint32_t i = 0; feature->kind == FT_ENCODE_DERIVED && i < feature->inputs; i++) {
      double about = feature->derivation == FT_DERIVE_GAUSSIAN ? feature->number[i] : 0;
      keep_finite(&sample[feature->input[i]], (float)(about + ft_random_unit(random) * 6.0 - 3.0),
                  random);
    }
  }
}

static float draw_threshold(const struct sample *sample, struct ft_random *random) {
  if (!sample->seen) return (float)ft_random_below(random, 100);
  return sample->threshold[ft_random_below(random, sample->seen < KEPT ? sample->seen : KEPT)];
}

/* The float before (-1) or behind (1) it; infinity may become NaN, which is missing. */
static float neighbour(float x, int64_t step) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffff) == 0) bits = step < 0 ? 0x80000000 : 0;
  bits = bits >> 31 ? bits - (uint32_t)step : bits + (uint32_t)step;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The integer at or below x, nudged, within limits which doubles hold exactly. */
static int64_t near_integer(double x, int64_t nudge, int64_t low, int64_t high) {
  if (!(x > (double)low)) return low;
  if (x >= (double)high) return high;
  int64_t whole = (int64_t)x;
  whole += nudge;
  if (whole < low) return low;
  return whole > high ? high : whole;
}

static void set_integer(struct ft_probe_column *column, size_t row, int64_t value) {
  switch (ft_type_bytes(column->type)) {
  case 1: ((uint8_t *)column->values)[row] = (uint8_t)(value & 1); break;
  case 2: ((int16_t *)column->values)[row] = (int16_t)value; break;
  case 4: ((int32_t *)column->values)[row] = (int32_t)value; break;
  default: ((int64_t *)column->values)[row] = value;
  }
}

static void draw_number(struct ft_probe_column *column, size_t row, float threshold,
                        struct ft_random *random) {
  int64_t nudge = (int64_t)ft_random_below(random, 3) - 1;
  switch (column->type) {
  case FT_FLOAT32:
    ((float *)column->values)[row] = nudge ? neighbour(threshold, nudge) : threshold;
    break;
  case FT_FLOAT64:
  case FT_DECIMAL:
    /* A double between two floats shows how it is rounded. */
    ((double *)column->values)[row] =
        ft_random_below(random, 4) ? (double)(nudge ? neighbour(threshold, nudge) : threshold)
                                   : (double)threshold * (1.0 + (double)nudge * 0x1p-26);
    break;
  case FT_INT16: set_integer(column, row, near_integer(threshold, nudge, -32768, 32767)); break;
  case FT_INT32:
    set_integer(column, row, near_integer(threshold, nudge, INT32_MIN, INT32_MAX));
    break;
  case FT_INT64:
    set_integer(column, row, near_integer(threshold, nudge, -(INT64_C(1) << 62), INT64_C(1) << 62));
    break;
  default: set_integer(column, row, (int64_t)ft_random_below(random, 2)); /* FT_BOOL */
  }
}

/* Microseconds of a day: around the threshold when it is one of minutes, else any. */
static int64_t draw_clock(enum ft_calendar_part part, float threshold, struct ft_random *random) {
  int64_t nudge = (int64_t)ft_random_below(random, 3) - 1;
  if (part == FT_PART_MINUTE) return near_integer((double)threshold * 6e7, nudge, 0, DAY_US - 1);
  return (int64_t)ft_random_below(random, (uint64_t)DAY_US);
}

static void draw_moment(struct ft_probe_column *column, size_t row, enum ft_calendar_part part,
                        float threshold, struct ft_random *random) {
  int64_t nudge = (int64_t)ft_random_below(random, 3) - 1;
  int64_t day = part == FT_PART_DAYS
                    ? near_integer(threshold, nudge, -3000000, 3000000)
                    : (int64_t)ft_random_below(random, 73049) - 25567; /* 1900 … 2099 */
  if (column->type == FT_DATE)
    set_integer(column, row, day);
  else if (column->type == FT_TIME)
    set_integer(column, row, draw_clock(part, threshold, random));
  else
    set_integer(column, row, day * DAY_US + draw_clock(part, threshold, random));
}

/* One of the encoder's categories, or a hash that is none of them. */
static struct ft_hash128 draw_category(const struct ft_feature *feature, struct ft_random *random) {
  struct ft_hash128 other = { { ft_random_next(random), ft_random_next(random) } };
  uint32_t at = (uint32_t)ft_random_below(random, (uint64_t)feature->mask + 1);
  if (ft_random_below(random, NULL_ODDS) == 0) return other;
  for (uint32_t i = 0; i <= feature->mask; i++, at = (at + 1) & feature->mask)
    if (feature->slot[at].code) return feature->slot[at].hash;
  return other;
}

/* The category of a key, which alone makes it: what multiplied it is undone. */
static struct ft_hash128 draw_key(const struct ft_feature *feature, struct ft_random *random) {
  const struct ft_statistic *is = &feature->statistic->is;
  if (is->keys == 0 || ft_random_below(random, NULL_ODDS) == 0)
    return (struct ft_hash128){ { ft_random_next(random), 0 } };
  const uint64_t key = is->key[ft_random_below(random, is->keys)];
  return (struct ft_hash128){ { key * INVERSE_FACTOR * INVERSE_FACTOR, 0 } };
}

static void draw_value(struct ft_probe_column *column, size_t row, const struct ft_feature *feature,
                       const struct sample *sample, struct ft_random *random) {
  float threshold = draw_threshold(sample, random);
  int64_t nudge = (int64_t)ft_random_below(random, 3) - 1;
  switch (feature->kind) {
  case FT_ENCODE_CATEGORY:
  case FT_ENCODE_CITY:
  case FT_ENCODE_WORD: column->hash[row] = draw_category(feature, random); break;
  case FT_ENCODE_STATISTIC: column->hash[row] = draw_key(feature, random); break;
  case FT_ENCODE_CALENDAR: draw_moment(column, row, feature->part, threshold, random); break;
  case FT_ENCODE_LENGTH:
    ((struct ft_span *)column->values)[row].size =
        (size_t)near_integer(threshold, nudge, 0, UINT32_MAX);
    break;
  case FT_ENCODE_SENTINEL:
    draw_number(column, row, ft_random_below(random, SENTINEL_ODDS) ? threshold : feature->low,
                random);
    break;
  default: draw_number(column, row, threshold, random);
  }
}

/* Words are drawn with the first of them. A statistic of several parts draws nothing: its categories
 * are those that encoders of one alone have. */
static bool draws(const struct ft_feature *feature) {
  if (feature->kind == FT_ENCODE_WORD) return feature->words > 0;
  if (feature->kind != FT_ENCODE_STATISTIC) return true;
  return feature->statistic && feature->statistic->is.parts == 1 &&
         feature->statistic->is.part[0].kind == FT_COMBINE_CATEGORY;
}

/* Where several encoders read a field, each row's value is drawn for one of them. */
static void draw_features(struct ft_probe *probe, const struct ft_plan *plan,
                          const struct sample *sample, uint64_t *readers,
                          struct ft_random *random) {
  for (uint32_t f = 0; f < plan->encoding.features; f++) {
    const struct ft_feature *feature = &plan->encoding.feature[f];
    if (!draws(feature)) continue;
    uint64_t before = readers[feature->field]++;
    for (size_t r = 0; r < probe->rows; r++)
      if (before == 0 || ft_random_below(random, before + 1) == 0 ||
          feature->kind == FT_ENCODE_CATEGORY)
        draw_value(&probe->column[feature->field], r, feature, &sample[f], random);
  }
}

static void draw_validity(struct ft_probe *probe, struct ft_random *random) {
  for (size_t i = 0; i < probe->fields; i++)
    for (size_t r = 1; r < probe->rows; r++)
      if (r == 1 || ft_random_below(random, NULL_ODDS) != 0)
        probe->column[i].validity[r / 64] |= UINT64_C(1) << (r % 64);
}

enum ft_status ft_probe_draw(struct ft_probe *probe, struct ft_arena *arena,
                             const struct ft_plan *plan, struct ft_random *random,
                             struct ft_error *err) {
  struct sample *sample = FT_ARENA_NEW(arena, struct sample, plan->encoding.features);
  uint64_t *readers = FT_ARENA_NEW(arena, uint64_t, probe->fields);
  if (!sample || !readers) return ft_arena_fail(err, "the model's probes");
  for (uint32_t m = 0; m < plan->members; m++) {
    const struct ft_member_block *member = &plan->member[m];
    if (member->kind == FT_LEARNER_NET)
      keep_terms(sample, &plan->net[member->index], random);
    else if (member->kind == FT_LEARNER_LINEAR_FOREST)
      keep_thresholds(sample, plan->block, &plan->linear[member->index].splits, random);
    else
      keep_thresholds(sample, plan->block, &plan->forest[member->index], random);
  }
  keep_inputs(sample, &plan->encoding, random);
  draw_features(probe, plan, sample, readers, random);
  draw_validity(probe, random);
  return FT_OK;
}
