#include "core/remote/endpoint.h"

#include <string.h>

#define URL_MAX_BYTES 8192

void ft_endpoint_release(struct ft_endpoint *endpoint) {
  ft_buffer_release(&endpoint->text);
  ft_credential_wipe(&endpoint->credential);
}

enum ft_status ft_endpoint_check_allowed(const struct ft_url *url,
                                         const struct ft_remote_rules *rules,
                                         struct ft_error *err) {
  if (ft_url_is_allowed(url, rules->allowed)) return FT_OK;
  ft_fail(err, FT_PRIVILEGE, "the host \"%.*s\" may not be called", FT_SPAN_ARG(url->host));
  return ft_fail_hint(err, "An administrator allows it by the setting foretell.allowed_endpoints "
                           "(embedded: FORETELL_ALLOWED_ENDPOINTS).");
}

/* As SageMaker names them: letters, digits and '-'; a model's artefact is a path. */
static enum ft_status check_names(const struct ft_remote *remote, struct ft_error *err) {
  struct ft_span name = ft_span_of(remote->endpoint), model = ft_span_of(remote->model);
  bool good = name.size > 0 && name.size <= 63 && model.size <= 1024;
  for (size_t i = 0; good && i < name.size; i++) {
    char byte = (char)(name.data[i] | 32);
    bool digit = name.data[i] >= '0' && name.data[i] <= '9';
    good = (byte >= 'a' && byte <= 'z') || digit || name.data[i] == '-';
  }
  if (!good) {
    ft_fail(err, FT_INVALID, "\"%s\" is no endpoint's name", remote->endpoint);
    return ft_fail_hint(err, "It is a SageMaker endpoint's name (at most 63 letters, digits and "
                             "'-'), or an http:// or https:// URL.");
  }
  for (size_t i = 0; i < model.size; i++)
    if (model.data[i] <= ' ' || model.data[i] > '~')
      return ft_fail(err, FT_INVALID, "the model's name behind ':' has blanks or special bytes");
  return FT_OK;
}

/* A URL without a path means the container contract's. */
static enum ft_status place_url(struct ft_endpoint *out, const struct ft_remote *remote,
                                struct ft_error *err) {
  struct ft_span text = ft_span_of(remote->endpoint);
  FT_TRY(ft_url_read(&out->url, text, err));
  if (remote->model[0])
    return ft_fail(err, FT_INVALID,
                   "':' and a model's name go with a SageMaker endpoint's name, "
                   "not with a URL");
  size_t path = out->url.path.size;
  bool bare = path <= 1 && !out->url.query.size && text.data[text.size - 1] != '?';
  if (bare) text.size -= path;
  ft_buffer_append_text(&out->text, text);
  if (bare) ft_buffer_print(&out->text, "/invocations");
  return FT_OK;
}

static enum ft_status place_sagemaker(struct ft_endpoint *out, const struct ft_remote *remote,
                                      bool whole, struct ft_error *err) {
  struct ft_error why;
  struct ft_credential *credential = &out->credential;
  out->sagemaker = true;
  FT_TRY(check_names(remote, err));
  enum ft_status status = ft_credential_load(credential, FT_SERVICE_SAGEMAKER, &why);
  if (status != FT_OK) {
    if (whole && err) *err = why;
    return whole ? status : FT_OK;
  }
  struct ft_span base = ft_span_of(credential->endpoint);
  if (base.size && base.data[base.size - 1] == '/') base.size--;
  if (base.size)
    ft_buffer_append_text(&out->text, base);
  else
    ft_buffer_print(&out->text, "https://runtime.sagemaker.%s.amazonaws.com%s", credential->region,
                    strncmp(credential->region, "cn-", 3) == 0 ? ".cn" : "");
  ft_buffer_print(&out->text, "/endpoints/%s/invocations", remote->endpoint);
  return FT_OK;
}

static enum ft_status place(struct ft_endpoint *out, const struct ft_remote *remote,
                            const struct ft_remote_rules *rules, bool whole, struct ft_error *err) {
  if (ft_url_is(ft_span_of(remote->endpoint)))
    FT_TRY(place_url(out, remote, err));
  else
    FT_TRY(place_sagemaker(out, remote, whole, err));
  struct ft_span text = ft_buffer_view(&out->text);
  if (!text.size) return FT_OK;
  ft_buffer_u8(&out->text, 0);
  FT_TRY(ft_buffer_check(&out->text, "the endpoint's URL", err));
  text.data = (const char *)out->text.data;
  FT_TRY(ft_url_read(&out->url, text, err));
  return ft_endpoint_check_allowed(&out->url, rules, err);
}

enum ft_status ft_endpoint_find(struct ft_endpoint *out, const struct ft_remote *remote,
                                const struct ft_remote_rules *rules, bool whole,
                                struct ft_error *err) {
  struct ft_endpoint endpoint = { .sagemaker = false };
  ft_buffer_init(&endpoint.text, URL_MAX_BYTES);
  enum ft_status status = place(&endpoint, remote, rules, whole, err);
  if (status == FT_OK)
    *out = endpoint; /* moves ownership */
  else
    ft_buffer_release(&endpoint.text);
  ft_credential_wipe(&endpoint.credential);
  return status;
}
