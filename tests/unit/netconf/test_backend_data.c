/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "netconf/backend_data.h"

static const struct felt_vxlan_data example = {
    .vni = 1,
    .mac = {0x82, 0x4b, 0xb6, 0x2f, 0x54, 0x4e},
};

static void the_text_is_flannels_to_the_byte(void **state)
{
    char text[FELT_BACKEND_DATA_MAX + 1];

    size_t len = felt_vxlan_data_format(&example, text);

    (void)state;
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, "{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}");
}

static void the_largest_vni_fits(void **state)
{
    struct felt_vxlan_data data = example, back;
    char text[FELT_BACKEND_DATA_MAX + 1];

    (void)state;
    data.vni = 0xffffff;
    assert_int_equal(felt_vxlan_data_parse(text, felt_vxlan_data_format(&data, text), &back), 0);
    assert_int_equal(back.vni, 0xffffff);
    assert_memory_equal(back.mac, data.mac, 6);
}

static void without_a_vni_there_is_none_in_the_text_and_back(void **state)
{
    struct felt_vxlan_data data = example, back;
    char text[FELT_BACKEND_DATA_MAX + 1];

    (void)state;
    data.vni = 0;
    felt_vxlan_data_format(&data, text);
    assert_string_equal(text, "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}");
    assert_int_equal(felt_vxlan_data_parse(text, strlen(text), &back), 0);
    assert_int_equal(back.vni, 0);
}

static void other_members_and_other_case_are_accepted(void **state)
{
    static const char text[] = "{ \"vtepmac\": \"82:4B:B6:2F:54:4E\", \"x\": [1] }";
    struct felt_vxlan_data back;

    (void)state;
    assert_int_equal(felt_vxlan_data_parse(text, strlen(text), &back), 0);
    assert_memory_equal(back.mac, example.mac, 6);
}

static void what_is_no_device_is_refused_and_leaves_the_output_alone(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"VNI\":1}",
        "{\"VtepMAC\":7}",
        "{\"VtepMAC\":\"\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e:\"}",
        "{\"VtepMAC\":\"82-4b-b6-2f-54-4e\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4g\"}",
        "{\"VtepMAC\":\"00:00:00:00:00:00\"}",
        "{\"VtepMAC\":\"01:00:5e:00:00:01\"}",
        "{\"VtepMAC\":\"ff:ff:ff:ff:ff:ff\"}",
        "{\"VNI\":16777216,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}",
        "{\"VNI\":-1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}",
        "{\"VNI\":\"1\",\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}",
        "{\"VtepMAC\":\"82:4b:b6:2f:54:4e\"} x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct felt_vxlan_data back = example;

        if (felt_vxlan_data_parse(bad[i], strlen(bad[i]), &back) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(back.vni, example.vni);
        assert_memory_equal(back.mac, example.mac, sizeof(back.mac));
    }
}

static void longer_than_the_limit_is_refused_at_one_byte_more(void **state)
{
    char text[FELT_BACKEND_DATA_MAX + 2];
    struct felt_vxlan_data back;
    size_t len;

    (void)state;
    memset(text, ' ', sizeof(text));
    len = felt_vxlan_data_format(&example, text);
    text[len] = ' ';
    assert_int_equal(felt_vxlan_data_parse(text, FELT_BACKEND_DATA_MAX, &back), 0);
    assert_int_equal(felt_vxlan_data_parse(text, FELT_BACKEND_DATA_MAX + 1, &back), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_flannels_to_the_byte),
        cmocka_unit_test(the_largest_vni_fits),
        cmocka_unit_test(without_a_vni_there_is_none_in_the_text_and_back),
        cmocka_unit_test(other_members_and_other_case_are_accepted),
        cmocka_unit_test(what_is_no_device_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(longer_than_the_limit_is_refused_at_one_byte_more),
    };

    return RUN_TESTS(tests);
}
