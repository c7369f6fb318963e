#include "core/command/model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_BYTES ((size_t)1 << 20)

static enum ft_status fail_file(struct ft_error *err, const char *path, const char *why) {
  return ft_fail(err, FT_IO, "could not read the file \"%s\": %s", path, why);
}

static enum ft_status fail_open(struct ft_error *err, const char *path) {
  enum ft_status status = fail_file(err, path, strerror(errno));
  if (!strstr(path, "://")) return status;
  return ft_fail_hint(err, "It is a URL: download the file, and give its path.");
}

/* Files that programs which write folders keep the model in: MLflow, SageMaker. */
static const char *const model_names[] = {
  "model.xgb",    "model.ubj", "model.json",   "model.lgb",     "model.txt",
  "model.cb",     "model.cbm", "model.onnx",   "xgboost-model", "model.skops",
  "model.tar.gz", "model.pkl", "model.joblib",
};

/* A folder: the file in it that is the model's, when there is one. */
static enum ft_status fail_folder(struct ft_error *err, int descriptor, const char *path) {
  struct stat is;
  ft_fail(err, FT_IO, "could not read the file \"%s\": it is a folder", path);
  for (size_t i = 0; i < sizeof model_names / sizeof *model_names; i++)
    if (fstatat(descriptor, model_names[i], &is, 0) == 0 && S_ISREG(is.st_mode))
      return ft_fail_hint(err, "Give the model's file in it: FROM '%s/%s'.", path, model_names[i]);
  if (fstatat(descriptor, "saved_model.pb", &is, 0) == 0)
    return ft_fail_hint(err, "It is a TensorFlow SavedModel; convert it: python -m tf2onnx.convert "
                             "--saved-model FOLDER --output model.onnx.");
  if (fstatat(descriptor, "metadata", &is, 0) == 0 && fstatat(descriptor, "stages", &is, 0) == 0)
    return ft_fail_hint(
        err, "It is a Spark pipeline; convert it: onnxmltools.convert_sparkml(model, …).");
  return ft_fail_hint(err, "Give the model's file in it.");
}

static enum ft_status check_file(const struct ft_buffer *out, int descriptor, const char *path,
                                 struct ft_error *err) {
  struct stat is;
  if (fstat(descriptor, &is) != 0) return fail_file(err, path, strerror(errno));
  if (S_ISDIR(is.st_mode)) return fail_folder(err, descriptor, path);
  if (!S_ISREG(is.st_mode)) return fail_file(err, path, "it is no regular file");
  if (is.st_size < 0 || (uint64_t)is.st_size > out->maximum - out->size)
    return ft_fail(err, FT_LIMIT, "the file \"%s\" has %lld bytes, and at most %zu are read", path,
                   (long long)is.st_size, out->maximum);
  return FT_OK;
}

static enum ft_status read_all(struct ft_buffer *out, int descriptor, const char *path,
                               struct ft_error *err) {
  for (;;) {
    size_t before = out->size, room = out->maximum - before;
    size_t step = room < STEP_BYTES ? room : STEP_BYTES;
    void *place = ft_buffer_extend(out, step);
    FT_TRY(ft_buffer_check(out, "the file", err));
    ssize_t size = step ? read(descriptor, place, step) : 0;
    if (size < 0 && errno != EINTR) return fail_file(err, path, strerror(errno));
    out->size = before + (size > 0 ? (size_t)size : 0);
    if (size == 0) return FT_OK;
  }
}

enum ft_status ft_model_file_read(struct ft_buffer *out, const char *path, struct ft_error *err) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return fail_open(err, path);
  enum ft_status status = check_file(out, descriptor, path, err);
  if (status == FT_OK) status = read_all(out, descriptor, path, err);
  close(descriptor);
  return status;
}
