/* SipHash against OpenSSL's (test/reference/siphash.sh), SHA-256 against FIPS 180-4's examples. */
#include "foretell/hash.h"

#include "foretell/city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ft_hash_key counting_key(void) {
  struct ft_hash_key key;
  for (uint8_t i = 0; i < sizeof key.byte; i++)
    key.byte[i] = i;
  return key;
}

static void hex_of(char out[33], struct ft_hash128 hash) {
  for (int i = 0; i < 16; i++)
    snprintf(out + 2 * i, 3, "%02x", (unsigned)(hash.word[i / 8] >> (i % 8 * 8) & 0xff));
}

static void keyed_hash_is_siphash(void **state) {
  (void)state;
  struct ft_hash_key key = counting_key();
  FILE *file = fopen("test/reference/siphash.csv", "r");
  assert_non_null(file);
  char line[128], text[33];
  unsigned lines = 0;
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    unsigned size = (unsigned)strtoul(line, NULL, 10);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    /* at an odd address, since values lie anywhere */
    for (unsigned i = 0; i < size; i++)
      bytes[1 + i] = (char)i;
    hex_of(text, ft_hash_keyed(&key, (struct ft_span){ bytes + 1, size }));
    assert_memory_equal(text, strchr(line, ',') + 1, 32);
    free(bytes);
    lines++;
  }
  fclose(file);
  assert_int_equal(lines, 81);
}

static void keyed_hash_depends_on_the_key(void **state) {
  (void)state;
  struct ft_hash_key a = counting_key();
  struct ft_hash128 hash = ft_hash_keyed(&a, FT_SPAN("gold"));
  for (int i = 0; i < 16; i++) {
    struct ft_hash_key b = a;
    b.byte[i] ^= 0x80;
    assert_int_not_equal(ft_hash128_compare(hash, ft_hash_keyed(&b, FT_SPAN("gold"))), 0);
  }
}

static void nothing_hashes_without_memory(void **state) {
  (void)state;
  struct ft_hash_key key = counting_key();
  struct ft_hash128 a = ft_hash_keyed(&key, ft_span_of(NULL));
  assert_int_equal(ft_hash128_compare(a, ft_hash_keyed(&key, ft_span_of(""))), 0);
}

/* What CatBoost 1.2.10 wrote down of texts of each length that is hashed in a way of its own. */
static void city_hash_is_catboosts(void **state) {
  (void)state;
  static const struct {
    size_t size;
    uint32_t hash;
  } cases[] = {
    { 0, 797982799U },   { 1, 1982436109U },   { 2, 4058933672U },   { 3, 1681563550U },
    { 4, 2170975508U },  { 7, 170945487U },    { 8, 1551415931U },   { 9, 3092225072U },
    { 15, 358870264U },  { 16, 3308496309U },  { 17, 2981278326U },  { 20, 707367207U },
    { 31, 2319672562U }, { 32, 716110397U },   { 33, 447214206U },   { 40, 678831917U },
    { 47, 3635804030U }, { 48, 1433297349U },  { 63, 1834447673U },  { 64, 2044042429U },
    { 65, 2321049513U }, { 100, 4237001906U }, { 127, 3625334910U }, { 128, 3252595265U },
    { 129, 826990738U }, { 192, 3861298278U }, { 193, 1413733947U }, { 250, 2259664356U }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[256];
    const size_t size = cases[i].size;
    for (size_t c = 0; c < size; c++)
      text[c] = (char)('a' + (c * 7 + size) % 26);
    assert_int_equal((uint32_t)ft_city_hash64((struct ft_span){ text, size }), cases[i].hash);
  }
  assert_int_equal((uint32_t)ft_city_hash64(FT_SPAN("k\xc3\xb6ln")), 2680936933U);
  assert_int_equal((uint32_t)ft_city_hash64(FT_SPAN("rome")), 2710717543U);
  assert_int_equal((uint32_t)ft_city_hash64(FT_SPAN("3")), 593172586U);
}

static void order_is_the_high_word_then_the_low(void **state) {
  (void)state;
  struct ft_hash128 a = { { 5, 1 } }, b = { { 4, 2 } }, c = { { 6, 1 } };
  assert_int_equal(ft_hash128_compare(a, b), -1);
  assert_int_equal(ft_hash128_compare(b, a), 1);
  assert_int_equal(ft_hash128_compare(a, c), -1);
  assert_int_equal(ft_hash128_compare(a, a), 0);
}

static const char abc_text[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char empty_text[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void sha256_is_of_the_parts_one_after_another(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_sha256 hash;
  char text[FT_SHA256_TEXT];
  struct ft_span part[] = { FT_SPAN("a"), { NULL, 0 }, FT_SPAN("bc") };
  assert_int_equal(ft_sha256_of(&hash, part, 3, &err), FT_OK);
  ft_sha256_text(text, &hash);
  assert_string_equal(text, abc_text);
  assert_int_equal(ft_sha256_of(&hash, NULL, 0, &err), FT_OK);
  ft_sha256_text(text, &hash);
  assert_string_equal(text, empty_text);
}

static void sha256_text_reads_back(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_sha256 hash;
  char text[FT_SHA256_TEXT];
  assert_int_equal(ft_sha256_parse(&hash, FT_SPAN(abc_text), &err), FT_OK);
  ft_sha256_text(text, &hash);
  assert_string_equal(text, abc_text);
  char upper[] = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
  assert_int_equal(ft_sha256_parse(&hash, ft_span_of(upper), &err), FT_OK);
  ft_sha256_text(text, &hash);
  assert_string_equal(text, abc_text);
}

static void sha256_parse_refuses_other_texts_and_leaves_the_output(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_sha256 hash, before;
  memset(&hash, 7, sizeof hash);
  before = hash;
  char text[FT_SHA256_TEXT + 1];
  snprintf(text, sizeof text, "%s0", abc_text);
  assert_int_equal(ft_sha256_parse(&hash, ft_span_of(text), &err), FT_CORRUPT);
  assert_int_equal(ft_sha256_parse(&hash, (struct ft_span){ text, 63 }, &err), FT_CORRUPT);
  assert_int_equal(ft_sha256_parse(&hash, ft_span_of(NULL), &err), FT_CORRUPT);
  for (const char *bad = "gG/:@`- "; *bad; bad++) {
    snprintf(text, sizeof text, "%s", abc_text);
    text[63] = *bad;
    assert_int_equal(ft_sha256_parse(&hash, ft_span_of(text), &err), FT_CORRUPT);
  }
  assert_memory_equal(&hash, &before, sizeof hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keyed_hash_is_siphash),
    cmocka_unit_test(keyed_hash_depends_on_the_key),
    cmocka_unit_test(nothing_hashes_without_memory),
    cmocka_unit_test(city_hash_is_catboosts),
    cmocka_unit_test(order_is_the_high_word_then_the_low),
    cmocka_unit_test(sha256_is_of_the_parts_one_after_another),
    cmocka_unit_test(sha256_text_reads_back),
    cmocka_unit_test(sha256_parse_refuses_other_texts_and_leaves_the_output),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
