/* What the parts of the pickle reader share: the place in the file, its limits, and new nodes. */
#ifndef FORETELL_IMPORT_PICKLE_GRAPH_H
#define FORETELL_IMPORT_PICKLE_GRAPH_H

#include "core/import/pickle/pickle.h"

#define FT_PICKLE_MAX_OPCODES ((size_t)1 << 24)
#define FT_PICKLE_MAX_NESTED  4 /* pickles within one: joblib's arrays of objects */

/* One file that is being read. */
struct ft_pickle_reading {
  struct ft_arena *arena;
  struct ft_span file;
  size_t at;      /* byte that comes next */
  size_t opcodes; /* so far, with what is counted as such */
  size_t copied;  /* bytes of texts that were decoded so far */
  uint32_t depth; /* of pickles within one another */
};

/* "the pickle cannot be read: …"; here, so that the compiler sees that it is never FT_OK. */
static inline enum ft_status ft_pickle_fail(struct ft_error *err, const char *what) {
  ft_fail(err, FT_CORRUPT, "the pickle cannot be read: %s", what);
  return FT_CORRUPT;
}

/* The next `size` bytes, or FT_CORRUPT when fewer are left. */
enum ft_status ft_pickle_take(struct ft_span *out, struct ft_pickle_reading *reading, uint64_t size,
                              struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_pickle_new(struct ft_pickle **out, struct ft_pickle_reading *reading,
                             enum ft_pickle_kind kind, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_new_text(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                  enum ft_pickle_kind kind, struct ft_span text,
                                  struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_list_add(struct ft_pickle_list *list, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *item, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_dict_set(struct ft_pickle_dict *dict, struct ft_pickle_reading *reading,
                                  const struct ft_pickle *key, const struct ft_pickle *value,
                                  struct ft_error *err) FT_MUST_CHECK;

/* Count opcodes, or what takes as much memory as they do.
 * Errors: FT_LIMIT */
enum ft_status ft_pickle_spend(struct ft_pickle_reading *reading, size_t opcodes,
                               struct ft_error *err) FT_MUST_CHECK;

/* Room for `size` bytes of a text that is decoded.
 * Errors: FT_LIMIT  more than any pickle of the file's size needs */
enum ft_status ft_pickle_room(char **out, struct ft_pickle_reading *reading, size_t size,
                              struct ft_error *err) FT_MUST_CHECK;

/* One whole pickle from where the reading is; what follows it stays. */
enum ft_status ft_pickle_run(struct ft_pickle **out, struct ft_pickle_reading *reading,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
