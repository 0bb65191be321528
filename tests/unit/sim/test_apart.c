/* SPDX-License-Identifier: Apache-2.0 */
/* Two clusters that were founded apart with one key, and then meet (proto/lease.md 3.1, gossip.md):
 * they stay two until somebody is told to give one up. */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/run.h"

#define A          3 /* hosts of the first cluster, and of the other */
#define HOSTS      (2 * A)
#define NET        "{\"Network\":\"10.1.0.0/16\",\"SubnetMax\":\"10.1.40.0\"}"
#define MEET       (1800 * FELT_USEC_SEC)
#define LINE_PAUSE 10 /* seconds between two reports of one node, at the least */

struct story {
    uint32_t foreign[HOSTS]; /* reports by host */
};

static void stepped(void *context, struct sim *sim, uint32_t host, const struct felt_input *input,
                    const struct felt_effects *effects)
{
    struct story *story = context;
    const struct felt_node *other = sim->hosts[host < A ? A : 0].node;

    (void)input;
    for (size_t i = 0; i < effects->n_events; i++) {
        if (effects->events[i].kind != FELT_EVENT_FOREIGN_CLUSTER)
            continue;
        story->foreign[host]++;
        assert_memory_equal(effects->events[i].other, other->cluster, FELT_CLUSTER_ID_LEN);
    }
}

static void draw_sides(uint8_t *a, uint8_t *b)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        a[i] = i < A;
        b[i] = !a[i];
    }
}

/* Both begin while they cannot reach each other; everybody's seeds are all hosts. */
static struct sim *two_clusters(uint64_t seed)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = seed,
                                                   .hosts_max = HOSTS,
                                                   .seed_hosts = HOSTS,
                                                   .net_config = NET,
                                                   .lease_time_us = 60 * FELT_USEC_SEC,
                                                   .devices = true,
                                                   .disk_us = SIM_DISK_LATENCY});
    uint8_t a[HOSTS], b[HOSTS];

    for (uint32_t i = 0; i < HOSTS; i++)
        sim_host_add(sim);
    sim->hosts[A].founder = true;
    draw_sides(a, b);
    sim_network_cut(sim->network, a, b);
    sim_network_cut(sim->network, b, a);
    sim_host_start(sim, 0);
    sim_host_start(sim, A); /* before the other one's disk says that there is a cluster */
    sim_run(sim, FELT_USEC_SEC);
    for (uint32_t i = 0; i < HOSTS; i++)
        if (i % A != 0)
            sim_host_start(sim, i);
    sim_run(sim, 30 * FELT_USEC_SEC);
    return sim;
}

/* Each host is in its own cluster, knows its own members, and no slot of it is anybody else's. */
static void expect_two(const struct sim *sim)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        const struct felt_node *node = sim->hosts[i].node;

        assert_true(node->in_cluster && node->lease_used);
        assert_memory_equal(node->cluster, sim->hosts[i < A ? 0 : A].node->cluster,
                            FELT_CLUSTER_ID_LEN);
        assert_int_equal(felt_members_count(node->members), A);
        assert_int_equal(felt_members_count_state(node->members, FELT_MEMBER_ALIVE), A);
        assert_int_equal(felt_slot_map_owners(node->map), A);
    }
    assert_memory_not_equal(sim->hosts[0].node->cluster, sim->hosts[A].node->cluster,
                            FELT_CLUSTER_ID_LEN);
}

/* As a feltd does that was restarted with an address of the other cluster in --join. */
static void point_at_each_other(struct sim *sim)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_stop(sim, i, SIM_KILLED);
        sim_host_start(sim, i);
    }
}

static void two_clusters_that_meet_say_so_now_and_then_and_do_not_mix(void **state)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
        _cleanup_(sim_freep) struct sim *sim = two_clusters(seed);
        struct story story = {0};
        uint32_t lines = 0;

        (void)state;
        expect_two(sim);
        checking = sim_checking_new(sim);
        sim_watch(sim, (struct sim_watcher){.context = &story, .stepped = stepped});
        sim_network_mend_all(sim->network);
        point_at_each_other(sim);
        sim_run(sim, MEET);
        assert_string_equal(sim->violation.text, "");
        expect_two(sim);
        for (uint32_t i = 0; i < HOSTS; i++) {
            lines += story.foreign[i];
            assert_true(story.foreign[i] <= 1 + MEET / (LINE_PAUSE * FELT_USEC_SEC));
        }
        assert_true(lines > 0);
    }
}

/* feltctl join --abandon: the state is moved away, and the node begins as a newcomer whose seeds
 * are the other cluster. */
static void abandon(struct sim *sim, uint32_t host)
{
    sim_host_stop(sim, host, SIM_KILLED);
    sim_disk_wipe(&sim->hosts[host].disk);
    sim_host_start(sim, host);
}

static void a_cluster_that_is_given_up_machine_by_machine_becomes_part_of_the_other(void **state)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
        _cleanup_(sim_freep) struct sim *sim = two_clusters(seed);

        (void)state;
        checking = sim_checking_new(sim);
        sim_network_mend_all(sim->network);
        sim->config.seed_hosts = A; /* from now on */
        for (uint32_t i = A; i < HOSTS; i++) {
            abandon(sim, i);
            sim_run(sim, 5 * FELT_USEC_SEC);
            assert_memory_equal(sim->hosts[i].node->cluster, sim->hosts[0].node->cluster,
                                FELT_CLUSTER_ID_LEN);
            assert_true(sim->hosts[i].node->lease_used);
        }
        sim_run_to_rest(sim, SIM_HEAL_LIMIT);
        assert_string_equal(sim->violation.text, "");
        assert_int_equal(felt_members_count_state(sim->hosts[0].node->members, FELT_MEMBER_ALIVE),
                         HOSTS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_clusters_that_meet_say_so_now_and_then_and_do_not_mix),
        cmocka_unit_test(a_cluster_that_is_given_up_machine_by_machine_becomes_part_of_the_other),
    };

    return RUN_TESTS(tests);
}
