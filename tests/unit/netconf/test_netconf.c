/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/idiom.h"
#include "netconf/netconf.h"

static struct felt_netconf parsed(const char *json)
{
    struct felt_netconf_error error = {""};
    struct felt_netconf config;

    if (felt_netconf_parse(json, strlen(json), &config, &error) != 0)
        fail_msg("%s: %s", json, error.text);
    return config;
}

/* ---- accepted ---- */

static const struct {
    const char *json;
    const char *want; /* network subnet_len min max backend */
} accepted[] = {
    /* flannel's own vectors */
    {"{\"network\":\"10.3.0.0/16\"}", "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetMin\":\"10.3.5.0\",\"SubnetMax\":\"10.3.8.0\","
     "\"SubnetLen\":28}",
     "10.3.0.0/16 28 10.3.5.0 10.3.8.0 vxlan"},
    /* the classic guide */
    {"{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}",
     "172.17.0.0/16 24 172.17.1.0 172.17.255.0 vxlan"},
    /* host bits are masked, keys in any case, unknown keys ignored, the last wins */
    {"{\"NETWORK\":\"10.3.5.7/16\"}", "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    {"{\"Network\":\"10.9.0.0/16\",\"network\":\"10.3.0.0/16\",\"Colour\":[{}]}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    {"{\"Network\":\"10.9.0.0/16\",\"Network\":\"10.3.0.0/16\"}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    /* null is as good as nothing */
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetLen\":null,\"SubnetMin\":null,\"EnableIPv6\":null}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    /* so are SubnetLen 0 and the address 0.0.0.0 */
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetLen\":0,\"SubnetMin\":\"0.0.0.0\","
     "\"SubnetMax\":\"0.0.0.0\"}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    /* the default length, around its edges */
    {"{\"Network\":\"10.3.0.0/22\"}", "10.3.0.0/22 24 10.3.1.0 10.3.3.0 vxlan"},
    {"{\"Network\":\"10.3.0.0/23\"}", "10.3.0.0/23 25 10.3.0.128 10.3.1.128 vxlan"},
    {"{\"Network\":\"10.3.0.0/28\"}", "10.3.0.0/28 30 10.3.0.4 10.3.0.12 vxlan"},
    {"{\"Network\":\"10.0.0.0/8\"}", "10.0.0.0/8 24 10.0.1.0 10.255.255.0 vxlan"},
    /* the longest and the shortest subnet */
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetLen\":30}",
     "10.3.0.0/16 30 10.3.0.4 10.3.255.252 vxlan"},
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetLen\":18}", "10.3.0.0/16 18 10.3.64.0 10.3.192.0 vxlan"},
    /* the end of the address space */
    {"{\"Network\":\"255.255.0.0/16\"}", "255.255.0.0/16 24 255.255.1.0 255.255.255.0 vxlan"},
    /* one subnet, and the one that the default leaves out */
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetMin\":\"10.3.5.0\",\"SubnetMax\":\"10.3.5.0\"}",
     "10.3.0.0/16 24 10.3.5.0 10.3.5.0 vxlan"},
    {"{\"Network\":\"10.3.0.0/16\",\"SubnetMin\":\"10.3.0.0\"}",
     "10.3.0.0/16 24 10.3.0.0 10.3.255.0 vxlan"},
    /* exactly as many subnets as there may be */
    {"{\"Network\":\"10.0.0.0/8\",\"SubnetMin\":\"10.0.0.0\"}",
     "10.0.0.0/8 24 10.0.0.0 10.255.255.0 vxlan"},
    /* backends, families, nftables */
    {"{\"Network\":\"10.3.0.0/16\",\"Backend\":{\"Type\":\"VXLAN\"}}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
    {"{\"Network\":\"10.3.0.0/16\",\"Backend\":{\"type\":\"Host-GW\",\"VNI\":\"unread\"}}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 host-gw"},
    {"{\"Network\":\"10.3.0.0/16\",\"EnableIPv4\":true,\"EnableIPv6\":false,"
     "\"EnableNFTables\":true,\"IPv6Network\":\"fc00::/48\"}",
     "10.3.0.0/16 24 10.3.1.0 10.3.255.0 vxlan"},
};

static void every_good_configuration_gets_its_defaults(void **state)
{
    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(accepted); i++) {
        struct felt_netconf c = parsed(accepted[i].json);
        char got[200];

        snprintf(got, sizeof(got), "%s %u %s %s %s", FELT_CIDR(&c.network), c.subnet_len,
                 FELT_IP(&c.subnet_min), FELT_IP(&c.subnet_max), felt_backend_name(c.backend));
        if (strcmp(got, accepted[i].want) != 0)
            fail_msg("%s: got %s, want %s", accepted[i].json, got, accepted[i].want);
    }
}

/* ---- refused ---- */

#define NET "\"Network\":\"10.3.0.0/16\""

static const struct {
    const char *json;
    const char *want; /* how the message begins */
} refused[] = {
    /* text */
    {"", "malformed JSON at line 1, column 0: "},
    {"{\n \"Network\": \"10.3.0.0/16\",\n}", "malformed JSON at line 3, column 1: "},
    {"{" NET "} x", "malformed JSON at line 1, column 27: "},
    {"{" NET ",\"SubnetLen\":99999999999999999999}", "malformed JSON at line 1, column "},
    {"{\"Network\":\"10.3\\u0000\"}", "malformed JSON at line 1"},
    {"{\"Network\":\"\xff\"}", "malformed JSON at line 1"},
    {"[]", "the network configuration must be a JSON object"},
    {"null", "the network configuration must be a JSON object"},
    {"7", "the network configuration must be a JSON object"},
    /* Network */
    {"{}", "please define a correct Network parameter in the flannel config"},
    {"{\"Network\":null}", "please define a correct Network parameter in the flannel config"},
    {"{\"Network\":\"0.0.0.0/0\"}",
     "please define a correct Network parameter in the flannel config"},
    {"{\"Network\":\"\"}", "Network: invalid CIDR address: "},
    {"{\"Network\":\"10.3.0.0\"}", "Network: invalid CIDR address: 10.3.0.0"},
    {"{\"Network\":\"10.3.0.0/33\"}", "Network: invalid CIDR address: 10.3.0.0/33"},
    {"{\"Network\":\"10.3.0/16\"}", "Network: invalid CIDR address: 10.3.0/16"},
    {"{\"Network\":10}", "Network must be a string, it is a number"},
    {"{\"Network\":[\"10.3.0.0/16\"]}", "Network must be a string, it is an array"},
    {"{\"Network\":{}}", "Network must be a string, it is an object"},
    {"{\"Network\":true}", "Network must be a string, it is a boolean"},
    /* IPv6 */
    {"{\"Network\":\"fc00::/48\"}", "Network: it is no IPv4 network: fc00::/48 (IPv6Network"},
    {"{" NET ",\"EnableIPv6\":true}",
     "please define a correct IPv6Network parameter in the flannel config"},
    {"{\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}",
     "please define a correct Network parameter in the flannel config"},
    {"{" NET ",\"EnableIPv4\":false}", "EnableIPv4 is false and EnableIPv6 is not true: "},
    {"{\"EnableIPv6\":true,\"EnableIPv4\":false,\"IPv6Network\":\"fc00::/47\"}",
     "there are 131071 subnets of /64 between IPv6SubnetMin and IPv6SubnetMax, at most 65536 are "
     "possible: use a smaller IPv6Network or a lower IPv6SubnetLen"},
    {"{\"Network\":\"10.0.0.0/8\",\"SubnetLen\":25,\"EnableIPv6\":true,"
     "\"IPv6Network\":\"fc00::/32\"}",
     "there are 131071 subnets of /25 between SubnetMin and SubnetMax, at most 65536 are possible"},
    {"{" NET ",\"EnableIPv6\":1}", "EnableIPv6 must be true or false, it is a number"},
    {"{" NET ",\"EnableIPv4\":\"no\"}", "EnableIPv4 must be true or false, it is a string"},
    {"{" NET ",\"EnableNFTables\":[]}", "EnableNFTables must be true or false, it is an array"},
    /* SubnetLen */
    {"{" NET ",\"SubnetLen\":31}", "SubnetLen must be less than /31"},
    {"{" NET ",\"SubnetLen\":4294967320}", "SubnetLen must be less than /31"},
    {"{" NET ",\"SubnetLen\":17}", "network must be able to accommodate at least four subnets"},
    {"{" NET ",\"SubnetLen\":1}", "network must be able to accommodate at least four subnets"},
    {"{\"Network\":\"10.3.0.0/29\",\"SubnetLen\":30}",
     "network must be able to accommodate at least four subnets"},
    {"{\"Network\":\"10.3.0.0/29\"}", "network is too small. Minimum useful network prefix is /28"},
    {"{\"Network\":\"10.3.0.0/32\"}", "network is too small. Minimum useful network prefix is /28"},
    {"{" NET ",\"SubnetLen\":-1}", "SubnetLen must be between 0 and "},
    {"{" NET ",\"SubnetLen\":24.0}", "SubnetLen must be a whole number"},
    {"{" NET ",\"SubnetLen\":\"24\"}", "SubnetLen must be a number, it is a string"},
    /* SubnetMin, SubnetMax */
    {"{" NET ",\"SubnetMin\":\"10.4.0.0\"}", "SubnetMin is not in the range of the Network"},
    {"{" NET ",\"SubnetMax\":\"10.4.0.0\"}", "SubnetMax is not in the range of the Network"},
    {"{" NET ",\"SubnetMin\":\"10.3.5.1\"}", "SubnetMin is not on a SubnetLen boundary: 10.3.5.1"},
    {"{" NET ",\"SubnetMax\":\"10.3.5.128\"}",
     "SubnetMax is not on a SubnetLen boundary: 10.3.5.128"},
    {"{" NET ",\"SubnetMin\":\"10.3.8.0\",\"SubnetMax\":\"10.3.5.0\"}",
     "SubnetMin 10.3.8.0 is above SubnetMax 10.3.5.0: there is no subnet"},
    {"{" NET ",\"SubnetMin\":\"10.3.5\"}", "SubnetMin: invalid IP address format: \"10.3.5\""},
    {"{" NET ",\"SubnetMax\":\"\"}", "SubnetMax: invalid IP address format: \"\""},
    {"{" NET ",\"SubnetMin\":\"fc00::\"}", "SubnetMin: invalid IPv4 address format: \"fc00::\""},
    {"{" NET ",\"SubnetMin\":5}", "SubnetMin must be a string, it is a number"},
    {"{" NET ",\"SubnetMax\":{}}", "SubnetMax must be a string, it is an object"},
    /* as many subnets as there may be, and one more */
    {"{\"Network\":\"10.0.0.0/8\",\"SubnetLen\":25,\"SubnetMax\":\"10.128.0.128\"}",
     "there are 65537 subnets of /25 between SubnetMin and SubnetMax, at most 65536"},
    {"{\"Network\":\"128.0.0.0/1\",\"SubnetLen\":30}", "there are 536870911 subnets of /30"},
    /* Backend */
    {"{" NET ",\"Backend\":{}}", "unknown backend type: "},
    {"{" NET ",\"Backend\":null}", "unknown backend type: "},
    {"{" NET ",\"Backend\":{\"Type\":\"udp\"}}", "unknown backend type: udp"},
    {"{" NET ",\"Backend\":{\"Type\":\"vxlan \"}}", "unknown backend type: vxlan "},
    {"{" NET ",\"Backend\":\"vxlan\"}", "error decoding Backend property of config: "},
    {"{" NET ",\"Backend\":[]}", "error decoding Backend property of config: "},
    {"{" NET ",\"Backend\":{\"Type\":1}}",
     "error decoding Backend property of config: Type must be a string, it is a number"},
};

static void every_bad_configuration_gets_its_message(void **state)
{
    struct felt_netconf before, config;

    (void)state;
    memset(&before, 0x5a, sizeof(before));
    for (size_t i = 0; i < FELT_ARRAY_LEN(refused); i++) {
        struct felt_netconf_error error = {""};

        memcpy(&config, &before, sizeof(config));
        if (felt_netconf_parse(refused[i].json, strlen(refused[i].json), &config, &error) !=
            -EINVAL)
            fail_msg("accepted: %s", refused[i].json);
        if (strncmp(error.text, refused[i].want, strlen(refused[i].want)) != 0)
            fail_msg("%s: got '%s', want '%s'", refused[i].json, error.text, refused[i].want);
        assert_memory_equal(&config, &before, sizeof(config));
    }
}

static void every_vxlan_key_out_of_its_range_is_named(void **state)
{
    static const struct {
        const char *member;
        const char *want;
    } bad[] = {
        {"\"VNI\":0", "VNI must be between 1 and 16777215, it is 0"},
        {"\"vni\":16777216", "VNI must be between 1 and 16777215, it is 16777216"},
        {"\"VNI\":-1", "VNI must be between 1 and 16777215, it is -1"},
        {"\"VNI\":\"1\"", "VNI must be a number, it is a string"},
        {"\"VNI\":1.5", "VNI must be a whole number"},
        {"\"PORT\":65536", "Port must be between 0 and 65535, it is 65536"},
        {"\"Port\":false", "Port must be a number, it is a boolean"},
        {"\"MTU\":65536", "MTU must be between 0 and 65535, it is 65536"},
        {"\"MTU\":117", "MTU must be 0 (the interface's) or at least 118"},
        {"\"GBP\":1", "GBP must be true or false, it is a number"},
        {"\"Learning\":\"true\"", "Learning must be true or false, it is a string"},
        {"\"DirectRouting\":{}", "DirectRouting must be true or false, it is an object"},
        {"\"TxChecksum\":false", "TxChecksum must be a string, it is a boolean"},
        {"\"TxChecksum\":\"no\"", "TxChecksum must be auto, on or off, it is no"},
    };
    char json[200], want[200];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        struct felt_netconf_error error = {""};
        struct felt_netconf config;

        snprintf(json, sizeof(json), "{" NET ",\"Backend\":{\"Type\":\"vxlan\",%s}}",
                 bad[i].member);
        snprintf(want, sizeof(want), "error decoding VXLAN backend config: %s", bad[i].want);
        assert_int_equal(felt_netconf_parse(json, strlen(json), &config, &error), -EINVAL);
        if (strncmp(error.text, want, strlen(want)) != 0)
            fail_msg("%s: got '%s', want '%s'", json, error.text, want);
    }
}

static void vxlan_has_flannels_defaults(void **state)
{
    struct felt_netconf c = parsed("{" NET "}");

    (void)state;
    assert_int_equal(c.vxlan.vni, 1);
    assert_int_equal(c.vxlan.port, 0);
    assert_int_equal(c.vxlan.mtu, 0);
    assert_false(c.vxlan.gbp);
    assert_false(c.vxlan.learning);
    assert_false(c.vxlan.direct_routing);
    assert_int_equal(c.vxlan.tx_checksum, FELT_TX_CHECKSUM_AUTO);
}

static void vxlan_keys_are_read_in_any_case_up_to_their_limits(void **state)
{
    struct felt_netconf c = parsed("{" NET ",\"Backend\":{\"TYPE\":\"vxlan\",\"vni\":16777215,"
                                   "\"port\":65535,\"gbp\":true,\"LEARNING\":true,"
                                   "\"directrouting\":true,\"mtu\":65535}}");

    (void)state;
    assert_int_equal(c.vxlan.vni, 16777215);
    assert_int_equal(c.vxlan.port, 65535);
    assert_int_equal(c.vxlan.mtu, 65535);
    assert_true(c.vxlan.gbp);
    assert_true(c.vxlan.learning);
    assert_true(c.vxlan.direct_routing);
    c = parsed("{" NET ",\"Backend\":{\"Type\":\"vxlan\",\"MTU\":118}}");
    assert_int_equal(c.vxlan.mtu, 118);
    c = parsed("{" NET ",\"Backend\":{\"Type\":\"vxlan\",\"TxChecksum\":\"off\"}}");
    assert_int_equal(c.vxlan.tx_checksum, FELT_TX_CHECKSUM_OFF);
    c = parsed("{" NET ",\"Backend\":{\"Type\":\"vxlan\",\"txchecksum\":\"ON\"}}");
    assert_int_equal(c.vxlan.tx_checksum, FELT_TX_CHECKSUM_ON);
    c = parsed("{" NET ",\"Backend\":{\"Type\":\"vxlan\",\"TxChecksum\":\"auto\"}}");
    assert_int_equal(c.vxlan.tx_checksum, FELT_TX_CHECKSUM_AUTO);
}

static void a_text_of_the_greatest_length_is_taken_and_one_byte_more_is_not(void **state)
{
    static const char good[] = "{" NET "}";
    char text[FELT_NETCONF_TEXT_MAX + 1], want[200]; /* text without NUL: none is needed */
    struct felt_netconf_error error = {""};
    struct felt_netconf config;

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, good, strlen(good));
    assert_int_equal(felt_netconf_parse(text, FELT_NETCONF_TEXT_MAX, &config, &error), 0);
    assert_int_equal(felt_netconf_parse(text, sizeof(text), &config, &error), -EINVAL);
    snprintf(
        want, sizeof(want),
        "the network configuration has %d bytes; it travels in one datagram and may have %d at "
        "most",
        FELT_NETCONF_TEXT_MAX + 1, FELT_NETCONF_TEXT_MAX);
    assert_string_equal(error.text, want);
}

static void squeezed_text_keeps_what_is_in_strings(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", ""},
        {" \t\r\n", ""},
        {"{}", "{}"},
        {"{ \"a b\" : [ 1 , 2 ] }\n", "{\"a b\":[1,2]}"},
        {"\"a \\\" b\" , \"c d\"", "\"a \\\" b\",\"c d\""},
        {"\"\\\\\" x", "\"\\\\\"x"},
        {"\" \\", "\" \\"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        char text[64];
        size_t n;

        strcpy(text, cases[i].text);
        n = felt_netconf_squeeze(text, strlen(text));
        text[n] = '\0';
        assert_string_equal(text, cases[i].want);
    }
}

static void no_beginning_of_a_good_text_crashes_and_every_one_but_the_whole_is_refused(void **state)
{
    static const char good[] = "{" NET ",\"Backend\":{\"Type\":\"vxlan\",\"VNI\":7}}";
    struct felt_netconf_error error;
    struct felt_netconf config;

    (void)state;
    for (size_t len = 0; len < strlen(good); len++)
        assert_int_equal(felt_netconf_parse(good, len, &config, &error), -EINVAL);
    assert_int_equal(felt_netconf_parse(good, strlen(good), &config, &error), 0);
}

/* ---- slots ---- */

static void slots_and_subnets_are_each_others_inverse(void **state)
{
    struct felt_netconf c = parsed("{" NET ",\"SubnetMin\":\"10.3.5.0\",\"SubnetMax\":\"10.3.8.0\","
                                   "\"SubnetLen\":28}");
    uint32_t slot;

    (void)state;
    assert_int_equal(felt_netconf_slots(&c), 3 * 16 + 1);
    for (uint32_t i = 0; i < felt_netconf_slots(&c); i++) {
        struct felt_cidr subnet = felt_netconf_subnet(&c, i);

        assert_int_equal(felt_netconf_slot(&c, &subnet, &slot), 0);
        assert_int_equal(slot, i);
    }
    assert_string_equal(FELT_CIDR(&(struct felt_cidr){0}), "-/0");
    struct felt_cidr first = felt_netconf_subnet(&c, 0), last = felt_netconf_subnet(&c, 48);

    assert_string_equal(FELT_CIDR(&first), "10.3.5.0/28");
    assert_string_equal(FELT_CIDR(&last), "10.3.8.0/28");
}

static void host_bits_do_not_hide_a_slot_but_another_length_or_place_does(void **state)
{
    static const struct {
        const char *subnet;
        int want;
        uint32_t slot;
    } cases[] = {
        {"10.3.5.1/24", 0, 0},       {"10.3.8.255/24", 0, 3},     {"10.3.4.0/24", -ERANGE, 0},
        {"10.3.9.0/24", -ERANGE, 0}, {"10.3.5.0/25", -ERANGE, 0}, {"10.3.5.0/23", -ERANGE, 0},
        {"fc00::/24", -ERANGE, 0},   {"10.4.5.0/24", -ERANGE, 0},
    };
    struct felt_netconf c =
        parsed("{" NET ",\"SubnetMin\":\"10.3.5.0\",\"SubnetMax\":\"10.3.8.0\"}");

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct felt_cidr subnet;
        uint32_t slot = 99;

        assert_int_equal(felt_cidr_parse(cases[i].subnet, &subnet), 0);
        if (felt_netconf_slot(&c, &subnet, &slot) != cases[i].want)
            fail_msg("%s", cases[i].subnet);
        assert_int_equal(slot, cases[i].want < 0 ? 99 : cases[i].slot);
    }
}

static void the_greatest_number_of_slots_is_counted_and_numbered(void **state)
{
    struct felt_netconf c = parsed("{\"Network\":\"10.0.0.0/8\",\"SubnetMin\":\"10.0.0.0\"}");
    struct felt_cidr last = felt_netconf_subnet(&c, FELT_NETCONF_SLOTS_MAX - 1);

    (void)state;
    assert_int_equal(felt_netconf_slots(&c), FELT_NETCONF_SLOTS_MAX);
    assert_string_equal(FELT_CIDR(&last), "10.255.255.0/24");
}

static void a_single_slot_is_one(void **state)
{
    struct felt_netconf c =
        parsed("{" NET ",\"SubnetMin\":\"10.3.5.0\",\"SubnetMax\":\"10.3.5.0\"}");

    (void)state;
    assert_int_equal(felt_netconf_slots(&c), 1);
}

/* ---- both families ---- */

static const struct {
    const char *json;
    uint32_t n_slots;
    const char *networks;
    const char *first;
    const char *last;
} families[] = {
    /* flannel's own vector of IPv6 alone */
    {"{\"enableIPv6\":true,\"ipv6Network\":\"fc00::/48\",\"enableIPv4\":false}", 65535, "fc00::/48",
     "fc00:0:0:1::/64", "fc00:0:0:ffff::/64"},
    /* the IPv4 half counts */
    {"{" NET ",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}", 255, "10.3.0.0/16,fc00::/48",
     "10.3.1.0/24,fc00:0:0:1::/64", "10.3.255.0/24,fc00:0:0:ff::/64"},
    /* the IPv6 half counts */
    {"{\"Network\":\"10.0.0.0/8\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/60\"}", 15,
     "10.0.0.0/8,fc00::/60", "10.0.1.0/24,fc00:0:0:1::/64", "10.0.15.0/24,fc00:0:0:f::/64"},
    /* one of both; the other half's many are no matter */
    {"{" NET ",\"SubnetMin\":\"10.3.7.0\",\"SubnetMax\":\"10.3.7.0\",\"EnableIPv6\":true,"
     "\"IPv6Network\":\"fc00::/8\"}",
     1, "10.3.0.0/16,fc00::/8", "10.3.7.0/24,fc00:0:0:1::/64", "10.3.7.0/24,fc00:0:0:1::/64"},
    {"{" NET ",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/124\"}", 3, "10.3.0.0/16,fc00::/124",
     "10.3.1.0/24,fc00::4/126", "10.3.3.0/24,fc00::c/126"},
    /* as many as there may be */
    {"{\"Network\":\"10.0.0.0/8\",\"SubnetLen\":28,\"EnableIPv6\":true,"
     "\"IPv6Network\":\"fc00::/48\",\"IPv6SubnetMin\":\"fc00::\"}",
     65536, "10.0.0.0/8,fc00::/48", "10.0.0.16/28,fc00::/64", "10.16.0.0/28,fc00:0:0:ffff::/64"},
};

static void assert_dual(const struct felt_dual *dual, const char *want)
{
    assert_string_equal(FELT_DUAL(dual), want);
}

static void a_slot_has_a_subnet_of_each_family_and_either_one_names_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(families); i++) {
        struct felt_netconf c = parsed(families[i].json);
        struct felt_dual networks = felt_netconf_networks(&c), subnets;
        uint32_t n = felt_netconf_slots(&c), slot;

        assert_int_equal(n, families[i].n_slots);
        assert_dual(&networks, families[i].networks);
        subnets = felt_netconf_subnets(&c, 0);
        assert_dual(&subnets, families[i].first);
        subnets = felt_netconf_subnets(&c, n - 1);
        assert_dual(&subnets, families[i].last);
        for (uint8_t family = FELT_FAMILY_V4; family <= FELT_FAMILY_V6; family++) {
            const struct felt_cidr *subnet = felt_dual_of(&subnets, family);

            if (!subnet)
                continue;
            assert_int_equal(felt_netconf_slot(&c, subnet, &slot), 0);
            assert_int_equal(slot, n - 1);
        }
        assert_true(felt_cidr_equal(felt_dual_first(&subnets),
                                    &(struct felt_cidr[]){felt_netconf_subnet(&c, n - 1)}[0]));
    }
}

static void a_subnet_without_a_partner_has_no_slot(void **state)
{
    struct felt_netconf c = parsed(families[2].json);
    struct felt_cidr subnet;

    (void)state;
    assert_int_equal(felt_cidr_parse("10.0.16.0/24", &subnet), 0);
    assert_int_equal(felt_netconf_slot(&c, &subnet, &(uint32_t){0}), -ERANGE);
    c = parsed(families[0].json);
    assert_int_equal(felt_netconf_slot(&c, &subnet, &(uint32_t){0}), -ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_configuration_gets_its_defaults),
        cmocka_unit_test(every_bad_configuration_gets_its_message),
        cmocka_unit_test(every_vxlan_key_out_of_its_range_is_named),
        cmocka_unit_test(vxlan_has_flannels_defaults),
        cmocka_unit_test(vxlan_keys_are_read_in_any_case_up_to_their_limits),
        cmocka_unit_test(a_text_of_the_greatest_length_is_taken_and_one_byte_more_is_not),
        cmocka_unit_test(squeezed_text_keeps_what_is_in_strings),
        cmocka_unit_test(
            no_beginning_of_a_good_text_crashes_and_every_one_but_the_whole_is_refused),
        cmocka_unit_test(slots_and_subnets_are_each_others_inverse),
        cmocka_unit_test(host_bits_do_not_hide_a_slot_but_another_length_or_place_does),
        cmocka_unit_test(the_greatest_number_of_slots_is_counted_and_numbered),
        cmocka_unit_test(a_single_slot_is_one),
        cmocka_unit_test(a_slot_has_a_subnet_of_each_family_and_either_one_names_it),
        cmocka_unit_test(a_subnet_without_a_partner_has_no_slot),
    };

    return RUN_TESTS(tests);
}
