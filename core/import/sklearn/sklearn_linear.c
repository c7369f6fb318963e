#include "core/import/sklearn/sklearn_linear.h"

#include <math.h>
#include <string.h>

#include "core/import/columns/step.h"

#define MAX_LEAVES (UINT64_C(1) << 22)
#define MAX_WORDS  (UINT64_C(1) << 26) /* of sets */

/* What a field adds to one output. */
struct line {
  double constant, slope;
  double missing;
};

struct linear {
  struct ft_sklearn *sklearn;
  const struct ft_sklearn_place *place;
  uint32_t outputs;
  const double *weight; /* outputs × columns */
  struct line *line;    /* fields × outputs, of numbers */
  double **row;         /* of each field that is a category: (codes + 2) × outputs; else NULL */
  uint8_t *used;        /* fields that are numbers, and used */
  bool has_gap;
  /* the trees so far */
  uint32_t trees, nodes, words, leaves, terms;
  struct ft_tree *tree;
  struct ft_node *node;
  uint32_t *word;
  struct ft_linear_leaf *leaf;
  struct ft_leaf_term *term;
};

/* --- what each field adds --- */

static enum ft_status add_number(struct linear *linear, const struct ft_prepared_column *column,
                                 uint32_t index, uint32_t columns, struct ft_error *err) {
  struct ft_column_form form;
  if (!ft_column_form(&form, column) || !isinf(form.low) || !isinf(form.high))
    return ft_sklearn_refuse(linear->place, "of a column that is no linear function of a number",
                             err);
  double absent = ft_column_value(column, (struct ft_raw){ .kind = FT_RAW_MISSING });
  if (isnan(absent)) {
    absent = 0;
    linear->has_gap = true;
  }
  linear->used[column->field] = 1;
  for (uint32_t o = 0; o < linear->outputs; o++) {
    double weight = linear->weight[(size_t)o * columns + index];
    struct line *line = &linear->line[(size_t)column->field * linear->outputs + o];
    line->slope += weight * form.scale;
    line->constant += weight * (form.shift - form.centre * form.scale);
    line->missing += weight * absent;
  }
  return FT_OK;
}

static enum ft_status add_category(struct linear *linear, const struct ft_prepared_column *column,
                                   uint32_t index, uint32_t columns, struct ft_error *err) {
  const struct ft_columns *from = &linear->sklearn->columns;
  uint32_t categories = from->field[column->field].categories;
  const uint32_t *code = from->codes.code + from->codes.first[column->field];
  double **row = &linear->row[column->field];
  if (!*row) *row = FT_ARENA_NEW(from->arena, double, ((size_t)categories + 2) * linear->outputs);
  if (!*row) return ft_columns_no_memory(err);
  for (uint32_t c = 0; c <= categories + 1; c++) {
    bool missing = c == categories + 1;
    uint32_t ours = missing ? c : c == categories ? 0 : code[c];
    double x =
        ft_column_value(column, ft_column_raw(from, column->field, missing ? UINT32_MAX : c));
    if (isnan(x)) linear->has_gap = true;
    for (uint32_t o = 0; !isnan(x) && o < linear->outputs; o++)
      (*row)[(size_t)ours * linear->outputs + o] += x * linear->weight[(size_t)o * columns + index];
  }
  return FT_OK;
}

static enum ft_status add_columns(struct linear *linear, const struct ft_prepared_table *columns,
                                  struct ft_error *err) {
  for (uint32_t i = 0; i < columns->columns; i++) {
    bool coded;
    FT_TRY(ft_column_is_coded(&coded, &linear->sklearn->columns, &linear->place->source,
                              &columns->column[i], err));
    FT_TRY(coded ? add_category(linear, &columns->column[i], i, columns->columns, err)
                 : add_number(linear, &columns->column[i], i, columns->columns, err));
  }
  return FT_OK;
}

/* --- trees of them --- */

static enum ft_status make_room(struct linear *linear, struct ft_error *err) {
  const struct ft_columns *from = &linear->sklearn->columns;
  uint64_t trees = 0, leaves = 0, words = 0;
  for (uint32_t f = 0; f < from->fields; f++) {
    uint64_t codes = linear->row[f] ? from->field[f].categories + UINT64_C(2) : 0;
    trees += linear->used[f] || codes;
    leaves += linear->used[f] + codes;
    words += codes * (codes / 32 + 1);
  }
  trees = (trees + 1) * linear->outputs; /* one for the intercepts */
  leaves = (leaves + 1) * linear->outputs;
  if (leaves > MAX_LEAVES || words * linear->outputs > MAX_WORDS)
    return ft_fail(err, FT_LIMIT, "the model has too many categories for its classes");
  struct ft_arena *arena = from->arena;
  linear->tree = FT_ARENA_NEW(arena, struct ft_tree, trees);
  linear->node = FT_ARENA_NEW(arena, struct ft_node, 2 * leaves);
  linear->word = FT_ARENA_NEW(arena, uint32_t, words * linear->outputs);
  linear->leaf = FT_ARENA_NEW(arena, struct ft_linear_leaf, leaves);
  linear->term = FT_ARENA_NEW(arena, struct ft_leaf_term, leaves);
  return linear->tree && linear->node && linear->word && linear->leaf && linear->term
             ? FT_OK
             : ft_columns_no_memory(err);
}

static uint32_t new_leaf(struct linear *linear, const struct line *line, uint32_t field) {
  struct ft_linear_leaf *leaf = &linear->leaf[linear->leaves];
  *leaf = (struct ft_linear_leaf){ line->constant, line->missing, linear->terms, 0 };
  if (line->slope != 0) {
    linear->term[linear->terms++] = (struct ft_leaf_term){ field, line->slope };
    leaf->terms = 1;
  }
  linear->node[linear->nodes] = (struct ft_node){ .feature = FT_NODE_LEAF,
                                                  .set = FT_NODE_NO_SET,
                                                  .leaf = (int32_t)linear->leaves++ };
  return linear->nodes++;
}

static struct ft_tree *new_tree(struct linear *linear, uint32_t output) {
  struct ft_tree *tree = &linear->tree[linear->trees++];
  *tree = (struct ft_tree){ .first = linear->nodes, .output = output };
  return tree;
}

/* A node that sends codes from `middle` to `to` right. */
static uint32_t new_split(struct linear *linear, uint32_t field, uint32_t middle, uint32_t to) {
  uint32_t first = linear->words, words = (to - 1) / 32 + 1;
  for (uint32_t c = middle; c < to; c++)
    linear->word[first + c / 32] |= UINT32_C(1) << (c % 32);
  linear->words += words;
  linear->node[linear->nodes] =
      (struct ft_node){ .feature = field, .set = first, .set_words = words, .missing_left = 1 };
  return linear->nodes++;
}

/* The codes from `from` to `to`, halved until one is left; returns the node. */
static uint32_t halve(struct linear *linear, uint32_t field, uint32_t output, uint32_t from,
                      uint32_t to, uint32_t root) {
  double value = linear->row[field][(size_t)from * linear->outputs + output];
  if (to - from == 1)
    return new_leaf(linear, &(struct line){ .constant = value, .missing = value }, field);
  uint32_t middle = from + (to - from) / 2;
  uint32_t node = new_split(linear, field, middle, to);
  uint32_t left = halve(linear, field, output, from, middle, root);
  uint32_t right = halve(linear, field, output, middle, to, root);
  linear->node[node].left = left - root;
  linear->node[node].right = right - root;
  return node;
}

/* Missing values go left at the first split, all others right. */
static void add_category_tree(struct linear *linear, uint32_t field, uint32_t output) {
  uint32_t codes = linear->sklearn->columns.field[field].categories + 1;
  double missing = linear->row[field][(size_t)codes * linear->outputs + output];
  struct ft_tree *tree = new_tree(linear, output);
  uint32_t node = new_split(linear, field, 0, codes);
  uint32_t left =
      new_leaf(linear, &(struct line){ .constant = missing, .missing = missing }, field);
  uint32_t right = halve(linear, field, output, 0, codes, tree->first);
  linear->node[node].left = left - tree->first;
  linear->node[node].right = right - tree->first;
  tree->nodes = linear->nodes - tree->first;
}

static void add_number_tree(struct linear *linear, uint32_t field, uint32_t output) {
  const struct line *line = &linear->line[(size_t)field * linear->outputs + output];
  if (line->slope == 0 && line->missing == line->constant && line->constant == 0) return;
  struct ft_tree *tree = new_tree(linear, output);
  new_leaf(linear, line, field);
  tree->nodes = 1;
}

static void add_intercept(struct linear *linear, uint32_t output, double intercept) {
  struct ft_tree *tree = new_tree(linear, output);
  new_leaf(linear, &(struct line){ .constant = intercept, .missing = intercept }, 0);
  tree->nodes = 1;
}

static enum ft_status make_member(struct linear *linear, const double *intercept,
                                  struct ft_error *err) {
  const struct ft_columns *from = &linear->sklearn->columns;
  struct ft_import *import = from->import;
  struct ft_member *member = FT_ARENA_NEW(from->arena, struct ft_member, 1);
  double *base = FT_ARENA_NEW(from->arena, double, linear->outputs);
  if (!member || !base) return ft_columns_no_memory(err);
  FT_TRY(make_room(linear, err));
  for (uint32_t o = 0; o < linear->outputs; o++) {
    add_intercept(linear, o, intercept[o]);
    for (uint32_t f = 0; f < from->fields; f++) {
      if (linear->row[f])
        add_category_tree(linear, f, o);
      else if (linear->used[f])
        add_number_tree(linear, f, o);
    }
  }
  *member = (struct ft_member){ .kind = FT_LEARNER_LINEAR_FOREST, .weight = 1 };
  member->linear = (struct ft_linear_forest){ .splits = { .trees = linear->trees,
                                                          .tree = linear->tree,
                                                          .nodes = linear->nodes,
                                                          .node = linear->node,
                                                          .set_words = linear->words,
                                                          .set_word = linear->word,
                                                          .base = base },
                                              .leaves = linear->leaves,
                                              .leaf = linear->leaf,
                                              .terms = linear->terms,
                                              .term = linear->term };
  import->model.member = member;
  import->model.members = 1;
  import->model_type = "linear";
  if (!linear->has_gap) return FT_OK;
  return ft_import_notice(import, from->arena, err,
                          "the file's model has no prediction where a number is NULL; the column "
                          "counts as 0 there");
}

enum ft_status ft_sklearn_weigh(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                const struct ft_prepared_table *columns, uint32_t outputs,
                                const double *weight, const double *intercept,
                                struct ft_error *err) {
  struct linear linear = { .sklearn = sklearn,
                           .place = place,
                           .outputs = outputs,
                           .weight = weight };
  struct ft_arena *arena = sklearn->columns.arena;
  uint32_t fields = sklearn->columns.fields;
  FT_TRY(ft_columns_sign(&sklearn->columns, err));
  linear.line = FT_ARENA_NEW(arena, struct line, (size_t)fields * outputs);
  linear.row = FT_ARENA_NEW(arena, double *, fields);
  linear.used = FT_ARENA_NEW(arena, uint8_t, fields);
  if (!linear.line || !linear.row || !linear.used) return ft_columns_no_memory(err);
  FT_TRY(add_columns(&linear, columns, err));
  return make_member(&linear, intercept, err);
}
