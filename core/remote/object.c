#include "foretell/object.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/remote/answer.h"
#include "core/remote/endpoint.h"
#include "core/remote/http.h"
#include "core/remote/sigv4.h"

#define URL_MAX_BYTES    8192
#define HEADER_MAX_BYTES ((size_t)1 << 16)
#define WORDS_BYTES      400

struct getting {
  struct ft_span bucket;
  struct ft_span key;
  struct ft_span shown; /* the s3:// URL, for messages */
  struct ft_credential credential;
  struct ft_buffer url; /* with its NUL */
  struct ft_url parts;
  struct ft_buffer header;
  struct ft_buffer *out;
  bool asked;
  bool moved; /* the bucket's region was told and differs: ask there */
};

static bool is_bucket(struct ft_span name) {
  for (size_t i = 0; i < name.size; i++) {
    char byte = name.data[i];
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    if (!letter && !(byte >= '0' && byte <= '9') && byte != '-' && byte != '.' && byte != '_')
      return false;
  }
  return name.size >= 3 && name.size <= 255;
}

static enum ft_status read_place(struct getting *out, struct ft_span url, struct ft_error *err) {
  static const char scheme[] = "s3://";
  size_t size = sizeof scheme - 1;
  bool good = url.size > size &&
              ft_span_equal_nocase((struct ft_span){ url.data, size }, ft_span_of(scheme));
  const char *slash = good ? memchr(url.data + size, '/', url.size - size) : NULL;
  if (slash) {
    out->bucket = (struct ft_span){ url.data + size, (size_t)(slash - url.data) - size };
    out->key = (struct ft_span){ slash + 1, url.size - (size_t)(slash - url.data) - 1 };
  }
  good = slash && is_bucket(out->bucket) && out->key.size && out->key.size <= 1024;
  out->shown = url;
  if (good) return FT_OK;
  ft_fail(err, FT_INVALID, "\"%.*s\" names no object", FT_SPAN_ARG(url));
  return ft_fail_hint(err, "Write s3://bucket/key.");
}

/* By the path: it serves buckets with points in their names, and stores of one's own. */
static enum ft_status place(struct getting *getting, const struct ft_remote_rules *rules,
                            struct ft_error *err) {
  const struct ft_credential *credential = &getting->credential;
  struct ft_span base = ft_span_of(credential->endpoint);
  if (base.size && base.data[base.size - 1] == '/') base.size--;
  ft_buffer_reset(&getting->url);
  if (base.size)
    ft_buffer_append_text(&getting->url, base);
  else
    ft_buffer_print(&getting->url, "https://s3.%s.amazonaws.com%s", credential->region,
                    strncmp(credential->region, "cn-", 3) == 0 ? ".cn" : "");
  ft_buffer_u8(&getting->url, '/');
  ft_url_encode(&getting->url, getting->bucket, 0);
  ft_buffer_u8(&getting->url, '/');
  ft_url_encode(&getting->url, getting->key, '/');
  struct ft_span text = ft_buffer_view(&getting->url);
  ft_buffer_u8(&getting->url, 0);
  FT_TRY(ft_buffer_check(&getting->url, "the object's URL", err));
  text.data = (const char *)getting->url.data;
  FT_TRY(ft_url_read(&getting->parts, text, err));
  return ft_endpoint_check_allowed(&getting->parts, rules, err);
}

static enum ft_status next(void *self, uint32_t slot, bool *more, struct ft_error *err) {
  struct getting *getting = self;
  (void)slot, (void)err;
  *more = !getting->asked;
  getting->asked = true;
  return FT_OK;
}

static enum ft_status request(void *self, uint32_t slot, struct ft_http_request *out,
                              struct ft_error *err) {
  struct getting *getting = self;
  (void)slot;
  struct ft_sigv4_request signed_request = { .method = "GET",
                                             .url = &getting->parts,
                                             .service = "s3",
                                             .at = time(NULL) };
  ft_buffer_reset(&getting->header);
  FT_TRY(ft_sigv4_write(&getting->header, &signed_request, &getting->credential, err));
  *out = (struct ft_http_request){
    .url = (const char *)getting->url.data,
    .header = ft_buffer_view(&getting->header),
    .answer_bytes = getting->out->maximum - getting->out->size,
  };
  return FT_OK;
}

static enum ft_status fail(void *self, uint32_t slot, enum ft_status status, const char *why,
                           struct ft_error *err) {
  const struct getting *getting = self;
  (void)slot;
  if (status == FT_LIMIT)
    return ft_fail(err, FT_LIMIT, "\"%.*s\" has more than the %zu bytes that are read",
                   FT_SPAN_ARG(getting->shown), getting->out->maximum);
  return ft_fail(err, status, "\"%.*s\" cannot be read: %s", FT_SPAN_ARG(getting->shown), why);
}

/* Another region's bucket: 301, 400 or 307 with the region's name. */
static bool follow(struct getting *getting, const struct ft_http_answer *answer) {
  char *region = getting->credential.region;
  size_t room = sizeof getting->credential.region;
  bool other = answer->code >= 300 && answer->code <= 403 && answer->region.size &&
               answer->region.size < room && !getting->credential.endpoint[0] &&
               !ft_span_equal(answer->region, ft_span_of(region));
  for (size_t i = 0; other && i < answer->region.size; i++) {
    char byte = answer->region.data[i];
    other = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
  }
  if (!other || getting->moved) return false;
  memcpy(region, answer->region.data, answer->region.size);
  region[answer->region.size] = '\0';
  return true;
}

static enum ft_status take(void *self, uint32_t slot, const struct ft_http_answer *answer,
                           struct ft_error *err) {
  struct getting *getting = self;
  char words[WORDS_BYTES], why[WORDS_BYTES + 64];
  if (answer->code == 200) {
    ft_buffer_append_text(getting->out, answer->body);
    return ft_buffer_check(getting->out, "the object", err);
  }
  if (follow(getting, answer)) {
    getting->moved = true;
    return FT_OK;
  }
  ft_answer_clean(words, sizeof words, answer->body, ft_span_of(getting->credential.token));
  snprintf(why, sizeof why, "status %ld%s%s", answer->code, words[0] ? ", " : "", words);
  return fail(self, slot, answer->code == 403 ? FT_PRIVILEGE : FT_IO, why, err);
}

static enum ft_status get(struct getting *getting, const struct ft_remote_rules *rules,
                          const struct ft_remote_watch *watch, struct ft_error *err) {
  struct ft_http_work work = { .self = getting,
                               .next = next,
                               .request = request,
                               .take = take,
                               .fail = fail };
  struct ft_http *http = NULL;
  FT_TRY(ft_credential_load(&getting->credential, FT_SERVICE_S3, err));
  FT_TRY(place(getting, rules, err));
  FT_TRY(ft_http_borrow(&http, err));
  enum ft_status status = ft_http_run(http, &work, rules, watch, err);
  if (status == FT_OK && getting->moved) {
    getting->asked = false;
    status = place(getting, rules, err);
    if (status == FT_OK) status = ft_http_run(http, &work, rules, watch, err);
  }
  ft_http_return(http);
  return status;
}

enum ft_status ft_object_get(struct ft_buffer *out, struct ft_span url,
                             const struct ft_remote_rules *rules,
                             const struct ft_remote_watch *watch, struct ft_error *err) {
  struct getting getting = { .out = out };
  FT_TRY(read_place(&getting, url, err));
  ft_buffer_init(&getting.url, URL_MAX_BYTES);
  ft_buffer_init(&getting.header, HEADER_MAX_BYTES);
  enum ft_status status = get(&getting, rules, watch, err);
  ft_buffer_release(&getting.url);
  ft_buffer_release(&getting.header);
  ft_credential_wipe(&getting.credential);
  return status;
}
