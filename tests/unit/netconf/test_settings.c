/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "base/idiom.h"
#include "netconf/settings.h"

#define VXLAN \
    "{\"Network\":\"10.3.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"VNI\":7,\"mtu\":1400}}"
#define HOST_GW "{\"Network\":\"10.3.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}"
#define PLAIN   "{\"Network\":\"10.3.0.0/16\"}"

/* Sets one key of the backend; 0 or -EINVAL with the reason. */
static int set(struct felt_settings *s, const char *founding, const char *key, const char *value,
               struct felt_netconf_error *error)
{
    const char *texts[FELT_SETTINGS_END] = {NULL};
    enum felt_setting setting;
    int r = felt_setting_find(key, &setting, error);

    if (r < 0)
        return r;
    texts[setting] = value;
    return felt_settings_set_backend(s, founding, texts, error);
}

static struct felt_settings with(const char *founding, const char *key, const char *value)
{
    struct felt_netconf_error error = {""};
    struct felt_settings s = {0};

    if (set(&s, founding, key, value, &error) != 0)
        fail_msg("%s=%s: %s", key, value, error.text);
    return s;
}

static struct felt_netconf effective(const struct felt_settings *s, const char *founding,
                                     char *text)
{
    struct felt_netconf_error error = {""};
    struct felt_netconf config;

    if (felt_settings_effective(s, founding, text, &config, &error) != 0)
        fail_msg("%s", error.text);
    return config;
}

/* ---- bytes ---- */

/* L-8.3.1 */
static void what_is_set_survives_as_bytes_of_which_there_is_one_form(void **state)
{
    static const uint8_t want[] = {32, 1, 3, 0x09, 0x3a, 0x80, 2, 1, 1, 3, 2, 0x05, 0x78, 4, 1, 0};
    struct felt_settings s = with(VXLAN, "Backend.MTU", "1400"), got;
    uint8_t value[FELT_SETTINGS_VALUE_MAX];
    size_t len;

    (void)state;
    felt_settings_set_lease_time(&s, 7 * 86400);
    s.has |= 1u << FELT_SETTING_TYPE | 1u << FELT_SETTING_DIRECT_ROUTING;
    s.values[FELT_SETTING_TYPE] = FELT_BACKEND_HOST_GW;
    len = felt_settings_encode(&s, value);
    assert_int_equal(len, sizeof(want));
    assert_memory_equal(value, want, sizeof(want));
    assert_int_equal(felt_settings_decode(felt_bytes(value, len), &got), 0);
    assert_memory_equal(&got, &s, sizeof(s));
}

/* L-8.3.1 */
static void nothing_is_set_where_there_is_no_value(void **state)
{
    uint8_t value[FELT_SETTINGS_VALUE_MAX];
    struct felt_settings s = {.has = 1};

    (void)state;
    assert_int_equal(felt_settings_decode(felt_bytes(NULL, 0), &s), 0);
    assert_int_equal(s.has, 0);
    assert_int_equal(felt_settings_encode(&s, value), 0);
}

/* L-8.3.2 */
static void items_of_later_versions_are_kept_between_ours_and_give_way_to_ours(void **state)
{
    /* A tag 9 of two bytes, a backend 7, and a switch that is neither on nor off. */
    static const uint8_t later[] = {32, 1, 1, 90, 2, 1, 7, 6, 1, 2, 9, 2, 0xab, 0xcd};
    static const uint8_t want[] = {32, 1, 1, 90, 2, 1, 0, 6, 1, 2, 9, 2, 0xab, 0xcd};
    uint8_t value[FELT_SETTINGS_VALUE_MAX];
    struct felt_settings s;

    (void)state;
    assert_int_equal(felt_settings_decode(felt_bytes(later, sizeof(later)), &s), 0);
    assert_int_equal(s.has, 1u << FELT_SETTING_LEASE_TIME);
    assert_int_equal(felt_settings_encode(&s, value), sizeof(later));
    assert_memory_equal(value, later, sizeof(later));
    s.has |= 1u << FELT_SETTING_TYPE;
    assert_int_equal(felt_settings_encode(&s, value), sizeof(want));
    assert_memory_equal(value, want, sizeof(want));
}

/* L-8.3.2 */
static void what_is_no_list_of_ascending_items_is_refused(void **state)
{
    static const struct {
        uint8_t bytes[8];
        size_t len;
    } wrong[] = {
        {{33, 1, 1, 90}, 4},          /* another kind */
        {{16}, 1},                    /* a bridge */
        {{32, 1}, 2},                 /* cut off behind a tag, */
        {{32, 1, 2, 90}, 4},          /* in a number */
        {{32, 2, 1, 0, 1, 1, 90}, 7}, /* out of order */
        {{32, 2, 1, 0, 2, 1, 0}, 7},  /* twice */
        {{32, 0, 1, 0}, 4},           /* there is no tag 0 */
    };
    struct felt_settings s;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++)
        assert_int_equal(felt_settings_decode(felt_bytes(wrong[i].bytes, wrong[i].len), &s),
                         -EINVAL);
}

/* L-8.3.2 */
static void a_lease_time_out_of_its_bounds_is_no_lease_time_of_ours(void **state)
{
    static const uint8_t below[] = {32, 1, 1, 59}, zero[] = {32, 1, 1, 0};
    struct felt_settings s;

    (void)state;
    assert_int_equal(felt_settings_decode(felt_bytes(below, sizeof(below)), &s), 0);
    assert_int_equal(s.has, 0);
    assert_int_equal(felt_settings_decode(felt_bytes(zero, sizeof(zero)), &s), 0);
    assert_true(felt_settings_has(&s, FELT_SETTING_LEASE_TIME));
}

/* L-8.3.2 */
static void where_later_items_leave_no_room_nothing_is_made(void **state)
{
    uint8_t value[FELT_SETTINGS_VALUE_MAX] = {32, 200, FELT_SETTINGS_VALUE_MAX - 3};
    struct felt_settings s;

    (void)state;
    assert_int_equal(felt_settings_decode(felt_bytes(value, sizeof(value)), &s), 0);
    assert_int_equal(felt_settings_encode(&s, value), sizeof(value));
    felt_settings_set_lease_time(&s, 90);
    assert_int_equal(felt_settings_encode(&s, value), 0);
}

/* ---- keys ---- */

/* L-8.3.3 */
static void keys_are_found_in_any_case_with_backend_or_without(void **state)
{
    static const struct {
        const char *key;
        enum felt_setting want;
    } keys[] = {
        {"leasetime", FELT_SETTING_LEASE_TIME},
        {"Backend.Type", FELT_SETTING_TYPE},
        {"BACKEND.mtu", FELT_SETTING_MTU},
        {"DirectRouting", FELT_SETTING_DIRECT_ROUTING},
        {"txchecksum", FELT_SETTING_TX_CHECKSUM},
        {"Backend.Learning", FELT_SETTING_LEARNING},
        {"gbp", FELT_SETTING_GBP},
    };
    struct felt_netconf_error error;
    enum felt_setting got;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++) {
        assert_int_equal(felt_setting_find(keys[i].key, &got, &error), 0);
        assert_int_equal(got, keys[i].want);
    }
}

/* L-8.3.3 */
static void what_was_settled_at_the_founding_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *key;
        const char *want;
    } keys[] = {
        {"Network", "subnets are numbered by it"},
        {"subnetmin", "subnets are numbered by it"},
        {"IPv6SubnetLen", "subnets are numbered by it"},
        {"Backend.VNI", "do not reach each other"},
        {"port", "do not reach each other"},
        {"EnableNFTables", "changes nothing"},
        {"Backend.Backend.MTU", "there is no key"},
        {"Backend.LeaseTime", "there is no key"},
        {"Backend.", "there is no key"},
        {"", "there is no key"},
    };
    struct felt_netconf_error error;
    enum felt_setting got;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(keys); i++) {
        assert_int_equal(felt_setting_find(keys[i].key, &got, &error), -EINVAL);
        if (!strstr(error.text, keys[i].want))
            fail_msg("%s: %s", keys[i].key, error.text);
    }
}

/* L-8.3.3 */
static void values_are_judged_as_those_of_a_file_are(void **state)
{
    static const struct {
        const char *key, *value, *want;
    } wrong[] = {
        {"Type", "udp", "unknown backend type: udp"},
        {"MTU", "99", "MTU must be 0 (the interface's) or at least 118"},
        {"MTU", "70000", "MTU must be between 0 and 65535, it is 70000"},
        {"MTU", "many", "MTU must be a number, it is a string"},
        {"MTU", "-1", "MTU must be a number"},
        {"MTU", "", "MTU must be a number"},
        {"MTU", "99999999999999999999999", "MTU must be a number"},
        {"DirectRouting", "yes", "DirectRouting must be true or false"},
        {"TxChecksum", "maybe", "TxChecksum must be auto, on or off, it is maybe"},
    };
    struct felt_netconf_error error;
    struct felt_settings s = {0};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(set(&s, VXLAN, wrong[i].key, wrong[i].value, &error), -EINVAL);
        if (!strstr(error.text, wrong[i].want))
            fail_msg("%s=%s: %s", wrong[i].key, wrong[i].value, error.text);
        assert_int_equal(s.has, 0);
    }
}

/* L-8.3.3 */
static void what_is_vxlans_is_refused_where_the_backend_is_host_gw(void **state)
{
    const char *both[FELT_SETTINGS_END] = {
        [FELT_SETTING_TYPE] = "vxlan", [FELT_SETTING_MTU] = "1300"};
    struct felt_netconf_error error;
    struct felt_settings s = {0};

    (void)state;
    assert_int_equal(set(&s, HOST_GW, "MTU", "1300", &error), -EINVAL);
    assert_non_null(strstr(error.text, "means nothing to the backend host-gw"));
    assert_int_equal(felt_settings_set_backend(&s, HOST_GW, both, &error), 0);
    assert_int_equal(s.values[FELT_SETTING_MTU], 1300);
}

/* ---- effective ---- */

/* L-8.3.4 */
static void where_nothing_of_it_is_set_the_text_is_the_founders(void **state)
{
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_settings s = {0};

    (void)state;
    felt_settings_set_lease_time(&s, 0);
    effective(&s, VXLAN, text);
    assert_string_equal(text, VXLAN);
}

/* L-8.3.4 */
static void a_setting_takes_the_place_of_what_the_founder_said_in_any_case(void **state)
{
    struct felt_settings s = with(VXLAN, "MTU", "1300");
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf c = effective(&s, VXLAN, text);

    (void)state;
    assert_int_equal(c.vxlan.mtu, 1300);
    assert_int_equal(c.vxlan.vni, 7);
    assert_string_equal(text, "{\"Network\":\"10.3.0.0/16\",\"Backend\":{\"Type\":\"vxlan\","
                              "\"VNI\":7,\"MTU\":1300}}");
    s = with(PLAIN, "DirectRouting", "TRUE");
    c = effective(&s, PLAIN, text);
    assert_true(c.vxlan.direct_routing);
    assert_int_equal(c.backend, FELT_BACKEND_VXLAN);
}

/* L-8.3.4 */
static void there_and_back_again_the_vni_is_what_it_was(void **state)
{
    struct felt_settings s = with(VXLAN, "Type", "Host-GW");
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf_error error;
    struct felt_netconf c = effective(&s, VXLAN, text);

    (void)state;
    assert_int_equal(c.backend, FELT_BACKEND_HOST_GW);
    assert_int_equal(set(&s, VXLAN, "Type", "vxlan", &error), 0);
    c = effective(&s, VXLAN, text);
    assert_int_equal(c.backend, FELT_BACKEND_VXLAN);
    assert_int_equal(c.vxlan.vni, 7);
    assert_int_equal(c.vxlan.mtu, 1400);
}

/* L-8.3.4 */
static void a_text_that_becomes_too_long_is_refused(void **state)
{
    char founding[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf_error error;
    struct felt_settings s = {0};

    (void)state;
    memset(founding, ' ', FELT_NETCONF_TEXT_MAX);
    founding[FELT_NETCONF_TEXT_MAX] = '\0';
    memcpy(founding, "{\"x\":\"", 6);
    memcpy(founding + FELT_NETCONF_TEXT_MAX - 28, "\",\"Network\":\"10.3.0.0/16\"}   ", 28);
    assert_int_equal(set(&s, founding, "DirectRouting", "true", &error), -EINVAL);
    assert_non_null(strstr(error.text, "512 is most"));
}

/* L-8.3.5 */
static void configurations_differ_by_keys_and_of_another_type_by_that_alone(void **state)
{
    struct felt_settings none = {0}, s = with(VXLAN, "MTU", "1300");
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf a = effective(&none, VXLAN, text), b = effective(&s, VXLAN, text),
                        c = effective(&none, HOST_GW, text);

    (void)state;
    assert_int_equal(felt_settings_differ(&a, &a), 0);
    assert_int_equal(felt_settings_differ(&a, &b), 1u << FELT_SETTING_MTU);
    assert_int_equal(felt_settings_differ(&a, &c), 1u << FELT_SETTING_TYPE);
    assert_int_equal(felt_settings_differ(&c, &c), 0);
    assert_string_equal(felt_setting_of(&b, FELT_SETTING_MTU, text), "1300");
    assert_string_equal(felt_setting_of(&c, FELT_SETTING_TYPE, text), "host-gw");
    assert_string_equal(felt_setting_of(&a, FELT_SETTING_TX_CHECKSUM, text), "auto");
    assert_string_equal(felt_setting_of(&a, FELT_SETTING_GBP, text), "false");
}

static void lease_times_are_told_as_they_may_be_set(void **state)
{
    char text[FELT_SETTING_TEXT];

    (void)state;
    assert_string_equal(felt_setting_time(0, text), "never");
    assert_string_equal(felt_setting_time(90, text), "90s");
    assert_string_equal(felt_setting_time(5400, text), "90m");
    assert_string_equal(felt_setting_time(7200, text), "2h");
    assert_string_equal(felt_setting_time(FELT_LEASE_TIME_MAX, text), "365d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_set_survives_as_bytes_of_which_there_is_one_form),
        cmocka_unit_test(nothing_is_set_where_there_is_no_value),
        cmocka_unit_test(items_of_later_versions_are_kept_between_ours_and_give_way_to_ours),
        cmocka_unit_test(what_is_no_list_of_ascending_items_is_refused),
        cmocka_unit_test(a_lease_time_out_of_its_bounds_is_no_lease_time_of_ours),
        cmocka_unit_test(where_later_items_leave_no_room_nothing_is_made),
        cmocka_unit_test(keys_are_found_in_any_case_with_backend_or_without),
        cmocka_unit_test(what_was_settled_at_the_founding_is_refused_with_the_reason),
        cmocka_unit_test(values_are_judged_as_those_of_a_file_are),
        cmocka_unit_test(what_is_vxlans_is_refused_where_the_backend_is_host_gw),
        cmocka_unit_test(where_nothing_of_it_is_set_the_text_is_the_founders),
        cmocka_unit_test(a_setting_takes_the_place_of_what_the_founder_said_in_any_case),
        cmocka_unit_test(there_and_back_again_the_vni_is_what_it_was),
        cmocka_unit_test(a_text_that_becomes_too_long_is_refused),
        cmocka_unit_test(configurations_differ_by_keys_and_of_another_type_by_that_alone),
        cmocka_unit_test(lease_times_are_told_as_they_may_be_set),
    };

    return RUN_TESTS(tests);
}
