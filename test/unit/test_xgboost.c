/* XGBoost's files: the binary format, hostile and cut short; texts of categories; versions. That
 * predictions are those of the library is shown by test/program/test_import. */
#include "core/import/xgboost/xgboost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/import/import.h"
#include "foretell/plan.h"

static struct ft_arena arena;
static struct ft_import import;
static struct ft_error err;

static int open_arena(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 28);
  memset(&err, 0, sizeof err);
  return 0;
}

static int close_arena(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

/* Read with fields of these types, one letter each: d double, i integer, t text. */
static enum ft_status read_as(struct ft_span bytes, const char *types, char result) {
  static const char letters[] = "dit";
  static const enum ft_type meant[] = { FT_FLOAT64, FT_INT32, FT_TEXT };
  static struct ft_field field[16];
  static struct ft_import_request request;
  request.fields = (uint32_t)strlen(types);
  for (uint32_t i = 0; i < request.fields; i++)
    field[i] = (struct ft_field){ "x", meant[strchr(letters, types[i]) - letters], 0, 0 };
  request.field = field;
  request.target =
      (struct ft_field){ "prediction", meant[strchr(letters, result) - letters], 0, 0 };
  return ft_import_read(&import, &arena, &request, bytes, &err);
}

static void assert_says(const char *words) {
  if (!strstr(err.message, words)) fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static double predict(const struct ft_column *column) {
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  const struct ft_batch batch = { .rows = 1, .columns = 1, .column = column };
  double value;
  assert_int_equal(ft_plan_make(&plan, &import.model, &err), FT_OK);
  assert_int_equal(ft_scratch_make(&scratch, plan, &err), FT_OK);
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, &value, NULL, NULL, &err), FT_OK);
  ft_scratch_free(scratch);
  ft_plan_close(plan);
  return value;
}

static double predict_number(double x) {
  return predict(&(struct ft_column){ FT_FLOAT64, &x, NULL });
}

static double predict_code(int32_t code) {
  return predict(&(struct ft_column){ FT_INT32, &code, NULL });
}

static double predict_text(const char *text) {
  struct ft_span span = ft_span_of(text);
  return predict(&(struct ft_column){ FT_TEXT, &span, NULL });
}

/* A binary file of one tree, x1 < 0.25 ? -1.5 : 2.5, in which a byte may be changed. */
struct binary {
  uint8_t byte[1024];
  size_t size;
};

static void put_word(struct binary *file, uint32_t word) {
  for (int i = 0; i < 4; i++)
    file->byte[file->size++] = (uint8_t)(word >> (8 * i));
}

static void put_words(struct binary *file, uint32_t word, size_t count) {
  for (size_t i = 0; i < count; i++)
    put_word(file, word);
}

static void put_real(struct binary *file, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put_word(file, bits);
}

static void put_text(struct binary *file, const char *text) {
  put_word(file, (uint32_t)strlen(text));
  put_word(file, 0);
  memcpy(file->byte + file->size, text, strlen(text));
  file->size += strlen(text);
}

static void put_node(struct binary *file, uint32_t left, uint32_t right, float condition) {
  put_word(file, UINT32_MAX); /* the parent */
  put_word(file, left);
  put_word(file, right);
  put_word(file, UINT32_C(1) << 31); /* feature 0, missing left */
  put_real(file, condition);
}

/* Where its parts begin; it has no "binf". */
enum {
  OBJECTIVE = 136,
  BOOSTER = OBJECTIVE + 8 + 9,
  TREES = BOOSTER + 8 + 6,
  TREE = TREES + 160,
  NODES = TREE + 148,
  STATISTICS = NODES + 3 * 20,
  GROUPS = STATISTICS + 3 * 16
};

static void write_binary(struct binary *file, float base, uint32_t major, uint32_t minor) {
  *file = (struct binary){ .size = 0 };
  put_real(file, base);
  put_word(file, 1); /* features */
  put_words(file, 0, 3);
  put_word(file, major);
  put_word(file, minor);
  put_words(file, 0, 27);
  put_text(file, "reg:gamma");
  put_text(file, "gbtree");
  put_words(file, 1, 2); /* trees; a tree an output, or roots */
  put_words(file, 0, 38);
  put_word(file, 1); /* root */
  put_word(file, 3); /* nodes */
  put_words(file, 0, 35);
  put_node(file, 1, 2, 0.25f);
  put_node(file, UINT32_MAX, 0, -1.5f);
  put_node(file, UINT32_MAX, 0, 2.5f);
  put_words(file, 0, 12); /* statistics */
  put_word(file, 0);      /* the tree's output */
  assert_int_equal(file->size, GROUPS + 4);
}

static enum ft_status read_binary(const struct binary *file) {
  return read_as((struct ft_span){ (const char *)file->byte, file->size }, "d", 'd');
}

static void a_binary_tree_is_ours(void **state) {
  (void)state;
  struct binary file;
  write_binary(&file, 2.0f, 1, 7);
  assert_int_equal(read_binary(&file), FT_OK);
  assert_string_equal(import.version, "1.7");
  assert_string_equal(import.objective, "reg:gamma");
  assert_float_equal(predict_number(0), 2 * 0.22313016, 1e-6);
  assert_float_equal(predict_number(0.25), 2 * 12.18249396, 1e-4);
}

static void base_score_before_1_0_is_the_margin(void **state) {
  (void)state;
  struct binary file;
  write_binary(&file, 2.0f, 0, 0);
  assert_int_equal(read_binary(&file), FT_OK);
  assert_string_equal(import.version, "before 1.0");
  assert_float_equal(predict_number(0), 1.64872127, 1e-6); /* exp(2 - 1.5) */
}

static void marks_before_a_binary_file_are_skipped(void **state) {
  (void)state;
  struct binary file, marked;
  write_binary(&file, 2.0f, 1, 2);
  marked = (struct binary){ .size = 4 };
  memcpy(marked.byte, "binf", 4);
  memcpy(marked.byte + 4, file.byte, file.size);
  marked.size += file.size;
  assert_int_equal(read_binary(&marked), FT_OK);
  file = (struct binary){ .size = 14 };
  memcpy(file.byte, "CONFIG-offset:", 14);
  put_word(&file, (uint32_t)marked.size);
  put_word(&file, 0);
  memcpy(file.byte + file.size, marked.byte, marked.size);
  file.size += marked.size;
  memcpy(file.byte + file.size, "{\"learner\":{}}", 14);
  file.size += 14;
  assert_int_equal(read_binary(&file), FT_OK);
  assert_float_equal(predict_number(0), 2 * 0.22313016, 1e-6);
}

static void a_binary_file_cut_short_is_refused(void **state) {
  (void)state;
  struct binary file;
  write_binary(&file, 2.0f, 1, 7);
  for (size_t size = file.size - 1; size >= TREES; size--) {
    file.size = size;
    enum ft_status status = read_binary(&file);
    if (status != FT_CORRUPT) fail_msg("%zu bytes: %d, %s", size, (int)status, err.message);
  }
  for (size_t size = 4; size < TREES; size++) { /* the mark says what it is */
    char bytes[TREES] = "binf";
    memcpy(bytes + 4, file.byte, size - 4);
    assert_int_equal(read_as((struct ft_span){ bytes, size }, "d", 'd'), FT_CORRUPT);
  }
}

static void hostile_binary_files_are_refused(void **state) {
  (void)state;
  static const struct {
    size_t at;
    uint32_t word;
    enum ft_status status;
  } cases[] = {
    { TREES, 2, FT_CORRUPT },
    { TREES, UINT32_MAX, FT_CORRUPT },
    { TREE, 2, FT_UNSUPPORTED },      /* roots */
    { TREE + 20, 3, FT_UNSUPPORTED }, /* numbers a leaf */
    { TREE + 4, 0, FT_CORRUPT },
    { TREE + 4, UINT32_MAX, FT_CORRUPT },
    { NODES + 4, 0, FT_CORRUPT }, /* its own child */
    { NODES + 4, 3, FT_CORRUPT },
    { NODES + 8, UINT32_MAX, FT_CORRUPT },
    { NODES + 12, 1, FT_CORRUPT },          /* the feature */
    { NODES + 16, 0x7fc00000, FT_CORRUPT }, /* NaN */
    { NODES + 36, 0x7f800000, FT_CORRUPT }, /* a leaf of infinity */
    { GROUPS, 1, FT_CORRUPT },
    { 4, 0, FT_CORRUPT },
    { 8, 3, FT_CORRUPT },
    { 12, 1, FT_CORRUPT }, /* attributes, which are not there */
    { 28, 2, FT_UNSUPPORTED },
    { 0, 0x7fc00000, FT_CORRUPT },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct binary file;
    write_binary(&file, 2.0f, 1, 7);
    size_t size = file.size;
    file.size = cases[i].at;
    put_word(&file, cases[i].word);
    file.size = size;
    enum ft_status status = read_binary(&file);
    if (status != cases[i].status) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void reading_binary_survives_every_failed_allocation(void **state) {
  (void)state;
  struct binary file;
  write_binary(&file, 2.0f, 1, 7);
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = read_binary(&file);
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || status == FT_NOMEM);
  }
}

/* JSON of one split of the category 2 from all others: 1 to the left, 5 to the right. */
struct parts {
  const char *version, *objective, *base, *condition, *categories, *attributes;
};
#define PARTS                                       \
  ((struct parts){ .version = "3,2,0",              \
                   .objective = "reg:squarederror", \
                   .base = "0E0",                   \
                   .condition = "NaN",              \
                   .categories = "",                \
                   .attributes = "" })

static struct ft_span write_json(const struct parts *p) {
  static char text[4096];
  int size = snprintf(
      text, sizeof text,
      "{\"learner\":{\"attributes\":{%s},\"feature_names\":[\"s\"],\"feature_types\":[\"c\"],"
      "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_trees\":\"1\"},"
      "\"tree_info\":[0],%s\"trees\":[{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"
      "\"split_indices\":[0,0,0],\"split_conditions\":[%s,1,5],\"default_left\":[0,0,0],"
      "\"split_type\":[1,0,0],\"categories\":[2],\"categories_nodes\":[0],"
      "\"categories_segments\":[0],\"categories_sizes\":[1]}]},\"name\":\"gbtree\"},"
      "\"learner_model_param\":{\"base_score\":\"%s\",\"num_class\":\"0\",\"num_feature\":\"1\"},"
      "\"objective\":{\"name\":\"%s\"}},\"version\":[%s]}",
      p->attributes, p->categories, p->condition, p->base, p->objective, p->version);
  return (struct ft_span){ text, (size_t)size };
}

/* The texts of the three categories, as the Python package cuts them when it counts letters or bytes:
 * `bytes` of them are in the file. */
static const char *write_texts(const char *offsets, const char *text, size_t bytes) {
  static char out[1024];
  int size =
      snprintf(out, sizeof out, "\"cats\":{\"enc\":[{\"offsets\":[%s],\"values\":[", offsets);
  for (size_t i = 0; i < bytes; i++)
    size +=
        snprintf(out + size, sizeof out - (size_t)size, "%s%d", i ? "," : "", (signed char)text[i]);
  snprintf(out + size, sizeof out - (size_t)size, "]}]},");
  return out;
}

static void a_threshold_of_a_category_split_is_not_looked_at(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.version = "1,7,6";
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_true(predict_code(2) == 5 && predict_code(1) == 1);
  assert_int_equal(import.notices, 0);
}

static void texts_are_cut_by_bytes(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.categories = write_texts("0,1,2,5", "abred", 5);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_OK);
  assert_true(predict_text("red") == 5 && predict_text("b") == 1);
  parts.version = "3,4,1";
  parts.categories = write_texts("0,1,3,6", "a\xc3\xa4red", 6);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_OK);
  assert_true(predict_text("red") == 5 && predict_text("\xc3\xa4") == 1);
}

/* "blue", "naïve", "red": XGBoost 3.2 writes the offsets 0, 4, 9, 12 and twelve of thirteen bytes. */
static void a_text_that_is_cut_short_is_refused(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.categories = write_texts("0,4,9,12", "bluena\xc3\xafvered", 12);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_UNSUPPORTED);
  assert_says("column 1 (\"s\") are cut short");
  assert_non_null(strstr(err.hint, "INTEGER"));
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_true(predict_code(2) == 5 && predict_code(1) == 1);
  assert_int_equal(import.notices, 1);
  assert_non_null(strstr(import.notice[0], "\"s\""));
}

/* Cut inside of a letter by bytes, so they are letters: "ä", "öä", "red", and what is lost. */
static void texts_that_can_only_be_letters_are_cut_by_letters(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.categories = write_texts("0,1,3,6,14", "\xc3\xa4\xc3\xb6\xc3\xa4redyyyyyyyy", 14);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_OK);
  assert_true(predict_text("red") == 5 && predict_text("\xc3\xb6\xc3\xa4") == 1);
}

/* "б", "е", "вa" … : two pieces of bytes are the same, which XGBoost itself mixes up. */
static void texts_that_come_twice_are_refused(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.categories = write_texts("0,1,2,3,4", "\xd0\xb1\xd0\xb5", 4);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_UNSUPPORTED);
  assert_says("come twice");
}

/* Both ways would do, and give other texts to the category that is told apart. */
static void texts_that_may_be_shifted_are_refused(void **state) {
  (void)state;
  struct parts parts = PARTS;
  const char *text = "bluena\xc3\xafveredsyy";
  parts.categories = write_texts("0,4,9,12,16", text, 16);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_UNSUPPORTED);
  assert_says("may be shifted");
  parts.version = "3,4,1"; /* in order by letters alone: saved again */
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_UNSUPPORTED);
  parts.version = "3,2,0"; /* the same by both, up to the one that is told apart */
  parts.categories = write_texts("0,1,2,5,10", "abredna\xc3\xafve", 10);
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_OK);
  assert_true(predict_text("red") == 5);
}

static void hostile_texts_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *offsets, *text;
    size_t bytes;
  } cases[] = {
    { "0,1,2,6", "abred", 5 },
    { "0,2,1,5", "abred", 5 },
    { "0,1,-2,5", "abred", 5 },
    { "0,1,2", "abred", 5 },
    { "0,1,2,5",
      "a\xff"
      "red",
      5 },
    { "1e99,1,2,5", "abred", 5 },
    { "0,1,2,3", "a", 1 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct parts parts = PARTS;
    parts.categories = write_texts(cases[i].offsets, cases[i].text, cases[i].bytes);
    enum ft_status status = read_as(write_json(&parts), "t", 'd');
    if (status != FT_CORRUPT && status != FT_UNSUPPORTED)
      fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void fractions_are_given_by_their_codes(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.categories = "\"cats\":{\"enc\":[{\"type\":8,\"values\":[0.5,1.5,2.5]}]},";
  assert_int_equal(read_as(write_json(&parts), "t", 'd'), FT_UNSUPPORTED);
  assert_says("are fractions");
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_true(predict_code(2) == 5);
}

/* It took base_score for a probability up to 1.3. */
static void logitraw_has_another_base_score_before_1_4(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.objective = "binary:logitraw";
  parts.base = "5E-1";
  parts.version = "1,4,0";
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_float_equal(predict_code(2), 5.5, 1e-9);
  parts.version = "1,3,3";
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_float_equal(predict_code(2), 5.0, 1e-9);
}

static void the_best_round_is_named_where_it_is_not_the_last(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.attributes = "\"best_iteration\":\"0\"";
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_int_equal(import.notices, 0);
  parts.categories = "\"iteration_indptr\":[0,1,1],";
  assert_int_equal(read_as(write_json(&parts), "i", 'd'), FT_OK);
  assert_int_equal(import.notices, 1);
  assert_non_null(strstr(import.notice[0], "round 0"));
}

static void json_may_begin_with_a_byte_order_mark(void **state) {
  (void)state;
  char text[4096] = "\xef\xbb\xbf";
  struct parts parts = PARTS;
  struct ft_span plain = write_json(&parts);
  memcpy(text + 3, plain.data, plain.size);
  assert_int_equal(read_as((struct ft_span){ text, plain.size + 3 }, "i", 'd'), FT_OK);
}

static void what_is_no_model_is_named(void **state) {
  (void)state;
  static const struct {
    const char *text, *words;
  } cases[] = {
    { "booster[0]:\n0:[f0<1] yes=1,no=2,missing=1\n", "dump" },
    { "[\n  { \"nodeid\": 0, \"depth\": 0, \"split\": \"f0\"", "dump" },
    { "{\"learner\":{\"generic_param\":{\"seed\":\"0\"},\"gradient_booster\":{\"name\":\"gbtree\"}},"
      "\"version\":[3,2,0]}",
      "configuration" },
    { "{\"accuracy\": 0.5}", "no model that is known" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(read_as(ft_span_of(cases[i].text), "d", 'd'), FT_UNSUPPORTED);
    assert_says(cases[i].words);
    assert_non_null(strstr(err.hint, "save_model"));
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(a_binary_tree_is_ours),
    TEST(base_score_before_1_0_is_the_margin),
    TEST(marks_before_a_binary_file_are_skipped),
    TEST(a_binary_file_cut_short_is_refused),
    TEST(hostile_binary_files_are_refused),
    TEST(reading_binary_survives_every_failed_allocation),
    TEST(a_threshold_of_a_category_split_is_not_looked_at),
    TEST(texts_are_cut_by_bytes),
    TEST(a_text_that_is_cut_short_is_refused),
    TEST(texts_that_can_only_be_letters_are_cut_by_letters),
    TEST(texts_that_come_twice_are_refused),
    TEST(texts_that_may_be_shifted_are_refused),
    TEST(hostile_texts_are_refused),
    TEST(fractions_are_given_by_their_codes),
    TEST(logitraw_has_another_base_score_before_1_4),
    TEST(the_best_round_is_named_where_it_is_not_the_last),
    TEST(json_may_begin_with_a_byte_order_mark),
    TEST(what_is_no_model_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
