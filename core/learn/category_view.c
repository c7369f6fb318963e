#include "core/learn/category_view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/target_encoding.h"

#define COLUMNS_A_CATEGORY (FT_VIEW_MAX_CLASSES + 1)
#define MISSING            UINT32_MAX

struct viewing {
  struct ft_view *view;
  const struct ft_view_rows *rows;
  const struct ft_view_target *target;
  uint32_t classes; /* that have means; 1 of two classes and of numbers */
  uint32_t class_of[FT_VIEW_MAX_CLASSES];
  uint32_t *categories; /* of the view's features */
  const float **value;
  /* of the category being seen */
  uint32_t feature;
  uint32_t codes;
  uint32_t *code;  /* of the training rows; MISSING */
  uint32_t *count; /* training rows of each code */
  double *number;  /* of the training rows: what a mean is of */
};

static enum ft_status fail_memory(struct ft_error *err) {
  return ft_arena_fail(err, "what the learner sees of the categories");
}

static uint32_t code_of(float value, uint32_t codes) {
  if (value != value) return MISSING;
  return value >= 0 && value < (float)codes ? (uint32_t)value : 0;
}

static void add_column(struct viewing *v, const float *value, const float *of_code,
                       uint32_t categories) {
  uint32_t at = v->view->features.features++;
  v->view->column[at] = (struct ft_view_column){ v->feature, of_code };
  v->categories[at] = categories;
  v->value[at] = value;
}

/* The training rows' codes. */
static enum ft_status read_codes(struct viewing *v, struct ft_error *err) {
  const float *value = ft_features_column(v->rows->features, v->feature);
  struct ft_arena *arena = &v->view->arena;
  v->codes = v->rows->features->categories[v->feature] + 1;
  if (!v->code) v->code = FT_ARENA_NEW(arena, uint32_t, v->rows->rows);
  v->count = FT_ARENA_NEW(arena, uint32_t, v->codes);
  if (!v->code || !v->count) return fail_memory(err);
  for (size_t i = 0; i < v->rows->rows; i++) {
    v->code[i] = code_of(value[v->rows->row[i]], v->codes);
    if (v->code[i] != MISSING) v->count[v->code[i]]++;
  }
  return FT_OK;
}

/* A column of all rows by the codes that they have. */
static enum ft_status add_coded(struct viewing *v, float **out, const float *of_code,
                                uint32_t categories, struct ft_error *err) {
  const struct ft_features *features = v->rows->features;
  const float *value = ft_features_column(features, v->feature);
  float *made = FT_ARENA_NEW(&v->view->arena, float, features->rows);
  if (!made) return fail_memory(err);
  for (size_t r = 0; r < features->rows; r++) {
    uint32_t code = code_of(value[r], v->codes);
    made[r] = code == MISSING ? value[r] : of_code[code];
  }
  add_column(v, made, of_code, categories);
  if (out) *out = made;
  return FT_OK;
}

struct frequent {
  uint32_t count;
  uint32_t code;
};

static int compare_frequent(const void *a, const void *b) {
  const struct frequent *first = a, *second = b;
  if (first->count != second->count) return first->count < second->count ? 1 : -1;
  return (first->code > second->code) - (first->code < second->code);
}

static enum ft_status see_as_codes(struct viewing *v, struct ft_error *err) {
  struct ft_arena *arena = &v->view->arena;
  struct frequent *list = FT_ARENA_NEW(arena, struct frequent, v->codes);
  float *of_code = FT_ARENA_NEW(arena, float, v->codes);
  if (!list || !of_code) return fail_memory(err);
  for (uint32_t c = 1; c < v->codes; c++)
    list[c - 1] = (struct frequent){ v->count[c], c };
  qsort(list, v->codes - 1, sizeof *list, compare_frequent);
  /* Marked first and numbered afterwards, so that the kept codes keep their order. */
  for (uint32_t i = 0; i < FT_VIEW_MAX_CODES; i++)
    of_code[list[i].code] = 1;
  assert(v->codes - 1 >= FT_VIEW_MAX_CODES);
  float next = 1;
  for (uint32_t c = 1; c < v->codes; c++)
    if (of_code[c] != 0) of_code[c] = next++;
  return add_coded(v, NULL, of_code, FT_VIEW_MAX_CODES, err);
}

/* What the mean of class `index` is of. */
static void read_numbers(struct viewing *v, uint32_t index) {
  const double *value = v->target->value;
  double wanted = v->class_of[index];
  for (size_t i = 0; i < v->rows->rows; i++) {
    double own = value[v->rows->row[i]];
    v->number[i] = v->target->problem == FT_MULTICLASS ? own == wanted : own;
  }
}

static enum ft_status see_means(struct viewing *v, uint32_t index, struct ft_error *err) {
  struct ft_target_encoding mean;
  struct ft_arena *arena = &v->view->arena;
  read_numbers(v, index);
  FT_TRY(ft_target_encoding_make(&mean, arena, v->codes, v->code, v->number, v->rows->rows, err));
  float *of_code = FT_ARENA_NEW(arena, float, v->codes), *made;
  if (!of_code) return fail_memory(err);
  for (uint32_t c = 0; c < v->codes; c++)
    of_code[c] = (float)ft_target_encoding_level(&mean, c);
  FT_TRY(add_coded(v, &made, of_code, 0, err));
  /* Training rows are seen out of fold, others by the mean over all training rows. */
  for (size_t i = 0; i < v->rows->rows; i++)
    if (v->code[i] != MISSING)
      made[v->rows->row[i]] =
          (float)ft_target_encoding_level_without(&mean, v->code[i], i % FT_CODE_PARTS);
  return FT_OK;
}

/* Levels of frequency: doublings, and halves of them. */
static enum ft_status see_frequency(struct viewing *v, struct ft_error *err) {
  float *of_code = FT_ARENA_NEW(&v->view->arena, float, v->codes);
  if (!of_code) return fail_memory(err);
  for (uint32_t c = 0; c < v->codes; c++) {
    uint32_t level = 0;
    for (uint64_t count = (uint64_t)v->count[c] * 2; count >= 4; count /= 2)
      level += 2;
    uint64_t above = (uint64_t)v->count[c] * 2 >> (level / 2);
    of_code[c] = v->count[c] ? (float)(level + 1 + (above == 3)) : 0;
  }
  return add_coded(v, NULL, of_code, 0, err);
}

static const float *place_of(const struct viewing *v) {
  return v->target && v->target->place ? v->target->place[v->feature] : NULL;
}

static enum ft_status see_category(struct viewing *v, struct ft_error *err) {
  uint32_t categories = v->rows->features->categories[v->feature];
  bool means = v->target && categories >= v->target->min_codes;
  const float *place = means ? NULL : place_of(v);
  /* An order of the codes: the trees cut it as they cut a number, and missing values stay
   * missing. */
  if (place) {
    v->codes = categories + 1;
    return add_coded(v, NULL, place, 0, err);
  }
  if (!means && categories <= FT_VIEW_MAX_CODES) {
    add_column(v, ft_features_column(v->rows->features, v->feature), NULL, categories);
    return FT_OK;
  }
  FT_TRY(read_codes(v, err));
  if (!means) return see_as_codes(v, err);
  for (uint32_t i = 0; i < v->classes; i++)
    FT_TRY(see_means(v, i, err));
  return see_frequency(v, err);
}

/* Two classes need one mean; several the most frequent ones'. */
static enum ft_status choose_classes(struct viewing *v, struct ft_error *err) {
  v->classes = 1;
  if (!v->target) return FT_OK;
  v->number = FT_ARENA_NEW(&v->view->arena, double, v->rows->rows);
  struct frequent *list = FT_ARENA_NEW(&v->view->arena, struct frequent, v->target->outputs);
  if (!v->number || !list) return fail_memory(err);
  if (v->target->problem != FT_MULTICLASS) return FT_OK;
  for (uint32_t c = 0; c < v->target->outputs; c++)
    list[c].code = c;
  for (size_t i = 0; i < v->rows->rows; i++)
    list[(uint32_t)v->target->value[v->rows->row[i]]].count++;
  qsort(list, v->target->outputs, sizeof *list, compare_frequent);
  v->classes = v->target->outputs < FT_VIEW_MAX_CLASSES ? v->target->outputs : FT_VIEW_MAX_CLASSES;
  for (uint32_t i = 0; i < v->classes; i++)
    v->class_of[i] = list[i].code;
  return FT_OK;
}

static bool has_categories(const struct ft_features *features, uint32_t min, uint32_t max) {
  for (uint32_t f = 0; f < features->features; f++)
    if (features->categories[f] >= min && features->categories[f] <= max) return true;
  return false;
}

static enum ft_status make_room(struct viewing *v, struct ft_error *err) {
  const struct ft_features *of = v->rows->features;
  struct ft_view *view = v->view;
  size_t max = of->features;
  for (uint32_t f = 0; f < of->features; f++)
    if (of->categories[f]) max += COLUMNS_A_CATEGORY;
  view->column = FT_ARENA_NEW(&view->arena, struct ft_view_column, max);
  v->categories = FT_ARENA_NEW(&view->arena, uint32_t, max);
  v->value = FT_ARENA_NEW(&view->arena, const float *, max);
  if (!view->column || !v->categories || !v->value) return fail_memory(err);
  view->features =
      (struct ft_features){ .rows = of->rows, .categories = v->categories, .column = v->value };
  return choose_classes(v, err);
}

enum ft_status ft_view_make(struct ft_view *out, const struct ft_view_rows *rows,
                            const struct ft_view_target *target, struct ft_error *err) {
  *out = (struct ft_view){ .features = *rows->features, .of = rows->features };
  ft_arena_init(&out->arena, FT_ARENA_DEFAULT_LIMIT);
  uint32_t min = target ? target->min_codes : FT_VIEW_MAX_CODES + 1;
  bool placed = target && target->place;
  if (!placed && !has_categories(rows->features, min, UINT32_MAX)) return FT_OK;
  struct viewing v = { .view = out, .rows = rows, .target = target };
  FT_TRY(make_room(&v, err));
  for (v.feature = 0; v.feature < rows->features->features; v.feature++) {
    if (rows->features->categories[v.feature])
      FT_TRY(see_category(&v, err));
    else
      add_column(&v, ft_features_column(rows->features, v.feature), NULL, 0);
  }
  return FT_OK;
}

void ft_view_release(struct ft_view *view) {
  ft_arena_release(&view->arena);
}

/* --- back to the features --- */

#define SET_BITS 32
#define MAX_CUTS 80 /* between the levels of a column, and behind them */

struct restoring {
  const struct ft_view *view;
  const struct ft_forest *forest;
  uint32_t *word;
  uint32_t words;
  uint32_t *set_of; /* MAX_CUTS a column: index of the set, when it is there already */
};

static uint32_t words_of(const struct ft_view *view, uint32_t column) {
  return view->of->categories[view->column[column].feature] / SET_BITS + 1;
}

/* Does a code go right? */
static bool goes_right(const struct restoring *r, const struct ft_node *node, float seen) {
  if (node->set == FT_NODE_NO_SET) return !(seen < node->threshold);
  uint32_t code = (uint32_t)seen;
  return code / SET_BITS < node->set_words &&
         r->forest->set_word[node->set + code / SET_BITS] >> (code % SET_BITS) & 1;
}

static uint32_t write_set(struct restoring *r, const struct ft_node *node) {
  const struct ft_view_column *column = &r->view->column[node->feature];
  uint32_t codes = r->view->of->categories[column->feature] + 1, first = r->words;
  for (uint32_t c = 0; c < codes; c++)
    if (goes_right(r, node, column->of_code[c]))
      r->word[first + c / SET_BITS] |= UINT32_C(1) << (c % SET_BITS);
  r->words += words_of(r->view, node->feature);
  return first;
}

/* The whole numbers from here on go right. */
static uint32_t cut_of(float threshold) {
  uint32_t cut = 0;
  /* Levels are whole numbers, so thresholds between the same two levels make the same set. */
  while (cut < MAX_CUTS - 1 && (float)cut < threshold)
    cut++;
  return cut;
}

static void restore_node(struct restoring *r, struct ft_node *node) {
  const struct ft_view_column *column = &r->view->column[node->feature];
  uint32_t words = node->set_words, first = node->set;
  if (column->of_code) {
    /* Cuts of a column are few and repeat all over the forest: each set is written once. */
    uint32_t *kept = node->set == FT_NODE_NO_SET
                         ? &r->set_of[(size_t)node->feature * MAX_CUTS + cut_of(node->threshold)]
                         : NULL;
    first = kept && *kept != FT_NODE_NO_SET ? *kept : write_set(r, node);
    if (kept) *kept = first;
    words = words_of(r->view, node->feature);
  } else if (first != FT_NODE_NO_SET) {
    memcpy(r->word + r->words, r->forest->set_word + first, words * sizeof *r->word);
    first = r->words;
    r->words += words;
  }
  if (first != FT_NODE_NO_SET) node->threshold = 0;
  node->feature = column->feature;
  node->set = first;
  node->set_words = words;
}

/* No less than the sets will need. */
static size_t count_words(const struct ft_view *view, const struct ft_forest *forest) {
  size_t words = 1;
  for (uint32_t f = 0; f < view->features.features; f++)
    if (view->column[f].of_code) words += (size_t)MAX_CUTS * words_of(view, f);
  for (uint32_t i = 0; i < forest->nodes; i++) {
    const struct ft_node *node = &forest->node[i];
    if (node->feature == FT_NODE_LEAF || node->set == FT_NODE_NO_SET) continue;
    words += view->column[node->feature].of_code ? words_of(view, node->feature) : node->set_words;
  }
  return words;
}

enum ft_status ft_view_restore(struct ft_forest *forest, struct ft_arena *arena,
                               const struct ft_view *view, struct ft_error *err) {
  if (!view->column) return FT_OK;
  size_t words = count_words(view, forest);
  if (words > UINT32_MAX / 2) return ft_fail(err, FT_TRAINER, "the trees have too many categories");
  struct restoring r = { .view = view, .forest = forest };
  size_t sets = (size_t)view->features.features * MAX_CUTS;
  r.word = FT_ARENA_NEW(arena, uint32_t, words);
  r.set_of = malloc(sets * sizeof *r.set_of);
  if (!r.word || !r.set_of) {
    free(r.set_of);
    return ft_arena_fail(err, "the model's trees");
  }
  memset(r.set_of, 0xff, sets * sizeof *r.set_of);
  /* the nodes are in our arena, and nobody else has seen them yet */
  struct ft_node *node = (struct ft_node *)(uintptr_t)forest->node;
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (node[i].feature != FT_NODE_LEAF) restore_node(&r, &node[i]);
  free(r.set_of);
  forest->set_word = r.word;
  forest->set_words = r.words;
  return FT_OK;
}
