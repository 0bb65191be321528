/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/node/scene.h"

#include <string.h>

#include "node/core.h"
#include "node/own.h"
#include "tests/support/world.h"

static struct felt_descriptor own(const struct scene *s)
{
    return bench_said_by(&s->b, felt_node_id(s->b.node));
}

/* The peer shows an entry of a slot with a later seq. */
static void take_slots(struct scene *s, uint32_t first, uint32_t count)
{
    struct felt_message m = {.type = FELT_MESSAGE_SLOTS};

    m.slots.era = 1;
    m.slots.total = 255;
    m.slots.first = first;
    m.slots.n = 1;
    m.slots.runs[0] =
        (struct felt_run){.count = count, .owner = s->p.identity.id, .term = 1, .seq = 100};
    assert_int_equal(peer_tell(&s->p, &s->b, &m), FELT_VERDICT_TAKEN);
}

static void set_backend(struct scene *s, uint32_t mtu, const char *data)
{
    struct felt_input in = {.kind = FELT_INPUT_BACKEND};

    in.backend.type = FELT_BACKEND_VXLAN;
    in.backend.mtu = mtu;
    in.backend.data = data;
    in.backend.ways = NULL;
    bench_step(&s->b, in);
}

/* G-2.3 */
static void the_first_descriptor_has_the_sessions_first_version_and_verifies(void **state)
{
    struct scene *s = *state;
    const struct felt_member *self = felt_members_peek(s->b.node->members, FELT_MEMBER_SELF);
    const struct felt_signed_descriptor *d = self->descriptor;

    assert_string_equal(own(s).name, "bench");
    assert_true(d->version > felt_session_floor(1));
    assert_true(d->version < felt_session_floor(2));
    assert_true(self->incarnation == felt_session_floor(1));
    assert_true(
        felt_identity_verify(own(s).public_key, felt_bytes(d->body, d->body_len), d->signature));
}

static void set_address(struct scene *s, const char *advertise, const char *public_ip)
{
    struct felt_input in = {.kind = FELT_INPUT_ADDRESS};

    assert_int_equal(felt_endpoint_parse(advertise, 0, &in.address.advertise), 0);
    assert_int_equal(felt_ip_parse(public_ip, &in.address.public_ip), 0);
    bench_step(&s->b, in);
}

/* G-5.8 */
static void another_address_is_told_once_and_lease_session_and_incarnation_stay(void **state)
{
    struct scene *s = *state;
    const struct felt_member *self = felt_members_peek(s->b.node->members, FELT_MEMBER_SELF);
    uint64_t session = s->b.node->session, incarnation = self->incarnation;
    uint64_t version = own(s).version;
    uint32_t lease = own(s).lease;
    felt_usec round_us = s->b.node->introduction.round_us;
    struct felt_descriptor d;

    assert_true(own(s).has_lease);
    set_address(s, "198.51.100.7:8470", "198.51.100.7");
    d = own(s);
    assert_true(d.version == version + 1);
    assert_string_equal(FELT_ENDPOINT(&d.advertise), "198.51.100.7:8470");
    assert_string_equal(FELT_IP(&d.public_ip), "198.51.100.7");
    assert_true(own(s).has_lease);
    assert_int_equal(own(s).lease, lease);
    assert_true(s->b.node->session == session);
    assert_true(self->incarnation == incarnation);
    assert_true(s->b.node->introduction.round_us <= round_us);
    assert_true(s->b.node->introduction.round_us <= s->b.node->now + 2 * FELT_USEC_SEC);
    set_address(s, "198.51.100.7:8470", "198.51.100.7");
    assert_true(own(s).version == version + 1);
}

static void where_the_device_goes_over_the_other_family_its_address_is_left_to_it(void **state)
{
    struct felt_node_ways ways = {.data6 = ""};
    struct felt_input in = {.kind = FELT_INPUT_BACKEND};
    struct scene *s = *state;
    struct felt_descriptor d;

    assert_int_equal(felt_ip_parse("2001:db8::7", &ways.public_ip), 0);
    in.backend.type = FELT_BACKEND_VXLAN;
    in.backend.mtu = 1430;
    in.backend.data = "{\"VNI\":1}";
    in.backend.ways = &ways;
    bench_step(&s->b, in);
    set_address(s, "198.51.100.7:8470", "198.51.100.7");
    d = own(s);
    assert_string_equal(FELT_IP(&d.public_ip), "2001:db8::7");
    assert_string_equal(FELT_ENDPOINT(&d.advertise), "198.51.100.7:8470");
}

static void a_device_is_announced_once_under_a_newer_version(void **state)
{
    struct scene *s = *state;
    uint64_t version = own(s).version;

    set_backend(s, 1450, "{\"VNI\":1}");
    assert_true(own(s).version == version + 1);
    assert_string_equal(own(s).backend, "vxlan");
    assert_string_equal(own(s).backend_data, "{\"VNI\":1}");
    assert_int_equal(own(s).mtu, 1450);
    assert_true(own(s).has_lease); /* the rest stays */
    assert_non_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    set_backend(s, 1450, "{\"VNI\":1}");
    assert_true(own(s).version == version + 1);
    assert_null(bench_event(&s->b, FELT_EVENT_PEER_CHANGED));
    set_backend(s, 1400, "{\"VNI\":1}");
    assert_true(own(s).version == version + 2);
}

static void a_second_way_is_announced_and_taken_back(void **state)
{
    struct felt_node_ways ways = {.public_ip = felt_ip_v4(0xc0000207), .data6 = "{\"VNI\":2}"};
    struct felt_input in = {.kind = FELT_INPUT_BACKEND};
    struct scene *s = *state;
    uint64_t version = own(s).version;
    struct felt_ip before = own(s).public_ip;
    struct felt_descriptor d;

    assert_int_equal(felt_ip_parse("2001:db8::7", &ways.public_ip6), 0);
    in.backend.type = FELT_BACKEND_VXLAN;
    in.backend.mtu = 1430;
    in.backend.data = "{\"VNI\":1}";
    in.backend.ways = &ways;
    bench_step(&s->b, in);
    assert_true(own(s).version == version + 1);
    d = own(s);
    assert_false(felt_ip_equal(&d.public_ip, &before));
    assert_true(felt_ip_equal(&d.public_ip, &ways.public_ip));
    assert_true(felt_ip_equal(&d.public_ip6, &ways.public_ip6));
    assert_string_equal(own(s).backend_data6, "{\"VNI\":2}");
    bench_step(&s->b, in);
    assert_true(own(s).version == version + 1);
    ways.public_ip6 = (struct felt_ip){0};
    ways.data6 = "";
    bench_step(&s->b, in);
    assert_true(own(s).version == version + 2);
    assert_int_equal(own(s).public_ip6.family, FELT_FAMILY_NONE);
    assert_string_equal(own(s).backend_data6, "");
}

static void the_longest_backend_data_fits(void **state)
{
    struct scene *s = *state;
    char data[FELT_BACKEND_DATA_MAX + 1];

    memset(data, 'x', sizeof(data) - 1);
    data[sizeof(data) - 1] = '\0';
    set_backend(s, 9000, data);
    assert_string_equal(own(s).backend_data, data);
}

/* L-3.3.1 */
static void the_lease_that_is_used_is_announced(void **state)
{
    struct scene *s = *state;

    assert_true(own(s).has_lease);
    assert_int_equal(own(s).lease, bench_self(&s->b).lease_slot);
}

/* L-3.3.3 */
static void a_lost_lease_is_left_at_once_and_another_taken_once_it_is_durable(void **state)
{
    struct scene *s = *state;

    take_slots(s, 0, 3);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_LOST)->slot, 0);
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_false(bench_self(&s->b).has_lease);
    assert_false(own(s).has_lease);
    assert_string_equal(bench_self(&s->b).waiting, "the lease is being saved");
    bench_saved(&s->b);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN)->slot, 3);
    assert_int_equal(own(s).lease, 3);
}

/* L-3.3.3 */
static void a_lease_that_is_lost_while_it_is_saved_is_never_used(void **state)
{
    struct scene *s = *state;
    uint64_t save;

    take_slots(s, 0, 3);
    save = s->b.effects.state_save;
    take_slots(s, 3, 1);
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST)); /* it was never taken */
    bench_step(&s->b, (struct felt_input){.kind = FELT_INPUT_SAVED, .save = save});
    assert_null(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN));
    assert_false(bench_self(&s->b).has_lease);
    bench_saved(&s->b);
    assert_int_equal(bench_event(&s->b, FELT_EVENT_LEASE_TAKEN)->slot, 4);
}

static void who_loses_all_it_has_asks_for_slots_again(void **state)
{
    struct scene *s = *state;
    struct felt_message m;
    bool asked;

    take_slots(s, 0, 255);
    assert_non_null(bench_event(&s->b, FELT_EVENT_LEASE_LOST));
    assert_false(bench_self(&s->b).has_lease);
    asked = peer_reads(&s->p, &s->b, FELT_MESSAGE_JOIN, &m);
    for (int i = 0; i < 20 && !asked; i++) {
        bench_wait(&s->b, 100 * FELT_USEC_MS);
        asked = peer_reads(&s->p, &s->b, FELT_MESSAGE_JOIN, &m);
    }
    assert_true(asked);
    assert_true(m.join.era == 1);
}

static void a_wish_outside_the_network_is_none(void **state)
{
    static const struct {
        const char *wish;
        uint32_t slot;
    } cases[] = {{"10.1.1.0/24", 0},
                 {"10.1.255.0/24", 254},
                 {"10.1.9.7/24", 8}, /* host bits do not matter */
                 {"10.1.0.0/24", FELT_SLOT_NONE},
                 {"10.1.9.0/25", FELT_SLOT_NONE},
                 {"10.2.9.0/24", FELT_SLOT_NONE}};
    struct scene *s = *state;

    assert_int_equal(felt_own_wish(s->b.node), FELT_SLOT_NONE);
    for (size_t i = 0; i < FELT_ARRAY_LEN(cases); i++) {
        assert_int_equal(felt_cidr_parse(cases[i].wish, &s->b.node->wish), 0);
        assert_int_equal(felt_own_wish(s->b.node), cases[i].slot);
    }
}

/* L-3.3.4: also after the one who knows it was restarted from its disk. */
static void a_subnet_that_has_become_free_is_not_the_next_one_to_be_used(void **state)
{
    (void)state;
    for (int restarted = 0; restarted < 2; restarted++) {
        struct world *w = world_new(5);
        int first, freed;

        world_found(w, "{\"Network\":\"10.1.0.0/16\",\"SubnetMax\":\"10.1.8.0\"}");
        world_run(w, FELT_USEC_SEC);
        first = world_join(w, 0);
        world_run(w, 5 * FELT_USEC_SEC);
        freed = world_lease(w, first);
        assert_true(freed > 0);
        assert_int_equal(world_leave(w, first), FELT_VERDICT_TAKEN);
        world_run(w, 30 * FELT_USEC_SEC);
        if (restarted) {
            world_kill(w, 0);
            world_run(w, FELT_USEC_SEC);
            world_restart(w, 0);
            world_run(w, 5 * FELT_USEC_SEC);
        }
        for (int i = 0; i < 3; i++) { /* there are seven others, one of them in use */
            int host = world_join(w, 0);

            world_run(w, 5 * FELT_USEC_SEC);
            assert_true(world_lease(w, host) >= 0);
            assert_int_not_equal(world_lease(w, host), freed);
        }
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(the_first_descriptor_has_the_sessions_first_version_and_verifies),
        SCENE(another_address_is_told_once_and_lease_session_and_incarnation_stay),
        SCENE(where_the_device_goes_over_the_other_family_its_address_is_left_to_it),
        SCENE(a_device_is_announced_once_under_a_newer_version),
        SCENE(a_second_way_is_announced_and_taken_back),
        SCENE(the_longest_backend_data_fits),
        SCENE(the_lease_that_is_used_is_announced),
        SCENE(a_lost_lease_is_left_at_once_and_another_taken_once_it_is_durable),
        SCENE(a_lease_that_is_lost_while_it_is_saved_is_never_used),
        SCENE(who_loses_all_it_has_asks_for_slots_again),
        SCENE(a_wish_outside_the_network_is_none),
        cmocka_unit_test(a_subnet_that_has_become_free_is_not_the_next_one_to_be_used),
    };

    return RUN_TESTS(tests);
}
