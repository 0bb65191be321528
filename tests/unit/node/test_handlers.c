/* SPDX-License-Identifier: Apache-2.0 */
#include "node/handlers.h"

#include "base/idiom.h"
#include "gossip/member.h"
#include "tests/support/messages.h"
#include "tests/unit/test.h"

static void every_type_of_message_has_one_handler(void **state)
{
    (void)state;
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        const struct felt_handler *handler = felt_handler_of((enum felt_message_type)t);

        if (handler->taken == FELT_TAKEN_NEVER || !handler->handle == !handler->take)
            fail_msg("%s has no handler, or two", felt_message_name((enum felt_message_type)t));
    }
    assert_int_equal(MESSAGE_TYPE_LAST + 1, FELT_MESSAGE_TYPES);
}

static void what_is_no_type_is_malformed(void **state)
{
    static const unsigned no_types[] = {0, FELT_MESSAGE_TYPES, FELT_MESSAGE_TYPES + 1, 0x7fffffff};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(no_types); i++) {
        const struct felt_message m = {.type = (enum felt_message_type)no_types[i]};

        assert_int_equal(felt_handler_of(m.type)->taken, FELT_TAKEN_NEVER);
        assert_false(felt_handler_is_alone(&m));
        assert_int_equal(felt_handle(NULL, NULL, &m), FELT_VERDICT_MALFORMED);
    }
}

/* P-3.2.2: the list is here a second time so that nobody opens the door to strangers by mistake. */
static void strangers_are_heard_with_what_brings_members_about_and_nothing_else(void **state)
{
    (void)state;
    for (unsigned t = MESSAGE_TYPE_FIRST; t <= MESSAGE_TYPE_LAST; t = message_type_after(t)) {
        struct felt_inbound in = {.member = FELT_MEMBER_NONE};
        const struct felt_message m = {.type = (enum felt_message_type)t};
        bool is_for_all = t == FELT_MESSAGE_PROBE || t == FELT_MESSAGE_HELLO ||
                          t == FELT_MESSAGE_COOKIE || t == FELT_MESSAGE_JOIN ||
                          t == FELT_MESSAGE_WELCOME || t == FELT_MESSAGE_DESCRIPTOR ||
                          t == FELT_MESSAGE_CANDIDATE;
        bool is_alone = t == FELT_MESSAGE_CONFIRM || t == FELT_MESSAGE_CONFIRMED ||
                        t == FELT_MESSAGE_CHALLENGE || t == FELT_MESSAGE_PRESENT;

        assert_int_equal(felt_handler_is_alone(&m), is_alone);
        assert_int_equal(felt_handler_of(m.type)->taken == FELT_TAKEN_FROM_ALL, is_for_all);
        if (!is_for_all && !is_alone)
            assert_int_equal(felt_handle(NULL, &in, &m), FELT_VERDICT_STRANGER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_message_has_one_handler),
        cmocka_unit_test(what_is_no_type_is_malformed),
        cmocka_unit_test(strangers_are_heard_with_what_brings_members_about_and_nothing_else),
    };

    return RUN_TESTS(tests);
}
