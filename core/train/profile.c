#include "core/train/profile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/vocabulary.h"

#define ROWS_A_CATEGORY   5 /* a value of fewer rows is "other", where there are too many values */
#define SPREAD_OF_NUMBERS 4 /* consecutive numbers may have gaps: at most so many a row */
#define UNIQUE_SHARE      0.95
#define MAX_PARTS         8
#define MAX_WORDS         2048     /* of all columns */
#define MAX_WORD_CELLS    40000000 /* words × rows of a column, but for */
#define MIN_WORDS         16

/* The columns while they are profiled. `column` and what follows it are of the column in hand; `field` is
 * `column` less the target, if that came before. */
struct profiling {
  struct ft_profile *out;
  struct ft_arena *arena;
  const struct ft_table *table;
  const uint32_t *row;
  size_t rows;
  const struct ft_hash_key *key;
  uint32_t column; /* of the table */
  uint32_t field;  /* of the model */
  size_t present;  /* rows with a value */
  uint32_t words;  /* so far */
};

static void add_encoder(struct profiling *p, struct ft_encoder encoder) {
  assert(p->field <= p->column);
  encoder.field = p->field;
  p->out->encoder[p->out->features++] = encoder;
}

static void leave_out(struct profiling *p, const char *reason) {
  p->out->left_out[p->out->n_left_out++] =
      (struct ft_left_out){ p->table->field[p->column].name, reason };
}

/* A value's frequency, for choosing categories. */
struct frequency {
  struct ft_hash128 hash;
  uint32_t code;
  uint32_t count;
};

static int compare_frequencies(const void *a, const void *b) {
  const struct frequency *first = a, *second = b;
  if (first->count != second->count) return first->count < second->count ? 1 : -1;
  return ft_hash128_compare(first->hash, second->hash);
}

static int compare_hashes(const void *a, const void *b) {
  return ft_hash128_compare(*(const struct ft_hash128 *)a, *(const struct ft_hash128 *)b);
}

/* Values that occur, most frequent first; `size` of them, in memory for the caller to free. */
static struct frequency *count_values(const struct profiling *p, size_t *size) {
  const struct ft_dictionary *dictionary = &p->table->column[p->column].dictionary;
  struct frequency *list = calloc((size_t)dictionary->entries + 1, sizeof *list);
  if (!list) return NULL;
  for (size_t i = 0; i < p->rows; i++)
    if (ft_table_has(p->table, p->column, p->row[i]))
      list[ft_table_code(p->table, p->column, p->row[i])].count++;
  /* A key of its own for each field: equal texts of two columns have different hashes. */
  struct ft_hash_key key = ft_category_key(p->key, p->field);
  size_t used = 0;
  for (uint32_t e = 0; e < dictionary->entries; e++) {
    if (list[e].count == 0) continue;
    struct frequency found = { ft_category_hash(&key, FT_TEXT, &dictionary->text[e]), e,
                               list[e].count };
    list[used++] = found;
  }
  qsort(list, used, sizeof *list, compare_frequencies);
  *size = used;
  return list;
}

static enum ft_status add_category(struct profiling *p, const struct frequency *list, size_t size,
                                   struct ft_error *err) {
  struct ft_hash128 *category = FT_ARENA_NEW(p->arena, struct ft_hash128, size);
  if (!category) return ft_arena_fail(err, "the categories");
  for (size_t i = 0; i < size; i++)
    category[i] = list[i].hash;
  /* Ascending, as the encoder's binary search needs them; which codes are frequent is found
   * again by the learners. */
  qsort(category, size, sizeof *category, compare_hashes);
  add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_CATEGORY,
                                      .categories = (uint32_t)size,
                                      .category = category });
  return FT_OK;
}

/* Fewer words of many rows: each is a column of them. */
static uint32_t max_words(const struct profiling *p) {
  size_t max = MAX_WORD_CELLS / (p->rows ? p->rows : 1);
  if (max < MIN_WORDS) max = MIN_WORDS;
  if (max > FT_VOCABULARY_MAX) max = FT_VOCABULARY_MAX;
  return max < MAX_WORDS - p->words ? (uint32_t)max : MAX_WORDS - p->words;
}

static enum ft_status add_words(struct profiling *p, const struct frequency *list, size_t size,
                                struct ft_error *err) {
  const struct ft_dictionary *dictionary = &p->table->column[p->column].dictionary;
  struct ft_weighted_text *text = malloc(size * sizeof *text + 1);
  if (!text) return ft_fail(err, FT_NOMEM, "out of memory for the words of a column");
  for (size_t i = 0; i < size; i++)
    text[i] = (struct ft_weighted_text){ dictionary->text[list[i].code], list[i].count };
  struct ft_hash_key key = ft_category_key(p->key, p->field);
  struct ft_vocabulary vocabulary;
  enum ft_status status =
      ft_vocabulary_make(&vocabulary, p->arena, &key, text, size, max_words(p), err);
  free(text);
  if (status != FT_OK) return status;
  for (uint32_t w = 0; w < vocabulary.words; w++)
    add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_WORD,
                                        .categories = 1,
                                        .category = &vocabulary.word[w] });
  p->words += vocabulary.words;
  return FT_OK;
}

/* Hardly a value occurs twice: prose, or an identifier. */
static enum ft_status profile_unique(struct profiling *p, const struct frequency *list, size_t size,
                                     struct ft_error *err) {
  const char *reason = size == p->present
                           ? "every value is different, it looks like an identifier"
                           : "nearly every value is different, it looks like an identifier";
  uint32_t before = p->words;
  FT_TRY(add_words(p, list, size, err));
  if (p->words > before)
    add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_LENGTH });
  else
    leave_out(p, reason);
  return FT_OK;
}

static enum ft_status profile_text(struct profiling *p, struct ft_error *err) {
  size_t size;
  struct frequency *list = count_values(p, &size);
  if (!list) return ft_fail(err, FT_NOMEM, "out of memory for the categories");
  enum ft_status status = FT_OK;
  if ((double)size >= UNIQUE_SHARE * (double)p->present && p->present >= FT_PROFILE_MIN_ROWS) {
    status = profile_unique(p, list, size, err);
  } else if (size <= FT_PROFILE_MAX_CATEGORIES) {
    status = add_category(p, list, size, err);
  } else {
    size_t kept = 0;
    /* The list is sorted by frequency: the first rare value ends it. */
    while (kept < FT_PROFILE_MAX_HASHED_CATEGORIES && list[kept].count >= ROWS_A_CATEGORY)
      kept++;
    if (kept > 0) status = add_category(p, list, kept, err);
    add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_LENGTH });
    if (status == FT_OK) status = add_words(p, list, size, err);
  }
  free(list);
  return status;
}

static int compare_integers(const void *a, const void *b) {
  int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
  return (first > second) - (first < second);
}

/* All different and nearly consecutive: a row's number, not a measurement. */
static enum ft_status is_row_number(bool *out, const struct profiling *p, struct ft_error *err) {
  *out = false;
  if (p->present < FT_PROFILE_MIN_ROWS || p->present < p->rows) return FT_OK;
  int64_t min = INT64_MAX, max = INT64_MIN;
  for (size_t i = 0; i < p->rows; i++) {
    int64_t value = ft_table_integer(p->table, p->column, p->row[i]);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if ((uint64_t)max - (uint64_t)min >= (uint64_t)p->rows * SPREAD_OF_NUMBERS) return FT_OK;
  if ((uint64_t)max - (uint64_t)min < p->rows - 1) return FT_OK; /* some value occurs twice */
  int64_t *value = malloc(p->rows * sizeof *value);
  if (!value) return ft_fail(err, FT_NOMEM, "out of memory for a column's values");
  for (size_t i = 0; i < p->rows; i++)
    value[i] = ft_table_integer(p->table, p->column, p->row[i]);
  qsort(value, p->rows, sizeof *value, compare_integers);
  size_t i = 1;
  while (i < p->rows && value[i] != value[i - 1])
    i++;
  free(value);
  *out = i == p->rows;
  return FT_OK;
}

static enum ft_status profile_number(struct profiling *p, struct ft_error *err) {
  enum ft_type type = p->table->field[p->column].type;
  bool number = false;
  if (type == FT_INT16 || type == FT_INT32 || type == FT_INT64)
    FT_TRY(is_row_number(&number, p, err));
  if (number)
    leave_out(p, "every value is different and they are consecutive, it looks like an identifier");
  else
    add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_NUMBER });
  return FT_OK;
}

static enum ft_status profile_column(struct profiling *p, struct ft_error *err) {
  enum ft_type type = p->table->field[p->column].type;
  p->present = 0;
  for (size_t i = 0; i < p->rows; i++)
    p->present += ft_table_has(p->table, p->column, p->row[i]);
  if (p->present == 0) {
    leave_out(p, "it is NULL in every row");
    return FT_OK;
  }
  if (type == FT_TEXT) return profile_text(p, err);
  if (!ft_type_is_temporal(type)) return profile_number(p, err);
  for (int part = 0; part < FT_PART_COUNT; part++)
    if (ft_encoder_fits(FT_ENCODE_CALENDAR, (enum ft_calendar_part)part, type))
      add_encoder(p, (struct ft_encoder){ .kind = FT_ENCODE_CALENDAR,
                                          .part = (enum ft_calendar_part)part });
  return FT_OK;
}

enum ft_status ft_profile_make(struct ft_profile *out, struct ft_arena *arena,
                               const struct ft_table *table, uint32_t target, const uint32_t *row,
                               size_t rows, const struct ft_hash_key *category_key,
                               struct ft_error *err) {
  *out = (struct ft_profile){ 0 };
  out->encoder =
      FT_ARENA_NEW(arena, struct ft_encoder, (size_t)table->fields * MAX_PARTS + MAX_WORDS);
  out->left_out = FT_ARENA_NEW(arena, struct ft_left_out, table->fields);
  if (!out->encoder || !out->left_out) return ft_arena_fail(err, "the profile");
  struct profiling p = { .out = out,
                         .arena = arena,
                         .table = table,
                         .row = row,
                         .rows = rows,
                         .key = category_key };
  for (uint32_t c = 0; c < table->fields; c++) {
    if (c == target) continue;
    p.column = c;
    FT_TRY(profile_column(&p, err));
    p.field++;
  }
  return FT_OK;
}

static bool is_constant(const float *value, size_t rows) {
  bool missing = value[0] != value[0];
  for (size_t r = 1; r < rows; r++)
    if (missing ? value[r] == value[r] : value[r] != value[0]) return false;
  return true;
}

static bool has_feature(const struct ft_profile *profile, uint32_t field) {
  for (uint32_t f = 0; f < profile->features; f++)
    if (profile->encoder[f].field == field) return true;
  return false;
}

static bool is_left_out(const struct ft_profile *profile, const char *name) {
  for (uint32_t i = 0; i < profile->n_left_out; i++)
    if (profile->left_out[i].name == name) return true;
  return false;
}

void ft_profile_drop_constants(struct ft_profile *profile, float *value, size_t rows,
                               const struct ft_field *field, uint32_t fields) {
  uint32_t kept = 0;
  for (uint32_t f = 0; f < profile->features; f++) {
    const float *from = value + (size_t)f * rows;
    if (is_constant(from, rows)) continue;
    /* Closed up in place: features and their encoders stay side by side. */
    if (kept != f) memmove(value + (size_t)kept * rows, from, rows * sizeof *value);
    profile->encoder[kept++] = profile->encoder[f];
  }
  profile->features = kept;
  for (uint32_t i = 0; i < fields; i++)
    if (!has_feature(profile, i) && !is_left_out(profile, field[i].name))
      profile->left_out[profile->n_left_out++] =
          (struct ft_left_out){ field[i].name, "every value is the same" };
}
