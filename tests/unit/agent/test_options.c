/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/agent/options_parse.h"

static void without_anything_every_option_has_its_default(void **state)
{
    struct felt_options o = parsed(NO_ARGS, NO_ENV);

    (void)state;
    assert_false(o.help || o.version || o.ip_masq || o.net_config_explicit);
    assert_true(felt_dual_is_none(&o.network));
    assert_int_equal(o.subnet.ip.family, FELT_FAMILY_NONE);
    assert_int_equal(o.public_ip.family, FELT_FAMILY_NONE);
    assert_null(o.backend);
    assert_null(o.key_file);
    assert_string_equal(o.net_config_path, "/etc/felt/net-conf.json");
    assert_string_equal(FELT_ENDPOINT(&o.bind), "0.0.0.0:8470");
    assert_string_equal(o.state_dir, "/var/lib/felt");
    assert_string_equal(o.control_socket, "/run/felt/feltd.sock");
    assert_string_equal(o.subnet_file, "/run/flannel/subnet.env");
    assert_string_equal(o.node_name, "host7");
    assert_string_equal(o.token, "");
    assert_int_equal(o.n_seeds + o.iface.n + o.iface_regex.n + o.n_ignored, 0);
    assert_int_equal(o.on_lease_lost, FELT_ON_LEASE_LOST_RENUMBER);
    assert_int_equal(o.log_level, FELT_LOG_INFO);
}

static void one_dash_or_two_and_a_blank_or_an_equals_sign_are_the_same(void **state)
{
    static char *const spellings[][4] = {
        {"feltd", "-state-dir", "/x", NULL},
        {"feltd", "--state-dir", "/x", NULL},
        {"feltd", "-state-dir=/x", NULL},
        {"feltd", "--state-dir=/x", NULL},
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct felt_options o = parsed(spellings[i], NO_ENV);

        assert_string_equal(o.state_dir, "/x");
    }
}

static void every_option_is_taken(void **state)
{
    struct felt_options o = parsed(
        ARGS("--network", "10.5.7.9/16", "--backend", "host-gw", "--key-file", "/k", "--node-name",
             "n1", "--subnet", "10.5.3.1/24", "--on-lease-lost", "exit", "--state-dir", "/s",
             "--bind", "192.0.2.1:99", "--iface", "eth0", "--iface", "192.0.2.1", "--iface-regex",
             "eth.{1,2}", "--public-ip", "198.51.100.1", "--subnet-file", "/f", "--ip-masq",
             "--control-socket", "/c", "--log-level", "debug"),
        NO_ENV);

    (void)state;
    assert_string_equal(FELT_DUAL(&o.network), "10.5.0.0/16");
    assert_string_equal(o.backend, "host-gw");
    assert_string_equal(o.key_file, "/k");
    assert_string_equal(o.node_name, "n1");
    assert_string_equal(FELT_CIDR(&o.subnet), "10.5.3.0/24");
    assert_int_equal(o.on_lease_lost, FELT_ON_LEASE_LOST_EXIT);
    assert_string_equal(o.state_dir, "/s");
    assert_string_equal(FELT_ENDPOINT(&o.bind), "192.0.2.1:99");
    assert_int_equal(o.iface.n, 2);
    assert_string_equal(o.iface.items[0], "eth0");
    assert_string_equal(o.iface.items[1], "192.0.2.1");
    assert_int_equal(o.iface_regex.n, 1);
    assert_string_equal(o.iface_regex.items[0], "eth.{1,2}");
    assert_string_equal(FELT_IP(&o.public_ip), "198.51.100.1");
    assert_string_equal(o.subnet_file, "/f");
    assert_true(o.ip_masq);
    assert_string_equal(o.control_socket, "/c");
    assert_int_equal(o.log_level, FELT_LOG_DEBUG);
}

static void a_boolean_is_false_only_behind_an_equals_sign(void **state)
{
    struct felt_options o;

    (void)state;
    o = parsed(ARGS("--ip-masq=false"), ENV("FELTD_IP_MASQ=true"));
    assert_false(o.ip_masq);
    o = parsed(ARGS("-ip-masq=T"), NO_ENV);
    assert_true(o.ip_masq);
    refused(ARGS("--ip-masq", "false"), NO_ENV, "unexpected argument 'false'");
    refused(ARGS("--ip-masq=maybe"), NO_ENV, "--ip-masq: 'maybe' is neither true nor false");
    refused(ARGS("--ip-masq="), NO_ENV, "--ip-masq: '' is neither true nor false");
}

static void the_last_of_two_wins_where_there_can_be_one(void **state)
{
    struct felt_options o = parsed(ARGS("--state-dir", "/a", "--state-dir", "/b"), NO_ENV);

    (void)state;
    assert_string_equal(o.state_dir, "/b");
}

/* ---- flanneld's other options ---- */

static void etcd_options_are_ignored_with_a_word_and_without_their_values(void **state)
{
    struct felt_options o =
        parsed(ARGS("-etcd-endpoints", "http://e:2379", "--etcd-password=hunter2",
                    "--subnet-lease-renew-margin=30", "--ip-masq"),
               ENV("FLANNELD_ETCD_PREFIX=/coreos.com/network"));

    (void)state;
    assert_true(o.ip_masq);
    assert_int_equal(o.n_ignored, 4);
    assert_string_equal(
        o.ignored[0],
        "--etcd-endpoints is ignored: feltd needs no etcd; felt-etcd-bridge takes it");
    assert_string_equal(
        o.ignored[1], "--etcd-password is ignored: feltd needs no etcd; felt-etcd-bridge takes it");
    assert_string_equal(
        o.ignored[3],
        "FLANNELD_ETCD_PREFIX is ignored: feltd needs no etcd; felt-etcd-bridge takes it");
}

static void kubernetes_options_are_refused_by_name(void **state)
{
    (void)state;
    refused(ARGS("--kube-subnet-mgr"), NO_ENV,
            "--kube-subnet-mgr: felt does not take subnets from Kubernetes");
    refused(ARGS("-kubeconfig-file", "/k"), NO_ENV, "--kubeconfig-file: felt does not");
    refused(NO_ARGS, ENV("FLANNELD_KUBE_API_URL=x"), "FLANNELD_KUBE_API_URL: felt does not");
    refused(ARGS("--kube-subnet-mgr=nonsense"), NO_ENV, "--kube-subnet-mgr: felt does not");
}

static void kubernetes_options_that_say_no_are_as_none(void **state)
{
    struct felt_options o =
        parsed(ARGS("--kube-subnet-mgr=false", "-kubeconfig-file", "", "--kube-api-url="),
               ENV("FLANNELD_KUBE_SUBNET_MGR=0"));

    (void)state;
    assert_int_equal(o.n_ignored, 0);
    o = parsed(ARGS("--set-node-network-unavailable", "--kube-annotation-prefix", "a.b"), NO_ENV);
    assert_int_equal(o.n_ignored, 2);
    assert_string_equal(o.ignored[0], "--set-node-network-unavailable is ignored: felt does not "
                                      "take subnets from Kubernetes");
}

static void flannels_verbosity_of_4_and_more_is_debug_unless_there_is_a_log_level(void **state)
{
    (void)state;
    assert_int_equal(parsed(ARGS("-v", "10"), NO_ENV).log_level, FELT_LOG_DEBUG);
    assert_int_equal(parsed(ARGS("-v=4"), NO_ENV).log_level, FELT_LOG_DEBUG);
    assert_int_equal(parsed(ARGS("--v=3"), NO_ENV).log_level, FELT_LOG_INFO);
    assert_int_equal(parsed(ARGS("-v=0"), NO_ENV).log_level, FELT_LOG_INFO);
    assert_int_equal(parsed(NO_ARGS, ENV("FLANNELD_V=5")).log_level, FELT_LOG_DEBUG);
    assert_int_equal(parsed(ARGS("-v=9", "--log-level=error"), NO_ENV).log_level, FELT_LOG_ERROR);
    refused(ARGS("-v", "-1"), NO_ENV, "--v: '-1' is not a number");
    refused(ARGS("-v", "99999"), NO_ENV, "--v: '99999' is not a number");
    refused(ARGS("-v=x"), NO_ENV, "--v: 'x' is not a number");
}

static void flannels_filters_of_the_log_are_ignored_with_a_word(void **state)
{
    struct felt_options o =
        parsed(ARGS("--vmodule=vxlan=9", "-log_backtrace_at", "main.go:1"), NO_ENV);

    (void)state;
    assert_int_equal(o.n_ignored, 2);
    assert_string_equal(o.ignored[0], "--vmodule is ignored: there is --log-level");
}

static void what_can_be_reached_and_the_blackhole_are_as_flannels(void **state)
{
    struct felt_options o = parsed(NO_ARGS, NO_ENV);

    (void)state;
    assert_int_equal(o.iface_can_reach.family, FELT_FAMILY_NONE);
    assert_false(o.ip_blackhole_route);
    o = parsed(ARGS("--iface-can-reach", "192.0.2.7"), ENV("FLANNELD_IP_BLACKHOLE_ROUTE=true"));
    assert_string_equal(FELT_IP(&o.iface_can_reach), "192.0.2.7");
    assert_true(o.ip_blackhole_route);
    o = parsed(NO_ARGS, ENV("FLANNELD_IFACE_CAN_REACH=2001:db8::7"));
    assert_string_equal(FELT_IP(&o.iface_can_reach), "2001:db8::7");
    refused(ARGS("--iface-can-reach=gateway"), NO_ENV,
            "--iface-can-reach: 'gateway' is not an IP address");
    refused(ARGS("--iface-can-reach=0.0.0.0"), NO_ENV,
            "--iface-can-reach: '0.0.0.0' is not an IP address");
}

/* ---- felt-httpd ---- */

static void http_is_asked_for_by_flannels_options_or_our_own(void **state)
{
    struct felt_options o = parsed(NO_ARGS, NO_ENV);

    (void)state;
    assert_int_equal(o.healthz.port, 0);
    assert_int_equal(o.metrics_listen.port, 0);
    o = parsed(ARGS("-healthz-port", "10254"), NO_ENV);
    assert_string_equal(FELT_ENDPOINT(&o.healthz), "0.0.0.0:10254");
    o = parsed(ARGS("--metrics-listen=127.0.0.1"),
               ENV("FLANNELD_HEALTHZ_IP=::1", "FLANNELD_HEALTHZ_PORT=65535"));
    assert_string_equal(FELT_ENDPOINT(&o.healthz), "[::1]:65535");
    assert_string_equal(FELT_ENDPOINT(&o.metrics_listen), "127.0.0.1:9470");
    assert_null(o.httpd_options_file);
    o = parsed(NO_ARGS, ENV("FELTD_HTTPD_OPTIONS_FILE=/run/felt/httpd.options"));
    assert_string_equal(o.httpd_options_file, "/run/felt/httpd.options");
    refused(ARGS("--healthz-port=65536"), NO_ENV, "--healthz-port: '65536' is not a port");
    refused(ARGS("--healthz-port=http"), NO_ENV, "--healthz-port: 'http' is not a port");
    refused(ARGS("--healthz-ip=localhost"), NO_ENV, "--healthz-ip: 'localhost' is not an IP");
    refused(ARGS("--metrics-listen=9470"), NO_ENV, "--metrics-listen: '9470' is not an address");
    refused(ARGS("--metrics-listen=127.0.0.1:0"), NO_ENV, "--metrics-listen: '127.0.0.1:0' is");
}

/* ---- the packet filter ---- */

static void rules_are_as_flannels_unless_told_otherwise(void **state)
{
    struct felt_options o = parsed(NO_ARGS, NO_ENV);

    (void)state;
    assert_false(o.ip_masq_fully_random_disable);
    assert_true(o.iptables_forward_rules);
    assert_int_equal(o.iptables_resync_sec, 5);
    assert_int_equal(o.n_ip_masq_excludes, 0);
    o = parsed(ARGS("--ip-masq-fully-random-disable"),
               ENV("FLANNELD_IPTABLES_FORWARD_RULES=false", "FLANNELD_IPTABLES_RESYNC=60"));
    assert_true(o.ip_masq_fully_random_disable);
    assert_false(o.iptables_forward_rules);
    assert_int_equal(o.iptables_resync_sec, 60);
}

static void excluded_networks_are_masked_and_of_either_family(void **state)
{
    struct felt_options o =
        parsed(ARGS("--ip-masq-exclude", "10.1.2.3/8", "--ip-masq-exclude=fd00::1/8"), NO_ENV);

    (void)state;
    assert_int_equal(o.n_ip_masq_excludes, 2);
    assert_string_equal(FELT_CIDR(&o.ip_masq_excludes[0]), "10.0.0.0/8");
    assert_string_equal(FELT_CIDR(&o.ip_masq_excludes[1]), "fd00::/8");
    o = parsed(NO_ARGS, ENV("FELTD_IP_MASQ_EXCLUDE=10.0.0.0/8,192.168.0.0/16"));
    assert_int_equal(o.n_ip_masq_excludes, 2);
}

static void sixteen_excluded_networks_are_taken_and_one_more_is_not(void **state)
{
    static char list[512] = "FELTD_IP_MASQ_EXCLUDE=10.0.0.0/8";
    struct felt_options o;

    (void)state;
    for (int i = 1; i < FELT_OPTIONS_LIST_MAX; i++)
        strcat(list, ",10.0.0.0/8");
    o = parsed(NO_ARGS, ENV(list));
    assert_int_equal(o.n_ip_masq_excludes, FELT_OPTIONS_LIST_MAX);
    strcat(list, ",10.0.0.0/8");
    refused(NO_ARGS, ENV(list), "FELTD_IP_MASQ_EXCLUDE: more than 16 times");
}

static void a_period_is_a_second_to_an_hour(void **state)
{
    static const char *const bad[] = {"0", "3601", "-1", "", "5s", " 5", "99999999999999999999"};

    (void)state;
    assert_int_equal(parsed(ARGS("--iptables-resync=1"), NO_ENV).iptables_resync_sec, 1);
    assert_int_equal(parsed(ARGS("--iptables-resync=3600"), NO_ENV).iptables_resync_sec, 3600);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        refused(ARGS("--iptables-resync", (char *)bad[i]), NO_ENV, "--iptables-resync: '");
}

/* ---- IPv6 ---- */

static void a_network_and_a_public_address_may_be_of_either_family(void **state)
{
    struct felt_options o = parsed(ARGS("--network=fc00::5/48,10.9.8.7/16", "--public-ipv6=fc00::1",
                                        "--public-ip=192.0.2.1", "--subnet=fc00:0:0:8::1/64"),
                                   NO_ENV);

    (void)state;
    assert_string_equal(FELT_DUAL(&o.network), "10.9.0.0/16,fc00::/48");
    assert_string_equal(FELT_IP(&o.public_ip6), "fc00::1");
    assert_string_equal(FELT_IP(&o.public_ip), "192.0.2.1");
    assert_string_equal(FELT_CIDR(&o.subnet), "fc00:0:0:8::/64");
    assert_false(o.bind_explicit);
    o = parsed(ARGS("--network=fc00::/48", "--bind=[::]:8470"),
               ENV("FLANNELD_PUBLIC_IPV6=2001:db8::7"));
    assert_string_equal(FELT_DUAL(&o.network), "fc00::/48");
    assert_string_equal(FELT_IP(&o.public_ip6), "2001:db8::7");
    assert_true(o.bind_explicit);
}

/* ---- refusals ---- */

static void what_is_no_option_is_named(void **state)
{
    (void)state;
    refused(ARGS("--bnid", "x"), NO_ENV, "--bnid: there is no such option");
    refused(ARGS("--bind-"), NO_ENV, "--bind-: there is no such option");
    refused(ARGS("--this-option-name-is-far-too-long-to-be-one"), NO_ENV,
            "--this-option-name-is-far-too-long-to-be-one: there is no such option");
    refused(ARGS("stray"), NO_ENV, "unexpected argument 'stray'");
    refused(ARGS("-"), NO_ENV, "unexpected argument '-'");
    refused(ARGS("--"), NO_ENV, "unexpected argument '--'");
    refused(ARGS("--=x"), NO_ENV, "unexpected argument '--=x'");
    refused(ARGS(""), NO_ENV, "unexpected argument ''");
    refused(ARGS("--bind"), NO_ENV, "--bind: the value is missing");
}

static void every_bad_value_is_named(void **state)
{
    static const struct {
        const char *argument;
        const char *want;
    } bad[] = {
        {"--network=10.0.0.0", "--network: '10.0.0.0' is not a network like 10.1.0.0/16"},
        {"--ip-masq-exclude=10.0.0.0", "--ip-masq-exclude: '10.0.0.0' is not a network like"},
        {"--network=,10.0.0.0/8", "--network: '' is not a network like 10.1.0.0/16"},
        {"--network=10.0.0.0/8,10.1.0.0/16",
         "--network: 10.1.0.0/16: a second network of the same"},
        {"--network=fc00::/48,fc00::/56", "--network: fc00::/56: a second network of the same"},
        {"--subnet=x", "--subnet: 'x' is not a network like"},
        {"--backend=a\"b", "--backend: 'a\"b' is not a backend"},
        {"--backend=", "--backend: '' is not a backend"},
        {"--bind=:8470", "--bind: ':8470' is not an address and port"},
        {"--bind=0.0.0.0:0", "--bind: '0.0.0.0:0' is not an address and port"},
        {"--bind=0.0.0.0:65536", "--bind: '0.0.0.0:65536' is not an address and port"},
        {"--public-ip=host", "--public-ip: 'host' is not an IP address"},
        {"--public-ip=127.0.0.1", "--public-ip: 127.0.0.1 cannot be reached from other machines"},
        {"--public-ip=0.0.0.0", "--public-ip: 0.0.0.0 cannot be reached from other machines"},
        {"--public-ip=2001:db8::1", "--public-ip: 2001:db8::1 is not an IPv4 address (there are"},
        {"--public-ipv6=192.0.2.1", "--public-ipv6: 192.0.2.1 is not an IPv6 address (there are"},
        {"--public-ipv6=::1", "--public-ipv6: ::1 cannot be reached from other machines"},
        {"--adopt-grace=8d", "--adopt-grace: '8d' is not a time like 30s"},
        {"--adopt-grace=never", "--adopt-grace: 'never' is not a time like 30s"},
        {"--lease-time=59s", "--lease-time: '59s' is not a time like 24h"},
        {"--lease-time=366d", "--lease-time: '366d' is not a time like 24h"},
        {"--lease-time=60", "--lease-time: '60' is not a time like 24h"},
        {"--on-lease-lost=panic", "--on-lease-lost: 'panic' is neither renumber nor exit"},
        {"--log-level=7", "--log-level: '7' is not one of error"},
        {"--state-dir=", "--state-dir: the path is empty"},
        {"--iface=", "--iface: the value is empty"},
        {"--node-name=", "--node-name: a name has 1 to 63 bytes"},
        {"--node-name=a b", "--node-name: 'a b' has a character that is blank"},
        {"--node-name=n\xc3\xb6", "--node-name: 'n\xc3\xb6' has a character that is blank"},
        {"--join=", "--join: '' is neither HOST[:PORT] nor a token"},
        {"--join=a:0", "--join: 'a:0' is neither"},
        {"--join=a:65536", "--join: 'a:65536' is neither"},
        {"--join=a:b", "--join: 'a:b' is neither"},
        {"--join=a b", "--join: 'a b' is neither"},
        {"--join=1.2.3", "--join: '1.2.3' is neither"},
        {"--join=0.0.0.0", "--join: '0.0.0.0' is neither"},
        {"--join=:8470", "--join: ':8470' is neither"},
    };

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(bad); i++)
        refused(ARGS((char *)bad[i].argument), NO_ENV, bad[i].want);
}

static void an_empty_public_ip_is_flannels_default(void **state)
{
    struct felt_options o = parsed(ARGS("--public-ip="), NO_ENV);

    (void)state;
    assert_int_equal(o.public_ip.family, FELT_FAMILY_NONE);
}

/* ---- limits ---- */

static void the_grace_of_adoption_is_a_week_at_most_and_may_be_none(void **state)
{
    (void)state;
    assert_int_equal(parsed(ARGS("--adopt-grace=1s"), NO_ENV).adopt_grace_sec, 1);
    assert_int_equal(parsed(ARGS("--adopt-grace=7d"), NO_ENV).adopt_grace_sec, 7 * 86400);
    assert_int_equal(parsed(ARGS("--adopt-grace=0"), NO_ENV).adopt_grace_sec, 0);
    assert_int_equal(parsed(ARGS("--ip-masq"), NO_ENV).adopt_grace_sec, 30);
}

static void a_lease_time_is_a_minute_to_a_year_or_never(void **state)
{
    (void)state;
    assert_int_equal(parsed(ARGS("--lease-time=60s"), NO_ENV).lease_time_sec, 60);
    assert_int_equal(parsed(ARGS("--lease-time=365d"), NO_ENV).lease_time_sec, 365 * 86400);
    assert_int_equal(parsed(ARGS("--lease-time=never"), NO_ENV).lease_time_sec, 0);
    assert_int_equal(parsed(ARGS("--lease-time=0"), NO_ENV).lease_time_sec, 0);
    assert_int_equal(parsed(ARGS("--network=10.0.0.0/8"), NO_ENV).lease_time_sec, 86400);
}

static void a_name_of_63_bytes_is_taken_and_one_of_64_is_not(void **state)
{
    char argument[] =
        "--node-name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    struct felt_options o;

    (void)state;
    refused(ARGS(argument), NO_ENV, "--node-name: a name has 1 to 63 bytes");
    argument[strlen(argument) - 1] = '\0';
    o = parsed(ARGS(argument), NO_ENV);
    assert_int_equal(strlen(o.node_name), FELT_NAME_MAX);
}

static void a_host_name_that_is_no_node_name_asks_for_one(void **state)
{
    struct felt_options o;

    (void)state;
    assert_int_equal(felt_options_parse(1, NO_ARGS, NO_ENV, ".example", &o, &error), -EINVAL);
    assert_non_null(strstr(error.text, "--node-name"));
    assert_int_equal(
        felt_options_parse(3, ARGS("--node-name", "n"), NO_ENV, ".example", &o, &error), 0);
}

/* ---- help ---- */

static void help_and_version_are_seen_and_end_the_parsing(void **state)
{
    struct felt_options o;

    (void)state;
    o = parsed(ARGS("--help", "--nonsense"), ENV("FELTD_BIND=nonsense"));
    assert_true(o.help);
    o = parsed(ARGS("-h"), NO_ENV);
    assert_true(o.help);
    o = parsed(ARGS("-version", "x"), NO_ENV);
    assert_true(o.version);
    refused(ARGS("--nonsense", "--help"), NO_ENV, "--nonsense: there is no such option");
}

static void the_help_fits_a_terminal_and_names_the_defaults(void **state)
{
    char *text = NULL, *rest, *line;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    felt_options_print_help(out);
    fclose(out);
    assert_non_null(strstr(text, "--join TARGET"));
    assert_non_null(strstr(text, "(/run/flannel/subnet.env)"));
    rest = text;
    while ((line = strsep(&rest, "\n"))) {
        /* The prefix that felt is installed below is as long as it is. */
        if (strlen(line) > 80 && !strstr(line, "/felt-httpd)"))
            fail_msg("%zu columns: %s", strlen(line), line);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_anything_every_option_has_its_default),
        cmocka_unit_test(one_dash_or_two_and_a_blank_or_an_equals_sign_are_the_same),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(a_boolean_is_false_only_behind_an_equals_sign),
        cmocka_unit_test(the_last_of_two_wins_where_there_can_be_one),
        cmocka_unit_test(etcd_options_are_ignored_with_a_word_and_without_their_values),
        cmocka_unit_test(kubernetes_options_are_refused_by_name),
        cmocka_unit_test(http_is_asked_for_by_flannels_options_or_our_own),
        cmocka_unit_test(kubernetes_options_that_say_no_are_as_none),
        cmocka_unit_test(flannels_verbosity_of_4_and_more_is_debug_unless_there_is_a_log_level),
        cmocka_unit_test(flannels_filters_of_the_log_are_ignored_with_a_word),
        cmocka_unit_test(what_can_be_reached_and_the_blackhole_are_as_flannels),
        cmocka_unit_test(rules_are_as_flannels_unless_told_otherwise),
        cmocka_unit_test(excluded_networks_are_masked_and_of_either_family),
        cmocka_unit_test(sixteen_excluded_networks_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_period_is_a_second_to_an_hour),
        cmocka_unit_test(a_network_and_a_public_address_may_be_of_either_family),
        cmocka_unit_test(what_is_no_option_is_named),
        cmocka_unit_test(every_bad_value_is_named),
        cmocka_unit_test(an_empty_public_ip_is_flannels_default),
        cmocka_unit_test(the_grace_of_adoption_is_a_week_at_most_and_may_be_none),
        cmocka_unit_test(a_lease_time_is_a_minute_to_a_year_or_never),
        cmocka_unit_test(a_name_of_63_bytes_is_taken_and_one_of_64_is_not),
        cmocka_unit_test(a_host_name_that_is_no_node_name_asks_for_one),
        cmocka_unit_test(help_and_version_are_seen_and_end_the_parsing),
        cmocka_unit_test(the_help_fits_a_terminal_and_names_the_defaults),
    };

    return RUN_TESTS(tests);
}
