#include "core/import/xgboost/xgboost_categories.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS ": XGBoost up to 3.3 writes letters outside ASCII wrongly"

struct reading {
  struct ft_arena *arena;
  const struct ft_import *import;
  uint32_t version;
  struct ft_signature_input *input;
  uint32_t index; /* of the input, for messages */
  size_t count;   /* values */
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the XGBoost model cannot be read: %s", what);
}

static enum ft_status fail_values(const struct reading *reading, const char *what,
                                  struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED, "the categories of column %" PRIu32 " (\"%.*s\") %s",
          reading->index + 1, FT_SPAN_ARG(reading->input->name), what);
  return ft_fail_hint(err,
                      "Give it the type INTEGER and pass the codes (pandas: column.cat.codes), "
                      "or train it again with XGBoost 3.4.");
}

/* The texts as one way to count finds them. */
struct cut {
  struct ft_span *text;
  bool possible;       /* all that are there are UTF-8, and none comes twice */
  size_t whole;        /* of them are there as a whole, the first ones */
  struct ft_span rest; /* the beginning of the next */
};

/* Offsets go up, from the first byte to the last. */
static bool offsets_fit(const struct ft_element *offsets, size_t count, size_t size) {
  for (size_t i = 0; i < count; i++)
    if (ft_element_index(offsets, i) > ft_element_index(offsets, i + 1)) return false;
  return ft_element_index(offsets, 0) == 0 && ft_element_index(offsets, count) == size;
}

/* By offsets that count bytes. */
static void cut_bytes(struct cut *out, size_t count, struct ft_span text,
                      const struct ft_element *offsets) {
  for (size_t i = 0; i < count; i++) {
    size_t from = ft_element_index(offsets, i), to = ft_element_index(offsets, i + 1);
    out->text[i] = (struct ft_span){ text.data + from, to - from };
    out->possible &= ft_span_is_utf8(out->text[i]);
  }
  out->whole = count;
}

/* Move on by that many letters; false: the text ends before. */
static bool skip_letters(struct ft_span *text, size_t letters) {
  for (; letters > 0; letters--) {
    if (!text->size) return false;
    unsigned char lead = (unsigned char)text->data[0];
    size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (bytes > text->size) return false;
    *text = (struct ft_span){ text->data + bytes, text->size - bytes };
  }
  return true;
}

/* By offsets that count letters, up to where the bytes end. */
static void cut_letters(struct cut *out, size_t count, struct ft_span text,
                        const struct ft_element *offsets) {
  for (; out->whole < count; out->whole++) {
    size_t i = out->whole;
    out->rest = text;
    if (!skip_letters(&text, ft_element_index(offsets, i + 1) - ft_element_index(offsets, i)))
      return;
    out->text[i] = (struct ft_span){ out->rest.data, out->rest.size - text.size };
    out->possible &= ft_span_is_utf8(out->text[i]);
  }
  out->rest = text;
}

static int compare_texts(const void *left, const void *right) {
  return ft_span_compare(*(const struct ft_span *)left, *(const struct ft_span *)right);
}

/* Are the texts in order, as pandas makes them? */
static bool ascend(const struct cut *cut) {
  for (size_t i = 1; i < cut->whole; i++)
    if (compare_texts(&cut->text[i - 1], &cut->text[i]) >= 0) return false;
  if (cut->whole == 0) return true;
  struct ft_span last = cut->text[cut->whole - 1];
  if (last.size > cut->rest.size) last.size = cut->rest.size;
  return compare_texts(&last, &cut->rest) <= 0;
}

/* Does a value come twice? */
static enum ft_status find_twice(bool *twice, struct ft_arena *arena, const struct cut *cut,
                                 struct ft_error *err) {
  struct ft_span *sorted = FT_ARENA_NEW(arena, struct ft_span, cut->whole + 1);
  if (!sorted) return ft_arena_fail(err, "the model");
  if (cut->whole) memcpy(sorted, cut->text, cut->whole * sizeof *sorted);
  qsort(sorted, cut->whole, sizeof *sorted, compare_texts);
  *twice = false;
  for (size_t i = 1; i < cut->whole; i++)
    *twice |= compare_texts(&sorted[i - 1], &sorted[i]) == 0;
  return FT_OK;
}

typedef void (*cutter)(struct cut *out, size_t count, struct ft_span text,
                       const struct ft_element *offsets);

static enum ft_status make_cut(struct cut *out, bool *twice, cutter make,
                               const struct reading *reading, struct ft_span text,
                               const struct ft_element *offsets, struct ft_error *err) {
  *out = (struct cut){ .text = FT_ARENA_NEW(reading->arena, struct ft_span, reading->count),
                       .possible = true };
  if (!out->text) return ft_arena_fail(err, "the model");
  make(out, reading->count, text, offsets);
  FT_TRY(find_twice(twice, reading->arena, out, err));
  out->possible &= !*twice;
  return FT_OK;
}

/* A file of 3.4 or later counts bytes, but a model that was trained before may have been saved again:
 * where its texts are in order by letters alone, it was. */
static bool may_be_letters(const struct reading *reading, const struct cut *bytes,
                           const struct cut *letters) {
  if (!letters->possible) return false;
  if (!bytes->possible || reading->version < FT_XGBOOST_VERSION(3, 4)) return true;
  return ascend(letters) && !ascend(bytes);
}

/* Is the value of each code that a split tells from others known? */
static enum ft_status check_letters(const struct reading *reading, const struct cut *bytes,
                                    const struct cut *letters, struct ft_error *err) {
  const struct ft_signature_input *input = reading->input;
  for (size_t c = 0; c < reading->count && c < input->codes; c++) {
    if (!input->used[c]) continue;
    if (c >= letters->whole) return fail_values(reading, "are cut short in the file" LETTERS, err);
    if (bytes->possible && !ft_span_equal(letters->text[c], bytes->text[c]))
      return fail_values(reading, "may be shifted in the file" LETTERS, err);
  }
  return FT_OK;
}

static enum ft_status copy_text(struct ft_span *out, struct ft_arena *arena,
                                const struct ft_element *bytes, struct ft_error *err) {
  size_t size = ft_element_count(bytes);
  char *text = FT_ARENA_NEW(arena, char, size + 1);
  if (!text) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < size; i++) {
    double byte = ft_element_number(bytes, i);
    if (!(byte >= -128 && byte < 256)) return fail_file(err, "a category that is no text");
    text[i] = (char)(unsigned char)(int)byte;
  }
  *out = (struct ft_span){ text, size };
  return FT_OK;
}

static enum ft_status read_texts(const struct ft_span **out, const struct reading *reading,
                                 const struct ft_element *offsets, const struct ft_element *values,
                                 struct ft_error *err) {
  struct cut bytes, letters;
  struct ft_span text = { "", 0 };
  bool twice = false, ignored = false;
  FT_TRY(copy_text(&text, reading->arena, values, err));
  if (!offsets_fit(offsets, reading->count, text.size))
    return fail_file(err, "categories out of bounds");
  FT_TRY(make_cut(&bytes, &twice, cut_bytes, reading, text, offsets, err));
  FT_TRY(make_cut(&letters, &ignored, cut_letters, reading, text, offsets, err));
  if (twice) /* XGBoost itself takes one for the other when it is given a data frame */
    return fail_values(reading, "come twice in the file" LETTERS, err);
  if (!bytes.possible && !letters.possible) return fail_file(err, "a category that is not UTF-8");
  if (may_be_letters(reading, &bytes, &letters))
    FT_TRY(check_letters(reading, &bytes, &letters, err));
  *out = bytes.possible ? bytes.text : letters.text;
  return FT_OK;
}

static bool is_integer(double value) {
  return fabs(value) < 9007199254740992.0 && value == floor(value);
}

static bool are_integers(const struct ft_element *values) {
  for (size_t i = 0; i < ft_element_count(values); i++)
    if (!is_integer(ft_element_number(values, i))) return false;
  return true;
}

static enum ft_status read_integers(const struct ft_span **out, const struct reading *reading,
                                    const struct ft_element *values, struct ft_error *err) {
  struct ft_span *category = FT_ARENA_NEW(reading->arena, struct ft_span, reading->count);
  if (!category) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < reading->count; i++) {
    const char *text = ft_arena_print(reading->arena, "%.0f", ft_element_number(values, i));
    if (!text) return ft_arena_fail(err, "the model");
    category[i] = ft_span_of(text);
  }
  *out = category;
  return FT_OK;
}

static enum ft_status read_values(struct reading *reading, const struct ft_element *encoding,
                                  struct ft_error *err) {
  struct ft_signature_input *input = reading->input;
  const struct ft_element *offsets = ft_element_get(encoding, "offsets");
  const struct ft_element *values = ft_element_get(encoding, "values");
  size_t count = offsets ? ft_element_count(offsets) : ft_element_count(values);
  if (offsets && count > 0) count--;
  if (count == 0) return FT_OK;
  if (count > UINT32_MAX / 2) return fail_file(err, "it is too large");
  for (size_t c = count; c < input->codes; c++)
    if (input->used[c]) return fail_file(err, "a category out of range");
  if (input->codes > count) input->codes = (uint32_t)count; /* sets are whole words */
  input->integers = !offsets && are_integers(values);
  input->by_code = !input->integers && ft_signature_wants_codes(reading->import, reading->index);
  if (input->by_code) return FT_OK;
  if (!offsets && !input->integers) return fail_values(reading, "are fractions", err);
  reading->count = count;
  return offsets ? read_texts(&input->category, reading, offsets, values, err)
                 : read_integers(&input->category, reading, values, err);
}

enum ft_status ft_xgboost_categories_read(struct ft_signature_input *input, uint32_t inputs,
                                          const struct ft_import *import, struct ft_arena *arena,
                                          const struct ft_element *model, uint32_t version,
                                          struct ft_error *err) {
  const struct ft_element *list = ft_element_find(model, "cats.enc");
  if (ft_element_count(list) != inputs) return FT_OK;
  for (uint32_t i = 0; i < inputs; i++) {
    struct reading reading = { .arena = arena,
                               .import = import,
                               .version = version,
                               .input = &input[i],
                               .index = i };
    if (input[i].coded) FT_TRY(read_values(&reading, ft_element_item(list, i), err));
  }
  return FT_OK;
}
