#include "core/import/base/signature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/base/class_labels.h"

#define LONGEST_NAME 63                   /* bytes: what PostgreSQL takes */
#define ABOVE_HALF   0x1.0000000000001p-1 /* a probability of exactly 1/2 is label 0 */
/* The same where the probability is a sum of rounded leaves: as many votes for either of two classes
 * are label 0, although the sum is some millionths of a percent above. */
#define ABOVE_HALF_SUMS (0.5 + 0x1p-22)

static enum ft_status no_memory(struct ft_error *err) {
  return ft_arena_fail(err, "the model's signature");
}

static bool is_integer(enum ft_type type) {
  return type == FT_INT16 || type == FT_INT32 || type == FT_INT64;
}

bool ft_signature_wants_codes(const struct ft_import *import, uint32_t input) {
  if (input >= import->request->fields) return false;
  enum ft_type type = import->request->field[input].type;
  return is_integer(type) || type == FT_BOOL;
}

/* Are the codes passed, though the categories have values? */
static bool is_by_code(const struct ft_import *import, uint32_t index,
                       const struct ft_signature_input *input) {
  if (!input->category) return input->by_code;
  return !input->integers && ft_signature_wants_codes(import, index);
}

/* Are the file's names good for parameters? */
static bool names_serve(const struct ft_signature_input *input, uint32_t inputs) {
  for (uint32_t i = 0; i < inputs; i++) {
    struct ft_span name = input[i].name;
    if (!name.size || name.size > LONGEST_NAME || !ft_span_is_utf8(name) ||
        memchr(name.data, 0, name.size))
      return false;
    for (uint32_t j = 0; j < i; j++)
      if (ft_span_equal_nocase(name, input[j].name)) return false;
  }
  return true;
}

/* "age, plan, …" */
static void list_names(char *out, size_t size, const struct ft_signature_input *input,
                       uint32_t inputs) {
  size_t used = 0;
  out[0] = 0;
  for (uint32_t i = 0; i < inputs; i++) {
    int more =
        snprintf(out + used, size - used, "%s%.*s", i ? ", " : "", FT_SPAN_ARG(input[i].name));
    if (more < 0 || (size_t)more >= size - used - 4) {
      snprintf(out + used, size - used, "%s", " …");
      return;
    }
    used += (size_t)more;
  }
}

static enum ft_status check_count(const struct ft_import *import,
                                  const struct ft_signature_input *input, uint32_t inputs,
                                  bool named, struct ft_error *err) {
  uint32_t given = import->request->fields;
  if (inputs > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " inputs, and a function takes %d",
                   inputs, FT_MODEL_MAX_FIELDS);
  if (given == inputs) return FT_OK;
  ft_fail(err, FT_INVALID,
          "the model has %" PRIu32 " input%s where FUNCTION gives %" PRIu32 " type%s", inputs,
          inputs == 1 ? "" : "s", given, given == 1 ? "" : "s");
  if (!named)
    return ft_fail_hint(err, "Write one type for each column it was trained on, in order.");
  char names[256];
  list_names(names, sizeof names, input, inputs);
  return ft_fail_hint(err, "Its inputs are: %s.", names);
}

static enum ft_status fail_type(const struct ft_field *field, uint32_t index, const char *is,
                                const char *advice, struct ft_error *err) {
  ft_fail(err, FT_INVALID, "argument %" PRIu32 " (\"%s\") is %s, and %s cannot be that", index + 1,
          field->name, is, ft_type_sql(field->type));
  return ft_fail_hint(err, "%s", advice);
}

/* May the field have that type? */
static enum ft_status check_type(const struct ft_import *import, uint32_t index,
                                 const struct ft_signature_input *input, struct ft_error *err) {
  const struct ft_field *field = &import->model.field[index];
  if (input->hashed)
    return ft_encoder_fits(FT_ENCODE_CITY, FT_PART_DAYS, field->type)
               ? FT_OK
               : fail_type(field, index, "a category",
                           "Use VARCHAR, or INTEGER or BIGINT where it was trained on integers.",
                           err);
  if (!input->coded)
    return ft_encoder_fits(FT_ENCODE_NUMBER, FT_PART_DAYS, field->type)
               ? FT_OK
               : fail_type(field, index, "a number", "Give it a type of numbers.", err);
  bool whole = is_integer(field->type) || field->type == FT_BOOL;
  bool texts = input->category && !input->integers;
  if (texts)
    return field->type == FT_TEXT || is_by_code(import, index, input)
               ? FT_OK
               : fail_type(field, index, "a category whose values are texts",
                           "Use VARCHAR, or INTEGER for the codes.", err);
  if (input->category)
    return whole ? FT_OK
                 : fail_type(field, index, "a category whose values are integers",
                             "Use INTEGER or BIGINT.", err);
  return whole ? FT_OK
               : fail_type(field, index, "a category that the file knows by its codes alone",
                           "Use INTEGER and pass the codes 0, 1, … that it was trained with.", err);
}

struct coded {
  struct ft_hash128 hash;
  uint32_t code; /* the file's */
};

static int compare_coded(const void *left, const void *right) {
  const struct coded *a = left, *b = right;
  return ft_hash128_compare(a->hash, b->hash);
}

/* Hash a code's value as its encoder will. */
static struct ft_hash128 hash_code(const struct ft_hash_key *key,
                                   const struct ft_signature_input *input, bool by_code,
                                   uint32_t code) {
  int64_t number = code;
  if (!input->category || by_code) return ft_category_hash(key, FT_INT64, &number);
  return ft_category_hash(key, FT_TEXT, &input->category[code]);
}

/* The encoder's list, in order, and our code of each of the file's. */
static enum ft_status list_categories(struct ft_encoder *encoder, uint32_t *code,
                                      struct ft_arena *arena, const struct ft_hash_key *key,
                                      const struct ft_signature_input *input, bool by_code,
                                      struct ft_error *err) {
  struct coded *sorted = FT_ARENA_NEW(arena, struct coded, input->codes);
  struct ft_hash128 *category = FT_ARENA_NEW(arena, struct ft_hash128, input->codes);
  uint32_t used = 0;
  if (!sorted || !category) return no_memory(err);
  for (uint32_t c = 0; c < input->codes; c++)
    if (input->used[c]) sorted[used++] = (struct coded){ hash_code(key, input, by_code, c), c };
  if (used > FT_MODEL_MAX_CATEGORIES)
    return ft_fail(err, FT_LIMIT,
                   "the model tells %" PRIu32
                   " categories of one input apart, and at most %d can be",
                   used, FT_MODEL_MAX_CATEGORIES);
  qsort(sorted, used, sizeof *sorted, compare_coded);
  for (uint32_t i = 0; i < used; i++) {
    if (i && ft_hash128_compare(sorted[i - 1].hash, sorted[i].hash) == 0)
      return ft_fail(err, FT_CORRUPT, "the file has a category twice");
    category[i] = sorted[i].hash;
    code[sorted[i].code] = i + 1;
  }
  encoder->categories = used;
  encoder->category = category;
  return FT_OK;
}

static enum ft_status make_encoder(struct ft_import *import, struct ft_encoder *out, uint32_t *code,
                                   struct ft_arena *arena, uint32_t index,
                                   const struct ft_signature_input *input, struct ft_error *err) {
  *out = (struct ft_encoder){ .kind = FT_ENCODE_NUMBER, .field = index };
  FT_TRY(check_type(import, index, input, err));
  if (input->hashed) out->kind = FT_ENCODE_CITY;
  if (!input->coded) return FT_OK;
  out->kind = FT_ENCODE_CATEGORY;
  struct ft_hash_key key = ft_category_key(&import->model.category_key, index);
  return list_categories(out, code, arena, &key, input, is_by_code(import, index, input), err);
}

static enum ft_status make_fields(struct ft_import *import, struct ft_arena *arena,
                                  const struct ft_signature_input *input, uint32_t inputs,
                                  struct ft_error *err) {
  bool named = names_serve(input, inputs);
  FT_TRY(check_count(import, input, inputs, named, err));
  struct ft_field *field = FT_ARENA_NEW(arena, struct ft_field, inputs);
  if (!field) return no_memory(err);
  for (uint32_t i = 0; i < inputs; i++) {
    field[i] = import->request->field[i];
    field[i].name =
        named ? ft_arena_text(arena, input[i].name) : ft_arena_print(arena, "x%" PRIu32, i + 1);
    if (!field[i].name) return no_memory(err);
  }
  import->model.fields = inputs;
  import->model.field = field;
  return FT_OK;
}

/* Say which categories of texts the caller passes by their codes. */
static enum ft_status tell_of_codes(struct ft_import *import, struct ft_arena *arena,
                                    const struct ft_signature_input *input, uint32_t inputs,
                                    struct ft_error *err) {
  uint32_t count = 0, first = 0;
  for (uint32_t i = 0; i < inputs; i++)
    if (is_by_code(import, i, &input[i]) && count++ == 0) first = i;
  if (count == 0) return FT_OK;
  const char *name = import->model.field[first].name;
  if (count == 1)
    return ft_import_notice(import, arena, err,
                            "column \"%s\" holds texts in the file, but FUNCTION gives it an "
                            "integer type: pass the codes 0, 1, … of the training",
                            name);
  return ft_import_notice(
      import, arena, err,
      "\"%s\" and %" PRIu32 " more columns hold texts in the file, but "
      "FUNCTION gives them integer types: pass the codes 0, 1, … of the training",
      name, count - 1);
}

enum ft_status ft_signature_inputs(struct ft_import *import, struct ft_signature_codes *codes,
                                   struct ft_arena *arena, const struct ft_signature_input *input,
                                   uint32_t inputs, struct ft_error *err) {
  FT_TRY(make_fields(import, arena, input, inputs, err));
  size_t count = 0;
  for (uint32_t i = 0; i < inputs; i++)
    count += input[i].codes;
  if (count > UINT32_MAX) return ft_fail(err, FT_LIMIT, "the model has too many categories");
  uint32_t *first = FT_ARENA_NEW(arena, uint32_t, inputs);
  uint32_t *code = FT_ARENA_NEW(arena, uint32_t, count);
  struct ft_encoder *encoder = FT_ARENA_NEW(arena, struct ft_encoder, inputs);
  if (!first || !code || !encoder) return no_memory(err);
  uint32_t at = 0;
  for (uint32_t i = 0; i < inputs; i++) {
    first[i] = at;
    FT_TRY(make_encoder(import, &encoder[i], code + at, arena, i, &input[i], err));
    at += input[i].codes;
  }
  import->model.features = inputs;
  import->model.encoder = encoder;
  *codes = (struct ft_signature_codes){ first, code };
  return tell_of_codes(import, arena, input, inputs, err);
}

/* A number, where a class was asked for, or the other way round. */
static enum ft_status check_answer(enum ft_type type, bool value,
                                   const struct ft_signature_answer *answer, struct ft_error *err) {
  if (!value && answer->classes == 0) {
    ft_fail(err, FT_INVALID, "the model predicts a number, and RETURNS %s asks for a class",
            ft_type_sql(type));
    return ft_fail_hint(err, "Write RETURNS DOUBLE PRECISION.");
  }
  if (value && answer->classes > 2 && !answer->hard) {
    ft_fail(err, FT_INVALID,
            "the model predicts %" PRIu32 " probabilities, and RETURNS %s asks for one number",
            answer->classes, ft_type_sql(type));
    return ft_fail_hint(err, "Write RETURNS INTEGER or VARCHAR: the class; the probabilities are "
                             "given by the functions that come with it.");
  }
  return FT_OK;
}

/* The labels of what holds the model, where the model has none. */
static enum ft_status add_labels(struct ft_signature_answer *answer, const struct ft_import *import,
                                 struct ft_error *err) {
  const struct ft_import_wrapper *wrapper = import->wrapper;
  if (!wrapper || !wrapper->labels || answer->label || !answer->classes) return FT_OK;
  if (wrapper->labels != answer->classes)
    return ft_fail(err, FT_CORRUPT,
                   "the pickle has %" PRIu32 " labels for a model of %" PRIu32 " classes",
                   wrapper->labels, answer->classes);
  answer->label = wrapper->label;
  return FT_OK;
}

static enum ft_status set_answer(struct ft_import *import, struct ft_arena *arena,
                                 const struct ft_signature_answer *answer, struct ft_error *err) {
  struct ft_model *model = &import->model;
  enum ft_type type = import->request->target.type;
  bool value = type == FT_FLOAT32 || type == FT_FLOAT64 || type == FT_DECIMAL;
  if (!value && type != FT_TEXT && type != FT_BOOL && !is_integer(type)) {
    ft_fail(err, FT_INVALID, "no model returns %s", ft_type_sql(type));
    return ft_fail_hint(err, "Write RETURNS DOUBLE PRECISION for a number, INTEGER, BOOLEAN or "
                             "VARCHAR for a class.");
  }
  FT_TRY(check_answer(type, value, answer, err));
  model->target = import->request->target;
  model->link = answer->link;
  model->outputs = answer->classes > 2 || answer->link == FT_LINK_SOFTMAX ? answer->classes : 1;
  model->threshold = answer->link == FT_LINK_IDENTITY ? ABOVE_HALF_SUMS : ABOVE_HALF;
  if (answer->classes == 0 || (value && !answer->hard)) {
    model->problem = FT_REGRESSION;
    return ft_class_labels_refuse(import, answer->classes, err);
  }
  model->problem = model->outputs == 1 ? FT_BINARY : FT_MULTICLASS;
  return ft_class_labels_make(import, arena, answer->label, answer->classes, err);
}

enum ft_status ft_signature_answer(struct ft_import *import, struct ft_arena *arena,
                                   const struct ft_signature_answer *answer, struct ft_error *err) {
  struct ft_signature_answer labelled = *answer;
  FT_TRY(add_labels(&labelled, import, err));
  return set_answer(import, arena, &labelled, err);
}
