/* Our own part of SHOW MODEL, below Redshift's. */
#include <inttypes.h>
#include <math.h>
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

/* Where rows that judge the model are not in it. */
static void add_rows_trained(struct ft_description *description, const char *key) {
  double used = ft_description_number(description, "rows.used", -1);
  if (ft_description_number(description, "rows.trained", used) < used)
    add_count(description, key, "rows.trained");
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

static void add_seed(struct ft_description *description, const char *key) {
  const json_t *seed = ft_description_member(description, "seed");
  if (json_is_integer(seed))
    ft_description_print(description, key, "%" JSON_INTEGER_FORMAT, json_integer_value(seed));
}

static void add_trials(struct ft_description *description, const char *key) {
  add_count(description, key, "trials_run");
}

static void add_ended(struct ft_description *description, const char *key) {
  const char *sentence = ft_description_text(description, "ended");
  if (sentence) ft_description_add(description, key, ft_span_of(sentence));
}

/* What is predicted is not more than two digits. */
static void add_rows_a_second(struct ft_description *description, const char *key) {
  double nanoseconds = ft_description_number(description, "predict_ns", 0);
  char digits[FT_DESCRIPTION_REAL];
  if (!(nanoseconds >= 0.001)) return;
  double rate = 1e9 / nanoseconds, unit = 1;
  while (rate / unit >= 100)
    unit *= 10;
  rate = (double)(uint64_t)(rate / unit + 0.5) * unit;
  bool millions = rate >= 1e6;
  ft_description_write_real(digits, millions ? rate / 1e6 : rate, millions && rate < 1e7);
  ft_description_print(description, key, "%s%s (one core)", digits, millions ? " million" : "");
}

/* The candidate with the most weight below `weight`, or of the same behind `after`; NULL: none. */
static const json_t *next_member(const json_t *trials, double weight, size_t after, size_t *at) {
  size_t i;
  const json_t *trial, *found = NULL;
  double max = 0;
  json_array_foreach(trials, i, trial) {
    double share = json_number_value(json_object_get(trial, "weight"));
    bool left = share < weight || (share == weight && i > after);
    if (!left || !(share > max) || !json_is_string(json_object_get(trial, "name"))) continue;
    max = share;
    found = trial;
    *at = i;
  }
  return found;
}

/* "boosted depth 6 (0.42), linear (0.31)": which candidates the model is made of, the weightiest first. */
static void add_members(struct ft_description *description, const char *key) {
  const json_t *trials = ft_description_member(description, "trials"), *trial;
  struct ft_buffer *text = &description->text;
  char share[FT_DESCRIPTION_REAL];
  double weight = INFINITY;
  size_t at = 0;
  ft_buffer_reset(text);
  while ((trial = next_member(trials, weight, at, &at))) {
    weight = json_number_value(json_object_get(trial, "weight"));
    ft_description_write_real(share, weight, 2);
    ft_buffer_print(text, "%s%s (%s)", text->size ? ", " : "",
                    json_string_value(json_object_get(trial, "name")), share);
  }
  description->failed |= text->failed;
  if (text->size) ft_description_add(description, key, ft_buffer_view(text));
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
  { "Ensemble Members", add_members },
  { "Expected Rows per Second", add_rows_a_second },
  { "Artifact Size", add_bytes },
  { "Damaged", add_damage },
  { "Last Failure", add_last_failure },
  { "Rows Read", add_rows_read },
  { "Rows Used", add_rows_used },
  { "Rows Trained On", add_rows_trained },
  { "Rows Excluded", add_rows_left_out },
  { "Columns Excluded", add_columns_left_out },
  { "Seed", add_seed },
  { "Trials", add_trials },
  { "Search Stop Reason", add_ended },
  { "Training Seconds", add_seconds },
  { "Warnings", add_warnings },
  { NULL, NULL },
};
