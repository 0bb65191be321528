/* SPDX-License-Identifier: Apache-2.0 */
/* Operators want another cluster key, at any time, and several of them in halves that do not hear
 * each other. Nobody sleeps for longer than the grace. */
#include "node/keys.h"
#include "sim/fault_list.h"

#define INCIDENT_MAX (30 * FELT_USEC_SEC)
#define GRACE_SEC    (10 * 366 * 24 * 3600) /* beyond what any fault puts a clock forward */

static void rotate(struct sim *sim, struct felt_prng *prng)
{
    struct felt_input in = {.kind = FELT_INPUT_KEYS, .keys.order = FELT_KEYS_ROTATE};
    uint32_t host = sim_fault_draw_running(sim, prng);

    if (host == SIM_HOST_NONE || sim->hosts[host].clone)
        return;
    for (size_t i = 0; i < sizeof(in.keys.salt); i++)
        in.keys.salt[i] = (uint8_t)felt_prng_next(prng);
    in.keys.grace_s = GRACE_SEC;
    sim->rotated |= felt_node_may_keys(sim->hosts[host].node, FELT_KEYS_ROTATE) == FELT_KEYS_OK;
    sim_tell(sim, host, in);
}

const struct sim_fault sim_fault_keys = {
    .name = "keys",
    .what = "operators rotate the cluster's key",
    .strike = rotate,
    .pause_max = INCIDENT_MAX,
    .rare = true,
};
