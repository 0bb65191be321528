/* SPDX-License-Identifier: Apache-2.0 */
/* A checker that cannot fail proves nothing: each is shown a made-up violation. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "node/own.h"
#include "node/state.h"
#include "sim/check.h"
#include "tests/unit/sim/scene.h"

static const struct felt_input waking = {.kind = FELT_INPUT_WAKE, .now = 1};

/* What a checker makes of `times` steps of host 1 with these effects. */
static void look(const struct sim_check *check, void *context, struct sim *sim, unsigned times,
                 const struct felt_effects *effects)
{
    for (unsigned i = 0; i < times; i++)
        check->stepped(context, sim, 1, &waking, effects);
}

static void expect_violation(const struct sim *sim, const char *words)
{
    if (!sim->violation.found)
        fail_msg("nothing was violated, but: %s", words);
    if (!strstr(sim->violation.text, words))
        fail_msg("%s, but not: %s", sim->violation.text, words);
}

static void a_quiet_cluster_violates_nothing(void **state)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);

    (void)state;
    checking = sim_checking_new(sim);
    sim_run(sim, 120 * FELT_USEC_SEC);
    assert_string_equal(sim->violation.text, "");
}

static void two_owners_of_one_slot_are_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_node *node = sim->hosts[1].node;
    uint32_t slot = sim->hosts[0].node->lease;
    struct felt_slot taken = {.owner = *felt_node_id(node), .term = 1, .seq = 99};
    struct felt_effects effects = {0};
    void *context = sim_check_owner.begin(sim);

    (void)state;
    sim_check_owner.stepped(context, sim, 0, &waking, &effects);
    look(&sim_check_owner, context, sim, 1, &effects);
    assert_false(sim->violation.found);
    assert_int_equal(felt_slot_map_merge(node->map, slot, &taken), FELT_MERGE_NEWER);
    look(&sim_check_owner, context, sim, 1, &effects);
    expect_violation(sim, "two owners: n1 and n0");
    sim_check_owner.end(context);
}

/* L-3.6.5 */
static void two_clusters_of_candidates_are_seen_and_two_founders_apart_are_not(void **state)
{
    for (uint32_t candidates = 0; candidates <= 2; candidates += 2) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        struct felt_effects effects = {0};
        void *context = sim_check_cluster.begin(sim);

        (void)state;
        sim->config.candidates = candidates;
        look(&sim_check_cluster, context, sim, 0, &effects);
        look(&sim_check_cluster, context, sim, 1, &effects);
        assert_false(sim->violation.found);
        sim->hosts[1].node->cluster[0] ^= 1;
        look(&sim_check_cluster, context, sim, 1, &effects);
        assert_int_equal(sim->violation.found, candidates > 0);
        sim_check_cluster.end(context);
    }
}

static void a_fork_is_seen_and_excused_where_a_machine_was_cloned(void **state)
{
    for (int excused = 0; excused < 2; excused++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        struct felt_event event = {.kind = FELT_EVENT_FORK, .slot = 5};
        struct felt_effects effects = {.events = &event, .n_events = 1};
        void *context = sim_check_owner.begin(sim);

        (void)state;
        sim->forks_excused = excused;
        look(&sim_check_owner, context, sim, 1, &effects);
        assert_int_equal(sim->violation.found, !excused);
        sim_check_owner.end(context);
    }
}

/* L-6.7.1: steps of host 1 before and after something was done to it. */
static void show_era(void (*spoil)(struct sim *sim), const char *words)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {0};
    void *context = sim_check_era.begin(sim);

    sim_check_era.stepped(context, sim, 0, &waking, &effects);
    look(&sim_check_era, context, sim, 1, &effects);
    assert_false(sim->violation.found);
    spoil(sim);
    look(&sim_check_era, context, sim, 1, &effects);
    expect_violation(sim, words);
    sim_check_era.end(context);
}

/* An entry that was another's when host 0 had it; it has moved on since. */
static void rewrite_history(struct sim *sim)
{
    struct felt_node *node = sim->hosts[1].node;
    struct felt_id other = {{1}};

    for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++) {
        struct felt_slot_map *fresh = NULL;
        struct felt_slot e = felt_slot_map_get(node->map, slot);

        if (e.seq > 0)
            continue;
        assert_int_equal(felt_slot_map_new(felt_slot_map_slots(node->map), &fresh), 0);
        e.owner = other;
        felt_slot_map_merge(fresh, slot, &e);
        for (uint32_t i = 0; i < felt_slot_map_slots(node->map); i++) {
            e = felt_slot_map_get(node->map, i);
            if (i != slot)
                felt_slot_map_merge(fresh, i, &e);
        }
        felt_slot_map_free(node->map);
        node->map = fresh;
        return;
    }
}

static void an_entry_that_had_another_owner_is_seen(void **state)
{
    (void)state;
    show_era(rewrite_history, "and at n1 it is 01000000's");
}

/* What host 1 has, it was given by host 0, at (1, 1); it has given one of these, to 0, at (1, 2).
 */
static void use_what_was_given(struct sim *sim)
{
    struct felt_node *node = sim->hosts[1].node, *other = sim->hosts[0].node;
    struct felt_effects effects = {0};
    void *context = sim_check_era.begin(sim);

    assert_true(felt_slot_map_give(other->map, node->lease, felt_node_id(other)));
    sim_check_era.stepped(context, sim, 0, &waking, &effects);
    look(&sim_check_era, context, sim, 1, &effects);
    expect_violation(sim, "which it has given away");
    sim_check_era.end(context);
    sim->violation.found = false;
}

static void the_use_of_a_slot_after_it_was_given_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);

    (void)state;
    use_what_was_given(sim);
}

static void raise_a_term(struct sim *sim)
{
    struct felt_slot e = {.owner = *felt_node_id(sim->hosts[1].node), .term = 9};

    felt_slot_map_merge(sim->hosts[1].node->map, 3, &e);
}

static void a_term_above_the_era_is_seen(void **state)
{
    (void)state;
    show_era(raise_a_term, "n1 of era 1 holds slot 3 at term 9");
}

static void a_second_value_for_an_era_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {0};
    void *context = sim_check_era.begin(sim);

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct felt_node *node = sim->hosts[i].node;

        node->decision.era = 2;
        node->decision.value = (struct felt_value){
            .heir = *felt_node_id(node), .n = 1, .ranges = {{.first = 5, .count = 1}}};
        assert_false(sim->violation.found);
        sim_check_era.stepped(context, sim, i, &waking, &effects);
    }
    expect_violation(sim, "era 2 began with two values");
    sim_check_era.end(context);
}

/* Steps of host 1 before and after something was done to its lease; `event` of the second one. */
static void show_lease(void (*spoil)(struct sim *sim, struct felt_event *event), const char *words)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_event event = {.slot = sim->hosts[1].node->lease};
    struct felt_effects quiet = {0}, effects = {.events = &event, .n_events = 1};
    void *context = sim_check_lease.begin(sim);

    look(&sim_check_lease, context, sim, 1, &quiet);
    assert_false(sim->violation.found);
    spoil(sim, &event);
    look(&sim_check_lease, context, sim, 1, &effects);
    expect_violation(sim, words);
    sim_check_lease.end(context);
}

static void lose_a_slot_and_use_it(struct sim *sim, struct felt_event *event)
{
    struct felt_node *node = sim->hosts[1].node;

    event->kind = FELT_EVENT_PEER_CHANGED;
    assert_true(felt_slot_map_give(node->map, node->lease, felt_node_id(sim->hosts[0].node)));
}

static void give_ones_lease(struct sim *sim, struct felt_event *event)
{
    struct felt_node *node = sim->hosts[1].node;

    event->kind = FELT_EVENT_LEASE_LOST;
    assert_true(felt_slot_map_give(node->map, node->lease, felt_node_id(sim->hosts[0].node)));
    node->lease_used = false;
}

/* Another slot of its own. */
static uint32_t other_slot(const struct felt_node *node)
{
    for (uint32_t slot = 0; slot < felt_slot_map_slots(node->map); slot++)
        if (slot != node->lease && felt_slot_map_owns(node->map, felt_node_id(node), slot))
            return slot;
    fail();
    return FELT_SLOT_NONE;
}

static void use_what_is_not_saved(struct sim *sim, struct felt_event *event)
{
    struct felt_node *node = sim->hosts[1].node;

    event->kind = FELT_EVENT_LEASE_TAKEN;
    node->lease = event->slot = other_slot(node);
}

static void use_another_after_a_restart(struct sim *sim, struct felt_event *event)
{
    struct felt_node *node = sim->hosts[1].node;
    uint8_t *bytes;
    size_t len;

    event->kind = FELT_EVENT_LEASE_TAKEN;
    node->lease = event->slot = other_slot(node);
    bytes = felt_state_of_node(node, 99, &len);
    sim_disk_write(&sim->hosts[1].disk, bytes, len);
    sim->hosts[1].life++;
}

static void another_lease_of_who_began_to_leave_is_none_of_them(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_event event = {.kind = FELT_EVENT_PEER_CHANGED};
    struct felt_effects effects = {.events = &event, .n_events = 1};
    void *context = sim_check_lease.begin(sim);

    (void)state;
    look(&sim_check_lease, context, sim, 1, &effects);
    sim->hosts[1].node->lease_used = false;
    look(&sim_check_lease, context, sim, 1, &effects);
    sim->hosts[1].node->lease_used = true;
    use_another_after_a_restart(sim, &event);
    look(&sim_check_lease, context, sim, 1, &effects);
    assert_string_equal(sim->violation.text, "");
    sim_check_lease.end(context);
}

static void a_lease_that_is_not_owned_is_seen(void **state)
{
    (void)state;
    show_lease(lose_a_slot_and_use_it, "which it does not own");
}

static void a_lease_that_is_given_away_is_seen(void **state)
{
    (void)state;
    show_lease(give_ones_lease, "its lease, by a gift");
}

static void a_lease_that_is_not_on_disk_is_seen(void **state)
{
    (void)state;
    show_lease(use_what_is_not_saved, "which is not on its disk");
}

/* L-5.3 */
static void another_lease_after_a_restart_is_seen(void **state)
{
    (void)state;
    show_lease(use_another_after_a_restart, "which it used before");
}

/* L-3.5 */
static void a_farewell_of_an_owner_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects speaks = {.n_datagrams = 1};
    void *context = sim_check_farewell.begin(sim);

    (void)state;
    look(&sim_check_farewell, context, sim, 1, &speaks);
    assert_false(sim->violation.found);
    felt_own_farewell(sim->hosts[1].node);
    look(&sim_check_farewell, context, sim, 1, &(struct felt_effects){0});
    assert_false(sim->violation.found); /* it has not said so */
    look(&sim_check_farewell, context, sim, 1, &speaks);
    expect_violation(sim, "n1 says farewell, and owns");
    sim_check_farewell.end(context);
}

static void an_incarnation_that_falls_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects speaks = {.n_datagrams = 1};
    void *context = sim_check_self.begin(sim);

    (void)state;
    look(&sim_check_self, context, sim, 2, &speaks);
    assert_false(sim->violation.found);
    felt_members_set_state(sim->hosts[1].node->members, FELT_MEMBER_SELF, FELT_MEMBER_ALIVE, 1);
    look(&sim_check_self, context, sim, 1, &(struct felt_effects){0});
    assert_false(sim->violation.found); /* it has not said so */
    look(&sim_check_self, context, sim, 1, &speaks);
    expect_violation(sim, "n1 went back");
    sim_check_self.end(context);
}

static void a_datagram_of_one_byte_too_many_is_seen(void **state)
{
    static const uint8_t bytes[1233];

    (void)state;
    for (size_t len = 1232; len <= 1233; len++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        struct felt_datagram d = {.to = sim_endpoint(0), .bytes = felt_bytes(bytes, len)};
        struct felt_effects effects = {.datagrams = &d, .n_datagrams = 1};

        look(&sim_check_datagram, NULL, sim, 1, &effects);
        assert_int_equal(sim->violation.found, len == 1233);
    }
}

static void a_datagram_to_nobody_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_datagram d = {.to = sim_endpoint(2)};
    struct felt_effects effects = {.datagrams = &d, .n_datagrams = 1};

    (void)state;
    look(&sim_check_datagram, NULL, sim, 1, &effects);
    expect_violation(sim, "which nobody announced");
}

static void a_busy_loop_is_seen_and_a_busy_moment_is_not(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {.deadline = 1};
    void *context = sim_check_livelock.begin(sim);

    (void)state;
    look(&sim_check_livelock, context, sim, 1000, &effects);
    assert_false(sim->violation.found);
    look(&sim_check_livelock, context, sim, 1000, &effects);
    expect_violation(sim, "at once for ever");
    sim_check_livelock.end(context);
}

static void a_forgotten_owner_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_members *members = sim->hosts[1].node->members;
    struct felt_effects effects = {0};
    void *context = sim_check_table.begin(sim);

    (void)state;
    look(&sim_check_table, context, sim, 100, &effects);
    assert_false(sim->violation.found);
    felt_members_remove(members, felt_members_find(members, felt_node_id(sim->hosts[0].node)));
    look(&sim_check_table, context, sim, 100, &effects);
    expect_violation(sim, "n1 has forgotten");
    sim_check_table.end(context);
}

static void a_digest_that_is_not_that_of_the_table_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {0};
    void *context = sim_check_digest.begin(sim);

    (void)state;
    look(&sim_check_digest, context, sim, 100, &effects);
    assert_false(sim->violation.found);
    felt_members_at(sim->hosts[1].node->members, FELT_MEMBER_SELF)->incarnation++;
    look(&sim_check_digest, context, sim, 100, &effects);
    expect_violation(sim, "the digest of the members");
    sim_check_digest.end(context);
}

/* As an operator told host 1. */
static void keep(struct sim *sim, uint32_t slot, const char *value)
{
    assert_true(felt_crier_enter(sim->hosts[1].node, slot, felt_bytes(value, strlen(value))));
}

/* L-8.2.4 */
static void the_lease_of_what_is_reserved_for_another_is_seen(void **state)
{
    struct felt_event event = {.kind = FELT_EVENT_LEASE_TAKEN, .slot = 7};
    struct felt_effects effects = {.events = &event, .n_events = 1};
    static const char *const own[] = {"\x01n1", "its address", ""};

    (void)state;
    for (size_t i = 0; i <= FELT_ARRAY_LEN(own); i++) {
        _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
        void *context = sim_check_reservation.begin(sim);
        struct felt_ip ip = sim_endpoint(sim->hosts[1].address).ip;
        char value[8] = "\x04";

        memcpy(value + 1, ip.bytes, 4);
        if (i < FELT_ARRAY_LEN(own))
            keep(sim, 7, i == 1 ? value : own[i]);
        else
            keep(sim, 7, "\x01n0");
        /* What it had when it started it keeps. */
        look(&sim_check_reservation, context, sim, 1, &effects);
        assert_false(sim->violation.found);
        look(&sim_check_reservation, context, sim, 1, &effects);
        assert_int_equal(sim->violation.found, i == FELT_ARRAY_LEN(own));
        if (i == FELT_ARRAY_LEN(own))
            expect_violation(sim, "n1 leases slot 7, which it knows");
        sim_check_reservation.end(context);
    }
}

/* L-8.2.4 */
static void the_gift_of_what_is_reserved_for_a_third_is_seen(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {0};
    void *context = sim_check_reservation.begin(sim);
    struct felt_gift_record gift = {.joiner = *felt_node_id(sim->hosts[0].node), .n = 1};

    (void)state;
    keep(sim, 20, "\x01n0");
    keep(sim, 30, "\x01n7");
    look(&sim_check_reservation, context, sim, 1, &effects);
    gift.ranges[0] = (struct felt_slot_range){.first = 15, .count = 10};
    felt_gift_log_add(&sim->hosts[1].node->gifts, &gift);
    look(&sim_check_reservation, context, sim, 2, &effects);
    assert_false(sim->violation.found);
    gift.request[0] = 1;
    gift.ranges[0].count = 16;
    felt_gift_log_add(&sim->hosts[1].node->gifts, &gift);
    look(&sim_check_reservation, context, sim, 1, &effects);
    expect_violation(sim, "n1 gives slot 30 to n0");
    sim_check_reservation.end(context);
}

/* L-8.1.6 */
static void other_notices_are_no_agreement_and_their_digest_is_made_anew(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_effects effects = {0};
    void *context = sim_check_digest.begin(sim);
    struct felt_notice notice;
    char text[200];

    (void)state;
    keep(sim, 20, "\x01n0");
    assert_false(sim_agrees(sim, text, sizeof(text)));
    assert_string_equal(text, "n1 has other notices than n0");
    look(&sim_check_digest, context, sim, 100, &effects);
    assert_false(sim->violation.found);
    felt_notices_get(sim->hosts[1].node->notices, 20, &notice);
    ((uint8_t *)(uintptr_t)notice.value.data)[1] ^= 1; /* behind the table's back */
    look(&sim_check_digest, context, sim, 100, &effects);
    expect_violation(sim, "the digest of the notices");
    sim_check_digest.end(context);
}

static void a_suspicion_is_no_agreement(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    struct felt_members *members = sim->hosts[1].node->members;
    uint32_t i = felt_members_find(members, felt_node_id(sim->hosts[0].node));
    char text[200];

    (void)state;
    assert_true(sim_agrees(sim, text, sizeof(text)));
    felt_members_set_state(members, i, FELT_MEMBER_SUSPECT,
                           felt_members_peek(members, i)->incarnation);
    assert_false(sim_agrees(sim, text, sizeof(text)));
    assert_string_equal(text, "n1 does not hold for alive: n0");
}

static void a_dead_host_that_is_held_for_alive_is_no_agreement(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    char text[200];

    (void)state;
    sim_host_stop(sim, 1, SIM_OFF);
    assert_false(sim_agrees(sim, text, sizeof(text)));
    assert_string_equal(text, "n0 holds for alive somebody who does not run");
}

static void put_everywhere(struct sim *sim, uint32_t slot, const char *value)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        felt_crier_enter(sim->hosts[i].node, slot, felt_bytes(value, strlen(value)));
}

static void a_missing_lease_is_no_agreement_while_somebody_could_give_one(void **state)
{
    _cleanup_(sim_freep) struct sim *sim = scene_of_two(1);
    char text[200];

    (void)state;
    assert_true(sim_agrees(sim, text, sizeof(text)));
    sim->hosts[1].node->lease_used = false;
    assert_false(sim_agrees(sim, text, sizeof(text)));
    assert_string_equal(text, "n1 has no lease, though there is a reserve at n0");
    for (uint32_t slot = 0; slot < 255; slot++)
        put_everywhere(sim, slot, "\x01n7");
    assert_true(sim_agrees(sim, text, sizeof(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_cluster_violates_nothing),
        cmocka_unit_test(two_owners_of_one_slot_are_seen),
        cmocka_unit_test(two_clusters_of_candidates_are_seen_and_two_founders_apart_are_not),
        cmocka_unit_test(a_fork_is_seen_and_excused_where_a_machine_was_cloned),
        cmocka_unit_test(an_entry_that_had_another_owner_is_seen),
        cmocka_unit_test(the_use_of_a_slot_after_it_was_given_is_seen),
        cmocka_unit_test(a_term_above_the_era_is_seen),
        cmocka_unit_test(a_second_value_for_an_era_is_seen),
        cmocka_unit_test(a_lease_that_is_not_owned_is_seen),
        cmocka_unit_test(a_lease_that_is_given_away_is_seen),
        cmocka_unit_test(a_lease_that_is_not_on_disk_is_seen),
        cmocka_unit_test(another_lease_after_a_restart_is_seen),
        cmocka_unit_test(a_farewell_of_an_owner_is_seen),
        cmocka_unit_test(another_lease_of_who_began_to_leave_is_none_of_them),
        cmocka_unit_test(an_incarnation_that_falls_is_seen),
        cmocka_unit_test(a_datagram_of_one_byte_too_many_is_seen),
        cmocka_unit_test(a_datagram_to_nobody_is_seen),
        cmocka_unit_test(a_busy_loop_is_seen_and_a_busy_moment_is_not),
        cmocka_unit_test(a_forgotten_owner_is_seen),
        cmocka_unit_test(a_digest_that_is_not_that_of_the_table_is_seen),
        cmocka_unit_test(the_lease_of_what_is_reserved_for_another_is_seen),
        cmocka_unit_test(the_gift_of_what_is_reserved_for_a_third_is_seen),
        cmocka_unit_test(other_notices_are_no_agreement_and_their_digest_is_made_anew),
        cmocka_unit_test(a_suspicion_is_no_agreement),
        cmocka_unit_test(a_missing_lease_is_no_agreement_while_somebody_could_give_one),
        cmocka_unit_test(a_dead_host_that_is_held_for_alive_is_no_agreement),
    };

    return RUN_TESTS(tests);
}
