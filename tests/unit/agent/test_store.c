/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store.h"
#include "tests/unit/agent/scratch.h"

static void put(const char *path, const char *text, mode_t mode)
{
    scratch_write(path, text);
    assert_int_equal(chmod(path, mode), 0);
}

static void open_store(void **state, struct felt_store *store)
{
    struct felt_failure e;
    char dir[256];

    snprintf(dir, sizeof(dir), "%s/a/b", ((struct scratch *)*state)->dir);
    assert_int_equal(felt_store_open(dir, store, &e), 0);
}

static void a_new_directory_is_private_and_holds_no_state(void **state)
{
    struct felt_store store;
    struct felt_failure e;
    uint8_t *bytes;
    struct stat st;
    char dir[256];
    size_t len;

    open_store(state, &store);
    snprintf(dir, sizeof(dir), "%s/a/b", ((struct scratch *)*state)->dir);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(felt_store_load(&store, &bytes, &len, &e), 0);
    assert_null(bytes);
    assert_int_equal(len, 0);
    felt_store_close(&store);
}

static void a_second_feltd_is_kept_out_until_the_first_has_gone(void **state)
{
    struct felt_store first, second;
    struct felt_failure e;
    char dir[256];

    open_store(state, &first);
    snprintf(dir, sizeof(dir), "%s/a/b", ((struct scratch *)*state)->dir);
    assert_int_equal(felt_store_open(dir, &second, &e), -EBUSY);
    assert_non_null(strstr(e.text, "another feltd"));
    assert_non_null(strstr(e.text, dir));
    felt_store_close(&first);
    assert_int_equal(felt_store_open(dir, &second, &e), 0);
    felt_store_close(&second);
}

static void an_empty_state_file_is_refused_and_named(void **state)
{
    struct felt_store store;
    struct felt_failure e;
    uint8_t *bytes;
    size_t len;

    open_store(state, &store);
    put(store.state_path, "", 0600);
    assert_int_equal(felt_store_load(&store, &bytes, &len, &e), -EBADMSG);
    assert_non_null(strstr(e.text, store.state_path));
    felt_store_close(&store);
}

static void what_was_written_is_loaded(void **state)
{
    struct felt_store store;
    struct felt_failure e;
    uint8_t *bytes;
    size_t len;

    open_store(state, &store);
    put(store.state_path, "x", 0600);
    assert_int_equal(felt_store_load(&store, &bytes, &len, &e), 0);
    assert_int_equal(len, 1);
    assert_int_equal(bytes[0], 'x');
    free(bytes);
    felt_store_close(&store);
}

static void a_key_is_read_back_and_private(void **state)
{
    struct felt_cluster_key key, back;
    struct felt_store store;
    struct felt_failure e;
    struct stat st;

    open_store(state, &store);
    assert_int_equal(felt_store_read_key(store.key_path, &key, &e), -ENOENT);
    memset(&key, 9, sizeof(key));
    assert_int_equal(felt_store_write_key(&store, &key, &e), 0);
    assert_int_equal(stat(store.key_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(felt_store_read_key(store.key_path, &back, &e), 0);
    assert_memory_equal(&key, &back, sizeof(key));
    felt_store_close(&store);
}

static void a_key_that_others_can_read_is_refused_with_its_mode(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0601, 0660};
    struct felt_cluster_key key;
    struct felt_failure e;
    char path[256];

    snprintf(path, sizeof(path), "%s/key", ((struct scratch *)*state)->dir);
    for (size_t i = 0; i < FELT_ARRAY_LEN(modes); i++) {
        char text[8];

        put(path, "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n", modes[i]);
        assert_int_equal(felt_store_read_key(path, &key, &e), -EPERM);
        snprintf(text, sizeof(text), "%04o", modes[i]);
        assert_non_null(strstr(e.text, text));
        assert_non_null(strstr(e.text, path));
    }
    put(path, "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n", 0400);
    assert_int_equal(felt_store_read_key(path, &key, &e), 0);
}

static void what_is_not_a_key_is_refused_without_showing_it(void **state)
{
    static const char *const texts[] = {
        "",
        "c2hvcnQ=\n",
        "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ\n",
        "not base64 at all!\n",
        "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\nCQkJ\n",
    };
    struct felt_cluster_key key;
    struct felt_failure e;
    char path[256];

    snprintf(path, sizeof(path), "%s/key", ((struct scratch *)*state)->dir);
    for (size_t i = 0; i < FELT_ARRAY_LEN(texts); i++) {
        put(path, texts[i], 0600);
        assert_int_equal(felt_store_read_key(path, &key, &e), -EINVAL);
        assert_null(strstr(e.text, "CQkJ"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_new_directory_is_private_and_holds_no_state),
        SCRATCH_TEST(a_second_feltd_is_kept_out_until_the_first_has_gone),
        SCRATCH_TEST(an_empty_state_file_is_refused_and_named),
        SCRATCH_TEST(what_was_written_is_loaded),
        SCRATCH_TEST(a_key_is_read_back_and_private),
        SCRATCH_TEST(a_key_that_others_can_read_is_refused_with_its_mode),
        SCRATCH_TEST(what_is_not_a_key_is_refused_without_showing_it),
    };

    return RUN_TESTS(tests);
}
