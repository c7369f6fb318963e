#include "core/remote/sigv4.h"

#include <stdio.h>
#include <string.h>

#include "foretell/hash.h"

#define TEXT_MAX_BYTES ((size_t)1 << 20)

static void append_lines(struct ft_buffer *out, const struct ft_sigv4_header *header,
                         size_t headers) {
  for (size_t i = 0; i < headers; i++) {
    ft_buffer_print(out, "%s:", header[i].name);
    ft_buffer_append_text(out, ft_span_trim(header[i].value));
    ft_buffer_u8(out, '\n');
  }
}

static void append_names(struct ft_buffer *out, const struct ft_sigv4_header *header,
                         size_t headers) {
  for (size_t i = 0; i < headers; i++)
    ft_buffer_print(out, "%s%s", i ? ";" : "", header[i].name);
}

/* All that is signed, in the order of names. */
struct headers {
  struct ft_sigv4_header item[FT_SIGV4_MAX_HEADERS + 4];
  size_t count;
};

static void insert(struct headers *headers, const char *name, struct ft_span value) {
  size_t at = headers->count++;
  for (; at && strcmp(headers->item[at - 1].name, name) > 0; at--)
    headers->item[at] = headers->item[at - 1];
  headers->item[at] = (struct ft_sigv4_header){ name, value };
}

struct signing {
  const struct ft_sigv4_request *request;
  const struct ft_credential *credential;
  char stamp[20]; /* 20261122T134500Z */
  char body[FT_SHA256_TEXT];
  char scope[160];
  struct headers headers;
  struct ft_buffer host;
};

static enum ft_status hash_text(char out[FT_SHA256_TEXT], struct ft_span text,
                                struct ft_error *err) {
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, &text, 1, err));
  ft_sha256_text(out, &hash);
  return FT_OK;
}

static enum ft_status prepare(struct signing *signing, struct ft_error *err) {
  const struct ft_sigv4_request *request = signing->request;
  const struct ft_credential *credential = signing->credential;
  struct tm parts = { 0 };
  gmtime_r(&request->at, &parts);
  strftime(signing->stamp, sizeof signing->stamp, "%Y%m%dT%H%M%SZ", &parts);
  snprintf(signing->scope, sizeof signing->scope, "%.8s/%s/%s/aws4_request", signing->stamp,
           credential->region, request->service);
  FT_TRY(hash_text(signing->body, request->body, err));
  ft_url_write_host(&signing->host, request->url);
  for (size_t i = 0; i < request->headers; i++)
    insert(&signing->headers, request->header[i].name, request->header[i].value);
  insert(&signing->headers, "host", ft_buffer_view(&signing->host));
  insert(&signing->headers, "x-amz-date", ft_span_of(signing->stamp));
  if (strcmp(request->service, "s3") == 0)
    insert(&signing->headers, "x-amz-content-sha256", ft_span_of(signing->body));
  if (credential->token[0])
    insert(&signing->headers, "x-amz-security-token", ft_span_of(credential->token));
  return FT_OK;
}

static void append_request(struct ft_buffer *out, const struct signing *signing) {
  const struct ft_sigv4_request *request = signing->request;
  struct ft_span path = request->url->path.size ? request->url->path : FT_SPAN("/");
  ft_buffer_print(out, "%s\n", request->method);
  if (strcmp(request->service, "s3") == 0)
    ft_buffer_append_text(out, path);
  else
    ft_url_encode(out, path, '/');
  ft_buffer_u8(out, '\n');
  ft_buffer_append_text(out, request->url->query);
  ft_buffer_u8(out, '\n');
  append_lines(out, signing->headers.item, signing->headers.count);
  ft_buffer_u8(out, '\n');
  append_names(out, signing->headers.item, signing->headers.count);
  ft_buffer_print(out, "\n%s", signing->body);
}

static enum ft_status derive_key(struct ft_sha256 *out, const struct signing *signing,
                                 struct ft_error *err) {
  const struct ft_credential *credential = signing->credential;
  char date[9], first[4 + sizeof credential->secret];
  snprintf(date, sizeof date, "%.8s", signing->stamp);
  snprintf(first, sizeof first, "AWS4%s", credential->secret);
  struct ft_span part[] = { ft_span_of(date), ft_span_of(credential->region),
                            ft_span_of(signing->request->service), FT_SPAN("aws4_request") };
  struct ft_span key = ft_span_of(first);
  struct ft_sha256 link = { { 0 } };
  for (size_t i = 0; i < 4; i++) {
    struct ft_sha256 next;
    FT_TRY(ft_sha256_keyed(&next, key, part[i], err));
    link = next;
    key = (struct ft_span){ (const char *)link.byte, sizeof link.byte };
  }
  *out = link;
  return FT_OK;
}

static enum ft_status sign(char out[FT_SHA256_TEXT], const struct signing *signing,
                           struct ft_buffer *text, struct ft_error *err) {
  char hash[FT_SHA256_TEXT];
  struct ft_sha256 key, signature;
  append_request(text, signing);
  FT_TRY(ft_buffer_check(text, "the signature", err));
  FT_TRY(hash_text(hash, ft_buffer_view(text), err));
  ft_buffer_reset(text);
  ft_buffer_print(text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", signing->stamp, signing->scope, hash);
  FT_TRY(ft_buffer_check(text, "the signature", err));
  FT_TRY(derive_key(&key, signing, err));
  struct ft_span secret = { (const char *)key.byte, sizeof key.byte };
  FT_TRY(ft_sha256_keyed(&signature, secret, ft_buffer_view(text), err));
  ft_sha256_text(out, &signature);
  return FT_OK;
}

enum ft_status ft_sigv4_write(struct ft_buffer *out, const struct ft_sigv4_request *request,
                              const struct ft_credential *credential, struct ft_error *err) {
  struct signing signing = { .request = request, .credential = credential };
  struct ft_buffer text;
  char signature[FT_SHA256_TEXT];
  ft_buffer_init(&text, TEXT_MAX_BYTES);
  ft_buffer_init(&signing.host, TEXT_MAX_BYTES);
  enum ft_status status = prepare(&signing, err);
  if (status == FT_OK) status = sign(signature, &signing, &text, err);
  if (status == FT_OK) {
    append_lines(out, signing.headers.item, signing.headers.count);
    ft_buffer_print(out, "authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=",
                    credential->key_id, signing.scope);
    append_names(out, signing.headers.item, signing.headers.count);
    ft_buffer_print(out, ", Signature=%s\n", signature);
    status = ft_buffer_check(out, "the request", err);
  }
  ft_buffer_release(&text);
  ft_buffer_release(&signing.host);
  return status;
}
