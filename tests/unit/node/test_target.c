/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/target.h"

#define DUAL                                                                            \
    "{\"Network\":\"10.1.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:1::/48\"," \
    "\"Backend\":{\"Type\":\"vxlan\"}}"
#define SIX                                                                                   \
    "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd00:1::/48\",\"Backend\":{" \
    "\"Type\":\"vxlan\"}}"
#define MTU 1450

/* A founder of that network who has a device, and p, which has joined it. */
static struct scene *scene_of(const char *network)
{
    struct scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    bench_found(&s->b, network);
    peer_init(&s->p, 1);
    peer_init(&s->q, 2);
    peer_join(&s->p, &s->b);
    s->b.node->trials.mtu = MTU;
    return s;
}

static void scene_free(struct scene *s)
{
    bench_done(&s->b);
    peer_done(&s->p);
    peer_done(&s->q);
    free(s);
}

/* p says so of itself, with a lease that it owns. */
static void describe(struct scene *s, const char *backend)
{
    struct felt_descriptor *d = &s->p.descriptor;

    d->version++;
    d->has_lease = true;
    for (d->lease = 0; !felt_slot_map_owns(s->b.node->map, &s->p.identity.id, d->lease);)
        d->lease++;
    strcpy(d->backend, backend);
    peer_begin(&s->p);
    peer_write_self(&s->p);
    assert_int_equal(peer_send(&s->p, &s->b), FELT_VERDICT_TAKEN);
}

static bool find(const struct scene *s, unsigned half, struct felt_target *ret)
{
    return felt_target_find(s->b.node, felt_members_find(s->b.node->members, &s->p.identity.id),
                            half, ret);
}

/* O-1.1 */
static void a_network_has_one_half_or_two(void **state)
{
    static const struct {
        const char *network;
        uint8_t first, second;
    } cases[] = {{BENCH_CONFIG, FELT_FAMILY_V4, FELT_FAMILY_NONE},
                 {DUAL, FELT_FAMILY_V4, FELT_FAMILY_V6},
                 {SIX, FELT_FAMILY_V6, FELT_FAMILY_NONE}};

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        struct scene *s = scene_of(cases[i].network);
        struct felt_target t;

        assert_int_equal(felt_target_family(s->b.node, 0), cases[i].first);
        assert_int_equal(felt_target_family(s->b.node, 1), cases[i].second);
        assert_int_equal(felt_target_half(s->b.node, cases[i].first), 0);
        assert_int_equal(felt_target_half(s->b.node, FELT_FAMILY_NONE), FELT_PATHS);
        describe(s, "vxlan");
        assert_true(find(s, 0, &t));
        assert_int_equal(t.to.ip.family, cases[i].first);
        assert_int_equal(find(s, 1, &t), cases[i].second != FELT_FAMILY_NONE);
        assert_int_equal(t.to.ip.family,
                         cases[i].second ? cases[i].second : cases[i].first); /* or untouched */
        scene_free(s);
    }
}

/* O-1.1 */
static void an_end_is_where_the_lease_says(void **state)
{
    struct scene *s = scene_of(DUAL);
    struct felt_dual subnets;
    struct felt_target t;

    (void)state;
    assert_false(find(s, 0, &t)); /* it has told of no device */
    describe(s, "vxlan");
    subnets = felt_netconf_subnets(&s->b.node->config, s->p.descriptor.lease);
    assert_true(find(s, 0, &t));
    assert_true(felt_ip_equal(&t.to.ip, &subnets.v4.ip));
    assert_int_equal(t.to.port, s->p.descriptor.advertise.port);
    assert_true(find(s, 1, &t));
    assert_true(felt_ip_equal(&t.to.ip, &subnets.v6.ip));
    felt_slot_map_give(s->b.node->map, s->p.descriptor.lease, felt_node_id(s->b.node));
    assert_false(find(s, 0, &t)); /* the map does not confirm it */
    scene_free(s);
}

/* O-1.1: the bridge of the containers, where there is a gateway of that family to it. */
static void without_a_device_it_is_the_bridge(void **state)
{
    struct scene *s = scene_of(DUAL);
    struct felt_target t, second;

    (void)state;
    describe(s, "vxlan");
    assert_true(find(s, 0, &t));
    describe(s, "host-gw");
    assert_true(find(s, 0, &second));
    t.to.ip.bytes[3]++;
    assert_true(felt_endpoint_equal(&t.to, &second.to));
    assert_false(find(s, 1, &t)); /* neither has an address of IPv6 */
    s->p.descriptor.public_ip6 =
        (struct felt_ip){.family = FELT_FAMILY_V6, .bytes = {0x20, 1, [15] = 2}};
    describe(s, "host-gw");
    assert_false(find(s, 1, &t)); /* we have none */
    bench_step(&s->b, (struct felt_input){
                          .kind = FELT_INPUT_BACKEND,
                          .backend = {.type = FELT_BACKEND_VXLAN,
                                      .mtu = MTU,
                                      .data = "",
                                      .ways = &(struct felt_node_ways){
                                          .public_ip = felt_ip_v4(0xc0000201),
                                          .public_ip6 = {.family = FELT_FAMILY_V6, .bytes = {0x20}},
                                          .data6 = ""}}});
    assert_true(find(s, 1, &t));
    assert_int_equal(t.to.ip.bytes[15], 1);
    scene_free(s);
}

static void the_mtu_is_what_both_have(void **state)
{
    struct scene *s = scene_of(BENCH_CONFIG);
    struct felt_target t;

    (void)state;
    describe(s, "vxlan"); /* and no MTU */
    assert_true(find(s, 0, &t));
    assert_int_equal(t.mtu, MTU);
    s->p.descriptor.mtu = MTU - 50;
    describe(s, "vxlan");
    assert_true(find(s, 0, &t));
    assert_int_equal(t.mtu, MTU - 50);
    s->p.descriptor.mtu = MTU + 50;
    describe(s, "vxlan");
    assert_true(find(s, 0, &t));
    assert_int_equal(t.mtu, MTU);
    scene_free(s);
}

/* O-3.6 */
static void another_address_or_device_of_either_family_is_another_way(void **state)
{
    struct scene *s = scene_of(DUAL);
    struct felt_descriptor *d = &s->p.descriptor;
    uint64_t ways[5];

    (void)state;
    for (size_t i = 0; i < FELT_ARRAY_LEN(ways); i++) {
        struct felt_target t, second;

        if (i == 1)
            strcpy(d->backend_data, "{}");
        else if (i == 2)
            d->public_ip6 = (struct felt_ip){.family = FELT_FAMILY_V6, .bytes = {0x20, 1}};
        else if (i == 3)
            d->public_ip = felt_ip_v4(0xc0000263);
        else if (i == 4)
            strcpy(d->backend_data6, "{}");
        describe(s, "vxlan");
        assert_true(find(s, 0, &t) && find(s, 1, &second));
        assert_true(t.way == second.way);
        ways[i] = t.way;
        for (size_t k = 0; k < i; k++)
            assert_true(ways[k] != ways[i]);
    }
    scene_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_one_half_or_two),
        cmocka_unit_test(an_end_is_where_the_lease_says),
        cmocka_unit_test(without_a_device_it_is_the_bridge),
        cmocka_unit_test(the_mtu_is_what_both_have),
        cmocka_unit_test(another_address_or_device_of_either_family_is_another_way),
    };

    return RUN_TESTS(tests);
}
