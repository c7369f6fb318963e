#include "core/import/unread.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TORCH "Export it where it was trained: torch.onnx.export(model, example, \"model.onnx\")."
#define KERAS \
  "Convert it: tf2onnx.convert.from_keras(keras.models.load_model(\"model.h5\"), output_path=\"model.onnx\")."
#define UNPACK "Unpack it first, or pack it by gzip, xz, tar or zip."
#define DATA \
  "It holds rows. To train on them: CREATE MODEL … FROM table TARGET column FUNCTION name."
#define DOWNLOAD \
  "Download the file itself: of GitHub by its raw link, of a store by its own client."
#define R_SAVE                                                                                           \
  "Save the model by its own function: xgb.save(model, \"model.ubj\"), lgb.save(model, \"model.txt\"), " \
  "catboost.save_model."
#define LIGHTGBM "Save the model itself: booster.save_model(\"model.txt\")."
#define LANGUAGE "Foretell runs models of tables of columns, not of language."

struct magic {
  const char *bytes;
  size_t size;
  size_t at; /* offset */
  struct ft_unread unread;
};
#define MAGIC(bytes, at, what, advice) \
  {                                    \
    bytes, sizeof(bytes) - 1, at, {    \
      what, advice                     \
    }                                  \
  }

static const struct magic magics[] = {
  MAGIC("version https://git-lfs", 0, "a Git LFS pointer in place of the model",
        "Fetch the model itself with: git lfs pull."),
  MAGIC("/annex/objects/", 0, "a git-annex pointer in place of the model",
        "Fetch the model itself with: git annex get."),
  MAGIC("\x89HDF\r\n\x1a\n", 0, "a Keras model in HDF5", KERAS),
  MAGIC("GGUF", 0, "a language model (GGUF)", LANGUAGE),
  MAGIC("TFL3", 4, "a TensorFlow Lite model",
        "Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx."),
  MAGIC("PAR1", 0, "a Parquet file", DATA),
  MAGIC("ARROW1", 0, "an Arrow file", DATA),
  MAGIC("ORC", 0, "an ORC file", DATA),
  MAGIC("Obj\x01", 0, "an Avro file", DATA),
  MAGIC("\x93NUMPY", 0, "a numpy array", DATA),
  MAGIC("SQLite format 3", 0, "an SQLite database", DATA),
  MAGIC("DUCK", 8, "a DuckDB database", DATA),
  MAGIC("______LightGBM_Binary_File_Token______", 0, "a data set of LightGBM's",
        "Save the model with Booster.save_model(\"model.txt\")."),
  MAGIC("\x01\xab\xff\xff", 0, "a DMatrix of XGBoost's",
        "Save the model with Booster.save_model(\"model.ubj\")."),
  MAGIC("X\n\0\0\0", 0, "an R object (saveRDS)", R_SAVE),
  MAGIC("A\n2\n", 0, "an R object (saveRDS)", R_SAVE),
  MAGIC("A\n3\n", 0, "an R object (saveRDS)", R_SAVE),
  MAGIC("RDX2\n", 0, "objects of R (save)", R_SAVE),
  MAGIC("RDX3\n", 0, "objects of R (save)", R_SAVE),
  MAGIC(
      "\xac\xed\0\x05", 0, "an object of Java",
      "Save the model by its library's own function: of XGBoost saveModel(\"model.ubj\"), of LightGBM "
      "saveNativeModel."),
  MAGIC("\x7f"
        "ELF",
        0, "a program or library, as treelite compiles models",
        "Give the model that it was compiled from."),
  MAGIC("\x28\xb5\x2f\xfd", 0, "compressed by zstd", UNPACK),
  MAGIC("7z\xbc\xaf\x27\x1c", 0, "a 7z archive", UNPACK),
  MAGIC("Rar!", 0, "a rar archive", UNPACK),
  MAGIC("%PDF-", 0, "a PDF document", DOWNLOAD),
  MAGIC("\x89PNG", 0, "a picture", DOWNLOAD),
  MAGIC("\xd0\xcf\x11\xe0", 0, "an Office document", DATA),
};

/* JSON, told by its first key; none of them is one of a model's. */
struct key {
  const char *first;
  const char *with; /* a word further on; NULL: none */
  struct ft_unread unread;
};

static const struct key keys[] = {
  { "meta",
    "\"test_sets\"",
    { "CatBoost's log of a training", "Save the model with model.save_model(\"model.cbm\")." } },
  { "class",
    "org.apache.spark.ml",
    { "the description of a Spark model",
      "Convert the model: onnxmltools.convert_sparkml(model, …); of XGBoost's or LightGBM's on Spark save "
      "the booster: nativeBooster.saveModel, saveNativeModel." } },
  { "class_name", NULL, { "a Keras model's architecture, without its weights", KERAS } },
  { "module", "keras", { "a Keras model's architecture, without its weights", KERAS } },
  { "format",
    "layers-model",
    { "a TensorFlow.js model",
      "Convert it: python -m tf2onnx.convert --tfjs model.json --output model.onnx." } },
  { "cells", NULL, { "a notebook", "Save the model that it trains, and give that file." } },
  { "nodes",
    "\"arg_nodes\"",
    { "an MXNet graph, without its parameters",
      "Give the archive that it came in, model.tar.gz." } },
};

/* Texts by words that they begin with, capital letters or not. */
struct opening {
  const char *words;
  struct ft_unread unread;
};

static const struct opening openings[] = {
  { "<!doctype html", { "a page of HTML", DOWNLOAD } },
  { "<html", { "a page of HTML", DOWNLOAD } },
  { "import ", { "a Python program", "Save the model that it trains, and give that file." } },
  { "from ", { "a Python program", "Save the model that it trains, and give that file." } },
  { "tree_index,node_depth,", { "a table of a LightGBM model's trees", LIGHTGBM } },
  { "#include \"gbdt.h\"",
    { "a LightGBM model as C++",
      "Give the text that it was made of: convert_model's input_model." } },
  { "#!/", { "a program", "Save the model that it trains, and give that file." } },
};

static bool has(struct ft_span bytes, size_t within, const char *word) {
  if (within > bytes.size) within = bytes.size;
  return ft_span_find((struct ft_span){ bytes.data, within }, ft_span_of(word)) != NULL;
}

/* Without a byte order mark and blanks. */
static struct ft_span text_of(struct ft_span bytes) {
  if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
    bytes = (struct ft_span){ bytes.data + 3, bytes.size - 3 };
  return ft_span_trim(bytes);
}

static bool opens(struct ft_span text, const char *words) {
  const size_t size = strlen(words);
  return text.size >= size &&
         ft_span_equal_nocase((struct ft_span){ text.data, size }, ft_span_of(words));
}

/* The first key of an object; empty when it is none. */
static struct ft_span first_key(struct ft_span text) {
  const struct ft_span none = { "", 0 };
  if (!text.size || text.data[0] != '{') return none;
  text = ft_span_trim((struct ft_span){ text.data + 1, text.size - 1 });
  if (!text.size || text.data[0] != '"') return none;
  const char *end = memchr(text.data + 1, '"', text.size - 1);
  return end ? (struct ft_span){ text.data + 1, (size_t)(end - text.data) - 1 } : none;
}

static const struct ft_unread *json_of(struct ft_span text) {
  struct ft_span first = first_key(text);
  for (size_t i = 0; first.size && i < sizeof keys / sizeof *keys; i++)
    if (ft_span_equal(first, ft_span_of(keys[i].first)) &&
        (!keys[i].with || has(text, 65536, keys[i].with)))
      return &keys[i].unread;
  return NULL;
}

/* A u64 of bytes, and then as many of a JSON object. */
static bool is_safetensors(struct ft_span bytes) {
  uint64_t size = 0;
  for (size_t i = 0; i < 8 && i < bytes.size; i++)
    size |= (uint64_t)(unsigned char)bytes.data[i] << (8 * i);
  return bytes.size > 10 && size >= 2 && size <= bytes.size - 8 && bytes.data[8] == '{' &&
         has((struct ft_span){ bytes.data + 8, size }, 65536, "\"dtype\"");
}

static const struct ft_unread *xml_of(struct ft_span text) {
  static const struct ft_unread pmml = {
    "a PMML document",
    "Save the model where it was trained: by the library's own save_model, or as ONNX (skl2onnx, onnxmltools)."
  };
  static const struct ft_unread refusal = { "an error message of a store", DOWNLOAD };
  if (!text.size || text.data[0] != '<') return NULL;
  if (has(text, 2048, "<PMML")) return &pmml;
  return has(text, 1024, "<Error>") && has(text, 1024, "<Code>") ? &refusal : NULL;
}

const struct ft_unread *ft_unread_certain(struct ft_span bytes) {
  static const struct ft_unread tensors = { "a file of tensors (safetensors)", TORCH };
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if (bytes.size >= magics[i].at + magics[i].size &&
        memcmp(bytes.data + magics[i].at, magics[i].bytes, magics[i].size) == 0)
      return &magics[i].unread;
  if (is_safetensors(bytes)) return &tensors;
  struct ft_span text = text_of(bytes);
  const struct ft_unread *unread = xml_of(text);
  for (size_t i = 0; !unread && i < sizeof openings / sizeof *openings; i++)
    if (opens(text, openings[i].words)) unread = &openings[i].unread;
  return unread ? unread : json_of(text);
}

static bool is_saved_model(struct ft_span bytes) {
  return has(bytes, 65536, "saved_model_main_op") || has(bytes, 65536, "saved_model_schema");
}

static struct ft_span line_of(struct ft_span *rest) {
  const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
  const size_t size = end ? (size_t)(end - rest->data) : rest->size;
  struct ft_span line = { rest->data, size };
  *rest = (struct ft_span){ rest->data + size + (end != NULL), rest->size - size - (end != NULL) };
  return ft_span_trim(line);
}

static size_t count_of(struct ft_span line, char byte) {
  size_t count = 0;
  for (size_t i = 0; i < line.size; i++)
    count += line.data[i] == byte;
  return count;
}

/* Two lines of as many fields, two at least. */
static bool is_table(struct ft_span text) {
  struct ft_span first = line_of(&text), second = line_of(&text);
  if (!second.size || !ft_span_is_utf8(first)) return false;
  for (const char *mark = ",;\t|"; *mark; mark++)
    if (count_of(first, *mark) && count_of(first, *mark) == count_of(second, *mark)) return true;
  return false;
}

/* "1 3:0.5 7:1" */
static bool is_libsvm(struct ft_span text) {
  struct ft_span line = line_of(&text);
  const size_t pairs = count_of(line, ':');
  for (size_t i = 0; i < line.size; i++)
    if (!memchr("+-0123456789.eE: ", line.data[i], 17)) return false;
  return pairs && pairs <= count_of(line, ' ');
}

const struct ft_unread *ft_unread_likely(struct ft_span bytes) {
  static const struct ft_unread saved = {
    "a TensorFlow SavedModel",
    "Convert it: python -m tf2onnx.convert --saved-model FOLDER --output model.onnx."
  };
  static const struct ft_unread mlflow = {
    "MLflow's description of a model (MLmodel)",
    "Give the model's file beside it, such as model.xgb, model.lgb, model.cb or model.onnx."
  };
  static const struct ft_unread list = { "a list in JSON",
                                         "Give the file that the library's own save_model wrote." };
  static const struct ft_unread trees = { "a list of a LightGBM model's trees", LIGHTGBM };
  static const struct ft_unread table = { "a table of rows", DATA };
  struct ft_span text = text_of(bytes);
  if (is_saved_model(bytes)) return &saved;
  if (has(text, 65536, "flavors:\n")) return &mlflow;
  if (opens(text, "[")) return has(text, 65536, "\"tree_structure\"") ? &trees : &list;
  return text.size && (is_table(text) || is_libsvm(text)) ? &table : NULL;
}
