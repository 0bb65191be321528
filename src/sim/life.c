/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "node/state.h"
#include "sim/keys.h"
#include "sim/pool.h"
#include "sim/sim.h"
#include "sim/stream.h"

static uint32_t new_address(struct sim *sim, uint32_t host)
{
    if (sim->n_addresses == sim->addresses_capacity) {
        sim->addresses_capacity = FELT_MAX(2 * sim->addresses_capacity, 64u);
        sim->at = sim_realloc(sim->at, sim->addresses_capacity, sizeof(*sim->at));
    }
    sim->at[sim->n_addresses] = host;
    return sim->n_addresses++;
}

uint32_t sim_host_add(struct sim *sim)
{
    uint32_t host = sim->n_hosts++;
    struct sim_host *h = &sim->hosts[host];

    assert(sim->n_hosts <= sim->config.hosts_max + sim->config.hosts_extra);
    h->address = new_address(sim, host);
    h->machine = host + 1;
    h->founder = host == 0 && sim->config.candidates == 0;
    snprintf(h->name, sizeof(h->name), "n%u", host);
    return host;
}

bool sim_host_is_member_on_disk(const struct sim *sim, uint32_t host)
{
    _cleanup_(felt_record_done) struct felt_record record = {0};
    struct felt_bytes bytes = sim_disk_read(&sim->hosts[host].disk);
    enum felt_node_refusal refusal;

    return bytes.len > 0 && felt_state_decode(bytes, &record, &refusal) == 0 && record.in_cluster;
}

static bool somebody_is_member(const struct sim *sim)
{
    for (uint32_t i = 0; i < sim->n_hosts; i++)
        if (sim_host_is_member_on_disk(sim, i))
            return true;
    return false;
}

/* Each at all its starts the same, and others, too. */
static struct felt_cidr draw_wish(const struct sim *sim, uint32_t host)
{
    struct felt_prng prng = sim_stream(sim->config.seed, "wish", host);
    struct felt_netconf_error error;
    struct felt_netconf network;
    uint64_t slot;

    if (felt_netconf_parse(sim->config.net_config, strlen(sim->config.net_config), &network,
                           &error) < 0)
        abort();
    slot = felt_prng_below(&prng, FELT_MIN(sim->wishes, felt_netconf_slots(&network)));
    return felt_netconf_subnet(&network, (uint32_t)slot);
}

static void configure(struct sim *sim, uint32_t host, struct felt_node_config *ret_config)
{
    const struct sim_host *h = &sim->hosts[host];
    struct felt_prng prng = sim_stream(sim->config.seed, "host", (uint64_t)host << 32 | h->life);
    bool founds = h->founder && h->disk.len == 0 && !somebody_is_member(sim);

    *ret_config = (struct felt_node_config){
        .now = sim->now + h->clock_us,
        .name = h->name,
        .advertise = sim_endpoint(h->address),
        .public_ip = sim_endpoint(h->address).ip,
        .net_config = founds ? sim->config.net_config : NULL,
        .state = sim_disk_read(&h->disk),
        .limits = sim->config.limits,
        .lease_time_us = sim->config.lease_time_us,
    };
    ret_config->key = sim_keys_of(sim, host, &ret_config->key_by_hand);
    if (host < sim->config.candidates) { /* one unit file for all of them, at every start */
        ret_config->net_config = sim->config.net_config;
        ret_config->bootstrap_expect =
            sim->config.expect > 0 ? sim->config.expect : sim->config.candidates;
    }
    if (sim->wishes > 0)
        ret_config->wish = draw_wish(sim, host);
    for (size_t i = 0; i < sizeof(ret_config->seed); i++)
        ret_config->seed[i] = (uint8_t)felt_prng_next(&prng);
    felt_put_be32(ret_config->machine, h->machine);
}

static void make_node(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];
    struct felt_node_config config;
    enum felt_node_refusal refusal;
    int r;

    configure(sim, host, &config);
    r = felt_node_new(&config, &h->node, &refusal);
    if (r == -EINVAL && refusal == FELT_NODE_STATE_CORRUPT) {
        sim_disk_wipe(&h->disk);
        configure(sim, host, &config);
        r = felt_node_new(&config, &h->node, &refusal);
    }
    if (r == -ENOMEM)
        sim_alloc(SIZE_MAX); /* says so, and ends */
    assert(r == 0);
}

void sim_host_start(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    assert(h->power != SIM_RUNNING);
    h->life++;
    h->power = SIM_RUNNING;
    h->gone = false;
    h->blocked_until = 0;
    h->stuck_until = 0;
    h->free_at = sim->now;
    h->n_waiting = 0;
    h->crash = SIM_CRASH_NOT;
    h->tainted = h->disk.stale;
    make_node(sim, host);
    sim_tell(sim, host, (struct felt_input){.kind = FELT_INPUT_WAKE});
    if (host != 0 || sim->n_hosts > 1 || sim->config.candidates > 1)
        sim_queue_add(sim->queue,
                      &(struct sim_happening){
                          .when = sim->now, .kind = SIM_SEEDS, .host = host, .life = h->life});
}

void sim_host_stop(struct sim *sim, uint32_t host, enum sim_power power)
{
    struct sim_host *h = &sim->hosts[host];

    assert(power != SIM_RUNNING);
    felt_node_free(h->node);
    h->node = NULL;
    h->power = power;
    felt_deadlines_set(sim->wakes, host, FELT_USEC_NEVER);
}

void sim_host_block(struct sim *sim, uint32_t host, felt_usec time)
{
    struct sim_host *h = &sim->hosts[host];

    /* A block that goes on longer keeps what waits for its end. */
    h->blocked_until = FELT_MAX(h->blocked_until, sim->now + time);
}

void sim_host_unblock(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    if (h->blocked_until > sim->now || h->stuck_until > sim->now) {
        /* Its timer was put off as well; to be woken too early does no harm. */
        if (felt_deadlines_get(sim->wakes, host) != FELT_USEC_NEVER)
            felt_deadlines_set(sim->wakes, host, sim->now);
        sim_queue_hasten(sim->queue, host, sim->now);
        h->free_at = sim->now;
    }
    h->blocked_until = 0;
    h->stuck_until = 0;
}

void sim_host_stick(struct sim *sim, uint32_t host, felt_usec time)
{
    struct sim_host *h = &sim->hosts[host];

    h->stuck_until = FELT_MAX(h->stuck_until, sim->now + time);
}

void sim_host_jump(struct sim *sim, uint32_t host, felt_usec by)
{
    struct sim_host *h = &sim->hosts[host];
    felt_usec when = felt_deadlines_get(sim->wakes, host);

    h->clock_us += by;
    if (when != FELT_USEC_NEVER)
        felt_deadlines_set(sim->wakes, host, FELT_MAX(felt_usec_sub(when, by), sim->now));
}

void sim_host_move(struct sim *sim, uint32_t host)
{
    struct sim_host *h = &sim->hosts[host];

    sim->at[h->address] = SIM_HOST_NONE;
    h->address = new_address(sim, host);
}
