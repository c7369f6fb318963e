#include "core/import/pickle/pickle.h"

#include <math.h>
#include <string.h>

static const struct ft_span no_text = { "", 0 };

static const struct ft_pickle *get_entry(const struct ft_pickle_dict *dict, struct ft_span name) {
  for (uint32_t i = dict->count; i-- > 0;) {
    const struct ft_pickle *key = dict->entry[i].key;
    if (key->kind == FT_PICKLE_TEXT && ft_span_equal(key->of.text, name))
      return dict->entry[i].value;
  }
  return NULL;
}

const struct ft_pickle_dict *ft_pickle_entries(const struct ft_pickle *at) {
  if (!at) return NULL;
  if (at->kind == FT_PICKLE_DICT) return &at->of.dict;
  return at->kind == FT_PICKLE_OBJECT ? &at->of.object->entries : NULL;
}

/* The state is a dict of attributes; with __slots__ a tuple of two. */
static const struct ft_pickle *get_attribute(const struct ft_pickle *state, struct ft_span name) {
  if (!state) return NULL;
  if (state->kind == FT_PICKLE_DICT) return get_entry(&state->of.dict, name);
  for (uint32_t i = 0; state->kind == FT_PICKLE_TUPLE && i < state->of.list.count; i++) {
    const struct ft_pickle *part = state->of.list.item[i];
    const struct ft_pickle *found =
        part->kind == FT_PICKLE_DICT ? get_entry(&part->of.dict, name) : NULL;
    if (found) return found;
  }
  return NULL;
}

const struct ft_pickle *ft_pickle_get(const struct ft_pickle *at, const char *name) {
  struct ft_span wanted = ft_span_of(name);
  if (!at) return NULL;
  if (at->kind == FT_PICKLE_DICT) return get_entry(&at->of.dict, wanted);
  if (at->kind != FT_PICKLE_OBJECT) return NULL;
  const struct ft_pickle *found = get_attribute(at->of.object->state, wanted);
  return found ? found : get_entry(&at->of.object->entries, wanted);
}

struct ft_span ft_pickle_class(const struct ft_pickle *at) {
  if (at && at->kind == FT_PICKLE_OBJECT) at = at->of.object->type;
  return at && at->kind == FT_PICKLE_GLOBAL ? at->of.text : no_text;
}

bool ft_pickle_is_none(const struct ft_pickle *at) {
  return !at || at->kind == FT_PICKLE_NONE;
}

struct ft_span ft_pickle_text(const struct ft_pickle *at) {
  return at && at->kind == FT_PICKLE_TEXT ? at->of.text : no_text;
}

struct ft_span ft_pickle_bytes(const struct ft_pickle *at) {
  return at && at->kind == FT_PICKLE_BYTES ? at->of.text : ft_pickle_text(at);
}

bool ft_pickle_integer(int64_t *out, const struct ft_pickle *at) {
  if (!at || (at->kind != FT_PICKLE_INTEGER && at->kind != FT_PICKLE_BOOL)) return false;
  *out = at->of.integer;
  return true;
}

double ft_pickle_real(const struct ft_pickle *at) {
  int64_t integer;
  if (ft_pickle_integer(&integer, at)) return (double)integer;
  return at && at->kind == FT_PICKLE_REAL ? at->of.real : NAN;
}

static const struct ft_pickle_list *list_of(const struct ft_pickle *at) {
  if (!at) return NULL;
  switch (at->kind) {
  case FT_PICKLE_TUPLE:
  case FT_PICKLE_LIST:
  case FT_PICKLE_SET: return &at->of.list;
  case FT_PICKLE_OBJECT: return &at->of.object->items;
  default: return NULL;
  }
}

uint32_t ft_pickle_count(const struct ft_pickle *at) {
  const struct ft_pickle_list *list = list_of(at);
  return list ? list->count : 0;
}

const struct ft_pickle *ft_pickle_item(const struct ft_pickle *at, uint32_t index) {
  const struct ft_pickle_list *list = list_of(at);
  return list && index < list->count ? list->item[index] : NULL;
}
