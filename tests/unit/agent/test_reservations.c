/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/reservations.h"
#include "tests/unit/agent/scratch.h"

static struct felt_netconf network(void)
{
    static const char json[] = "{\"Network\":\"10.5.0.0/16\"}";
    struct felt_netconf_error error;
    struct felt_netconf config;

    assert_int_equal(felt_netconf_parse(json, strlen(json), &config, &error), 0);
    return config;
}

/* Why the file is refused. */
static const char *refusal(struct scratch *s, const char *text)
{
    static struct felt_failure error;
    struct felt_netconf config = network();
    struct felt_wanted *wanted = NULL;
    const char *path = scratch_path(s, "reservations.json");
    size_t n = 7;

    error.text[0] = '\0';
    if (text)
        scratch_write(path, text);
    assert_true(felt_reservations_load(path, &config, &wanted, &n, &error) < 0);
    assert_null(wanted);
    assert_int_equal(n, 7);
    assert_non_null(strstr(error.text, "reservations.json"));
    return error.text;
}

static void each_entry_is_a_subnet_and_an_address_or_a_name(void **state)
{
    _cleanup_(felt_freep) struct felt_wanted *wanted = NULL;
    struct felt_netconf config = network();
    struct felt_failure error;
    const char *path = scratch_path(*state, "reservations.json");
    char text[FELT_WHOM_TEXT];
    size_t n;

    scratch_write(path,
                  "[{\"PublicIP\":\"192.0.2.7\",\"Subnet\":\"10.5.34.0/24\",\"Expiration\":1},"
                  "{\"Node\":\"h8\",\"Subnet\":\"10.5.35.0/24\"}]");
    assert_int_equal(felt_reservations_load(path, &config, &wanted, &n, &error), 0);
    assert_int_equal(n, 2);
    assert_string_equal(felt_whom_format(&wanted[0].whom, text), "192.0.2.7");
    assert_string_equal(FELT_CIDR(&wanted[0].subnet), "10.5.34.0/24");
    assert_string_equal(felt_whom_format(&wanted[1].whom, text), "h8");
}

static void a_file_that_is_wrong_is_refused_and_the_entry_is_named(void **state)
{
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"{}", "it is no list of at most 4096 entries"},
        {"[1,\n2", "line 2, column"},
        {"[{\"Subnet\":\"10.5.1.0/24\"}]", "entry 1: it needs either PublicIP or Node"},
        {"[{\"PublicIP\":\"192.0.2.7\",\"Node\":\"h\",\"Subnet\":\"10.5.1.0/24\"}]",
         "entry 1: it needs either PublicIP or Node"},
        {"[{\"PublicIP\":\"h7\",\"Subnet\":\"10.5.1.0/24\"}]", "entry 1: 'h7' is no address"},
        {"[{\"Node\":\"192.0.2.7\",\"Subnet\":\"10.5.1.0/24\"}]",
         "entry 1: '192.0.2.7' is no name of a node"},
        {"[{\"Node\":\"h\",\"Subnet\":\"10.5.1.0\"}]", "entry 1: its Subnet is no subnet"},
        {"[{\"Node\":\"h\",\"Subnet\":\"10.6.1.0/24\"}]",
         "entry 1: 10.6.1.0/24 is no subnet of the network configuration"},
        {"[{\"Node\":\"h\",\"Subnet\":\"10.5.1.0/24\"},{\"Node\":\"i\",\"Subnet\":\"10.5.1.0/24\"}]",
         "entries 1 and 2 have the same subnet, 10.5.1.0/24"},
        {"[{\"Node\":\"h\",\"Subnet\":\"10.5.1.0/24\"},{\"Node\":\"h\",\"Subnet\":\"10.5.2.0/24\"}]",
         "entries 1 and 2 are for the same node or address"},
    };

    for (size_t i = 0; i < FELT_ARRAY_LEN(wrong); i++) {
        const char *why = refusal(*state, wrong[i].text);

        if (!strstr(why, wrong[i].why))
            fail_msg("%s, but not: %s", why, wrong[i].why);
    }
}

static void a_file_that_is_not_there_is_refused(void **state)
{
    assert_non_null(strstr(refusal(*state, NULL), "No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(each_entry_is_a_subnet_and_an_address_or_a_name),
        SCRATCH_TEST(a_file_that_is_wrong_is_refused_and_the_entry_is_named),
        SCRATCH_TEST(a_file_that_is_not_there_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
