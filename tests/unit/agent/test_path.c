/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "agent/path.h"
#include "tests/unit/agent/scratch.h"

static mode_t mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void missing_directories_are_made_with_their_mode_whatever_the_umask(void **state)
{
    struct scratch *s = *state;
    mode_t old = umask(077);
    int r = felt_path_make_parents(scratch_path(s, "a/b/c"), 0755);

    umask(old);
    assert_int_equal(r, 0);
    assert_int_equal(mode_of(scratch_path(s, "a")), 0755);
    assert_int_equal(mode_of(scratch_path(s, "a/b")), 0755);
    assert_int_equal(access(scratch_path(s, "a/b/c"), F_OK), -1);
    assert_int_equal(felt_path_make_parents(scratch_path(s, "a/b/c"), 0700), 0);
    assert_int_equal(mode_of(scratch_path(s, "a/b")), 0755);
}

static void a_path_without_directory_or_in_the_root_needs_none(void **state)
{
    (void)state;
    assert_int_equal(felt_path_make_parents("name", 0755), 0);
    assert_int_equal(felt_path_make_parents("/name", 0755), 0);
}

static void a_file_in_the_place_of_a_directory_is_an_error(void **state)
{
    struct scratch *s = *state;

    scratch_write(scratch_path(s, "a"), "");
    assert_int_equal(felt_path_make_parents(scratch_path(s, "a/b"), 0755), -ENOTDIR);
    assert_int_equal(felt_path_make_parents(scratch_path(s, "a/b/c"), 0755), -ENOTDIR);
}

/* S-2.2 */
static void replacing_leaves_the_new_content_its_mode_and_nothing_else(void **state)
{
    struct scratch *s = *state;
    char text[64];
    mode_t old = umask(077);

    scratch_write(scratch_path(s, "f"), "before, and longer");
    assert_int_equal(felt_path_replace(scratch_path(s, "f"), "after", 5, 0644), 0);
    umask(old);
    scratch_read(scratch_path(s, "f"), text, sizeof(text));
    assert_string_equal(text, "after");
    assert_int_equal(mode_of(scratch_path(s, "f")), 0644);
    assert_int_equal(unlink(scratch_path(s, "f")), 0);
    assert_int_equal(rmdir(s->dir), 0); /* fails where something is left */
    assert_int_equal(mkdir(s->dir, 0700), 0);
}

static void what_a_crash_left_is_no_obstacle(void **state)
{
    struct scratch *s = *state;
    char text[64];

    scratch_write(scratch_path(s, ".f.tmp"), "torn, and longer than the new one");
    assert_int_equal(felt_path_replace(scratch_path(s, "f"), "new", 3, 0600), 0);
    scratch_read(scratch_path(s, "f"), text, sizeof(text));
    assert_string_equal(text, "new");
}

static void a_failure_leaves_the_old_content(void **state)
{
    struct scratch *s = *state;
    struct stat st;

    assert_int_equal(mkdir(scratch_path(s, "d"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(s, "d/full"), 0700), 0);
    assert_int_equal(felt_path_replace(scratch_path(s, "d"), "x", 1, 0600), -EISDIR);
    assert_int_equal(stat(scratch_path(s, "d/full"), &st), 0);
    assert_int_equal(stat(scratch_path(s, ".d.tmp"), &st), -1);
    assert_int_equal(felt_path_replace(scratch_path(s, "no/f"), "x", 1, 0600), -ENOENT);
}

static void a_path_that_is_too_long_is_an_error(void **state)
{
    char path[PATH_MAX + 8];

    (void)state;
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[PATH_MAX] = '\0';
    assert_int_equal(felt_path_replace(path, "x", 1, 0600), -ENAMETOOLONG);
    assert_int_equal(felt_path_make_parents(path, 0755), -ENAMETOOLONG);
}

static void reading_stops_at_the_size_and_at_the_end(void **state)
{
    struct scratch *s = *state;
    char buf[8];

    scratch_write(scratch_path(s, "f"), "123456");
    assert_int_equal(felt_path_read(s->path, buf, sizeof(buf)), 6);
    assert_int_equal(felt_path_read(s->path, buf, 6), 6);
    assert_int_equal(felt_path_read(s->path, buf, 2), 2);
    assert_memory_equal(buf, "12", 2);
    assert_int_equal(felt_path_read(scratch_path(s, "none"), buf, 2), -ENOENT);
    assert_int_equal(felt_path_read(s->dir, buf, 2), -EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(missing_directories_are_made_with_their_mode_whatever_the_umask),
        SCRATCH_TEST(a_path_without_directory_or_in_the_root_needs_none),
        SCRATCH_TEST(a_file_in_the_place_of_a_directory_is_an_error),
        SCRATCH_TEST(replacing_leaves_the_new_content_its_mode_and_nothing_else),
        SCRATCH_TEST(what_a_crash_left_is_no_obstacle),
        SCRATCH_TEST(a_failure_leaves_the_old_content),
        SCRATCH_TEST(a_path_that_is_too_long_is_an_error),
        SCRATCH_TEST(reading_stops_at_the_size_and_at_the_end),
    };

    return RUN_TESTS(tests);
}
