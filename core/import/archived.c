#include "core/import/archived.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/import/archive/archive.h"
#include "core/import/archive/compressed.h"
#include "core/import/folds.h"
#include "core/import/format.h"
#include "core/import/mxnet/linear_learner.h"

#define MAX_NESTED    2
#define MAX_FOLDS     100
#define LINEAR_SYMBOL "mx-mod-symbol.json"
#define FOLD          "xgboost-model-"

/* How much a file's name looks like the model's; the first the most. */
enum rank { NAMED, FOLDS, MODEL, KNOWN, PICKLED_MODEL, PICKLED, OTHER, NONE };

/* Archives that a file in them gives away; none of them is read. */
struct kind {
  const char *base; /* of the file */
  const char *with; /* of another one beside it; NULL: none */
  const char *what;
  const char *advice;
};

static const struct kind kinds[] = {
  { "saved_model.pb", NULL, "a TensorFlow SavedModel",
    "Convert it: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx." },
  { "model.weights.h5", NULL, "a Keras model",
    "Convert it: tf2onnx.convert.from_keras(keras.models.load_model(\"model.keras\"), "
    "output_path=\"model.onnx\")." },
  { "data.pkl", "version", "a PyTorch model",
    "Export it where it was trained: torch.onnx.export(model, example, \"model.onnx\")." },
  { "MANIFEST.json", NULL, "a TorchServe archive (.mar)",
    "Export its model where it was trained: torch.onnx.export(model, example, \"model.onnx\")." },
  { "model.ini", NULL, "an H2O MOJO",
    "Convert it: onnxmltools.convert_h2o(\"model.zip\") gives ONNX of H2O's GBM; of H2O's XGBoost give the "
    "booster's own file." },
  { "learner.pkl", NULL, "an AutoGluon predictor",
    "It is many models in one. Take the one that you want from it, or serve it: CREATE MODEL … SAGEMAKER "
    "'endpoint'." },
  { "part-00000", NULL, "a Spark model",
    "Convert it: onnxmltools.convert_sparkml(model, …); of XGBoost's or LightGBM's on Spark save the booster: "
    "nativeBooster.saveModel, saveNativeModel." },
};

static const struct kind *kind_of(const struct ft_archive *archive) {
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    if (ft_archive_has(archive, kinds[k].base) &&
        (!kinds[k].with || ft_archive_has(archive, kinds[k].with)))
      return &kinds[k];
  return NULL;
}

static bool is_among(const char *text, const char *const *list) {
  for (; text && *list; list++)
    if (strcmp(text, *list) == 0) return true;
  return false;
}

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

/* Code and words that stand beside a model: SageMaker's, MLflow's, a Mac's. */
static bool is_beside(const char *name, const char *base, const char *ending) {
  static const char *const endings[] = { ".py",  ".pyc",  ".md",    ".yaml", ".yml", ".whl",
                                         ".sh",  ".html", ".png",   ".log",  ".csv", ".toml",
                                         ".cfg", ".ini",  ".ipynb", NULL };
  static const char *const bases[] = { "MLmodel",
                                       "metadata",
                                       "requirements.txt",
                                       "LICENSE",
                                       "README",
                                       "README.txt",
                                       "metadata.json",
                                       "manifest.json",
                                       "hyperparameters.json",
                                       "metrics.json",
                                       "input_example.json",
                                       "evaluation.json",
                                       "serving_input_example.json",
                                       NULL };
  return base[0] == '.' || base[0] == 0 || is_among(base, bases) || is_among(ending, endings) ||
         begins(name, "code/") || begins(name, "__MACOSX/") || strstr(name, "/code/");
}

static bool is_fold(const char *base) {
  if (!begins(base, FOLD)) return false;
  const char *number = base + strlen(FOLD);
  return number[0] && number[strspn(number, "0123456789")] == 0;
}

static enum rank rank_of(const char *name) {
  static const char *const known[] = { ".json", ".ubj", ".txt", ".onnx", ".model", ".bst",
                                       ".xgb",  ".cbm", ".cb",  ".lgb",  NULL };
  static const char *const pickled[] = { ".pkl", ".pickle", ".joblib", ".skops", NULL };
  const char *base = ft_archive_base(name), *ending = strrchr(base, '.');
  if (is_beside(name, base, ending)) return NONE;
  if (strcmp(base, "xgboost-model") == 0) return NAMED;
  if (is_fold(base)) return FOLDS;
  if (is_among(ending, known)) return begins(base, "model.") ? MODEL : KNOWN;
  if (is_among(ending, pickled)) return begins(base, "model.") ? PICKLED_MODEL : PICKLED;
  return OTHER;
}

/* The files of the best rank. */
struct choice {
  const struct ft_archive *archive;
  enum rank rank;
  uint32_t files;
  uint32_t *file; /* in the archive's order */
};

static enum ft_status choose(struct choice *out, struct ft_arena *arena,
                             const struct ft_archive *archive, struct ft_error *err) {
  struct choice best = { .archive = archive, .rank = NONE };
  best.file = FT_ARENA_NEW(arena, uint32_t, archive->files);
  if (!best.file) return ft_arena_fail(err, "the archive");
  for (uint32_t i = 0; i < archive->files; i++) {
    const enum rank rank = rank_of(archive->file[i].name);
    if (rank < best.rank) best.files = 0;
    if (rank < best.rank) best.rank = rank;
    if (rank == best.rank && rank != NONE) best.file[best.files++] = i;
  }
  *out = best;
  return FT_OK;
}

/* "a.json", "b.json", … */
static void list_names(char *out, size_t size, const struct choice *choice) {
  size_t used = 0;
  out[0] = 0;
  for (uint32_t i = 0; i < choice->files; i++) {
    const char *name = choice->archive->file[choice->file[i]].name;
    int more = snprintf(out + used, size - used, "%s\"%s\"", i ? ", " : "", name);
    if (more < 0 || (size_t)more + 8 >= size - used) {
      snprintf(out + used, size - used, "%s", i ? ", …" : "…");
      return;
    }
    used += (size_t)more;
  }
}

static enum ft_status fail_choice(const struct choice *choice, struct ft_error *err) {
  char names[128];
  list_names(names, sizeof names, choice);
  if (!choice->files) {
    ft_fail(err, FT_UNSUPPORTED, "the archive has no model");
    return ft_fail_hint(err, "SageMaker's XGBoost names it xgboost-model.");
  }
  ft_fail(err, FT_UNSUPPORTED, "the archive has %" PRIu32 " files that could be the model: %s",
          choice->files, names);
  return ft_fail_hint(err,
                      "Unpack it, and give the one that is the model as FROM. Of xgboost-model-0, "
                      "-1, … of a k-fold training the predictions are averaged.");
}

static enum ft_status read_file(struct ft_import *out, struct ft_arena *arena,
                                const struct choice *choice, uint32_t index, struct ft_error *err) {
  const uint32_t file = choice->file[index];
  struct ft_span bytes;
  FT_TRY(ft_archive_unpack(&bytes, arena, choice->archive, file, FT_IMPORT_MAX_BYTES, err));
  out->file = choice->archive->file[file].name;
  return ft_format_read(out, arena, bytes, err);
}

/* A model may stand beside what prepares its columns. */
static enum ft_status note_others(struct ft_import *out, struct ft_arena *arena,
                                  const struct choice *choice, struct ft_error *err) {
  for (uint32_t i = 0; i < choice->archive->files; i++) {
    const char *name = choice->archive->file[i].name;
    const enum rank rank = rank_of(name);
    if (rank <= choice->rank || rank > PICKLED) continue;
    return ft_import_notice(out, arena, err,
                            "of the archive \"%.100s\" is read, and not \"%.100s\": where that "
                            "prepares the columns, pass them as it makes them",
                            ft_archive_base(choice->archive->file[choice->file[0]].name), name);
  }
  return FT_OK;
}

static enum ft_status read_folds(struct ft_import *out, struct ft_arena *arena,
                                 const struct choice *choice, struct ft_error *err) {
  struct ft_import *fold = FT_ARENA_NEW(arena, struct ft_import, choice->files);
  if (!fold) return ft_arena_fail(err, "the archive");
  if (choice->files > MAX_FOLDS)
    return ft_fail(err, FT_LIMIT, "the archive has %" PRIu32 " models, and at most %d are averaged",
                   choice->files, MAX_FOLDS);
  for (uint32_t i = 0; i < choice->files; i++) {
    fold[i] = *out;
    FT_TRY(read_file(&fold[i], arena, choice, i, err));
  }
  return ft_folds_average(out, arena, fold, choice->files, err);
}

/* The file of that name; empty when there is none, or there are several. */
static enum ft_status unpack_named(struct ft_span *out, struct ft_arena *arena,
                                   const struct ft_archive *archive, const char *base,
                                   struct ft_error *err) {
  const int file = ft_archive_find(archive, base);
  *out = (struct ft_span){ "", 0 };
  if (file < 0) return FT_OK;
  return ft_archive_unpack(out, arena, archive, (uint32_t)file, FT_IMPORT_MAX_BYTES, err);
}

static enum ft_status read_linear_learner(struct ft_import *out, struct ft_arena *arena,
                                          const struct ft_archive *archive, struct ft_error *err) {
  struct ft_span symbol, parameters, additional;
  FT_TRY(unpack_named(&symbol, arena, archive, LINEAR_SYMBOL, err));
  FT_TRY(unpack_named(&parameters, arena, archive, "mx-mod-0000.params", err));
  FT_TRY(unpack_named(&additional, arena, archive, "additional-params.json", err));
  return ft_linear_learner_read(out, arena, symbol, parameters, additional, err);
}

static enum ft_status read_archive(struct ft_import *out, struct ft_arena *arena,
                                   const struct ft_archive *archive, struct ft_error *err) {
  struct choice choice = { .rank = NONE };
  const struct kind *kind = kind_of(archive);
  if (kind) {
    ft_fail(err, FT_UNSUPPORTED, "the file is %s, which is not read", kind->what);
    return ft_fail_hint(err, "%s", kind->advice);
  }
  if (ft_archive_has(archive, LINEAR_SYMBOL)) return read_linear_learner(out, arena, archive, err);
  FT_TRY(choose(&choice, arena, archive, err));
  if (choice.files != 1 && choice.rank != FOLDS) return fail_choice(&choice, err);
  if (choice.files == 1)
    FT_TRY(read_file(out, arena, &choice, 0, err));
  else
    FT_TRY(read_folds(out, arena, &choice, err));
  return note_others(out, arena, &choice, err);
}

static enum ft_status enter(struct ft_import *out, struct ft_error *err) {
  if (out->nested == MAX_NESTED)
    return ft_fail(err, FT_UNSUPPORTED, "the archive holds another archive, and that one more");
  out->nested++;
  return FT_OK;
}

enum ft_status ft_archived_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) {
  struct ft_archive archive;
  FT_TRY(enter(out, err));
  FT_TRY(ft_archive_list(&archive, arena, bytes, err));
  if (bytes.data[0] != 'P' && !archive.single) out->from_archive = true; /* no zip */
  return read_archive(out, arena, &archive, err);
}

enum ft_status ft_archived_read_compressed(struct ft_import *out, struct ft_arena *arena,
                                           struct ft_span bytes, struct ft_error *err) {
  struct ft_span unpacked;
  FT_TRY(enter(out, err));
  FT_TRY(ft_compressed_unpack(&unpacked, arena, bytes, FT_IMPORT_MAX_BYTES, err));
  return ft_format_read(out, arena, unpacked, err);
}
