#include "hosts/postgres/failure.h"

#include <mb/pg_wchar.h>
#include <stdio.h>
#include <string.h>

static enum ft_status status_of(int sqlstate) {
  const char *text = unpack_sql_state(sqlstate);
  for (int i = FT_OK + 1; i < FT_STATUS_COUNT; i++)
    if (strcmp(ft_status_sqlstate((enum ft_status)i), text) == 0) return (enum ft_status)i;
  if (strncmp(text, "42", 2) == 0) return FT_SYNTAX;
  if (strncmp(text, "22", 2) == 0) return FT_DATA;
  if (strncmp(text, "23", 2) == 0) return FT_CONSTRAINT;
  if (strncmp(text, "25", 2) == 0) return FT_TRANSACTION;
  if (strncmp(text, "53", 2) == 0) return FT_LIMIT;
  return FT_INTERNAL;
}

/* PostgreSQL counts characters, we count bytes. */
static size_t byte_of(struct ft_span query, int characters) {
  size_t at = 0;
  for (int i = 1; i < characters && at < query.size; i++)
    at += (size_t)pg_mblen(query.data + at);
  return at < query.size ? at : query.size;
}

enum ft_status ft_failure_take(struct ft_error *err, struct ft_engine_failure *kept,
                               const ErrorData *data, struct ft_span query, size_t position) {
  enum ft_status status = status_of(data->sqlerrcode);
  ft_fail(err, status, "%s", data->message ? data->message : "unknown error");
  if (data->hint) ft_fail_hint(err, "%s", data->hint);
  int place = data->internalpos > 0 ? data->internalpos : data->cursorpos;
  if (position && place > 0 && query.size) ft_fail_at(err, position + byte_of(query, place));
  if (kept) {
    kept->sqlstate = data->sqlerrcode;
    snprintf(kept->message, sizeof kept->message, "%s", data->message ? data->message : "");
    snprintf(kept->detail, sizeof kept->detail, "%s", data->detail ? data->detail : "");
  }
  return status;
}

/* Is `err` still the engine's error, in its own words? */
static bool is_kept(const struct ft_error *err, const struct ft_engine_failure *kept) {
  return kept && kept->sqlstate &&
         strncmp(err->message, kept->message, sizeof kept->message - 1) == 0;
}

static int characters_of(struct ft_span text, size_t position) {
  size_t bytes = position - 1 < text.size ? position - 1 : text.size;
  return pg_mbstrlen_with_len(text.data, (int)bytes) + 1;
}

void ft_failure_raise(const struct ft_error *err, const struct ft_engine_failure *kept,
                      struct ft_span statement) {
  bool engines = is_kept(err, kept);
  const char *state = ft_status_sqlstate(err->status);
  int sqlstate =
      engines ? kept->sqlstate : MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]);
  int place = err->position && statement.size ? characters_of(statement, err->position) : 0;
  char *text = place ? pnstrdup(statement.data, statement.size) : NULL;
  ereport(ERROR, (errcode(sqlstate), errmsg_internal("%s", err->message),
                  engines && kept->detail[0] ? errdetail_internal("%s", kept->detail) : 0,
                  err->hint[0] ? errhint("%s", err->hint) : 0, place ? internalerrquery(text) : 0,
                  place ? internalerrposition(place) : 0));
  pg_unreachable();
}
