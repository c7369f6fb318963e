#include "foretell/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_type_is_found_by_its_internal_name(void **state) {
  (void)state;
  for (int type = 1; type < FT_TYPE_COUNT; type++) {
    const char *name = ft_type_internal((enum ft_type)type);
    assert_int_equal(ft_type_by_internal(ft_span_of(name)), type);
    assert_true(ft_type_bytes((enum ft_type)type) > 0);
    assert_true(strlen(ft_type_sql((enum ft_type)type)) > 0);
  }
}

static void unknown_names_give_no_type(void **state) {
  (void)state;
  assert_int_equal(ft_type_by_internal(FT_SPAN("")), FT_TYPE_NONE);
  assert_int_equal(ft_type_by_internal(FT_SPAN("int")), FT_TYPE_NONE);
  assert_int_equal(ft_type_by_internal(FT_SPAN("INT4")), FT_TYPE_NONE);
  assert_int_equal(ft_type_by_internal(FT_SPAN("int44")), FT_TYPE_NONE);
}

static void types_outside_the_table_are_none(void **state) {
  (void)state;
  assert_int_equal(ft_type_bytes(FT_TYPE_COUNT), 0);
  assert_int_equal(ft_type_bytes((enum ft_type) - 1), 0);
  assert_string_equal(ft_type_sql(FT_TYPE_NONE), "");
}

static void kinds_are_as_people_expect(void **state) {
  (void)state;
  assert_true(ft_type_is_numeric(FT_INT16) && ft_type_is_numeric(FT_DECIMAL));
  assert_false(ft_type_is_numeric(FT_BOOL) || ft_type_is_numeric(FT_TEXT));
  assert_false(ft_type_is_numeric(FT_DATE));
  assert_true(ft_type_is_temporal(FT_DATE) && ft_type_is_temporal(FT_TIMESTAMPTZ));
  assert_false(ft_type_is_temporal(FT_INT64));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_type_is_found_by_its_internal_name),
    cmocka_unit_test(unknown_names_give_no_type),
    cmocka_unit_test(types_outside_the_table_are_none),
    cmocka_unit_test(kinds_are_as_people_expect),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
