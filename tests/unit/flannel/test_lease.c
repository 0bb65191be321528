/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "flannel/lease.h"

static const struct felt_vxlan_data device = {
    .vni = 1,
    .mac = {0x82, 0x4b, 0xb6, 0x2f, 0x54, 0x4e},
};

static struct felt_flannel_lease read_lease(const char *value)
{
    struct felt_flannel_lease lease;

    if (felt_flannel_lease_parse(value, strlen(value), &lease) < 0)
        fail_msg("refused: %s", value);
    return lease;
}

/* B-3.1 */
static void leases_of_each_flannel_are_read(void **state)
{
    struct felt_flannel_lease l;

    (void)state;
    /* v0.10.0 */
    l = read_lease("{\"PublicIP\":\"10.37.7.195\",\"BackendType\":\"vxlan\",\"BackendData\":{"
                   "\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}");
    assert_string_equal(FELT_IP(&l.public_ip), "10.37.7.195");
    assert_int_equal(l.public_ip6.family, FELT_FAMILY_NONE);
    assert_string_equal(l.backend, "vxlan");
    assert_true(l.has_device && !l.has_device6);
    assert_int_equal(l.device.vni, 0);
    assert_memory_equal(l.device.mac, device.mac, 6);
    /* v0.17.0 */
    l = read_lease("{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
                   "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}");
    assert_true(l.has_device);
    assert_int_equal(l.device.vni, 1);
    /* both families */
    l = read_lease("{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":\"2001:db8::3\",\"BackendType\":"
                   "\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"},"
                   "\"BackendV6Data\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4f\"}}");
    assert_string_equal(FELT_IP(&l.public_ip6), "2001:db8::3");
    assert_true(l.has_device && l.has_device6);
    assert_int_equal(l.device6.mac[5], 0x4f);
    /* host-gw; udp, alloc or a reservation; extension */
    l = read_lease("{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"host-gw\"}");
    assert_string_equal(l.backend, "host-gw");
    assert_false(l.has_device);
    l = read_lease("{\"PublicIP\":\"10.10.0.21\"}");
    assert_string_equal(l.backend, "");
    l = read_lease("{\"PublicIP\":\"10.10.0.21\",\"BackendType\":\"extension\",\"BackendData\":"
                   "\"text\\n\"}");
    assert_string_equal(l.backend, "extension");
    assert_false(l.has_device);
}

/* B-3.2: the slot is taken all the same. */
static void data_that_is_none_leaves_a_lease_without_a_device(void **state)
{
    static const char *const data[] = {
        "null",
        "7",
        "\"82:4b:b6:2f:54:4e\"",
        "{}",
        "{\"VNI\":1}",
        "{\"VtepMAC\":\"00:00:00:00:00:00\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\",\"VNI\":\"1\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\",\"VNI\":16777216}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\",\"VNI\":-1}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\\\"}\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e:82:4b:b6:2f:54:4e:82:4b:b6:2f:54:4e\"}",
    };
    char value[256];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(data); i++) {
        struct felt_flannel_lease l;

        snprintf(value, sizeof(value),
                 "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendData\":%s}",
                 data[i]);
        l = read_lease(value);
        if (l.has_device)
            fail_msg("a device: %s", data[i]);
    }
    /* What a later flannel adds is no reason to have no route to it. */
    assert_true(read_lease("{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendData\":{"
                           "\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\",\"Later\":[1,2,3,4,5,6,7],"
                           "\"LaterStill\":\"0123456789012345678901234567890123456789\"}}")
                    .has_device);
}

/* B-3.2 */
static void what_is_no_lease_is_refused_and_leaves_the_output_alone(void **state)
{
    static const char *const bad[] = {
        "",
        "x",
        "null",
        "[]",
        "{}",
        "{\"PublicIP\":null}",
        "{\"PublicIP\":\"\"}",
        "{\"PublicIP\":7}",
        "{\"PublicIP\":\"10.0.0\"}",
        "{\"PublicIP\":\"10.0.0.1/8\"}",
        "{\"PublicIP\":\"0.0.0.0\"}",
        "{\"PublicIP\":\"2001:db8::1\"}",
        "{\"PublicIP\":\"10.0.0.1\\u0000\"}",
        "{\"PublicIP\":\"10.0.0.1\",\"PublicIPv6\":\"10.0.0.1\"}",
        "{\"PublicIP\":\"10.0.0.1\",\"PublicIPv6\":\"::\"}",
        "{\"PublicIP\":\"10.0.0.1\"} x",
        "{\"PublicIP\":\"10.0.0.1\"",
    };
    struct felt_flannel_lease l = {.backend = "kept"};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        if (felt_flannel_lease_parse(bad[i], strlen(bad[i]), &l) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(l.backend, "kept");
    }
}

static void a_value_of_the_largest_size_is_read_and_one_byte_more_is_not(void **state)
{
    char value[FELT_FLANNEL_VALUE_MAX + 1];
    static const char lease[] = "{\"PublicIP\":\"10.0.0.1\"}";
    struct felt_flannel_lease l;

    (void)state;
    memset(value, ' ', sizeof(value));
    memcpy(value, lease, sizeof(lease) - 1);
    assert_int_equal(felt_flannel_lease_parse(value, FELT_FLANNEL_VALUE_MAX, &l), 0);
    assert_int_equal(felt_flannel_lease_parse(value, FELT_FLANNEL_VALUE_MAX + 1, &l), -EINVAL);
}

static void a_backend_never_breaks_the_text_that_it_is_written_into(void **state)
{
    struct felt_flannel_lease l = read_lease(
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"a\\\"b\\\\c\\n\\u00e9-and-much-more\"}");
    struct felt_flannel_lease again;
    char text[FELT_FLANNEL_VALUE_MAX + 1];

    (void)state;
    assert_int_equal(strlen(l.backend), FELT_BACKEND_TYPE_MAX);
    assert_null(strpbrk(l.backend, "\"\\\n"));
    felt_flannel_lease_format(&l, text);
    again = read_lease(text);
    assert_true(felt_flannel_lease_equal(&l, &again));
}

/* B-3.3 */
static void what_is_written_is_flannels_to_the_byte(void **state)
{
    struct felt_flannel_lease l = {
        .public_ip = felt_ip_v4(0x0a2507c3), .backend = "vxlan", .has_device = true};
    char text[FELT_FLANNEL_VALUE_MAX + 1];
    size_t len;

    (void)state;
    l.device = device;
    len = felt_flannel_lease_format(&l, text);
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, "{\"PublicIP\":\"10.37.7.195\",\"BackendType\":\"vxlan\","
                              "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}");
    assert_int_equal(felt_ip_parse("2001:db8::3", &l.public_ip6), 0);
    l.has_device6 = true;
    l.device6 = device;
    felt_flannel_lease_format(&l, text);
    assert_string_equal(text, "{\"PublicIP\":\"10.37.7.195\",\"PublicIPv6\":\"2001:db8::3\","
                              "\"BackendType\":\"vxlan\","
                              "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"},"
                              "\"BackendV6Data\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}");
    l = (struct felt_flannel_lease){.public_ip = felt_ip_v4(0x0a000001), .backend = "host-gw"};
    felt_flannel_lease_format(&l, text);
    assert_string_equal(text, "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"host-gw\"}");
    l.backend[0] = '\0';
    felt_flannel_lease_format(&l, text);
    assert_string_equal(text, "{\"PublicIP\":\"10.0.0.1\"}");
}

/* B-3.4 */
static void the_mark_is_seen_and_changes_nothing_that_is_read(void **state)
{
    char text[FELT_FLANNEL_VALUE_MAX + 1] = "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"udp\"}";
    struct felt_flannel_lease l = read_lease(text), marked;

    (void)state;
    assert_false(felt_flannel_is_marked(text, strlen(text)));
    assert_false(felt_flannel_is_marked("", 0));
    felt_flannel_mark(text, strlen(text));
    assert_true(felt_flannel_is_marked(text, strlen(text)));
    marked = read_lease(text);
    assert_true(felt_flannel_lease_equal(&l, &marked));
}

static void leases_differ_in_each_of_their_parts(void **state)
{
    static const char *const values[] = {
        "{\"PublicIP\":\"10.0.0.1\"}",
        "{\"PublicIP\":\"10.0.0.2\"}",
        "{\"PublicIP\":\"10.0.0.1\",\"PublicIPv6\":\"2001:db8::3\"}",
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\"}",
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendData\":{\"VtepMAC\":\"82:4b:"
        "b6:2f:54:4e\"}}",
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendData\":{\"VtepMAC\":\"82:4b:"
        "b6:2f:54:4f\"}}",
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,"
        "\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}",
        "{\"PublicIP\":\"10.0.0.1\",\"BackendType\":\"vxlan\",\"BackendV6Data\":{\"VtepMAC\":\"82:"
        "4b:b6:2f:54:4e\"}}",
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(values); i++) {
        for (size_t j = 0; j < FELT_ARRAY_LEN(values); j++) {
            struct felt_flannel_lease a = read_lease(values[i]), b = read_lease(values[j]);

            assert_int_equal(felt_flannel_lease_equal(&a, &b), i == j);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leases_of_each_flannel_are_read),
        cmocka_unit_test(data_that_is_none_leaves_a_lease_without_a_device),
        cmocka_unit_test(what_is_no_lease_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(a_value_of_the_largest_size_is_read_and_one_byte_more_is_not),
        cmocka_unit_test(a_backend_never_breaks_the_text_that_it_is_written_into),
        cmocka_unit_test(what_is_written_is_flannels_to_the_byte),
        cmocka_unit_test(the_mark_is_seen_and_changes_nothing_that_is_read),
        cmocka_unit_test(leases_differ_in_each_of_their_parts),
    };

    return RUN_TESTS(tests);
}
