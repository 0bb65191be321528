/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "netconf/dual.h"
#include "netconf/json.h"

static int parse(const char *json, struct felt_netconf6 *config, struct felt_netconf_error *error)
{
    json_t *root = json_loads(json, 0, NULL);
    int r;

    assert_non_null(root);
    r = felt_netconf6_read(root, config, error);
    json_decref(root);
    return r;
}

static struct felt_netconf6 parsed(const char *json)
{
    struct felt_netconf_error error = {""};
    struct felt_netconf6 config;

    if (parse(json, &config, &error) != 0)
        fail_msg("%s: %s", json, error.text);
    return config;
}

static const struct {
    const char *json;
    uint64_t n_subnets;
    const char *want; /* network len min max */
} accepted[] = {
    /* flannel's own vector */
    {"{\"enableIPv6\":true,\"ipv6Network\":\"fc00::/48\",\"enableIPv4\":false}", 65535,
     "fc00::/48 64 fc00:0:0:1:: fc00:0:0:ffff::"},
    {"{\"IPv6Network\":\"2001:cafe:42::5/56\"}", 255,
     "2001:cafe:42::/56 64 2001:cafe:42:1:: 2001:cafe:42:ff::"},
    {"{\"IPv6Network\":\"fc00::/62\"}", 3, "fc00::/62 64 fc00:0:0:1:: fc00:0:0:3::"},
    {"{\"IPv6Network\":\"fc00::/63\"}", 3, "fc00::/63 65 fc00::8000:0:0:0 fc00:0:0:1:8000::"},
    {"{\"IPv6Network\":\"fc00::/124\"}", 3, "fc00::/124 126 fc00::4 fc00::c"},
    {"{\"IPv6Network\":\"fc00::/48\",\"IPv6SubnetMin\":\"fc00:0:0:8::\","
     "\"IPv6SubnetMax\":\"fc00:0:0:9::\"}",
     2, "fc00::/48 64 fc00:0:0:8:: fc00:0:0:9::"},
    {"{\"IPv6Network\":\"8000::/1\",\"IPv6SubnetLen\":17}", 65535,
     "8000::/1 17 8000:8000:: ffff:8000::"},
    {"{\"IPv6Network\":\"ff00::/8\"}", 0xffffffffffffff,
     "ff00::/8 64 ff00:0:0:1:: ffff:ffff:ffff:ffff::"},
    /* more than a number holds */
    {"{\"IPv6Network\":\"ff00::/8\",\"IPv6SubnetLen\":126}", UINT64_MAX,
     "ff00::/8 126 ff00::4 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc"},
    /* one subnet, and the one that the default leaves out */
    {"{\"IPv6Network\":\"fc00::/48\",\"IPv6SubnetMin\":\"fc00::\",\"IPv6SubnetMax\":\"fc00::\"}", 1,
     "fc00::/48 64 fc00:: fc00::"},
};

static void every_good_configuration_gets_flannels_defaults(void **state)
{
    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(accepted); i++) {
        struct felt_netconf6 c = parsed(accepted[i].json);
        char got[256];

        snprintf(got, sizeof(got), "%s %u %s %s", FELT_CIDR(&c.network), c.subnet_len,
                 FELT_IP(&c.subnet_min), FELT_IP(&c.subnet_max));
        assert_string_equal(got, accepted[i].want);
        assert_int_equal(felt_netconf6_subnets(&c), accepted[i].n_subnets);
    }
}

#define NET "\"IPv6Network\":\"fc00::/48\""

static const struct {
    const char *json;
    const char *error;
} refused[] = {
    {"{}", "please define a correct IPv6Network parameter in the flannel config"},
    {"{\"IPv6Network\":\"fc00::\"}", "IPv6Network: invalid CIDR address: fc00::"},
    {"{\"IPv6Network\":\"10.0.0.0/8\"}", "IPv6Network: it is no IPv6 network: 10.0.0.0/8"},
    {"{\"IPv6Network\":\"::/0\"}", "IPv6Network: it is no IPv6 network: ::/0"},
    {"{" NET ",\"IPv6SubnetLen\":127}", "SubnetLen must be less than /127"},
    {"{" NET ",\"IPv6SubnetLen\":49}", "network must be able to accommodate at least four subnets"},
    {"{\"IPv6Network\":\"fc00::/125\"}",
     "IPv6Network is too small. Minimum useful network prefix is /124"},
    {"{" NET ",\"IPv6SubnetMin\":\"fd00::\"}",
     "IPv6SubnetMin is not in the range of the IPv6Network"},
    {"{" NET ",\"IPv6SubnetMax\":\"fc00:0:0:1::1\"}",
     "IPv6SubnetMax is not on a SubnetLen boundary: fc00:0:0:1::1"},
    {"{" NET ",\"IPv6SubnetMin\":\"10.0.0.0\"}",
     "IPv6SubnetMin: invalid IPv6 address format: \"10.0.0.0\""},
    {"{" NET ",\"IPv6SubnetMin\":\"fc00:0:0:2::\",\"IPv6SubnetMax\":\"fc00:0:0:1::\"}",
     "IPv6SubnetMin fc00:0:0:2:: is above IPv6SubnetMax fc00:0:0:1::: there is no subnet"},
};

static void every_bad_configuration_is_refused_in_plain_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(refused); i++) {
        struct felt_netconf6 config = {.subnet_len = 77};
        struct felt_netconf_error error = {""};

        assert_int_equal(parse(refused[i].json, &config, &error), -EINVAL);
        assert_string_equal(error.text, refused[i].error);
        assert_int_equal(config.subnet_len, 77);
    }
}

/* One slot, two subnets: over all the slots that there may be. */
static void slots_and_subnets_are_one_to_one_up_to_the_last_of_65536(void **state)
{
    struct felt_netconf6 c = parsed("{\"IPv6Network\":\"fc00::/40\"}");
    struct felt_cidr beyond;

    (void)state;
    for (uint32_t slot = 0; slot < FELT_NETCONF_SLOTS_MAX; slot++) {
        struct felt_cidr subnet = felt_netconf6_subnet(&c, slot);
        uint32_t back;

        subnet.ip.bytes[15] = 1; /* a host of it */
        assert_int_equal(felt_netconf6_slot(&c, &subnet, &back), 0);
        assert_int_equal(back, slot);
    }
    assert_int_equal(felt_cidr_parse("fc00:0:1:1::/64", &beyond), 0);
    assert_int_equal(felt_netconf6_slot(&c, &beyond, &(uint32_t){0}), -ERANGE);
    assert_int_equal(felt_cidr_parse("fc00::/64", &beyond), 0);
    assert_int_equal(felt_netconf6_slot(&c, &beyond, &(uint32_t){0}), -ERANGE);
    assert_int_equal(felt_cidr_parse("fc00:0:0:1::/65", &beyond), 0);
    assert_int_equal(felt_netconf6_slot(&c, &beyond, &(uint32_t){0}), -ERANGE);
    assert_int_equal(felt_cidr_parse("10.0.0.0/24", &beyond), 0);
    assert_int_equal(felt_netconf6_slot(&c, &beyond, &(uint32_t){0}), -ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_configuration_gets_flannels_defaults),
        cmocka_unit_test(every_bad_configuration_is_refused_in_plain_words),
        cmocka_unit_test(slots_and_subnets_are_one_to_one_up_to_the_last_of_65536),
    };

    return RUN_TESTS(tests);
}
