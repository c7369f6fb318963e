/* Any bytes as a configuration file of AWS's, as a URL, and as a remote model's description. */
#include "test/fuzz/target.h"

#include <assert.h>
#include <string.h>

#include "core/remote/profile.h"
#include "core/remote/url.h"
#include "foretell/remote.h"

static void read_profile(struct ft_span text, bool prefixed) {
  struct ft_profile_entry entry[2] = { { "region", { NULL, 0 } },
                                       { "aws_secret_access_key", { NULL, 0 } } };
  struct ft_error err = { 0 };
  bool found = false;
  enum ft_status status =
      ft_profile_read(entry, 2, &found, text, FT_SPAN("work"), prefixed, "config", &err);
  for (size_t i = 0; i < 2; i++) {
    if (!entry[i].value.data) continue;
    assert(status == FT_OK && found && entry[i].value.data >= text.data);
    assert(entry[i].value.data + entry[i].value.size <= text.data + text.size);
  }
  assert(status == FT_OK || (status == FT_INVALID && strstr(err.message, "line")));
}

static void read_url(struct ft_span text) {
  struct ft_url url;
  struct ft_error err = { 0 };
  if (ft_url_read(&url, text, &err) != FT_OK) return;
  assert(url.host.size && url.port < 65536 && !memchr(text.data, '@', url.host.data - text.data));
  assert(!url.path.size || url.path.data[0] == '/');
  (void)ft_url_is_allowed(&url, "a.example *.b.example:1 [::1]:80");
}

static void read_description(struct ft_span text) {
  struct ft_arena arena;
  struct ft_remote remote;
  struct ft_error err = { 0 };
  ft_arena_init(&arena, (size_t)1 << 22);
  if (ft_remote_read(&remote, &arena, text, &err) == FT_OK)
    assert(remote.fields && remote.max_batch_rows && remote.endpoint && remote.model);
  ft_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ft_span text = { (const char *)data, size };
  read_profile(text, false);
  read_profile(text, true);
  read_url(text);
  read_description(text);
  return 0;
}
