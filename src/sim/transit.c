/* SPDX-License-Identifier: Apache-2.0 */
#include "node/core.h"
#include "sim/sim.h"

/* 198.18.0.0/15 is for benchmarks (RFC 2544) and holds 131,072 addresses. */
#define FIRST_ADDRESS 0xc6120001u

/* Bytes of one through the overlay: the length before its sealed part (proto/path.md 1), the
 * headers of IPv4 and UDP inside, and what vxlan puts around them. */
#define LENGTH        2
#define HEADERS       28
#define VXLAN_HEADERS 50

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

static bool leases(const struct sim *sim, uint32_t host, uint32_t slot)
{
    const struct felt_node *node = sim->hosts[host].node;

    return node && node->lease_used && node->lease == slot;
}

uint32_t sim_host_of_subnet(const struct sim *sim, const struct felt_node *sender,
                            const struct felt_ip *ip)
{
    struct felt_cidr subnet = {.ip = *ip, .len = sender->config.subnet_len};
    uint32_t slot, host = 0;

    if (!sim->leases || felt_netconf_slot(&sender->config, &subnet, &slot) < 0)
        return SIM_HOST_NONE;
    if (sim->leases[slot] != SIM_HOST_NONE && leases(sim, sim->leases[slot], slot))
        return sim->leases[slot];
    /* The last to take it has lost it again, to one who had it before. */
    while (host < sim->n_hosts && !leases(sim, host, slot))
        host++;
    return host < sim->n_hosts ? host : SIM_HOST_NONE;
}

/* The packet inside the overlay. */
static size_t packet_len(const struct felt_datagram *datagram)
{
    return FELT_MAX(datagram->bytes.len + LENGTH + HEADERS, (size_t)datagram->pad_to);
}

static struct felt_endpoint end_of_overlay(const struct sim_host *h)
{
    return (struct felt_endpoint){.ip = felt_netconf_subnet(&h->node->config, h->node->lease).ip,
                                  .port = SIM_PORT};
}

/* A kernel without a way says nothing, and one that has no such socket is not heard by ours. */
static void carry_through_overlay(struct sim *sim, uint32_t from,
                                  const struct felt_datagram *datagram)
{
    struct sim_host *sender = &sim->hosts[from];
    size_t packet = packet_len(datagram), carried = packet - HEADERS + VXLAN_HEADERS;
    uint32_t to = sim_host_of_subnet(sim, sender->node, &datagram->to.ip);

    if (sender->unplugged)
        return;
    sender->traffic.sent++;
    sender->traffic.sent_bytes += carried;
    if (to == SIM_HOST_NONE || sim_network_filters(sim->network, from, to, packet) ||
        sim_network_is_cut(sim->network, from, to) || sim_network_loses(sim->network))
        return;
    for (unsigned copies = sim_network_copies(sim->network); copies > 0; copies--)
        sim_queue_add(sim->queue, &(struct sim_happening){
                                      .when = FELT_MAX(sim->now, sender->stuck_until) +
                                              sim_network_delay(sim->network),
                                      .kind = SIM_ARRIVES,
                                      .host = to,
                                      .from = end_of_overlay(sender),
                                      .address = sim->hosts[to].address,
                                      .sender = from,
                                      .overlay = true,
                                      .carried = carried,
                                      .len = datagram->bytes.len,
                                      .bytes = sim_queue_copy(sim->queue, datagram->bytes)});
}

void sim_carry(struct sim *sim, uint32_t from, const struct felt_datagram *datagram)
{
    struct sim_host *sender = &sim->hosts[from];
    uint32_t address = sim_address(sim, &datagram->to), to;
    felt_usec leaves = FELT_MAX(sim->now, sender->stuck_until);

    if (datagram->overlay) {
        carry_through_overlay(sim, from, datagram);
        return;
    }
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
                                      .carried = datagram->bytes.len,
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
    if (h->power == SIM_KILLED && !happening->overlay)
        refuse(sim, happening);
    if (h->power != SIM_RUNNING)
        return;
    h->traffic.received++;
    h->traffic.received_bytes += happening->carried;
    in.datagram.from = happening->from;
    in.datagram.bytes = felt_bytes(happening->bytes, happening->len);
    in.datagram.overlay = happening->overlay;
    sim_tell(sim, happening->host, in);
}
