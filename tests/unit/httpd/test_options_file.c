/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

#include "httpd/options_file.h"
#include "tests/unit/agent/scratch.h"

/* Whether it tells of a change, which is there before the call that made it returns. */
static bool tells(const struct felt_options_file *file)
{
    struct pollfd fd = {.fd = file->watch_fd, .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

static void what_is_in_it_is_read_and_as_long_as_it_is_so_nothing_is_told(void **state)
{
    const char *path = scratch_path(*state, "options");
    struct felt_options_file file;

    scratch_write(path, "--listen=127.0.0.1\n");
    assert_int_equal(felt_options_file_open(path, &file), 0);
    assert_string_equal(file.text, "--listen=127.0.0.1\n");
    assert_false(tells(&file));
    felt_options_file_done(&file);
    assert_int_equal(file.watch_fd, -1);
}

static void one_that_takes_its_place_is_told(void **state)
{
    struct felt_options_file file;
    char path[160], next[160];

    strcpy(path, scratch_path(*state, "options"));
    strcpy(next, scratch_path(*state, ".options.tmp"));
    scratch_write(path, "a");
    assert_int_equal(felt_options_file_open(path, &file), 0);
    scratch_write(next, "b");
    assert_false(tells(&file));
    assert_int_equal(rename(next, path), 0);
    assert_true(tells(&file));
    felt_options_file_done(&file);
}

static void its_end_is_told(void **state)
{
    const char *path = scratch_path(*state, "options");
    struct felt_options_file file;

    scratch_write(path, "a");
    assert_int_equal(felt_options_file_open(path, &file), 0);
    assert_int_equal(unlink(path), 0);
    assert_true(tells(&file));
    felt_options_file_done(&file);
}

static void a_change_in_place_is_told(void **state)
{
    const char *path = scratch_path(*state, "options");
    struct felt_options_file file;

    scratch_write(path, "a");
    assert_int_equal(felt_options_file_open(path, &file), 0);
    scratch_write(path, "b");
    assert_true(tells(&file));
    felt_options_file_done(&file);
}

static void what_is_no_such_file_is_refused(void **state)
{
    const char *path = scratch_path(*state, "options");
    struct felt_options_file file;
    FILE *f;

    assert_int_equal(felt_options_file_open(path, &file), -ENOENT);
    assert_int_equal(file.watch_fd, -1);
    f = fopen(path, "w");
    assert_non_null(f);
    for (size_t i = 0; i < FELT_OPTIONS_FILE_MAX; i++)
        putc('#', f);
    fclose(f);
    assert_int_equal(felt_options_file_open(path, &file), 0);
    felt_options_file_done(&file);
    f = fopen(path, "a");
    assert_non_null(f);
    putc('#', f);
    fclose(f);
    assert_int_equal(felt_options_file_open(path, &file), -EFBIG);
    f = fopen(path, "w");
    assert_non_null(f);
    fwrite("a\0b", 1, 3, f);
    fclose(f);
    assert_int_equal(felt_options_file_open(path, &file), -EINVAL);
    assert_int_equal(file.watch_fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(what_is_in_it_is_read_and_as_long_as_it_is_so_nothing_is_told),
        SCRATCH_TEST(one_that_takes_its_place_is_told),
        SCRATCH_TEST(its_end_is_told),
        SCRATCH_TEST(a_change_in_place_is_told),
        SCRATCH_TEST(what_is_no_such_file_is_refused),
    };

    return RUN_TESTS(tests);
}
