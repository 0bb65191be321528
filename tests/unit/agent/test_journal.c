/* SPDX-License-Identifier: Apache-2.0 */
/* That they arrive is seen in tests/lab/systemd.sh. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "agent/journal.h"

/* All fields, with a blank between them. */
static const char *fields(const char *line)
{
    static char joined[1024];
    struct felt_journal_fields f;

    felt_journal_fields(line, &f);
    joined[0] = '\0';
    for (size_t i = 0; i < f.n; i++)
        sprintf(joined + strlen(joined), "%s%s", i > 0 ? " " : "", f.text[i]);
    return joined;
}

static const char *message_id(const char *line)
{
    struct felt_journal_fields f;

    felt_journal_fields(line, &f);
    return f.message_id;
}

static void identifiers_of_a_line_are_fields(void **state)
{
    (void)state;
    assert_string_equal(fields("gossip: member is alive peer=a2a7ab53 name=h2 at=192.0.2.2:8470"),
                        "FELT_PEER=a2a7ab53 FELT_NAME=h2");
    assert_string_equal(fields("lease: LOST subnet=172.17.8.0/24: another member owns it now"),
                        "FELT_SUBNET=172.17.8.0/24");
    assert_string_equal(fields("x: subnet=10.0.0.0/24,fd00::/64; node=ab12."),
                        "FELT_NODE=ab12 FELT_SUBNET=10.0.0.0/24,fd00::/64");
}

static void what_only_looks_like_one_is_none(void **state)
{
    (void)state;
    assert_string_equal(fields(""), "");
    assert_string_equal(fields("node="), "");
    assert_string_equal(fields("room: filename=x xnode=7 node=;"), "");
    assert_string_equal(fields("room: filename=x name=y"), "FELT_NAME=y");
}

static void a_value_that_is_too_long_is_no_field(void **state)
{
    char line[400] = "room: node=";

    (void)state;
    memset(line + strlen(line), 'a', FELT_JOURNAL_FIELD_TEXT);
    assert_string_equal(fields(line), "");
    line[11 + FELT_JOURNAL_FIELD_TEXT - 1 - strlen("FELT_NODE=")] = '\0';
    assert_int_equal(strlen(fields(line)), FELT_JOURNAL_FIELD_TEXT - 1);
}

static void what_an_operator_looks_up_has_an_id_of_its_own(void **state)
{
    const char *taken = message_id("lease: subnet=172.17.8.0/24 is ours"),
               *lost = message_id("lease: LOST subnet=172.17.8.0/24: another member owns it now");

    (void)state;
    assert_non_null(taken);
    assert_non_null(lost);
    assert_string_not_equal(taken, lost);
    assert_int_equal(strlen(lost), 32);
    assert_null(message_id("kernel: add address 172.17.1.0/32"));
    assert_null(message_id(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_of_a_line_are_fields),
        cmocka_unit_test(what_only_looks_like_one_is_none),
        cmocka_unit_test(a_value_that_is_too_long_is_no_field),
        cmocka_unit_test(what_an_operator_looks_up_has_an_id_of_its_own),
    };

    return RUN_TESTS(tests);
}
