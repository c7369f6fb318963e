/* Redshift's labels[0] is an error, and nothing else is. */
#include "foretell/subscript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static void element_zero_is_an_error_at_its_place(void **state) {
  (void)state;
  static const char *const wrong[] = {
    "SELECT p.labels[0] FROM q",
    "SELECT P.Labels [ 0 ] FROM q",
    "SELECT (f_prob(t)).labels[0] FROM t",
    "SELECT s.p.\"labels\"[0] FROM q",
    "SELECT 1 WHERE p.probabilities /* best */ [0] > 1",
    "SELECT p.labels[1], p.labels[0].x FROM q",
    "CREATE MODEL m FROM (SELECT p.labels[0] AS a, y FROM q) TARGET y FUNCTION f",
    "SELECT x.labels.probabilities[0] FROM q",
    "SELECT x.labels[.labels[0]]",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct ft_error err = { 0 };
    assert_int_equal(ft_subscript_check(ft_span_of(wrong[i]), &err), FT_SUBSCRIPT);
    assert_int_equal(err.position, strrchr(wrong[i], '0') - wrong[i] + 1);
    assert_non_null(strstr(err.hint, "labels[1]"));
  }
}

static void other_subscripts_are_none_of_ours(void **state) {
  (void)state;
  static const char *const right[] = {
    "",
    "SELECT p.labels[1], p.probabilities[-1] FROM q",
    "SELECT p.labels[0:2], p.labels[00], p.labels[0 + 1] FROM q",
    "SELECT labels[0] FROM q",
    "SELECT (t.labels)[0], t.labels -> 0, t.label[0], t.my_labels[0] FROM t",
    "SELECT 'p.labels[0]', $$p.labels[0]$$, \"p.labels[0]\" -- p.labels[0]",
    "SELECT p.labels[0",
    "SELECT p.labels['0'], p.'labels'[0]",
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
    struct ft_error err = { 0 };
    assert_int_equal(ft_subscript_check(ft_span_of(right[i]), &err), FT_OK);
    assert_int_equal(err.status, FT_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(element_zero_is_an_error_at_its_place),
    cmocka_unit_test(other_subscripts_are_none_of_ours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
