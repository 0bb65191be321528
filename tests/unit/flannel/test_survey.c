/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "flannel/survey.h"

#define PREFIX "/coreos.com/network"

static int read_config(const char *json, struct felt_netconf *config, char *text,
                       struct felt_netconf_error *error)
{
    return felt_flannel_config_read(json, strlen(json), config, text, error);
}

static struct felt_netconf config_of(const char *json)
{
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf_error error = {""};
    struct felt_netconf config;

    if (read_config(json, &config, text, &error) < 0)
        fail_msg("%s: %s", json, error.text);
    return config;
}

static void assert_no_config(const char *json, const char *words)
{
    char text[FELT_NETCONF_TEXT_MAX + 1] = "untouched";
    struct felt_netconf_error error = {""};
    struct felt_netconf config;

    assert_int_equal(read_config(json, &config, text, &error), -EINVAL);
    if (!strstr(error.text, words))
        fail_msg("not '%s' in: %s", words, error.text);
    assert_string_equal(text, "untouched");
}

/* B-10.1 */
static void flannels_configuration_is_read_and_squeezed(void **state _unused_)
{
    char text[FELT_NETCONF_TEXT_MAX + 1];
    struct felt_netconf_error error;
    struct felt_netconf config;

    assert_int_equal(
        read_config("{ \"Network\": \"172.17.0.0/16\",\n \"backend\": {\"Type\": \"vxlan\"} }\n",
                    &config, text, &error),
        0);
    assert_string_equal(text, "{\"Network\":\"172.17.0.0/16\",\"backend\":{\"Type\":\"vxlan\"}}");
    assert_int_equal(config.subnet_len, 24);
    assert_int_equal(config.vxlan.vni, 1);
}

/* B-10.1 */
static void what_felt_cannot_be_is_said(void **state _unused_)
{
    char large[1024] = "{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"x\":\"";

    assert_no_config("{\"Network\":\"172.17.0.0/16\"}",
                     "names no Backend, which means udp to flannel");
    assert_no_config("{\"Network\":\"172.17.0.0/16\",\"Backend\":null}", "unknown backend type");
    assert_no_config("{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"udp\"}}",
                     "unknown backend type: udp");
    assert_no_config("{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\","
                     "\"Backend\":{\"Type\":\"vxlan\"}}",
                     "it has no IPv4");
    assert_no_config("garbage", "");
    assert_no_config("", "");
    memset(large + strlen(large), 'y', 600);
    strcat(large, "\"}}");
    assert_no_config(large, "more than 512 bytes");
}

/* B-10.2 */
static void the_first_difference_of_two_configurations_is_named(void **state _unused_)
{
    static const struct {
        const char *json, *words;
    } others[] = {
        {"{\"Network\":\"10.1.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}",
         "etcd has Network 172.17.0.0/16, and feltd has 10.1.0.0/16"},
        {"{\"Network\":\"172.17.0.0/16\",\"SubnetLen\":25,\"Backend\":{\"Type\":\"vxlan\"}}",
         "etcd has SubnetLen 24, and feltd has 25"},
        {"{\"Network\":\"172.17.0.0/16\",\"SubnetMin\":\"172.17.9.0\",\"Backend\":{\"Type\":\"vxlan\"}}",
         "etcd has SubnetMin 172.17.1.0, and feltd has 172.17.9.0"},
        {"{\"Network\":\"172.17.0.0/16\",\"SubnetMax\":\"172.17.9.0\",\"Backend\":{\"Type\":\"vxlan\"}}",
         "etcd has SubnetMax 172.17.255.0, and feltd has 172.17.9.0"},
        {"{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}",
         "etcd has Backend.Type vxlan, and feltd has host-gw"},
        {"{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"VNI\":2}}",
         "etcd has Backend.VNI 1, and feltd has 2"},
        {"{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"Port\":4789}}",
         "etcd has Backend.Port 0, and feltd has 4789"},
        {"{\"Network\":\"172.17.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\","
         "\"Backend\":{\"Type\":\"vxlan\"}}",
         "etcd has Network 172.17.0.0/16, and feltd has 172.17.0.0/16,fd00::/48"},
    };
    struct felt_netconf etcd =
        config_of("{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
    struct felt_netconf_error error;

    for (size_t i = 0; i < FELT_ARRAY_LEN(others); i++) {
        struct felt_netconf feltd = config_of(others[i].json);

        assert_int_equal(felt_flannel_config_compare(&etcd, "etcd", &feltd, "feltd", &error),
                         -EINVAL);
        assert_string_equal(error.text, others[i].words);
    }
    etcd = config_of("{\"Network\":\"172.17.4.1/16\",\"Backend\":{\"VNI\":1,\"Type\":\"VXLAN\"}}");
    assert_int_equal(felt_flannel_config_compare(&etcd, "etcd", &etcd, "feltd", &error), 0);
}

/* A listing of nodes as etcd answers them; NULL ends them. */
static struct felt_flannel_survey survey_of(const char *json_config, const char *const *nodes)
{
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_netconf config = config_of(json_config);
    struct felt_flannel_survey survey;
    char body[8192] = "{\"action\":\"get\",\"node\":{\"key\":\"" PREFIX "/subnets\",\"dir\":true,"
                      "\"modifiedIndex\":4,\"createdIndex\":4,\"nodes\":[";

    for (size_t i = 0; nodes[i]; i++) {
        assert_true(strlen(body) + strlen(nodes[i]) + 8 < sizeof(body));
        strcat(body, i > 0 ? "," : "");
        strcat(body, nodes[i]);
    }
    strcat(body, "]}}");
    assert_int_equal(felt_etcd_reply_parse(body, strlen(body), 9, &reply), 0);
    assert_int_equal(felt_flannel_survey_take(PREFIX, &config, reply, &survey), 0);
    return survey;
}

#define CONFIG "{\"Network\":\"172.17.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}"
#define NODE(name, value, more) \
    "{\"key\":\"" PREFIX "/subnets/" name "\",\"value\":\"" value "\"," more "}"
#define LEASE(ip)                                                         \
    "{\\\"PublicIP\\\":\\\"" ip "\\\",\\\"BackendType\\\":\\\"vxlan\\\"," \
    "\\\"BackendData\\\":{\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}}"
#define AT(modified)  "\"modifiedIndex\":" #modified ",\"createdIndex\":4"
#define TTL(modified) "\"expiration\":\"2026-11-28T02:10:45Z\",\"ttl\":80000," AT(modified)

/* B-10.3 */
static void leases_are_found_in_the_order_of_their_subnets(void **state _unused_)
{
    static const char *const nodes[] = {
        NODE("172.17.9.0-24", LEASE("192.0.2.2"), TTL(8)),
        NODE("172.17.8.0-24", LEASE("192.0.2.1"), AT(7)),
        NODE("172.17.10.0-24", LEASE("192.0.2.3") " ", TTL(9)),
        NULL,
    };
    struct felt_flannel_survey s = survey_of(CONFIG, nodes);

    assert_int_equal(s.n_found, 3);
    assert_int_equal(s.n_skipped, 0);
    assert_string_equal(s.found[0].name, "subnets/172.17.8.0-24");
    assert_int_equal(s.found[0].slot, 7);
    assert_false(s.found[0].expires);
    assert_string_equal(FELT_IP(&s.found[0].lease.public_ip), "192.0.2.1");
    assert_true(s.found[1].expires);
    assert_int_equal(s.found[1].ttl_s, 80000);
    assert_int_equal(s.found[1].modified, 8);
    assert_false(s.found[1].is_marked);
    assert_true(s.found[2].is_marked);
    assert_false(s.found[0].is_old || s.found[1].is_old || s.found[2].is_old);
    felt_flannel_survey_done(&s);
}

/* B-10.3 */
static void what_is_no_lease_of_the_network_is_skipped_and_said(void **state _unused_)
{
    static const char *const nodes[] = {
        NODE("172.17.8.0-24", LEASE("192.0.2.1"), TTL(5)),
        NODE("\\u001b[2J", "x", AT(5)),
        NODE("172.17.8.1-24", LEASE("192.0.2.1"), AT(5)),
        NODE("10.0.0.0-24", LEASE("192.0.2.1"), AT(5)),
        NODE("172.17.9.0-25", LEASE("192.0.2.1"), AT(5)),
        NODE("172.17.0.0-24", LEASE("192.0.2.1"), AT(5)), /* below SubnetMin */
        NODE("172.17.9.0-24", "garbage", AT(5)),
        "{\"key\":\"" PREFIX "/subnets/x\",\"dir\":true," AT(5) "}",
        NULL,
    };
    struct felt_flannel_survey s = survey_of(CONFIG, nodes);

    assert_int_equal(s.n_found, 1);
    assert_int_equal(s.n_skipped, 7);
    assert_string_equal(s.skipped[0].name, "subnets/?[2J");
    assert_string_equal(s.skipped[0].why, "its name is no subnet as flannel writes it");
    assert_string_equal(s.skipped[1].why, "its name is no subnet as flannel writes it");
    assert_string_equal(s.skipped[2].why, "not a subnet of this network");
    assert_string_equal(s.skipped[3].why, "not a subnet of this network");
    assert_string_equal(s.skipped[4].why, "not a subnet of this network");
    assert_string_equal(s.skipped[5].why, "its value is no lease");
    assert_string_equal(s.skipped[6].why, "a directory, and no lease");
    felt_flannel_survey_done(&s);
}

/* B-10.4 */
static void of_two_leases_of_a_machine_the_reserved_or_the_newer_one_counts(void **state _unused_)
{
    static const char *const nodes[] = {
        NODE("172.17.8.0-24", LEASE("192.0.2.1"), TTL(9)),
        NODE("172.17.9.0-24", LEASE("192.0.2.1"), AT(5)),
        NODE("172.17.10.0-24", LEASE("192.0.2.2"), TTL(6)),
        NODE("172.17.11.0-24", LEASE("192.0.2.2"), TTL(7)),
        NULL,
    };
    struct felt_flannel_survey s = survey_of(CONFIG, nodes);

    assert_int_equal(s.n_found, 4);
    assert_true(s.found[0].is_old);
    assert_false(s.found[1].is_old);
    assert_true(s.found[2].is_old);
    assert_false(s.found[3].is_old);
    felt_flannel_survey_done(&s);
}

/* B-10.3 */
static void in_a_network_of_both_families_the_two_subnets_belong_together(void **state _unused_)
{
    static const char *const nodes[] = {
        NODE("10.1.1.0-24&fd00:1:0:1::-64", LEASE("192.0.2.1"), AT(5)),
        NODE("10.1.2.0-24&fd00:1:0:3::-64", LEASE("192.0.2.2"), AT(5)),
        NODE("10.1.3.0-24", LEASE("192.0.2.3"), AT(5)),
        NULL,
    };
    struct felt_flannel_survey s = survey_of(
        "{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:1::/48\","
        "\"Backend\":{\"Type\":\"vxlan\"}}",
        nodes);

    assert_int_equal(s.n_found, 1);
    assert_string_equal(s.found[0].name, "subnets/10.1.1.0-24&fd00:1:0:1::-64");
    assert_int_equal(s.n_skipped, 2);
    assert_string_equal(s.skipped[0].why, "its two subnets do not belong together in this network");
    assert_string_equal(s.skipped[1].why, "it has no IPv6 subnet, and this network has");
    felt_flannel_survey_done(&s);
}

/* B-10.3 */
static void where_there_is_no_directory_there_is_no_lease(void **state _unused_)
{
    static const char body[] =
        "{\"errorCode\":100,\"message\":\"Key not found\",\"cause\":\"/coreos.com\",\"index\":3}";
    _cleanup_(felt_etcd_reply_freep) struct felt_etcd_reply *reply = NULL;
    struct felt_netconf config = config_of(CONFIG);
    struct felt_flannel_survey s;

    assert_int_equal(felt_etcd_reply_parse(body, strlen(body), 0, &reply), 0);
    assert_int_equal(felt_flannel_survey_take(PREFIX, &config, reply, &s), 0);
    assert_int_equal(s.n_found, 0);
    assert_int_equal(s.n_skipped, 0);
    felt_flannel_survey_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flannels_configuration_is_read_and_squeezed),
        cmocka_unit_test(what_felt_cannot_be_is_said),
        cmocka_unit_test(the_first_difference_of_two_configurations_is_named),
        cmocka_unit_test(leases_are_found_in_the_order_of_their_subnets),
        cmocka_unit_test(what_is_no_lease_of_the_network_is_skipped_and_said),
        cmocka_unit_test(of_two_leases_of_a_machine_the_reserved_or_the_newer_one_counts),
        cmocka_unit_test(in_a_network_of_both_families_the_two_subnets_belong_together),
        cmocka_unit_test(where_there_is_no_directory_there_is_no_lease),
    };

    return RUN_TESTS(tests);
}
