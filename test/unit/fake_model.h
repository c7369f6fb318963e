/* The smallest sound model for any job, sent as a trainer sends it; and unsound ones. */
#ifndef FORETELL_TEST_FAKE_MODEL_H
#define FORETELL_TEST_FAKE_MODEL_H

#include "fake_trainer.h"
#include "foretell/artifact.h"
#include "foretell/plan.h"

#define FAKE_MANIFEST                                                                                               \
  "{\"foretell\":\"0.1.0\",\"problem\":\"BinaryClassification\",\"objective\":\"F1\","                              \
  "\"model_type\":\"xgboost\",\"automatic\":true,\"training_status\":\"Completed\",\"metrics\":["                   \
  "{\"name\":\"validation:f1_binary\",\"value\":0.875,\"main\":true,"                                               \
  "\"baseline\":0.4,\"low\":0.80123,\"high\":0.93321},"                                                             \
  "{\"name\":\"validation:auc\",\"value\":0.9375,\"baseline\":0.5}],"                                               \
  "\"classes\":[{\"label\":\"f\",\"rows\":60,\"recall\":0.95,\"precision\":null},"                                  \
  "{\"label\":\"t\",\"rows\":20,\"recall\":0.25,\"precision\":0.5}],"                                               \
  "\"verdict\":{\"better\":true,\"text\":\"better than always answering \\\"t\\\"\"},"                              \
  "\"validation\":{\"method\":\"hold-out\",\"rows\":80},"                                                           \
  "\"rows\":{\"read\":420,\"used\":400,\"null_target\":20,\"sampled_out\":0},"                                      \
  "\"features_left_out\":[{\"name\":\"state\",\"reason\":\"always the same\"}],"                                    \
  "\"warnings\":[\"few rows\",\"fewer classes\"],\"positive\":\"t\",\"threshold\":0.5,\"seed\":7,\"trials_run\":5," \
  "\"ended\":\"the last 3 candidates gained nothing\",\"predict_ns\":812.5,\"trials\":["                            \
  "{\"name\":\"standard\",\"learner\":\"boosted trees\",\"metric\":\"F1\",\"score\":0.86,"                          \
  "\"loss\":0.31,\"seconds\":0.5,\"rounds\":120,\"weight\":0.3,\"state\":\"tried\"},"                               \
  "{\"name\":\"linear\",\"learner\":\"linear\",\"metric\":\"F1\",\"score\":0.8,\"loss\":0.4,"                       \
  "\"seconds\":0.1,\"rounds\":9,\"weight\":0.4,\"state\":\"cut\"},"                                                 \
  "{\"name\":\"deep\",\"learner\":\"boosted trees\",\"metric\":\"F1\",\"score\":null,\"loss\":null,"                \
  "\"seconds\":0,\"rounds\":0,\"weight\":0,\"state\":\"skipped\"},"                                                 \
  "{\"name\":\"net\",\"learner\":\"net\",\"metric\":\"F1\",\"score\":0.7,\"loss\":0.5,"                             \
  "\"seconds\":1,\"rounds\":9,\"weight\":0.3,\"state\":\"tried\"}],"                                                \
  "\"seconds\":1.26}"

static inline void fake_fill_model(struct ft_model *model, const struct ft_job *job,
                                   struct ft_field *field) {
  static const struct ft_span labels[] = { { "f", 1 }, { "t", 1 } };
  static const struct ft_node leaf = { .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  static const struct ft_tree tree = { 0, 1, 0 };
  static const double base[] = { 0 };
  static struct ft_encoder encoder;
  static struct ft_member member;
  bool binary = job->field[job->target].type == FT_BOOL;
  *model = (struct ft_model){ .problem = binary ? FT_BINARY : FT_REGRESSION,
                              .target = job->field[job->target],
                              .field = field,
                              .labels = binary ? 2 : 0,
                              .label = binary ? labels : NULL,
                              .features = 1,
                              .encoder = &encoder,
                              .link = binary ? FT_LINK_LOGISTIC : FT_LINK_IDENTITY,
                              .outputs = 1,
                              .members = 1,
                              .member = &member,
                              .threshold = 0.5 };
  for (uint32_t i = 0; i < job->fields; i++) {
    if (i == job->target) continue;
    if (ft_type_is_numeric(job->field[i].type))
      encoder = (struct ft_encoder){ .kind = FT_ENCODE_NUMBER, .field = model->fields };
    field[model->fields++] = job->field[i];
  }
  member = (struct ft_member){ .kind = FT_LEARNER_FOREST,
                               .weight = 1,
                               .forest = { 1, &tree, 1, &leaf, 0, NULL, 0, base } };
}

static inline void fake_write_artifact(struct ft_buffer *out, const struct ft_job *job,
                                       const char *rename, const char *manifest) {
  struct ft_model model;
  struct ft_field field[8];
  struct ft_buffer probes;
  struct ft_plan *plan;
  struct ft_sha256 hash;
  fake_fill_model(&model, job, field);
  if (rename) field[0].name = rename;
  ft_buffer_init(&probes, 1 << 20);
  if (ft_plan_make(&plan, &model, NULL) != FT_OK ||
      ft_plan_write_probes(&probes, plan, 1, NULL) != FT_OK ||
      ft_artifact_write(out, &hash, &model, ft_buffer_view(&probes), ft_span_of(manifest), NULL) !=
          FT_OK)
    exit(5);
  ft_plan_close(plan);
  ft_buffer_release(&probes);
}

static inline void fake_send_model(struct fake_trainer *trainer, const char *rename,
                                   const char *manifest, size_t flip) {
  struct ft_buffer artifact;
  fake_read_rows(trainer);
  ft_buffer_init(&artifact, 1 << 20);
  fake_write_artifact(&artifact, &trainer->job, rename, manifest);
  if (flip) artifact.data[flip] ^= 1;
  fake_say(FT_FRAME_ARTIFACT, ft_buffer_view(&artifact));
  ft_buffer_release(&artifact);
}

static inline void fake_sound(struct fake_trainer *trainer) {
  fake_send_model(trainer, NULL, FAKE_MANIFEST, 0);
}

static inline void fake_renamed(struct fake_trainer *trainer) {
  fake_send_model(trainer, "other", FAKE_MANIFEST, 0);
}

static inline void fake_no_manifest(struct fake_trainer *trainer) {
  fake_send_model(trainer, NULL, "[1, 2]", 0);
}

static inline void fake_flipped(struct fake_trainer *trainer) {
  fake_send_model(trainer, NULL, FAKE_MANIFEST, 100);
}

static const struct fake_mode fake_model_modes[] = {
  { "churn", fake_sound },     { "killed2", fake_sound },           { "m", fake_sound },
  { "renamed", fake_renamed }, { "no_manifest", fake_no_manifest }, { "flipped", fake_flipped },
};
#define FAKE_MODEL_MODES (sizeof(fake_model_modes) / sizeof(fake_model_modes[0]))

#endif
