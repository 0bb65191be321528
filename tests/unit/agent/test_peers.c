/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include "agent/peers.h"
#include "tests/unit/agent/no_bridge.h"

#define NOW       (1000 * FELT_USEC_SEC)
#define N_MEMBERS 4

/* ---- a node that answers what the test wants ---- */

struct felt_node {
    struct felt_member_view members[N_MEMBERS];
    uint32_t foreign_slot; /* somebody outside leases it; 0: none */
};

bool felt_node_next_member(const struct felt_node *node, felt_usec now _unused_, uint32_t *i,
                           struct felt_member_view *ret_view)
{
    if (*i >= N_MEMBERS)
        return false;
    *ret_view = node->members[(*i)++];
    return true;
}

bool felt_node_foreign(const struct felt_node *node, uint32_t slot,
                       struct felt_foreign *ret_foreign)
{
    if (node->foreign_slot == 0 || node->foreign_slot != slot)
        return false;
    *ret_foreign = (struct felt_foreign){.backend = FELT_FOREIGN_HOST_GW};
    return felt_ip_parse("192.0.2.9", &ret_foreign->ip) == 0;
}

/* ---- */

struct fixture {
    struct felt_node node;
    struct felt_netconf config;
    struct felt_self_view self;
    struct felt_peers peers;
};

static void tell_device(struct felt_member_view *m)
{
    m->has_backend = true;
    m->backend = FELT_BACKEND_VXLAN;
    strcpy(m->backend_data, "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:07\"}");
}

/* Four members, we are the first; each leases the slot of its number. */
static int set_up(void **state)
{
    static const char json[] = "{\"Network\":\"10.1.0.0/16\"}";
    struct fixture *f = calloc(1, sizeof(*f));
    struct felt_netconf_error error;

    if (!f || felt_netconf_parse(json, strlen(json), &f->config, &error) != 0)
        return -1;
    f->self = (struct felt_self_view){
        .in_cluster = true, .config = &f->config, .n_slots = 255, .n_members = N_MEMBERS};
    for (uint8_t i = 0; i < N_MEMBERS; i++) {
        struct felt_member_view *m = &f->node.members[i];
        char address[20];

        *m = (struct felt_member_view){.id = {{0xaa, (uint8_t)(N_MEMBERS - i)}},
                                       .self = i == 0,
                                       .state = FELT_MEMBER_ALIVE,
                                       .has_lease = true,
                                       .lease_slot = i};
        snprintf(address, sizeof(address), "192.0.2.%d", i + 1);
        assert_int_equal(felt_ip_parse(address, &m->public_ip), 0);
        tell_device(m);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    felt_peers_done(&f->peers);
    free(f);
    return 0;
}

static void collect(struct fixture *f, felt_usec now)
{
    assert_int_equal(felt_peers_collect(&f->peers, &f->node, &f->self, now), 0);
    assert_true(f->peers.n == f->peers.n_all);
}

/* The way to a member's subnet; NULL: there is none. */
static const struct felt_devices_peer *way_to(const struct fixture *f, uint32_t slot)
{
    struct felt_dual subnets = felt_netconf_subnets(&f->config, slot);
    const struct felt_devices_peer *found = NULL;

    for (size_t i = 0; i < f->peers.n; i++)
        if (felt_dual_equal(&f->peers.all[i].subnets, &subnets)) {
            assert_null(found);
            found = &f->peers.all[i];
        }
    return found;
}

/* What a new process of it says first: who it is, and what its disk tells. */
static void start_anew(struct fixture *f, uint32_t i, bool has_lease)
{
    f->node.members[i].has_backend = false;
    f->node.members[i].backend_data[0] = '\0';
    f->node.members[i].has_lease = has_lease;
}

static void who_has_told_is_a_peer_but_not_we(void **state)
{
    struct fixture *f = *state;

    collect(f, NOW);
    assert_int_equal(f->peers.n, N_MEMBERS - 1);
    assert_null(way_to(f, 0));
    assert_int_equal(way_to(f, 2)->ways[0].data.mac[5], 7);
    assert_true(f->peers.all_told);
    assert_int_equal(f->peers.wait_us, 0);
}

static void a_member_that_has_never_told_is_none(void **state)
{
    struct fixture *f = *state;

    start_anew(f, 2, true);
    collect(f, NOW);
    assert_null(way_to(f, 2));
    assert_false(f->peers.all_told);
    f->node.members[2].state = FELT_MEMBER_DEAD;
    collect(f, NOW);
    assert_true(f->peers.all_told);
}

static void the_way_to_who_starts_anew_stays_until_it_has_told(void **state)
{
    struct fixture *f = *state;

    for (int has_lease = 0; has_lease < 2; has_lease++) {
        collect(f, NOW);
        start_anew(f, 2, has_lease);
        for (int again = 0; again < 2; again++) { /* whatever else makes us look meanwhile */
            collect(f, NOW + FELT_USEC_SEC);
            assert_int_equal(f->peers.n, N_MEMBERS - 1);
            assert_non_null(way_to(f, 2));
            assert_int_equal(way_to(f, 2)->ways[0].data.mac[5], 7);
            assert_int_equal(f->peers.wait_us, FELT_PEERS_PATIENCE - FELT_USEC_SEC);
        }
        /* Its device may be another one now. */
        f->node.members[2].has_lease = true;
        tell_device(&f->node.members[2]);
        strcpy(f->node.members[2].backend_data, "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:08\"}");
        collect(f, NOW + 2 * FELT_USEC_SEC);
        assert_int_equal(way_to(f, 2)->ways[0].data.mac[5], 8);
        assert_int_equal(f->peers.wait_us, 0);
        tell_device(&f->node.members[2]);
    }
}

static void but_not_for_ever(void **state)
{
    struct fixture *f = *state;

    collect(f, NOW);
    start_anew(f, 2, true);
    collect(f, NOW + FELT_PEERS_PATIENCE - 1);
    assert_non_null(way_to(f, 2));
    assert_int_equal(f->peers.wait_us, 1);
    collect(f, NOW + FELT_PEERS_PATIENCE);
    assert_null(way_to(f, 2));
    assert_int_equal(f->peers.wait_us, 0);
}

static void nor_where_another_leases_its_subnet(void **state)
{
    struct fixture *f = *state;

    collect(f, NOW);
    start_anew(f, 2, false);
    f->node.members[3].lease_slot = 2;
    collect(f, NOW + 1);
    assert_int_equal(f->peers.n, N_MEMBERS - 2);
    assert_true(felt_id_equal(&way_to(f, 2)->id, &f->node.members[3].id));
}

static void nor_where_somebody_outside_of_the_cluster_does(void **state)
{
    struct fixture *f = *state;

    collect(f, NOW);
    start_anew(f, 2, true);
    f->node.foreign_slot = 2;
    collect(f, NOW + 1);
    assert_null(way_to(f, 2));
    assert_non_null(way_to(f, 1));
}

static void nor_to_who_has_lost_its_lease_or_left(void **state)
{
    struct fixture *f = *state;

    collect(f, NOW);
    f->node.members[1].has_lease = false;
    collect(f, NOW + 1);
    assert_null(way_to(f, 1));
    assert_non_null(way_to(f, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_has_told_is_a_peer_but_not_we, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_member_that_has_never_told_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_way_to_who_starts_anew_stays_until_it_has_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(but_not_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_where_another_leases_its_subnet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nor_where_somebody_outside_of_the_cluster_does, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nor_to_who_has_lost_its_lease_or_left, set_up, tear_down),
    };

    return RUN_TESTS(tests);
}
