/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever has begun to leave gets away in the end, wherever the others are by then (proto/gossip.md
 * 6.1). */
#include "tests/unit/test.h"

#include <string.h>

#include "node/core.h"
#include "sim/check.h"
#include "sim/run.h"

#define HOSTS  5
#define LEAVER (HOSTS - 1)
#define DOWN   (1 * FELT_USEC_SEC)

static struct sim *cluster(uint64_t seed, felt_usec lease_time)
{
    struct sim *sim = sim_new(&(struct sim_config){.seed = seed,
                                                   .hosts_max = HOSTS,
                                                   .net_config = "{\"Network\":\"10.1.0.0/16\","
                                                                 "\"SubnetMax\":\"10.1.40.0\"}",
                                                   .lease_time_us = lease_time,
                                                   .devices = true,
                                                   .disk_us = SIM_DISK_LATENCY});

    for (uint32_t i = 0; i < HOSTS; i++) {
        sim_host_add(sim);
        sim_host_start(sim, i);
        sim_run(sim, FELT_USEC_SEC);
    }
    sim_run(sim, 20 * FELT_USEC_SEC);
    return sim;
}

static void cut_off(struct sim *sim, uint32_t host)
{
    uint8_t one[HOSTS], others[HOSTS];

    for (uint32_t i = 0; i < HOSTS; i++) {
        one[i] = i == host;
        others[i] = !one[i];
    }
    sim_network_cut(sim->network, one, others);
    sim_network_cut(sim->network, others, one);
}

/* One after the other gets a new address. */
static void move_all_but(struct sim *sim, uint32_t host)
{
    for (uint32_t i = 0; i < HOSTS; i++) {
        if (i == host)
            continue;
        sim_host_stop(sim, i, SIM_OFF);
        sim_host_move(sim, i);
        sim_run(sim, DOWN);
        sim_host_start(sim, i);
        sim_run(sim, 5 * FELT_USEC_SEC);
    }
}

/* Found by seeds: nobody is where the leaver looks for it, and to the others it is dead. */
static void who_leaves_while_cut_off_and_everybody_moves_gets_away(void **state)
{
    static const felt_usec lease_times[] = {0, 60 * FELT_USEC_SEC};
    static const felt_usec aparts[] = {0, 100 * FELT_USEC_SEC};

    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        _cleanup_(sim_checking_freep) struct sim_checking *checking = NULL;
        _cleanup_(sim_freep) struct sim *sim = cluster(k + 1, lease_times[k % 2]);

        checking = sim_checking_new(sim);
        cut_off(sim, LEAVER);
        sim_tell(sim, LEAVER, (struct felt_input){.kind = FELT_INPUT_LEAVE});
        move_all_but(sim, LEAVER);
        sim_run(sim, aparts[k / 2]);
        assert_false(sim->hosts[LEAVER].left);
        sim_network_mend_all(sim->network);
        sim_run_to_rest(sim, SIM_HEAL_LIMIT);
        assert_string_equal(sim->violation.text, "");
        assert_true(sim->hosts[LEAVER].left);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_leaves_while_cut_off_and_everybody_moves_gets_away),
    };

    return RUN_TESTS(tests);
}
