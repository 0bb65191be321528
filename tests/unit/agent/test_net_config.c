/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>

#include "agent/net_config.h"
#include "tests/unit/agent/scratch.h"

static struct felt_options options_with(struct scratch *s, const char *name)
{
    return (struct felt_options){.net_config_path = scratch_path(s, name)};
}

static struct felt_net_config loaded(const struct felt_options *o)
{
    struct felt_net_config c;
    struct felt_options_error error;

    if (felt_net_config_load(o, &c, &error) != 0)
        fail_msg("%s", error.text);
    return c;
}

static void without_a_word_the_default_network_is_taken(void **state)
{
    struct felt_options o = options_with(*state, "none");
    struct felt_net_config c = loaded(&o);

    assert_int_equal(c.source, FELT_NET_CONFIG_DEFAULT);
    assert_string_equal(FELT_CIDR(&c.config.network), "10.244.0.0/16");
    assert_int_equal(c.config.backend, FELT_BACKEND_VXLAN);
}

static void the_file_is_taken_as_it_is_but_for_blanks_at_its_end(void **state)
{
    struct felt_options o = options_with(*state, "net-conf.json");
    struct felt_net_config c;

    scratch_write(o.net_config_path, "{ \"Network\": \"172.17.0.0/16\" }\n\n");
    c = loaded(&o);
    assert_int_equal(c.source, FELT_NET_CONFIG_FILE);
    assert_string_equal(c.text, "{\"Network\":\"172.17.0.0/16\"}");
    assert_string_equal(FELT_CIDR(&c.config.network), "172.17.0.0/16");
}

static void the_short_cuts_win_over_the_default_file(void **state)
{
    struct felt_options o = options_with(*state, "net-conf.json");
    struct felt_net_config c;

    scratch_write(o.net_config_path, "{\"Network\":\"172.17.0.0/16\"}");
    o.backend = "host-gw";
    c = loaded(&o);
    assert_int_equal(c.source, FELT_NET_CONFIG_OPTIONS);
    assert_string_equal(c.text,
                        "{\"Network\":\"10.244.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}");
    o.backend = NULL;
    assert_int_equal(felt_cidr_parse("10.9.0.0/16", &o.network.v4), 0);
    c = loaded(&o);
    assert_string_equal(c.text, "{\"Network\":\"10.9.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
    assert_int_equal(felt_cidr_parse("fc00::/48", &o.network.v6), 0);
    c = loaded(&o);
    assert_string_equal(c.text, "{\"Network\":\"10.9.0.0/16\",\"EnableIPv6\":true,"
                                "\"IPv6Network\":\"fc00::/48\",\"Backend\":{\"Type\":\"vxlan\"}}");
    o.network.v4 = (struct felt_cidr){0};
    c = loaded(&o);
    assert_string_equal(c.text, "{\"EnableIPv4\":false,\"EnableIPv6\":true,"
                                "\"IPv6Network\":\"fc00::/48\",\"Backend\":{\"Type\":\"vxlan\"}}");
}

static void refused(const struct felt_options *o, int want, const char *text)
{
    struct felt_net_config c = {.source = FELT_NET_CONFIG_DEFAULT};
    struct felt_options_error error = {""};

    assert_int_equal(felt_net_config_load(o, &c, &error), want);
    if (!strstr(error.text, text))
        fail_msg("'%s' is not in '%s'", text, error.text);
    assert_string_equal(c.text, "");
}

static void a_file_that_was_asked_for_must_be_there(void **state)
{
    struct felt_options o = options_with(*state, "none");

    o.net_config_explicit = true;
    refused(&o, -ENOENT, "/none: No such file or directory");
}

static void a_bad_file_is_named_with_what_is_wrong(void **state)
{
    struct felt_options o = options_with(*state, "bad.json");
    char text[FELT_NETCONF_TEXT_MAX + 3], want[128];

    scratch_write(o.net_config_path, "{\n\"Network\": }\n");
    refused(&o, -EINVAL, "/bad.json: malformed JSON at line 2, column 12");
    scratch_write(o.net_config_path, "");
    refused(&o, -EINVAL, "/bad.json: malformed JSON at line 1");
    memset(text, 'x', sizeof(text));
    memcpy(text, "{\"Network\":\"172.17.0.0/16\",\"x\":\"", 32);
    strcpy(text + FELT_NETCONF_TEXT_MAX - 1, "\"}");
    scratch_write(o.net_config_path, text);
    snprintf(want, sizeof(want), "/bad.json: the network configuration has %d bytes",
             FELT_NETCONF_TEXT_MAX + 1);
    refused(&o, -EINVAL, want);
}

static void a_long_file_with_much_white_space_is_taken(void **state)
{
    struct felt_options o = options_with(*state, "long.json");
    char text[4 * FELT_NETCONF_TEXT_MAX];
    struct felt_net_config c;

    memset(text, '\n', sizeof(text));
    memcpy(text, "{ \"Network\":", 12);
    strcpy(text + sizeof(text) - 20, "\"10.9.0.0/16\" }");
    scratch_write(o.net_config_path, text);
    c = loaded(&o);
    assert_string_equal(c.text, "{\"Network\":\"10.9.0.0/16\"}");
}

static void a_bad_short_cut_is_named(void **state)
{
    struct felt_options o = options_with(*state, "none");

    o.backend = "udp";
    refused(&o, -EINVAL, "--network, --backend: unknown backend type: udp");
    o.backend = NULL;
    assert_int_equal(felt_cidr_parse("10.9.0.0/30", &o.network.v4), 0);
    refused(&o, -EINVAL, "--network, --backend: network is too small");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(without_a_word_the_default_network_is_taken),
        SCRATCH_TEST(the_file_is_taken_as_it_is_but_for_blanks_at_its_end),
        SCRATCH_TEST(the_short_cuts_win_over_the_default_file),
        SCRATCH_TEST(a_file_that_was_asked_for_must_be_there),
        SCRATCH_TEST(a_bad_file_is_named_with_what_is_wrong),
        SCRATCH_TEST(a_long_file_with_much_white_space_is_taken),
        SCRATCH_TEST(a_bad_short_cut_is_named),
    };

    return RUN_TESTS(tests);
}
