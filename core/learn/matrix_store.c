#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/matrix.h"
#include "foretell/hash.h"
#include "foretell/span.h"

#define MAX_KEPT      16
#define BYTES_A_VALUE 14 /* the value with its column, its bin by rows, its bin by columns */
#define BINNED_BYTES  4  /* the bins alone */

/* Invariants  `bytes` is 0 of a free place alone. A place that is lent is neither found nor dropped but by its
 *             borrower; its matrices are NULL while they are made. The store's `bytes` is the places' sum.
 *             All is guarded by the lock, but for the matrices that are lent. */
struct kept {
  struct ft_hash128 rows;
  const float *value; /* of the features */
  uint32_t bins;
  struct ft_matrix *train;
  struct ft_matrix *valid;
  size_t bytes;
  uint64_t used; /* the store's clock; the least goes first */
  bool lent;
};

struct ft_matrix_store {
  pthread_mutex_t lock;
  size_t limit;
  size_t bytes;
  uint64_t clock;
  struct kept kept[MAX_KEPT];
};

struct ft_matrix_store *ft_matrix_store_make(size_t bytes) {
  struct ft_matrix_store *store = calloc(1, sizeof *store);
  if (!store) return NULL;
  store->limit = bytes;
  pthread_mutex_init(&store->lock, NULL);
  return store;
}

static void drop(struct ft_matrix_store *store, struct kept *kept) {
  assert(!kept->lent || !kept->train);
  ft_matrix_free(kept->train);
  ft_matrix_free(kept->valid);
  store->bytes -= kept->bytes;
  *kept = (struct kept){ 0 };
}

void ft_matrix_store_free(struct ft_matrix_store *store) {
  if (!store) return;
  for (size_t i = 0; i < MAX_KEPT; i++)
    drop(store, &store->kept[i]);
  pthread_mutex_destroy(&store->lock);
  free(store);
}

static struct ft_hash128 hash_rows(const struct ft_matrix_rows *rows) {
  static const struct ft_hash_key key = { { 0 } };
  struct ft_span train = { (const char *)rows->train, rows->n_train * sizeof *rows->train };
  struct ft_span valid = { (const char *)rows->valid, rows->n_valid * sizeof *rows->valid };
  /* 128 bits of the rows' numbers stand for them: two lists of one hash are not to be expected. */
  struct ft_hash128 both[2] = { ft_hash_keyed(&key, train), ft_hash_keyed(&key, valid) };
  return ft_hash_keyed(&key, (struct ft_span){ (const char *)both, sizeof both });
}

static bool is_of(const struct kept *kept, const struct kept *wanted) {
  return kept->train && kept->value == wanted->value && kept->bins == wanted->bins &&
         ft_hash128_compare(kept->rows, wanted->rows) == 0;
}

static struct kept *find(struct ft_matrix_store *store, const struct kept *wanted) {
  for (size_t i = 0; i < MAX_KEPT; i++)
    if (!store->kept[i].lent && is_of(&store->kept[i], wanted)) return &store->kept[i];
  return NULL;
}

/* A place for `bytes` more, made by dropping what was used longest ago; NULL: there is none. */
static struct kept *make_place(struct ft_matrix_store *store, size_t bytes) {
  if (bytes > store->limit) return NULL;
  for (;;) {
    struct kept *empty = NULL, *oldest = NULL;
    for (size_t i = 0; i < MAX_KEPT; i++) {
      struct kept *one = &store->kept[i];
      if (one->bytes == 0)
        empty = one;
      else if (!one->lent && (!oldest || one->used < oldest->used))
        oldest = one;
    }
    /* Both a place and memory are needed; either may ask for the oldest to go. */
    if (empty && store->bytes + bytes <= store->limit) return empty;
    if (!oldest) return NULL;
    drop(store, oldest);
  }
}

static enum ft_status make(struct ft_matrices *out, const struct ft_features *features,
                           const struct ft_matrix_rows *rows, uint32_t threads,
                           struct ft_error *err) {
  struct ft_matrix *train = NULL, *valid = NULL;
  if (rows->n_train < FT_MATRIX_SHARED_ROWS)
    FT_TRY(ft_matrix_make(&train, features, rows->train, rows->n_train, threads, err));
  else
    FT_TRY(ft_matrix_make_binned(&train, features, rows->train, rows->n_train, rows->bins, threads,
                                 err));
  enum ft_status status = FT_OK;
  if (rows->n_valid > 0)
    status = ft_matrix_make(&valid, features, rows->valid, rows->n_valid, threads, err);
  if (status != FT_OK) {
    ft_matrix_free(train);
    return status;
  }
  out->train = train;
  out->valid = valid;
  return FT_OK;
}

static void lend(struct ft_matrices *out, struct ft_matrix_store *store, struct kept *kept) {
  kept->lent = true;
  kept->used = ++store->clock;
  *out = (struct ft_matrices){ kept->train, kept->valid, kept };
}

static size_t bytes_of(const struct ft_features *features, const struct ft_matrix_rows *rows) {
  size_t bytes = rows->n_train < FT_MATRIX_SHARED_ROWS ? BYTES_A_VALUE : BINNED_BYTES;
  return (rows->n_train * bytes + rows->n_valid * BYTES_A_VALUE) * features->features + 1;
}

/* Lent by the store, or a place in it that new ones may take; neither: nothing to keep. */
static struct kept *look_up(struct ft_matrices *out, struct ft_matrix_store *store,
                            const struct kept *wanted) {
  pthread_mutex_lock(&store->lock);
  struct kept *kept = find(store, wanted);
  if (kept) {
    lend(out, store, kept);
  } else if ((kept = make_place(store, wanted->bytes))) {
    /* Reserved while the lock is held, made after it: others are not kept waiting. */
    *kept = *wanted;
    kept->lent = true;
    store->bytes += kept->bytes;
  }
  pthread_mutex_unlock(&store->lock);
  return kept;
}

enum ft_status ft_matrices_borrow(struct ft_matrices *out, const struct ft_features *features,
                                  const struct ft_matrix_rows *rows, uint32_t threads,
                                  struct ft_error *err) {
  struct ft_matrix_store *store = features->store;
  *out = (struct ft_matrices){ 0 };
  /* columns of a fit's own go with it: nothing of them may be kept */
  if (!store || features->column) return make(out, features, rows, threads, err);
  struct kept wanted = { .rows = hash_rows(rows),
                         .value = features->value,
                         .bins = rows->bins,
                         .bytes = bytes_of(features, rows) };
  struct kept *kept = look_up(out, store, &wanted);
  if (out->train) return FT_OK;
  enum ft_status status = make(out, features, rows, threads, err);
  if (!kept) return status;
  pthread_mutex_lock(&store->lock);
  if (status == FT_OK) {
    kept->train = out->train;
    kept->valid = out->valid;
    lend(out, store, kept);
  } else {
    drop(store, kept);
  }
  pthread_mutex_unlock(&store->lock);
  return status;
}

void ft_matrices_return(struct ft_matrices *matrices, const struct ft_features *features) {
  struct kept *kept = matrices->kept;
  if (kept) {
    pthread_mutex_lock(&features->store->lock);
    assert(kept->lent);
    kept->lent = false;
    pthread_mutex_unlock(&features->store->lock);
  } else {
    ft_matrix_free(matrices->train);
    ft_matrix_free(matrices->valid);
  }
  *matrices = (struct ft_matrices){ 0 };
}
