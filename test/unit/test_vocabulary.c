/* Which words of a text column become features. */
#include "core/train/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ft_hash_key key = { { 1, 2, 3 } };

static bool has_word(const struct ft_vocabulary *vocabulary, const char *word) {
  struct ft_hash128 hash = ft_hash_keyed(&key, ft_span_of(word));
  for (uint32_t i = 0; i < vocabulary->words; i++)
    if (ft_hash128_compare(vocabulary->word[i], hash) == 0) return true;
  return false;
}

static struct ft_vocabulary choose(struct ft_arena *arena, const struct ft_weighted_text *text,
                                   size_t texts, uint32_t max) {
  struct ft_vocabulary vocabulary;
  assert_int_equal(ft_vocabulary_make(&vocabulary, arena, &key, text, texts, max, NULL), FT_OK);
  for (uint32_t i = 1; i < vocabulary.words; i++)
    assert_true(ft_hash128_compare(vocabulary.word[i - 1], vocabulary.word[i]) < 0);
  return vocabulary;
}

enum { TEXTS = 400 };

/* "the" is in all texts, "refund" in half of them, "rare" in four, a number in one each. */
static struct ft_weighted_text *make_texts(void) {
  static char room[TEXTS][64];
  static struct ft_weighted_text text[TEXTS];
  for (size_t i = 0; i < TEXTS; i++) {
    snprintf(room[i], sizeof room[i], "The case no%zu, the customer wants %s %s", i,
             i % 2 ? "a Refund!" : "nothing", i % 100 == 0 ? "rare" : "");
    text[i] = (struct ft_weighted_text){ ft_span_of(room[i]), 1 };
  }
  return text;
}

static void words_are_chosen_by_the_rows_that_have_them(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_weighted_text *text = make_texts();
  struct ft_vocabulary all = choose(&arena, text, TEXTS, 100);
  assert_int_equal(all.words, 3); /* refund, a, nothing */
  assert_true(has_word(&all, "refund"));
  assert_true(has_word(&all, "nothing"));
  assert_false(has_word(&all, "the"));
  assert_false(has_word(&all, "rare"));
  assert_false(has_word(&all, "Refund"));
  struct ft_vocabulary one = choose(&arena, text, TEXTS, 1);
  assert_int_equal(one.words, 1);
  text[0].rows = 1000; /* "nothing", and so most rows */
  struct ft_vocabulary weighted = choose(&arena, text, TEXTS, 100);
  assert_true(has_word(&weighted, "customer") == false);
  assert_true(has_word(&weighted, "rare"));
  ft_arena_release(&arena);
}

static void the_order_of_the_texts_does_not_matter(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_weighted_text *text = make_texts(), reversed[TEXTS];
  for (size_t i = 0; i < TEXTS; i++)
    reversed[i] = text[TEXTS - 1 - i];
  struct ft_vocabulary a = choose(&arena, text, TEXTS, 2), b = choose(&arena, reversed, TEXTS, 2);
  assert_int_equal(a.words, b.words);
  assert_memory_equal(a.word, b.word, a.words * sizeof *a.word);
  ft_arena_release(&arena);
}

static void short_codes_are_no_prose(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_weighted_text text[200];
  char room[200][16];
  for (size_t i = 0; i < 200; i++) {
    snprintf(room[i], sizeof room[i], "gold %zu", i);
    text[i] = (struct ft_weighted_text){ ft_span_of(room[i]), 5 };
  }
  assert_int_equal(choose(&arena, text, 200, 100).words, 0);
  assert_int_equal(choose(&arena, text, 0, 100).words, 0);
  ft_arena_release(&arena);
}

static void many_different_words_are_counted_right(void **state) {
  (void)state;
  enum { MANY = 5000 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  char(*room)[64] = calloc(MANY, sizeof *room);
  struct ft_weighted_text *text = calloc(MANY, sizeof *text);
  for (size_t i = 0; i < MANY; i++) {
    snprintf(room[i], sizeof room[i], "w%zu x%zu y%zu k%zu", i, i * 7, i * 11, i % 50);
    text[i] = (struct ft_weighted_text){ ft_span_of(room[i]), 1 };
  }
  struct ft_vocabulary vocabulary = choose(&arena, text, MANY, 128);
  assert_int_equal(vocabulary.words, 50); /* k0 … k49, a hundred rows each */
  assert_true(has_word(&vocabulary, "k0"));
  assert_true(has_word(&vocabulary, "k49"));
  free(text);
  free(room);
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_are_chosen_by_the_rows_that_have_them),
    cmocka_unit_test(the_order_of_the_texts_does_not_matter),
    cmocka_unit_test(short_codes_are_no_prose),
    cmocka_unit_test(many_different_words_are_counted_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
