/* Models within pickles, and files that are compressed as a whole: what is made of them, and what is
 * refused. That predictions are those of the libraries is shown by test/program/test_import. */
#include "core/import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <cmocka.h>

#include "foretell/buffer.h"

#define BYTES ((size_t)1 << 26)
#define BOOSTER \
  "c"           \
  "lightgbm.basic\nBooster\n)\x81}("
#define ROUNDS(own)                                                                  \
  "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=0\n" own \
  "feature_names=age\nfeature_infos=[0:1]\n\n" ROUND ROUND ROUND "end of trees\n"
#define ROUND "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=2\n\n"

static const char regression[] = ROUNDS("objective=regression\n");
static const char binary[] = ROUNDS("objective=binary sigmoid:1\n");

static struct ft_arena arena;
static struct ft_import import;
static struct ft_import_request request;
static struct ft_field field;
static struct ft_error err;
static struct ft_buffer bytes;

static int start(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 28);
  ft_buffer_init(&bytes, BYTES);
  memset(&err, 0, sizeof err);
  return 0;
}

static int end(void **state) {
  (void)state;
  ft_arena_release(&arena);
  ft_buffer_release(&bytes);
  return 0;
}

/* ---- writing a pickle ---- */

static void put(const char *text, size_t size) {
  ft_buffer_append(&bytes, text, size);
}
#define PUT(literal) put(literal, sizeof(literal) - 1)

static void put_text(const char *text) {
  PUT("X");
  ft_buffer_u32(&bytes, (uint32_t)strlen(text));
  put(text, strlen(text));
}

/* A LightGBM Booster within whatever was begun. */
static void put_booster(const char *model, uint8_t best) {
  PUT(BOOSTER);
  put_text("_handle");
  put_text(model);
  put_text("best_iteration");
  PUT("K");
  ft_buffer_u8(&bytes, best);
  PUT("ub");
}

/* The classes are a pickled list. */
static void put_classifier(const char *model, const char *classes, size_t size) {
  PUT("\x80\x02"
      "clightgbm.sklearn\nLGBMClassifier\n)\x81}(");
  put_text("_classes");
  put(classes, size);
  put_text("_Booster");
  put_booster(model, 0);
  PUT("ub.");
}
#define PUT_CLASSIFIER(model, classes) put_classifier(model, classes, sizeof(classes) - 1)

static enum ft_status read_returning(enum ft_type type) {
  field = (struct ft_field){ "x1", FT_FLOAT64, 0, 0 };
  request = (struct ft_import_request){ .fields = 1,
                                        .field = &field,
                                        .target = { "prediction", type, 0, 0 } };
  return ft_import_read(&import, &arena, &request, ft_buffer_view(&bytes), &err);
}

static void assert_fails(enum ft_type type, enum ft_status status, const char *words) {
  enum ft_status is = read_returning(type);
  if (is != status || !strstr(err.message, words))
    fail_msg("%s: \"%s\" instead of \"%s\"", ft_status_name(is), is ? err.message : "", words);
}

/* What the model adds up for a row: three rounds of 2, unless it stops before. */
static double sum_of(void) {
  const struct ft_forest *forest = &import.model.member[0].forest;
  return forest->base[0];
}

/* ---- pickles ---- */

static void a_booster_stops_at_its_best_round(void **state) {
  (void)state;
  static const uint8_t best[] = { 0, 1, 2, 3, 200 };
  static const double sum[] = { 6, 2, 4, 6, 6 };
  for (size_t i = 0; i < 5; i++) {
    ft_buffer_reset(&bytes);
    PUT("\x80\x02");
    put_booster(regression, best[i]);
    PUT(".");
    assert_int_equal(read_returning(FT_FLOAT64), FT_OK);
    assert_true(sum_of() == sum[i]);
    assert_string_equal(import.model.field[0].name, "age");
    assert_string_equal(import.format, "LightGBM");
    assert_null(import.wrapper);
  }
}

static void assert_labels(const char *first, const char *second) {
  assert_int_equal(import.model.labels, 2);
  assert_true(ft_span_equal(import.model.label[0], ft_span_of(first)));
  assert_true(ft_span_equal(import.model.label[1], ft_span_of(second)));
}

static void a_wrapper_has_the_labels(void **state) {
  (void)state;
  PUT_CLASSIFIER(binary, "(X\x02\0\0\0noX\x03\0\0\0yesl");
  assert_int_equal(read_returning(FT_TEXT), FT_OK);
  assert_labels("no", "yes");
  assert_int_equal(read_returning(FT_FLOAT64), FT_OK); /* the probability */
  assert_fails(FT_INT32, FT_INVALID, "\"no\"");
  ft_buffer_reset(&bytes);
  PUT_CLASSIFIER(binary, "(K\x05G\x40\x18\0\0\0\0\0\0l"); /* 5 and 6.0 */
  assert_int_equal(read_returning(FT_INT32), FT_OK);
  assert_labels("5", "6");
}

static void python_bools_are_labels(void **state) {
  (void)state;
  PUT_CLASSIFIER(binary, "(\x89\x88l");
  assert_int_equal(read_returning(FT_TEXT), FT_OK);
  assert_labels("false", "true");
  assert_int_equal(read_returning(FT_BOOL), FT_OK);
  assert_labels("false", "true");
  assert_int_equal(read_returning(FT_INT32), FT_OK);
  assert_labels("0", "1");
}

static void labels_must_fit_the_model(void **state) {
  (void)state;
  PUT_CLASSIFIER(binary, "(X\x01\0\0\0aX\x01\0\0\0bX\x01\0\0\0cl");
  assert_fails(FT_TEXT, FT_CORRUPT, "3 labels for a model of 2 classes");
  ft_buffer_reset(&bytes);
  PUT_CLASSIFIER(binary, "(NNl");
  assert_fails(FT_TEXT, FT_UNSUPPORTED, "neither texts nor numbers");
  ft_buffer_reset(&bytes);
  PUT_CLASSIFIER(binary, "(U\x01\xffNl");
  assert_fails(FT_TEXT, FT_UNSUPPORTED, "neither texts nor numbers");
}

static void what_is_no_model_is_named(void **state) {
  (void)state;
  static const struct {
    struct ft_span pickle;
    const char *words, *hint;
  } cases[] = {
    { FT_SPAN("\x80\x02"
              "csklearn.svm._classes\nSVC\n)\x81."),
      "SVC", "skl2onnx" },
    { FT_SPAN("\x80\x02"
              "cxgboost.dask\nDaskXGBRegressor\n)\x81."),
      "xgboost.dask.DaskXGBRegressor", "get_booster" },
    { FT_SPAN("\x80\x02"
              "cxgboost.core\nBooster\n)\x81."),
      "xgboost.core.Booster that was not trained", "" },
    { FT_SPAN("\x80\x02"
              "cxgboost.sklearn\nXGBRegressor\n)\x81."),
      "XGBRegressor that was not trained", "" },
    { FT_SPAN("\x80\x02"
              "cpandas.core.frame\nDataFrame\n)\x81."),
      "DataFrame, which is no model", "to_parquet" },
    { FT_SPAN("\x80\x02}X\x01\0\0\0mcxgboost.core\nBooster\n)\x81s."),
      "a dict with a xgboost.core.Booster in it", "alone" },
    { FT_SPAN("\x80\x02]csklearn.svm\nSVC\n)\x81"
              "a."),
      "a list with a sklearn.svm.SVC in it", "alone" },
    { FT_SPAN("\x80\x02K\x01."), "a plain value, and no model", "alone" },
    { FT_SPAN("\x80\x02"
              "cposix\nsystem\nX\x01\0\0\0x\x85R."),
      "\"posix.system\"", "Nothing of the file was run" },
    { FT_SPAN("\x80\x02"
              "c__main__\nloss\n."),
      "\"__main__.loss\"", "program that wrote the file" },
    { FT_SPAN("\x80\x02"
              "ctorch.nn\nLinear\n."),
      "\"torch.nn.Linear\"", "torch.onnx.export" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ft_buffer_reset(&bytes);
    put(cases[i].pickle.data, cases[i].pickle.size);
    assert_fails(FT_FLOAT64, FT_UNSUPPORTED, cases[i].words);
    assert_non_null(strstr(err.hint, cases[i].hint));
  }
}

static void a_pickle_within_a_pickle_is_not_opened(void **state) {
  (void)state;
  PUT("\x80\x02"
      "cxgboost.core\nBooster\n)\x81}X\x06\0\0\0handleB\x04\0\0\0\x80\x02N.sb.");
  assert_fails(FT_FLOAT64, FT_UNSUPPORTED, "another pickle");
}

/* ---- compressed files ---- */

static void compress_all(int times) {
  while (times--) {
    uLongf size = compressBound(bytes.size);
    Bytef *packed = malloc(size);
    assert_non_null(packed);
    assert_int_equal(compress2(packed, &size, bytes.data, bytes.size, 9), Z_OK);
    ft_buffer_reset(&bytes);
    ft_buffer_append(&bytes, packed, size);
    free(packed);
  }
}

static void a_compressed_model_is_read(void **state) {
  (void)state;
  put(regression, sizeof regression - 1);
  compress_all(1);
  assert_int_equal(read_returning(FT_FLOAT64), FT_OK);
  assert_false(import.from_archive);
  struct ft_span whole = ft_buffer_view(&bytes);
  for (size_t size = 9; size < whole.size - 4; size++) {
    bytes.size = size;
    assert_fails(FT_FLOAT64, FT_CORRUPT, "damaged");
  }
}

static void compressed_again_and_again_is_refused(void **state) {
  (void)state;
  put(regression, sizeof regression - 1);
  compress_all(3);
  assert_fails(FT_FLOAT64, FT_UNSUPPORTED, "another archive");
}

static void what_unpacks_without_end_is_refused(void **state) {
  (void)state;
  assert_non_null(ft_buffer_extend(&bytes, (size_t)1 << 25));
  compress_all(1);
  assert_fails(FT_FLOAT64, FT_LIMIT, "unpacks to more than");
}

static void damaged_files_of_other_filters_are_refused(void **state) {
  (void)state;
  static const struct ft_span marks[] = {
    FT_SPAN("BZh91AY&SYxxxxxxxxxxxxxxxx"),
    FT_SPAN("\xfd\x37zXZ\0\0\4xxxxxxxxxxxxxxx"),
    FT_SPAN("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xffxxxxxxxxxxxx"),
    FT_SPAN("\x04\x22\x4d\x18xxxxxxxxxxxxxxxxxx"),
  };
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    ft_buffer_reset(&bytes);
    put(marks[i].data, marks[i].size);
    assert_int_not_equal(read_returning(FT_FLOAT64), FT_OK);
    assert_non_null(strstr(err.message, "compressed"));
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
  const struct CMUnitTest tests[] = {
    TEST(a_booster_stops_at_its_best_round),
    TEST(a_wrapper_has_the_labels),
    TEST(python_bools_are_labels),
    TEST(labels_must_fit_the_model),
    TEST(what_is_no_model_is_named),
    TEST(a_pickle_within_a_pickle_is_not_opened),
    TEST(a_compressed_model_is_read),
    TEST(compressed_again_and_again_is_refused),
    TEST(what_unpacks_without_end_is_refused),
    TEST(damaged_files_of_other_filters_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
