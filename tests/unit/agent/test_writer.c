/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>

#include "agent/writer.h"
#include "tests/unit/agent/scratch.h"

#define LIMIT_MS 30000 /* for one small write on a busy machine */

static int result(struct felt_writer *w, uint64_t *save)
{
    struct pollfd p = {.fd = felt_writer_fd(w), .events = POLLIN};

    assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
    return felt_writer_result(w, save);
}

static void a_save_is_on_disk_when_it_is_reported(void **state)
{
    const char *path = scratch_path(*state, "state");
    struct felt_writer *w;
    char text[16];
    struct stat st;
    uint64_t save;

    assert_int_equal(felt_writer_new(path, &w), 0);
    assert_int_equal(felt_writer_begin(w, 7, (const uint8_t *)"hello", 5), 0);
    assert_int_equal(result(w, &save), 0);
    assert_int_equal(save, 7);
    scratch_read(path, text, sizeof(text));
    assert_string_equal(text, "hello");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    felt_writer_free(w);
}

static void nothing_ended_is_said_as_such(void **state)
{
    struct felt_writer *w;
    uint64_t save;

    assert_int_equal(felt_writer_new(scratch_path(*state, "state"), &w), 0);
    assert_int_equal(felt_writer_result(w, &save), -EAGAIN);
    felt_writer_free(w);
}

static void one_save_at_a_time_until_its_result_is_taken(void **state)
{
    struct felt_writer *w;
    uint64_t save;

    assert_int_equal(felt_writer_new(scratch_path(*state, "state"), &w), 0);
    assert_int_equal(felt_writer_begin(w, 1, (const uint8_t *)"a", 1), 0);
    assert_int_equal(felt_writer_begin(w, 2, (const uint8_t *)"b", 1), -EBUSY);
    assert_int_equal(result(w, &save), 0);
    assert_int_equal(save, 1);
    assert_int_equal(felt_writer_begin(w, 2, (const uint8_t *)"b", 1), 0);
    assert_int_equal(result(w, &save), 0);
    assert_int_equal(save, 2);
    felt_writer_free(w);
}

static void a_save_that_fails_says_why_and_keeps_the_old_file(void **state)
{
    const char *path = scratch_path(*state, "state");
    char gone[200], text[16];
    struct felt_writer *w;
    uint64_t save;

    scratch_write(path, "old");
    snprintf(gone, sizeof(gone), "%s/nowhere/state", ((struct scratch *)*state)->dir);
    assert_int_equal(felt_writer_new(gone, &w), 0);
    assert_int_equal(felt_writer_begin(w, 3, (const uint8_t *)"new", 3), 0);
    assert_int_equal(result(w, &save), -ENOENT);
    assert_int_equal(save, 3);
    scratch_read(path, text, sizeof(text));
    assert_string_equal(text, "old");
    felt_writer_free(w);
}

static void freeing_finishes_what_was_begun(void **state)
{
    const char *path = scratch_path(*state, "state");
    struct felt_writer *w;
    char text[16];

    assert_int_equal(felt_writer_new(path, &w), 0);
    assert_int_equal(felt_writer_begin(w, 1, (const uint8_t *)"last", 4), 0);
    felt_writer_free(w);
    scratch_read(path, text, sizeof(text));
    assert_string_equal(text, "last");
}

static void a_save_is_under_way_until_its_result_is_taken(void **state)
{
    struct felt_writer *w;
    uint64_t save;

    assert_int_equal(felt_writer_new(scratch_path(*state, "state"), &w), 0);
    assert_false(felt_writer_busy(w));
    assert_int_equal(felt_writer_begin(w, 1, (const uint8_t *)"a", 1), 0);
    assert_true(felt_writer_busy(w));
    assert_int_equal(result(w, &save), 0);
    assert_false(felt_writer_busy(w));
    felt_writer_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_save_is_on_disk_when_it_is_reported),
        SCRATCH_TEST(nothing_ended_is_said_as_such),
        SCRATCH_TEST(one_save_at_a_time_until_its_result_is_taken),
        SCRATCH_TEST(a_save_that_fails_says_why_and_keeps_the_old_file),
        SCRATCH_TEST(freeing_finishes_what_was_begun),
        SCRATCH_TEST(a_save_is_under_way_until_its_result_is_taken),
    };

    return RUN_TESTS(tests);
}
