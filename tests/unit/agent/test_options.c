/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/options.h"

#define ARGS(...) ((char *const[]){"feltd", __VA_ARGS__, NULL})
#define NO_ARGS   ((char *const[]){"feltd", NULL})
#define ENV(...)  ((char *const[]){__VA_ARGS__, NULL})
#define NO_ENV    ((char *const[]){NULL})

static struct felt_options_error error;

static int parse(char *const *argv, char *const *envp, struct felt_options *ret)
{
    int argc = 0;

    while (argv[argc])
        argc++;
    error.text[0] = '\0';
    return felt_options_parse(argc, argv, envp, "host7.example.org", ret, &error);
}

static struct felt_options parsed(char *const *argv, char *const *envp)
{
    struct felt_options o;

    if (parse(argv, envp, &o) != 0)
        fail_msg("%s", error.text);
    return o;
}

/* Refused, with a message that begins with `want`, has one line, and points to the help. */
static void refused(char *const *argv, char *const *envp, const char *want)
{
    static struct felt_options before, o;

    memset(&before, 0x5a, sizeof(before));
    memset(&o, 0x5a, sizeof(o));
    if (parse(argv, envp, &o) != -EINVAL)
        fail_msg("accepted, want: %s", want);
    if (strncmp(error.text, want, strlen(want)) != 0)
        fail_msg("got '%s', want '%s'", error.text, want);
    assert_null(strchr(error.text, '\n'));
    assert_non_null(strstr(error.text, "; see 'feltd --help'"));
    assert_memory_equal(&o, &before, sizeof(o));
}

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

/* ---- environment ---- */

static void the_command_line_wins_over_felts_variable_and_that_over_flannels(void **state)
{
    struct felt_options o;

    (void)state;
    o = parsed(ARGS("--subnet-file=/line"),
               ENV("FELTD_SUBNET_FILE=/felt", "FLANNELD_SUBNET_FILE=/fl"));
    assert_string_equal(o.subnet_file, "/line");
    o = parsed(NO_ARGS, ENV("FLANNELD_SUBNET_FILE=/fl", "FELTD_SUBNET_FILE=/felt"));
    assert_string_equal(o.subnet_file, "/felt");
    o = parsed(NO_ARGS, ENV("FLANNELD_SUBNET_FILE=/fl"));
    assert_string_equal(o.subnet_file, "/fl");
    o = parsed(ARGS("--iface=eth1"), ENV("FELTD_IFACE=eth2,eth3"));
    assert_int_equal(o.iface.n, 1);
}

static void an_empty_variable_is_none(void **state)
{
    struct felt_options o = parsed(NO_ARGS, ENV("FELTD_STATE_DIR=", "FELTD_IP_MASQ="));

    (void)state;
    assert_string_equal(o.state_dir, "/var/lib/felt");
    assert_false(o.ip_masq);
}

static void flannels_variables_count_only_for_what_flannel_has(void **state)
{
    struct felt_options o =
        parsed(NO_ARGS, ENV("FLANNELD_IFACE=eth0", "FLANNELD_IFACE_REGEX=e.{1,2}",
                            "FLANNELD_PUBLIC_IP=192.0.2.9", "FLANNELD_IP_MASQ=true",
                            "FLANNELD_NET_CONFIG_PATH=/n.json", "FLANNELD_STATE_DIR=/no",
                            "FLANNELD_BIND=nonsense"));

    (void)state;
    assert_string_equal(o.iface.items[0], "eth0");
    assert_string_equal(o.iface_regex.items[0], "e.{1,2}");
    assert_string_equal(FELT_IP(&o.public_ip), "192.0.2.9");
    assert_true(o.ip_masq);
    assert_string_equal(o.net_config_path, "/n.json");
    assert_true(o.net_config_explicit);
    assert_string_equal(o.state_dir, "/var/lib/felt");
    assert_string_equal(FELT_ENDPOINT(&o.bind), "0.0.0.0:8470");
}

static void a_list_in_a_variable_is_cut_at_commas_but_for_regular_expressions(void **state)
{
    struct felt_options o =
        parsed(NO_ARGS, ENV("FELTD_JOIN=a,b:99,[2001:db8::1]:7", "FELTD_IFACE=eth0,eth1",
                            "FELTD_IFACE_REGEX=e{1,2}"));

    (void)state;
    assert_int_equal(o.n_seeds, 3);
    assert_string_equal(o.seeds[1].host, "b");
    assert_int_equal(o.seeds[1].port, 99);
    assert_string_equal(o.seeds[2].host, "2001:db8::1");
    assert_int_equal(o.iface.n, 2);
    assert_int_equal(o.iface_regex.n, 1);
}

static void a_bad_variable_is_named(void **state)
{
    (void)state;
    refused(NO_ARGS, ENV("FELTD_BIND=here"), "FELTD_BIND: 'here' is not an address and port");
    refused(NO_ARGS, ENV("FLANNELD_PUBLIC_IP=1.2.3"),
            "FLANNELD_PUBLIC_IP: '1.2.3' is not an IP address");
    refused(NO_ARGS, ENV("FELTD_LOG_LEVEL=loud"), "FELTD_LOG_LEVEL: 'loud' is not one of error");
    refused(NO_ARGS, ENV("FELTD_JOIN=a,,b"), "FELTD_JOIN: '' is neither HOST[:PORT] nor a token");
}

static void a_line_wrap_in_a_value_is_recognised(void **state)
{
    (void)state;
    refused(NO_ARGS, ENV("FELTD_IFACE=eth0\n"),
            "FELTD_IFACE: the value has a line break or another control character");
    refused(ARGS("--node-name", "a\rb"), NO_ENV,
            "--node-name: the value has a line break or another control character");
}

/* systemd drops a second line without quotes, and splits $OPTIONS at one within quotes. */
static void a_value_that_ends_where_more_should_come_was_wrapped(void **state)
{
    struct felt_options o;

    (void)state;
    refused(NO_ARGS, ENV("FELTD_JOIN=192.0.2.1,192.0.2.2,"),
            "FELTD_JOIN: the value ends where more should come; was it wrapped onto a second line "
            "in an environment file?");
    refused(ARGS("--iface=eth0,"), NO_ENV, "--iface: the value ends where more should come");
    refused(NO_ARGS, ENV("FLANNELD_SUBNET_FILE=/run/\\"), "FLANNELD_SUBNET_FILE: the value ends");
    refused(ARGS("--etcd-endpoints=http://192.0.2.1:2379,", "http://192.0.2.2:2379"), NO_ENV,
            "unexpected argument 'http://192.0.2.2:2379' (a boolean takes its value after '='; a "
            "value that was wrapped in an environment file ends there)");
    o = parsed(NO_ARGS, ENV("FLANNELD_ETCD_ENDPOINTS=http://192.0.2.1:2379,"));
    assert_int_equal(o.n_ignored, 1);
    assert_string_equal(
        o.ignored[0],
        "FLANNELD_ETCD_ENDPOINTS is ignored: feltd needs no etcd; felt-etcd-bridge takes it; its "
        "value ends where more should come; was it wrapped onto a second line in an environment "
        "file?");
    o = parsed(NO_ARGS, ENV("FLANNELD_ETCD_PASSWORD=hunter\n2"));
    assert_non_null(strstr(o.ignored[0], "its value has a line break"));
    assert_null(strstr(o.ignored[0], "hunter"));
}

static void an_unknown_variable_of_felt_is_reported_and_ignored(void **state)
{
    struct felt_options o =
        parsed(NO_ARGS, ENV("FELTD_NETWROK=10.0.0.0/8", "FELTD_NETWORK=10.0.0.0/8"));

    (void)state;
    assert_int_equal(o.n_ignored, 1);
    assert_string_equal(o.ignored[0], "FELTD_NETWROK is ignored: there is no such option");
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

static void joining_and_founding_exclude_each_other(void **state)
{
    (void)state;
    refused(ARGS("--join=a", "--network=10.0.0.0/8"), NO_ENV,
            "--join and --network exclude each other");
    refused(ARGS("--backend=vxlan", "--join=a"), NO_ENV, "--join and --backend exclude each other");
    refused(ARGS("--join=a", "--net-config-path=/x"), NO_ENV,
            "--join and --net-config-path exclude each other");
    refused(ARGS("--join=a", "--reservations=/x"), NO_ENV,
            "--join and --reservations exclude each other");
    refused(ARGS("--join=a", "--lease-time=7d"), NO_ENV,
            "--join and --lease-time exclude each other");
    refused(ARGS("--join=a"), ENV("FELTD_NETWORK=10.0.0.0/8"),
            "--join and FELTD_NETWORK exclude each other");
    refused(ARGS("--net-config-path=/x", "--backend=vxlan"), NO_ENV,
            "--net-config-path and --backend exclude each other");
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

static void as_many_seeds_as_allowed_are_taken_and_one_more_is_not(void **state)
{
    char *argv[2 * (FELT_SEEDS_MAX + 1) + 2] = {"feltd"};
    struct felt_options o;

    (void)state;
    for (size_t i = 0; i <= FELT_SEEDS_MAX; i++) {
        argv[1 + 2 * i] = "--join";
        argv[2 + 2 * i] = "host";
    }
    refused(argv, NO_ENV, "--join: more than 16 seeds");
    argv[1 + 2 * FELT_SEEDS_MAX] = NULL;
    o = parsed(argv, NO_ENV);
    assert_int_equal(o.n_seeds, FELT_SEEDS_MAX);
    assert_string_equal(o.seeds[0].host, "host");
    assert_int_equal(o.seeds[0].port, FELT_PORT);
}

/* ---- tokens ---- */

static void make_token(char *text)
{
    struct felt_token token = {.n_seeds = 1};

    memset(token.key.secret, 7, sizeof(token.key.secret));
    assert_int_equal(felt_endpoint_parse("192.0.2.1:8470", 0, &token.seeds[0]), 0);
    felt_token_format(&token, text);
}

static void who_founds_with_others_may_join_and_found_and_needs_to_know_where_they_are(void **state)
{
    char token[FELT_TOKEN_TEXT_MAX];
    struct felt_options o;

    (void)state;
    o = parsed(ARGS("--bootstrap-expect=3", "--join=a", "--join=b", "--network=10.0.0.0/8"),
               NO_ENV);
    assert_int_equal(o.bootstrap_expect, 3);
    assert_int_equal(o.n_seeds, 2);
    assert_int_equal(parsed(ARGS("--bootstrap-expect=1"), NO_ENV).bootstrap_expect, 1);
    assert_int_equal(parsed(ARGS("--bootstrap-expect=16", "--join=a"), NO_ENV).bootstrap_expect,
                     FELT_EXPECT_MAX);
    assert_int_equal(parsed(NO_ARGS, NO_ENV).bootstrap_expect, 0);
    refused(ARGS("--bootstrap-expect=3"), NO_ENV, "--bootstrap-expect needs --join HOST");
    make_token(token);
    refused(ARGS("--bootstrap-expect=3", "--join", token), NO_ENV,
            "--bootstrap-expect and a token exclude each other");
    refused(ARGS("--bootstrap-expect=0", "--join=a"), NO_ENV,
            "--bootstrap-expect: '0' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=17", "--join=a"), NO_ENV,
            "--bootstrap-expect: '17' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=3x", "--join=a"), NO_ENV,
            "--bootstrap-expect: '3x' is not a number of machines from 1 to 16");
    refused(ARGS("--bootstrap-expect=+3", "--join=a"), NO_ENV,
            "--bootstrap-expect: '+3' is not a number of machines from 1 to 16");
}

static void a_token_is_taken_whole_beside_seeds(void **state)
{
    char text[FELT_TOKEN_TEXT_MAX], variable[FELT_TOKEN_TEXT_MAX + 32];
    struct felt_options o;

    (void)state;
    make_token(text);
    o = parsed(ARGS("--join", text, "--join", "h"), NO_ENV);
    assert_string_equal(o.token, text);
    assert_int_equal(o.n_seeds, 1);
    snprintf(variable, sizeof(variable), "FELTD_JOIN=%s,h", text);
    o = parsed(NO_ARGS, ENV(variable));
    assert_string_equal(o.token, text);
    refused(ARGS("--join", text, "--join", text), NO_ENV, "--join: a second token");
}

static void tokens_are_wiped_from_the_arguments_and_nothing_else_is(void **state)
{
    char name[] = "feltd", plain[] = "--join", host[] = "192.0.2.1", both[] = "--join=felt1-secret",
         alone[] = "felt1-abc", empty[] = "felt1-";
    char *argv[] = {name, plain, host, both, alone, empty, NULL};

    (void)state;
    felt_options_hide_tokens(6, argv);
    assert_string_equal(name, "feltd");
    assert_string_equal(plain, "--join");
    assert_string_equal(host, "192.0.2.1");
    assert_string_equal(both, "--join=felt1-xxxxxx");
    assert_string_equal(alone, "felt1-xxx");
    assert_string_equal(empty, "felt1-");
}

static void a_damaged_token_is_refused_and_never_shown(void **state)
{
    char text[FELT_TOKEN_TEXT_MAX];

    (void)state;
    make_token(text);
    text[20] ^= 1;
    refused(ARGS("--join", text), NO_ENV, "--join: the token is damaged");
    assert_null(strstr(error.text, text + 8));
    refused(ARGS(text), NO_ENV, "unexpected argument: a token belongs behind --join");
    assert_null(strstr(error.text, text + 8));
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
        if (strlen(line) > 80)
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
        cmocka_unit_test(the_command_line_wins_over_felts_variable_and_that_over_flannels),
        cmocka_unit_test(an_empty_variable_is_none),
        cmocka_unit_test(flannels_variables_count_only_for_what_flannel_has),
        cmocka_unit_test(a_list_in_a_variable_is_cut_at_commas_but_for_regular_expressions),
        cmocka_unit_test(a_bad_variable_is_named),
        cmocka_unit_test(a_line_wrap_in_a_value_is_recognised),
        cmocka_unit_test(an_unknown_variable_of_felt_is_reported_and_ignored),
        cmocka_unit_test(etcd_options_are_ignored_with_a_word_and_without_their_values),
        cmocka_unit_test(kubernetes_options_are_refused_by_name),
        cmocka_unit_test(http_is_asked_for_by_flannels_options_or_our_own),
        cmocka_unit_test(kubernetes_options_that_say_no_are_as_none),
        cmocka_unit_test(flannels_verbosity_of_4_and_more_is_debug_unless_there_is_a_log_level),
        cmocka_unit_test(flannels_filters_of_the_log_are_ignored_with_a_word),
        cmocka_unit_test(what_can_be_reached_and_the_blackhole_are_as_flannels),
        cmocka_unit_test(a_value_that_ends_where_more_should_come_was_wrapped),
        cmocka_unit_test(rules_are_as_flannels_unless_told_otherwise),
        cmocka_unit_test(excluded_networks_are_masked_and_of_either_family),
        cmocka_unit_test(sixteen_excluded_networks_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_period_is_a_second_to_an_hour),
        cmocka_unit_test(a_network_and_a_public_address_may_be_of_either_family),
        cmocka_unit_test(what_is_no_option_is_named),
        cmocka_unit_test(every_bad_value_is_named),
        cmocka_unit_test(an_empty_public_ip_is_flannels_default),
        cmocka_unit_test(
            who_founds_with_others_may_join_and_found_and_needs_to_know_where_they_are),
        cmocka_unit_test(joining_and_founding_exclude_each_other),
        cmocka_unit_test(the_grace_of_adoption_is_a_week_at_most_and_may_be_none),
        cmocka_unit_test(a_lease_time_is_a_minute_to_a_year_or_never),
        cmocka_unit_test(a_name_of_63_bytes_is_taken_and_one_of_64_is_not),
        cmocka_unit_test(a_host_name_that_is_no_node_name_asks_for_one),
        cmocka_unit_test(as_many_seeds_as_allowed_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_token_is_taken_whole_beside_seeds),
        cmocka_unit_test(tokens_are_wiped_from_the_arguments_and_nothing_else_is),
        cmocka_unit_test(a_damaged_token_is_refused_and_never_shown),
        cmocka_unit_test(help_and_version_are_seen_and_end_the_parsing),
        cmocka_unit_test(the_help_fits_a_terminal_and_names_the_defaults),
    };

    return RUN_TESTS(tests);
}
