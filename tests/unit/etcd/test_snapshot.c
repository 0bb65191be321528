/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "etcd/feltd_reply.h"
#include "etcd/snapshot.h"

#define ID "0123456789abcdef0123456789abcdef"

static struct felt_netconf config_of(void)
{
    static const char json[] = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}";
    struct felt_netconf_error error;
    struct felt_netconf config;

    assert_int_equal(felt_netconf_parse(json, strlen(json), &config, &error), 0);
    return config;
}

static struct felt_snapshot snapshot_of(const char *text)
{
    _cleanup_(json_decrefp) json_t *state = json_loads(text, 0, NULL);
    struct felt_netconf config = config_of();
    struct felt_snapshot snapshot;

    assert_non_null(state);
    assert_int_equal(felt_snapshot_read(state, &config, &snapshot), 0);
    return snapshot;
}

static void what_feltd_knows_is_what_the_engine_is_told(void **state _unused_)
{
    struct felt_snapshot s = snapshot_of(
        "{\"on\":true,\"self\":true,\"ended\":false,"
        "\"leases\":[{\"subnet\":\"10.5.1.0/24\",\"node\":\"" ID "\",\"name\":\"h1\","
        "\"public_ip\":\"192.0.2.1\",\"backend\":\"vxlan\","
        "\"backend_data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"82:4b:b6:2f:54:4e\\\"}\"}],"
        "\"demands\":[{\"subnet\":\"10.5.9.0/24\",\"node\":\"" ID "\",\"name\":\"h2\","
        "\"public_ip\":\"192.0.2.2\"}],"
        "\"foreign\":[{\"subnet\":\"10.5.255.0/24\",\"public_ip\":\"192.0.2.3\","
        "\"backend\":null}]}");

    assert_true(s.felt.on);
    assert_false(s.ended);
    assert_int_equal(s.felt.n_own, 1);
    assert_int_equal(s.felt.own[0].slot, 0);
    assert_string_equal(s.felt.own[0].name, "h1");
    assert_int_equal(s.felt.own[0].node.b[1], 0x23);
    assert_true(s.felt.own[0].lease.has_device);
    assert_int_equal(s.felt.own[0].lease.device.mac[5], 0x4e);
    assert_int_equal(s.felt.n_demands, 1);
    assert_int_equal(s.felt.demands[0].slot, 8);
    assert_string_equal(FELT_IP(&s.felt.demands[0].public_ip), "192.0.2.2");
    assert_int_equal(s.felt.n_foreign, 1);
    assert_int_equal(s.felt.foreign[0].slot, 254);
    assert_string_equal(s.felt.foreign[0].lease.backend, "");
    felt_snapshot_done(&s);
}

static void the_mode_is_ours_only_where_it_is_on_and_beside_this_node(void **state _unused_)
{
    struct felt_snapshot s = snapshot_of("{\"on\":true,\"self\":false}");

    assert_false(s.felt.on);
    felt_snapshot_done(&s);
    s = snapshot_of("{\"on\":false,\"self\":true,\"ended\":true}");
    assert_false(s.felt.on);
    assert_true(s.ended);
    felt_snapshot_done(&s);
}

static void entries_that_make_no_sense_are_left_out(void **state _unused_)
{
    struct felt_snapshot s =
        snapshot_of("{\"leases\":[{},{\"subnet\":\"10.6.1.0/24\",\"node\":\"" ID "\"},"
                    "{\"subnet\":\"10.5.1.0/24\",\"node\":\"12\"},{\"subnet\":7},null,"
                    "{\"subnet\":\"10.5.2.0/24\",\"node\":\"" ID "\",\"public_ip\":\"fd00::1\"}],"
                    "\"demands\":7,\"foreign\":[{\"subnet\":\"10.5.0.0/24\"}]}");

    assert_int_equal(s.felt.n_own, 1);
    assert_int_equal(s.felt.own[0].slot, 1);
    assert_int_equal(s.felt.own[0].lease.public_ip.family, FELT_FAMILY_NONE);
    assert_int_equal(s.felt.n_demands, 0);
    assert_int_equal(s.felt.n_foreign, 0);
    felt_snapshot_done(&s);
}

static void more_demands_than_the_engine_takes_wait(void **state _unused_)
{
    json_t *list = json_array(), *root;
    struct felt_netconf config = config_of();
    struct felt_snapshot s;

    for (int i = 0; i < FELT_FLANNEL_DEMANDS_MAX + 1; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "subnet", "10.5.1.0/24", "node", ID));
    root = json_pack("{s:o}", "demands", list);
    assert_int_equal(felt_snapshot_read(root, &config, &s), 0);
    assert_int_equal(s.felt.n_demands, FELT_FLANNEL_DEMANDS_MAX);
    felt_snapshot_done(&s);
    json_decref(root);
}

static void a_lease_is_read_as_it_was_written(void **state _unused_)
{
    struct felt_flannel_lease lease = {.backend = "vxlan",
                                       .has_device = true,
                                       .device = {.vni = 1, .mac = {2, 0, 0, 0, 0, 1}}},
                              again;
    json_t *entry = json_object();

    assert_int_equal(felt_ip_parse("192.0.2.1", &lease.public_ip), 0);
    assert_int_equal(felt_ip_parse("2001:db8::1", &lease.public_ip6), 0);
    assert_int_equal(felt_feltd_lease_write(entry, &lease), 0);
    felt_feltd_lease_read(entry, &again);
    assert_true(felt_flannel_lease_equal(&lease, &again));
    lease = (struct felt_flannel_lease){0};
    assert_int_equal(felt_feltd_lease_write(entry, &lease), 0);
    assert_true(json_is_null(json_object_get(entry, "public_ip")));
    assert_true(json_is_null(json_object_get(entry, "backend")));
    json_decref(entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_feltd_knows_is_what_the_engine_is_told),
        cmocka_unit_test(the_mode_is_ours_only_where_it_is_on_and_beside_this_node),
        cmocka_unit_test(entries_that_make_no_sense_are_left_out),
        cmocka_unit_test(more_demands_than_the_engine_takes_wait),
        cmocka_unit_test(a_lease_is_read_as_it_was_written),
    };

    return RUN_TESTS(tests);
}
