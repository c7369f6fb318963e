/* SQL scripts and the statements that are ours.
 *
 * A script is split into statements as SQL is: '…' with doubled quotes, E'…' with backslashes,
 * "…", $tag$…$tag$, -- and nested block comments. What is not ours is left to the engine, byte for
 * byte. Positions are 1-based byte offsets into the text that was given, for ft_error.position.
 *
 * Threads  pure functions; trees live in the caller's arena and borrow from the text. */
#ifndef FORETELL_STATEMENT_H
#define FORETELL_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/job.h"
#include "foretell/span.h"

/* One statement of a script. */
struct ft_piece {
  struct ft_span text; /* without the semicolon and the white space and comments around it */
  size_t offset;       /* of text within the script, 0-based */
  bool complete;       /* ended by a semicolon */
};

/* The next statement at or after *offset, which moves on; false when there is no more. A script's
 * last statement may lack its semicolon: `complete` is false then, and the interactive shell asks
 * for more lines. An unclosed string or comment also gives complete = false (see `open`). */
bool ft_script_next(struct ft_span script, size_t *offset, struct ft_piece *piece);

/* What is still open at the end of the text: 0 nothing (or only white space and comments), ';' a
 * statement, '\'' a string, '"' a quoted name, '$' a dollar string, '*' a comment, '(' parentheses.
 * The shell's continuation prompt shows it. */
char ft_script_open(struct ft_span script);

enum ft_statement_kind {
  FT_STATEMENT_ENGINE = 0, /* not ours */
  FT_STATEMENT_CREATE_MODEL,
  FT_STATEMENT_CREATE_EXTERNAL_MODEL,
  FT_STATEMENT_SHOW_MODEL,
  FT_STATEMENT_SHOW_MODEL_ALL,
  FT_STATEMENT_DROP_MODEL,
  FT_STATEMENT_GRANT, /* GRANT … MODEL … */
  FT_STATEMENT_REVOKE
};

/* A possibly qualified name. Bare names are folded to lower case, quoted ones kept; empty: absent. */
struct ft_name {
  struct ft_span database;
  struct ft_span schema;
  struct ft_span name;
  size_t position; /* of its first byte */
};

enum ft_source_kind {
  FT_SOURCE_NONE = 0, /* no FROM: a remote model */
  FT_SOURCE_TABLE,
  FT_SOURCE_QUERY,
  FT_SOURCE_TEXT /* 'job name' or 's3 path' or file: a model from elsewhere */
};

/* The eight forms of CREATE MODEL (redshift-ml.md 1.1). */
enum ft_create_form {
  FT_FORM_SIMPLE = 0,
  FT_FORM_GUIDED,
  FT_FORM_XGBOOST,
  FT_FORM_KMEANS,
  FT_FORM_FORECAST,
  FT_FORM_IMPORT,
  FT_FORM_REMOTE,
  FT_FORM_EXTERNAL
};

struct ft_type_name {
  struct ft_span text; /* as written: "DECIMAL(10, 2)", "DOUBLE PRECISION" */
  size_t position;
};

struct ft_option {
  const char *name;    /* canonical spelling from the table: "max_runtime", "num_round" */
  struct ft_span text; /* the value without its quotes, decoded */
  int64_t integer;     /* the value, where the table's type is integer or on/off (1, 0) */
  size_t position;     /* of the key */
};

struct ft_create_model {
  enum ft_create_form form;
  bool or_replace;
  bool if_not_exists;
  struct ft_name model;
  enum ft_source_kind source;
  struct ft_name table;  /* FT_SOURCE_TABLE */
  struct ft_span query;  /* FT_SOURCE_QUERY: the text between the parentheses;
                               * FT_SOURCE_TEXT: the string */
  size_t query_position; /* of its first byte */
  struct ft_span target; /* empty: none */
  size_t target_position;
  struct ft_name function; /* empty name: none */
  uint32_t arguments;      /* types in FUNCTION f(…): models from elsewhere, remote ones */
  const struct ft_type_name *argument;
  struct ft_type_name returns;
  struct ft_span endpoint; /* SAGEMAKER '…' */
  struct ft_span endpoint_model;
  struct ft_span iam_role; /* empty: not given; "default" */
  bool automatic;          /* AUTO ON, the default */
  enum ft_model_type model_type;
  enum ft_problem problem;
  const char *objective;        /* canonical (job.h); NULL: not given */
  struct ft_span preprocessors; /* the string; empty: not given */
  size_t preprocessors_position;
  uint32_t hyperparameters;
  const struct ft_option *hyperparameter;
  uint32_t settings;
  const struct ft_option *setting;
};

/* A setting by its canonical name, or NULL. */
const struct ft_option *ft_create_model_setting(const struct ft_create_model *create,
                                                const char *name);

struct ft_statement {
  enum ft_statement_kind kind;
  struct ft_span text;  /* the whole */
  bool if_exists;       /* DROP MODEL IF EXISTS */
  struct ft_name model; /* SHOW, DROP */
  struct ft_create_model create;
  uint32_t models; /* GRANT, REVOKE … ON MODEL a, b; 0: the CREATE MODEL privilege */
  const struct ft_name *granted;
  uint32_t notices; /* things to say once: "the value 0.05 of eta lies outside 0.1 … 0.5" */
  const char *const *notice;
};

/* Is this statement one of ours? Cheap; looks at the first words only. */
enum ft_statement_kind ft_statement_kind_of(struct ft_span text);

/* Parse one statement. For FT_STATEMENT_ENGINE nothing else is filled. Forms that later work brings
 * parse whole (the command answers 0A000).
 *
 * Errors: FT_SYNTAX, FT_INVALID (a value), FT_NOMEM; position is set, the hint says what to do */
enum ft_status ft_statement_parse(struct ft_statement *out, struct ft_arena *arena,
                                  struct ft_span text, struct ft_error *err) FT_MUST_CHECK;

/* The words of our grammar, for completion and help: NULL-terminated. */
const char *const *ft_statement_words(void);

#endif
