/* SPDX-License-Identifier: Apache-2.0 */
/* Operators keep slots for hosts that are there, or will be, or never come, and think better of it.
 * What may not be is refused by the node that is asked. */
#include <stdio.h>

#include "node/core.h"
#include "node/reserve.h"
#include "sim/fault_list.h"
#include "sim/stream.h"

#define INCIDENT_MAX (3 * FELT_USEC_SEC)

/* Some reservation that this node knows; false where there is none. */
static bool draw_reserved(const struct felt_node *node, struct felt_prng *prng, uint32_t *ret_slot)
{
    struct felt_notice_place at = {0};
    struct felt_reservation_view view;
    uint64_t n = 0;

    while (felt_node_next_reservation(node, &at, &view))
        if (sim_one_in(prng, ++n)) /* each is as likely as the others */
            *ret_slot = view.slot;
    return n > 0;
}

static struct felt_whom draw_whom(const struct sim *sim, struct felt_prng *prng)
{
    uint32_t host = (uint32_t)felt_prng_below(prng, sim->n_hosts);
    struct felt_whom whom = {0};

    if (sim_one_in(prng, 4))
        snprintf(whom.name, sizeof(whom.name), "nobody-%u", host);
    else if (sim_one_in(prng, 2))
        whom.ip = sim_endpoint(sim->hosts[host].address).ip;
    else
        snprintf(whom.name, sizeof(whom.name), "%s", sim->hosts[host].name);
    return whom;
}

/* One command, or several at once. */
static void reserve(struct sim *sim, struct felt_prng *prng)
{
    for (uint64_t n = 1 + felt_prng_below(prng, 8); n > 0; n--) {
        uint32_t host = sim_fault_draw_running(sim, prng);
        struct felt_input in = {.kind = FELT_INPUT_RESERVE};
        struct felt_whom whom = draw_whom(sim, prng);
        const struct felt_node *node;

        if (host == SIM_HOST_NONE || sim->hosts[host].clone)
            continue;
        node = sim->hosts[host].node;
        if (node->era == 0)
            continue;
        if (!sim_one_in(prng, 3) || !draw_reserved(node, prng, &in.reserve.slot)) {
            in.reserve.slot = (uint32_t)felt_prng_below(prng, felt_slot_map_slots(node->map));
            in.reserve.whom = &whom;
        }
        sim_tell(sim, host, in);
    }
}

const struct sim_fault sim_fault_reserve = {
    .name = "reserve",
    .what = "operators reserve subnets for hosts, and withdraw that",
    .strike = reserve,
    .pause_max = INCIDENT_MAX,
};
