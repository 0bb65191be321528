/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "agent/sysctl_story.h"
#include "kernel/sysctl.h"

/* ---- a machine whose parameters are the test's ---- */

static struct {
    int ip_forward, ip6_forwarding, neigh_room;
    unsigned asked_v4, asked_v6;
    size_t members;
} machine;

int felt_sysctl_ip_forward(void)
{
    machine.asked_v4++;
    return machine.ip_forward;
}

int felt_sysctl_ip6_forwarding(void)
{
    machine.asked_v6++;
    return machine.ip6_forwarding;
}

int felt_sysctl_neigh_room(const char *dir, size_t n_members, struct felt_sysctl_neigh *ret_neigh)
{
    assert_string_equal(dir, FELT_SYSCTL_NEIGH);
    machine.members = n_members;
    if (machine.neigh_room != -ENOENT)
        *ret_neigh = (struct felt_sysctl_neigh){.have = 1024, .wanted = 4096};
    return machine.neigh_room;
}

static int setup(void **state)
{
    (void)state;
    memset(&machine, 0, sizeof(machine));
    return 0;
}

static void ipv6_that_is_not_forwarded_is_told_once(void **state)
{
    bool told = false;

    (void)state;
    felt_sysctl_story_forwarding(true, &told);
    assert_true(told);
    felt_sysctl_story_forwarding(true, &told);
    assert_int_equal(machine.asked_v6, 1);
    assert_int_equal(machine.asked_v4, 2); /* ipv4 is seen to in each pass */
}

static void nothing_is_told_where_ipv6_is_forwarded_unknown_or_not_ours(void **state)
{
    bool told = false;

    (void)state;
    machine.ip6_forwarding = 1;
    felt_sysctl_story_forwarding(true, &told);
    machine.ip6_forwarding = -ENOENT;
    felt_sysctl_story_forwarding(true, &told);
    machine.ip6_forwarding = 0;
    felt_sysctl_story_forwarding(false, &told);
    assert_false(told);
    assert_int_equal(machine.asked_v6, 2);
}

static void a_table_that_cannot_be_enlarged_says_what_to_do(void **state)
{
    char limit[FELT_SYSCTL_LIMIT_TEXT] = "";

    (void)state;
    machine.neigh_room = -EACCES;
    felt_sysctl_story_limits(2000, limit);
    assert_int_equal(machine.members, 2000);
    assert_string_equal(
        limit, "the neighbour table has room for 1024 entries, too few for 2000 peers, and cannot "
               "be enlarged from here (Permission denied): sysctl -w "
               "net.ipv4.neigh.default.gc_thresh3=4096 net.ipv4.neigh.default.gc_thresh2=2048 "
               "net.ipv4.neigh.default.gc_thresh1=512");
}

static void room_that_is_there_or_made_or_not_to_be_seen_is_no_trouble(void **state)
{
    static const int fine[] = {0, 1, -ENOENT};

    (void)state;
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        char limit[FELT_SYSCTL_LIMIT_TEXT] = "";

        machine.neigh_room = fine[i];
        felt_sysctl_story_limits(2000, limit);
        assert_string_equal(limit, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ipv6_that_is_not_forwarded_is_told_once, setup),
        cmocka_unit_test_setup(nothing_is_told_where_ipv6_is_forwarded_unknown_or_not_ours, setup),
        cmocka_unit_test_setup(a_table_that_cannot_be_enlarged_says_what_to_do, setup),
        cmocka_unit_test_setup(room_that_is_there_or_made_or_not_to_be_seen_is_no_trouble, setup),
    };

    return RUN_TESTS(tests);
}
