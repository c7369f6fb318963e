#include "core/remote/credential.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/remote/profile.h"
#include "foretell/buffer.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define PATH_BYTES     1024

enum { KEY_ID = 0, SECRET, TOKEN, REGION, ENDPOINT, ENTRIES };

static const char *const entry_names[ENTRIES] = { "aws_access_key_id", "aws_secret_access_key",
                                                  "aws_session_token", "region", "endpoint_url" };

static const char *const service_variables[] = { "AWS_ENDPOINT_URL_S3",
                                                 "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME" };

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value && value[0] ? value : NULL;
}

void ft_credential_wipe(struct ft_credential *credential) {
  explicit_bzero(credential, sizeof *credential);
}

/* A value goes into header lines and hosts: it has no blanks and no control characters. */
static enum ft_status copy(char *out, size_t room, struct ft_span value, const char *what,
                           struct ft_error *err) {
  bool good = value.size < room;
  for (size_t i = 0; good && i < value.size; i++)
    good = value.data[i] > ' ' && value.data[i] <= '~';
  if (!good) return ft_fail(err, FT_INVALID, "the value of %s cannot be one", what);
  if (value.size) memcpy(out, value.data, value.size);
  out[value.size] = '\0';
  return FT_OK;
}

/* The text of a file; nothing when it is not there. */
static enum ft_status read_file(struct ft_buffer *out, const char *path, struct ft_error *err) {
  char part[4096];
  size_t size;
  FILE *file = fopen(path, "re");
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return FT_OK;
  if (!file) return ft_fail(err, FT_INVALID, "\"%s\" cannot be read: %s", path, strerror(errno));
  while ((size = fread(part, 1, sizeof part, file)) > 0)
    ft_buffer_append(out, part, size);
  bool broken = ferror(file);
  fclose(file);
  explicit_bzero(part, sizeof part);
  if (broken) return ft_fail(err, FT_INVALID, "\"%s\" cannot be read", path);
  return ft_buffer_check(out, "a file of AWS's", err);
}

static bool find_path(char out[PATH_BYTES], const char *name, const char *standard) {
  const char *given = variable(name), *home = variable("HOME");
  if (given) return (size_t)snprintf(out, PATH_BYTES, "%s", given) < PATH_BYTES;
  if (!home) return false;
  return (size_t)snprintf(out, PATH_BYTES, "%s/.aws/%s", home, standard) < PATH_BYTES;
}

/* What the environment has not said. */
static enum ft_status fill(struct ft_credential *out, const struct ft_profile_entry *entry,
                           const char *path, struct ft_error *err) {
  struct {
    char *text;
    size_t room;
    bool wanted;
  } place[ENTRIES] = { { out->key_id, sizeof out->key_id, !out->key_id[0] },
                       { out->secret, sizeof out->secret, !out->key_id[0] },
                       { out->token, sizeof out->token, !out->key_id[0] },
                       { out->region, sizeof out->region, !out->region[0] },
                       { out->endpoint, sizeof out->endpoint, !out->endpoint[0] } };
  for (size_t i = 0; i < ENTRIES; i++) {
    char what[PATH_BYTES + 64];
    if (!place[i].wanted || !entry[i].value.data) continue;
    snprintf(what, sizeof what, "%s in \"%s\"", entry_names[i], path);
    FT_TRY(copy(place[i].text, place[i].room, entry[i].value, what, err));
  }
  return FT_OK;
}

static enum ft_status read_profile(struct ft_credential *out, const char *path, const char *profile,
                                   bool prefixed, bool *found, struct ft_error *err) {
  struct ft_profile_entry entry[ENTRIES];
  struct ft_buffer text;
  for (size_t i = 0; i < ENTRIES; i++)
    entry[i] = (struct ft_profile_entry){ entry_names[i], { NULL, 0 } };
  ft_buffer_init(&text, FILE_MAX_BYTES);
  enum ft_status status = read_file(&text, path, err);
  if (status == FT_OK)
    status = ft_profile_read(entry, ENTRIES, found, ft_buffer_view(&text), ft_span_of(profile),
                             prefixed, path, err);
  if (status == FT_OK) status = fill(out, entry, path, err);
  if (text.data) explicit_bzero(text.data, text.capacity);
  ft_buffer_release(&text);
  return status;
}

static enum ft_status read_profiles(struct ft_credential *out, struct ft_error *err) {
  const char *named = variable("AWS_PROFILE");
  const char *profile = named ? named : "default";
  char path[PATH_BYTES];
  bool found[2] = { false, false };
  if (find_path(path, "AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    FT_TRY(read_profile(out, path, profile, false, &found[0], err));
  if (find_path(path, "AWS_CONFIG_FILE", "config"))
    FT_TRY(read_profile(out, path, profile, true, &found[1], err));
  if (found[0] || found[1] || !named || out->key_id[0]) return FT_OK;
  return ft_fail(err, FT_INVALID, "the profile \"%s\" (AWS_PROFILE) is in no file of AWS's", named);
}

static enum ft_status read_variables(struct ft_credential *out, enum ft_service service,
                                     struct ft_error *err) {
  const char *key = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
  const char *token = variable("AWS_SESSION_TOKEN"), *region = variable("AWS_REGION");
  const char *endpoint = variable(service_variables[service]);
  if (!region) region = variable("AWS_DEFAULT_REGION");
  if (!endpoint) endpoint = variable("AWS_ENDPOINT_URL");
  if (region) FT_TRY(copy(out->region, sizeof out->region, ft_span_of(region), "AWS_REGION", err));
  if (endpoint)
    FT_TRY(copy(out->endpoint, sizeof out->endpoint, ft_span_of(endpoint),
                service_variables[service], err));
  if (!key || !secret) return FT_OK;
  FT_TRY(copy(out->key_id, sizeof out->key_id, ft_span_of(key), "AWS_ACCESS_KEY_ID", err));
  FT_TRY(copy(out->secret, sizeof out->secret, ft_span_of(secret), "AWS_SECRET_ACCESS_KEY", err));
  if (!token) return FT_OK;
  return copy(out->token, sizeof out->token, ft_span_of(token), "AWS_SESSION_TOKEN", err);
}

static enum ft_status check(struct ft_credential *out, struct ft_error *err) {
  if (!out->key_id[0] || !out->secret[0]) {
    ft_fail(err, FT_INVALID, "there are no AWS credentials");
    return ft_fail_hint(err,
                        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE and its "
                        "files.");
  }
  for (const char *byte = out->region; *byte; byte++) {
    bool plain = (*byte >= 'a' && *byte <= 'z') || (*byte >= '0' && *byte <= '9') || *byte == '-';
    if (!plain) return ft_fail(err, FT_INVALID, "the value of AWS_REGION cannot be one");
  }
  if (out->region[0]) return FT_OK;
  ft_fail(err, FT_INVALID, "there is no AWS region");
  return ft_fail_hint(err, "Set AWS_REGION.");
}

enum ft_status ft_credential_load(struct ft_credential *out, enum ft_service service,
                                  struct ft_error *err) {
  struct ft_credential credential = { .key_id = "" };
  enum ft_status status = read_variables(&credential, service, err);
  if (status == FT_OK) status = read_profiles(&credential, err);
  if (status == FT_OK) status = check(&credential, err);
  if (status == FT_OK) *out = credential;
  ft_credential_wipe(&credential);
  return status;
}
