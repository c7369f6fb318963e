#include "foretell/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* The pieces of a script as "text|text|", with a question mark behind one that is not complete. */
static void split(char *out, size_t size, struct ft_span script) {
  struct ft_piece piece;
  size_t offset = 0, used = 0;
  out[0] = 0;
  while (ft_script_next(script, &offset, &piece)) {
    assert_true(piece.text.size > 0);
    assert_ptr_equal(piece.text.data, script.data + piece.offset);
    assert_true(offset <= script.size);
    used += (size_t)snprintf(out + used, size - used, "%.*s%s|", FT_SPAN_ARG(piece.text),
                             piece.complete ? "" : "?");
    assert_true(used < size);
  }
  assert_true(offset == script.size);
}

struct split_case {
  const char *script;
  const char *pieces;
};

static void check(const struct split_case *cases, size_t count) {
  char pieces[1024];
  for (size_t i = 0; i < count; i++) {
    split(pieces, sizeof pieces, ft_span_of(cases[i].script));
    assert_string_equal(pieces, cases[i].pieces);
  }
}
#define CHECK(cases) check(cases, sizeof cases / sizeof *cases)

static void statements_end_at_semicolons(void **state) {
  (void)state;
  static const struct split_case cases[] = {
    { "", "" },
    { " \n\t ", "" },
    { ";;; ;", "" },
    { "a", "a?|" },
    { "a;", "a|" },
    { "a;b", "a|b?|" },
    { " a ; b ;\n", "a|b|" },
    { "a;;b;", "a|b|" },
    { "(a;b)", "(a|b)?|" },
  };
  CHECK(cases);
}

static void comments_belong_to_no_statement_unless_inside(void **state) {
  (void)state;
  static const struct split_case cases[] = {
    { "-- a;\nb;", "b|" },
    { "a -- ;\n;b;", "a|b|" },
    { "a -- ;\n + c;", "a -- ;\n + c|" },
    { "a --;\r;b;", "a|b|" },
    { "/* ; */ a /* ; */;", "a|" },
    { "/* /* ; */ ; */ a;", "a|" },
    { "a /* /* */ ; */ b;", "a /* /* */ ; */ b|" },
    { "-- only", "" },
    { "/* only */ ; -- more", "" },
    { "a; /* open", "a|/* open?|" },
    { "a /* open ;", "a /* open ;?|" },
    { "a / * ; b", "a / *|b?|" },
    { "a - - ; b", "a - -|b?|" },
  };
  CHECK(cases);
}

static void strings_and_names_keep_their_semicolons(void **state) {
  (void)state;
  static const struct split_case cases[] = {
    { "'a;b';c;", "'a;b'|c|" },
    { "'it''s;';c;", "'it''s;'|c|" },
    { "'a\\';c;", "'a\\'|c|" },
    { "E'a\\';c';d;", "E'a\\';c'|d|" },
    { "e'\\\\';d;", "e'\\\\'|d|" },
    { "name'\\';d;", "name'\\'|d|" },
    { "1e'\\';d;'", "1e'\\';d;'?|" },
    { "E'a'\n'\\';b';c;", "E'a'\n'\\';b'|c|" },
    { "E'a' '\\';b;", "E'a' '\\'|b|" },
    { "U&'\\';b;", "U&'\\'|b|" },
    { "\"a;\"\"b\";c;", "\"a;\"\"b\"|c|" },
    { "\"a\\\";c;", "\"a\\\"|c|" },
    { "'open ; ", "'open ; ?|" },
    { "\"open ; ", "\"open ; ?|" },
    { "E'open \\'", "E'open \\'?|" },
    { "E'open \\", "E'open \\?|" },
  };
  CHECK(cases);
}

static void dollar_strings_keep_everything(void **state) {
  (void)state;
  static const struct split_case cases[] = {
    { "$$ ; ' $$;b;", "$$ ; ' $$|b|" },
    { "$a$ ; $$ ; $b$ $a$;c;", "$a$ ; $$ ; $b$ $a$|c|" },
    { "$a$ ; $A$ ; $a$;c;", "$a$ ; $A$ ; $a$|c|" },
    { "x$a$;b;", "x$a$|b|" },
    { "$1;$2;", "$1|$2|" },
    { "$name;b;", "$name|b|" },
    { "$1$ ; $1$;", "$1$|$1$|" },
    { "$\xc3\xa4$ ; $\xc3\xa4$;b;", "$\xc3\xa4$ ; $\xc3\xa4$|b|" },
    { "$a$ open ;", "$a$ open ;?|" },
    { "$a$$a$;", "$a$$a$|" },
    { "1$$;$$;", "1$$;$$|" },
  };
  CHECK(cases);
}

static void unicode_spaces_are_spaces(void **state) {
  (void)state;
  static const struct split_case cases[] = {
    { "\xc2\xa0"
      "a\xe3\x80\x80;\xef\xbb\xbf"
      "b\xe2\x80\x8b",
      "a|b?|" },
    { "\xc2", "\xc2?|" },
    { "\xe2\x80", "\xe2\x80?|" },
  };
  CHECK(cases);
  assert_int_equal(ft_statement_kind_of(FT_SPAN("CREATE\xc2\xa0MODEL m")),
                   FT_STATEMENT_CREATE_MODEL);
}

static void zero_bytes_are_bytes(void **state) {
  (void)state;
  static const char script[] = "a\0;\0b;'\0;';";
  struct ft_piece piece;
  size_t offset = 0, count = 0;
  while (ft_script_next((struct ft_span){ script, sizeof script - 1 }, &offset, &piece))
    count++;
  assert_int_equal(count, 3);
}

static void what_is_open_is_told_for_the_prompt(void **state) {
  (void)state;
  static const struct {
    const char *script;
    char open;
  } cases[] = {
    { "", 0 },          { "a;", 0 },      { "a; -- b", 0 },     { "a; /* b */ ", 0 },
    { "a", ';' },       { "a; b", ';' },  { "(a", '(' },        { "(a)", ';' },
    { "(a));", 0 },     { "(a; b", ';' }, { "'a", '\'' },       { "'a''", '\'' },
    { "E'\\'", '\'' },  { "\"a", '"' },   { "$a$ b $b$", '$' }, { "/* /* */", '*' },
    { "a; /* b", '*' }, { "(')", '\'' },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_int_equal(ft_script_open(ft_span_of(cases[i].script)), cases[i].open);
}

static double seconds_for(const char *unit, size_t bytes) {
  char *text = malloc(bytes);
  assert_non_null(text);
  size_t size = strlen(unit);
  for (size_t i = 0; i < bytes; i++)
    text[i] = unit[i % size];
  struct timespec start, end;
  struct ft_piece piece;
  size_t offset = 0;
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (ft_script_next((struct ft_span){ text, bytes }, &offset, &piece))
    ;
  (void)ft_script_open((struct ft_span){ text, bytes });
  clock_gettime(CLOCK_MONOTONIC, &end);
  free(text);
  return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* A quadratic splitter would need minutes for these. */
static void hostile_scripts_take_linear_time(void **state) {
  (void)state;
  static const char *const units[] = { "$a$b", "/*", "''\n",     "E'\\",     "$",
                                       "'';",  "\"", "$a",       "''\n--\n", "*/",
                                       "-",    "/",  "\xe2\x80", ".",        "1e" };
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    assert_true(seconds_for(units[i], 1 << 20) < 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(statements_end_at_semicolons),
    cmocka_unit_test(comments_belong_to_no_statement_unless_inside),
    cmocka_unit_test(strings_and_names_keep_their_semicolons),
    cmocka_unit_test(dollar_strings_keep_everything),
    cmocka_unit_test(unicode_spaces_are_spaces),
    cmocka_unit_test(zero_bytes_are_bytes),
    cmocka_unit_test(what_is_open_is_told_for_the_prompt),
    cmocka_unit_test(hostile_scripts_take_linear_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
