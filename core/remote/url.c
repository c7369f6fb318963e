#include "core/remote/url.h"

#include <string.h>

static bool begins(struct ft_span text, struct ft_span with) {
  return text.size >= with.size &&
         ft_span_equal_nocase((struct ft_span){ text.data, with.size }, with);
}

static struct ft_span skip(struct ft_span text, size_t size) {
  return (struct ft_span){ text.data + size, text.size - size };
}

bool ft_url_is(struct ft_span text) {
  return begins(text, FT_SPAN("http://")) || begins(text, FT_SPAN("https://"));
}

static enum ft_status fail_url(struct ft_span text, const char *why, struct ft_error *err) {
  bool secret = text.size && memchr(text.data, '@', text.size);
  struct ft_span shown = secret ? FT_SPAN("…") : text;
  return ft_fail(err, FT_INVALID, "\"%.*s\" is not a URL that can be called: %s",
                 FT_SPAN_ARG(shown), why);
}

/* The bytes before the first of `stops`, which are taken off `text`. */
static struct ft_span take_until(struct ft_span *text, const char *stops) {
  size_t size = 0;
  while (size < text->size && !strchr(stops, text->data[size]))
    size++;
  struct ft_span taken = { text->data, size };
  *text = skip(*text, size);
  return taken;
}

static bool is_alphanumeric(char byte) {
  char letter = (char)(byte | 32);
  return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9');
}

static bool is_host(struct ft_span host) {
  bool address = host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
  for (size_t i = address; i < host.size - address; i++) {
    char byte = host.data[i];
    bool mark = address ? byte == ':' || byte == '.' : byte == '.' || byte == '-' || byte == '_';
    if (!is_alphanumeric(byte) && !mark) return false;
  }
  return host.size > 0 && host.size <= 255;
}

static bool read_port(uint32_t *out, struct ft_span text) {
  uint32_t port = 0;
  if (!text.size || text.size > 5) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    port = port * 10 + (uint32_t)(text.data[i] - '0');
  }
  *out = port;
  return port > 0 && port < 65536;
}

static bool read_authority(struct ft_url *out, struct ft_span text) {
  size_t end = text.size;
  while (end > 0 && text.data[end - 1] >= '0' && text.data[end - 1] <= '9')
    end--;
  out->host = text;
  if (end == 0 || text.data[end - 1] != ':') return is_host(out->host);
  out->host.size = end - 1;
  return is_host(out->host) && read_port(&out->port, skip(text, end));
}

static bool is_printable(struct ft_span text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] <= ' ' || text.data[i] > '~') return false;
  return true;
}

enum ft_status ft_url_read(struct ft_url *out, struct ft_span text, struct ft_error *err) {
  struct ft_url url = { .secure = begins(text, FT_SPAN("https://")) };
  if (!ft_url_is(text)) return fail_url(text, "it does not begin with http:// or https://", err);
  if (text.size > 2048) return ft_fail(err, FT_INVALID, "the URL is longer than 2048 bytes");
  if (!is_printable(text)) return fail_url(FT_SPAN("…"), "it has blanks or special bytes", err);
  struct ft_span rest = skip(text, url.secure ? 8 : 7);
  struct ft_span authority = take_until(&rest, "/?#");
  if (authority.size && memchr(authority.data, '@', authority.size)) {
    fail_url(text, "it holds a user's name or password", err);
    return ft_fail_hint(err, "What stands in a statement is kept in the catalogue.");
  }
  if (!read_authority(&url, authority)) return fail_url(text, "its host is none", err);
  url.path = take_until(&rest, "?#");
  if (rest.size && rest.data[0] == '?') {
    rest = skip(rest, 1);
    url.query = take_until(&rest, "#");
  }
  if (rest.size) return fail_url(text, "it has a fragment (#)", err);
  *out = url;
  return FT_OK;
}

void ft_url_write_host(struct ft_buffer *out, const struct ft_url *url) {
  bool standard = url->port == 0 || url->port == (url->secure ? 443u : 80u);
  ft_buffer_append_text(out, url->host);
  if (!standard) ft_buffer_print(out, ":%u", (unsigned)url->port);
}

void ft_url_encode(struct ft_buffer *out, struct ft_span text, char keep) {
  for (size_t i = 0; i < text.size; i++) {
    char byte = text.data[i];
    bool plain = is_alphanumeric(byte) || strchr("-._~", byte) || byte == keep;
    if (byte && plain)
      ft_buffer_u8(out, (uint8_t)byte);
    else
      ft_buffer_print(out, "%%%02X", (unsigned)(uint8_t)byte);
  }
}

/* One word of the list: "*", "*.domain", "host" or "host:port". */
static bool is_meant(const struct ft_url *url, struct ft_span word) {
  if (ft_span_equal(word, FT_SPAN("*"))) return true;
  if (begins(word, FT_SPAN("*."))) {
    struct ft_span suffix = skip(word, 1); /* with its point */
    if (url->host.size <= suffix.size) return false;
    return ft_span_equal_nocase(skip(url->host, url->host.size - suffix.size), suffix);
  }
  struct ft_url wanted = { 0 };
  if (!read_authority(&wanted, word)) return false;
  uint32_t port = url->port ? url->port : url->secure ? 443 : 80;
  return ft_span_equal_nocase(wanted.host, url->host) && (!wanted.port || wanted.port == port);
}

bool ft_url_is_allowed(const struct ft_url *url, const char *list) {
  struct ft_span rest = ft_span_of(list);
  while (rest.size) {
    struct ft_span word = take_until(&rest, ", \t\n");
    if (word.size && is_meant(url, word)) return true;
    if (rest.size) rest = skip(rest, 1);
  }
  return false;
}
