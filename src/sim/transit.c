/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim.h"

/* 198.18.0.0/15 is for benchmarks (RFC 2544) and holds 131,072 addresses. */
#define FIRST_ADDRESS 0xc6120001u

struct felt_endpoint sim_endpoint(uint32_t address)
{
    return (struct felt_endpoint){.ip = felt_ip_v4(FIRST_ADDRESS + address), .port = SIM_PORT};
}

uint32_t sim_address(const struct sim *sim, const struct felt_endpoint *endpoint)
{
    uint32_t number;

    if (endpoint->ip.family != FELT_FAMILY_V4 || endpoint->port != SIM_PORT)
        return SIM_ADDRESS_NONE;
    number = felt_ip_to_v4(&endpoint->ip) - FIRST_ADDRESS;
    return number < sim->n_addresses ? number : SIM_ADDRESS_NONE;
}

void sim_carry(struct sim *sim, uint32_t from, const struct felt_datagram *datagram)
{
    struct sim_host *sender = &sim->hosts[from];
    uint32_t address = sim_address(sim, &datagram->to), to;
    felt_usec leaves = FELT_MAX(sim->now, sender->stuck_until);

    if (sender->unplugged) {
        sim_queue_add(sim->queue, &(struct sim_happening){.when = leaves,
                                                          .kind = SIM_UNREACHABLE,
                                                          .host = from,
                                                          .life = sender->life,
                                                          .from = datagram->to});
        return;
    }
    sender->traffic.sent++;
    sender->traffic.sent_bytes += datagram->bytes.len;
    to = address == SIM_ADDRESS_NONE ? SIM_HOST_NONE : sim->at[address];
    if (to == SIM_HOST_NONE || sim_network_is_cut(sim->network, from, to) ||
        sim_network_loses(sim->network))
        return;
    for (unsigned copies = sim_network_copies(sim->network); copies > 0; copies--)
        sim_queue_add(sim->queue, &(struct sim_happening){
                                      .when = leaves + sim_network_delay(sim->network),
                                      .kind = SIM_ARRIVES,
                                      .host = to,
                                      .from = sim_endpoint(sender->address),
                                      .address = address,
                                      .sender = from,
                                      .len = datagram->bytes.len,
                                      .bytes = sim_queue_copy(sim->queue, datagram->bytes)});
}

/* ICMP says that nobody listens; it may get lost as well. */
static void refuse(struct sim *sim, const struct sim_happening *happening)
{
    const struct sim_host *sender = &sim->hosts[happening->sender];

    if (sim_network_is_cut(sim->network, happening->host, happening->sender) ||
        sim_network_loses(sim->network))
        return;
    sim_queue_add(sim->queue,
                  &(struct sim_happening){.when = sim->now + sim_network_delay(sim->network),
                                          .kind = SIM_REFUSED,
                                          .host = happening->sender,
                                          .life = sender->life,
                                          .from = sim_endpoint(happening->address)});
}

void sim_arrive(struct sim *sim, struct sim_happening *happening)
{
    struct sim_host *h = &sim->hosts[happening->host];
    struct felt_input in = {.kind = FELT_INPUT_DATAGRAM};

    if (happening->waited)
        h->n_waiting--;
    if (h->unplugged)
        return;
    if (h->power == SIM_KILLED)
        refuse(sim, happening);
    if (h->power != SIM_RUNNING)
        return;
    h->traffic.received++;
    h->traffic.received_bytes += happening->len;
    in.datagram.from = happening->from;
    in.datagram.bytes = felt_bytes(happening->bytes, happening->len);
    sim_tell(sim, happening->host, in);
}
