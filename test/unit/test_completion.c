/* What may stand at the cursor. */
#include "shell/completion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static const char *const tables[] = { "Customers", "customer_address", "odd table" };
static const char *const columns[] = { "charge", "churn", "state" };
static const char *const keywords[] = { "from", "functions", "order", "select" };
static const char *const members[] = { "Customers\tcharge", "Customers\tchurn", "main\tCustomers",
                                       "orders\tchange", "orders\tid" };
static const char *const models[] = { "churn_model" };

#define GIVE(list) (*name = (list), sizeof(list) / sizeof *(list))

static size_t give_names(void *self, enum ft_engine_list list, struct ft_arena *arena,
                         const char *const **name) {
  (void)self;
  (void)arena;
  switch (list) {
  case FT_LIST_TABLES: return GIVE(tables);
  case FT_LIST_COLUMNS: return GIVE(columns);
  case FT_LIST_KEYWORDS: return GIVE(keywords);
  case FT_LIST_MEMBERS: return GIVE(members);
  case FT_LIST_MODELS: return GIVE(models);
  default: return 0;
  }
}

/* The matches parted by |, then the common beginning. */
static void expect(const char *text, const char *matches, const char *common) {
  const struct ft_completion_source source = { NULL, give_names };
  struct ft_completion found;
  struct ft_arena arena;
  char list[400] = "";
  ft_arena_init(&arena, 1 << 22);
  ft_completion_find(&found, &arena, &source, ft_span_of(text));
  for (size_t i = 0; i < found.matches; i++) {
    if (i > 0) strcat(list, "|");
    strcat(list, found.match[i]);
  }
  assert_string_equal(list, matches);
  assert_string_equal(found.common, common);
  ft_arena_release(&arena);
}

static void keywords_follow_the_case_typed(void **state) {
  (void)state;
  expect("sel", "select", "select");
  expect("SEL", "SELECT", "SELECT");
  expect("select 1 ord", "order", "order");
}

static void names_depend_on_the_word_before(void **state) {
  (void)state;
  expect("select * from cu", "customer_address|Customers", "customer");
  expect("show model ", "churn_model", "churn_model");
  expect("select ch", "charge|churn|churn_model", "ch");
  expect("SELECT CHU", "churn|churn_model", "churn");
}

static void a_point_leaves_the_members_of_what_is_before_it(void **state) {
  (void)state;
  expect("select orders.", "change|id", "");
  expect("SELECT x, CUSTOMERS.ch", "charge|churn", "ch");
  expect("select orders.z", "", "");
  expect("from main.", "Customers", "Customers");
  expect("select o.ch from orders o where o.ch", "charge|churn", "ch");
}

static void odd_names_are_quoted(void **state) {
  (void)state;
  expect("from od", "\"odd table\"", "\"odd table\"");
}

static void nothing_is_offered_where_nothing_is_meant(void **state) {
  (void)state;
  expect("", "", "");
  expect("select ", "", "");
  expect("select \"cu", "", "");
  expect("select 1 /* cu", "", "");
  expect("zzz", "", "");
}

static void dot_commands_complete_with_their_arguments(void **state) {
  (void)state;
  expect(".ta", ".tables", ".tables");
  expect(".r", ".read|.rows", ".r");
  expect(".timer o", "off|on", "o");
  expect(".mode j", "json|jsonlines", "json");
  expect(".schema cus", "customer_address|Customers", "customer");
  expect(".quit x", "", "");
}

static void files_complete_within_strings(void **state) {
  (void)state;
  expect("FROM 'test/reference/width.", "test/reference/width.csv|test/reference/width.py",
         "test/reference/width.");
  expect(".read test/refer", "test/reference/", "test/reference/");
  expect("FROM 'no/such/folder/", "", "");
}

/* DuckDB's keyword FUNCTIONS is no part of CREATE MODEL, so the word is whole and a blank follows. */
static void statements_about_models_complete_with_their_own_words(void **state) {
  (void)state;
  expect("CREATE MODEL m FROM t TARGET y FUN", "FUNCTION", "FUNCTION");
  expect("SELECT 1; create model m FROM t TARGET y FUN", "FUNCTION", "FUNCTION");
  expect("CREATE MODEL m FROM (SELECT FUN", "FUNCTION|FUNCTIONS", "FUNCTION");
  expect("SELECT FUN", "FUNCTION|FUNCTIONS", "FUNCTION");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keywords_follow_the_case_typed),
    cmocka_unit_test(names_depend_on_the_word_before),
    cmocka_unit_test(a_point_leaves_the_members_of_what_is_before_it),
    cmocka_unit_test(odd_names_are_quoted),
    cmocka_unit_test(nothing_is_offered_where_nothing_is_meant),
    cmocka_unit_test(dot_commands_complete_with_their_arguments),
    cmocka_unit_test(files_complete_within_strings),
    cmocka_unit_test(statements_about_models_complete_with_their_own_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
