/* SPDX-License-Identifier: Apache-2.0 */
/* Machines that get another address while they run, as by DHCP: their node goes on. */
#include "sim/fault_list.h"
#include "sim/stream.h"

#define PAUSE_MAX (40 * FELT_USEC_SEC)

static void readdress(struct sim *sim, struct felt_prng *prng)
{
    struct felt_input input = {.kind = FELT_INPUT_ADDRESS};
    uint32_t host = sim_fault_draw_running(sim, prng);

    /* A process that is stopped would hear of it later: that is left to address, which restarts. */
    if (host == SIM_HOST_NONE || sim->hosts[host].blocked_until > sim->now)
        return;
    sim_host_move(sim, host);
    input.address.advertise = sim_endpoint(sim->hosts[host].address);
    input.address.public_ip = input.address.advertise.ip;
    sim_tell(sim, host, input);
}

const struct sim_fault sim_fault_readdress = {
    .name = "readdress",
    .what = "a machine gets another address while it runs",
    .strike = readdress,
    .pause_max = PAUSE_MAX,
};
