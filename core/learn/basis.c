#include "core/learn/basis.h"

#include <math.h>
#include <stdlib.h>

#define SAMPLE       20000 /* values that quantiles are of */
#define SMALL_VALUES 32    /* distinct values that each get a knot */
#define MAX_KNOTS    64
#define LARGEST      1e38f /* an infinite value counts as this */
#define FAR          1e9   /* deviations; no value is out of reach, and no product infinite */
#define TAIL         0.01  /* rows beyond the outermost knots, where values are many */
#define HINGE_HEIGHT 0.5f

/* A number's values in brief. */
struct number {
  const float *value; /* a row each */
  size_t rows;
  size_t present;
  double mean;
  double deviation;
  float min, largest;
  float *sorted; /* a sample of the present ones */
  size_t sorts;
  float knot[MAX_KNOTS];
  uint32_t knots;
};

static float bounded(float value) {
  return value > LARGEST ? LARGEST : value < -LARGEST ? -LARGEST : value;
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void find_moments(struct number *number) {
  double sum = 0, squares = 0;
  for (size_t r = 0; r < number->rows; r++) {
    if (number->value[r] != number->value[r]) continue;
    float value = bounded(number->value[r]);
    if (number->present == 0 || value < number->min) number->min = value;
    if (number->present == 0 || value > number->largest) number->largest = value;
    number->present++;
    sum += value;
  }
  if (number->present == 0) return;
  number->mean = sum / (double)number->present;
  for (size_t r = 0; r < number->rows; r++) {
    if (number->value[r] != number->value[r]) continue;
    double difference = bounded(number->value[r]) - number->mean;
    squares += difference * difference;
  }
  number->deviation = sqrt(squares / (double)number->present);
}

/* Rows come in canonical order, which is random with regard to their values. */
static void sort_sample(struct number *number) {
  size_t rows = number->rows < SAMPLE ? number->rows : SAMPLE;
  number->sorts = 0;
  for (size_t i = 0; i < rows; i++) {
    float value = number->value[i * number->rows / rows];
    if (value == value) number->sorted[number->sorts++] = bounded(value);
  }
  qsort(number->sorted, number->sorts, sizeof *number->sorted, compare);
}

static void add_knot(struct number *number, float value) {
  if (number->knots == 0 || value > number->knot[number->knots - 1])
    number->knot[number->knots++] = value;
}

static size_t count_distinct(const struct number *number) {
  size_t distinct = number->sorts > 0;
  for (size_t i = 1; i < number->sorts; i++)
    distinct += number->sorted[i] > number->sorted[i - 1];
  return distinct;
}

static float quantile(const struct number *number, double share) {
  return number->sorted[(size_t)(share * (double)(number->sorts - 1) + 0.5)];
}

static void place_knots(struct number *number, uint32_t pieces) {
  number->knots = 0;
  if (pieces == 0 || number->sorts == 0) return;
  /* Few values: a knot at each makes the shape a free value for every one. */
  if (count_distinct(number) <= SMALL_VALUES) {
    for (size_t i = 0; i < number->sorts; i++)
      add_knot(number, number->sorted[i]);
    return;
  }
  if (pieces > MAX_KNOTS - 4) pieces = MAX_KNOTS - 4;
  add_knot(number, quantile(number, TAIL));
  for (uint32_t i = 1; i < pieces; i++)
    if ((double)i / pieces > TAIL && (double)i / pieces < 1 - TAIL)
      add_knot(number, quantile(number, (double)i / pieces));
  add_knot(number, quantile(number, 1 - TAIL));
}

static void add_hinges(struct ft_basis *basis, const struct number *number, uint32_t feature) {
  for (uint32_t k = 0; number->knots > 2 && k + 1 < number->knots; k++) {
    double width = (double)number->knot[k + 1] - number->knot[k];
    struct ft_term term = { .feature = feature,
                            .centre = number->knot[k],
                            .scale = (float)(HINGE_HEIGHT / width),
                            .high = HINGE_HEIGHT };
    if (!isfinite(term.scale) || term.scale == 0) continue;
    /* A missing value stands at the hinge's mean, where it moves no margin; its indicator speaks
     * for it. */
    double sum = 0;
    for (size_t i = 0; i < number->sorts; i++)
      sum += ft_basis_value(&term, number->sorted[i]);
    term.absent = (float)(sum / (double)number->sorts);
    basis->term[basis->terms++] = term;
  }
}

/* So many deviations from the mean, but not beyond what an infinite value counts as. */
static float clip(const struct number *number, double reach) {
  double min = (-LARGEST - number->mean) / number->deviation;
  double max = (LARGEST - number->mean) / number->deviation;
  return (float)(reach < min ? min : reach > max ? max : reach);
}

static void add_number(struct ft_basis *basis, struct number *number, uint32_t feature,
                       const struct ft_basis_options *options) {
  find_moments(number);
  float scale = (float)(1 / number->deviation);
  double reach = options->reach > 0 ? options->reach : FAR;
  if (number->present > 0 && number->largest > number->min && isfinite(scale) && scale > 0)
    basis->term[basis->terms++] = (struct ft_term){ .feature = feature,
                                                    .centre = (float)number->mean,
                                                    .scale = scale,
                                                    .low = clip(number, -reach),
                                                    .high = clip(number, reach) };
  if (options->knots > 0) {
    sort_sample(number);
    place_knots(number, options->knots);
    add_hinges(basis, number, feature);
  }
  /* every present value is clipped to 0: no product with an infinity */
  if (number->present < number->rows && number->present > 0)
    basis->term[basis->terms++] = (struct ft_term){ .feature = feature, .scale = 1, .absent = 1 };
}

static uint32_t max_terms(const struct ft_basis_options *options) {
  return 2 + (options->knots == 0 ? 0 : MAX_KNOTS);
}

enum ft_status ft_basis_make(struct ft_basis *out, struct ft_arena *arena,
                             const struct ft_features *features,
                             const struct ft_basis_options *options, struct ft_error *err) {
  struct ft_basis basis = { 0 };
  float *sorted = malloc(SAMPLE * sizeof *sorted);
  basis.term = FT_ARENA_NEW(arena, struct ft_term, (size_t)features->features * max_terms(options));
  basis.lookup = FT_ARENA_NEW(arena, struct ft_lookup, features->features);
  if (!sorted || !basis.term || !basis.lookup) {
    free(sorted);
    return ft_arena_fail(err, "the learner");
  }
  for (uint32_t f = 0; f < features->features; f++) {
    if (features->categories && features->categories[f] > 0) {
      basis.lookup[basis.lookups++] =
          (struct ft_lookup){ .feature = f, .rows = features->categories[f] + 2 };
      continue;
    }
    struct number number = { .value = ft_features_column(features, f),
                             .rows = features->rows,
                             .sorted = sorted };
    add_number(&basis, &number, f, options);
  }
  free(sorted);
  basis.columns = basis.terms;
  for (uint32_t l = 0; l < basis.lookups; l++) {
    basis.lookup[l].first = basis.columns;
    basis.columns += basis.lookup[l].rows;
  }
  *out = basis;
  return FT_OK;
}
