#include "core/train/target.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/radix.h"
#include "foretell/objective.h"

#define CLASSES   (1u << FT_BINARY | 1u << FT_MULTICLASS)
#define MAX_NAMED 20 /* classes in a message */

/* Distinct values of the target. Keys compare as the values do; a text's key is its code. */
struct values {
  int64_t *key;  /* ascending */
  size_t *count; /* rows of each */
  size_t size;
};

enum ft_status ft_target_check_type(const struct ft_field *field, struct ft_error *err) {
  if (!ft_type_is_temporal(field->type)) return FT_OK;
  ft_fail(err, FT_WRONG_TYPE, "the target \"%s\" is of type %s, which cannot be predicted",
          field->name, ft_type_sql(field->type));
  return ft_fail_hint(err,
                      "Compute a number from it in the query, for example "
                      "date_diff('day', DATE '2020-01-01', %s).",
                      field->name);
}

/* The bits of a double as an integer of the same order. */
static int64_t ordered_bits(double value) {
  int64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >= 0 ? bits : (int64_t)(UINT64_C(0x8000000000000000) - (uint64_t)bits);
}

static double value_of_bits(int64_t key) {
  int64_t bits = key >= 0 ? key : (int64_t)(UINT64_C(0x8000000000000000) - (uint64_t)key);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static bool is_fraction(enum ft_type type) {
  return type == FT_FLOAT32 || type == FT_FLOAT64 || type == FT_DECIMAL;
}

static int64_t key_of(const struct ft_table *table, uint32_t field, size_t row) {
  enum ft_type type = table->field[field].type;
  /* Codes are numbered as texts first arrive: an order for counting, not one to show. */
  if (type == FT_TEXT) return ft_table_code(table, field, row);
  if (is_fraction(type)) return ordered_bits(ft_table_number(table, field, row));
  return ft_table_integer(table, field, row);
}

static int compare_keys(const void *a, const void *b) {
  int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
  return (first > second) - (first < second);
}

/* `scratch`: of as many. */
static void sort_keys(int64_t *key, int64_t *scratch, size_t count) {
  const uint64_t sign = UINT64_C(1) << 63;
  uint64_t *bits = (uint64_t *)(void *)key;
  for (size_t i = 0; i < count; i++)
    bits[i] ^= sign;
  ft_radix_sort(bits, (uint64_t *)(void *)scratch, count, 0);
  for (size_t i = 0; i < count; i++)
    bits[i] ^= sign;
}

static enum ft_status find_values(struct values *out, struct ft_arena *arena,
                                  const struct ft_table *table, uint32_t field, const uint32_t *row,
                                  size_t rows, struct ft_error *err) {
  int64_t *key = FT_ARENA_NEW(arena, int64_t, rows);
  size_t *count = FT_ARENA_NEW(arena, size_t, rows);
  if (!key || !count) return ft_arena_fail(err, "the target");
  for (size_t i = 0; i < rows; i++)
    key[i] = key_of(table, field, row[i]);
  sort_keys(key, (int64_t *)(void *)count, rows);
  /* Keys and counts of runs of equal keys, closed up in place: the write never passes the read. */
  size_t size = 0;
  for (size_t i = 0; i < rows; i++) {
    if (size == 0 || key[size - 1] != key[i]) {
      key[size] = key[i];
      count[size++] = 0;
    }
    assert(size > 0 && size <= i + 1);
    count[size - 1]++;
  }
  *out = (struct values){ .key = key, .count = count, .size = size };
  return FT_OK;
}

static enum ft_problem guess_problem(const struct ft_field *field, size_t distinct, size_t rows) {
  if (distinct == 2) return FT_BINARY;
  if (field->type == FT_TEXT || field->type == FT_BOOL) return FT_MULTICLASS;
  /* Integers of few values with many rows each are codes of classes; DECIMAL(p, 0) is an
   * integer. */
  bool fraction = is_fraction(field->type) && !(field->type == FT_DECIMAL && field->scale == 0);
  if (!fraction && distinct <= FT_TARGET_MAX_CLASS_INTEGERS &&
      distinct <= rows / FT_TARGET_ROWS_A_CLASS)
    return FT_MULTICLASS;
  return FT_REGRESSION;
}

/* The problem that is named, or that the objective asks for, or that the values pose. */
static enum ft_problem choose_problem(const struct ft_job *job, const struct ft_field *field,
                                      size_t distinct, size_t rows) {
  if (job->problem != FT_PROBLEM_AUTO) return job->problem;
  enum ft_problem guess = guess_problem(field, distinct, rows);
  const struct ft_objective *objective =
      job->objective ? ft_objective_find(ft_span_of(job->objective), job->automatic) : NULL;
  /* The objective decides where the guess is none of its problems. */
  if (!objective || objective->problems & 1u << guess) return guess;
  if (objective->problems == 1u << FT_REGRESSION) return FT_REGRESSION;
  if (objective->problems == 1u << FT_BINARY) return FT_BINARY;
  if (objective->problems == 1u << FT_MULTICLASS) return FT_MULTICLASS;
  return distinct == 2 ? FT_BINARY : FT_MULTICLASS;
}

static enum ft_status check_classes(enum ft_problem problem, const struct ft_field *field,
                                    size_t distinct, size_t rows, struct ft_error *err) {
  if (problem == FT_BINARY && distinct != 2) {
    ft_fail(err, FT_DATA, "the target \"%s\" has %zu different values, not 2", field->name,
            distinct);
    return ft_fail_hint(err, "Use PROBLEM_TYPE MULTICLASS_CLASSIFICATION or REGRESSION, or leave "
                             "PROBLEM_TYPE and OBJECTIVE out.");
  }
  if (distinct > FT_TARGET_MAX_LABELS) {
    ft_fail(err, FT_DATA, "the target \"%s\" has %zu different values, more than %d classes",
            field->name, distinct, FT_TARGET_MAX_LABELS);
    return ft_fail_hint(err, "Group them into fewer classes in the query, or predict a number.");
  }
  if (distinct == rows) {
    ft_fail(err, FT_DATA, "every row has a class of its own in the target \"%s\"", field->name);
    return ft_fail_hint(err, "A class needs several rows to be learned.");
  }
  return FT_OK;
}

static enum ft_status check_problem(enum ft_problem problem, const struct ft_field *field,
                                    size_t distinct, size_t rows, struct ft_error *err) {
  if (problem != FT_REGRESSION) return check_classes(problem, field, distinct, rows, err);
  if (field->type != FT_TEXT) return FT_OK;
  ft_fail(err, FT_WRONG_TYPE, "the target \"%s\" is text, regression needs a number", field->name);
  return ft_fail_hint(err, "Cast it to a number in the query, or leave PROBLEM_TYPE out.");
}

static const char *label_text(struct ft_arena *arena, const struct ft_table *table, uint32_t index,
                              int64_t key) {
  const struct ft_field *field = &table->field[index];
  double number = value_of_bits(key);
  const struct ft_label_text *own = table->labels && field->type == FT_DECIMAL
                                        ? ft_label_texts_find(table->labels, number)
                                        : NULL;
  if (own) return ft_arena_text(arena, own->text);
  char shortest[40];
  switch (field->type) {
  case FT_BOOL: return ft_arena_print(arena, "%s", key ? "true" : "false");
  case FT_DECIMAL: return ft_arena_print(arena, "%.*f", field->scale, number);
  case FT_FLOAT32:
  case FT_FLOAT64:
    /* The shortest text that reads back as the same number. */
    for (int digits = 6; digits <= 17; digits++) {
      snprintf(shortest, sizeof shortest, "%.*g", digits, number);
      double back = strtod(shortest, NULL);
      if (field->type == FT_FLOAT32 ? (float)back == (float)number : back == number) break;
    }
    return ft_arena_print(arena, "%s", shortest);
  default: return ft_arena_print(arena, "%" PRId64, key);
  }
}

/* A label with the key it stands for, while they are put in order. */
struct keyed_label {
  struct ft_span text;
  int64_t key;
  size_t count;
};

static int compare_labels(const void *a, const void *b) {
  return ft_span_compare(((const struct keyed_label *)a)->text,
                         ((const struct keyed_label *)b)->text);
}

static bool is_word(struct ft_span text, const char *const *word) {
  while (text.size > 0 && text.data[text.size - 1] == '.')
    text.size--; /* "True." */
  for (; *word; word++)
    if (ft_span_equal_nocase(text, ft_span_of(*word))) return true;
  return false;
}

static const char *const yes_words[] = { "yes", "true", "t", "y", "1", NULL };
static const char *const no_words[] = { "no", "false", "f", "n", "0", NULL };

/* Label 1 is the label after the other in byte order, but "Yes" comes after "no". */
static void order_pair(struct keyed_label *label) {
  if (!is_word(label[0].text, yes_words) || !is_word(label[1].text, no_words)) return;
  struct keyed_label first = label[0];
  label[0] = label[1];
  label[1] = first;
}

static enum ft_status make_labels(struct keyed_label **out, struct ft_arena *arena,
                                  const struct ft_table *table, uint32_t field,
                                  const struct values *values, struct ft_error *err) {
  struct keyed_label *label = FT_ARENA_NEW(arena, struct keyed_label, values->size);
  if (!label) return ft_arena_fail(err, "the labels");
  bool text = table->field[field].type == FT_TEXT;
  for (size_t i = 0; i < values->size; i++) {
    label[i].key = values->key[i];
    label[i].count = values->count[i];
    const char *words =
        text ? ft_arena_text(arena, table->column[field].dictionary.text[values->key[i]])
             : label_text(arena, table, field, values->key[i]);
    if (!words) return ft_arena_fail(err, "the labels");
    label[i].text =
        text ? (struct ft_span){ words, table->column[field].dictionary.text[values->key[i]].size }
             : ft_span_of(words);
  }
  if (text) qsort(label, values->size, sizeof *label, compare_labels);
  if (text && values->size == 2) order_pair(label);
  *out = label;
  return FT_OK;
}

static enum ft_status number_classes(struct ft_target *out, struct ft_arena *arena,
                                     const struct ft_table *table, uint32_t field,
                                     const struct values *values, const uint32_t *row, size_t rows,
                                     struct ft_error *err) {
  struct keyed_label *label = NULL;
  FT_TRY(make_labels(&label, arena, table, field, values, err));
  struct ft_span *text = FT_ARENA_NEW(arena, struct ft_span, values->size);
  size_t *count = FT_ARENA_NEW(arena, size_t, values->size);
  uint32_t *index = FT_ARENA_NEW(arena, uint32_t, values->size); /* of a key's place */
  if (!text || !count || !index) return ft_arena_fail(err, "the labels");
  for (size_t i = 0; i < values->size; i++) {
    text[i] = label[i].text;
    count[i] = label[i].count;
    const int64_t *at =
        bsearch(&label[i].key, values->key, values->size, sizeof *values->key, compare_keys);
    assert(at); /* each label is made of a key */
    index[at - values->key] = (uint32_t)i;
  }
  for (size_t i = 0; i < rows; i++) {
    int64_t key = key_of(table, field, row[i]);
    const int64_t *at = bsearch(&key, values->key, values->size, sizeof key, compare_keys);
    out->value[i] = index[at - values->key];
  }
  out->labels = (uint32_t)values->size;
  out->label = text;
  out->count = count;
  return FT_OK;
}

static enum ft_status number_values(struct ft_target *out, const struct ft_table *table,
                                    uint32_t field, const uint32_t *row, size_t rows,
                                    struct ft_error *err) {
  for (size_t i = 0; i < rows; i++) {
    out->value[i] = ft_table_number(table, field, row[i]);
    if (!isfinite(out->value[i])) {
      ft_fail(err, FT_DATA, "the target \"%s\" is infinite in a row", table->field[field].name);
      return ft_fail_hint(err, "Leave such rows out with WHERE in the query.");
    }
  }
  return FT_OK;
}

static enum ft_status check_rows(const struct ft_table *table, const struct ft_job *job,
                                 size_t rows, struct ft_error *err) {
  if (table->rows == 0) {
    ft_fail(err, FT_DATA, "the query gives no rows");
    return ft_fail_hint(err, "Check the conditions of the query in FROM.");
  }
  uint64_t sampled = job->max_cells / table->fields;
  if (job->max_cells > 0 && sampled < FT_TARGET_MIN_ROWS && sampled < table->rows) {
    ft_fail(err, FT_DATA,
            "MAX_CELLS %" PRIu64 " leaves %" PRIu64 " of %zu rows, at least %d are needed",
            (uint64_t)job->max_cells, sampled, table->rows, FT_TARGET_MIN_ROWS);
    return ft_fail_hint(err, "It counts rows times columns, of which there are %u.",
                        (unsigned)table->fields);
  }
  if (rows == 0) {
    ft_fail(err, FT_DATA, "the target \"%s\" is NULL in every row", table->field[job->target].name);
    return ft_fail_hint(err, "Rows without a target are left out; give some that have one.");
  }
  if (rows >= FT_TARGET_MIN_ROWS) return FT_OK;
  ft_fail(err, FT_DATA, "there are only %zu rows with a target, at least %d are needed", rows,
          FT_TARGET_MIN_ROWS);
  return ft_fail_hint(err, "500 rows or more make a useful model.");
}

/* 'no' and 'yes' */
static void write_classes(char *out, size_t size, const struct ft_target *target) {
  size_t used = 0;
  for (uint32_t l = 0; l < target->labels && l < MAX_NAMED && used < size; l++) {
    struct ft_span text = target->label[l];
    if (text.size > 40) text.size = 40;
    const char *between = l == 0 ? "" : l + 1 == target->labels ? " and " : ", ";
    used += (size_t)snprintf(out + used, size - used, "%s'%.*s'", between, FT_SPAN_ARG(text));
  }
  if (target->labels > MAX_NAMED && used < size)
    snprintf(out + used, size - used, " and %u more", (unsigned)target->labels - MAX_NAMED);
}

/* The label that POSITIVE names: its text, or of a boolean any word for it. */
static bool is_named(struct ft_span label, const char *name, enum ft_type type) {
  struct ft_span text = ft_span_of(name);
  if (ft_span_equal(label, text)) return true;
  if (type != FT_BOOL) return false;
  return is_word(text, is_word(label, yes_words) ? yes_words : no_words);
}

static enum ft_status fail_positive(const struct ft_target *target, const struct ft_job *job,
                                    struct ft_error *err) {
  char classes[512];
  const char *name = job->field[job->target].name;
  if (target->problem == FT_REGRESSION) {
    ft_fail(err, FT_INVALID, "POSITIVE is for two classes; the target \"%s\" is a number", name);
    return ft_fail_hint(err, "Leave POSITIVE out.");
  }
  write_classes(classes, sizeof classes, target);
  if (target->problem == FT_BINARY)
    ft_fail(err, FT_INVALID, "POSITIVE '%.100s' is not a class of the target \"%s\"", job->positive,
            name);
  else
    ft_fail(err, FT_INVALID, "POSITIVE is for two classes; the target \"%s\" has %u", name,
            (unsigned)target->labels);
  return ft_fail_hint(err, "The classes are %s.", classes);
}

static enum ft_status choose_positive(struct ft_target *target, const struct ft_job *job,
                                      struct ft_error *err) {
  enum ft_type type = job->field[job->target].type;
  /* The rarer one is what people look for; of equal counts it is label 1. */
  if (target->problem == FT_BINARY) target->positive = target->count[0] >= target->count[1];
  if (!job->positive) return FT_OK;
  for (uint32_t l = 0; l < target->labels && target->problem == FT_BINARY; l++)
    if (is_named(target->label[l], job->positive, type)) {
      target->positive = l;
      return FT_OK;
    }
  return fail_positive(target, job, err);
}

/* Values that have one double between them cannot be told apart: that is no class to give back. */
static enum ft_status check_exact(const struct ft_table *table, const char *name,
                                  struct ft_error *err) {
  for (uint32_t i = 0; table->labels && i < table->labels->items; i++) {
    const struct ft_label_text *label = &table->labels->item[i];
    if (!label->other.data) continue;
    ft_fail(err, FT_DATA,
            "the target \"%s\" has values that differ in more digits than a number "
            "has here: %.*s and %.*s",
            name, FT_SPAN_ARG(label->text), FT_SPAN_ARG(label->other));
    return ft_fail_hint(err, "Make them text in the query: CAST(%s AS VARCHAR) AS %s.", name, name);
  }
  return FT_OK;
}

enum ft_status ft_target_find(struct ft_target *out, struct ft_arena *arena,
                              const struct ft_table *table, const struct ft_job *job,
                              const uint32_t *row, size_t rows, struct ft_error *err) {
  const struct ft_field *field = &table->field[job->target];
  FT_TRY(check_rows(table, job, rows, err));
  struct values values = { 0 };
  FT_TRY(find_values(&values, arena, table, job->target, row, rows, err));
  /* Values that only look alike as doubles get the better message. */
  if (values.size == 1) FT_TRY(check_exact(table, field->name, err));
  if (values.size == 1) {
    bool text = field->type == FT_TEXT;
    const char *only = text ? "" : label_text(arena, table, job->target, values.key[0]);
    struct ft_span word =
        text ? table->column[job->target].dictionary.text[values.key[0]] : ft_span_of(only);
    ft_fail(err, FT_DATA, "the target \"%s\" is %.*s in every row", field->name,
            word.size > 100 ? 100 : FT_SPAN_ARG(word));
    return ft_fail_hint(err, "There is nothing to learn from one value; the query must give rows "
                             "of another too.");
  }
  struct ft_target target = { .problem = choose_problem(job, field, values.size, rows) };
  FT_TRY(check_problem(target.problem, field, values.size, rows, err));
  if (target.problem != FT_REGRESSION) FT_TRY(check_exact(table, field->name, err));
  target.value = FT_ARENA_NEW(arena, double, rows);
  if (!target.value) return ft_arena_fail(err, "the target");
  if (target.problem == FT_REGRESSION)
    FT_TRY(number_values(&target, table, job->target, row, rows, err));
  else
    FT_TRY(number_classes(&target, arena, table, job->target, &values, row, rows, err));
  FT_TRY(choose_positive(&target, job, err));
  *out = target;
  return FT_OK;
}
