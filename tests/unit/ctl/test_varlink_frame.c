/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/idiom.h"
#include "ctl/varlink_frame.h"

#define MAX 2000 /* more than the first size of an inbox, so that it grows */

struct line {
    int fds[2]; /* read, write */
    struct felt_varlink_inbox inbox;
};

static int setup(void **state)
{
    struct line *l = calloc(1, sizeof(*l));

    if (!l || pipe2(l->fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    felt_varlink_inbox_init(&l->inbox, MAX);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    struct line *l = *state;

    felt_varlink_inbox_done(&l->inbox);
    close(l->fds[0]);
    if (l->fds[1] >= 0)
        close(l->fds[1]);
    free(l);
    return 0;
}

static void put(struct line *l, const char *bytes, size_t len)
{
    assert_int_equal(write(l->fds[1], bytes, len), len);
}

static void expect_message(struct line *l, const char *want)
{
    const char *text;
    size_t len;

    assert_true(felt_varlink_inbox_next(&l->inbox, &text, &len));
    assert_int_equal(len, strlen(want));
    assert_string_equal(text, want);
}

static void expect_none(struct line *l)
{
    const char *text;
    size_t len;

    assert_false(felt_varlink_inbox_next(&l->inbox, &text, &len));
}

static void messages_in_one_read_come_one_by_one(void **state)
{
    struct line *l = *state;

    expect_none(l);
    put(l, "one\0\0three\0fo", 13);
    assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), 1);
    expect_message(l, "one");
    expect_message(l, "");
    expect_message(l, "three");
    expect_none(l);
    assert_true(felt_varlink_inbox_has_rest(&l->inbox));
    put(l, "ur", 3);
    assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), 1);
    expect_message(l, "four");
    assert_false(felt_varlink_inbox_has_rest(&l->inbox));
    assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), -EAGAIN);
    close(l->fds[1]);
    l->fds[1] = -1;
    assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), 0);
}

static void a_message_byte_by_byte_is_the_same(void **state)
{
    static const char text[] = "{\"method\":\"a.b\"}";
    struct line *l = *state;

    for (size_t i = 0; i < sizeof(text); i++) {
        expect_none(l);
        put(l, text + i, 1);
        assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), 1);
    }
    expect_message(l, text);
}

/* Reads until a message is there or an error; returns the last result. */
static int read_all(struct line *l)
{
    const char *text;
    size_t len;
    int r;

    do {
        r = felt_varlink_inbox_read(&l->inbox, l->fds[0]);
    } while (r == 1 && !felt_varlink_inbox_next(&l->inbox, &text, &len));
    return r;
}

static void a_message_of_the_greatest_length_is_taken(void **state)
{
    struct line *l = *state;
    char text[MAX + 1] = "";

    memset(text, 'x', MAX);
    put(l, text, MAX + 1);
    assert_int_equal(read_all(l), 1);
    put(l, text, MAX + 1); /* and once more, when there is memory already */
    assert_int_equal(read_all(l), 1);
}

static void one_byte_more_is_said_with_its_arrival(void **state)
{
    struct line *l = *state;
    char text[MAX + 1];

    memset(text, 'x', sizeof(text));
    put(l, text, MAX + 1);
    assert_int_equal(read_all(l), -EMSGSIZE);
}

static void long_messages_behind_short_ones_fit(void **state)
{
    struct line *l = *state;
    char text[MAX + 1] = "";

    memset(text, 'x', MAX);
    for (int i = 0; i < 5; i++) {
        put(l, "ab", 3);
        put(l, text, MAX + 1);
        assert_int_equal(read_all(l), 1); /* ab */
        while (felt_varlink_inbox_has_rest(&l->inbox)) {
            const char *message;
            size_t len;

            if (felt_varlink_inbox_next(&l->inbox, &message, &len))
                assert_int_equal(len, MAX);
            else
                assert_int_equal(felt_varlink_inbox_read(&l->inbox, l->fds[0]), 1);
        }
    }
}

static void a_call_is_taken_apart(void **state)
{
    static const char text[] = "{\"method\":\"io.felt.X\",\"parameters\":{\"a\":1},\"oneway\":true,"
                               "\"more\":false,\"upgrade\":null,\"new\":[]}";
    struct felt_varlink_call call;

    (void)state;
    assert_int_equal(felt_varlink_call_parse(text, strlen(text), &call), 0);
    assert_string_equal(call.method, "io.felt.X");
    assert_int_equal(json_object_size(call.parameters), 1);
    assert_true(call.oneway);
    felt_varlink_call_done(&call);
    assert_int_equal(felt_varlink_call_parse("{\"method\":\"\"}", 13, &call), 0);
    assert_null(call.parameters);
    assert_false(call.oneway);
    felt_varlink_call_done(&call);
}

static void what_is_no_call_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"method\":null}",
        "{\"method\":\"a\"} {}",
        "{\"method\":\"a\",\"parameters\":\"b\"}",
        "{\"method\":\"a\",\"oneway\":0}",
        "{\"method\":\"a\",\"more\":{}}",
        "{\"method\":\"a\",\"upgrade\":\"\"}",
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_varlink_call call = {0};

        if (felt_varlink_call_parse(bad[i], strlen(bad[i]), &call) != -EBADMSG)
            fail_msg("accepted: %s", bad[i]);
        assert_null(call.root);
    }
}

static void a_message_is_sent_with_its_nul(void **state)
{
    json_t *message = json_pack("{s:s}", "method", "a.b");
    char *bytes;
    size_t len;

    (void)state;
    assert_int_equal(felt_varlink_encode(message, &bytes, &len), 0);
    assert_int_equal(len, 17);
    assert_memory_equal(bytes, "{\"method\":\"a.b\"}", 17);
    free(bytes);
    json_decref(message);
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(messages_in_one_read_come_one_by_one),
        WITH(a_message_byte_by_byte_is_the_same),
        WITH(a_message_of_the_greatest_length_is_taken),
        WITH(one_byte_more_is_said_with_its_arrival),
        WITH(long_messages_behind_short_ones_fit),
        cmocka_unit_test(a_call_is_taken_apart),
        cmocka_unit_test(what_is_no_call_is_refused),
        cmocka_unit_test(a_message_is_sent_with_its_nul),
    };

    return RUN_TESTS(tests);
}
