/* SPDX-License-Identifier: Apache-2.0 */
/* The operator of sim/keys.h: which key new machines get, and whom a rotation has left behind. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/keys.h"
#include "sim/run.h"

#define HOSTS     4
#define AWAY      (HOSTS - 1)
#define GRACE     (365 * 24 * 3600)
#define ROTATED   (120 * FELT_USEC_SEC) /* and nobody has two keys any more */
#define FORGOTTEN (40 * 3600 * FELT_USEC_SEC)

static struct sim *cluster(uint64_t seed)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = seed,
                                                   .hosts_max = HOSTS,
                                                   .hosts_extra = 1,
                                                   .net_config = "{\"Network\":\"10.1.0.0/16\"}",
                                                   .disk_us = SIM_DISK_LATENCY});

    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_add(sim);
        sim_host_start(sim, i);
        sim_run(sim, 2 * FELT_USEC_SEC);
    }
    sim_run(sim, 20 * FELT_USEC_SEC);
    return sim;
}

static void rotate(struct sim *sim, uint32_t host)
{
    struct felt_input in = {.kind = FELT_INPUT_KEYS, .keys.order = FELT_KEYS_ROTATE};

    memset(in.keys.salt, 0x5a, sizeof(in.keys.salt));
    in.keys.grace_s = GRACE;
    sim->rotated = true;
    assert_int_equal(sim_tell(sim, host, in), FELT_VERDICT_TAKEN);
    sim_run(sim, ROTATED);
}

static enum felt_keyring_phase phase_of(const struct sim *sim, uint32_t host)
{
    return sim->hosts[host].node->keys.ring.phase;
}

static bool same(const struct felt_cluster_key *a, const struct felt_cluster_key *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* Stopped as soon as somebody has heard that it leaves. Returns its id. */
static struct felt_id leave_half_way(struct sim *sim, uint32_t host)
{
    struct felt_id id = *felt_node_id(sim->hosts[host].node);
    const struct felt_members *others = sim->hosts[0].node->members;

    sim_tell(sim, host, (struct felt_input){.kind = FELT_INPUT_LEAVE});
    for (unsigned i = 0; i < 10000 && felt_members_count_state(others, FELT_MEMBER_LEFT) == 0; i++)
        sim_run(sim, FELT_USEC_MS);
    assert_int_equal(felt_members_count_state(others, FELT_MEMBER_LEFT), 1);
    assert_false(sim->hosts[host].left);
    sim_host_stop(sim, host, SIM_OFF);
    return id;
}

/* More than a day, in which the others are up. */
static void wait_until_forgotten(struct sim *sim, uint32_t host)
{
    for (felt_usec t = 0; t < FORGOTTEN; t += 3600 * FELT_USEC_SEC) {
        for (uint32_t i = 0; i < HOSTS; i++)
            if (i != host)
                sim_host_jump(sim, i, 3600 * FELT_USEC_SEC);
        sim_run(sim, 60 * FELT_USEC_SEC);
    }
}

static bool is_known(const struct sim *sim, const struct felt_id *id)
{
    for (uint32_t i = 0; i < AWAY; i++)
        if (felt_members_find(sim->hosts[i].node->members, id) != FELT_MEMBER_NONE)
            return true;
    return false;
}

static void who_was_stopped_as_it_left_needs_the_key_also_when_all_have_forgotten_it(void **state)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = cluster(1);
    struct felt_id id;

    (void)state;
    checking = sim_checking_new(sim);
    id = leave_half_way(sim, AWAY);
    rotate(sim, 0);
    assert_int_equal(phase_of(sim, 0), FELT_KEYRING_ONE); /* it was not waited for */
    wait_until_forgotten(sim, AWAY);
    assert_false(is_known(sim, &id));
    sim_host_start(sim, AWAY);
    sim_run(sim, 5 * FELT_USEC_SEC);
    assert_true(sim_keys_lost(sim, AWAY));
    assert_false(sim_keys_lost(sim, 1));
}

/* Nothing excuses that: it would be a fault of the core, and has to show. */
static void who_was_just_off_is_not_given_the_key(void **state)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = cluster(2);

    (void)state;
    checking = sim_checking_new(sim);
    sim_host_stop(sim, AWAY, SIM_OFF);
    rotate(sim, 0);
    assert_int_equal(phase_of(sim, 0), FELT_KEYRING_USED); /* it is waited for */
    sim_host_start(sim, AWAY);
    assert_false(sim_keys_lost(sim, AWAY));
    sim_run(sim, ROTATED);
    assert_int_equal(phase_of(sim, AWAY), FELT_KEYRING_ONE);
}

/* Who left half-way, came back and was heard is a member like others. */
static void who_came_back_in_time_has_no_excuse(void **state)
{
    _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
    _cleanup_(sim_freep) struct sim *sim = cluster(3);
    struct felt_id id;

    (void)state;
    checking = sim_checking_new(sim);
    id = leave_half_way(sim, AWAY);
    sim_host_start(sim, AWAY);
    sim_run(sim, 30 * FELT_USEC_SEC);
    assert_true(is_known(sim, &id));
    sim_host_stop(sim, AWAY, SIM_OFF);
    rotate(sim, 0);
    assert_int_equal(phase_of(sim, 0), FELT_KEYRING_USED);
    sim_host_start(sim, AWAY);
    assert_false(sim_keys_lost(sim, AWAY));
}

/* All with the ring have lost their disks; a copy of one is in a drawer. */
static void new_machines_get_the_key_of_who_is_there_and_not_that_of_a_copy_in_a_drawer(
    void **state)
{
    _cleanup_(sim_freep) struct sim *sim = cluster(4);
    struct felt_cluster_key old = sim->hosts[AWAY].key, given;
    uint32_t copy;
    bool by_hand;

    (void)state;
    sim_host_stop(sim, AWAY, SIM_OFF);
    rotate(sim, 0);
    assert_false(same(&old, &sim->hosts[0].key));
    copy = sim_host_add(sim);
    sim_disk_copy(&sim->hosts[copy].disk, &sim->hosts[0].disk);
    sim->hosts[copy].clone = true;
    for (uint32_t i = 0; i < AWAY; i++) {
        sim_host_stop(sim, i, SIM_OFF);
        sim_disk_wipe(&sim->hosts[i].disk);
        sim->hosts[i].has_key = false;
    }
    given = sim_keys_of(sim, 0, &by_hand);
    assert_false(same(&old, &given)); /* it may still run */
    sim->hosts[copy].gone = true;
    sim_host_start(sim, AWAY);
    for (uint32_t i = 0; i < AWAY; i++) {
        sim->hosts[i].has_key = false;
        given = sim_keys_of(sim, i, &by_hand);
        assert_true(same(&old, &given));
        assert_false(by_hand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_stopped_as_it_left_needs_the_key_also_when_all_have_forgotten_it),
        cmocka_unit_test(who_was_just_off_is_not_given_the_key),
        cmocka_unit_test(who_came_back_in_time_has_no_excuse),
        cmocka_unit_test(
            new_machines_get_the_key_of_who_is_there_and_not_that_of_a_copy_in_a_drawer),
    };

    return RUN_TESTS(tests);
}
