/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "agent/chronicle.h"

static int setup(void **state)
{
    return felt_chronicle_new((struct felt_chronicle **)state);
}

static int teardown(void **state)
{
    felt_chronicle_free(*state);
    return 0;
}

static void a_new_one_holds_nothing(void **state)
{
    assert_int_equal(felt_chronicle_first(*state), 1);
    assert_int_equal(felt_chronicle_end(*state), 1);
    felt_chronicle_free(NULL);
}

static void a_line_is_kept_with_what_it_names(void **state)
{
    static const char line[] =
        "gossip: member is dead peer=0a1b2c3d name=h2 at=192.0.2.2:8470; its "
        "lease and routes are kept";
    const struct felt_chronicle_entry *e;

    felt_chronicle_add(*state, 77, FELT_LOG_WARNING, "member_dead", line);
    e = felt_chronicle_get(*state, 1);
    assert_int_equal(e->number, 1);
    assert_int_equal(e->time_us, 77);
    assert_int_equal(e->level, FELT_LOG_WARNING);
    assert_string_equal(e->kind, "member_dead");
    assert_string_equal(e->peer, "0a1b2c3d");
    assert_string_equal(e->name, "h2");
    assert_string_equal(e->subnet, "");
    assert_string_equal(e->text, line);
}

static void without_an_event_the_room_is_the_kind(void **state)
{
    static const struct {
        const char *line, *kind, *peer, *subnet;
    } cases[] = {
        {"kernel: adopted flannel.1", "kernel", "", ""},
        {"no way to peer=ab subnet=10.1.2.0/24: it is not on the link", "no", "ab", "10.1.2.0/24"},
        {"lease: subnet=10.1.2.0/24,fc00:0:42:2::/64 is ours", "lease", "",
         "10.1.2.0/24,fc00:0:42:2::/64"},
        {"x: (peer=ab) y", "x", "ab", ""},
        {"x: LOST subnet=10.1.2.0/24; another", "x", "", "10.1.2.0/24"},
        {"x: subnet=", "x", "", ""},
        {"x: mypeer=cd peer=ab.", "x", "ab", ""},
        {"", "", "", ""},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        const struct felt_chronicle_entry *e;

        felt_chronicle_add(*state, 0, FELT_LOG_INFO, NULL, cases[i].line);
        e = felt_chronicle_get(*state, i + 1);
        assert_string_equal(e->kind, cases[i].kind);
        assert_string_equal(e->peer, cases[i].peer);
        assert_string_equal(e->subnet, cases[i].subnet);
    }
}

static void what_is_too_long_is_cut(void **state)
{
    const struct felt_chronicle_entry *e;
    char line[2000];

    memset(line, 'x', sizeof(line));
    memcpy(line, "a: peer=", 8);
    line[sizeof(line) - 1] = '\0';
    felt_chronicle_add(*state, 0, FELT_LOG_INFO, line, line);
    e = felt_chronicle_get(*state, 1);
    assert_int_equal(strlen(e->kind), FELT_CHRONICLE_WORD - 1);
    assert_int_equal(strlen(e->peer), FELT_CHRONICLE_WORD - 1);
    assert_string_equal(e->text, line);
}

static void the_oldest_gives_way_to_the_newest(void **state)
{
    char line[32];

    for (int i = 1; i <= FELT_CHRONICLE_ENTRIES; i++) {
        snprintf(line, sizeof(line), "a: %d", i);
        felt_chronicle_add(*state, 0, FELT_LOG_INFO, NULL, line);
    }
    assert_int_equal(felt_chronicle_first(*state), 1);
    assert_string_equal(felt_chronicle_get(*state, 1)->text, "a: 1");
    felt_chronicle_add(*state, 0, FELT_LOG_INFO, NULL, "a: last");
    assert_int_equal(felt_chronicle_first(*state), 2);
    assert_int_equal(felt_chronicle_end(*state), FELT_CHRONICLE_ENTRIES + 2);
    assert_string_equal(felt_chronicle_get(*state, 2)->text, "a: 2");
    assert_string_equal(felt_chronicle_get(*state, FELT_CHRONICLE_ENTRIES + 1)->text, "a: last");
}

int main(void)
{
#define WITH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(a_new_one_holds_nothing),
        WITH(a_line_is_kept_with_what_it_names),
        WITH(without_an_event_the_room_is_the_kind),
        WITH(what_is_too_long_is_cut),
        WITH(the_oldest_gives_way_to_the_newest),
    };

    return RUN_TESTS(tests);
}
