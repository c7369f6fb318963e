#include "core/import/base/class_labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct labelling {
  enum ft_type type; /* of the target */
  uint32_t classes;
  const struct ft_span *label;
  bool given; /* by the statement */
};

static bool read_whole(int64_t *out, struct ft_span text) {
  const bool negative = text.size && text.data[0] == '-';
  uint64_t value = 0, limit = (uint64_t)INT64_MAX + negative;
  if (text.size == (size_t)negative) return false;
  for (size_t i = negative; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    const uint64_t digit = (uint64_t)(text.data[i] - '0');
    if (value > (limit - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *out = (int64_t)(negative ? 0 - value : value);
  return true;
}

/* As PostgreSQL reads booleans; -1: it is none. */
static int truth_of(struct ft_span text) {
  static const char *const word[][6] = { { "false", "f", "no", "n", "off", "0" },
                                         { "true", "t", "yes", "y", "on", "1" } };
  for (int truth = 0; truth < 2; truth++)
    for (size_t i = 0; i < 6; i++)
      if (ft_span_equal_nocase(text, ft_span_of(word[truth][i]))) return truth;
  return -1;
}

static bool fits(enum ft_type type, struct ft_span label) {
  int64_t number;
  if (type == FT_TEXT) return true;
  if (!read_whole(&number, label)) return false;
  if (type == FT_INT16) return number >= INT16_MIN && number <= INT16_MAX;
  if (type == FT_INT32) return number >= INT32_MIN && number <= INT32_MAX;
  return true;
}

static enum ft_status fail_label(const struct labelling *of, uint32_t class, struct ft_error *err) {
  ft_fail(err, FT_INVALID, "the class \"%.*s\" is not %s", FT_SPAN_ARG(of->label[class]),
          of->type == FT_BOOL ? "a boolean" : "a number that RETURNS can hold");
  return ft_fail_hint(err, "Write RETURNS VARCHAR.");
}

static enum ft_status check_booleans(const struct labelling *of, struct ft_error *err) {
  int64_t number;
  if (of->classes != 2) {
    ft_fail(err, FT_INVALID, "the model has %" PRIu32 " classes, and BOOLEAN has two", of->classes);
    return ft_fail_hint(err, "Write RETURNS INTEGER or VARCHAR.");
  }
  for (uint32_t i = 0; of->label && i < 2; i++) {
    bool fine = of->given ? truth_of(of->label[i]) >= 0 : read_whole(&number, of->label[i]);
    if (!fine) return fail_label(of, i, err);
  }
  if (of->given && truth_of(of->label[0]) == truth_of(of->label[1]))
    return ft_fail(err, FT_INVALID, "LABELS has the same boolean twice");
  return FT_OK;
}

/* In the one way that its type writes it: 7 for 007. */
static const char *write_label(struct ft_arena *arena, const struct labelling *of, uint32_t class) {
  int64_t number;
  if (of->type == FT_BOOL)
    return (of->given ? truth_of(of->label[class]) == 1 : class == 1) ? "true" : "false";
  if (!of->label) return ft_arena_print(arena, "%" PRIu32, class);
  if (of->type != FT_TEXT && read_whole(&number, of->label[class]))
    return ft_arena_print(arena, "%" PRId64, number);
  return ft_arena_text(arena, of->label[class]);
}

static enum ft_status write_labels(struct ft_import *import, struct ft_arena *arena,
                                   const struct labelling *of, struct ft_error *err) {
  struct ft_span *label = FT_ARENA_NEW(arena, struct ft_span, of->classes);
  if (!label) return ft_arena_fail(err, "the model's labels");
  for (uint32_t i = 0; i < of->classes; i++) {
    const char *text = write_label(arena, of, i);
    if (!text) return ft_arena_fail(err, "the model's labels");
    label[i] = ft_span_of(text);
    for (uint32_t j = 0; of->given && j < i; j++)
      if (ft_span_equal(label[i], label[j]))
        return ft_fail(err, FT_INVALID, "LABELS has the label %s twice", text);
  }
  import->model.label = label;
  import->model.labels = of->classes;
  return FT_OK;
}

/* Are the file's labels its codes, 0, 1, …? */
static bool are_codes(const struct ft_span *own, uint32_t classes) {
  char code[16];
  for (uint32_t i = 0; own && i < classes; i++) {
    snprintf(code, sizeof code, "%" PRIu32, i);
    if (!ft_span_equal(own[i], ft_span_of(code))) return false;
  }
  return true;
}

/* The statement's labels, unless the file has others. */
static enum ft_status take_given(struct labelling *out, const struct ft_import_request *request,
                                 const struct ft_span *own, struct ft_error *err) {
  if (!request->labels) return FT_OK;
  if (request->labels != out->classes) {
    ft_fail(err, FT_INVALID, "the model has %" PRIu32 " classes, and LABELS gives %" PRIu32,
            out->classes, request->labels);
    return ft_fail_hint(err, "Give one label for each class, in the order of its codes.");
  }
  const bool codes = are_codes(own, out->classes);
  for (uint32_t i = 0; !codes && i < out->classes; i++) {
    if (ft_span_equal(own[i], request->label[i])) continue;
    ft_fail(err, FT_INVALID, "the file has labels of its own: class %" PRIu32 " is \"%.*s\"", i,
            FT_SPAN_ARG(own[i]));
    return ft_fail_hint(err, "Leave LABELS out.");
  }
  out->label = request->label;
  out->given = true;
  return FT_OK;
}

enum ft_status ft_class_labels_make(struct ft_import *import, struct ft_arena *arena,
                                    const struct ft_span *own, uint32_t classes,
                                    struct ft_error *err) {
  struct labelling of = { import->model.target.type, classes, own, false };
  if (classes > FT_MODEL_MAX_LABELS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " classes, and at most %d can be",
                   classes, FT_MODEL_MAX_LABELS);
  FT_TRY(take_given(&of, import->request, own, err));
  if (of.type == FT_BOOL) FT_TRY(check_booleans(&of, err));
  for (uint32_t i = 0; of.type != FT_BOOL && of.label && i < classes; i++)
    if (!fits(of.type, of.label[i])) return fail_label(&of, i, err);
  return write_labels(import, arena, &of, err);
}

enum ft_status ft_class_labels_refuse(const struct ft_import *import, uint32_t classes,
                                      struct ft_error *err) {
  if (!import->request->labels) return FT_OK;
  if (!classes) {
    ft_fail(err, FT_INVALID, "LABELS are of classes, and the model predicts a number");
    return ft_fail_hint(err, "Leave LABELS out.");
  }
  ft_fail(err, FT_INVALID, "LABELS are of classes, and RETURNS %s asks for a number",
          ft_type_sql(import->request->target.type));
  return ft_fail_hint(err, "Write RETURNS VARCHAR for the class.");
}
