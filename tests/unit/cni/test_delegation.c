/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "cni/delegation.h"

static const char env[] = "FLANNEL_NETWORK=10.5.0.0/16\n"
                          "FLANNEL_SUBNET=10.5.72.1/24\n"
                          "FLANNEL_MTU=1450\n"
                          "FLANNEL_IPMASQ=true\n";

static int parse(const char *text, struct felt_cni_config *ret_config,
                 struct felt_cni_failure *ret_failure)
{
    return felt_cni_config_parse(text, strlen(text), ret_config, ret_failure);
}

/* What is made of a configuration, compact and with sorted keys; to be freed. */
static char *render(const char *conf, const char *subnet_env)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_config config;
    struct felt_cni_failure f;
    json_t *made;
    char *text;

    assert_int_equal(felt_cni_subnet_file_parse("f", subnet_env, &file, &f), 0);
    assert_int_equal(parse(conf, &config, &f), 0);
    assert_int_equal(felt_cni_delegation_render(&config, &file, &made, &f), 0);
    text = json_dumps(made, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(made);
    felt_cni_config_done(&config);
    return text;
}

static void assert_rendered(const char *conf, const char *subnet_env, const char *wanted)
{
    char *text = render(conf, subnet_env);

    assert_string_equal(text, wanted);
    free(text);
}

static void without_a_delegate_there_are_flannels_defaults(void **state)
{
    (void)state;
    assert_rendered("{\"name\":\"n\",\"type\":\"felt\",\"cniVersion\":\"0.3.1\"}", env,
                    "{\"cniVersion\":\"0.3.1\",\"ipMasq\":false,\"ipam\":{"
                    "\"ranges\":[[{\"subnet\":\"10.5.72.0/24\"}]],"
                    "\"routes\":[{\"dst\":\"10.5.0.0/16\"}],\"type\":\"host-local\"},"
                    "\"isGateway\":true,\"mtu\":1450,\"name\":\"n\",\"type\":\"bridge\"}");
}

static void what_the_delegate_says_stays(void **state)
{
    (void)state;
    assert_rendered("{\"NAME\":\"n\",\"type\":\"felt\",\"cniVersion\":\"1.0.0\","
                    "\"runtimeConfig\":{\"mac\":\"x\"},"
                    "\"ipam\":{\"type\":\"other\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]},"
                    "\"Delegate\":{\"type\":\"ptp\",\"mtu\":1400,\"ipMasq\":true,\"hairpinMode\":"
                    "true}}",
                    env,
                    "{\"cniVersion\":\"1.0.0\",\"hairpinMode\":true,\"ipMasq\":true,\"ipam\":{"
                    "\"ranges\":[[{\"subnet\":\"10.5.72.0/24\"}]],"
                    "\"routes\":[{\"dst\":\"0.0.0.0/0\"},{\"dst\":\"10.5.0.0/16\"}],"
                    "\"type\":\"other\"},\"mtu\":1400,\"name\":\"n\","
                    "\"runtimeConfig\":{\"mac\":\"x\"},\"type\":\"ptp\"}");
}

static void both_families_are_two_ranges_and_who_masquerades_is_one_of_two(void **state)
{
    (void)state;
    assert_rendered("{\"name\":\"n\",\"type\":\"felt\"}",
                    "FLANNEL_NETWORK=10.5.0.0/16\nFLANNEL_SUBNET=10.5.72.1/24\n"
                    "FLANNEL_IPV6_NETWORK=2001:db8:42::/56\nFLANNEL_IPV6_SUBNET=2001:db8:42:1::1/"
                    "64\nFLANNEL_MTU=1430\nFLANNEL_IPMASQ=false\n",
                    "{\"cniVersion\":\"0.1.0\",\"ipMasq\":true,\"ipam\":{"
                    "\"ranges\":[[{\"subnet\":\"10.5.72.0/24\"}],[{\"subnet\":\"2001:db8:42:1::/"
                    "64\"}]],\"routes\":[{\"dst\":\"10.5.0.0/16\"},{\"dst\":\"2001:db8:42::/56\"}],"
                    "\"type\":\"host-local\"},\"isGateway\":true,\"mtu\":1430,\"name\":\"n\","
                    "\"type\":\"bridge\"}");
}

static void bad_configurations_are_refused_with_their_code(void **state)
{
    static const struct {
        const char *text;
        enum felt_cni_code code;
        const char *says;
    } bad[] = {
        {"", FELT_CNI_UNDECODABLE, "no JSON object"},
        {"[]", FELT_CNI_UNDECODABLE, "no JSON object"},
        {"{}", FELT_CNI_BAD_CONFIG, "'name'"},
        {"{\"name\":\"../n\"}", FELT_CNI_BAD_CONFIG, "'name'"},
        {"{\"name\":1}", FELT_CNI_BAD_CONFIG, "'name'"},
        {"{\"name\":\"n\",\"cniVersion\":\"2.0.0\"}", FELT_CNI_INCOMPATIBLE_VERSION, "'2.0.0'"},
        {"{\"name\":\"n\",\"cniVersion\":1}", FELT_CNI_BAD_CONFIG, "cniVersion"},
        {"{\"name\":\"n\",\"subnetFile\":[]}", FELT_CNI_BAD_CONFIG, "'subnetFile'"},
        {"{\"name\":\"n\",\"delegate\":1}", FELT_CNI_BAD_CONFIG, "'delegate'"},
        {"{\"name\":\"n\",\"ipam\":\"x\"}", FELT_CNI_BAD_CONFIG, "'ipam'"},
        {"{\"name\":\"n\",\"delegate\":{\"name\":\"x\"}}", FELT_CNI_BAD_CONFIG, "'name'"},
        {"{\"name\":\"n\",\"delegate\":{\"ipam\":{}}}", FELT_CNI_BAD_CONFIG, "'ipam'"},
        {"{\"name\":\"n\",\"delegate\":{\"type\":1}}", FELT_CNI_BAD_CONFIG, "'type'"},
        {"{\"name\":\"n\",\"delegate\":{\"type\":\"../sh\"}}", FELT_CNI_BAD_CONFIG, "'type'"},
    };
    struct felt_cni_config config;
    struct felt_cni_failure f;

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        assert_true(parse(bad[i].text, &config, &f) < 0);
        assert_int_equal(f.code, bad[i].code);
        assert_non_null(strstr(f.text, bad[i].says));
        felt_cni_config_done(&config);
    }
}

static void check_came_with_0_4_0(void **state)
{
    struct felt_cni_config config;
    struct felt_cni_failure f;

    (void)state;
    assert_int_equal(parse("{\"name\":\"n\",\"cniVersion\":\"0.3.1\"}", &config, &f), 0);
    assert_false(config.can_check);
    felt_cni_config_done(&config);
    assert_int_equal(parse("{\"name\":\"n\",\"cniVersion\":\"0.4.0\"}", &config, &f), 0);
    assert_true(config.can_check);
    felt_cni_config_done(&config);
}

static bool is_elsewhere(const char *conf, const char *subnet)
{
    struct felt_dual subnets = {0};
    struct felt_cidr cidr;
    json_t *json = json_loads(conf, 0, NULL);
    bool elsewhere;

    assert_int_equal(felt_cidr_parse(subnet, &cidr), 0);
    felt_dual_add(&subnets, &cidr);
    elsewhere = felt_cni_delegation_is_elsewhere(json, &subnets);
    json_decref(json);
    return elsewhere;
}

static void a_former_subnet_is_told_from_the_present_one(void **state)
{
    static const char conf[] = "{\"ipam\":{\"ranges\":[[{\"subnet\":\"10.5.72.0/24\"}]]}}";

    (void)state;
    assert_false(is_elsewhere(conf, "10.5.72.0/24"));
    assert_true(is_elsewhere(conf, "10.5.73.0/24"));
    assert_true(is_elsewhere(conf, "10.5.72.0/25"));
    assert_true(is_elsewhere(conf, "2001:db8::/64"));
    /* Damaged, or another plugin's: nothing is known. */
    assert_false(is_elsewhere("{}", "10.5.72.0/24"));
    assert_false(is_elsewhere("{\"ipam\":{\"ranges\":[[{\"subnet\":7}],3]}}", "10.5.72.0/24"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_delegate_there_are_flannels_defaults),
        cmocka_unit_test(what_the_delegate_says_stays),
        cmocka_unit_test(both_families_are_two_ranges_and_who_masquerades_is_one_of_two),
        cmocka_unit_test(bad_configurations_are_refused_with_their_code),
        cmocka_unit_test(check_came_with_0_4_0),
        cmocka_unit_test(a_former_subnet_is_told_from_the_present_one),
    };

    return RUN_TESTS(tests);
}
