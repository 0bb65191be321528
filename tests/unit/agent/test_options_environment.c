/* SPDX-License-Identifier: Apache-2.0 */
/* Options from the environment, feltd's variables and flanneld's. */
#include "tests/unit/test.h"

#include "tests/unit/agent/options_parse.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_command_line_wins_over_felts_variable_and_that_over_flannels),
        cmocka_unit_test(an_empty_variable_is_none),
        cmocka_unit_test(flannels_variables_count_only_for_what_flannel_has),
        cmocka_unit_test(a_list_in_a_variable_is_cut_at_commas_but_for_regular_expressions),
        cmocka_unit_test(a_bad_variable_is_named),
        cmocka_unit_test(a_line_wrap_in_a_value_is_recognised),
        cmocka_unit_test(a_value_that_ends_where_more_should_come_was_wrapped),
        cmocka_unit_test(an_unknown_variable_of_felt_is_reported_and_ignored),
    };

    return RUN_TESTS(tests);
}
