#include "hosts/postgres/loaded.h"

#include <string.h>
#include <utils/hsearch.h>
#include <utils/memutils.h>

static HTAB *table;
static size_t bytes_held;
static uint64 uses;

static void make_table(void) {
  HASHCTL control = { .keysize = sizeof(struct ft_loaded_key),
                      .entrysize = sizeof(struct ft_loaded) };
  if (!table) table = hash_create("foretell plans", 16, &control, HASH_ELEM | HASH_BLOBS);
}

static void forget(struct ft_loaded *loaded) {
  ft_scratch_free(loaded->scratch);
  ft_plan_close(loaded->plan);
  bytes_held -= loaded->bytes;
  hash_search(table, &loaded->key, HASH_REMOVE, NULL);
}

static struct ft_loaded *find_oldest(void) {
  struct ft_loaded *oldest = NULL, *each;
  HASH_SEQ_STATUS scan;
  hash_seq_init(&scan, table);
  while ((each = hash_seq_search(&scan)))
    if (!each->holders && (!oldest || each->used < oldest->used)) oldest = each;
  return oldest;
}

static void make_room(size_t bytes) {
  while (bytes_held + bytes > FT_LOADED_BYTES) {
    struct ft_loaded *oldest = find_oldest();
    if (!oldest) return;
    forget(oldest);
  }
}

/* The bytes live no longer than the plan's making. */
static enum ft_status open_plan(struct ft_loaded *out, const struct ft_body *body,
                                struct ft_error *err) {
  struct ft_span bytes;
  MemoryContext scratch =
      AllocSetContextCreate(CurrentMemoryContext, "foretell artifact", ALLOCSET_DEFAULT_SIZES);
  MemoryContext before = MemoryContextSwitchTo(scratch);
  enum ft_status status = ft_artifact_fetch(&bytes, &out->key.place, body, err);
  if (status == FT_OK) status = ft_plan_open(&out->plan, bytes, err);
  if (status == FT_OK) out->bytes = bytes.size;
  MemoryContextSwitchTo(before);
  MemoryContextDelete(scratch);
  if (status == FT_OK) status = ft_scratch_make(&out->scratch, out->plan, err);
  if (status != FT_OK) {
    ft_plan_close(out->plan);
    out->plan = NULL;
  }
  return status;
}

static enum ft_status load(struct ft_loaded **out, const struct ft_loaded_key *key,
                           const struct ft_body *body, struct ft_error *err) {
  struct ft_loaded fresh = { .key = *key };
  FT_TRY(open_plan(&fresh, body, err));
  make_room(fresh.bytes);
  /* From here to the entry nothing may raise: the plan is not the memory contexts'. */
  struct ft_loaded *entry = NULL;
  PG_TRY();
  {
    bool found;
    entry = hash_search(table, key, HASH_ENTER, &found);
  }
  PG_CATCH();
  {
    ft_scratch_free(fresh.scratch);
    ft_plan_close(fresh.plan);
    PG_RE_THROW();
  }
  PG_END_TRY();
  *entry = fresh;
  bytes_held += fresh.bytes;
  *out = entry;
  return FT_OK;
}

static void let_go(void *data) {
  struct ft_loaded *loaded = data;
  loaded->holders--;
}

enum ft_status ft_loaded_hold(struct ft_loaded **out, MemoryContext holder,
                              const struct ft_place_of *place, const struct ft_body *body,
                              struct ft_error *err) {
  struct ft_loaded_key key;
  memset(&key, 0, sizeof key); /* it is hashed as bytes */
  key.place = *place;
  key.artifact = body->artifact;
  make_table();
  MemoryContextCallback *callback = MemoryContextAllocZero(holder, sizeof *callback);
  struct ft_loaded *loaded = hash_search(table, &key, HASH_FIND, NULL);
  if (!loaded) FT_TRY(load(&loaded, &key, body, err));
  loaded->used = ++uses;
  loaded->holders++;
  *callback = (MemoryContextCallback){ .func = let_go, .arg = loaded };
  MemoryContextRegisterResetCallback(holder, callback);
  *out = loaded;
  return FT_OK;
}
