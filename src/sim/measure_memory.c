/* SPDX-License-Identifier: Apache-2.0 */
#include <malloc.h>

#include "node/core.h"
#include "sim/formed.h"
#include "sim/measure_list.h"
#include "sim/memo.h"
#include "sim/options.h"

#define NODES   10000
#define STARTED 8 /* nodes; the difference to one node is that of the others */

/* The node has heard from everybody once, as it has after a day. */
static void meet_all(struct felt_node *node)
{
    for (uint32_t i = felt_members_next(node->members, 1); i != FELT_MEMBER_NONE;
         i = felt_members_next(node->members, i + 1))
        felt_members_contact(node->members, i);
}

/* Heap in use by a cluster of which so many nodes are started, descriptors not counted. */
static double heap_of(const struct sim_options *o, uint64_t seed, uint32_t nodes, uint32_t started)
{
    struct mallinfo2 before = mallinfo2(), after;
    _cleanup_(sim_freep) struct sim *sim = sim_formed_new(&(struct sim_formed){
        .seed = seed, .nodes = nodes, .started = started, .thin = true, .limits = o->run.limits});

    for (uint32_t i = 0; i < started; i++)
        meet_all(sim->hosts[i].node);
    after = mallinfo2();
    return (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd) -
           (double)sim_memo_descriptor_bytes();
}

static void run(const struct sim_options *o)
{
    uint32_t nodes = o->run.nodes ? o->run.nodes : NODES;
    struct sim_sample bytes = {0}, fixed = {0};

    heap_of(o, o->run.seed, 2, 2); /* what is taken once is taken now */
    for (uint32_t i = 0; i < o->n_seeds; i++) {
        uint64_t seed = o->run.seed + i;
        double full = (heap_of(o, seed, nodes, 1 + STARTED) - heap_of(o, seed, nodes, 1)) / STARTED;
        double small =
            (heap_of(o, seed, 1 + STARTED, 1 + STARTED) - heap_of(o, seed, 1 + STARTED, 1)) /
            STARTED;

        sim_sample_add(&bytes, (full - small) / (nodes - 1 - STARTED));
        sim_sample_add(&fixed, small);
    }
    sim_measure_print(o, nodes, "member", "bytes at each node", &bytes);
    sim_measure_print(o, nodes, "node", "bytes whatever the cluster", &fixed);
    sim_sample_done(&bytes);
    sim_sample_done(&fixed);
}

const struct sim_measure sim_measure_memory = {
    .name = "memory",
    .what = "bytes of heap for each member at each node, descriptors not counted",
    .run = run,
};
