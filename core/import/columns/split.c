#include "core/import/columns/split.h"

#include <string.h>

#include "core/import/columns/derive.h"

#define MAX_WORK (UINT64_C(1) << 28) /* categories tried, of all splits */

static enum ft_status take_words(uint32_t *first, struct ft_column_splits *splits, uint32_t words,
                                 struct ft_error *err) {
  if (words > splits->word_room - splits->words) {
    uint64_t room = 2 * (uint64_t)splits->word_room + words;
    uint32_t *word =
        room > UINT32_MAX / 4 ? NULL : FT_ARENA_NEW(splits->columns->arena, uint32_t, (size_t)room);
    if (!word) return ft_columns_no_memory(err);
    if (splits->words) memcpy(word, splits->word, splits->words * sizeof *word);
    splits->word = word;
    splits->word_room = (uint32_t)room;
  }
  *first = splits->words;
  splits->words += words;
  return FT_OK;
}

/* Those categories go right that do not pass. */
static enum ft_status split_categories(struct ft_node *out, struct ft_column_splits *splits,
                                       const struct ft_prepared_column *column,
                                       const struct ft_branch_test *test, struct ft_error *err) {
  const struct ft_columns *columns = splits->columns;
  uint32_t categories = columns->field[column->field].categories;
  const uint32_t *code = columns->codes.code + columns->codes.first[column->field];
  if (splits->last.column == column && splits->last.test.branch == test->branch &&
      splits->last.test.value == test->value && splits->last.test.passing == test->passing &&
      splits->last.test.missing_passes == test->missing_passes) {
    *out = splits->last.node;
    return FT_OK;
  }
  splits->work += categories + 1;
  if (splits->work > MAX_WORK)
    return ft_fail(err, FT_LIMIT, "the %s model's trees have too many splits by categories",
                   columns->format);
  *out = (struct ft_node){ .feature = column->field, .set_words = categories / 32 + 1 };
  FT_TRY(take_words(&out->set, splits, out->set_words, err));
  uint32_t *word = splits->word + out->set;
  for (uint32_t c = 0; c <= categories; c++) {
    if (ft_column_passes(column, test, ft_column_raw(columns, column->field, c))) continue;
    uint32_t ours = c == categories ? 0 : code[c];
    word[ours / 32] |= UINT32_C(1) << (ours % 32);
  }
  out->missing_left =
      ft_column_passes(column, test, ft_column_raw(columns, column->field, UINT32_MAX));
  splits->last.column = column;
  splits->last.test = *test;
  splits->last.node = *out;
  return FT_OK;
}

enum ft_status ft_column_split(struct ft_node *out, bool *swapped, struct ft_column_splits *splits,
                               const struct ft_prepared_column *column,
                               const struct ft_branch_test *test, struct ft_error *err) {
  bool coded;
  *swapped = false;
  FT_TRY(ft_column_is_coded(&coded, splits->columns, splits->source, column, err));
  if (coded) return split_categories(out, splits, column, test, err);
  if (test->branch == FT_BRANCH_EQ || test->branch == FT_BRANCH_NEQ ||
      test->branch == FT_BRANCH_AMONG)
    return ft_column_refuse(splits->source, "an equality of a number that is computed", err);
  struct ft_threshold threshold = ft_column_threshold(column, test);
  bool missing = ft_column_passes(column, test, (struct ft_raw){ .kind = FT_RAW_MISSING });
  uint32_t feature;
  FT_TRY(ft_column_feature(&feature, splits->columns, splits->source, column, err));
  *swapped = !threshold.below_passes;
  *out = (struct ft_node){ .feature = feature,
                           .threshold = threshold.threshold,
                           .set = FT_NODE_NO_SET,
                           .missing_left = missing != *swapped };
  return FT_OK;
}
