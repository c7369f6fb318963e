/* Models as bytes: there and back, and whatever can be done to the bytes. */
#include "foretell/artifact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/container.h"
#include "core/model/sections.h"
#include "foretell/plan.h"
#include "test/unit/build_model.h"

#define HEADER_BYTES 64
#define SHA_BYTES    32

static const struct build_options small_shape = { FT_BINARY, FT_LINK_LOGISTIC, 2, 1, 2, 2, 21 };
static const struct build_options net_shape = { FT_BINARY, FT_LINK_LOGISTIC, 2,          2, 1, 1,
                                                23,        .nets = 1,        .scaled = 1 };
static const struct build_options linear_shape = { FT_BINARY, FT_LINK_LOGISTIC, 2, 1, 2, 2,
                                                   24,        .linears = 1 };
static const struct build_options derived_shape = { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 2, 2, 25,
                                                    .nets = 1, .derived = true };
static const struct build_options large_shape = { FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 4, 40, 6, 22,
                                                  .nets = 2,     .scaled = 3 };

static const struct build_options transformed_shape = {
  FT_MULTICLASS, FT_LINK_SOFTMAX, 5, 6, 2, 2, 24, .nets = 1, .transformed = true
};

/* An artifact with probes, in malloc'ed memory of exactly its size. */
static struct ft_span make_artifact(const struct build_options *options, const char *manifest,
                                    struct ft_sha256 *model_sha256) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_buffer probes, out;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&probes, FT_ARTIFACT_MAX_BYTES);
  ft_buffer_init(&out, FT_ARTIFACT_MAX_BYTES);
  struct ft_model model = build_model(&arena, options);
  assert_int_equal(ft_plan_make(&plan, &model, &err), FT_OK);
  assert_int_equal(ft_plan_write_probes(&probes, plan, 5, &err), FT_OK);
  assert_int_equal(ft_artifact_write(&out, model_sha256, &model, ft_buffer_view(&probes),
                                     ft_span_of(manifest), &err),
                   FT_OK);
  char *bytes = malloc(out.size);
  assert_non_null(bytes);
  memcpy(bytes, out.data, out.size);
  struct ft_span artifact = { bytes, out.size };
  ft_plan_close(plan);
  ft_buffer_release(&out);
  ft_buffer_release(&probes);
  ft_arena_release(&arena);
  return artifact;
}

static struct ft_span copy_of(struct ft_span bytes, size_t size) {
  char *copy = malloc(size ? size : 1);
  assert_non_null(copy);
  memcpy(copy, bytes.data, size);
  return (struct ft_span){ copy, size };
}

static enum ft_status open_bytes(struct ft_span bytes) {
  struct ft_error err;
  struct ft_plan *plan = NULL;
  enum ft_status status = ft_plan_open(&plan, bytes, &err);
  assert_true((status == FT_OK) == (plan != NULL));
  assert_true(status == FT_OK || err.message[0] != '\0');
  ft_plan_close(plan);
  return status;
}

/* Makes the SHA-256 at the end fit again. */
static void mend(struct ft_span artifact) {
  struct ft_sha256 hash;
  struct ft_span all = { artifact.data, artifact.size - SHA_BYTES };
  assert_int_equal(ft_sha256_of(&hash, &all, 1, NULL), FT_OK);
  memcpy((char *)artifact.data + all.size, hash.byte, SHA_BYTES);
}

static void expect_the_same_artifact(const struct build_options *options) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_sha256 written, again;
  struct ft_artifact artifact;
  struct ft_buffer out;
  struct ft_span bytes = make_artifact(options, "{\"seed\": 1}", &written);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&out, FT_ARTIFACT_MAX_BYTES);
  assert_int_equal(ft_artifact_read(&artifact, &arena, bytes, &err), FT_OK);
  assert_memory_equal(&artifact.model_sha256, &written, sizeof written);
  assert_true(ft_span_equal(artifact.manifest, FT_SPAN("{\"seed\": 1}")));
  assert_string_equal(artifact.model.field[10].name, "moment");
  assert_true(ft_span_equal(artifact.model.label[3], FT_SPAN("später")));
  assert_int_equal(
      ft_artifact_write(&out, &again, &artifact.model, artifact.probes, artifact.manifest, &err),
      FT_OK);
  assert_int_equal(out.size, bytes.size);
  assert_memory_equal(out.data, bytes.data, bytes.size);
  assert_memory_equal(&again, &written, sizeof written);
  ft_buffer_release(&out);
  ft_arena_release(&arena);
  free((char *)bytes.data);
}

static void write_and_read_give_the_same_artifact(void **state) {
  (void)state;
  expect_the_same_artifact(&large_shape);
  expect_the_same_artifact(&transformed_shape);
}

static void expect_the_same_predictions(const struct build_options *options) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_sha256 hash;
  struct ft_plan *plan[2];
  double probability[2][5 * 600];
  struct ft_span bytes = make_artifact(options, "{}", &hash);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, options);
  struct ft_batch batch = build_batch(&arena, 600, 4);
  assert_int_equal(ft_plan_make(&plan[0], &model, &err), FT_OK);
  assert_int_equal(ft_plan_open(&plan[1], bytes, &err), FT_OK);
  for (int i = 0; i < 2; i++) {
    struct ft_scratch *scratch;
    assert_int_equal(ft_scratch_make(&scratch, plan[i], &err), FT_OK);
    assert_int_equal(ft_plan_predict(plan[i], scratch, &batch, NULL, NULL, probability[i], &err),
                     FT_OK);
    ft_scratch_free(scratch);
    ft_plan_close(plan[i]);
  }
  assert_memory_equal(probability[0], probability[1], sizeof probability[0]);
  ft_arena_release(&arena);
  free((char *)bytes.data);
}

static void a_plan_from_an_artifact_predicts_the_same(void **state) {
  (void)state;
  expect_the_same_predictions(&large_shape);
  expect_the_same_predictions(&transformed_shape);
}

static void the_manifest_is_outside_the_model_hash(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_sha256 a, b, c;
  struct ft_span manifest, first = make_artifact(&small_shape, "{}", &a);
  struct ft_span second = make_artifact(&small_shape, "{\"auc\": 0.9}", &b);
  struct build_options other = small_shape;
  other.seed++;
  struct ft_span third = make_artifact(&other, "{}", &c);
  assert_memory_equal(&a, &b, sizeof a);
  assert_memory_not_equal(&a, &c, sizeof a);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_artifact_read_manifest(&manifest, &arena, second, &err), FT_OK);
  assert_true(ft_span_equal(manifest, FT_SPAN("{\"auc\": 0.9}")));
  ft_arena_release(&arena);
  free((char *)first.data);
  free((char *)second.data);
  free((char *)third.data);
}

static void expect_flips_noticed(const struct build_options *shape) {
  struct ft_sha256 hash;
  struct ft_span bytes = make_artifact(shape, "{}", &hash);
  assert_int_equal(open_bytes(bytes), FT_OK);
  for (size_t i = 0; i < bytes.size; i++)
    for (int bit = 0; bit < 8; bit += 7) {
      char *byte = (char *)bytes.data + i, before = *byte;
      *byte = (char)(before ^ 1 << bit);
      assert_int_equal(open_bytes(bytes), FT_CORRUPT);
      *byte = before;
    }
  free((char *)bytes.data);
}

static void every_byte_flipped_is_noticed(void **state) {
  (void)state;
  expect_flips_noticed(&small_shape);
  expect_flips_noticed(&net_shape);
  expect_flips_noticed(&transformed_shape);
}

static void every_cut_is_noticed(void **state) {
  (void)state;
  struct ft_sha256 hash;
  struct ft_span bytes = make_artifact(&small_shape, "{}", &hash);
  for (size_t size = 0; size < bytes.size; size++) {
    struct ft_span cut = copy_of(bytes, size);
    assert_int_equal(open_bytes(cut), FT_CORRUPT);
    if (size >= HEADER_BYTES + SHA_BYTES) {
      mend(cut); /* a SHA-256 that fits does not make it whole */
      assert_int_not_equal(open_bytes(cut), FT_OK);
    }
    free((char *)cut.data);
  }
  free((char *)bytes.data);
}

/* The same sections, not compressed, so that every byte of them can be reached. */
static struct ft_span store_sections(struct ft_span artifact) {
  static const uint32_t tags[] = { FT_SECTION_SIGNATURE, FT_SECTION_ENCODERS, FT_SECTION_LEARNERS,
                                   FT_SECTION_PROBES, FT_SECTION_MANIFEST };
  struct ft_arena arena;
  struct ft_container container;
  struct ft_section section[5];
  struct ft_buffer out;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&out, FT_ARTIFACT_MAX_BYTES);
  assert_int_equal(ft_container_open(&container, artifact, NULL), FT_OK);
  for (size_t i = 0; i < 5; i++) {
    section[i].tag = tags[i];
    assert_int_equal(ft_container_section(&section[i].raw, &arena, &container, tags[i], NULL),
                     FT_OK);
  }
  assert_int_equal(ft_container_write(&out, section, 5, FT_CODEC_STORED, NULL), FT_OK);
  struct ft_span stored = copy_of(ft_buffer_view(&out), out.size);
  ft_buffer_release(&out);
  ft_arena_release(&arena);
  return stored;
}

static void expect_changes_harmless(const struct build_options *shape) {
  struct ft_sha256 hash;
  struct ft_span artifact = make_artifact(shape, "{}", &hash);
  struct ft_span bytes = store_sections(artifact);
  assert_int_equal(open_bytes(bytes), FT_OK);
  size_t refused = 0, changes = 0;
  for (size_t i = 0; i < bytes.size - SHA_BYTES; i++)
    for (int change = 0; change < 3; change++, changes++) {
      char *byte = (char *)bytes.data + i, before = *byte;
      *byte = (char)(change == 0 ? before ^ 1 : change == 1 ? before ^ 0x80 : ~before);
      mend(bytes);
      refused += open_bytes(bytes) != FT_OK;
      *byte = before;
    }
  assert_true(refused > changes / 8); /* names, hashes and unused values may change */
  mend(bytes);
  assert_int_equal(open_bytes(bytes), FT_OK);
  free((char *)bytes.data);
  free((char *)artifact.data);
}

static void a_changed_byte_behind_a_fitting_sha_does_no_harm(void **state) {
  (void)state;
  expect_changes_harmless(&small_shape);
  expect_changes_harmless(&net_shape);
  expect_changes_harmless(&transformed_shape);
  expect_changes_harmless(&linear_shape);
  expect_changes_harmless(&derived_shape);
}

/* The status after `value` is put at `offset` of a stored artifact (u32, little-endian). */
static enum ft_status with_word(size_t offset, uint32_t value) {
  struct ft_sha256 hash;
  struct ft_span artifact = make_artifact(&small_shape, "{}", &hash);
  for (size_t i = 0; i < 4; i++)
    ((char *)artifact.data)[offset + i] = (char)(value >> (8 * i) & 0xff);
  mend(artifact);
  enum ft_status status = open_bytes(artifact);
  free((char *)artifact.data);
  return status;
}

static void a_later_format_is_not_supported(void **state) {
  (void)state;
  assert_int_equal(with_word(8, FT_ARTIFACT_FORMAT), FT_OK);
  assert_int_equal(with_word(8, FT_ARTIFACT_FORMAT + 1), FT_UNSUPPORTED);
  assert_int_equal(with_word(8, 0), FT_CORRUPT);
  assert_int_equal(with_word(12, 1), FT_UNSUPPORTED); /* sealed */
  assert_int_equal(with_word(12, 2), FT_UNSUPPORTED);
  assert_int_equal(with_word(16, 65), FT_CORRUPT);
  assert_int_equal(with_word(20, 1), FT_CORRUPT);
  assert_int_equal(with_word(HEADER_BYTES + 8, 9), FT_UNSUPPORTED); /* codec */
  assert_int_equal(with_word(HEADER_BYTES + 28, 1), FT_CORRUPT);    /* 4 GiB and more */
}

/* A sixth section of three bytes, put in front of the others. */
static enum ft_status with_section(uint32_t tag, uint32_t flags, uint32_t codec,
                                   uint64_t raw_bytes) {
  struct ft_sha256 hash;
  struct ft_span artifact = make_artifact(&small_shape, "{}", &hash);
  size_t table = 5 * 32;
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 20);
  ft_buffer_append(&out, artifact.data, 16);
  ft_buffer_u32(&out, 6);
  ft_buffer_append(&out, artifact.data + 20, HEADER_BYTES - 20);
  ft_buffer_u32(&out, tag);
  ft_buffer_u32(&out, flags);
  ft_buffer_u64(&out, codec);
  ft_buffer_u64(&out, 3);
  ft_buffer_u64(&out, raw_bytes);
  ft_buffer_append(&out, artifact.data + HEADER_BYTES, table);
  ft_buffer_append(&out, "abc", 3);
  ft_buffer_append(&out, artifact.data + HEADER_BYTES + table,
                   artifact.size - HEADER_BYTES - table);
  mend(ft_buffer_view(&out));
  enum ft_status status = open_bytes(ft_buffer_view(&out));
  ft_buffer_release(&out);
  free((char *)artifact.data);
  return status;
}

static void an_unknown_section_is_skipped_when_it_is_optional(void **state) {
  (void)state;
  uint32_t unknown = FT_SECTION_TAG('N', 'E', 'W', '!');
  assert_int_equal(with_section(unknown, 1, 77, 5), FT_OK); /* whatever that may mean */
  assert_int_equal(with_section(unknown, 0, 77, 5), FT_UNSUPPORTED);
  assert_int_equal(with_section(unknown, 1, 0, FT_ARTIFACT_MAX_BYTES), FT_CORRUPT);
}

static void a_section_may_be_there_once(void **state) {
  (void)state;
  assert_int_equal(with_section(FT_SECTION_MANIFEST, 0, 0, 3), FT_CORRUPT);
  assert_int_equal(with_section(FT_SECTION_MANIFEST, 0, 0, 4), FT_CORRUPT);
}

/* A forest of one tree, whose root has that kind, value and feature, read back. */
static enum ft_status read_root(uint8_t kind, uint32_t value, uint32_t feature, uint32_t left) {
  struct ft_arena arena;
  struct ft_buffer raw;
  struct ft_forest forest;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&raw, 1000);
  const uint32_t head[] = { 0, 0, 0, 1, 3, 0, 3, 0 }; /* exponent, base, counts, nodes, output */
  for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
    ft_buffer_u32(&raw, head[i]);
  ft_buffer_u8(&raw, kind);
  ft_buffer_u16(&raw, 0); /* two leaves */
  const uint32_t columns[] = { value, 7, 8, feature, left, 2, 0 };
  for (size_t i = 0; i < (kind >= 3 ? 7 : 6); i++)
    ft_buffer_u32(&raw, columns[i]);
  enum ft_status status = ft_forest_read(&forest, &arena, ft_buffer_view(&raw), 1, NULL);
  if (status == FT_OK) assert_int_equal(forest.node[2].leaf, 8);
  ft_buffer_release(&raw);
  ft_arena_release(&arena);
  return status;
}

/* A net of one term, one lookup and one layer of one output, read back. */
static enum ft_status read_net(uint32_t rows, uint32_t outputs, size_t weights) {
  struct ft_arena arena;
  struct ft_buffer raw;
  struct ft_net net;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&raw, 1000);
  const uint32_t head[] = { 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5, rows, outputs };
  for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
    ft_buffer_u32(&raw, head[i]);
  ft_buffer_u8(&raw, 0);
  for (size_t i = 0; i < 1 + weights; i++)
    ft_buffer_f32(&raw, (float)i);
  enum ft_status status = ft_net_read(&net, &arena, ft_buffer_view(&raw), 1, NULL);
  if (status == FT_OK) {
    assert_int_equal(net.lookup[0].first, 1);
    assert_int_equal(net.layer[0].inputs, 4);
    assert_true(net.layer[0].weight[3] == 4);
  }
  ft_buffer_release(&raw);
  ft_arena_release(&arena);
  return status;
}

static void a_net_is_read_within_its_bytes(void **state) {
  (void)state;
  assert_int_equal(read_net(3, 1, 4), FT_OK);
  assert_int_equal(read_net(3, 1, 3), FT_CORRUPT);
  assert_int_equal(read_net(3, 1, 5), FT_CORRUPT);
  assert_int_equal(read_net(3, UINT32_MAX, 4), FT_CORRUPT);
  assert_int_equal(read_net(UINT32_MAX, 1, 4), FT_CORRUPT);
  assert_int_equal(read_net(FT_NET_MAX_INPUTS, 1, 4), FT_CORRUPT);
}

/* The first learner of a model, its kind written as the given bytes (u32), read back. */
static enum ft_status read_kind(struct ft_member *out, uint32_t probabilities, int64_t kind) {
  struct build_options options = small_shape;
  struct ft_arena arena;
  struct ft_buffer raw;
  struct ft_model read;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&raw, FT_ARTIFACT_MAX_BYTES);
  options.scaled = probabilities;
  struct ft_model model = build_model(&arena, &options);
  ft_learners_write(&raw, &model);
  for (size_t i = 0; kind >= 0 && i < 4; i++)
    raw.data[17 + i] = (char)(kind >> (8 * i) & 0xff);
  enum ft_status status = ft_learners_read(&read, &arena, ft_buffer_view(&raw), NULL);
  if (status == FT_OK) *out = read.member[0];
  ft_buffer_release(&raw);
  ft_arena_release(&arena);
  return status;
}

static void a_learners_scale_is_kept_beside_its_kind(void **state) {
  (void)state;
  struct ft_member member;
  assert_int_equal(read_kind(&member, 0, -1), FT_OK);
  assert_int_equal(member.scale, FT_SCALE_MARGIN);
  assert_int_equal(read_kind(&member, 1, -1), FT_OK);
  assert_int_equal(member.scale, FT_SCALE_PROBABILITY);
  assert_int_equal(read_kind(&member, 1, 0), FT_OK); /* as it was before there were scales */
  assert_int_equal(member.scale, FT_SCALE_MARGIN);
  assert_int_equal(read_kind(&member, 0, 0x100), FT_OK);
  assert_int_equal(member.scale, FT_SCALE_PROBABILITY);
  assert_int_equal(member.kind, FT_LEARNER_FOREST);
  assert_int_equal(read_kind(&member, 0, 0x200), FT_OK);
  assert_int_equal(member.scale, FT_SCALE_LOGARITHM);
  assert_int_equal(read_kind(&member, 0, 0x300), FT_UNSUPPORTED);
  assert_int_equal(read_kind(&member, 0, 0x10000), FT_CORRUPT); /* has no place */
  assert_int_equal(read_kind(&member, 0, 0x20000), FT_UNSUPPORTED);
  assert_int_equal(read_kind(&member, 0, 0x80000000), FT_UNSUPPORTED);
  assert_int_equal(read_kind(&member, 0, 0x100 + FT_LEARNER_KIND_COUNT), FT_UNSUPPORTED);
  assert_int_equal(read_kind(&member, 0, FT_LEARNER_KIND_COUNT), FT_UNSUPPORTED);
}

/* The transforms of a model, the last one's kind written as the given number, read back. */
static enum ft_status read_transforms(uint32_t kind, size_t cut) {
  struct ft_arena arena;
  struct ft_buffer raw;
  struct ft_model read;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&raw, FT_ARTIFACT_MAX_BYTES);
  struct ft_model model = build_model(&arena, &transformed_shape);
  const struct ft_transform *last = &model.transform[model.transforms - 1];
  ft_learners_write(&raw, &model);
  raw.data[raw.size - ft_transform_numbers(last) * sizeof(double) - 20] = (char)kind;
  struct ft_span bytes = ft_buffer_view(&raw);
  bytes.size -= cut;
  enum ft_status status = ft_learners_read(&read, &arena, bytes, NULL);
  if (status == FT_OK) {
    assert_int_equal(read.transforms, model.transforms);
    assert_int_equal(read.sums, model.sums);
    assert_int_equal(read.member[2].sum, model.member[2].sum);
    assert_memory_equal(read.transform[model.transforms - 1].number, last->number,
                        ft_transform_numbers(last) * sizeof(double));
  }
  ft_buffer_release(&raw);
  ft_arena_release(&arena);
  return status;
}

static void transforms_are_read_within_their_bytes(void **state) {
  (void)state;
  assert_int_equal(read_transforms(FT_TRANSFORM_LINEAR, 0), FT_OK);
  assert_int_equal(read_transforms(FT_TRANSFORM_LINEAR, 1), FT_CORRUPT);
  assert_int_equal(read_transforms(FT_TRANSFORM_LINEAR, 8), FT_CORRUPT);
  assert_int_equal(read_transforms(FT_TRANSFORM_EXP, 0), FT_CORRUPT); /* bytes are left */
  assert_int_equal(read_transforms(FT_TRANSFORM_KIND_COUNT, 0), FT_UNSUPPORTED);
}

static void a_split_cannot_be_read_as_something_else(void **state) {
  (void)state;
  assert_int_equal(read_root(1, 0, 0, 1), FT_OK);
  assert_int_equal(read_root(4, 0, 0, 1), FT_OK);
  assert_int_equal(read_root(1, 0, FT_NODE_LEAF, 1), FT_CORRUPT);
  assert_int_equal(read_root(3, FT_NODE_NO_SET, 0, 1), FT_CORRUPT);
  assert_int_equal(read_root(5, 0, 0, 1), FT_CORRUPT);
}

static void an_artifact_survives_the_end_of_memory(void **state) {
  (void)state;
  struct ft_sha256 hash;
  struct ft_span bytes = make_artifact(&small_shape, "{}", &hash);
  size_t allowed = 0;
  for (enum ft_status status = FT_NOMEM; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = open_bytes(bytes);
    assert_true(status == FT_NOMEM || status == FT_OK);
  }
  ft_arena_allow(SIZE_MAX);
  assert_true(allowed > 50);
  free((char *)bytes.data);
}

static void a_failed_write_leaves_the_buffer_as_it_was(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_error err;
  struct ft_sha256 hash;
  struct ft_buffer out;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &small_shape);
  for (size_t maximum = 4; maximum < 400; maximum += 33) {
    ft_buffer_init(&out, maximum);
    ft_buffer_append(&out, "abcd", 4);
    assert_int_equal(ft_artifact_write(&out, &hash, &model, FT_SPAN(""), FT_SPAN("{}"), &err),
                     FT_NOMEM);
    assert_int_equal(out.size, 4);
    ft_buffer_release(&out);
  }
  ft_buffer_init(&out, FT_ARTIFACT_MAX_BYTES);
  assert_int_equal(ft_artifact_write(&out, &hash, &model, FT_SPAN(""), FT_SPAN("\xff"), &err),
                   FT_INVALID);
  model.outputs = 7;
  assert_int_equal(ft_artifact_write(&out, &hash, &model, FT_SPAN(""), FT_SPAN("{}"), &err),
                   FT_CORRUPT);
  assert_int_equal(out.size, 0);
  ft_buffer_release(&out);
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(write_and_read_give_the_same_artifact),
    cmocka_unit_test(a_plan_from_an_artifact_predicts_the_same),
    cmocka_unit_test(the_manifest_is_outside_the_model_hash),
    cmocka_unit_test(every_byte_flipped_is_noticed),
    cmocka_unit_test(every_cut_is_noticed),
    cmocka_unit_test(a_changed_byte_behind_a_fitting_sha_does_no_harm),
    cmocka_unit_test(a_later_format_is_not_supported),
    cmocka_unit_test(an_unknown_section_is_skipped_when_it_is_optional),
    cmocka_unit_test(a_section_may_be_there_once),
    cmocka_unit_test(a_net_is_read_within_its_bytes),
    cmocka_unit_test(a_learners_scale_is_kept_beside_its_kind),
    cmocka_unit_test(transforms_are_read_within_their_bytes),
    cmocka_unit_test(a_split_cannot_be_read_as_something_else),
    cmocka_unit_test(an_artifact_survives_the_end_of_memory),
    cmocka_unit_test(a_failed_write_leaves_the_buffer_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
