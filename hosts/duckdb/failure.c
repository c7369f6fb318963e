#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/model/wordlist.h"
#include "foretell/advice.h"
#include "hosts/duckdb/session.h"

/* DuckDB's errors come as JSON (errors_as_json), which gives exact places; a few that are made
 * outside a statement come as "Kind Error: words". */
struct words {
  char *text;          /* owned copy of the message */
  const char *subtype; /* borrowed from json, or "" */
  const char *type;
  const char *name;
  const char *position; /* digits, or NULL */
  json_t *json;         /* owned, or NULL */
};

/* error_subtype, prefix of the entry's type, status */
static const struct {
  const char *subtype;
  const char *type;
  enum ft_status status;
} subtype_table[] = {
  { "COLUMN_NOT_FOUND", "", FT_UNDEFINED_COLUMN },
  { "NO_MATCHING_FUNCTION", "", FT_UNDEFINED_FUNCTION },
  { "SYNTAX_ERROR", "", FT_SYNTAX },
  { "MISSING_ENTRY", "Table Function", FT_UNDEFINED_FUNCTION },
  { "MISSING_ENTRY", "Table", FT_UNDEFINED_TABLE },
  { "MISSING_ENTRY", "View", FT_UNDEFINED_TABLE },
  { "MISSING_ENTRY", "Scalar", FT_UNDEFINED_FUNCTION },
  { "MISSING_ENTRY", "Aggregate", FT_UNDEFINED_FUNCTION },
  { "MISSING_ENTRY", "Macro", FT_UNDEFINED_FUNCTION },
  { "MISSING_ENTRY", "Schema", FT_UNDEFINED_SCHEMA },
  { "MISSING_ENTRY", "", FT_UNDEFINED_OBJECT },
  { "ENTRY_ALREADY_EXISTS", "Table Function", FT_DUPLICATE_FUNCTION },
  { "ENTRY_ALREADY_EXISTS", "Table", FT_DUPLICATE_TABLE },
  { "ENTRY_ALREADY_EXISTS", "View", FT_DUPLICATE_TABLE },
  { "ENTRY_ALREADY_EXISTS", "Scalar", FT_DUPLICATE_FUNCTION },
  { "ENTRY_ALREADY_EXISTS", "Macro", FT_DUPLICATE_FUNCTION },
  { "ENTRY_ALREADY_EXISTS", "", FT_DUPLICATE_OBJECT },
};

/* What DuckDB says in words only. */
static const struct {
  const char *words;
  enum ft_status status;
} words_table[] = {
  { "No space left on device", FT_IO }, /* also of a COMMIT */
  { "fsync failed", FT_IO },
  { "Permission denied", FT_PRIVILEGE },
  { "Read-only file system", FT_READ_ONLY },
  { "read-only mode", FT_READ_ONLY },
  { "Current transaction is aborted", FT_TRANSACTION },
  { "No files found that match", FT_IO },
  { "must appear in the GROUP BY", FT_SYNTAX },
  { "does not support the supplied arguments", FT_UNDEFINED_FUNCTION },
  { "in struct", FT_UNDEFINED_COLUMN },
  { "depend on it", FT_DEPENDENT },
  { "chema with name ", FT_UNDEFINED_SCHEMA },
  { "because schema \"", FT_UNDEFINED_SCHEMA },
  { "No catalog + schema named", FT_UNDEFINED_SCHEMA },
  { "the required extension '", FT_UNSUPPORTED },
  { "but it exists in the ", FT_UNSUPPORTED },
  { "Catalog \"", FT_UNDEFINED_OBJECT },
};

static const enum ft_status type_table[] = {
  [DUCKDB_ERROR_OUT_OF_RANGE] = FT_OUT_OF_RANGE,
  [DUCKDB_ERROR_CONVERSION] = FT_CONVERSION,
  [DUCKDB_ERROR_UNKNOWN_TYPE] = FT_WRONG_TYPE,
  [DUCKDB_ERROR_DECIMAL] = FT_OUT_OF_RANGE,
  [DUCKDB_ERROR_MISMATCH_TYPE] = FT_WRONG_TYPE,
  [DUCKDB_ERROR_DIVIDE_BY_ZERO] = FT_OUT_OF_RANGE,
  [DUCKDB_ERROR_INVALID_TYPE] = FT_WRONG_TYPE,
  [DUCKDB_ERROR_SERIALIZATION] = FT_CORRUPT,
  [DUCKDB_ERROR_TRANSACTION] = FT_TRANSACTION,
  [DUCKDB_ERROR_NOT_IMPLEMENTED] = FT_UNSUPPORTED,
  [DUCKDB_ERROR_CATALOG] = FT_UNDEFINED_OBJECT,
  [DUCKDB_ERROR_PARSER] = FT_SYNTAX,
  [DUCKDB_ERROR_CONSTRAINT] = FT_CONSTRAINT,
  [DUCKDB_ERROR_SYNTAX] = FT_SYNTAX,
  [DUCKDB_ERROR_SETTINGS] = FT_INVALID,
  [DUCKDB_ERROR_BINDER] = FT_SYNTAX,
  [DUCKDB_ERROR_NETWORK] = FT_IO,
  [DUCKDB_ERROR_IO] = FT_IO,
  [DUCKDB_ERROR_INTERRUPT] = FT_CANCELLED,
  [DUCKDB_ERROR_INVALID_INPUT] = FT_INVALID,
  [DUCKDB_ERROR_OUT_OF_MEMORY] = FT_NOMEM,
  [DUCKDB_ERROR_PERMISSION] = FT_PRIVILEGE,
  [DUCKDB_ERROR_PARAMETER_NOT_RESOLVED] = FT_INVALID,
  [DUCKDB_ERROR_PARAMETER_NOT_ALLOWED] = FT_INVALID,
  [DUCKDB_ERROR_DEPENDENCY] = FT_DEPENDENT,
  [DUCKDB_ERROR_HTTP] = FT_IO,
  [DUCKDB_ERROR_MISSING_EXTENSION] = FT_UNSUPPORTED,
  [DUCKDB_ERROR_AUTOLOAD] = FT_UNSUPPORTED,
  [DUCKDB_ERROR_SEQUENCE] = FT_OUT_OF_RANGE,
  [DUCKDB_ERROR_INVALID_CONFIGURATION] = FT_INVALID,
  [DUCKDB_ERROR_DATA_CORRUPTION] = FT_CORRUPT,
};

/* "Kind Error: " in front of the words, and what it stands for where no type is given */
static const struct {
  const char *kind;
  duckdb_error_type type;
} kind_table[] = {
  { "Parser", DUCKDB_ERROR_PARSER },
  { "Binder", DUCKDB_ERROR_BINDER },
  { "Catalog", DUCKDB_ERROR_CATALOG },
  { "Conversion", DUCKDB_ERROR_CONVERSION },
  { "Constraint", DUCKDB_ERROR_CONSTRAINT },
  { "Invalid Input", DUCKDB_ERROR_INVALID_INPUT },
  { "IO", DUCKDB_ERROR_IO },
  { "INTERRUPT", DUCKDB_ERROR_INTERRUPT },
  { "Interrupt", DUCKDB_ERROR_INTERRUPT },
  { "Not implemented", DUCKDB_ERROR_NOT_IMPLEMENTED },
  { "Out of Memory", DUCKDB_ERROR_OUT_OF_MEMORY },
  { "Out of Range", DUCKDB_ERROR_OUT_OF_RANGE },
  { "Permission", DUCKDB_ERROR_PERMISSION },
  { "Dependency", DUCKDB_ERROR_DEPENDENCY },
  { "TransactionContext", DUCKDB_ERROR_TRANSACTION },
  { "Mismatch Type", DUCKDB_ERROR_MISMATCH_TYPE },
  { "Serialization", DUCKDB_ERROR_SERIALIZATION },
  { "Missing Extension", DUCKDB_ERROR_MISSING_EXTENSION },
};

#define LENGTH(table) (sizeof(table) / sizeof(table)[0])

static duckdb_error_type type_of_kind(const char *kind) {
  for (size_t i = 0; i < LENGTH(kind_table); i++) {
    if (strncmp(kind, kind_table[i].kind, strlen(kind_table[i].kind)) == 0) {
      return kind_table[i].type;
    }
  }
  return DUCKDB_ERROR_INVALID;
}

/* The words after "Kind Error: ", where there is such a prefix. */
static const char *after_prefix(const char *words) {
  const char *mark = strstr(words, " Error: ");
  const char *line = strchr(words, '\n');
  return mark && mark - words < 32 && (!line || mark < line) ? mark + strlen(" Error: ") : words;
}

static const char *json_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

/* Cut "\n\nLINE 1: SELECT …\n   ^" off: the position says the same. */
static void cut_line_mark(char *text) {
  char *mark = strstr(text, "\n\nLINE ");
  if (mark) *mark = 0;
}

/* DuckDB quotes the statement as it is; where that is not UTF-8, neither is the JSON. */
static json_t *parse_json(const char *text) {
  json_t *json = json_loads(text, 0, NULL);
  char *plain = json ? NULL : strdup(text);
  for (char *at = plain; at && *at; at++)
    if ((unsigned char)*at >= 0x80) *at = '?';
  if (plain) json = json_loads(plain, 0, NULL);
  free(plain);
  return json;
}

static void read_words(struct words *out, const char *text, duckdb_error_type *type) {
  const char *rest = after_prefix(text);
  *out = (struct words){ .subtype = "", .type = "", .name = "" };
  if (*type == DUCKDB_ERROR_INVALID) *type = type_of_kind(text);
  if (*rest == '{') out->json = parse_json(rest);
  if (out->json) {
    out->subtype = json_text(out->json, "error_subtype");
    out->type = json_text(out->json, "type");
    out->name = json_text(out->json, "name");
    out->position = json_string_value(json_object_get(out->json, "position"));
    if (*type == DUCKDB_ERROR_INVALID) {
      *type = type_of_kind(json_text(out->json, "exception_type"));
    }
    rest = json_text(out->json, "exception_message");
  }
  out->text = strdup(after_prefix(rest));
  if (out->text) cut_line_mark(out->text);
}

static enum ft_status status_of(const struct words *words, duckdb_error_type type) {
  for (size_t i = 0; i < LENGTH(words_table); i++) {
    if (strstr(words->text, words_table[i].words)) return words_table[i].status;
  }
  for (size_t i = 0; i < LENGTH(subtype_table); i++) {
    if (strcmp(words->subtype, subtype_table[i].subtype) == 0 &&
        strncmp(words->type, subtype_table[i].type, strlen(subtype_table[i].type)) == 0) {
      return subtype_table[i].status;
    }
  }
  enum ft_status status = (size_t)type < LENGTH(type_table) ? type_table[type] : FT_INTERNAL;
  return status == FT_OK ? FT_INTERNAL : status;
}

/* Join lines with spaces: a hint is one sentence or a few. */
static void join_lines(char *text) {
  char *out = text;
  for (const char *in = text; *in; in++) {
    char byte = *in == '\n' || *in == '\t' ? ' ' : *in;
    if (byte == ' ' && (out == text || out[-1] == ' ')) continue;
    *out++ = byte;
  }
  while (out > text && out[-1] == ' ')
    out--;
  *out = 0;
}

/* As our own messages are: lower case (but for a name or an abbreviation), no mark at the end. */
static void fit_message(char *text) {
  size_t size = strlen(text);
  while (size && strchr(".! \n", text[size - 1]))
    text[--size] = 0;
  if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
    text[0] = (char)(text[0] - 'A' + 'a');
  }
}

/* DuckDB puts what to do about it after the first line or the first sentence. */
static char *split_advice(char *text) {
  static const char advice[] = " You might need to add explicit type casts.";
  char *sentence = strstr(text, advice);
  char *line = strchr(text, '\n');
  if (sentence && (!line || sentence < line)) line = sentence;
  if (!line) return NULL;
  *line = 0;
  join_lines(line + 1);
  return line[1] ? line + 1 : NULL;
}

/* ft_ and 16 hexadecimal digits: what models' macros call. */
static bool is_inner_name(const char *name) {
  return strncmp(name, "ft_", 3) == 0 && strspn(name + 3, "0123456789abcdef") == 16;
}

/* "Scalar Function with name f does not exist!" as we put it ourselves. */
static void write_message(struct ft_error *err, enum ft_status status, struct words *words) {
  static const struct {
    enum ft_status status;
    const char *kind;
  } missing[] = { { FT_UNDEFINED_TABLE, "table" },
                  { FT_UNDEFINED_FUNCTION, "function" },
                  { FT_UNDEFINED_SCHEMA, "schema" } };
  bool is_missing = strcmp(words->subtype, "MISSING_ENTRY") == 0 && words->name[0];
  for (size_t i = 0; is_missing && i < LENGTH(missing); i++) {
    if (status != missing[i].status) continue;
    ft_fail(err, status, "%s \"%s\" does not exist", missing[i].kind, words->name);
    return;
  }
  fit_message(words->text);
  ft_fail(err, status, "%s", words->text[0] ? words->text : "the engine gave no reason");
}

/* Does the name stand there? A place within a macro's own text is no place in the statement. */
static bool stands_at(struct ft_span text, size_t at, const char *name) {
  size_t size = strlen(name);
  for (; at < text.size && size <= text.size - at; at++) {
    if (strncasecmp(text.data + at, name, size) == 0) return true;
    if (strchr(" \t\r\n(,", text.data[at])) return false;
  }
  return size == 0;
}

static void set_position(struct ft_error *err, const struct words *words,
                         const struct ft_place *place) {
  if (!words->position || !place->position) return;
  unsigned long long at = strtoull(words->position, NULL, 10);
  if (at < place->prefix || at - place->prefix > place->text.size) return;
  size_t offset = (size_t)(at - place->prefix);
  if (words->name[0] && !stands_at(place->text, offset, words->name)) return;
  ft_fail_at(err, place->position + offset);
}

#define CALL_BYTES 240 /* of a function's arguments in a hint */

static size_t count_arguments(struct ft_span candidate) {
  size_t commas = 0;
  for (size_t i = 0; i < candidate.size; i++)
    commas += candidate.data[i] == ',';
  return candidate.size && candidate.data[candidate.size - 2] == '(' ? 0 : commas + 1;
}

/* The arguments of a candidate "f(a, b, c)", cut at a comma when they are many. */
static void write_call(struct ft_buffer *out, struct ft_span candidate) {
  size_t end = 0;
  for (size_t i = 0; i < candidate.size && i < CALL_BYTES; i++)
    if (candidate.data[i] == ',') end = i;
  if (candidate.size <= CALL_BYTES || !end) end = candidate.size;
  struct ft_span shown = { candidate.data, end };
  ft_buffer_print(out, "%.*s", FT_SPAN_ARG(shown));
  if (end < candidate.size) ft_buffer_print(out, ", …)");
}

/* The next line of the candidates, without the tab in front of it. */
static struct ft_span next_line(const char **text) {
  while (**text == '\t' || **text == '\n')
    (*text)++;
  struct ft_span line = { *text, strcspn(*text, "\n") };
  *text += line.size;
  return line;
}

/* DuckDB lists a macro's forms. One of ours has a form for a whole row; it is told for a table. */
static void write_forms(struct ft_buffer *out, const char *candidates, struct ft_span name) {
  struct ft_span line;
  bool first = true;
  while ((line = next_line(&candidates)).size) {
    struct ft_span inside = { line.data + name.size, line.size - name.size };
    ft_buffer_print(out, first ? "" : ", or ");
    first = false;
    if (ft_span_equal(inside, FT_SPAN("(row)")))
      ft_buffer_print(out, "%.*s(t) for a table t that has those columns", FT_SPAN_ARG(name));
    else if (ft_span_equal(inside, FT_SPAN("(row, class)")))
      ft_buffer_print(out, "%.*s(t, class) for a table t that has those columns",
                      FT_SPAN_ARG(name));
    else
      write_call(out, line);
  }
}

/* "Macro f() does not support the supplied arguments. … Candidate macros:\n\tf(a, b)\n\tf(row)" */
static bool fail_arguments(struct ft_error *err, const struct words *words,
                           const struct ft_place *place) {
  static const char before[] = "Macro ", after[] = "() does not support the supplied arguments.";
  static const char list[] = "Candidate macros:";
  const char *end = strstr(words->text, after), *candidates = strstr(words->text, list);
  if (strncmp(words->text, before, sizeof before - 1) != 0 || !end || !candidates) return false;
  struct ft_span name = { words->text + sizeof before - 1, 0 };
  name.size = (size_t)(end - name.data);
  struct ft_buffer forms;
  ft_buffer_init(&forms, 1 << 16);
  write_forms(&forms, candidates + sizeof list - 1, name);
  struct ft_span calls = ft_buffer_view(&forms);
  const char *first = candidates + sizeof list - 1;
  size_t count = count_arguments(next_line(&first));
  ft_fail(err, FT_UNDEFINED_FUNCTION, "%.*s takes %zu argument%s, and was given others",
          FT_SPAN_ARG(name), count, count == 1 ? "" : "s");
  ft_fail_hint(err, "Call %.*s.", FT_SPAN_ARG(calls));
  ft_buffer_release(&forms);
  set_position(err, words, place);
  return true;
}

/* This build of DuckDB reads encrypted files and writes none; its own advice is a setting that
 * encrypts badly. */
static void fail_unencrypted(struct ft_error *err, enum ft_status *status,
                             const struct ft_engine *engine) {
  duckdb_statement_type type = engine ? engine->running : DUCKDB_STATEMENT_TYPE_INVALID;
  bool writes = type == DUCKDB_STATEMENT_TYPE_ATTACH || type == DUCKDB_STATEMENT_TYPE_COPY;
  *status = writes ? FT_UNSUPPORTED : FT_NOMEM;
  if (writes) {
    ft_fail(err, *status, "encrypted files can be read here, but not written");
    ft_fail_hint(err, "Attach an encrypted database with (READ_ONLY, ENCRYPTION_KEY '…').");
    return;
  }
  ft_fail(err, *status,
          "the query needs more memory than memory_limit, and temporary files cannot be written: "
          "they would have to be encrypted, as temp_file_encryption says");
  ft_fail_hint(err, "Raise memory_limit (SET memory_limit = '8GB'), or ask for less at a time.");
}

/* The next name in double quotes, without what stands before its last point. */
static struct ft_span next_quoted(const char **text) {
  const char *open = strchr(*text, '"'), *close = open ? strchr(open + 1, '"') : NULL;
  struct ft_span name = { NULL, 0 };
  if (!close) return name;
  *text = close + 1;
  for (const char *at = open; at < close; at++)
    if (*at == '.') open = at;
  return (struct ft_span){ open + 1, (size_t)(close - open) - 1 };
}

/* DuckDB's nearest name is often far: "pg_am" for svv_table_info, "cot" for convert_timezone. */
static bool is_far(const struct words *words, const char *advice) {
  static const char guess[] = "Did you mean";
  const char *text = words->text, *rest = advice + strlen(guess);
  if (strncmp(advice, guess, strlen(guess)) != 0) return false;
  struct ft_span wrong = words->name[0] ? ft_span_of(words->name) : next_quoted(&text), right;
  if (wrong.size == 0) return false;
  while ((right = next_quoted(&rest)).size > 0)
    if (ft_word_distance(wrong, right) != FT_WORD_FAR) return false;
  return true;
}

/* What DuckDB says, with our hint where we know better. */
static void fail_by_words(struct ft_error *err, enum ft_status status, struct words *words,
                          const struct ft_place *place) {
  if (status == FT_UNDEFINED_FUNCTION && fail_arguments(err, words, place)) return;
  /* A syntax error quotes what it is near, over as many lines as that has. */
  bool quotes = strcmp(words->subtype, "SYNTAX_ERROR") == 0;
  if (quotes) join_lines(words->text);
  char *advice = quotes ? NULL : split_advice(words->text);
  if (status == FT_UNDEFINED_FUNCTION && is_inner_name(words->name)) {
    ft_fail(err, status, "the model of this function is not in the database that was opened");
    ft_fail_hint(err,
                 "Of an attached database: open that file itself. Otherwise the model is gone; "
                 "train it again.");
    return;
  }
  if (advice && is_far(words, advice)) advice = NULL;
  write_message(err, status, words);
  set_position(err, words, place);
  if (status == FT_PRIVILEGE && strstr(words->text, ".wal\"")) {
    ft_fail_hint(err,
                 "The database's folder takes no files. Open it with -r (--readonly), or copy it "
                 "to a folder that you may write.");
  } else if (advice) {
    ft_fail_hint(err, "%s", advice);
  }
}

/* What another database calls otherwise. The place counts within the text that the user wrote. */
static enum ft_status advise(struct ft_error *err, enum ft_status status,
                             const struct ft_place *place) {
  if (!err) return status;
  bool placed = err->position > 0 && place->position > 0 && err->position >= place->position;
  size_t position = placed ? err->position - place->position + 1 : 0;
  return ft_advice_give(err, FT_DIALECT_DUCKDB, place->text, position);
}

enum ft_status ft_duckdb_fail(struct ft_error *err, const struct ft_engine *engine,
                              duckdb_error_type type, const char *text,
                              const struct ft_place *place) {
  struct words words;
  read_words(&words, text ? text : "", &type);
  if (!words.text) {
    json_decref(words.json);
    return ft_fail(err, FT_NOMEM, "out of memory for an error message");
  }
  enum ft_status status = status_of(&words, type);
  if (engine && engine->failure.status != FT_OK &&
      strcmp(words.text, engine->failure.message) == 0) {
    status = engine->failure.status; /* one of our own functions said this */
    if (err) *err = engine->failure;
  } else if (status == FT_CANCELLED) {
    ft_fail(err, status, "cancelled");
  } else if (strstr(words.text, "force_mbedtls_unsafe")) {
    fail_unencrypted(err, &status, engine);
  } else {
    fail_by_words(err, status, &words, place);
    status = advise(err, status, place);
  }
  free(words.text);
  json_decref(words.json);
  return status;
}

/* What DuckDB says of a file that does not open: before and after the path, advice. */
static const struct {
  const char *words;
  enum ft_status status;
  const char *before;
  const char *after;
  const char *hint;
} open_table[] = {
  { "No locks available", FT_IO, "the file system of ", " has no locks for files",
    "Copy the file to a disk of this machine." },
  { "Function not implemented", FT_IO, "the file system of ", " has no locks for files",
    "Copy the file to a disk of this machine." },
  { "ocks are not supported", FT_IO, "the file system of ", " has no locks for files",
    "Copy the file to a disk of this machine, or open it with -r (--readonly)." },
  { "ock on file", FT_IN_USE, "another program has ", " open",
    "Close it there, or open the file with -r (--readonly), which works while the other program "
    "only reads it too." },
  { "onflicting lock", FT_IN_USE, "another program has ", " open",
    "Close it there, or open the file with -r (--readonly), which works while the other program "
    "only reads it too." },
  { "not a valid DuckDB database", FT_CORRUPT, "", " is not a DuckDB database",
    "Name another file; a new one is made when there is none of that name." },
  { "can only read version", FT_UNSUPPORTED, "", " was written by another version of DuckDB",
    "This program has DuckDB " FT_DUCKDB_VERSION "." },
  { "Corrupt database file", FT_CORRUPT, "", " is damaged", "Bring it back from a copy." },
  { "newer version of DuckDB", FT_UNSUPPORTED, "", " was written by a newer version of DuckDB",
    "This program has DuckDB " FT_DUCKDB_VERSION "." },
  { "database does not exist", FT_IO, "there is no database ", "",
    "A new one is made without -r (--readonly)." },
  { "No such file or directory", FT_IO, "there is no folder for ", "", "" },
  { "Permission denied", FT_PRIVILEGE, "no permission to open ", "", "" },
  { "Read-only file system", FT_READ_ONLY,
    "the file system is read-only, no file can be made: ", "", "" },
  { "Is a directory", FT_IO, "", " is a folder", "" },
};

/* A file that can be read, and not be written. */
static enum ft_status fail_unwritable(struct ft_error *err, const char *words, const char *path) {
  bool mounted = strstr(words, "Read-only file system");
  ft_fail(err, mounted ? FT_READ_ONLY : FT_PRIVILEGE,
          mounted ? "\"%s\" is on a file system that is read-only"
                  : "no permission to write \"%s\"",
          path);
  ft_fail_hint(err, "Open it with -r (--readonly) to query it and to predict.");
  return mounted ? FT_READ_ONLY : FT_PRIVILEGE;
}

enum ft_status ft_duckdb_fail_open(struct ft_error *err, const char *words, const char *path) {
  bool refused = words && (strstr(words, "Permission denied") || strstr(words, "Read-only file"));
  if (refused && path && access(path, R_OK) == 0) return fail_unwritable(err, words, path);
  for (size_t i = 0; words && path && i < LENGTH(open_table); i++) {
    if (!strstr(words, open_table[i].words)) continue;
    ft_fail(err, open_table[i].status, "%s\"%s\"%s", open_table[i].before, path,
            open_table[i].after);
    if (open_table[i].hint[0]) ft_fail_hint(err, "%s", open_table[i].hint);
    return open_table[i].status;
  }
  return ft_duckdb_fail(err, NULL, DUCKDB_ERROR_INVALID, words, &FT_PLACE_NONE);
}
