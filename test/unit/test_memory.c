/* The machine's memory, from trees of files as the kernel shows them. */
#include "foretell/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define GB ((uint64_t)1 << 30)

static char root[64];

static int make_root(void **state) {
  (void)state;
  strcpy(root, "/tmp/foretell-memory-XXXXXX");
  return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -r '%s'", root);
  return system(command);
}

/* A file below the root, with the folders that lead to it. */
static void put(const char *path, const char *text) {
  char full[512];
  snprintf(full, sizeof full, "%s%s", root, path);
  for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    mkdir(full, 0700);
    *slash = '/';
  }
  FILE *file = fopen(full, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void put_machine(const char *groups) {
  put("/proc/meminfo", "MemFree:  1 kB\nMemTotal:       25165824 kB\n"); /* 24 GB */
  put("/proc/self/cgroup", groups);
}

static void without_limits_it_is_the_machines(void **state) {
  (void)state;
  put_machine("0::/user.slice\n");
  assert_int_equal(ft_memory_machine_bytes(root), 24 * GB);
  put("/sys/fs/cgroup/user.slice/memory.max", "max\n");
  assert_int_equal(ft_memory_machine_bytes(root), 24 * GB);
}

static void a_limit_of_version_2_counts_and_those_above_it(void **state) {
  (void)state;
  put_machine("0::/system.slice/warehouse.service/one\n");
  put("/sys/fs/cgroup/system.slice/warehouse.service/one/memory.max", "max\n");
  put("/sys/fs/cgroup/system.slice/warehouse.service/memory.max", "4294967296\n");
  put("/sys/fs/cgroup/system.slice/memory.max", "8589934592\n");
  assert_int_equal(ft_memory_machine_bytes(root), 4 * GB);
  put("/sys/fs/cgroup/system.slice/memory.max", "2147483648\n");
  assert_int_equal(ft_memory_machine_bytes(root), 2 * GB);
}

static void a_limit_of_version_1_counts(void **state) {
  (void)state;
  put_machine("12:cpu,cpuacct:/a\n4:hugetlb,memory:/docker/0815\n1:name=systemd:/b\n0::/\n");
  put("/sys/fs/cgroup/memory/docker/0815/memory.limit_in_bytes", "1073741824\n");
  put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1024\n"); /* not this controller's */
  assert_int_equal(ft_memory_machine_bytes(root), GB);
  put("/sys/fs/cgroup/memory/docker/0815/memory.limit_in_bytes", "9223372036854771712\n");
  assert_int_equal(ft_memory_machine_bytes(root), 24 * GB);
}

static void in_a_container_the_group_stands_at_the_top(void **state) {
  (void)state;
  put_machine("4:memory:/docker/0815\n");
  put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "3221225472\n");
  assert_int_equal(ft_memory_machine_bytes(root), 3 * GB);
  put("/proc/self/cgroup", "0::/\n");
  put("/sys/fs/cgroup/memory.max", "1073741824\n");
  assert_int_equal(ft_memory_machine_bytes(root), GB);
}

static void where_nothing_tells_it_is_not_known(void **state) {
  (void)state;
  assert_int_equal(ft_memory_machine_bytes(root), 0);
  put("/proc/self/cgroup", "nonsense\n7:memory\n");
  assert_int_equal(ft_memory_machine_bytes(root), 0);
}

static void a_trainer_gets_half_of_it(void **state) {
  (void)state;
  uint64_t all = ft_memory_machine_bytes("");
  assert_true(all > GB / 4);
  assert_int_equal(ft_memory_trainer_bytes(), all / 2);
}

static void a_size_is_written_for_people(void **state) {
  (void)state;
  static const struct {
    uint64_t bytes;
    const char *text;
  } cases[] = {
    { 0, "0 bytes" },        { 1023, "1023 bytes" },      { 1024, "1 kB" },
    { 512 << 20, "512 MB" }, { 12638251008u, "11.8 GB" }, { 3 * GB / 2, "1.5 GB" },
    { 200 * GB, "200 GB" },  { 100 * GB + 5, "100 GB" },  { UINT64_MAX, "16777216 TB" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[FT_MEMORY_TEXT_BYTES];
    ft_memory_text(text, cases[i].bytes);
    assert_string_equal(text, cases[i].text);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(without_limits_it_is_the_machines),   TEST(a_limit_of_version_2_counts_and_those_above_it),
    TEST(a_limit_of_version_1_counts),         TEST(in_a_container_the_group_stands_at_the_top),
    TEST(where_nothing_tells_it_is_not_known), TEST(a_trainer_gets_half_of_it),
    TEST(a_size_is_written_for_people),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
