/* GRANT and REVOKE on a host whose database has one user: checked, accepted, without effect. */
#include "core/command/statements.h"

enum ft_status ft_grant_run(const struct ft_command *command, struct ft_error *err) {
  const struct ft_statement *statement = command->statement;
  for (uint32_t i = 0; i < statement->models; i++) {
    struct ft_model_name name;
    struct ft_model_record record;
    FT_TRY(ft_model_name_resolve(&name, command, &statement->granted[i], err));
    FT_TRY(ft_model_name_get(&record, command, &name, err));
  }
  ft_command_notice(command->host, "%s has no effect: an embedded database has one user",
                    statement->kind == FT_STATEMENT_GRANT ? "GRANT" : "REVOKE");
  return FT_OK;
}
