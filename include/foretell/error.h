/* Status codes and the one error record that every fallible function fills.
 *
 * Texts    a message is lower case, without a full stop, and says what failed first, with the
 *          user's own names in double quotes; advice is in the hint, as a sentence.
 * Threads  no globals; a struct ft_error lives on the caller's stack and is never freed.
 * Source   SQLSTATE: SQL:2016 table 38 and PostgreSQL's appendix A. */
#ifndef FORETELL_ERROR_H
#define FORETELL_ERROR_H

#include <stddef.h>

#define FT_MUST_CHECK          __attribute__((warn_unused_result))
#define FT_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* name, SQLSTATE, what a person calls it */
#define FT_STATUS_TABLE(X)                             \
  X(OK, "00000", "ok")                                 \
  X(INVALID, "22023", "invalid value")                 \
  X(SYNTAX, "42601", "syntax error")                   \
  X(UNSUPPORTED, "0A000", "not supported yet")         \
  X(UNDEFINED_TABLE, "42P01", "undefined table")       \
  X(UNDEFINED_COLUMN, "42703", "undefined column")     \
  X(DUPLICATE_COLUMN, "42701", "duplicate column")     \
  X(UNDEFINED_FUNCTION, "42883", "undefined function") \
  X(UNDEFINED_OBJECT, "42704", "undefined object")     \
  X(UNDEFINED_SCHEMA, "3F000", "undefined schema")     \
  X(NAME_TOO_LONG, "42622", "name too long")           \
  X(DUPLICATE_OBJECT, "42710", "duplicate object")     \
  X(DUPLICATE_FUNCTION, "42723", "duplicate function") \
  X(DUPLICATE_TABLE, "42P07", "duplicate table")       \
  X(WRONG_TYPE, "42804", "wrong type")                 \
  X(CONVERSION, "22P02", "conversion failed")          \
  X(OUT_OF_RANGE, "22003", "value out of range")       \
  X(DATA, "22000", "unsuitable data")                  \
  X(SUBSCRIPT, "2202E", "no such list element")        \
  X(CONSTRAINT, "23000", "constraint violated")        \
  X(READ_ONLY, "25006", "read-only database")          \
  X(TRANSACTION, "25P02", "transaction state")         \
  X(DEPENDENT, "2BP01", "dependent objects exist")     \
  X(PRIVILEGE, "42501", "insufficient privilege")      \
  X(IN_USE, "55006", "object in use")                  \
  X(CANCELLED, "57014", "cancelled")                   \
  X(NOMEM, "53200", "out of memory")                   \
  X(LIMIT, "54000", "limit exceeded")                  \
  X(IO, "58030", "input/output error")                 \
  X(TRAINER, "38000", "trainer failed")                \
  X(CORRUPT, "XX001", "corrupt data")                  \
  X(INTERNAL, "XX000", "internal error")

enum ft_status {
#define FT_STATUS_ENUM(name, sqlstate, text) FT_##name,
  FT_STATUS_TABLE(FT_STATUS_ENUM)
#undef FT_STATUS_ENUM
      FT_STATUS_COUNT
};

struct ft_error {
  enum ft_status status;
  size_t position;    /* 1-based byte offset into the statement's text; 0: no place in it */
  char message[1024]; /* an engine's own messages can be long; cut at a character's edge */
  char hint[384];     /* empty: none */
};

/* Fill `err` and return `status` (never FT_OK). The message is printf-formatted; position and
 * hint are cleared. `err` may be NULL when the caller does not want the words. */
enum ft_status ft_fail(struct ft_error *err, enum ft_status status, const char *format, ...)
    FT_PRINTF(3, 4);

/* Add advice, or a place, to a failure just made; both return err->status for `return`. */
enum ft_status ft_fail_hint(struct ft_error *err, const char *format, ...) FT_PRINTF(2, 3);
enum ft_status ft_fail_at(struct ft_error *err, size_t position);

const char *ft_status_sqlstate(enum ft_status status); /* five characters */
const char *ft_status_name(enum ft_status status);     /* "INVALID" */
const char *ft_status_text(enum ft_status status);     /* "invalid value" */
/* The status of that name, FT_INTERNAL for an unknown one (trainer frames are hostile). */
enum ft_status ft_status_by_name(const char *name);

#define FT_TRY(call)                                  \
  do {                                                \
    enum ft_status ft_try_status = (call);            \
    if (ft_try_status != FT_OK) return ft_try_status; \
  } while (0)

#endif
