/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster beside flanneld nodes (bridge.h): the first incident brings an etcd bridge, the others
 * stop and start flanneld nodes, etcd and the bridge itself. */
#include "node/core.h"
#include "sim/bridge.h"
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (15 * FELT_USEC_SEC)
#define DOWN_MIN     (100 * FELT_USEC_MS)
#define DOWN_MAX     (90 * FELT_USEC_SEC) /* beyond the life of a key */

static void etcd_up(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    (void)context;
    (void)a;
    (void)b;
    sim->bridge->etcd->down = false;
}

static void bridge_up(struct sim *sim, void *context, uint64_t a, uint64_t b)
{
    (void)context;
    (void)a;
    (void)b;
    if (!sim->bridge->runs && !sim->bridge->ending)
        sim_bridge_start(sim->bridge, sim->bridge->host);
}

static void begin(struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE || sim->hosts[host].clone || sim->hosts[host].node->era == 0)
        return;
    sim->bridge = sim_bridge_new(sim, felt_slot_map_slots(sim->hosts[host].node->map));
    for (uint32_t i = (uint32_t)felt_prng_below(prng, SIM_FLANNELDS); i-- > 0;)
        sim_flanneld_start(&sim->bridge->flannelds, i);
    sim_bridge_start(sim->bridge, host);
}

static void strike(struct sim *sim, struct felt_prng *prng)
{
    felt_usec down = sim_scale(prng, DOWN_MIN, DOWN_MAX);
    uint32_t i = (uint32_t)felt_prng_below(prng, SIM_FLANNELDS);
    struct sim_bridge *b = sim->bridge;

    if (!b) {
        begin(sim, prng);
        return;
    }
    switch (felt_prng_below(prng, 6)) {
    case 0:
    case 1:
        sim_flanneld_start(&b->flannelds, i);
        break;
    case 2:
        sim_flanneld_stop(&b->flannelds, i);
        break;
    case 3: /* cut over, whatever is there, and begun anew after a while */
        if (b->runs && sim_host_runs(sim, b->host))
            sim_tell(sim, b->host,
                     (struct felt_input){.kind = FELT_INPUT_BRIDGE,
                                         .bridge = {.order = (int)FELT_BRIDGE_END, .force = true}});
        /* fall through */
    case 4:
        sim_bridge_stop(b);
        sim_later(sim, down, bridge_up, NULL, 0, 0);
        break;
    default:
        b->etcd->down = true;
        b->working_us = 0;
        sim_later(sim, down, etcd_up, NULL, 0, 0);
        break;
    }
}

const struct sim_fault sim_fault_bridge = {
    .name = "bridge",
    .what = "flanneld nodes beside it, an etcd, and a bridge that comes and goes",
    .strike = strike,
    .pause_max = INCIDENT_MAX,
    .rare = true,
};
