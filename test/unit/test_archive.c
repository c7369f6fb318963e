/* SageMaker archives: which file is the model, and what is refused. */
#include "core/import/archived.h"
#include "core/import/folds.h"
#include "core/import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#define ARCHIVE_BYTES ((size_t)1 << 24)

/* LightGBM's shortest: one tree of one leaf. */
static const char small_model[] = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n"
                                  "max_feature_idx=0\nobjective=regression\nfeature_names=age\n"
                                  "feature_infos=[0:1]\n\nTree=0\nnum_leaves=1\nnum_cat=0\n"
                                  "leaf_value=2.5\n\nend of trees\n";

static struct ft_error err;
static char notice[512]; /* the first of what was read last */

struct packing {
  struct archive *archive;
  char *bytes;
  size_t size;
};

static void start(struct packing *packing) {
  *packing = (struct packing){ .archive = archive_write_new(), .bytes = malloc(ARCHIVE_BYTES) };
  assert_non_null(packing->bytes);
  archive_write_add_filter_gzip(packing->archive);
  archive_write_set_format_pax_restricted(packing->archive);
  int status =
      archive_write_open_memory(packing->archive, packing->bytes, ARCHIVE_BYTES, &packing->size);
  assert_int_equal(status, ARCHIVE_OK);
}

static void add(struct packing *packing, const char *name, int type, const char *bytes,
                size_t size) {
  struct archive_entry *entry = archive_entry_new();
  archive_entry_set_pathname(entry, name);
  archive_entry_set_filetype(entry, (unsigned)type);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, (la_int64_t)size);
  assert_int_equal(archive_write_header(packing->archive, entry), ARCHIVE_OK);
  if (size) assert_int_equal(archive_write_data(packing->archive, bytes, size), size);
  archive_entry_free(entry);
}

static void add_file(struct packing *packing, const char *name, const char *text) {
  add(packing, name, AE_IFREG, text, strlen(text));
}

static enum ft_status read_bytes(struct ft_span bytes) {
  struct ft_arena arena;
  struct ft_import import;
  struct ft_field field = { "x1", FT_FLOAT64, 0, 0 };
  struct ft_import_request request = { 1, &field, { "prediction", FT_FLOAT64, 0, 0 } };
  ft_arena_init(&arena, (size_t)1 << 30);
  enum ft_status status = ft_import_read(&import, &arena, &request, bytes, &err);
  if (status == FT_OK) {
    assert_true(import.from_archive);
    assert_string_equal(import.model.field[0].name, "age");
    snprintf(notice, sizeof notice, "%s", import.notices ? import.notice[0] : "");
  }
  ft_arena_release(&arena);
  return status;
}

static enum ft_status finish(struct packing *packing) {
  assert_int_equal(archive_write_close(packing->archive), ARCHIVE_OK);
  archive_write_free(packing->archive);
  enum ft_status status = read_bytes((struct ft_span){ packing->bytes, packing->size });
  free(packing->bytes);
  return status;
}

static void the_model_is_found_by_its_name(void **state) {
  (void)state;
  static const char *const others[] = { "xgboost-model", "./xgboost-model", "model/model.txt",
                                        "model.txt",     "booster.txt",     "anything" };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    struct packing packing;
    start(&packing);
    add(&packing, "model/", AE_IFDIR, NULL, 0);
    add_file(&packing, others[i], small_model);
    if (i < 5) add_file(&packing, "metadata", "{}");
    if (i < 3) add_file(&packing, "other.json", "{}");
    add_file(&packing, "._model.txt", "of a Mac");
    assert_int_equal(finish(&packing), FT_OK);
  }
}

static void two_that_could_be_it_are_too_many(void **state) {
  (void)state;
  struct packing packing;
  start(&packing);
  add_file(&packing, "a.txt", small_model);
  add_file(&packing, "b.txt", small_model);
  assert_int_equal(finish(&packing), FT_UNSUPPORTED);
  assert_string_equal(err.message,
                      "the archive has 2 files that could be the model: \"a.txt\", \"b.txt\"");
  start(&packing);
  add(&packing, "folder/", AE_IFDIR, NULL, 0);
  assert_int_equal(finish(&packing), FT_UNSUPPORTED);
}

static void names_that_lead_out_are_refused(void **state) {
  (void)state;
  static const char *const names[] = { "../model.txt", "/etc/model.txt", "a/../../model.txt",
                                       "a/.." };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct packing packing;
    start(&packing);
    add_file(&packing, names[i], small_model);
    assert_int_equal(finish(&packing), FT_CORRUPT);
    assert_non_null(strstr(err.message, "leads out"));
  }
}

static void links_are_not_followed(void **state) {
  (void)state;
  struct packing packing;
  start(&packing);
  struct archive_entry *entry = archive_entry_new();
  archive_entry_set_pathname(entry, "model.txt");
  archive_entry_set_filetype(entry, AE_IFLNK);
  archive_entry_set_symlink(entry, "/etc/passwd");
  assert_int_equal(archive_write_header(packing.archive, entry), ARCHIVE_OK);
  archive_entry_free(entry);
  assert_int_equal(finish(&packing), FT_UNSUPPORTED);
}

/* An archive of the file, which goes into `bytes`. */
static struct ft_span pack(const char *name, struct ft_span file) {
  struct packing packing;
  start(&packing);
  add(&packing, name, AE_IFREG, file.data, file.size);
  assert_int_equal(archive_write_close(packing.archive), ARCHIVE_OK);
  archive_write_free(packing.archive);
  return (struct ft_span){ packing.bytes, packing.size };
}

static void an_archive_may_hold_one_more_and_no_third(void **state) {
  (void)state;
  struct ft_span inner = pack("model.txt", ft_span_of(small_model));
  struct ft_span middle = pack("model_algo-1", inner);
  struct ft_span outer = pack("model.tar.gz", middle);
  assert_int_equal(read_bytes(middle), FT_OK);
  assert_int_equal(read_bytes(outer), FT_UNSUPPORTED);
  assert_non_null(strstr(err.message, "holds another archive"));
  free((char *)inner.data);
  free((char *)middle.data);
  free((char *)outer.data);
}

static enum ft_status read_folds(const char *first, const char *second) {
  struct packing packing;
  start(&packing);
  add_file(&packing, "xgboost-model-0", first);
  add_file(&packing, "model.json", "{}");
  add_file(&packing, "xgboost-model-12", second);
  return finish(&packing);
}

/* small_model with `old` replaced by `new`. */
static const char *changed(const char *old, const char *new) {
  static char text[sizeof small_model + 64];
  const char *place = strstr(small_model, old);
  assert_non_null(place);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(place - small_model), small_model, new,
           place + strlen(old));
  return text;
}

/* That their predictions are averaged is shown by test/program/test_import. */
static void folds_are_models_of_one_kind(void **state) {
  (void)state;
  assert_int_equal(read_folds(small_model, changed("leaf_value=2.5", "leaf_value=1")), FT_OK);
  assert_int_equal(read_folds(small_model, changed("regression", "poisson")), FT_UNSUPPORTED);
  assert_non_null(strstr(err.message, "whose objectives differ"));
  assert_int_equal(read_folds(small_model, changed("=age", "=size")), FT_UNSUPPORTED);
  assert_non_null(strstr(err.message, "whose columns differ"));
  assert_int_equal(read_folds(small_model, "junk"), FT_UNSUPPORTED);
  assert_non_null(strstr(err.message, "the archive's \"xgboost-model-12\" has no format"));
}

static enum ft_status average_of(enum ft_encoder_kind kind) {
  struct ft_arena arena;
  struct ft_import out;
  double base = 1;
  struct ft_field field = { "age", FT_FLOAT64, 0, 0 };
  struct ft_encoder encoder = { .kind = kind, .high = 1 };
  struct ft_member member = { .weight = 1, .forest = { .base = &base } };
  struct ft_import fold = { .model = { .problem = FT_REGRESSION,
                                       .target = { "y", FT_FLOAT64, 0, 0 },
                                       .fields = 1,
                                       .field = &field,
                                       .features = 1,
                                       .encoder = &encoder,
                                       .outputs = 1,
                                       .members = 1,
                                       .member = &member } };
  const struct ft_import folds[2] = { fold, fold };
  ft_arena_init(&arena, (size_t)1 << 20);
  enum ft_status status = ft_folds_average(&out, &arena, folds, 2, &err);
  if (status == FT_OK) assert_int_equal(out.model.features, 1);
  if (status == FT_OK) assert_int_equal(ft_model_check(&out.model, &err), FT_OK);
  ft_arena_release(&arena);
  return status;
}

static void features_that_name_others_are_not_averaged(void **state) {
  (void)state;
  assert_int_equal(average_of(FT_ENCODE_NUMBER), FT_OK);
  assert_int_equal(average_of(FT_ENCODE_SENTINEL), FT_OK);
  assert_int_equal(average_of(FT_ENCODE_DERIVED), FT_UNSUPPORTED);
  assert_int_equal(average_of(FT_ENCODE_STATISTIC), FT_UNSUPPORTED);
}

static void code_and_words_are_no_models(void **state) {
  (void)state;
  static const char *const beside[] = { "code/model.json", "inference.py",  "requirements.txt",
                                        "MLmodel",         "metadata.json", "__MACOSX/model.txt",
                                        "a/code/b.txt",    ".hidden.json",  "README.md" };
  struct packing packing;
  start(&packing);
  for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
    add_file(&packing, beside[i], "{}");
  add_file(&packing, "a/booster", small_model);
  assert_int_equal(finish(&packing), FT_OK);
}

static void files_that_may_prepare_the_columns_are_told(void **state) {
  (void)state;
  struct packing packing;
  start(&packing);
  add_file(&packing, "code/inference.py", "");
  add_file(&packing, "model.txt", small_model);
  assert_int_equal(finish(&packing), FT_OK);
  assert_string_equal(notice, "");
  start(&packing);
  add_file(&packing, "preprocessor.joblib", "a pickle");
  add_file(&packing, "model/model.txt", small_model);
  assert_int_equal(finish(&packing), FT_OK);
  assert_string_equal(
      notice, "of the archive \"model.txt\" is read, and not \"preprocessor.joblib\": where "
              "that prepares the columns, pass them as it makes them");
}

static void kinds_of_archives_are_told_by_their_files(void **state) {
  (void)state;
  static const char *const told[][2] = {
    { "1/saved_model.pb", "TensorFlow" },      { "model.weights.h5", "Keras" },
    { "MAR-INF/MANIFEST.json", "TorchServe" }, { "model.ini", "H2O" },
    { "models/learner.pkl", "AutoGluon" },     { "metadata/part-00000", "Spark" },
  };
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    struct packing packing;
    start(&packing);
    add_file(&packing, "other.txt", small_model);
    add_file(&packing, told[i][0], "{}");
    assert_int_equal(finish(&packing), FT_UNSUPPORTED);
    assert_non_null(strstr(err.message, told[i][1]));
    assert_int_not_equal(err.hint[0], 0);
  }
}

static void bombs_do_not_go_off(void **state) {
  (void)state;
  struct packing packing;
  start(&packing);
  size_t size = (size_t)5 << 28; /* more than may be unpacked */
  char *zeros = calloc(1, (size_t)1 << 20);
  struct archive_entry *entry = archive_entry_new();
  archive_entry_set_pathname(entry, "xgboost-model");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_size(entry, (la_int64_t)size);
  assert_non_null(zeros);
  assert_int_equal(archive_write_header(packing.archive, entry), ARCHIVE_OK);
  archive_entry_free(entry);
  for (size_t done = 0; done < size; done += (size_t)1 << 20)
    assert_int_equal(archive_write_data(packing.archive, zeros, (size_t)1 << 20), 1 << 20);
  free(zeros);
  assert_int_equal(finish(&packing), FT_LIMIT);

  start(&packing);
  for (int i = 0; i < 10001; i++)
    add_file(&packing, "model.txt", "");
  assert_int_equal(finish(&packing), FT_LIMIT);
}

static void damage_is_an_error(void **state) {
  (void)state;
  assert_int_equal(read_bytes(FT_SPAN("\x1f\x8b")), FT_CORRUPT);
  assert_int_equal(read_bytes(FT_SPAN("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03junk")), FT_CORRUPT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_model_is_found_by_its_name),
    cmocka_unit_test(two_that_could_be_it_are_too_many),
    cmocka_unit_test(names_that_lead_out_are_refused),
    cmocka_unit_test(links_are_not_followed),
    cmocka_unit_test(an_archive_may_hold_one_more_and_no_third),
    cmocka_unit_test(folds_are_models_of_one_kind),
    cmocka_unit_test(features_that_name_others_are_not_averaged),
    cmocka_unit_test(code_and_words_are_no_models),
    cmocka_unit_test(files_that_may_prepare_the_columns_are_told),
    cmocka_unit_test(kinds_of_archives_are_told_by_their_files),
    cmocka_unit_test(bombs_do_not_go_off),
    cmocka_unit_test(damage_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
