/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "plan/link.h"

static struct felt_plan_link flannel(void)
{
    return (struct felt_plan_link){
        .name = "flannel.1",
        .ifindex = 7,
        .is_vxlan = true,
        .mtu = 1450,
        .vni = 1,
        .underlay_ifindex = 2,
        .local = felt_ip_v4(0xac100002),
        .port = 8472,
    };
}

static struct felt_plan_link wish(void)
{
    struct felt_plan_link link = flannel();

    link.port = 0;
    return link;
}

static void assert_incompatible(const struct felt_plan_link *have,
                                const struct felt_plan_link *want, const char *why)
{
    char text[FELT_PLAN_DIFF_TEXT];

    assert_true(felt_plan_link_incompatible(have, want, 8472, text));
    assert_string_equal(text, why);
}

static void assert_compatible(const struct felt_plan_link *have, const struct felt_plan_link *want)
{
    char text[FELT_PLAN_DIFF_TEXT] = "";

    if (felt_plan_link_incompatible(have, want, 8472, text))
        fail_msg("%s", text);
}

static void flannels_device_is_compatible(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();

    (void)state;
    assert_compatible(&have, &want);
}

static void mtu_mac_learning_and_up_change_in_place(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();

    (void)state;
    have.mtu = 1400;
    have.mac[0] = 2;
    have.learning = true;
    have.up = true;
    assert_compatible(&have, &want);
}

static void a_device_without_local_or_underlay_is_compatible(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();

    (void)state;
    have.local = (struct felt_ip){0};
    have.underlay_ifindex = 0;
    assert_compatible(&have, &want);
}

static void each_incompatible_option_is_named_with_both_values(void **state)
{
    struct felt_plan_link have, want = wish();

    (void)state;
    have = flannel();
    have.is_vxlan = false;
    assert_incompatible(&have, &want, "it is not a vxlan device");
    have = flannel();
    have.vni = 2;
    assert_incompatible(&have, &want, "vni: 2 vs 1");
    have = flannel();
    assert_int_equal(felt_ip_parse("2001:db8::3", &have.local), 0);
    assert_incompatible(&have, &want, "local: 2001:db8::3 vs 172.16.0.2");
    have = flannel();
    have.group = felt_ip_v4(0xef000001);
    assert_incompatible(&have, &want, "group: 239.0.0.1 vs none");
    have = flannel();
    have.port = 4789;
    assert_incompatible(&have, &want, "port: 4789 vs 8472");
    have = flannel();
    have.gbp = true;
    assert_incompatible(&have, &want, "gbp: 1 vs 0");
    have = flannel();
    have.odd = true;
    assert_incompatible(&have, &want, "it has options that flannel never sets");
}

static void another_underlay_is_a_move_and_no_reason_to_begin_anew(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();

    (void)state;
    assert_false(felt_plan_link_moved(&have, &want));
    have.underlay_ifindex = 3;
    assert_compatible(&have, &want);
    assert_true(felt_plan_link_moved(&have, &want));
    have = flannel();
    have.local = felt_ip_v4(0xac100003);
    assert_compatible(&have, &want);
    assert_true(felt_plan_link_moved(&have, &want));
    have.local = (struct felt_ip){0};
    have.underlay_ifindex = 0;
    assert_false(felt_plan_link_moved(&have, &want));
}

static void the_longest_difference_fits(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();

    (void)state;
    assert_int_equal(felt_ip_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", &have.local), 0);
    assert_incompatible(&have, &want,
                        "local: ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe vs 172.16.0.2");
}

static void a_configured_port_is_compared_and_the_default_is_the_kernels(void **state)
{
    struct felt_plan_link have = flannel(), want = wish();
    char text[FELT_PLAN_DIFF_TEXT];

    (void)state;
    want.port = 8472;
    assert_compatible(&have, &want);
    want.port = 4789;
    assert_incompatible(&have, &want, "port: 8472 vs 4789");
    want.port = 0;
    assert_true(felt_plan_link_incompatible(&have, &want, 4789, text));
}

static void the_mac_is_the_ids_made_local_and_unicast(void **state)
{
    static const uint8_t odd[] = {0xfe, 2, 3, 4, 5, 6}, even[] = {0x02, 2, 3, 4, 5, 6};
    struct felt_id id = {{0xfd, 2, 3, 4, 5, 6, 7}};
    uint8_t mac[FELT_PLAN_MAC_LEN];
    char text[FELT_PLAN_MAC_TEXT];

    (void)state;
    felt_plan_link_mac(&id, FELT_FAMILY_V4, mac);
    assert_memory_equal(mac, odd, sizeof(mac));
    id.b[0] = 0;
    felt_plan_link_mac(&id, FELT_FAMILY_V4, mac);
    assert_memory_equal(mac, even, sizeof(mac));
    assert_string_equal(felt_plan_mac_format(mac, text), "02:02:03:04:05:06");
    felt_plan_link_mac(&id, FELT_FAMILY_V6, mac);
    assert_memory_equal(mac + 1, id.b + 7, sizeof(mac) - 1);
}

static void a_device_is_named_after_its_vni_and_underlay_where_a_name_has_room(void **state)
{
    char name[FELT_PLAN_NAME];

    (void)state;
    assert_int_equal(felt_plan_link_name(9999999, FELT_FAMILY_V4, name), 0);
    assert_string_equal(name, "flannel.9999999");
    assert_int_equal(felt_plan_link_name(10000000, FELT_FAMILY_V4, name), -ENAMETOOLONG);
    assert_int_equal(felt_plan_link_name(9999, FELT_FAMILY_V6, name), 0);
    assert_string_equal(name, "flannel-v6.9999");
    assert_int_equal(felt_plan_link_name(10000, FELT_FAMILY_V6, name), -ENAMETOOLONG);
}

static void the_mtu_is_the_smaller_of_the_two_less_the_outer_header(void **state)
{
    uint32_t mtu = 0;

    (void)state;
    assert_int_equal(felt_plan_link_mtu(1500, 0, FELT_FAMILY_V4, &mtu), 0);
    assert_int_equal(mtu, 1450);
    assert_int_equal(felt_plan_link_mtu(1500, 0, FELT_FAMILY_V6, &mtu), 0);
    assert_int_equal(mtu, 1430);
    assert_int_equal(felt_plan_link_mtu(1500, 1400, FELT_FAMILY_V4, &mtu), 0);
    assert_int_equal(mtu, 1350);
    assert_int_equal(felt_plan_link_mtu(1500, 9000, FELT_FAMILY_V4, &mtu), 0);
    assert_int_equal(mtu, 1450);
}

static void the_least_mtu_carries_68_bytes_and_one_less_is_refused(void **state)
{
    uint32_t mtu = 1;

    (void)state;
    assert_int_equal(felt_plan_link_mtu(117, 0, FELT_FAMILY_V4, &mtu), -ERANGE);
    assert_int_equal(felt_plan_link_mtu(0, 0, FELT_FAMILY_V4, &mtu), -ERANGE);
    assert_int_equal(mtu, 1);
    assert_int_equal(felt_plan_link_mtu(118, 0, FELT_FAMILY_V4, &mtu), 0);
    assert_int_equal(mtu, 68);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flannels_device_is_compatible),
        cmocka_unit_test(mtu_mac_learning_and_up_change_in_place),
        cmocka_unit_test(a_device_without_local_or_underlay_is_compatible),
        cmocka_unit_test(each_incompatible_option_is_named_with_both_values),
        cmocka_unit_test(another_underlay_is_a_move_and_no_reason_to_begin_anew),
        cmocka_unit_test(the_longest_difference_fits),
        cmocka_unit_test(a_configured_port_is_compared_and_the_default_is_the_kernels),
        cmocka_unit_test(the_mac_is_the_ids_made_local_and_unicast),
        cmocka_unit_test(a_device_is_named_after_its_vni_and_underlay_where_a_name_has_room),
        cmocka_unit_test(the_mtu_is_the_smaller_of_the_two_less_the_outer_header),
        cmocka_unit_test(the_least_mtu_carries_68_bytes_and_one_less_is_refused),
    };

    return RUN_TESTS(tests);
}
