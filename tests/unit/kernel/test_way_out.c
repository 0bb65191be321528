/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel answers is asked in tests/lab/flannel_options.sh. */
#include "tests/unit/test.h"

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/way_out.h"

struct answer {
    uint8_t family, type;
    uint32_t ifindex; /* 0: none */
    const char *source;
    size_t source_len;
};

static struct nl_msg *make(int type, const struct answer *a)
{
    struct rtmsg header = {.rtm_family = a->family, .rtm_type = a->type, .rtm_flags = RTM_F_CLONED};
    struct nl_msg *msg = nlmsg_alloc();

    assert_non_null(msg);
    assert_non_null(nlmsg_put(msg, 0, 0, type, 0, 0));
    assert_int_equal(nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO), 0);
    if (a->ifindex > 0)
        assert_int_equal(nla_put_u32(msg, RTA_OIF, a->ifindex), 0);
    if (a->source)
        assert_int_equal(nla_put(msg, RTA_PREFSRC, (int)a->source_len, a->source), 0);
    return msg;
}

static bool parses(int type, struct answer a, struct felt_way_out *ret_way)
{
    struct nl_msg *msg = make(type, &a);
    bool parsed = felt_way_out_parse(nlmsg_hdr(msg), ret_way);

    nlmsg_free(msg);
    return parsed;
}

static void the_interface_and_the_source_are_read(void **state)
{
    struct felt_way_out way;

    (void)state;
    assert_true(parses(RTM_NEWROUTE,
                       (struct answer){AF_INET, RTN_UNICAST, 3, "\xc0\x00\x02\x01", 4}, &way));
    assert_int_equal(way.ifindex, 3);
    assert_string_equal(FELT_IP(&way.source), "192.0.2.1");
    assert_true(parses(RTM_NEWROUTE, (struct answer){AF_INET6, RTN_UNICAST, 4, NULL, 0}, &way));
    assert_int_equal(way.ifindex, 4);
    assert_int_equal(way.source.family, FELT_FAMILY_NONE);
}

static void what_leads_nowhere_outside_is_no_way(void **state)
{
    struct felt_way_out way = {.ifindex = 9};

    (void)state;
    assert_false(parses(RTM_NEWROUTE, (struct answer){AF_INET, RTN_LOCAL, 1, NULL, 0}, &way));
    assert_false(parses(RTM_NEWROUTE, (struct answer){AF_INET, RTN_BLACKHOLE, 0, NULL, 0}, &way));
    assert_false(parses(RTM_NEWROUTE, (struct answer){AF_INET, RTN_UNICAST, 0, NULL, 0}, &way));
    assert_false(parses(RTM_DELROUTE, (struct answer){AF_INET, RTN_UNICAST, 3, NULL, 0}, &way));
    assert_false(
        parses(RTM_NEWROUTE, (struct answer){AF_INET, RTN_UNICAST, 3, "1234567", 7}, &way));
    assert_int_equal(way.ifindex, 9);
}

static void an_answer_that_is_cut_is_none(void **state)
{
    struct answer a = {AF_INET, RTN_UNICAST, 3, "\xc0\x00\x02\x01", 4};
    struct nl_msg *msg = make(RTM_NEWROUTE, &a);
    uint32_t len = nlmsg_hdr(msg)->nlmsg_len;
    struct felt_way_out way;

    (void)state;
    for (uint32_t cut = NLMSG_HDRLEN; cut < NLMSG_HDRLEN + sizeof(struct rtmsg) + 8; cut++) {
        nlmsg_hdr(msg)->nlmsg_len = cut;
        assert_false(felt_way_out_parse(nlmsg_hdr(msg), &way));
    }
    nlmsg_hdr(msg)->nlmsg_len = len;
    assert_true(felt_way_out_parse(nlmsg_hdr(msg), &way));
    nlmsg_free(msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interface_and_the_source_are_read),
        cmocka_unit_test(what_leads_nowhere_outside_is_no_way),
        cmocka_unit_test(an_answer_that_is_cut_is_none),
    };

    return RUN_TESTS(tests);
}
