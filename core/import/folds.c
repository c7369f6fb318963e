#include "core/import/folds.h"

#include <inttypes.h>
#include <string.h>

struct averaging {
  struct ft_arena *arena;
  uint32_t folds;
  struct ft_encoder *encoder; /* of all folds, equal ones once */
  uint32_t features;
  uint32_t *place; /* of the fold in hand: its features among them */
  struct ft_member *member;
  uint32_t members;
};

static enum ft_status no_memory(struct ft_error *err) {
  return ft_arena_fail(err, "the average of the models");
}

static enum ft_status fail_differ(struct ft_error *err, const char *what) {
  ft_fail(err, FT_UNSUPPORTED, "the archive has several models, whose %s differ", what);
  return ft_fail_hint(err,
                      "The folds of one training are averaged; else give one of them as FROM.");
}

static enum ft_status fail_kind(struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED,
          "the archive has several models, of a kind whose average is not supported");
  return ft_fail_hint(err, "Give one of them as FROM.");
}

static bool labels_agree(const struct ft_model *a, const struct ft_model *b) {
  if (a->labels != b->labels) return false;
  for (uint32_t i = 0; i < a->labels; i++)
    if (!ft_span_equal(a->label[i], b->label[i])) return false;
  return true;
}

static bool fields_agree(const struct ft_model *a, const struct ft_model *b) {
  if (a->fields != b->fields) return false;
  for (uint32_t i = 0; i < a->fields; i++)
    if (!ft_span_equal(ft_span_of(a->field[i].name), ft_span_of(b->field[i].name))) return false;
  return true;
}

static bool texts_agree(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

/* Those that are whole in themselves; others name features. */
static bool is_plain(const struct ft_encoder *encoder) {
  return encoder->kind == FT_ENCODE_NUMBER || encoder->kind == FT_ENCODE_SENTINEL ||
         encoder->kind == FT_ENCODE_CATEGORY;
}

static enum ft_status check_fold(const struct ft_import *first, const struct ft_import *fold,
                                 struct ft_error *err) {
  const struct ft_model *a = &first->model, *b = &fold->model;
  if (fold->artifact.size || b->transforms) return fail_kind(err);
  for (uint32_t f = 0; f < b->features; f++)
    if (!is_plain(&b->encoder[f])) return fail_kind(err);
  for (uint32_t m = 0; m < b->members; m++)
    if (b->member[m].scale != FT_SCALE_MARGIN) return fail_kind(err);
  if (!texts_agree(first->objective, fold->objective) || a->link != b->link ||
      a->problem != b->problem || a->outputs != b->outputs)
    return fail_differ(err, "objectives");
  if (!fields_agree(a, b)) return fail_differ(err, "columns");
  return labels_agree(a, b) ? FT_OK : fail_differ(err, "classes");
}

static bool encoders_agree(const struct ft_encoder *a, const struct ft_encoder *b) {
  return a->kind == b->kind && a->part == b->part && a->field == b->field && a->low == b->low &&
         a->high == b->high && a->categories == b->categories &&
         (a->categories == 0 ||
          memcmp(a->category, b->category, a->categories * sizeof *a->category) == 0);
}

/* A fold may tell other categories apart than the fold before. */
static void place_encoders(struct averaging *average, const struct ft_model *model) {
  for (uint32_t f = 0; f < model->features; f++) {
    uint32_t at = 0;
    while (at < average->features && !encoders_agree(&average->encoder[at], &model->encoder[f]))
      at++;
    if (at == average->features) average->encoder[average->features++] = model->encoder[f];
    average->place[f] = at;
  }
}

static enum ft_status place_nodes(struct ft_forest *forest, const struct averaging *average,
                                  struct ft_error *err) {
  struct ft_node *node = FT_ARENA_NEW(average->arena, struct ft_node, forest->nodes);
  if (!node) return no_memory(err);
  for (uint32_t i = 0; i < forest->nodes; i++) {
    node[i] = forest->node[i];
    if (node[i].feature != FT_NODE_LEAF) node[i].feature = average->place[node[i].feature];
  }
  forest->node = node;
  return FT_OK;
}

static enum ft_status place_net(struct ft_net *net, const struct averaging *average,
                                struct ft_error *err) {
  struct ft_term *term = FT_ARENA_NEW(average->arena, struct ft_term, net->terms);
  struct ft_lookup *lookup = FT_ARENA_NEW(average->arena, struct ft_lookup, net->lookups);
  if (!term || !lookup) return no_memory(err);
  for (uint32_t i = 0; i < net->terms; i++) {
    term[i] = net->term[i];
    term[i].feature = average->place[term[i].feature];
  }
  for (uint32_t i = 0; i < net->lookups; i++) {
    lookup[i] = net->lookup[i];
    lookup[i].feature = average->place[lookup[i].feature];
  }
  net->term = term;
  net->lookup = lookup;
  return FT_OK;
}

static enum ft_status add_members(struct averaging *average, const struct ft_model *model,
                                  uint32_t fold, struct ft_error *err) {
  for (uint32_t m = 0; m < model->members; m++) {
    struct ft_member *member = &average->member[average->members++];
    *member = model->member[m];
    member->sum = model->outputs * (1 + fold);
    member->outputs = model->outputs;
    if (member->kind == FT_LEARNER_FOREST)
      FT_TRY(place_nodes(&member->forest, average, err));
    else if (member->kind == FT_LEARNER_NET)
      FT_TRY(place_net(&member->net, average, err));
    else
      return fail_kind(err);
  }
  return FT_OK;
}

static enum ft_status add_folds(struct averaging *average, const struct ft_import *fold,
                                struct ft_error *err) {
  size_t features = 0, members = 0;
  for (uint32_t k = 0; k < average->folds; k++) {
    features += fold[k].model.features;
    members += fold[k].model.members;
  }
  if (features > FT_MODEL_MAX_FEATURES || members > FT_MODEL_MAX_MEMBERS)
    return ft_fail(err, FT_LIMIT,
                   "the archive has %" PRIu32 " models, which are too large together",
                   average->folds);
  average->encoder = FT_ARENA_NEW(average->arena, struct ft_encoder, features);
  average->place = FT_ARENA_NEW(average->arena, uint32_t, features);
  average->member = FT_ARENA_NEW(average->arena, struct ft_member, members);
  if (!average->encoder || !average->place || !average->member) return no_memory(err);
  for (uint32_t k = 0; k < average->folds; k++) {
    place_encoders(average, &fold[k].model);
    FT_TRY(add_members(average, &fold[k].model, k, err));
  }
  return FT_OK;
}

static bool gives_classes(const struct ft_import *import) {
  return import->model.link == FT_LINK_HINGE ||
         (import->objective && strcmp(import->objective, "multi:softmax") == 0);
}

/* What makes a fold's sums its predictions; FT_TRANSFORM_LINEAR: nothing. */
static enum ft_transform_kind transform_of(const struct ft_import *import) {
  switch (import->model.link) {
  case FT_LINK_LOGISTIC: return FT_TRANSFORM_LOGISTIC;
  case FT_LINK_EXP: return FT_TRANSFORM_EXP;
  case FT_LINK_HINGE: return FT_TRANSFORM_ABOVE;
  case FT_LINK_SOFTMAX: return gives_classes(import) ? FT_TRANSFORM_HIGHEST : FT_TRANSFORM_SOFTMAX;
  default: return FT_TRANSFORM_LINEAR;
  }
}

/* No constant, and each output's share of its own place. */
static double *write_shares(struct ft_arena *arena, uint32_t outputs, uint32_t folds) {
  double *number = FT_ARENA_NEW(arena, double, (size_t)outputs *(1 + (size_t)outputs));
  for (uint32_t o = 0; number && o < outputs; o++)
    number[outputs + (size_t)o * outputs + o] = 1.0 / folds;
  return number;
}

static enum ft_status add_transforms(struct ft_model *model, const struct averaging *average,
                                     const struct ft_import *fold, struct ft_error *err) {
  const uint32_t outputs = fold->model.outputs;
  const enum ft_transform_kind kind = transform_of(fold);
  if (outputs > FT_MODEL_MAX_SUMS / (1 + average->folds))
    return ft_fail(err, FT_LIMIT, "the archive has %" PRIu32 " models of %" PRIu32 " classes",
                   average->folds, outputs);
  struct ft_transform *transform =
      FT_ARENA_NEW(average->arena, struct ft_transform, 2 * (size_t)average->folds);
  const double *share = write_shares(average->arena, outputs, average->folds);
  if (!transform || !share) return no_memory(err);
  for (uint32_t k = 0; k < average->folds; k++) {
    const uint32_t first = outputs * (1 + k);
    if (kind != FT_TRANSFORM_LINEAR)
      transform[model->transforms++] = (struct ft_transform){ kind, first, outputs, 0, 0, NULL };
    transform[model->transforms++] =
        (struct ft_transform){ FT_TRANSFORM_LINEAR, first, outputs, 0, outputs, share };
  }
  model->transform = transform;
  model->sums = outputs * (1 + average->folds);
  model->link = FT_LINK_IDENTITY;
  return FT_OK;
}

enum ft_status ft_folds_average(struct ft_import *out, struct ft_arena *arena,
                                const struct ft_import *fold, uint32_t folds,
                                struct ft_error *err) {
  struct averaging average = { .arena = arena, .folds = folds };
  struct ft_import import = fold[0];
  for (uint32_t k = 0; k < folds; k++)
    FT_TRY(check_fold(&fold[0], &fold[k], err));
  FT_TRY(add_folds(&average, fold, err));
  FT_TRY(add_transforms(&import.model, &average, fold, err));
  import.model.encoder = average.encoder;
  import.model.features = average.features;
  import.model.member = average.member;
  import.model.members = average.members;
  FT_TRY(ft_import_notice(&import, arena, err,
                          gives_classes(fold) ? "the votes of %" PRIu32 " models are counted"
                                              : "the predictions of %" PRIu32
                                                " models are averaged",
                          folds));
  *out = import;
  return FT_OK;
}
