/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/swarm.h"

#include <stdio.h>

#include "sim/stream.h"

#define NODES_MIN       3
#define NODES_MAX       40
#define SLOTS_MIN       4
#define SLOTS_MAX       255u
#define SLOTS_NODE      4     /* of more nodes than are drawn: for each, so that all find room */
#define SLOTS_LIMIT     4000u /* what fits into the network below */
#define CANDIDATES_MIN  2     /* one whose disk is lost founds anew, as who founds alone does */
#define CANDIDATES_MAX  7
#define RARE            8 /* once in so many seeds */

#define LEASE_TIME_MIN  60 /* seconds */
#define LEASE_TIME_MAX  180
#define LEASE_TIME_LONG (24 * 3600)

static uint64_t draw_set(const struct sim_run *run)
{
    struct felt_prng prng = sim_stream(run->seed, "faults", 0);
    uint64_t often = 1 + felt_prng_below(&prng, 3); /* in four */
    uint64_t set = 0;

    if (!run->swarm)
        return run->set;
    for (uint32_t i = 0; sim_faults[i]; i++) {
        bool on = sim_faults[i]->rare ? sim_one_in(&prng, RARE) : felt_prng_below(&prng, 4) < often;

        if (on)
            set |= (uint64_t)1 << i;
    }
    return set & run->set;
}

/* Few nodes as likely as many: what takes two or three is found there, and sooner. */
static uint32_t draw_nodes(const struct sim_run *run, struct felt_prng *prng)
{
    uint32_t nodes = (uint32_t)sim_scale(prng, NODES_MIN, NODES_MAX);

    return run->nodes > 0 ? run->nodes : nodes;
}

/* Room for all and for those who lost their disk; or too little of it: one slot, or none, for some
 * of the nodes. */
static uint32_t draw_slots(struct felt_prng *prng, uint32_t nodes)
{
    uint32_t most = FELT_MAX(FELT_MIN(SLOTS_NODE * nodes, SLOTS_LIMIT), SLOTS_MAX);

    return (uint32_t)sim_scale(prng, SLOTS_MIN, most);
}

static void write_network(uint32_t slots, char *text, size_t len)
{
    /* /26 subnets: so many of them, from the second one on. */
    snprintf(text, len,
             "{\"Network\":\"10.0.0.0/14\",\"SubnetLen\":26,\"SubnetMin\":\"10.0.0.64\","
             "\"SubnetMax\":\"10.%u.%u.%u\"}",
             slots * 64 >> 16, slots * 64 >> 8 & 0xff, slots * 64 & 0xff);
}

/* As short as some of the faults are long, or longer than any. */
static felt_usec draw_lease_time(const struct sim_run *run)
{
    struct felt_prng prng = sim_stream(run->seed, "lease time", 0);

    if (run->has_lease_time)
        return run->lease_time_us;
    if (sim_one_in(&prng, 2))
        return LEASE_TIME_LONG * FELT_USEC_SEC;
    return sim_between(&prng, LEASE_TIME_MIN, LEASE_TIME_MAX) * FELT_USEC_SEC;
}

/* One seed in four begins with candidates; who comes later joins them. */
static uint32_t draw_candidates(const struct sim_run *run, uint32_t nodes)
{
    struct felt_prng prng = sim_stream(run->seed, "candidates", 0);
    uint32_t n;

    if (run->has_candidates)
        return FELT_MIN(run->candidates, nodes);
    if (!sim_one_in(&prng, 4))
        return 0;
    n = (uint32_t)sim_between(&prng, CANDIDATES_MIN, CANDIDATES_MAX);
    return FELT_MIN(n, nodes);
}

void sim_swarm_draw(const struct sim_run *run, struct sim_swarm *ret_swarm)
{
    struct felt_prng prng = sim_stream(run->seed, "swarm", 0);

    ret_swarm->nodes = draw_nodes(run, &prng);
    ret_swarm->set = draw_set(run);
    ret_swarm->slots = draw_slots(&prng, ret_swarm->nodes);
    write_network(ret_swarm->slots, ret_swarm->net_config, sizeof(ret_swarm->net_config));
    ret_swarm->lease_time_us = draw_lease_time(run);
    ret_swarm->candidates = draw_candidates(run, ret_swarm->nodes);
    ret_swarm->n_stay_dead = sim_one_in(&prng, 4) ? 1 : 0;
    /* Candidates wait for the last of them for ever, as they should. */
    if (ret_swarm->candidates > 0)
        ret_swarm->n_stay_dead = 0;
}
