/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/sysctl.h"

static char dir[] = "/tmp/felt-test-sysctl-XXXXXX";

static const char *path_of(unsigned n)
{
    static char path[64];

    snprintf(path, sizeof(path), "%s/gc_thresh%u", dir, n);
    return path;
}

static void set(unsigned n, long value)
{
    FILE *file = fopen(path_of(n), "w");

    assert_non_null(file);
    fprintf(file, "%ld\n", value);
    assert_int_equal(fclose(file), 0);
}

static void set_defaults(void)
{
    set(1, 128);
    set(2, 512);
    set(3, 1024);
}

static long get(unsigned n)
{
    FILE *file = fopen(path_of(n), "r");
    long value;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &value), 1);
    assert_int_equal(fclose(file), 0);
    return value;
}

static void a_table_with_room_is_left_alone(void **state)
{
    struct felt_sysctl_neigh neigh;

    (void)state;
    set_defaults();
    assert_int_equal(felt_sysctl_neigh_room(dir, 0, &neigh), 0);
    assert_int_equal(felt_sysctl_neigh_room(dir, 512, &neigh), 0);
    assert_int_equal(neigh.have, 1024);
    assert_int_equal(neigh.wanted, 1024);
    assert_int_equal(get(3), 1024);
}

static void a_table_that_is_too_small_is_enlarged_in_the_kernels_proportions(void **state)
{
    struct felt_sysctl_neigh neigh;

    (void)state;
    set_defaults();
    assert_int_equal(felt_sysctl_neigh_room(dir, 513, &neigh), 1);
    assert_int_equal(neigh.have, 1024);
    assert_int_equal(neigh.wanted, 2048);
    assert_int_equal(get(3), 2048);
    assert_int_equal(get(2), 1024);
    assert_int_equal(get(1), 256);
    assert_int_equal(felt_sysctl_neigh_room(dir, 513, &neigh), 0);
}

static void a_limit_that_is_high_already_is_not_lowered(void **state)
{
    struct felt_sysctl_neigh neigh;

    (void)state;
    set_defaults();
    set(1, 5000);
    assert_int_equal(felt_sysctl_neigh_room(dir, 10000, &neigh), 1);
    assert_int_equal(get(3), 32768);
    assert_int_equal(get(1), 5000);
    set(3, 100000);
    assert_int_equal(felt_sysctl_neigh_room(dir, 10000, &neigh), 0);
    assert_int_equal(get(3), 100000);
}

static void limits_that_cannot_be_seen_are_told(void **state)
{
    struct felt_sysctl_neigh neigh;

    (void)state;
    assert_int_equal(felt_sysctl_neigh_room("/nonexistent", 10, &neigh), -ENOENT);
}

static void limits_that_cannot_be_raised_are_told_with_what_they_should_be(void **state)
{
    struct felt_sysctl_neigh neigh;

    (void)state;
    set_defaults();
    /* Nobody, root included, can write to a number that is a directory. */
    assert_int_equal(unlink(path_of(2)), 0);
    assert_int_equal(mkdir(path_of(2), 0700), 0);
    assert_int_equal(felt_sysctl_neigh_room(dir, 3000, &neigh), -EISDIR);
    assert_int_equal(neigh.have, 1024);
    assert_int_equal(neigh.wanted, 8192);
    assert_int_equal(rmdir(path_of(2)), 0);
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 3; n++)
        (void)unlink(path_of(n));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_with_room_is_left_alone),
        cmocka_unit_test(a_table_that_is_too_small_is_enlarged_in_the_kernels_proportions),
        cmocka_unit_test(a_limit_that_is_high_already_is_not_lowered),
        cmocka_unit_test(limits_that_cannot_be_seen_are_told),
        cmocka_unit_test(limits_that_cannot_be_raised_are_told_with_what_they_should_be),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
