#include "hosts/postgres/file.h"

#include <catalog/pg_authid.h>
#include <miscadmin.h>
#include <utils/acl.h>

#include "core/command/model_file.h"
#include "hosts/postgres/guard.h"

#ifndef ROLE_PG_READ_SERVER_FILES
#define ROLE_PG_READ_SERVER_FILES DEFAULT_ROLE_READ_SERVER_FILES
#endif

static enum ft_status look_at_rights(void *self, struct ft_error *err) {
  (void)err;
  *(bool *)self = has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES);
  return FT_OK;
}

enum ft_status ft_file_read(void *self, struct ft_buffer *out, const char *path,
                            struct ft_error *err) {
  bool may = false;
  struct ft_span none = { "", 0 };
  FT_TRY(ft_guard_query(self, look_at_rights, &may, none, 0, err));
  if (!may) {
    ft_fail(err, FT_PRIVILEGE, "permission denied to read files of the server");
    return ft_fail_hint(err, "Members of pg_read_server_files may.");
  }
  if (path[0] != '/') {
    ft_fail(err, FT_INVALID, "the file \"%s\" is not named by its full path", path);
    return ft_fail_hint(err, "It is a file of the server's machine; write /folder/model.json.");
  }
  return ft_model_file_read(out, path, err);
}
