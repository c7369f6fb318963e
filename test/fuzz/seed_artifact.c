/* seed_artifact FOLDER: writes the corpus of fuzz_artifact, small artifacts of each kind of model,
 * stored and compressed. */
#include <stdio.h>

#include "core/model/container.h"
#include "core/model/sections.h"
#include "foretell/plan.h"
#include "test/unit/build_model.h"

static const struct build_options shapes[] = {
  { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 1, 1, 1 },
  { FT_REGRESSION, FT_LINK_EXP, 0, 2, 2, 2, 2 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 1, 3, 3, 3 },
  { FT_BINARY, FT_LINK_HINGE, 2, 1, 1, 0, 4 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 1, 3, 2, 5 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 1, 0, 0, 6, .nets = 1 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 3, 3, 2, 7, .nets = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 2, 3, 2, 8, .nets = 1, .scaled = 2 },
  { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 7, 2, 2, 9, .nets = 1, .transformed = true },
  { FT_REGRESSION, FT_LINK_SIGNED_SQUARE, 0, 1, 1, 1, 9 },
  { FT_REGRESSION, FT_LINK_SOFTPLUS, 0, 1, 1, 1, 10 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 3, 2, 11, .linears = 1 },
  { FT_BINARY, FT_LINK_LOGISTIC, 2, 2, 3, 2, 12, .nets = 1, .derived = true },
};

static void must(enum ft_status status) {
  if (status != FT_OK) abort();
}

static void write_file(const char *folder, size_t shape, const char *codec,
                       const struct ft_buffer *bytes) {
  char path[4096];
  snprintf(path, sizeof path, "%s/shape-%zu-%s", folder, shape, codec);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

static void write_seeds(const char *folder, size_t shape) {
  struct ft_arena arena;
  struct ft_plan *plan;
  struct ft_buffer raw[5], stored, packed;
  struct ft_section section[5];
  struct ft_sha256 hash;
  static const uint32_t tags[] = { FT_SECTION_SIGNATURE, FT_SECTION_ENCODERS, FT_SECTION_LEARNERS,
                                   FT_SECTION_PROBES, FT_SECTION_MANIFEST };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shapes[shape]);
  must(ft_plan_make(&plan, &model, NULL));
  for (size_t i = 0; i < 5; i++)
    ft_buffer_init(&raw[i], 1 << 20);
  ft_buffer_init(&stored, 1 << 20);
  ft_buffer_init(&packed, 1 << 20);
  ft_signature_write(&raw[0], &model);
  ft_encoders_write(&raw[1], &model);
  ft_learners_write(&raw[2], &model);
  must(ft_plan_write_probes(&raw[3], plan, shape, NULL));
  ft_buffer_append_text(&raw[4], FT_SPAN("{}"));
  for (size_t i = 0; i < 5; i++)
    section[i] = (struct ft_section){ tags[i], ft_buffer_view(&raw[i]) };
  must(ft_container_write(&stored, section, 5, FT_CODEC_STORED, NULL));
  must(ft_artifact_write(&packed, &hash, &model, section[3].raw, section[4].raw, NULL));
  write_file(folder, shape, "stored", &stored);
  write_file(folder, shape, "packed", &packed);
  for (size_t i = 0; i < 5; i++)
    ft_buffer_release(&raw[i]);
  ft_buffer_release(&stored);
  ft_buffer_release(&packed);
  ft_plan_close(plan);
  ft_arena_release(&arena);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: seed_artifact FOLDER\n");
    return 2;
  }
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    write_seeds(argv[1], i);
  return 0;
}
