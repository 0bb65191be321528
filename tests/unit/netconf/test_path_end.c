/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <string.h>

#include "netconf/path_end.h"

static struct felt_netconf parsed(const char *json)
{
    struct felt_netconf_error error;
    struct felt_netconf config;

    assert_int_equal(felt_netconf_parse(json, strlen(json), &config, &error), 0);
    return config;
}

/* O-1.1 */
static void it_is_the_device_or_the_bridge_of_each_family(void **state)
{
    struct felt_netconf config = parsed("{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,"
                                        "\"IPv6Network\":\"fd00:1::/48\"}");
    struct felt_ip ip;

    (void)state;
    ip = felt_path_end(&config, FELT_BACKEND_VXLAN, 0, FELT_FAMILY_V4);
    assert_string_equal(FELT_IP(&ip), "10.1.1.0");
    ip = felt_path_end(&config, FELT_BACKEND_HOST_GW, 0, FELT_FAMILY_V4);
    assert_string_equal(FELT_IP(&ip), "10.1.1.1");
    ip = felt_path_end(&config, FELT_BACKEND_VXLAN, 1, FELT_FAMILY_V6);
    assert_string_equal(FELT_IP(&ip), "fd00:1:0:2::");
    ip = felt_path_end(&config, FELT_BACKEND_HOST_GW, 1, FELT_FAMILY_V6);
    assert_string_equal(FELT_IP(&ip), "fd00:1:0:2::1");
}

static void a_family_that_the_network_has_not_has_no_end(void **state)
{
    struct felt_netconf config = parsed("{\"Network\":\"10.1.0.0/16\"}");
    struct felt_ip ip;

    (void)state;
    ip = felt_path_end(&config, FELT_BACKEND_HOST_GW, 0, FELT_FAMILY_V6);
    assert_int_equal(ip.family, FELT_FAMILY_NONE);
    ip = felt_path_end(&config, FELT_BACKEND_HOST_GW, 0, FELT_FAMILY_NONE);
    assert_int_equal(ip.family, FELT_FAMILY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_device_or_the_bridge_of_each_family),
        cmocka_unit_test(a_family_that_the_network_has_not_has_no_end),
    };

    return RUN_TESTS(tests);
}
