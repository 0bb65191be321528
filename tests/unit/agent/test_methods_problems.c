/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a lease that is at risk, and of what the dead own. The other problems:
 * test_methods.c. */
#include "tests/unit/test.h"

#include <string.h>

#include "agent/methods.h"
#include "node/reserve.h"
#include "node/view.h"
#include "tests/unit/agent/no_bridge.h"

#define MEMBERS 3

/* ---- a node that says what the test wants: this one and two others ---- */

struct felt_node {
    struct felt_self_view self;
    struct felt_member_view members[MEMBERS];
};

void felt_node_self(const struct felt_node *node, struct felt_self_view *ret_view)
{
    *ret_view = node->self;
}

bool felt_node_next_member(const struct felt_node *node, felt_usec now _unused_, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    if (*i >= MEMBERS)
        return false;
    *ret_view = node->members[(*i)++];
    return true;
}

bool felt_node_next_reservation(const struct felt_node *node _unused_,
                                struct felt_notice_place *place _unused_,
                                struct felt_reservation_view *ret_view _unused_)
{
    return false;
}

const char *felt_member_state_name(enum felt_member_state state _unused_)
{
    return "";
}

static felt_usec now_us(void)
{
    return 1;
}

static felt_usec now_in_a_day(void)
{
    return 24 * 3600 * FELT_USEC_SEC;
}

/* Whether it says so where the others are in that state and all own so many slots. */
static bool says_at_risk(enum felt_member_state state, bool has_lease,
                         const uint32_t owned[MEMBERS])
{
    struct felt_node node = {.self = {.in_cluster = true, .has_lease = has_lease}};
    struct felt_methods_context context = {.node = &node, .now_us = now_us};
    bool found = false;
    json_t *problems;

    for (uint8_t i = 0; i < MEMBERS; i++) {
        node.members[i] = (struct felt_member_view){
            .self = i == 0,
            .state = i == 0 ? FELT_MEMBER_ALIVE : state,
            .n_slots = owned[i],
            .public_ip = felt_ip_v4(i),
        };
        node.members[i].name[0] = (char)('a' + i);
        node.self.n_slots += owned[i];
    }
    node.self.n_members = MEMBERS;
    problems = felt_methods_problems(&context);
    for (size_t i = 0; i < json_array_size(problems); i++)
        found |= strstr(json_string_value(json_array_get(problems, i)),
                        "the lease is AT RISK: the owners "
                        "of ") != NULL;
    json_decref(problems);
    return found;
}

static void cut_off_from_the_owners_of_more_than_half_the_lease_is_at_risk(void **state)
{
    (void)state;
    assert_true(says_at_risk(FELT_MEMBER_DEAD, true, (uint32_t[]){4, 3, 2}));
    assert_true(says_at_risk(FELT_MEMBER_DEAD, true, (uint32_t[]){0, 1, 0}));
}

static void exactly_half_is_not_enough_to_decide_without_us(void **state)
{
    (void)state;
    assert_false(says_at_risk(FELT_MEMBER_DEAD, true, (uint32_t[]){5, 3, 2}));
    assert_false(says_at_risk(FELT_MEMBER_DEAD, true, (uint32_t[]){6, 3, 2}));
}

static void who_is_only_suspected_or_has_left_puts_nothing_at_risk(void **state)
{
    (void)state;
    assert_false(says_at_risk(FELT_MEMBER_SUSPECT, true, (uint32_t[]){1, 3, 2}));
    assert_false(says_at_risk(FELT_MEMBER_LEFT, true, (uint32_t[]){1, 3, 2}));
    assert_false(says_at_risk(FELT_MEMBER_DEAD, false, (uint32_t[]){1, 3, 2}));
}

#define HOUR (3600 * FELT_USEC_SEC)

/* The lines about a node with 4 of 9 subnets, and two dead ones, which own 3 and 2 and have been
 * silent for 2 h. */
static void expect_lines(felt_usec lease_time_us, felt_usec cut_us, const char *const want[2])
{
    struct felt_node node = {.self = {.in_cluster = true,
                                      .has_lease = true,
                                      .n_slots = 9,
                                      .n_members = MEMBERS,
                                      .lease_time_us = lease_time_us,
                                      .cut_us = cut_us}};
    struct felt_methods_context context = {.node = &node, .now_us = now_in_a_day};
    static const uint32_t owned[MEMBERS] = {4, 3, 2};
    json_t *problems;

    for (uint8_t i = 0; i < MEMBERS; i++) {
        node.members[i] = (struct felt_member_view){
            .self = i == 0,
            .state = i == 0 ? FELT_MEMBER_ALIVE : FELT_MEMBER_DEAD,
            .n_slots = owned[i],
            .lapse_us = i == 0 ? 0 : 2 * HOUR,
            .public_ip = felt_ip_v4(i),
        };
        node.members[i].name[0] = (char)('a' + i);
    }
    problems = felt_methods_problems(&context);
    for (size_t i = 0; i < 2; i++)
        if (!strstr(json_string_value(json_array_get(problems, i)), want[i]))
            fail_msg("'%s' is not in '%s'", want[i],
                     json_string_value(json_array_get(problems, i)));
    json_decref(problems);
}

static void it_says_for_how_long_and_how_much_time_is_left(void **state)
{
    (void)state;
    expect_lines(
        24 * HOUR, 21 * HOUR,
        (const char *const[]){
            "the owners of 5 of all 9 subnets, more than half, are silent, for 3 h by now; "
            "if it is this node that is cut off, they may give its subnet to another in "
            "21 h",
            "2 members are dead: b (silent for 2 h, not reclaimable without a majority)"});
    expect_lines(2 * HOUR, 21 * HOUR,
                 (const char *const[]){"give its subnet to another at any moment", ""});
    expect_lines(
        0, 21 * HOUR,
        (const char *const[]){"give its subnet to another when an operator says so",
                              "b (silent for 2 h, reclaimable by 'feltctl reclaim' only)"});
}

/* Not cut off yet by its own count: the next tick will tell. */
static void what_the_dead_own_is_reclaimable_in_time(void **state)
{
    (void)state;
    expect_lines(
        24 * HOUR, 0,
        (const char *const[]){"silent, for 0 s by now",
                              "b (silent for 2 h, reclaimable in 22 h), c (silent for 2 h, "
                              "reclaimable in 22 h)"});
    expect_lines(2 * HOUR, 0, (const char *const[]){"", "b (silent for 2 h, reclaimable now)"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_off_from_the_owners_of_more_than_half_the_lease_is_at_risk),
        cmocka_unit_test(exactly_half_is_not_enough_to_decide_without_us),
        cmocka_unit_test(who_is_only_suspected_or_has_left_puts_nothing_at_risk),
        cmocka_unit_test(it_says_for_how_long_and_how_much_time_is_left),
        cmocka_unit_test(what_the_dead_own_is_reclaimable_in_time),
    };

    return RUN_TESTS(tests);
}
