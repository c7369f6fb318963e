/* Pickles: the graph, all that can be asked of it, and the model that it holds. */
#include "test/fuzz/model_target.h"

#include "core/import/pickle/pickle.h"
#include "core/import/pickled.h"

#define MAX_LEVELS 8
#define MAX_ITEMS  64
#define MAX_LOOKS  10000

static struct ft_arena arena;
static int looks; /* left: shared nodes are met again and again */

static void look_at_array(const struct ft_pickle_array *array) {
  struct ft_error err;
  for (size_t i = 0; i < array->count && i < MAX_ITEMS; i++) {
    struct ft_span text;
    int64_t integer;
    (void)ft_pickle_array_number(array, array->count - 1 - i);
    (void)ft_pickle_array_integer(&integer, array, i);
    if (ft_pickle_array_text(&text, &arena, array, i, &err) == FT_OK && !ft_span_is_utf8(text))
      abort();
  }
}

static void look_at(const struct ft_pickle *at, int levels) {
  const struct ft_pickle_array *array = ft_pickle_array(at);
  const struct ft_pickle_dict *dict = ft_pickle_entries(at);
  if (!at || levels == 0 || looks-- <= 0) return;
  (void)ft_pickle_get(at, "handle");
  if (ft_span_is_utf8(ft_pickle_bytes(at)) && ft_pickle_class(at).size > 1000) abort();
  if (array) look_at_array(array);
  for (uint32_t f = 0; array && f < array->dtype->fields && f < MAX_ITEMS; f++) {
    struct ft_pickle_array view = *array;
    if (ft_pickle_array_field(&view, array, "left")) look_at_array(&view);
  }
  for (uint32_t i = 0; i < ft_pickle_count(at) && i < MAX_ITEMS; i++)
    look_at(ft_pickle_item(at, i), levels - 1);
  for (uint32_t i = 0; dict && i < dict->count && i < MAX_ITEMS; i++)
    look_at(dict->entry[i].value, levels - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct ft_pickle *value;
  struct ft_error err;
  looks = MAX_LOOKS;
  ft_arena_init(&arena, (size_t)1 << 28);
  if (ft_pickle_read(&value, &arena, (struct ft_span){ (const char *)data, size }, &err) == FT_OK)
    look_at(value, MAX_LEVELS);
  ft_arena_release(&arena);
  read_in_every_way(ft_pickled_read, data, size);
  return 0;
}
