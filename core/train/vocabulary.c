#include "core/train/vocabulary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/predict/word.h"

#define FIRST_SLOTS  1024
#define MAX_SLOTS    ((size_t)1 << 22) /* half of them different words; later ones are not counted */
#define MAX_TEXTS    ((size_t)200000)  /* looked at */
#define MIN_SHARE    0.002             /* of the rows */
#define SAMPLE_TEXTS ((size_t)2000)    /* show whether it is prose */

struct counted {
  struct ft_hash128 hash;
  uint32_t rows;
  uint32_t text; /* the last one that it was in, from 1; 0: the slot is empty */
};

struct counting {
  const struct ft_hash_key *key;
  struct counted *slot;
  size_t slots; /* a power of two */
  size_t used;
};

static struct counted *find(struct counted *slot, size_t slots, struct ft_hash128 hash) {
  assert(slots > 0 && (slots & (slots - 1)) == 0);
  size_t at = hash.word[0] & (slots - 1);
  /* Linear probing; at most half of the slots are used, so there is always an empty one. */
  while (slot[at].text && ft_hash128_compare(slot[at].hash, hash) != 0)
    at = (at + 1) & (slots - 1);
  return &slot[at];
}

static bool grow(struct counting *counting) {
  size_t slots = counting->slots ? counting->slots * 2 : FIRST_SLOTS;
  struct counted *slot = calloc(slots, sizeof *slot);
  if (!slot) return false;
  for (size_t i = 0; i < counting->slots; i++)
    if (counting->slot[i].text) *find(slot, slots, counting->slot[i].hash) = counting->slot[i];
  free(counting->slot);
  counting->slot = slot;
  counting->slots = slots;
  return true;
}

/* Each word of a text counts once. */
static bool count_text(struct counting *counting, const struct ft_weighted_text *text,
                       uint32_t number) {
  struct ft_word word;
  size_t at = 0;
  while (ft_word_next(&word, text->text, &at)) {
    bool full = counting->used >= counting->slots / 2;
    if (full && counting->slots < MAX_SLOTS && !grow(counting)) return false;
    full = counting->used >= counting->slots / 2;
    struct ft_hash128 hash = ft_hash_keyed(counting->key, ft_word_span(&word));
    struct counted *found = find(counting->slot, counting->slots, hash);
    /* A full table counts the words that it has, and takes no new ones: the first texts decide,
     * and their order does not depend on that of the rows. */
    if (found->text == number || (!found->text && full)) continue;
    counting->used += !found->text;
    found->hash = hash;
    found->text = number;
    found->rows += text->rows;
  }
  return true;
}

static double words_a_row(const struct ft_weighted_text *text, size_t texts) {
  double words = 0, rows = 0;
  struct ft_word word;
  for (size_t i = 0; i < texts; i++) {
    for (size_t at = 0; ft_word_next(&word, text[i].text, &at);)
      words += text[i].rows;
    rows += text[i].rows;
  }
  return rows > 0 ? words / rows : 0;
}

/* Rows of the rarer side: with the word, or without it. */
struct candidate {
  struct ft_hash128 hash;
  uint64_t rows;
};

static int compare_candidates(const void *a, const void *b) {
  const struct candidate *first = a, *second = b;
  if (first->rows != second->rows) return first->rows < second->rows ? 1 : -1;
  return ft_hash128_compare(first->hash, second->hash);
}

static int compare_hashes(const void *a, const void *b) {
  return ft_hash128_compare(*(const struct ft_hash128 *)a, *(const struct ft_hash128 *)b);
}

static enum ft_status choose(struct ft_vocabulary *out, struct ft_arena *arena,
                             const struct counting *counting, uint64_t rows, uint32_t max,
                             struct ft_error *err) {
  struct candidate *list = calloc(counting->used + 1, sizeof *list);
  struct ft_hash128 *word = FT_ARENA_NEW(arena, struct ft_hash128, max);
  if (!list || !word) {
    free(list);
    return ft_fail(err, FT_NOMEM, "out of memory for the words of a column");
  }
  double min = MIN_SHARE * (double)rows;
  if (min < FT_VOCABULARY_MIN_ROWS) min = FT_VOCABULARY_MIN_ROWS;
  size_t count = 0;
  for (size_t i = 0; i < counting->slots; i++) {
    const struct counted *slot = &counting->slot[i];
    /* A word of nearly all texts tells no more apart than one of hardly any. */
    uint64_t rarer = rows - slot->rows < slot->rows ? rows - slot->rows : slot->rows;
    if (slot->text && (double)rarer >= min) list[count++] = (struct candidate){ slot->hash, rarer };
  }
  if (count > 0) qsort(list, count, sizeof *list, compare_candidates);
  out->words = count < max ? (uint32_t)count : max;
  for (uint32_t i = 0; i < out->words; i++)
    word[i] = list[i].hash;
  if (out->words > 0) qsort(word, out->words, sizeof *word, compare_hashes);
  out->word = word;
  free(list);
  return FT_OK;
}

enum ft_status ft_vocabulary_make(struct ft_vocabulary *out, struct ft_arena *arena,
                                  const struct ft_hash_key *key,
                                  const struct ft_weighted_text *text, size_t texts, uint32_t max,
                                  struct ft_error *err) {
  struct ft_vocabulary made = { .words_a_row = words_a_row(
                                    text, texts < SAMPLE_TEXTS ? texts : SAMPLE_TEXTS) };
  struct counting counting = { .key = key };
  uint64_t rows = 0;
  bool counted = true;
  if (texts > MAX_TEXTS) texts = MAX_TEXTS;
  if (made.words_a_row < FT_VOCABULARY_PROSE) texts = 0;
  for (size_t i = 0; i < texts && counted; i++) {
    counted = count_text(&counting, &text[i], (uint32_t)i + 1);
    rows += text[i].rows;
  }
  enum ft_status status = counted
                              ? choose(&made, arena, &counting, rows, max, err)
                              : ft_fail(err, FT_NOMEM, "out of memory for the words of a column");
  free(counting.slot);
  if (status == FT_OK) *out = made;
  return status;
}
