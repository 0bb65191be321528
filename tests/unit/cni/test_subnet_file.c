/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "cni/subnet_file.h"

#define CLASSIC                     \
    "FLANNEL_NETWORK=10.5.0.0/16\n" \
    "FLANNEL_SUBNET=10.5.72.1/24\n" \
    "FLANNEL_MTU=1450\n"            \
    "FLANNEL_IPMASQ=true\n"

static int parse(const char *text, struct felt_cni_subnet_file *ret_file,
                 struct felt_cni_failure *ret_failure)
{
    return felt_cni_subnet_file_parse("f", text, ret_file, ret_failure);
}

static void flannels_four_lines_are_read(void **state)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    (void)state;
    assert_int_equal(parse(CLASSIC, &file, &f), 0);
    assert_int_equal(file.n_networks, 1);
    assert_string_equal(FELT_CIDR(&file.networks[0]), "10.5.0.0/16");
    assert_string_equal(FELT_DUAL(&file.subnets), "10.5.72.0/24");
    assert_int_equal(file.mtu, 1450);
    assert_true(file.ip_masq);
}

static void six_lines_several_networks_quotes_and_other_keys_too(void **state)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    (void)state;
    assert_int_equal(parse("# a comment\nFELT_X=1\n"
                           "FLANNEL_NETWORK=\"10.5.0.0/16,10.9.0.0/16\"\n"
                           "FLANNEL_SUBNET='10.5.72.1/24'\n"
                           "FLANNEL_IPV6_NETWORK=2001:db8:42::/56\n"
                           "FLANNEL_IPV6_SUBNET=2001:db8:42:1::1/64\n"
                           "FLANNEL_MTU=1430\r\n"
                           "FLANNEL_IPMASQ=false",
                           &file, &f),
                     0);
    assert_int_equal(file.n_networks, 3);
    assert_string_equal(FELT_CIDR(&file.networks[1]), "10.9.0.0/16");
    assert_string_equal(FELT_CIDR(&file.networks[2]), "2001:db8:42::/56");
    assert_string_equal(FELT_DUAL(&file.subnets), "10.5.72.0/24,2001:db8:42:1::/64");
    assert_int_equal(file.mtu, 1430);
    assert_false(file.ip_masq);
}

static void the_last_of_two_lines_counts(void **state)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    (void)state;
    assert_int_equal(parse(CLASSIC "FLANNEL_SUBNET=10.5.9.1/24\nFLANNEL_MTU=9000\n", &file, &f), 0);
    assert_string_equal(FELT_DUAL(&file.subnets), "10.5.9.0/24");
    assert_int_equal(file.mtu, 9000);
}

static void what_is_missing_is_named(void **state)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    (void)state;
    assert_true(parse("", &file, &f) < 0);
    assert_int_equal(f.code, FELT_CNI_UNDECODABLE);
    assert_string_equal(
        f.text, "f is missing FLANNEL_NETWORK, FLANNEL_SUBNET, FLANNEL_MTU, FLANNEL_IPMASQ");
    assert_true(parse("DOCKER_OPTS=\" --bip=10.5.72.1/24 --mtu=1450\"\n", &file, &f) < 0);
    assert_non_null(strstr(f.text, "mk-docker-opts.sh has overwritten it"));
}

static void values_that_cannot_be_are_named(void **state)
{
    static const char *const bad[] = {
        "FLANNEL_SUBNET=10.5.72.1",
        "FLANNEL_SUBNET=2001:db8::1/64",
        "FLANNEL_NETWORK=10.5.0.0/16,,",
        "FLANNEL_NETWORK=10.5.0.0/33",
        "FLANNEL_MTU=0",
        "FLANNEL_MTU=-1",
        "FLANNEL_MTU=65536",
        "FLANNEL_MTU=1450x",
        "FLANNEL_IPV6_SUBNET=10.0.0.0/8",
        "FLANNEL_NETWORK=1.0.0.0/8,2.0.0.0/8,3.0.0.0/8,4.0.0.0/8,5.0.0.0/8,6.0.0.0/8,7.0.0.0/8,8.0.0.0/8,9.0.0.0/8",
    };
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;
    char text[512];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++) {
        snprintf(text, sizeof(text), CLASSIC "%s\n", bad[i]);
        assert_true(parse(text, &file, &f) < 0);
        assert_memory_equal(strstr(f.text, "FLANNEL_"), bad[i], strcspn(bad[i], "="));
    }
}

static void a_file_that_is_not_there_is_a_matter_of_time(void **state)
{
    struct felt_cni_subnet_file file;
    struct felt_cni_failure f;

    (void)state;
    assert_true(felt_cni_subnet_file_read("/nonexistent/subnet.env", &file, &f) < 0);
    assert_int_equal(f.code, FELT_CNI_TRY_LATER);
    assert_true(felt_cni_subnet_file_read("/", &file, &f) < 0);
    assert_int_equal(f.code, FELT_CNI_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flannels_four_lines_are_read),
        cmocka_unit_test(six_lines_several_networks_quotes_and_other_keys_too),
        cmocka_unit_test(the_last_of_two_lines_counts),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(values_that_cannot_be_are_named),
        cmocka_unit_test(a_file_that_is_not_there_is_a_matter_of_time),
    };

    return RUN_TESTS(tests);
}
