/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cni/attachment.h"
#include "tests/unit/agent/scratch.h"

static const struct felt_cni_call first = {.container_id = "c1", .interface = "eth0"},
                                  second = {.container_id = "c1", .interface = "net1"};

static void what_was_saved_is_read_until_it_is_removed(void **state)
{
    char dir[200], *text;

    snprintf(dir, sizeof(dir), "%s/a/b", ((struct scratch *)*state)->dir);
    assert_int_equal(felt_cni_attachment_read(dir, &first, &text), -ENOENT);
    assert_int_equal(felt_cni_attachment_save(dir, &first, "one"), 0);
    assert_int_equal(felt_cni_attachment_save(dir, &first, "two"), 0);
    assert_int_equal(felt_cni_attachment_read(dir, &first, &text), 0);
    assert_string_equal(text, "two");
    free(text);
    assert_int_equal(felt_cni_attachment_remove(dir, &first), 0);
    assert_int_equal(felt_cni_attachment_read(dir, &first, &text), -ENOENT);
    assert_int_equal(felt_cni_attachment_remove(dir, &first), 0);
}

static void eth0_has_the_file_of_flannels_plugin_and_no_other_user_reads_it(void **state)
{
    struct scratch *s = *state;
    struct stat st;

    assert_int_equal(felt_cni_attachment_save(s->dir, &first, "{}"), 0);
    assert_int_equal(stat(scratch_path(s, "c1"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void two_interfaces_of_a_container_do_not_overwrite_each_other(void **state)
{
    const char *dir = ((struct scratch *)*state)->dir;
    char *text;

    assert_int_equal(felt_cni_attachment_save(dir, &first, "one"), 0);
    assert_int_equal(felt_cni_attachment_save(dir, &second, "two"), 0);
    assert_int_equal(felt_cni_attachment_remove(dir, &first), 0);
    assert_int_equal(felt_cni_attachment_read(dir, &second, &text), 0);
    assert_string_equal(text, "two");
    free(text);
}

static void note(void *userdata, const char *container_id, const char *interface, const char *text)
{
    char *seen = userdata;

    sprintf(seen + strlen(seen), "%s/%s=%s ", container_id, interface, text);
}

static void all_that_are_kept_are_found_and_nothing_else(void **state)
{
    struct scratch *s = *state;
    char seen[200] = "";

    scratch_write(scratch_path(s, ".c9.tmp"), "torn");
    scratch_write(scratch_path(s, "a b"), "no id");
    assert_int_equal(felt_cni_attachment_save(s->dir, &second, "two"), 0);
    assert_int_equal(felt_cni_attachment_each(s->dir, note, seen), 0);
    assert_string_equal(seen, "c1/net1=two ");
    seen[0] = '\0';
    assert_int_equal(felt_cni_attachment_each(scratch_path(s, "none"), note, seen), 0);
    assert_string_equal(seen, "");
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    struct scratch *s = *state;
    char *text;
    size_t len;

    scratch_write(scratch_path(s, "f"), "12345");
    assert_int_equal(felt_cni_file_read(s->path, 4, &text, &len), -EFBIG);
    assert_int_equal(felt_cni_file_read(s->path, 5, &text, &len), 0);
    assert_int_equal(len, 5);
    assert_string_equal(text, "12345");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(what_was_saved_is_read_until_it_is_removed),
        SCRATCH_TEST(eth0_has_the_file_of_flannels_plugin_and_no_other_user_reads_it),
        SCRATCH_TEST(two_interfaces_of_a_container_do_not_overwrite_each_other),
        SCRATCH_TEST(all_that_are_kept_are_found_and_nothing_else),
        SCRATCH_TEST(a_file_that_is_too_long_is_refused),
    };

    return RUN_TESTS(tests);
}
