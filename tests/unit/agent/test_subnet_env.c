/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "agent/subnet_env.h"
#include "tests/unit/agent/scratch.h"

static const char classic[] = "FLANNEL_NETWORK=10.5.0.0/16\n"
                              "FLANNEL_SUBNET=10.5.72.1/24\n"
                              "FLANNEL_MTU=1450\n"
                              "FLANNEL_IPMASQ=false\n";

static struct felt_subnet_env example(void)
{
    struct felt_subnet_env env = {.mtu = 1450, .ip_masq = false};

    assert_int_equal(felt_cidr_parse("10.5.0.0/16", &env.networks.v4), 0);
    assert_int_equal(felt_cidr_parse("10.5.72.0/24", &env.subnets.v4), 0);
    return env;
}

static void the_four_lines_are_flannels_to_the_byte(void **state)
{
    struct felt_subnet_env env = example();
    char text[FELT_SUBNET_ENV_TEXT];
    size_t len = felt_subnet_env_render(&env, text);

    (void)state;
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, classic);
    env.ip_masq = true;
    felt_subnet_env_render(&env, text);
    assert_non_null(strstr(text, "\nFLANNEL_IPMASQ=true\n"));
}

static void the_longest_values_fit(void **state)
{
    struct felt_subnet_env env = {.mtu = UINT32_MAX, .ip_masq = false};
    char text[FELT_SUBNET_ENV_TEXT];

    (void)state;
    assert_int_equal(felt_cidr_parse("255.255.255.255/32", &env.networks.v4), 0);
    assert_int_equal(felt_cidr_parse("255.255.255.252/30", &env.subnets.v4), 0);
    felt_subnet_env_render(&env, text);
    assert_non_null(strstr(text, "FLANNEL_SUBNET=255.255.255.253/30\n"));
    assert_int_equal(
        felt_cidr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0/124", &env.networks.v6), 0);
    assert_int_equal(
        felt_cidr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126", &env.subnets.v6), 0);
    felt_subnet_env_render(&env, text);
    assert_non_null(strstr(text, "SUBNET=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd/126\n"));
}

/* Order and form of flannel's pkg/subnet WriteSubnetFile(). */
static void of_both_families_there_are_six_lines_and_of_ipv6_alone_four(void **state)
{
    struct felt_subnet_env env = example();
    char text[FELT_SUBNET_ENV_TEXT];
    size_t len;

    (void)state;
    assert_int_equal(felt_cidr_parse("2001:cafe:42::/56", &env.networks.v6), 0);
    assert_int_equal(felt_cidr_parse("2001:cafe:42:1::/64", &env.subnets.v6), 0);
    env.mtu = 1430;
    len = felt_subnet_env_render(&env, text);
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, "FLANNEL_NETWORK=10.5.0.0/16\n"
                              "FLANNEL_SUBNET=10.5.72.1/24\n"
                              "FLANNEL_IPV6_NETWORK=2001:cafe:42::/56\n"
                              "FLANNEL_IPV6_SUBNET=2001:cafe:42:1::1/64\n"
                              "FLANNEL_MTU=1430\n"
                              "FLANNEL_IPMASQ=false\n");
    env.networks.v4 = env.subnets.v4 = (struct felt_cidr){0};
    felt_subnet_env_render(&env, text);
    assert_string_equal(text, "FLANNEL_IPV6_NETWORK=2001:cafe:42::/56\n"
                              "FLANNEL_IPV6_SUBNET=2001:cafe:42:1::1/64\n"
                              "FLANNEL_MTU=1430\n"
                              "FLANNEL_IPMASQ=false\n");
}

static void writing_makes_the_directory_and_the_file_readable_for_all(void **state)
{
    struct scratch *s = *state;
    struct felt_subnet_env env = example();
    bool written = false;
    char text[512];
    struct stat st;

    assert_int_equal(
        felt_subnet_env_write(scratch_path(s, "run/flannel/subnet.env"), &env, &written), 0);
    assert_true(written);
    scratch_read(s->path, text, sizeof(text));
    assert_string_equal(text, classic);
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(stat(scratch_path(s, "run/flannel"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
}

static void the_same_again_is_not_written_again(void **state)
{
    struct scratch *s = *state;
    struct felt_subnet_env env = example();
    struct stat before, after;
    bool written = true;

    assert_int_equal(felt_subnet_env_write(scratch_path(s, "e"), &env, &written), 0);
    assert_int_equal(stat(s->path, &before), 0);
    assert_int_equal(felt_subnet_env_write(s->path, &env, &written), 0);
    assert_false(written);
    assert_int_equal(stat(s->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    env.mtu = 1400;
    assert_int_equal(felt_subnet_env_write(s->path, &env, &written), 0);
    assert_true(written);
}

static void a_longer_file_that_begins_the_same_is_replaced(void **state)
{
    struct scratch *s = *state;
    struct felt_subnet_env env = example();
    char text[1024];
    bool written = false;

    snprintf(text, sizeof(text), "%s%0500d\n", classic, 0);
    scratch_write(scratch_path(s, "e"), text);
    assert_int_equal(felt_subnet_env_write(s->path, &env, &written), 0);
    assert_true(written);
    scratch_read(s->path, text, sizeof(text));
    assert_string_equal(text, classic);
}

static void a_directory_in_its_place_is_an_error(void **state)
{
    struct scratch *s = *state;
    struct felt_subnet_env env = example();
    bool written = false;

    assert_int_equal(mkdir(scratch_path(s, "e"), 0755), 0);
    assert_int_equal(felt_subnet_env_write(s->path, &env, &written), -EISDIR);
    assert_false(written);
}

static void the_subnet_of_an_earlier_run_is_read_back_as_a_network(void **state)
{
    static const char *const good[] = {
        classic,
        "FLANNEL_SUBNET=10.5.72.1/24", /* no line end */
        "FLANNEL_SUBNET=\"10.5.72.1/24\"\r\n",
        "FLANNEL_SUBNET='10.5.72.1/24'\nX=1\n",
        "  FLANNEL_SUBNET=10.5.72.1/24  \n",
        "FLANNEL_SUBNET=10.9.9.1/24\nFLANNEL_SUBNET=10.5.72.1/24\n",
    };
    struct scratch *s = *state;
    struct felt_dual subnets;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        scratch_write(scratch_path(s, "e"), good[i]);
        if (felt_subnet_env_read_subnets(s->path, &subnets) != 0)
            fail_msg("not read: %s", good[i]);
        assert_string_equal(FELT_DUAL(&subnets), "10.5.72.0/24");
    }
    scratch_write(scratch_path(s, "e"), "FLANNEL_SUBNET=10.5.72.1/24\n"
                                        "FLANNEL_IPV6_NETWORK=fc00::/48\n"
                                        "FLANNEL_IPV6_SUBNET=fc00:0:0:48::1/64\n");
    assert_int_equal(felt_subnet_env_read_subnets(s->path, &subnets), 0);
    assert_string_equal(FELT_DUAL(&subnets), "10.5.72.0/24,fc00:0:0:48::/64");
    scratch_write(scratch_path(s, "e"), "FLANNEL_IPV6_SUBNET=fc00:0:0:48::1/64\n");
    assert_int_equal(felt_subnet_env_read_subnets(s->path, &subnets), 0);
    assert_string_equal(FELT_DUAL(&subnets), "fc00:0:0:48::/64");
}

static void what_docker_or_damage_left_is_no_wish_and_no_failure(void **state)
{
    static const char *const bad[] = {
        "",
        "DOCKER_OPT_BIP=\"--bip=10.5.72.1/24\"\nDOCKER_NETWORK_OPTIONS=\" --bip=10.5.72.1/24\"\n",
        "FLANNEL_SUBNET=\n",
        "FLANNEL_SUBNET=10.5.72.1\n",
        "FLANNEL_SUBNET=10.5.72.1/24,10.5.73.1/24\n",
        "FLANNEL_SUBNET=\"10.5.72.1/24\n",
        "FLANNEL_SUBNET=\"",
        "#FLANNEL_SUBNET=10.5.72.1/24\n",
        "XFLANNEL_SUBNET=10.5.72.1/24\n",
        "FLANNEL_SUBNET=2001:db8::1/64\n",
        "FLANNEL_IPV6_SUBNET=10.5.72.1/24\n",
        "\xff\xfe\x01",
    };
    struct scratch *s = *state;
    struct felt_dual subnets = {.v4.len = 77};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        scratch_write(scratch_path(s, "e"), bad[i]);
        if (felt_subnet_env_read_subnets(s->path, &subnets) != -ENODATA)
            fail_msg("read: %s", bad[i]);
        assert_int_equal(subnets.v4.len, 77);
    }
    assert_int_equal(felt_subnet_env_read_subnets(scratch_path(s, "none"), &subnets), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_lines_are_flannels_to_the_byte),
        cmocka_unit_test(of_both_families_there_are_six_lines_and_of_ipv6_alone_four),
        cmocka_unit_test(the_longest_values_fit),
        SCRATCH_TEST(writing_makes_the_directory_and_the_file_readable_for_all),
        SCRATCH_TEST(the_same_again_is_not_written_again),
        SCRATCH_TEST(a_longer_file_that_begins_the_same_is_replaced),
        SCRATCH_TEST(a_directory_in_its_place_is_an_error),
        SCRATCH_TEST(the_subnet_of_an_earlier_run_is_read_back_as_a_network),
        SCRATCH_TEST(what_docker_or_damage_left_is_no_wish_and_no_failure),
    };

    return RUN_TESTS(tests);
}
