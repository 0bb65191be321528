/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "node/keys.h"
#include "sim/pool.h"
#include "sim/sim.h"

#define RESOLVE_TIME (1 * FELT_USEC_MS)  /* of names */
#define DEVICE_TIME  (20 * FELT_USEC_MS) /* until the kernel has a new link */
#define DEVICE_MTU   1450                /* of vxlan over Ethernet */

static void later(struct sim *sim, uint32_t host, enum sim_happening_kind kind, felt_usec delay)
{
    sim_queue_add(sim->queue, &(struct sim_happening){.when = sim->now + delay,
                                                      .kind = kind,
                                                      .host = host,
                                                      .life = sim->hosts[host].life});
}

static void leave(struct sim *sim, void *context, uint64_t host, uint64_t life)
{
    (void)context;
    if (!sim_host_runs(sim, (uint32_t)host) || sim->hosts[host].life != life)
        return;
    sim_host_stop(sim, (uint32_t)host, SIM_KILLED);
    sim->hosts[host].left = sim->hosts[host].gone = true;
}

/* Where the kernels send what is for that subnet. */
static void note_lease(struct sim *sim, uint32_t host, uint32_t slot)
{
    if (!sim->leases) {
        sim->leases = sim_alloc((size_t)FELT_NETCONF_SLOTS_MAX * sizeof(sim->leases[0]));
        for (uint32_t i = 0; i < FELT_NETCONF_SLOTS_MAX; i++)
            sim->leases[i] = SIM_HOST_NONE;
    }
    sim->leases[slot] = host;
}

void sim_agent_events(struct sim *sim, uint32_t host, const struct felt_effects *effects)
{
    for (size_t i = 0; i < effects->n_events; i++) {
        enum felt_event_kind kind = effects->events[i].kind;

        if (kind == FELT_EVENT_LEASE_TAKEN)
            note_lease(sim, host, effects->events[i].slot);
        if (kind == FELT_EVENT_SEEDS_WANTED)
            later(sim, host, SIM_SEEDS, RESOLVE_TIME);
        else if (kind == FELT_EVENT_LEASE_TAKEN && sim->config.devices)
            later(sim, host, SIM_DEVICE, DEVICE_TIME);
        else if (kind == FELT_EVENT_KEYS)
            sim->hosts[host].key = *felt_node_key(sim->hosts[host].node);
        else if (kind == FELT_EVENT_IDENTITY_RENEWED)
            sim->hosts[host].tainted = false;
        else if (kind == FELT_EVENT_LEFT)
            sim_later(sim, 0, leave, NULL, host, sim->hosts[host].life);
    }
}

void sim_agent_seeds(struct sim *sim, uint32_t host)
{
    struct felt_endpoint seeds[FELT_MAX(SIM_SEED_HOSTS, FELT_EXPECT_MAX)];
    struct felt_input in = {.kind = FELT_INPUT_SEEDS};

    uint32_t n = sim->config.seed_hosts > 0 ? sim->config.seed_hosts : (uint32_t)SIM_SEED_HOSTS;

    n = FELT_MAX(n, sim->config.candidates);
    assert(n <= FELT_ARRAY_LEN(seeds));
    for (uint32_t i = 0; i < FELT_MIN(sim->config.hosts_max, n); i++)
        if (i != host && i < sim->n_hosts)
            seeds[in.seeds.n++] = sim_endpoint(sim->hosts[i].address);
    in.seeds.endpoints = seeds;
    if (in.seeds.n > 0)
        sim_tell(sim, host, in);
}

struct felt_input sim_agent_backend(uint32_t host, char *data)
{
    struct felt_input in = {.kind = FELT_INPUT_BACKEND};

    snprintf(data, FELT_BACKEND_DATA_MAX + 1, "{\"VNI\":1,\"VtepMAC\":\"02:00:00:%02x:%02x:%02x\"}",
             host >> 16 & 0xff, host >> 8 & 0xff, host & 0xff);
    in.backend.type = FELT_BACKEND_VXLAN;
    in.backend.mtu = DEVICE_MTU;
    in.backend.data = data;
    in.backend.ways = NULL;
    return in;
}

void sim_agent_device(struct sim *sim, uint32_t host)
{
    char data[FELT_BACKEND_DATA_MAX + 1];

    sim_tell(sim, host, sim_agent_backend(host, data));
}
