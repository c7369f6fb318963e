/* Where libpq is missing: embedded databases only. */
#include "shell/driver.h"

enum ft_status ft_driver_server(struct ft_driver *out, const struct ft_server_options *options,
                                struct ft_error *err) {
  (void)out;
  (void)options;
  ft_fail(err, FT_UNSUPPORTED, "this foretell was built without PostgreSQL's client library");
  return ft_fail_hint(err, "Install libpq and its headers, and build again.");
}
