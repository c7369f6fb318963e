/* Our own part of SHOW MODEL, below Redshift's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/command/description.h"

static void add_heading(struct ft_description *description, const char *key) {
  ft_description_add(description, "", (struct ft_span){ "", 0 });
  ft_description_add(description, key, (struct ft_span){ "", 0 });
}

static void add_version(struct ft_description *description, const char *key) {
  ft_description_print(description, key, "%" PRIu32, description->record->version);
}

static void add_sha256(struct ft_description *description, const char *key) {
  const char *hash = description->record->model_sha256;
  if (hash && hash[0]) ft_description_add(description, key, ft_span_of(hash));
}

static void add_bytes(struct ft_description *description, const char *key) {
  uint64_t bytes = description->record->artifact_bytes;
  if (bytes) ft_description_print(description, key, "%" PRIu64 " bytes", bytes);
}

static void add_damage(struct ft_description *description, const char *key) {
  if (description->damage) ft_description_add(description, key, ft_span_of(description->damage));
}

/* A READY version whose replacement failed. */
static void add_last_failure(struct ft_description *description, const char *key) {
  const struct ft_model_record *record = description->record;
  if (record->state == FT_MODEL_READY && record->reason && record->reason[0])
    ft_description_add(description, key, ft_span_of(record->reason));
}

/* A count of the manifest, printed without decimals. */
static void add_count(struct ft_description *description, const char *key, const char *path) {
  double count = ft_description_number(description, path, -1);
  if (count >= 0) ft_description_real(description, key, count, 0);
}

static void add_rows_read(struct ft_description *description, const char *key) {
  add_count(description, key, "rows.read");
}

static void add_rows_used(struct ft_description *description, const char *key) {
  add_count(description, key, "rows.used");
}

static void add_rows_left_out(struct ft_description *description, const char *key) {
  double nulls = ft_description_number(description, "rows.null_target", 0);
  double sampled = ft_description_number(description, "rows.sampled_out", 0);
  if (nulls > 0) {
    ft_description_print(description, key, "%.0f (the target is NULL)", nulls);
    key = "";
  }
  if (sampled > 0) ft_description_print(description, key, "%.0f (sampled by MAX_CELLS)", sampled);
}

static void add_columns_left_out(struct ft_description *description, const char *key) {
  size_t i;
  json_t *column;
  json_array_foreach(ft_description_member(description, "features_left_out"), i, column) {
    const char *name = json_string_value(json_object_get(column, "name"));
    const char *reason = json_string_value(json_object_get(column, "reason"));
    if (!name) continue;
    ft_description_print(description, key, reason ? "%s (%s)" : "%s", name, reason);
    key = "";
  }
}

static void add_validation(struct ft_description *description, const char *key) {
  const char *method = ft_description_text(description, "validation.method");
  if (!method) return;
  double rows = ft_description_number(description, "validation.rows", 0);
  double folds = ft_description_number(description, "validation.folds", 0);
  char parts[64] = "";
  if (folds > 1) snprintf(parts, sizeof(parts), ", %.0f folds", folds);
  ft_description_print(description, key, "%s, %.0f rows%s", method, rows, parts);
}

static void add_further_metrics(struct ft_description *description, const char *key) {
  (void)key;
  ft_description_metrics(description, false);
}

/* Of a binary classifier: the probability from which on it says the second label. */
static void add_threshold(struct ft_description *description, const char *key) {
  double threshold = ft_description_number(description, "threshold", -1);
  bool binary = description->artifact && description->artifact->model.problem == FT_BINARY;
  if (threshold >= 0 && binary) ft_description_real(description, key, threshold, 6);
}

static void add_seed(struct ft_description *description, const char *key) {
  const json_t *seed = ft_description_member(description, "seed");
  if (json_is_integer(seed))
    ft_description_print(description, key, "%" JSON_INTEGER_FORMAT, json_integer_value(seed));
}

static void add_trials(struct ft_description *description, const char *key) {
  add_count(description, key, "trials_run");
}

static void add_seconds(struct ft_description *description, const char *key) {
  double seconds = ft_description_number(description, "seconds", -1);
  if (seconds >= 0) ft_description_real(description, key, seconds, 1);
}

static void add_warnings(struct ft_description *description, const char *key) {
  size_t i;
  json_t *warning;
  json_array_foreach(ft_description_member(description, "warnings"), i, warning) {
    if (!json_is_string(warning)) continue;
    ft_description_add(description, key, ft_span_of(json_string_value(warning)));
    key = "";
  }
}

const struct ft_description_rule ft_description_own_rules[] = {
  { "FORETELL:", add_heading },
  { "Version", add_version },
  { "Model SHA-256", add_sha256 },
  { "Artifact Size", add_bytes },
  { "Damaged", add_damage },
  { "Last Failure", add_last_failure },
  { "Rows Read", add_rows_read },
  { "Rows Used", add_rows_used },
  { "Rows Left Out", add_rows_left_out },
  { "Columns Left Out", add_columns_left_out },
  { "Validation", add_validation },
  { "", add_further_metrics },
  { "Threshold", add_threshold },
  { "Seed", add_seed },
  { "Trials", add_trials },
  { "Training Seconds", add_seconds },
  { "Warnings", add_warnings },
  { NULL, NULL },
};
