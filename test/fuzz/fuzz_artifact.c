/* Artifact bytes: as they come, and with the SHA-256 at their end made to fit, since no fuzzer finds
 * one. What is accepted has to predict. */
#include "test/fuzz/target.h"

#include <stdlib.h>
#include <string.h>

#include "foretell/plan.h"

#define SHA_BYTES 32
#define ROWS      3

/* Rows of zero bytes, the second all NULL. */
static void predict_some(const struct ft_plan *plan, struct ft_arena *arena) {
  static const uint64_t validity[1] = { 5 };
  size_t fields = ft_plan_fields(plan), labels = ft_plan_labels(plan);
  struct ft_scratch *scratch;
  struct ft_column *column = FT_ARENA_NEW(arena, struct ft_column, fields);
  void *zeros = ft_arena_take(arena, ROWS, sizeof(struct ft_span));
  double *probability = FT_ARENA_NEW(arena, double, ROWS *labels);
  uint32_t *order = FT_ARENA_NEW(arena, uint32_t, labels);
  if (!column || !zeros || !probability || !order) return;
  for (size_t i = 0; i < fields; i++)
    column[i] = (struct ft_column){ ft_plan_field(plan, i)->type, zeros, validity };
  const struct ft_batch batch = { .rows = ROWS, .columns = fields, .column = column };
  double value[ROWS];
  uint32_t label[ROWS];
  if (ft_scratch_make(&scratch, plan, NULL) != FT_OK) return;
  if (ft_plan_predict(plan, scratch, &batch, value, label, probability, NULL) != FT_OK) abort();
  for (size_t r = 0; labels && r < ROWS; r++) {
    if (label[r] >= labels) abort();
    ft_plan_rank(plan, probability, ROWS, r, order);
  }
  ft_scratch_free(scratch);
}

/* Read without the probes, which a change nearly always breaks; then with them. */
static void use_artifact(struct ft_span bytes) {
  struct ft_arena arena;
  struct ft_artifact artifact;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, (size_t)1 << 31);
  if (ft_artifact_read(&artifact, &arena, bytes, &err) == FT_OK) {
    if (ft_plan_make(&plan, &artifact.model, &err) == FT_OK) {
      predict_some(plan, &arena);
      ft_plan_close(plan);
    }
    if (ft_plan_open(&plan, bytes, &err) == FT_OK) ft_plan_close(plan);
  }
  ft_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  use_artifact((struct ft_span){ (const char *)data, size });
  if (size < SHA_BYTES) return 0;
  char *mended = malloc(size);
  if (!mended) return 0;
  memcpy(mended, data, size);
  struct ft_sha256 hash;
  struct ft_span all = { mended, size - SHA_BYTES };
  if (ft_sha256_of(&hash, &all, 1, NULL) == FT_OK) {
    memcpy(mended + all.size, hash.byte, SHA_BYTES);
    use_artifact((struct ft_span){ mended, size });
  }
  free(mended);
  return 0;
}
