#include "core/import/sklearn/skops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/archive/archive.h"
#include "core/import/document/decimal.h"
#include "core/import/document/document.h"
#include "core/import/sklearn/npy.h"

#define SCHEMA    "schema.json"
#define MAX_NODES (1U << 24)

/* A file of the archive. */
struct entry {
  struct ft_span name;
  struct ft_span bytes;
};

struct skops {
  struct ft_arena *arena;
  uint32_t entries;
  struct entry *entry; /* in the order of their names */
  uint32_t nodes;      /* made so far */
};

bool ft_skops_fits(struct ft_span bytes) {
  return bytes.size > 4 && memcmp(bytes.data, "PK\x03\x04", 4) == 0 &&
         ft_span_find(bytes, FT_SPAN(SCHEMA)) != NULL;
}

static enum ft_status fail_skops(struct ft_error *err, const char *what) {
  ft_fail(err, FT_CORRUPT, "the skops file cannot be read: %s", what);
  return FT_CORRUPT;
}

static int compare_entries(const void *left, const void *right) {
  return ft_span_compare(((const struct entry *)left)->name, ((const struct entry *)right)->name);
}

static enum ft_status unpack(struct skops *skops, struct ft_span bytes, struct ft_error *err) {
  struct ft_archive archive;
  FT_TRY(ft_archive_list(&archive, skops->arena, bytes, err));
  struct ft_span *content = FT_ARENA_NEW(skops->arena, struct ft_span, archive.files);
  skops->entry = FT_ARENA_NEW(skops->arena, struct entry, archive.files);
  if (!content || !skops->entry) return ft_arena_fail(err, "the skops file");
  FT_TRY(ft_archive_unpack_all(content, skops->arena, &archive, err));
  for (uint32_t i = 0; i < archive.files; i++)
    skops->entry[i] = (struct entry){ ft_span_of(archive.file[i].name), content[i] };
  if (archive.files) qsort(skops->entry, archive.files, sizeof *skops->entry, compare_entries);
  skops->entries = archive.files;
  return FT_OK;
}

static bool find_entry(struct ft_span *out, const struct skops *skops, struct ft_span name) {
  const struct entry wanted = { .name = name };
  const struct entry *found = skops->entries ? bsearch(&wanted, skops->entry, skops->entries,
                                                       sizeof *skops->entry, compare_entries)
                                             : NULL;
  if (found) *out = found->bytes;
  return found != NULL;
}

static enum ft_status new_node(struct ft_pickle **out, struct skops *skops,
                               enum ft_pickle_kind kind, struct ft_error *err) {
  if (++skops->nodes > MAX_NODES)
    return ft_fail(err, FT_LIMIT, "the skops file has more than %u objects", MAX_NODES);
  *out = FT_ARENA_NEW(skops->arena, struct ft_pickle, 1);
  if (!*out) return ft_arena_fail(err, "the skops file");
  (*out)->kind = kind;
  return FT_OK;
}

static enum ft_status read_node(struct ft_pickle **out, struct skops *skops,
                                const struct ft_element *at, struct ft_error *err);

/* A number, a text, true, false or null, as JSON within JSON. */
static enum ft_status read_scalar(struct ft_pickle **out, struct skops *skops, struct ft_span text,
                                  struct ft_error *err) {
  double number;
  struct ft_element element;
  FT_TRY(new_node(out, skops, FT_PICKLE_NONE, err));
  if (text.size && text.data[0] == '"') {
    FT_TRY(ft_json_read(&element, skops->arena, text, err));
    (*out)->kind = FT_PICKLE_TEXT;
    (*out)->of.text = element.text;
  } else if (ft_span_equal(text, FT_SPAN("true")) || ft_span_equal(text, FT_SPAN("false"))) {
    (*out)->kind = FT_PICKLE_BOOL;
    (*out)->of.integer = text.data[0] == 't';
  } else if (ft_decimal_whole(&number, text)) {
    bool whole = fabs(number) < 9007199254740992.0 && !memchr(text.data, '.', text.size) &&
                 number == floor(number);
    (*out)->kind = whole ? FT_PICKLE_INTEGER : FT_PICKLE_REAL;
    if (whole)
      (*out)->of.integer = (int64_t)number;
    else
      (*out)->of.real = number;
  }
  return FT_OK;
}

static enum ft_status read_items(struct ft_pickle_list *out, struct skops *skops,
                                 const struct ft_element *list, struct ft_error *err) {
  size_t count = ft_element_count(list);
  if (count > MAX_NODES) return fail_skops(err, "a list is too long");
  out->item = FT_ARENA_NEW(skops->arena, const struct ft_pickle *, count);
  if (!out->item) return ft_arena_fail(err, "the skops file");
  for (size_t i = 0; i < count; i++) {
    struct ft_pickle *item;
    FT_TRY(read_node(&item, skops, ft_element_item(list, i), err));
    out->item[i] = item;
  }
  out->count = out->room = (uint32_t)count;
  return FT_OK;
}

static enum ft_status read_members(struct ft_pickle_dict *out, struct skops *skops,
                                   const struct ft_element *at, struct ft_error *err) {
  size_t count = at && at->kind == FT_ELEMENT_OBJECT ? at->count : 0;
  out->entry = FT_ARENA_NEW(skops->arena, struct ft_pickle_entry, count);
  if (!out->entry) return ft_arena_fail(err, "the skops file");
  for (size_t i = 0; i < count; i++) {
    struct ft_pickle *key, *value;
    FT_TRY(new_node(&key, skops, FT_PICKLE_TEXT, err));
    key->of.text = at->of.member[i].name;
    FT_TRY(read_node(&value, skops, &at->of.member[i].value, err));
    out->entry[i] = (struct ft_pickle_entry){ key, value };
  }
  out->count = out->room = (uint32_t)count;
  return FT_OK;
}

/* "module.Class" */
static enum ft_status read_name(struct ft_pickle **out, struct skops *skops,
                                const struct ft_element *at, struct ft_error *err) {
  struct ft_span module = ft_element_text(ft_element_get(at, "__module__"));
  struct ft_span name = ft_element_text(ft_element_get(at, "__class__"));
  FT_TRY(new_node(out, skops, FT_PICKLE_GLOBAL, err));
  if (module.size > 200 || name.size > 200) return fail_skops(err, "a name is too long");
  const char *text =
      ft_arena_print(skops->arena, "%.*s.%.*s", FT_SPAN_ARG(module), FT_SPAN_ARG(name));
  if (!text) return ft_arena_fail(err, "the skops file");
  (*out)->of.text = ft_span_of(text);
  return FT_OK;
}

/* An object: what it was made with, if it says so, and its attributes. */
static enum ft_status read_object(struct ft_pickle **out, struct skops *skops,
                                  const struct ft_element *at, struct ft_error *err) {
  const struct ft_element *state = ft_element_get(at, "content");
  const struct ft_element *args = ft_element_find(at, "__reduce__.args");
  struct ft_pickle *type, *part;
  FT_TRY(read_name(&type, skops, at, err));
  FT_TRY(new_node(out, skops, FT_PICKLE_OBJECT, err));
  struct ft_pickle_object *object = FT_ARENA_NEW(skops->arena, struct ft_pickle_object, 1);
  if (!object) return ft_arena_fail(err, "the skops file");
  (*out)->of.object = object;
  object->type = type;
  if (args) {
    FT_TRY(read_node(&part, skops, args, err));
    object->args = part;
  }
  if (!ft_element_get(state, "__loader__")) return FT_OK;
  FT_TRY(read_node(&part, skops, state, err));
  object->state = part;
  return FT_OK;
}

/* numpy's numbers are arrays of no dimension. */
static void unwrap(struct ft_pickle *node) {
  const struct ft_pickle_array *array = node->of.array;
  int64_t integer;
  if (array->dimensions || array->count != 1) return;
  if (ft_pickle_array_integer(&integer, array, 0)) {
    node->kind = array->dtype->kind == 'b' ? FT_PICKLE_BOOL : FT_PICKLE_INTEGER;
    node->of.integer = integer;
  } else if (array->dtype->kind == 'f') {
    node->kind = FT_PICKLE_REAL;
    node->of.real = ft_pickle_array_number(array, 0);
  }
}

/* The items of lists within a list, one behind the other. */
static enum ft_status flatten(struct ft_pickle_list *items, struct skops *skops,
                              struct ft_error *err) {
  size_t count = 0, at = 0;
  for (uint32_t i = 0; i < items->count; i++)
    count += ft_pickle_count(items->item[i]);
  if (count > MAX_NODES) return fail_skops(err, "an array is too long");
  const struct ft_pickle **item = FT_ARENA_NEW(skops->arena, const struct ft_pickle *, count);
  if (!item) return ft_arena_fail(err, "the skops file");
  for (uint32_t i = 0; i < items->count; i++)
    for (uint32_t j = 0; j < ft_pickle_count(items->item[i]); j++)
      item[at++] = ft_pickle_item(items->item[i], j);
  *items = (struct ft_pickle_list){ item, (uint32_t)count, (uint32_t)count };
  return FT_OK;
}

/* An array of objects is a list in the schema, or one of lists. */
static enum ft_status read_object_array(struct ft_pickle **out, struct skops *skops,
                                        const struct ft_element *at, struct ft_error *err) {
  struct ft_pickle_list items = { 0 };
  FT_TRY(read_items(&items, skops, ft_element_get(at, "content"), err));
  if (ft_element_count(ft_element_find(at, "shape.content")) == 2)
    FT_TRY(flatten(&items, skops, err));
  struct ft_pickle_array *array = FT_ARENA_NEW(skops->arena, struct ft_pickle_array, 1);
  struct ft_pickle_dtype *dtype = FT_ARENA_NEW(skops->arena, struct ft_pickle_dtype, 1);
  size_t *shape = FT_ARENA_NEW(skops->arena, size_t, 1);
  if (!array || !dtype || !shape) return ft_arena_fail(err, "the skops file");
  *dtype = (struct ft_pickle_dtype){ .kind = 'O', .size = 8 };
  *shape = items.count;
  *array = (struct ft_pickle_array){ .dtype = dtype,
                                     .dimensions = 1,
                                     .shape = shape,
                                     .count = items.count,
                                     .item = items.item };
  FT_TRY(new_node(out, skops, FT_PICKLE_ARRAY, err));
  (*out)->of.array = array;
  return FT_OK;
}

static enum ft_status read_array(struct ft_pickle **out, struct skops *skops,
                                 const struct ft_element *at, struct ft_error *err) {
  struct ft_span bytes;
  if (ft_span_equal(ft_element_text(ft_element_get(at, "type")), FT_SPAN("json")))
    return read_object_array(out, skops, at, err);
  if (!find_entry(&bytes, skops, ft_element_text(ft_element_get(at, "file"))))
    return fail_skops(err, "an array is not in it");
  if (++skops->nodes > MAX_NODES) return fail_skops(err, "it has too many arrays");
  FT_TRY(ft_npy_read(out, skops->arena, bytes, err));
  unwrap(*out);
  return FT_OK;
}

static enum ft_status read_list(struct ft_pickle **out, struct skops *skops,
                                const struct ft_element *at, enum ft_pickle_kind kind,
                                struct ft_error *err) {
  FT_TRY(new_node(out, skops, kind, err));
  return read_items(&(*out)->of.list, skops, ft_element_get(at, "content"), err);
}

/* An integer, a name or null. */
static enum ft_status read_end(struct ft_pickle **out, struct skops *skops,
                               const struct ft_element *at, struct ft_error *err) {
  FT_TRY(new_node(out, skops, FT_PICKLE_NONE, err));
  if (!at || at->kind == FT_ELEMENT_NULL) return FT_OK;
  if (at->kind == FT_ELEMENT_NUMBER && fabs(at->number) < 1e9 && at->number == trunc(at->number)) {
    (*out)->kind = FT_PICKLE_INTEGER;
    (*out)->of.integer = (int64_t)at->number;
    return FT_OK;
  }
  if (at->kind != FT_ELEMENT_TEXT) return fail_skops(err, "a slice");
  (*out)->kind = FT_PICKLE_TEXT;
  (*out)->of.text = ft_element_text(at);
  return FT_OK;
}

/* slice(start, stop, step), whose arguments are plain JSON. */
static enum ft_status read_slice(struct ft_pickle **out, struct skops *skops,
                                 const struct ft_element *at, struct ft_error *err) {
  static const char *const names[] = { "start", "stop", "step" };
  const struct ft_element *content = ft_element_get(at, "content");
  struct ft_pickle *args;
  FT_TRY(read_object(out, skops, at, err));
  FT_TRY(new_node(&args, skops, FT_PICKLE_TUPLE, err));
  const struct ft_pickle **item = FT_ARENA_NEW(skops->arena, const struct ft_pickle *, 3);
  if (!item) return ft_arena_fail(err, "the skops file");
  for (size_t i = 0; i < 3; i++) {
    struct ft_pickle *end;
    FT_TRY(read_end(&end, skops, ft_element_get(content, names[i]), err));
    item[i] = end;
  }
  args->of.list = (struct ft_pickle_list){ item, 3, 3 };
  (*out)->of.object->args = args;
  return FT_OK;
}

/* functools.partial(function, …): the function is its first argument, as in a pickle. */
static enum ft_status read_partial(struct ft_pickle **out, struct skops *skops,
                                   const struct ft_element *at, struct ft_error *err) {
  struct ft_pickle *args, *function;
  FT_TRY(read_object(out, skops, at, err));
  FT_TRY(read_node(&function, skops, ft_element_find(at, "content.func"), err));
  FT_TRY(new_node(&args, skops, FT_PICKLE_TUPLE, err));
  const struct ft_pickle **item = FT_ARENA_NEW(skops->arena, const struct ft_pickle *, 1);
  if (!item) return ft_arena_fail(err, "the skops file");
  item[0] = function;
  args->of.list = (struct ft_pickle_list){ item, 1, 1 };
  (*out)->of.object->args = args;
  return FT_OK;
}

static enum ft_status read_node(struct ft_pickle **out, struct skops *skops,
                                const struct ft_element *at, struct ft_error *err) {
  struct ft_span loader = ft_element_text(ft_element_get(at, "__loader__"));
  const struct ft_element *content = ft_element_get(at, "content");
  if (ft_span_equal(loader, FT_SPAN("JsonNode")))
    return read_scalar(out, skops, ft_element_text(content), err);
  if (ft_span_equal(loader, FT_SPAN("NdArrayNode"))) return read_array(out, skops, at, err);
  if (ft_span_equal(loader, FT_SPAN("ListNode")))
    return read_list(out, skops, at, FT_PICKLE_LIST, err);
  if (ft_span_equal(loader, FT_SPAN("TupleNode")))
    return read_list(out, skops, at, FT_PICKLE_TUPLE, err);
  if (ft_span_equal(loader, FT_SPAN("SetNode")))
    return read_list(out, skops, at, FT_PICKLE_SET, err);
  if (ft_span_equal(loader, FT_SPAN("TypeNode")) || ft_span_equal(loader, FT_SPAN("FunctionNode")))
    return read_name(out, skops, at, err);
  if (ft_span_equal(loader, FT_SPAN("PartialNode"))) return read_partial(out, skops, at, err);
  if (ft_span_equal(loader, FT_SPAN("SliceNode"))) return read_slice(out, skops, at, err);
  if (ft_span_equal(loader, FT_SPAN("DefaultDictNode")))
    return read_node(out, skops, ft_element_get(content, "main"), err);
  if (!ft_span_equal(loader, FT_SPAN("DictNode"))) return read_object(out, skops, at, err);
  FT_TRY(new_node(out, skops, FT_PICKLE_DICT, err));
  return read_members(&(*out)->of.dict, skops, content, err);
}

enum ft_status ft_skops_read(const struct ft_pickle **out, struct ft_arena *arena,
                             struct ft_span bytes, struct ft_error *err) {
  struct skops skops = { .arena = arena };
  struct ft_span schema;
  struct ft_element document;
  struct ft_pickle *root;
  FT_TRY(unpack(&skops, bytes, err));
  if (!find_entry(&schema, &skops, FT_SPAN(SCHEMA)))
    return fail_skops(err, "there is no " SCHEMA " in it");
  FT_TRY(ft_json_read(&document, arena, schema, err));
  FT_TRY(read_node(&root, &skops, &document, err));
  *out = root;
  return FT_OK;
}
