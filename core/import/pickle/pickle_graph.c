#include "core/import/pickle/pickle_graph.h"

#include <string.h>

#define WHAT       "the pickle"
#define FREE_BYTES ((size_t)1 << 16) /* that may be decoded whatever the file's size */

enum ft_status ft_pickle_take(struct ft_span *out, struct ft_pickle_reading *reading, uint64_t size,
                              struct ft_error *err) {
  if (size > reading->file.size - reading->at) return ft_pickle_fail(err, "it is cut short");
  *out = (struct ft_span){ reading->file.data + reading->at, (size_t)size };
  reading->at += (size_t)size;
  return FT_OK;
}

enum ft_status ft_pickle_new(struct ft_pickle **out, struct ft_pickle_reading *reading,
                             enum ft_pickle_kind kind, struct ft_error *err) {
  struct ft_pickle *node = FT_ARENA_NEW(reading->arena, struct ft_pickle, 1);
  if (!node) return ft_arena_fail(err, WHAT);
  node->kind = kind;
  *out = node;
  if (kind != FT_PICKLE_OBJECT) return FT_OK;
  node->of.object = FT_ARENA_NEW(reading->arena, struct ft_pickle_object, 1);
  return node->of.object ? FT_OK : ft_arena_fail(err, WHAT);
}

enum ft_status ft_pickle_new_text(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                  enum ft_pickle_kind kind, struct ft_span text,
                                  struct ft_error *err) {
  FT_TRY(ft_pickle_new(out, reading, kind, err));
  (*out)->of.text = text;
  return FT_OK;
}

/* Twice the room. */
static enum ft_status grow(void **items, uint32_t *room, uint32_t count, size_t item_bytes,
                           struct ft_arena *arena, struct ft_error *err) {
  if (count < *room) return FT_OK;
  uint32_t more = count ? count * 2 : 2; /* opcodes are limited, so it does not overflow */
  void *larger = ft_arena_take(arena, more, item_bytes);
  if (!larger) return ft_arena_fail(err, WHAT);
  if (count) memcpy(larger, *items, count * item_bytes);
  *items = larger;
  *room = more;
  return FT_OK;
}

enum ft_status ft_pickle_list_add(struct ft_pickle_list *list, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *item, struct ft_error *err) {
  void *items = list->item;
  FT_TRY(grow(&items, &list->room, list->count, sizeof *list->item, reading->arena, err));
  list->item = items;
  list->item[list->count++] = item;
  return FT_OK;
}

enum ft_status ft_pickle_dict_set(struct ft_pickle_dict *dict, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *key, const struct ft_pickle *value,
                                  struct ft_error *err) {
  void *entries = dict->entry;
  FT_TRY(grow(&entries, &dict->room, dict->count, sizeof *dict->entry, reading->arena, err));
  dict->entry = entries;
  dict->entry[dict->count++] = (struct ft_pickle_entry){ key, value };
  return FT_OK;
}

enum ft_status ft_pickle_spend(struct ft_pickle_reading *reading, size_t opcodes,
                               struct ft_error *err) {
  if (opcodes > FT_PICKLE_MAX_OPCODES - reading->opcodes)
    return ft_fail(err, FT_LIMIT, "the pickle has more than %zu values", FT_PICKLE_MAX_OPCODES);
  reading->opcodes += opcodes;
  return FT_OK;
}

enum ft_status ft_pickle_room(char **out, struct ft_pickle_reading *reading, size_t size,
                              struct ft_error *err) {
  if (size > 4 * reading->file.size + FREE_BYTES - reading->copied)
    return ft_fail(err, FT_LIMIT, "the pickle has more text than its %zu bytes can hold",
                   reading->file.size);
  reading->copied += size;
  *out = FT_ARENA_NEW(reading->arena, char, size + 1);
  return *out ? FT_OK : ft_arena_fail(err, WHAT);
}
