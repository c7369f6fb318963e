#include "core/learn/design.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LANES     8
#define TILE_ROWS 32 /* of a covariance; a multiple of LANES */

/* Wider vectors where the processor has them; the same bits, as lanes and their order are fixed. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define FT_CLONED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FT_CLONED
#endif

static void fill_term(float *out, const struct ft_features *features, const struct ft_term *term,
                      const uint32_t *row, size_t rows) {
  const float *value = ft_features_column(features, term->feature);
  for (size_t i = 0; i < rows; i++)
    out[i] = ft_basis_value(term, value[row[i]]);
}

static void fill_code(uint16_t *out, const struct ft_features *features,
                      const struct ft_lookup *lookup, const uint32_t *row, size_t rows) {
  const float *value = ft_features_column(features, lookup->feature);
  for (size_t i = 0; i < rows; i++)
    out[i] = (uint16_t)ft_basis_row(lookup, value[row[i]]);
}

enum ft_status ft_design_make(struct ft_design *out, const struct ft_features *features,
                              const struct ft_basis *basis, const uint32_t *row, size_t rows,
                              struct ft_error *err) {
  struct ft_design design = { .basis = basis, .rows = rows };
  design.term = calloc(rows * basis->terms + 1, sizeof *design.term);
  design.code = calloc(rows * basis->lookups + 1, sizeof *design.code);
  if (!design.term || !design.code) {
    ft_design_release(&design);
    return ft_fail(err, FT_NOMEM, "out of memory for %zu rows of %u terms", rows,
                   (unsigned)basis->columns);
  }
  for (uint32_t t = 0; t < basis->terms; t++)
    fill_term(design.term + t * rows, features, &basis->term[t], row, rows);
  for (uint32_t l = 0; l < basis->lookups; l++)
    fill_code(design.code + l * rows, features, &basis->lookup[l], row, rows);
  *out = design;
  return FT_OK;
}

void ft_design_release(struct ft_design *design) {
  free(design->term);
  free(design->code);
  *design = (struct ft_design){ 0 };
}

FT_CLONED
void ft_design_axpy(double *restrict value, const float *restrict column, double weight,
                    size_t rows) {
  for (size_t i = 0; i < rows; i++)
    value[i] += weight * (double)column[i];
}

FT_CLONED
void ft_design_axpy_double(double *restrict value, const double *restrict line, double weight,
                           size_t count) {
  for (size_t i = 0; i < count; i++)
    value[i] += weight * line[i];
}

FT_CLONED
double ft_design_dot(const float *restrict column, const double *restrict value, size_t rows) {
  /* Sixteen sums that are added in a fixed tree: any vector width gives the same bits. */
  double lane[2 * LANES] = { 0 };
  size_t i = 0;
  for (; i + 2 * LANES <= rows; i += 2 * LANES)
    for (size_t l = 0; l < 2 * LANES; l++)
      lane[l] += (double)column[i + l] * value[i + l];
  for (size_t l = 0; i + l < rows; l++)
    lane[l] += (double)column[i + l] * value[i + l];
  for (size_t half = LANES; half > 0; half /= 2)
    for (size_t l = 0; l < half; l++)
      lane[l] += lane[l + half];
  return lane[0];
}

static size_t min(size_t a, size_t b) {
  return a < b ? a : b;
}

void ft_design_add(double *margin, const struct ft_design *design, struct ft_design_rows rows,
                   const double *weight) {
  assert(rows.first + rows.rows <= design->rows);
  const struct ft_basis *basis = design->basis;
  size_t count = 0;
  /* Blocks of rows: the margins stay in the cache while all columns pass. */
  for (size_t done = 0; done < rows.rows; done += count, margin += count) {
    size_t first = rows.first + done;
    count = min(rows.rows - done, FT_DESIGN_BLOCK);
    for (uint32_t t = 0; t < basis->terms; t++)
      /* Most weights are 0 under an L1 penalty. */
      if (weight[t] != 0)
        ft_design_axpy(margin, design->term + t * design->rows + first, weight[t], count);
    for (uint32_t l = 0; l < basis->lookups; l++) {
      const uint16_t *code = design->code + l * design->rows + first;
      const double *of_code = weight + basis->lookup[l].first;
      for (size_t i = 0; i < count; i++)
        margin[i] += of_code[code[i]];
    }
  }
}

void ft_design_project(double *out, const struct ft_design *design, struct ft_design_rows rows,
                       const double *value) {
  assert(rows.first + rows.rows <= design->rows);
  const struct ft_basis *basis = design->basis;
  size_t count = 0;
  for (size_t done = 0; done < rows.rows; done += count, value += count) {
    size_t first = rows.first + done;
    count = min(rows.rows - done, FT_DESIGN_BLOCK);
    for (uint32_t t = 0; t < basis->terms; t++)
      out[t] += ft_design_dot(design->term + t * design->rows + first, value, count);
    for (uint32_t l = 0; l < basis->lookups; l++) {
      const uint16_t *code = design->code + l * design->rows + first;
      double *of_code = out + basis->lookup[l].first;
      for (size_t i = 0; i < count; i++)
        of_code[code[i]] += value[i];
    }
  }
}

/* Some rows of the terms, doubles; of the codes, columns' numbers. */
struct tile {
  size_t rows;
  double weight[TILE_ROWS];
  double *term;     /* terms × TILE_ROWS */
  double *weighted; /* the same times the rows' weights */
  uint32_t *code;   /* lookups × TILE_ROWS */
};

static void fill_tile(struct tile *tile, const struct ft_design *design, const double *weight,
                      size_t first, size_t stride) {
  const struct ft_basis *basis = design->basis;
  tile->rows = 0;
  while (tile->rows < TILE_ROWS && first + tile->rows * stride < design->rows)
    tile->rows++;
  for (size_t i = 0; i < TILE_ROWS; i++)
    tile->weight[i] = i >= tile->rows ? 0 : weight ? weight[first + i * stride] : 1;
  for (uint32_t t = 0; t < basis->terms; t++) {
    double *out = tile->term + (size_t)t * TILE_ROWS;
    double *weighted = tile->weighted + (size_t)t * TILE_ROWS;
    memset(out, 0, TILE_ROWS * sizeof *out);
    for (size_t i = 0; i < tile->rows; i++)
      out[i] = (double)design->term[t * design->rows + first + i * stride];
    for (size_t i = 0; i < TILE_ROWS; i++)
      weighted[i] = tile->weight[i] * out[i];
  }
  for (uint32_t l = 0; l < basis->lookups; l++)
    for (size_t i = 0; i < tile->rows; i++)
      tile->code[(size_t)l * TILE_ROWS + i] =
          basis->lookup[l].first + design->code[l * design->rows + first + i * stride];
}

FT_CLONED
static void add_products(double *restrict out, size_t columns, const double *restrict term,
                         const double *restrict weighted, uint32_t terms) {
  /* The lower triangle only; centre() mirrors it. */
  for (uint32_t a = 0; a < terms; a++)
    for (uint32_t b = 0; b <= a; b++) {
      const double *restrict x = weighted + (size_t)a * TILE_ROWS;
      const double *restrict y = term + (size_t)b * TILE_ROWS;
      /* As in ft_design_dot: fixed lanes, added in a fixed order. */
      double lane[LANES] = { 0 };
      for (size_t i = 0; i < TILE_ROWS; i += LANES)
        for (size_t l = 0; l < LANES; l++)
          lane[l] += x[i + l] * y[i + l];
      out[a * columns + b] +=
          ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    }
}

/* Below the diagonal: a code's column comes after all terms and all earlier codes. */
static void add_codes(double *out, double *sum, const struct ft_design *design,
                      const struct tile *tile) {
  const struct ft_basis *basis = design->basis;
  for (uint32_t l = 0; l < basis->lookups; l++)
    for (size_t i = 0; i < tile->rows; i++) {
      uint32_t column = tile->code[(size_t)l * TILE_ROWS + i];
      double *line = out + (size_t)column * basis->columns, weight = tile->weight[i];
      sum[column] += weight;
      for (uint32_t t = 0; t < basis->terms; t++)
        line[t] += tile->weighted[(size_t)t * TILE_ROWS + i];
      for (uint32_t m = 0; m <= l; m++)
        line[tile->code[(size_t)m * TILE_ROWS + i]] += weight;
    }
  for (uint32_t t = 0; t < basis->terms; t++)
    for (size_t i = 0; i < tile->rows; i++)
      sum[t] += tile->weighted[(size_t)t * TILE_ROWS + i];
}

/* `mean` comes as sums. */
static void centre(double *out, double *mean, uint32_t columns, double weights, size_t rows) {
  double share = 1.0 / (double)rows, level = weights * share;
  for (size_t j = 0; j < columns; j++)
    mean[j] /= weights;
  for (size_t a = 0; a < columns; a++)
    for (size_t b = 0; b <= a; b++) {
      /* E[w a b] - E[w] m_a m_b, with m the weighted means. */
      double product = out[a * columns + b] * share - level * mean[a] * mean[b];
      out[a * columns + b] = out[b * columns + a] = product;
    }
}

bool ft_design_covariance(double *out, double *mean, double *share, const struct ft_design *design,
                          const double *weight, size_t max_rows, const struct ft_fit_task *end) {
  const struct ft_basis *basis = design->basis;
  /* Every n-th row, which is as good as a random one: rows are in random order. */
  size_t stride = max_rows > 0 && design->rows > max_rows ? design->rows / max_rows : 1;
  size_t cells = (size_t)basis->terms * TILE_ROWS;
  struct tile tile = { .term = calloc(2 * cells + 1, sizeof(double)),
                       .code = calloc((size_t)basis->lookups * TILE_ROWS + 1, sizeof(uint32_t)) };
  bool whole = tile.term && tile.code;
  tile.weighted = tile.term + cells;
  memset(out, 0, (size_t)basis->columns * basis->columns * sizeof *out);
  memset(mean, 0, basis->columns * sizeof *mean);
  size_t rows = 0;
  double weights = 0;
  for (size_t first = 0; first < design->rows && whole; first += TILE_ROWS * stride) {
    fill_tile(&tile, design, weight, first, stride);
    add_products(out, basis->columns, tile.term, tile.weighted, basis->terms);
    add_codes(out, mean, design, &tile);
    for (size_t i = 0; i < tile.rows; i++)
      weights += tile.weight[i];
    rows += tile.rows;
    whole = !end || !ft_fit_is_late(end);
  }
  if (whole) centre(out, mean, basis->columns, weights, rows);
  *share = weights / (double)rows;
  free(tile.term);
  free(tile.code);
  return whole;
}
