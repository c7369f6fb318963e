#include "core/import/imported.h"

#include <jansson.h>

#include "foretell/artifact.h"
#include "foretell/plan.h"

#define VERSION            "0.1.0"
#define MANIFEST_MAX_BYTES ((size_t)1 << 24)
#define PROBES_MAX_BYTES   ((size_t)1 << 28)
#define PROBES_SEED        1

static json_t *text_or_null(const char *text) {
  return text ? json_string(text) : json_null();
}

static json_t *make_manifest(const struct ft_import *import) {
  json_t *warnings = json_array();
  for (uint32_t i = 0; i < import->notices; i++)
    json_array_append_new(warnings, json_string(import->notice[i]));
  return json_pack("{s:s,s:s,s:o,s:b,s:{s:s,s:o,s:o,s:o},s:[],s:o}", "foretell", VERSION, "problem",
                   ft_problem_shown(import->model.problem), "model_type",
                   text_or_null(import->model_type), "automatic", 0, "imported_from", "format",
                   import->format, "version", text_or_null(import->version), "objective",
                   text_or_null(import->objective), "missing", text_or_null(import->missing),
                   "metrics", "warnings", warnings);
}

static int append(const char *text, size_t size, void *out) {
  ft_buffer_append(out, text, size);
  return 0;
}

static enum ft_status write_manifest(struct ft_buffer *out, const struct ft_import *import,
                                     struct ft_error *err) {
  json_t *root = make_manifest(import);
  int failed = root ? json_dump_callback(root, append, out, JSON_COMPACT) : -1;
  json_decref(root);
  if (failed) return ft_fail(err, FT_NOMEM, "out of memory for the manifest");
  return ft_buffer_check(out, "the manifest", err);
}

static enum ft_status write_parts(struct ft_buffer *out, struct ft_buffer *probes,
                                  struct ft_buffer *manifest, const struct ft_import *import,
                                  const struct ft_plan *plan, struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_plan_write_probes(probes, plan, PROBES_SEED, err));
  FT_TRY(ft_buffer_check(probes, "the probes", err));
  FT_TRY(write_manifest(manifest, import, err));
  return ft_artifact_write(out, &hash, &import->model, ft_buffer_view(probes),
                           ft_buffer_view(manifest), err);
}

static enum ft_status write_artifact(struct ft_buffer *out, const struct ft_import *import,
                                     struct ft_error *err) {
  struct ft_plan *plan = NULL;
  if (import->artifact.size) {
    ft_buffer_append_text(out, import->artifact);
    return ft_buffer_check(out, "the artifact", err);
  }
  FT_TRY(ft_plan_make(&plan, &import->model, err));
  struct ft_buffer manifest, probes;
  ft_buffer_init(&manifest, MANIFEST_MAX_BYTES);
  ft_buffer_init(&probes, PROBES_MAX_BYTES);
  enum ft_status status = write_parts(out, &probes, &manifest, import, plan, err);
  ft_buffer_release(&manifest);
  ft_buffer_release(&probes);
  ft_plan_close(plan);
  return status;
}

enum ft_status ft_imported_write(struct ft_buffer *out, const struct ft_import_request *request,
                                 struct ft_span bytes, void (*notice)(void *self, const char *text),
                                 void *self, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_import import;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_import_read(&import, &arena, request, bytes, err);
  for (uint32_t i = 0; status == FT_OK && notice && i < import.notices; i++)
    notice(self, import.notice[i]);
  if (status == FT_OK) status = write_artifact(out, &import, err);
  ft_arena_release(&arena);
  return status;
}
